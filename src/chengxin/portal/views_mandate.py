"""Mandates (我的委托): let somebody read who looked, until a day; take it back at any time."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chengxin.kernel.errors import Refused
from chengxin.lookup.api import RELATIONS, end_mandate, give_mandate, own_mandates
from chengxin.people.api import requires
from chengxin.portal.forms import MandateForm
from chengxin.portal.middleware import Request
from chengxin.portal.own import look_at_own
from chengxin.portal.words import sentence

WHERE = {"ID-01": "number", "MANDATE-02": "relation", "MANDATE-03": "until", "MANDATE-04": "number"}
"""Rule -> the field at which it is said."""


@requires("citizen", "本人委托别人查看谁查询过自己")
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def mandates(request: Request) -> HttpResponse:
    """Own mandates, and giving another one: the form, the check page and the act, as with an objection."""
    own = look_at_own(request)
    step = request.POST.get("step", "")
    form = MandateForm(request.POST if step in {"check", "give"} else None, initial=request.POST.dict())
    if form.is_valid() and step == "check":
        context = {"form": form, "relation": RELATIONS[form.cleaned_data["relation"]]}
        return render(request, "portal/me/mandate_check.html", context)
    if form.is_valid():
        try:
            give_mandate(own.token, own.person, **form.cleaned_data)
        except Refused as error:
            if error.code not in WHERE:
                raise
            form.add_error(WHERE[error.code], forms.ValidationError(sentence(error.code), error.code))
        else:
            return redirect(f"{reverse('me-mandates')}?done=given")
    given = own_mandates(*own.looks.values())
    given.sort(key=lambda one: one.given_on, reverse=True)
    context = {"form": form, "mandates": given, "done": request.GET.get("done", "")}
    return render(request, "portal/me/mandates.html", context, status=422 if form.errors else 200)


@requires("citizen", "本人收回委托")
@require_POST
def end(request: Request, mandate: UUID) -> HttpResponse:
    """Take a mandate back, from this moment."""
    own = look_at_own(request)
    # It is ended at the file it was given under; one that is nobody's is refused at the own.
    at = (file for file, look in own.looks.items() if any(one.mandate == mandate for one in own_mandates(look)))
    end_mandate(own.token, next(at, own.person), mandate)
    return redirect(f"{reverse('me-mandates')}?done=ended")
