"""The process of a record as ONE literal table (流程表): event -> door of the next room."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from chengxin.belonging import api as belonging
from chengxin.catalog import api as catalog
from chengxin.expiry import api as expiry
from chengxin.ledger.api import Event, take_events, today
from chengxin.notice import api as notice
from chengxin.people import api as people
from chengxin.records import api as records

__all__ = ["FLOW", "drain", "tick"]

FLOW: dict[str, Callable[[bytes, Event, str], object]] = {
    "records.arrived": lambda token, event, using: notice.issue(token, UUID(event.payload["batch"]), using=using),
    "belonging.moved": lambda token, event, using: belonging.follow(
        token, event.person, UUID(event.payload["record"]), using=using
    ),
    "belonging.parted": lambda token, event, using: belonging.follow_parted(
        token, event.person, UUID(event.payload["merge"]), using=using
    ),
    "people.standing": lambda token, event, using: notice.follow_standing(token, event.person, using=using),
    "intake.closed": lambda token, event, using: notice.issue(token, UUID(event.payload["batch"]), using=using),
}
"""Topic -> what follows. A topic without a row is an error, so nothing is forgotten."""


def drain(token: bytes, *, limit: int = 50, using: str = "default") -> int:
    """Hand due events to their rooms; effect and mark in one commit. Returns how many."""
    with transaction.atomic(using=using):
        events = take_events(token, limit, using=using)
        for event in events:
            FLOW[event.topic](token, event, using)
    return len(events)


def tick(token: bytes, *, using: str = "default") -> int:
    """What the passing of days brings about (日常推进). Returns how many records changed.

    Items whose legal basis ended are suspended, accounts nobody uses are disabled, letters about history go out in
    portions, waiting periods end, register lines past their time are destroyed.
    """
    catalog.tick(token, using=using)
    stale = catalog.parameter("account_stale", "", today=today(using=using))
    if stale is not None:
        people.disable_stale(token, stale.value, using=using)
    people.publish_secrecy(token, using=using)
    expiry.erase_lines(token, using=using)
    notice.issue(token, None, using=using)
    return records.end_waiting(token, using=using)
