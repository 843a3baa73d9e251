"""Rows that come back (需改正的行): put right once, wrong twice, not coming at all; and withdrawn whatever became of the item."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chengxin.catalog import api as catalog
from chengxin.catalog.tests.material import Desk, definition
from chengxin.intake import api as intake
from chengxin.intake.tests.test_store import codes, withdrawal
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.people.api import console_session
from conftest import fresh_person, penalty

pytestmark = pytest.mark.database
Send = Callable[..., Any]


def test_a_row_put_right_replaces_exactly_that_row(send: Callable[..., Any], officer: Any) -> None:
    """INTAKE-45: a row key is good for a row of the own department that still needs it, once."""
    name, number = fresh_person()
    wrong = send(penalty(*fresh_person()), penalty(name, number, CF_JDRQ="2026-13-01"))
    key = f"{wrong.batch}:2"
    good = penalty(name, number) | {"__row_key": key}
    fixed = send(good)
    assert fixed.result.accepted == 1, codes(fixed)
    before = intake.batch(officer.token, wrong.batch)
    assert before is not None
    assert (before.fixed, before.open_rows, before.state) == (1, 0, "已入库")
    again = send(good | {"CF_WSH": "另案〔2026〕1号"})
    assert codes(again) == [(1, "CF_WSH", "INTAKE-45")]
    stray = send(penalty(*fresh_person()) | {"__row_key": f"{wrong.batch}:1"})
    assert codes(stray) == [(1, "CF_WSH", "INTAKE-45")]


def state_of(officer: Any, imported: Any) -> tuple[int, int, str]:
    found = intake.batch(officer.token, imported.batch)
    assert found is not None
    return found.fixed, found.open_rows, found.state


@pytest.mark.parametrize("last", [1, 2])
def test_a_row_wrong_twice_is_done_everywhere_once_it_is_right(last: int, send: Send, officer: Any) -> None:
    """Whichever of the two workbooks the officer puts right in the end."""
    person = fresh_person()
    first = send(penalty(*person, CF_YJ=""))
    second = send(penalty(*person, CF_NR="") | {"__row_key": f"{first.batch}:1"})
    assert (second.result.refused, state_of(officer, first)) == (1, (0, 1, "需改正"))
    key = f"{(first, second)[last - 1].batch}:1"
    assert send(penalty(*person) | {"__row_key": key}).result.accepted == 1
    assert (state_of(officer, first), state_of(officer, second)) == ((1, 0, "已入库"), (1, 0, "已入库"))


def test_a_row_wrong_twice_counts_once(send: Send, officer: Any) -> None:
    """Of four new rows one was right at once, however often the others came back."""

    def mine() -> tuple[int, ...]:
        rows = intake.quality(officer.token, everybody=False, since=today() - timedelta(days=40))
        return tuple(sum(getattr(row, name) for row in rows) for name in ("refused", "again", "first_pass"))

    before, people = mine(), [fresh_person() for _ in range(4)]
    first = send(penalty(*people[0]), *(penalty(*person, CF_YJ="") for person in people[1:]))
    send(
        *(penalty(*person, CF_NR="") | {"__row_key": f"{first.batch}:{at}"} for at, person in enumerate(people[1:], 2))
    )
    assert tuple(b - a for a, b in zip(before, mine(), strict=True)) == (6, 3, 1)


def test_a_held_row_that_is_sent_again_waits_once(
    send: Send, officer: Any, citizen: Any, reviewer: Any, connect: Callable[[str], Any]
) -> None:
    row = penalty("别的名字", citizen.number)
    first, second = send(row), send(row)
    waiting = [held.batch for held in intake.held(reviewer.token, limit=500)]
    assert (first.batch in waiting, waiting.count(second.batch)) == (False, 1)
    listed = connect("owner").execute(
        "select batch from cx.intake_waiting where batch in (%s, %s)", [first.batch, second.batch]
    )
    assert listed.fetchall() == [(second.batch,)]
    assert (state_of(officer, first)[1:], state_of(officer, second)[1:]) == ((0, "已入库"), (1, "核查中"))
    assert first.batch is not None
    replaced = intake.held_decided(reviewer.token, first.batch, 1)
    assert replaced is not None
    assert (replaced.outcome, replaced.post, bool(replaced.organisation_name)) == ("replaced", "", True)
    page = reviewer.client.get(f"/intake/held/{first.batch}/1/").content.decode()
    assert "报送单位改正后重新报送" in page


def test_rows_that_are_not_coming(send: Send, officer: Any, clerk: Any) -> None:
    """INTAKE-32: once, for a batch of the own organisation that sent something back."""
    wrong, right = send(penalty(*fresh_person(), CF_YJ="")), send(penalty(*fresh_person()))
    for token, batch in ((console_session("officer2"), wrong.batch), (officer.token, right.batch)):
        with pytest.raises(Refused, match="INTAKE-32"):
            intake.dismiss(token, batch, reason="unlawful")
    with pytest.raises(Refused, match="DUTY-01"):
        intake.dismiss(clerk.token, wrong.batch, reason="unlawful")
    intake.dismiss(officer.token, wrong.batch, reason="unlawful")
    with pytest.raises(Refused, match="INTAKE-32"):
        intake.dismiss(officer.token, wrong.batch, reason="mistaken")
    found = intake.batch(officer.token, wrong.batch)
    assert found is not None
    assert (found.dismissed, found.open_rows, found.state) == ("unlawful", 0, "已入库")


# ---- withdrawn whatever became of the item -----------------------------------------------------------------------


def test_a_determination_that_fell_waits_for_no_catalog(send: Send, home: Any, officer: Any) -> None:
    """law.md 11.17: the item is suspended, and withdrawn; a report is refused (INTAKE-20), a withdrawal is taken."""
    desk = Desk(home)
    item, version = desk.published(definition())
    rows = [penalty(*fresh_person()) for _ in range(2)]
    assert send(*rows, item=item).result.accepted == 2
    catalog.suspend(desk.approver, item, version, "依据到期")
    refused = send(penalty(*fresh_person()), item=item)
    assert (refused.batch, refused.refused_for, codes(refused)) == (None, "INTAKE-20", [(1, "CF_JDRQ", "INTAKE-20")])
    assert send(withdrawal(rows[0]), item=item, kind="withdraw").result.accepted == 1
    catalog.withdraw(desk.approver, item, version, "不再归集")
    assert send(withdrawal(rows[1]), item=item, kind="withdraw").result.accepted == 1
