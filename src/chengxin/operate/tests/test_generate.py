"""Generated files: the same bytes for a seed, nobody real in them, clean for intake, spoilt where they say so."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from chengxin.intake.facts import ItemFacts, OrganisationFacts, item_facts
from chengxin.intake.reading import open_table
from chengxin.intake.rules import Duplicates, check_row
from chengxin.kernel.identity import check_identity
from chengxin.kernel.organisation import check_uscc
from chengxin.operate.generate import (
    COLUMNS,
    Department,
    Stream,
    departments,
    penalties,
    persons,
    story_persons,
    write_csv,
)
from chengxin.operate.spoil import spoil

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def item() -> ItemFacts:
    seed = files("chengxin.catalog") / "seed"
    return item_facts(
        tomllib.loads((seed / "items" / "xzcf.toml").read_text(encoding="utf-8")),
        tomllib.loads((seed / "prohibited.toml").read_text(encoding="utf-8")),
    )


def rows(size: int = 400, *, seed: int = 7, percent: int = 100) -> list[dict[str, str]]:
    return penalties(persons(size, seed=seed, today=TODAY), seed=seed, today=TODAY, percent=percent)


def test_numbers_are_those_of_nobody() -> None:
    people = persons(2_000, seed=1, today=TODAY)
    assert len({p.id_number for p in people}) == 2_000
    for person in people:
        result = check_identity(person.id_number, today=TODAY)
        assert result.valid
        assert result.warnings == ("prefix_09",)
        assert person.id_number.startswith("0909")
        assert 18 <= TODAY.year - person.born.year <= 97
    for department in departments():
        result = check_uscc(department.uscc)
        assert result.valid
        assert "org_code_check" not in result.warnings


def test_the_story_is_fixed() -> None:
    assert [p.id_number for p in story_persons()] == ["090924195803122466", "090902197908251310", "090903198811065280"]
    assert tuple(persons(3, seed=9, today=TODAY)) == story_persons()
    found = rows(3, seed=9)
    assert [r["CF_XDR_MC"] for r in found] == ["王桂兰", "陈志强"]
    assert [r["CF_CFJG"] for r in found] == ["盐城市市场监督管理局", "盐城市交通运输局"]
    assert {r["CF_SXYZCD"] for r in found} == {"一般"}


def test_names_are_like_a_citys() -> None:
    names = [p.name for p in persons(3_000, seed=2, today=TODAY)]
    first = [name[0] for name in names]
    assert first.count("王") > first.count("文") * 5
    assert len(set(names)) < len(names)  # namesakes
    assert any("·" in name for name in names)
    assert {len(name) for name in names} >= {2, 3, 4}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_clean_file_has_no_errors(encoding: str, item: ItemFacts, tmp_path: Path) -> None:
    path = tmp_path / "penalties.csv"
    write_csv(path, rows(), encoding)
    seen = Duplicates()
    count = 0
    with path.open("rb") as file:
        for block in open_table(file, item=item).blocks():
            assert block.broken == []
            for at, number in enumerate(block.numbers):
                cells = {code: column[at] for code, column in block.columns.items()}
                sender = OrganisationFacts(cells["CF_SJLYDM"], cells["CF_SJLY"])
                verdict = check_row(cells, item=item, organisation=sender, mode="demo", today=TODAY)
                assert verdict.errors == ()
                assert verdict.clean is not None
                assert seen.check(verdict.clean, row=number) is None
                count += 1
    assert count > 400


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_csv(tmp_path / name, rows(50))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    write_csv(tmp_path / "c", rows(50, seed=8))
    assert (tmp_path / "c").read_bytes() != (tmp_path / "a").read_bytes()
    assert [Stream("x").below(1000), Stream("x", 1).below(1000)] == [
        int.from_bytes(hashlib.sha256(key + bytes(8)).digest()[:4], "big") * 1000 >> 32 for key in (b"x", b"x/1")
    ]


def test_columns_are_those_of_the_item(item: ItemFacts, tmp_path: Path) -> None:
    assert set(COLUMNS) <= {f.code for f in item.fields}
    assert {f.code for f in item.fields if f.required == "yes"} <= set(COLUMNS)
    write_csv(tmp_path / "empty.csv", [])
    with (tmp_path / "empty.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [list(COLUMNS)]


def test_one_organisation_sends_its_own() -> None:
    office = Department("11090900900000022X", "某县交通运输局")
    people = persons(100, seed=3, today=TODAY)
    found = penalties(people, seed=3, today=TODAY, organisations=[office], percent=50)
    assert {r["CF_SJLYDM"] for r in found} == {office.uscc}
    assert 20 < len(found) < 90
    with pytest.raises(ValueError, match="punishes"):
        penalties(people, seed=3, today=TODAY, organisations=[Department("x", "盐城市图书馆")])


def test_nobody_under_age_is_penalised() -> None:
    people = persons(300, seed=4, today=TODAY)
    young = date(TODAY.year - 60, 1, 1)
    found = penalties(people, seed=4, today=young, percent=100)
    born = {p.id_number: p.born for p in people}
    assert all(int(r["CF_JDRQ"][:4]) - born[r["CF_XDR_ZJHM"]].year >= 18 for r in found[2:] if r["CF_XDR_ZJHM"] in born)


def test_no_police() -> None:
    texts = " ".join(cell for r in rows(600) for cell in r.values())
    for word in ("公安", "拘留", "治安"):
        assert word not in texts


def test_spoilt_rows_are_found_where_they_were_spoilt(item: ItemFacts) -> None:
    clean = rows()
    spoilt, expected = spoil(clean, percent=50, seed=5)
    assert len(spoilt) == len(clean)
    assert 0.4 < len(expected) / len(clean) < 0.6
    assert len({(e.field, e.code) for e in expected}) > 12
    known = {e.row: (e.field, e.code) for e in expected}
    for number, row in enumerate(spoilt, start=1):
        sender = OrganisationFacts(row["CF_SJLYDM"], row["CF_SJLY"])
        verdict = check_row(row, item=item, organisation=sender, mode="demo", today=TODAY)
        assert bool(verdict.errors) == (number in known)
        if number in known:
            assert known[number] in {(e.field, e.code) for e in verdict.errors}
    assert spoil(clean, percent=0, seed=5) == (clean, ())
