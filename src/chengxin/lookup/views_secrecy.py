"""Secrecy of single cases (保密): one officer asks, another decides, everybody reads how many there were."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.lookup.forms_secrecy import SecrecyForm
from chengxin.people.api import (
    SignedRequest,
    propose_secrecy,
    public,
    requires,
    secrecies,
    secrecy_kinds,
    secrecy_years,
    step_secrecy,
)

WHERE = {
    "SECRECY-01": ("kind", "没有法律规定这个处理活动可以保密。"),
    "SECRECY-02": ("ends_on", "公开日期必须晚于今天，并且不超过这个处理活动的最长期限。"),
    "SECRECY-05": ("case_ref", "这个案件已经申请过，同一案件只能申请一次。"),
}
"""Rule -> the field at which it is said, and how."""


@requires("secrecy_officer", purpose="申请对案件的查询保密，只看本单位的")
@require_http_methods(["GET", "POST"])
def secrecy(request: SignedRequest) -> HttpResponse:
    """The organisation's cases, and asking for another one."""
    kinds = secrecy_kinds()
    form = SecrecyForm(kinds, request.POST if request.method == "POST" else None)
    if form.is_valid():
        chosen, told = form.chosen, form.cleaned_data
        try:
            propose_secrecy(
                request.token,
                activity=chosen.activity,
                purpose=chosen.purpose,
                case_ref=told["case_ref"],
                ends_on=told["ends_on"],
            )
        except Refused as error:
            if error.code not in WHERE:
                raise
            field, message = WHERE[error.code]
            form.add_error(field, forms.ValidationError(message, error.code))
        else:
            return redirect("lookup:secrecy")
    page = turned(request.GET.get("page", ""), lambda limit, skip: secrecies(request.token, limit, skip=skip))
    context = {"form": form, "kinds": kinds, "page": page}
    return render(request, "lookup/secrecy.html", context, status=422 if form.errors else 200)


@requires("secrecy_officer", purpose="提前公开本单位案件的查询")
@require_POST
def secrecy_end(request: SignedRequest, secrecy: UUID) -> HttpResponse:
    """End a case early: its lines appear at once."""
    step_secrecy(request.token, secrecy, "ended")
    return redirect("lookup:secrecy")


@requires("secrecy_approver", purpose="决定本单位的保密申请")
@require_GET
def secrecy_decisions(request: SignedRequest) -> HttpResponse:
    """What waits for a decision, and what was decided."""
    asked, token = request.GET.get, request.token
    context = {
        "waiting": turned(asked("waiting", ""), lambda limit, skip: secrecies(token, limit, skip=skip, waiting=True)),
        "decided": turned(asked("decided", ""), lambda limit, skip: secrecies(token, limit, skip=skip, waiting=False)),
    }
    return render(request, "lookup/secrecy_decide.html", context)


@requires("secrecy_approver", purpose="决定本单位的保密申请")
@require_POST
def secrecy_decide(request: SignedRequest, secrecy: UUID) -> HttpResponse:
    """Approve or refuse; the act says who."""
    step = request.POST.get("step", "")
    if step not in {"approved", "refused"}:
        raise Http404
    step_secrecy(request.token, secrecy, step)
    return redirect("lookup:secrecy-decisions")


@public("保密的案件和查询有多少，每年公布，只有数量")
@require_GET
def kept_secret(request: SignedRequest) -> HttpResponse:
    """How many look-ups were kept from their persons, year by year."""
    return render(request, "lookup/kept_secret.html", {"years": secrecy_years(), "kinds": secrecy_kinds()})
