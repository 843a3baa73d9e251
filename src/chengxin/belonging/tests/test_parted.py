"""What a wrong merge did meanwhile: decisions that meet, and who had been shown the other's records."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread
from time import sleep
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from chengxin.belonging import api
from chengxin.belonging.tests.desk import REASONS
from chengxin.belonging.tests.test_merges import found
from chengxin.belonging.tests.two import Two
from chengxin.lookup.tests.test_views import make_effective
from chengxin.operate.home import Home
from chengxin.people.api import files, self_look
from conftest import fresh_person

pytestmark = pytest.mark.database


def test_a_merge_waits_for_the_one_before_it(two: Two, home: Home, make_citizen: Callable[..., Any]) -> None:
    """Whatever joins one of the files meanwhile is joined too: all files of one human stay linked in pairs."""
    third = make_citizen()
    file = two.desk.open(two.propose())

    def decide() -> None:
        try:
            api.decide(two.desk.two.token, file.queued, file.matter, file.record, outcome="approved", reasons=REASONS)
        finally:
            connections.close_all()

    later = Thread(target=decide)
    with psycopg.connect(home.dsn("owner")) as owner:
        owner.execute("select from cx.people_person where person = %s for update", [two.other.person])
        later.start()
        sleep(1)
        assert later.is_alive()
        for one, other in ((two.other, third), (third, two.other)):
            owner.execute(
                "insert into cx.people_link values (%s, %s, 1, %s, now(), %s, true)",
                [one.person, other.person, uuid4(), uuid4()],
            )
    later.join()
    assert {len(files(one.token)) for one in (two.one, two.other, third)} == {3}


def test_whoever_was_shown_it_under_the_others_number_is_told(two: Two, clerk: Any) -> None:
    """R0.7: those who asked by the other's number while the files were joined, once; nobody who asked by the own."""
    make_effective(two.one)
    before = found(clerk, two.other)
    merge = two.merge()
    assert (before, found(clerk, two.other), found(clerk, two.one)) == (0, 1, 1)
    known = {one.recall for one in api.corrections(clerk.token, 10_000)}
    two.part(merge)
    assert found(clerk, two.other) == 0
    (correction,) = [one for one in api.corrections(clerk.token, 10_000) if one.recall not in known]
    assert correction.case_ref == "许受2026-1"
    (wrong,) = api.own_told(self_look(two.other.token))
    (right,) = api.own_told(self_look(two.one.token))
    assert (wrong.way, wrong.case_ref, right.way, right.case_ref) == ("out", "许受2026-1", "in", "")
    for one in (two.one, two.other):
        page = one.client.get("/me/persons/").content.decode()
        assert "取消合并以前" in page
    api.confirm(clerk.token, correction.recall)


def test_a_record_that_moves_later_reaches_them_too(two: Two, clerk: Any) -> None:
    """The links that count are those at the look, not those of today."""
    make_effective(two.one)
    merge = two.merge()
    assert found(clerk, two.other) == 1
    two.part(merge)
    found(clerk, two.other)
    known = {one.recall for one in api.corrections(clerk.token, 10_000)}
    two.desk.move(two.one, fresh_person())
    assert len({one.recall for one in api.corrections(clerk.token, 10_000)} - known) == 1


def test_a_look_before_the_merge_is_no_look_at_the_other(two: Two, clerk: Any) -> None:
    make_effective(two.one)
    make_effective(two.other)
    assert found(clerk, two.other) == 1
    two.merge()
    known = {one.recall for one in api.corrections(clerk.token, 10_000)}
    two.desk.move(two.one, fresh_person())
    assert {one.recall for one in api.corrections(clerk.token, 10_000)} == known
