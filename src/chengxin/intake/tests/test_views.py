"""The upload page: who may, what it says about every row, and what it never does."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengxin.intake import views
from chengxin.intake.api import Finding, ImportResult, receipts
from chengxin.intake.tests.material import NUMBER, row
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today

pytestmark = pytest.mark.database
URL = "/intake/"


def rows(officer: Any, *changes: dict[str, str]) -> list[dict[str, str]]:
    """Rows of the officer's own organisation, each with a document number of its own."""
    own = {
        "CF_CFJG": officer.account.organisation_name,
        "CF_CFJGDM": officer.account.organisation,
        "CF_SJLY": officer.account.organisation_name,
        "CF_SJLYDM": officer.account.organisation,
        "CF_JDRQ": str(today() - timedelta(days=10)),
        "CF_YXQ": "",
        "CF_GSJZQ": "",
    }
    return [row(**own | {"CF_WSH": f"盐市监处罚〔2026〕{uuid4().int % 10**9}号"} | change) for change in changes]


def file(lines: list[dict[str, str]], encoding: str = "utf-8") -> SimpleUploadedFile:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(lines[0]))
    writer.writeheader()
    writer.writerows(lines)
    return SimpleUploadedFile("十一月.csv", text.getvalue().encode(encoding))


def upload(officer: Any, sent: SimpleUploadedFile) -> tuple[int, str]:
    answer = officer.client.post(URL, {"item": "XZCF", "file": sent})
    return answer.status_code, answer.content.decode()


def test_anonymous_is_sent_to_sign_in(officer: Any) -> None:
    for answer in (Client().get(URL), Client().post(URL, {"item": "XZCF"})):
        assert (answer.status_code, answer["Location"]) == (302, "/sign-in?next=/intake/")


def test_other_duties_are_refused(clerk: Any, reviewer: Any) -> None:
    for actor in (clerk, reviewer):
        assert actor.client.get(URL).status_code == 403
        assert actor.client.post(URL, {"item": "XZCF"}).status_code == 403


def test_get_shows_form_and_writes_nothing(officer: Any) -> None:
    before = receipts(officer.token)
    page = officer.client.get(URL)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert page.content.decode().count("<h1>") == 1
    assert "10 MB" in page.content.decode()
    assert receipts(officer.token) == before


def test_other_methods_do_not_exist(officer: Any) -> None:
    assert officer.client.put(URL).status_code == 405


def test_every_row_is_told_apart_in_chinese(officer: Any) -> None:
    good, bad = rows(officer, {}, {"CF_XDR_ZJHM": NUMBER[:-1] + "0", "CF_JDRQ": "不详"})
    status, page = upload(officer, file([good, bad]))
    assert status == 200
    assert "共 2 行：" in page
    assert "1 行已入库" in page
    assert "1 行需要改正" in page
    assert "UTF-8" in page
    assert "自然人证件号码" in page
    assert "处罚决定日期" in page
    assert "INTAKE-14" in page
    assert 'role="region" tabindex="0" aria-label="需要改正的问题' in page
    assert NUMBER[:-1] not in page
    assert "王桂兰" not in page
    assert str(receipts(officer.token, 1)[0].batch) in page


def test_same_file_again_does_no_harm_and_encoding_is_named(officer: Any) -> None:
    lines = rows(officer, {})
    upload(officer, file(lines))
    status, page = upload(officer, file(lines, "gb18030"))
    assert status == 200
    assert "1 行原来已有" in page
    assert "GB18030" in page


def test_unreadable_file_says_why_and_the_way_out(officer: Any) -> None:
    before = receipts(officer.token)
    status, page = upload(officer, SimpleUploadedFile("表.xlsx", b"PK\x03\x04rest"))
    assert status == 422
    assert "<title>错误：" in page
    assert "这是 Excel 或压缩文件，不是 CSV 文件。请在表格软件中另存为" in page
    assert receipts(officer.token) == before


def test_no_file_is_said_at_the_field(officer: Any) -> None:
    answer = officer.client.post(URL, {"item": "XZCF"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_file"' in page
    assert "请选择要上传的 CSV 文件。" in page


def test_receipts_are_the_own_organisations(officer: Any, admit: Callable[..., Any]) -> None:
    upload(officer, file(rows(officer, {})))
    newest = receipts(officer.token, 1)[0]
    page = officer.client.get(URL).content.decode()
    assert str(newest.batch) in page
    assert "已入库" in page


def test_outcome_names_only_what_happened() -> None:
    assert views.outcome(ImportResult(total=12, accepted=10, refused=2)) == ["10 行已入库", "2 行需要改正"]
    assert views.outcome(ImportResult(total=1300, accepted=0, refused=0, held=100, unchanged=1200)) == [
        "100 行等待核对",
        "1,200 行原来已有",
    ]
    assert views.outcome(ImportResult(total=0, accepted=0, refused=0)) == ["文件中没有数据行"]


def test_long_lists_are_cut_and_counted() -> None:
    many = tuple(Finding(n, "CF_JDRQ", "INTAKE-09", "…") for n in range(views.SHOWN + 5))
    (section,) = views.sections(
        ImportResult(total=205, accepted=0, refused=205, errors=many), {"CF_JDRQ": "处罚决定日期"}
    )
    assert (section.total, len(section.rows)) == (views.SHOWN + 5, views.SHOWN)
    assert section.rows[0][1] == "处罚决定日期"


def test_finding_without_a_column_is_about_the_row() -> None:
    result = ImportResult(total=1, accepted=0, refused=1, errors=(Finding(1, "", "INTAKE-05", "…"),))
    assert views.sections(result, {})[0].rows[0][1] == "整行"


def test_refusal_is_said_and_nothing_taken(officer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def not_in_force(*_: Any, **__: Any) -> None:
        raise Refused("DUTY-01")

    monkeypatch.setattr(views, "import_file", not_in_force)
    status, page = upload(officer, file(rows(officer, {})))
    assert status == 422
    assert "<title>错误：" in page
    assert "文件没有接收" in page
