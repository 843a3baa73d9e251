"""Who looked, told under all files of one human."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from chengxin.belonging.tests.two import Two
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.lookup.api import check, give_mandate
from chengxin.lookup.tests.test_usage import asked, find
from chengxin.operate.home import Home
from chengxin.people.api import (
    self_look,
)
from chengxin.people.tests.machine import Account
from chengxin.people.tests.office import Office

pytestmark = pytest.mark.database


def tomorrow() -> date:
    """A mandate's last day that does not end under a test at midnight."""
    return today() + timedelta(days=1)


@pytest.fixture
def portal(home: Home) -> Account:
    return Account(home, duty="usage_portal", organisation=Office(home, "一网通办门户").code)


def test_a_portal_is_told_the_lines_of_all_files(two: Two, portal: Account, clerk: Any) -> None:
    check(clerk.token, number=two.other.number, name=two.other.name, purpose="SUBSIDY", case_ref="补1")
    (before,) = asked(two.home, find(portal, two.one.number))
    assert "创业补贴资格核验" not in [one["action"] for one in before[1]["usages"]]
    assert asked(two.home, find(portal, two.one.number, two.other.number))[0][1]["code"] == "MANDATE-01"
    two.merge()
    self_look(two.one.token, two.other.person)
    for user in (two.one, two.other):  # one human, under whichever number
        (after,) = asked(two.home, find(portal, two.one.number, user.number))
        assert "创业补贴资格核验" in [one["action"] for one in after[1]["usages"]]
        assert "本人办理" not in [one.get("receiverName") for one in after[1]["usages"]]
        assert "person.own" not in str(after[1])


def test_a_mandate_holds_for_all_files_of_both(two: Two, portal: Account, make_citizen: Callable[..., Any]) -> None:
    son, stranger = make_citizen(), make_citizen()
    give_mandate(two.one.token, two.one.person, number=son.number, name=son.name, relation="child", until=tomorrow())
    assert asked(two.home, find(portal, two.other.number, son.number))[0][1]["code"] == "MANDATE-01"
    two.merge()
    assert asked(two.home, find(portal, two.other.number, son.number))[0][0] == 200
    assert asked(two.home, find(portal, two.other.number, stranger.number))[0][1]["code"] == "MANDATE-01"
    # Received under one number, read with the other; and nobody gives one to their own other number.
    give_mandate(son.token, son.person, number=two.one.number, name=two.one.name, relation="parent", until=tomorrow())
    assert asked(two.home, find(portal, son.number, two.other.number))[0][0] == 200
    with pytest.raises(Refused, match="MANDATE-04"):
        give_mandate(
            two.one.token,
            two.one.person,
            number=two.other.number,
            name=two.other.name,
            relation="other",
            until=tomorrow(),
        )
    # Seen under whichever file the person signed in with, ended under its own alone.
    page = two.other.client.get("/me/traces/mandates/").content.decode()
    address = next(
        part.partition('"')[0] for part in page.split('action="')[1:] if part.partition('"')[0].endswith("/end")
    )
    assert two.other.client.post(address).status_code == 403
    assert asked(two.home, find(portal, two.one.number, son.number))[0][0] == 200
    assert two.one.client.post(address).status_code == 302
    assert asked(two.home, find(portal, two.one.number, son.number))[0][1]["code"] == "MANDATE-01"
