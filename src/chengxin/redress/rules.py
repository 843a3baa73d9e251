"""Rules of redress (异议)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from chengxin.kernel.calendar import Calendar, Deadline
from chengxin.kernel.errors import Refused

DECIDE_WORKING_DAYS = "objection_decide"
"""Name of the dated parameter: working days until an objection is decided."""


def check_statement(text: str) -> str:
    """The person's words, trimmed.

    Raises:
        Refused: REDRESS-07 when shorter than 2 or longer than 2000 characters.
    """
    words = text.strip()
    if not 2 <= len(words) <= 2000:
        raise Refused("REDRESS-07")
    return words


def check_reasons(text: str) -> str:
    """The officer's reasons: two lines that say something (理由至少两行).

    Raises:
        Refused: REDRESS-06.
    """
    lines = [line for line in text.strip().splitlines() if line.strip()]
    if len(lines) < 2 or sum(len(line.strip()) for line in lines) < 10 or len(text) > 4000:
        raise Refused("REDRESS-06")
    return "\n".join(lines)


def decide_by(*, filed_on: date, working_days: int, told: Calendar, since: Iterable[Calendar]) -> Deadline:
    """The day by which an objection is decided, in working days after filing (law.md 4.2).

    A day that was told for certain is a promise, whatever becomes of the calendar. A provisional one is counted
    again, and moves only earlier: who waits is never told to wait longer.

    Args:
        filed_on: day of the filing.
        working_days: the dated parameter.
        told: the calendar as it was known on the day of filing.
        since: as it was known after each change until today: one in the middle may have made the day certain.
    """
    promised = told.add_working_days(filed_on, working_days)
    for calendar in since:
        if not promised.provisional:
            break
        again = calendar.add_working_days(filed_on, working_days)
        promised = Deadline(min(promised.date, again.date), again.provisional)
    return promised


def resumed_until(*, today: date, wait_until: date, frozen_on: date, calendar: Calendar) -> date:
    """The waiting period an unfounded objection interrupted: its rest counts from today and ends on a working day."""
    rest = max((wait_until - frozen_on).days, 0)
    return calendar.roll_forward(today + timedelta(days=rest)).date
