"""The reviewer's pages: opening a case is seen by the person, nothing is decided without the check page's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import CHINA
from chengxin.ledger.api import today
from chengxin.notice import api as notice
from chengxin.people.api import identity, self_look, traces
from chengxin.records import api as records
from chengxin.redress import api, views
from chengxin.redress.words import RULES

pytestmark = pytest.mark.database
QUEUE = "/cases/"
STATEMENT = "我没有在那个市场卖过东西。"
SEEN = re.compile(r'name="seen" value="([^"]+)"')
DECISION = {
    "outcome": "rejected",
    "findings": "核对了进货票据和现场照片，当日经营者为当事人本人。",
    "grounds": "决定书事实清楚，依据食品安全法第一百二十四条，异议不能成立。",
}


def the_record(citizen: Any) -> Any:
    (record,) = records.own(self_look(citizen.token))
    return record


def object_to(citizen: Any, *, accepted: bool = False) -> Any:
    """Serve the letter, accept it if asked, and object; the case as the queue knows it."""
    look = self_look(citizen.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    notice.open_letter(
        citizen.token, citizen.person, letter, record, notice.body(record, identity(look).name, today=today())
    )
    if accepted:
        records.accept(citizen.token, citizen.person, the_record(citizen))
    filed = api.object_to(citizen.token, citizen.person, the_record(citizen), ground="error", statement=STATEMENT)
    return next(c for c in api.own_cases(self_look(citizen.token)) if c.case_no == filed.case_no)


def reviews(citizen: Any) -> int:
    """How often the person reads that an officer opened their case."""
    since = datetime.now(CHINA) - timedelta(days=1)
    lines = traces(self_look(citizen.token), since)
    return sum(line.activity == "redress.review" for line in lines)


def url(case: Any) -> str:
    return f"/cases/{case.objection}/"


@pytest.fixture
def case(citizen: Any) -> Any:
    return object_to(citizen)


def test_anonymous_is_sent_to_sign_in(case: Any) -> None:
    for address in (QUEUE, url(case), "/cases/done/"):
        assert Client().get(address)["Location"] == f"/sign-in?next={address}"
    assert Client().post(url(case), DECISION | {"step": "decide"}).status_code == 302


def test_other_duties_are_refused(citizen: Any, officer: Any, clerk: Any, case: Any) -> None:
    for actor in (officer, clerk, citizen):
        for address in (QUEUE, url(case), "/cases/done/"):
            assert actor.client.get(address).status_code == 403
        assert actor.client.post(url(case), DECISION | {"step": "decide"}).status_code == 403
    assert reviews(citizen) == 0
    assert the_record(citizen).state == "DISPUTED"


@pytest.mark.usefixtures("one_page")
def test_queue_names_cases_and_nobody(citizen: Any, reviewer: Any, case: Any) -> None:
    page = reviewer.client.get(QUEUE).content.decode()
    assert case.case_no in page
    assert "核查中" in page, "the same word as the person reads"
    assert "办理最急的一件" in page
    assert "最迟" in page
    assert "打开案件会登记一次查看，并告知本人" in page
    assert citizen.name not in page
    assert str(citizen.person) not in page
    assert reviews(citizen) == 0


def test_empty_queue_says_so(reviewer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "open_cases", lambda *_, **__: [])
    page = reviewer.client.get(QUEUE).content.decode()
    assert "<h1>没有待办</h1>" in page


def test_opening_a_case_is_one_look_the_person_sees(citizen: Any, reviewer: Any, case: Any) -> None:
    answer = reviewer.client.get(url(case))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "本次查看将告知本人" in page
    assert STATEMENT in page
    assert the_record(citizen).doc_no in page
    assert citizen.name in page
    assert citizen.number not in page
    assert f"{citizen.number[:4]}**********{citizen.number[-2:]}" in page
    assert reviews(citizen) == 1


def test_the_case_shows_a_code_with_what_explains_it(make_citizen: Callable[..., Any], reviewer: Any) -> None:
    """The explanation is sealed apart from its code; whoever decides reads both."""
    case = object_to(make_citizen(CF_CFLB="罚款;其他-责令向李雪梅道歉"))
    assert "罚款、其他-责令向李雪梅道歉" in reviewer.client.get(url(case)).content.decode()


REASON = {"purpose": "REVEAL_LETTER"}


def test_the_whole_number_is_shown_for_a_reason_that_the_person_reads(citizen: Any, reviewer: Any, case: Any) -> None:
    page = f"{url(case)}number"
    asked = reviewer.client.get(page).content.decode()
    assert "本次显示将告知本人" in asked
    assert citizen.number not in asked
    for wrong in ({}, {"purpose": "SUBSIDY"}):
        answer = reviewer.client.post(page, wrong)
        assert (answer.status_code, "<title>错误：" in answer.content.decode()) == (422, True)
    assert reveals(citizen) == []  # neither the form nor a missing reason looks at anybody
    shown = reviewer.client.post(page, REASON)
    assert citizen.number in shown.content.decode()
    assert shown["Refresh"] == f"30; url={page}"
    assert reveals(citizen) == ["显示完整号码：与来函或者文书核对"]
    assert "看到：姓名和证件号码" in citizen.client.get("/me/traces/").content.decode()


def reveals(citizen: Any) -> list[str]:
    """Why the own number was shown, as the person reads it."""
    lines = traces(self_look(citizen.token), datetime.now(CHINA) - timedelta(days=1))
    return [line.purpose_name for line in lines if line.activity == "redress.reveal"]


def test_the_whole_number_is_the_reviewer_s_and_of_an_open_case(
    citizen: Any, clerk: Any, reviewer: Any, case: Any
) -> None:
    assert clerk.client.get(f"{url(case)}number").status_code == 403
    assert citizen.client.post(f"{url(case)}number", REASON).status_code == 403
    assert reviewer.client.post(f"/cases/{uuid4()}/number", REASON).status_code == 404
    assert reveals(citizen) == []


def test_a_refused_look_shows_no_number(reviewer: Any, case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any) -> Any:
        raise Refused("LOOK-05")

    monkeypatch.setattr(views, "reveal", refuse)
    answer = reviewer.client.post(f"{url(case)}number", REASON)
    assert (answer.status_code, "没有显示" in answer.content.decode()) == (422, True)


def test_get_decides_nothing(citizen: Any, reviewer: Any, case: Any) -> None:
    reviewer.client.get(url(case), DECISION | {"step": "decide"})
    assert the_record(citizen).state == "DISPUTED"


def test_unknown_case_is_404_and_no_look(citizen: Any, reviewer: Any, case: Any) -> None:
    assert reviewer.client.get(f"/cases/{uuid4()}/").status_code == 404
    assert reviewer.client.get(f"/cases/{citizen.person}/").status_code == 404
    assert reviews(citizen) == 0


def test_errors_keep_the_input(reviewer: Any, case: Any) -> None:
    answer = reviewer.client.post(url(case), DECISION | {"step": "check", "findings": "太短", "outcome": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：" in page
    assert "请选择异议是否成立。" in page
    assert DECISION["grounds"] in page


def test_check_page_says_the_effect_and_changes_nothing(citizen: Any, reviewer: Any, case: Any) -> None:
    page = reviewer.client.post(url(case), DECISION | {"step": "check"}).content.decode()
    assert "<h1>请核对：异议不成立</h1>" in page
    assert "剩余的等待期继续" in page
    assert "作出决定：异议不成立" in page
    page = reviewer.client.post(url(case), DECISION | {"step": "check", "outcome": "upheld"}).content.decode()
    assert "这条信息撤销" in page
    assert the_record(citizen).state == "DISPUTED"


def test_going_back_keeps_what_was_written(reviewer: Any, case: Any) -> None:
    page = reviewer.client.post(url(case), DECISION | {"step": "edit"}).content.decode()
    assert DECISION["findings"] in page
    assert "checked" in page
    assert "错误：" not in page


def test_rejected_lets_the_waiting_period_go_on(citizen: Any, reviewer: Any, case: Any) -> None:
    check = reviewer.client.post(url(case), DECISION | {"step": "check"}).content.decode()
    answer = reviewer.client.post(url(case), DECISION | {"step": "decide"})
    assert answer.status_code == 302
    after = the_record(citizen)
    assert after.state == "SERVED"
    assert after.wait_until.isoformat() in check
    page = reviewer.client.get(answer["Location"]).content.decode()
    assert "<h1>已办结：异议不成立</h1>" in page
    assert case.case_no in page
    decided = next(c for c in api.own_cases(self_look(citizen.token)) if c.case_no == case.case_no)
    assert decided.outcome == "rejected"
    assert DECISION["findings"] in decided.reasons
    assert DECISION["grounds"] in decided.reasons


def test_upheld_withdraws_and_the_case_is_gone(citizen: Any, reviewer: Any, case: Any) -> None:
    answer = reviewer.client.post(url(case), DECISION | {"step": "decide", "outcome": "upheld"})
    assert "这条信息撤销" in reviewer.client.get(answer["Location"]).content.decode()
    assert the_record(citizen).state == "WITHDRAWN"
    before = reviews(citizen)
    gone = reviewer.client.post(url(case), DECISION | {"step": "decide"})
    page = gone.content.decode()
    assert gone.status_code == 404
    for said in ("这件异议不在待办中", "<strong>成立</strong>", case.case_no, "没有登记查看", "您的决定没有作出"):
        assert said in page, "how it was decided stands beside what was typed too late"
    for typed in ("不成立", DECISION["findings"], DECISION["grounds"]):
        assert typed in page
    assert reviews(citizen) == before
    assert "您的决定没有作出" not in reviewer.client.get(url(case)).content.decode()


def test_what_happened_since_the_case_was_opened_is_told_before_a_decision(
    citizen: Any, reviewer: Any, case: Any
) -> None:
    """Another objection changes what a decision does: nobody decides on what they did not see."""
    seen = SEEN.search(reviewer.client.get(url(case)).content.decode())
    assert seen is not None
    mine = DECISION | {"seen": seen[1]}
    second = api.object_to(citizen.token, citizen.person, the_record(citizen), ground="privacy", statement="涉及隐私")
    for step in ("check", "decide"):
        answer = reviewer.client.post(url(case), mine | {"step": step})
        page = answer.content.decode()
        assert (answer.status_code, page.count("<title>错误：")) == (409, 1)
        assert "您打开时有 1 件，现在有 2 件" in page
        assert DECISION["findings"] in page
        assert second.case_no in page
    now = SEEN.search(page)
    assert now is not None
    assert reviewer.client.post(url(case), mine | {"seen": now[1], "step": "decide"}).status_code == 302
    assert the_record(citizen).state == "DISPUTED", "the other objection keeps the freeze"


def test_a_step_since_the_case_was_opened_is_named(citizen: Any, reviewer: Any, case: Any) -> None:
    page = reviewer.client.post(url(case), DECISION | {"step": "check", "seen": f"{the_record(citizen).seq - 1}.1"})
    assert page.status_code == 409
    assert f"{today():%Y-%m-%d}" in page.content.decode()
    for nothing in ("", "x", "1", "²."):
        assert reviewer.client.post(url(case), DECISION | {"step": "check", "seen": nothing}).status_code == 200


def test_decided_in_the_same_moment_shows_both(reviewer: Any, case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def meanwhile(*arguments: Any, **reasons: Any) -> None:
        api.decide(*arguments, **reasons | {"outcome": "upheld"})
        api.decide(*arguments, **reasons)

    monkeypatch.setattr(views, "decide", meanwhile)
    answer = reviewer.client.post(url(case), DECISION | {"step": "decide"})
    page = answer.content.decode()
    assert (answer.status_code, "<strong>成立</strong>" in page, DECISION["grounds"] in page) == (404, True, True)
    assert "没有登记查看" not in page, "this request had opened the case"


def test_how_a_case_was_decided_is_the_reviewer_s_to_ask(clerk: Any, reviewer: Any, case: Any) -> None:
    assert api.decided(reviewer.token, case.objection) is None, "it is open"
    with pytest.raises(Refused, match="DUTY-01"):
        api.decided(clerk.token, case.objection)


def test_effect_when_the_record_counted_before(make_citizen: Callable[..., Any], reviewer: Any) -> None:
    citizen = make_citizen()
    case = object_to(citizen, accepted=True)
    page = reviewer.client.post(url(case), DECISION | {"step": "check"}).content.decode()
    decided = reviewer.client.post(url(case), DECISION | {"step": "decide"})
    assert decided.status_code == 302
    assert ("这条信息恢复有效" in page) == the_record(citizen).counts_now


def test_another_open_objection_keeps_the_freeze(citizen: Any, reviewer: Any, case: Any) -> None:
    api.object_to(citizen.token, citizen.person, the_record(citizen), ground="privacy", statement="涉及我的隐私")
    page = reviewer.client.post(url(case), DECISION | {"step": "check"}).content.decode()
    assert "这条信息仍然冻结" in page
    reviewer.client.post(url(case), DECISION | {"step": "decide"})
    assert the_record(citizen).state == "DISPUTED"


def test_confirmation_cannot_be_made_up(reviewer: Any) -> None:
    for ticket in ("", "x", "WyJZWSIsInVwaGVsZCJd:1:2"):
        answer = reviewer.client.get("/cases/done/", {"t": ticket})
        assert (answer.status_code, answer["Location"]) == (302, QUEUE)


def test_refusal_is_said_and_the_input_kept(reviewer: Any, case: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def oneself(*_: Any, **__: Any) -> None:
        raise Refused("REDRESS-03")

    monkeypatch.setattr(views, "decide", oneself)
    answer = reviewer.client.post(url(case), DECISION | {"step": "decide"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：" in page
    assert RULES["REDRESS-03"].sentence in page
    assert DECISION["findings"] in page
