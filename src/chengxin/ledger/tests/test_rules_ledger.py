"""The rules of the ledger that no other test provokes: limits of looks, sessions, lines and the clock."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import transaction

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import session_open
from chengxin.people.api import identity, look_by_number, self_look

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]


def refused_by(connection: psycopg.Connection[Any], sql: str, *params: Any) -> str | None:
    """Name of the constraint that refuses a statement of the owner."""
    with pytest.raises(psycopg.errors.CheckViolation) as caught, connection.transaction():
        connection.execute(sql.encode(), params)
    return caught.value.diag.constraint_name


def test_look_02_a_look_opens_only_what_its_purpose_permits(citizen: Any, clerk: Any) -> None:
    look = look_by_number(
        clerk.token, id_type="citizen", number=citizen.number, activity="lookup.check", purpose="SUBSIDY", case="测1"
    )
    assert look.person == citizen.person
    with pytest.raises(Refused, match="LOOK-02"):
        identity(look)


def test_look_03_a_look_is_committed_before_anything_is_read(citizen: Any) -> None:
    with transaction.atomic(), pytest.raises(Refused, match="LOOK-03"):
        self_look(citizen.token)


def open_session(*, kind: str, person: UUID | None, minutes: int) -> None:
    session_open(
        os.urandom(32), account=uuid4(), kind=kind, person=person, organisation="", method="test", minutes=minutes
    )


def test_session_02_a_session_lasts_twelve_hours_at_most(home: Any) -> None:
    del home
    open_session(kind="system", person=None, minutes=720)
    for minutes in (721, 0, -1):
        with pytest.raises(Refused, match="SESSION-02"):
            open_session(kind="system", person=None, minutes=minutes)


def test_session_03_a_citizen_s_session_names_the_citizen(home: Any) -> None:
    del home
    for kind, person in (("citizen", None), ("machine", uuid4()), ("system", uuid4())):
        with pytest.raises(Refused, match="SESSION-03"):
            open_session(kind=kind, person=person, minutes=10)


def test_register_01_only_a_shown_line_belongs_to_a_look(citizen: Any, connect: Connect) -> None:
    owner = connect("owner")
    for change in ("line = 'shown'", "look = id", "outcome = 'hit'", "line = 'shown', look = id"):
        sql = f"update cx.ledger_register set {change} where person = %s and line = 'act'"
        assert refused_by(owner, sql, citizen.person) == "REGISTER-01"


def test_clock_01_production_has_no_test_clock(home: Any, connect: Connect) -> None:
    del home
    sql = "update cx.ledger_deployment set mode = 'production', clock_shift = %s"
    for days in (1, -1):
        assert refused_by(connect("owner"), sql, days) == "CLOCK-01"
