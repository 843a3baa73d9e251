"""Names of persons (姓名): one written form, and the few things a name cannot be. Pure functions."""

from __future__ import annotations

import re
import unicodedata

MIDDLE_DOT = "\u00b7"
"""The dot inside a name (间隔号), 阿卜杜拉·买买提."""

_DOTS = re.compile("\\s*[\u00b7\u2022\u30fb]\\s*")
_SPACES = re.compile(r"\s+")
_CJK_PLANES = range(0x20000, 0x40000)
_REPLACEMENT = "\ufffd"


def normalise_name(name: str) -> str:
    """Give a name its one written form: NFC, no outer and no double spaces, ``·•・`` as U+00B7.

    Full-width letters are the business of the form's door (``kernel.normalise``).
    """
    folded = unicodedata.normalize("NFC", name).strip()
    return _SPACES.sub(" ", _DOTS.sub(MIDDLE_DOT, folded))


def name_problem(name: str) -> str | None:
    """Say why a normalised name cannot stand (姓名问题): ``length``, ``control`` or ``digit``; None when it can.

    Two to fifty characters; every CJK extension is welcome, also those newer than our Unicode table. Control
    characters and direction marks are refused because they make a name read as another; digits because they come from
    a shifted column that holds numbers.
    """
    if any(_invisible(character) for character in name):
        return "control"
    if any(unicodedata.category(character) == "Nd" for character in name):
        return "digit"
    return None if 2 <= len(name) <= 50 else "length"


def _invisible(character: str) -> bool:
    category = unicodedata.category(character)
    if category == "Cn":  # not assigned as far as this Python knows
        return ord(character) not in _CJK_PLANES
    # Private use (Co) stays: older police systems keep rare characters there, and nobody is blocked for a rare name.
    return category in ("Cc", "Cf", "Cs", "Zl", "Zp") or character == _REPLACEMENT
