"""Roles: who they are, what they may become, what they may enter."""

from __future__ import annotations

from typing import Any

import pytest

from inspections.catalog import ROLES, Connection, named, query

pytestmark = pytest.mark.database

USES_SCHEMA = frozenset(ROLES) - {"backup"}
"""Roles that call functions or read reference data. Backup replicates and enters no schema."""


def attributes(connection: Connection) -> list[str]:
    """Attributes of our roles that are not as bootstrap makes them."""
    found = []
    rows = query(
        connection,
        "select rolname, rolcanlogin, rolinherit, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls, rolreplication "
        "from pg_roles where rolname = any (%s) order by rolname",
        ["owner", *ROLES],
    )
    for name, login, inherit, superuser, create_role, create_db, bypass, replication in rows:
        if superuser or create_role or create_db or bypass or inherit or not login:
            found.append(f"role {name} has attributes too many: run bootstrap again (chengxin doctor says which)")
        if replication != (name == "backup"):
            found.append(f"role {name}: REPLICATION is for backup alone")
    missing = {"owner", *ROLES} - {row[0] for row in rows}
    return found + [f"role {name} is missing: run bootstrap" for name in sorted(missing)]


def memberships(connection: Connection) -> list[str]:
    """Memberships of our roles in any role, or of any role in ours."""
    found = query(
        connection,
        "select pg_get_userbyid(m.member), pg_get_userbyid(m.roleid) from pg_auth_members m "
        "where pg_get_userbyid(m.member) = any (%s) or pg_get_userbyid(m.roleid) = any (%s)",
        ["owner", *ROLES],
        ["owner", *ROLES],
    )
    # The owner of a database is an implicit member of pg_database_owner, which has nothing but the empty schema public.
    found += query(
        connection,
        "select r.rolname, o.rolname from pg_roles r, pg_roles o where r.rolname = any (%s) and r.oid <> o.oid "
        "and o.rolname <> 'pg_database_owner' "
        "and not r.rolsuper and (pg_has_role(r.oid, o.oid, 'USAGE') or pg_has_role(r.oid, o.oid, 'SET'))",
        ["owner", *ROLES],
    )
    return [f"{member} can become {role}: revoke it; one process, one role" for member, role in found]


def spaces(connection: Connection) -> list[str]:
    """Privileges on the database and on schemas beyond what is stated here."""
    stated = {("database", "chengxin", role, "CONNECT") for role in (*ROLES, "owner")}
    stated |= {("schema", "cx", role, "USAGE") for role in USES_SCHEMA} | {
        ("schema", "cx", "owner", "USAGE"),
        ("schema", "cx", "owner", "CREATE"),
    }
    found = query(
        connection,
        """
        select 'database', 'chengxin', coalesce(g.rolname, 'PUBLIC'), a.privilege_type
        from pg_database d cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) a
        left join pg_roles g on g.oid = a.grantee where d.datname = current_database()
        union
        select 'schema', n.nspname, coalesce(g.rolname, 'PUBLIC'), a.privilege_type
        from pg_namespace n cross join lateral aclexplode(coalesce(n.nspacl, acldefault('n', n.nspowner))) a
        left join pg_roles g on g.oid = a.grantee
        where n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast') and n.nspname not like 'pg_temp%%'
          and n.nspname not like 'pg_toast_temp%%' and (a.grantee = 0 or g.rolname = any (%s))
        """,
        ["owner", *ROLES],
    )
    problems = [
        f"{who} has {what} on {kind} {name}: revoke it, or state it here"
        for kind, name, who, what in sorted(set(found) - stated)
    ]
    return problems + [
        f"{who} lacks {what} on {kind} {name}: run bootstrap" for kind, name, who, what in sorted(stated - set(found))
    ]


def large_objects(connection: Connection) -> list[str]:
    """Roles that can make large objects: one made by web would break the owner's dump, and escape every guard."""
    found = query(
        connection,
        r"select r.rolname, p.oid::regprocedure::text from pg_roles r, pg_proc p where r.rolname = any (%s) "
        r"and p.pronamespace = 'pg_catalog'::regnamespace "
        r"and (p.proname like 'lo\_%%' or p.proname in ('loread', 'lowrite')) "
        r"and has_function_privilege(r.oid, p.oid, 'EXECUTE')",
        ["owner", *ROLES],
    )
    return [f"{role} may execute {function}: revoke it from public" for role, function in found]


def other_databases(connection: Connection) -> list[str]:
    """Databases of the embedded server that anybody may enter."""
    found = query(
        connection,
        "select d.datname, r.rolname from pg_database d, pg_roles r where r.rolname = any (%s) and d.datallowconn "
        "and d.datname <> current_database() and has_database_privilege(r.oid, d.oid, 'CONNECT')",
        ["owner", *ROLES],
    )
    return [f"{role} may enter database {name}: revoke all on it from public" for name, role in found]


CHECKS = (attributes, memberships, spaces, large_objects, other_databases)
PLANTED = {
    attributes: ("alter role web createdb", "alter role worker inherit", "alter role engine replication"),
    memberships: ("grant owner to web with inherit false, set true", "grant pg_read_all_data to log"),
    spaces: (
        "grant create on schema cx to web",
        "grant usage on schema public to public",
        "grant temporary on database chengxin to web",
    ),
    large_objects: ("grant execute on function lo_create(oid) to web",),
    other_databases: ("grant connect on database postgres to web",),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_roles(check: Any, owner: Connection) -> None:
    assert check(owner) == []


@pytest.mark.parametrize(
    ("check", "statement"), [(check, sql) for check, planted in PLANTED.items() for sql in planted], ids=named
)
def test_inspection_finds_what_is_planted(check: Any, statement: str, administrator: Connection) -> None:
    with administrator.transaction(force_rollback=True):
        before = check(administrator)
        administrator.execute(statement.encode())
        assert len(check(administrator)) > len(before)
