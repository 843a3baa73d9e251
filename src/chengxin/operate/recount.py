"""Lists and counts kept beside the facts (ADR 49): counted again, and made again where they differ (重新清点)."""

from __future__ import annotations

from typing import Final

import psycopg
from psycopg import sql

from chengxin.operate.home import Home

KEPT: Final = {
    "redress": ("redress_open", "待办异议的清单"),
    "belonging": ("belonging_waiting", "归属事项的清单"),
    "intake": ("intake_waiting", "待核行的清单"),
    "notice": ("notice_tally", "告知书的件数"),
}
"""Room -> the table that it keeps, and what it is called."""


def recount(home: Home, *, mend: bool = False) -> dict[str, int]:
    """What is kept wrongly (与登记的事实不符), by its name, with how many; every letter and every case is read for it.

    Args:
        home: of a running installation.
        mend: whether it is made right; whoever writes waits for that long.
    """
    with psycopg.connect(home.dsn("owner"), connect_timeout=5) as owner:
        return {name: count for room, (_, name) in KEPT.items() if (count := _counted(owner, room, mend=mend))}


def made_again(home: Home) -> dict[str, int]:
    """The same, made right; where the database does not answer, nothing is done, and counting says so."""
    try:
        return recount(home, mend=True)
    except psycopg.Error:
        return {}


def _counted(owner: psycopg.Connection, room: str, *, mend: bool) -> int:
    """In a transaction of its own, and in one statement: facts and what is kept are seen as of one moment."""
    with owner.transaction():
        if mend:
            owner.execute(sql.SQL("lock table cx.{} in exclusive mode").format(sql.Identifier(KEPT[room][0])))
        again = sql.SQL("select cx.{}(%s)").format(sql.Identifier(f"{room}_recount_v1"))
        row = owner.execute(again, [mend]).fetchone()
    return int(row[0]) if row else 0
