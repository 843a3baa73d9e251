"""Writes of the catalog: draft, review, publication, suspension.

The database decides; what is asked here first only says more about it.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any, Final, Literal
from uuid import UUID

from chengxin.catalog.calendars import calendar
from chengxin.catalog.dated import parameter
from chengxin.catalog.definition import code_of
from chengxin.catalog.errors import NotReady
from chengxin.catalog.queries import problems
from chengxin.catalog.queries import version as version_of
from chengxin.catalog.states import DRAFT, PUBLISHED, REVIEW, SUSPENDED, WITHDRAWN
from chengxin.kernel.calendar import Arrangement
from chengxin.ledger.api import act, scalar, today

SUSPENSION_WORKING_DAYS = "catalog_repair"
"""General parameter: working days in which a suspended item is to be put right; without it, today (law 30)."""


Answer = Literal["approve", "return", "withdraw"]
ANSWERS: Final[dict[Answer, str]] = {"approve": "approved", "return": "returned", "withdraw": "withdrawn"}
"""What may be done with what waits for a second manager -> the state that follows."""


def new_draft(token: bytes, definition: dict[str, Any]) -> tuple[str, int]:
    """Start a draft (起草): the first version of an item, or the next one.

    Args:
        token: session of a catalog editor.
        definition: the item in the shape of a seed file; ``item.code`` says which item.

    Returns:
        Code and number of the version.

    Raises:
        Refused: DUTY-01, CATALOG-13 (no usable code), CATALOG-17 (too large or too deep), CATALOG-23 (a draft of the
            item is open).
    """
    code = code_of(definition)
    with act(token, activity="catalog.draft", case=code[:20]) as line:
        number = scalar("select cx.catalog_draft_v1(%s::uuid, %s::jsonb)", [line, _json(definition)])
    return code, int(number)


def save_draft(token: bytes, code: str, version: int, definition: dict[str, Any]) -> None:
    """Change a draft (修改草案). Code and number of the version stay what they are.

    Raises:
        Refused: DUTY-01, CATALOG-17 (too large or too deep), CATALOG-22 (no longer a draft).
    """
    with act(token, activity="catalog.draft", case=f"{code}/{version}") as line:
        scalar(
            "select cx.catalog_save_v1(%s::uuid, %s::text, %s::integer, %s::jsonb)",
            [line, code, version, _json(definition)],
        )


def submit(token: bytes, code: str, version: int) -> None:
    """Send a draft to review (提交审核).

    Raises:
        NotReady: the gate found something; all of it in `problems`.
        Refused: DUTY-01, CATALOG-20 (not a draft).
    """
    _ready(code, version)
    _step(token, "catalog.submit", code, version, REVIEW)


def return_draft(token: bytes, code: str, version: int, reason: str) -> None:
    """Send a version back to its editor (退回修改), for a reason.

    Raises:
        Refused: DUTY-01, CATALOG-20, CATALOG-25 (no reason).
    """
    _step(token, "catalog.return", code, version, DRAFT, reason=reason)


def publish(token: bytes, code: str, version: int, effective_from: date) -> None:
    """Publish a reviewed version (批准发布). Its parameters take effect with it.

    Raises:
        NotReady: the gate found something for that day.
        Refused: DUTY-01, CATALOG-20, CATALOG-21 (somebody who drafted it), CATALOG-24 (a day in the past, or not after
            the version before it).
    """
    _ready(code, version, max(effective_from, today()))
    _step(token, "catalog.publish", code, version, PUBLISHED, effective_from=effective_from)


def suspend(token: bytes, code: str, version: int, reason: str) -> None:
    """Stop the use of a published version today (暂停使用); one approver is enough, since it protects.

    Raises:
        Refused: DUTY-01, CATALOG-20, CATALOG-25.
    """
    _step(token, "catalog.suspend", code, version, SUSPENDED, reason=reason)


def resume(token: bytes, code: str, version: int, reason: str) -> None:
    """Let a suspended version be used again (恢复使用); it must pass the gate as of today.

    Raises:
        NotReady: the gate found something.
        Refused: DUTY-01, CATALOG-20, CATALOG-21 (whoever drafted or suspended it), CATALOG-25.
    """
    _ready(code, version)
    _step(token, "catalog.resume", code, version, PUBLISHED, reason=reason)


def withdraw(token: bytes, code: str, version: int, reason: str) -> None:
    """End a version for good (废止): a published or suspended one by an approver, a draft by an editor (放弃草案).

    Raises:
        Refused: DUTY-01, CATALOG-20, CATALOG-25.
    """
    found = version_of(code, version)
    activity = "catalog.draft" if found and found.state == DRAFT else "catalog.withdraw"
    _step(token, activity, code, version, WITHDRAWN, reason=reason)


def tick(token: bytes, *, using: str = "default") -> int:
    """Suspend items whose bases ran out, and open the tasks that follow (依据到期检查). A second run does nothing.

    Args:
        token: session of the platform's program.
        using: database alias.

    Returns:
        Number of versions suspended and tasks opened or closed.
    """
    day = today(using=using)
    row = parameter(SUSPENSION_WORKING_DAYS, "", today=day)
    due = calendar(day, using=using).add_working_days(day, row.value).date if row else day
    return int(scalar("select cx.catalog_tick_v1(%s::bytea, %s::date)", [token, due], using=using))


def propose_term(token: bytes, name: str, value: int, valid_from: date, *, basis: str, reason: str) -> UUID:
    """Propose a new value of a general number from a day to come (提出修改办事期限); another manager decides.

    Raises:
        Refused: DUTY-01, CATALOG-30 (one waits), CATALOG-31 (number or value), CATALOG-32 (day), CATALOG-33 (no words).
    """
    with act(token, activity="term.propose", case=name[:20]) as line:
        return UUID(
            str(
                scalar(
                    "select cx.catalog_term_propose_v1(%s::uuid, %s::text, %s::integer, %s::date, %s::text, %s::text)",
                    [line, name, value, valid_from, basis.strip(), reason.strip()],
                )
            )
        )


def decide_term(token: bytes, change: UUID, answer: Answer, *, reason: str = "") -> None:
    """Approve, return or withdraw (批准、退回、撤回) a proposed change. Approved, the older number ends the day before.

    Raises:
        Refused: DUTY-01, CATALOG-30 (decided already), CATALOG-32 (its day has come), CATALOG-33 (returned without a
            reason), CATALOG-34 (who proposed it), CATALOG-35 (withdrawn by another).
    """
    _answer(token, "term", change, answer, reason)


def propose_calendar(
    token: bytes, given: Arrangement, *, title: str, number: str, issued_on: date, source: str, reason: str
) -> UUID:
    """Enter a year's days off as the State Council arranged them (登记节假日安排); another manager decides.

    Raises:
        Refused: DUTY-01, CATALOG-33 (no words), CATALOG-36 (one of the year waits), CATALOG-37 (days that cannot be),
            CATALOG-38 (a day that is past).
    """
    with act(token, activity="calendar.propose", case=str(given.year)) as line:
        return UUID(
            str(
                scalar(
                    "select cx.catalog_calendar_propose_v1(%s::uuid, %s::integer, %s::text, %s::text, %s::date, "
                    "%s::text, %s::date[], %s::date[], %s::text[], %s::date[], %s::text)",
                    [line, given.year, title.strip(), number.strip(), issued_on, source.strip()]
                    + [[span[at] for span in given.rest] for at in range(3)]
                    + [list(given.work), reason.strip()],
                )
            )
        )


def decide_calendar(token: bytes, change: UUID, answer: Answer, *, reason: str = "") -> None:
    """Approve, return or withdraw (批准、退回、撤回) an entered notice. Approved, clocks count by it from tomorrow.

    Raises:
        Refused: DUTY-01, CATALOG-33 (returned without a reason), CATALOG-34 (who entered it), CATALOG-35 (withdrawn by
            another), CATALOG-36 (decided already), CATALOG-37, CATALOG-38 (days have passed).
    """
    _answer(token, "calendar", change, answer, reason)


_DECIDE: Final = {
    "term": "select cx.catalog_term_decide_v1(%s::uuid, %s::text, %s::uuid, %s::text, %s::text)",
    "calendar": "select cx.catalog_calendar_decide_v1(%s::uuid, %s::text, %s::uuid, %s::text, %s::text)",
}


def _answer(token: bytes, what: str, change: UUID, answer: Answer, reason: str) -> None:
    activity = f"{what}.{answer}"
    with act(token, activity=activity) as line:
        scalar(_DECIDE[what], [line, activity, change, ANSWERS[answer], reason.strip()])


def _ready(code: str, version: int, day: date | None = None) -> None:
    """Name everything the gate has against a version, before the database refuses it for the first of it."""
    found = version_of(code, version)
    if found and (against := problems(found, day)):
        raise NotReady(against)


def _step(
    token: bytes,
    activity: str,
    code: str,
    version: int,
    to_state: str,
    *,
    effective_from: date | None = None,
    reason: str = "",
) -> None:
    with act(token, activity=activity, case=f"{code}/{version}") as line:
        scalar(
            "select cx.catalog_step_v1(%s::uuid, %s::text, %s::text, %s::integer, %s::text, %s::date, %s::text)",
            [line, activity, code, version, to_state, effective_from, reason.strip()],
        )


def _json(definition: dict[str, Any]) -> str:
    """The definition as JSON; dates as they are written."""
    return json.dumps(definition, ensure_ascii=False, default=str)
