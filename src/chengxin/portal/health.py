"""Whether this process can answer (健康检查). Nothing personal is read."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader

from chengxin.ledger.api import today


def ready() -> bool:
    """The database answers this role, and every migration of this code is applied.

    Raises:
        ChengxinError: the database does not answer.
    """
    today()
    try:
        loader = MigrationLoader(connection)
    except Error:
        return False
    return set(loader.disk_migrations) <= set(loader.applied_migrations)


@dataclass(frozen=True)
class Check:
    """One finding of the examination: `state` is ok, skip, warn or fail."""

    name: str
    state: str
    cause: str
    remedy: str


@dataclass(frozen=True)
class Condition:
    """What the last examination found (体检结果), and whether it is too old to be believed."""

    at: datetime
    checks: tuple[Check, ...]
    old: bool


OLD = timedelta(minutes=10)
"""After so long something is wrong with whoever examines."""


def condition(now: datetime | None = None) -> Condition | None:
    """The last examination that was left for the pages; None where there is none that can be read."""
    if settings.CONDITION is None:
        return None
    try:
        data = json.loads(settings.CONDITION.read_text("utf-8"))
        at = datetime.fromisoformat(data["at"])
        return Condition(at, tuple(Check(**one) for one in data["checks"]), (now or datetime.now(UTC)) - at > OLD)
    except (OSError, ValueError, KeyError, TypeError):
        return None
