"""Area codes (行政区划代码) as hints: they are those of the day of issue, so none makes a number invalid."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Area:
    """One area code of GB/T 2260.

    Attributes:
        name: latest name under this code, in Chinese.
        until: last year in which the code was in force, or None while it is current.
    """

    name: str
    until: int | None


@cache
def _table() -> dict[str, str | list[str | int]]:
    table: dict[str, str | list[str | int]] = json.loads(
        (files("chengxin.kernel") / "data" / "areas.json").read_text(encoding="utf-8")
    )
    return table


def area(code: str) -> Area | None:
    """Look up a six-digit area code (地址码); None when no edition of the table has it."""
    entry = _table().get(code)
    if entry is None:
        return None
    if isinstance(entry, str):
        return Area(entry, None)
    name, until = entry
    return Area(str(name), int(until))


def is_province(code: str) -> bool:
    """Say whether a two-digit code is a province (省级代码) of the table."""
    return f"{code}0000" in _table()
