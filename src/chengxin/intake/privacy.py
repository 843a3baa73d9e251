"""What no text of a row may hold (正文禁止内容): personal numbers, prohibited information, sealed penalties. Pure.

Findings tell the column and the kind, never the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date

from chengxin.intake.facts import ItemFacts, RowError
from chengxin.intake.words import PRIVATE, say
from chengxin.kernel.areas import area
from chengxin.kernel.identity import birth_date
from chengxin.kernel.normalise import half_width
from chengxin.kernel.organisation import check_uscc

# Runs of digits with the single spaces and hyphens that people put between groups.
_LONG = re.compile(r"[0-9](?:[ -]?[0-9]){10}")
_EIGHTEEN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx](?![0-9A-Za-z])")
_FIFTEEN = re.compile(r"(?<![0-9A-Za-z])[0-9]{15}(?![0-9A-Za-z])")
# Mobile numbers, and the unassigned 100… that demo data use.
_PHONE = re.compile(r"(?<![0-9])1(?:[3-9][0-9]|00)[ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
_CARD = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){15,18}(?![0-9A-Za-z])")
_GAPS = re.compile("[ -]")
_BRACKETS = re.compile(r"[\[\]()【】〔〕﹝﹞\s]")


def forbidden_text(row: Mapping[str, str], *, item: ItemFacts) -> Iterator[RowError]:
    """INTAKE-25 to INTAKE-27: find what a text must not hold, in every column that takes text."""
    for field in item.fields:
        if field.kind not in ("text", "code"):
            continue
        text = row.get(field.code, "")
        if _sealed(field.code, text, item):
            yield RowError(field.code, "INTAKE-27", say("INTAKE-27", field=field.name))
        numbers = personal_numbers(text)
        if numbers:
            what = "、".join(PRIVATE[kind] for kind in numbers)
            yield RowError(field.code, "INTAKE-25", say("INTAKE-25", field=field.name, what=what))
        for ban in item.prohibited if field.store in ("sealed", "plain") else ():
            word = next((w for w in ban.in_text if w in text), None)
            if word:
                yield RowError(field.code, "INTAKE-26", say("INTAKE-26", field=field.name, word=word, law=ban.law))


def _sealed(code: str, text: str, item: ItemFacts) -> bool:
    """Public-security penalties are sealed (治安管理处罚法 136), whatever column betrays them (law.md 11.4)."""
    sealed = item.sealed
    words = {
        "CF_YJ": sealed.basis_words,
        "CF_CFJG": sealed.authority_words,
        "CF_SJLY": sealed.authority_words,
        "CF_WSH": sealed.document_words,
        "CF_CFLB": (*sealed.text_words, *(c.value for c in item.codes if c.sealed)),
    }.get(code, sealed.text_words)
    plain = _BRACKETS.sub("", half_width(text))
    return any(word in plain for word in words)


def personal_numbers(text: str) -> tuple[str, ...]:
    """Name the kinds of personal numbers in a text: ``identity``, ``phone``, ``account``; empty when there is none.

    A number counts by its shape (a birth date that exists), not by its check digit: a mistyped number betrays a person
    almost as well. Organisation codes, document and licence numbers pass.
    """
    plain = half_width(text)
    if not _LONG.search(plain):
        return ()
    found = []
    if any(_is_identity(_GAPS.sub("", m.group())) for m in _EIGHTEEN.finditer(plain)) or any(
        _is_legacy(m.group()) for m in _FIFTEEN.finditer(plain)
    ):
        found.append("identity")
    if _PHONE.search(plain):
        found.append("phone")
    cards = (_GAPS.sub("", m.group()) for m in _CARD.finditer(plain))
    if any(_luhn(card) and not _is_identity(card) and not check_uscc(card).valid for card in cards):
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
