"""Dated limits of backups (备份的期限): data in ``backup.toml``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Limits:
    """What holds on a day; ``basis`` says why."""

    basis: str
    keys_days: int
    data_days: int
    backup_hours: int
    restore_days: int


def limits(today: date) -> Limits:
    """The latest entry that has begun on that day; before the first one, the first."""
    entries = tomllib.loads((Path(__file__).parent / "backup.toml").read_text("utf-8"))["limits"]
    begun = [entry for entry in entries if entry["from"] <= today] or entries[:1]
    found = max(begun, key=lambda entry: entry["from"])
    return Limits(**{name: value for name, value in found.items() if name != "from"})


def last_day(made: date) -> date:
    """The last day on which a key backup made on that day may exist."""
    return made + timedelta(days=limits(made).keys_days)
