"""What is in a database (清点): rows of each table, head of the register, one digest of all that guards them.

A backup of a running city is no picture of one moment, so its census is taken twice, before and after, of what was
there before the boundary: rows of transactions that had ended. Such rows can only become fewer. A restored copy must
lie between the two, and where nothing was changed or deleted meanwhile (all that is only ever added to) the two are
one number.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

from chengxin.kernel.sqlfile import sql_query

_WINDOW = 1 << 24  # transactions that may begin during one backup; row versions know theirs modulo 2^32


@dataclass(frozen=True, slots=True)
class Census:
    """One reading in one snapshot.

    Attributes:
        boundary: transactions below it had ended.
        cluster: PostgreSQL's own number of the cluster; a physical copy keeps it.
        server: version of the server.
        tables: table -> rows from before the boundary.
        lines: lines of the register from before the boundary.
        head: epoch, xid and id of the last of them, '' where there is none.
        guards: digest of roles, privileges, functions and constraints.
    """

    boundary: int
    cluster: str
    server: str
    tables: dict[str, int]
    lines: int
    head: str
    guards: str


def take_census(dsn: str, *, boundary: int | None = None) -> Census:
    """Count, in one snapshot, what was there before the boundary.

    Args:
        dsn: the owner's.
        boundary: of an earlier census; None for the present.
    """
    with psycopg.connect(dsn, connect_timeout=10) as owner:
        owner.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        owner.read_only = True
        now, cluster = _row(owner, sql_query("operate", "census_boundary"))
        server = (owner.info.parameter_status("server_version") or "").split(" ")[0]
        limit = int(now) if boundary is None else boundary
        lines, *head = _row(owner, sql_query("operate", "census_register"), boundary=str(limit))
        names = [str(name) for (name,) in owner.execute(sql_query("operate", "census_tables").encode()).fetchall()]
        tables = {name: _rows(owner, name, limit) for name in names}
        (guards,) = _row(owner, sql_query("operate", "census_guards"))
    return Census(limit, cluster, server, tables, int(lines), " ".join(head) if head[0] else "", guards)


def _rows(owner: psycopg.Connection, table: str, boundary: int) -> int:
    count = sql.SQL(
        "select count(*) from cx.{} where ((xmin::text::bigint - %s::bigint) & 4294967295) >= %s::bigint"
    ).format(sql.Identifier(table))
    row = owner.execute(count, [boundary % (1 << 32), _WINDOW]).fetchone()
    return int(row[0]) if row else 0


def _row(owner: psycopg.Connection, query: str, **values: str) -> list[str]:
    row = owner.execute(query.encode(), values).fetchone()
    return ["" if value is None else str(value) for value in row or ()]
