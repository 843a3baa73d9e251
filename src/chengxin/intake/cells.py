"""Reading one cell (单元格): what counts as empty, which characters are refused, its value in its type. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from chengxin.intake.facts import FieldFacts, RowError
from chengxin.intake.words import say
from chengxin.kernel import words as kernel_words
from chengxin.kernel.names import name_problem
from chengxin.kernel.normalise import half_width, normalise_number, normalise_typed_name
from chengxin.kernel.organisation import check_uscc

# Real files say "nothing" in all these ways (law.md 6.3).
_NOTHING = frozenset({"", "/", "\\", "-", "--", "—", "——", "无", "NULL", "N/A"})

# Control, bidi and zero-width characters, surrogates and the replacement character. Free text may hold tabs and line
# ends. Private use and unassigned code points pass: rare names stand in those of old systems or of newer tables.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffd"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile(r"[\t\r\n]")
# One separator per value (law.md 6.3); table programs add midnight to dates.
_DATE = re.compile(
    r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)(?: 0?0:00(?::00)?)?"
)
_AMOUNT = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}")


def unsafe(text: str, *, breaks: bool) -> bool:
    """Whether a cell holds characters that nobody sees (控制字符); `breaks` allows tabs and line ends."""
    return bool(_UNSAFE.search(text) or (not breaks and _BREAKS.search(text.strip())))


def tidy(text: str) -> str:
    """Strip a cell, one form per character (NFC), one kind of line end."""
    return unicodedata.normalize("NFC", text.strip()).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")


def is_nothing(text: str) -> bool:
    """Whether a cell means "nothing" (空值占位): blank, /, 无, - and their full-width forms."""
    text = text.strip()
    return len(text) <= 4 and unicodedata.normalize("NFKC", text).strip().upper() in _NOTHING


def read_date(text: str) -> date | None:
    """Read a date (日期): 2026-03-01, 2026/3/1, 2026.3.1 or 2026年3月1日; None when it is none of these."""
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    year, _, month, day, month_zh, day_zh = match.groups()
    try:
        return date(int(year), int(month or month_zh), int(day or day_zh))
    except ValueError:
        return None


def read_amount(text: str, *, precision: int, scale: int) -> Decimal | None:
    """Read a non-negative amount (金额): at most `precision` digits in all, `scale` of them after the point."""
    match = _AMOUNT.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    whole, _, fraction = match.group().partition(".")
    # Zeros that a table program appends carry nothing.
    if len(whole.lstrip("0")) > precision - scale or len(fraction.rstrip("0")) > scale:
        return None
    return Decimal(match.group())


def is_scientific(text: str) -> bool:
    """Whether a table program wrote a long number as 3.2E+17 (科学计数法): its last digits are gone for good."""
    return _SCIENTIFIC.fullmatch(unicodedata.normalize("NFKC", text).strip()) is not None


@dataclass(frozen=True)
class Cell:
    """What a cell gave: its value (None = nothing in it) when `readable`, and what was found."""

    value: Any
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()

    @property
    def readable(self) -> bool:
        return not self.errors


def read_cell(field: FieldFacts, raw: str) -> Cell:
    """Read one cell by its column's kind (INTAKE-06 to 09, 11, 15, 22, 24, 36).

    Numbers and names are given their one written form here, at the file's door, and the user is told (INTAKE-59).
    """
    if is_nothing(raw):
        if field.required != "yes":
            return Cell(None)
        return _refuse(field, "INTAKE-24" if field.code == "CF_WSH" else "INTAKE-07")
    if unsafe(raw, breaks=field.kind == "text" and field.store == "sealed"):
        return _refuse(field, "INTAKE-06")
    text = tidy(raw)
    if field.length is not None and len(text) > field.length:
        return _refuse(field, "INTAKE-08", found=len(text), limit=field.length)
    return _READERS.get(field.kind, _read_text)(field, text)


def _read_text(_: FieldFacts, text: str) -> Cell:
    return Cell(text)


def _read_code(_: FieldFacts, text: str) -> Cell:
    return Cell(half_width(text))


def _read_date(field: FieldFacts, text: str) -> Cell:
    day = read_date(text)
    return _refuse(field, "INTAKE-09") if day is None else Cell(day)


def _read_amount(field: FieldFacts, text: str) -> Cell:
    amount = read_amount(text, precision=field.precision, scale=field.scale)
    if amount is None:
        return _refuse(field, "INTAKE-11", whole=field.precision - field.scale, scale=field.scale)
    return Cell(amount)


def _read_name(field: FieldFacts, text: str) -> Cell:
    name, changed = normalise_typed_name(text)
    problem = name_problem(name)
    if problem:
        return _refuse(field, "INTAKE-36", reason=kernel_words.NAME_PROBLEMS[problem])
    return Cell(name, warnings=_told(field, changed=changed))


def _read_number(field: FieldFacts, text: str) -> Cell:
    """INTAKE-15: a number in its one written form; identity numbers are judged with the whole row."""
    if is_scientific(text):
        return _refuse(field, "INTAKE-15")
    number, changed = normalise_number(text)
    return Cell(number, warnings=_told(field, changed=changed))


def _read_uscc(field: FieldFacts, text: str) -> Cell:
    """INTAKE-22: the code of an organisation."""
    cell = _read_number(field, text)
    fault = check_uscc(cell.value).error if cell.readable else None
    return _refuse(field, "INTAKE-22", reason=kernel_words.FAULTS[fault]) if fault else cell


_READERS: dict[str, Callable[[FieldFacts, str], Cell]] = {
    "date": _read_date,
    "number": _read_amount,
    "name": _read_name,
    "identity": _read_number,
    "uscc": _read_uscc,
    "code": _read_code,
    "id_type": _read_code,
}


def _told(field: FieldFacts, *, changed: bool) -> tuple[RowError, ...]:
    return (RowError(field.code, "INTAKE-59", say("INTAKE-59", field=field.name)),) if changed else ()


def _refuse(field: FieldFacts, code: str, **facts: object) -> Cell:
    return Cell(None, (RowError(field.code, code, say(code, field=field.name, **facts)),))
