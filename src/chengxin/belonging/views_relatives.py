"""Relatives of the deceased (近亲属办理): the counter takes in and prints, a second person decides."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.belonging import api
from chengxin.belonging.forms import GrantForm, KinForm, OnBehalfForm
from chengxin.belonging.views import gone
from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.ledger.api import today
from chengxin.people.api import SignedRequest, identity, requires

COUNTER = "受理近亲属申请"


@requires("clerk", purpose=COUNTER)
@require_GET
def applications(request: SignedRequest) -> HttpResponse:
    """Applications of the own counter: numbers and days, nobody's name."""
    page = turned(
        request.GET.get("page", ""),
        lambda limit, skip: api.applications(request.token, limit, waiting=False, skip=skip),
    )
    filed = request.GET.get("filed", "")
    day = today()
    context = {
        "found": [(one, one.open_on(day)) for one in page.rows],
        "page": page,
        "filed": next((one for one in page.rows if one.case_no == filed), None),
    }
    return render(request, "belonging/relatives.html", context)


@requires("clerk", purpose=COUNTER)
@require_http_methods(["GET", "POST"])
def new(request: SignedRequest) -> HttpResponse:
    """Take an application in: whom it is about is looked at under its own case number, known or not."""
    form, refused = KinForm(request.POST or None), ""
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            case_no = api.apply(
                request.token, api.somebody(said["dead_number"], said["dead_name"]),
                api.somebody(said["right_number"], said["right_name"]), kind=said["kind"], relation=said["relation"],
                papers=said["evidence"], interest=said["reasons"], arranged=said["arranged"],
            )  # fmt: skip
            return redirect(f"/persons/relatives/?filed={case_no}")
        except Refused as error:
            refused = error.code
    context = {"form": form, "refused": refused}
    return render(request, "belonging/relative_new.html", context, status=422 if form.errors or refused else 200)


@requires("clerk", purpose="近亲属依法查阅、复制")
@require_http_methods(["GET", "POST"])
def copy(request: SignedRequest, application: UUID) -> HttpResponse:
    """The records of the deceased to read and print; each opening is a registered look."""
    found = api.application(request.token, application, waiting=False)
    if found is None or not found.open_on(today()):
        return render(request, "belonging/gone_relative.html", status=404)
    look = api.kin_look(request.token, found, "belonging.kin_copy")
    records, refused, filed = api.kin_records(look), "", ""
    form = OnBehalfForm(request.POST or None)
    if form.is_bound and form.is_valid():
        about = next((one for one in records if one.record == form.cleaned_data["record"]), None)
        try:
            if about is None:
                raise Refused("REDRESS-02")
            ground, statement = form.cleaned_data["ground"], form.cleaned_data["statement"]
            filed = api.object_for(request.token, found, about, ground=ground, statement=statement)
            records, form = api.kin_records(look), OnBehalfForm()
        except Refused as error:
            refused = error.code
    context = {
        "found": found,
        "asked": api.asked(look),
        "identity": identity(look),
        "records": records,
        "form": form,
        "refused": refused,
        "filed": filed,
        "today": today(),
    }
    return render(request, "belonging/relative_copy.html", context, status=422 if form.errors or refused else 200)


@requires("reviewer", purpose="决定近亲属申请")
@require_http_methods(["GET", "POST"])
def decide(request: SignedRequest, application: UUID) -> HttpResponse:
    """One application for the second person: who asks, what was seen, why."""
    found = api.application(request.token, application, waiting=True)
    if found is None:
        return gone(request, api.kin_ended(request.token, application), api.GRANTS)
    look = api.kin_look(request.token, found, "belonging.kin_review")
    form, refused = GrantForm(request.POST or None), ""
    if form.is_bound and form.is_valid():
        try:
            api.decide_kin(request.token, found, **form.cleaned_data)
            return redirect("belonging:queue")
        except Refused as error:
            if error.code == "BELONG-03":  # decided since this page was opened
                return gone(request, api.kin_ended(request.token, application), api.GRANTS)
            refused = error.code
    context = {"found": found, "asked": api.asked(look), "identity": identity(look), "form": form, "refused": refused}
    return render(request, "belonging/relative_decide.html", context, status=422 if form.errors or refused else 200)
