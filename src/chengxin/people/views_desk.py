"""The register of organisations on the system administrator's desk (单位管理): each change waits for a second human."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.ledger.api import today
from chengxin.people import forms
from chengxin.people.access import SignedRequest, requires
from chengxin.people.api import (
    Organisation,
    areas,
    close_organisation,
    one_organisation,
    open_organisation,
    organisations,
    past_of,
    rename_organisation,
)
from chengxin.people.registers import PAGE, pages
from chengxin.people.views import step
from chengxin.people.words import MATTERS, ORGANISATION_KINDS

WHY: Final = "管理单位名册"
SECOND: Final = "提出以后，由另一位管理员确认才算数。"


@requires("system_admin", purpose=WHY)
@require_GET
def register(request: SignedRequest) -> HttpResponse:
    """Organisations by area and kind (单位名册)."""
    form = forms.PlaceForm(request.GET or None, regions=areas())
    said = form.cleaned_data if form.is_valid() else {}
    ask = {"search": said.get("q", ""), "area": said.get("area", ""), "ended": bool(said.get("ended"))}
    found = organisations(**ask)
    page = pages(request.GET.get("page", ""), len(found))
    context = {
        "rows": [
            (each, ORGANISATION_KINDS[each.kind]) for each in found[(page.number - 1) * PAGE : page.number * PAGE]
        ],
        "found": len(found),
        "filter": form,
        "pages": page,
        "query": urlencode(
            {
                name: value
                for name, value in (("q", ask["search"]), ("area", ask["area"]), ("ended", said.get("ended")))
                if value
            }
        ),
    }
    return render(request, "people/organisations.html", context)


@requires("system_admin", purpose=WHY)
@require_GET
def one(request: SignedRequest, code: str) -> HttpResponse:
    """One organisation with what happened to it (单位页)."""
    found = _found(code)
    context = {
        "organisation": found,
        "kind": ORGANISATION_KINDS[found.kind],
        "past": [(each, MATTERS[each.kind]) for each in past_of(code)],
    }
    return render(request, "people/organisation.html", context)


@requires("system_admin", purpose=WHY)
@require_http_methods(["GET", "POST"])
def new(request: SignedRequest) -> HttpResponse:
    """Propose a new organisation (登记单位)."""
    form = forms.OrganisationForm(_data(request), regions=areas(), offices=organisations(), initial={"on": today()})

    def call() -> HttpResponse:
        open_organisation(request.token, **form.cleaned_data)
        return redirect("people:matters")

    back = (reverse("people:organisations"), "单位")
    return step(request, form, call, title="登记单位", back=back, happens=(SECOND,), button="提出登记")


@requires("system_admin", purpose=WHY)
@require_http_methods(["GET", "POST"])
def rename(request: SignedRequest, code: str) -> HttpResponse:
    """Propose a new name (单位改名)."""
    found, form = _found(code), forms.RenameForm(_data(request), initial={"on": today()})

    def call() -> HttpResponse:
        rename_organisation(request.token, code, **form.cleaned_data)
        return redirect("people:matters")

    happens = (SECOND, "代码不变，账号、信息和职责都不变。")
    return step(request, form, call, title=f"{found.name}改名", back=_back(found), happens=happens, button="提出改名")


@requires("system_admin", purpose=WHY)
@require_http_methods(["GET", "POST"])
def close(request: SignedRequest, code: str) -> HttpResponse:
    """Propose the end of an organisation, or that it becomes part of another (终止、合并)."""
    found = _found(code)
    others = [each for each in organisations() if each.code != code]
    form = forms.CloseForm(_data(request), offices=others, initial={"on": today()})

    def call() -> HttpResponse:
        close_organisation(request.token, code, **form.cleaned_data)
        return redirect("people:matters")

    happens = (
        SECOND,
        "从最后一天的次日起，这个单位的职责终止，账号停用。",
        "它报送的信息保留，来源仍写它的名称；异议和更正由承接单位负责。",
    )
    return step(request, form, call, title=f"终止{found.name}", back=_back(found), happens=happens, button="提出终止")


def _found(code: str) -> Organisation:
    found = one_organisation(code)
    if found is None:
        raise Http404
    return found


def _back(found: Organisation) -> tuple[str, str]:
    return reverse("people:organisation", args=[found.code]), found.name


def _data(request: SignedRequest) -> Any:
    return request.POST if request.method == "POST" else None
