"""A later release that brings a year: taken where nobody in the city has entered it, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chengxin.catalog import api
from chengxin.catalog.calendars import forget
from chengxin.catalog.tests.arranged import NOW, ONE, YEAR, arranged, saturday, weekday_in
from chengxin.catalog.tests.material import day
from chengxin.kernel.calendar import Arrangement, shipped
from chengxin.operate import days
from chengxin.operate.home import Home
from chengxin.people.api import console_session

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("city")]
Release = Callable[..., list[int]]


@pytest.fixture
def release(home: Home, monkeypatch: pytest.MonkeyPatch) -> Release:
    """Start the city with a release that brings these years besides those it always had; what the city took of them."""

    def start(*brings: Arrangement) -> list[int]:
        monkeypatch.setattr(days, "shipped", lambda: (*shipped(), *brings))
        taken = days.adopt(home)
        forget()
        return taken

    return start


def told(home: Home) -> list[str]:
    """What the doctor says of the two calendars."""
    city = days.arrangements(home)
    assert city is not None
    return [cause for cause, _ in days.differing(city, day(0))]


def entered(given: Arrangement, decision: str = "") -> None:
    """Two managers at their desk; without a decision it waits."""
    one, other = console_session("manager"), console_session("manager2")
    words = {"title": "测试通知", "number": "测试号", "source": "收文 1 号", "reason": "国务院公布了安排"}
    made = api.propose_calendar(one, given, issued_on=day(-1), **words)
    if decision:
        api.decide_calendar(other, made, decision, reason="核对过了")  # type: ignore[arg-type]  # the test's words
    forget()


def test_a_year_that_nobody_entered_is_taken_once_and_counts_from_tomorrow(home: Home, release: Release) -> None:
    assert told(home) == []
    brought = arranged(more=(extra := weekday_in(3),))
    assert release(brought) == [YEAR]
    assert YEAR not in api.calendar(day(0)).published, "no clock changes within a day"
    assert api.calendar(day(1)).add_working_days(extra - ONE, 1).date > extra
    assert (release(brought), told(home)) == ([], [])
    (found,) = [one for one in api.notices(day(1)) if one.year == YEAR]
    assert (found.source, found.valid_from, found.issued_on) == ("随程序提供", day(1), None)
    assert api.calendar_changes(console_session("manager")) == [], "nobody of the city changed anything"


@pytest.mark.parametrize("decision", ["approve", ""])
def test_what_the_managers_entered_stands_whatever_the_release_brings(
    home: Home, release: Release, decision: str
) -> None:
    own, other = arranged(), arranged(more=(weekday_in(3),))
    entered(own, decision)
    before = api.notices(day(1))
    assert release(other) == []
    assert api.notices(day(1)) == before
    if decision:
        assert told(home) == [f"{YEAR}年的节假日安排和随程序的不同"]
        assert (release(own), told(home)) == ([], [])
    else:
        assert told(home) == [f"随程序有{YEAR}年的节假日安排，城市还没有采用"]


def test_what_was_returned_keeps_no_year_out(release: Release) -> None:
    entered(arranged(), "return")
    assert release(arranged(more=(weekday_in(3),))) == [YEAR]


def test_the_managers_may_replace_what_a_release_brought(home: Home, release: Release) -> None:
    release(arranged())
    entered(arranged(more=(weekday_in(3),)), "approve")
    assert api.calendar(day(1)).rest >= {weekday_in(3)}
    assert told(home) == [f"{YEAR}年的节假日安排和随程序的不同"]


@pytest.mark.parametrize(
    "brought",
    [
        arranged(less=(date(YEAR, 1, 1),)),
        arranged()._replace(work=(weekday_in(4),)),
        arranged(YEAR + 1)._replace(work=()),
    ],
    ids=["a day of the law is missing", "a weekday to make up", "neither this year nor the next"],
)
def test_a_year_that_the_managers_could_not_enter_is_not_taken(release: Release, brought: Arrangement) -> None:
    """CATALOG-37, CATALOG-38: the same guard, and the city starts all the same."""
    assert release(brought) == []
    assert brought.year not in api.calendar(day(1)).published


def test_a_year_that_is_over_is_not_taken(release: Release, city: Callable[[date], None]) -> None:
    city(NOW.replace(year=YEAR + 1))
    assert release(arranged()) == []


def test_the_doctor_names_the_years_that_differ_and_those_that_are_missing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chengxin.operate import doctor

    def said() -> list[tuple[str, str]]:
        return [(one.state.value, one.cause) for one in doctor._calendar(home) if one.name == "calendar_release"]

    assert said() == []
    *before, last = shipped()
    other = last._replace(work=(*last.work, saturday(last.year)))
    monkeypatch.setattr(days, "shipped", lambda: (*before, other))
    assert said() == [("warn", f"{last.year}年的节假日安排和随程序的不同")]
    without: dict[int, Any] = {one.year: one for one in before}
    assert list(days.differing(without, date(last.year + 1, 1, 1))) == [], "of a year that is over nobody is told"
    assert "城市还没有采用" in next(days.differing(without, date(last.year, 1, 1)))[0]
