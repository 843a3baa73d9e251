"""The system administrator's view of the installation (运行状态、任务中心): no person, no content of a file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from chengxin.catalog.api import heads
from chengxin.oversight.api import Job, Work, jobs, work
from chengxin.people.api import SignedRequest, requires
from chengxin.portal import health
from chengxin.portal.words import CHANNELS, CHECKS, JOB_STATES, JOB_TONES, KINDS, WORK, sentence

DUTY: Final = "system_admin"
WHY: Final = "看管平台的运行"
PAGE: Final = 30
SLOW: Final = timedelta(minutes=5)
"""What waits longer for the worker is a fault: it comes by every second."""
BY_PROGRAM: Final = frozenset({"upload", "event"})


@requires(DUTY, purpose=WHY)
@require_GET
def status_page(request: SignedRequest) -> HttpResponse:
    """The examination, what is wrong first, and what waits (运行状态)."""
    found, now = health.condition(), datetime.now(UTC)
    waiting = [(WORK[one.kind], one, _slow(one, now)) for one in work(request.token)]
    order = {"fail": 0, "warn": 1, "skip": 2, "ok": 3}
    checks = sorted(found.checks, key=lambda one: order.get(one.state, 0)) if found else []
    context = {
        "condition": found,
        "checks": [(one, CHECKS.get(one.state, CHECKS["fail"])) for one in checks],
        "bad": sum(one.state == "fail" for one in checks) + sum(slow for _, _, slow in waiting),
        "heed": sum(one.state == "warn" for one in checks),
        "waiting": waiting,
    }
    return render(request, "portal/status.html", context)


def _slow(one: Work, now: datetime) -> bool:
    return one.kind in BY_PROGRAM and one.oldest is not None and now - one.oldest > SLOW


@requires(DUTY, purpose=WHY)
@require_GET
def jobs_page(request: SignedRequest) -> HttpResponse:
    """Files that were sent, the newest first (任务中心)."""
    asked = request.GET.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 6 else 1
    found = jobs(request.token, offset=(max(number, 1) - 1) * PAGE, limit=PAGE)
    names = {head.code: head.name for head in heads()}
    context = {
        "rows": [_row(one, names) for one in found],
        "found": found[0].found if found else 0,
        "before": number - 1,
        "after": number + 1 if found and number * PAGE < found[0].found else 0,
        "under_way": sum(one.state in {"waiting", "reading"} for one in found),
    }
    return render(request, "portal/jobs.html", context)


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
        "problem": sentence(one.problem) if one.problem else "",
        "code": one.problem,
    }
