"""What the database says about itself: tables, keys, functions and privileges, from its own catalog."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg

from tools import house

Connection = psycopg.Connection[Any]

ROLES = ("web", "worker", "engine", "log", "points", "backup", "signin")
"""Every role but the owner."""


def query(connection: Connection, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    return connection.execute(sql.encode(), params).fetchall()


def classified(table: str) -> Any:
    """The room's own statement about a table, None where there is none (test_retention finds that)."""
    return house.tables().get(table)


def table_privileges(connection: Connection) -> list[tuple[str, str, str, str]]:
    """(table, column or '', grantee, privilege) of everybody but the owner; a null ACL counts as its default."""
    return [
        (str(table), str(column), str(grantee), str(privilege))
        for table, column, grantee, privilege in query(
            connection,
            """
            select c.relname, '', coalesce(g.rolname, 'PUBLIC'), a.privilege_type
            from pg_class c
            cross join lateral aclexplode(coalesce(c.relacl, acldefault(
              case c.relkind when 'S' then 's'::"char" else 'r'::"char" end, c.relowner))) a
            left join pg_roles g on g.oid = a.grantee
            where c.relnamespace = 'cx'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
              and a.grantee <> c.relowner
            union all
            select c.relname, t.attname, coalesce(g.rolname, 'PUBLIC'), a.privilege_type
            from pg_class c
            join pg_attribute t on t.attrelid = c.oid
            cross join lateral aclexplode(t.attacl) a
            left join pg_roles g on g.oid = a.grantee
            where c.relnamespace = 'cx'::regnamespace and a.grantee <> c.relowner
            order by 1, 2, 3, 4
            """,
        )
    ]


@dataclass(frozen=True)
class Function:
    """A function of schema ``cx``, as the catalog has it."""

    name: str
    owner: str
    language: str
    atomic: bool
    settings: tuple[str, ...]
    definer: bool
    volatility: str
    returns_set: bool
    returns_table: bool
    defaults: int
    definition: str
    executors: frozenset[str]

    @cached_property
    def calls(self) -> frozenset[str]:
        """Names of our functions that the body calls."""
        return frozenset(re.findall(r"\b(\w+_v\d+)\s*\(", self.body))

    @cached_property
    def body(self) -> str:
        """The definition without its head and comments, in lower case."""
        text = house.without_comments(self.definition).lower()
        return text[re.search(r"\n\s*(begin atomic|return|as \$)", text).start() :] if "\n" in text else text  # type: ignore[union-attr]

    @cached_property
    def writes(self) -> frozenset[str]:
        """Our tables that the body inserts into, updates or deletes from."""
        named = re.findall(
            r"\b(?:insert\s+into|update|delete\s+from|merge\s+into)\s+(?:only\s+)?(?:cx\.)?(\w+)", self.body
        )
        return frozenset(named) & house.tables().keys()

    @cached_property
    def reads(self) -> frozenset[str]:
        """Our tables that stand in a FROM or JOIN of the body."""
        return frozenset(re.findall(r"\b(?:from|join|using)\s+\(*(?:cx\.)?(\w+)", self.body)) & house.tables().keys()


def functions(connection: Connection) -> dict[str, Function]:
    """Every function of schema ``cx`` by name. Names are unique, which an inspection checks."""
    found = query(
        connection,
        """
        select p.proname, o.rolname, l.lanname, p.prosqlbody is not null, coalesce(p.proconfig, '{}'), p.prosecdef,
          p.provolatile, p.proretset, coalesce(r.relkind = 'r', false), p.pronargdefaults, pg_get_functiondef(p.oid),
          array(select coalesce(g.rolname, 'PUBLIC') from aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
                left join pg_roles g on g.oid = a.grantee where a.grantee <> p.proowner)
        from pg_proc p
        join pg_roles o on o.oid = p.proowner
        join pg_language l on l.oid = p.prolang
        join pg_type t on t.oid = p.prorettype
        left join pg_class r on r.oid = t.typrelid
        where p.pronamespace = 'cx'::regnamespace and p.prokind in ('f', 'p')
        order by p.proname
        """,
    )
    return {
        row[0]: Function(
            name=row[0],
            owner=row[1],
            language=row[2],
            atomic=row[3],
            settings=tuple(row[4]),
            definer=row[5],
            volatility=row[6],
            returns_set=row[7],
            returns_table=row[8],
            defaults=row[9],
            definition=row[10],
            executors=frozenset(row[11]),
        )
        for row in found
    }


def reach(found: dict[str, Function], name: str) -> set[str]:
    """Every function that a function comes to, itself included."""
    seen, open_ = set[str](), [name]
    while open_:
        one = open_.pop()
        if one not in seen and one in found:
            seen.add(one)
            open_.extend(found[one].calls)
    return seen


def named(value: object) -> str:
    """What a planted case is called: the same in every process that runs tests."""
    return str(getattr(value, "__name__", value))
