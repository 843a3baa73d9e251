"""The desk of held rows and the pages of quality: what they show, what they never show, and what a decision does."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from chengxin.catalog.api import heads
from chengxin.intake import api, views_desk
from chengxin.intake.api import Backlog, HeldRow, Quality
from chengxin.intake.figures import KEPT, months_back, period_name
from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import add_months
from chengxin.ledger.api import today
from chengxin.operate.generate import departments
from chengxin.people.api import self_look
from chengxin.records.api import own
from conftest import _actor, csv_of, fresh_person, penalty

pytestmark = pytest.mark.database
HELD, QUALITY, ALL = "/intake/held/", "/intake/quality/", "/intake/quality/all/"
BOOK, ALL_BOOK = f"{QUALITY}workbook", f"{ALL}workbook"
REASONS = "与报送单位核对，文书和证件一致。"


def text_of(actor: Any, address: str, status: int = 200) -> str:
    answer = actor.client.get(address)
    assert answer.status_code == status
    text: str = answer.content.decode()
    assert text.count("<h1>") == 1
    return text


@pytest.fixture
def manager(home: Any) -> Any:
    from chengxin.operate.seed import CREDIT_OFFICE, City

    login = f"m{uuid4().hex[:12]}"
    with City(home) as city:
        city.account("", login, "staff", "数据管理岗", duty="manager", organisation=CREDIT_OFFICE[0])
    return _actor(login)


@pytest.fixture
def waiting(citizen: Any, officer: Any, reviewer: Any) -> HeldRow:
    """A row under the number of somebody known by another name."""
    imported = api.import_file(officer.token, csv_of([penalty("别的名字", citizen.number)]), item="XZCF")
    return next(row for row in api.held(reviewer.token, limit=500) if row.batch == imported.batch)


def url(row: HeldRow) -> str:
    return f"{HELD}{row.batch}/{row.source_row}/"


def test_who_may(officer: Any, clerk: Any, reviewer: Any, manager: Any, waiting: HeldRow) -> None:
    opened = {HELD: reviewer, url(waiting): reviewer, QUALITY: officer, BOOK: officer, ALL: manager, ALL_BOOK: manager}
    for address, own_actor in opened.items():
        assert Client().get(address)["Location"] == f"/sign-in?next={address}"
        for actor in (officer, clerk, reviewer, manager):
            assert actor.client.get(address).status_code == (200 if actor is own_actor else 403), address
    assert (
        officer.client.post(url(waiting), {"step": "decide", "outcome": "released", "reasons": REASONS}).status_code
        == 403
    )


def test_the_list_leads_to_the_most_urgent_and_names_nobody(reviewer: Any, waiting: HeldRow, citizen: Any) -> None:
    text = text_of(reviewer, HELD)
    assert "姓名与证件不符" in text
    assert waiting.organisation_name in text
    assert "最迟 " in text
    row = text_of(reviewer, url(waiting))
    for page in (text, row):
        assert citizen.name not in page
        assert citizen.number not in page
        assert "别的名字" not in page
    assert waiting.doc_no in row
    assert "怎样核对" in row


def test_a_row_that_is_not_held_is_not_found(reviewer: Any, waiting: HeldRow) -> None:
    for address in (f"{HELD}{uuid4()}/1/", f"{HELD}{waiting.batch}/99/"):
        assert reviewer.client.get(address).status_code == 404
        late = reviewer.client.post(address, {"step": "decide", "outcome": "refused", "reasons": REASONS})
        assert (late.status_code, REASONS in late.content.decode()) == (404, True)


def test_released_after_the_page_that_says_what_happens(reviewer: Any, waiting: HeldRow, citizen: Any) -> None:
    before = len(own(self_look(citizen.token)))
    chosen = {"outcome": "released", "reasons": REASONS}
    check = reviewer.client.post(url(waiting), chosen | {"step": "check"}).content.decode()
    assert "这条信息记到该证件号码的人名下" in check
    assert REASONS in check
    assert len(own(self_look(citizen.token))) == before
    back = reviewer.client.post(url(waiting), chosen | {"step": "edit"}).content.decode()
    assert REASONS in back
    done = reviewer.client.post(url(waiting), chosen | {"step": "decide"})
    assert done["Location"] == f"{HELD}?done=released"
    assert "已核证：放行，准许记入" in text_of(reviewer, done["Location"])
    assert len(own(self_look(citizen.token))) == before + 1
    assert reviewer.client.get(url(waiting)).status_code == 404


def test_refused_leaves_it_out(reviewer: Any, waiting: HeldRow, citizen: Any) -> None:
    before = len(own(self_look(citizen.token)))
    chosen = {"outcome": "refused", "reasons": "报送单位确认号码抄错。"}
    assert "这一行不入库" in reviewer.client.post(url(waiting), chosen | {"step": "check"}).content.decode()
    assert reviewer.client.post(url(waiting), chosen | {"step": "decide"}).status_code == 302
    assert len(own(self_look(citizen.token))) == before


@pytest.mark.parametrize("step", ["check", "decide"])
def test_mistakes_are_said_and_nothing_is_lost(reviewer: Any, waiting: HeldRow, step: str) -> None:
    answer = reviewer.client.post(url(waiting), {"outcome": "released", "reasons": "行", "step": step})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：" in text
    assert "理由至少写 5 个字，现在是 1 个字。" in text
    assert ">\n行</textarea>" in text
    assert "checked" in text


def test_a_refusal_of_the_store_is_said(reviewer: Any, waiting: HeldRow, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Refused("INTAKE-64")

    monkeypatch.setattr(api, "decide", refuse)
    answer = reviewer.client.post(url(waiting), {"outcome": "released", "reasons": REASONS, "step": "decide"})
    assert answer.status_code == 422
    assert "由其他单位的人员核证" in answer.content.decode()


def check(actor: Any, row: HeldRow, outcome: str) -> str:
    """The page that says what follows from a conclusion."""
    answer = actor.client.post(url(row), {"outcome": outcome, "reasons": REASONS, "step": "check"})
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text


@pytest.mark.parametrize(
    ("kind", "reason", "outcome", "words"),
    [
        ("report", "removed", "released", "以前的撤销或者修复不受影响"),
        ("correct", "other_name", "released", "按报送的内容更正"),
        ("withdraw", "other_name", "released", "这条信息撤回"),
        ("report", "other_source", "released", "平台不接受放行，也不会多记一条"),
        ("report", "other_name", "released", "平台已知的姓名不改"),
        ("report", "other_source", "refused", "这条信息没有被记入"),
        ("correct", "other_name", "refused", "不更正，照旧"),
        ("withdraw", "other_name", "refused", "不撤回，照旧"),
    ],
)
def test_each_kind_says_its_own_consequence(
    reviewer: Any,
    waiting: HeldRow,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    reason: str,
    outcome: str,
    words: str,
) -> None:
    row = replace(waiting, kind=kind, reason=reason)
    monkeypatch.setattr(api, "held", lambda *_, **__: [row])
    monkeypatch.setattr(api, "held_row", lambda *_: row)
    assert words in check(reviewer, waiting, outcome)
    assert views_desk.REASONS[reason] in text_of(reviewer, HELD)


@pytest.mark.parametrize(("kind", "waits"), [("report", "等待期"), ("correct", "重新告知")])
@pytest.mark.parametrize("polarity", ["adverse", "positive", "neutral"])
def test_only_what_harms_waits_for_its_notice(
    reviewer: Any, waiting: HeldRow, monkeypatch: pytest.MonkeyPatch, kind: str, waits: str, polarity: str
) -> None:
    found = [replace(head, polarity=polarity) for head in heads()]
    monkeypatch.setattr(views_desk, "heads", lambda: found)
    monkeypatch.setattr(api, "held_row", lambda *_: replace(waiting, kind=kind))
    text = check(reviewer, waiting, "released")
    assert (waits in text) is (polarity == "adverse")
    assert ("也可以提出异议" in text) is (polarity != "adverse")


@pytest.mark.parametrize("reason", ["removed", "other_source"])
def test_another_name_is_said_beside_another_reason(
    reviewer: Any, waiting: HeldRow, monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    for other in (True, False):
        row = replace(waiting, reason=reason, other_name=other)
        monkeypatch.setattr(api, "held", lambda *_, row=row, **__: [row])
        monkeypatch.setattr(api, "held_row", lambda *_, row=row: row)
        assert ("姓名也与证件不符" in text_of(reviewer, HELD)) is other
        page = text_of(reviewer, url(waiting))
        assert ("姓名也与证件不符" in page) is other
        assert ("要有公安机关的证明" in page) is other
        assert ("姓名也与证件不符" in check(reviewer, waiting, "released")) is other


def test_a_decision_that_another_unit_sent_is_not_released(officer: Any, reviewer: Any) -> None:
    """INTAKE-40: held; INTAKE-37: while the other one's is there, releasing is refused, and the page said so."""
    mine = penalty(*fresh_person())
    assert api.import_file(officer.token, csv_of([mine]), item="XZCF").result.accepted == 1
    other = departments()[1]
    sent = csv_of([mine | {"CF_SJLY": other.name, "CF_SJLYDM": other.uscc}])
    imported = api.import_file(_actor("officer2").token, sent, item="XZCF")
    row = next(row for row in api.held(reviewer.token, limit=500) if row.batch == imported.batch)
    page = text_of(reviewer, url(row))
    assert "请核证：另一个单位已报送同一决定" in page
    assert "平台不接受放行" in page
    refused = reviewer.client.post(url(row), {"outcome": "released", "reasons": REASONS, "step": "decide"})
    assert refused.status_code == 422
    assert "平台已有相同文号" in refused.content.decode()


def test_more_than_a_page_is_said_and_nothing_is_a_word_too(
    reviewer: Any, waiting: HeldRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "held", lambda _, *, limit, skip: ([waiting] * 51)[skip : skip + limit])
    text = text_of(reviewer, HELD)
    assert "50 行</span>以上的信息等您核证" in text
    assert text.count(url(waiting)) == 51  # the button and fifty rows
    text = text_of(reviewer, f"{HELD}?page=2")
    assert (text.count(url(waiting)), "上一页" in text, "下一页" in text) == (1, True, False)
    assert "这一页没有待核的信息" in text_of(reviewer, f"{HELD}?page=3")
    monkeypatch.setattr(api, "held", lambda *_, **__: [])
    assert "没有待核的信息" in text_of(reviewer, HELD)


# ---- quality -----------------------------------------------------------------------------------------------------


def test_quality_of_the_own_department_only(
    officer: Any, admit: Callable[..., Any], citizen: Any, waiting: HeldRow
) -> None:
    del citizen
    text = text_of(officer, QUALITY)
    for word in ("及时率", "一次通过率", "退回率", "待核积压", "这些数字怎样算", "姓名与证件不符"):
        assert word in text
    assert text.count("<svg") == 2 * text.count('id="sheet-')
    assert 'role="img" aria-label="及时率，' in text
    assert departments()[0].name in text
    assert departments()[1].name not in text
    assert "排名" not in text
    assert officer.client.get(ALL).status_code == 403


def quality_of(code: str, name: str, day: date) -> Quality:
    return Quality(code, name, "XZCF", day.replace(day=1), 2, 10, 8, 2, 0, 8, 0, 6, day)


def test_a_period_without_a_file_and_rows_past_their_day_are_named(
    officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = today()
    code, name = officer.account.organisation, officer.account.organisation_name
    start = (day.replace(day=1) - timedelta(days=70)).replace(day=1)
    monkeypatch.setattr(api, "quality", lambda *_, **__: [quality_of(code, name, start)])
    monkeypatch.setattr(api, "backlog", lambda *_, **__: [Backlog(code, name, "XZCF", "removed", 3, start, 2)])
    text = text_of(officer, QUALITY)
    assert "没有报送的期" in text
    assert ">75%<" in text
    assert ">80%<" in text
    assert ">20%<" in text
    assert "2 行" in text
    assert "已过期限" in text
    assert "tag late" in text


def test_whoever_stopped_reporting_is_named(officer: Any, manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing in the months of the charts, everything missing since; asked for as far back as receipts are kept."""
    code, name = officer.account.organisation, officer.account.organisation_name
    long_ago, asked = add_months(today(), -20), []

    def counted(*_: Any, since: date, **__: Any) -> list[Quality]:
        asked.append(since)
        return [one for one in [quality_of(code, name, long_ago)] if one.month >= since]

    monkeypatch.setattr(api, "quality", counted)
    monkeypatch.setattr(api, "backlog", lambda *_, **__: [])
    first = period_name(add_months(long_ago.replace(day=1), 1), 1)
    for actor, address in ((officer, QUALITY), (manager, ALL)):
        text = text_of(actor, address)
        assert f"{first}</span>到" in text
        assert "（19 期）" in text
        assert "80%" not in text  # of files before the months that are shown
    assert set(asked) == {months_back(today(), KEPT)[0]}
    # Nothing is due of an item that is not in force: there is nothing left to say.
    monkeypatch.setattr(views_desk, "heads", lambda: [replace(head, in_force=False) for head in heads()])
    assert "没有可以计算的报送" in text_of(officer, QUALITY)


def test_the_manager_sees_departments_page_by_page(manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [quality_of(f"1132090000{n:08d}", f"第{n:03d}局", today()) for n in range(60)]
    monkeypatch.setattr(api, "quality", lambda *_, **__: many)
    monkeypatch.setattr(api, "backlog", lambda *_, **__: [])
    first = text_of(manager, ALL)
    assert first.count('scope="row"') == 50
    assert "第 1 页，共 2 页" in first
    second = text_of(manager, f"{ALL}?page=2")
    assert second.count('scope="row"') == 10
    assert "第059局" in second
    one = text_of(manager, f"{ALL}?department={many[7].organisation}")
    assert "第007局：近 6 个月报送的质量" in one
    assert "第008局" not in one
    assert text_of(manager, f"{ALL}?page=x").count('scope="row"') == 50
    assert "没有要催办的单位" in first


def test_whoever_has_to_be_reminded_comes_first(manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    day = today()
    start = (day.replace(day=1) - timedelta(days=70)).replace(day=1)
    found = [quality_of("1", "甲局", day), quality_of("2", "乙局", start)]
    monkeypatch.setattr(api, "quality", lambda *_, **__: found)
    monkeypatch.setattr(api, "backlog", lambda *_, **__: [Backlog("3", "丙局", "XZCF", "removed", 3, start, 2)])
    text = text_of(manager, ALL)
    assert "2 个</span>单位漏报或者待核过期，请催办" in text
    assert max(text.index("乙局"), text.index("丙局")) < text.index("甲局")


def test_quality_of_nothing_has_words(manager: Any, officer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("quality", "backlog"):
        monkeypatch.setattr(api, name, lambda *_, **__: [])
    assert "没有可以计算的报送" in text_of(officer, QUALITY)
    assert "没有可以计算的报送" in text_of(manager, ALL)
    assert "没有可以计算的报送" in text_of(manager, f"{ALL}?department=1")
    for actor, address in ((officer, BOOK), (manager, ALL_BOOK)):
        assert actor.client.get(address).status_code == 404


def book_of(actor: Any, address: str) -> tuple[dict[str, list[list[Any]]], str]:
    """The tables of a workbook below their title, by worksheet; and all its text."""
    answer = actor.client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == f'attachment; filename="quality-{today().isoformat()}.xlsx"'
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    tables = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets/sheet" in name]
        text = "".join(parts.read(name).decode() for name in parts.namelist())
    assert all('topLeftCell="A5" activePane="bottomLeft" state="frozen"' in one for one in sheets)
    assert "<f>" not in text
    assert all("近 6 个月报送的质量，从" in str(table[0][0]) for table in tables.values())
    return {name: table[3:] for name, table in tables.items()}, text


def test_the_workbook_holds_what_the_page_shows(
    officer: Any, admit: Callable[..., Any], citizen: Any, waiting: HeldRow
) -> None:
    """Cell for cell against the table of the page, numbers as numbers; own department only, and nobody in it."""
    tables, text = book_of(officer, BOOK)
    page = text_of(officer, QUALITY)
    assert BOOK in page
    shown = []
    for body in re.findall(r"<tbody[^>]*>(.*?)</tbody>", page, re.S):
        for row in re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.S):
            cells = [re.sub(r"<[^>]+>", "", one).strip() for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
            rates = ["" if one == "无" else int(one.rstrip("%")) / 100 for one in cells[1:4]]
            shown.append([cells[0], *rates, *map(int, cells[4:])])
    made = [[f"{row[2].year}年{row[2].month}月", *row[3:]] for row in tables["逐月"][1:]]
    assert made == shown
    assert len(made) % 6 == 0
    assert made
    assert tables["逐月"][0][2:5] == ["月份", "及时率", "一次通过率"]
    assert {row[0] for row in (*tables["汇总"][1:], *tables["逐月"][1:])} == {departments()[0].name}
    assert "姓名与证件不符" in {row[2] for row in tables["待核积压"][1:]}
    for secret in (
        citizen.name,
        citizen.number,
        str(citizen.person),
        "别的名字",
        waiting.doc_no,
        departments()[1].name,
    ):
        assert secret not in text


def test_the_manager_takes_all_departments_or_the_one_looked_at(manager: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    day = today()
    many = [quality_of(f"1132090000{n:08d}", f"第{n:03d}局", day) for n in range(60)]
    odd = quality_of("2", "=1+1", day)  # a name is text, whatever it looks like
    monkeypatch.setattr(api, "quality", lambda *_, **__: [*many, replace(odd, accepted=0, on_time=0)])
    monkeypatch.setattr(api, "backlog", lambda *_, **__: [Backlog("2", "=1+1", "XZCF", "removed", 3, day, 2)])
    tables, _ = book_of(manager, ALL_BOOK)
    first, second = tables["汇总"][1:3]
    assert (first[0], first[2]) == ("=1+1", ""), "to be reminded first; nothing to count is blank, not nought"
    assert second[2:5] == [0.75, 0.8, 0.2]
    assert len(tables["汇总"]) == 1 + 61, "all pages"
    assert tables["待核积压"][1][3:] == [3, day, 2]
    one = f"?department={many[7].organisation}"
    assert f"{ALL_BOOK}{one}" in text_of(manager, f"{ALL}{one}")
    assert {row[0] for row in book_of(manager, f"{ALL_BOOK}{one}")[0]["逐月"][1:]} == {"第007局"}
