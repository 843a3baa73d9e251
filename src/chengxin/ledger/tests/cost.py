"""What a statement touches, however it is planned: blocks of 8 kB, those inside guard functions too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg


def alike(before: int, after: int) -> bool:
    """Whether the cost stayed, but for a level of an index here and there."""
    return after <= before * 1.5 + 60


def blocks(connection: psycopg.Connection[Any], statement: str, params: Sequence[Any]) -> int:
    """Blocks that a statement touches once it is warm: planned for the tables as they are now, its catalogs read."""
    connection.execute("discard plans")
    connection.execute(statement.encode(), params)
    told = connection.execute(f"explain (analyze, buffers, format json) {statement}".encode(), params).fetchone()
    assert told is not None
    plan = told[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
