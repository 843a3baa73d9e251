"""Passkeys, first sign-in, own secrets, recovery codes: what opens a session, and what does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import psycopg
import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.kernel.errors import ProofNeeded, Refused
from chengxin.operate.seed import WINDOW, City, Signin
from chengxin.people import passkeys
from chengxin.people.api import (
    Credentials,
    Matter,
    Site,
    add_passkey,
    ask_again,
    ask_new_passkey,
    ask_passkey,
    console_session,
    decide,
    matters,
    new_recovery_codes,
    new_secret,
    open_account,
    own_passkeys,
    remove_passkey,
    reset,
    sealed_secret,
    set_password,
    set_secrets,
    sign_in,
    sign_in_with_passkey,
    step_up,
    ways,
    whoami,
)
from chengxin.people.tests.authenticator import PRESENT, Authenticator
from chengxin.people.tests.first import PASSWORD, first_sign_in
from conftest import fresh_person

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]
SITE = Site("credit.test", "https://credit.test")


@dataclass
class Clerk:
    """Somebody at a window, signed in with password and code, with a passkey."""

    signin: Signin
    token: bytes
    key: Authenticator
    used: str  # the code of the sign-in

    def sign_in(self, **changes: Any) -> bytes:
        return sign_in_with_passkey(SITE, self.key.use(ask_passkey(SITE), **changes))


@pytest.fixture
def clerk(home: Any) -> Clerk:
    with City(home) as city:
        made = city.account("", f"k{uuid4().hex[:10]}", "staff", "综合窗口", duty="clerk", organisation=WINDOW[0])
    code = pyotp.TOTP(made.totp_secret).now()
    token = sign_in(made.login, made.password, code)
    key = Authenticator()
    add_passkey(token, SITE, key.make(ask_new_passkey(token, SITE)), agent="Chrome / 安卓")
    return Clerk(made, token, key, code)


def stale(connect: Connect, token: bytes, minutes: int = 11) -> None:
    """The last proof of this session was so many minutes ago."""
    connect("owner").execute(
        "update cx.ledger_session set stepped_up_at = statement_timestamp() - make_interval(mins => %s) "
        "where token_hash = sha256(%s::bytea)",
        [minutes, token],
    )


def refused(call: Callable[[], object]) -> str:
    with pytest.raises((Refused, ProofNeeded)) as caught:
        call()
    return str(getattr(caught.value, "code", ""))


def test_a_passkey_alone_signs_in(clerk: Clerk) -> None:
    account = whoami(clerk.sign_in())
    assert account is not None
    assert (account.method, account.assurance, account.duties) == ("passkey", 2, ("clerk",))
    assert account.stepped_up_at is not None


@pytest.mark.parametrize(
    "wrong",
    ["no verification", "other site", "other origin", "other key", "other purpose", "made-up challenge", "old", "copy"],
)
def test_signin_01_whatever_does_not_fit_is_one_answer(
    wrong: str, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, asked, site = clerk.key, ask_passkey(SITE), SITE
    if wrong == "no verification":
        key.flags = PRESENT
    elif wrong == "other site":
        asked = json.dumps(json.loads(asked) | {"rpId": "credit.example"})
    elif wrong == "other origin":
        key.origin = "https://evil.test"
    elif wrong == "other key":
        key.key = Authenticator().key
    elif wrong == "other purpose":
        asked = ask_again(clerk.token, SITE)
    elif wrong == "made-up challenge":
        asked = json.dumps(json.loads(asked) | {"challenge": "A" * 75})
    elif wrong == "copy":
        key.counter = 7
        clerk.sign_in()
        key.counter = 7
    answer = key.use(asked)
    if wrong == "old":
        monkeypatch.setattr(passkeys, "LIFE", -1)
    assert refused(lambda: sign_in_with_passkey(site, answer)) == "SIGNIN-01"


def test_an_answer_is_good_once(clerk: Clerk) -> None:
    answer = clerk.key.use(ask_passkey(SITE))
    sign_in_with_passkey(SITE, answer)
    assert refused(lambda: sign_in_with_passkey(SITE, answer)) == "SIGNIN-01"


def test_a_lock_by_wrong_passwords_does_not_hold_a_passkey(clerk: Clerk) -> None:
    for _ in range(5):
        refused(lambda: sign_in(clerk.signin.login, "wrong", "000000"))
    assert whoami(clerk.sign_in()) is not None


def test_a_disabled_account_and_a_removed_passkey_sign_in_no_more(clerk: Clerk, connect: Connect) -> None:
    other = sign_in_with_passkey(SITE, clerk.key.use(ask_passkey(SITE)))
    remove_passkey(clerk.token, clerk.key.credential)
    assert own_passkeys(clerk.token) == []
    assert refused(clerk.sign_in) == "SIGNIN-01"
    assert whoami(other) is None  # whoever had it is out
    second = Authenticator()
    add_passkey(clerk.token, SITE, second.make(ask_new_passkey(clerk.token, SITE)), agent="")
    connect("owner").execute(
        "update cx.people_account set disabled_at = statement_timestamp() where login = %s", [clerk.signin.login]
    )
    assert refused(lambda: sign_in_with_passkey(SITE, second.use(ask_passkey(SITE)))) == "SIGNIN-01"


@given(st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)))
@settings(max_examples=50, deadline=None)
def test_signin_05_a_made_up_answer_is_refused(found: Any) -> None:
    for text in (json.dumps(found), str(found), json.dumps({"rawId": "QQ", "response": found})):
        assert refused(lambda t=text: passkeys.check(SITE, "sign-in", t, lambda _: None)) == "SIGNIN-05"  # type: ignore[misc]
        assert refused(lambda t=text: passkeys.check_new(SITE, "sign-in", t)) == "SIGNIN-05"  # type: ignore[misc]


def test_stepup_01_a_passkey_wants_a_fresh_proof(clerk: Clerk, connect: Connect) -> None:
    stale(connect, clerk.token)
    second = Authenticator()
    made = second.make(ask_new_passkey(clerk.token, SITE))
    for change in (
        lambda: add_passkey(clerk.token, SITE, made, agent=""),
        lambda: remove_passkey(clerk.token, clerk.key.credential),
        lambda: new_recovery_codes(clerk.token),
    ):
        assert refused(change) == "STEPUP-01"
    step_up(clerk.token, answer=clerk.key.use(ask_again(clerk.token, SITE)), site=SITE)
    add_passkey(clerk.token, SITE, made, agent="")
    assert len(own_passkeys(clerk.token)) == 2


def test_signin_05_a_passkey_is_made_for_the_session_that_asked(clerk: Clerk) -> None:
    other = console_session(clerk.signin.login)
    made = Authenticator().make(ask_new_passkey(other, SITE))
    assert refused(lambda: add_passkey(clerk.token, SITE, made, agent="")) == "SIGNIN-05"
    again = clerk.key.make(ask_new_passkey(clerk.token, SITE))
    assert refused(lambda: add_passkey(clerk.token, SITE, again, agent="")) == "SIGNIN-05"  # it is there already
    _, sealed = new_secret(other)
    assert refused(lambda: sealed_secret(clerk.token, sealed)) == "SIGNIN-05"


def test_stepup_02_a_proof_is_the_holder_s_own_and_good_once(clerk: Clerk, home: Any) -> None:
    assert refused(lambda: step_up(clerk.token, code=clerk.used)) == "STEPUP-02"
    assert refused(lambda: step_up(clerk.token, code="000000")) == "STEPUP-02"
    answer = clerk.key.use(ask_again(clerk.token, SITE))
    step_up(clerk.token, answer=answer, site=SITE)
    assert refused(lambda: step_up(clerk.token, answer=answer, site=SITE)) == "STEPUP-02"
    own = console_session("reviewer")  # somebody else's session is not stepped up by the clerk's passkey
    assert ask_again(own, SITE) == ""
    assert refused(lambda: step_up(own, answer=clerk.key.use(ask_passkey(SITE)), site=SITE)) == "STEPUP-02"


# ---- First sign-in --------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh(home: Any) -> tuple[str, Credentials]:
    login = f"f{uuid4().hex[:10]}"
    made = open_account(
        console_session("sysadmin"), login=login, post="综合窗口", organisation=WINDOW[0], holder=fresh_person()[1]
    )
    return login, made


def grant(connect: Connect, account: Any) -> None:
    connect("owner").execute("insert into cx.people_duty values (%s, 'clerk', date '2026-01-01', null)", [account])


def test_a_handed_over_password_opens_nothing_but_the_own_account(
    fresh: tuple[str, Credentials], connect: Connect
) -> None:
    login, made = fresh
    grant(connect, made.account)
    token = sign_in(login, made.password, pyotp.TOTP(made.totp_secret).now())
    account = whoami(token)
    assert account is not None
    assert (account.initial, account.method, account.duties) == (True, "initial", ())
    with pytest.raises(psycopg.Error) as refusal:  # the database, not the page
        connect("web").execute("select cx.people_my_looks_v1(%s::bytea, 1, 0)", [token])
    assert refusal.value.diag.constraint_name == "DUTY-01"
    secret, _ = new_secret(token)
    set_secrets(token, password=PASSWORD, secret=secret, code=pyotp.TOTP(secret).now())
    account = whoami(token)
    assert account is not None
    assert (account.initial, account.duties) == (False, ("clerk",))
    assert refused(lambda: sign_in(login, made.password, pyotp.TOTP(made.totp_secret).now())) == "SIGNIN-01"


def test_a_first_passkey_ends_what_was_handed_over(fresh: tuple[str, Credentials]) -> None:
    login, made = fresh
    token = sign_in(login, made.password, pyotp.TOTP(made.totp_secret).now())
    key = Authenticator()
    add_passkey(token, SITE, key.make(ask_new_passkey(token, SITE)), agent="")
    found = ways(token)
    assert (found.initial_until, found.password, found.totp) == (None, False, False)
    assert refused(lambda: sign_in(login, made.password, pyotp.TOTP(made.totp_secret).now())) == "SIGNIN-01"
    assert whoami(sign_in_with_passkey(SITE, key.use(ask_passkey(SITE)))) is not None
    assert refused(lambda: remove_passkey(token, key.credential)) == "SIGNIN-06"  # the last way in
    assert len(own_passkeys(token)) == 1


def test_a_handed_over_password_ends_with_its_day(fresh: tuple[str, Credentials], connect: Connect) -> None:
    login, made = fresh
    owner = connect("owner")
    [days] = owner.execute(
        "select initial_until - opened_on from cx.people_account where login = %s", [login]
    ).fetchone() or [0]
    assert days == 7
    owner.execute("update cx.people_account set initial_until = opened_on - 1 where login = %s", [login])
    assert refused(lambda: sign_in(login, made.password, pyotp.TOTP(made.totp_secret).now())) == "SIGNIN-01"


@pytest.mark.parametrize("weak", ["short", "12345678901234", "qwerty123456", "{login}-{login}"])
def test_signin_04_a_weak_password_is_refused(weak: str, clerk: Clerk) -> None:
    secret, _ = new_secret(clerk.token)
    password = weak.format(login=clerk.signin.login)
    code = pyotp.TOTP(secret).now()
    assert refused(lambda: set_secrets(clerk.token, password=password, secret=secret, code=code)) == "SIGNIN-04"


def test_a_password_too_old_opens_nothing_until_it_is_changed(clerk: Clerk, connect: Connect) -> None:
    owner, login = connect("owner"), clerk.signin.login
    back = "update cx.people_account set password_on = password_on - %s::integer, totp_step = 0 where login = %s"
    owner.execute(back, [179, login])
    code = pyotp.TOTP(clerk.signin.totp_secret).now()
    account = whoami(sign_in(login, clerk.signin.password, code))
    assert account is not None
    assert (account.method, account.duties) == ("password+totp", ("clerk",))
    owner.execute(back, [1, login])
    token = sign_in(login, clerk.signin.password, code)
    account = whoami(token)
    assert account is not None
    assert (account.method, account.initial, account.duties) == ("expired", True, ())
    with pytest.raises(psycopg.Error) as refusal:
        connect("web").execute("select cx.people_my_looks_v1(%s::bytea, 1, 0)", [token])
    assert refusal.value.diag.constraint_name == "DUTY-01"
    assert refused(lambda: set_password(token, password=clerk.signin.password)) == "SIGNIN-04"  # the same again
    set_password(token, password=PASSWORD)
    owner.execute(back, [0, login])
    account = whoami(sign_in(login, PASSWORD, code))
    assert account is not None
    assert account.duties == ("clerk",)
    account = whoami(clerk.sign_in())  # a passkey does not grow old
    assert account is not None
    assert account.duties == ("clerk",)


def test_signin_08_handed_over_codes_do_not_stay(fresh: tuple[str, Credentials]) -> None:
    login, made = fresh
    token = sign_in(login, made.password, pyotp.TOTP(made.totp_secret).now())
    assert refused(lambda: set_password(token, password=PASSWORD)) == "SIGNIN-08"
    assert ways(token).initial_until is not None


def test_new_secrets_end_every_other_session(clerk: Clerk) -> None:
    other = clerk.sign_in()
    secret, _ = new_secret(clerk.token)
    set_secrets(clerk.token, password=PASSWORD, secret=secret, code=pyotp.TOTP(secret).now())
    assert whoami(other) is None
    assert whoami(clerk.token) is not None


# ---- Recovery -------------------------------------------------------------------------------------------------------


def test_a_recovery_code_stands_in_for_the_authenticator_once(clerk: Clerk) -> None:
    codes = new_recovery_codes(clerk.token)
    assert len(set(codes)) == 10
    account = whoami(sign_in(clerk.signin.login, clerk.signin.password, codes[0].lower()))
    assert account is not None
    assert account.method == "password+recovery"
    assert ways(clerk.token).recovery == 9
    for code, password in ((codes[0], clerk.signin.password), (codes[1], "wrong"), ("2345" * 4, clerk.signin.password)):
        assert refused(lambda c=code, p=password: sign_in(clerk.signin.login, p, c)) == "SIGNIN-01"  # type: ignore[misc]
    newer = new_recovery_codes(clerk.token)
    assert refused(lambda: sign_in(clerk.signin.login, clerk.signin.password, codes[2])) == "SIGNIN-01"
    assert whoami(sign_in(clerk.signin.login, clerk.signin.password, newer[0])) is not None


# ---- Reset by two ---------------------------------------------------------------------------------------------------


WHY = "手机丢失，本人到场核验"


def asked(token: bytes, login: str) -> Matter:
    """The reset of this account that waits."""
    return next(one for one in matters(token, waiting=True) if (one.kind, one.login) == ("account.reset", login))


def test_two_administrators_let_somebody_in_again(clerk: Clerk) -> None:
    sysadmin, secadmin, login = console_session("sysadmin"), console_session("secadmin"), clerk.signin.login
    code = new_recovery_codes(clerk.token)[0]
    assert refused(lambda: reset(secadmin, login, reason=WHY)) == "DUTY-01"
    password = reset(sysadmin, login, reason=WHY)
    assert whoami(clerk.token) is not None  # proposing alone changes nothing
    waiting = asked(secadmin, login)
    secret = decide(secadmin, waiting, "confirmed")
    assert whoami(clerk.token) is None
    for old in (
        clerk.sign_in,
        lambda: sign_in(login, clerk.signin.password, pyotp.TOTP(clerk.signin.totp_secret).now()),
        lambda: sign_in(login, clerk.signin.password, code),
    ):
        assert refused(old) == "SIGNIN-01"
    own = first_sign_in(login, password, secret)
    account = whoami(own.token)
    assert account is not None
    assert account.duties == ("clerk",)
    assert refused(lambda: decide(secadmin, waiting, "confirmed")) == "ACCOUNT-11"  # once


def test_a_reset_is_confirmed_within_a_day_and_never_for_oneself(clerk: Clerk, connect: Connect) -> None:
    sysadmin, secadmin = console_session("sysadmin"), console_session("secadmin")
    reset(sysadmin, clerk.signin.login, reason=WHY)
    waiting = asked(secadmin, clerk.signin.login)
    connect("owner").execute(
        "update cx.people_matter set at = at - interval '25 hours' where matter = %s", [waiting.matter]
    )
    assert refused(lambda: decide(secadmin, waiting, "confirmed")) == "SIGNIN-07"
    assert refused(lambda: reset(sysadmin, "sysadmin", reason=WHY)) == "ACCOUNT-07"
    for login in ("nobody", "system"):
        assert refused(lambda who=login: reset(sysadmin, who, reason=WHY)) == "ACCOUNT-09"  # type: ignore[misc]


# ---- Roles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["web", "worker", "engine", "log", "points", "backup"])
def test_no_role_but_signin_sees_or_changes_credentials(role: str, clerk: Clerk, connect: Connect) -> None:
    stolen = connect(role)
    for deed in (
        "select * from cx.people_passkeys_v1(%(token)s::bytea)",
        "select * from cx.people_ways_v1(%(token)s::bytea)",
        "select * from cx.people_credential_v1('clerk')",
        "select cx.people_passkey_add_v1(%(token)s::bytea, gen_random_uuid(), '\\x01', '\\x01', 0, '', sha256('x'), now())",
        "select cx.people_secrets_set_v1(%(token)s::bytea, gen_random_uuid(), 'x', '\\x01', 0)",
        "select cx.people_recovery_set_v1(%(token)s::bytea, gen_random_uuid(), array[sha256('x')])",
        "select cx.people_account_reset_v1(gen_random_uuid(), 'clerk', 'x', 'because')",
        "select cx.people_decide_v1(gen_random_uuid(), gen_random_uuid(), 'confirmed', null)",
        "select cx.people_duty_grant_v1(gen_random_uuid(), 'clerk', 'clerk', current_date, null, '', '', null)",
        "select cx.people_account_make_v1(gen_random_uuid(), gen_random_uuid(), 'x', 'x', 'x', 'x', null, null, "
        "'business', '')",
        "select cx.people_stepped_up_v1(%(token)s::bytea, gen_random_uuid())",
        "select cx.ledger_stepped_up_v1(%(token)s::bytea)",
        "insert into cx.people_passkey select * from cx.people_passkey",
        "update cx.people_account set initial_until = null",
        "delete from cx.people_recovery",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            stolen.execute(deed.encode(), {"token": clerk.token})
