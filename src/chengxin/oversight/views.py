"""Open pages: documents of the system with their versions, what is collected, who receives it, safeguards.

Documents and safeguards are dated data of the package; lists of collection and recipients are made from the catalog,
the duties and the register of purposes as they are today, never typed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.catalog.api import ItemVersion, heads, items
from chengxin.ledger.api import today
from chengxin.oversight import registers
from chengxin.oversight.api import PublicOrganisation, Recipient, public_organisations, recipients, shelf, shelves
from chengxin.oversight.facts import Document
from chengxin.oversight.forms import VersionsForm
from chengxin.oversight.registers import Shelf
from chengxin.oversight.words import FIELDS, PAPER_STEPS, STEPS
from chengxin.people.api import (
    ACTIVITIES,
    ADMINISTRATORS,
    DUTIES,
    ORGANISATION_KINDS,
    PAGE,
    TASKS,
    answers_for,
    areas,
    matrix,
    one_organisation,
    pages,
    past_of,
    public,
    register_of_purposes,
)

OPEN: Final = "制度文件依法公开，不含个人信息"


@public(OPEN)
@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    """All documents with the version in force (制度文件)."""
    day = today()
    context = {
        "documents": [(each, each.on(day) or each.versions[0]) for each in shelves()],
        "today": day,
        "safeguards": len(registers.safeguards_on(day)),
    }
    return render(request, "oversight/documents.html", context)


@public(OPEN)
@require_safe
def current(request: HttpRequest, code: str) -> HttpResponse:
    """The version of a document that is in force today (现行制度)."""
    document = shelf(code)
    if document is None:
        raise Http404
    found = document.on(today()) or document.versions[0]
    return document_page(request, document, found, as_current=True)


@public(OPEN)
@require_safe
def one_version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A version, past, in force or announced (某一版)."""
    document = shelf(code)
    found = document.number(number) if document else None
    if document is None or found is None:
        raise Http404
    return document_page(request, document, found, as_current=False)


def document_page(request: HttpRequest, document: Shelf, found: Document, *, as_current: bool) -> HttpResponse:
    """A version with the list of all of them."""
    day = today()
    standing = document.on(day)
    context = {
        "document": found,
        "as_current": as_current,
        "versions": [
            (one, standing is not None and one.number == standing.number) for one in reversed(document.versions)
        ],
        "standing": standing,
        "many": len(document.versions) > 1,
        "today": day,
    }
    return render(request, "oversight/document.html", context)


@public(OPEN)
@require_safe
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """What two versions say differently, section by section (版本对比)."""
    document = shelf(code)
    if document is None:
        raise Http404
    latest = document.versions[-1].number
    numbers = {one.number: one.effective_from for one in reversed(document.versions)}
    form = VersionsForm({"from": str(max(latest - 1, 1)), "to": str(latest)} | request.GET.dict(), numbers=numbers)
    changes = None
    if form.is_valid():
        before, after = (document.number(int(form.cleaned_data[name])) for name in ("from", "to"))
        if before and after:
            changes = registers.changes(before, after)
    context = {"shelf": document, "form": form, "changes": changes, "many": len(document.versions) > 1}
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
    shown = [_collected(one, day) for one in items()]
    return render(request, "oversight/collected.html", {"items": shown, "today": day})


def _collected(found: ItemVersion, day: date) -> Collected:
    columns = "、".join(str(field["name"]) for field in found.definition["field"])
    bases = "；".join(
        dict.fromkeys(f"{one.law}{one.article}" for one in found.bases if one.kind == "collect" and one.in_force(day))
    )
    kept = next((one for one in found.parameters if one.name == "retention" and one.item and one.in_force(day)), None)
    units = {"day": "天", "month": "个月", "year": "年"}
    retention = f"{kept.value} {units.get(kept.unit, kept.unit)}" if kept else "见目录条目"
    return Collected(found.code, found.name, found.provider, bases, columns, retention)


@public(OPEN)
@require_safe
def recipients_page(request: HttpRequest) -> HttpResponse:
    """Who receives what, on what basis, since when (接收方清单): made from duties, purposes and permissions."""
    found = recipients()
    given = [_received(one) for one in found if one.activity.startswith("lookup.")]
    inside = [_received(one) for one in found if not one.activity.startswith("lookup.")]
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
        "fields": _fields(one.fields) or "只答有或者没有",
        "items": "、".join(names.get(code, code) for code in one.items),
        "basis": one.basis,
        "since": one.since,
    }


def _by_organisation(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    ordered = sorted(rows, key=lambda row: str(row["organisation"]))
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda row: str(row["organisation"]))]


@public("权限矩阵不含个人信息：谁可以办什么，大家都应当知道")
@require_safe
def permissions(request: HttpRequest) -> HttpResponse:
    """Duty, activity, basis, fields, as the database has them (权限矩阵)."""
    words = TASKS | STEPS | PAPER_STEPS | ACTIVITIES
    ranks = {duty: rank for rank, duty in enumerate(DUTIES)}
    rows = sorted(matrix(), key=lambda row: (ranks.get(row.duty, len(ranks)), row.activity))
    groups = [
        (
            DUTIES.get(duty, duty),
            duty in ADMINISTRATORS,
            [(one, words.get(one.activity, one.activity), _fields(one.fields)) for one in found],
        )
        for duty, found in groupby(rows, key=lambda row: row.duty)
    ]
    purposes = [(one, DUTIES.get(one.duty, one.duty), _fields(one.fields)) for one in register_of_purposes()]
    return render(request, "oversight/permissions.html", {"groups": groups, "purposes": purposes})


def _fields(names: list[str]) -> str:
    return "、".join(FIELDS.get(name, name) for name in names)


@public("单位名册不含个人信息：谁在报送、谁可以查询，大家都应当知道")
@require_safe
def organisations_page(request: HttpRequest) -> HttpResponse:
    """Organisations: since when they report, may look, handle (单位名册); those that do, or all, page by page."""
    found = public_organisations()
    told = [(one, _does(one)) for one in found]
    active = [row for row in told if row[1]]
    everybody = request.GET.get("all") == "1"
    listed = told if everybody else active
    page = pages(request.GET.get("page", ""), len(listed))
    shown = listed[(page.number - 1) * PAGE : page.number * PAGE]
    context = {
        "groups": [(name, list(rows)) for name, rows in groupby(shown, key=lambda row: row[0].area_name)],
        "pages": page,
        "query": "all=1" if everybody else "",
        "everybody": everybody,
        "found": len(told),
        "active": len(active),
        "areas": [one for one in areas() if one.kind == "zone"],
        "reports": sum(bool(one.reports_since) for one in found),
        "looks": sum(bool(one.looks_since) for one in found),
        "today": today(),
    }
    return render(request, "oversight/organisations.html", context)


@public("单位名册不含个人信息：谁在报送、谁可以查询，大家都应当知道")
@require_safe
def organisation_page(request: HttpRequest, code: str) -> HttpResponse:
    """One organisation: what it does here, what became of it, who answers for it (单位)."""
    found, stored = public_organisations(code), one_organisation(code)
    if not found or stored is None:
        raise Http404
    answers = answers_for(code)
    context = {
        "organisation": found[0],
        "stored": stored,
        "kind": ORGANISATION_KINDS[stored.kind],
        "does": _does(found[0]),
        "answers": one_organisation(answers) if answers != code else None,
        "past": [(one, "") for one in past_of(code)],
    }
    return render(request, "oversight/organisation.html", context)


def _does(one: PublicOrganisation) -> list[tuple[str, Any]]:
    """What an organisation does here, with its first day."""
    words = (("报送信息", one.reports_since), ("可以查询", one.looks_since), ("办理事项时经手", one.handles_since))
    return [(word, since) for word, since in words if since]


@public(OPEN)
@require_safe
def safeguards_page(request: HttpRequest) -> HttpResponse:
    """Technical safeguards in force (信息安全监管技术手段)."""
    day = today()
    found = registers.safeguards_on(day)
    kinds = dict.fromkeys(one.kind for one in found)
    context = {"kinds": [(kind, [one for one in found if one.kind == kind]) for kind in kinds], "today": day}
    return render(request, "oversight/safeguards.html", context)
