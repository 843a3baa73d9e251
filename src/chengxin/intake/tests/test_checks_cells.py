"""One cell: what nobody sees, moments, sums of money, and the one written form of a document number."""

from __future__ import annotations

import unicodedata
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.intake.checks.cells import read_amount, read_date, unsafe
from chengxin.intake.facts import RowVerdict
from chengxin.intake.rules import check_row, coded, normalise_document_number
from chengxin.intake.tests.material import NAME, OFFICE, TODAY, item, row, wide

# Default_Ignorable_Code_Point of Unicode 15, and letters and signs that are drawn as blanks.
RANGES = (
    *((0x00AD, 0x00AD), (0x034F, 0x034F), (0x061C, 0x061C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x2800, 0x2800), (0x3164, 0x3164), (0xFE00, 0xFE0F)),
    *((0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFF8), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A)),
    (0xE0000, 0xE0FFF),
)
HIDDEN = [chr(code) for first, last in RANGES for code in range(first, last + 1)]
VARIANT = "\U000e0101"  # a selector of the second drawing of the character before it


def judged(**changes: str) -> RowVerdict:
    return check_row(row(**changes), item=item(), organisation=OFFICE, mode="demo", today=TODAY)


def codes(verdict: RowVerdict) -> list[str]:
    return [found.code for found in (*verdict.errors, *verdict.warnings)]


# ---- what nobody sees ------------------------------------------------------------------------------


def test_nothing_hidden_passes_in_a_text() -> None:
    assert [hex(ord(c)) for c in HIDDEN if not unsafe(f"a{c}b", breaks=True)] == []


@pytest.mark.parametrize(
    "hidden", ["\u034f", "\u115f", "\u1160", "\u17b4", "\u2800", "\u3164", "\ufe0f", "\uffa0", "\u200b"]
)
@pytest.mark.parametrize("column", ["CF_XDR_MC", "CF_WSH", "CF_SY", "CF_CFJG"])
def test_hidden_characters_are_refused(hidden: str, column: str) -> None:
    text = row()[column]
    verdict = judged(**{column: text[:2] + hidden + text[2:]})
    assert ("INTAKE-06", column) in {(error.code, error.field) for error in verdict.errors}


def test_a_rare_name_may_say_how_it_is_drawn() -> None:
    """The selector is known to be one only after a Chinese character; the name goes without it, and the user is told."""
    verdict = judged(CF_XDR_MC=NAME[:1] + VARIANT + NAME[1:])
    assert codes(verdict) == ["INTAKE-59"]
    assert verdict.clean is not None
    assert verdict.clean.name == NAME
    for spoilt in (VARIANT + NAME, NAME + VARIANT * 2, f"A{VARIANT}B"):
        assert "INTAKE-06" in codes(judged(CF_XDR_MC=spoilt))


def test_a_selector_hides_no_word() -> None:
    assert "INTAKE-26" in codes(judged(BZ=f"已{VARIANT}婚"))
    assert "INTAKE-27" in codes(judged(CF_NR=f"拘{VARIANT}留五日"))


# ---- document numbers ------------------------------------------------------------------------------


@given(st.lists(st.sampled_from([*HIDDEN[::97], " ", "\u3000", "\u00a0", "\t"]), max_size=4), st.integers(0, 14))
def test_a_document_number_is_the_same_in_every_spelling(between: list[str], at: int) -> None:
    number = "盐市监罚决〔2026〕123号"
    assert normalise_document_number(number[:at] + "".join(between) + number[at:]) == number


def test_a_document_number_keeps_its_letters() -> None:
    assert normalise_document_number(wide("ST(2026)a-12")) == "ST〔2026〕a-12"
    assert normalise_document_number("st〔2026〕A-12") != normalise_document_number("ST〔2026〕A-12")


@given(st.text(max_size=20))
def test_the_written_form_is_final(text: str) -> None:
    once = normalise_document_number(text)
    assert normalise_document_number(once) == once


# ---- dates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["2026-10-14", "2026/10/14", "2026.10.14", "2026年10月14日"])
@pytest.mark.parametrize(
    ("time", "timed"),
    [("", False), (" 0:00", False), (" 00:00:00", False), (" 10:30:00", True), (" 9:05", True), ("T23:59:59.5", True),
     (" 00:00:01", True), (" " + wide("10:30"), True)],
)  # fmt: skip
def test_of_a_moment_the_day_is_taken(day: str, time: str, *, timed: bool) -> None:
    assert read_date(day + time) == (date(2026, 10, 14), timed)
    verdict = judged(CF_JDRQ=day + time)
    assert codes(verdict) == (["INTAKE-63"] if timed else [])
    assert verdict.clean is not None
    assert verdict.clean.decided_on == date(2026, 10, 14)


@pytest.mark.parametrize("time", [" 24:00", " 10:60", " 10", " 10:30:61", "T", " 10:30Z", " 10:30 PM", "10:30"])
def test_what_is_no_time_of_day_spoils_the_date(time: str) -> None:
    assert read_date("2026-10-14" + time) is None
    assert codes(judged(CF_JDRQ="2026-10-14" + time))[0] == "INTAKE-09"


# ---- amounts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "written"),
    [
        (("0.22", "0.220", "0.2200", "00.22", wide("0.22")), "0.22"),
        (("100", "100.0", "100.00"), "100"),
        (("0", "0.00"), "0"),
    ],
)
def test_an_amount_has_one_written_form(texts: tuple[str, ...], written: str) -> None:
    amounts = [read_amount(text, precision=18, scale=6) for text in texts]
    assert {str(amount) for amount in amounts} == {str(amounts[0])}
    assert {coded(amount) for amount in amounts} == {written}


@given(st.decimals(0, Decimal(10) ** 12 - 1, places=6))
def test_no_digit_of_an_amount_is_lost(amount: Decimal) -> None:
    read = read_amount(format(amount, "f"), precision=18, scale=6)
    assert read == amount
    assert Decimal(coded(read)) == amount


def test_the_same_amount_is_the_same_row() -> None:
    clean = [judged(CF_NR_FK=text).clean for text in ("0.22", "0.220", "0.2200")]
    assert clean[0] is not None
    assert {one.plain["CF_NR_FK"] for one in clean if one} == {"0.22"}


# ---- what may stand in a column ----------------------------------------------------------------------


def test_nobody_is_invited_to_call_a_revoked_decision_ordinary() -> None:
    """INTAKE-12 says what the catalog says of the column, and offers no single value."""
    (error,) = judged(CF_ZT="撤销").errors
    assert error.message == "“处罚状态”第 1 项不在代码集内。只报送“正常”的决定。已经撤销的，请用撤回文件。"
    (error,) = judged(CF_SXYZCD="很严重").errors
    assert error.message == "“失信严重程度”第 1 项不在代码集内。可以填写：轻微；一般；严重；未定。"


def test_hidden_characters_of_this_python_are_all_known() -> None:
    """Format characters that Unicode adds later would show up here."""
    formats = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    drawn = [c for c in formats if not unsafe(c, breaks=True)]
    assert all(unicodedata.name(c).split()[0] in ("ARABIC", "SYRIAC", "KAITHI", "EGYPTIAN") for c in drawn)
