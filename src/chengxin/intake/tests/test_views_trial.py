"""A file that is tried and not sent in: everything is told, nothing is kept, nobody is asked about."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengxin.intake import views
from chengxin.intake.result import STORE
from chengxin.intake.tests.pages import TRIAL, URL, attempt, elsewhere, file, heading, rows
from chengxin.kernel.masking import Viewer, What, mask
from conftest import csv_of

pytestmark = pytest.mark.database


def test_a_trial_tells_everything_and_keeps_nothing(officer: Any, home: Any) -> None:
    import psycopg

    def kept() -> list[Any]:
        tables = ("ledger_register", "intake_upload", "intake_file", "intake_batch", "records_stage", "people_key")
        with psycopg.connect(home.dsn("owner")) as owner:
            return [owner.execute(f"select count(*) from cx.{table}").fetchone() for table in tables]

    before = kept()
    good, bad = rows({}, {"CF_JDRQ": "不详", "CF_CFLB": "打手心"})
    text = attempt(officer, SimpleUploadedFile("表.csv", csv_of([good, bad]).decode().encode("gb18030")))
    assert heading(text) == "试校验：1 行需要改正"
    assert "CSV，GB18030" in text
    assert "认出的列" in text
    assert "处罚决定日期" in text
    assert "INTAKE-09" in text
    assert "INTAKE-12" in text
    assert "第 2 行</strong>" in text
    assert "姓名与平台已知的这个证件号码是否相符" in text
    assert "那条信息是否正在处理异议" not in text  # not asked of reports
    assert f'formaction="{TRIAL}"' in text
    assert '<input type="hidden" name="item" value="XZCF"' in text
    for row in (good, bad):
        assert row["CF_XDR_MC"] not in text
        assert row["CF_XDR_ZJHM"] not in text
    assert text.count("不详") == 1  # in the preview; a finding never repeats a cell
    assert '前 <span class="num">2 行</span>这样认出' in text
    assert text.count('class="long wrong"') == 2
    assert mask(What.NUMBER, good["CF_XDR_ZJHM"], Viewer.DATA_OFFICER) in text
    assert "{" not in re.sub(r"<[^>]+>", "", text)
    assert kept() == before


def test_a_trial_of_good_rows_says_what_is_left_to_ask(officer: Any) -> None:
    text = attempt(officer, file(*rows({}, {})))
    assert heading(text) == "试校验：没有发现需要改正的行"
    assert "上传以后才能核对" in text
    assert "问题汇总" not in text
    head = SimpleUploadedFile("空.csv", csv_of(rows({})).splitlines()[0] + b"\n")
    assert heading(attempt(officer, head)) == "试校验：文件中没有数据行"


def test_a_trial_lists_some_and_counts_all(officer: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(views, "SHOWN", 2)
    text = attempt(officer, file(*rows(*[{"CF_JDRQ": "不详"}] * 5)))
    assert re.findall(r"第 (\d+) 行</strong>", text) == ["1", "2"]
    assert '还有 <span class="num">3</span> 处' in text
    assert ">5 处</strong>" in text


def test_every_rule_that_a_trial_cannot_ask_has_a_question() -> None:
    assert set(views.LATER) == set(STORE.values())


def test_a_trial_of_an_unreadable_file_says_why(officer: Any) -> None:
    text = attempt(officer, SimpleUploadedFile("表.csv", b"a,b,c\n1,2,3\n"))
    assert heading(text) == "试校验：文件不能读取"
    assert "INTAKE-03" in text
    assert re.search(r'href="/catalog/XZCF/\d+\.xlsx">下载模板', text)
    text = attempt(officer, SimpleUploadedFile("表.csv", b"a,b,c\n1,2,3\n"), kind="withdraw")
    assert re.search(r'href="/catalog/XZCF/\d+\.xlsx\?kind=withdraw">下载模板', text)


def test_a_trial_of_other_departments_items_is_not_read(officer: Any, home: Any) -> None:
    item, name = elsewhere(home)
    text = attempt(officer, file(*rows({})), item=item)
    assert heading(text) == "试校验：文件不能按这个条目报送"
    assert f"不是目录条目“{name}”的报送单位" in text
    assert "下载模板" not in text


def test_a_trial_without_file_or_in_a_crowd_leads_back_to_the_form(officer: Any) -> None:
    assert officer.client.get(TRIAL)["Location"] == URL
    without = officer.client.post(TRIAL, {"item": "XZCF", "kind": "report"})
    assert without.status_code == 422
    assert "请选择要上传的文件。" in without.content.decode()
    with views._TRIALS, views._TRIALS:
        crowd = officer.client.post(TRIAL, {"item": "XZCF", "kind": "report", "file": file(*rows({}))})
    assert crowd.status_code == 503
    assert "没有试校验" in crowd.content.decode()
    attempt(officer, file(*rows({})))
