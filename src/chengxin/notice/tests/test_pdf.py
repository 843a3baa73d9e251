"""The letter on paper: declared accessible, the same each time, no character lost, data never read as markup."""

from __future__ import annotations

import struct
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chengxin.notice import pdf
from chengxin.notice.pdf import BODY, PdfUnavailable, characters, letter_pdf
from chengxin.notice.tests.test_letters import GIVEN
from chengxin.notice.wording import in_force

DAY = date(2026, 11, 23)
LETTER = in_force(DAY).fill(GIVEN, ["in_app", "displayed", "repair_date", "details"], number="告A1B2C3D4E5F6-1号")

needs_font = pytest.mark.skipif(not pdf._fonts().families(), reason="没有安装中文字体：apt install fonts-noto-cjk")


@needs_font
def test_it_is_declared_accessible_and_archivable() -> None:
    made = letter_pdf(LETTER, issued_on=DAY)
    assert made.startswith(b"%PDF-1.7")
    for mark in (b"pdfaid:part>2<", b"pdfaid:conformance>A<", b"pdfuaid:part>1<", b"/Lang(zh-CN)", b"/Marked true"):
        assert mark in made


@needs_font
def test_the_same_letter_gives_the_same_file_and_another_another() -> None:
    made = letter_pdf(LETTER, issued_on=DAY)
    assert made == letter_pdf(LETTER, issued_on=DAY)
    assert made != letter_pdf(replace(LETTER, name="别人"), issued_on=DAY)


@needs_font
def test_what_looks_like_markup_is_text() -> None:
    hostile = replace(LETTER, name='#read("/etc/hostname") #panic() $x$ `y` \\ "')
    assert letter_pdf(hostile, issued_on=DAY).startswith(b"%PDF")


@needs_font
def test_a_character_that_no_font_has_is_printed_as_its_code(monkeypatch: pytest.MonkeyPatch) -> None:
    missing: dict[str, None] = {}
    covers = pdf._font(BODY).covers
    assert pdf._printable("王", covers, missing) == "王"
    assert pdf._printable(chr(0x2B9F5), frozenset(covers), missing) == "〔U+2B9F5〕"
    assert list(missing) == ["〔U+2B9F5〕"]
    printed: list[str] = []
    real = pdf._compiler().compile

    class Spy:
        def compile(self, **arguments: Any) -> object:
            printed.append(arguments["sys_inputs"]["letter"])
            return real(**arguments)

    monkeypatch.setattr(pdf, "_compiler", Spy)
    letter_pdf(replace(LETTER, name=f"王{chr(0x2B9F5)}兰"), issued_on=DAY)
    assert "王〔U+2B9F5〕兰" in printed[0]
    assert chr(0x2B9F5) not in printed[0]


def test_without_a_chinese_font_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf._font.cache_clear()

    class Nothing:
        def fonts(self) -> list[object]:
            return []

    with monkeypatch.context() as patch:
        patch.setattr(pdf, "_fonts", Nothing)
        with pytest.raises(PdfUnavailable, match="apt install fonts-noto-cjk"):
            letter_pdf(LETTER, issued_on=DAY)


def test_the_table_of_characters_is_read_in_both_forms() -> None:
    twelve = (
        struct.pack(">HHIII", 12, 0, 0, 0, 2)
        + struct.pack(">III", 0x4E00, 0x4E02, 1)
        + struct.pack(">III", 0x20000, 0x20000, 9)
    )
    four = struct.pack(">HHHHHHH", 4, 0, 0, 4, 0, 0, 0) + struct.pack(">HH", 0x4E03, 0xFFFF) + b"\0\0"
    four += struct.pack(">HH", 0x4E02, 0xFFFF) + struct.pack(">HH", 10, 1) + struct.pack(">HH", 0, 0)
    for table, expected in ((twelve, {0x4E00, 0x4E01, 0x4E02, 0x20000}), (four, {0x4E02, 0x4E03})):
        cmap = struct.pack(">HHHHI", 0, 1, 3, 10, 12) + table
        font = b"OTTO" + struct.pack(">HHHH", 1, 0, 0, 0) + b"cmap" + struct.pack(">III", 0, 28, len(cmap)) + cmap
        assert characters(font, 0) == expected
        inside = (
            b"ttcf" + struct.pack(">HHII", 1, 0, 1, 16) + font.replace(struct.pack(">I", 28), struct.pack(">I", 44), 1)
        )
        assert characters(inside, 0) == expected
