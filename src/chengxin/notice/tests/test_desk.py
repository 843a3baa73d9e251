"""The desk: who may see what, checking an address, sending again; and the person's own pages about letters."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.notice import api as notice
from chengxin.notice import undelivered as door
from chengxin.notice.contacts import clean_contact
from chengxin.notice.pdf import NO_FONT
from chengxin.notice.tests.office import ADDRESS, PHONE, Office
from chengxin.people.api import self_look, traces

pytestmark = pytest.mark.database


def waiting_for(desk: Any, office: Office) -> door.Waiting:
    return next(one for one in door.unserved(desk.token, 10_000) if one.person == office.citizen.person)


def page(actor: Any, address: str, status: int = 200) -> str:
    answer = actor.client.get(address)
    assert answer.status_code == status, address
    html: str = answer.content.decode()
    return html


@pytest.fixture
def stuck(office: Office) -> Office:
    office.run()
    office.later(15)
    return office


def test_the_list_names_nobody_and_the_stuck_come_first(stuck: Office, desk: Any) -> None:
    html = page(desk, "/notice/")
    assert stuck.letter().number in html
    assert "送不到，请核实地址" in html
    assert f'href="/notice/{door.unserved(desk.token, 1)[0].letter}/">办理最早的一封' in html
    assert '<svg class="share"' in html
    for secret in (stuck.citizen.name, stuck.citizen.number, stuck.record().doc_no):
        assert secret not in html
    assert door.unserved(desk.token, 10_000)[0].stuck
    found = door.counts(desk.token)
    assert found.issued >= found.served + found.stuck
    assert found.stuck >= 1
    assert ("不用再送" in html) is (found.issued > found.served + found.stuck + found.waiting)


def test_a_bounce_is_said_in_words_with_what_to_do_and_one_letter_goes_out_for_two_clicks(
    stuck: Office, desk: Any
) -> None:
    stuck.reach(phone="", address="退回路9号，盐城市亭湖区")
    letter = f"/notice/{stuck.letter().letter}/"
    assert "没有留下联系方式" in page(desk, letter)
    found = waiting_for(desk, stuck)
    assert "重发</a>" in page(desk, letter)
    assert desk.client.post(f"{letter}recheck", {"source": "same"})["Location"] == f"{letter}?renewed"
    assert desk.client.post(f"{letter}recheck", {"source": "same"})["Location"] == letter
    assert "已经交给平台重发" in page(desk, f"{letter}?renewed")
    with pytest.raises(Refused, match="NOTICE-14"):  # both clicks came in the same moment
        door.renew(desk.token, found, source="same")
    stuck.run()
    assert [one[:3] for one in stuck.events() if one[2] in {"renewed", "sent"}] == [
        ("desk", 1, "renewed"),
        ("post", 2, "sent"),
    ]
    assert "现在不能重发" in page(desk, letter)
    assert waiting_for(desk, stuck).by_post
    stuck.later(10)
    assert not waiting_for(desk, stuck).by_post
    text = page(desk, letter)
    assert "邮件没有送到，退回：" in text
    assert "已经交给平台重发" not in page(desk, f"{letter}?renewed"), "it came back since"
    assert waiting_for(desk, stuck).remedy in text
    assert "怎么办：" in page(desk, f"{letter}recheck")
    assert waiting_for(desk, stuck).failed in page(desk, "/notice/")


def test_a_long_list_comes_in_pages(stuck: Office, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PAGE", 1)
    found = door.counts(desk.token)
    pages = found.stuck + found.waiting
    numbers = [one.number for one in door.unserved(desk.token, 10_000)]
    assert len(numbers) == pages >= 1
    for at in (1, pages):
        html = page(desk, f"/notice/?page={at}")
        assert [one for one in numbers if one in html] == [numbers[at - 1]]
        assert ("下一页" in html) == (at < pages)
        assert ("上一页" in html) == (at > 1)
    for odd in ("0", "-1", "x", str(pages + 7), "9" * 30):
        assert page(desk, f"/notice/?page={odd}")


def test_an_address_that_was_found_goes_out_again_and_serves(stuck: Office, desk: Any) -> None:
    letter = f"/notice/{stuck.letter().letter}/"
    assert "各种方式都没有送到" in page(desk, letter)
    html = page(desk, f"{letter}recheck")
    assert "本次查看将告知本人" in html
    assert stuck.citizen.name in html
    assert stuck.citizen.number not in html
    looks = [
        line
        for line in traces(self_look(stuck.citizen.token), since=stuck.letter().issued_at)
        if line.activity == "notice.recheck"
    ]
    assert {(line.organisation_name, tuple(sorted(line.fields))) for line in looks} == {
        ("盐城市公共信用信息中心", ("identity",))
    }  # there was no contact data to be shown
    form = {"source": "by_visit", "address": f" {ADDRESS} "}
    assert desk.client.post(f"{letter}recheck", form)["Location"] == f"{letter}?renewed"
    assert not stuck.letter().stuck
    stuck.run()
    assert ("post", 2, "sent", "") in stuck.events()
    stuck.later(2)
    assert (stuck.record().state, stuck.letter().channel) == ("SERVED", "post")
    for late in (letter, f"{letter}recheck", f"{letter}publish"):
        assert "不在待送达的清单里" in page(desk, late, 404)
    assert "没有重发" in desk.client.post(f"{letter}recheck", form).content.decode()


def test_the_same_address_can_be_tried_once_more_and_ends_before_the_desk_again(stuck: Office, desk: Any) -> None:
    stuck.reach(phone="", address="退回路9号，盐城市亭湖区")
    recheck = f"/notice/{stuck.letter().letter}/recheck"
    assert desk.client.post(recheck, {"source": "same"}).status_code == 302
    stuck.run()
    stuck.later(10)
    assert stuck.letter().stuck
    assert [one[:3] for one in stuck.events() if one[0] == "desk"] == [
        ("desk", 1, "undeliverable"),
        ("desk", 1, "renewed"),
        ("desk", 2, "undeliverable"),
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "请选择怎样核实的"),
        ({"source": "by_visit"}, "请填写核实后的地址"),
        ({"source": "by_visit", "address": "短"}, "请填写核实后的地址"),
        ({"source": "same", "address": ADDRESS}, "请不要填新地址"),
    ],
)
def test_what_was_not_found_is_asked_for(stuck: Office, desk: Any, data: dict[str, str], said: str) -> None:
    answer = desk.client.post(f"/notice/{stuck.letter().letter}/recheck", data)
    assert said in answer.content.decode()
    assert stuck.letter().stuck


def test_notice_14_only_what_nobody_reached_is_checked(office: Office, desk: Any) -> None:
    found = waiting_for(desk, office)
    with pytest.raises(Refused, match="NOTICE-14"):
        door.recheck_look(desk.token, found)
    with pytest.raises(Refused, match="NOTICE-14"):
        door.renew(desk.token, found, source="same")
    assert desk.client.get(f"/notice/{found.letter}/recheck").status_code == 302


def test_notice_15_nobody_deals_with_their_own_letter(stuck: Office, desk: Any) -> None:
    found = waiting_for(desk, stuck)
    holder = "update cx.people_account set holder = {} where account = %s"
    own = holder.format("(select id_hmac from cx.people_key where person = %s)")
    stuck.owner.execute(
        "insert into cx.people_holder select id_hmac, 'business' from cx.people_key where person = %s on conflict do nothing",
        [stuck.citizen.person],
    )
    stuck.owner.execute(own.encode(), [stuck.citizen.person, desk.account.account])
    try:
        with pytest.raises(Refused, match="NOTICE-15"):
            door.renew(desk.token, found, source="same")
        answer = desk.client.post(f"/notice/{found.letter}/recheck", {"source": "same"})
        assert "不能办理与自己有关的告知书" in answer.content.decode()
    finally:
        stuck.owner.execute(holder.format("null").encode(), [desk.account.account])
    assert stuck.letter().stuck


def test_other_duties_have_no_way_to_the_desk(stuck: Office, desk: Any, clerk: Any, reviewer: Any) -> None:
    found = waiting_for(desk, stuck)
    for other in (clerk, reviewer, stuck.citizen):
        assert other.client.get("/notice/").status_code == 403
        for refused in (door.unserved, door.counts):
            with pytest.raises(Refused, match="DUTY-01"):
                refused(other.token)
        with pytest.raises(Refused, match="DUTY-01"):
            door.course(other.token, found)
        with pytest.raises(Refused, match="DUTY-01"):
            door.renew(other.token, found, source="same")
    assert desk.client.get("/me/").status_code == 403


@pytest.mark.parametrize(
    ("kind", "value", "clean"),
    [
        ("phone", " +86 100-1234-5678 ", "10012345678"),
        ("phone", "".join(chr(ord(digit) + 0xFEE0) for digit in "10012345678"), "10012345678"),
        ("address", "  盐城市  建军东路1号 ", "盐城市 建军东路1号"),
    ],
)
def test_a_contact_is_written_one_way(kind: str, value: str, clean: str) -> None:
    assert clean_contact(kind, value) == clean


@pytest.mark.parametrize(
    ("kind", "value"), [("phone", "0515-88888888"), ("phone", "1001234567"), ("address", "短"), ("address", "长" * 201)]
)
def test_notice_16_what_cannot_be_reached_is_no_contact(kind: str, value: str) -> None:
    with pytest.raises(Refused, match="NOTICE-16"):
        clean_contact(kind, value)


def test_the_person_says_how_to_be_reached_and_takes_it_back(citizen: Any) -> None:
    def known() -> dict[str, str | None]:
        return {kind: one.value for kind, one in notice.own_contacts(self_look(citizen.token)).items()}

    address = "/me/letters/contact"
    assert citizen.client.post(address, {"phone": PHONE, "address": ADDRESS})["Location"] == "/me/letters/contact?saved"
    assert known() == {"phone": PHONE, "address": ADDRESS}
    html = page(citizen, address)
    assert PHONE in html
    assert "请输入 11 位手机号码" in citizen.client.post(address, {"phone": "12"}).content.decode()
    assert known() == {"phone": PHONE, "address": ADDRESS}
    citizen.client.post(address, {"phone": "", "address": ADDRESS})
    assert known() == {"address": ADDRESS}


def test_a_contact_of_another_does_not_open(make_citizen: Callable[..., Any], connect: Any) -> None:
    one, other = make_citizen(), make_citizen()
    notice.set_contact(one.token, one.person, "phone", PHONE)
    connect("owner").execute(
        "insert into cx.notice_contact select %s, contact, act, kind, source, at, sealed from cx.notice_contact where person = %s",
        [other.person, one.person],
    )
    assert notice.own_contacts(self_look(other.token))["phone"].value is None


def test_the_letter_page_says_that_the_words_are_the_same(office: Office) -> None:
    address = f"/me/letters/{office.letter().letter}"
    closed = page(office.citizen, address)
    assert "告知书放入本人的消息" in closed
    assert office.citizen.client.get(f"{address}/pdf")["Location"] == address  # what is not served is not read
    office.citizen.client.post(f"{address}/open")
    html = page(office.citizen, address)
    for said in ("与送达时一致", "信用修复告知书", "本人打开，即为送达", "还剩", "个自然日", office.citizen.name):
        assert said in html
    office.owner.execute(
        "update cx.notice_evidence set digest = sha256('other') where letter = %s and event = 'opened'",
        [office.letter().letter],
    )
    assert "下面的文字与送达时不一致" in page(office.citizen, address)


def test_the_pdf_is_downloaded_under_a_name_that_tells_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    address = f"/me/letters/{office.letter().letter}"
    office.citizen.client.post(f"{address}/open")
    answer = office.citizen.client.get(f"{address}/pdf")
    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (200, "application/pdf", "no-store")
    assert answer.content.startswith(b"%PDF")
    assert re.fullmatch(r'attachment; filename="letter-[0-9a-f]{12}\.pdf"', answer["Content-Disposition"])

    def no_font(*_: object, **__: object) -> bytes:
        raise notice.PdfUnavailable(NO_FONT)

    monkeypatch.setattr("chengxin.portal.views_letters.letter_pdf", no_font)
    answer = office.citizen.client.get(f"{address}/pdf")
    assert answer.status_code == 503
    assert "您可以在告知书页面上阅读全文" in answer.content.decode()
    assert "apt install" not in answer.content.decode(), "what the administrator does is nothing to the person"
    assert page(office.citizen, address)


def test_a_letter_that_was_signed_for_is_read_without_opening(office: Office) -> None:
    office.reach(phone="")
    office.run()
    office.later(2)
    html = page(office.citizen, f"/me/letters/{office.letter().letter}")
    assert "邮件已签收，即为送达" in html
    assert "与送达时一致" in html
    assert "已签收" in page(office.citizen, "/me/letters/")
    assert office.letter().opened_on == today()
