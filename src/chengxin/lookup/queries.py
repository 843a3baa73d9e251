"""The registered look-up (登记查询): purpose, case and person in, the minimal answer out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from chengxin.catalog.api import item as catalog_item
from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import check_identity
from chengxin.kernel.ids import uuid7
from chengxin.kernel.names import normalise_name
from chengxin.kernel.population import Claim
from chengxin.ledger.api import Look, look, rows, scalar, shown, today
from chengxin.lookup.words import RELATIONS
from chengxin.people.api import ACTIVITIES, Match, match, ring
from chengxin.records.api import SEVERITIES

ID_CARD = "citizen"


@dataclass(frozen=True)
class AnswerRecord:
    """One record of an answer; what the purpose does not permit is None."""

    item_name: str | None
    authority_name: str | None
    doc_no: str | None
    decided_on: date | None
    severity_label: str | None
    display_end: date | None


@dataclass(frozen=True)
class Answer:
    """The minimal answer (核验结果)."""

    found: bool
    records: tuple[AnswerRecord, ...] = field(repr=False)
    purpose_name: str
    basis: str
    asked_at: datetime


@dataclass(frozen=True)
class Matched:
    """Match or no match, and nothing else (实名核对结果). A number nobody has is no match either."""

    matched: bool
    look: UUID
    purpose_name: str
    basis: str
    asked_at: datetime


@dataclass(frozen=True)
class _Row:
    ord: int
    found: bool
    record: UUID | None
    item: str | None
    authority_name: str | None
    doc_no: str | None
    decided_on: date | None
    severity: str | None
    display_end: date | None


@dataclass(frozen=True)
class _Purpose:
    name: str
    basis: str
    now: datetime


def check(token: bytes, *, number: str, name: str, purpose: str, case_ref: str) -> Answer:
    """Look up one person for a purpose of the register; the look is committed first, then read.

    Args:
        token: session of the clerk.
        purpose: code of the register of purposes.
        case_ref: case number, where the purpose asks for one.
        number: identity number, already half-width and without spaces.
        name: full name; an answer needs both to be right.

    Raises:
        Refused: ID-01 (`detail` is the fault), ID-02, LOOK-04, LOOK-05, DUTY-01, SESSION-01.
    """
    kind, known = document(number)
    pair = ring().pair_index(kind, known, normalise_name(name))
    opened = register(token, kind, known, pair, purpose=purpose, case=case_ref.strip())
    found = rows(
        "select * from cx.lookup_check_v1(array[%s::bytea], array[%s::uuid], array[%s::uuid], array[%s::bytea])",
        [token, opened.person, opened.id, pair],
        of=_Row,
    )
    named = _purpose(purpose)
    return Answer(
        found=any(row.found for row in found),
        records=tuple(_told(row) for row in found if row.found),
        purpose_name=named.name,
        basis=named.basis,
        asked_at=named.now,
    )


def match_person(
    token: bytes, *, number: str, name: str, purpose: str, case_ref: str, request: UUID | None = None
) -> Matched:
    """Whether number and name belong together (实名核对), for a purpose of the register.

    The look is committed first, then the population database is asked; the person reads who asked, what for, and
    whether it was a match.

    Args:
        token: session of the service hall's clerk or system.
        number: as typed.
        name: as typed.
        purpose: code of the register of purposes, activity ``lookup.match``.
        case_ref: case number.
        request: id of a signed request; a second one of the same id is a replay.

    Raises:
        Refused: ID-01 (`detail` is the fault), ID-02, LOOK-04, LOOK-05, DUTY-01, SESSION-01, SIGNATURE-05 (the
            request came before), POPULATION-01 (the database gives no answer).
    """
    kind, known = document(number)
    claim, one = Claim(kind, known, normalise_name(name)), request or uuid7()
    pair = ring().pair_index(kind, known, claim.name)
    person = scalar(
        "select cx.lookup_match_look_v1(%s::bytea, %s::uuid, %s::bytea, %s::bytea, %s::text, %s::text)",
        [token, one, ring().blind_index(kind, known), pair, purpose, case_ref.strip()],
    )
    (told,) = match(token, [claim], purpose=purpose)
    if told is Match.UNAVAILABLE:
        raise Refused("POPULATION-01")
    matched = told is Match.MATCH
    scalar(
        "select cx.lookup_matched_v1(%s::bytea, %s::uuid, %s::uuid, %s::bytea, %s::boolean)",
        [token, person, one, pair, matched],
    )
    named = _purpose(purpose)
    return Matched(matched, one, named.name, named.basis, named.now)


@dataclass(frozen=True)
class Mandate:
    """A mandate to read who looked (委托), as its giver sees it."""

    mandate: UUID
    relation: str
    given_on: date
    valid_to: date
    ended_at: datetime | None
    good: bool

    @property
    def relation_label(self) -> str:
        return RELATIONS[self.relation]


@dataclass(frozen=True)
class Used:
    """One look or act of somebody else (使用情况), in the words of the person's own page."""

    at: datetime
    activity: str
    purpose_name: str
    organisation: str
    organisation_name: str
    post: str
    actor_kind: str

    @property
    def action(self) -> str:
        return self.purpose_name or ACTIVITIES.get(self.activity, self.activity)


@dataclass(frozen=True)
class Usage:
    """What a portal is told: how many lines there are, and a page of them."""

    total: int
    lines: tuple[Used, ...] = field(repr=False)


@dataclass(frozen=True)
class _UsedRow:
    allowed: bool
    total: int
    at: datetime | None
    activity: str | None
    purpose_name: str | None
    organisation: str | None
    organisation_name: str | None
    post: str | None
    actor_kind: str | None


def find_usage(
    token: bytes,
    *,
    subject: str,
    user: str,
    since: datetime,
    before: datetime,
    offset: int,
    limit: int,
    request: UUID | None = None,
) -> Usage:
    """Who looked at a person, for a portal that gathers registries (findUsage); registered first, as every look.

    Args:
        token: session of the portal.
        subject: identity number of whom it is about.
        user: identity number of who asks the portal; another's needs a mandate that is good today.
        since: the earliest moment.
        before: no line from this moment on.
        offset: how many lines to pass over.
        limit: most lines.
        request: id of a signed request; a second one of the same id is a replay.

    Raises:
        Refused: ID-01, MANDATE-01, DUTY-01, LOOK-05, SESSION-01, SIGNATURE-05.
    """
    about, asking = (ring().blind_index(*document(number)) for number in (subject, user))
    one = request or uuid7()
    person = scalar(
        "select cx.lookup_usage_look_v1(%s::bytea, %s::uuid, %s::bytea, %s::bytea, %s::text)",
        [token, one, about, asking, "本人" if about == asking else "受托人"],
    )
    found = rows(
        "select * from cx.lookup_usage_v1(%s::bytea, %s::uuid, %s::uuid, %s::bytea, %s::bytea, %s::timestamptz, "
        "%s::timestamptz, %s::integer, %s::integer)",
        [token, person, one, about, asking, since, before, offset, limit],
        of=_UsedRow,
    )
    if not found[0].allowed:
        raise Refused("MANDATE-01")
    return Usage(found[0].total, tuple(_used(row) for row in found if row.at is not None))


def _used(row: _UsedRow) -> Used:
    told = {name: getattr(row, name) for name in Used.__dataclass_fields__}
    return Used(**told)


def usage_since(token: bytes) -> datetime:
    """From when the register is complete (usagePeriod). Raises Refused: DUTY-01, SESSION-01."""
    moment = scalar("select cx.lookup_usage_since_v1(%s::bytea)", [token])
    assert isinstance(moment, datetime)  # noqa: S101 - narrows the driver's Any; the function returns no null
    return moment


def own_mandates(*looks: Look) -> list[Mandate]:
    """The person's own mandates, of each file the newest first."""
    return shown("cx.lookup_mandates_v1({look})", looks, of=Mandate)


def document(number: str) -> tuple[str, str]:
    """Kind of document and the number as it is kept. Raises Refused ID-01."""
    verdict = check_identity(number, today=today())
    if not verdict.valid or verdict.normalised is None:
        raise Refused("ID-01", str(verdict.error))
    return str(verdict.type) if str(verdict.type) != "legacy15" else ID_CARD, verdict.normalised


def _purpose(code: str) -> _Purpose:
    return rows(
        "select name, basis, statement_timestamp() as now from cx.people_purpose where code = %s::text",
        [code],
        of=_Purpose,
    )[0]


def register(token: bytes, id_type: str, number: str, pair: bytes, *, purpose: str, case: str) -> Look:
    """Register and commit a look by number and name. An unknown number gets a look too, and nothing to read.

    Raises:
        Refused: as :func:`chengxin.ledger.api.look`.
    """
    return look(
        "(cx.lookup_look_v1(array[%s::bytea], array[{look}], array[%s::bytea], array[%s::bytea], array[%s::text], "
        "array[%s::text]))[1]",
        [token, ring().blind_index(id_type, number), pair, purpose, case],
        token=token,
        activity="lookup.check",
    )


def _told(row: _Row) -> AnswerRecord:
    item = catalog_item(row.item) if row.item else None
    return AnswerRecord(
        item.name if item else None,
        row.authority_name,
        row.doc_no,
        row.decided_on,
        SEVERITIES[row.severity] if row.severity else None,
        row.display_end,
    )
