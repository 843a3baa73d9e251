"""The system administrator's view of the installation (运行状态、任务中心): no person, no content of a file."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.catalog.api import heads
from chengxin.intake.api import halt
from chengxin.kernel.errors import Refused
from chengxin.oversight.api import Backup, Job, Work, ask_backup, cancel_backup, jobs, last_backup, work
from chengxin.people.api import SignedRequest, requires
from chengxin.portal import health
from chengxin.portal.middleware import part_of_page
from chengxin.portal.words import BACKGROUND, CHANNELS, CHECKS, JOB_STATES, JOB_TONES, JOB_WAYS, KINDS, WORK, sentence

DUTY: Final = "system_admin"
WHY: Final = "看管平台的运行"
PAGE: Final = 30
SLOW: Final = timedelta(minutes=5)
"""What waits longer for the worker is a fault: it comes by every second."""
LEFT: Final = timedelta(minutes=3)
"""A request for a backup that waits longer was not seen by a program that looks for one at least every minute."""
EVERY: Final = 10
"""Seconds after which a page asks for its counters again."""
BY_PROGRAM: Final = frozenset({"upload", "event"})
WELL: Final = frozenset({"ok", "skip"})
UNDER_WAY: Final = frozenset({"waiting", "reading"})


@requires(DUTY, purpose=WHY)
@require_GET
def status_page(request: SignedRequest) -> HttpResponse:
    """The examination, what is wrong first, and what waits (运行状态)."""
    return _status(request)


@requires(DUTY, purpose="请求立即备份")
@require_http_methods(["GET", "POST"])
def backup(request: SignedRequest) -> HttpResponse:
    """Ask for a backup now (立即备份): the pages make none, whoever started the platform does.

    A page that was refused comes by this address again, without a request: by itself, or by its links.
    """
    return _told(request, ask_backup)


@requires(DUTY, purpose="取消还没有开始的备份")
@require_http_methods(["GET", "POST"])
def backup_cancel(request: SignedRequest) -> HttpResponse:
    """Take back the request for a backup that nobody has taken (取消)."""
    return _told(request, cancel_backup)


def _told(request: SignedRequest, tell: Callable[[bytes], None]) -> HttpResponse:
    if request.method == "GET":
        return redirect("status")
    try:
        tell(request.token)
    except Refused as error:
        return _status(request, refused=error.code)
    return redirect("status")


def _status(request: SignedRequest, *, refused: str = "") -> HttpResponse:
    found, now = health.condition(), datetime.now(UTC)
    backup_now = _backup(request.token, now)
    waiting = [(WORK[one.kind], one, _slow(one, now)) for one in work(request.token)]
    order = {"warn": 1, "skip": 2, "ok": 3}  # what is not known is as bad as what failed
    checks = sorted(found.checks, key=lambda one: order.get(one.state, 0)) if found else []
    context = {
        "condition": found,
        "wrong": [(one, CHECKS.get(one.state, CHECKS["fail"])) for one in checks if one.state not in WELL],
        "checks": [(one, CHECKS[one.state]) for one in checks if one.state in WELL],
        "bad": sum(one.state == "fail" for one in checks) + sum(slow for _, _, slow in waiting),
        "heed": sum(one.state == "warn" for one in checks) + (backup_now["backup_state"] in {"failed", "left"}),
        "waiting": waiting,
        "refused": refused,
        **backup_now,
    }
    answer = _live(request, "portal/status.html", "portal/part/condition.html", context)
    if refused:
        answer.status_code = 422
    return answer


def _backup(token: bytes, now: datetime) -> dict[str, Any]:
    """The backup that was asked for last, as `portal/part/backup.html` shows it."""
    asked = last_backup(token)
    return {
        "backup": asked,
        "backup_state": _backup_state(asked, now),
        "keep": settings.CONDITION.parent if settings.CONDITION else "数据目录",
    }


def _backup_state(asked: Backup | None, now: datetime) -> str:
    """How a backup that was asked for stands: none, asked, left (nobody took it), making, made, failed, cancelled."""
    if asked is None:
        return "none"
    if asked.cancelled:
        return "cancelled"
    if asked.ended_at:
        return "failed" if asked.cause else "made"
    if asked.taken_at:
        return "making"
    return "left" if now - asked.asked_at > LEFT else "asked"


def _live(request: SignedRequest, page: str, part: str, context: dict[str, Any]) -> HttpResponse:
    """The page, or what moves on it when the page itself asks again (局部刷新); ?still stops that."""
    context |= {
        "query": context.get("query", ""),
        "every": EVERY,
        "still": "still" in request.GET,
        "now": datetime.now(UTC),
    }
    if part_of_page(request):
        return render(request, part, context)
    answer = render(request, page, context)
    answer.live = not context["still"]  # type: ignore[attr-defined]  # read by the middleware that writes the policy
    return answer


def _slow(one: Work, now: datetime) -> bool:
    return one.kind in BY_PROGRAM and one.oldest is not None and now - one.oldest > SLOW


@requires(DUTY, purpose=WHY)
@require_GET
def jobs_page(request: SignedRequest) -> HttpResponse:
    """What runs long (任务中心): the backup, files that were sent, the newest first, and who may stop what."""
    return _jobs(request)


@requires(DUTY, purpose="停下卡住读取的文件")
@require_http_methods(["GET", "POST"])
def halt_job(request: SignedRequest, one: UUID) -> HttpResponse:
    """Stop a file that stands in the way of all others (停下): its department goes on with it, or takes it back."""
    if request.method == "POST":
        try:
            halt(request.token, one)
        except Refused as error:
            return _jobs(request, refused=error.code)
    return redirect("status-jobs")


def _jobs(request: SignedRequest, *, refused: str = "") -> HttpResponse:
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 1
    found = jobs(request.token, offset=(max(number, 1) - 1) * PAGE, limit=PAGE)
    counted = found or jobs(request.token, offset=0, limit=1)  # behind the last page too, files are under way
    names = {head.code: head.name for head in heads()}
    context = {
        "rows": [_row(one, names) for one in found],
        "found": counted[0].found if counted else 0,
        "page": number,
        "before": number - 1,
        "after": number + 1 if found and number * PAGE < found[0].found else 0,
        "under_way": counted[0].under_way if counted else 0,
        "query": f"page={number}&" if number > 1 else "",
        "refused_file": refused,
        "background": BACKGROUND,
        **_backup(request.token, datetime.now(UTC)),
    }
    answer = _live(request, "portal/jobs.html", "portal/part/jobs.html", context)
    if refused:
        answer.status_code = 422
    return answer


def _row(one: Job, names: dict[str, str]) -> dict[str, Any]:
    size = f"{one.bytes / 1048576:.1f} MB" if one.bytes >= 1048576 else f"{-(-one.bytes // 1024)} KB"
    return {
        "at": one.at,
        "organisation": one.organisation_name,
        "item": names.get(one.item, one.item),
        "kind": KINDS[one.kind],
        "channel": CHANNELS[one.channel],
        "size": size,
        "state": JOB_STATES[one.state],
        "tone": JOB_TONES.get(one.state, ""),
        "why": one.message or (sentence(one.problem) if one.problem else ""),
        "code": one.problem,
        "way": "" if one.state == "broken" and one.message else JOB_WAYS.get(one.state, ""),
        "judged": one.judged if one.state in UNDER_WAY else None,
        "declared": one.declared,
        "upload": one.upload if one.blocks else None,
    }
