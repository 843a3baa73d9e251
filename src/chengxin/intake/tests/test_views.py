"""The data officer's pages: who may, what is due, upload, and everything that was sent."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengxin.catalog import api as catalog
from chengxin.catalog.tests.material import Desk, definition
from chengxin.intake import api, views
from chengxin.intake.forms import KINDS
from chengxin.intake.tests.pages import TRIAL, URL, attempt, elsewhere, file, heading, page, rows
from chengxin.intake.tests.test_store import withdrawal
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from conftest import _actor, csv_of

pytestmark = pytest.mark.database


# ---- who may -----------------------------------------------------------------------------------------------------


def addresses() -> list[str]:
    one = f"{URL}{uuid4()}/"
    return [URL, f"{URL}sent/", f"{URL}quality/", one, f"{one}receipt"]


def test_anonymous_is_sent_to_sign_in(home: Any) -> None:
    del home
    for address in [*addresses(), f"{URL}{uuid4()}/workbook"]:
        assert Client().get(address)["Location"] == f"/sign-in?next={address}"
    assert Client().post(URL, {"item": "XZCF"}).status_code == 302


def test_other_duties_are_refused(clerk: Any, reviewer: Any) -> None:
    for actor in (clerk, reviewer):
        for address in addresses():
            assert actor.client.get(address).status_code == 403
        assert actor.client.post(URL, {"item": "XZCF"}).status_code == 403
        assert actor.client.post(f"{URL}trial", {"item": "XZCF"}).status_code == 403
        assert actor.client.post(f"{URL}{uuid4()}/dismiss").status_code == 403
        assert actor.client.post(f"{URL}{uuid4()}/workbook").status_code == 403


def test_another_department_finds_nothing(hand_in: Callable[..., str], officer: Any) -> None:
    address = hand_in(file(*rows({}, {"CF_JDRQ": "不详"})))
    assert officer.client.get(address).status_code == 200
    other = _actor("officer2")
    for end in ("", "receipt"):
        assert other.client.get(address + end).status_code == 404
    for end in ("workbook", "go-on", "dismiss"):
        assert other.client.post(address + end).status_code == 404
    assert address not in other.client.get(f"{URL}sent/").content.decode()


def test_only_the_methods_of_a_page(officer: Any, hand_in: Callable[..., str]) -> None:
    assert officer.client.put(URL).status_code == 405
    address = hand_in(file(*rows({})))
    assert officer.client.post(address).status_code == 405
    for end in ("workbook", "go-on", "dismiss"):
        assert officer.client.get(address + end).status_code == 405


# ---- the first page ----------------------------------------------------------------------------------------------


def test_get_shows_the_form_and_writes_nothing(officer: Any) -> None:
    # Not what is said of them: a batch that another test left open counts as stalled when its time has come.
    before = [(one.upload, one.batch) for one in api.batches(officer.token)]
    text = page(officer, URL)
    assert "10 MB、100,000 行" in text
    assert '<optgroup label="失信信息">' in text
    assert "/catalog/XZCF/" in text
    assert all(words[0] in text for words in KINDS.values())
    assert "script" not in text
    assert [(one.upload, one.batch) for one in api.batches(officer.token)] == before


def test_an_item_that_is_asked_for_is_chosen(officer: Any) -> None:
    text = page(officer, f"{URL}?item=XZCF&kind=correct")
    assert '<option value="XZCF" selected>' in text
    assert re.search(r'value="correct"[^>]* checked', text)


def test_what_was_reported_is_due_again(officer: Any, hand_in: Callable[..., str]) -> None:
    hand_in(file(*rows({})))
    text = page(officer, URL)
    assert "本期已报送" in text
    assert "7 个工作日" in text
    assert f"{URL}?item=XZCF#id_file" in text


def test_a_form_with_mistakes_keeps_what_was_chosen(officer: Any) -> None:
    answer = officer.client.post(URL, {"item": "XZCF", "kind": "withdraw"})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>错误：" in text
    assert 'href="#id_file"' in text
    assert "请选择要上传的文件。" in text
    assert '<option value="XZCF" selected>' in text
    assert re.search(r'value="withdraw"[^>]* checked', text)


def test_refusal_is_said_and_nothing_kept(officer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Refused("DUTY-01")

    monkeypatch.setattr(api, "upload", refuse)
    answer = officer.client.post(URL, {"item": "XZCF", "kind": "report", "file": file(*rows({}))})
    assert answer.status_code == 422
    assert "文件没有接收" in answer.content.decode()


def test_the_first_page_tells_the_two_apart(officer: Any) -> None:
    text = page(officer, URL)
    assert "失信信息入库以后，平台通知当事人" in text
    assert "守信信息和基础信息，入库就产生作用" in text


# ---- items that are not in force any more ------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "word"), [("suspend", "已暂停"), ("withdraw", "已废止")])
def test_what_came_in_by_an_item_can_be_withdrawn_after_it_ended(
    officer: Any, home: Any, read: Callable[[], None], end: str, word: str
) -> None:
    """INTAKE-20: nothing else comes in by it."""
    desk = Desk(home)
    made = definition()
    item, version = desk.published(made)
    (row,) = rows({})
    assert api.import_file(officer.token, csv_of([row]), item=item).result.accepted == 1
    getattr(catalog, end)(desk.approver, item, version, "依据到期")
    text = page(officer, URL)
    assert f"{made['item']['name']}（{word}，只收撤回）</option>" in text
    assert f"/catalog/{item}/{version}.xlsx?kind=withdraw" in text
    assert f'/catalog/{item}/{version}.xlsx"' not in text
    for address in (URL, TRIAL):
        refused = officer.client.post(address, {"item": item, "kind": "report", "file": file(row)})
        assert refused.status_code == 422
        assert "今天没有生效，不能归集" in refused.content.decode()
    fallen = csv_of([withdrawal(row)])
    assert heading(attempt(officer, SimpleUploadedFile("撤.csv", fallen), item=item, kind="withdraw")) == (
        "试校验：没有发现需要改正的行"
    )
    sent = {"item": item, "kind": "withdraw", "file": SimpleUploadedFile("撤.csv", fallen)}
    answer = officer.client.post(URL, sent)
    read()
    assert heading(page(officer, answer["Location"])) == "全部 1 行已撤回"


def test_columns_of_a_withdrawal_have_names(officer: Any, hand_in: Callable[..., str]) -> None:
    sent = withdrawal(rows({})[0]) | {"CX_YY": "随便"}
    assert "撤回原因" in page(officer, hand_in(file(sent), kind="withdraw"))


# ---- the list ----------------------------------------------------------------------------------------------------


def test_the_list_is_paged_from_new_to_old(officer: Any, hand_in: Callable[..., str], monkeypatch: Any) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    newest = [hand_in(file(*rows({}))) for _ in range(3)][::-1]
    first = page(officer, f"{URL}sent/")
    assert re.findall(r'href="(/intake/[0-9a-f-]{36}/)"', first) == newest[:2]
    (older,) = re.findall(r'href="\?before=(\d{16})"', first)
    second = page(officer, f"{URL}sent/?before={older}")
    assert re.findall(r'href="(/intake/[0-9a-f-]{36}/)"', second)[0] == newest[2]
    assert "回到最新" in second
    assert page(officer, f"{URL}sent/?before=yesterday")


def test_the_first_week_has_words(monkeypatch: Any, home: Any) -> None:
    del home
    monkeypatch.setattr(api, "batches", lambda *_, **__: [])
    monkeypatch.setattr(api, "quality", lambda *_, **__: [])
    officer = _actor("officer")
    assert "近一年没有报送过" in page(officer, URL)
    assert "还没有报送记录" in page(officer, f"{URL}sent/")
    assert heading(page(officer, URL)) == "报送本单位产生的信息"


def test_the_headline_says_what_to_do_first(officer: Any, hand_in: Callable[..., str], monkeypatch: Any) -> None:
    sent = api.batches
    address = hand_in(file(*rows({}, {"CF_JDRQ": "不详"})))
    number, long_ago = UUID(address.split("/")[2]), today().replace(day=1) - timedelta(days=70)
    counted = [one for one in api.quality(officer.token, everybody=False, since=long_ago) if one.item == "XZCF"]
    monkeypatch.setattr(api, "quality", lambda *_, **__: counted)
    monkeypatch.setattr(api, "batches", lambda token, **_: [one for one in sent(token) if number == one.upload])
    text = page(officer, URL)
    assert heading(text) == "有 1 次报送等您处理"
    assert text.index(f'href="{address}"') < text.index("上传文件"), "before the form"
    monkeypatch.setattr(api, "batches", lambda *_, **__: [])
    assert heading(page(officer, URL)) == "本期已全部报送"
    earlier = [replace(one, last_on=long_ago, month=long_ago.replace(day=1)) for one in counted]
    monkeypatch.setattr(api, "quality", lambda *_, **__: earlier)
    assert heading(page(officer, URL)) == "有 1 个条目过了报送期限"


def test_overdue_is_said_in_words(officer: Any, hand_in: Callable[..., str], monkeypatch: Any) -> None:
    hand_in(file(*rows({})))
    counted = api.quality
    long_ago = today().replace(day=1) - timedelta(days=70)

    def earlier(*arguments: Any, **options: Any) -> Any:
        return [replace(one, last_on=long_ago, month=long_ago.replace(day=1)) for one in counted(*arguments, **options)]

    monkeypatch.setattr(api, "quality", earlier)
    text = page(officer, URL)
    assert '<span class="tag late">已逾期</span>' in text
    assert "没有报送的期：" in text
    assert "还剩" in text or "今天是最后一天" in text


def test_nothing_to_report_is_said_in_two_steps(
    officer: Any, hand_in: Callable[..., str], read: Callable[[], None], monkeypatch: Any
) -> None:
    hand_in(file(*rows({})))
    address = f"{URL}nothing/XZCF/"
    assert f'href="{address}"' not in page(officer, URL), "this period has been reported"
    counted = api.quality
    long_ago = today().replace(day=1) - timedelta(days=70)
    with monkeypatch.context() as late:
        late.setattr(api, "quality", lambda *a, **o: [replace(one, last_on=long_ago) for one in counted(*a, **o)])
        assert f'href="{address}"' in page(officer, URL)
    assert "没有新的行政处罚" in page(officer, address)
    answer = officer.client.post(address)
    assert answer.status_code == 302
    read()
    text = page(officer, answer["Location"])
    assert heading(text) == "没有数据行，登记为无数据上报"
    assert "已入库" in text
    (one,) = [found for found in api.batches(officer.token) if str(found.upload) in answer["Location"]]
    assert (one.total, one.accepted, one.problem) == (0, 0, "")


def test_nothing_is_said_only_of_what_the_department_reports(officer: Any, clerk: Any, home: Any) -> None:
    code, _ = elsewhere(home)
    for other in (code, "NO_SUCH_ITEM"):
        assert "不能登记" in page(officer, f"{URL}nothing/{other}/", 404)
        assert officer.client.post(f"{URL}nothing/{other}/").status_code == 404
    assert clerk.client.get(f"{URL}nothing/XZCF/").status_code == 403
