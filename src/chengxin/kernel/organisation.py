"""Organisation codes (统一社会信用代码, GB 32100-2015). Pure functions.

Hard failures are characters, length and the outer check character. Nothing is normalised: a lower-case letter is a
wrong character. The check of the inner code (组织机构代码, GB 11714) only warns: the outer check covers every
character already, and the registrar's certificate decides, not our opinion of its inner part.
"""

from __future__ import annotations

from collections.abc import Iterator

from chengxin.kernel.areas import area
from chengxin.kernel.identity import Fault, IdentityResult, Kind, Warn

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of the code: no I, O, Z, S, V, which are too like 1, 0, 2, 5, U."""

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# 1 编制 2 外交 3 司法 4 文化 5 民政 6 旅游 7 宗教 8 工会 9 市场监管 A 军队 N 农业农村 Y 其他
_REGISTRARS = frozenset("123456789ANY")
_WHOLE_COUNTRY = "100000"  # ministries register under it; the area table starts at the provinces
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_ORG_CHECKS = "0X987654321"


def uscc_check_character(body: str) -> str:
    """Compute the 18th character (校验码) of 17 characters of the alphabet: weights 3^i mod 31.

    Raises:
        ValueError: when ``body`` is not 17 characters of ``ALPHABET``.
    """
    if len(body) != 17 or not _VALUES.keys() >= set(body):
        raise ValueError("17 characters of the alphabet are needed")
    total = sum(_VALUES[character] * weight for character, weight in zip(body, _WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def org_code_check_character(body: str) -> str:
    """Compute the ninth character of an organisation code (组织机构代码, GB 11714) from its first eight.

    Raises:
        ValueError: when ``body`` is not eight characters 0-9 and A-Z.
    """
    if len(body) != 8 or not (body.isascii() and body.isalnum() and body == body.upper()):
        raise ValueError("eight characters 0-9 and A-Z are needed")
    return _ORG_CHECKS[
        sum(int(character, 36) * weight for character, weight in zip(body, _ORG_WEIGHTS, strict=True)) % 11
    ]


def check_uscc(code: str) -> IdentityResult:
    """Check one unified social credit code of an organisation (统一社会信用代码校验).

    Registrars N (rural collectives), A (military) and Y (others) are as good as 1 to 9. Source: GB 32100-2015.
    """
    fault = _fault(code)
    if fault:
        return IdentityResult.refused(code, Kind.USCC, fault)
    return IdentityResult.accepted(code, Kind.USCC, code, _warnings(code))


def _fault(code: str) -> Fault | None:
    if not _VALUES.keys() >= set(code):
        return Fault.CHARSET
    if len(code) != 18:
        return Fault.LENGTH
    return None if uscc_check_character(code[:17]) == code[17] else Fault.CHECK_DIGIT


def _warnings(code: str) -> Iterator[Warn]:
    if code[0] not in _REGISTRARS:
        yield Warn.REGISTRAR_UNKNOWN
    place = area(code[2:8])
    if place is None and code[2:8] != _WHOLE_COUNTRY:
        yield Warn.AREA_UNKNOWN
    elif place is not None and place.until:
        yield Warn.AREA_ABOLISHED
    if org_code_check_character(code[8:16]) != code[16]:
        yield Warn.ORG_CODE_CHECK
