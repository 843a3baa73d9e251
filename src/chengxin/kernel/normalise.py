"""The door of forms and files (入口规范化): what people type becomes what the checks expect, and they are told.

Only here is anything repaired; ``check_identity`` and ``check_uscc`` take a number as it comes. Pure functions.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from chengxin.kernel.names import normalise_name

# Full-width ！ to ～ lie at a fixed distance from ASCII; the ideographic space is the odd one.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
# Spaces, zero-width characters that come with copied text, and the dashes people put between groups of digits.
_SEPARATORS = re.compile("[\\s\u200b-\u200d\u2060\ufeff\u2010-\u2015\u2212-]")
_LETTERS = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


class Normalised(NamedTuple):
    """A value and whether it had to be changed, so that the caller can say so (已为您规范)."""

    value: str
    changed: bool


def half_width(text: str) -> str:
    """Turn full-width digits, letters and signs into half-width ones (全角转半角)."""
    return text.translate(_HALF_WIDTH)


def normalise_number(text: str) -> Normalised:
    """Clean a typed document number or organisation code (证件号码): half width, no spaces or hyphens, upper case."""
    value = _SEPARATORS.sub("", half_width(text)).translate(_LETTERS)
    return Normalised(value, value != text)


def normalise_typed_name(text: str) -> Normalised:
    """Clean a typed name (姓名): half-width letters and ``normalise_name``."""
    value = normalise_name(half_width(text))
    return Normalised(value, value != text)
