"""Who a row is about (信息主体): the identity number, the guard between demo and production, full age. Pure."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from chengxin.intake.checks.cells import finding
from chengxin.intake.checks.plan import Plan
from chengxin.intake.facts import CodeFacts, RowError
from chengxin.intake.words import length
from chengxin.kernel import words as kernel_words
from chengxin.kernel.identity import SYNTHETIC, Kind, Warn, birth_date, check_identity
from chengxin.kernel.periods import Period, add_period

__all__ = ["Subject", "judge_age", "judge_number"]

_CARD_2017 = re.compile(r"[A-Z]{3}[0-9]{12}")
"""The permanent resident's card before December 2023: nothing in its number can be relied on."""
_SAID_ELSEWHERE = (Warn.LEGACY15, Warn.PREFIX_09)


class Subject(NamedTuple):
    """The person as far as the number tells (主体): both empty when the number was refused."""

    id_type: str = ""
    number: str = ""
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()


def judge_number(plan: Plan, number: str, kind: CodeFacts | None) -> Subject:
    """INTAKE-14, INTAKE-16, INTAKE-17, INTAKE-19: the number, and the two-way guard (证件号码).

    Args:
        plan: the item.
        number: the cell in its one written form.
        kind: the stated type of document; None when the file states none.
    """
    field = plan.field("id_number")
    if kind and not kind.accepted:
        return Subject(errors=(_no_birth_date(plan),))
    asked = kind.identifier if kind else None
    if asked == Kind.PERMANENT_RESIDENT and _CARD_2017.fullmatch(number):
        return Subject(errors=(_no_birth_date(plan),))
    if asked == Kind.CITIZEN and len(number) == 15:
        asked = Kind.LEGACY15
    result = check_identity(number, today=plan.today, kind=asked)
    if not result.valid or result.normalised is None:
        reason = kernel_words.FAULTS[result.error or "charset"]
        return Subject(errors=(finding(field, "INTAKE-14", reason=reason),))
    # Two-way guard: synthetic persons never enter production, real ones never enter a demo.
    errors: tuple[RowError, ...] = ()
    synthetic = result.normalised.startswith(SYNTHETIC)
    if synthetic and plan.mode == "production":
        errors = (finding(field, "INTAKE-16"),)
    elif not synthetic and plan.mode != "production":
        errors = (finding(field, "INTAKE-17"),)
    legacy = result.type == Kind.LEGACY15
    warnings = [finding(field, "INTAKE-55")] if legacy else []
    warnings += [
        finding(field, "INTAKE-56", reason=kernel_words.WARNINGS[warning])
        for warning in result.warnings
        if warning not in _SAID_ELSEWHERE
    ]
    return Subject(Kind.CITIZEN.value if legacy else result.type, result.normalised, errors, tuple(warnings))


def judge_age(plan: Plan, number: str, *, acted_on: date | None, decided_on: date | None) -> tuple[RowError, ...]:
    """INTAKE-18, INTAKE-19, INTAKE-34, INTAKE-60: of age at the act (R0.10; 成年).

    Where the format has no date of the act, or the cell is empty, the date of the decision stands for it: birthday +
    18 years must not be later. The act itself lies up to the item's ``act_look_back`` earlier (行政处罚法 36: two or
    five years until it is discovered, and then the time until the decision): of who came of age within it nothing
    adverse is taken until the day of the act is stated.
    """
    age, on = plan.period("adult_age"), acted_on or decided_on
    if age is None:
        return (plan.missing_period("adult_age"),)
    field = plan.field("id_number")
    born = birth_date(number)
    if born is None:
        return (_no_birth_date(plan),)
    if on is None:
        return ()
    adult_on = add_period(born, age)
    if adult_on > on:
        when = "行为发生时" if acted_on else "作出决定时"
        return (finding(field, "INTAKE-18", age=age.value, when=when),)
    return _act_unknown(plan, age, adult_on, on) if plan.adverse and acted_on is None else ()


def _act_unknown(plan: Plan, age: Period, adult_on: date, decided_on: date) -> tuple[RowError, ...]:
    """INTAKE-34, INTAKE-60: of age at the decision, but was it so at an act whose day nobody states?"""
    back = plan.period("act_look_back")
    if back is None:
        return (plan.missing_period("act_look_back"),)
    if add_period(adult_on, back) <= decided_on:
        return ()
    column = plan.column("acted_on")
    asked = f"“{column.field.name}”" if column else "行为发生的日期"
    field = column.field if column else plan.field("id_number")
    return (finding(field, "INTAKE-60", age=age.value, back=length(back.value, back.unit), asked=asked),)


def _no_birth_date(plan: Plan) -> RowError:
    return finding(plan.field("id_number"), "INTAKE-19")
