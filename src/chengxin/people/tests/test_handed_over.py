"""What an administrator hands over opens the first sign-in and nothing after it, whoever used it before the holder."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from django.test import Client, override_settings
from django.urls import reverse

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.operate.seed import WINDOW
from chengxin.people import api as people
from chengxin.people.api import (
    Site,
    add_passkey,
    ask_new_passkey,
    console_session,
    holders,
    new_recovery_codes,
    new_secret,
    set_password,
    set_secrets,
    sign_in,
    whoami,
)
from chengxin.people.tests.authenticator import Authenticator
from chengxin.people.tests.first import PASSWORD, Own, first_sign_in
from conftest import fresh_person

pytestmark = pytest.mark.database
SITE = Site("credit.test", "https://credit.test")
WHY = "手机丢失，要求重置"


def code(secret: str, ahead: int = 0) -> str:
    """The one-time code of now, or of so many steps later: each is good once."""
    return pyotp.TOTP(secret).at(int(time.time()) + 30 * ahead)


def opened(*, admin: bool = False, duty: str = "clerk") -> tuple[str, str, str]:
    """An account with its first duty: login, handed-over password, handed-over secret."""
    login = f"h-{uuid4().hex[:10]}"
    made = people.open_account(
        console_session("sysadmin"),
        login=login,
        post="综合窗口",
        organisation=WINDOW[0],
        holder=fresh_person()[1],
        admin=admin,
    )
    if not duty:
        return login, made.password, made.totp_secret
    given = people.grant(console_session("secadmin"), login, duty, begin=today(), renew=True)
    return login, made.password, given.totp_secret


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def enrol(token: bytes) -> None:
    add_passkey(token, SITE, Authenticator().make(ask_new_passkey(token, SITE)), agent="x")


@pytest.mark.parametrize("way", ["passkey", "secrets"])
def test_whoever_used_the_secrets_first_is_out_when_the_holder_sets_own(home: Any, way: str) -> None:
    login, password, secret = opened()
    thief, holder = sign_in(login, password, code(secret)), sign_in(login, password, code(secret, 1))
    if way == "passkey":
        enrol(holder)
    else:
        own, _ = new_secret(holder)
        set_secrets(holder, password=PASSWORD, secret=own, code=code(own))
    assert whoami(thief) is None
    account = whoami(holder)
    assert account is not None
    assert account.duties == ("clerk",)


def test_no_recovery_codes_beside_an_administrators_secrets(home: Any, connect: Any) -> None:
    """SIGNIN-08; and what stands there all the same ends with the first own secrets."""
    login, password, secret = opened()
    holder = sign_in(login, password, code(secret))
    assert refused(lambda: new_recovery_codes(holder)) == "SIGNIN-08"
    owner = connect("owner")
    owner.execute(
        "insert into cx.people_recovery (account, hash, act) select account, sha256('x'), gen_random_uuid() "
        "from cx.people_account where login = %s",
        [login],
    )
    own, _ = new_secret(holder)
    set_secrets(holder, password=PASSWORD, secret=own, code=code(own))
    left = "select count(*) from cx.people_recovery r join cx.people_account a using (account) where a.login = %s"
    assert owner.execute(left, [login]).fetchone() == (0,)
    assert new_recovery_codes(holder)


def test_an_old_password_changes_itself_and_nothing_else(home: Any, connect: Any) -> None:
    """SIGNIN-08: no passkey and no recovery code from a session that an expired password opened."""
    login, password, secret = opened()
    own: Own = first_sign_in(login, password, secret)
    owner = connect("owner")
    owner.execute("update cx.people_account set password_on = current_date - 200 where login = %s", [login])
    late = sign_in(login, own.password, code(own.totp_secret, 1))
    assert refused(lambda: enrol(late)) == "SIGNIN-08"
    assert refused(lambda: new_recovery_codes(late)) == "SIGNIN-08"
    set_password(late, password="another horse 8 battery")


def test_the_first_duty_leaves_own_secrets_alone(home: Any) -> None:
    """After a reset by two the holder has set their own; the security administrator who gives the duty learns no code."""
    login, _, _ = opened(duty="")
    password = people.reset(console_session("sysadmin"), login, reason=WHY)
    matter = next(one for one in people.matters(console_session("secadmin"), waiting=True) if one.login == login)
    own = first_sign_in(login, password, people.decide(console_session("secadmin"), matter, "confirmed"))
    given = people.grant(console_session("secadmin"), login, "clerk", begin=today(), renew=True)
    assert given
    assert given.totp_secret == ""
    account = whoami(sign_in(login, own.password, code(own.totp_secret, 1)))
    assert account is not None
    assert account.duties == ("clerk",)


def test_a_late_first_duty_opens_the_first_sign_in_again(home: Any, connect: Any) -> None:
    """With nothing of the time before: a passkey made with the opener's secrets is gone, the new code is not own yet."""
    login, password, first = opened(duty="")
    enrolled = sign_in(login, password, code(first))
    owner = connect("owner")
    owner.execute(
        "insert into cx.people_passkey select sha256(convert_to(a.login, 'UTF8')), a.account, 'x', 0, '', gen_random_uuid(), now() "
        "from cx.people_account a where a.login = %s",
        [login],
    )
    owner.execute("update cx.people_account set initial_until = current_date - 1 where login = %s", [login])
    secret = people.grant(console_session("secadmin"), login, "clerk", begin=today(), renew=True).totp_secret
    assert whoami(enrolled) is None
    account = whoami(sign_in(login, password, code(secret)))
    assert account is not None
    assert (account.initial, account.duties) == (True, ())
    left = (
        "select count(*) from cx.people_passkey p join cx.people_account a using (account) "
        "where a.login = %s and removed_at is null"
    )
    assert owner.execute(left, [login]).fetchone() == (0,)


def test_nobody_confirms_their_own_reset(home: Any) -> None:
    """ACCOUNT-07: another administrator does, though not the one who proposed it."""
    login, password, secret = opened(admin=True, duty="system_admin")
    own = first_sign_in(login, password, secret)
    people.reset(console_session("sysadmin"), login, reason=WHY)
    matter = next(one for one in people.matters(own.token, waiting=True) if one.login == login)
    assert refused(lambda: people.decide(own.token, matter, "confirmed")) == "ACCOUNT-07"
    people.decide(own.token, matter, "refused")  # to be left as one is harms nobody


def test_a_duty_fits_the_kind_of_account(home: Any, connect: Any) -> None:
    """ACCOUNT-09: a program decides nothing, since it proves nothing anew; a human does not call as a program."""
    secadmin, owner = console_session("secadmin"), connect("owner")
    login, _, _ = opened(duty="")
    machine = f"m{uuid4().hex[:10]}"
    owner.execute(
        "select cx.people_account_open_v1(gen_random_uuid(), %s, 'machine', '业务系统', null, %s, '', null, %s, null, "
        "array[]::text[], date '2026-01-01')",
        [machine, WINDOW[0], b"k" * 32],
    )
    for who, duty in ((login, "machine_client"), (login, "usage_portal"), (machine, "reviewer"), (machine, "clerk")):
        assert refused(lambda w=who, d=duty: people.grant(secadmin, w, d, begin=today(), renew=True)) == "ACCOUNT-09"  # type: ignore[misc]
    assert people.grant(secadmin, machine, "machine_client", begin=today(), renew=True).totp_secret == ""


def test_the_page_offers_what_the_database_takes(home: Any, connect: Any) -> None:
    kept = connect("owner").execute(
        "select duty, cx.people_duty_kinds_v1(duty) from (select distinct duty from cx.people_permission) d"
    )
    found = {duty: tuple(kinds) for duty, kinds in kept.fetchall()}
    assert {duty: holders(duty) for duty in found} == found
    (account,) = people.accounts(console_session("secadmin"), search=opened(duty="")[0])
    client = Client()
    client.cookies[people.COOKIE] = console_session("secadmin").hex()
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        page = client.get(reverse("people:duty-give", args=[account.account])).content.decode()
    assert 'value="clerk"' in page
    for duty in ("machine_client", "usage_portal", "staff"):
        assert f'value="{duty}"' not in page
