"""The life of a record from file to use, through the doors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from chengxin.flow.api import tick
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.lookup.api import check
from chengxin.notice import api as notice
from chengxin.people.api import identity, self_look
from chengxin.records import api as records
from chengxin.redress import api as redress

pytestmark = pytest.mark.database


def the_record(citizen: Any) -> Any:
    (record,) = records.own(self_look(citizen.token))
    return record


def open_letter(citizen: Any) -> None:
    look = self_look(citizen.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    body = notice.body(record, identity(look).name, today=today())
    notice.open_letter(citizen.token, citizen.person, letter, record, body)


def found(clerk: Any, citizen: Any, name: str = "") -> bool:
    return check(
        clerk.token, number=citizen.number, name=name or citizen.name, purpose="SUBSIDY", case_ref="测2026"
    ).found


def test_record_counts_only_after_service_and_waiting(
    citizen: Any, clerk: Any, system: Any, shift: Callable[[int], None]
) -> None:
    assert the_record(citizen).state == "PROPOSED"
    assert not found(clerk, citizen)

    shift(40)  # time alone changes nothing: nobody was told
    tick(system.token, using="worker")
    assert the_record(citizen).state == "PROPOSED"
    assert not found(clerk, citizen)
    shift(0)

    open_letter(citizen)
    record = the_record(citizen)
    assert record.state == "SERVED"
    assert record.wait_until >= today() + timedelta(days=15)

    real = today()
    shift((record.wait_until - real).days)  # the last day still belongs to the person
    tick(system.token, using="worker")
    assert the_record(citizen).state == "SERVED"
    assert not found(clerk, citizen)

    shift((record.wait_until - real).days + 1)
    tick(system.token, using="worker")
    assert the_record(citizen).counts_now
    assert found(clerk, citizen)
    assert not found(clerk, citizen, name="别人")

    shift((record.display_end - real).days)  # the gate closes on the day, without any job
    assert the_record(citizen).state == "EXPIRED"
    assert not found(clerk, citizen)


def test_early_acceptance_by_the_person(citizen: Any, clerk: Any) -> None:
    open_letter(citizen)
    records.accept(citizen.token, citizen.person, the_record(citizen))
    assert the_record(citizen).accepted
    assert found(clerk, citizen)


def test_nobody_else_can_accept_or_open(make_citizen: Callable[..., Any], clerk: Any) -> None:
    one, other = make_citizen(), make_citizen()
    open_letter(one)
    with pytest.raises(Refused, match="DUTY-02"):  # no act of one's own at a file that is not one's own
        records.accept(other.token, one.person, the_record(one))
    with pytest.raises(Refused, match="DUTY-02"):
        self_look(clerk.token)  # staff are nobody's "self"


def test_objection_freezes_at_once_and_rejection_goes_on(citizen: Any, clerk: Any, reviewer: Any) -> None:
    open_letter(citizen)
    records.accept(citizen.token, citizen.person, the_record(citizen))
    assert found(clerk, citizen)
    filed = redress.object_to(citizen.token, citizen.person, the_record(citizen), ground="error", statement="金额不对")
    assert filed.froze
    assert the_record(citizen).state == "DISPUTED"
    assert not found(clerk, citizen)

    decide(reviewer, citizen, filed.case_no, "rejected")
    assert found(clerk, citizen)
    again = redress.object_to(citizen.token, citizen.person, the_record(citizen), ground="error", statement="还是不对")
    assert not again.froze
    assert found(clerk, citizen)


def decide(reviewer: Any, citizen: Any, case_no: str, outcome: str) -> None:
    case = next(c for c in redress.queue(reviewer.token) if c.case_no == case_no)
    look = redress.case_look(reviewer.token, case.person, case_no)
    record = redress.case_record(look)
    redress.decide(
        reviewer.token, case, record, outcome=outcome, reasons="已调取原始文书核对。\n内容与决定书一致，决定维持。"
    )


def test_upheld_objection_withdraws_for_good(citizen: Any, clerk: Any, reviewer: Any) -> None:
    open_letter(citizen)
    filed = redress.object_to(
        citizen.token, citizen.person, the_record(citizen), ground="not_mine", statement="不是我本人"
    )
    decide(reviewer, citizen, filed.case_no, "upheld")
    assert the_record(citizen).state == "WITHDRAWN"
    assert not found(clerk, citizen)
    with pytest.raises(Refused, match="REDRESS-04"):
        redress.case_look(reviewer.token, citizen.person, filed.case_no)


def test_rest_of_the_waiting_period_is_kept(citizen: Any, reviewer: Any, shift: Callable[[int], None]) -> None:
    open_letter(citizen)
    before = the_record(citizen)
    shift(5)
    filed = redress.object_to(citizen.token, citizen.person, before, ground="error", statement="金额不对")
    shift(9)
    decide(reviewer, citizen, filed.case_no, "rejected")
    after = the_record(citizen)
    assert after.state == "SERVED"
    assert (after.wait_until - today()).days >= (before.wait_until - before.served_on).days - 5
    assert not after.counts_now


def test_a_frozen_record_cannot_be_thawed_by_its_own_steps(citizen: Any, clerk: Any) -> None:
    """RECORD-10: found by the random histories; accepting or opening again would have ended the freeze."""
    open_letter(citizen)
    redress.object_to(citizen.token, citizen.person, the_record(citizen), ground="error", statement="金额不对")
    with pytest.raises(Refused, match="RECORD-10"):
        records.accept(citizen.token, citizen.person, the_record(citizen))
    with pytest.raises(
        Refused, match="NOTICE-10"
    ):  # after a signed receipt it is RECORD-10: notice/tests/test_delivery.py
        open_letter(citizen)
    assert the_record(citizen).state == "DISPUTED"
    assert not found(clerk, citizen)


def test_what_has_ended_is_served_no_more(citizen: Any, system: Any, shift: Callable[[int], None]) -> None:
    """NOTICE-06: a letter left unopened past the end of the record's use starts no waiting period."""
    shift((the_record(citizen).display_end - today()).days)
    with pytest.raises(Refused, match="NOTICE-06"):
        open_letter(citizen)
    assert "不会再生效" in citizen.client.get(f"/me/letters/{_letter(citizen)}").content.decode()
    shift(0)
    open_letter(citizen)
    shift((the_record(citizen).display_end - today()).days)
    tick(system.token, using="worker")
    shift(0)
    assert the_record(citizen).state == "SERVED"


def _letter(citizen: Any) -> Any:
    return notice.letters(self_look(citizen.token))[0].letter
