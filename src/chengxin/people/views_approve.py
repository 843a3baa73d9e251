"""What waits for a second administrator, and what the audit administrator reads (待确认、变更记录)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.kernel.pages import turned
from chengxin.people import forms
from chengxin.people.access import SignedRequest, requires
from chengxin.people.api import Matter, decide, matters
from chengxin.people.registers import PAGE, told
from chengxin.people.views import ONE, WHY, step
from chengxin.people.words import MATTER_STATES, MATTERS

MATTERS_OF: Final = {
    "system_admin": "people:matters",
    "security_admin": "people:duty-matters",
    "audit_admin": "people:audit",
}
DECIDE: Final = {"system_admin": "people:decide", "security_admin": "people:duty-decide", "audit_admin": ""}
OUTCOMES: Final = {"confirm": "confirmed", "refuse": "refused", "withdraw": "withdrawn"}
TITLES: Final = {"confirm": "确认", "refuse": "不同意", "withdraw": "撤回"}
TONES: Final = {"waiting": "wait", "confirmed": "good"}
Page = Callable[..., HttpResponse]
Row = tuple[Matter, str, str, str, list[tuple[str, str]]]


def desk(duty: str) -> Page:
    """What waits, and all that was done, the newest first (待确认、变更记录)."""

    @requires(duty, purpose=WHY[duty])
    @require_GET
    def view(request: SignedRequest) -> HttpResponse:
        before = _moment(request.GET.get("before", ""))
        every = matters(request.token, before=before, limit=PAGE + 1)
        page = turned(
            request.GET.get("waiting", ""),
            lambda limit, skip: matters(request.token, waiting=True, limit=limit, skip=skip),
        )
        context = {
            "page": page,
            "waiting": [_row(each) for each in page.rows],
            "rows": [_row(each) for each in every[:PAGE] if each.state != "waiting"],
            "further": every[PAGE - 1].at.isoformat() if len(every) > PAGE else "",
            "first": before is None,
            "one": ONE[duty],
            "decide": DECIDE[duty],
            "audit": duty == "audit_admin",
        }
        return render(request, "people/matters.html", context)

    return view


def deciding(duty: str) -> Page:
    """Confirm, refuse or withdraw what waits; a confirmed reset shows the new second factor once."""

    @requires(duty, purpose=WHY[duty])
    @sensitive_post_parameters()
    @require_http_methods(["GET", "POST"])
    def view(request: SignedRequest, matter: UUID, outcome: str) -> HttpResponse:
        found = next((each for each in matters(request.token, waiting=True, limit=1000) if each.matter == matter), None)
        if found is None:
            return render(request, "people/gone.html", {"list": reverse(MATTERS_OF[duty])}, status=404)
        form = forms.NothingForm(request.POST if request.method == "POST" else None)
        back = (reverse(MATTERS_OF[duty]), "待确认")

        def call() -> HttpResponse | None:
            secret = decide(request.token, found, OUTCOMES[outcome])
            if not secret:
                return None
            context = {
                "title": f"已确认重置 {found.login}",
                "secrets": [("动态码密钥", secret)],
                "next": "新密码由提出的管理员交给持有人。旧的登录凭证和已经登录的会话都已作废。",
                "back": back,
            }
            return render(request, "people/secret.html", context)

        said = "；".join(f"{label}：{value}" for label, value in told(found.kind, found.detail))
        what = f"{MATTERS[found.kind]}：{found.login or found.organisation_name}{f'（{said}）' if said else ''}"
        happens = (what, f"{found.actor_post}（{found.actor_login}）提出，理由：{found.reason}")
        return step(
            request,
            form,
            call,
            title=f"{TITLES[outcome]}：{MATTERS[found.kind]}",
            back=back,
            happens=happens,
            button=TITLES[outcome],
        )

    return view


def _row(matter: Matter) -> Row:
    tone = TONES.get(matter.state, "")
    return matter, MATTERS[matter.kind], MATTER_STATES[matter.state], tone, told(matter.kind, matter.detail)


def _moment(text: str) -> datetime | None:
    """The time of the last row of the page before; anything else is the first page."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
