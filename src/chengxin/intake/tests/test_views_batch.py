"""The page of a batch: progress, every outcome, files to take away, and nothing of anybody else's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengxin.catalog import api as catalog
from chengxin.intake import api, views_batch
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.forms import NOT_COMING
from chengxin.intake.tests.pages import URL, change, elsewhere, file, heading, page, rows
from chengxin.intake.workbook import TooManyRows
from chengxin.kernel.errors import Refused
from chengxin.people.api import end_other_sessions
from conftest import _actor, csv_of, fresh_person, penalty

pytestmark = pytest.mark.database


# ---- a batch in each of its states -------------------------------------------------------------------------------


def test_an_upload_waits_and_its_page_comes_again_by_itself(officer: Any, hand_in: Callable[..., str]) -> None:
    address = hand_in(file(*rows({})), done=False)
    answer = officer.client.get(address)
    text = answer.content.decode()
    every = views_batch.EVERY
    assert f'<noscript><meta http-equiv="refresh" content="{every}"></noscript>' in text
    assert f'hx-trigger="every {every}s"' in text
    assert "script-src 'self'; connect-src 'self'" in answer["Content-Security-Policy"]
    assert heading(text) == "文件已收到，等待校验"
    assert "<progress" in text
    assert 'role="status"' in text
    still = officer.client.get(f"{address}?still")
    assert 'http-equiv="refresh"' not in still.content.decode()
    assert "hx-get" not in still.content.decode()
    assert "script-src" not in still["Content-Security-Policy"]
    assert "刷新" in still.content.decode()
    assert "校验中" in page(officer, f"{URL}sent/")


def test_only_what_moves_is_asked_for_again(officer: Any, clerk: Any, hand_in: Callable[..., str]) -> None:
    part = {"HX-Request": "true"}
    address = hand_in(file(*rows({})), done=False)
    answer = officer.client.get(address, headers=part)
    text = answer.content.decode()
    assert heading(text) == "文件已收到，等待校验"
    assert "<html" not in text
    assert "这次报送" not in text
    assert clerk.client.get(address, headers=part).status_code == 403
    closed = officer.client.get(hand_in(file(*rows({}))), headers=part)
    assert (closed["HX-Refresh"], closed.content) == ("true", b"")


def test_progress_is_rows_of_rows(officer: Any, hand_in: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    address = hand_in(file(*rows({})), done=False)
    change(monkeypatch, declared=2000, judged=500)
    text = page(officer, address)
    assert heading(text) == "正在校验"
    assert 'max="2000" value="500"' in text
    assert "（25%）" in text


def test_all_good(officer: Any, hand_in: Callable[..., str]) -> None:
    address = hand_in(file(*rows({}, {})))
    answer = officer.client.get(address)
    text = answer.content.decode()
    assert 'http-equiv="refresh"' not in text
    assert "hx-get" not in text
    assert "script-src" not in answer["Content-Security-Policy"]
    assert heading(text) == "全部 2 行已入库"
    number = api.batch(officer.token, UUID(address.split("/")[2]))
    assert number is not None
    assert str(number.batch) in text
    assert "没有需要改正的行" in text
    assert "下载需改正的行" not in text
    assert "下载回执" in text


def test_the_same_file_again_is_nothing_new(officer: Any, hand_in: Callable[..., str]) -> None:
    sent = rows({}, {})
    hand_in(file(*sent))
    text = page(officer, hand_in(file(*sent)))
    assert heading(text) == "2 行原来已有，没有新的内容"


def test_a_file_without_rows(officer: Any, hand_in: Callable[..., str]) -> None:
    head = csv_of(rows({})).splitlines()[0] + b"\n"
    text = page(officer, hand_in(SimpleUploadedFile("空.csv", head)))
    assert heading(text) == "没有数据行，登记为无数据上报"
    assert "本单位说明没有要报送的" in text
    assert "没有读到数据" not in text
    text = page(officer, hand_in(SimpleUploadedFile("空.csv", head), kind="correct"))
    assert heading(text) == "文件中没有数据行", "only a report says that there is nothing"
    assert "没有读到数据" in text


def test_rows_to_fix_are_told_apart_in_chinese(officer: Any, hand_in: Callable[..., str]) -> None:
    good, bad, worse = rows({}, {"CF_JDRQ": "不详"}, {"CF_JDRQ": "", "CF_CFLB": "打手心"})
    text = page(officer, hand_in(file(good, bad, worse)))
    assert heading(text) == "2 行需要改正"
    assert "处罚决定日期" in text
    assert "INTAKE-09" in text
    assert "INTAKE-12" in text
    assert "问题汇总" in text
    assert "逐行列出" in text
    assert "下载需改正的行（Excel）" in text
    assert "上传改正后的文件" in text
    assert "不详" not in text
    for row in (good, bad, worse):
        assert row["CF_XDR_MC"] not in text
        assert row["CF_XDR_ZJHM"] not in text
    assert "{" not in re.sub(r"<[^>]+>", "", text)


def test_findings_are_paged_by_row_and_by_kind(officer: Any, hand_in: Callable[..., str], monkeypatch: Any) -> None:
    monkeypatch.setattr(views_batch, "SHOWN", 3)
    address = hand_in(file(*rows(*[{"CF_JDRQ": "不详"}] * 5)))
    first = page(officer, address)
    numbers = [int(row) for row in re.findall(r"第 (\d+) 行</strong>", first)]
    assert numbers == sorted(numbers)
    assert numbers[0] == 1
    (after,) = re.findall(r'href="\?after=(\d+)#rows-title"', first)
    assert int(after) == numbers[-1]
    second = page(officer, f"{address}?after={after}")
    assert f"第 {int(after) + 1} 行</strong>" in second
    assert "回到第一页" in second
    assert "没有更多的行" in page(officer, f"{address}?after=999")
    assert "请留意</span>" not in page(officer, f"{address}?only=error")
    strange = page(officer, f"{address}?only=nothing&after=x")
    assert [int(row) for row in re.findall(r"第 (\d+) 行</strong>", strange)] == numbers


def test_rows_put_right_are_counted(officer: Any, hand_in: Callable[..., str], bad: str) -> None:
    found = api.batch(officer.token, UUID(bad.split("/")[2]))
    assert found is not None
    hand_in(file(penalty(*fresh_person()) | {"__row_key": f"{found.batch}:2"}))
    text = page(officer, bad)
    assert heading(text) == "需要改正的行都已改正"
    assert "已改正 <strong" in text
    assert ">已改正</span>" in text
    assert "下载需改正的行" not in text
    assert officer.client.post(f"{bad}workbook").status_code == 404


def test_an_unreadable_file_says_why_and_the_way_out(officer: Any, hand_in: Callable[..., str]) -> None:
    text = page(officer, hand_in(SimpleUploadedFile("表.csv", b"a,b,c\n1,2,3\n")))
    assert heading(text) == "文件不能读取，没有任何一行入库"
    assert "INTAKE-03" in text
    assert "改正后重新上传" in text
    assert re.search(r'href="/catalog/XZCF/\d+\.xlsx">下载模板<', text)
    assert "下载回执" not in text
    assert "不能读取" in page(officer, f"{URL}sent/")


def test_an_interrupted_upload_goes_on(home: Any, read: Callable[[], None]) -> None:
    del home
    first = _actor("officer")
    answer = first.client.post(URL, {"item": "XZCF", "kind": "report", "file": file(*rows({}))})
    second = _actor("officer")
    end_other_sessions(second.token)  # with whatever reads in the officer's name
    read()
    text = page(second, answer["Location"])
    assert heading(text) == "校验中断了，需要您继续处理"
    assert "登录已经结束" in text
    gone_on = second.client.post(f"{answer['Location']}go-on")
    assert gone_on["Location"] == answer["Location"]
    read()
    assert heading(page(second, answer["Location"])) == "全部 1 行已入库"
    assert second.client.post(f"{answer['Location']}go-on").status_code == 409


def test_a_withdrawal_says_what_it_did(citizen: Any, officer: Any, hand_in: Callable[..., str]) -> None:
    from chengxin.people.api import self_look
    from chengxin.records.api import own

    (record,) = own(self_look(citizen.token))
    row = penalty(citizen.name, citizen.number, CF_WSH=record.doc_no)
    keys = ("CF_XDR_MC", "CF_XDR_ZJLX", "CF_XDR_ZJHM", "CF_WSH", "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM")
    sent = {key: row[key] for key in keys} | {"CX_YY": "决定被撤销"}
    text = page(officer, hand_in(file(sent), kind="withdraw"))
    assert heading(text) == "全部 1 行已撤回"
    assert "1 条</span>信息已经停止使用" in text
    assert "看到“已撤销”和撤回理由" in text
    assert "通知入库信息的当事人" not in text
    refused = page(officer, hand_in(file(sent | {"CF_WSH": "盐市监罚决〔2026〕0号"}), kind="withdraw"))
    assert "这些行没有撤回" in refused
    assert "没有入库</h2>" not in refused
    assert "停止使用" not in refused


# ---- a file that may not come in, or broke off -------------------------------------------------------------------


def test_an_item_of_other_departments_is_said_by_its_name(officer: Any, hand_in: Callable[..., str], home: Any) -> None:
    """INTAKE-66: the file could be read; it is not this organisation's to report."""
    item, name = elsewhere(home)
    answer = officer.client.post(URL, {"item": item, "kind": "report", "file": file(*rows({}))})
    hand_in(file(*rows({})))
    text = page(officer, answer["Location"])
    assert heading(text) == "文件没有接收，没有任何一行入库"
    assert f"不是目录条目“{name}”的报送单位" in text
    assert "选择别的条目" in text
    assert "没有接收" in page(officer, f"{URL}sent/")


def test_rows_of_earlier_blocks_are_not_denied(officer: Any, hand_in: Callable[..., str], monkeypatch: Any) -> None:
    address = hand_in(SimpleUploadedFile("表.csv", b"a,b,c\n1,2,3\n"))
    assert "没有任何内容入库" in page(officer, address)
    change(monkeypatch, batch=uuid4(), judged=500, declared=2000)
    text = page(officer, address)
    assert heading(text) == "文件不能读取，校验没有完成"
    assert "没有任何" not in re.sub(r"不产生任何作用|没有通知任何人", "", text)
    assert "重新上传同一个文件" in text


@pytest.mark.parametrize(
    ("channel", "title", "way"),
    [
        ("command", "校验中断了，需要重新运行导入", "请重新运行同一个文件的导入"),
        ("folder", "校验中断了，等待监视目录的程序恢复", "自己从停下的地方接着读"),
    ],
)
def test_a_reading_without_upload_goes_on_where_it_ran(
    officer: Any, hand_in: Callable[..., str], monkeypatch: Any, channel: str, title: str, way: str
) -> None:
    address = hand_in(file(*rows({})), done=False)
    facts = {"running": False, "stalled": True, "upload": None, "judged": 500, "declared": 2000, "channel": channel}
    change(monkeypatch, **facts)
    text = page(officer, address)
    assert heading(text) == title
    assert way in text
    assert "继续处理" not in text


# ---- what follows for a person -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("polarity", "kind", "said"),
    [
        ("adverse", "report", "平台通知入库信息的当事人。告知书送达、等待期届满之前"),
        ("adverse", "legacy", "平台分批通知入库信息的当事人。告知书送达、等待期届满之前"),
        ("adverse", "correct", "重新告知当事人。告知书送达、等待期届满之前"),
        ("positive", "report", "入库就产生作用"),
        ("neutral", "legacy", "入库就产生作用"),
    ],
)
def test_what_harms_waits_and_what_is_granted_counts_at_once(
    officer: Any, hand_in: Callable[..., str], monkeypatch: Any, polarity: str, kind: str, said: str
) -> None:
    address = hand_in(file(*rows({})))
    found = [replace(head, polarity=polarity) for head in catalog.heads()]
    monkeypatch.setattr(views_batch, "heads", lambda: found)
    change(monkeypatch, kind=kind)
    text = page(officer, address)
    assert said in text
    assert ("等待期" in text) is (polarity == "adverse")


# ---- rows that are not coming ------------------------------------------------------------------------------------


def test_rows_that_are_not_coming_are_said_with_their_reason(officer: Any, bad: str) -> None:
    text = page(officer, bad)
    assert all(words in text for words in NOT_COMING.values())
    empty = officer.client.post(f"{bad}dismiss")
    assert empty.status_code == 422
    assert "请选择为什么不再报送。" in empty.content.decode()
    assert "<details open>" in empty.content.decode()
    assert officer.client.post(f"{bad}dismiss", {"reason": "unlawful"})["Location"] == bad
    text = page(officer, bad)
    assert heading(text) == "需要改正的行不再报送"
    assert f"原因是“{NOT_COMING['unlawful']}”" in text
    assert ">不再报送</span>" in text
    assert "<title>已入库：" in text
    assert "下载需改正的行" not in text
    assert "登记为不再报送" not in text
    assert "已改正或者不再报送 1" in re.sub(r"<[^>]+>", "", page(officer, f"{URL}sent/"))
    # Said twice it is the same, and whatever else was said first stays.
    assert officer.client.post(f"{bad}dismiss", {"reason": "mistaken"})["Location"] == bad
    assert NOT_COMING["unlawful"] in page(officer, bad)


def test_a_refused_dismissal_is_said_on_the_page(officer: Any, bad: str, monkeypatch: Any) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Refused("INTAKE-32")

    monkeypatch.setattr(api, "dismiss", refuse)
    answer = officer.client.post(f"{bad}dismiss", {"reason": "mistaken"})
    assert answer.status_code == 422
    assert "没有登记为不再报送" in answer.content.decode()
    assert "这个批次不存在" in answer.content.decode()


def test_held_rows_still_wait_when_the_others_are_not_coming(
    officer: Any, hand_in: Callable[..., str], citizen: Any
) -> None:
    address = hand_in(file(*rows({"CF_JDRQ": "不详"}), penalty("别的名字", citizen.number)))
    text = page(officer, address)
    assert heading(text) == "1 行需要改正，1 行等待核对"
    assert "这次报送算作办完" not in text
    officer.client.post(f"{address}dismiss", {"reason": "elsewhere"})
    text = page(officer, address)
    assert heading(text) == "1 行等待核对"
    assert "已改正、核证或者不再报送" in text
    assert ">等待核对</span>" in text


@pytest.mark.parametrize(("outcome", "word"), [("released", "已放行"), ("refused", "不予记入")])
def test_what_was_decided_about_a_held_row_is_told_row_by_row(
    officer: Any, reviewer: Any, hand_in: Callable[..., str], citizen: Any, outcome: str, word: str
) -> None:
    address = hand_in(file(penalty("别的名字", citizen.number), penalty("另一个名字", citizen.number)))
    batch = api.batch(officer.token, UUID(address.split("/")[2]))
    assert batch is not None
    assert batch.batch is not None
    api.decide(reviewer.token, batch.batch, 1, outcome=outcome, reasons="与报送单位核对过。")
    text = page(officer, address)
    assert heading(text) == "1 行等待核对"
    assert "现在不需要您做什么" in text  # only whoever certifies has to act
    listed = page(officer, "/intake/")
    assert re.search(rf'{address}">.*?<span class="tag brand">核查中</span>', listed, re.S)
    assert address not in listed.partition('id="due-title"')[0]  # not among what waits for the department
    assert re.findall(r"第 (\d) 行</strong>.*?<span class=.tag[^>]*>(.*?)</span>", text, re.S) == [
        ("1", word),
        ("2", "等待核对"),
    ]


# ---- files to take away ------------------------------------------------------------------------------------------


def acts(home: Any, activity: str) -> int:
    import psycopg

    with psycopg.connect(home.dsn("owner")) as owner:
        row = owner.execute("select count(*) from cx.ledger_register where activity = %s", [activity]).fetchone()
    return int(row[0]) if row else 0


def test_the_workbook_is_an_act_and_comes_as_a_file(home: Any, officer: Any, bad: str) -> None:
    before = acts(home, "intake.workbook")
    answer = officer.client.post(f"{bad}workbook")
    assert (answer.status_code, answer["Content-Type"]) == (200, views_batch.EXCEL)
    assert re.fullmatch(r'attachment; filename="XZCF-[0-9a-f-]{36}\.xlsx"', answer["Content-Disposition"])
    assert answer.content.startswith(b"PK")
    assert acts(home, "intake.workbook") == before + 1


def test_too_many_rows_for_a_workbook_are_said_on_the_page(officer: Any, bad: str, monkeypatch: Any) -> None:
    def too_many(*_: Any) -> bytes:
        raise TooManyRows(60_000)

    monkeypatch.setattr(api, "workbook_of", too_many)
    answer = officer.client.post(f"{bad}workbook")
    assert answer.status_code == 422
    assert "60,000 行" in answer.content.decode()


def test_without_rows_to_fix_there_is_no_workbook(officer: Any, hand_in: Callable[..., str]) -> None:
    assert officer.client.post(f"{hand_in(file(*rows({})))}workbook").status_code == 404


def test_the_receipt_is_signed_text_and_only_of_a_closed_batch(officer: Any, hand_in: Callable[..., str]) -> None:
    answer = officer.client.get(f"{hand_in(file(*rows({})))}receipt")
    text = answer.content.decode()
    assert "total 1\naccepted 1\n" in text
    assert "\n\n— " in text  # the signature of a note
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="receipt-')
    assert officer.client.get(f"{hand_in(file(*rows({})), done=False)}receipt").status_code == 404


def test_a_file_that_is_not_read_a_second_time_says_why(officer: Any, bad: str, monkeypatch: Any) -> None:
    def unreadable(*_: Any) -> bytes:
        raise UnreadableFile("INTAKE-01", "校验进程异常结束", "请重试")

    monkeypatch.setattr(api, "workbook_of", unreadable)
    answer = officer.client.post(f"{bad}workbook")
    assert answer.status_code == 422
    assert "校验进程异常结束。请重试。" in answer.content.decode()
    assert "<title>错误：" in answer.content.decode()
