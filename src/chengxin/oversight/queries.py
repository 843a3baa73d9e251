"""Reads of oversight: the register of incidents, who receives personal information, documents, organisations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from itertools import groupby
from uuid import UUID

from chengxin.catalog.api import Parameter, general_parameters
from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import CHINA
from chengxin.ledger.api import Look, rows, shown
from chengxin.oversight import rules
from chengxin.oversight.facts import (
    Backup,
    Clock,
    Document,
    Event,
    Incident,
    Job,
    Number,
    Paper,
    PaperStep,
    PublicOrganisation,
    Work,
)
from chengxin.oversight.registers import Shelf, documents
from chengxin.oversight.rules import PRIVACY_NOTICE


@dataclass(frozen=True)
class Standing:
    """An incident with its clocks and what the program proposes (事件与时限).

    Attributes:
        proposed_level: empty where it is not known.
        police: whether a human must decide about the police.
    """

    incident: Incident
    clocks: tuple[Clock, ...]
    proposed_level: str
    police: bool
    now: datetime

    @property
    def day(self) -> date:
        """The real day in China; the test clock moves no notice."""
        return self.now.astimezone(CHINA).date()

    @property
    def overdue(self) -> tuple[Clock, ...]:
        """Clocks that were missed (逾期)."""
        return tuple(clock for clock in self.clocks if clock.overdue(self.now))

    @property
    def running(self) -> tuple[Clock, ...]:
        """Clocks that somebody still has to meet, nearest first."""
        return tuple(sorted((clock for clock in self.clocks if clock.runs()), key=lambda clock: clock.due))


@dataclass(frozen=True)
class Recipient:
    """Who receives personal information, for what, on what basis, since when (接收方)."""

    organisation_name: str
    duty: str
    activity: str
    purpose: str
    purpose_name: str
    basis: str
    fields: list[str]
    items: list[str]
    since: date


@dataclass(frozen=True)
class OwnNotice:
    """A notice about an incident that touches the reader (涉及我的信息安全事件)."""

    case_no: str
    made_at: datetime
    notice: str

    @property
    def heading(self) -> str:
        """Its first line."""
        return self.notice.partition("\n")[0]

    @property
    def text(self) -> str:
        """The rest."""
        return self.notice.partition("\n")[2].strip()


def own_notices(*looks: Look) -> list[OwnNotice]:
    """Notices for the person of own looks, of each file the newest first.

    Raises:
        Refused: LOOK-01, LOOK-02.
    """
    return shown("cx.oversight_own_v1({look})", looks, of=OwnNotice)


def numbers(day: date) -> dict[str, Number]:
    """The dated numbers in force on a day, by name."""
    return _in_force(general_parameters(day), day)


def _in_force(every: Sequence[Parameter], day: date) -> dict[str, Number]:
    return {
        row.name: Number(row.value, row.unit, row.basis)
        for row in every
        if row.name in rules.NUMBERS and row.in_force(day)
    }


def incident(token: bytes, incident_id: UUID) -> Standing:
    """One incident.

    Raises:
        Refused: DUTY-01, INCIDENT-11, INCIDENT-12 (there is none).
    """
    found = _standings(token, incident_id)
    if not found:
        raise Refused("INCIDENT-12")
    return found[0]


def incidents(token: bytes) -> list[Standing]:
    """The register of incidents (信息安全事件登记册): open ones first, by their nearest clock, then the newest.

    Raises:
        Refused: DUTY-01, INCIDENT-11.
    """
    found = _standings(token, None)
    far = datetime.max.replace(tzinfo=UTC)
    return sorted(
        found,
        key=lambda one: (
            not one.running,
            one.running[0].due if one.running else far,
            -one.incident.discovered_at.timestamp(),
        ),
    )


def _standings(token: bytes, incident_id: UUID | None) -> list[Standing]:
    events = rows("select * from cx.oversight_events_v1(%s::bytea, %s::uuid)", [token, incident_id], of=Event)
    now = datetime.now(UTC)
    found = []
    every = general_parameters() if events else []
    for _, group in groupby(events, key=lambda event: event.incident):
        one = rules.fold(list(group))
        days = (one.events[0].at, one.discovered_at)
        law: dict[str, Number] = {}
        for day in (at.astimezone(CHINA).date() for at in days):  # of the day of discovery, else of the report
            law |= _in_force(every, day)
        found.append(
            Standing(
                one,
                tuple(rules.clocks(one, law)),
                rules.proposed_level(one, law),
                rules.police_question(one, law),
                now,
            )
        )
    return found


def recipients() -> list[Recipient]:
    """Who receives personal information today (接收方清单), from duties, purposes and permissions."""
    return rows("select * from cx.oversight_recipients_v1()", of=Recipient)


@dataclass(frozen=True)
class _Published:
    code: str
    number: int
    title: str
    effective_from: date
    basis: str
    issued_by: str
    note: str
    sections: list[dict[str, str]]


def shelves() -> tuple[Shelf, ...]:
    """All documents with their published versions (制度文件目录)."""
    found = rows("select * from cx.oversight_published_v1()", of=_Published)
    grouped = {code: [asdict(one) for one in group] for code, group in groupby(found, key=lambda one: one.code)}
    return tuple(Shelf(code, group[-1]["title"], tuple(documents(code, group))) for code, group in grouped.items())


def shelf(code: str) -> Shelf | None:
    """One document; None when nothing of it is published."""
    return next((one for one in shelves() if one.code == code), None)


def privacy_notice(day: date) -> Document:
    """The privacy notice in force on a day (个人信息处理规则); before the first version, the first.

    Raises:
        Refused: DOCUMENT-01, there is none.
    """
    found = shelf(PRIVACY_NOTICE)
    if found is None:
        raise Refused("DOCUMENT-01")
    return found.on(day) or found.versions[0]


def papers(token: bytes, code: str = "") -> list[Paper]:
    """The versions of all documents or of one, with their steps (起草与公布), the newest first.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    steps = rows("select * from cx.oversight_papers_v1(%s::bytea, %s::text)", [token, code], of=PaperStep)
    grouped = groupby(steps, key=lambda step: (step.code, step.number))
    return [Paper(one, number, tuple(group)) for (one, number), group in grouped][::-1]


def public_organisations(code: str = "") -> list[PublicOrganisation]:
    """Organisations with since when they report, may look, or handle (单位名册); all or one."""
    return rows("select * from cx.oversight_organisations_v1(%s::text)", [code], of=PublicOrganisation)


def work(token: bytes) -> list[Work]:
    """What waits for the worker or for a human, by kind (等待办理).

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    return rows("select * from cx.oversight_work_v1(%s::bytea)", [token], of=Work)


def last_backup(token: bytes) -> Backup | None:
    """The latest backup that was asked for, and what became of it.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    return next(iter(rows("select * from cx.oversight_backups_v1(%s::bytea)", [token], of=Backup)), None)


def jobs(token: bytes, *, offset: int = 0, limit: int = 30) -> list[Job]:
    """Files that were sent, the newest first (任务中心); nothing of what is in them.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    return rows(
        "select * from cx.oversight_jobs_v1(%s::bytea, %s::integer, %s::integer)", [token, offset, limit], of=Job
    )
