"""Pages that are open to everybody: start, sign-in, size of type, health, statements."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chengxin.kernel.errors import ChengxinError, Refused
from chengxin.ledger.api import today
from chengxin.oversight.api import privacy_notice
from chengxin.people.api import COOKIE, ask_passkey, device, public, sign_in, sign_in_with_passkey, sign_out
from chengxin.portal import health, problems, proof, words
from chengxin.portal.context import start_page
from chengxin.portal.forms import SignInForm
from chengxin.portal.limits import address_of, failures
from chengxin.portal.middleware import Request
from chengxin.portal.problems import csrf_failure
from chengxin.portal.proof import local

__all__ = ["accessibility", "csrf_failure", "healthz", "home", "privacy", "sign_in_page", "sign_out_now", "size"]

YEAR = 365 * 24 * 3600


@public("首页说明这是什么，不含个人信息")
@require_safe
def home(request: Request) -> HttpResponse:
    """The start of the site; who is signed in goes to the own first page."""
    if request.account:
        return redirect(start_page(request.account.duties))
    return render(request, "portal/home.html")


@public("登录之前没有身份")
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_page(request: Request) -> HttpResponse:
    """Sign in, by passkey or by password and code. Whatever is wrong is one and the same answer."""
    if request.account and request.method == "GET":
        return redirect(start_page(request.account.duties))
    where, answer = proof.site(request), request.POST.get(proof.ANSWER, "")
    form = SignInForm(None if answer else request.POST or None)
    agent = device(request.headers.get("User-Agent", ""))
    fault = ""
    address = address_of(request)
    if request.method == "POST" and failures.too_many(address):
        return problems.too_many(request)
    if request.method == "POST" and (answer or form.is_valid()):
        try:
            token = (
                sign_in_with_passkey(where, answer, agent=agent)
                if answer
                else sign_in(**form.cleaned_data, agent=agent)
            )
        except Refused as refusal:
            failures.add(address)
            if answer:
                fault = words.sentence(refusal.code)
            else:
                form.add_error(None, words.sentence(refusal.code))
        else:
            if request.token:  # the browser forgets the session before, so nobody could end it any more
                sign_out(request.token)
            response = redirect(local(request, request.POST.get("next", "")))
            response.set_cookie(
                COOKIE, token.hex(), path="/", httponly=True, samesite="Strict", secure=settings.SECURE_TLS
            )
            return response
    after = local(request, request.POST.get("next", request.GET.get("next", "")))
    context = {
        "form": form,
        "next": after,
        "fault": fault,
        "undone": "undone" in request.GET,
        "passkey": ask_passkey(where) if where.has_passkeys else "",
    }
    return proof.scripted(request, "portal/sign_in.html", context)


@public("没有登录也可以点退出")
@require_POST
def sign_out_now(request: Request) -> HttpResponse:
    """Close the session here and in the browser."""
    if request.token:
        sign_out(request.token)
    response = redirect("/")
    response.delete_cookie(COOKIE, path="/", samesite="Strict")
    return response


@public("字号大小不是个人信息")
@require_POST
def size(request: Request) -> HttpResponse:
    """Remember the size of type (大字版) and go back to the page."""
    chosen = "large" if request.POST.get("size") == "large" else "normal"
    response = redirect(local(request, request.POST.get("next", "")))
    response.set_cookie("size", chosen, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SECURE_TLS)
    return response


@public("只说能不能用，不含个人信息")
@require_safe
def healthz(request: Request) -> HttpResponse:
    """Whether this server can answer: its own role reads the database and the schema is up to date."""
    del request
    try:
        ready = health.ready()
    except ChengxinError:
        ready = False
    return JsonResponse({"status": "ok" if ready else "unavailable"}, status=200 if ready else 503)


@public("法定说明")
@require_safe
def accessibility(request: Request) -> HttpResponse:
    """Accessibility statement (无障碍声明)."""
    return render(request, "portal/accessibility.html")


@public("法定告知")
@require_safe
def privacy(request: Request) -> HttpResponse:
    """How personal information is handled (个人信息处理告知; 《个人信息保护法》第十七条)."""
    found = privacy_notice(today())
    return render(request, "portal/privacy.html", {"document": found})
