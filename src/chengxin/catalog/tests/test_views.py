"""The public pages: every item, version, register and file, in each of their states."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from chengxin.catalog import api
from chengxin.catalog.tests import samples
from chengxin.catalog.tests.material import Desk, day, definition, fresh_code

pytestmark = pytest.mark.database

REGISTERS = ["severity", "measures", "purposes", "bases", "groups", "prohibited"]


@pytest.fixture
def desk(home: Any) -> Desk:
    return Desk(home)


@pytest.fixture
def browser(home: Any) -> Client:
    del home
    return Client()


def html(browser: Client, address: str, status: int = 200) -> str:
    answer = browser.get(address)
    assert answer.status_code == status, address
    text = answer.content.decode()
    assert text.count("<h1") == 1
    assert not re.search(r" style=|<script| on\w+=", text)
    return text


def said(text: str) -> str:
    """What a person reads, without spaces."""
    return re.sub(r"\s", "", re.sub(r"<[^>]+>", "", text))


def test_the_list_names_items_and_what_is_disabled(browser: Client) -> None:
    text = html(browser, "/catalog/")
    assert "行政处罚（自然人）" in text
    assert "正在使用" in text
    assert "停用：没有依据" in text
    assert "公务员" in text
    assert 'href="/catalog/XZCF/"' in text


def test_every_item_has_a_page_a_person_understands(browser: Client) -> None:
    for head in api.heads():
        if head.effective_from is None:
            continue
        text = said(html(browser, f"/catalog/{head.code}/"))
        for words in ("对本人意味着什么", "谁能看到", "使用多久", "法律依据", "收集哪些内容", "填报模板", "批准发布"):
            assert words in text, f"{head.code}: {words}"
        assert ("怎样告诉本人" in text) == (head.polarity == "adverse")


def test_the_page_of_penalties_says_periods_bases_and_codes(browser: Client) -> None:
    text = said(html(browser, "/catalog/XZCF/1/"))
    assert "一般：自作出认定的那天起最短3个月，最长1年，到期自动停止" in text
    assert "轻微：不对外提供" in text
    assert "送达以后等待15天（自然日）" in text
    assert "到2031年1月31日，还剩" in text
    assert "行政拘留依法封存，不收集" in text


def test_the_page_says_who_may_report(browser: Client, desk: Desk) -> None:
    known, stranger = samples.OFFICE, samples.organisation(77)
    everybody, _ = desk.published(definition())
    some, _ = desk.published(definition(providers=[known[0], stranger]))
    nobody, _ = desk.published(definition(providers=[]))
    pages = [said(html(browser, f"/catalog/{code}/")) for code in (everybody, some, nobody)]
    assert ["可以报送的单位" in page for page in pages] == [False, True, True]
    assert f"可以报送的单位：{known[1]}、{stranger}（统一社会信用代码）。" in pages[1]
    assert "还没有可以报送的单位。" in pages[2]


def test_what_is_not_published_is_not_there(browser: Client, desk: Desk) -> None:
    code, number = api.new_draft(desk.editor, definition())
    for address in ("", f"{number}/", f"{number}.json", f"{number}.schema.json", f"{number}.xlsx", "diff"):
        assert browser.get(f"/catalog/{code}/{address}").status_code == 404
    assert code not in html(browser, "/catalog/")
    assert browser.get(f"/catalog/{fresh_code()}/").status_code == 404


def test_a_suspended_item_says_why(browser: Client, desk: Desk) -> None:
    code, number = desk.published(definition(name="将要暂停的条目"))
    assert "正在使用" in html(browser, f"/catalog/{code}/")
    api.suspend(desk.approver, code, number, "依据待核对")
    text = html(browser, f"/catalog/{code}/")
    assert "现在不能使用" in text
    assert "理由：依据待核对" in text
    api.withdraw(desk.approver, code, number, "不再需要")
    text = html(browser, f"/catalog/{code}/")
    assert "已废止" in text
    assert "理由：不再需要" in text


def test_a_later_version_waits_beside_the_one_in_force(browser: Client, desk: Desk) -> None:
    code, _ = desk.published(definition())
    later = definition(code, update_frequency="每月一次")
    later["field"][0] = {**later["field"][0], "length": 50}
    desk.published(later, days=5)
    assert "这不是现行的版本" not in html(browser, f"/catalog/{code}/")
    assert "这不是现行的版本" in html(browser, f"/catalog/{code}/2/")
    changes = said(html(browser, f"/catalog/{code}/diff"))
    assert "更新频率" in changes
    assert "现在：每月一次" in changes
    assert "原来：200现在：50" in changes
    assert "没有不同" in html(browser, f"/catalog/{code}/diff?from=2&to=2")


@pytest.mark.parametrize("asked", ["from=9&to=1", "from=1&to=x", "from=-1&to=1"])
def test_a_version_that_is_not_there_is_named(browser: Client, asked: str) -> None:
    text = html(browser, f"/catalog/XZCF/diff?{asked}", 400)
    assert "没有您要的这一版。这个条目有：第 1 版" in text


def test_only_one_version_has_nothing_to_compare(browser: Client) -> None:
    assert "只有一个版本" in html(browser, "/catalog/XZCF/diff")


def test_files_are_what_they_say(browser: Client) -> None:
    definition_file = browser.get("/catalog/XZCF/1.json")
    assert definition_file["Content-Disposition"] == 'attachment; filename="XZCF-1.json"'
    assert json.loads(definition_file.content)["item"]["code"] == "XZCF"
    schema = browser.get("/catalog/XZCF/1.schema.json")
    assert schema["Content-Type"] == "application/json"
    assert schema.json()["primaryKey"] == ["CF_WSH", "CF_XDR_ZJHM", "CF_CFJGDM"]
    workbook = browser.get("/catalog/XZCF/1.xlsx")
    assert CalamineWorkbook.from_filelike(io.BytesIO(workbook.content)).sheet_names == ["数据", "选项", "填写说明"]
    withdraw = browser.get("/catalog/XZCF/1.xlsx?kind=withdraw")
    assert withdraw["Content-Disposition"] == 'attachment; filename="XZCF-1-withdraw.xlsx"'
    assert browser.get("/catalog/XZCF/1.xlsx?kind=other").status_code == 404


def test_the_hub_leads_to_every_register(browser: Client) -> None:
    text = html(browser, "/catalog/standards/")
    for name in REGISTERS:
        assert f'href="/catalog/standards/{name}/"' in text


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_on_a_day_and_between_two(browser: Client, name: str) -> None:
    address = f"/catalog/standards/{name}/"
    assert "有效的内容，共" in html(browser, address)
    assert "这一天没有有效的内容" in html(browser, f"{address}?on=1949-01-01")
    assert "没有变化" in html(browser, f"{address}?compare={day(0)}")
    assert "新增" in html(browser, f"{address}?compare=1949-01-01")


@pytest.mark.parametrize("name", REGISTERS)
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("on=2026-13-01", "“查看哪一天”里的“2026-13-01”不是日期。请写成 2026-11-03 的样子"),
        ("compare=昨天", "“和哪一天对比”里的“昨天”不是日期。请写成 2026-11-03 的样子"),
        ("on=&compare=<b>", "“和哪一天对比”里的“&lt;b&gt;”不是日期"),
    ],
)
def test_a_day_that_is_none_is_named(browser: Client, name: str, asked: str, words: str) -> None:
    text = html(browser, f"/catalog/standards/{name}/?{asked}", 400)
    assert words in text
    assert "<title>错误：" in text


def test_a_law_that_was_replaced_ends_on_its_day(browser: Client) -> None:
    """环境影响评价法 gives way to 生态环境法典 on 15 August 2026."""
    text = said(html(browser, "/catalog/standards/bases/?on=2026-08-20&compare=2026-08-10"))
    assert "终止中华人民共和国环境影响评价法" in text
    assert "新增中华人民共和国生态环境法典" in text


def test_writing_needs_nothing_but_reading(browser: Client) -> None:
    for address in ("/catalog/", "/catalog/XZCF/", "/catalog/standards/", "/catalog/standards/bases/"):
        assert browser.post(address).status_code == 405
