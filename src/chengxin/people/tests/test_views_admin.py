"""The desks of the three administrators, page by page: what they can do, what they are refused, what they never see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pyotp
import pytest
from django.test import Client
from django.urls import get_resolver

from chengxin.ledger.api import today
from chengxin.operate.seed import WINDOW
from chengxin.people import api as people
from chengxin.people.api import ANYBODY, COOKIE, console_session, sign_in
from chengxin.people.tests.first import first_sign_in
from conftest import fresh_person
from inspections.test_urls import access_of, views

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("home")]
WHY = "岗位调整文件一号"


class Desk:
    """A browser of one administrator."""

    def __init__(self, login: str) -> None:
        self.token = console_session(login)
        self.client = Client()
        self.client.cookies[COOKIE] = self.token.hex()

    def get(self, address: str, *, status: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, (address, answer.status_code)
        return answer.content.decode()

    def post(self, address: str, data: Mapping[str, object], *, status: int = 302) -> str:
        answer = self.client.post(address, data)
        assert answer.status_code == status, (address, answer.status_code, answer.content.decode()[:2000])
        return answer.content.decode() if status != 302 else answer["Location"]


@pytest.fixture
def sysadmin() -> Desk:
    return Desk("sysadmin")


@pytest.fixture
def secadmin() -> Desk:
    return Desk("secadmin")


@pytest.fixture
def auditor() -> Desk:
    return Desk("auditor")


def new(desk: Desk, **changes: object) -> tuple[str, str]:
    """An account opened on the page: its login, and the page that tells its credentials."""
    login = f"p-{uuid4().hex[:10]}"
    data: dict[str, object] = {
        "login": login,
        "organisation": WINDOW[0],
        "post": "综合窗口",
        "holder": fresh_person()[1],
    }
    return login, desk.post("/accounts/new", data | {"side": "business", "reason": WHY} | changes, status=200)


def of(desk: Desk, login: str) -> Any:
    return next(one for one in people.accounts(desk.token, search=login) if one.login == login)


def test_from_no_account_to_one_that_works_and_ends(sysadmin: Desk, secadmin: Desk, auditor: Desk) -> None:
    login, said = new(sysadmin)
    (password,) = re.findall(r"<code>([^<]+)</code>", said)[1:]
    account = of(sysadmin, login).account
    assert "没有职责" in sysadmin.get(f"/accounts/?q={login}")
    form = {"duty": "clerk", "begin": str(today()), "reason": WHY}
    said = secadmin.post(f"/duties/{account}/give", form, status=200)
    (secret,) = re.findall(r"<code>([^<]+)</code>", said)
    assert password not in said, "each of the two knows one half"
    token = first_sign_in(login, password, secret).token
    assert people.whoami(token).duties == ("clerk",)  # type: ignore[union-attr]
    assert secadmin.post(f"/duties/{account}/give", form | {"duty": "reviewer"}) == "/duties/matters/"
    assert people.whoami(token).duties == ("clerk",)  # type: ignore[union-attr]
    waiting = next(one for one in people.matters(sysadmin.token, waiting=True) if one.login == login)
    assert login in sysadmin.get("/accounts/matters/")
    assert "异议审核员" in sysadmin.get(f"/accounts/matters/{waiting.matter}/confirm")
    sysadmin.post(f"/accounts/matters/{waiting.matter}/confirm", {})
    assert people.whoami(token).duties == ("clerk", "reviewer")  # type: ignore[union-attr]
    secadmin.post(f"/duties/{account}/end", {"duty": "clerk", "last": str(today() - timedelta(days=1)), "reason": WHY})
    assert people.whoami(token).duties == ("reviewer",)  # type: ignore[union-attr]
    sysadmin.post(f"/accounts/{account}/disable", {"reason": WHY})
    assert people.whoami(token) is None
    history = auditor.get(f"/audit/accounts/{account}/")
    for words in (
        "开立账号",
        "授予职责",
        "终止职责",
        "停用账号",
        "系统管理员（sysadmin）",
        "安全管理员（secadmin）",
        WHY,
    ):
        assert words in history, words
    assert login in auditor.get("/audit/")


def test_what_is_typed_wrong_is_said_and_nothing_is_kept_of_the_number(sysadmin: Desk) -> None:
    number = fresh_person()[1]
    wrong = {
        "login": "1x",
        "organisation": "",
        "post": "",
        "holder": number[:-1] + "?",
        "side": "business",
        "reason": "短",
    }
    said = sysadmin.post("/accounts/new", wrong, status=422)
    for words in ("登录名要以字母开头", "请选择单位", "请填写岗位", "证件号码不正确", "请写明理由，至少五个字"):
        assert words in said, words
    assert number[:-1] not in said
    said = sysadmin.post("/accounts/new", wrong | {"login": "abc", "reason": f"替{number}开"}, status=422)
    assert "证件号码一类的长号码" in said
    login, _ = new(sysadmin)
    taken = {
        "login": login,
        "organisation": WINDOW[0],
        "post": "窗口",
        "holder": number,
        "side": "business",
        "reason": WHY,
    }
    assert "ACCOUNT-09" in sysadmin.post("/accounts/new", taken, status=422)


def test_one_human_does_not_stand_on_both_sides(sysadmin: Desk, secadmin: Desk) -> None:
    """The exact sentences of ACCOUNT-02, ACCOUNT-05, ACCOUNT-06, ACCOUNT-07 on the page."""
    holder = fresh_person()[1]
    data = {"organisation": WINDOW[0], "post": "窗口", "holder": holder, "reason": WHY}
    sysadmin.post("/accounts/new", data | {"login": f"p-{uuid4().hex[:10]}", "side": "business"}, status=200)
    said = sysadmin.post("/accounts/new", data | {"login": f"p-{uuid4().hex[:10]}", "side": "admin"}, status=422)
    assert "这个人已经在管理员一侧或业务一侧有账号，不能两边都有。" in said
    own = of(secadmin, "secadmin").account
    said = secadmin.post(
        f"/duties/{own}/give", {"duty": "audit_admin", "begin": str(today()), "reason": WHY}, status=422
    )
    assert "不能给自己授予职责" in said
    other = of(secadmin, "auditor").account
    said = secadmin.post(
        f"/duties/{other}/give", {"duty": "system_admin", "begin": str(today()), "reason": WHY}, status=422
    )
    assert "这个管理员账号已经担任三员之一，不能再换" in said
    said = secadmin.post(f"/duties/{other}/give", {"duty": "clerk", "begin": str(today()), "reason": WHY}, status=422)
    assert "请在列出的职责中选择" in said, "a duty of the other side is not even offered"


def test_a_deputy_needs_a_last_day(sysadmin: Desk, secadmin: Desk) -> None:
    chief, deputy = (of(sysadmin, new(sysadmin)[0]) for _ in range(2))
    secadmin.post(
        f"/duties/{chief.account}/give", {"duty": "reviewer", "begin": str(today()), "reason": WHY}, status=200
    )
    form = {"duty": "reviewer", "begin": str(today()), "deputy_for": chief.login, "reason": WHY}
    assert "代理别人的职责必须写明最后一天" in secadmin.post(f"/duties/{deputy.account}/give", form, status=422)
    early = form | {"end": str(today() - timedelta(days=1))}
    assert "最后一天不能早于第一天" in secadmin.post(f"/duties/{deputy.account}/give", early, status=422)
    secadmin.post(f"/duties/{deputy.account}/give", form | {"end": str(today() + timedelta(days=7))}, status=200)
    assert f"代理 {chief.login}" in secadmin.get(f"/duties/{deputy.account}/")


def test_a_reset_needs_two_and_neither_can_sign_in_alone(sysadmin: Desk, secadmin: Desk) -> None:
    """ACCOUNT-10; the proposer has the password, the confirmer the second factor; sessions end."""
    login, said = new(sysadmin)
    (old_password,) = re.findall(r"<code>([^<]+)</code>", said)[1:]
    account = of(sysadmin, login).account
    form = {"duty": "clerk", "begin": str(today()), "reason": WHY}
    (old_secret,) = re.findall(r"<code>([^<]+)</code>", secadmin.post(f"/duties/{account}/give", form, status=200))
    token = sign_in(login, old_password, pyotp.TOTP(old_secret).now())
    page = sysadmin.post(f"/accounts/{account}/reset", {"reason": "手机丢失，本人到场核验"}, status=200)
    (password,) = re.findall(r"<code>([^<]+)</code>", page)
    assert people.whoami(token) is not None, "the old credentials hold until it is confirmed"
    again = sysadmin.post(f"/accounts/{account}/reset", {"reason": "又点了一次提交"}, status=422)
    assert "ACCOUNT-13" in again, "two passwords do not wait for one confirmation"
    waiting = next(one for one in people.matters(sysadmin.token, waiting=True) if one.login == login)
    own = sysadmin.post(f"/accounts/matters/{waiting.matter}/confirm", {}, status=422)
    assert "要由另一个人确认" in own
    assert "ACCOUNT-10" in own
    page = secadmin.post(f"/duties/matters/{waiting.matter}/confirm", {}, status=200)
    (secret,) = re.findall(r"<code>([^<]+)</code>", page)
    assert password not in page
    assert people.whoami(token) is None
    assert people.whoami(sign_in(login, password, pyotp.TOTP(secret).now())) is not None
    gone = secadmin.get(f"/duties/matters/{waiting.matter}/confirm", status=404)
    assert "这件事不在待确认中" in gone
    assert 'href="/duties/matters/">看变更记录' in gone


def test_what_waits_is_refused_or_withdrawn(sysadmin: Desk, secadmin: Desk) -> None:
    """ACCOUNT-11: once."""
    login, _ = new(sysadmin)
    account = of(sysadmin, login).account
    for outcome, desk, state in (("refuse", secadmin, "refused"), ("withdraw", sysadmin, "withdrawn")):
        sysadmin.post(f"/accounts/{account}/reset", {"reason": WHY}, status=200)
        waiting = next(one for one in people.matters(sysadmin.token, waiting=True) if one.login == login)
        where = "/duties" if desk is secadmin else "/accounts"
        desk.post(f"{where}/matters/{waiting.matter}/{outcome}", {})
        assert people.matters(sysadmin.token, account=account)[0].state == state
        with pytest.raises(Exception, match="ACCOUNT-11"):
            people.decide(secadmin.token, waiting, "confirmed")
    assert "没有职责" in sysadmin.get(f"/accounts/?q={login}&state=bare")


def test_the_list_is_filtered_and_paged(sysadmin: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from chengxin.people import registers
    from chengxin.people import views as pages

    monkeypatch.setattr(registers, "PAGE", 5)
    monkeypatch.setattr(pages, "PAGE", 5)
    full = sysadmin.get("/accounts/")
    assert "第 1 页" in full
    assert sysadmin.get("/accounts/?page=2") != full
    assert "没有这样的账号" in sysadmin.get("/accounts/?q=nobody-has-this")
    assert "officer2" in sysadmin.get("/accounts/?q=officer2&state=used")
    assert "综合窗口" in sysadmin.get(f"/accounts/?q={WINDOW[0]}"), "by the code of the office, letters included"
    assert "subsidy-system" not in sysadmin.get("/accounts/?state=idle&days=30&q=subsidy")
    for odd in ("?page=x", "?page=-1", "?page=99999999", "?days=0", "?state=nothing"):
        sysadmin.get(f"/accounts/{odd}")


def addresses(duty: str, account: Any) -> Iterator[str]:
    for address, pattern in views(get_resolver()):
        if access_of(pattern).duty == duty:
            yield "/" + re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", str(account), address)


@pytest.mark.parametrize(
    ("login", "duty"), [("sysadmin", "system_admin"), ("secadmin", "security_admin"), ("auditor", "audit_admin")]
)
def test_no_administrator_sees_a_person(login: str, duty: str, citizen: Any, connect: Callable[[str], Any]) -> None:
    """Every page of the three, and every page of everybody else, with a citizen's own ids in the address: nothing."""
    desk = Desk(login)
    person = citizen.account.account
    mine = list(addresses(duty, person)) + list(addresses(duty, of(desk, "clerk").account))
    secrets = (citizen.name, citizen.number, citizen.number[:-4], str(citizen.person))
    seen = 0
    for address in mine:
        answer = desk.client.get(address, follow=True)
        seen += answer.status_code == 200
        assert not [one for one in secrets if one in answer.content.decode()], address
    assert seen >= 3
    for address, pattern in views(get_resolver()):
        other = access_of(pattern).duty
        if other and other not in {duty, ANYBODY}:
            assert desk.client.get(f"/{address}").status_code == 403, address
    assert people.one_account(desk.token, person) is None, "a citizen's account is none of theirs"
    assert people.duties_of(desk.token, person) == []


@pytest.mark.parametrize("login", ["sysadmin", "secadmin", "auditor"])
def test_no_function_tells_an_administrator_about_a_person(
    login: str, citizen: Any, connect: Callable[[str], Any]
) -> None:
    """Every function granted to `web` that takes a token, called with the person's ids, tells or changes nothing."""
    import psycopg

    token, web, owner = console_session(login), connect("web"), connect("owner")
    found = owner.execute(
        "select p.proname, array(select format_type(t, null) from unnest(p.proargtypes) t), p.proargnames from pg_proc p "
        "where p.pronamespace = 'cx'::regnamespace and has_function_privilege('web', p.oid, 'EXECUTE')"
    ).fetchall()
    values = {"uuid": citizen.person, "bytea": token, "uuid[]": [citizen.person], "bytea[]": [token], "jsonb": "{}"}
    called = 0
    for name, types, names in found:
        if not {"p_token", "p_tokens"} & set(names or []) or name == "ledger_session_close_v1":
            continue
        arguments = [values.get(kind) for kind in types]
        sql = f"select x::text from cx.{name}({', '.join(f'%s::{kind}' for kind in types)}) x"
        called += 1
        try:
            said = str(web.execute(sql.encode(), arguments).fetchall())
        except psycopg.Error as error:
            said = str(error)
        for secret in (citizen.name, citizen.number, citizen.number[:-4]):
            assert secret not in said, name
    assert called > 20
    lines = owner.execute(
        "select count(*) from cx.ledger_register r join cx.people_account a on a.account = r.actor "
        "where a.login = %s and r.person = %s",
        [login, citizen.person],
    ).fetchone()
    assert lines == (0,), "not even an attempt left a line at the person"
