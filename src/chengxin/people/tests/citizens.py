"""What tests of citizens at the door share."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from chengxin.kernel.identity import check_digit
from chengxin.people.api import Proved, issue_code, self_look, traces


def proved(name: str, number: str, *, level: int = 2, method: str = "identity") -> Proved:
    return Proved(name, "citizen", number, level, method, int(time.time()))


def born(day: date) -> str:
    """A number of somebody born on this day."""
    body = f"090902{day:%Y%m%d}{uuid4().int % 900 + 10:03d}"
    return body + check_digit(body)


def lines(token: bytes) -> list[tuple[str, str]]:
    """What was done about the person of a session, and by which organisation."""
    found = traces(self_look(token), since=datetime.now(UTC) - timedelta(days=1))
    return [(line.activity, line.organisation_name) for line in found if line.line == "act"]


def issued(clerk: Any, name: str, number: str) -> str:
    return issue_code(clerk.token, name=name, number=number, document="id_card", reason="no_phone").code
