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


def recount(home: Home) -> dict[str, int]:
    """What is kept wrongly (与登记的事实不符), by its name, with how many; every letter and every case is read for it.

    Args:
        home: of a running installation.
    """
    with psycopg.connect(home.dsn("owner"), connect_timeout=5) as owner:
        return {name: count for room, (_, name) in KEPT.items() if (count := _counted(owner, room, mend=False))}


def made_again(home: Home) -> tuple[dict[str, int], str]:
    """The same, made right one after the other; whoever writes there waits for that long.

    Returns:
        what was made right, and stays so; and the kind of the error that ended it there, "" where none did.
    """
    done: dict[str, int] = {}
    try:
        with psycopg.connect(home.dsn("owner"), connect_timeout=5) as owner:
            for room, (_, name) in KEPT.items():
                count = _counted(owner, room, mend=True)
                if count:
                    done[name] = count
    except psycopg.Error as error:
        return done, type(error).__name__
    return done, ""


def _counted(owner: psycopg.Connection, room: str, *, mend: bool) -> int:
    """In a transaction of its own, and in one statement: facts and what is kept are seen as of one moment."""
    with owner.transaction():
        if mend:
            owner.execute(sql.SQL("lock table cx.{} in exclusive mode").format(sql.Identifier(KEPT[room][0])))
        again = sql.SQL("select cx.{}(%s)").format(sql.Identifier(f"{room}_recount_v1"))
        row = owner.execute(again, [mend]).fetchone()
    return int(row[0]) if row else 0
