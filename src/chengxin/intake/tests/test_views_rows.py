"""Refused rows put right one after the other: allowed and refused, traceable, and never a second way in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.intake import api, mending
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.receipts import receipt_of, verify
from chengxin.intake.tests.pages import URL, file, heading, page, rows
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import rows as ask
from chengxin.people.api import console_session
from conftest import _actor, connect, csv_of, fresh_person, penalty

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
    sent = {
        name: value
        for name, value in re.findall(r'<input type="(?:text|hidden)" name="([^"]+)"(?: value="([^"]*)")?', text)
    }
    sent |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', text, re.S))
    for name, options in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', text, re.S):
        sent[name] = "".join(re.findall(r'<option value="([^"]*)" selected', options)[:1])
    sent.pop("csrfmiddlewaretoken", None)
    from html import unescape

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
