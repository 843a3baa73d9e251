"""The citizens' way in, page by page: what a GET does not do, what is kept from addresses, who is turned away how."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from chengxin.kernel.periods import add_months
from chengxin.ledger.api import today
from chengxin.people.api import COOKIE, whoami
from chengxin.people.tests.citizens import born
from chengxin.people.tests.identity import Place, serving
from chengxin.portal.limits import FAILURES, Failures
from conftest import fresh_person

START, BACK, FINISH = "/sign-in/identity", "/sign-in/identity/return", "/sign-in/identity/finish"
REGISTER, COUNTER, ISSUE, SETTINGS = "/sign-in/identity/register", "/sign-in/counter", "/counter/code", "/me/settings"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Place]:
    with serving(tmp_path) as place:
        yield place


def go(
    client: Client, place: Place, number: str, *, level: str = "AL2", after: str = "/me/", answer: str = "yes"
) -> Any:
    """From the button to the answer of the last page; a browser's part in between."""
    going = client.post(START, {"next": after})
    assert going.status_code == 200
    address = going["Refresh"].removeprefix("0; url=")
    query = place.choose(address, number, level=level, answer=answer)
    returned = client.get(f"{BACK}?{urlencode(query)}")
    assert returned.status_code == 200
    assert COOKIE not in client.cookies  # nothing is done by coming back
    return client.post(FINISH, query)


def signed_in(client: Client) -> Any:
    return whoami(bytes.fromhex(client.cookies[COOKIE].value))


NOTHING_YET = {
    "/me/": "目前没有需要您处理的事",
    "/me/traces/": "近 24 个月没有别人查看或者办理",
    "/me/records/": "没有此类信息",
    "/me/letters/": "没有寄给您的告知书",
    "/me/cases/": "您没有提出过异议",
    "/me/persons/": "没有记错人的信息",
    "/me/incidents/": "没有涉及您的信息安全事件",
    "/me/traces/mandates/": "您没有委托任何人",
}
"""Page -> what somebody reads of whom nothing is known."""


def test_in_by_the_identity_service_and_registered_by_ones_own_act(home: Any, service: Place, population: Any) -> None:
    name, number = fresh_person()
    service.enrol((name, number))
    population.settle((name, number))
    client = Client(headers={"user-agent": "Mozilla/5.0 (Linux; Android 14) Chrome/130"})
    page = go(client, service, number, after="/me/letters/")
    assert page.status_code == 200
    text = page.content.decode()
    assert "请确认开立账号" in text
    assert number not in text
    assert COOKIE not in client.cookies
    done = client.post(REGISTER, {"next": "/me/letters/"})
    assert (done.status_code, done["Location"]) == (302, "/me/letters/")
    cookie = client.cookies[COOKIE]
    assert (cookie["samesite"], bool(cookie["httponly"])) == ("Strict", True)
    account = signed_in(client)
    assert (account.method, account.assurance) == ("identity", 2)
    settings = client.get(SETTINGS).content.decode()
    for said in ("已实名", "实名（二级）", "与人口信息库核对相符"):
        assert said in settings
    for kept in ("cx_attempt", "cx_proved"):
        assert client.cookies[kept].value == ""
    for address, empty in NOTHING_YET.items():
        assert empty in client.get(address).content.decode(), address


def test_what_lies_in_the_browser_and_in_addresses_names_nobody(service: Place) -> None:
    name, number = fresh_person()
    service.enrol((name, number))
    client = Client()
    going = client.post(START, {"next": "/me/"})
    address = going["Refresh"]
    query = service.choose(address.removeprefix("0; url="), number)
    for text in (address, str(query), str(client.cookies), going.content.decode()):
        assert name not in text
        assert number not in text
    assert client.cookies["cx_attempt"]["samesite"] == "Lax"
    assert client.cookies["cx_attempt"]["path"] == "/sign-in"


def test_nobody_is_led_to_another_site(service: Place, citizen: Any, population: Any) -> None:
    service.enrol((citizen.name, citizen.number))
    population.settle((citizen.name, citizen.number))
    for after in ("https://elsewhere.invalid/", "//elsewhere.invalid", "javascript:alert(1)"):
        assert go(Client(), service, citizen.number, after=after)["Location"] == "/me/"


def test_ident_01_without_the_attempt_of_this_browser(service: Place, citizen: Any) -> None:
    service.enrol((citizen.name, citizen.number))
    mine, thief = Client(), Client()
    address = mine.post(START, {"next": "/me/"})["Refresh"].removeprefix("0; url=")
    query = service.choose(address, citizen.number)
    assert "没有正在进行" in thief.get(f"{BACK}?{urlencode(query)}").content.decode()
    refused = thief.post(FINISH, query)
    assert refused.status_code == 403
    assert "IDENT-01" in refused.content.decode()
    other = Client()
    other.post(START, {"next": "/me/"})
    assert "IDENT-01" in other.post(FINISH, query).content.decode()
    assert "IDENT-01" in Client().post(REGISTER, {}).content.decode()
    assert mine.post(FINISH, query).status_code == 302


def test_ident_02_who_turns_back_is_told_the_other_ways(service: Place) -> None:
    name, number = fresh_person()
    service.enrol((name, number))
    client = Client()
    address = client.post(START, {})["Refresh"].removeprefix("0; url=")
    query = service.choose(address, number, answer="no")
    assert "您没有完成身份认证" in client.get(f"{BACK}?{urlencode(query)}").content.decode()
    assert "IDENT-02" in client.post(FINISH, query).content.decode()


@pytest.mark.parametrize("fault", ["down", "forged"])
def test_a_service_that_fails_leaves_the_window(service: Place, citizen: Any, fault: str) -> None:
    service.enrol((citizen.name, citizen.number))
    client = Client()
    address = client.post(START, {})["Refresh"].removeprefix("0; url=")
    query = service.choose(address, citizen.number)
    setattr(service.faults, fault, True)
    page = client.post(FINISH, query)
    assert page.status_code == (503 if fault == "down" else 403)
    assert "登录码" in page.content.decode()
    assert COOKIE not in client.cookies


def test_without_any_service_the_window_is_left(home: Any) -> None:
    page = Client().post(START, {})
    assert page.status_code == 503
    assert "窗口" in page.content.decode()
    sign_in = Client().get("/sign-in").content.decode()
    assert "用窗口登录码登录" in sign_in
    assert START not in sign_in


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize(
    ("who", "code", "again"),
    [("unknown", "IDENT-05", True), ("another name", "IDENT-04", True), ("minor", "IDENT-07", False)],
)
def test_who_is_turned_away_reads_why_and_what_helps(
    service: Place, population: Any, who: str, code: str, again: bool
) -> None:
    name, own = fresh_person()
    if who == "minor":
        own = born(add_months(today(), -16 * 12))
    if who == "another name":
        population.settle((name + "改", own))
    service.enrol((name, own))
    page = go(Client(), service, own)
    text = page.content.decode()
    assert page.status_code == 403
    assert code in text
    assert ("重新认证</button>" in text) is again
    assert own not in text


def test_population_01_says_so_and_offers_the_window(service: Place, citizen: Any, population: Any) -> None:
    service.enrol((citizen.name, citizen.number))
    population.faults.down = True
    page = go(Client(), service, citizen.number)
    assert page.status_code == 503
    assert "POPULATION-01" in page.content.decode()
    assert "领取登录码" in page.content.decode()


def test_assure_01_the_way_to_a_better_proof_and_back(service: Place, citizen: Any, population: Any) -> None:
    service.enrol((citizen.name, citizen.number))
    population.settle((citizen.name, citizen.number))
    client = Client()
    assert go(client, service, citizen.number, level="AL1", after="/me/records/")["Location"] == "/me/records/"
    page = client.get("/me/records/")
    text = page.content.decode()
    assert page.status_code == 403
    assert "基本（一级）" in text
    fields = dict(re.findall(r'name="(next|level)" value="([^"]*)"', text.partition("<main")[2]))
    assert fields == {"next": "/me/records/", "level": "2"}
    weak = signed_in(client)
    old = client.cookies[COOKIE].value
    del client.cookies[COOKIE]
    address = client.post(START, fields)["Refresh"].removeprefix("0; url=")
    client.cookies[COOKIE] = old
    assert client.post(FINISH, service.choose(address, citizen.number))["Location"] == "/me/records/"
    assert (weak.assurance, signed_in(client).assurance) == (1, 2)
    assert whoami(bytes.fromhex(old)) is None  # the session before has served
    assert client.get("/me/records/").status_code == 200


def test_a_code_of_the_window_from_hand_to_hand(clerk: Any, population: Any) -> None:
    name, number = fresh_person()
    population.settle((name, number))
    form = {"name": name, "number": number, "document": "id_card", "reason": "no_phone"}
    without = clerk.client.post(ISSUE, form)
    assert without.status_code == 422
    assert "没有当面核对证件原件，不能发放" in without.content.decode()
    page = clerk.client.post(ISSUE, form | {"seen": "on"}).content.decode()
    found = re.search(r'<span class="signin-code">([A-Z0-9-]{9})</span>', page)
    assert found
    assert number not in page
    client = Client()
    wrong = client.post(COUNTER, {"name": name, "number": number, "code": "2222-2222"})
    assert wrong.status_code == 422
    assert "姓名、号码或登录码不对" in wrong.content.decode()
    assert "登录码是 8 位" in client.post(COUNTER, {"name": name, "number": number, "code": "0"}).content.decode()
    typed = found[1].lower().replace("-", " ")
    assert "请确认开立账号" in client.post(COUNTER, {"name": name, "number": number, "code": typed}).content.decode()
    assert client.post(REGISTER, {})["Location"] == "/me/"
    text = client.get(SETTINGS).content.decode()
    for said in ("居民身份证原件", "亭湖区政务服务中心", "综合窗口", "窗口登录码"):
        assert said in text
    assert found[1] not in clerk.client.get(ISSUE).content.decode()


def test_id_01_is_said_at_the_field(clerk: Any, make_citizen: Callable[..., Any]) -> None:
    form = {"name": "王桂兰", "number": "123", "document": "id_card", "reason": "no_phone", "seen": "on"}
    page = clerk.client.post(ISSUE, form)
    assert page.status_code == 422
    assert "证件号码位数不对" in page.content.decode()


def test_whoever_guesses_codes_has_to_wait(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chengxin.portal.views_citizen_sign_in.failures", Failures())
    name, number = fresh_person()
    form = {"name": name, "number": number, "code": "22222222"}
    assert [Client().post(COUNTER, form).status_code for _ in range(FAILURES + 1)] == [422] * FAILURES + [429]
