"""Property: whatever carriers do and in whatever order, nothing acts before it was served and waited for (R0.3).

The model knows the rule alone: opened, or a receipt signed by the person or somebody authorised; then fifteen days.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.flow.api import tick
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.lookup.api import check
from chengxin.notice import undelivered
from chengxin.notice.tests.office import Office
from chengxin.records import api as records

pytestmark = pytest.mark.database

PHONES = ["10012345678", "10000000001", "10000000002", "10000000003"]
PLACES = [
    "建军东路1号，盐城市",
    "拒收路1号，盐城市",
    "无应答路1号，盐城市",
    "退回路1号，盐城市",
    "他人签收路1号",
    "代收路1号，盐城市",
]
GOOD = ("建军", "代收")
DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("phone"), st.sampled_from(PHONES)),
        st.tuples(st.just("address"), st.sampled_from(PLACES)),
        st.just(("run",)),
        st.just(("tick",)),
        st.just(("open",)),
        st.just(("accept",)),
        st.tuples(st.just("renew"), st.sampled_from(PLACES)),
        st.tuples(st.just("days"), st.integers(1, 25)),
    ),
    min_size=4,
    max_size=14,
)


class Story:
    """One letter, its carriers, its person and the desk."""

    def __init__(self, office: Office, officer: Any) -> None:
        self.office, self.officer = office, officer
        self.known_on: date | None = None  # the day the platform knew of the service
        self.accepted = False

    def phone(self, value: str) -> None:
        self.office.reach(value, "")

    def address(self, value: str) -> None:
        self.office.reach("", value)

    def run(self) -> None:
        self.office.run()
        signed = [
            reason for channel, _, event, reason in self.office.events() if (channel, event) == ("post", "delivered")
        ]
        assert set(signed) <= {"self", "agent"}
        if signed and self.known_on is None:
            self.known_on = today()

    def tick(self) -> None:
        tick(self.office.system.token, using="worker")

    def open(self) -> None:
        self.office.open()
        self.known_on = self.known_on or today()

    def accept(self) -> None:
        records.accept(self.office.citizen.token, self.office.citizen.person, self.office.record())
        self.accepted = True

    def renew(self, place: str) -> None:
        found = next(
            one for one in undelivered.unserved(self.officer.token, 10_000) if one.person == self.office.citizen.person
        )
        undelivered.renew(self.officer.token, found, source="by_visit", kind="address", value=place)

    def days(self, number: int) -> None:
        self.office.skip(number)

    def may_count(self) -> bool:
        if self.known_on is None:
            return False
        return self.accepted or today() > self.known_on + timedelta(days=15)


@pytest.fixture
def owner(connect: Callable[[str], psycopg.Connection[Any]]) -> psycopg.Connection[Any]:
    return connect("owner")


@given(deeds=DEEDS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_acts_before_it_was_served_and_waited_for(
    deeds: list[tuple[Any, ...]],
    make_citizen: Callable[..., Any],
    system: Any,
    clerk: Any,
    desk: Any,
    shift: Callable[[int], None],
    owner: psycopg.Connection[Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    shift(0)
    folder: Path = tmp_path_factory.mktemp("outbox")
    office = Office(make_citizen(), system, folder, shift, owner)
    story = Story(office, desk)
    for deed in deeds:
        with contextlib.suppress(Refused, StopIteration):  # a refused deed changes nothing, as in the model
            getattr(story, deed[0])(*deed[1:])
        record = office.record()
        visible = check(
            clerk.token, number=office.citizen.number, name=office.citizen.name, purpose="SUBSIDY", case_ref="测"
        ).found
        assert not visible or story.may_count(), (deed, today(), story.known_on)
        assert visible == record.counts_now
        assert (record.state == "PROPOSED") == (story.known_on is None) or record.state == "EXPIRED"
        assert office.letter().opened_on is None or story.known_on is not None
