"""Relatives of the deceased (近亲属办理): apply at a counter, decide, read, object on behalf. PIPL article 49."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from chengxin.belonging.commands import Somebody, case_number
from chengxin.belonging.queries import Ended, granted_aad, relative_aad
from chengxin.belonging.rules import check_evidence, check_reasons
from chengxin.belonging.words import GRANTS, RELATIONS, REQUESTS
from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.kernel.pages import PAGE
from chengxin.ledger.api import Look, look, rows, scalar
from chengxin.people.api import ring
from chengxin.records.api import OwnRecord, through
from chengxin.redress.api import GROUNDS, check_statement, statement_aad


@dataclass(frozen=True)
class Application:
    """An application in the list: numbers and days, nobody's name."""

    person: UUID = field(repr=False)
    application: UUID
    case_no: str
    kind: str
    relation: str
    organisation_name: str
    filed_on: date
    outcome: str
    decided_on: date | None
    until: date | None
    taken_back: bool
    """The death was taken back: nothing is shown any more, whatever was decided."""

    def open_on(self, day: date) -> bool:
        """Whether the counter may open it on a day."""
        return self.until is not None and day <= self.until and not self.taken_back

    @property
    def kind_label(self) -> str:
        return REQUESTS[self.kind]

    @property
    def relation_label(self) -> str:
        return RELATIONS[self.relation]

    @property
    def outcome_label(self) -> str:
        return "死亡登记已撤销" if self.taken_back else GRANTS[self.outcome]


@dataclass(frozen=True)
class Asked:
    """An application, opened: who asks, what was seen, and why."""

    application: UUID
    case_no: str
    kind: str
    relation: str
    filed_on: date
    post: str
    organisation_name: str
    died_on: date
    name: str = field(repr=False)
    number: str = field(repr=False)
    papers: str = field(repr=False)
    interest: str = field(repr=False)

    @property
    def kind_label(self) -> str:
        return REQUESTS[self.kind]

    @property
    def relation_label(self) -> str:
        return RELATIONS[self.relation]


@dataclass(frozen=True)
class _Row:
    application: UUID
    case_no: str
    kind: str
    relation: str
    sealed: bytes
    filed_on: date
    post: str
    organisation_name: str
    died_on: date


def apply(
    token: bytes,
    dead: Somebody,
    applicant: Somebody,
    *,
    kind: str,
    relation: str,
    papers: str,
    interest: str,
    arranged: bool,
) -> str:
    """Take in an application at a counter (受理); nothing is shown before a second person has approved.

    Args:
        token: session of the clerk.
        dead: the deceased, by number and name.
        applicant: who asks, by the identity document that was seen.
        kind: copy, or correct (copy, and objections on behalf).
        relation: one of RELATIONS.
        papers: what proves the relation, by number.
        interest: the applicant's own lawful interest.
        arranged: the deceased arranged otherwise; then nothing is taken in.

    Returns:
        The case number.

    Raises:
        Refused: BELONG-02, BELONG-08, BELONG-11, BELONG-13, DUTY-01.
    """
    if arranged:
        raise Refused("BELONG-13")
    said = {
        "name": applicant.name,
        "number": applicant.number,
        "papers": check_evidence(papers),
        "interest": check_reasons(interest),
    }
    one, case_no = uuid7(), case_number("QS")
    opened = look(
        "cx.belonging_kin_find_v1(%s::bytea, {look}, %s::bytea, %s::bytea, %s::text)",
        [token, dead.hmac, dead.pair, case_no],
        token=token,
        activity="belonging.apply",
    )
    sealed = ring().seal(json.dumps(said, ensure_ascii=False), relative_aad(one))
    scalar(
        "select cx.belonging_kin_file_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::uuid, %s::text, %s::text, "
        "%s::text, %s::bytea, %s::bytea, %s::bytea)",
        [token, uuid7(), opened.person, opened.id, one, case_no, kind, relation, dead.pair, applicant.hmac, sealed],
    )
    return case_no


def applications(token: bytes, limit: int = PAGE, *, waiting: bool, skip: int = 0) -> list[Application]:
    """Applications of the own counter, or all that wait for whoever decides. Raises Refused: DUTY-01."""
    return rows(_LIST, [token, waiting, None, limit, skip], of=Application)


def application(token: bytes, one: UUID, *, waiting: bool) -> Application | None:
    """One of them; None where it is none. Raises Refused: DUTY-01."""
    return next(iter(rows(_LIST, [token, waiting, one, 1, 0], of=Application)), None)


def kin_ended(token: bytes, one: UUID) -> Ended | None:
    """How an application was decided; None where it was not. Raises Refused: DUTY-01."""
    return next(
        iter(rows("select * from cx.belonging_kin_ended_v1(%s::bytea, %s::uuid)", [token, one], of=Ended)), None
    )


_LIST = "select * from cx.belonging_kin_v1(%s::bytea, %s::boolean, %s::uuid, %s::integer, %s::integer)"


def kin_look(token: bytes, found: Application, activity: str) -> Look:
    """Look at the deceased by an application: ``belonging.kin_review`` waits, ``belonging.kin_copy`` is granted.

    Raises:
        Refused: BELONG-03, DUTY-01.
    """
    door = "cx.belonging_kin_look_v1(%s::bytea, {look}, %s::uuid, %s::uuid, %s::text)"
    return look(door, [token, found.person, found.application, activity], token=token, activity=activity)


def asked(found: Look) -> Asked:
    """The application that a look names. Raises Refused: LOOK-01, LOOK-02."""
    sql = "select * from cx.belonging_kin_one_v1(%s::bytea, %s::uuid, %s::uuid, %s::text)"
    (row,) = rows(sql, [found.token, found.person, found.id, found.activity], of=_Row)
    said = json.loads(ring().open(row.sealed, relative_aad(row.application)))
    data = dict(row.__dict__)
    del data["sealed"]
    return Asked(**data, **said)


def kin_records(found: Look) -> list[OwnRecord]:
    """The records of the deceased (查阅、复制). Raises Refused: LOOK-01, LOOK-02."""
    return through("cx.belonging_kin_records_v1", found)


def decide_kin(token: bytes, found: Application, *, outcome: str, reasons: str) -> None:
    """Decide an application as the second person: granted or refused.

    Raises:
        Refused: BELONG-02 to BELONG-04, BELONG-08, BELONG-12, DUTY-01.
    """
    sealed = ring().seal(check_reasons(reasons), granted_aad(found.application))
    scalar(
        "select cx.belonging_kin_decide_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::text, %s::bytea)",
        [token, uuid7(), found.person, found.application, outcome, sealed],
    )


def object_for(token: bytes, found: Application, record: OwnRecord, *, ground: str, statement: str) -> str:
    """Object to a record on the relative's behalf (代为提出异议); it freezes as any other. Returns the case number.

    Raises:
        Refused: BELONG-03, REDRESS-02, REDRESS-07, RECORD-04, DUTY-01.
    """
    if ground not in GROUNDS:
        raise Refused("REDRESS-02")
    words, one, case_no = check_statement(statement), uuid7(), case_number("YY")
    scalar(
        "select cx.belonging_kin_object_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::uuid, %s::uuid, %s::integer, "
        "%s::text, %s::text, %s::bytea)",
        [
            *(token, uuid7(), found.person, found.application, one, record.record, record.seq + 1, case_no, ground),
            ring().seal(words, statement_aad(found.person, one)),
        ],
    )
    return case_no
