"""Pages of the clerk (业务窗口): purpose, case, person, minimal answer.

The answer belongs to the POST and has no address: whoever loads it again asks again, and the person sees that too.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.kernel.errors import Refused
from chengxin.kernel.words import FAULTS
from chengxin.lookup.api import check
from chengxin.lookup.forms import CheckForm
from chengxin.people.api import Purpose, SignedRequest, my_looks, purposes, requires

FIELDS = {
    "item": "事项",
    "authority": "作出机关",
    "doc_no": "决定书文号",
    "decided_on": "决定日期",
    "severity": "失信严重程度",
    "display_end": "使用期限",
}
"""Permitted field -> Chinese."""


@requires("clerk", purpose="办理业务时依法核验")
@require_http_methods(["GET", "POST"])
def check_person(request: SignedRequest) -> HttpResponse:
    """Ask about one person (核验). Only the POST looks."""
    allowed = purposes(request.account, "lookup.check")
    if request.method != "POST":
        return _form(request, CheckForm(allowed), allowed)
    form = CheckForm(allowed, request.POST)
    if not form.is_valid():
        return _form(request, form, allowed)
    asked = form.cleaned_data
    try:
        answer = check(request.token, **asked)
    except Refused as error:
        if error.code != "ID-01":
            return _form(request, form, allowed, refused=error.code)
        form.add_error("number", f"证件号码{FAULTS.get(error.detail, '不正确')}。请对照证件原件重新填写。")
        return _form(request, form, allowed)
    permitted = next(one.fields for one in allowed if one.code == asked["purpose"])
    context = {
        "answer": answer,
        "detailed": any(field in FIELDS for field in permitted),
        "name": asked["name"],
        "number": asked["number"],
        "case_ref": asked["case_ref"],
        "notes": form.notes,
    }
    return render(request, "lookup/answer.html", context)


@requires("clerk", purpose="查看自己的查询记录")
@require_GET
def mine(request: SignedRequest) -> HttpResponse:
    """The clerk's own look-ups, without any person (我的查询记录)."""
    return render(request, "lookup/mine.html", {"looks": my_looks(request.token)})


def _form(request: SignedRequest, form: CheckForm, allowed: list[Purpose], *, refused: str = "") -> HttpResponse:
    choices = [
        {
            "radio": radio,
            "basis": one.basis,
            "fields": "、".join(FIELDS[field] for field in one.fields if field in FIELDS),
        }
        for radio, one in zip(form["purpose"], allowed, strict=True)
    ]
    context = {"form": form, "choices": choices, "refused": refused}
    return render(request, "lookup/check.html", context, status=422 if form.errors or refused else 200)
