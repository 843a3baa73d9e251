"""The page on which refused rows are put right one after the other (逐行改正).

What a row holds is shown only in answer to a POST, since taking it out is an act; the page itself says how many
are left.
No row and nothing that stands in one is part of an address.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from chengxin.catalog.api import heads
from chengxin.intake import api
from chengxin.intake.api import Batch, UnreadableFile, WrongRow
from chengxin.intake.forms_row import RowForm
from chengxin.intake.queries import next_wrong
from chengxin.intake.views_batch import TAKEN, own_batch
from chengxin.intake.words import ANOTHER_FILE, NO_FORM_MENDS
from chengxin.kernel.errors import Refused
from chengxin.people.api import SignedRequest, requires

SAVED: Final = {
    "unchanged": "原来已有，没有重复记入",
    "held": "已经收下，等待人工核对",
    "later": "已经收下。人口信息核验服务暂时没有应答，恢复以后自动入库",
}
"""What became of a row that was saved, where it was not simply taken in."""


@requires("data_officer", purpose="逐行改正本单位文件中退回的行")
@require_http_methods(["GET", "POST"])
def rows(request: SignedRequest, one: UUID) -> HttpResponse:
    """How many rows are left (GET); show the next one, or save this one and show the next (POST)."""
    found = own_batch(request, one)
    if found.batch is None or found.closed_at is None or not found.total:
        raise Http404
    if request.method != "POST" or api.obstacle(found):
        return _start(request, one, found)
    number = _number(request.POST.get("row", ""))
    try:
        if request.POST.get("step") == "save":
            return _save(request, one, found, number)
        return _next(request, one, found, after=number)
    except UnreadableFile as error:
        return _start(request, one, found, problem=f"{error.reason}。{error.remedy}。")


def _start(request: SignedRequest, one: UUID, found: Batch, *, problem: str = "") -> HttpResponse:
    obstacle = api.obstacle(found)
    row, outcome = _number(request.GET.get("row", "")), request.GET.get("done", "")
    wants = found.batch and not obstacle and next_wrong(request.token, found.batch, after=0)
    context = _about(one, found) | {
        "obstacle": obstacle,
        "wants": wants,
        "problem": problem,
        "saved": _said(found, row, outcome) if row and outcome in {*SAVED, "accepted"} else "",
    }
    return render(request, "intake/rows.html", context, status=422 if problem else 200)


def _next(
    request: SignedRequest,
    one: UUID,
    found: Batch,
    *,
    after: int,
    saved: str = "",
    refused: str = "",
) -> HttpResponse:
    """The next row after this one, or the page that says how many are left."""
    row = api.wrong_row(request.token, found, after=after)
    if row is None:
        return redirect("intake:rows", one=one)
    form = RowForm(row)
    form.mark(row.findings)
    return _page(request, one, found, row, form, saved=saved, refused=refused)


def _save(request: SignedRequest, one: UUID, found: Batch, number: int) -> HttpResponse:
    row = api.wrong_row(request.token, found, after=number - 1)
    if row is None or row.number != number or row.cells is None:
        return _gone(request, one, found, number)
    form = RowForm(row, request.POST)
    try:
        mended = api.mend(request.token, found, row, form.typed())
    except UnreadableFile:
        raise
    except Refused as error:
        if error.code == "INTAKE-72":
            return _gone(request, one, found, number)
        return _page(request, one, found, row, form, refused=error.code)
    if mended.outcome == "refused":
        form.mark(mended.findings)
        return _page(request, one, found, replace(row, findings=mended.findings), form, wrong=True)
    if next_wrong(request.token, _batch(found), after=number) is None:
        return redirect(f"{reverse('intake:rows', args=[one])}?done={mended.outcome}&row={number}")
    return _next(request, one, own_batch(request, one), after=number, saved=_said(found, number, mended.outcome))


def _gone(request: SignedRequest, one: UUID, found: Batch, number: int) -> HttpResponse:
    """INTAKE-72: somebody was quicker."""
    if next_wrong(request.token, _batch(found), after=number) is None:
        return _start(request, one, found, problem="INTAKE-72")
    return _next(request, one, found, after=number, refused="INTAKE-72")


def _batch(found: Batch) -> UUID:
    """The batch of rows that can be put right: a closed one always has its number."""
    if found.batch is None:
        raise Http404
    return found.batch


def _said(found: Batch, number: int, outcome: str) -> str:
    return f"第 {number} 行{SAVED.get(outcome, TAKEN[found.kind])}"


def _page(
    request: SignedRequest,
    one: UUID,
    found: Batch,
    row: WrongRow,
    form: RowForm,
    *,
    saved: str = "",
    refused: str = "",
    wrong: bool = False,
) -> HttpResponse:
    codes = {finding.code for finding in row.findings}
    context = _about(one, found) | {
        "row": row,
        "cells": form,
        "saved": saved,
        "refused": refused,
        "wrong": wrong,
        "not_here": bool(codes & NO_FORM_MENDS),
        "elsewhere": bool(codes & ANOTHER_FILE),
    }
    return render(request, "intake/row.html", context, status=422 if wrong or refused else 200)


def _about(one: UUID, found: Batch) -> dict[str, Any]:
    head = next((head for head in heads() if head.code == found.item), None)
    return {"one": one, "batch": found, "item": head.name if head else found.item}


def _number(text: str) -> int:
    """The number of a row; whatever is none is nought, before the first."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
