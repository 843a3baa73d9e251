"""The rules of the ledger that no other test provokes: limits of looks, sessions, lines and the clock."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import transaction

from chengxin.kernel.errors import Refused
from chengxin.lookup.queries import register
from chengxin.people.api import identity, self_look

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]


def refused_by(connection: psycopg.Connection[Any], sql: str, *params: Any) -> str | None:
    """Name of the constraint that refuses a statement of the owner."""
    with pytest.raises(psycopg.errors.CheckViolation) as caught, connection.transaction():
        connection.execute(sql.encode(), params)
    return caught.value.diag.constraint_name


def test_look_02_a_look_opens_only_what_its_purpose_permits(citizen: Any, clerk: Any) -> None:
    look = register(clerk.token, "citizen", citizen.number, os.urandom(32), purpose="SUBSIDY", case="测1")
    assert look.person != citizen.person  # not even the person key is told before the read
    with pytest.raises(Refused, match="LOOK-02"):
        identity(look)


def test_look_03_a_look_is_committed_before_anything_is_read(citizen: Any) -> None:
    with transaction.atomic(), pytest.raises(Refused, match="LOOK-03"):
        self_look(citizen.token)


def open_session(owner: psycopg.Connection[Any], *, kind: str, person: UUID | None, minutes: int) -> str | None:
    """Open a session as owner, past the account; the constraint that refuses it, or None."""
    sql = "select cx.ledger_session_open_v1(%s::bytea, %s, %s, %s, %s, '', 'test', %s)"
    try:
        owner.execute(sql, [os.urandom(32), uuid4(), uuid4(), kind, person, minutes])
    except psycopg.errors.CheckViolation as error:
        return error.diag.constraint_name
    return None


def test_session_02_a_session_lasts_twelve_hours_at_most(connect: Connect) -> None:
    owner = connect("owner")
    assert open_session(owner, kind="system", person=None, minutes=720) is None
    assert {open_session(owner, kind="system", person=None, minutes=m) for m in (721, 0, -1)} == {"SESSION-02"}


def test_session_03_a_citizen_s_session_names_the_citizen(connect: Connect) -> None:
    owner = connect("owner")
    for kind, person in (("citizen", None), ("machine", uuid4()), ("system", uuid4())):
        assert open_session(owner, kind=kind, person=person, minutes=10) == "SESSION-03"


def test_session_04_a_guard_sees_what_is_committed_now(citizen: Any, connect: Connect) -> None:
    """In an old snapshot a closed session would still act, and a record would not yet be frozen."""
    web = connect("web")
    for level in ("repeatable read", "serializable"):
        with pytest.raises(psycopg.Error) as refusal, web.transaction():
            web.execute(f"set transaction isolation level {level}".encode())
            web.execute("select cx.people_self_look_v1(%s::bytea, gen_random_uuid())", [citizen.token])
        assert refusal.value.diag.constraint_name == "SESSION-04"


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


@pytest.fixture
def closed(home: Any, connect: Connect) -> Iterator[psycopg.Connection[Any]]:
    """The installation as a real one whose doors nobody has opened yet; the owner's connection."""
    del home
    owner = connect("owner")
    owner.execute("update cx.ledger_deployment set mode = 'production'")
    yield owner
    owner.execute("update cx.ledger_deployment set mode = 'test', opened_at = null")
    owner.execute("update cx.ledger_log_state set log = 0; delete from cx.ledger_log")


def refused(connection: psycopg.Connection[Any], sql: str, *params: Any) -> str | None:
    """The rule by which a guard refuses; None where it lets pass. Nothing stays."""
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(sql.encode(), params)
    except psycopg.Error as error:
        return error.diag.constraint_name or error.sqlstate
    return None


def test_deploy_01_a_closed_installation_takes_nobody_in(
    citizen: Any, officer: Any, clerk: Any, closed: psycopg.Connection[Any], connect: Connect
) -> None:
    web = connect("web")
    attempts = (
        ("select cx.people_self_look_v1(%s::bytea, gen_random_uuid())", [citizen.token]),
        ("select cx.ledger_own_act_v1(%s::bytea, gen_random_uuid(), 'person.own', '')", [citizen.token]),
        (
            "select cx.lookup_look_v1(array[%s::bytea], array[gen_random_uuid()], array[%s::bytea], array[%s::bytea], "
            "array['SUBSIDY'], array['测1'])",
            [clerk.token, os.urandom(32), os.urandom(32)],
        ),
        (
            "with act as (select cx.ledger_own_act_v1(%s::bytea, %s, 'intake.upload', '')) "
            "select cx.intake_upload_v1(gen_random_uuid(), %s, 'XZCF', 'report', 'web', %s::bytea, 1, "
            "array[%s::bytea], null) from act",
            [officer.token, (act := uuid4()), act, os.urandom(32), b"x"],
        ),
        (
            "with act as (select cx.ledger_own_act_v1(%s::bytea, %s, 'intake.open', '')) "
            "select cx.intake_open_v1(gen_random_uuid(), %s, 'XZCF', 1, 'report', 'web', %s::bytea, '', 1) from act",
            [officer.token, (other := uuid4()), other, os.urandom(32)],
        ),
    )
    assert [refused(web, sql, *params) for sql, params in attempts] == ["DEPLOY-01"] * len(attempts)
    closed.execute("update cx.ledger_deployment set opened_at = statement_timestamp()")
    # Nobody is looked at without a log; acts go on.
    assert [refused(web, sql, *params) for sql, params in attempts][:3] == ["LOG-01", None, "LOG-01"]
    closed.execute("select cx.ledger_log_begin_v1('log.test.invalid/closed', 'key')")
    # Open, each goes as far as it would anywhere: only the last two name a version that is not there.
    assert [refused(web, sql, *params) for sql, params in attempts][:3] == [None, None, None]
    assert "DEPLOY-01" not in [refused(web, sql, *params) for sql, params in attempts][3:]


def test_deploy_01_what_is_about_nobody_can_be_prepared(
    officer: Any, closed: psycopg.Connection[Any], connect: Connect
) -> None:
    """A batch's act is about nobody; a catalog is prepared the same way before the first person comes."""
    del closed
    sql = "select cx.ledger_own_act_v1(%s::bytea, gen_random_uuid(), 'intake.open', '')"
    assert refused(connect("web"), sql, officer.token) is None


def test_deploy_01_is_said_on_the_page(citizen: Any, closed: psycopg.Connection[Any]) -> None:
    del closed
    answer = citizen.client.get("/me/")
    assert answer.status_code == 409
    assert "平台还没有开放" in answer.content.decode()


def test_deploy_01_is_the_owner_s_to_lift(connect: Connect, home: Any) -> None:
    del home
    for role in ("web", "worker", "signin"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(role).execute("update cx.ledger_deployment set opened_at = now()")
