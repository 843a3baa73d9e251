"""The catalog for everybody (公共信用信息目录): every item and published version, what differs, files to download."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.catalog import diff, explain, models
from chengxin.catalog.api import (
    ItemHead,
    ItemVersion,
    VersionHead,
    groups,
    heads,
    item,
    providers,
    steps,
    version,
    versions,
)
from chengxin.catalog.exports import definition_json, table_schema
from chengxin.catalog.forms import VersionsForm
from chengxin.catalog.states import LABELS, TRANSITIONS
from chengxin.catalog.template import template
from chengxin.catalog.words import KINDS
from chengxin.ledger.api import today
from chengxin.people.api import public

OPEN: Final = "目录依法公开，不含个人信息"
TONES: Final = {"published": "good", "suspended": "wait", "review": "brand", "draft": "brand"}
"""State of a version -> colour of its tag; the word beside it says the same."""
EXCEL: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@public(OPEN)
@require_safe
def items(request: HttpRequest) -> HttpResponse:
    """Every item by class, and the groups that stay disabled because no law bears them (目录首页)."""
    day = today()
    said = {
        (row["code"], row["version"]): row
        for row in models.Item.objects.values(
            "code", "version", "definition__item__category", "definition__item__update_frequency"
        )
    }
    classes: dict[str, list[dict[str, Any]]] = {}
    for head in heads():
        if head.effective_from is None:
            continue  # never published: a draft is not part of the catalog
        about = said[head.code, head.version]
        name = explain.CATEGORIES.get(about["definition__item__category"] or "", "其他信息")
        row = {"head": head, "every": about["definition__item__update_frequency"] or "", "tag": _tag(head)}
        classes.setdefault(name, []).append(row)
    order = [*explain.CATEGORIES.values(), "其他信息"]
    context = {
        "classes": [(name, classes[name]) for name in order if name in classes],
        "disabled": [(group.name, group.reason.removeprefix("停用：")) for group in groups(day) if not group.item],
        "total": sum(map(len, classes.values())),
        "in_force": sum(row["head"].in_force for rows in classes.values() for row in rows),
        "polarities": explain.POLARITIES,
        "today": day,
    }
    return render(request, "catalog/list.html", context)


@public(OPEN)
@require_safe
def current(request: HttpRequest, code: str) -> HttpResponse:
    """The version of an item that counts today, or the last one that did (现行版本)."""
    found = item(code)
    if found is None:
        numbers = [row.version for row in _published(code)]
        found = version(code, numbers[0]) if numbers else None
    if found is None:
        raise Http404
    return _page(request, found, title=f"{found.name}：现行版本")


@public(OPEN)
@require_safe
def one_version(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """One published version of an item (某一版本)."""
    found = _version(code, number)
    return _page(request, found, title=f"{found.name} 第 {number} 版")


@public(OPEN)
@require_safe
def compare(request: HttpRequest, code: str) -> HttpResponse:
    """What differs between two published versions (版本对比)."""
    found = _published(code)
    if not found:
        raise Http404
    numbers = [row.version for row in found]
    asked = {
        "from": request.GET.get("from") or numbers[min(1, len(numbers) - 1)],
        "to": request.GET.get("to") or numbers[0],
    }
    form = VersionsForm(asked, numbers=numbers)
    context: dict[str, Any] = {
        "form": form,
        "code": code,
        "name": _version(code, numbers[0]).name,
        "many": len(numbers) > 1,
    }
    if form.is_valid():
        before, after = (_version(code, int(form.cleaned_data[name])) for name in ("from", "to"))
        context |= {"before": before, "after": after, "sections": diff.versions(before.definition, after.definition)}
    return render(request, "catalog/compare.html", context, status=400 if form.errors else 200)


@public(OPEN)
@require_safe
def definition(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The published definition as JSON (目录条目定义)."""
    del request
    return _file(definition_json(_version(code, number)), "application/json", f"{code}-{number}.json")


@public(OPEN)
@require_safe
def schema(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The columns as a Frictionless Table Schema (表结构)."""
    del request
    options = {"ensure_ascii": False, "indent": 2}
    answer = JsonResponse(table_schema(_version(code, number)), json_dumps_params=options)
    answer["Content-Disposition"] = f'attachment; filename="{code}-{number}.schema.json"'
    return answer


@public(OPEN)
@require_safe
def workbook(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """The empty workbook to fill in (填报模板); ``?kind=`` for files that correct, withdraw or bring in old data."""
    kind = request.GET.get("kind", "report")
    if kind not in explain.KINDS_OF_FILE:
        raise Http404
    found = _version(code, number)
    name = f"{code}-{number}.xlsx" if kind == "report" else f"{code}-{number}-{kind}.xlsx"
    return _file(template(found, kind=kind), EXCEL, name)


def _file(content: str | bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(content, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _published(code: str) -> list[VersionHead]:
    """Versions that are or were published, newest first."""
    return [row for row in versions(code) if row.effective_from is not None]


def _version(code: str, number: int) -> ItemVersion:
    """A published version; drafts belong to the desk."""
    found = version(code, number) if any(row.version == number for row in _published(code)) else None
    if found is None:
        raise Http404
    return found


def _tag(head: ItemHead) -> tuple[str, str]:
    """Word and colour of an item's state on the list."""
    if head.in_force:
        return "正在使用", "good"
    return ("还没有生效", "brand") if head.state == "published" else (LABELS[head.state], "wait")


def _page(request: HttpRequest, found: ItemVersion, *, title: str) -> HttpResponse:
    head = next(row for row in heads() if row.code == found.code)
    others = _published(found.code)
    context = about(found, today()) | {
        "title": title,
        "counts": head.version == found.version,
        "head": head,
        "others": others,
        "steps": step_lines(found),
    }
    return render(request, "catalog/item.html", context)


def about(found: ItemVersion, day: date) -> dict[str, Any]:
    """What a page tells about a version (版本说明): the public page and the desk say the same."""
    definition = explain.whole(found.definition)
    told = dict.fromkeys(diff.HEAD, "") | definition["item"]
    at = max(found.effective_from, min(day, found.effective_to or day))
    parameters = [asdict(row) for row in found.parameters]
    names = {row["code"]: row["name"] for row in definition["field"]}
    return {
        "item": found,
        "providers": providers(found),
        "everybody": "*" in found.providers,
        "told": told,
        "today": day,
        "state": (LABELS[found.state], TONES.get(found.state, "")),
        "category": explain.CATEGORIES.get(told.get("category", ""), ""),
        "polarity": explain.POLARITIES.get(found.polarity, found.polarity),
        "subject": explain.SUBJECTS.get(found.subject, found.subject),
        "disclosure": explain.DISCLOSURES.get(found.disclosure, found.disclosure),
        "sharing": explain.SHARINGS.get(told.get("sharing", ""), ""),
        "classes": explain.classes(definition, parameters, at),
        "severity_source": explain.severity_source(definition),
        "numbers": list(explain.parameter_lines(parameters, at)),
        "number": {row["name"]: explain.length(row) for row in explain.in_force(parameters, at)},
        "bases": [(row, KINDS.get(row.kind, row.kind), explain.days_left(row.valid_to, day)) for row in found.bases],
        "fields": [
            (one, explain.STORES.get(row["store"], ""))
            for one, row in zip(explain.columns(definition), definition["field"], strict=True)
        ],
        "code_sets": [
            (_set_name(definition, name), [(row, explain.code_remarks(row, names)) for row in rows])
            for name, rows in explain.code_sets(definition).items()
        ],
    }


def _set_name(definition: Mapping[str, Any], name: str) -> str:
    """A code set by the name of the column that uses it."""
    return next((row["name"] for row in definition["field"] if _uses(row, name)), name)


def _uses(row: Mapping[str, Any], name: str) -> bool:
    return row.get("code_set") == name or (name == "id_type" and row["kind"] == "id_type")


def step_lines(found: ItemVersion, *, inside: bool = False) -> list[dict[str, Any]]:
    """The steps of a version with their words; why a draft went back is told inside the office only."""
    words = {(a, b, c): said for a, b, c, said in TRANSITIONS}
    return [
        {
            "step": row,
            "label": words.get((row.from_state, row.to_state, row.activity), LABELS[row.to_state]),
            "reason": row.reason if inside or row.to_state in {"published", "suspended", "withdrawn"} else "",
        }
        for row in steps(found.code, found.version)
    ]
