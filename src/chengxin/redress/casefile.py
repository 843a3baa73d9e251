"""What an officer sees of a case (案卷): the disputed record, the person's words, what a decision does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal
from uuid import UUID

from chengxin.catalog.api import calendar
from chengxin.kernel.errors import Refused
from chengxin.people.api import Identity, identity, taken_over_by
from chengxin.records.api import OwnRecord, Step
from chengxin.redress import api
from chengxin.redress.rules import resumed_until

Effect = Literal["withdrawn", "effective", "waiting", "frozen", "unchanged"]


@dataclass(frozen=True)
class CaseFile:
    """One look at one case. `cases` are the objections against this record only, open and decided.

    Attributes:
        queued: the case as the queue knows it; its person never comes from an address.
        identity: opened from the vault; pages mask it.
        case: the objection itself, with the person's statement.
    """

    queued: api.Queued
    today: date
    identity: Identity
    record: OwnRecord
    case: api.Case
    cases: list[api.Case]
    steps: list[Step]

    def effect(self, outcome: str) -> Effect:
        """What a decision does to the record (决定的效果); the guard function of the database does the same."""
        if outcome == "upheld":
            return "withdrawn"
        if self.record.state != "DISPUTED":
            return "unchanged"
        if any(not one.outcome and one.objection != self.case.objection for one in self.cases):
            return "frozen"
        return "effective" if self._freeze and self._freeze.from_state == "EFFECTIVE" else "waiting"

    @property
    def resumes_until(self) -> date | None:
        """Last day of the waiting period that would run on from today (剩余等待期的最后一日)."""
        if self._freeze is None or self.record.wait_until is None:
            return None
        return resumed_until(
            today=self.today,
            wait_until=self.record.wait_until,
            frozen_on=self._freeze.on_date,
            calendar=calendar(self.today),
        )

    @property
    def seen(self) -> str:
        """What a page shows of the course of the case, for the next page to compare (打开时的情况)."""
        return f"{self.record.seq}.{self._waiting}"

    def since(self, seen: str) -> list[str]:
        """What happened since a page said `seen` (打开以后的变化); nothing where it says nothing."""
        seq, _, waiting = seen.partition(".")
        if not (seq.isdecimal() and waiting.isdecimal()):
            return []
        new = [f"{step.on_date:%Y-%m-%d} {step.label}" for step in self.steps if step.seq > int(seq)]
        if int(waiting) != self._waiting:
            new.append(f"这条信息上没有办结的异议，您打开时有 {int(waiting)} 件，现在有 {self._waiting} 件")
        return new

    @property
    def others(self) -> list[api.Case]:
        """The other objections to the same record (同一条信息的其他异议)."""
        return [one for one in self.cases if one.objection != self.case.objection]

    @property
    def _waiting(self) -> int:
        return sum(not one.outcome for one in self.cases)

    @cached_property
    def answers(self) -> str:
        """Who answers for the authority of the record once that has ended (承接单位), or ''."""
        return taken_over_by(self.record.authority)

    @cached_property
    def _freeze(self) -> Step | None:
        return next((step for step in reversed(self.steps) if step.to_state == "DISPUTED"), None)


def open_case(token: bytes, objection: UUID, *, today: date) -> CaseFile | None:
    """Open a case of the queue with one registered look (打开案件); None when it is not open, and then nobody looked.

    Raises:
        Refused: DUTY-01.
    """
    queued = api.queued(token, objection)
    if queued is None:
        return None
    try:
        look = api.case_look(token, queued.person, queued.case_no)
    except Refused as error:
        if error.code == "REDRESS-04":  # decided by somebody else since the line above
            return None
        raise
    cases = api.cases(look)
    return CaseFile(
        queued=queued,
        today=today,
        identity=identity(look),
        record=api.case_record(look),
        case=next(one for one in cases if one.objection == objection),
        cases=cases,
        steps=api.case_steps(look),
    )
