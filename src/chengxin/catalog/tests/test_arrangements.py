"""A year's days off as facts: what was promised stays, and the picture shows what changes."""

from __future__ import annotations

from datetime import date

import pytest

from chengxin.catalog.arrangements import picture, problems
from chengxin.catalog.tests.arranged import NOW, ONE, YEAR, arranged
from chengxin.kernel.calendar import Arrangement, Calendar, OutOfCalendarError, shipped
from chengxin.redress.rules import decide_by


def test_a_promise_stays_whatever_becomes_of_the_calendar() -> None:
    """R0: a day that was told for certain stays; a provisional one moves only earlier."""
    known = [each for each in shipped() if each.year <= 2026]  # a later release knows more
    now, filed, this = Calendar.of(known), date(2026, 9, 25), known[-1]
    longer = Calendar.of([this._replace(rest=(*this.rest, (date(2026, 9, 28), date(2026, 9, 30), "纪念日")))])
    sure = now.add_working_days(filed, 5)
    assert longer.add_working_days(filed, 5).date > sure.date
    assert decide_by(filed_on=filed, working_days=5, told=now, since=[longer]) == sure
    late = date(2026, 12, 29)
    guess = now.add_working_days(late, 5)
    assert guess.provisional
    later = Calendar.of([*known, arranged(2027)])
    once = decide_by(filed_on=late, working_days=5, told=now, since=[later])
    assert (once.date <= guess.date, once.provisional) == (True, False)
    worse = Calendar.of([*known, arranged(2027, more=tuple(date(2027, 1, 4) + each * ONE for each in range(5)))])
    assert worse.add_working_days(late, 5).date > guess.date
    assert decide_by(filed_on=late, working_days=5, told=now, since=[worse]).date == guess.date
    sooner = Calendar.of([*known, arranged(2027)._replace(work=(date(2027, 1, 2),))])
    certain = decide_by(filed_on=late, working_days=5, told=now, since=[sooner, later])
    assert (certain.date < guess.date, certain.provisional) == (True, False), "certain once, certain for ever"


def test_the_picture_marks_what_changes_and_the_end_is_seen_in_time() -> None:
    this = next(each for each in shipped() if each.year == 2023)  # begins in December 2022
    months = picture(this, None)
    days = [each for month in months for week in month.weeks for each in week if each]
    assert (months[0].name, len(months), len(days)) == ("2022年12月", 13, 31 + 365)
    assert {each.day for each in days if each.mark == "休"} == set(this.off())
    assert {each.day for each in days if each.mark == "班"} == set(this.work)
    assert all(len(week) == 7 for month in months for week in month.weeks)
    assert not any(each.changed for each in days), "nothing was known, so nothing changes"
    other = this._replace(work=this.work[1:])
    assert [
        each.day for month in picture(other, this) for week in month.weeks for each in week if each and each.changed
    ] == [this.work[0]]
    assert Calendar.from_data().ends_soon(NOW)
    assert not Calendar.from_data().ends_soon(date(YEAR - 1, 6, 1))
    with pytest.raises(OutOfCalendarError):
        problems(Arrangement(2100, (), (), ()), (), today=NOW)
