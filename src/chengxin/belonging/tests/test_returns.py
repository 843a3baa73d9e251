"""A record that was moved does not come back, and whatever came before a move, it starts anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.belonging import api
from chengxin.belonging.tests.desk import Desk, mine
from chengxin.belonging.tests.test_moves import account, asked
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import scalar
from chengxin.lookup.tests.test_views import make_effective
from chengxin.operate.home import Home
from chengxin.people.api import ring, self_look
from chengxin.records import api as records
from chengxin.redress import api as redress
from conftest import fresh_person, penalty

pytestmark = pytest.mark.database


# ---- it does not come back ----------------------------------------------------------------------------------------


def test_no_file_brings_it_back(citizen: Any, send: Callable[..., Any], desk: Desk, home: Home) -> None:
    """Held when it is sent again under the old number, and nobody certifies it back; the same determination of the right
    person is known, and what the department corrects or withdraws reaches it where it is now."""
    right = fresh_person()
    doc_no = mine(citizen).doc_no
    desk.move(citizen, right)
    row = penalty(citizen.name, citizen.number, CF_WSH=doc_no)
    again = send(row)
    assert (again.result.accepted, again.result.held) == (0, 1)
    with pytest.raises(Refused, match="RECORD-17"):
        scalar(
            "select cx.intake_decide_v1(%s::bytea, gen_random_uuid(), %s::uuid, 1, 'released', '已经与报送单位核对。', %s::integer)",
            [desk.two.token, again.batch, ring().index_version],
        )
    old = send(row | {"CF_NR": "罚款一千元"}, kind="correct")
    assert (old.result.accepted, old.result.refused) == (0, 1)
    new = send(penalty(*right, CF_WSH=doc_no, CF_NR="罚款一千元"), kind="correct")
    assert new.result.accepted == 1
    owner = account(home, *right)
    (record,) = records.own(self_look(owner.token))
    assert (record.version, record.state) == (2, "PROPOSED")
    assert mine(citizen).moved


def test_a_withdrawal_under_the_old_number_follows_the_record(
    citizen: Any, send: Callable[..., Any], desk: Desk, home: Home
) -> None:
    right = fresh_person()
    row = penalty(citizen.name, citizen.number, CF_WSH=mine(citizen).doc_no)
    desk.move(citizen, right)
    from chengxin.intake.tests.test_store import withdrawal

    taken = send(withdrawal(row), kind="withdraw")
    assert taken.result.accepted == 1
    owner = account(home, *right)
    (record,) = records.own(self_look(owner.token))
    assert record.state == "WITHDRAWN"


def test_a_wrong_move_is_moved_back_by_two_persons(home: Home, citizen: Any, clerk: Any, desk: Desk) -> None:
    right = fresh_person()
    doc_no = mine(citizen).doc_no
    desk.move(citizen, right)
    owner = account(home, *right)
    case_no = desk.propose(owner, (citizen.name, citizen.number))
    desk.decide(case_no)
    found = {one.moved: one for one in records.own(self_look(citizen.token))}
    assert (found[False].doc_no, found[False].state) == (doc_no, "PROPOSED")
    assert found[True].state == "WITHDRAWN"
    assert mine(owner).moved


# ---- whatever came before ------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.sets(st.sampled_from(["open", "accept", "object", "look", "correct"])), refused=st.booleans())
def test_whatever_came_before_the_gate_is_shut_and_the_right_person_starts_anew(
    steps: set[str],
    refused: bool,
    home: Home,
    make_citizen: Callable[..., Any],
    clerk: Any,
    send: Callable[..., Any],
    desk: Desk,
) -> None:
    citizen, right = make_citizen(), fresh_person()
    doc_no = mine(citizen).doc_no
    if steps & {"accept", "object", "look"}:
        make_effective(citizen)
    if "look" in steps:
        asked(clerk, citizen.name, citizen.number)
    if "object" in steps:
        redress.object_to(citizen.token, citizen.person, mine(citizen), ground="error", statement="金额不对。")
    elif "correct" in steps:
        send(penalty(citizen.name, citizen.number, CF_WSH=doc_no, CF_NR="罚款九百元"), kind="correct")
    if refused:
        before = mine(citizen)
        desk.decide(desk.propose(citizen, right), "refused")
        assert mine(citizen) == before
    desk.move(citizen, right)
    gone = mine(citizen)
    assert (gone.state, gone.counts_now, gone.moved) == ("WITHDRAWN", False, True)
    assert not asked(clerk, citizen.name, citizen.number)
    assert not asked(clerk, *right)
    (record,) = records.own(self_look(account(home, *right).token))
    assert (record.state, record.seq, record.version, record.doc_no) == ("PROPOSED", 1, 1, doc_no)
    assert len(api.own_told(self_look(citizen.token))) == ("look" in steps)
