"""Three months of files: the same bytes in every process, formats and sizes, no mistake that was not put in."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date
from importlib.resources import files

import pytest

from chengxin.intake.facts import ItemFacts, OrganisationFacts, item_facts
from chengxin.intake.rules import check_row
from chengxin.operate.generate import persons, story_persons
from chengxin.operate.organisations import organisations
from chengxin.operate.sendings import WEEKS, Sending, addresses, content, day_of, sendings, stories
from chengxin.operate.spoil import spoil

TODAY = date(2026, 11, 23)
DIGEST = """
import hashlib
from datetime import date
from chengxin.config.setup import start_django
start_django()
from chengxin.operate.generate import persons
from chengxin.operate.sendings import addresses, content, sendings
people = persons(300, seed=1, today=date(2026, 11, 23))
print(hashlib.sha256(repr(addresses(people, seed=1)).encode()).hexdigest())
for one in sendings(people, seed=1, today=date(2026, 11, 23)):
    print(one.name, hashlib.sha256(content(one)).hexdigest())
"""


@pytest.fixture(scope="module")
def city() -> list[Sending]:
    return sendings(persons(5_000, seed=1, today=TODAY), seed=1, today=TODAY)


def facts(item: str) -> ItemFacts:
    seed = files("chengxin.catalog") / "seed"
    return item_facts(
        tomllib.loads((seed / "items" / f"{item.lower()}.toml").read_text(encoding="utf-8")),
        tomllib.loads((seed / "prohibited.toml").read_text(encoding="utf-8")),
    )


def test_every_process_makes_the_same_bytes() -> None:
    running = [
        subprocess.Popen(
            [sys.executable, "-c", DIGEST],
            env=os.environ | {"PYTHONHASHSEED": seed, "TZ": zone},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed, zone in (("1", "UTC"), ("2", "Asia/Shanghai"))
    ]
    first, second = (one.communicate()[0].splitlines() for one in running)
    assert first == second
    assert len(first) > 60
    bodies = Counter(line.split()[-1] for line in first)
    assert sum(count == 1 for count in bodies.values()) > 60, "only files of headings are alike"


def test_another_seed_or_day_is_another_city(city: list[Sending]) -> None:
    people = persons(5_000, seed=1, today=TODAY)
    assert sendings(people, seed=1, today=TODAY) == city
    assert sendings(people, seed=2, today=TODAY) != city
    assert sendings(people, seed=1, today=date(2026, 11, 24)) != city


def test_three_months_of_every_format_and_kind(city: list[Sending]) -> None:
    assert {one.form for one in city} == {"utf-8", "gb18030", "xlsx", "jsonl"}
    assert {one.kind for one in city} == {"report", "correct", "withdraw"}
    assert {one.week for one in city} == set(range(WEEKS))
    assert (TODAY - day_of(0, TODAY)).days == 92
    assert day_of(WEEKS - 1, TODAY) < TODAY
    assert len({one.name for one in city}) == len(city)
    assert len({one.item for one in city}) >= 7


def test_who_has_nothing_says_so_and_few_forget(city: list[Sending]) -> None:
    """Headings alone, once in each month; one department forgets two months, one has stopped."""
    empty = [one for one in city if not one.rows]
    assert len({one.organisation for one in empty}) == 5
    months = {
        code: {day_of(one.week, TODAY).month for one in empty if one.organisation == code}
        for code in {one.organisation for one in empty}
    }
    assert sorted(len(found) for found in months.values()) == [2, 2, 3, 3, 4]
    assert all(content(one).decode(one.form).count("\n") == 1 for one in empty)


def test_most_people_have_no_record_and_few_an_adverse_one(city: list[Sending]) -> None:
    number = {"XZCF": "CF_XDR_ZJHM", "XZXK": "XK_XDR_ZJHM", "RYBZ": "RY_ZJHM", "XYCN": "CN_ZJHM", "ZYZG": "ZG_ZJHM"}
    about = [(one.item, row[number.get(one.item, "ZY_ZJHM")]) for one in city for row in one.rows]
    anybody, adverse = {n for _, n in about}, {n for item, n in about if item in {"XZCF", "ZY_DL"}}
    assert 0.1 < len(anybody) / 5_000 < 0.4
    assert 0.03 < len(adverse) / 5_000 < 0.06
    assert max(Counter(n for _, n in about).values()) > 1


def test_only_the_mistakes_that_were_put_in(city: list[Sending]) -> None:
    """Every row passes the rules of its item, but for the files of the three departments that make mistakes."""
    wrong = Counter[tuple[str, str]]()
    for one in city:
        item = facts(one.item)
        sender = OrganisationFacts(
            one.organisation, next(o.name for o in organisations() if o.code == one.organisation)
        )
        for row in one.rows if one.kind != "withdraw" else ():
            verdict = check_row(row, item=item, organisation=sender, mode="demo", today=day_of(one.week, TODAY))
            wrong[one.organisation, one.item] += bool(verdict.errors)
    makes_mistakes = {key for key, count in wrong.items() if count}
    names = {o.code: o.name for o in organisations()}
    assert {(names[code], item) for code, item in makes_mistakes} == {
        ("盐城市市场监督管理局", "XZCF"),
        ("盐城市住房和城乡建设局", "XZCF"),
        ("盐城市文化广电和旅游局", "XZCF"),
    }
    assert sum(wrong.values()) < 30


def test_what_was_wrong_comes_back_right(city: list[Sending]) -> None:
    mended = [one for one in city if 50 <= one.number < 80]
    assert mended
    for one in mended:
        assert spoil(one.rows, percent=0, seed=1)[1] == ()
        before = next(s for s in city if s.week == one.week - 2 and s.number == one.number - 50)
        for row in one.rows:
            assert any(sum(row[column] != sent[column] for column in row) == 1 for sent in before.rows)


def test_a_file_names_nobody(city: list[Sending]) -> None:
    for one in city:
        assert not any(cell in one.name for row in one.rows for cell in row.values() if len(cell) > 3)


def test_the_stories_are_told(city: list[Sending]) -> None:
    people = persons(5_000, seed=1, today=TODAY)
    told = stories(people, city)
    wang, chen, _ = story_persons()
    assert [(one.person, one.state) for one in told] == [
        (wang, "dispute"),
        (wang, "uphold"),
        (chen, "expire"),
        (chen, "open"),
    ]
    assert stories(people[3:], city) == []


def test_people_live_in_all_eleven_areas_and_some_together() -> None:
    people = persons(5_000, seed=1, today=TODAY)
    homes = addresses(people, seed=1)
    assert set(homes) == {person.id_number for person in people}
    areas = {name for name in ("亭湖区", "盐都区", "大丰区", "响水县", "滨海县", "阜宁县", "射阳县", "建湖县", "东台市",
             "盐城经济技术开发区", "盐南高新区") if any(name in home for home in homes.values())}  # fmt: skip
    assert len(areas) == 11
    assert all("示例" in home for home in homes.values())
    shared = [home for home, many in Counter(homes.values()).items() if many == 2]
    assert 100 < len(shared) < 2_500


def test_a_template_filled_in_is_the_items_own(city: list[Sending]) -> None:
    book = next(one for one in city if one.form == "xlsx")
    assert content(book)[:2] == b"PK"
    text = next(one for one in city if one.form == "gb18030")
    assert text.rows[0][next(iter(text.rows[0]))] in content(text).decode("gb18030")
