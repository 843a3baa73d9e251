"""Citizens at the door (市民登录): to the identity service and back, codes of the window, registration, real names.

Nothing is written by a GET: who comes back presses a button, and with it the cookies of this site come along that a
strict browser keeps back when another site sends it here. What must last between two pages lies sealed in the person's
own browser. Name and number stand in no address.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Literal

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chengxin.kernel.errors import Refused, Unavailable
from chengxin.kernel.words import FAULTS
from chengxin.people.api import (
    COOKIE,
    DOCUMENTS,
    LEVELS,
    REAL_NAME_METHODS,
    Attempt,
    IdentityService,
    Proved,
    device,
    enter,
    grouped,
    identity_service,
    issue_code,
    open_kept,
    own_real_name,
    parameter,
    public,
    redeem,
    register,
    requires,
    seal_kept,
    sign_out,
)
from chengxin.portal import problems, words
from chengxin.portal.forms import CounterSignInForm, IssueCodeForm
from chengxin.portal.limits import address_of, failures
from chengxin.portal.middleware import Request
from chengxin.portal.own import look_at_own
from chengxin.portal.proof import local

ATTEMPT, PROVED = "cx_attempt", "cx_proved"
PATH = "/sign-in"
TOGETHER = frozenset({"IDENT-06", "IDENT-07", "IDENT-08"})
"""Refusals that no other proof changes: somebody else comes along, or comes instead."""
LEVEL = 2
"""What a sign-in asks for at first: name and number verified."""
_BEFORE = "登录之前没有身份"


@public(_BEFORE)
@require_POST
def identity_start(request: Request) -> HttpResponse:
    """Send the browser to the identity service (开始认证)."""
    service = identity_service()
    if service is None:
        return _away(request)
    level = 3 if request.POST.get("level") == "3" else LEVEL
    attempt = Attempt.fresh(_after(request), level, now=time.time())
    try:
        address = service.start(attempt, _return_address(request))
    except (Refused, Unavailable):
        return _away(request)
    response = render(request, "portal/sign_in/going.html", {"address": address, "service": service})
    # A policy that lets forms be sent to this site only would stop a redirect that follows one.
    response["Refresh"] = f"0; url={address}"
    # Lax: it has to come along when the other site sends the browser back.
    _keep(response, ATTEMPT, seal_kept(attempt), samesite="Lax")
    return response


@public("从身份认证服务返回，还没有身份")
@require_GET
def identity_return(request: Request) -> HttpResponse:
    """Back from the service: nothing is done yet but to ask for the button that goes on."""
    attempt = open_kept(request.COOKIES.get(ATTEMPT, ""), Attempt)
    if attempt is None or not {"code", "error"} & request.GET.keys():
        return render(request, "portal/sign_in/nothing.html")
    told = [(name, request.GET[name]) for name in ("code", "state", "iss", "error") if name in request.GET]
    return render(request, "portal/sign_in/returned.html", {"told": told, "error": "error" in request.GET})


@public(_BEFORE)
@require_POST
def identity_finish(request: Request) -> HttpResponse:
    """Ask the service who came back, and let them in (完成认证)."""
    service, attempt = identity_service(), open_kept(request.COOKIES.get(ATTEMPT, ""), Attempt)
    if service is None:
        return _away(request)
    if attempt is None:
        return _refused(request, "IDENT-01")
    try:
        proved = service.finish(request.POST.dict(), attempt, _return_address(request))
    except Refused as refusal:
        return _refused(request, refusal.code, after=attempt.after)
    except Unavailable:
        return _away(request)
    return _let_in(request, proved, attempt.after, service)


@public(_BEFORE)
@require_POST
def identity_register(request: Request) -> HttpResponse:
    """The person wants an account (本人注册): told before what is kept, and free to leave."""
    proved, after = open_kept(request.COOKIES.get(PROVED, ""), Proved), _after(request)
    if proved is None:
        return _refused(request, "IDENT-01")
    try:
        token = register(proved, agent=_agent(request))
    except Refused as refusal:
        return _refused(request, refusal.code, after=after)
    return _signed_in(request, token, after)


@public(_BEFORE)
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def counter_sign_in(request: Request) -> HttpResponse:
    """Sign in with a code of the window (窗口登录码)."""
    address = address_of(request)
    if request.method == "POST" and failures.too_many(address):
        return problems.too_many(request)
    form = CounterSignInForm(request.POST or None)
    after = _after(request)
    if request.method == "POST" and form.is_valid():
        try:
            proved = redeem(**form.cleaned_data)
        except Refused as refusal:
            failures.add(address)
            form.add_error(None, words.sentence(refusal.code))
        else:
            return _let_in(request, proved, after, None)
    context = {"form": form, "next": after, "minutes": parameter("code_minutes")}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "portal/sign_in/counter.html", context, status=status)


@requires("clerk", "核对证件原件后，为不用手机的人发放登录码")
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def issue(request: Request) -> HttpResponse:
    """Give out a code of the window (发放窗口登录码). The code belongs to this answer and stands nowhere else."""
    form = IssueCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and request.token:
        asked = {name: value for name, value in form.cleaned_data.items() if name != "seen"}
        try:
            issued = issue_code(request.token, **asked)
        except Refused as refusal:
            _say(form, refusal)
        else:
            context = {"issued": issued, "code": grouped(issued.code), "minutes": parameter("code_minutes"), **asked}
            return render(request, "portal/sign_in/issued.html", context)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render(request, "portal/sign_in/issue.html", {"form": form}, status=status)


@requires("citizen", "本人查看自己的登录和实名状态")
@require_GET
def settings_page(request: Request) -> HttpResponse:
    """Real-name state and this sign-in (设置)."""
    own = look_at_own(request)
    proofs = [
        (one, REAL_NAME_METHODS[one.method], LEVELS[one.level], DOCUMENTS.get(one.document, ""))
        for one in own_real_name(own.look)
    ]
    account = request.account
    context = {
        "own": own,
        "proofs": proofs,
        "way": words.METHODS.get(account.method, account.method) if account else "",
        "level": LEVELS[account.assurance] if account else "",
        "again": account is not None and account.assurance < max(LEVELS),
    }
    return render(request, "portal/me/settings.html", context)


def _let_in(request: Request, proved: Proved, after: str, service: IdentityService | None) -> HttpResponse:
    try:
        token = enter(proved, agent=_agent(request))
    except Refused as refusal:
        return _refused(request, refusal.code, after=after)
    if token:
        return _signed_in(request, token, after)
    context = {"proved": proved, "next": after, "service": service, "level": LEVELS[proved.level]}
    response = render(request, "portal/sign_in/register.html", context)
    _keep(response, PROVED, seal_kept(proved), samesite="Strict")
    response.delete_cookie(ATTEMPT, path=PATH, samesite="Lax")
    return response


def _signed_in(request: Request, token: bytes, after: str) -> HttpResponse:
    if request.token:  # proved anew, and better: the session before has served
        sign_out(request.token)
    response = redirect(after)
    response.set_cookie(COOKIE, token.hex(), path="/", httponly=True, samesite="Strict", secure=settings.SECURE_TLS)
    response.delete_cookie(ATTEMPT, path=PATH, samesite="Lax")
    response.delete_cookie(PROVED, path=PATH, samesite="Strict")
    return response


def _refused(request: Request, code: str, *, after: str = "/me/") -> HttpResponse:
    """Why somebody was not let in, and the other ways."""
    if code == "ASSURE-01":
        return problems.assurance(request, after=after)
    status = HTTPStatus.SERVICE_UNAVAILABLE if code == "POPULATION-01" else HTTPStatus.FORBIDDEN
    context = {"code": code, "next": after, "alone": code not in TOGETHER}
    return render(request, "portal/sign_in/refused.html", context, status=status)


def _away(request: Request) -> HttpResponse:
    return render(request, "portal/sign_in/away.html", status=HTTPStatus.SERVICE_UNAVAILABLE)


def _say(form: IssueCodeForm, refusal: Refused) -> None:
    if refusal.code == "ID-01":
        form.add_error("number", f"证件号码{FAULTS.get(refusal.detail, '不正确')}。请对照证件原件重新填写。")
    else:
        form.add_error(None, words.sentence(refusal.code))


def _keep(response: HttpResponse, name: str, value: str, *, samesite: Literal["Lax", "Strict"]) -> None:
    """For as long as the browser is open; how old it may be stands sealed inside."""
    response.set_cookie(name, value, path=PATH, httponly=True, samesite=samesite, secure=settings.SECURE_TLS)


def _agent(request: Request) -> str:
    return device(request.headers.get("User-Agent", ""))


def _return_address(request: Request) -> str:
    """Where the service sends people back to; behind a proxy only the setting knows that it is TLS."""
    scheme = "https" if settings.SECURE_TLS else "http"
    return f"{scheme}://{request.get_host()}{reverse('sign-in-return')}"


def _after(request: Request) -> str:
    """An address of this site to go on to; who has none in mind goes to the own first page."""
    address = local(request, request.POST.get("next", request.GET.get("next", "")))
    return "/me/" if address == "/" else address
