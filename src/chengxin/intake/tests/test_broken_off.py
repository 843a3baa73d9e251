"""A reading that was broken off (中断的批次): gone on with on another day, or never."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from chengxin.intake import api as intake
from chengxin.intake.rules import check_row
from chengxin.intake.taking import Taking
from chengxin.intake.tests.material import OFFICE, item
from chengxin.intake.tests.test_store import codes
from chengxin.ledger.api import today
from chengxin.operate.generate import departments
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database
Send = Callable[..., Any]
Row = dict[str, str]


@pytest.fixture
def leave_open(officer: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Read a file whose reader is killed before it closes the batch."""

    def dies(taking: Taking, **_: Any) -> Any:
        taking._settle()  # its rows are in the store, its batch is open
        raise KeyboardInterrupt

    def leave_open(*rows: Row, kind: str = "report") -> None:
        with monkeypatch.context() as killed:
            killed.setattr(Taking, "finish", dies)
            with pytest.raises(KeyboardInterrupt):
                intake.import_file(officer.token, csv_of(rows), item="XZCF", kind=kind)

    return leave_open


@pytest.fixture
def lapse(connect: Callable[[str], Any]) -> Callable[[], None]:
    """Let the time go by in which the batches that are open now can be closed."""

    def lapse() -> None:
        connect("owner").execute(
            "update cx.intake_batch b set opened_at = opened_at - interval '8 days' "
            "where not exists (select from cx.intake_receipt c where c.batch = b.batch)"
        )

    return lapse


def kinds(officer: Any, batch: Any) -> list[tuple[int, str, str]]:
    return [(one.source_row, one.kind, one.code) for one in intake.findings(officer.token, batch)]


def _verdicts(row: Row) -> Iterator[list[str]]:
    """What the rules say of it today, and what tomorrow."""
    for days in (0, 1):
        day = today() + timedelta(days=days)
        verdict = check_row(row, item=item(), organisation=OFFICE, mode="test", today=day)
        yield [error.code for error in verdict.errors]


def expiring() -> Row:
    """A row that is good today for the last time."""
    person = fresh_person()
    for days in range(1, 1200):
        row = penalty(*person, CF_JDRQ=str(today() - timedelta(days=days)))
        if list(_verdicts(row)) == [[], ["INTAKE-48"]]:
            return row
    raise AssertionError


def test_what_was_taken_yesterday_stays_taken(
    send: Send, leave_open: Callable[..., None], officer: Any, shift: Callable[[int], None]
) -> None:
    """A row that the rules of the next day refuse keeps its answer; one they refused before comes in."""
    last, future = expiring(), penalty(*fresh_person(), CF_JDRQ=str(today() + timedelta(days=1)))
    assert list(_verdicts(future)) == [["INTAKE-10"], []]
    rows = [penalty(*fresh_person()), last, future, penalty(*fresh_person(), CF_YJ="")]
    leave_open(*rows)
    shift(1)
    done = send(*rows)
    assert (done.result.accepted, done.result.refused, codes(done)) == (3, 1, [(4, "CF_YJ", "INTAKE-07")])
    assert kinds(officer, done.batch) == [(4, "error", "INTAKE-07")]
    shift(0)
    assert send(*rows, penalty(*fresh_person())).result.unchanged == 2  # the third is of tomorrow once more


def test_a_row_sent_again_for_another_comes_in_a_day_later(
    send: Send, leave_open: Callable[..., None], officer: Any, shift: Callable[[int], None]
) -> None:
    wrong = send(penalty(*fresh_person(), CF_YJ=""))
    right = penalty(*fresh_person(), CF_JDRQ=str(today() + timedelta(days=1))) | {"__row_key": f"{wrong.batch}:1"}
    leave_open(right)
    shift(1)
    done = send(right)
    assert done.result.accepted == 1
    for batch in (wrong.batch, done.batch):
        found = intake.batch(officer.token, batch)
        assert found is not None
        assert (found.state, found.open_rows) == ("已入库", 0)


def test_a_batch_that_is_never_closed_puts_nothing_right(
    send: Send, leave_open: Callable[..., None], lapse: Callable[[], None], officer: Any
) -> None:
    person = fresh_person()
    wrong = send(penalty(*person, CF_YJ=""))
    right = penalty(*person) | {"__row_key": f"{wrong.batch}:1"}
    leave_open(right)
    assert codes(send(right, penalty(*fresh_person()) | {"__row_key": ""}))[0] == (1, "CF_WSH", "INTAKE-45")
    lapse()
    found = intake.batch(officer.token, wrong.batch)
    assert found is not None
    assert (found.state, found.open_rows) == ("需改正", 1)
    assert [one.fixed for one in intake.findings(officer.token, wrong.batch)] == [False]
    assert send(right).result.accepted == 1
    assert [one.fixed for one in intake.findings(officer.token, wrong.batch)] == [True]


def test_a_batch_that_is_never_closed_takes_nobody_off_the_list(
    citizen: Any, send: Send, leave_open: Callable[..., None], lapse: Callable[[], None], reviewer: Any
) -> None:
    row = penalty("别的名字", citizen.number)
    other = penalty(*fresh_person())
    held = send(row)

    def waiting() -> set[Any]:
        return {one.batch for one in intake.held(reviewer.token, limit=500)}

    leave_open(row, other)
    assert held.batch in waiting()
    lapse()
    assert held.batch in waiting()
    again = send(row, penalty(*fresh_person()))
    assert waiting() & {held.batch, again.batch} == {again.batch}
    intake.decide(reviewer.token, again.batch, 1, outcome="refused", reasons="报送单位确认号码抄错。")


def test_held_rows_of_two_authorities_wait_each(citizen: Any, send: Send, reviewer: Any) -> None:
    """One number, one name, one document number: two decisions all the same, when two authorities made them."""
    row, other = penalty("别的名字", citizen.number), departments()[1]
    first, second = send(row), send(row | {"CF_CFJG": other.name, "CF_CFJGDM": other.uscc})
    assert (first.result.held, second.result.held) == (1, 1), (codes(first), codes(second))
    waiting = {one.batch for one in intake.held(reviewer.token, limit=500)}
    assert {first.batch, second.batch} <= waiting
    for imported in (first, second):
        intake.decide(reviewer.token, imported.batch, 1, outcome="refused", reasons="报送单位确认号码抄错。")


def test_a_correction_that_was_never_finished_can_be_sent_again(
    citizen: Any, send: Send, leave_open: Callable[..., None], lapse: Callable[[], None]
) -> None:
    """Until then the record has no effect: the person was not told what it says now."""
    row = penalty(*fresh_person())
    assert send(row).result.accepted == 1
    changed = row | {"CF_NR": "罚款三百元", "CF_NR_FK": "0.03"}
    leave_open(changed, kind="correct")
    assert codes(send(changed, penalty(*fresh_person()), kind="correct"))[0] == (1, "CF_WSH", "INTAKE-38")
    lapse()
    assert send(changed, kind="correct").result.accepted == 1
    assert send(changed).result.unchanged == 1
