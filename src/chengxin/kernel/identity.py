"""Identity numbers of persons (公民身份号码 GB 11643-1999 and its relatives). Pure functions.

Hard failures are only: characters, length, check digit, a birth date that does not exist or lies in the future, and a
number that is not of the type the caller insisted on. Everything else is a warning, because area codes are those of
the day of issue and off-the-shelf tables refuse living people. Nothing is repaired here except a final lower-case
``x``: forms and files normalise at their own door (``kernel.normalise``) and say so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from chengxin.kernel.areas import area, is_province


class Kind(StrEnum):
    """Type of a number. ``UNKNOWN`` is only ever an answer, never a demand."""

    CITIZEN = "citizen"  # 公民身份号码
    LEGACY15 = "legacy15"  # 一代居民身份证 15 位号码
    RESIDENCE_PERMIT = "residence_permit"  # 港澳台居民居住证
    PERMANENT_RESIDENT = "permanent_resident"  # 外国人永久居留身份证
    USCC = "uscc"  # 统一社会信用代码
    UNKNOWN = "unknown"


class Warn(StrEnum):
    """Something a person should look at; the number stays valid."""

    LEGACY15 = "legacy15"
    AREA_UNKNOWN = "area_unknown"
    AREA_ABOLISHED = "area_abolished"
    PREFIX_09 = "prefix_09"
    PREFIX_99 = "prefix_99"
    AGE_OVER_120 = "age_over_120"
    REGISTRAR_UNKNOWN = "registrar_unknown"
    ORG_CODE_CHECK = "org_code_check"


class Fault(StrEnum):
    """Why a number is invalid. The first that applies, in this order."""

    CHARSET = "charset"
    LENGTH = "length"
    TYPE_MISMATCH = "type_mismatch"
    CHECK_DIGIT = "check_digit"
    IMPOSSIBLE_DATE = "impossible_date"
    FUTURE_DATE = "future_date"


@dataclass(frozen=True, slots=True)
class IdentityResult:
    """Verdict on one number (校验结果).

    Attributes:
        input: the number exactly as it came.
        type: a value of ``Kind``.
        valid: whether nothing speaks against it; not whether the person exists.
        normalised: the form to store (18 characters, upper-case X), None when invalid.
        warnings: values of ``Warn``, in fixed order.
        error: a value of ``Fault``, None when valid.
    """

    input: str
    type: str
    valid: bool
    normalised: str | None
    warnings: tuple[str, ...]
    error: str | None

    @classmethod
    def refused(cls, number: str, kind: Kind, fault: Fault) -> IdentityResult:
        """Build the verdict on an invalid number."""
        return cls(number, kind.value, valid=False, normalised=None, warnings=(), error=fault.value)

    @classmethod
    def accepted(cls, number: str, kind: Kind, normalised: str, warnings: Iterable[Warn]) -> IdentityResult:
        """Build the verdict on a valid number."""
        texts = tuple(warning.value for warning in warnings)
        return cls(number, kind.value, valid=True, normalised=normalised, warnings=texts, error=None)


_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
# [0-9], not \d: \d and str.isdigit also take full-width and Arabic-Indic digits.
_CHARACTERS = re.compile(r"[0-9]*[0-9Xx]?")
_BODY = re.compile(r"[0-9]{17}")
_PERMIT_PREFIXES = ("81", "82", "83")
_CENTENARIAN_SERIALS = ("996", "997", "998", "999")
_OLDEST = 120
SYNTHETIC = "09"
"""First digits of persons who do not exist: a province nobody has (演示号码)."""


def check_digit(body: str) -> str:
    """Compute the check character (校验码) of 17 digits: ISO 7064 MOD 11-2, GB 11643.

    Raises:
        ValueError: when ``body`` is not 17 ASCII digits.
    """
    if not _BODY.fullmatch(body):
        raise ValueError("17 digits are needed")
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11]


def of_this_world(number: str, mode: str) -> bool:
    """Whether a person of this number may be in an installation of this mode (演示与正式互不相通).

    Synthetic ones may be in a demo or test and nowhere else, real ones in production and nowhere else.
    """
    return number.startswith(SYNTHETIC) != (mode == "production")


def birth_date(normalised: str) -> date | None:
    """Read the birth date (出生日期) out of a valid 18-character number; None when there is none to read.

    Passport and other document numbers carry no birth date: ask only for numbers that ``check_identity`` accepted.
    """
    if len(normalised) != 18 or not _BODY.fullmatch(normalised[:17]):
        return None
    try:
        return date(int(normalised[6:10]), int(normalised[10:12]), int(normalised[12:14]))
    except ValueError:
        return None


def upgrade_legacy(number: str) -> str:
    """Lengthen a 15-digit number (15 位升 18 位): century after the area code, check character at the end.

    Serials 996 to 999 were kept for people who were already over a hundred, so their century is 18.

    Raises:
        ValueError: when ``number`` is not 15 ASCII digits.
    """
    century = "18" if number[12:] in _CENTENARIAN_SERIALS else "19"
    body = number[:6] + century + number[6:]
    return body + check_digit(body)


def check_identity(number: str, *, today: date, kind: str | None = None) -> IdentityResult:
    """Check one identity number of a natural person (证件号码校验).

    Args:
        number: as typed; a final lower-case ``x`` is the only thing made right.
        today: the day in China; a later birth date is an error.
        kind: a value of ``Kind`` to insist on; None or ``"auto"`` takes what the number says.

    Source: GB 11643-1999; 居民身份证法 3; the 9-prefix of 2023-12-01, whose birth date stands where a citizen's does.

    Raises:
        ValueError: when ``kind`` is no type of a person's number.
    """
    asked, seen = _asked(kind), _kind_of(number)
    fault = _form_fault(number, asked, seen)
    if fault:
        return IdentityResult.refused(number, asked or seen, fault)
    normalised = upgrade_legacy(number) if seen is Kind.LEGACY15 else number.upper()
    born = birth_date(normalised)
    if check_digit(normalised[:17]) != normalised[17]:
        fault = Fault.CHECK_DIGIT
    elif born is None:
        fault = Fault.IMPOSSIBLE_DATE
    elif born > today:
        fault = Fault.FUTURE_DATE
    else:
        return IdentityResult.accepted(number, seen, normalised, _warnings(normalised, seen, today.year - born.year))
    return IdentityResult.refused(number, seen, fault)


def _asked(kind: str | None) -> Kind | None:
    if kind is None or kind == "auto":
        return None
    asked = Kind(kind)
    if asked in (Kind.USCC, Kind.UNKNOWN):
        raise ValueError(f"{kind} is no type of a person's number")
    return asked


def _form_fault(number: str, asked: Kind | None, seen: Kind) -> Fault | None:
    if not _CHARACTERS.fullmatch(number) or (len(number) == 15 and not number.isdigit()):
        return Fault.CHARSET
    if seen is Kind.UNKNOWN or (asked and (asked is Kind.LEGACY15) != (seen is Kind.LEGACY15)):
        return Fault.LENGTH
    return Fault.TYPE_MISMATCH if asked and asked is not seen else None


def _kind_of(number: str) -> Kind:
    """Tell the type by length and first digits; unknown when the characters or the length are wrong."""
    if not _CHARACTERS.fullmatch(number) or len(number) not in (15, 18):
        return Kind.UNKNOWN
    if len(number) == 15:
        return Kind.LEGACY15 if number.isdigit() else Kind.UNKNOWN
    if number.startswith("9"):
        return Kind.PERMANENT_RESIDENT
    return Kind.RESIDENCE_PERMIT if number.startswith(_PERMIT_PREFIXES) else Kind.CITIZEN


def _warnings(normalised: str, kind: Kind, years: int) -> Iterator[Warn]:
    if kind is Kind.LEGACY15:
        yield Warn.LEGACY15
    hint = _area_hint(normalised, kind)
    if hint:
        yield hint
    if years > _OLDEST:
        yield Warn.AGE_OVER_120


def _area_hint(normalised: str, kind: Kind) -> Warn | None:
    if normalised.startswith(SYNTHETIC):
        return Warn.PREFIX_09  # no province: our synthetic persons
    if normalised.startswith("99"):
        return Warn.PREFIX_99  # neither a province nor a place of issue
    if kind is Kind.PERMANENT_RESIDENT:
        # 9, province of issue, nationality in three digits: only the province is known well enough to speak about.
        return None if is_province(normalised[1:3]) else Warn.AREA_UNKNOWN
    place = area(normalised[:6])
    if place is None:
        return Warn.AREA_UNKNOWN
    return Warn.AREA_ABOLISHED if place.until else None
