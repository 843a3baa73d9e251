"""A number of the sign-in that is not there closes a door and opens none; and the three cannot be made two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chengxin.kernel.errors import Refused
from chengxin.people import api as people
from chengxin.people.api import console_session, sign_in, whoami
from chengxin.people.tests.first import first_sign_in
from chengxin.people.tests.test_handed_over import WHY, code, opened, refused

pytestmark = pytest.mark.database
Without = Callable[[str], Any]


@pytest.fixture
def without(home: Any, connect: Any) -> Without:
    """While it lasts the parameter is not in force."""

    @contextmanager
    def without(name: str) -> Iterator[None]:
        ended = "update cx.people_parameter set valid_to = date '2026-01-02' where name = %s"
        owner = connect("owner")
        owner.execute(ended, [name])
        try:
            yield
        finally:
            owner.execute("update cx.people_parameter set valid_to = null where name = %s", [name])

    return without


def test_signin_09_nothing_is_handed_over_without_its_days(without: Without) -> None:
    login, _, _ = opened()
    people.reset(console_session("sysadmin"), login, reason=WHY)
    matter = next(one for one in people.matters(console_session("secadmin"), waiting=True) if one.login == login)
    with without("initial_days"):
        assert refused(opened) == "SIGNIN-09"
        assert refused(lambda: people.decide(console_session("secadmin"), matter, "confirmed")) == "SIGNIN-09"
    people.decide(console_session("secadmin"), matter, "refused")


def test_without_minutes_a_lock_still_locks(without: Without) -> None:
    login, password, secret = opened()
    with without("lock_minutes"):
        for _ in range(6):
            with pytest.raises(Refused, match="SIGNIN-01"):
                sign_in(login, "wrong", "000000")
        assert refused(lambda: sign_in(login, password, code(secret))) == "SIGNIN-01"


def test_without_days_a_password_is_too_old(without: Without) -> None:
    own = first_sign_in(*opened())
    with without("password_days"):
        account = whoami(sign_in(own.login, own.password, code(own.totp_secret, 1)))
    assert account is not None
    assert (account.method, account.duties) == ("expired", ())


def test_without_hours_no_reset_is_confirmed(without: Without) -> None:
    login, _, _ = opened()
    people.reset(console_session("sysadmin"), login, reason=WHY)
    matter = next(one for one in people.matters(console_session("secadmin"), waiting=True) if one.login == login)
    with without("reset_hours"):
        assert refused(lambda: people.decide(console_session("secadmin"), matter, "confirmed")) == "SIGNIN-07"


def test_account_15_the_last_of_one_of_the_three_stays(home: Any, connect: Any) -> None:
    """A successor counts once they have signed in with secrets of their own."""
    # Other tests open administrators of their own; whoever holds a duty to its last day today is not counted here.
    owner = connect("owner")
    others = "update cx.people_account set disabled_at = %s where login <> 'auditor' and side = 'admin' and account in "
    held = "(select account from cx.people_duty where duty = 'audit_admin') and disabled_at is "
    owner.execute((others + held + "null").encode(), ["2026-01-01"])
    end = lambda: people.disable(console_session("secadmin"), "auditor")  # noqa: E731
    assert refused(end) == "ACCOUNT-15"
    next_one = opened(admin=True, duty="audit_admin")
    assert refused(end) == "ACCOUNT-15"
    first_sign_in(*next_one)
    assert whoami(console_session("auditor")) is not None
    people.disable(console_session("secadmin"), next_one[0])  # with two there is one to spare
    assert refused(end) == "ACCOUNT-15"
