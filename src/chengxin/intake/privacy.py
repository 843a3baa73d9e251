"""Finding personal numbers inside free text (正文中的个人号码). Pure; tells the kind, never the number."""

from __future__ import annotations

import re
from datetime import date

from chengxin.kernel.areas import area
from chengxin.kernel.identity import birth_date
from chengxin.kernel.normalise import half_width

# Runs of digits with the single spaces and hyphens that people put between groups.
_EIGHTEEN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx](?![0-9A-Za-z])")
_FIFTEEN = re.compile(r"(?<![0-9A-Za-z])[0-9]{15}(?![0-9A-Za-z])")
# Mobile numbers, and the unassigned 100… that demo data use.
_PHONE = re.compile(r"(?<![0-9])1(?:[3-9][0-9]|00)[ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
_CARD = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){15,18}(?![0-9A-Za-z])")
_GAPS = re.compile("[ -]")


def personal_numbers(text: str) -> tuple[str, ...]:
    """Name the kinds of personal numbers in a text: ``identity``, ``phone``, ``account``; empty when there is none.

    A number counts by its shape (a birth date that exists), not by its check digit: a mistyped number betrays a person
    almost as well. Organisation codes, document and licence numbers pass.
    """
    plain = half_width(text)
    found = []
    if any(_is_identity(_GAPS.sub("", m.group())) for m in _EIGHTEEN.finditer(plain)) or any(
        _is_legacy(m.group()) for m in _FIFTEEN.finditer(plain)
    ):
        found.append("identity")
    if _PHONE.search(plain):
        found.append("phone")
    cards = (_GAPS.sub("", m.group()) for m in _CARD.finditer(plain))
    if any(_luhn(card) and not _is_identity(card) for card in cards):
        found.append("account")
    return tuple(found)


def _is_identity(digits: str) -> bool:
    born = birth_date(digits)
    return born is not None and 1880 <= born.year <= 2099


def _is_legacy(digits: str) -> bool:
    if area(digits[:6]) is None:
        return False
    try:
        date(1900 + int(digits[6:8]), int(digits[8:10]), int(digits[10:12]))
    except ValueError:
        return False
    return True


def _luhn(digits: str) -> bool:
    """The check of bank cards (ISO/IEC 7812); it keeps nine of ten other long numbers out."""
    doubled = [int(d) * 2 if at % 2 else int(d) for at, d in enumerate(reversed(digits))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
