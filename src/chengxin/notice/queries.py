"""Reads of notice: the person's letters, their words as served, what happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from chengxin.catalog.api import calendar, parameter
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import Look, rows, shown
from chengxin.notice.contacts import contact_aad
from chengxin.notice.rules import LetterBody, Waiting, letter_number, waiting_period
from chengxin.notice.words import CHANNELS, EVENTS, REASONS
from chengxin.people.api import Shelf, Unsealable, ring


@dataclass(frozen=True)
class Letter:
    """A letter to the person (告知书).

    Attributes:
        opened_on: the day of service, None while it is not served; `channel` says how, opened here or signed for.
        stuck: no channel reached the person (无法送达).
    """

    letter: UUID
    record: UUID
    record_version: int
    template: str
    issued_on: date
    issued_at: datetime
    opened_at: datetime | None
    opened_on: date | None
    channel: str
    stuck: bool

    @property
    def number(self) -> str:
        return letter_number(str(self.record), self.record_version)


@dataclass(frozen=True)
class Served:
    """A letter's words as they were served (送达文本).

    Attributes:
        body: None where the sealed text did not open.
        digest: of the words, as the evidence of service holds it.
        same: the words that are read now have that digest (与送达时一致).
    """

    channel: str
    body: LetterBody | None
    digest: bytes
    same: bool


@dataclass(frozen=True)
class Happened:
    """One thing that happened to a letter (送达经过)."""

    channel: str
    attempt: int
    event: str
    reason: str
    on_date: date
    at: datetime

    @property
    def label(self) -> str:
        return EVENTS[self.channel, self.event]

    @property
    def channel_label(self) -> str:
        return CHANNELS[self.channel]

    @property
    def reason_label(self) -> str:
        return REASONS.get(self.reason, "")


@dataclass(frozen=True)
class Copy:
    """A kept text, sealed."""

    channel: str
    digest: bytes
    evidence: bytes
    sealed: bytes

    def opened(self, person: UUID, letter: UUID) -> Served:
        """The words, compared with the evidence."""
        try:
            body = LetterBody.unpacked(ring().open(self.sealed, copy_aad(person, letter, self.channel)))
        except Unsealable:
            return Served(self.channel, None, self.evidence, same=False)
        return Served(self.channel, body, self.evidence, same=body.digest() == self.evidence == self.digest)


def copy_aad(person: UUID, letter: UUID, channel: str) -> str:
    """What binds a kept text to its row; the letter's id is the database's own."""
    return f"notice_copy|sealed|{person}|{letter}|{channel}"


SHELVES = (
    Shelf("notice", "copy", "送达文本", lambda one: copy_aad(one.person, one.id, "in_app" if one.seq == 1 else "post")),
    Shelf("notice", "contact", "联系方式", lambda one: contact_aad(one.person, one.id)),
)
"""Shelves of this room in a rotation of the wrapping key."""


def letters(*looks: Look) -> list[Letter]:
    """The person's letters, of each file the newest first."""
    return shown("cx.notice_letters_v1({look})", looks, of=Letter)


def served(look: Look, letter: UUID) -> Served | None:
    """The words of one of the person's letters as they were served; None while it is not."""
    found = rows(
        "select * from cx.notice_copy_own_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid)", [*_key(look), letter], of=Copy
    )
    return found[0].opened(look.person, letter) if found else None


def events(look: Look, letter: UUID) -> list[Happened]:
    """What happened to one of the person's letters, oldest first."""
    return rows(
        "select * from cx.notice_events_own_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid)",
        [*_key(look), letter],
        of=Happened,
    )


def waiting(item: str, *, today: date) -> Waiting:
    """The waiting period that a service today would start.

    Raises:
        Refused: NOTICE-03, no period is in force.
    """
    row = parameter("notice_wait", item, today=today)
    if row is None or row.unit != "day":
        raise Refused("NOTICE-03")
    return waiting_period(days=row.value, today=today, calendar=calendar(today))


def _key(look: Look) -> list[object]:
    return [look.token, look.person, look.id]
