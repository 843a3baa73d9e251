"""The citizen's pages: what must I do, what counts now, who looked. Each registers one own look, then reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chengxin.kernel.pages import turned
from chengxin.kernel.periods import CHINA, add_months
from chengxin.ledger.api import act, logs, provable_until
from chengxin.oversight.api import own_notices
from chengxin.people.api import Trace, requires, taken_over_by
from chengxin.portal import rules
from chengxin.portal.forms import UnitForm
from chengxin.portal.middleware import Request
from chengxin.portal.own import Own, look_at_own
from chengxin.records.api import accept, steps

TRACE_MONTHS = 24
REVEALED = 30
"""Seconds after which the page with the full number goes away by itself."""
TRACES = 100
"""Rows of a page about others."""
OWN = "本人查看自己的信息"


@requires("citizen", OWN)
@require_GET
def home(request: Request) -> HttpResponse:
    """Three answers in this order: what to do and by when, what counts now, who looked."""
    own = look_at_own(request)
    waiting_for_answer = sorted(filter(rules.is_due, own.records), key=lambda record: record.wait_until or own.today)
    proposed = {record.record: record for record in own.records if record.state == "PROPOSED"}
    unopened = [
        (letter, proposed[letter.record])
        for letter in own.letters
        if letter.opened_on is None and letter.record in proposed
    ]
    context = {
        "own": own,
        "today": own.today,
        "to_answer": waiting_for_answer,
        "to_open": unopened,
        "due": len(waiting_for_answer) + len(unopened),
        "standing": rules.standing(own.records),
        "looks": _others(own, 3),
        "cases": [case for case in own.cases if not case.outcome],
        "incidents": own_notices(*own.looks.values()),
        "moves": own.moves,
    }
    return render(request, "portal/me/home.html", context)


@requires("citizen", "本人显示自己的姓名和证件号码")
@require_POST
def reveal(request: Request) -> HttpResponse:
    """Name and numbers in full for half a minute: an act of its own, which the person reads under who looked (显示)."""
    own = look_at_own(request)
    with act(own.token, activity="person.reveal"):
        pass
    response = render(request, "portal/me/reveal.html", {"documents": own.documents, "seconds": REVEALED})
    response["Refresh"] = f"{REVEALED}; url={reverse('me')}"
    return response


@requires("citizen", OWN)
@require_GET
def records(request: Request) -> HttpResponse:
    """All own records."""
    own = look_at_own(request)
    page = turned(request.GET.get("page", ""), lambda limit, skip: own.records[skip : skip + limit])
    context = {"total": len(own.records), "page": page, "records": page.rows, "today": own.today}
    return render(request, "portal/me/records.html", context)


@requires("citizen", OWN)
@require_GET
def record(request: Request, record: UUID) -> HttpResponse:
    """One own record, whole: who decided, on what basis, effect, until when, what to do, and its course so far."""
    own = look_at_own(request)
    found = own.record(record)
    facts = [rules.fact(name, value) for name, value in found.facts]
    course = steps(own.look_of(found.record), found.record)
    context = {
        # Accepted, and nothing happened since: the confirmation of the act, which can be kept.
        "agreed": course[-1].on_date if found.accepted and course[-1].from_state == "SERVED" else None,
        "record": found,
        "today": own.today,
        "due": rules.is_due(found),
        "late": "late" in request.GET and rules.is_past(found),
        "may_object": found.state in OBJECTABLE,
        "open": found.state not in rules.CLOSED_STATES,
        "facts": facts,
        "answers": taken_over_by(found.authority),
        "steps": course,
        "letter": next((letter for letter in own.letters if letter.record == found.record), None),
        "cases": [case for case in own.cases if case.record == found.record],
    }
    return render(request, "portal/me/record.html", context)


OBJECTABLE = frozenset({"SERVED", "EFFECTIVE"})


@requires("citizen", "本人认可自己的信息")
@require_http_methods(["GET", "POST"])
def accept_record(request: Request, record: UUID) -> HttpResponse:
    """Accept before the waiting period ends: an interruption page first, then the act."""
    own = look_at_own(request)
    found = own.record(record)
    if not rules.is_due(found):
        return redirect(f"{reverse('me-record', args=[found.record])}?late")
    if request.method == "POST":
        accept(own.token, found.person, found)
        return redirect("me-record", record=found.record)
    return render(request, "portal/me/accept.html", {"record": found, "today": own.today})


@requires("citizen", OWN)
@require_GET
def who_looked(request: Request) -> HttpResponse:
    """Everybody who looked in the last 24 months, the person's own looks gathered by day; one unit alone, if asked."""
    own = look_at_own(request)
    found = own.traces(_since(own), before=_before(request), limit=TRACES)
    more = sum(not (line.mine and line.line == "look") for line in found) == TRACES
    # A unit is asked for by one of its lines: no address says who looked at whom.
    form = UnitForm(_units(found), request.GET if "unit" in request.GET else None)
    whose = {str(line.id): line.organisation for line in found}.get(form.unit())
    context = {
        "rows": rules.trace_rows(line for line in found if whose is None or line.organisation == whose),
        "form": form,
        "whose": whose,
        "months": TRACE_MONTHS,
        "complete": max([_since(own), *(one.begun_at for one in logs()[:1])]),
        "others": any(not line.mine for line in found),
        "provable": provable_until(),
        "several": len(own.looks) > 1,
        "before": request.GET.get("before", "") if _before(request) else "",
        "older": int(found[-1].at.timestamp() * 1_000_000) if more else None,
    }
    return render(request, "portal/me/traces.html", context)


@requires("citizen", "了解怎样询问一次查询")
@require_GET
def ask(request: Request) -> HttpResponse:
    """How to ask about a look-up that one does not recognise."""
    return render(request, "portal/me/ask.html")


def _units(lines: list[Trace]) -> list[tuple[str, str]]:
    """Units on this page, each by the newest of its lines."""
    newest = {line.organisation: line for line in reversed(lines) if not (line.mine or line.generic)}
    return sorted(((str(line.id), line.organisation_name) for line in newest.values()), key=lambda unit: unit[1])


def _others(own: Own, limit: int) -> list[rules.TraceRow]:
    rows = rules.trace_rows(own.traces(_since(own), limit=TRACES))
    return [row for row in rows if row.looked and not row.mine][:limit]


def _before(request: Request) -> datetime | None:
    """The moment to page back from, in microseconds; whatever is no number is the first page."""
    text = request.GET.get("before", "")
    if not (text.isascii() and text.isdigit() and len(text) == 16):
        return None
    return datetime.fromtimestamp(int(text) / 1_000_000, CHINA)


def _since(own: Own) -> datetime:
    first = add_months(own.today, -TRACE_MONTHS) - timedelta(days=1)
    return datetime(first.year, first.month, first.day, tzinfo=CHINA)
