"""Reading one cell (单元格): what counts as empty, which characters are refused, its value in its type. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from chengxin.intake.facts import CodeFacts, FieldFacts, RowError
from chengxin.intake.words import say
from chengxin.kernel import words as kernel_words
from chengxin.kernel.names import name_problem
from chengxin.kernel.normalise import half_width, normalise_number, normalise_typed_name
from chengxin.kernel.organisation import check_uscc

NOTHING = frozenset({"", "/", "\\", "-", "--", "—", "——", "无", "NULL", "N/A"})
"""The ways in which real files say "nothing" (空值占位; law.md 6.3), in half width and upper case."""

# What nobody sees (Default_Ignorable_Code_Point of Unicode), and letters and signs that are drawn as blanks.
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
# With control characters, line and paragraph separators, surrogates and the replacement character. Free text may hold
# tabs and line ends. Private use and unassigned code points pass: rare names stand in those of old systems or of newer
# tables.
_UNSAFE = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufff9-\ufffd\ud800-\udfff{_HIDDEN}]")
# Which of several drawings of a Chinese character is meant (汉字异体选择符): the only hidden sign that names may need.
_VARIANT = re.compile("(?<=[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]")
_BREAKS = re.compile(r"[\t\r\n]")
# One separator per value (law.md 6.3); table programs add a time of day to dates, mostly midnight.
_TIME = "(?:[01]?[0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]+)?)?"
_DATE = re.compile(
    rf"([0-9]{{4}})(?:([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}})|年([0-9]{{1,2}})月([0-9]{{1,2}})日)(?:[ T]({_TIME}))?"
)
_NOT_MIDNIGHT = re.compile("[1-9]")
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
# Days as a table program counts them, from 1899-12-30 (日期序号): 1954-10-03 to 2119-01-10.
_SERIAL = re.compile(r"[2-7][0-9]{4}|80000")
_SERIAL_ZERO = date(1899, 12, 30)
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}")
_YEAR_BRACKETS = re.compile(r"[\[(【〔﹝{〈《]([0-9]{4})[\])】〕﹞}〉》]")
_NO_PART_OF_A_NUMBER = re.compile(rf"[\s{_HIDDEN}]+")
_HAS_WORD = re.compile(r"[^\W\d_]")
_FULL_WIDTH = {ord("("): "（", ord(")"): "）"}
_YES_NO = {"是": "是", "否": "否", "1": "是", "0": "否"}


def unsafe(text: str, *, breaks: bool) -> bool:
    """Whether a cell holds characters that nobody sees (控制字符); `breaks` allows tabs and line ends.

    A variation selector after a Chinese character is none: it tells how a rare name is drawn.
    """
    if _UNSAFE.search(text) and _UNSAFE.search(_VARIANT.sub("", text)):
        return True
    return not breaks and bool(_BREAKS.search(text.strip()))


def tidy(text: str) -> str:
    """Strip a cell, one form per character (NFC), one kind of line end."""
    return unicodedata.normalize("NFC", text.strip()).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def is_nothing(text: str) -> bool:
    """Whether a cell means "nothing" (空值占位): blank, /, 无, - and their full-width forms."""
    text = text.strip()
    return len(text) <= 4 and unicodedata.normalize("NFKC", text).strip().upper() in NOTHING


def read_date(text: str) -> tuple[date, bool] | None:
    """Read a date (日期): 2026-03-01, 2026/3/1, 2026.3.1 or 2026年3月1日; None when it is none of these.

    Returns:
        The day, and whether a time of day other than midnight stands behind it.
    """
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    year, _, month, day, month_zh, day_zh, time = match.groups()
    try:
        return date(int(year), int(month or month_zh), int(day or day_zh)), bool(_NOT_MIDNIGHT.search(time or ""))
    except ValueError:
        return None


def read_serial(text: str) -> date | None:
    """Read a date that a table program gave as a number (日期序号), 46309 for 2026-10-14; None when it is none.

    Only whole numbers from 20000 to 80000, 1954 to 2119: what is smaller or greater is no day of a decision.
    """
    number = unicodedata.normalize("NFKC", text).strip()
    return _SERIAL_ZERO + timedelta(days=int(number)) if _SERIAL.fullmatch(number) else None


def normalise_document_number(text: str) -> str:
    """One written form of a document number (文号), so that a decision is found again: 盐农（渔业）罚〔2026〕3号.

    Half width, no spaces, nothing that nobody sees, the year in 〔〕 whatever brackets were typed, other brackets
    full-width. Upper and lower case stay apart.
    """
    plain = _YEAR_BRACKETS.sub(r"〔\1〕", _NO_PART_OF_A_NUMBER.sub("", half_width(text)))
    return plain.translate(_FULL_WIDTH)


def read_amount(text: str, *, precision: int, scale: int) -> Decimal | None:
    """Read a non-negative amount (金额): at most `precision` digits in all, `scale` of them after the point.

    In its one written form: 0.220 is 0.22, so that the same file again is the same.
    """
    match = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    whole, _, fraction = match.group().partition(".")
    # Zeros that a table program appends carry nothing.
    if len(whole.lstrip("0")) > precision - scale or len(fraction.rstrip("0")) > scale:
        return None
    return Decimal(match.group()).normalize()


def is_scientific(text: str) -> bool:
    """Whether a table program wrote a long number as 3.2E+17 (科学计数法): its last digits are gone for good."""
    return _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


class Cell(NamedTuple):
    """What a cell gave: its value (None = nothing in it) when there are no errors, and what was found.

    Attributes:
        codes: the values of the code set that the cell names, for columns that have one.
    """

    value: Any
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()
    codes: tuple[CodeFacts, ...] = ()


def bare(value: Any, codes: Sequence[CodeFacts]) -> Any:
    """A value without what was written after its code (其他-说明): free text may name somebody, a code never does.

    Args:
        value: of a cell, see ``Cell``; one that names no codes is itself.
        codes: those that the cell names.
    """
    if value is None or not codes:
        return value
    return tuple(code.value for code in codes) if isinstance(value, tuple) else codes[0].value


def finding(field: FieldFacts, code: str, **facts: object) -> RowError:
    """A finding in a column: the rule's sentence with the column's name filled in (校验结果)."""
    return RowError(field.code, code, say(code, field=field.name, **facts))


def read_cell(field: FieldFacts, raw: str) -> Cell:
    """Read one cell by its column's kind (INTAKE-06 to 09, 11, 12, 15, 22, 24, 36, 61, 63).

    Numbers and names are given their one written form here, at the file's door, and the user is told (INTAKE-59).
    """
    if is_nothing(raw):
        if field.required != "yes":
            return _EMPTY
        return _refuse(field, "INTAKE-24" if field.role == "doc_no" else "INTAKE-07")
    if unsafe(raw, breaks=field.kind == "text" and field.store == "sealed"):
        return _refuse(field, "INTAKE-06")
    text = tidy(raw)
    if field.length is not None and len(text) > field.length:
        return _refuse(field, "INTAKE-08", found=len(text), limit=field.length)
    if field.role == "doc_no":
        return _read_document(field, text)
    return _READERS.get(field.kind, _read_text)(field, text)


def _read_text(_: FieldFacts, text: str) -> Cell:
    return Cell(text)


def _read_code(_: FieldFacts, text: str) -> Cell:
    return Cell(half_width(text))


def _read_bool(field: FieldFacts, text: str) -> Cell:
    value = _YES_NO.get(half_width(text))
    return Cell(value) if value else _refuse(field, "INTAKE-12", position=1, advice="可以填写：是、否")


def _read_document(field: FieldFacts, text: str) -> Cell:
    """INTAKE-24: no record without a determination document (law.md 11.2)."""
    number = normalise_document_number(text)
    if len(number) < 4 or not any(c.isdecimal() for c in number) or not _HAS_WORD.search(number):
        return _refuse(field, "INTAKE-24")
    return Cell(number)


def _read_date(field: FieldFacts, text: str) -> Cell:
    """INTAKE-61, INTAKE-63: of a serial number and of a moment the day is taken, and the user is told which it is."""
    if (found := read_date(text)) is not None:
        day, timed = found
        return Cell(day, warnings=(finding(field, "INTAKE-63", day=day.isoformat()),) if timed else ())
    if (serial := read_serial(text)) is not None:
        return Cell(serial, warnings=(finding(field, "INTAKE-61", day=serial.isoformat()),))
    return _refuse(field, "INTAKE-09")


def _read_amount(field: FieldFacts, text: str) -> Cell:
    amount = read_amount(text, precision=field.precision, scale=field.scale)
    if amount is None:
        return _refuse(field, "INTAKE-11", whole=field.precision - field.scale, scale=field.scale)
    return Cell(amount)


def _read_name(field: FieldFacts, text: str) -> Cell:
    """INTAKE-36: a name in its one written form; without variation selectors it equals itself wherever it stands."""
    name, _ = normalise_typed_name(_VARIANT.sub("", text))
    problem = name_problem(name)
    if problem:
        return _refuse(field, "INTAKE-36", reason=kernel_words.NAME_PROBLEMS[problem])
    return Cell(name, warnings=_told(field, changed=name != text))


def _read_number(field: FieldFacts, text: str) -> Cell:
    """INTAKE-15: a number in its one written form; identity numbers are judged with the whole row."""
    if is_scientific(text):
        return _refuse(field, "INTAKE-15")
    number, changed = normalise_number(text)
    return Cell(number, warnings=_told(field, changed=changed))


def _read_uscc(field: FieldFacts, text: str) -> Cell:
    """INTAKE-22: the code of an organisation."""
    cell = _read_number(field, text)
    fault = None if cell.errors else check_uscc(cell.value).error
    return _refuse(field, "INTAKE-22", reason=kernel_words.FAULTS[fault]) if fault else cell


_EMPTY = Cell(None)

_READERS: dict[str, Callable[[FieldFacts, str], Cell]] = {
    "date": _read_date,
    "number": _read_amount,
    "name": _read_name,
    "identity": _read_number,
    "uscc": _read_uscc,
    "code": _read_code,
    "id_type": _read_code,
    "bool": _read_bool,
}


def _told(field: FieldFacts, *, changed: bool) -> tuple[RowError, ...]:
    return (finding(field, "INTAKE-59"),) if changed else ()


def _refuse(field: FieldFacts, code: str, **facts: object) -> Cell:
    return Cell(None, (finding(field, code, **facts),))
