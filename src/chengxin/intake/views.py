"""Pages of the data officer (部门数据员): what is due, hand in a file or try it first, everything that was sent.

A page reads only what the own organisation sent; no page shows a person.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from threading import BoundedSemaphore
from typing import Any, Final

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.catalog.api import LABELS, ItemHead, ItemVersion, columns, heads, parameters, version
from chengxin.intake import api
from chengxin.intake.api import Batch, UnreadableFile
from chengxin.intake.facts import OrganisationFacts
from chengxin.intake.figures import KEPT, Due, Standing, due, missing_names, months_back, months_of
from chengxin.intake.forms import KINDS, UploadForm
from chengxin.intake.judging.seen import Seen
from chengxin.intake.queries import definition
from chengxin.intake.trial import Trial, tried
from chengxin.intake.views_batch import FINDINGS, REPORT, SHOWN, TAKEN, column_names, lines, settled, state
from chengxin.intake.words import say
from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import CHINA
from chengxin.ledger.api import today
from chengxin.people.api import SignedRequest, requires

NEWEST, PAGE, FIRST = 5, 50, 10
"""Batches on the first page, batches of a page, rows of a file that a trial shows."""
TONES: Final = {"校验中": "brand", "核查中": "brand", "已入库": "good", "已取消": ""}
"""Word of a batch -> colour of its tag; any other waits for somebody."""
MINE: Final = frozenset({"需改正", "已中断"})
"""Words of batches that wait for the data officer."""
POLARITIES: Final = {"adverse": "失信信息", "positive": "守信信息", "neutral": "基础信息"}
LATER: Final = {
    "INTAKE-37": (("report", "legacy"), "平台是否已有这个决定，内容却不同"),
    "INTAKE-38": (tuple(KINDS), "同一决定是否在本单位另一个没有完成的批次里"),
    "INTAKE-39": (("correct", "withdraw"), "平台是否有要更正或者撤回的那条信息"),
    "INTAKE-40": (("report", "legacy"), "同一决定是否已由另一个单位报送"),
    "INTAKE-41": (("correct", "withdraw"), "那条信息是否正在处理异议"),
    "INTAKE-42": (("correct", "withdraw"), "那条信息是否已经修复或者到期"),
    "INTAKE-43": (tuple(KINDS), "姓名与平台已知的这个证件号码是否相符"),
    "INTAKE-44": (("report", "legacy"), "这条信息是否曾经撤销或者修复"),
    "INTAKE-67": (("report", "correct", "legacy"), "姓名与证件号码经人口信息库核验是否相符"),
    "INTAKE-68": (("report", "correct", "legacy"), "人口信息库中有没有这个证件号码"),
    "INTAKE-45": (tuple(KINDS), "需改正文件里隐藏的行标识是否还有效"),
}
"""Rules that a trial cannot ask: for which files, and the question in words (没有核对的规则)."""
_TRIALS: Final = BoundedSemaphore(2)
"""Trials under way in this process: a page waits for its own, and each may take much time and memory."""


@dataclass(frozen=True)
class Task:
    """An item that the department reports, and how it stands (报送任务)."""

    head: ItemHead
    due: Due
    within: int | None
    last_on: date
    missing: tuple[str, ...]


@requires("data_officer", purpose=REPORT)
@require_http_methods(["GET", "POST"])
def upload(request: SignedRequest) -> HttpResponse:
    """What is due, and the upload (报送数据). After a POST: the page of the batch."""
    if request.method != "POST":
        return _start(request)
    form = _sent(request)
    if not form.is_valid():
        return _start(request, form)
    sent = form.cleaned_data
    try:
        kept = api.upload(request.token, sent["file"].read(), item=sent["item"], kind=sent["kind"])
    except Refused as error:
        return _start(request, form, refused=error.code)
    return redirect("intake:batch", one=kept)


@requires("data_officer", purpose=REPORT)
@require_http_methods(["GET", "POST"])
def nothing(request: SignedRequest, item: str) -> HttpResponse:
    """Say that there is nothing to report of an item (无数据上报): the headings alone, handed in as any other file."""
    known = [head for head in heads() if head.in_force and head.code == item]
    task = next(iter(_tasks(request, known)), None)
    found = version(item, task.head.version) if task else None
    if task is None or found is None:
        return render(request, "intake/nothing.html", {"task": None}, status=404)
    refused = ""
    if request.method == "POST":
        headings = StringIO()
        csv.writer(headings).writerow(column.name for column in columns(found.definition))
        content = headings.getvalue().encode()
        try:
            return redirect("intake:batch", one=api.upload(request.token, content, item=item, kind="report"))
        except Refused as error:
            refused = error.code
    context = {"task": task, "refused": refused, "today": today()}
    return render(request, "intake/nothing.html", context, status=422 if refused else 200)


@requires("data_officer", purpose="试校验本单位的文件，不入库")
@require_http_methods(["GET", "POST"])
def trial(request: SignedRequest) -> HttpResponse:
    """Judge a file, keep nothing of it, ask about nobody (试校验). A GET has no file and leads to the form."""
    if request.method != "POST":
        return redirect("intake:upload")
    form = _sent(request)
    if not form.is_valid():
        return _start(request, form)
    if not _TRIALS.acquire(blocking=False):
        return _start(request, form, busy=True)
    try:
        context = _tried(request, form)
    finally:
        _TRIALS.release()
    return render(request, "intake/trial.html", context)


@requires("data_officer", purpose=REPORT)
@require_GET
def sent(request: SignedRequest) -> HttpResponse:
    """Everything the department sent, newest first (报送记录)."""
    found = api.batches(request.token, before=_before(request), limit=PAGE + 1)
    older = int(found[PAGE - 1].sent_at.timestamp() * 1_000_000) if len(found) > PAGE else None
    context = {"rows": _rows(found[:PAGE]), "older": older, "paged": "before" in request.GET}
    return render(request, "intake/sent.html", context)


def _sent(request: SignedRequest) -> UploadForm:
    """The form as it was sent; what was reported by an item can be withdrawn after the item itself was."""
    known = heads()
    ended = {head.code: head.name for head in _ended(known)}
    received = int(request.META.get("CONTENT_LENGTH") or 0)
    return UploadForm(request.POST, request.FILES, items=_choices(known), ended=ended, received=received)


def _start(
    request: SignedRequest, form: UploadForm | None = None, *, refused: str = "", busy: bool = False
) -> HttpResponse:
    known = heads()
    if form is None:
        asked = {"item": request.GET.get("item", ""), "kind": request.GET.get("kind", "report")}
        form = UploadForm(items=_choices(known), initial=asked)
    found = [head for head in known if head.in_force]
    newest = api.batches(request.token, limit=PAGE + 1)
    tasks = _tasks(request, found)
    standings = [task.due.standing for task in tasks]
    context = {
        "form": form,
        "refused": refused,
        "busy": busy,
        "tasks": tasks,
        "overdue": standings.count(Standing.OVERDUE),
        "waiting": standings.count(Standing.DUE),
        "settled": Standing.DONE in standings,
        "mine": _rows([one for one in newest if one.state in MINE]),
        "items": found,
        "ended": _ended(known),
        "rows": _rows(newest[:NEWEST]),
        "more": len(newest) > NEWEST,
        "today": today(),
    }
    status = 503 if busy else 422 if form.errors or refused else 200
    return render(request, "intake/upload.html", context, status=status)


def _tried(request: SignedRequest, form: UploadForm) -> dict[str, Any]:
    """What the rules say of a file that is not sent in."""
    code, kind = form.cleaned_data["item"], form.cleaned_data["kind"]
    own = request.account
    published = definition(code, kind=kind)
    context: dict[str, Any] = {
        "item": published["item"]["name"],
        "version": published["item"]["version"],
        "code": code,
        "withdraws": kind == "withdraw",
        "kind": KINDS[kind][0],
        "again": UploadForm(items=(), initial={"item": code, "kind": kind}),
    }
    if kind != "withdraw" and not {"*", own.organisation} & set(published["item"].get("providers", ())):
        return context | {"problem": "INTAKE-66", "message": say("INTAKE-66", item=context["item"])}
    try:
        found = tried(
            form.cleaned_data["file"].read(),
            definition=published,
            organisation=OrganisationFacts(own.organisation, own.organisation_name),
            mode=settings.MODE,
            today=today(),
            kind=kind,
            most=SHOWN + 1,
            shown=FIRST,
        )
    except UnreadableFile as error:
        return context | {"problem": error.code, "message": f"{error.reason}。{error.remedy}。"}
    return context | _told(found, version(code, published["item"]["version"]), kind)


def _told(found: Trial, item: ItemVersion | None, kind: str) -> dict[str, Any]:
    """What a trial came to, in the words of its page."""
    names = column_names(item)
    result = found.result
    both = [("error", one) for one in result.errors] + [("warning", one) for one in result.warnings]
    shown = sorted(both, key=lambda one: one[1].row)[:SHOWN]
    return {
        "opened": found.opened,
        "result": result,
        "columns": [names[code] for code in found.opened.columns if code in names],
        "passed": sum(not code for code in found.opened.columns),
        "seen": [_preview(one, names) for one in found.seen],
        "lines": lines(((*key, times) for key, times in found.counted.most_common()), names),
        "findings": [(one, names.get(one.field, one.field), FINDINGS[word]) for word, one in shown],
        "more": found.counted.total() - len(shown),
        "later": [LATER[code][1] for code in result.not_checked if code in LATER and kind in LATER[code][0]],
    }


def _preview(row: Seen, names: Mapping[str, str]) -> dict[str, Any]:
    """A row of the preview: its cells, each with what speaks against it, and what speaks against no cell of it."""
    faults = [(code, [one for one in row.faults if one.field == code]) for code in row.cells]
    return {
        "number": row.number,
        "refused": bool(row.faults),
        "cells": [(names.get(code, code), row.cells[code], found) for code, found in faults],
        "others": [one for one in row.faults if one.field not in row.cells],
    }


def _choices(known: list[ItemHead]) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may be chosen: items in force by what they mean for a person, then those that only take withdrawals."""
    groups = [
        (word, [(head.code, head.name) for head in known if head.in_force and head.polarity == code])
        for code, word in POLARITIES.items()
    ]
    over = [
        (head.code, f"{head.name}（{'今天没有生效' if head.state == 'published' else LABELS[head.state]}，只收撤回）")
        for head in _ended(known)
    ]
    return [(word, items) for word, items in [*groups, ("只收撤回", over)] if items]


def _ended(known: list[ItemHead]) -> list[ItemHead]:
    """Items that were in force once and are not today (已暂停、已废止): nothing comes in by them but withdrawals."""
    day = today()
    return [head for head in known if not head.in_force and head.effective_from and head.effective_from <= day]


def _tasks(request: SignedRequest, found: list[ItemHead]) -> list[Task]:
    """Items that the department has reported, the most urgent first."""
    day = today()
    counted = api.quality(request.token, everybody=False, since=months_back(day, KEPT)[0])
    codes = [head.code for head in found]
    often, soon = (parameters(name, *codes, today=day) for name in ("report_every", "report_within"))
    tasks = []
    for head in found:
        days = [one.last_on for one in counted if one.item == head.code]
        if not days:
            continue
        every, within = often.get(head.code), soon.get(head.code)
        months = months_of(every.value, every.unit) if every else 0
        standing = due(days, months=months, today=day)
        missing = missing_names(standing.missing, months)
        tasks.append(Task(head, standing, within.value if within else None, max(days), missing))
    urgency = ["OVERDUE", "DUE", "EVENT", "DONE"]
    return sorted(tasks, key=lambda task: (urgency.index(task.due.standing.name), task.head.code))


def _rows(found: list[Batch]) -> list[dict[str, Any]]:
    """Batches as a list shows them."""
    names = {head.code: head.name for head in heads()}
    return [
        {
            "batch": one,
            "one": one.upload or one.batch,
            "state": state(one),
            "tone": TONES.get(one.state, "wait"),
            "settled": settled(one),
            "item": names.get(one.item, one.item),
            "kind": KINDS[one.kind][0],
            "taken": TAKEN[one.kind],
        }
        for one in found
    ]


def _before(request: SignedRequest) -> datetime | None:
    """The moment to page back from, in microseconds; whatever is no number is the first page."""
    text = request.GET.get("before", "")
    if not (text.isascii() and text.isdigit() and len(text) == 16):
        return None
    return datetime.fromtimestamp(int(text) / 1_000_000, CHINA)
