"""What a statement touches, however it is planned: blocks of 8 kB, those inside guard functions too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg


def blocks(connection: psycopg.Connection[Any], statement: str, params: Sequence[Any]) -> int:
    """Blocks that a statement touches once it is warm: catalogs and plans are read before."""
    connection.execute(statement.encode(), params)
    told = connection.execute(f"explain (analyze, buffers, format json) {statement}".encode(), params).fetchone()
    assert told is not None
    plan = told[0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
