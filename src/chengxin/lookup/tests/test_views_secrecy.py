"""Pages of secrecy: ask, decide, end early, the public number; nobody else comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from chengxin.kernel.pages import PAGE
from chengxin.ledger.api import today
from chengxin.operate.home import Home
from chengxin.people.api import COOKIE, propose_secrecy, secrecies, step_secrecy
from chengxin.people.tests.office import Office

pytestmark = pytest.mark.database


def browser(office: Office, duty: str) -> Client:
    client = Client()
    client.cookies[COOKIE] = office.session(duty).hex()
    return client


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_a_case_goes_its_way_over_the_pages(home: Home) -> None:
    office = Office(home)
    officer, approver = browser(office, "secrecy_officer"), browser(office, "secrecy_approver")
    assert "还没有申请" in officer.get("/lookup/secrecy/").content.decode()
    asked = {"kind": "0", "case_ref": "监调1号", "ends_on": str(today() + timedelta(days=5))}
    for wrong, words in (
        ({"ends_on": str(today())}, "公开日期必须晚于今天"),
        ({"case_ref": "320902199003071232"}, "案号中有证件号码"),
        ({"kind": ""}, "请选择处理活动"),
    ):
        answer = officer.post("/lookup/secrecy/", asked | wrong)
        assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert officer.post("/lookup/secrecy/", asked).status_code == 302
    assert "已经申请过" in officer.post("/lookup/secrecy/", asked).content.decode()
    page = approver.get("/lookup/secrecy/decisions/").content.decode()
    assert "有" in page
    assert "监调1号" in page
    address = page.partition('action="/lookup/secrecy/decisions/')[2].partition('"')[0]
    assert approver.post(f"/lookup/secrecy/decisions/{address}", {"step": "nonsense"}).status_code == 404
    assert approver.post(f"/lookup/secrecy/decisions/{address}", {"step": "approved"}).status_code == 302
    assert "没有等待决定" in approver.get("/lookup/secrecy/decisions/").content.decode()
    assert "保密中" in officer.get("/lookup/secrecy/").content.decode()
    assert officer.post(f"/lookup/secrecy/{address}/end").status_code == 302
    assert "已提前公开" in officer.get("/lookup/secrecy/").content.decode()


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_each_list_is_paged_on_the_server(home: Home, connect: Callable[[str], Any]) -> None:
    office, owner = Office(home), connect("owner")
    token, days = office.session("secrecy_officer"), today() + timedelta(days=5)
    made = propose_secrecy(token, activity="lookup.check", purpose="INQUIRY", case_ref="监调1号", ends_on=days)
    owner.execute(
        "insert into cx.people_secrecy select gen_random_uuid(), gen_random_uuid(), actor, organisation, activity, purpose, "
        "case_ref || n, basis, proposed_at - make_interval(secs => n), ends_on from cx.people_secrecy, "
        "generate_series(1, %s) n where secrecy = %s",
        [PAGE, made],
    )
    officer, approver = browser(office, "secrecy_officer"), browser(office, "secrecy_approver")

    def shown(client: Client, address: str) -> tuple[int, bool, bool]:
        text = client.get(address).content.decode()
        return text.count("监调1号"), "下一页" in text, "上一页" in text

    listed, deciding = "/lookup/secrecy/", "/lookup/secrecy/decisions/"
    cases = [one.secrecy for one in secrecies(token)]
    assert shown(officer, listed) == (PAGE, True, False)
    assert shown(officer, f"{listed}?page=2") == (1, False, True)
    assert shown(officer, f"{listed}?page=3") == (0, False, True)
    text = approver.get(deciding).content.decode()
    assert "50 件</span>以上的保密申请等您决定" in text
    assert [text.count(f"{deciding}{one}") for one in cases] == [1] * PAGE + [0]
    for one in cases:
        step_secrecy(office.session("secrecy_approver"), one, "approved")
    text = approver.get(deciding).content.decode()
    assert "没有等待决定" in text
    assert 'href="?decided=2">下一页' in text
    assert shown(approver, f"{deciding}?decided=2") == (1, False, True)
    assert secrecies(token, 1, skip=PAGE, waiting=False)[0].secrecy == cases[PAGE]
    assert secrecies(token, waiting=True) == []


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_other_duties_do_not_come_in(home: Home, clerk: Any) -> None:
    officer = browser(Office(home), "secrecy_officer")
    assert clerk.client.get("/lookup/secrecy/").status_code == 403
    assert officer.get("/lookup/secrecy/decisions/").status_code == 403


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_an_inquirer_inquires_and_does_nothing_else(home: Home, citizen: Any) -> None:
    """Lawful inquiry is no window: its own purpose only, no sign-in code, no real-name check, no relatives."""
    inquirer = browser(Office(home), "inquirer")
    page = inquirer.get("/lookup/").content.decode()
    assert "依法调查" in page
    assert "SUBSIDY" not in page
    asked = {"purpose": "INQUIRY", "case_ref": "监调9号", "name": citizen.name, "number": citizen.number}
    assert inquirer.post("/lookup/", asked).status_code == 200
    assert inquirer.post("/lookup/", asked | {"purpose": "SUBSIDY"}).status_code == 422
    assert "监调9号" in inquirer.get("/lookup/mine/").content.decode()
    assert inquirer.get("/persons/corrections/").status_code == 200
    for window in ("/counter/code", "/lookup/match/", "/persons/relatives/"):
        assert inquirer.get(window).status_code == 403


@override_settings(ALLOWED_HOSTS=["testserver"])
def test_the_number_is_public(home: Home) -> None:
    del home
    page = Client().get("/lookup/kept-secret/").content.decode()
    assert "每年公布" in page
    assert "最长 180 天" in page
