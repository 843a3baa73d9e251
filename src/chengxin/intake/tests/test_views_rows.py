"""Refused rows put right one after the other: allowed and refused, traceable, and never a second way in."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengxin.intake import api
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.tests.pages import URL, change, file, heading, page, rows
from chengxin.intake.tests.test_views_batch import acts
from chengxin.kernel.errors import Refused
from conftest import _actor, csv_of, fresh_person, penalty

pytestmark = pytest.mark.database


def batch_of(officer: Any, address: str) -> api.Batch:
    found = api.batch(officer.token, UUID(address.split("/")[2]))
    assert found is not None
    return found


def post(actor: Any, address: str, step: str, status: int = 200, cells: dict[str, str] | None = None) -> str:
    answer = actor.client.post(f"{address}rows/", {"step": step} | (cells or {}))
    assert answer.status_code == status, answer.content.decode()
    text: str = answer.content.decode()
    assert text.count("<h1") == 1
    return text


def fields(text: str) -> dict[str, str]:
    """What a browser would send of the form as it is shown."""
    sent = dict(re.findall(r'<input type="(?:text|hidden)" name="([^"]+)"(?: value="([^"]*)")?', text))
    sent |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', text, re.S))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        sent[name] = "".join(re.findall(r'<option value="([^"]*)" selected', options)[:1])
    sent.pop("csrfmiddlewaretoken", None)
    return {name: unescape(value) for name, value in sent.items()}


def test_row_after_row(officer: Any, hand_in: Callable[..., str], home: Any) -> None:
    """From the batch to the last row: wrong keeps what was typed, right goes in, the original stays as it is."""
    sent = rows({}, {"CF_JDRQ": "不详"}, {"CF_YJ": "", "CF_NR": "给予警告。"})
    address = hand_in(file(*sent))
    assert f'href="{address}rows/"' in page(officer, address)
    assert heading(page(officer, f"{address}rows/")) == "还有 2 行没有改正"
    first = post(officer, address, "open")
    assert heading(first) == "第 2 行有 1 列需要改正"
    assert "“处罚决定日期”不是有效日期" in first
    assert 'value="不详"' in first
    assert "例如 2026-11-03" in first
    for one in sent:
        assert one["CF_XDR_MC"] not in first, "only masked"
        assert one["CF_XDR_ZJHM"] not in first
    typed = fields(first) | {"cell-CF_JDRQ": "2026-13-01"}
    again = post(officer, address, "save", 422, typed)
    assert "<title>错误：" in again
    assert 'value="2026-13-01"' in again
    assert 'href="#id_cell-CF_JDRQ"' in again
    second = post(officer, address, "save", cells=typed | {"cell-CF_JDRQ": sent[0]["CF_JDRQ"]})
    assert "第 2 行已入库" in second
    assert heading(second) == "第 3 行有 1 列需要改正"
    assert '还有 <strong class="nowrap">1 行</strong>没有入库' in second
    last = officer.client.post(f"{address}rows/", fields(second) | {"step": "save", "cell-CF_YJ": sent[0]["CF_YJ"]})
    assert last.status_code == 302
    text = page(officer, last["Location"])
    assert heading(text) == "没有需要改正的行"
    assert "第 3 行已入库" in text
    assert heading(page(officer, address)) == "需要改正的行都已改正"
    found = batch_of(officer, address)
    assert api.content_of(officer.token, found.upload or uuid4(), found.file_digest) == csv_of(sent)
    mended = [one for one in api.batches(officer.token) if one.mends == found.batch]
    assert [(one.mends_row, one.mended, one.total, one.accepted) for one in mended] == [
        (3, ["CF_YJ"], 1, 1),
        (2, ["CF_JDRQ"], 1, 1),
    ]
    text = page(officer, f"{URL}{mended[0].upload}/")
    assert "另一次报送的第 3 行</a>，改了：处罚依据" in text
    assert "逐行改正第 3 行" in page(officer, f"{URL}sent/")


def test_what_is_skipped_stays(officer: Any, bad: str) -> None:
    assert post(officer, bad, "open")
    answer = officer.client.post(f"{bad}rows/", {"step": "skip", "row": "2"})
    assert answer.status_code == 302
    assert heading(page(officer, answer["Location"])) == "还有 1 行没有改正"


def test_nothing_of_a_row_is_shown_without_an_act(officer: Any, bad: str, home: Any) -> None:
    before = acts(home, "intake.workbook")
    assert "cell-" not in page(officer, f"{bad}rows/")
    assert acts(home, "intake.workbook") == before
    assert "cell-CF_JDRQ" in post(officer, bad, "open")
    assert acts(home, "intake.workbook") == before + 1


def test_the_second_officer_is_told_and_goes_on(officer: Any, hand_in: Callable[..., str]) -> None:
    """INTAKE-72 on the page: what was typed is not saved, and the next row comes."""
    sent = rows({"CF_JDRQ": "昨天"}, {"CF_JDRQ": "前天"})
    address, right = hand_in(file(*sent)), penalty(*fresh_person())["CF_JDRQ"]
    typed = fields(post(officer, address, "open")) | {"cell-CF_JDRQ": right}
    post(officer, address, "save", cells=typed)
    second = post(officer, address, "save", 422, typed)
    assert "同事正在改正" in second
    assert heading(second) == "第 2 行有 1 列需要改正"
    assert "<title>错误：" in second
    last = fields(second) | {"step": "save", "cell-CF_JDRQ": right}
    assert officer.client.post(f"{address}rows/", last).status_code == 302
    over = officer.client.post(f"{address}rows/", last)
    assert over.status_code == 422
    assert heading(over.content.decode()) == "没有需要改正的行"


def test_another_department_and_other_roles_find_nothing(officer: Any, clerk: Any, bad: str) -> None:
    other = _actor("officer2")
    assert other.client.get(f"{bad}rows/").status_code == 404
    assert other.client.post(f"{bad}rows/", {"step": "open"}).status_code == 404
    assert clerk.client.get(f"{bad}rows/").status_code == 403
    assert clerk.client.post(f"{bad}rows/", {"step": "open"}).status_code == 403
    assert officer.client.put(f"{bad}rows/").status_code == 405


def test_before_it_is_read_there_is_no_row(officer: Any, hand_in: Callable[..., str]) -> None:
    assert officer.client.get(f"{hand_in(file(*rows({})), done=False)}rows/").status_code == 404


def test_nothing_is_wrong(officer: Any, hand_in: Callable[..., str]) -> None:
    address = hand_in(file(*rows({})))
    assert "逐行改正" not in page(officer, address)
    assert heading(page(officer, f"{address}rows/")) == "没有需要改正的行"
    assert officer.client.post(f"{address}rows/", {"step": "open"}).status_code == 302


def test_a_row_without_cells_is_put_right_in_the_file(officer: Any, hand_in: Callable[..., str]) -> None:
    head, line = csv_of(rows({})).splitlines()
    address = hand_in(SimpleUploadedFile("表.csv", head + b"\n" + line + b",more,and,more\n"))
    text = post(officer, address, "open")
    assert "没有分成一格一格" in text
    assert "INTAKE-05" in text
    assert "保存并下一条" not in text
    assert heading(post(officer, address, "save", 422, {"row": "1"})) == "还有 1 行没有改正"


def test_what_may_not_be_collected_is_not_to_be_made_to_fit(officer: Any, hand_in: Callable[..., str]) -> None:
    address = hand_in(file(*rows({"CF_WSH": ""})))
    assert "请不要改成能入库的样子" in post(officer, address, "open")


def test_a_batch_whose_file_is_gone_says_what_to_do(officer: Any, bad: str, monkeypatch: Any) -> None:
    assert "可以逐行改正，或者下载" in page(officer, bad)
    change(monkeypatch, kept=False)
    assert "逐行改正" not in page(officer, bad)
    assert "请改正原文件，整个重新上传" in page(officer, bad)
    text = page(officer, f"{bad}rows/")
    assert heading(text) == "这些行不能逐行改正"
    assert "保存期已过" in text
    change(monkeypatch, item_version=99, kept=True)
    assert "可以下载需改正的行" in page(officer, bad)
    assert "新的一版" in page(officer, f"{bad}rows/")
    assert "新的一版" in post(officer, bad, "open")


def test_a_file_that_is_not_read_a_second_time_says_why(officer: Any, bad: str, monkeypatch: Any) -> None:
    def unreadable(*_: Any, **__: Any) -> Any:
        raise UnreadableFile("INTAKE-01", "校验进程异常结束", "请重试")

    monkeypatch.setattr(api, "wrong_row", unreadable)
    assert "校验进程异常结束。请重试。" in post(officer, bad, "open", 422)


def test_what_the_store_refuses_keeps_what_was_typed(officer: Any, hand_in: Callable[..., str]) -> None:
    """INTAKE-37: another kind of file is needed; the page says so."""
    there = penalty(*fresh_person())
    address = hand_in(file(there, there | {"CF_WSH": "", "CF_NR": "罚款六百元"}))
    typed = fields(post(officer, address, "open")) | {"cell-CF_WSH": there["CF_WSH"]}
    text = post(officer, address, "save", 422, typed)
    assert "INTAKE-37" in text
    assert f'value="{there["CF_WSH"]}"' in text
    assert "改用“更正”的文件" in text


def test_what_is_not_a_choice_is_shown_as_it_stands(officer: Any, hand_in: Callable[..., str]) -> None:
    address = hand_in(file(*rows({"CF_SXYZCD": "很重"})))
    text = post(officer, address, "open")
    assert re.search(r'<option value="很重" selected', text)
    right = fields(text) | {"step": "save", "cell-CF_SXYZCD": "一般"}
    assert officer.client.post(f"{address}rows/", right).status_code == 302


def test_a_session_that_ended_keeps_what_was_typed(officer: Any, bad: str, monkeypatch: Any) -> None:
    def ended(*_: Any) -> Any:
        raise Refused("DUTY-01")

    typed = fields(post(officer, bad, "open")) | {"cell-CF_JDRQ": "2026-11-01"}
    monkeypatch.setattr(api, "mend", ended)
    assert 'value="2026-11-01"' in post(officer, bad, "save", 422, typed)
