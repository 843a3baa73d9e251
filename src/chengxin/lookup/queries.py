"""The registered look-up (登记查询): purpose, case and person in, the minimal answer out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from chengxin.catalog.api import item as catalog_item
from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import check_identity
from chengxin.kernel.names import normalise_name
from chengxin.ledger.api import Look, look, rows, today
from chengxin.people.api import ring
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
        Refused: ID-01 (`detail` is the fault), LOOK-04, LOOK-05, DUTY-01, SESSION-01.
    """
    verdict = check_identity(number, today=today())
    if not verdict.valid or verdict.normalised is None:
        raise Refused("ID-01", str(verdict.error))
    kind = str(verdict.type) if str(verdict.type) != "legacy15" else ID_CARD
    pair = ring().pair_index(kind, verdict.normalised, normalise_name(name))
    opened = register(token, kind, verdict.normalised, pair, purpose=purpose, case=case_ref.strip())
    found = rows(
        "select * from cx.lookup_check_v1(array[%s::bytea], array[%s::uuid], array[%s::uuid], array[%s::bytea])",
        [token, opened.person, opened.id, pair],
        of=_Row,
    )
    named = rows(
        "select name, basis, statement_timestamp() as now from cx.people_purpose where code = %s::text",
        [purpose],
        of=_Purpose,
    )[0]
    return Answer(
        found=any(row.found for row in found),
        records=tuple(_told(row) for row in found if row.found),
        purpose_name=named.name,
        basis=named.basis,
        asked_at=named.now,
    )


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
