"""The log in public (存证日志): how it stands, its cosigned checkpoints by day, its files. It is about nobody."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls.converters import StringConverter
from django.views.decorators.http import require_safe

from chengxin.kernel.periods import CHINA
from chengxin.ledger.api import (
    ATTACKS,
    FINDINGS,
    LogName,
    acknowledged,
    audits,
    is_pruned,
    log_day,
    log_standing,
    logs,
    number_of,
)
from chengxin.people.api import DUTIES, organisation_names, public
from chengxin.portal.forms import LogDayForm
from chengxin.portal.middleware import Request

SHOWN: Final = 50
"""Checkpoints on a page."""
PAGES: Final = 2000
"""No day has more: a checkpoint each second."""
AUDITS: Final = 7
TEXT: Final = "text/plain; charset=utf-8"


class LogNumber(StringConverter):
    """Which log, as its origin says it."""

    regex = r"[1-9][0-9]{0,3}"


class LogFile(StringConverter):
    """A published file of the log, by the exact form of its path: nothing else can be named."""

    regex = (
        r"checkpoint|checkpoint\.signed|predecessor"
        r"|tile/(?:0|[1-7]|entries)/(?:x[0-9]{3}/){0,6}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?"
    )


@public("日志的检查点公开，任何人都能核对；里面没有个人信息")
@require_safe
def page(request: Request) -> HttpResponse:
    """How the log stands, and what witnesses have cosigned on a day."""
    standing = log_standing()
    today = _today()
    form = LogDayForm(request.GET if "day" in request.GET else {"day": today.isoformat()})
    day = form.cleaned_data["day"] if form.is_valid() else today
    found, named, answered = audits(AUDITS), logs(), acknowledged()
    names = organisation_names() if answered else {}
    first = named[0].begun_at.astimezone(CHINA).date() if named else today
    number = _page(request.GET.get("page", ""))
    checkpoints = log_day(day, SHOWN + 1, (number - 1) * SHOWN)
    context = {
        "standing": standing,
        "seconds": int(standing.witness.total_seconds()),
        "form": form,
        "day": day,
        "before": day - timedelta(days=1) if day > first else None,
        "after": day + timedelta(days=1) if day < today else None,
        "checkpoints": checkpoints[:SHOWN],
        "newer": number - 1,
        "older": number + 1 if len(checkpoints) > SHOWN else None,
        "logs": [_published(one) for one in reversed(named)],
        "halted": FINDINGS.get(standing.halted, standing.halted),
        "attacks": ATTACKS,
        "audits": [(one, FINDINGS.get(one.finding, one.finding)) for one in found],
        "known": [
            (one, FINDINGS[one.kind], names.get(one.organisation, one.organisation), DUTIES.get(one.duty, one.duty))
            for one in answered
        ],
    }
    return render(request, "portal/log.html", context, status=422 if form.errors else 200)


@public("日志的切片和检查点公开；里面只有哈希，没有个人信息")
@require_safe
def file(request: Request, number: str, name: str) -> HttpResponse:
    """A published file of a log: a tile, a bundle or a checkpoint."""
    del request
    if is_pruned(int(number), name):
        return HttpResponse("这一段已超过保存期，不再公开提供。\n", content_type=TEXT, status=410)
    try:
        data = (settings.LOG_FOLDER / number / name).read_bytes()
    except OSError:
        if logs():
            raise Http404 from None
        return HttpResponse("日志还没有开始。\n", content_type=TEXT, status=503)
    tile = name.startswith("tile/")
    response = HttpResponse(data, content_type="application/octet-stream" if tile else TEXT)
    if tile:
        response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _published(one: LogName) -> dict[str, object]:
    """A log with its address, and whether there is a checkpoint that witnesses have cosigned."""
    number = number_of(one.origin)
    return {"log": one, "number": number, "cosigned": (settings.LOG_FOLDER / str(number) / "checkpoint").exists()}


def _page(text: str) -> int:
    return min(int(text), PAGES) if text.isascii() and text.isdigit() and 0 < len(text) < 6 and int(text) else 1


def _today() -> date:
    """The day in China by the real clock: the log knows no test clock."""
    return datetime.now(CHINA).date()
