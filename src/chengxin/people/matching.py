"""Asking the population database (实名核验): every question is registered before it is asked, with its purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import uuid4

from chengxin.kernel.ids import uuid7
from chengxin.kernel.population import MOST, Claim
from chengxin.ledger.api import rows, scalar
from chengxin.people.population import Match, population


@dataclass(frozen=True)
class Coverage:
    """How many persons are known by one kind of document (代码覆盖)."""

    id_type: str
    persons: int


@dataclass(frozen=True)
class Checked:
    """What was asked for one purpose, in persons, and what was answered (核验统计); `silent`: no answer came."""

    purpose: str
    purpose_name: str
    asked: int
    matched: int
    unmatched: int
    unknown: int
    silent: int


def coverage(token: bytes) -> list[Coverage]:
    """Persons by kind of document, the most frequent first. Raises Refused DUTY-01."""
    return rows("select * from cx.people_coverage_v1(%s::bytea)", [token], of=Coverage)


def checked(token: bytes, since: date) -> list[Checked]:
    """Questions to the population database since a day, by purpose. Raises Refused DUTY-01."""
    return rows("select * from cx.people_checked_v1(%s::bytea, %s::date)", [token, since], of=Checked)


def can_match() -> bool:
    """Whether a population database is configured (是否接入人口信息库)."""
    return population() is not None


def must_match() -> bool:
    """Whether nobody comes in who was not verified (不核验不记入): in production always."""
    from django.conf import settings

    return can_match() or settings.MODE == "production"


def match(token: bytes, claims: Sequence[Claim], *, purpose: str, using: str = "default") -> list[Match]:
    """Whether number and name belong together, for each claim in its order (核验).

    The answers are all UNAVAILABLE where no database is configured, or none answers; the question stays registered.

    Args:
        token: session in whose name it is asked.
        claims: at most 1,000 go out in one question.
        purpose: code that both logs keep: INTAKE, or one of the register of purposes.
        using: database alias.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    line = population()
    if line is None:
        return [Match.UNAVAILABLE] * len(claims)
    told: list[Match] = []
    for start in range(0, len(claims), MOST):
        part, call = claims[start : start + MOST], uuid4()
        scalar(
            "select cx.people_ask_v1(%s::bytea, %s::uuid, %s::uuid, %s::text, %s::integer)",
            [token, uuid7(), call, purpose, len(part)],
            using=using,
        )
        answers = line.match(part, purpose=purpose, request=call)
        told += answers
        if Match.UNAVAILABLE in answers:  # the rest would only wait for nothing
            return told + [Match.UNAVAILABLE] * (len(claims) - len(told))
        counted = Counter(answers)
        scalar(
            "select cx.people_told_v1(%s::bytea, %s::uuid, %s::integer, %s::integer, %s::integer)",
            [token, call, *(counted[one] for one in (Match.MATCH, Match.NO_MATCH, Match.UNKNOWN))],
            using=using,
        )
    return told
