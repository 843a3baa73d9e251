"""Every answer carries strict headers; every request knows who asks; every refusal becomes a page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import Error as DjangoDatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from chengxin.kernel.errors import ProofNeeded, Refused
from chengxin.ledger.api import DatabaseFault
from chengxin.people.api import ANYBODY, COOKIE, Access, Account, seen, to_sign_in, whoami
from chengxin.portal import problems, proof

MINUTE = timedelta(minutes=1)
FREE = {"/sign-out", "/size", "/privacy", "/accessibility", "/healthz"}
"""What a first sign-in may open beside its own account."""
Answer = Callable[[HttpRequest], HttpResponse]

CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    # same-origin: no address of ours reaches another site, while the CSRF check over TLS still sees its own.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class Request(HttpRequest):
    """A request that has passed :class:`SignedIn`."""

    token: bytes | None
    account: Account | None


class SecurityHeaders:
    """Sets the headers of every answer; pages are never stored by a browser or a proxy."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if part_of_page(request) and response.status_code in {301, 302}:
            response = HttpResponse(headers={"HX-Refresh": "true"})  # the page goes there, not a part of it
        for name, value in HEADERS.items():
            response.setdefault(name, value)  # a page may name its own script
        if getattr(response, "needs_script", False):
            response["Content-Security-Policy"] = f"{CSP}; {proof.SCRIPTED}"
        if getattr(response, "live", False):
            response["Content-Security-Policy"] = f"{CSP}; {proof.SCRIPTED}; connect-src 'self'"
        if request.path.startswith("/log/"):
            response.setdefault("Cache-Control", "no-store")  # a tile never changes and says so itself
        elif not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response["Cache-Control"] = "no-store"
        return response


class SignedIn:
    """Binds the account behind the session cookie; a cookie that is no longer good is removed."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        cookie = request.COOKIES.get(COOKIE, "")
        request.token, request.account = None, None
        try:
            token = _token(cookie)
            request.account = whoami(token) if token else None
            if token and request.account and timezone.now() - request.account.seen_at > MINUTE and by_hand(request):
                seen(token)
        except (DatabaseFault, DjangoDatabaseError):
            return problems.unavailable(request)
        if request.account:
            request.token = token
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET":
            response = problems.no_page(request)
        if cookie and request.account is None and COOKIE not in response.cookies:
            response.delete_cookie(COOKIE, path="/", samesite="Strict")
        return response

    def process_view(
        self, request: Request, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """A form may bring a proof anew; a first sign-in leads nowhere but to own credentials."""
        del args, kwargs
        if request.account is None or request.token is None:
            return None
        own = getattr(view, "access", Access("", "")).duty == ANYBODY or request.path in FREE
        if request.account.initial and not own:
            return redirect("/account/")
        if request.method == "POST" and request.path != "/sign-in":
            try:
                return proof.proved(request, request.token)
            except Exception as error:  # Django shows process_exception what a view raises, not what this does
                answer = self.process_exception(request, error)
                if answer is None:
                    raise
                return answer
        return None

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Turn what a rule or the database refused into a page; anything else is a 500."""
        if isinstance(error, ProofNeeded):
            token = getattr(request, "token", None)
            return proof.ask(request, token) if token else to_sign_in(request)
        if isinstance(error, Refused):
            if error.code == "SESSION-01":
                return to_sign_in(request)
            if error.code == "ASSURE-01":
                return problems.assurance(request)
            return problems.refused(request, error.code)
        if isinstance(error, DatabaseFault | DjangoDatabaseError):
            return problems.unavailable(request)
        return None


def by_hand(request: HttpRequest) -> bool:
    """Whether somebody is there: a page that loads itself again keeps no session from ending (超时退出).

    Browsers mark what a human set off; one that marks nothing is believed.
    """
    sent = request.headers
    by_itself = sent.get("Sec-Fetch-Mode") == "navigate" and sent.get("Sec-Fetch-Site") == "same-origin"
    return not part_of_page(request) and (not by_itself or "Sec-Fetch-User" in sent)


def part_of_page(request: HttpRequest) -> bool:
    """Whether a page asks for its own counters again (局部刷新)."""
    return "HX-Request" in request.headers


def _token(cookie: str) -> bytes | None:
    try:
        return bytes.fromhex(cookie) or None
    except ValueError:
        return None
