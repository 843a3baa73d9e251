"""Reading one cell: what counts as empty, which characters are refused, dates and amounts. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

# Real files say "nothing" in all these ways (law.md 6.3).
_NOTHING = frozenset({"", "/", "\\", "-", "--", "—", "——", "无", "NULL", "N/A"})

# Control, bidi and zero-width characters, surrogates and the replacement character. Tab and line ends are allowed in free
# text. Private use and unassigned code points pass: rare names use characters of old systems or younger than our tables.
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
    return unicodedata.normalize("NFKC", text).strip().upper() in _NOTHING


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
