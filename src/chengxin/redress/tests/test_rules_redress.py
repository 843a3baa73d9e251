"""The rules of redress: when a person may object, what a decision needs, what it may not shorten."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import scalar, today
from chengxin.notice import api as notice
from chengxin.people.api import identity, self_look
from chengxin.records import api as records
from chengxin.redress import api as redress
from chengxin.redress.queries import deadline
from chengxin.redress.rules import check_reasons, check_statement


def the_record(citizen: Any) -> Any:
    (record,) = records.own(self_look(citizen.token))
    return record


def served(citizen: Any) -> Any:
    """The record of a citizen who has opened the letter."""
    look = self_look(citizen.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    body = notice.body(record, identity(look).name, today=today())
    notice.open_letter(citizen.token, citizen.person, letter, record, body)
    return the_record(citizen)


def objected(citizen: Any, record: Any) -> Any:
    return redress.object_to(citizen.token, citizen.person, record, ground="error", statement="金额与收据不一致。")


@pytest.mark.database
def test_redress_01_a_ground_freezes_once(citizen: Any, connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    objected(citizen, served(citizen))
    owner = connect("owner")
    with pytest.raises(psycopg.errors.UniqueViolation) as caught, owner.transaction():
        owner.execute(
            "insert into cx.redress_objection (person, objection, act, record, case_no, ground, statement, froze, filed_at, "
            "filed_on) select person, %s, act, record, case_no || 'x', ground, statement, froze, filed_at, filed_on "
            "from cx.redress_objection where person = %s",
            [uuid4(), citizen.person],
        )
    assert caught.value.diag.constraint_name == "REDRESS-01"


@pytest.mark.database
def test_redress_02_nothing_to_object_to_before_service(citizen: Any) -> None:
    with pytest.raises(Refused, match="REDRESS-02"):
        objected(citizen, the_record(citizen))
    with pytest.raises(Refused, match="REDRESS-02"):
        redress.object_to(citizen.token, citizen.person, the_record(citizen), ground="none", statement="不对")


@pytest.mark.database
def test_redress_05_a_decision_does_not_shorten_the_rest(citizen: Any, reviewer: Any) -> None:
    filed = objected(citizen, served(citizen))
    case = next(one for one in redress.queue(reviewer.token) if one.case_no == filed.case_no)
    record = the_record(citizen)
    for until in (None, today(), record.served_on):
        with pytest.raises(Refused, match="REDRESS-05"):
            scalar(
                "select cx.redress_decide_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::integer, 'rejected', %s::bytea, "
                "%s::date)",
                [reviewer.token, uuid4(), case.person, case.objection, record.seq + 1, b"reasons", until],
            )
    assert the_record(citizen).state == "DISPUTED"


@pytest.mark.parametrize(
    "text", ["", "维持。", "一行很长但是只有一行的理由，不算两行。", "短\n短", "x" * 3000 + "\n" + "y" * 3000]
)
def test_redress_06_reasons_take_two_lines(text: str) -> None:
    with pytest.raises(Refused, match="REDRESS-06"):
        check_reasons(text)


@pytest.mark.parametrize("text", ["", " 错 ", "不" * 2001])
def test_redress_07_a_statement_says_something(text: str) -> None:
    with pytest.raises(Refused, match="REDRESS-07"):
        check_statement(text)


@pytest.mark.database
def test_redress_08_without_a_period_in_force_nothing_is_promised(home: Any) -> None:
    del home
    with pytest.raises(Refused, match="REDRESS-08"):
        deadline(date(1990, 1, 1))
