"""The forms of intake: what they judge themselves, and what they leave to the reader and the store."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from chengxin.intake.facts import DISMISSALS
from chengxin.intake.forms import KINDS, MOST_MEGABYTES, NOT_COMING, CertifyForm, DismissForm, UploadForm

MEGABYTE = 1024 * 1024
ITEMS = [("失信信息", [("XZCF", "行政处罚")]), ("守信信息", [("RYBZ", "荣誉表彰")])]


def form(data: bytes | None, *, item: str = "XZCF", kind: str = "report", received: int = 0) -> UploadForm:
    files = {} if data is None else {"file": SimpleUploadedFile("十一月.csv", data)}
    return UploadForm({"item": item, "kind": kind}, files, items=ITEMS, received=received)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_an_item_and_what_it_does_are_enough(kind: str) -> None:
    assert form(b"a,b\n", kind=kind).is_valid()


def test_no_file_says_so() -> None:
    assert form(None).errors == {"file": ["请选择要上传的文件。"]}


def test_empty_file_is_left_to_the_reader() -> None:
    assert form(b"").is_valid()


def test_an_item_that_is_not_in_force_and_an_unknown_kind_are_refused() -> None:
    assert form(b"a", item="YILIAO").errors == {
        "item": ["没有这个目录条目，或者它今天没有生效。请在列出的条目中选择。"]
    }
    assert form(b"a", item="").errors == {"item": ["请选择要报送的目录条目。"]}
    assert list(form(b"a", kind="delete").errors) == ["kind"]


def test_limit_is_named_and_kept() -> None:
    assert form(b"x" * (MOST_MEGABYTES * MEGABYTE)).is_valid()
    refused = form(b"x" * (MOST_MEGABYTES * MEGABYTE + 1))
    assert refused.errors == {"file": ["文件超过 10 MB。请拆成几个文件，分次上传。"]}


def test_body_that_was_too_large_to_become_a_file_has_the_same_sentence() -> None:
    assert form(None, received=30 * MEGABYTE).errors == {"file": ["文件超过 10 MB。请拆成几个文件，分次上传。"]}


def test_one_forms_message_does_not_stay_for_the_next() -> None:
    form(None, received=30 * MEGABYTE)
    assert form(None).errors == {"file": ["请选择要上传的文件。"]}


def test_page_names_the_limits() -> None:
    hint = UploadForm(items=ITEMS).fields["file"].help_text
    for word in ("10 MB", "100,000 行", "XLSX", "CSV", "JSON lines", "UTF-8", "GB18030"):
        assert word in hint


@pytest.mark.parametrize(
    ("kind", "wrong"), [("withdraw", []), ("report", ["item"]), ("correct", ["item"]), ("", ["kind"])]
)
def test_an_item_that_ended_takes_withdrawals_only(kind: str, wrong: list[str]) -> None:
    """INTAKE-20: the sentence names the item."""
    file = {"file": SimpleUploadedFile("十一月.csv", b"a")}
    items = [*ITEMS, ("只收撤回", [("JS", "旧条目（已暂停，只收撤回）")])]
    found = UploadForm({"item": "JS", "kind": kind}, file, items=items, ended={"JS": "旧条目"})
    assert list(found.errors) == wrong
    if "item" in wrong:
        assert found.errors["item"] == ["目录条目“旧条目”今天没有生效，不能归集。请联系信用管理部门核对目录。"]


def test_every_reason_not_to_come_can_be_chosen_and_one_must_be() -> None:
    assert tuple(NOT_COMING) == DISMISSALS
    assert all(DismissForm({"reason": reason}).is_valid() for reason in DISMISSALS)
    assert DismissForm({}).errors == {"reason": ["请选择为什么不再报送。"]}


@pytest.mark.parametrize(
    ("outcome", "reasons", "wrong"),
    [
        ("released", "与文书原件核对一致", []),
        ("refused", "不是同一个人", []),
        ("", "与文书原件核对一致", ["outcome"]),
        ("replaced", "与文书原件核对一致", ["outcome"]),
        ("released", " 核对 ", ["reasons"]),
        ("released", "", ["reasons"]),
        ("released", "核" * 1001, ["reasons"]),
        ("released", "号码 090902195801010010 核对一致", ["reasons"]),
    ],
)
def test_reasons_are_asked_for_and_hold_no_number(outcome: str, reasons: str, wrong: list[str]) -> None:
    assert list(CertifyForm({"outcome": outcome, "reasons": reasons}).errors) == wrong
