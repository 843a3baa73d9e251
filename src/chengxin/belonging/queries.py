"""Reads of belonging: what waits, one matter, what follows from it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from chengxin.belonging.words import DOUBTS, KINDS, ORIGINS, OUTCOMES
from chengxin.kernel.pages import PAGE
from chengxin.ledger.api import Look, look, rows, shown
from chengxin.people.api import Shelf, ring
from chengxin.redress.api import deadlines

SHELVES = (
    Shelf("belonging", "matter", "归属理由", lambda one: matter_aad(one.id)),
    Shelf("belonging", "decision", "归属决定理由", lambda one: decision_aad(one.person, one.id)),
    Shelf("belonging", "relative", "近亲属申请", lambda one: relative_aad(one.id)),
    Shelf("belonging", "granted", "近亲属申请的决定", lambda one: granted_aad(one.id)),
)
"""Shelves of this room in a rotation of the wrapping key."""


def matter_aad(matter: UUID) -> str:
    """Bound to the matter alone: whose file it is about, a proposer by number is not told."""
    return f"belonging_matter|sealed|{matter}"


def decision_aad(person: UUID, matter: UUID) -> str:
    return f"belonging_decision|sealed|{person}|{matter}"


def relative_aad(application: UUID) -> str:
    """Bound to the application alone: whose file it is about, the counter is not told."""
    return f"belonging_relative|sealed|{application}"


def granted_aad(application: UUID) -> str:
    return f"belonging_granted|sealed|{application}"


@dataclass(frozen=True)
class _QueuedRow:
    person: UUID = field(repr=False)
    matter: UUID
    case_no: str
    kind: str
    origin: str
    proposed_on: date
    mine: bool
    outcome: str
    decided_on: date | None
    other: UUID | None = field(repr=False)
    days: int | None


@dataclass(frozen=True)
class Queued(_QueuedRow):
    """A matter in the list: numbers and days, nobody's name.

    Attributes:
        mine: whoever asks proposed it.
        decide_by: the last day to decide: the period of an objection (law.md 4.2).
    """

    decide_by: date

    @property
    def kind_label(self) -> str:
        return KINDS[self.kind]

    @property
    def origin_label(self) -> str:
        return ORIGINS[self.origin]

    @property
    def outcome_label(self) -> str:
        return OUTCOMES[self.outcome]


@dataclass(frozen=True)
class Ended:
    """How a matter or an application was decided, and by which post: nobody's name, no reasons."""

    case_no: str
    outcome: str
    decided_on: date
    post: str
    organisation_name: str


@dataclass(frozen=True)
class _DoubtRow:
    ref: str
    kind: str
    told_on: date
    two: bool
    days: int | None


@dataclass(frozen=True)
class Doubt(_DoubtRow):
    """A change of the population database that no program applies. `two`: both are known here."""

    decide_by: date

    @property
    def kind_label(self) -> str:
        return DOUBTS.get(self.kind, self.kind)


@dataclass(frozen=True)
class Found:
    """A record that a department's letter names, found by number, name and document."""

    person: UUID = field(repr=False)
    record: UUID
    item: str
    authority_name: str
    doc_no: str
    decided_on: date
    severity: str
    state: str
    seq: int
    display_end: date | None


@dataclass(frozen=True)
class Matter:
    """A proposal, opened (归属事项): reasons, evidence, and of a move who is right."""

    matter: UUID
    kind: str
    origin: str
    origin_ref: str
    record: UUID | None
    post: str
    organisation_name: str
    proposed_on: date
    in_use: bool
    reasons: str = field(repr=False)
    evidence: str = field(repr=False)
    name: str = field(repr=False)
    number: str = field(repr=False)
    id_type: str = field(repr=False)


@dataclass(frozen=True)
class _MatterRow:
    matter: UUID
    kind: str
    origin: str
    origin_ref: str
    record: UUID | None
    sealed: bytes
    post: str
    organisation_name: str
    proposed_on: date
    in_use: bool


@dataclass(frozen=True)
class Correction:
    """A correction to what the own organisation was shown (更正通知): its own case number, nobody's name."""

    recall: UUID
    purpose_name: str
    case_ref: str
    looked_at: datetime
    told_on: date
    confirmed_on: date | None


@dataclass(frozen=True)
class Moved:
    """A record that was moved away from the person (`out`), or to them (`in`)."""

    record: UUID
    way: str
    since: date
    on_date: date


@dataclass(frozen=True)
class Told:
    """Who had been shown such a record, and what became of telling them."""

    record: UUID
    way: str
    organisation_name: str
    purpose_name: str
    case_ref: str
    looked_at: datetime
    told_on: date
    confirmed_on: date | None


def queue(token: bytes, limit: int = PAGE, *, skip: int = 0) -> list[Queued]:
    """Matters that wait, the oldest first. Raises Refused: DUTY-01."""
    return _queued("cx.belonging_queue_v1(%s::bytea, %s::integer, %s::integer)", [token, limit, skip])


def queued(token: bytes, matter: UUID) -> Queued | None:
    """One matter that waits; None where it does not. Raises Refused: DUTY-01."""
    return next(iter(_queued("cx.belonging_queued_v1(%s::bytea, %s::uuid)", [token, matter])), None)


def ended(token: bytes, matter: UUID) -> Ended | None:
    """How a matter that waits no more was decided; None where there is none. Raises Refused: DUTY-01."""
    return next(iter(rows("select * from cx.belonging_ended_v1(%s::bytea, %s::uuid)", [token, matter], of=Ended)), None)


def decided(token: bytes, limit: int) -> list[Queued]:
    """Matters that were decided, the newest first. Raises Refused: DUTY-01."""
    return _queued("cx.belonging_decided_v1(%s::bytea, %s::integer)", [token, limit])


def _queued(door: str, arguments: list[object]) -> list[Queued]:
    found = rows(f"select * from {door}", arguments, of=_QueuedRow)  # noqa: S608 - a literal
    dues = deadlines([(one.proposed_on, one.days) for one in found])
    return [Queued(**one.__dict__, decide_by=due.date) for one, due in zip(found, dues, strict=True)]


def doubts(token: bytes, limit: int = PAGE, *, skip: int = 0, change: int | None = None) -> list[Doubt]:
    """Changes of the population database that wait for a proposal: a page, or the one. Raises Refused: DUTY-01."""
    sql = "select * from cx.belonging_doubts_v1(%s::bytea, %s::bigint, %s::integer, %s::integer)"
    found = rows(sql, [token, change, limit, skip], of=_DoubtRow)
    dues = deadlines([(one.told_on, one.days) for one in found])
    return [Doubt(**one.__dict__, decide_by=due.date) for one, due in zip(found, dues, strict=True)]


def side_look(token: bytes, queued: Queued, side: str) -> Look:
    """Look at one side of a matter: ``person`` or ``other``. Raises Refused: BELONG-03, DUTY-01."""
    return look(
        "cx.belonging_look_v1(%s::bytea, {look}, %s::uuid, %s::uuid, %s::text)",
        [token, queued.person, queued.matter, side],
        token=token,
        activity="belonging.review",
    )


def pair_look(token: bytes, origin: str, ref: str, side: str) -> Look:
    """Look at one side of a change, or of files that were joined. Raises Refused: BELONG-06, DUTY-01."""
    return look(
        "cx.belonging_pair_look_v1(%s::bytea, {look}, %s::text, %s::text, %s::text)",
        [token, origin, ref, side],
        token=token,
        activity="belonging.review",
    )


def matter(found: Look) -> Matter:
    """The matter that a look at its first side names.

    Raises:
        Refused: LOOK-01, LOOK-02.
        Unsealable: its text was moved or altered.
    """
    sql = "select * from cx.belonging_matter_v1(%s::bytea, %s::uuid, %s::uuid)"
    (row,) = rows(sql, [found.token, found.person, found.id], of=_MatterRow)
    said = json.loads(ring().open(row.sealed, matter_aad(row.matter)))
    data = dict(row.__dict__)
    del data["sealed"]
    return Matter(**data, **said)


def corrections(token: bytes, limit: int = PAGE, *, skip: int = 0) -> list[Correction]:
    """Corrections to what the own organisation was shown (更正通知), unconfirmed first. Raises Refused: DUTY-01."""
    sql = "select * from cx.belonging_inbox_v1(%s::bytea, %s::integer, %s::integer)"
    return rows(sql, [token, limit, skip], of=Correction)


def own_moves(*looks: Look) -> list[Moved]:
    """Records that were moved away from the person or to them. Raises Refused: LOOK-01, LOOK-02."""
    return shown("cx.belonging_own_v1({look})", looks, of=Moved)


def own_told(*looks: Look) -> list[Told]:
    """Who had been shown those records. Raises Refused: LOOK-01, LOOK-02."""
    return shown("cx.belonging_told_v1({look})", looks, of=Told)


def _key(found: Look) -> list[object]:
    return [found.token, found.person, found.id]
