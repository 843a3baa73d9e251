"""The desk (通知送达): letters that are not served yet, and those that nobody can reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chengxin.catalog.api import parameter
from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.kernel.masking import Viewer, What, mask
from chengxin.ledger.api import Look, look, rows, scalar
from chengxin.notice.contacts import clean_contact, contact_aad
from chengxin.notice.queries import Happened
from chengxin.notice.rules import letter_number
from chengxin.notice.words import EVENTS, REASONS, REMEDIES
from chengxin.people.api import ring

SOURCES = ("by_phone", "by_visit", "by_department", "same")
"""How an address was found, or that the same is tried again (words.REASONS)."""
PAGE = 50
"""Letters on a page of the desk."""


@dataclass(frozen=True)
class Waiting:
    """A letter on its way: number, dates and the last event, nobody's name."""

    person: UUID
    letter: UUID
    record: UUID
    record_version: int
    item: str
    issued_on: date
    stuck: bool
    channel: str
    event: str
    on_date: date
    attempts: int
    public_until: date | None
    failed_channel: str
    failed_event: str
    failed_reason: str
    by_post: bool

    @property
    def number(self) -> str:
        return letter_number(str(self.record), self.record_version)

    @property
    def last(self) -> str:
        return EVENTS[self.channel, self.event]

    @property
    def failed(self) -> str:
        """Why the last attempt that failed did (退回原因); empty: none did."""
        if not self.failed_event:
            return ""
        reason = REASONS.get(self.failed_reason, "")
        return EVENTS[self.failed_channel, self.failed_event] + (f"：{reason}" if reason else "")

    @property
    def remedy(self) -> str:
        """What the officer does about it (怎么办); empty: nothing failed."""
        return REMEDIES.get(self.failed_reason, REMEDIES[""]) if self.failed_event else ""


@dataclass(frozen=True)
class Counts:
    """How many letters were issued, are served, wait, and reach nobody."""

    issued: int
    served: int
    waiting: int
    stuck: int


@dataclass(frozen=True)
class Public:
    """A public notice as everybody may read it (公告)."""

    number: str
    shown: str
    published_on: date
    ends_on: date


def unserved(token: bytes, limit: int = PAGE, *, letter: UUID | None = None, skip: int = 0) -> list[Waiting]:
    """Letters that are not served, those that nobody can reach first; or the one named. Raises Refused: DUTY-01."""
    sql = "select * from cx.notice_desk_v1(%s::bytea, %s::uuid, %s::integer, %s::integer)"
    return rows(sql, [token, letter, limit, skip], of=Waiting)


def counts(token: bytes) -> Counts:
    """The figures above the list. Raises Refused: DUTY-01."""
    (found,) = rows("select * from cx.notice_counts_v1(%s::bytea)", [token], of=Counts)
    return found


def course(token: bytes, found: Waiting) -> list[Happened]:
    """What happened to a letter, oldest first. Raises Refused: DUTY-01."""
    return rows(
        "select * from cx.notice_events_desk_v1(%s::bytea, %s::uuid, %s::uuid)",
        [token, found.person, found.letter],
        of=Happened,
    )


def recheck_look(token: bytes, found: Waiting) -> Look:
    """Look at whom an undeliverable letter is for (地址核实): identity and contact data.

    Raises:
        Refused: NOTICE-14, DUTY-01.
    """
    return look(
        "cx.notice_recheck_look_v1(%s::bytea, {look}, %s::uuid, %s::uuid)",
        [token, found.person, found.letter],
        token=token,
        activity="notice.recheck",
    )


def public_days(item: str, *, today: date) -> int | None:
    """How long a public notice about this item runs, by its own dated parameter; None: it is not allowed (公告送达)."""
    row = parameter("notice_public", item, today=today)
    return row.value if row and row.item == item and row.unit == "day" and row.value > 0 else None


def publish(token: bytes, found: Waiting, name: str) -> date:
    """Begin a public notice about an undeliverable letter (公告送达): the masked name and the number, nothing else.

    Returns:
        Its last day.

    Raises:
        Refused: NOTICE-09 (no parameter of the item allows it), NOTICE-14, NOTICE-15.
    """
    shown = mask(What.NAME, name, Viewer.PUBLIC)
    sql = "select cx.notice_publish_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::text)"
    day = scalar(sql, [token, uuid7(), found.person, found.letter, shown])
    assert isinstance(day, date)  # noqa: S101 - narrows; the function answers a day or refuses
    return day


def publics(limit: int = PAGE, *, skip: int = 0) -> list[Public]:
    """The public notices that run, for everybody."""
    return rows("select * from cx.notice_publics_v1(%s::integer, %s::integer)", [limit, skip], of=Public)


def renew(token: bytes, found: Waiting, *, source: str, kind: str = "", value: str = "") -> None:
    """Send an undeliverable letter again (重发), to the address that was found or to the same.

    Args:
        token: session of the officer.
        found: as the list has it.
        source: one of SOURCES.
        kind: phone or address; empty with `source` same.
        value: what was found.

    Raises:
        Refused: NOTICE-14 (not undeliverable), NOTICE-15 (one's own letter), NOTICE-16 (no such number or address).
    """
    if source not in SOURCES or (source == "same") != (not kind):
        raise Refused("NOTICE-16")
    contact = uuid7()
    sealed = ring().seal(clean_contact(kind, value), contact_aad(found.person, contact)) if kind else None
    scalar(
        "select cx.notice_renew_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::text, %s::uuid, %s::text, %s::bytea)",
        [token, uuid7(), found.person, found.letter, source, contact, kind, sealed],
    )
