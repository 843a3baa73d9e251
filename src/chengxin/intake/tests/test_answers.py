"""The department's own workbook, by the version and in the form that its file had."""

from __future__ import annotations

import io
import re
import secrets
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import load_workbook

from chengxin.catalog import api as catalog
from chengxin.intake import answers, api, queries
from chengxin.intake.api import Batch, UnreadableFile
from chengxin.intake.tests.test_watch_city import mended
from chengxin.kernel.identity import check_digit
from chengxin.kernel.periods import add_months
from chengxin.ledger.api import today
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database


@pytest.fixture
def sent(officer: Any, system: Any) -> Callable[..., Batch]:
    """An upload that the worker has read."""

    def sent(content: bytes) -> Batch:
        one = api.upload(officer.token, content, item="XZCF", kind="report")
        while api.work(system.token, using="worker"):
            pass
        found = api.batch(officer.token, one)
        assert found is not None
        return found

    return sent


def cells(content: bytes) -> list[list[Any]]:
    return load_workbook(io.BytesIO(content)).get_sheet_by_name("数据").to_python(skip_empty_area=False)


def stated_version(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = re.search(r'name="catalog_version"><vt:\w+>(\d+)<', archive.read("docProps/custom.xml").decode())
    assert found
    return found[1]


def test_a_newer_version_of_the_item_takes_nobody_the_workbook(
    officer: Any, sent: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newer one asks for a column that the file could not have."""
    batch = sent(csv_of([penalty(*fresh_person()), penalty(*fresh_person(), CF_JDRQ="昨天")]))
    now = catalog.item("XZCF")
    assert now is not None
    column = {"code": "NEW", "name": "新列", "kind": "text", "length": 9, "required": "yes", "store": "plain"}
    newer = replace(now, version=99, definition=now.definition | {"field": [*now.definition["field"], column]})
    monkeypatch.setattr(queries, "catalog_item", lambda _code: newer)
    content = api.workbook_of(officer.token, batch)
    assert stated_version(content) == str(batch.item_version) == str(now.version)
    header, row = cells(content)
    assert "新列" not in header
    assert (row[0], row[header.index("处罚决定日期")]) == ("2", "昨天")


def test_a_file_that_cannot_be_read_a_second_time_is_a_clear_refusal(
    officer: Any, sent: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = sent(csv_of([penalty(*fresh_person(), CF_JDRQ="昨天")]))
    with pytest.raises(UnreadableFile) as gone:
        api.workbook_of(officer.token, replace(batch, item_version=77))
    assert gone.value.reason == "没有目录条目 XZCF 的这一版"
    monkeypatch.setattr(answers, "content_of", lambda *_: b"another file")
    with pytest.raises(UnreadableFile) as error:
        api.workbook_of(officer.token, batch)
    assert (error.value.code, bool(error.value.remedy)) == ("INTAKE-03", True)


@pytest.mark.parametrize(("years", "taken"), [(18, 1), (17, 0)])
def test_the_day_of_the_act_is_asked_for_and_decides(
    officer: Any, sent: Callable[..., Batch], years: int, taken: int
) -> None:
    """INTAKE-60: the format has no column for it; the workbook brings one. INTAKE-18, if it was a minor's act."""
    name, _ = fresh_person()
    body = f"090902{add_months(today(), -12 * 20):%Y%m%d}{secrets.randbelow(900) + 1:03d}"
    batch = sent(csv_of([penalty(name, body + check_digit(body))]))
    assert (batch.accepted, batch.refused, batch.held) == (0, 1, 0)
    content = api.workbook_of(officer.token, batch)
    header, row = cells(content)
    assert (header[-2], row[-2]) == ("违法行为发生日期", "")
    assert "不能确认行为发生时已满 18 周岁" in row[1]
    acted_on = add_months(today(), -12 * (20 - years))
    again = sent(mended(content, "", str(acted_on)))
    assert (again.accepted, again.refused) == (taken, 1 - taken)
    if again.batch and not taken:
        assert [one.code for one in api.findings(officer.token, again.batch)] == ["INTAKE-18"]


FIRST = {
    "决定书文号": "CF_WSH",
    "处罚名称": "CF_WFXW",
    "处罚类别1": "CF_CFLB",
    "处罚事由": "CF_SY",
    "CF_YJ": "CF_YJ",
    "CF_XDR_MC": "CF_XDR_MC",
    "居民身份证号": "CF_XDR_ZJHM",
    "处罚结果": "CF_NR",
    "处罚金额": "CF_NR_FK",
    "CF_JDRQ": "CF_JDRQ",
    "CF_XZJG": "CF_CFJG",
    "当前状态": "CF_ZT",
    "失信严重程度": "CF_SXYZCD",
    "CF_CFJGDM": "CF_CFJGDM",
    "CF_SJLY": "CF_SJLY",
    "CF_SJLYDM": "CF_SJLYDM",
}
"""Heading of a first-generation file -> our column, with those that the local rules append."""


def test_a_file_of_the_first_generation_comes_back_as_one_and_is_taken_as_one(
    officer: Any, sent: Callable[..., Batch]
) -> None:
    definition = queries.definition("XZCF")
    names = {field["code"]: field["name"] for field in definition["field"]}
    headings = {
        heading if heading in {*definition["format"][0]["columns"], *names} else names[code]: code
        for heading, code in FIRST.items()
    }
    right = str(today() - timedelta(days=20))
    ours = [penalty(*fresh_person()) | {"CF_ZT": "0", "CF_SXYZCD": state} for state in ("一般", "0")]
    ours[1]["CF_JDRQ"] = "昨天"
    batch = sent(csv_of([{heading: row[code] for heading, code in headings.items()} for row in ours]))
    assert batch.form.endswith("第一代")
    assert (batch.accepted, batch.refused) == (1, 1)
    content = api.workbook_of(officer.token, batch)
    header, row = cells(content)
    assert len(header) == len(headings) + 3  # nothing that the format only implies
    assert {"处罚名称", "处罚类别1", "居民身份证号", "CF_XZJG"} <= set(header)
    found = dict(zip(header, row, strict=True))
    assert (found["当前状态"], found["居民身份证号"]) == ("0", ours[1]["CF_XDR_ZJHM"])
    again = sent(mended(content, "昨天", right))
    assert again.form.endswith("第一代")
    assert (again.accepted, again.refused) == (1, 0)
    mended_batch = api.batch(officer.token, batch.batch) if batch.batch else None
    assert mended_batch is not None
    assert mended_batch.open_rows == 0
