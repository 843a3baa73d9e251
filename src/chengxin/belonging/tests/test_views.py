"""The pages of the desk: who may open them, what they register, what they never say, and both steps through them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from chengxin.belonging import api, views
from chengxin.belonging.tests.desk import EVIDENCE, REASONS, Desk, mine
from chengxin.belonging.tests.two import told
from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import CHINA
from chengxin.lookup.api import check
from chengxin.lookup.tests.test_views import make_effective
from chengxin.operate.home import Home
from chengxin.people.api import self_look, traces
from chengxin.redress import api as redress
from conftest import fresh_person

pytestmark = pytest.mark.database


def reviews(citizen: Any) -> int:
    lines = traces(self_look(citizen.token), datetime.now(CHINA) - timedelta(days=1))
    return sum(line.activity in {"belonging.review", "belonging.find", "redress.review"} for line in lines)


def said(citizen: Any, right: tuple[str, str], step: str, **more: str) -> dict[str, str]:
    return {
        "wrong_name": citizen.name, "wrong_number": citizen.number, "doc_no": mine(citizen).doc_no, "right_name": right[0],
        "right_number": right[1], "evidence": EVIDENCE, "reasons": REASONS, "step": step,
    } | more  # fmt: skip


def test_strangers_and_other_duties_are_kept_out(citizen: Any, clerk: Any, officer: Any, reviewer: Any) -> None:
    for address in ("/persons/", "/persons/note/", f"/persons/{uuid4()}/", "/persons/changes/1/", "/persons/done/"):
        assert Client().get(address)["Location"] == f"/sign-in?next={address}"
        for actor in (citizen, clerk, officer):
            assert actor.client.get(address).status_code == 403
    assert reviewer.client.get("/persons/corrections/").status_code == 403
    assert citizen.client.get("/persons/corrections/").status_code == 403


@pytest.mark.usefixtures("one_page")
def test_the_list_names_nobody_and_looks_at_nobody(citizen: Any, desk: Desk) -> None:
    case_no = desk.propose(citizen, fresh_person())
    before = reviews(citizen)
    page = desk.two.client.get("/persons/").content.decode()
    assert case_no in page
    assert citizen.name not in page
    assert str(citizen.person) not in page
    assert reviews(citizen) == before


@pytest.mark.usefixtures("one_page")
def test_from_a_letter_to_the_right_person(citizen: Any, clerk: Any, desk: Desk) -> None:
    """The main path through the pages: check, propose, the second person decides, the clerk's house confirms."""
    make_effective(citizen)
    check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="创补2026-0902")
    right = fresh_person()
    one, two = desk.one.client, desk.two.client
    page = one.post("/persons/note/", said(citizen, right, "check")).content.decode()
    assert "请核对：这条信息不是他的" in page
    assert mine(citizen).doc_no in page
    assert right[1] not in re.sub(r'<input type="hidden"[^>]*>', "", page)
    assert mine(citizen).state == "EFFECTIVE"
    assert "已提出" in one.post("/persons/note/", said(citizen, right, "propose"), follow=True).content.decode()
    waiting = next(
        found for found in api.queue(desk.one.token, 10_000) if found.mine and found.person == citizen.person
    )
    address = f"/persons/{waiting.matter}/"
    assert "等另一人决定" in one.get(address).content.decode()
    page = two.get(address).content.decode()
    assert "请决定：信息归属更正" in page
    assert REASONS in page
    for number in (citizen.number, right[1]):
        assert number not in page
        assert f"{number[:4]}**********{number[-2:]}" in page
    done = two.post(address, {"outcome": "approved", "reasons": REASONS}, follow=True).content.decode()
    assert "<h1>批准</h1>" in done
    desk.drain()
    assert mine(citizen).state == "WITHDRAWN"
    assert "信息更正了归属" in citizen.client.get("/me/").content.decode()
    page = citizen.client.get("/me/persons/").content.decode()
    assert "一条信息曾被错误地记在您名下" in page
    assert "创补2026-0902" in page
    assert "已通知，等待确认" in page
    assert citizen.client.get(f"/me/records/{mine(citizen).record}").status_code == 200
    inbox = clerk.client.get("/persons/corrections/").content.decode()
    assert "创补2026-0902" in inbox
    for recall in re.findall(r'name="recall" value="([0-9a-f-]{36})"', inbox):
        assert clerk.client.post("/persons/corrections/", {"recall": recall}).status_code == 302
    assert "已确认纠正" in citizen.client.get("/me/persons/").content.decode()
    assert clerk.client.post("/persons/corrections/", {"recall": "nonsense"}).status_code == 302


@pytest.mark.usefixtures("one_page")
def test_from_an_objection(citizen: Any, desk: Desk) -> None:
    make_effective(citizen)
    filed = redress.object_to(citizen.token, citizen.person, mine(citizen), ground="not_mine", statement="不是我本人。")
    case = next(found for found in redress.queue(desk.one.token) if found.case_no == filed.case_no)
    address = f"/persons/objection/{case.objection}/"
    assert address in desk.one.client.get("/persons/").content.decode()
    assert address in desk.one.client.get(f"/cases/{case.objection}/").content.decode()
    right = fresh_person()
    page = desk.one.client.get(address).content.decode()
    assert filed.case_no in page
    assert "已提出" in desk.one.client.post(address, said(citizen, right, "propose"), follow=True).content.decode()
    waiting = next(found for found in api.queue(desk.two.token, 10_000) if found.person == citizen.person)
    desk.two.client.post(f"/persons/{waiting.matter}/", {"outcome": "approved", "reasons": REASONS})
    assert mine(citizen).state == "WITHDRAWN"
    late = desk.one.client.post(address, said(citizen, right, "propose"))
    assert late.status_code == 404
    for words in (filed.case_no, "<strong>成立</strong>", "您写的，没有提交", REASONS, EVIDENCE):
        assert words in late.content.decode()
    assert "没有提交" not in desk.one.client.get(address).content.decode(), "whoever only looks wrote nothing"


def test_what_is_wrong_is_said_and_kept(citizen: Any, desk: Desk) -> None:
    right = fresh_person()
    answer = desk.one.client.post("/persons/note/", said(citizen, right, "check", doc_no="没有这份文书"))
    assert answer.status_code == 422
    assert "没有找到这条信息" in answer.content.decode()
    answer = desk.one.client.post("/persons/note/", said(citizen, right, "check", reasons="短", right_number=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：" in page
    assert "理由至少写 10 个字" in page
    assert EVIDENCE in page
    answer = desk.one.client.post("/persons/note/", said(citizen, right, "check", right_number="12345"))
    assert answer.status_code == 422
    answer = desk.one.client.post("/persons/note/", said(citizen, (citizen.name, citizen.number), "propose"))
    assert "两边是同一个人" in answer.content.decode()
    assert desk.one.client.post("/persons/note/", said(citizen, right, "edit")).status_code == 200


def test_whoever_proposed_can_only_take_it_back(citizen: Any, desk: Desk) -> None:
    case_no = desk.propose(citizen, fresh_person())
    address = f"/persons/{desk.queued(case_no).matter}/"
    page = desk.one.client.post(address, {"outcome": "approved", "reasons": REASONS}, follow=True).content.decode()
    assert "<h1>已收回</h1>" in page
    assert mine(citizen).state == "PROPOSED"
    only = desk.two.client.get(address)
    assert (only.status_code, "您的决定没有作出" in only.content.decode()) == (404, False)
    late = desk.two.client.post(address, {"outcome": "approved", "reasons": REASONS})
    text = late.content.decode()
    assert (late.status_code, REASONS in text, "批准" in text) == (404, True, True)
    ended = api.ended(desk.two.token, UUID(address.split("/")[2]))  # how it ended stands beside it, and by which post
    assert ended
    for said in (case_no, "<strong>已收回</strong>", f"{ended.organisation_name} {ended.post}</dd>"):
        assert said in text
    with pytest.raises(Refused, match="DUTY-01"):
        api.ended(citizen.token, UUID(address.split("/")[2]))


def test_whoever_decides_a_moment_too_late_reads_who_was_quicker(citizen: Any, desk: Desk, monkeypatch: Any) -> None:
    case_no = desk.propose(citizen, fresh_person())
    file = desk.open(case_no)
    desk.decide(case_no, "refused")
    monkeypatch.setattr(views, "open_matter", lambda *_: file)
    late = desk.two.client.post(f"/persons/{file.queued.matter}/", {"outcome": "approved", "reasons": REASONS})
    text = late.content.decode()
    assert late.status_code == 404
    for said in (case_no, "<strong>不批准</strong>", "您写的，没有提交", REASONS):
        assert said in text


@pytest.mark.usefixtures("one_page")
def test_a_change_about_two_persons_is_settled_on_its_page(home: Home, desk: Desk, make_citizen: Any) -> None:
    one, other = make_citizen(), make_citizen()
    address = f"/persons/changes/{told(home, one, other)}/"
    assert address in desk.one.client.get("/persons/").content.decode()
    page = desk.one.client.get(address).content.decode()
    for citizen in (one, other):
        assert mine(citizen).doc_no in page
        assert citizen.number not in page
        assert reviews(citizen) == 1
    wrong = desk.one.client.post(address, {"reasons": REASONS, "evidence": EVIDENCE})
    assert wrong.status_code == 422
    data = {"kind": "merge", "reasons": REASONS, "evidence": EVIDENCE}
    assert "已提出" in desk.one.client.post(address, data, follow=True).content.decode()
    assert desk.one.client.get(address).status_code == 404
    waiting = next(found for found in api.queue(desk.two.token, 10_000) if found.person == one.person)
    answer = desk.two.client.post(
        f"/persons/{waiting.matter}/", {"outcome": "approved", "reasons": REASONS}, follow=True
    )
    assert "<h1>批准</h1>" in answer.content.decode()
    undo = f"/persons/undo/{waiting.matter}/"
    assert undo in desk.two.client.get("/persons/").content.decode()
    assert (
        "已提出" in desk.two.client.post(undo, {"reasons": REASONS, "evidence": EVIDENCE}, follow=True).content.decode()
    )


def test_confirmation_cannot_be_made_up(desk: Desk) -> None:
    for ticket in ("", "x", "WyJZWSIsInVwaGVsZCJd:1:2"):
        assert desk.one.client.get("/persons/done/", {"t": ticket})["Location"] == "/persons/"


def test_own_documents_are_masked(citizen: Any) -> None:
    page = citizen.client.get("/me/persons/").content.decode()
    assert "居民身份证" in page
    assert citizen.number not in page
    assert f"{citizen.number[:4]}**********{citizen.number[-2:]}" in page


def test_two_files_are_proposed_by_a_letter(desk: Desk, make_citizen: Any) -> None:
    one, other = make_citizen(), make_citizen()
    data = {
        "wrong_name": one.name, "wrong_number": one.number, "right_name": other.name, "right_number": other.number,
        "evidence": EVIDENCE, "reasons": REASONS,
    }  # fmt: skip
    assert desk.one.client.get("/persons/files/").status_code == 200
    page = desk.one.client.post("/persons/files/", data | {"step": "check"}).content.decode()
    for citizen in (one, other):
        assert mine(citizen).doc_no in page
        assert citizen.number not in re.sub(r'<input type="hidden"[^>]*>', "", page)
    assert "已提出" in desk.one.client.post("/persons/files/", data | {"step": "propose"}, follow=True).content.decode()
    again = desk.one.client.post("/persons/files/", data | {"step": "propose"})
    assert (again.status_code, "已经有人提出" in again.content.decode()) == (422, True)
