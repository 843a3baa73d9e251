"""The approver's desk (目录与标准 · 审批): what waits for a second person, what can be done with what is published."""

from __future__ import annotations

from typing import Final

from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.catalog import desk
from chengxin.catalog.api import publish, resume, return_draft, suspend, withdraw
from chengxin.catalog.forms_desk import PublishForm, ReasonForm
from chengxin.catalog.queries import ItemVersion
from chengxin.catalog.views_desk import asked, opened, overview, taken, told
from chengxin.ledger.api import today
from chengxin.people.api import SignedRequest, requires

WHY: Final = "审批公共信用信息目录"
BY_REASON: Final = {"return": return_draft, "suspend": suspend, "resume": resume, "withdraw": withdraw}


@requires(desk.APPROVE, purpose=WHY)
@require_GET
def home(request: SignedRequest) -> HttpResponse:
    """What waits for approval, all items, and what is to be done (审批首页)."""
    return render(request, "catalog/desk/home.html", overview(request, desk.APPROVE))


@requires(desk.APPROVE, purpose=WHY)
@require_GET
def one(request: SignedRequest, code: str, number: int) -> HttpResponse:
    """One version, with what the gate says and what differs from the one in force (审批页)."""
    found = opened(code, number)
    return render(request, "catalog/desk/version.html", told(request, found, desk.APPROVE))


@requires(desk.APPROVE, purpose=WHY)
@require_http_methods(["GET", "POST"])
def step(request: SignedRequest, code: str, number: int, name: str) -> HttpResponse:
    """Ask once more, with the reason or the day, then act (批准、退回、暂停、恢复、废止)."""
    found = opened(code, number)
    form = _form(request, found, name)
    if request.method == "POST" and form.is_valid():
        return taken(request, found, name, form, lambda: _act(request.token, found, name, form))
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "catalog/desk/step.html", asked(found, name, form), status=status)


def _form(request: SignedRequest, found: ItemVersion, name: str) -> Form:
    data = request.POST if request.method == "POST" else None
    if name == "publish":
        return PublishForm(data, initial={"effective_from": max(found.effective_from, today())})
    return ReasonForm(data)


def _act(token: bytes, found: ItemVersion, name: str, form: Form) -> None:
    if name == "publish":
        publish(token, found.code, found.version, form.cleaned_data["effective_from"])
    else:
        BY_REASON[name](token, found.code, found.version, form.cleaned_data["reason"])
