"""Pages of the clerk (业务窗口): purpose, case, person, minimal answer.

The answer belongs to the POST and has no address: whoever loads it again asks again, and the person sees that too.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.kernel.periods import add_months
from chengxin.kernel.words import FAULTS, KINDS
from chengxin.ledger.api import today
from chengxin.lookup.api import check, match_person
from chengxin.lookup.forms import CheckForm
from chengxin.lookup.words import ASKED_FOR
from chengxin.people.api import Purpose, SignedRequest, checked, coverage, my_looks, purposes, requires

FIELDS = {
    "item": "事项",
    "authority": "作出机关",
    "doc_no": "决定书文号",
    "decided_on": "决定日期",
    "severity": "失信严重程度",
    "display_end": "使用期限",
}
"""Permitted field -> Chinese."""


@requires("clerk", purpose="办理业务时依法核验", also="inquirer")
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
        return _form(request, form, allowed, refused=_at_the_field(form, error))
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


@requires("clerk", purpose="政务服务实名登记时核对姓名和证件号码")
@require_http_methods(["GET", "POST"])
def match_names(request: SignedRequest) -> HttpResponse:
    """Whether a name and a number belong together (实名核对). Only the POST asks."""
    allowed = purposes(request.account, "lookup.match")
    if request.method != "POST":
        return _form(request, CheckForm(allowed), allowed, template="lookup/match.html")
    form = CheckForm(allowed, request.POST)
    if not form.is_valid():
        return _form(request, form, allowed, template="lookup/match.html")
    asked = form.cleaned_data
    try:
        answer = match_person(request.token, **asked)
    except Refused as error:
        code = _at_the_field(form, error)
        return _form(request, form, allowed, refused=code, template="lookup/match.html")
    context = {"answer": answer, "name": asked["name"], "number": asked["number"], "case_ref": asked["case_ref"]}
    return render(request, "lookup/matched.html", context | {"notes": form.notes})


@requires("clerk", purpose="查看自己的查询记录", also="inquirer")
@require_GET
def mine(request: SignedRequest) -> HttpResponse:
    """The clerk's own look-ups, without any person (我的查询记录)."""
    page = turned(request.GET.get("page", ""), lambda limit, skip: my_looks(request.token, limit, skip=skip))
    return render(request, "lookup/mine.html", {"page": page, "looks": page.rows})


@requires("manager", purpose="了解代码覆盖和实名核验的情况，只有数量，不含个人信息")
@require_GET
def identities(request: SignedRequest) -> HttpResponse:
    """Persons by kind of document, and what the population database answered in a year (代码覆盖、实名核验)."""
    since = add_months(today(), -12)
    known = coverage(request.token)
    persons = sum(one.persons for one in known)
    context = {
        "since": since,
        "persons": persons,
        "known": [(KINDS.get(one.id_type, one.id_type), one.persons, one.persons / persons) for one in known],
        "checked": [
            (one.purpose_name or ASKED_FOR.get(one.purpose, one.purpose), one) for one in checked(request.token, since)
        ],
    }
    return render(request, "lookup/coverage.html", context)


def _told(fields: Sequence[str]) -> str:
    """What a purpose lets the clerk know, in words."""
    if "match" in fields:
        return "只回答相符或不符。"
    names = "、".join(FIELDS[field] for field in fields if field in FIELDS)
    return f"可以看到：{names}。" if names else "只回答有或没有，不提供内容。"


def _at_the_field(form: CheckForm, error: Refused) -> str:
    """What is wrong with the number is said beside it; the code of any other refusal."""
    if error.code != "ID-01":
        return error.code
    form.add_error("number", f"证件号码{FAULTS.get(error.detail, '不正确')}。请对照证件原件重新填写。")
    return ""


def _form(
    request: SignedRequest,
    form: CheckForm,
    allowed: list[Purpose],
    *,
    refused: str = "",
    template: str = "lookup/check.html",
) -> HttpResponse:
    choices = [
        {
            "radio": radio,
            "basis": one.basis,
            "told": _told(one.fields),
        }
        for radio, one in zip(form["purpose"], allowed, strict=True)
    ]
    context = {"form": form, "choices": choices, "refused": refused}
    status = 503 if refused == "POPULATION-01" else 422 if form.errors or refused else 200
    return render(request, template, context, status=status)
