"""Decisions about citizens at the door (市民登录). Pure functions."""

from __future__ import annotations

import re
import secrets
from datetime import date
from enum import StrEnum

from chengxin.kernel.normalise import half_width
from chengxin.kernel.periods import add_months

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Characters of a code of the window: none looks like another on paper (no 0 O, no 1 I L)."""
CODE_LENGTH = 8
_GROUP = 4


class Age(StrEnum):
    """Who acts for a person of this age (由谁办理)."""

    ADULT = "adult"  # 本人
    MINOR = "minor"  # 本人在监护人陪同下，到窗口
    GUARDED = "guarded"  # 监护人


def age(born: date | None, *, today: date, adult: int, guardian: int) -> Age:
    """Who acts for somebody born on this day (民法典 17; 个人信息保护法 31).

    A document without a birth date is one that only adults have an own account with here: unknown is guarded.

    Args:
        born: birth date out of the number.
        today: the business day.
        adult: years at which one acts for oneself.
        guardian: years below which the guardian acts.
    """
    if born is None or today < add_months(born, 12 * guardian):
        return Age.GUARDED
    return Age.ADULT if today >= add_months(born, 12 * adult) else Age.MINOR


def fresh_code() -> str:
    """A code of the window (窗口登录码): 39 random bits that can be read out and typed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def grouped(code: str) -> str:
    """A code as it is printed, ``7KQ4-9TMW``."""
    return "-".join(code[at : at + _GROUP] for at in range(0, len(code), _GROUP))


def typed_code(text: str) -> str:
    """A code as it was typed, made regular: half width, capitals, without spaces and hyphens; empty when it is none."""
    plain = re.sub(r"[\s\-]", "", half_width(text)).upper()
    return plain if len(plain) == CODE_LENGTH and set(plain) <= set(ALPHABET) else ""
