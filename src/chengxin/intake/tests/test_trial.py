"""A trial says what an import would, counts everything, keeps what it is asked to keep, and asks no store."""

from __future__ import annotations

from typing import Any

import pytest

from chengxin.intake.facts import OrganisationFacts
from chengxin.intake.result import STORE
from chengxin.intake.tests.material import NUMBER, OFFICE, TODAY, row
from chengxin.intake.tests.test_child import DEFINITION
from chengxin.intake.trial import Trial, tried
from conftest import csv_of


def trial(*rows: dict[str, str], **options: Any) -> Trial:
    given: dict[str, Any] = {"organisation": OFFICE, "mode": "demo", "today": TODAY} | options
    return tried(csv_of(rows), definition=DEFINITION, **given)


def test_good_and_bad_rows_are_told_apart() -> None:
    bad = row(CF_JDRQ="不详", CF_WSH="盐市监罚决〔2026〕124号")
    found = trial(row(), bad)
    assert (found.result.total, found.result.accepted, found.result.refused) == (2, 1, 1)
    assert [(one.row, one.field, one.code) for one in found.result.errors] == [(2, "CF_JDRQ", "INTAKE-09")]
    assert found.counted["error", "INTAKE-09", "CF_JDRQ"] == 1
    assert found.opened.words == "CSV，UTF-8"


def test_everything_is_counted_and_no_more_is_kept_than_was_asked_for() -> None:
    rows = [row(CF_JDRQ="不详", CF_WSH=f"盐市监罚决〔2026〕{n}号") for n in range(1, 8)]
    found = trial(*rows, most=3)
    assert [one.row for one in found.result.errors] == [1, 2, 3]
    assert found.counted["error", "INTAKE-09", "CF_JDRQ"] == 7
    assert found.result.refused == 7


@pytest.mark.parametrize(
    ("organisation", "more"),
    [
        (OFFICE, set()),
        (OrganisationFacts(OFFICE.uscc, ""), {"INTAKE-49", "INTAKE-58"}),
        (None, {"INTAKE-23", "INTAKE-49", "INTAKE-58"}),
    ],
)
def test_what_could_not_be_asked_is_named(organisation: OrganisationFacts | None, more: set[str]) -> None:
    """INTAKE-58: nobody is told that a name differs from one that is not known."""
    found = trial(row(CF_SJLY="别的名字"), organisation=organisation)
    assert set(found.result.not_checked) == {*STORE.values(), *more}
    assert ("INTAKE-58" in {one.code for one in found.result.warnings}) is (not more)


def test_progress_reaches_the_end() -> None:
    seen: list[tuple[int, int]] = []
    trial(row(), progress=lambda done, total: seen.append((done, total)))
    assert seen[-1] == (1, 1)


def test_the_first_rows_come_back_as_they_were_understood() -> None:
    """The name masked, numbers wherever they stand, dates and codes in one form, what is wrong at its cell."""
    shifted = row(CF_JDRQ=NUMBER, CF_WFXW=f"号码{NUMBER}", CF_WSH="盐市监罚决〔2026〕124号", CF_NR="长" * 200)
    rows = [row(CF_JDRQ="2026年10月14日", CF_CFLB="警告;罚款"), shifted, *[row() for _ in range(600)]]
    first, second, *rest = trial(*rows, shown=3).seen
    assert [one.number for one in rest] == [3]
    assert first.cells["CF_JDRQ"] == "2026-10-14"
    assert first.cells["CF_CFLB"] == "警告；罚款"
    assert first.cells["CF_NR_WFFF"] == ""  # "/" is nothing
    assert (first.cells["CF_XDR_MC"], first.cells["CF_XDR_ZJHM"]) == ("王*", "0909**********66")
    assert list(first.cells)[:2] == list(rows[0])[:2]
    assert not first.faults
    assert second.cells["CF_JDRQ"] == "0909**********66"
    assert second.cells["CF_WFXW"] == "号码0909**********66"
    assert second.cells["CF_NR"].endswith("长…")
    assert {("CF_JDRQ", "INTAKE-09"), ("CF_WFXW", "INTAKE-25")} <= {(one.field, one.code) for one in second.faults}
    assert [one.code for one in rest[0].faults] == ["INTAKE-30"]
    assert trial(row()).seen == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("身份证11010119900101123", "身份证1101**********23"),  # a digit was lost on the way
        ("护照E12345678", "护照**********78"),
        ("护照Ｅ１２３４５６７８，住南京", "护照**********78,住南京"),
        ("许可证JY13209000012345", "许可证JY13209000012345"),
        (f"处罚{OFFICE.uscc}作出", f"处罚{OFFICE.uscc}作出"),
    ],
)
def test_what_looks_like_the_number_of_a_person_is_masked_in_free_text(text: str, shown: str) -> None:
    (one,) = trial(row(CF_WFXW=text), shown=1).seen
    assert one.cells["CF_WFXW"] == shown


def test_of_a_column_that_is_not_taken_only_that_it_holds_something() -> None:
    """Somebody else may stand there: the legal representative of an organisation."""
    first, second = trial(
        row(CF_FDDB="李四光", CF_FR_ZJHM="E12345678"), row(CF_FDDB="/", CF_FR_ZJHM="无"), shown=2
    ).seen
    assert [one.cells[code] for one in (first, second) for code in ("CF_FDDB", "CF_FR_ZJHM")] == ["***", "***", "", ""]


def test_a_row_without_cells_is_shown_with_its_reason() -> None:
    heads, line = csv_of([row()]).splitlines()
    found = tried(
        b"\n".join([heads, line + b",too,many", line]), definition=DEFINITION, organisation=OFFICE, mode="demo",
        today=TODAY, shown=10,
    ).seen  # fmt: skip
    assert [(one.number, bool(one.cells), bool(one.faults)) for one in found] == [(1, False, True), (2, True, False)]
