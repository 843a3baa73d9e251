"""Secrecy of single cases for a time (保密期): two human beings of one organisation agree, counted in public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import act, rows, scalar
from chengxin.people.words import ACTIVITIES

DECISIONS = {"approved": "批准", "refused": "不批准"}
STEPS = {"": "等待批准", "approved": "保密中", "refused": "未批准", "ended": "已提前公开"}


@dataclass(frozen=True)
class Secrecy:
    """A case of one's own organisation (保密案件). `ends_on` is the day on which the persons read the lines."""

    secrecy: UUID
    activity: str
    purpose: str
    purpose_name: str
    case_ref: str
    basis: str
    proposed_on: date
    ends_on: date
    step: str
    mine: bool
    over: bool

    @property
    def title(self) -> str:
        return self.purpose_name or ACTIVITIES.get(self.activity, self.activity)

    @property
    def label(self) -> str:
        return "期满已公开" if self.over and self.step == "approved" else STEPS[self.step]

    @property
    def kept(self) -> bool:
        return self.step == "approved" and not self.over


@dataclass(frozen=True)
class SecrecyKind:
    """An activity of which single cases may be kept secret, as of today (可以保密的处理活动)."""

    activity: str
    purpose: str
    purpose_name: str
    basis: str
    days: int

    @property
    def title(self) -> str:
        return self.purpose_name or ACTIVITIES.get(self.activity, self.activity)


@dataclass(frozen=True)
class Year:
    """What was published about a year (保密数量)."""

    year: int
    cases: int
    lines: int
    published_on: date


def secrecies(token: bytes, limit: int = 10_000, *, skip: int = 0, waiting: bool | None = None) -> list[Secrecy]:
    """The cases of one's own organisation, newest first: those that wait for a decision, those that have one, or both.

    Raises:
        Refused: DUTY-01.
    """
    sql = "select * from cx.people_secrecies_v1(%s::bytea, %s::boolean, %s::integer, %s::integer)"
    return rows(sql, [token, waiting, limit, skip], of=Secrecy)


def secrecy_kinds() -> list[SecrecyKind]:
    """Activities of which a law lets single cases be kept secret today."""
    return rows(
        "select p.activity, p.purpose, coalesce(u.name, '') as purpose_name, p.secrecy_basis as basis, "
        "p.secrecy_days as days "
        "from cx.people_processing p left join cx.people_purpose u on u.code = p.purpose "
        "where p.secrecy_days > 0 and p.valid_from <= cx.ledger_today_v1() "
        "and (p.valid_to is null or p.valid_to >= cx.ledger_today_v1()) order by p.activity, p.purpose",
        of=SecrecyKind,
    )


def propose_secrecy(token: bytes, *, activity: str, purpose: str, case_ref: str, ends_on: date) -> UUID:
    """Ask for secrecy of a case until a day (申请保密).

    Raises:
        Refused: DUTY-01, LOOK-04 (no case), SECRECY-01, SECRECY-02, SECRECY-05.
    """
    secrecy = uuid7()
    with act(token, activity="secrecy.propose", case=case_ref) as line:
        scalar(
            "select cx.people_secrecy_propose_v1(%s::uuid, %s::uuid, %s::text, %s::text, %s::text, %s::date)",
            [line, secrecy, activity, purpose, case_ref, ends_on],
        )
    return secrecy


def step_secrecy(token: bytes, secrecy: UUID, step: str) -> None:
    """Approve, refuse, or end early (批准、不批准、提前公开).

    Raises:
        Refused: DUTY-01, SECRECY-03 (not another human being of the same organisation), SECRECY-04.
    """
    if step not in {*DECISIONS, "ended"}:
        raise Refused("SECRECY-04")
    with act(token, activity="secrecy.end" if step == "ended" else "secrecy.decide") as line:
        scalar("select cx.people_secrecy_step_v1(%s::uuid, %s::uuid, %s::text)", [line, secrecy, step])


def publish_secrecy(token: bytes, *, using: str = "default") -> int:
    """Publish the number of the year that ended, once. Returns how many years were published."""
    return int(scalar("select cx.people_secrecy_publish_v1(%s::bytea)", [token], using=using))


def secrecy_years() -> list[Year]:
    """What was published, the newest year first."""
    return rows("select year, cases, lines, published_on from cx.people_secrecy_year order by year desc", of=Year)
