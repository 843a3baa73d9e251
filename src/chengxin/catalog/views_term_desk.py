"""The managers' desk for general numbers (期限与日历：修改): one proposes, another approves."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.catalog.api import Parameter, TermChange, decide_term, propose_term, term_change, term_changes
from chengxin.catalog.dated import all_parameters
from chengxin.catalog.forms_term import TermForm
from chengxin.catalog.terms import TERMS, amount, consequences, title
from chengxin.catalog.views_second import answered, state
from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.ledger.api import today
from chengxin.people.api import SignedRequest, requires

DUTY: Final = "manager"
WHY: Final = "修改办事期限，由两人办理"


@requires(DUTY, purpose=WHY)
@require_GET
def home(request: SignedRequest) -> HttpResponse:
    """What waits for a second manager, every number, and what was decided, page by page (修改办事期限)."""
    day, token, rows = today(), request.token, _rows()
    decided = turned(
        request.GET.get("page", ""), lambda limit, skip: term_changes(token, limit, skip=skip, waiting=False)
    )
    known = [*(name for name in TERMS if name in rows), *sorted(rows.keys() - TERMS)]
    context = {
        "waiting": _lines(term_changes(token, waiting=True)),
        "page": decided,
        "decided": _lines(decided.rows),
        "terms": [(name, title(name), _told(rows[name], day)) for name in known],
    }
    return render(request, "catalog/terms/home.html", context)


@requires(DUTY, purpose=WHY)
@require_http_methods(["GET", "POST"])
def change(request: SignedRequest, name: str) -> HttpResponse:
    """A new value: the form, then the page that says what will hold from when, then the proposal (提出修改)."""
    day, found = today(), _rows().get(name)
    if found is None:
        raise Http404
    posted, refused = request.POST if request.method == "POST" else None, ""
    form = TermForm(posted, newest=found[-1], today=day)
    go = posted.get("go", "check") if posted else ""
    context = {"form": form, "name": name, "title": title(name), "now": _told(found, day)}
    if posted and go != "back" and form.is_valid():
        told = form.cleaned_data
        if go == "send":
            try:
                made = propose_term(request.token, name, **told)
                return redirect("catalog:term-change", made)
            except Refused as error:
                refused = error.code
        context |= {"told": told, "refused": refused} | _check(found[-1], told["value"], told["valid_from"])
        return render(request, "catalog/terms/check.html", context, status=422 if refused else 200)
    return render(request, "catalog/terms/form.html", context, status=422 if go not in {"", "back"} else 200)


@requires(DUTY, purpose=WHY)
@require_http_methods(["GET", "POST"])
def one(request: SignedRequest, change_id: UUID) -> HttpResponse:
    """A change as it was proposed, and its decision by another manager (确认修改)."""
    found = term_change(request.token, change_id)
    if found is None:
        raise Http404
    shown = answered(request, found, decide_term)
    if shown is None:
        return redirect("catalog:term-change", found.id)
    before = [row for row in _rows()[found.name] if row.valid_from < found.valid_from]
    late = found.state == "proposed" and found.valid_from <= today()
    context = {"title": title(found.name), "stops": ["开始的日期已经到了"] if late else []}
    context |= shown | _check(before[-1], found.value, found.valid_from)
    return render(request, "catalog/terms/one.html", context, status=422 if request.method == "POST" else 200)


def _rows() -> dict[str, list[Parameter]]:
    """The rows of every general number, oldest first."""
    found: dict[str, list[Parameter]] = {}
    for row in all_parameters():
        found.setdefault(row.name, []).append(row)
    return found


def _lines(found: list[TermChange]) -> list[tuple[TermChange, str, str, tuple[str, str]]]:
    """Changes as the list shows them: what the number is called, its new value, its state."""
    return [(one, title(one.name), amount(one.value, one.unit), state(one)) for one in found]


def _told(rows: list[Parameter], day: date) -> list[tuple[str, date, str]]:
    """What holds today and what is to come: value, first day, basis."""
    return [
        (amount(row.value, row.unit), row.valid_from, row.basis)
        for row in rows
        if row.in_force(max(day, row.valid_from))
    ]


def _check(before: Parameter, value: int, valid_from: date) -> dict[str, Any]:
    """The number of before until its last day, the new one from its first, and what stays as it is."""
    return {
        "old": amount(before.value, before.unit),
        "old_basis": before.basis,
        "until": valid_from - timedelta(days=1),
        "new": amount(value, before.unit),
        "first": valid_from,
        "stays": consequences(before.name, before.value, value),
    }
