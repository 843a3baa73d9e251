"""A sceptic with an application role's password and psql: raw SQL, no Python of ours in between."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

pytestmark = pytest.mark.database

APPLICATION_ROLES = ("web", "worker", "engine", "log", "points", "signin", "backup")
GUARDED = [
    "ledger_register",
    "ledger_session",
    "ledger_outbox",
    "ledger_quota",
    "ledger_deployment",
    "people_person",
    "people_key",
    "people_identity",
    "people_account",
    "people_duty",
    "records_record",
    "records_version",
    "records_event",
    "records_batch",
    "records_removed",
    "intake_upload",
    "intake_file",
    "intake_batch",
    "intake_progress",
    "intake_receipt",
    "intake_admitted",
    "intake_finding",
    "intake_fixed",
    "intake_held",
    "intake_decision",
    "catalog_step",
    "catalog_task",
    "notice_letter",
    "notice_evidence",
    "redress_objection",
    "redress_decision",
    "redress_open",
]
DEEDS = (
    "select * from cx.{t}",
    "select count(*) from cx.{t}",
    "insert into cx.{t} default values",
    "update cx.{t} set {c} = {c}",
    "delete from cx.{t}",
    "truncate cx.{t}",
    "copy cx.{t} to stdout",
    "copy cx.{t} from stdin",
    "create table cx.copy_of as table cx.{t}",
    "alter table cx.{t} add column x int",
    "drop table cx.{t}",
    "grant select on cx.{t} to public",
    "create trigger x after insert on cx.{t} execute function suppress_redundant_updates_trigger()",
    "select * from pg_catalog.pg_statistic where starelid = 'cx.{t}'::regclass",
)


@pytest.mark.parametrize("role", APPLICATION_ROLES)
def test_no_role_touches_a_guarded_table(role: str, connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    db = connect(role)
    for table in GUARDED:
        column = "one" if table == "ledger_deployment" else None
        for deed in DEEDS:
            column = column or first_column(connect, table)
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable)) as refusal:
                db.execute(deed.format(t=table, c=column).encode())
            assert refusal.value.sqlstate in {"42501", "42P01"}, (role, deed, table)


def first_column(connect: Callable[[str], psycopg.Connection[Any]], table: str) -> str:
    row = connect("owner").execute(
        "select attname from pg_attribute where attrelid = %s::regclass and attnum = 1", [f"cx.{table}"]
    )
    return str(row.fetchone()[0])  # type: ignore[index]  # every table has a first column


@pytest.mark.parametrize("role", APPLICATION_ROLES)
def test_no_role_becomes_the_owner(role: str, connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    db = connect(role)
    for deed in (
        "set role owner",
        "set session authorization owner",
        "create role x",
        "create schema x",
        "create table cx.x (a int)",
        "create function cx.x() returns int language sql as 'select 1'",
        "alter role web superuser",
        "grant owner to current_user",
        "select pg_read_file('pg_hba.conf')",
        "select lo_from_bytea(0, 'x')",
        "copy (select 1) to program 'true'",
        "create temporary table t (a int)",
        "alter system set log_statement = 'all'",
        "create extension plpgsql",
        "set log_min_error_statement = 'error'",
    ):
        with pytest.raises(psycopg.Error) as refusal:
            db.execute(deed.encode())
            pytest.fail(f"{role} may: {deed}")
        assert refusal.value.sqlstate in {"42501", "42710", "0LP01"}, (role, deed, refusal.value.sqlstate)


def refused(db: psycopg.Connection[Any], sql: str, params: list[Any], code: str) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        db.execute(sql.encode(), params)
    assert refusal.value.diag.constraint_name == code, refusal.value.diag.message_primary


OWN = "select * from cx.records_own_v1(%s::bytea, %s::uuid, %s::uuid)"
READINGS: tuple[tuple[str, str], ...] = (
    (OWN, ""),
    ("select * from cx.notice_letters_v1(%s::bytea, %s::uuid, %s::uuid)", ""),
    ("select * from cx.notice_copy_own_v1(%s::bytea, %s::uuid, %s::uuid, gen_random_uuid())", ""),
    ("select * from cx.notice_events_own_v1(%s::bytea, %s::uuid, %s::uuid, gen_random_uuid())", ""),
    ("select * from cx.notice_contacts_own_v1(%s::bytea, %s::uuid, %s::uuid)", ""),
    ("select * from cx.notice_recheck_contacts_v1(%s::bytea, %s::uuid, %s::uuid)", ""),
    ("select * from cx.redress_own_v1(%s::bytea, %s::uuid, %s::uuid)", ""),
    ("select * from cx.redress_cases_v1(%s::bytea, %s::uuid, %s::uuid)", ""),
    ("select * from cx.redress_record_v1(%s::bytea, %s::uuid, %s::uuid)", ""),
    ("select * from cx.redress_steps_v1(%s::bytea, %s::uuid, %s::uuid)", ""),
    ("select * from cx.people_identity_v1(%s::bytea, %s::uuid, %s::uuid, %s::text)", "person.own"),
    ("select * from cx.people_traces_v1(%s::bytea, %s::uuid, %s::uuid, '-infinity', 'infinity', 10)", ""),
    ("select * from cx.records_steps_v1(%s::bytea, %s::uuid, %s::uuid, gen_random_uuid())", ""),
    ("select * from cx.lookup_check_v1(array[%s::bytea], array[%s::uuid], array[%s::uuid], array[sha256('x')])", ""),
)


def arguments(token: bytes, person: UUID | None, line: UUID, activity: str) -> list[Any]:
    return [token, person, line, *([activity] if activity else [])]


@pytest.mark.parametrize(("sql", "activity"), READINGS)
def test_reading_without_a_look_raises(sql: str, activity: str, citizen: Any, connect: Callable[..., Any]) -> None:
    web = connect("web")
    refused(web, sql, arguments(citizen.token, citizen.person, uuid4(), activity), "LOOK-01")
    refused(web, sql, arguments(secrets.token_bytes(32), citizen.person, uuid4(), activity), "LOOK-01")


def raw_look(db: psycopg.Connection[Any], token: bytes) -> UUID:
    line = uuid4()
    db.execute("select cx.people_self_look_v1(%s::bytea, %s::uuid)", [token, line])
    return line


def test_look_of_the_same_transaction_or_savepoint_opens_nothing(citizen: Any, connect: Callable[..., Any]) -> None:
    web = connect("web")
    for savepoint in (False, True):
        with pytest.raises(psycopg.Error) as refusal, web.transaction():
            if savepoint:
                web.execute("savepoint s")
            line = raw_look(web, citizen.token)
            if savepoint:
                web.execute("release savepoint s")
            web.execute(OWN, [citizen.token, citizen.person, line])
        assert refusal.value.diag.constraint_name == "LOOK-01"


def test_rolled_back_look_opens_nothing_and_reveals_nobody(
    clerk: Any, citizen: Any, connect: Callable[..., Any]
) -> None:
    """Asking by number answers a person key in any case, and the same one each time."""
    from chengxin.people.api import ring

    web = connect("web")
    keys = []
    for index in (ring().blind_index("citizen", citizen.number), secrets.token_bytes(32)):
        answers = set()
        for _ in range(2):
            line = uuid4()
            with pytest.raises(ZeroDivisionError), web.transaction():
                row = web.execute(
                    "select cx.lookup_look_v1(array[%s::bytea], array[%s::uuid], array[%s::bytea], array[sha256('x')], "
                    "array['SUBSIDY'], array['1'])",
                    [clerk.token, line, index],
                ).fetchone()
                answers.add(row[0][0])
                raise ZeroDivisionError
            refused(web, READINGS[-1][0], [clerk.token, row[0][0], line], "LOOK-01")
        keys.append(answers)
    assert all(len(answers) == 1 and next(iter(answers)).version == 4 for answers in keys)


def test_committed_look_opens_once_owned_and_only_its_own(
    make_citizen: Callable[..., Any], connect: Callable[..., Any]
) -> None:
    web, one, other = connect("web"), make_citizen(), make_citizen()
    line = raw_look(web, one.token)
    assert len(web.execute(OWN, [one.token, one.person, line]).fetchall()) == 1
    refused(web, OWN, [other.token, one.person, line], "LOOK-01")  # another actor's
    refused(web, OWN, [one.token, other.person, line], "LOOK-01")  # another person
    case = "select * from cx.redress_record_v1(%s::bytea, %s::uuid, %s::uuid)"
    refused(web, case, [one.token, one.person, line], "LOOK-01")  # for another activity


def test_look_is_good_for_a_minute(citizen: Any, connect: Callable[..., Any]) -> None:
    web, owner = connect("web"), connect("owner")
    line = raw_look(web, citizen.token)
    owner.execute("update cx.ledger_register set at = at - interval '61 seconds' where id = %s", [line])
    refused(web, OWN, [citizen.token, citizen.person, line], "LOOK-01")


def test_closed_session_neither_looks_nor_reads(citizen: Any, connect: Callable[..., Any]) -> None:
    web = connect("web")
    line = raw_look(web, citizen.token)
    web.execute("select cx.ledger_session_close_v1(%s::bytea)", [citizen.token])
    refused(web, OWN, [citizen.token, citizen.person, line], "LOOK-01")
    with pytest.raises(psycopg.Error) as refusal:
        raw_look(web, citizen.token)
    assert refusal.value.diag.constraint_name == "SESSION-01"


BY_NUMBER = "select cx.lookup_look_v1(array[%s::bytea], array[gen_random_uuid()], array[sha256('x')], array[sha256('x')], array[%s], array[%s])"


def test_look_needs_duty_purpose_and_case(clerk: Any, citizen: Any, reviewer: Any, connect: Callable[..., Any]) -> None:
    web = connect("web")
    refused(web, BY_NUMBER, [clerk.token, "", "1"], "DUTY-01")
    refused(web, BY_NUMBER, [clerk.token, "NO_SUCH", "1"], "DUTY-01")
    refused(web, BY_NUMBER, [reviewer.token, "", "1"], "DUTY-01")
    refused(web, BY_NUMBER, [clerk.token, "SUBSIDY", "x" * 65], "LOOK-06")
    refused(web, BY_NUMBER, [clerk.token, "SUBSIDY", " "], "LOOK-04")
    refused(web, BY_NUMBER, [citizen.token, "SUBSIDY", "1"], "DUTY-01")
    refused(web, "select cx.people_self_look_v1(%s::bytea, gen_random_uuid())", [clerk.token], "DUTY-02")
    case = "select cx.redress_look_v1(%s::bytea, gen_random_uuid(), %s, 'none', '')"
    refused(web, case, [reviewer.token, citizen.person], "REDRESS-04")  # no open case, no look


def test_no_look_names_a_person_freely(clerk: Any, citizen: Any, connect: Callable[..., Any]) -> None:
    sql = "select cx.ledger_look_v1(array['x'::bytea], array[%s::uuid], array[gen_random_uuid()], array['x'], array[''], array[''], null)"
    for role in APPLICATION_ROLES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(role).execute(sql, [citizen.person])


def test_quota_is_kept_by_the_database(clerk: Any, connect: Callable[..., Any]) -> None:
    web, owner = connect("web"), connect("owner")
    owner.execute("delete from cx.ledger_quota where actor = %s", [clerk.account.account])
    batch = "select cx.lookup_look_v1(%s::bytea[], %s::uuid[], %s::bytea[], %s::bytea[], %s::text[], %s::text[])"

    def ask(n: int) -> None:
        ids, numbers = [uuid4() for _ in range(n)], [secrets.token_bytes(32) for _ in range(n)]
        web.execute(batch, [[clerk.token] * n, ids, numbers, numbers, ["LICENCE"] * n, ["1"] * n])

    ask(100)
    with pytest.raises(psycopg.Error) as refusal:
        ask(1)
    assert refusal.value.diag.constraint_name == "LOOK-05"
    owner.execute("delete from cx.ledger_quota where actor = %s", [clerk.account.account])


def test_minimal_answer_keeps_to_the_purpose(citizen: Any, clerk: Any, connect: Callable[..., Any]) -> None:
    """A purpose without fields answers yes or no even to psql."""
    from chengxin.ledger.api import today
    from chengxin.lookup.queries import register
    from chengxin.notice import api as notice
    from chengxin.people.api import identity, ring, self_look
    from chengxin.records import api as records

    own = self_look(citizen.token)
    (record,), (letter,) = records.own(own), notice.letters(own)
    notice.open_letter(
        citizen.token, citizen.person, letter, record, notice.body(record, identity(own).name, today=today())
    )
    records.accept(citizen.token, citizen.person, records.own(self_look(citizen.token))[0])
    web = connect("web")
    pair = ring().pair_index("citizen", citizen.number, citizen.name)
    opened = register(clerk.token, "citizen", citizen.number, pair, purpose="SUBSIDY", case="测1")
    row = web.execute(
        "select * from cx.lookup_check_v1(array[%s::bytea], array[%s::uuid], array[%s::uuid], array[%s::bytea])",
        [clerk.token, opened.person, opened.id, pair],
    ).fetchone()
    assert row == (1, True, None, None, None, None, None, None, None)


def test_writers_refuse_without_an_open_act(citizen: Any, connect: Callable[..., Any]) -> None:
    web = connect("web")
    accept = "select cx.records_accept_v1(%s::uuid, %s::uuid, %s::uuid, 2)"
    refused(web, accept, [citizen.person, uuid4(), uuid4()], "ACT-01")
    line = raw_look(web, citizen.token)
    refused(web, accept, [citizen.person, uuid4(), line], "ACT-01")  # a look is no act
    refused(
        web,
        "select cx.redress_object_v1(%s, %s, %s, %s, 2, 'x', 'error', 'x')",
        [citizen.person, uuid4(), line, uuid4()],
        "ACT-01",
    )
    decide = "select cx.redress_decide_v1(%s, %s, %s, %s, 2, 'upheld', 'x', null)"
    refused(web, decide, [citizen.token, line, citizen.person, uuid4()], "REDRESS-04")
    refused(
        web,
        "select cx.notice_serve_v1(%s, %s, %s, 2, current_date + 90, sha256('x'), '')",
        [citizen.person, uuid4(), line],
        "ACT-01",
    )
    contact = "select cx.notice_contact_set_v1(%s, %s, %s, 'phone', '')"
    refused(web, contact, [citizen.person, line, uuid4()], "ACT-01")
    refused(web, "select cx.intake_close_v1(%s, %s, 0, 0, 0)", [uuid4(), line], "ACT-01")
    refused(
        web,
        "select cx.intake_open_v1(%s, %s, 'XZCF', 1, 'report', 'command', sha256('x'), 'CSV', 1)",
        [uuid4(), line],
        "ACT-01",
    )
    upload = "select cx.intake_upload_v1(%s, %s, 'XZCF', 'report', 'page', sha256('x'), 1, array['x'::bytea], 'x')"
    refused(web, upload, [uuid4(), line], "ACT-01")
    refused(web, "select cx.intake_go_on_v1(%s, %s, 'x')", [uuid4(), line], "ACT-01")


def test_an_act_of_an_earlier_transaction_or_another_kind_is_not_open(
    citizen: Any, connect: Callable[..., Any]
) -> None:
    web, earlier, line = connect("web"), uuid4(), uuid4()
    opening = "select cx.ledger_own_act_v1(%s::bytea, %s::uuid, %s, '')"
    web.execute(opening, [citizen.token, earlier, "records.accept"])
    accept = "select cx.records_accept_v1(%s::uuid, %s::uuid, %s::uuid, 2)"
    refused(web, accept, [citizen.person, uuid4(), earlier], "ACT-01")
    with pytest.raises(psycopg.Error) as refusal, web.transaction():
        web.execute(opening, [citizen.token, line, "notice.open"])
        web.execute(accept, [citizen.person, uuid4(), line])
    assert refusal.value.diag.constraint_name == "ACT-01"


def test_points_role_reaches_nothing_adverse(connect: Callable[..., Any]) -> None:
    owner = connect("owner")
    functions = owner.execute(
        "select p.oid::regprocedure::text from pg_proc p where p.pronamespace = 'cx'::regnamespace "
        "and has_function_privilege('points', p.oid, 'execute')"
    ).fetchall()
    tables = owner.execute(
        "select c.relname from pg_class c where c.relnamespace = 'cx'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') "
        "and has_table_privilege('points', c.oid, 'select') order by 1"
    ).fetchall()
    assert functions == []
    assert tables == [("catalog_basis",), ("catalog_item",), ("catalog_parameter",)]


def test_rules_and_purposes_cannot_be_rewritten_by_the_pages(connect: Callable[..., Any]) -> None:
    web = connect("web")
    for deed in (
        "update cx.catalog_parameter set value = 0",
        "insert into cx.people_purpose select * from cx.people_purpose",
        "update cx.people_permission set own = false",
        "delete from cx.catalog_basis",
        "insert into cx.people_organisation values ('x', 'x', 'x', current_date, null)",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(deed.encode())


def test_only_the_sign_in_role_opens_sessions(connect: Callable[..., Any], clerk: Any) -> None:
    sql = "select cx.people_session_open_v1('x', gen_random_uuid(), %s, 'x', 3, '')"
    for role in ("web", "worker", "engine", "log", "points", "backup"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(role).execute(sql, [clerk.account.account])
