"""The proof anew before what matters (再次验证): the page that asks for it keeps what was typed and sends it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from chengxin.kernel.errors import Refused
from chengxin.people.api import Site, ask_again, form_page, step_up
from chengxin.portal import words

CODE, ANSWER = "proof_code", "proof_answer"
_OWN = {CODE, ANSWER, "csrfmiddlewaretoken"}
_SECRET = {"password", "repeated"}
"""Fields that no page carries: they are typed again."""
SCRIPTED = "script-src 'self'"


def site(request: HttpRequest) -> Site:
    """Where the browser is."""
    scheme = "https" if settings.SECURE_TLS or request.is_secure() else "http"
    host = request.get_host()
    return Site(host.rsplit(":", 1)[0] if not host.endswith("]") else host, f"{scheme}://{host}")


def scripted(request: HttpRequest, template: str, context: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """A page with the one script of passkeys, and a policy that lets it run where the page asks for it."""
    asks = bool(context.get("passkey"))
    response = render(
        request, template, {**context, "script": static("portal/passkey.js") if asks else ""}, status=status
    )
    response.needs_script = asks  # type: ignore[attr-defined]  # read by the middleware that writes the policy
    return response


def ask(request: HttpRequest, token: bytes, *, fault: str = "") -> HttpResponse:
    """The page that asks for a proof. What was posted stands in it and goes to where it was meant for, with the proof.

    A page that was only opened, and a form with a file or a password, which no page carries, are opened again.
    """
    if request.method != "POST" or request.FILES or _SECRET & set(request.POST):
        back = request.get_full_path() if request.method == "GET" else form_page(request) or request.get_full_path()
        return HttpResponseRedirect("/sign-in/again?" + urlencode({"next": back}))
    typed = [(name, value) for name, values in request.POST.lists() if name not in _OWN for value in values]
    return page(request, token, typed, fault=fault)


def page(
    request: HttpRequest, token: bytes, typed: Sequence[tuple[str, str]], *, fault: str = "", status: int = 403
) -> HttpResponse:
    """The same with what the form carries along."""
    context = {"typed": typed, "action": request.path, "fault": fault, "passkey": ask_again(token, site(request))}
    return scripted(request, "portal/proof.html", context, status=status)


def proved(request: HttpRequest, token: bytes) -> HttpResponse | None:
    """Take the proof that came with a form; None when it is good or absent, else the page that asks once more."""
    code, answer = request.POST.get(CODE, ""), request.POST.get(ANSWER, "")
    if not code and not answer:
        return None
    try:
        step_up(token, code=code, answer=answer, site=site(request))
    except Refused as refusal:
        if refusal.code != "STEPUP-02":
            raise
        return ask(request, token, fault=words.sentence(refusal.code))
    return None


def local(request: HttpRequest, address: str) -> str:
    """An address of this site to go on to, the start page for anything else."""
    safe = address.startswith("/") and url_has_allowed_host_and_scheme(
        address, {request.get_host()}, request.is_secure()
    )
    return address if safe else "/"
