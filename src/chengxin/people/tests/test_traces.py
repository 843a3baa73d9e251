"""Who looked at me: complete, whatever the number of one's own looks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from chengxin.lookup.api import check
from chengxin.people.api import self_look, traces

pytestmark = pytest.mark.database
EVER = datetime(2020, 1, 1, tzinfo=UTC)


def test_own_looks_never_push_anybody_off_the_page(citizen: Any, clerk: Any) -> None:
    check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="1")
    for _ in range(30):
        self_look(citizen.token)
    found = traces(self_look(citizen.token), EVER, limit=3)
    assert [line.purpose_name for line in found if line.activity == "lookup.check"] == ["创业补贴资格核验"]
    (mine,) = [line for line in found if line.mine]
    assert mine.times >= 31


def test_pages_follow_each_other_without_gap_or_repetition(citizen: Any, clerk: Any) -> None:
    for number in range(5):
        check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref=str(number))
    everything = [line.id for line in traces(self_look(citizen.token), EVER) if not line.mine]
    pages: list[Any] = []
    before = None
    while page := [line for line in traces(self_look(citizen.token), EVER, before=before, limit=2) if not line.mine]:
        pages += page
        before = page[-1].at
    assert [line.id for line in pages] == everything


def test_what_a_look_was_shown_stands_beside_it(citizen: Any, clerk: Any) -> None:
    check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="1")
    line = next(line for line in traces(self_look(citizen.token), EVER) if line.activity == "lookup.check")
    assert (line.outcome, line.shown, line.case_ref, line.post) == ("miss", 0, "", "综合窗口")
