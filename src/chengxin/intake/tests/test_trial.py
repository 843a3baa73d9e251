"""A trial says what an import would, counts everything, keeps what it is asked to keep, and asks no store."""

from __future__ import annotations

from typing import Any

import pytest

from chengxin.intake.facts import OrganisationFacts
from chengxin.intake.result import STORE
from chengxin.intake.tests.material import OFFICE, TODAY, row
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
