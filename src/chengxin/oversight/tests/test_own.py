"""Who lies in the scope of an incident reads its notice on the own page; nobody else does."""

from __future__ import annotations

from typing import Any

import pytest

from chengxin.kernel.errors import Refused
from chengxin.lookup.api import check
from chengxin.oversight import api
from chengxin.oversight.rules import stamp
from chengxin.oversight.tests.material import PERSONS, Duty, ago
from chengxin.people.api import self_look

pytestmark = pytest.mark.database


@pytest.fixture
def duty(home: Any) -> Duty:
    return Duty(home)


def look_at(clerk: Any, citizen: Any) -> None:
    """A window asks by name and number, which is registered at a decoy."""
    check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="创补2026-9")


def told(duty: Duty, since: Any) -> str:
    """An incident about all look-ups since a moment, with a notice to persons; its number."""
    made = duty.confirmed()
    duty.step(made, "scope", since=stamp(since), until=stamp(ago(seconds=-60)), activity="lookup.check")
    api.notify(duty.one, duty.now(made), "persons", PERSONS)
    return duty.now(made).case_no


def numbers(citizen: Any) -> set[str]:
    return {one.case_no for one in api.own_notices(self_look(citizen.token))}


def test_a_notice_reaches_whom_the_scope_holds(duty: Duty, clerk: Any, make_citizen: Any) -> None:
    touched, untouched = make_citizen(), make_citizen()
    since = ago()
    look_at(clerk, touched)
    case_no = told(duty, since)
    assert case_no in numbers(touched)
    assert case_no not in numbers(untouched)
    home = touched.client.get("/me/").content.decode()
    assert "份</span>信息安全通知" in home
    page = touched.client.get("/me/incidents/").content.decode()
    assert PERSONS["advice"] in page
    assert case_no in page
    page = untouched.client.get("/me/incidents/").content.decode()
    assert case_no not in page


def test_without_a_notice_or_a_scope_nothing_is_shown(duty: Duty, clerk: Any, citizen: Any) -> None:
    look_at(clerk, citizen)
    made = duty.confirmed()
    api.notify(duty.one, duty.now(made), "persons", PERSONS)
    assert duty.now(made).case_no not in numbers(citizen), "no scope yet"
    other = duty.confirmed()
    duty.step(other, "scope", since=stamp(ago(days=1)), until=stamp(ago(seconds=-60)), activity="lookup.check")
    assert duty.now(other).case_no not in numbers(citizen), "no notice yet"


def test_looks_at_oneself_do_not_touch(duty: Duty, citizen: Any) -> None:
    since = ago()
    self_look(citizen.token)
    made = duty.confirmed()
    duty.step(made, "scope", since=stamp(since), until=stamp(ago(seconds=-60)), activity="person.own")
    api.notify(duty.one, duty.now(made), "persons", PERSONS)
    assert duty.now(made).case_no not in numbers(citizen)


def test_a_look_by_number_counts_as_its_person(duty: Duty, clerk: Any, citizen: Any) -> None:
    """Registered at a decoy; in a scope it is the same person as an officer's look at the person key."""
    since = ago()
    look_at(clerk, citizen)
    look_at(clerk, citizen)
    made = duty.confirmed()
    duty.step(made, "scope", since=stamp(since), until=stamp(ago(seconds=-60)), activity="lookup.check")
    lines = api.register_lines(duty.other, duty.now(made))
    assert len({line.person for line in lines}) == 1
    assert {line.line for line in lines} == {"look", "shown"}


def test_only_an_own_look_opens_it(duty: Duty, citizen: Any, make_citizen: Any) -> None:
    """LOOK-01: neither without a look, nor with somebody else's."""
    from dataclasses import replace
    from uuid import uuid4

    other = make_citizen()
    look = self_look(citizen.token)
    for wrong in (replace(look, id=uuid4()), replace(look, person=other.person), replace(look, token=other.token)):
        with pytest.raises(Refused, match="LOOK-01"):
            api.own_notices(wrong)


def test_strangers_and_officers_do_not_open_the_page(duty: Duty, clerk: Any) -> None:
    from django.test import Client

    del duty
    assert Client().get("/me/incidents/")["Location"] == "/sign-in?next=/me/incidents/"
    assert clerk.client.get("/me/incidents/").status_code == 403
