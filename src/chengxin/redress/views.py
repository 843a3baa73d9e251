"""Pages of the reviewer (异议审核员): queue, case, check of the decision, confirmation.

Opening a case is an act: every page of a case makes one registered look, the person reads each of them, and the pages
say so. The person is always taken from the queue, never from the address.
"""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.ledger.api import today
from chengxin.people.api import SignedRequest, purposes, requires
from chengxin.redress.api import OUTCOMES, decide, decided, reveal
from chengxin.redress.api import queue as open_cases
from chengxin.redress.api import queued as one_open
from chengxin.redress.casefile import CaseFile, open_case
from chengxin.redress.forms import DecisionForm, RevealForm

_SALT = "redress.done"
REVEALED = 30
"""Seconds after which the page with the full number goes away by itself."""


@requires("reviewer", purpose="办理异议")
@require_GET
def queue(request: SignedRequest) -> HttpResponse:
    """Open cases by nearest deadline (待办): numbers and dates, nobody's name."""
    page = turned(request.GET.get("page", ""), lambda limit, skip: open_cases(request.token, limit, skip=skip))
    return render(request, "redress/queue.html", {"page": page, "cases": page.rows, "today": today()})


@requires("reviewer", purpose="办理异议")
@require_http_methods(["GET", "POST"])
def case(request: SignedRequest, objection: UUID) -> HttpResponse:
    """One case: read it, write the decision, check it, decide (案件页、核对、决定)."""
    file = open_case(request.token, objection, today=request.account.today)
    if file is None:
        return _gone(request, objection)
    step = request.POST.get("step")
    if step not in {"check", "decide"}:
        return _page(request, file, DecisionForm(initial=request.POST.dict()))
    form = DecisionForm(request.POST)
    since = file.since(request.POST.get("seen", ""))
    if not form.is_valid() or since:
        return _page(request, file, form, since=since)
    return _checked(request, file, form) if step == "check" else _decided(request, file, form)


def _checked(request: SignedRequest, file: CaseFile, form: DecisionForm) -> HttpResponse:
    outcome = form.cleaned_data["outcome"]
    context = {"form": form, "file": file, "effect": file.effect(outcome), "until": file.resumes_until}
    return render(request, "redress/check.html", context | {"outcome_label": OUTCOMES[outcome]})


def _decided(request: SignedRequest, file: CaseFile, form: DecisionForm) -> HttpResponse:
    outcome = form.cleaned_data["outcome"]
    try:
        decide(request.token, file.queued, file.record, outcome=outcome, reasons=form.reasons())
    except Refused as error:
        if error.code == "REDRESS-04":  # decided by somebody else since this request began
            return _gone(request, file.queued.objection, looked=True)
        return _page(request, file, form, refused=error.code)
    ticket = signing.dumps([file.queued.case_no, outcome, file.effect(outcome)], salt=_SALT)
    return redirect(f"{reverse('redress:done')}?{urlencode({'t': ticket})}")


@requires("reviewer", purpose="办理异议时核对当事人的完整号码")
@require_http_methods(["GET", "POST"])
def number(request: SignedRequest, objection: UUID) -> HttpResponse:
    """The whole number of the person of a case, for a stated reason and for half a minute (显示号码)."""
    queued = one_open(request.token, objection)
    if queued is None:
        return _gone(request, objection)
    form = RevealForm(purposes(request.account, "redress.reveal"), request.POST if request.method == "POST" else None)
    context = {"form": form, "queued": queued, "seconds": REVEALED}
    if not form.is_valid():
        return render(request, "redress/number.html", context, status=422 if form.errors else 200)
    try:
        context["identity"] = reveal(request.token, queued, form.cleaned_data["purpose"])
    except Refused as error:
        return render(request, "redress/number.html", context | {"refused": error.code}, status=422)
    response = render(request, "redress/number.html", context)
    response["Refresh"] = f"{REVEALED}; url={request.path}"
    return response


@requires("reviewer", purpose="办理异议")
@require_GET
def done(request: SignedRequest) -> HttpResponse:
    """Confirmation (办结). The address carries case number and outcome, signed: it can be kept, not made up."""
    try:
        case_no, outcome, effect = signing.loads(request.GET.get("t", ""), salt=_SALT)
    except signing.BadSignature:
        return redirect("redress:queue")
    context = {"case_no": case_no, "outcome_label": OUTCOMES[outcome], "effect": effect, "until": None}
    return render(request, "redress/done.html", context)


def _page(
    request: SignedRequest, file: CaseFile, form: DecisionForm, *, refused: str = "", since: list[str] | None = None
) -> HttpResponse:
    context = {"file": file, "form": form, "refused": refused, "since": since, "today": file.today}
    status = 409 if since else 422 if form.errors or refused else 200
    return render(request, "redress/case.html", context, status=status)


def _gone(request: SignedRequest, objection: UUID, *, looked: bool = False) -> HttpResponse:
    """Not open: how it was decided, and what was typed here, so that neither is lost (没有提交的内容)."""
    typed = request.POST
    mine = {
        "异议是否成立": OUTCOMES.get(typed.get("outcome", "")) if typed.get("outcome") else "",
        "查明的事实": typed.get("findings", ""),
        "理由和依据": typed.get("grounds", ""),
    }
    context = {
        "decided": decided(request.token, objection),
        "mine": {name: said for name, said in mine.items() if said},
        "looked": looked,
    }
    return render(request, "redress/gone.html", context, status=404)
