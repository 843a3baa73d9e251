"""The clerk's pages: no purpose no query, the minimal answer, one sentence for every miss."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import check_digit
from chengxin.kernel.periods import CHINA
from chengxin.ledger.api import today
from chengxin.lookup import views
from chengxin.notice import api as notice
from chengxin.people.api import MyLook, identity, my_looks, self_look, traces
from chengxin.records import api as records

pytestmark = pytest.mark.database
URL, MINE = "/lookup/", "/lookup/mine/"
_BODY = "09090219500101999"
UNKNOWN = _BODY + check_digit(_BODY)  # nobody of this run


def asked(citizen: Any, **changes: str) -> dict[str, str]:
    data = {"purpose": "LICENCE", "case_ref": "XK-2026-17", "name": citizen.name, "number": citizen.number}
    return data | changes


def make_effective(citizen: Any) -> Any:
    """Open the letter and accept: the record counts at once."""
    look = self_look(citizen.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    notice.open_letter(
        citizen.token, citizen.person, letter, record, notice.body(record, identity(look).name, today=today())
    )
    (record,) = records.own(look)
    records.accept(citizen.token, citizen.person, record)
    return record


def looks(clerk: Any) -> int:
    return len(my_looks(clerk.token, 1_000_000))


def test_anonymous_is_sent_to_sign_in(clerk: Any) -> None:
    assert Client().get(URL)["Location"] == "/sign-in?next=/lookup/"
    assert Client().post(URL)["Location"] == "/sign-in?next=/&undone"
    assert Client().get(MINE)["Location"] == "/sign-in?next=/lookup/mine/"


def test_other_duties_are_refused(officer: Any, reviewer: Any, citizen: Any) -> None:
    for actor in (officer, reviewer, citizen):
        assert actor.client.get(URL).status_code == 403
        assert actor.client.post(URL, asked(citizen)).status_code == 403
        assert actor.client.get(MINE).status_code == 403


def test_get_never_looks_even_with_everything_in_the_address(clerk: Any, citizen: Any) -> None:
    before = looks(clerk)
    page = clerk.client.get(URL, asked(citizen))
    assert page.status_code == 200
    assert citizen.number not in page.content.decode()
    assert "本次查看将告知本人" in page.content.decode()
    clerk.client.get(MINE)
    assert looks(clerk) == before
    assert clerk.client.post(MINE).status_code == 405


def test_found_shows_exactly_what_the_purpose_permits(clerk: Any, citizen: Any) -> None:
    record = make_effective(citizen)
    answer = clerk.client.post(URL, asked(citizen))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    assert "查到 <span" in page
    assert record.doc_no in page
    assert record.authority_name in page
    assert "失信严重程度" not in page
    assert dict(record.facts)["违法事实"] not in page
    assert citizen.name in page
    assert citizen.number not in page
    assert f"{citizen.number[:4]}**********{citizen.number[-2:]}" in page
    assert "本人会看到这一条" in page


def test_yes_or_no_purpose_shows_no_content(clerk: Any, citizen: Any) -> None:
    record = make_effective(citizen)
    page = clerk.client.post(URL, asked(citizen, purpose="SUBSIDY")).content.decode()
    assert "<h1>有可以提供的信息</h1>" in page
    assert record.doc_no not in page
    assert record.authority_name not in page


def test_all_misses_are_one_page(clerk: Any, make_citizen: Callable[..., Any]) -> None:
    effective, proposed = make_citizen(), make_citizen()
    make_effective(effective)
    pages = []
    for data in (
        asked(effective, name="别人"),
        asked(effective, name="别人", number=UNKNOWN),
        asked(proposed),
    ):
        page = clerk.client.post(URL, data).content.decode()
        assert "<h1>未查到可以提供的信息</h1>" in page
        page = re.sub(r'csrfmiddlewaretoken" value="[^"]*"', "", page)
        page = re.sub(r"<time.*?</time>", "", page).replace(proposed.name, "别人")
        pages.append(re.sub(r"[0-9]{4}\*{10}..", "", page))
    assert len(set(pages)) == 1


def test_missing_case_is_said_at_the_field_and_nobody_is_looked_at(clerk: Any, citizen: Any) -> None:
    before = looks(clerk)
    answer = clerk.client.post(URL, asked(citizen, case_ref=""))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：" in page
    assert 'href="#id_case_ref"' in page
    assert f'value="{citizen.name}"' in page
    assert looks(clerk) == before


def test_wrong_number_is_said_at_the_field_and_nobody_is_looked_at(clerk: Any, citizen: Any) -> None:
    before = looks(clerk)
    wrong = citizen.number[:-1] + ("1" if citizen.number[-1] == "0" else "0")
    answer = clerk.client.post(URL, asked(citizen, number=wrong))
    assert answer.status_code == 422
    assert "证件号码校验码不符" in answer.content.decode()
    assert looks(clerk) == before


def test_purpose_of_another_duty_is_refused(clerk: Any, citizen: Any) -> None:
    before = looks(clerk)
    assert clerk.client.post(URL, asked(citizen, purpose="SUBSIDY_SYSTEM")).status_code == 422
    assert looks(clerk) == before


def test_typed_number_is_made_regular_and_told(clerk: Any, citizen: Any) -> None:
    wide = "".join(chr(ord(one) + 0xFEE0) for one in citizen.number[:6]) + " " + citizen.number[6:]
    page = clerk.client.post(URL, asked(citizen, number=wide)).content.decode()
    assert "已为您改成规范写法" in page
    assert "<h1>未查到可以提供的信息</h1>" in page


def test_person_reads_what_the_clerk_was_told_they_would(clerk: Any, citizen: Any) -> None:
    clerk.client.post(URL, asked(citizen))
    since = datetime.now(CHINA) - timedelta(days=1)
    line = next(t for t in traces(self_look(citizen.token), since) if t.activity == "lookup.check")
    assert (line.purpose_name, line.outcome) == ("行政许可审查", "miss")
    assert line.organisation_name == clerk.account.organisation_name


def test_own_look_ups_name_case_and_outcome_but_nobody(clerk: Any, citizen: Any) -> None:
    clerk.client.post(URL, asked(citizen, case_ref="XK-2026-4711"))
    page = clerk.client.get(MINE).content.decode()
    assert "XK-2026-4711" in page
    assert "未查到" in page
    assert citizen.name not in page
    assert citizen.number not in page


def test_refusal_is_said_and_the_input_kept(clerk: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def used_up(*_: Any, **__: Any) -> None:
        raise Refused("LOOK-05")

    monkeypatch.setattr(views, "check", used_up)
    answer = clerk.client.post(URL, asked(citizen))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：" in page
    assert "<h2>没有查询</h2>" in page
    assert f'value="{citizen.name}"' in page


def test_without_a_purpose_there_is_no_form(clerk: Any, citizen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    before = looks(clerk)
    monkeypatch.setattr(views, "purposes", lambda *_: [])
    for answer in (clerk.client.get(URL), clerk.client.post(URL, asked(citizen))):
        page = answer.content.decode()
        assert "现在不能核验" in page
        assert "核验</button>" not in page
    assert looks(clerk) == before


def test_empty_record_of_queries_says_so(clerk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "my_looks", lambda *_, **__: [])
    assert "还没有查询记录" in clerk.client.get(MINE).content.decode()


def test_own_record_names_every_line_and_explains_a_missing_outcome(
    clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = datetime.now(CHINA)
    told = MyLook(at, uuid4(), "belonging.kin_copy", "", "", "QS-1", "hit")
    lost = replace(told, activity="lookup.check", purpose="LICENCE", purpose_name="行政许可审查", outcome="")
    monkeypatch.setattr(views, "my_looks", lambda *_, **__: [told])
    page = clerk.client.get(MINE).content.decode()
    assert "<strong>近亲属依法查阅、复制</strong>" in page
    assert "有可以提供的信息" not in page, "whether somebody is known is no outcome of these"
    assert "可能已查看" not in page
    monkeypatch.setattr(views, "my_looks", lambda *_, **__: [lost])
    page = clerk.client.get(MINE).content.decode()
    assert "没有登记结果" in page
    assert "不能补写" in page
