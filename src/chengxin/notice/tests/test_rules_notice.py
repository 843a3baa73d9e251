"""The rules of notice: one letter per version, the own letter only, a period in force, a letter that is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from chengxin.kernel.calendar import Calendar
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import act, scalar, today
from chengxin.notice import api as notice
from chengxin.notice.rules import waiting_period
from chengxin.people.api import identity, self_look
from chengxin.records import api as records


@pytest.mark.database
def test_notice_01_a_record_has_one_letter_per_version(
    citizen: Any, connect: Callable[[str], psycopg.Connection[Any]]
) -> None:
    owner = connect("owner")
    with pytest.raises(psycopg.errors.UniqueViolation) as caught, owner.transaction():
        owner.execute(
            "insert into cx.notice_letter (person, letter, act, record, record_version, template, issued_at, issued_on) "
            "select person, %s, act, record, record_version, template, issued_at, issued_on from cx.notice_letter "
            "where person = %s",
            [uuid4(), citizen.person],
        )
    assert caught.value.diag.constraint_name == "NOTICE-01"


@pytest.mark.database
def test_notice_02_only_the_own_letter_can_be_opened(make_citizen: Callable[..., Any]) -> None:
    one, other = make_citizen(), make_citizen()
    look = self_look(one.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    body = notice.body(record, identity(look).name, today=today())
    (foreign,) = notice.letters(self_look(other.token))
    for wrong in (foreign, replace(letter, letter=uuid4())):
        with pytest.raises(Refused, match="NOTICE-02"):
            notice.open_letter(one.token, one.person, wrong, record, body)


@pytest.mark.database
def test_notice_03_without_a_period_in_force_nothing_is_served(home: Any) -> None:
    del home
    with pytest.raises(Refused, match="NOTICE-03"):
        notice.waiting("XZCF", today=date(1990, 1, 1))


SERVE = "select cx.notice_serve_v1(%s::uuid, %s::uuid, %s::uuid, %s::integer, %s::date, %s::bytea, %s::bytea)"


@pytest.mark.database
def test_notice_05_the_last_day_stays_in_sight(citizen: Any) -> None:
    look = self_look(citizen.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    for until in (today() + timedelta(days=91), date(9999, 1, 1), None):
        with (
            pytest.raises(Refused, match="NOTICE-05"),
            act(citizen.token, activity="notice.open", case=bytes(32).hex()) as line,
        ):
            scalar(SERVE, [citizen.person, letter.letter, line, record.seq + 1, until, bytes(32), b""])


@pytest.mark.database
def test_notice_12_the_line_names_the_words(citizen: Any) -> None:
    look = self_look(citizen.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    until = notice.waiting(record.item, today=today()).until
    for named in ("", bytes(31).hex(), b"\1".ljust(32, b"\0").hex()):
        with (
            pytest.raises(Refused, match="NOTICE-12"),
            act(citizen.token, activity="notice.open", case=named) as line,
        ):
            scalar(SERVE, [citizen.person, letter.letter, line, record.seq + 1, until, bytes(32), b""])
    assert notice.letters(self_look(citizen.token))[0].opened_on is None


def test_the_last_day_is_a_working_day_and_never_too_early() -> None:
    calendar = Calendar.from_data()
    for offset in range(400):
        day = date(2026, 1, 1) + timedelta(days=offset)
        found = waiting_period(days=15, today=day, calendar=calendar)
        assert found.until >= day + timedelta(days=15)
        assert calendar.roll_forward(found.until).date == found.until
