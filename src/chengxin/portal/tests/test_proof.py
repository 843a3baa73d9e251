"""The page for a proof anew: what was typed stays, goes where it was meant for, and nothing happens without the proof."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import uuid4

import psycopg
import pyotp
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client, RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.errors import Refused
from chengxin.operate.seed import CREDIT_OFFICE, WINDOW, City, Signin
from chengxin.oversight.tests.material import Duty
from chengxin.people.api import COOKIE, Credentials, console_session, open_account, whoami
from chengxin.portal import proof, views
from chengxin.portal.limits import Failures, address_of
from conftest import fresh_person

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]
HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


@pytest.fixture
def account(home: Any) -> Signin:
    with City(home) as city:
        return city.account("", f"p{uuid4().hex[:10]}", "staff", "综合窗口", duty="clerk", organisation=WINDOW[0])


def code(signin: Signin, ahead: int = 0) -> str:
    """The code of now, or of a step ahead: a clock may differ by one step, and a step is good once."""
    return pyotp.TOTP(signin.totp_secret).at(int(time.time()) + 30 * ahead)


@pytest.fixture
def browser(account: Signin, connect: Connect) -> Client:
    """Signed in by the page, more than ten minutes ago."""
    client = Client()
    form = {"login": account.login, "password": account.password, "code": code(account)}
    assert client.post("/sign-in", form)["Location"] == "/"
    connect("owner").execute(
        "update cx.ledger_session set stepped_up_at = stepped_up_at - interval '10 minutes' "
        "where token_hash = sha256(%s::bytea)",
        [bytes.fromhex(client.cookies[COOKIE].value)],
    )
    return client


def carried(html: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in HIDDEN.findall(html.partition("<main")[2])}


def test_stepup_01_a_filled_form_comes_back_with_the_question_and_goes_through_with_the_proof(
    browser: Client, account: Signin, connect: Connect
) -> None:
    typed = {"note": '<b>"两行\n文字"</b>', "other": "1"}
    asked = browser.post("/account/recovery", typed)
    html = asked.content.decode()
    assert asked.status_code == 403
    assert 'action="/account/recovery"' in html
    assert "<b>" not in html.partition("<main")[2]
    kept = carried(html)
    assert {name: kept[name] for name in typed} == typed
    assert _codes(connect, account) == 0
    wrong = browser.post("/account/recovery", kept | {"proof_code": "000000"})
    assert wrong.status_code == 403
    assert "验证没有通过" in wrong.content.decode()
    assert carried(wrong.content.decode())["note"] == typed["note"]
    assert _codes(connect, account) == 0
    done = browser.post("/account/recovery", kept | {"proof_code": code(account, 1)})
    assert done.status_code == 200
    assert "只显示这一次" in done.content.decode()
    assert _codes(connect, account) == 10
    assert browser.post("/account/recovery").status_code == 200  # for ten minutes it is not asked again


def _codes(connect: Connect, account: Signin) -> int:
    row = connect("owner").execute(
        "select count(*) from cx.people_recovery r join cx.people_account a using (account) where a.login = %s",
        [account.login],
    )
    return int((row.fetchone() or [0])[0])


def test_a_page_that_was_only_opened_is_opened_again_after_the_proof(browser: Client, account: Signin) -> None:
    page = browser.get("/sign-in/again", {"next": "/lookup/mine/"})
    assert page.status_code == 200
    assert carried(page.content.decode())["next"] == "/lookup/mine/"
    assert browser.post("/sign-in/again", {"next": "/lookup/mine/"}).status_code == 200  # nothing was proved
    proved = browser.post("/sign-in/again", {"next": "/lookup/mine/", "proof_code": code(account, 1)})
    assert proved["Location"] == "/lookup/mine/"
    away = browser.get("/sign-in/again", {"next": "https://evil.test/"})
    assert carried(away.content.decode())["next"] == "/"


def test_a_download_wants_a_proof_and_comes_with_it(home: Any, connect: Connect) -> None:
    """The evidence of an incident: asked for by the button on its page, handed out after the question."""
    duty = Duty(home)
    made = duty.reported()
    with City(home) as city:
        own = city.account(
            "", f"p{uuid4().hex[:10]}", "staff", "信息安全岗", duty="security_officer", organisation=CREDIT_OFFICE[0]
        )
    client, token = Client(), console_session(own.login)
    client.cookies[COOKIE] = token.hex()
    connect("owner").execute(
        "update cx.ledger_session set stepped_up_at = null where token_hash = sha256(%s::bytea)", [token]
    )
    address = f"/incidents/{made}/export"
    assert client.post(address).status_code == 403
    answer = client.post(address, {"proof_code": code(own)})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")


def test_what_was_only_opened_or_carries_a_file_is_opened_again() -> None:
    """A link that wants a proof, and a form whose file or password no page carries, lead to the question."""
    for request in (
        RequestFactory().get("/somewhere?page=2"),
        RequestFactory().post("/somewhere?page=2", {"file": SimpleUploadedFile("a.csv", b"x")}),
        RequestFactory().post("/somewhere?page=2", {"password": "x"}),
    ):
        answer = proof.ask(request, b"token")
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in/again?next=%2Fsomewhere%3Fpage%3D2")


# ---- The own account ------------------------------------------------------------------------------------------------


def test_the_own_sessions_are_listed_and_the_others_ended(browser: Client, account: Signin) -> None:
    other = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/126.0"})
    other.post("/sign-in", {"login": account.login, "password": account.password, "code": code(account, 1)})
    page = browser.get("/account/").content.decode()
    assert "Chrome / 安卓" in page
    assert "密码和动态验证码" in page
    assert "Mozilla" not in page
    assert browser.post("/account/others")["Location"] == "/account/"
    assert other.get("/account/")["Location"] == "/sign-in?next=/account/"
    assert browser.get("/account/").status_code == 200


def test_a_citizen_sees_sessions_and_no_credentials(citizen: Any) -> None:
    page = citizen.client.get("/account/").content.decode()
    assert "正在登录的设备" in page
    assert "通行密钥" not in page


def test_a_first_sign_in_leads_to_own_secrets_and_nowhere_else(home: Any) -> None:
    login = f"p{uuid4().hex[:10]}"
    made: Credentials = open_account(
        console_session("sysadmin"), login=login, post="综合窗口", organisation=WINDOW[0], holder=fresh_person()[1]
    )
    client = Client()
    client.post("/sign-in", {"login": login, "password": made.password, "code": pyotp.TOTP(made.totp_secret).now()})
    for address in ("/", "/lookup/", "/incidents/", "/catalog/"):
        assert client.get(address)["Location"] == "/account/", address
    assert "第一次登录" in client.get("/account/").content.decode()
    page = client.get("/account/secrets").content.decode()
    sealed, secret = carried(page)["sealed"], re.search(r"<strong>([A-Z2-7 ]{32,})</strong>", page)
    assert secret
    totp = pyotp.TOTP(secret[1].replace(" ", ""))
    own = {"password": "correct horse 7 battery", "repeated": "correct horse 7 battery", "sealed": sealed}
    for wrong in ({"code": "000000"}, {"code": totp.now(), "repeated": "other"}, {"code": totp.now(), "sealed": "x"}):
        again = client.post("/account/secrets", own | wrong)
        assert again.status_code == 200
        assert "有需要改正的地方" in again.content.decode()
    assert client.post("/account/secrets", own | {"code": totp.now()})["Location"] == "/account/"
    assert "我的登录" in client.get("/account/").content.decode()


def test_a_password_too_old_leads_to_its_change_and_a_new_sign_in(account: Signin, connect: Connect) -> None:
    connect("owner").execute(
        "update cx.people_account set password_on = password_on - 180 where login = %s", [account.login]
    )
    client, form = Client(), {"login": account.login, "password": account.password, "code": code(account)}
    client.post("/sign-in", form)
    assert client.get("/lookup/")["Location"] == "/account/"
    assert client.get("/account/")["Location"] == "/account/password"
    own = {"password": "correct horse 7 battery", "repeated": "correct horse 7 battery"}
    assert "两次输入的密码不一样" in client.post("/account/password", own | {"repeated": "x"}).content.decode()
    assert "太短、太常见" in client.post("/account/password", {"password": "1", "repeated": "1"}).content.decode()
    assert client.post("/account/password", own)["Location"] == "/sign-in"
    client.post("/sign-in", form | own | {"code": code(account, 1)})
    assert client.get("/lookup/").status_code == 200
    assert (
        client.post("/account/password", {"password": "another horse 8", "repeated": "another horse 8"})["Location"]
        == "/account/"
    )


# ---- Passkeys on the pages ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "tls", "there"),
    [
        ("localhost", False, True),
        ("credit.test", True, True),
        ("credit.test", False, False),
        ("127.0.0.1", False, False),
        ("127.0.0.1", True, False),
    ],
)
def test_passkeys_and_their_script_are_where_browsers_know_them(host: str, tls: bool, there: bool) -> None:
    with override_settings(ALLOWED_HOSTS=[host], SECURE_TLS=tls):
        answer = Client(headers={"host": f"{host}:8000"}).get("/sign-in")
    html, policy = answer.content.decode(), answer["Content-Security-Policy"]
    assert ("data-passkey" in html, "passkey.js" in html, "script-src 'self'" in policy) == (there,) * 3
    assert "unsafe" not in policy


def test_signin_01_a_made_up_passkey_is_the_same_answer() -> None:
    with override_settings(ALLOWED_HOSTS=["localhost"]):
        html = Client(headers={"host": "localhost"}).post("/sign-in", {"proof_answer": "{}"}).content.decode()
    assert "账号、密码或验证码不对" in html


@pytest.mark.parametrize(
    ("marks", "counts"),
    [
        ({"sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin", "sec-fetch-user": "?1"}, True),
        ({"sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"}, False),  # a page that loads itself again
        ({"sec-fetch-mode": "cors", "sec-fetch-site": "same-origin", "hx-request": "true"}, False),  # its counters
        ({"sec-fetch-mode": "navigate", "sec-fetch-site": "none", "sec-fetch-user": "?1"}, True),
        ({}, True),  # an old browser
    ],
)
def test_only_somebody_who_is_there_keeps_a_session_from_ending(
    marks: dict[str, str], counts: bool, browser: Client, connect: Connect
) -> None:
    owner, token = connect("owner"), bytes.fromhex(browser.cookies[COOKIE].value)
    seen = "select seen_at > statement_timestamp() - interval '5 minutes' from cx.ledger_session "
    mine = "where token_hash = sha256(%s::bytea)"
    owner.execute(
        f"update cx.ledger_session set seen_at = seen_at - interval '10 minutes' {mine}".encode(),
        [token],
    )
    browser.get("/account/", headers=marks)
    assert owner.execute((seen + mine).encode(), [token]).fetchone() == (counts,)


# ---- Too many ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(min_value=0, max_value=400), max_size=80))
def test_an_address_waits_after_thirty_failures_in_five_minutes(pauses: list[int]) -> None:
    now = 0.0
    found, past = Failures(lambda: now), list[float]()
    for pause in pauses:
        now += pause / 10
        assert found.too_many("a") == (sum(now - at < 300 for at in past[-30:]) >= 30)
        found.add("a")
        past.append(now)
    assert not found.too_many("b")
    now += 300
    assert not found.too_many("a")


def test_guessing_ends_with_a_page_that_says_so(account: Signin, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "failures", found := Failures())
    guess = {"login": "nobody", "password": "x", "code": "000000"}
    right = {"login": account.login, "password": account.password, "code": code(account)}
    for _ in range(30):
        assert Client().post("/sign-in", guess, headers={"x-forwarded-for": "9.9.9.9, 1.2.3.4"}).status_code == 200
    assert found.too_many("1.2.3.4")
    assert Client().post("/sign-in", right, headers={"x-forwarded-for": "1.2.3.4"}).status_code == 429
    assert Client().post("/sign-in", right, headers={"x-forwarded-for": "5.6.7.8"}).status_code == 302


@pytest.mark.parametrize(
    ("direct", "forwarded", "said"),
    [("127.0.0.1", "1.2.3.4", "1.2.3.4"), ("5.6.7.8", "1.2.3.4", "5.6.7.8"), ("127.0.0.1", "", "")],
)
def test_only_the_own_proxy_is_believed(direct: str, forwarded: str, said: str) -> None:
    """Whoever connects from elsewhere cannot say they are somebody else."""
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=direct, headers={"x-forwarded-for": forwarded})) == said


def test_a_session_that_ends_while_the_proof_is_checked_leads_to_the_sign_in(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the proof raises before the view is answered like what a view raises: no page of errors."""
    for raised, status in ((Refused("SESSION-01"), 302), (OperationalError("gone"), 503)):

        def ended(*_: Any, error: Exception = raised, **__: Any) -> None:
            raise error

        monkeypatch.setattr(proof, "step_up", ended)
        assert browser.post("/sign-in/again", {"proof_code": "123456", "next": "/"}).status_code == status


def test_signing_in_over_a_session_ends_it(browser: Client, home: Any) -> None:
    with City(home) as city:
        other = city.account("", f"p{uuid4().hex[:10]}", "staff", "综合窗口", duty="clerk", organisation=WINDOW[0])
    before = bytes.fromhex(browser.cookies[COOKIE].value)
    form = {"login": other.login, "password": other.password, "code": code(other)}
    assert browser.post("/sign-in", form).status_code == 302
    assert whoami(before) is None
    assert whoami(bytes.fromhex(browser.cookies[COOKIE].value)) is not None
