"""Open pages: documents of the system with their versions, what is collected, who receives it, safeguards.

Documents and safeguards are dated data of the package; lists of collection and recipients are made from the catalog,
the duties and the register of purposes as they are today, never typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.catalog.api import heads, item
from chengxin.ledger.api import today
from chengxin.oversight import registers
from chengxin.oversight.api import Recipient, recipients
from chengxin.oversight.facts import Document
from chengxin.oversight.forms import VersionsForm
from chengxin.oversight.words import FIELDS
from chengxin.people.api import ACTIVITIES, DUTIES, public

OPEN: Final = "制度文件依法公开，不含个人信息"


@public(OPEN)
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """All documents with the version in force (制度文件)."""
    day = today()
    rows = [(shelf, shelf.on(day)) for shelf in registers.shelves()]
    context = {
        "documents": [row for row in rows if row[1]],
        "today": day,
        "safeguards": len(registers.safeguards_on(day)),
    }
    return render(request, "oversight/documents.html", context)


@public(OPEN)
@require_safe
def current(request: HttpRequest, code: str) -> HttpResponse:
    """The version of a document that is in force today (现行制度)."""
    found = registers.shelf(code).on(today())
    if found is None:
        raise Http404
    return document_page(request, found, as_current=True)


@public(OPEN)
@require_safe
def one_version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A version, past, in force or announced (某一版)."""
    found = registers.shelf(code).number(number)
    if found is None:
        raise Http404
    return document_page(request, found, as_current=False)


def document_page(request: HttpRequest, found: Document, *, as_current: bool) -> HttpResponse:
    """A version with the list of all of them."""
    shelf, day = registers.shelf(found.code), today()
    standing = shelf.on(day)
    context = {
        "document": found,
        "as_current": as_current,
        "versions": [(one, standing is not None and one.number == standing.number) for one in reversed(shelf.versions)],
        "standing": standing,
        "many": len(shelf.versions) > 1,
        "today": day,
    }
    return render(request, "oversight/document.html", context)


@public(OPEN)
@require_safe
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """What two versions say differently, section by section (版本对比)."""
    shelf = registers.shelf(code)
    latest = shelf.versions[-1].number
    numbers = {one.number: one.effective_from for one in reversed(shelf.versions)}
    form = VersionsForm({"from": str(max(latest - 1, 1)), "to": str(latest)} | request.GET.dict(), numbers=numbers)
    changes = None
    if form.is_valid():
        before, after = (shelf.number(int(form.cleaned_data[name])) for name in ("from", "to"))
        if before and after:
            changes = registers.changes(before, after)
    context = {"shelf": shelf, "form": form, "changes": changes, "many": latest > 1}
    return render(request, "oversight/compare.html", context, status=422 if form.errors else 200)


@dataclass(frozen=True)
class Collected:
    """An item that is collected (收集清单的一项)."""

    code: str
    name: str
    provider: str
    bases: str
    fields: str
    retention: str


@public(OPEN)
@require_safe
def collected(request: HttpRequest) -> HttpResponse:
    """What is collected, from the catalog in force today (收集清单; 网络数据安全管理条例第二十一条)."""
    day = today()
    shown = [_collected(head.code) for head in heads() if head.in_force]
    return render(request, "oversight/collected.html", {"items": [one for one in shown if one], "today": day})


def _collected(code: str) -> Collected | None:
    found = item(code)
    if found is None:
        return None
    day = today()
    columns = "、".join(str(field["name"]) for field in found.definition["field"])
    bases = "；".join(
        dict.fromkeys(f"{one.law}{one.article}" for one in found.bases if one.kind == "collect" and one.in_force(day))
    )
    kept = next((one for one in found.parameters if one.name == "retention" and one.item and one.in_force(day)), None)
    units = {"day": "天", "month": "个月", "year": "年"}
    retention = f"{kept.value} {units.get(kept.unit, kept.unit)}" if kept else "见目录条目"
    return Collected(code, found.name, found.provider, bases, columns, retention)


@public(OPEN)
@require_safe
def recipients_page(request: HttpRequest) -> HttpResponse:
    """Who receives what, on what basis, since when (接收方清单): made from duties, purposes and permissions."""
    found = recipients()
    given = [_received(one) for one in found if one.purpose]
    inside = [_received(one) for one in found if not one.purpose]
    context = {
        "given": _by_organisation(given),
        "inside": _by_organisation(inside),
        "today": today(),
    }
    return render(request, "oversight/recipients.html", context)


def _received(one: Recipient) -> dict[str, Any]:
    names = {head.code: head.name for head in heads()} if one.items else {}
    return {
        "organisation": one.organisation_name,
        "duty": DUTIES.get(one.duty, one.duty),
        "what_for": one.purpose_name or ACTIVITIES.get(one.activity, one.activity),
        "fields": "、".join(FIELDS.get(name, name) for name in one.fields) or "只答有或者没有",
        "items": "、".join(names.get(code, code) for code in one.items),
        "basis": one.basis,
        "since": one.since,
    }


def _by_organisation(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    ordered = sorted(rows, key=lambda row: str(row["organisation"]))
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda row: str(row["organisation"]))]


@public(OPEN)
@require_safe
def safeguards_page(request: HttpRequest) -> HttpResponse:
    """Technical safeguards in force (信息安全监管技术手段)."""
    day = today()
    found = registers.safeguards_on(day)
    kinds = dict.fromkeys(one.kind for one in found)
    context = {"kinds": [(kind, [one for one in found if one.kind == kind]) for kind in kinds], "today": day}
    return render(request, "oversight/safeguards.html", context)
