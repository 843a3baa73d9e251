from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from chengxin.ledger.privilege import OperateError, ensure_unprivileged, refuse_privilege
from chengxin.operate.bootstrap import bootstrap, seal_clone
from chengxin.operate.embedded import Server
from chengxin.operate.home import ROLES, Home

pytestmark = pytest.mark.database

REASSIGN = "REASSIGN OWNED BY web TO owner; GRANT CONNECT ON DATABASE chengxin TO web; GRANT USAGE ON SCHEMA cx TO web;"
SERVING = [role for role in ROLES if role not in {"owner", "backup"}]


def test_attributes_of_the_roles(admin: psycopg.Connection) -> None:
    found = admin.execute(
        "select rolname, rolcanlogin, rolinherit or rolsuper or rolcreaterole or rolcreatedb or rolbypassrls, "
        "rolreplication from pg_roles where rolname = any(%s)",
        [list(ROLES)],
    ).fetchall()
    assert sorted(found) == sorted((role, True, False, role == "backup") for role in ROLES)


def test_passwords_are_kept_as_scram(admin: psycopg.Connection) -> None:
    kinds = admin.execute("select distinct left(rolpassword, 13) from pg_authid where rolcanlogin").fetchall()
    assert kinds == [("SCRAM-SHA-256",)]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_signs_in_to_our_database_only(served: Home, role: str) -> None:
    with psycopg.connect(served.dsn(role)) as own:
        assert own.execute("show search_path").fetchone() == ("cx",)
        assert own.execute("show log_min_messages").fetchone() == ("log",)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            own.execute("set log_min_messages = error")
    for other in ("postgres", "template1"):
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            psycopg.connect(served.dsn(role), dbname=other)


@pytest.mark.parametrize("role", SERVING)
@pytest.mark.parametrize(
    "statement",
    [
        "create table cx.mine (x int)",
        "create table public.mine (x int)",
        "create temporary table mine (x int)",
        "create schema mine",
        "select lo_create(0)",
        "select lo_from_bytea(0, 'x')",
        "set role owner",
        "create role mine",
        "create database mine",
        "copy (select 1) to program 'true'",
    ],
)
def test_a_serving_role_can_make_nothing(served: Home, role: str, statement: str) -> None:
    with (
        psycopg.connect(served.dsn(role), autocommit=True) as own,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        own.execute(statement)


def test_functions_of_the_owner_are_closed(served: Home) -> None:
    with psycopg.connect(served.dsn("owner"), autocommit=True) as owner:
        owner.execute("create or replace function cx.closed_v1() returns int begin atomic select 1; end")
        try:
            with (
                psycopg.connect(served.dsn("web")) as web,
                pytest.raises(psycopg.errors.InsufficientPrivilege, match="closed_v1"),
            ):
                web.execute("select cx.closed_v1()")
        finally:
            owner.execute("drop function cx.closed_v1()")


def test_the_owner_is_no_superuser_and_makes_nothing_outside_its_schema(served: Home) -> None:
    for statement in ("create schema mine", "create table public.mine (x int)", "create temporary table mine (x int)"):
        with (
            psycopg.connect(served.dsn("owner"), autocommit=True) as owner,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            owner.execute(statement)


def test_bootstrap_repairs_and_changes_nothing_else(served: Home, admin: psycopg.Connection) -> None:
    admin.execute("alter role worker superuser createdb inherit password 'lost'")
    bootstrap(served)
    bootstrap(served)
    ensure_unprivileged(served.dsn("worker"))


@pytest.mark.parametrize("role", SERVING)
def test_a_serving_role_may_serve(served: Home, role: str) -> None:
    assert refuse_privilege(served.dsn(role)) == []


@pytest.mark.parametrize(
    ("mistake", "kind", "repair"),
    [
        ("alter role web superuser", "superuser", "ALTER ROLE web NOSUPERUSER;"),
        ("alter role web bypassrls", "bypassrls", "ALTER ROLE web NOBYPASSRLS;"),
        ("alter role web createrole", "createrole", "ALTER ROLE web NOCREATEROLE;"),
        ("alter role web createdb", "createdb", "ALTER ROLE web NOCREATEDB;"),
        ("alter role web replication", "replication", "ALTER ROLE web NOREPLICATION;"),
        ("grant owner to web", "member", "REVOKE owner FROM web;"),
        ("grant owner to web with inherit false, set false, admin true", "member", "REVOKE owner FROM web;"),
        ("grant pg_read_all_data to web", "member", "REVOKE pg_read_all_data FROM web;"),
        ("alter schema cx owner to web", "owns", REASSIGN),
        ("alter database chengxin owner to web", "owns", REASSIGN),
        ("create table cx.own (x int); alter table cx.own owner to web", "owns", REASSIGN),
        ("grant create on schema cx to web", "create_schema", "REVOKE CREATE ON SCHEMA cx FROM web;"),
        ("grant create on schema public to public", "create_schema", "REVOKE CREATE ON SCHEMA public FROM PUBLIC;"),
        ("grant create on database chengxin to web", "create_database", "REVOKE CREATE ON DATABASE chengxin FROM web;"),
    ],
)
def test_too_much_is_refused_with_the_statement_that_repairs_it(
    served: Home, admin: psycopg.Connection, mistake: str, kind: str, repair: str
) -> None:
    admin.execute(mistake.encode())
    try:
        assert [(problem.kind, problem.remedy) for problem in refuse_privilege(served.dsn("web"))] == [(kind, repair)]
        with pytest.raises(OperateError) as refused:
            ensure_unprivileged(served.dsn("web"))
        assert refused.value.remedy == f"请由数据库管理员执行：{repair}"
        admin.execute(repair.encode())
        ensure_unprivileged(served.dsn("web"))
    finally:
        admin.execute("drop table if exists cx.own")
        bootstrap(served)


def test_an_owner_is_refused_and_set_role_hides_nothing(served: Home, admin: psycopg.Connection) -> None:
    with pytest.raises(OperateError, match="拥有数据库对象"):
        ensure_unprivileged(served.dsn("owner"))
    admin.execute("set role web")
    assert {"superuser"} <= {problem.kind for problem in refuse_privilege(admin)}


def test_no_database_no_start(home: Home) -> None:
    with pytest.raises(OperateError, match="没有接受连接"):
        ensure_unprivileged(home.dsn("web"))


def test_a_clone_is_sealed(served: Home, admin: psycopg.Connection) -> None:
    admin.execute("create database cloned template template0")
    try:
        seal_clone(admin, "cloned")
        with psycopg.connect(served.dsn("web"), dbname="cloned", autocommit=True) as web:
            assert web.execute("show search_path").fetchone() == ("cx",)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                web.execute("create temporary table mine (x int)")
    finally:
        admin.execute("drop database cloned with (force)")


def test_an_external_server(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Server(home):
        url = home.admin_dsn()
        ours = Home.create(tmp_path / "ours", mode="test", external_url=url)
        bootstrap(ours, url)
        bootstrap(ours, url)
        ensure_unprivileged(ours.dsn("web"))

        with pytest.raises(OperateError, match="不属于本安装的角色：backup、engine"):
            bootstrap(Home.create(tmp_path / "theirs", mode="test", external_url=url), url)
        with pytest.raises(OperateError, match="不是数据库管理员"):
            bootstrap(ours, ours.dsn("owner"))
        monkeypatch.setattr("chengxin.operate.bootstrap.MINIMUM", 99)
        with pytest.raises(OperateError, match="数据库是 PostgreSQL 18，至少需要 99"):
            bootstrap(ours, url)
    with pytest.raises(OperateError, match="连接不上数据库"):
        bootstrap(ours, url)
