"""Secrecy of a case: two human beings, an end that nobody can move, lines that appear by themselves, a number in public."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.lookup.api import check
from chengxin.operate.home import Home
from chengxin.people.api import (
    propose_secrecy,
    publish_secrecy,
    secrecies,
    secrecy_kinds,
    secrecy_years,
    self_look,
    step_secrecy,
    traces,
)
from chengxin.people.tests.office import Office

pytestmark = pytest.mark.database
EVER = datetime(2020, 1, 1, tzinfo=UTC)
CASE = "监调〔2026〕7号"


@pytest.fixture
def office(home: Home) -> Office:
    return Office(home)


def ask(token: bytes, *, case: str = CASE, days: int = 30, activity: str = "lookup.check") -> UUID:
    ends = today() + timedelta(days=days)
    return propose_secrecy(token, activity=activity, purpose="INQUIRY", case_ref=case, ends_on=ends)


def inquire(office: Office, citizen: Any, *, case: str = CASE) -> None:
    token = office.session("inquirer")
    check(token, number=citizen.number, name=citizen.name, purpose="INQUIRY", case_ref=case)


def seen(citizen: Any, office: Office) -> list[Any]:
    return [line for line in traces(self_look(citizen.token), EVER) if line.organisation == office.code]


def test_lines_of_a_secret_case_appear_by_themselves_on_their_day(
    office: Office, citizen: Any, shift: Callable[[int], None]
) -> None:
    step_secrecy(office.session("secrecy_approver"), ask(office.session("secrecy_officer")), "approved")
    inquire(office, citizen)
    inquire(office, citizen, case="另案1号")
    assert len(seen(citizen, office)) == 1  # the other case is no secret
    shift(29)
    assert len(seen(citizen, office)) == 1
    shift(30)
    told = seen(citizen, office)
    assert [line.purpose_name for line in told] == ["依法调查", "依法调查"]
    assert [line.outcome for line in told] == ["miss", "miss"]  # with what it was shown


def test_what_could_be_read_before_the_approval_stays_readable(office: Office, citizen: Any) -> None:
    secrecy = ask(office.session("secrecy_officer"))
    inquire(office, citizen)
    step_secrecy(office.session("secrecy_approver"), secrecy, "approved")
    inquire(office, citizen)
    assert len(seen(citizen, office)) == 1


@pytest.mark.parametrize("decision", ["", "refused"])
def test_what_nobody_approved_hides_nothing(office: Office, citizen: Any, decision: str) -> None:
    secrecy = ask(office.session("secrecy_officer"))
    if decision:
        step_secrecy(office.session("secrecy_approver"), secrecy, decision)
    inquire(office, citizen)
    assert len(seen(citizen, office)) == 1


def test_ended_early_it_hides_nothing_any_more(office: Office, citizen: Any) -> None:
    officer, approver = office.session("secrecy_officer"), office.session("secrecy_approver")
    secrecy = ask(officer)
    step_secrecy(approver, secrecy, "approved")
    inquire(office, citizen)
    assert seen(citizen, office) == []
    step_secrecy(officer, secrecy, "ended")
    assert len(seen(citizen, office)) == 1
    with pytest.raises(Refused, match="SECRECY-04"):
        step_secrecy(officer, secrecy, "ended")
    assert [one.label for one in secrecies(officer)] == ["已提前公开"]


def test_secrecy_01_only_what_a_law_lets_be_secret(office: Office) -> None:
    token = office.session("secrecy_officer")
    with pytest.raises(Refused, match="SECRECY-01"):
        ask(token, activity="redress.review")
    with pytest.raises(Refused, match="SECRECY-01"):
        propose_secrecy(
            token, activity="lookup.check", purpose="SUBSIDY", case_ref=CASE, ends_on=today() + timedelta(1)
        )


@pytest.mark.parametrize(("days", "good"), [(-1, False), (0, False), (1, True), (180, True), (181, False)])
def test_secrecy_02_no_longer_than_the_dated_number_allows(office: Office, days: int, good: bool) -> None:
    (kind,) = [one for one in secrecy_kinds() if one.purpose == "INQUIRY"]
    assert kind.days == 180
    token = office.session("secrecy_officer")
    if good:
        assert ask(token, days=days)
        return
    with pytest.raises(Refused, match="SECRECY-02"):
        ask(token, days=days)


def test_secrecy_03_it_takes_another_human_being_of_the_same_organisation(home: Home, office: Office) -> None:
    one = b"\x07" * 31 + bytes([len(office.code)])
    both = office.session("secrecy_officer", "secrecy_approver", holder=one)
    secrecy = ask(both)
    strangers = [
        both,
        office.session("secrecy_approver", holder=one),
        Office(home, "别的机关").session("secrecy_approver"),
    ]
    for token in strangers:
        with pytest.raises(Refused, match="SECRECY-03"):
            step_secrecy(token, secrecy, "approved")
    step_secrecy(office.session("secrecy_approver"), secrecy, "approved")


def test_secrecy_04_a_decision_stands(office: Office) -> None:
    secrecy = ask(office.session("secrecy_officer"))
    approver = office.session("secrecy_approver")
    with pytest.raises(Refused, match="SECRECY-04"):
        step_secrecy(approver, secrecy, "ended")  # nothing to end yet
    step_secrecy(approver, secrecy, "refused")
    for step in ("approved", "refused", "anything"):
        with pytest.raises(Refused, match="SECRECY-04"):
            step_secrecy(approver, secrecy, step)


def test_secrecy_05_one_case_is_asked_for_once(office: Office) -> None:
    token = office.session("secrecy_officer")
    ask(token)
    with pytest.raises(Refused, match="SECRECY-05"):
        ask(token, days=60)
    with pytest.raises(Refused, match="LOOK-04"):
        ask(token, case=" ")


def test_other_duties_ask_for_nothing(office: Office, clerk: Any) -> None:
    for token in (clerk.token, office.session("secrecy_approver")):
        with pytest.raises(Refused, match="DUTY-01"):
            ask(token)
    with pytest.raises(Refused, match="DUTY-01"):
        secrecies(clerk.token)
    with pytest.raises(Refused, match="DUTY-01"):
        step_secrecy(office.session("secrecy_officer"), ask(office.session("secrecy_officer")), "approved")


def test_the_number_of_a_year_that_ended_is_published_once(
    home: Home, office: Office, citizen: Any, system: Any, shift: Callable[[int], None]
) -> None:
    step_secrecy(office.session("secrecy_approver"), ask(office.session("secrecy_officer"), days=3), "approved")
    inquire(office, citizen)
    inquire(office, citizen)
    year = today().year
    shift((date(year + 1, 1, 1) - today()).days)
    publish_secrecy(system.token, using="worker")  # years before it, where another test dates an account back
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute("delete from cx.people_secrecy_year where year = %s", [year])
    assert publish_secrecy(system.token, using="worker") == 1
    assert publish_secrecy(system.token, using="worker") == 0
    (told,) = [one for one in secrecy_years() if one.year == year]
    assert told.cases >= 1
    assert told.lines >= 2


def test_a_missed_year_is_made_up_for_and_an_early_end_ends_the_count(
    home: Home, office: Office, citizen: Any, system: Any, shift: Callable[[int], None]
) -> None:
    """Two years without a run; and what was looked at after the early end was never kept from anybody."""
    officer, year = office.session("secrecy_officer"), today().year

    def counted() -> dict[int, int]:
        shift((date(year + 2, 1, 1) - today()).days)
        publish_secrecy(system.token, using="worker")
        with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
            owner.execute("delete from cx.people_secrecy_year where year >= %s", [year])
        assert publish_secrecy(system.token, using="worker") == 2
        shift(0)
        return {one.year: one.lines for one in secrecy_years() if one.year >= year}

    before = counted()
    assert set(before) == {year, year + 1}
    secrecy = ask(officer)
    step_secrecy(office.session("secrecy_approver"), secrecy, "approved")
    inquire(office, citizen)
    step_secrecy(officer, secrecy, "ended")
    inquire(office, citizen)
    assert counted() == before | {year: before[year] + 1}


def test_an_activity_that_would_tell_about_somebody_else_speaks_in_generic_words(
    home: Home, citizen: Any, system: Any
) -> None:
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute(
            "select cx.ledger_act_v1(%s, array[%s::uuid], array[gen_random_uuid()], 'people.doubted', '事件1')",
            [system.token, citizen.person],
        )
    (line,) = [line for line in traces(self_look(citizen.token), EVER) if line.activity == "people.doubted"]
    assert (line.purpose_name, line.basis, line.post, line.case_ref) == ("核对人口信息", "", "", "")


# ---- the life-cycle, against a model --------------------------------------------------------------

STEP = st.sampled_from(
    ["approve", "refuse", "approve by the same", "approve by others", "end", "end by others", "look"]
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=7), days=st.integers(1, 180), later=st.integers(0, 200))
def test_whatever_the_order_a_line_is_hidden_only_while_two_agreed(
    home: Home, citizen: Any, shift: Callable[[int], None], steps: list[str], days: int, later: int
) -> None:
    """Hidden are exactly the looks after an approval by another of the same organisation, until the day or the early end."""
    office, stranger = Office(home), Office(home, "别的机关")
    asking = office.session("secrecy_officer", "secrecy_approver")
    deciding = office.session("secrecy_approver", "secrecy_officer")
    other = stranger.session("secrecy_approver", "secrecy_officer")
    secrecy = ask(asking, days=days)
    decided, ended, looks = "", False, list[bool]()
    for step in steps:
        name, _, by = step.partition(" by ")
        if name == "look":
            inquire(office, citizen)
            looks.append(decided == "approved")
            continue
        token = {"": deciding, "the same": asking, "others": other}[by]
        word = {"approve": "approved", "refuse": "refused", "end": "ended"}[name]
        possible = decided == "approved" and not ended if name == "end" else not decided
        allowed = possible and by != "others" and (name == "end" or by != "the same")
        if allowed:
            step_secrecy(token, secrecy, word)
            decided, ended = (decided, True) if name == "end" else (word, ended)
        else:
            with pytest.raises(Refused, match=r"SECRECY-0[34]"):
                step_secrecy(token, secrecy, word)
    shift(later)
    try:
        hidden = sum(looks) if decided == "approved" and not ended and later < days else 0
        assert len(seen(citizen, office)) == len(looks) - hidden
    finally:
        shift(0)
