"""Property: over random orders of events and clocks nothing adverse is visible before it was served and waited for, after
its end, or while frozen (R0.3). The model below knows nothing of the program but the rule."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.flow.api import drain, tick
from chengxin.intake.api import import_file
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.lookup.api import check
from chengxin.notice import api as notice
from chengxin.people.api import identity, self_look
from chengxin.records import api as records
from chengxin.redress import api as redress
from conftest import csv_of, penalty

pytestmark = pytest.mark.database
FINDS = {
    *("CF_XDR_MC", "CF_XDR_ZJLX", "CF_XDR_ZJHM", "CF_WSH", "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM"),
}
"""Columns of a file that withdraws."""
FAR = 3 * 366
"""As far as a story goes, past every end of use. Its ticks are the whole city's, and what they do stays: in 2031 laws of the
catalog end and items are suspended, after five years the lines of every test are destroyed."""

DEEDS = st.lists(
    st.one_of(
        st.just(("open",)),
        st.just(("accept",)),
        st.tuples(st.just("object"), st.sampled_from(["error", "not_mine"])),
        st.tuples(st.just("decide"), st.sampled_from(["upheld", "rejected"])),
        st.just(("tick",)),
        st.just(("correct",)),
        st.just(("withdraw",)),
        st.tuples(st.just("days"), st.integers(1, 40)),
        st.tuples(st.just("days"), st.integers(300, 400)),
    ),
    min_size=3,
    max_size=10,
)


@dataclass
class Model:
    """What the rule allows: the earliest day of effect, whether it is frozen, and whether it is over."""

    served_on: date | None = None
    accepted: bool = False
    frozen: bool = False
    frozen_on: date | None = None
    frozen_days: int = 0
    withdrawn: bool = False

    def may_show(self, day: date, end: date) -> bool:
        if self.served_on is None or self.frozen or self.withdrawn or day >= end:
            return False
        return self.accepted or day > self.served_on + timedelta(days=15 + self.frozen_days)


class Story:
    """One person, one record, and the deeds of everybody around it."""

    def __init__(self, citizen: Any, clerk: Any, reviewer: Any, system: Any, officer: Any) -> None:
        self.citizen, self.clerk, self.reviewer, self.system = citizen, clerk, reviewer, system
        self.officer, self.corrections = officer, 0
        self.model = Model()
        self.end = self.record().display_end

    def record(self) -> Any:
        (found,) = records.own(self_look(self.citizen.token))
        return found

    def visible(self) -> bool:
        answers = {
            check(
                self.clerk.token, number=self.citizen.number, name=self.citizen.name, purpose=purpose, case_ref="测"
            ).found
            for purpose in ("SUBSIDY",)
        }
        return answers.pop()

    def do(self, deed: tuple[Any, ...]) -> None:
        getattr(self, deed[0])(*deed[1:])

    def open(self) -> None:
        look = self_look(self.citizen.token)
        (record,), letters = records.own(look), notice.letters(look)
        letter = max(letters, key=lambda one: one.record_version)
        body = notice.body(record, identity(look).name, today=today())
        notice.open_letter(self.citizen.token, self.citizen.person, letter, record, body)
        self.model.served_on = today()

    def accept(self) -> None:
        records.accept(self.citizen.token, self.citizen.person, self.record())
        self.model.accepted = True

    def object(self, ground: str) -> None:
        filed = redress.object_to(
            self.citizen.token, self.citizen.person, self.record(), ground=ground, statement="与事实不符"
        )
        if filed.froze:
            self.model.frozen, self.model.frozen_on = True, today()

    def decide(self, outcome: str) -> None:
        case = next(c for c in redress.queue(self.reviewer.token) if c.person == self.citizen.person)
        look = redress.case_look(self.reviewer.token, case.person, case.case_no)
        record = redress.case_record(look)
        redress.decide(
            self.reviewer.token, case, record, outcome=outcome, reasons="已经核对原始文书。\n理由如上，予以决定。"
        )
        if outcome == "upheld":
            self.model.withdrawn = True
        elif (
            self.model.frozen_on is not None
            and self.model.frozen
            and not any(c.person == case.person for c in redress.queue(self.reviewer.token))
        ):
            self.model.frozen = False
            self.model.frozen_days += (today() - self.model.frozen_on).days

    def correct(self) -> None:
        """The department corrects: what was served and waited for counts no more."""
        self.corrections += 1
        if self.send("correct", CF_NR=f"罚款五百元，第{self.corrections}次更正") == 1:
            self.model.served_on, self.model.accepted, self.model.frozen_days = None, False, 0

    def withdraw(self) -> None:
        if self.send("withdraw", CX_YY="决定被撤销") == 1:
            self.model.withdrawn = True

    def send(self, kind: str, **changes: str) -> int:
        record = self.record()
        row = penalty(self.citizen.name, self.citizen.number, CF_WSH=record.doc_no, CF_JDRQ=str(record.decided_on))
        sent = row | changes
        if kind == "withdraw":
            sent = {code: sent[code] for code in sent if code in FINDS} | changes
        imported = import_file(self.officer.token, csv_of([sent]), item="XZCF", kind=kind)
        while drain(self.system.token, using="worker"):
            pass
        return imported.result.accepted

    def tick(self) -> None:
        tick(self.system.token, using="worker")


@given(deeds=DEEDS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_acts_in_the_dark(
    deeds: list[tuple[Any, ...]],
    make_citizen: Callable[..., Any],
    clerk: Any,
    reviewer: Any,
    system: Any,
    officer: Any,
    shift: Callable[[int], None],
) -> None:
    shift(0)
    story, ahead = Story(make_citizen(), clerk, reviewer, system, officer), 0
    for deed in deeds:
        if deed[0] == "days":
            ahead = min(ahead + deed[1], FAR)
            shift(ahead)
        else:
            with contextlib.suppress(Refused, StopIteration):  # a refused deed must change nothing, as in the model
                story.do(deed)
        visible = story.visible()
        assert not visible or story.model.may_show(today(), story.end), (deed, today(), story.model)
        assert visible == story.record().counts_now
