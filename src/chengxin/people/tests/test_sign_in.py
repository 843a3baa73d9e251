"""Sign-in with password and one-time code."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pyotp
import pytest

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import translate
from chengxin.operate.seed import WINDOW, City, Signin
from chengxin.people.api import sign_in, sign_out, whoami

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]


@pytest.fixture
def clerk_account(home: Any) -> Signin:
    with City(home) as city:
        return city.account(
            "业务窗口", f"k{uuid4().hex[:10]}", "staff", "综合窗口", duty="clerk", organisation=WINDOW[0]
        )


def test_a_code_is_good_once_and_a_session_ends_at_sign_out(clerk_account: Signin) -> None:
    code = pyotp.TOTP(clerk_account.totp_secret).now()
    token = sign_in(clerk_account.login.upper(), clerk_account.password, code)
    found = whoami(token)
    assert found is not None
    assert found.duties == ("clerk",)
    with pytest.raises(Refused, match="SIGNIN-01"):
        sign_in(clerk_account.login, clerk_account.password, code)
    sign_out(token)
    assert whoami(token) is None


def test_five_failures_lock_and_the_right_code_does_not_help(clerk_account: Signin) -> None:
    for _ in range(5):
        with pytest.raises(Refused, match="SIGNIN-01"):
            sign_in(clerk_account.login, "falsch", "000000")
    with pytest.raises(Refused, match="SIGNIN-01"):
        sign_in(clerk_account.login, clerk_account.password, pyotp.TOTP(clerk_account.totp_secret).now())


def test_a_disabled_account_signs_in_no_more(clerk_account: Signin, connect: Connect) -> None:
    connect("owner").execute(
        "update cx.people_account set disabled_at = statement_timestamp() where login = %s", [clerk_account.login]
    )
    with pytest.raises(Refused, match="SIGNIN-01"):
        sign_in(clerk_account.login, clerk_account.password, pyotp.TOTP(clerk_account.totp_secret).now())


def test_people_01_one_number_one_person(citizen: Any, connect: Connect) -> None:
    """Two files that bring the same new person at once: the key refuses the later one, which is tried again."""
    owner = connect("owner")
    with pytest.raises(psycopg.errors.UniqueViolation) as refusal:
        owner.execute(
            "insert into cx.people_key select id_hmac, 2, gen_random_uuid(), id_type, pair_hmac, decoy, act "
            "from cx.people_key where person = %s",
            [citizen.person],
        )
    assert str(translate(refusal.value)) == "PEOPLE-01"
