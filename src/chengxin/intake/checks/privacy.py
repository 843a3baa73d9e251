"""What no text of a row may hold (正文禁止内容): personal numbers, prohibited information, sealed penalties. Pure.

Findings tell the column and the kind, never the number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from chengxin.intake.checks.cells import finding
from chengxin.intake.facts import FieldFacts, ItemFacts, ProhibitedFacts, RowError
from chengxin.intake.words import PRIVATE
from chengxin.kernel.areas import area
from chengxin.kernel.identity import birth_date
from chengxin.kernel.normalise import folded_name, half_width
from chengxin.kernel.organisation import check_uscc

# What may be a personal number, in digits of either width, with the single spaces and hyphens that people put between
# groups: fifteen digits, or a mobile number by itself. Shorter numbers betray nobody.
_DIGIT = "[0-9\uff10-\uff19]"
_GAP = "[ \\-\u3000\uff0d]?"
_NO_DIGIT = "[^0-9\uff10-\uff19]"
_MAY_BE_PERSONAL = (
    f"{_DIGIT}(?:{_GAP}{_DIGIT}){{14}}"
    f"|(?:^|{_NO_DIGIT})[1\uff11](?:[3-9\uff13-\uff19]{_DIGIT}|[0\uff10]{{2}})"
    f"{_GAP}{_DIGIT}{{4}}{_GAP}{_DIGIT}{{4}}(?:{_NO_DIGIT}|$)"
)
_PERSONAL = re.compile(_MAY_BE_PERSONAL)
_EIGHTEEN = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){16}[ -]?[0-9Xx](?![0-9A-Za-z])")
_FIFTEEN = re.compile(r"(?<![0-9A-Za-z])[0-9]{15}(?![0-9A-Za-z])")
# Mobile numbers, and the unassigned 100… that demo data use.
_PHONE = re.compile(r"(?<![0-9])1(?:[3-9][0-9]|00)[ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])")
_CARD = re.compile(r"(?<![0-9A-Za-z])[0-9](?:[ -]?[0-9]){15,18}(?![0-9A-Za-z])")
_GAPS = re.compile("[ -]")
# Where a sentence ends: what stands on both sides is not read as one word. An enumeration comma ends none.
_STOPS = re.compile("[，。；！？,;!?\n]")
# Who the record is about; what is said next is said of that person. 当事人系…, 当事人王某某为….
_SUBJECT = re.compile("(?:当事人|本人|相对人|被处罚人|违法行为人)(?:[\u3400-\u9fff]{0,4}?(?:系|是|为|属于))?|[:：]")
_EDGE = "|"
# What may stand between the characters of a word without anybody reading it otherwise (``folded_name`` drops it), of
# the characters that the expressions of ``vectors`` let through.
_BETWEEN = (
    "[ #-+\\-./:<=>@\\[\\]^_`{|}~·×—‘’“”…、《》「」『』【】〔〕"
    "\uff02-\uff0b\uff0d-\uff0f\uff1a\uff1c-\uff1e\uff20\uff3b-\uff40\uff5b-\uff5e]*"
)


def is_named(ban: ProhibitedFacts, name: str) -> bool:
    """Whether the name of a column speaks of a class of information that may never be collected (列名检查)."""
    plain = _without(ban, _fold(name))
    return any(word and word in plain for word in map(_fold, (*ban.words, *ban.in_text)))


class Forbidden:
    """What one column's text must not hold (INTAKE-25 to INTAKE-27), put together once for all rows.

    Words are looked for in the one folding that names of columns are compared in too (``kernel.folded_name``), sentence
    by sentence. An edge "|" in a word stands for where a sentence begins or ends, or the person was just named: 残疾人
    by itself tells of the person, 侵占残疾人就业保障金 of an act.

    Attributes:
        pattern: a regular expression, for Python and for Rust alike, that finds something in every text of ordinary
            characters (``vectors``) in which ``find`` finds something; where it finds nothing the text is fine.
    """

    def __init__(self, field: FieldFacts, item: ItemFacts) -> None:
        self._field = field
        self._sealed = tuple(filter(None, map(folded_name, _sealed_words(field, item))))
        # Typed columns hold names and numbers of offices; texts that speak of the person are free or coded.
        bans = item.prohibited if field.store in ("sealed", "plain") else ()
        self._bans = [_Ban(ban, said=self._sealed) for ban in bans]
        words = frozenset({*self._sealed, *(word.strip(_EDGE) for ban in self._bans for word in ban.words)})
        self._words = re.compile(_any_of(words)) if words else None
        self.pattern = f"{_MAY_BE_PERSONAL}|{_any_of(words, written=True)}" if words else _MAY_BE_PERSONAL

    def find(self, text: str) -> tuple[RowError, ...]:
        """What the text of a cell must not hold: sealed penalties, personal numbers, prohibited information."""
        found = []
        sentences = _STOPS.split(text)
        plain = _folded(sentences)
        suspicious = bool(self._words and self._words.search(plain))
        if suspicious and any(word in plain for word in self._sealed):
            found.append(finding(self._field, "INTAKE-27"))
        numbers = personal_numbers(text)
        if numbers:
            found.append(finding(self._field, "INTAKE-25", what="、".join(PRIVATE[kind] for kind in numbers)))
        if suspicious:
            said = _folded(part for sentence in sentences for part in _SUBJECT.split(sentence))
            for ban in self._bans:
                word = ban.find(plain, said)
                if word:
                    found.append(finding(self._field, "INTAKE-26", word=word, law=ban.law))
        return tuple(found)


class _Ban:
    """A class of prohibited information as it is looked for.

    Attributes:
        words: folded, with their edges.
    """

    def __init__(self, ban: ProhibitedFacts, *, said: Iterable[str]) -> None:
        """Take the words of a class but those that a sealed word says already."""
        self.law, self._ban = ban.law, ban
        folded = {word: _EDGE.join(map(folded_name, word.split(_EDGE))) for word in ban.in_text}
        self.words = {
            plain: word.strip(_EDGE)
            for word, plain in folded.items()
            if plain.strip(_EDGE) and not any(other in plain or plain in other for other in said)
        }

    def find(self, plain: str, said: str) -> str:
        """The word of this class that a text holds, as people write it; empty when there is none.

        Args:
            plain: the text by sentences.
            said: the same by what is said of whom.
        """
        plain, said = _without(self._ban, plain), _without(self._ban, said)
        return next((word for key, word in self.words.items() if key in (said if _EDGE in key else plain)), "")


_fold = lru_cache(4096)(folded_name)


def _without(ban: ProhibitedFacts, plain: str) -> str:
    """Folded text without the phrases in which the words of a class mean something else."""
    for phrase in sorted(filter(None, map(_fold, ban.unless)), key=len, reverse=True):
        plain = plain.replace(phrase, _EDGE)
    return plain


def _folded(parts: Iterable[str]) -> str:
    """Parts of a text, folded, with an edge around each."""
    return f"{_EDGE}{_EDGE.join(map(folded_name, parts))}{_EDGE}"


def _sealed_words(field: FieldFacts, item: ItemFacts) -> tuple[str, ...]:
    """Public-security penalties are sealed (治安管理处罚法 136), whatever column betrays them (law.md 11.4)."""
    sealed = item.sealed
    match field.role:
        case "basis":
            return sealed.basis_words
        case "authority_name" | "source_name":
            return sealed.authority_words
        case "doc_no":
            return sealed.document_words
        case _:
            codes = (c.value for c in item.codes if c.sealed and c.code_set == field.code_set)
            return (*sealed.text_words, *codes)


@lru_cache(64)
def _any_of(words: frozenset[str], *, written: bool = False) -> str:
    """A pattern that finds something where any of some folded words stands (任一词语), fast where none does.

    Args:
        words: a word with another one in it needs no looking for.
        written: in text that is not folded.
    """
    shortest = [word for word in words if not any(one in word for one in words if len(one) < len(word))]
    spelt = [[*map(_any_width, word)] if written else [*word] for word in sorted(shortest)]
    return _tree(spelt, _BETWEEN if written else "")


def _tree(spelt: list[list[str]], between: str) -> str:
    """Alternatives that begin alike are looked for together."""
    heads = [(head, [rest for _, *rest in same if rest]) for head, same in groupby(spelt, key=itemgetter(0))]
    found = (f"{head}{between}{_tree(rests, between)}" if rests else head for head, rests in heads)
    return f"(?:{'|'.join(found)})"


def _any_width(character: str) -> str:
    """The character; a letter or digit in either width and case, as words are compared without them."""
    if not character.isascii():
        return re.escape(character)
    spellings = {character.lower(), character.upper()}
    return f"[{''.join(sorted(spellings | {chr(ord(one) + 0xFEE0) for one in spellings}))}]"


def personal_numbers(text: str) -> tuple[str, ...]:
    """Name the kinds of personal numbers in a text: ``identity``, ``phone``, ``account``; empty when there is none.

    A number counts by its shape (a birth date that exists), not by its check digit: a mistyped number betrays a person
    almost as well. Organisation codes, document and licence numbers pass.
    """
    if not _PERSONAL.search(text):
        return ()
    plain = half_width(text)
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
