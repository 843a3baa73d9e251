"""Pages of whoever certifies (待核) and of whoever answers for quality (数据质量).

The desk of held rows shows no person: the name is checked with the department and the document, not on a screen.
Figures are about departments' files; nobody is ranked, and volume is no merit.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from chengxin.catalog.api import ItemHead, Parameter, heads, parameters
from chengxin.intake import api
from chengxin.intake.api import Backlog, HeldRow, Quality
from chengxin.intake.figures import HOW, HOW_NOTE, KEPT, chart, due, missing_names, months_back, months_of, rates
from chengxin.intake.forms import KINDS, OUTCOMES, CertifyForm
from chengxin.intake.sheets import Sheet, quality_book
from chengxin.intake.views_batch import EXCEL, as_file
from chengxin.kernel.errors import Refused
from chengxin.kernel.pages import turned
from chengxin.ledger.api import today
from chengxin.people.api import SignedRequest, requires

CERTIFY: Final = "核对与证件不符或曾经撤销的信息"
PAGE: Final = 50
REASONS: Final = {
    "other_source": "另一个单位已报送同一决定",
    "other_name": "姓名与证件不符",
    "removed": "曾经撤销或修复",
    "no_match": "姓名与证件号码核验不符",
    "unknown": "人口信息库查无此号码",
}
"""Why a row is held, as the desk says it."""
REPLACED: Final = {"replaced": "报送单位改正后重新报送，不再等待核证"}
"""What became of a held row that nobody had to decide about."""
VERIFIED: Final = {
    "match": "姓名与证件号码相符",
    "no_match": "姓名与证件号码不符",
    "unknown": "没有这个证件号码",
    "unasked": "没有核验",
}
"""What the population database said of a held row, as the desk says it."""


@requires("reviewer", purpose=CERTIFY)
@require_GET
def held(request: SignedRequest) -> HttpResponse:
    """Held rows by nearest deadline (待核)."""
    page = turned(request.GET.get("page", ""), lambda limit, skip: api.held(request.token, limit=limit, skip=skip))
    names = _names()
    context = {
        "rows": [(row, names.get(row.item, row.item), REASONS[row.reason]) for row in page.rows],
        "page": page,
        "done": OUTCOMES.get(request.GET.get("done", ""), ""),
        "today": today(),
    }
    return render(request, "intake/held.html", context)


@requires("reviewer", purpose=CERTIFY)
@require_http_methods(["GET", "POST"])
def held_row(request: SignedRequest, batch: UUID, row: int) -> HttpResponse:
    """One held row: what happens either way, reasons, check, decision (核证)."""
    found = api.held_row(request.token, batch, row)
    if found is None:
        return _gone(request, api.held_decided(request.token, batch, row))
    step = request.POST.get("step")
    if step not in {"check", "decide"}:
        return _row_page(request, found, CertifyForm(initial=request.POST.dict()))
    form = CertifyForm(request.POST)
    if not form.is_valid():
        return _row_page(request, found, form)
    outcome = form.cleaned_data["outcome"]
    if step == "check":
        context = _about(found) | {"form": form, "outcome": outcome, "outcome_label": OUTCOMES[outcome]}
        return render(request, "intake/held_check.html", context)
    try:
        api.decide(request.token, batch, row, outcome=outcome, reasons=form.cleaned_data["reasons"])
    except Refused as error:
        decided = api.held_decided(request.token, batch, row)  # since this page was opened, or it waits still
        return _gone(request, decided) if decided else _row_page(request, found, form, refused=error.code)
    return redirect(f"{reverse('intake:held')}?done={outcome}")


def _gone(request: SignedRequest, decided: api.HeldDecided | None) -> HttpResponse:
    """It does not wait: what became of it, and what was typed here, so that neither is lost (没有提交的内容)."""
    typed = {"核证结论": OUTCOMES.get(request.POST.get("outcome", "")), "理由": request.POST.get("reasons")}
    context = {
        "decided": decided,
        "outcome_label": (OUTCOMES | REPLACED)[decided.outcome] if decided else "",
        "mine": {name: said for name, said in typed.items() if said},
    }
    return render(request, "intake/held_gone.html", context, status=404)


def _row_page(request: SignedRequest, found: HeldRow, form: CertifyForm, *, refused: str = "") -> HttpResponse:
    context = _about(found) | {"form": form, "refused": refused, "today": today()}
    return render(request, "intake/held_row.html", context, status=422 if form.errors or refused else 200)


def _about(found: HeldRow) -> dict[str, Any]:
    head = next((head for head in heads() if head.code == found.item), None)
    return {
        "row": found,
        "item": head.name if head else found.item,
        "adverse": head is None or head.polarity == "adverse",
        "kind": KINDS[found.kind][0],
        "reason": REASONS[found.reason],
        "verified": VERIFIED[found.verified],
        "other_name": found.other_name or found.reason == "other_name",
    }


@requires("data_officer", purpose="了解本单位报送的质量")
@require_GET
def quality(request: SignedRequest) -> HttpResponse:
    """Quality of the own department's files (质量)."""
    return _quality(request, everybody=False)


@requires("manager", purpose="按单位了解报送的质量，不含个人信息")
@require_GET
def quality_all(request: SignedRequest) -> HttpResponse:
    """Quality of all departments (数据质量): one line each, and one department's sheets."""
    return _quality(request, everybody=True)


@requires("data_officer", purpose="取得本单位报送质量的数字")
@require_GET
def quality_workbook(request: SignedRequest) -> HttpResponse:
    """The figures of the own department's page as a workbook (下载)."""
    return _workbook(request, everybody=False)


@requires("manager", purpose="取得各单位报送质量的数字，不含个人信息")
@require_GET
def quality_all_workbook(request: SignedRequest) -> HttpResponse:
    """The figures of all departments, or of the one that is looked at, as a workbook (下载)."""
    return _workbook(request, everybody=True)


def _workbook(request: SignedRequest, *, everybody: bool) -> HttpResponse:
    day = today()
    sheets = _sheets(request, everybody=everybody, day=day)
    if not sheets:
        raise Http404
    content = quality_book(sheets, since=months_back(day)[0], today=day)
    return as_file(content, EXCEL, f"quality-{day.isoformat()}.xlsx")


def _quality(request: SignedRequest, *, everybody: bool) -> HttpResponse:
    day = today()
    sheets = _sheets(request, everybody=everybody, day=day)
    context: dict[str, Any] = {"everybody": everybody, "since": months_back(day)[0], "today": day, "sheets": sheets}
    context |= {"how": HOW, "how_note": HOW_NOTE}
    if everybody and not request.GET.get("department"):
        page = _page_number(request)
        context["late"] = len({sheet.organisation for sheet in sheets if sheet.late})
        shown = sheets[(page - 1) * PAGE : page * PAGE]
        context |= {"sheets": shown, "page": page, "pages": max(-(-len(sheets) // PAGE), 1)}
        return render(request, "intake/quality_all.html", context)
    return render(request, "intake/quality.html", context)


def _sheets(request: SignedRequest, *, everybody: bool, day: date) -> list[Sheet]:
    """What page and workbook show, in their order: of all departments whoever has to be reminded comes first."""
    # Whoever stopped reporting has nothing in the months of the charts, and is the one to be named.
    counted = api.quality(request.token, everybody=everybody, since=months_back(day, KEPT)[0])
    waiting = api.backlog(request.token, everybody=everybody)
    only = request.GET.get("department", "") if everybody else ""
    known = {head.code: head for head in heads()}
    every = parameters("report_every", *known, today=day)
    made = [
        _sheet(
            [one for one in counted if _key(one) == key],
            [one for one in waiting if _key(one) == key],
            key,
            known.get(key[2]),
            every.get(key[2]),
            day=day,
        )
        for key in sorted({*map(_key, counted), *map(_key, waiting)})
        if not only or key[0] == only
    ]
    sheets = [sheet for sheet in made if sheet.whole.batches or sheet.missing or sheet.waiting]
    return sorted(sheets, key=lambda sheet: everybody and not only and not sheet.late)


def _key(one: Quality | Backlog) -> tuple[str, str, str]:
    return one.organisation, one.organisation_name, one.item


def _sheet(
    counted: Sequence[Quality],
    waiting: Sequence[Backlog],
    key: tuple[str, str, str],
    head: ItemHead | None,
    every: Parameter | None,
    *,
    day: date,
) -> Sheet:
    code, name, item = key
    shown = months_back(day)
    by_month = [(month, rates(one for one in counted if one.month == month)) for month in shown]
    # Of an item that is not in force nothing is due.
    months = months_of(every.value, every.unit) if every and head and head.in_force else 0
    standing = due((one.last_on for one in counted), months=months, today=day)
    return Sheet(
        code,
        name,
        head.name if head else item,
        by_month,
        rates(one for one in counted if one.month in shown),
        chart([(month, one.timely) for month, one in by_month]),
        chart([(month, one.first_pass) for month, one in by_month]),
        missing_names(standing.missing, months),
        [(REASONS[one.reason], one) for one in waiting],
    )


def _names() -> dict[str, str]:
    return {head.code: head.name for head in heads()}


def _page_number(request: SignedRequest) -> int:
    text = request.GET.get("page", "")
    return max(int(text), 1) if text.isascii() and text.isdigit() and len(text) < 6 else 1
