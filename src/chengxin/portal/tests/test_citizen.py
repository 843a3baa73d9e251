"""The citizen's pages against the real database."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.test import Client

from chengxin.people.api import COOKIE, Unsealable, console_session
from chengxin.portal import own
from chengxin.records.api import end_waiting

pytestmark = pytest.mark.database

PAGES = ["/me/", "/me/records/", "/me/letters/", "/me/traces/", "/me/cases/"]


def link(html: str, pattern: str) -> str:
    found = re.search(rf'href="({pattern})"', html)
    assert found, pattern
    return found[1]


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, (address, response.status_code)
    html: str = response.content.decode()
    assert html.count("<h1") == 1, address
    return html


def record_of(client: Client) -> str:
    return link(page(client, "/me/records/"), r"/me/records/[0-9a-f-]{36}")


def open_letter(client: Client) -> str:
    letter = link(page(client, "/me/letters/"), r"/me/letters/[0-9a-f-]{36}")
    assert client.post(f"{letter}/open").status_code == 302
    return letter


@pytest.mark.parametrize("address", PAGES)
def test_every_page_registers_one_look(
    citizen: Any, connect: Callable[[str], psycopg.Connection[Any]], address: str
) -> None:
    owner = connect("owner")
    sql = "select count(*) from cx.ledger_register where person = %s and line = 'look' and activity = 'person.own'"

    def looks() -> int:
        row = owner.execute(sql, [citizen.person]).fetchone()
        return int(row[0]) if row else 0

    before = looks()
    page(citizen.client, address)
    assert looks() == before + 1


def test_home_shows_a_masked_name_and_what_is_due(citizen: Any) -> None:
    html = page(citizen.client, "/me/")
    assert citizen.name not in html
    assert citizen.number not in html
    assert "有 <span" in html
    assert "请打开一份告知书" in html
    assert "您目前没有生效的不良信息" in html


def test_looking_at_a_closed_letter_opens_nothing(citizen: Any) -> None:
    letter = link(page(citizen.client, "/me/letters/"), r"/me/letters/[0-9a-f-]{36}")
    for _ in range(2):
        assert "打开就是送达" in page(citizen.client, letter)
    assert citizen.client.get(f"{letter}/open").status_code == 405
    assert "拟记入" in page(citizen.client, "/me/records/")


def test_opening_a_letter_starts_the_wait(citizen: Any) -> None:
    letter = open_letter(citizen.client)
    html = page(citizen.client, letter)
    assert citizen.name in html
    assert "复议和诉讼" in html
    home = page(citizen.client, "/me/")
    assert "在您的异议期结束前，它不会生效，也不会出现在报告里。" in home
    assert "个自然日" in home
    assert citizen.client.post(f"{letter}/open").status_code == 302  # a second click changes nothing


def test_accepting_needs_two_steps_and_makes_it_count(citizen: Any) -> None:
    open_letter(citizen.client)
    record = record_of(citizen.client)
    assert "您要现在认可这条信息吗" in page(citizen.client, f"{record}/accept")
    assert "您目前没有生效的不良信息" in page(citizen.client, "/me/")
    assert citizen.client.post(f"{record}/accept")["Location"] == record
    confirmed = page(citizen.client, record)
    for said in ("您已认可这条信息", "起生效", "仍可提出异议", "12345"):
        assert said in confirmed, said
    assert "不良信息正在生效" in page(citizen.client, "/me/")
    assert citizen.client.get(f"{record}/accept").status_code == 302


def test_who_accepts_too_late_reads_that_an_objection_is_still_possible(
    citizen: Any, system: Any, shift: Callable[[int], None]
) -> None:
    open_letter(citizen.client)
    record = record_of(citizen.client)
    shift(20)
    end_waiting(system.token, using="worker")
    citizen.client.cookies[COOKIE] = console_session(citizen.login).hex()  # the one before ended long ago
    late = citizen.client.post(f"{record}/accept", follow=True).content.decode()
    assert "期限已过，仍可提出异议" in late
    assert f'href="{record}/object"' in late
    assert "您已认可这条信息" not in late
    assert "没有办理认可" not in page(citizen.client, record)


def test_a_page_after_the_last_says_so(citizen: Any) -> None:
    assert "这一页没有信息" in page(citizen.client, "/me/records/?page=9")
    assert "这一页没有告知书" in page(citizen.client, "/me/letters/?page=9")
    older = page(citizen.client, "/me/traces/?before=1000000000000000")
    assert "这一页没有别人的查看或者办理" in older
    assert "回到最新的记录" in older


def test_without_the_vault_everything_else_is_still_shown(citizen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def sealed(_look: object) -> None:
        raise Unsealable

    monkeypatch.setattr(own, "identity", sealed)
    html = page(citizen.client, "/me/")
    assert "姓名和号码暂时不能显示，您的信息和权利不受影响" in html
    assert "请打开一份告知书" in html


def test_name_and_number_are_shown_in_full_for_a_while_and_the_person_reads_it(citizen: Any, clerk: Any) -> None:
    assert citizen.client.get("/me/reveal").status_code == 405
    assert clerk.client.post("/me/reveal").status_code == 403
    assert "显示完整的姓名和号码" not in page(citizen.client, "/me/traces/")
    shown = citizen.client.post("/me/reveal")
    text = shown.content.decode()
    assert citizen.name in text
    assert citizen.number in text
    assert (shown["Refresh"], shown["Cache-Control"]) == ("30; url=/me/", "no-store")
    assert "显示完整的姓名和号码" in page(citizen.client, "/me/traces/")


def test_who_looked_can_be_read_for_one_unit(citizen: Any) -> None:
    every = page(citizen.client, "/me/traces/")
    units = dict(re.findall(r'<option value="([0-9a-f-]{36})">([^<]+)</option>', every))
    assert len(units) == 2, "the unit that reported, and the centre that gave notice"
    for line, name in units.items():
        rows = page(citizen.client, f"/me/traces/?unit={line}").partition('<ul class="rows">')[2]
        shown = set(re.findall(r"<p><strong>([^<]+)</strong>", rows))
        assert shown == {name}
    assert page(citizen.client, "/me/traces/?unit=nobody").count("<li class=") == every.count("<li class=")


def test_contacts_are_confirmed_and_a_wrong_one_is_kept_for_correction(citizen: Any) -> None:
    address = "/me/letters/contact"
    answer = citizen.client.post(address, {"phone": "12", "address": ""})
    text = answer.content.decode()
    assert (answer.status_code, 'value="12"' in text, "<title>错误：" in text) == (422, True, True)
    saved = citizen.client.post(address, {"phone": "10012345678", "address": ""}, follow=True).content.decode()
    assert "已经保存" in saved
    assert "不邮寄" in saved


def test_an_objection_is_checked_then_numbered_and_freezes(citizen: Any) -> None:
    open_letter(citizen.client)
    record = record_of(citizen.client)
    words = {"ground": "error", "statement": "摊位早已转让。\n<b>有合同</b>"}
    check = citizen.client.post(f"{record}/object", {**words, "step": "check"}).content.decode()
    assert "请核对" in check
    assert "<b>" not in check
    edit = citizen.client.post(f"{record}/object", {**words, "step": "edit"}).content.decode()
    assert "摊位早已转让" in edit
    assert "待您确认" in page(citizen.client, record)
    sent = citizen.client.post(f"{record}/object", {**words, "step": "send"})
    case = sent["Location"]
    assert re.fullmatch(r"/me/cases/[0-9a-f-]{36}", case)
    html = page(citizen.client, case)
    assert "已收到您的异议" in html
    assert "个工作日" in html
    assert "异议处理中" in page(citizen.client, record)
    assert citizen.client.get(f"{record}/object").status_code == 302


def test_an_empty_objection_is_sent_back_with_its_errors(citizen: Any) -> None:
    open_letter(citizen.client)
    html = citizen.client.post(f"{record_of(citizen.client)}/object", {"step": "send"}).content.decode()
    assert "<title>错误：提出异议" in html
    assert "请选择一个理由" in html


def test_what_belongs_to_another_does_not_exist(citizen: Any, make_citizen: Callable[..., Any]) -> None:
    other = make_citizen()
    foreign = record_of(other.client)
    letter = link(page(other.client, "/me/letters/"), r"/me/letters/[0-9a-f-]{36}")
    for address in (foreign, letter, f"{foreign}/object", f"{foreign}/accept", f"/me/cases/{uuid4()}"):
        assert citizen.client.get(address).status_code == 404
    assert citizen.client.post(f"{letter}/open").status_code == 404


def test_staff_have_no_citizen_pages(clerk: Any) -> None:
    assert clerk.client.get("/me/").status_code == 403
    assert clerk.client.get("/")["Location"] == "/lookup/"


def test_signing_out_ends_the_session_itself(citizen: Any) -> None:
    response = citizen.client.post("/sign-out")
    assert response.cookies[COOKIE].value == ""
    again = Client()
    again.cookies[COOKIE] = citizen.token.hex()
    assert again.get("/me/").status_code == 302


def test_a_wrong_sign_in_is_one_answer(home: Any) -> None:
    texts = set()
    for login in ("clerk", "nobody-here"):
        response = Client().post("/sign-in", {"login": login, "password": "wrong", "code": "000000"})
        assert response.status_code == 200
        assert COOKIE not in response.cookies
        texts.add(re.sub(r'value="[^"]*"', "", response.content.decode()))
    assert len(texts) == 1


def test_health_says_ready(home: Any) -> None:
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert response["Cache-Control"] == "no-store"
