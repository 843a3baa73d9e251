"""Functions of the database: they are the only doors, so everything about them is stated and compared."""

from __future__ import annotations

from typing import Any

import pytest

from chengxin.kernel.retention import Scope
from inspections.catalog import ROLES, Connection, Function, functions, named, query, reach
from inspections.grants import (
    ACTS,
    EXECUTES,
    INTERNAL_TABLE_ROWS,
    LOOK,
    READS_WITHOUT_LOOK,
    READS_WITHOUT_SHOWN,
    WRITES_WITHOUT_ACT,
)
from tools import house

pytestmark = pytest.mark.database

SEARCH_PATH = "search_path=pg_catalog, cx, pg_temp"


def unsafe(connection: Connection) -> list[str]:
    """Functions whose owner, body or settings leave a way past the guards."""
    found = []
    for f in functions(connection).values():
        if f.owner != "owner":
            found.append(f"{f.name} belongs to {f.owner}: functions belong to owner, which is no superuser")
        if f.language == "sql" and not f.atomic:
            found.append(f"{f.name} has a quoted body: write BEGIN ATOMIC, so that names are bound when it is made")
        if f.language == "plpgsql" and f.settings != (SEARCH_PATH,):
            found.append(f"{f.name}: plpgsql needs exactly `set {SEARCH_PATH.replace('=', ' = ', 1)}`")
        if f.language == "sql" and f.settings:
            found.append(f"{f.name} changes settings {f.settings}: an atomic body needs none")
        if f.language not in {"sql", "plpgsql"}:
            found.append(f"{f.name} is written in {f.language}: only sql and plpgsql")
        if f.language == "plpgsql" and "execute" in f.body:
            found.append(f"{f.name} runs dynamic SQL: write the statement out")
        if f.defaults:
            found.append(f"{f.name} has default arguments: they make overloads ambiguous, pass every argument")
        if f.executors and not f.definer:
            found.append(f"{f.name} is granted but no SECURITY DEFINER: roles have no privileges it could use")
        if f.returns_table and (f.executors or f.name not in INTERNAL_TABLE_ROWS):
            found.append(f"{f.name} returns SETOF a table: make a frozen row type _vN")
    names = [
        name for (name,) in query(connection, "select proname from pg_proc where pronamespace = 'cx'::regnamespace")
    ]
    found += [f"{name} is overloaded: give the other one its own name" for name in set(names) if names.count(name) > 1]
    found += [f"{name}: end its name with _vN" for name in names if name.rsplit("_v", 1)[-1].isdigit() is False]
    return sorted(found)


def wrong_grants(connection: Connection) -> list[str]:
    """Differences between what roles may execute and what stands in this file."""
    found = []
    every = functions(connection)
    for role in (*ROLES, "PUBLIC"):
        stated = EXECUTES.get(role, set())
        granted = {f.name for f in every.values() if role in f.executors}
        found += [f"{role} may execute {name}: revoke it, or state it in EXECUTES" for name in sorted(granted - stated)]
        found += [
            f"{role} may not execute {name}: grant it, or take it out of EXECUTES" for name in sorted(stated - granted)
        ]
    known = {*ROLES, "PUBLIC"}
    found += [
        f"{f.name} is granted to {sorted(f.executors - known)}: no such role"
        for f in every.values()
        if f.executors - known
    ]
    return found


def unlooked(connection: Connection) -> list[str]:
    """Granted functions that come to a table about persons without asking for a look or an act."""
    every = functions(connection)
    about = {name for name, table in house.tables().items() if table.scope in {Scope.PERSON, Scope.LOOKUP}}
    found = []
    for f in every.values():
        if not f.executors:
            continue
        inside = [every[name] for name in reach(every, f.name) if name == f.name or not name.startswith("ledger_")]
        touched = {table for one in inside for table in one.reads | one.writes} & about
        guarded = bool(f.calls & LOOK if _reads_out(f) else reach(every, f.name) & (LOOK | ACTS))
        if touched and not guarded and f.name not in READS_WITHOUT_LOOK:
            found.append(
                f"{f.name} reads {', '.join(sorted(touched))} without a look: call {' or '.join(sorted(LOOK))} first, "
                "or state in READS_WITHOUT_LOOK why not"
            )
        if f.calls & LOOK and f.volatility != "v":
            found.append(f"{f.name} checks a look but is not VOLATILE: the planner may run it when it likes")
    return found


def unshown(connection: Connection) -> list[str]:
    """Granted functions that read under a look without writing down what it was shown."""
    return [
        f"{f.name} reads under a look and does not say what was shown: call ledger_shown_v1, "
        "or state in READS_WITHOUT_SHOWN why not"
        for f in functions(connection).values()
        if f.executors and f.calls & LOOK and "ledger_shown_v1" not in f.calls and f.name not in READS_WITHOUT_SHOWN
    ]


def _reads_out(f: Function) -> bool:
    """Whether a function exists to tell something: it answers rows and writes nothing under an act."""
    return f.returns_set and not f.calls & ACTS


def unacted(connection: Connection) -> list[str]:
    """Functions that write a table without asking for an act themselves."""
    return [
        f"{f.name} writes {', '.join(sorted(f.writes))} without an act: call {' or '.join(sorted(ACTS))} first, "
        "or state in WRITES_WITHOUT_ACT why not"
        for f in functions(connection).values()
        if f.writes and not f.calls & ACTS and f.name not in WRITES_WITHOUT_ACT
    ]


CHECKS = (unsafe, wrong_grants, unlooked, unshown, unacted)

_ATOMIC = "language sql volatile security definer begin atomic"
_DEFINER = f"create function cx.planted_v1() returns integer {_ATOMIC} select 1; end"
_GRANT = "grant execute on function cx.planted_v1 to web"


def _answering(rows: str) -> str:
    """A granted function that answers these rows of a person."""
    row = "create type cx.planted_row_v1 as (person uuid)"
    made = f"create function cx.planted_v1(p uuid) returns setof cx.planted_row_v1 {_ATOMIC} {rows}; end"
    return f"{row}; {made}; {_GRANT}"


PLANTED = {
    unsafe: (
        "create function cx.planted_v1() returns integer language sql as 'select 1'",
        "create function cx.planted_v1() returns void language plpgsql security definer as 'begin end'",
        "create function cx.planted_v1() returns void language plpgsql set search_path = cx as 'begin end'",
        "create function cx.planted_v1(p integer default 1) returns integer language sql begin atomic select p; end",
        "create function cx.planted() returns integer language sql begin atomic select 1; end",
        "create function cx.refuse_v1(p integer) returns integer language sql begin atomic select p; end",
        "grant execute on function cx.records_gate_v1(uuid[]) to web",
    ),
    wrong_grants: (
        "grant execute on function cx.people_open_v1 to web",
        "grant execute on function cx.people_identity_v1 to public",
        "grant execute on function cx.ledger_today_v1() to points",
        "revoke execute on function cx.lookup_check_v1 from web",
        f"{_DEFINER}; grant execute on function cx.planted_v1() to worker",
    ),
    unlooked: (
        _answering("select r.person from cx.records_record r where r.person = p"),
        _answering("select g.person from cx.records_gate_v1(array[p]) g"),
    ),
    unshown: (
        f"create function cx.planted_v1(t bytea, p uuid, l uuid) returns bigint {_ATOMIC} "
        "select cx.ledger_require_look_v1(t, p, l, 'person.own'); "
        f"select count(*) from cx.records_record r where r.person = p; end; {_GRANT}",
    ),
    unacted: (
        f"create function cx.planted_v1(p uuid) returns void {_ATOMIC} "
        "delete from cx.people_identity where person = p; end",
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_functions(check: Any, owner: Connection) -> None:
    assert check(owner) == []


@pytest.mark.parametrize(
    ("check", "statement"), [(check, sql) for check, planted in PLANTED.items() for sql in planted], ids=named
)
def test_inspection_finds_what_is_planted(check: Any, statement: str, owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        before = check(owner)
        owner.execute(statement.encode())
        assert len(check(owner)) > len(before)


def test_default_privileges_give_the_public_nothing(owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute(_DEFINER.encode())
        assert functions(owner)["planted_v1"].executors == frozenset()


def test_what_a_role_can_execute_as_postgresql_judges_it(owner: Connection) -> None:
    found = query(
        owner,
        "select r.rolname, p.proname from pg_roles r, pg_proc p where r.rolname = any (%s) "
        "and p.pronamespace = 'cx'::regnamespace and has_function_privilege(r.oid, p.oid, 'EXECUTE')",
        list(ROLES),
    )
    assert set(found) == {(role, name) for role, names in EXECUTES.items() for name in names}


def test_files_say_what_the_database_grants(owner: Connection) -> None:
    """The grants as the SQL files say them, from which docs/reference/permissions.md is made."""
    stated = {(grant.role, grant.function) for grant in house.grants()}
    assert stated == {(role, f.name) for f in functions(owner).values() for role in f.executors}


def test_exceptions_are_still_needed(owner: Connection) -> None:
    every = functions(owner)
    stale = [name for name in READS_WITHOUT_LOOK if name not in every or every[name].calls & LOOK]
    stale += [name for name in READS_WITHOUT_SHOWN if name not in every or "ledger_shown_v1" in every[name].calls]
    stale += [name for name in WRITES_WITHOUT_ACT if name not in every or not every[name].writes]
    stale += [name for name in INTERNAL_TABLE_ROWS if name not in every or not every[name].returns_table]
    assert stale == [], "take these out of the lists above"
