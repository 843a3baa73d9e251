"""The upload form: what it judges itself, and what it leaves to the reader."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from chengxin.intake.forms import MOST_MEGABYTES, UploadForm

MEGABYTE = 1024 * 1024


def form(data: bytes | None, *, item: str = "XZCF", received: int = 0) -> UploadForm:
    files = {} if data is None else {"file": SimpleUploadedFile("十一月.csv", data)}
    return UploadForm({"item": item}, files, received=received)


def test_a_file_and_an_item_are_enough() -> None:
    assert form(b"a,b\n").is_valid()


def test_no_file_says_so() -> None:
    assert form(None).errors == {"file": ["请选择要上传的 CSV 文件。"]}


def test_empty_file_is_left_to_the_reader() -> None:
    assert form(b"").is_valid()


def test_unknown_item_is_refused() -> None:
    assert form(b"a", item="YILIAO").errors == {"item": ["没有这个目录条目。请在列出的条目中选择。"]}


def test_limit_is_named_and_kept() -> None:
    assert form(b"x" * (MOST_MEGABYTES * MEGABYTE)).is_valid()
    refused = form(b"x" * (MOST_MEGABYTES * MEGABYTE + 1))
    assert refused.errors == {"file": ["文件超过 10 MB。请拆成几个文件，分次上传。"]}


def test_body_that_was_too_large_to_become_a_file_has_the_same_sentence() -> None:
    assert form(None, received=30 * MEGABYTE).errors == {"file": ["文件超过 10 MB。请拆成几个文件，分次上传。"]}


def test_one_forms_message_does_not_stay_for_the_next() -> None:
    form(None, received=30 * MEGABYTE)
    assert form(None).errors == {"file": ["请选择要上传的 CSV 文件。"]}


def test_page_names_the_limits() -> None:
    hint = UploadForm().fields["file"].help_text
    assert "10 MB" in hint
    assert "50,000 行" in hint
    assert "GB18030" in hint
