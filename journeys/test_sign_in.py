"""An official and their passkey: enrolled on a phone, signed in with, asked for again before what matters."""

from __future__ import annotations

from typing import Any

import psycopg
import pyotp
import pytest
from playwright.sync_api import Browser

from chengxin.operate.home import Home
from journeys.conftest import City, Doors
from journeys.walk import PHONE, Walk

PHONE_KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def phone(browser: Browser, city: City, shots: Any, pictures: Any) -> Any:
    """A phone with a passkey of its own, at the name browsers give passkeys for."""
    walk = Walk.open(browser, city.url.replace("127.0.0.1", "localhost"), PHONE)
    walk.story, walk.shots, walk.pictures = "passkey-phone", shots, pictures
    session = walk.context.new_cdp_session(walk.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": PHONE_KEY})
    yield walk
    walk.close()


def by_code(walk: Walk, account: dict[str, Any]) -> None:
    walk.go("/sign-in")
    walk.page.get_by_label("账号").fill(account["login"])
    walk.page.get_by_label("密码").fill(account["password"])
    walk.page.get_by_label("动态验证码").fill(pyotp.TOTP(account["totp_secret"]).now())
    walk.press("登录")
    walk.page.wait_for_url(lambda url: "/sign-in" not in url)


def forget_proofs(city: City, login: str) -> None:
    """Ten minutes go by."""
    with psycopg.connect(Home.at(city.keep).dsn("owner"), autocommit=True) as owner:
        owner.execute(
            "update cx.ledger_session s set stepped_up_at = stepped_up_at - interval '10 minutes' "
            "from cx.people_account a where a.account = s.actor and a.login = %s",
            [login],
        )


def first_today(doors: Doors, login: str) -> None:
    """Nobody is signed in with this account, and no code of it is spent: other journeys may have come before."""
    doors.signed_at.pop(login, None)
    with psycopg.connect(Home.at(doors.city.keep).dsn("owner"), autocommit=True) as owner:
        owner.execute(
            "delete from cx.ledger_session s using cx.people_account a where a.account = s.actor and a.login = %s",
            [login],
        )
        owner.execute("update cx.people_account set totp_step = 0 where login = %s", [login])


def test_a_passkey_from_enrolment_to_a_proof_anew(city: City, doors: Doors, phone: Walk) -> None:
    first_today(doors, "manager2")
    by_code(phone, city.accounts["manager2"])
    phone.go("/account/")
    phone.says("这一次", "没有别的登录", "还没有。添加以后")
    phone.check("我的登录")
    phone.press("添加通行密钥")
    phone.check("添加通行密钥")
    phone.press("添加通行密钥")
    phone.page.wait_for_url("**/account/")
    phone.says("还没有用过", "退出其他登录")
    phone.page.get_by_role("button", name="退出", exact=True).click()
    phone.go("/sign-in")
    phone.check("登录")
    phone.press("用通行密钥登录")
    phone.page.wait_for_url(lambda url: "/sign-in" not in url)
    phone.go("/account/")
    phone.says("通行密钥，")
    phone.picture("passkey")
    forget_proofs(city, "manager2")
    phone.press("取得新的恢复码")
    with phone.refused(403):
        phone.press("取得新的恢复码")
        phone.page.get_by_role("heading", name="请再次验证是您本人").wait_for()
    phone.check("再次验证")
    phone.press("用通行密钥验证")
    phone.page.get_by_text("只显示这一次").wait_for()
    phone.check("恢复码")
    assert phone.problems == []
    first_today(doors, "manager2")  # whoever comes next signs in as usual
