"""Letters and whether somebody lives: nobody writes to the deceased, and a false report costs nobody a letter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from chengxin.flow.api import drain
from chengxin.notice import api as notice
from chengxin.operate.home import Home
from chengxin.people.api import console_session, self_look
from chengxin.people.changes import poll
from chengxin.people.tests.population import Place
from chengxin.records import api as records
from conftest import fresh_person, penalty

pytestmark = pytest.mark.database


class Life:
    """A citizen and what the population database says of them."""

    def __init__(self, home: Home, place: Place, citizen: Any, token: bytes) -> None:
        self.home, self.place, self.citizen, self.token = home, place, citizen, token

    def is_now(self, kind: Any) -> None:
        self.place.happened(kind, self.citizen.name, self.citizen.number)
        assert poll(self.token, using="worker") == 1
        while drain(self.token, using="worker"):
            pass
        if kind == "living":
            self.citizen = replace(self.citizen, token=console_session(self.citizen.login))

    def evidence(self) -> list[tuple[str, str, str]]:
        with psycopg.connect(self.home.dsn("owner")) as owner:
            return owner.execute(
                "select channel, event, reason from cx.notice_evidence where person = %s order by at, evidence",
                [self.citizen.person],
            ).fetchall()

    def open_letters(self) -> int:
        with psycopg.connect(self.home.dsn("owner")) as owner:
            row = owner.execute(
                "select count(*) from cx.notice_open where person = %s", [self.citizen.person]
            ).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def life(home: Home, population: Place, make_citizen: Callable[..., Any], system: Any) -> Life:
    person = fresh_person()
    population.settle(person)
    citizen = make_citizen(CF_XDR_MC=person[0], CF_XDR_ZJHM=person[1])
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute("delete from cx.people_change")
    return Life(home, population, citizen, system.token)


def test_a_letter_on_its_way_ends_with_its_reason(life: Life) -> None:
    assert life.open_letters() == 1
    life.is_now("deceased")
    assert life.open_letters() == 0
    assert life.evidence()[-1] == ("desk", "ended", "deceased")
    assert notice.follow_standing(life.token, life.citizen.person, using="worker") == 0


def test_no_letter_is_written_to_the_deceased(life: Life, send: Callable[..., Any]) -> None:
    life.is_now("deceased")
    before = len(life.evidence())
    assert send(penalty(life.citizen.name, life.citizen.number)).result.accepted == 1
    assert len(life.evidence()) == before
    assert life.open_letters() == 0


def test_a_false_report_costs_nobody_a_letter(life: Life, send: Callable[..., Any]) -> None:
    """What waited waits again, and what came in meanwhile is told."""
    life.is_now("deceased")
    send(penalty(life.citizen.name, life.citizen.number))
    life.is_now("living")
    look = self_look(life.citizen.token)
    assert len(notice.letters(look)) == len(records.own(look)) == life.open_letters() == 2
    assert notice.follow_standing(life.token, life.citizen.person, using="worker") == 0
