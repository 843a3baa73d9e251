"""Template tags of oversight."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template

from chengxin.kernel.periods import CHINA
from chengxin.kernel.words import weekday
from chengxin.oversight.facts import Clock

register = template.Library()


@register.inclusion_tag("oversight/part/clock.html")
def clock_line(clock: Clock, now: datetime) -> dict[str, Any]:
    """A clock in real time with its last minute and what remains: ``最迟 11月23日 17:30（周一），还剩 3 小时 5 分``."""
    day = weekday(clock.due.astimezone(CHINA).date())
    return {"clock": clock, "late": clock.overdue(now), "remaining": clock.remaining(now), "weekday": day}
