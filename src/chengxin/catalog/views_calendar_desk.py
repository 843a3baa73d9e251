"""The managers' desk for the working-day calendar (期限与日历：节假日安排): one enters the notice, another approves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.catalog.api import (
    CalendarChange,
    Notice,
    calendar,
    calendar_change,
    calendar_changes,
    decide_calendar,
    notices,
    propose_calendar,
)
from chengxin.catalog.arrangements import balance, picture, problems
from chengxin.catalog.forms_calendar import CalendarForm
from chengxin.catalog.views_second import answered, state
from chengxin.kernel.calendar import Arrangement
from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.ledger.api import today
from chengxin.people.api import SignedRequest, requires

DUTY: Final = "manager"
WHY: Final = "登记节假日安排，由两人办理"


@requires(DUTY, purpose=WHY)
@require_GET
def home(request: SignedRequest) -> HttpResponse:
    """How far the calendar reaches, what waits for a second manager, the two years that can be entered (节假日安排)."""
    day, token = today(), request.token
    known, coming = calendar(day), _newest()
    decided = turned(
        request.GET.get("page", ""), lambda limit, skip: calendar_changes(token, limit, skip=skip, waiting=False)
    )
    context = {
        "waiting": _lines(calendar_changes(token, waiting=True)),
        "page": decided,
        "decided": _lines(decided.rows),
        "years": [(year, coming.get(year)) for year in (day.year, day.year + 1)],
        "horizon": known.horizon(),
        "soon": known.ends_soon(day),
        "missing": max(known.horizon().year + 1, day.year),
        "enterable": max(known.horizon().year + 1, day.year) not in coming,
    }
    return render(request, "catalog/calendar/home.html", context)


@requires(DUTY, purpose=WHY)
@require_http_methods(["GET", "POST"])
def change(request: SignedRequest, year: int) -> HttpResponse:
    """A year's notice: the form, then the year as it would be, then the proposal (登记)."""
    day, known = today(), _newest()
    if year not in (day.year, day.year + 1):
        raise Http404
    posted, refused = request.POST if request.method == "POST" else None, ""
    form = CalendarForm(posted, year=year, known=list(known.values()), today=day, copy=known.get(year))
    go = posted.get("go", "check") if posted else ""
    context: dict[str, Any] = {"form": form, "year": year, "now": known.get(year)}
    if posted and go != "back" and form.is_valid():
        if go == "send":
            try:
                made = propose_calendar(request.token, form.given, **form.head())
                return redirect("catalog:calendar-change", made)
            except Refused as error:
                refused = error.code
        context |= {"told": form.cleaned_data, "refused": refused} | _seen(form.given, known.get(year))
        return render(request, "catalog/calendar/check.html", context, status=422 if refused else 200)
    return render(request, "catalog/calendar/form.html", context, status=422 if go not in {"", "back"} else 200)


@requires(DUTY, purpose=WHY)
@require_http_methods(["GET", "POST"])
def one(request: SignedRequest, change_id: UUID) -> HttpResponse:
    """A notice as it was entered beside the year, and its decision by another manager (确认)."""
    found = calendar_change(request.token, change_id)
    if found is None:
        raise Http404
    shown = answered(request, found, decide_calendar)
    if shown is None:
        return redirect("catalog:calendar-change", found.id)
    known, waits = _newest(), found.state == "proposed"
    arranged = [each.arrangement for each in known.values()]
    context = {
        "year": found.year,
        "told": found,
        "stops": problems(found.arrangement, arranged, today=today()) if waits else [],
    }
    context |= shown | _seen(found.arrangement, known.get(found.year) if waits else None)
    return render(request, "catalog/calendar/one.html", context, status=422 if request.method == "POST" else 200)


def _lines(found: list[CalendarChange]) -> list[tuple[CalendarChange, tuple[str, str]]]:
    return [(one, state(one)) for one in found]


def _newest() -> dict[int, Notice]:
    """The newest approved notice of each year, that of tomorrow too: what a new one would replace."""
    return {one.year: one for one in notices(today() + timedelta(days=1))}


def _seen(given: Arrangement, now: Notice | None) -> dict[str, Any]:
    """The year by months, and the count that shows a slip."""
    months = picture(given, now.arrangement if now else None)
    changed = any(each and each.changed for month in months for week in month.weeks for each in week)
    told = {"spans": given.rest, "work": given.work, "balance": balance(given)}
    return told | {"months": months, "changed": changed, "replaces": now}
