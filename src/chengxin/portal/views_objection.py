"""An objection in three pages: say it, check it, get a number."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.people.api import requires
from chengxin.portal.forms import ObjectionForm
from chengxin.portal.middleware import Request
from chengxin.portal.own import look_at_own
from chengxin.portal.views_own import OBJECTABLE, OWN
from chengxin.redress.api import GROUNDS, object_to


@requires("citizen", "本人提出异议")
@require_http_methods(["GET", "POST"])
def object_record(request: Request, record: UUID) -> HttpResponse:
    """The form, the check page and the act. What was typed travels in the form's body, never in the address."""
    own = look_at_own(request)
    found = own.record(record)
    if found.state not in OBJECTABLE:
        return redirect("me-record", record=found.record)
    step = request.POST.get("step", "")
    form = ObjectionForm(request.POST if step in {"check", "send"} else None, initial=request.POST.dict())
    context = {"record": found, "today": own.today, "form": form}
    if not form.is_valid():
        return render(request, "portal/me/object.html", context)
    ground, statement = form.cleaned_data["ground"], form.cleaned_data["statement"]
    if step == "send":
        filed = object_to(own.token, found.person, found, ground=ground, statement=statement)
        return redirect("me-case", objection=next(c.objection for c in own.cases if c.case_no == filed.case_no))
    # A second objection on the same ground does not freeze again (R0.3); the person is told before, not after.
    context["again"] = any(case.record == found.record and case.ground == ground for case in own.cases)
    context["ground_label"] = GROUNDS[ground]
    return render(request, "portal/me/object_check.html", context)


@requires("citizen", OWN)
@require_GET
def cases(request: Request) -> HttpResponse:
    """All own objections."""
    own = look_at_own(request)
    return render(request, "portal/me/cases.html", {"cases": own.cases, "today": own.today})


@requires("citizen", OWN)
@require_GET
def case(request: Request, objection: UUID) -> HttpResponse:
    """One objection: the confirmation with its number and date, later the answer. The address can be kept."""
    own = look_at_own(request)
    found = own.case(objection)
    about = next((record for record in own.records if record.record == found.record), None)
    if about is None:
        raise Http404
    context = {"case": found, "record": about, "today": own.today}
    return render(request, "portal/me/case.html", context)
