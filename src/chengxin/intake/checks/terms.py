"""What the dates of a row mean (期限): how long the record is shown and kept, and whether it can have effect. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from chengxin.intake.checks.cells import finding
from chengxin.intake.checks.plan import Plan
from chengxin.intake.facts import CodeFacts, FieldFacts, RowError
from chengxin.intake.words import ADVICE, length
from chengxin.kernel.periods import Period, Unit, day_after

_TODAY = Period(0, Unit.DAY)
_DAY = timedelta(days=1)
_LAST = date(2299, 12, 31)  # what the store can keep at most


class Dates(NamedTuple):
    """The days a row states (日期); None where the cell is empty, not readable, or the item has no such column.

    `valid_until` and `display_end` are last days (到期日): the licence holds and the record is shown on them.
    """

    decided_on: date
    acted_on: date | None = None
    valid_until: date | None = None
    display_end: date | None = None


class Terms(NamedTuple):
    """The periods of a record (期限), each by the first day after it (届满次日, ``kernel.periods``).

    Attributes:
        display_end: first day on which it is not shown any more; None = never shown.
        retained_until: first day on which it is not kept any more; None when it could not be computed.
    """

    display_end: date | None = None
    retained_until: date | None = None
    errors: tuple[RowError, ...] = ()
    warnings: tuple[RowError, ...] = ()


@lru_cache(1 << 14)
def judge_terms(plan: Plan, severity: CodeFacts | None, dates: Dates) -> Terms:
    """INTAKE-10, 29, 33, 34, 47, 48 and 51 to 53: the dates among each other, and the periods that follow.

    Nothing without effect is collected: a record is refused whose display (or, when it is never shown, whose
    retention) is over (INTAKE-29), or will be before notice and waiting period can have passed (INTAKE-48). Only
    adverse records wait. The same few dates come again and again, so answers are kept.

    Args:
        plan: the item.
        severity: the class; None when the file states one that is not known: then no period is computed.
        dates: the days the row states.
    """
    errors = _order(plan, dates)
    if severity is None:
        return Terms(errors=errors)
    names = ["retention", severity.display_max]
    names += [severity.display_min] if severity.display_min else []
    names += ["notice_wait"] if plan.adverse else []
    missing = tuple(plan.missing_period(name) for name in names if plan.period(name) is None)
    retention, longest = plan.period("retention"), plan.period(severity.display_max)
    if missing or retention is None or longest is None:
        return Terms(errors=errors + missing)
    latest, retained_until = _clocks(plan, dates, longest=longest, retention=retention)
    display_end, warnings = _display(plan, severity, dates, latest=latest)
    late = _late(plan, display_end=display_end, retained_until=retained_until)
    return Terms(display_end, retained_until, errors + late, warnings)


def _order(plan: Plan, dates: Dates) -> tuple[RowError, ...]:
    """INTAKE-10, INTAKE-33, INTAKE-47: decided by today, acted before that, ended after it."""
    decided = plan.field("decided_on")
    errors = [finding(decided, "INTAKE-10")] if dates.decided_on > plan.today else []
    if dates.acted_on is not None and dates.acted_on > dates.decided_on:
        errors.append(finding(plan.field("acted_on"), "INTAKE-47", other=decided.name))
    for role, day in (("valid_until", dates.valid_until), ("display_end", dates.display_end)):
        if day is not None and day < dates.decided_on:
            errors.append(finding(plan.field(role), "INTAKE-33", other=decided.name))
    return tuple(errors)


def _clocks(plan: Plan, dates: Dates, *, longest: Period, retention: Period) -> tuple[date, date]:
    """Find the first days on which the record is at the latest not shown, and not kept any more (law.md 4.1, 4.3).

    What harms counts from the decision alone. What is granted is shown as long as it holds, at most for the item's
    longest period: "no end" and the far end that stands for it in files count as that. It is kept so long after its
    end; where it states none, after the decision, but while it is shown.
    """
    decided_on, valid_until = dates.decided_on, dates.valid_until
    latest = _after(decided_on, longest)
    if plan.fixed and valid_until is not None:
        latest = min(latest, _after(valid_until, _TODAY))
    if plan.adverse:
        retained_until = _after(decided_on, retention)
        return min(latest, retained_until), retained_until
    ended_on = decided_on if valid_until is None else max(decided_on, latest - _DAY)
    return latest, max(latest, _after(ended_on, retention))


def _display(
    plan: Plan, severity: CodeFacts, dates: Dates, *, latest: date
) -> tuple[date | None, tuple[RowError, ...]]:
    """Compute the first day on which the record is not shown (INTAKE-51 to INTAKE-53; law.md 11.7, 11.9).

    A supplied end counts only between minimum and maximum.
    """
    longest = plan.period(severity.display_max)
    if longest is not None and longest.value == 0 and plan.adverse:
        if dates.display_end is None:
            return None, ()
        field = plan.field("display_end")
        return None, (finding(field, "INTAKE-53", severity=severity.value),)
    if dates.display_end is None:
        return latest, ()
    shortest = plan.period(severity.display_min) if severity.display_min else None
    earliest = _after(dates.decided_on, shortest or _TODAY)
    supplied = _after(dates.display_end, _TODAY)
    warnings: tuple[RowError, ...] = ()
    if supplied > latest:
        told = finding(plan.field("display_end"), "INTAKE-51", severity=severity.value, day=_last_day(latest))
        warnings = (told,)
    elif dates.decided_on < supplied < earliest:
        told = finding(plan.field("display_end"), "INTAKE-52", severity=severity.value, day=_last_day(earliest))
        warnings = (told,)
    # The longest period is the ceiling, also where it is shorter than the shortest: nothing is shown after it is kept.
    return min(latest, max(earliest, supplied)), warnings


def _late(plan: Plan, *, display_end: date | None, retained_until: date) -> tuple[RowError, ...]:
    """INTAKE-29, INTAKE-48: over already, or before the first day on which the record could count."""
    end, what = (retained_until, "保存期") if display_end is None else (display_end, "公示期")
    field, advice = _way_out(plan)
    if end <= plan.today:
        return (finding(field, "INTAKE-29", what=what, day=_last_day(end), advice=advice),)
    wait = plan.period("notice_wait") if plan.adverse else None
    if wait and end <= _after(plan.today, wait):
        return (finding(field, "INTAKE-48", what=what, day=_last_day(end), wait=length(wait.value, wait.unit)),)
    return ()


def _way_out(plan: Plan) -> tuple[FieldFacts, str]:
    """Where a row that has ended can be put right, and how: a licence may still hold, what harms is over."""
    granted = None if plan.adverse else plan.column("valid_until")
    if granted:
        return granted.field, ADVICE["granted"].format(field=granted.field.name)
    return plan.field("decided_on"), ADVICE["legacy" if plan.kind == "legacy" else "report"]


def _after(day: date, period: Period) -> date:
    """First day after a period that runs from `day`; what lies beyond the store's last day counts as that."""
    try:
        return min(day_after(day, period), _LAST)
    except ValueError:
        return _LAST


def _last_day(end: date) -> str:
    """The last day before an end, as people say it."""
    return (end - _DAY).isoformat()
