"""Writes of redress: file an objection, decide it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chengxin.catalog.api import calendar
from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import Look, act, look, scalar, today
from chengxin.people.api import Identity, identity, ring
from chengxin.records.api import OwnRecord
from chengxin.redress.queries import Queued, deadline, reasons_aad, statement_aad
from chengxin.redress.rules import check_reasons, check_statement, resumed_until
from chengxin.redress.words import GROUNDS

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Filed:
    """What the person is told after filing (受理回执)."""

    case_no: str
    froze: bool
    decide_by: date
    provisional: bool


def object_to(token: bytes, person: UUID, record: OwnRecord, *, ground: str, statement: str) -> Filed:
    """File an objection (提出异议); the record is frozen in the same transaction unless this ground froze it before.

    Raises:
        Refused: DUTY-02, REDRESS-02 (nothing to object to yet), REDRESS-07, RECORD-04.
    """
    if ground not in GROUNDS:
        raise Refused("REDRESS-02")
    words = check_statement(statement)
    objection, day = uuid7(), today()
    case_no = f"YY{day:%y%m%d}{''.join(secrets.choice(_LETTERS) for _ in range(6))}"
    with act(token, activity="redress.object", case=case_no, person=person) as line:
        froze = scalar(
            "select cx.redress_object_v1(%s::uuid, %s::uuid, %s::uuid, %s::uuid, %s::integer, %s::text, %s::text, "
            "%s::bytea)",
            [
                person,
                objection,
                line,
                record.record,
                record.seq + 1,
                case_no,
                ground,
                ring().seal(words, statement_aad(person, objection)),
            ],
        )
    due, provisional = deadline(day)
    return Filed(case_no, froze=bool(froze), decide_by=due, provisional=provisional)


def case_look(token: bytes, person: UUID, case_no: str) -> Look:
    """Look at one case (打开案件): opens the record it is about, the objections to it, and the identity.

    Raises:
        Refused: REDRESS-04 when the case is not open, DUTY-01.
    """
    return look(
        "cx.redress_look_v1(%s::bytea, {look}, %s::uuid, %s::text, '')",
        [token, person, case_no],
        token=token,
        activity="redress.review",
    )


def reveal(token: bytes, case: Queued, purpose: str) -> Identity:
    """Name and number of the person of an open case, for a purpose of the register (显示号码): one look of its own.

    Raises:
        Refused: REDRESS-04 when the case is not open, DUTY-01 (no such purpose), LOOK-05 (the day's quota).
    """
    return identity(
        look(
            "cx.redress_look_v1(%s::bytea, {look}, %s::uuid, %s::text, %s::text)",
            [token, case.person, case.case_no, purpose],
            token=token,
            activity="redress.reveal",
        )
    )


def decide(token: bytes, case: Queued, record: OwnRecord, *, outcome: str, reasons: str) -> None:
    """Decide an objection with reasons (作出决定): upheld withdraws the record, rejected lets it go on where it stood.

    Args:
        token: session of the officer.
        case: as the queue has it.
        record: as the officer's look opened it; the day of its last step is the day it was frozen.
        outcome: upheld (成立) or rejected (不成立).
        reasons: at least two lines.

    Raises:
        Refused: REDRESS-03 (oneself), REDRESS-04 (decided before), REDRESS-06 (reasons), RECORD-04.
    """
    if outcome not in {"upheld", "rejected"}:
        raise Refused("REDRESS-04")
    words = check_reasons(reasons)
    wait_until = None
    if outcome == "rejected" and record.wait_until is not None:
        day = today()
        wait_until = resumed_until(
            today=day, wait_until=record.wait_until, frozen_on=record.on_date, calendar=calendar(day)
        )
    scalar(
        "select cx.redress_decide_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::integer, %s::text, %s::bytea, "
        "%s::date)",
        [
            token,
            uuid7(),
            case.person,
            case.objection,
            record.seq + 1,
            outcome,
            ring().seal(words, reasons_aad(case.person, case.objection)),
            wait_until,
        ],
    )
