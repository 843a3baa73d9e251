"""The door of forms and files (入口规范化): what people type becomes what the checks expect, and they are told.

Only here is anything repaired; ``check_identity`` and ``check_uscc`` take a number as it comes. Pure functions.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from chengxin.kernel.names import normalise_name

# Full-width ！ to ～ lie at a fixed distance from ASCII; the ideographic space is the odd one.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
# Spaces, zero-width characters that come with copied text, and the dashes people put between groups of digits.
_SEPARATORS = re.compile("[\\s\u200b-\u200d\u2060\ufeff\u2010-\u2015\u2212-]")
_LETTERS = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}

# Signs that look like a Chinese character or a Latin letter and are none: radicals, katakana, Greek, Cyrillic.
_TWINS = str.maketrans(
    "\u2ea0\u2ec5\u2ec6\u2ec9\u2ecb\u2ed3\u2ed4\u2ed8\u2eda\u2edb\u2edc\u2edd\u2ee2\u2ee5\u2ee6\u2eec\u2eee\u2ef0"
    "\u30a8\u30ab\u30bf\u30c8\u30cb\u30cf\u30ed\u0391\u039d\u0410",
    "民见角贝车长门青页风飞食马鱼鸟齐齿龙工力夕卜二八口ANA",
)
_NO_PART_OF_A_DOCUMENT = re.compile(r"[\W_第]+")
_LEADING_ZEROS = re.compile("(?<![0-9])0+(?=[0-9])")
_NO_PART_OF_A_NAME = re.compile("[^0-9A-Za-z\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


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


def folded_name(text: str) -> str:
    """A name in the form in which names of columns are compared (名称比对): Chinese characters, a-z and 0-9 alone.

    Width, case, accents, spaces, signs and whatever cannot be seen make no difference: 宗·教 is 宗教 to the list of
    what may never be collected. A name in another script alone becomes empty, which equals nothing. The database
    says the same (``catalog_folded_v1``).
    """
    seen = unicodedata.normalize("NFKD", text).translate(_TWINS)
    return _NO_PART_OF_A_NAME.sub("", seen).lower()


def folded_document(text: str) -> str:
    """A document number (文号) in the form in which removals are compared: letters and digits alone, lower case.

    Without 第 and leading zeros. Coarser than the number itself on purpose: whoever would bring a removed record back
    can choose its spelling. The database says the same (``records_folded_v1``).
    """
    return _NO_PART_OF_A_DOCUMENT.sub("", _LEADING_ZEROS.sub("", unicodedata.normalize("NFKC", text).lower()))
