"""SQL is source: named files beside the room that owns them, read by name."""

from __future__ import annotations

from functools import cache
from pathlib import Path

ROOMS = Path(__file__).resolve().parent.parent


@cache
def sql_object(room: str, name: str) -> str:
    """Text of ``<room>/sql/objects/<name>.sql``: tables, functions and grants that a migration installs."""
    return (ROOMS / room / "sql" / "objects" / f"{name}.sql").read_text("utf-8")


@cache
def sql_query(room: str, name: str) -> str:
    """Text of ``<room>/sql/queries/<name>.sql``: a statement the program runs, without its comments."""
    text = (ROOMS / room / "sql" / "queries" / f"{name}.sql").read_text("utf-8")
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("--"))
