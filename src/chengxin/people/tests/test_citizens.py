"""Citizens at the door: registration by their own act, who is turned away, codes of the window, minimum assurance."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import add_months
from chengxin.ledger.api import act, today
from chengxin.people.api import (
    Attempt,
    Proved,
    console_session,
    end_other_sessions,
    enter,
    identity,
    issue_code,
    open_kept,
    open_session,
    own_real_name,
    register,
    ring,
    seal_kept,
    self_look,
    sessions,
    whoami,
)
from chengxin.people.rules import Age, age
from chengxin.people.tests.citizens import born, lines, proved
from conftest import fresh_person

Connect = Callable[[str], psycopg.Connection[Any]]


# ---- registration ----------------------------------------------------------------------------------------------------


def test_a_new_person_registers_by_an_act_of_their_own(home: Any, population: Any) -> None:
    name, number = fresh_person()
    population.settle((name, number))
    who = proved(name, number)
    assert enter(who, agent="Chrome / 安卓") is None  # nothing is opened before they say so
    token = register(who, agent="Chrome / 安卓")
    account = whoami(token)
    assert account is not None
    assert (account.kind, account.duties, account.method, account.assurance) == ("citizen", ("citizen",), "identity", 2)
    look = self_look(token)
    assert identity(look).number == number
    assert [(one.method, one.level, one.verified) for one in own_real_name(look)] == [("identity", 2, True)]
    assert {"people.register", "people.realname"} <= {activity for activity, _ in lines(token)}
    assert population.asked("REGISTER") == [1]
    again = enter(who, agent="")
    assert again is not None
    found = whoami(again)
    assert found is not None
    assert found.account == account.account
    assert len(own_real_name(self_look(again))) == 1  # it says no more than is known


def test_somebody_known_by_a_record_gets_the_account_of_that_person(
    home: Any, admit: Any, population: Any, connect: Connect
) -> None:
    from conftest import penalty

    name, number = fresh_person()
    population.settle((name, number))
    assert admit(penalty(name, number)).accepted == 1
    row = connect("owner").execute(
        "select person from cx.people_key where id_hmac = %s", [ring().blind_index("citizen", number)]
    )
    (person,) = row.fetchone() or (None,)
    account = whoami(register(proved(name, number), agent=""))
    assert account is not None
    assert account.person == person


def test_a_better_proof_is_noted_and_a_worse_one_changes_nothing(citizen: Any) -> None:
    for level, known in ((2, [2]), (1, [2]), (3, [3, 2]), (2, [3, 2])):
        token = enter(proved(citizen.name, citizen.number, level=level), agent="")
        assert token is not None
        found = whoami(token)
        assert found is not None
        assert found.assurance == level
        assert [one.level for one in own_real_name(self_look(_strong(citizen)))] == known


def _strong(citizen: Any) -> bytes:
    token = enter(proved(citizen.name, citizen.number, level=2), agent="")
    assert token
    return token


def test_account_10_one_person_one_account(citizen: Any, connect: Connect) -> None:
    with pytest.raises(psycopg.errors.UniqueViolation) as refusal:
        connect("owner").execute(
            "select cx.people_account_open_v1(gen_random_uuid(), %s, 'citizen', '本人', %s, '', '!', null, null, null, "
            "array['citizen'], current_date)",
            [f"x{uuid4().hex}", citizen.person],
        )
    assert refusal.value.diag.constraint_name == "ACCOUNT-14"


@pytest.mark.usefixtures("home")
def test_a_weaker_proof_neither_sees_nor_ends_a_better_one(population: Any) -> None:
    name, number = fresh_person()
    population.settle((name, number))
    better = register(proved(name, number), agent="Firefox / Linux")
    weaker = enter(proved(name, number, level=1), agent="Chrome / 安卓")
    assert weaker is not None
    assert [one.agent for one in sessions(weaker)] == ["Chrome / 安卓"]
    assert end_other_sessions(weaker) == 0
    assert whoami(better) is not None
    assert len(sessions(better)) == 2
    assert end_other_sessions(better) == 1
    assert whoami(weaker) is None


def test_a_registration_twice_lets_in_twice_and_opens_once(home: Any, connect: Connect) -> None:
    who = proved(*fresh_person())
    first = whoami(register(who, agent=""))
    with pytest.raises(Refused, match="IDENT-01"):  # a browser that kept the proof after signing out
        register(who, agent="")
    second = whoami(register(msgspec.structs.replace(who, at=who.at - 1), agent=""))
    assert first is not None
    assert second is not None
    assert first.account == second.account


# ---- who is turned away -----------------------------------------------------------------------------------------------


def test_ident_04_and_05_what_the_population_database_does_not_confirm(home: Any, population: Any) -> None:
    name, number = fresh_person()
    with pytest.raises(Refused, match="IDENT-05"):
        enter(proved(name, number), agent="")
    population.settle((name + "改", number))
    for call in (enter, register):
        with pytest.raises(Refused, match="IDENT-04"):
            call(proved(name, number), agent="")
    population.settle((name, number))
    assert register(proved(name, number), agent="")


def test_population_01_no_answer_nobody_in(home: Any, population: Any) -> None:
    name, number = fresh_person()
    population.settle((name, number))
    population.faults.down = True
    for call in (enter, register):
        with pytest.raises(Refused, match="POPULATION-01"):
            call(proved(name, number), agent="")
    population.faults.down = False
    assert register(proved(name, number), agent="")


def test_ident_06_deceased_and_sign_in_03_disabled(citizen: Any, connect: Connect) -> None:
    owner, who = connect("owner"), proved(citizen.name, citizen.number)
    for standing in ("deceased", "living"):
        owner.execute(
            "insert into cx.people_standing select %s, coalesce(max(seq), 0) + 1, gen_random_uuid(), now(), %s, current_date "
            "from cx.people_standing where person = %s",
            [citizen.person, standing, citizen.person],
        )
        if standing == "deceased":
            for call in (enter, register):
                with pytest.raises(Refused, match="IDENT-06"):
                    call(who, agent="")
    assert enter(who, agent="")
    owner.execute("update cx.people_account set disabled_at = now() where person = %s", [citizen.person])
    with pytest.raises(Refused, match="SIGNIN-03"):
        enter(who, agent="")


def test_ident_07_and_08_who_is_not_of_age(home: Any, clerk: Any) -> None:
    adult = add_months(today(), -18 * 12)
    cases = ((adult, ""), (adult + timedelta(days=1), "IDENT-07"), (add_months(today(), -14 * 12), "IDENT-07"),
             (add_months(today(), -14 * 12) + timedelta(days=1), "IDENT-08"))  # fmt: skip
    for day, code in cases:
        who = proved("周小雨", born(day))
        if code:
            for call in (enter, register):
                with pytest.raises(Refused, match=code):
                    call(who, agent="")
            with pytest.raises(Refused, match=code):
                issue_code(clerk.token, name=who.name, number=who.number, document="id_card", reason="chosen")
        else:
            assert register(who, agent="")


@given(st.dates(date(1920, 1, 1), date(2030, 12, 31)), st.dates(date(2026, 1, 1), date(2040, 1, 1)))
def test_everybody_of_a_day_is_of_one_age(day: date, now: date) -> None:
    found = age(day, today=now, adult=18, guardian=14)
    assert (found is Age.ADULT) == (add_months(day, 216) <= now)
    assert (found is Age.GUARDED) == (add_months(day, 168) > now)
    assert age(None, today=now, adult=18, guardian=14) is Age.GUARDED


# ---- minimum assurance ------------------------------------------------------------------------------------------------


def test_assure_01_the_database_refuses_looks_and_acts_that_want_more(citizen: Any, connect: Connect) -> None:
    weak = enter(proved(citizen.name, citizen.number, level=1), agent="")
    assert weak is not None
    with pytest.raises(Refused, match="ASSURE-01"):
        self_look(weak)
    with pytest.raises(Refused, match="ASSURE-01"), act(weak, activity="notice.contact"):
        pass
    good = enter(proved(citizen.name, citizen.number, level=2), agent="")
    assert good is not None
    assert self_look(good).person == citizen.person
    owner = connect("owner")
    owner.execute("insert into cx.people_minimum values ('people.realname', 3, '测试', current_date - 1, null)")
    try:  # a row of its own stands above the one of all others
        with pytest.raises(Refused, match="ASSURE-01"), act(good, activity="people.realname"):
            pass
        owner.execute("update cx.people_minimum set valid_to = current_date - 1 where activity = 'people.realname'")
        with act(good, activity="people.realname"):
            pass
    finally:
        owner.execute("delete from cx.people_minimum where activity = 'people.realname'")


def test_assure_01_nobody_is_registered_on_a_weak_proof(home: Any) -> None:
    who = proved(*fresh_person(), level=1)
    for call in (enter, register):
        with pytest.raises(Refused, match="ASSURE-01"):
            call(who, agent="")


def test_without_any_minimum_nothing_is_allowed(citizen: Any, connect: Connect) -> None:
    owner = connect("owner")
    with owner.transaction(force_rollback=True):
        owner.execute("update cx.people_minimum set valid_to = date '2020-01-01', valid_from = date '2020-01-01'")
        assert owner.execute("select cx.people_minimum_v1('person.own')").fetchone() == (4,)
        owner.execute("update cx.people_parameter set valid_to = date '2020-01-01', valid_from = date '2020-01-01'")
        assert owner.execute("select coalesce(cx.people_parameter_v1('code_minutes'), 0)").fetchone() == (0,)


def test_no_way_is_worth_more_than_the_data_say(citizen: Any) -> None:
    token = open_session(citizen.account.account, method="identity", assurance=9)
    account = whoami(token)
    assert account is not None
    assert account.assurance == 3


def test_only_the_sign_in_role_lets_anybody_in(connect: Connect) -> None:
    calls = (
        "cx.people_code_redeem_v1('\\x00', '\\x00')",
        "cx.people_citizen_enter_v1('\\x00', gen_random_uuid(), '\\x00', 'identity', 3, '', gen_random_uuid(), true, null)",
        "cx.people_citizen_v1('\\x00')",
    )
    for role in ("web", "worker", "engine"):
        for call in calls:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connect(role).execute(f"select {call}".encode())
        for table in ("people_code", "people_realname"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connect(role).execute(f"select * from cx.{table}".encode())


def test_what_a_browser_keeps_for_us_is_sealed_and_grows_old() -> None:
    name, number = "王桂兰", "090924195803122466"
    who = proved(name, number)
    kept = seal_kept(who)
    assert open_kept(kept, Proved) == who
    assert open_kept(kept, Attempt) is None
    assert open_kept(kept[:-8] + "AAAAAAAA", Proved) is None
    assert open_kept("", Proved) is None
    assert number not in kept
    old = Proved(name, "citizen", number, 2, "identity", int(time.time()) - 601)
    assert open_kept(seal_kept(old), Proved) is None


def test_the_platform_asks_in_a_session_of_minutes(home: Any, connect: Connect) -> None:
    """Nobody is signed in when the population database is asked; the platform's own session is no day's work."""
    account = whoami(console_session("system"))
    assert account is not None
    token = open_session(account.account, method="platform")
    row = (
        connect("owner")
        .execute("select expires_at - opened_at from cx.ledger_session where token_hash = sha256(%s)", [token])
        .fetchone()
    )
    assert row == (timedelta(minutes=5),)
