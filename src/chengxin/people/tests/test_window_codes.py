"""Codes of the window: good once, for minutes, few tries; who gives them out is said, and nobody gives one to themself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chengxin.kernel.errors import Refused
from chengxin.people.api import enter, issue_code, own_real_name, redeem, register, ring, self_look
from chengxin.people.rules import ALPHABET, fresh_code, grouped, typed_code
from chengxin.people.tests.citizens import issued, lines
from chengxin.people.tests.office import Office
from conftest import fresh_person

Connect = Callable[[str], psycopg.Connection[Any]]


@pytest.fixture
def own_clerk(home: Any) -> Any:
    """A clerk whose codes of the day are this test's alone."""
    return SimpleNamespace(token=Office(home).session("clerk"))


@pytest.fixture
def quota(connect: Connect) -> Iterator[Callable[[int], object]]:
    """So many codes a day for every clerk, for the time of the test."""
    owner, change = connect("owner"), "update cx.people_parameter set value = %s where name = 'code_quota'"
    before = owner.execute("select value from cx.people_parameter where name = 'code_quota'").fetchone()
    assert before is not None
    yield lambda value: owner.execute(change, [value])
    owner.execute(change, before)


def test_a_code_lets_in_once_and_says_who_gave_it_out(clerk: Any, population: Any) -> None:
    name, number = fresh_person()
    population.settle((name, number))
    code = issued(clerk, name, number)
    who = redeem(name=name, number=number, code=code)
    assert (who.method, who.level, who.number) == ("counter", 3, number)
    assert enter(who, agent="") is None
    token = register(who, agent="")
    with pytest.raises(Refused, match="CODE-01"):
        redeem(name=name, number=number, code=code)
    for again in (enter, register):  # nor does what a browser kept of it open a second session
        with pytest.raises(Refused, match="CODE-01"):
            again(who, agent="")
    look = self_look(token)
    (one,) = own_real_name(look)
    assert (one.method, one.level, one.document, one.post) == ("counter", 3, "id_card", "综合窗口")
    assert one.organisation_name == "亭湖区政务服务中心"
    # given out before anybody knew the person, and read by them all the same
    assert ("people.code", "亭湖区政务服务中心") in lines(token)


@pytest.mark.parametrize("mode", ["demo", "production"])
@pytest.mark.parametrize("number", ["123", "11010519491231002X", "090902199001011234"])
def test_code_01_is_the_answer_in_either_world(number: str, mode: Any, home: Any, monkeypatch: Any) -> None:
    """A number that is none, or of the other world, is told apart by nothing (ID-02 stays inside)."""
    monkeypatch.setattr(ring(), "_mode", mode)
    with pytest.raises(Refused, match="CODE-01"):
        redeem(name="王桂兰", number=number, code="22222222")


def test_code_01_one_answer_whatever_is_wrong(clerk: Any, connect: Connect) -> None:
    (name, number), other = fresh_person(), fresh_person()
    code = issued(clerk, name, number)
    wrong = [
        {"name": name, "number": number, "code": "22222222"},
        {"name": other[0] + "异", "number": number, "code": code},
        {"name": name, "number": other[1], "code": code},
        {"name": name, "number": "1", "code": code},
    ]
    for asked in wrong:
        with pytest.raises(Refused, match="CODE-01"):
            redeem(**asked)
    assert redeem(name=name, number=number, code=code).number == number
    code = issued(clerk, name, number)
    connect("owner").execute(
        "update cx.people_code set issued_at = issued_at - interval '15 minutes', expires_at = expires_at - interval '15 minutes' "
        "where ended = '' and id_hmac = %s",
        [ring().blind_index("citizen", number)],
    )
    with pytest.raises(Refused, match="CODE-01"):
        redeem(name=name, number=number, code=code)


@pytest.mark.parametrize("away", [True, False], ids=["away", "registered elsewhere"])
def test_a_code_on_the_document_alone(clerk: Any, population: Any, away: bool) -> None:
    """Whoever is recorded here may read it, though no database of this city knows them."""
    name, number = fresh_person()
    population.faults.down = away
    given = issue_code(clerk.token, name=name, number=number, document="id_card", reason="service_down")
    assert not given.verified
    token = register(redeem(name=name, number=number, code=given.code), agent="")
    assert [one.verified for one in own_real_name(self_look(token))] == [False]
    population.faults.down = False
    population.settle((name + "改", number))
    with pytest.raises(Refused, match="IDENT-04"):  # what it knows otherwise, no window may pass over
        issued(clerk, name, number)


def test_code_02_a_clerks_codes_of_the_day(own_clerk: Any, quota: Callable[[int], object]) -> None:
    quota(1)
    assert issued(own_clerk, *fresh_person())
    with pytest.raises(Refused, match="CODE-02"):
        issued(own_clerk, *fresh_person())


def test_code_03_nobody_gives_a_code_to_themself(home: Any) -> None:
    name, number = fresh_person()
    clerk = SimpleNamespace(token=Office(home).session("clerk", holder=ring().blind_index("citizen", number)))
    with pytest.raises(Refused, match="CODE-03"):
        issued(clerk, name, number)


def test_duty_01_only_a_window_gives_out_codes(officer: Any, citizen: Any) -> None:
    for actor in (officer, citizen):
        with pytest.raises(Refused, match="DUTY-01"):
            issued(actor, *fresh_person())


@given(st.text(alphabet=ALPHABET, min_size=8, max_size=8))
def test_a_code_is_typed_as_it_is_read(code: str) -> None:
    for typed in (code, grouped(code), code.lower(), f" {grouped(code)} ".replace("-", "－"), " ".join(code)):
        assert typed_code(typed) == code
    assert typed_code(code[:-1]) == ""
    assert typed_code(code[:-1] + "0") == ""
    assert len(fresh_code()) == 8


class Codes(RuleBasedStateMachine):
    """One number's codes, against a plain model: live or not, tries left."""

    clerk: Any
    owner: Any

    @initialize()
    def begin(self) -> None:
        self.name, self.number = fresh_person()
        self.hmac = ring().blind_index("citizen", self.number)
        self.codes: list[str] = []
        self.live, self.tries = False, 0

    @rule()
    def give_out(self) -> None:
        self.codes.append(issued(self.clerk, self.name, self.number))
        self.live, self.tries = True, 0

    @precondition(lambda self: self.codes)
    @rule(which=st.integers(0, 10))
    def try_one(self, which: int) -> None:
        code = self.codes[which % len(self.codes)]
        self._attempt(code, right=code == self.codes[-1])

    @rule()
    def guess(self) -> None:
        self._attempt(fresh_code(), right=False)

    @precondition(lambda self: self.live)
    @rule()
    def wait(self) -> None:
        self.owner.execute(
            "update cx.people_code set issued_at = issued_at - interval '1 hour', expires_at = expires_at - interval '1 hour' "
            "where id_hmac = %s",
            [self.hmac],
        )
        self.live = False

    def _attempt(self, code: str, *, right: bool) -> None:
        expected = self.live and right
        let_in = False
        with suppress(Refused):
            let_in = redeem(name=self.name, number=self.number, code=code).number == self.number
        assert let_in is expected
        if expected:
            self.live = False
        elif self.live:
            self.tries += 1
            self.live = self.tries < 5

    @invariant()
    def at_most_one_is_live(self) -> None:
        if not hasattr(self, "hmac"):
            return
        rows = self.owner.execute(
            "select count(*) filter (where ended = '' and expires_at > now()), count(*) filter (where ended = 'used'), "
            "count(*) from cx.people_code where id_hmac = %s",
            [self.hmac],
        ).fetchone()
        assert rows[0] == int(self.live)
        assert rows[2] == len(self.codes)


def test_whatever_is_done_with_codes(own_clerk: Any, connect: Connect, quota: Callable[[int], object]) -> None:
    Codes.clerk, Codes.owner = own_clerk, connect("owner")
    quota(1_000_000)
    run_state_machine_as_test(
        Codes,
        settings=settings(
            max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
