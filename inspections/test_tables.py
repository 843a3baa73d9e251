"""Tables of the database: privileges, keys and shape, from its own catalog."""

from __future__ import annotations

from typing import Any

import pytest

from chengxin.kernel.retention import Scope
from inspections.catalog import ROLES, Connection, classified, named, query, table_privileges
from tools import house

pytestmark = pytest.mark.database

READERS = frozenset({"web", "worker", "engine", "points"})
"""Roles that may read reference tables. None may write one: rules, purposes and numbers of the law are the owner's."""
DROPS = frozenset({("records_stage", "web", "INSERT"), ("records_stage", "worker", "INSERT")})
"""Guarded tables that take rows by COPY and let nobody read them: what lies there is judged by a function before it
counts, under a run id that only the session that wrote it knows."""
POINTS_READS = "catalog"
"""The only room whose reference tables the points role may read."""
LONGEST = 30
"""Characters of a name, so that no other PostgreSQL family cuts it."""
FRAMEWORK = frozenset({"django_migrations"})


def privileges_too_many(connection: Connection) -> list[str]:
    """Privileges that a guarded table gives anybody, and more than SELECT on the others."""
    found = []
    for table, column, grantee, privilege in table_privileges(connection):
        what = f"{grantee} has {privilege} on cx.{table}{f'({column})' if column else ''}"
        entry = classified(table)
        if (table, grantee, privilege) in DROPS and not column:
            continue
        if entry is None or entry.guarded:
            found.append(f"{what}: revoke it; guarded tables are read and written through the owner's functions only")
        elif privilege != "SELECT" or grantee not in READERS:
            found.append(
                f"{what}: at most SELECT for {', '.join(sorted(READERS))}; only migrations write reference data"
            )
        elif grantee == "points" and not table.startswith(f"{POINTS_READS}_"):
            found.append(f"{what}: the points role may read nothing but the catalog")
    return found


def keys_without_person(connection: Connection) -> list[str]:
    """Unique keys of person-scoped tables whose first column is not the person."""
    found = query(
        connection,
        """
        select t.relname, i.relname, coalesce(a.attname, '(expression)')
        from pg_index x
        join pg_class t on t.oid = x.indrelid
        join pg_class i on i.oid = x.indexrelid
        left join pg_attribute a on a.attrelid = t.oid and a.attnum = x.indkey[0]
        where t.relnamespace = 'cx'::regnamespace and x.indisunique
        """,
    )
    return [
        f"unique key {index} of cx.{table} starts with {first}: put person first, so that each key lies with its person"
        for table, index, first in found
        if (entry := classified(table)) and entry.scope is Scope.PERSON and first != "person"
    ]


def missing_parts(connection: Connection) -> list[str]:
    """Person-scoped tables without primary key, or without the act that wrote the row."""
    found = []
    for table, columns, has_key in query(
        connection,
        """
        select c.relname, array_agg(a.attname::text),
          exists (select from pg_index x where x.indrelid = c.oid and x.indisprimary)
        from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where c.relnamespace = 'cx'::regnamespace and c.relkind in ('r', 'p') group by c.oid, c.relname
        """,
    ):
        entry = classified(table)
        if not has_key:
            found.append(f"cx.{table} has no primary key: give it one")
        if entry is None or entry.scope is not Scope.PERSON:
            continue
        if ("act" in columns) == bool(entry.unbound):
            found.append(
                f"cx.{table}: a person-scoped table has a column act, or says in retention.py (unbound) why not"
            )
    return found


def forbidden_objects(connection: Connection) -> list[str]:
    """Objects of the SQL diet's black list."""
    found = query(
        connection,
        """
        select 'trigger ' || t.tgname || ' on ' || t.tgrelid::regclass from pg_trigger t
          join pg_class c on c.oid = t.tgrelid where c.relnamespace = 'cx'::regnamespace and not t.tgisinternal
        union all select 'rule ' || r.rulename || ' on ' || r.ev_class::regclass from pg_rewrite r
          join pg_class c on c.oid = r.ev_class where c.relnamespace = 'cx'::regnamespace
        union all select 'policy ' || p.polname || ' on ' || p.polrelid::regclass from pg_policy p
        union all select 'row-level security on ' || c.oid::regclass from pg_class c
          where c.relnamespace = 'cx'::regnamespace and (c.relrowsecurity or c.relforcerowsecurity)
        union all select 'event trigger ' || e.evtname from pg_event_trigger e
        union all select case c.relkind when 'f' then 'foreign table ' else 'view ' end || c.relname
          from pg_class c where c.relnamespace = 'cx'::regnamespace and c.relkind in ('v', 'm', 'f')
        union all select 'deferrable constraint ' || n.conname from pg_constraint n
          where n.connamespace = 'cx'::regnamespace and n.condeferrable
        union all select 'extension ' || x.extname from pg_extension x where x.extname <> 'plpgsql'
        union all select 'table of another owner: ' || c.relname from pg_class c
          where c.relnamespace = 'cx'::regnamespace and c.relowner <> 'owner'::regrole
        union all select 'object outside cx: ' || c.oid::regclass from pg_class c
          where c.relowner in (select r.oid from pg_roles r where r.rolname = any (%s))
            and c.relnamespace <> 'cx'::regnamespace and c.relnamespace <> 'pg_toast'::regnamespace
        order by 1
        """,
        ["owner", *ROLES],
    )
    return [
        f"{name}: not in the diet, remove it (privileges, keys, CHECKs and functions are the only guards)"
        for (name,) in found
    ]


def counters(connection: Connection) -> list[str]:
    """Sequences that do not belong to a table of the framework or to reference data."""
    found = query(
        connection,
        """
        select s.relname, t.relname from pg_class s
        left join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
        left join pg_class t on t.oid = d.refobjid
        where s.relnamespace = 'cx'::regnamespace and s.relkind = 'S'
        """,
    )
    return [
        f"sequence {name} of {table}: ids are uuid v7 made in Python; only reference data may count"
        for name, table in found
        if table not in FRAMEWORK and ((entry := classified(str(table))) is None or entry.scope is not Scope.REFERENCE)
    ]


def long_names(connection: Connection) -> list[str]:
    """Names of tables, columns, functions, types and indexes that are too long."""
    found = query(
        connection,
        """
        select c.relname from pg_class c where c.relnamespace = 'cx'::regnamespace and length(c.relname) > %s
        union select a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
          where c.relnamespace = 'cx'::regnamespace and length(a.attname) > %s
        union select p.proname from pg_proc p where p.pronamespace = 'cx'::regnamespace and length(p.proname) > %s
        order by 1
        """,
        LONGEST,
        LONGEST,
        LONGEST,
    )
    return [f"{name} is longer than {LONGEST} characters: shorten it" for (name,) in found]


def keys_pointing_up(connection: Connection) -> list[str]:
    """Foreign keys from a lower room into an upper one, or between rooms of one layer."""
    height = {room: level for level, line in enumerate(reversed(house.layers())) for room in line}
    found = query(
        connection,
        """
        select n.conname, f.relname, t.relname from pg_constraint n
        join pg_class f on f.oid = n.conrelid join pg_class t on t.oid = n.confrelid
        where n.contype = 'f' and n.connamespace = 'cx'::regnamespace
        """,
    )
    return [
        f"foreign key {name} points from cx.{source} up to cx.{target}: the lower room must not know the upper one"
        for name, source, target in found
        if (here := source.split("_")[0]) != (there := target.split("_")[0]) and height[there] >= height[here]
    ]


CHECKS = (
    privileges_too_many,
    keys_without_person,
    missing_parts,
    forbidden_objects,
    counters,
    long_names,
    keys_pointing_up,
)

PLANTED = {
    privileges_too_many: (
        "grant select on cx.people_identity to web",
        "grant select (person) on cx.ledger_register to points",
        "grant select on cx.records_record to public",
        "grant insert on cx.catalog_parameter to web",
        "grant select on cx.people_purpose to points",
        "create table cx.records_new (person uuid primary key); grant select on cx.records_new to web",
    ),
    keys_without_person: ("create unique index planted on cx.records_record (record)",),
    missing_parts: ("alter table cx.records_event rename column act to planted", "create table cx.planted (a integer)"),
    forbidden_objects: (
        "create trigger planted before insert on cx.records_event for each row "
        "execute function suppress_redundant_updates_trigger()",
        "alter table cx.records_event enable row level security",
        "create view cx.planted as select person from cx.people_key",
        "create rule planted as on delete to cx.records_event do instead nothing",
        "alter table cx.notice_letter add constraint planted unique (person, letter, record) deferrable",
    ),
    counters: ("alter table cx.records_event add column n integer generated always as identity",),
    long_names: ("create table cx.a_name_of_thirty_one_characters_ (a integer primary key)",),
    keys_pointing_up: (
        "alter table cx.people_person add constraint planted foreign key (person, act) "
        "references cx.records_record not valid",
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_tables(check: Any, owner: Connection) -> None:
    assert check(owner) == []


@pytest.mark.parametrize(
    ("check", "statement"), [(check, sql) for check, planted in PLANTED.items() for sql in planted], ids=named
)
def test_inspection_finds_what_is_planted(check: Any, statement: str, owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        before = check(owner)
        owner.execute(statement.encode())
        assert len(check(owner)) > len(before)


def test_no_role_can_touch_a_guarded_table(owner: Connection) -> None:
    """The same once more as PostgreSQL itself judges it, memberships and PUBLIC included."""
    found = query(
        owner,
        """
        select r.rolname, c.relname, p.name from pg_roles r, pg_class c,
          unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN']) p(name)
        where r.rolname = any (%s) and c.relnamespace = 'cx'::regnamespace and c.relkind = 'r'
          and (p.name <> 'MAINTAIN' or current_setting('server_version_num')::integer >= 170000)
          and case when p.name = 'MAINTAIN' and current_setting('server_version_num')::integer < 170000 then false
                   else has_table_privilege(r.oid, c.oid, p.name) end
        """,
        list(ROLES),
    )
    assert [
        (role, table, privilege)
        for role, table, privilege in found
        if (classified(table) is None or classified(table).guarded or privilege != "SELECT")
        and (table, role, privilege) not in DROPS
    ] == []
