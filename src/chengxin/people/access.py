"""Who may open a page, stated on the view itself (one that says nothing fails an inspection); who calls by machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from chengxin.people.queries import Account


class SignedRequest(HttpRequest):
    """A request whose account :func:`requires` has checked."""

    account: Account
    token: bytes


@dataclass(frozen=True, slots=True)
class Call:
    """A request of the machine interface whose sender is proved (已验签的请求).

    Attributes:
        token: session of the machine account.
        id: made from key name, time and nonce: a request that is sent again has the same.
        query: without the question mark; signed like path and body.
        content_type: as sent, not signed.
        user: for whom a portal asks (X-Road-UserId), signed where it is there.
    """

    token: bytes = field(repr=False)
    id: UUID
    method: str
    path: str
    query: str = field(repr=False)
    content_type: str
    body: bytes = field(repr=False)
    user: str = field(default="", repr=False)


View = Callable[..., HttpResponse]
ANYBODY = "*"
"""In place of a duty: every account, about itself."""


@dataclass(frozen=True)
class Access:
    """What a view declares: a duty and why, or that it is public and why; `also` a second duty it is open to."""

    duty: str
    purpose: str
    also: str = ""


def form_page(request: HttpRequest) -> str:
    """The page that this was sent from (表单所在的页面), empty where the browser names none of ours."""
    sent_from = urlsplit(request.headers.get("Referer", ""))
    return sent_from.path if sent_from.netloc == request.get_host() else ""


def to_sign_in(request: HttpRequest) -> HttpResponseRedirect:
    """To the sign-in and back (先登录): to the page, or to the one whose form was sent, which has to be sent once more.

    A door that only takes forms is no page to come back to, and nobody presses a button twice without knowing why.
    """
    if request.method in {"GET", "HEAD"}:
        return HttpResponseRedirect(f"/sign-in?next={quote(request.path)}")
    return HttpResponseRedirect(f"/sign-in?next={quote(form_page(request) or '/')}&undone")


def requires(duty: str, purpose: str, *, also: str = "") -> Callable[[View], View]:
    """The view needs an account with this duty (职责), or with the one it is open to as well.

    Anonymous people are sent to sign in, others are refused.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            account = getattr(request, "account", None)
            if account is None:
                return to_sign_in(request)
            if not {duty, also} & set(account.duties):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = Access(duty, purpose, also)  # type: ignore[attr-defined]  # read by the inspection of URLs
        return guarded

    return decorate


def signed_in(purpose: str) -> Callable[[View], View]:
    """The view answers every account about itself (本人), whatever its duties. Anonymous people are sent to sign in."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if getattr(request, "account", None) is None:
                return to_sign_in(request)
            return view(request, *args, **kwargs)

        guarded.access = Access(ANYBODY, purpose)  # type: ignore[attr-defined]  # read by the inspection of URLs
        return guarded

    return decorate


def public(reason: str) -> Callable[[View], View]:
    """The view answers anybody (公开页面), for this reason."""

    def decorate(view: View) -> View:
        view.access = Access("", reason)  # type: ignore[attr-defined]  # read by the inspection of URLs
        return view

    return decorate
