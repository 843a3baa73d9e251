"""The standards of the platform as dated registers (标准与登记册), open to everybody."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chengxin.catalog import views_terms
from chengxin.catalog.api import Prohibited, groups, heads, laws, measures, prohibited, severity_rules
from chengxin.catalog.explain import MEASURE_TYPES, PROHIBITED, SEVERITIES, UNITS, days_left
from chengxin.catalog.forms import DayForm
from chengxin.catalog.registers import Register, Told, dates, shown
from chengxin.catalog.words import LEVELS
from chengxin.ledger.api import today
from chengxin.people.api import DUTIES, public, register_of_purposes

DESKS: Final = {"terms": "catalog:terms", "calendar": "catalog:calendar"}
"""Registers that managers change, each with its desk."""
OPEN: Final = "标准和登记册是公开的制度，不含个人信息"


@public(OPEN)
@require_safe
def hub(request: HttpRequest) -> HttpResponse:
    """The standards of the platform, each with its page (标准)."""
    day = today()
    counted = [(name, one, len(one.read(day))) for name, one in REGISTERS.items()]
    return render(request, "catalog/standards.html", {"registers": counted, "today": day})


@public(OPEN)
@require_safe
def register(request: HttpRequest, name: str) -> HttpResponse:
    """One register on a day, compared with another day where one is given (登记册)."""
    return page(request, REGISTERS[name])


def page(request: HttpRequest, found: Register) -> HttpResponse:
    """Answer a register; a date that is none is named, and the page shows today."""
    day = today()
    form = DayForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    on = asked.get("on") or day
    context = {
        "form": form,
        "register": found,
        "changes": _manages(request) and next((desk for name, desk in DESKS.items() if found is REGISTERS[name]), ""),
        "on": on,
        "compare": asked.get("compare"),
        "shown": shown(found, on, asked.get("compare"), request.GET.get("page", "")),
        "today": day,
    }
    return render(request, "catalog/register.html", context, status=400 if form.errors else 200)


def _manages(request: HttpRequest) -> bool:
    account = getattr(request, "account", None)
    return account is not None and "manager" in account.duties


def _severity(day: date) -> list[Told]:
    return [
        {
            "分类": f"{row.domain}：{SEVERITIES.get(row.severity, row.severity)}",
            "什么样的行为": row.criteria,
            "公示期限": _span(row.display_min, row.display_max, row.unit),
            "怎样修复": row.repair,
            "依据": row.basis,
        }
        | dates(row.valid_from, row.valid_to)
        for row in severity_rules(day)
    ]


def _span(least: int, most: int, unit: str) -> str:
    if most == 0:
        return "不公示"
    return f"{least} 至 {most} {UNITS[unit]}" if least else f"最长 {most} {UNITS[unit]}"


def _measures(day: date) -> list[Told]:
    return [
        {
            "措施": row.name,
            "种类": MEASURE_TYPES.get(row.type, str(row.type)),
            "内容": row.content,
            "对象": row.target,
            "实施单位": row.enforcer,
            "领域": row.domain,
            "依据": row.basis,
        }
        | dates(row.valid_from, row.valid_to)
        for row in measures(day)
    ]


def _laws(day: date) -> list[Told]:
    found = laws()
    titles = {row.code: row.title for row in found}
    return [
        {
            "法律文件": row.title,
            "条文": row.article,
            "效力级别": LEVELS.get(row.level, row.level),
            "剩余": days_left(row.valid_to, day) if row.valid_to else "",
            "由什么替代": titles.get(row.superseded_by, row.superseded_by),
            "说明": row.note,
        }
        | dates(row.valid_from, row.valid_to)
        for row in found
        if row.in_force(day)
    ]


def _groups(day: date) -> list[Told]:
    names = {head.code: head.name for head in heads()}
    return [
        {
            "人群": row.name,
            "状态": f"已启用：{names.get(row.item, row.item)}" if row.item else "停用：没有依据",
            "依据": row.basis,
            ("收什么" if row.item else "为什么停用"): row.reason.removeprefix("停用："),
        }
        | dates(row.valid_from, row.valid_to)
        for row in groups(day)
    ]


def _prohibited(day: date) -> list[Told]:
    """One row for each class: its words stand together, however many rows of the table they are."""
    classes: dict[str, list[Prohibited]] = {}
    for row in prohibited(day):
        classes.setdefault(row.code, []).append(row)
    return [
        {
            "不得归集": PROHIBITED.get(code, code),
            "列名中有这些词，整个文件不收": _words(rows, "name"),
            "内容中有这些词，这一行不收": _words(rows, "text"),
            "这样用不算": _words(rows, "unless"),
            "依据": "；".join(dict.fromkeys(row.law for row in rows)),
        }
        for code, rows in classes.items()
    ]


def _words(rows: Sequence[Prohibited], kind: str) -> str:
    return "、".join(dict.fromkeys(row.word.strip("|") for row in rows if row.kind == kind))


def _purposes(day: date) -> list[Told]:
    names = {head.code: head.name for head in heads()}
    return [
        {
            "用途": row.name,
            "谁可以查": DUTIES.get(row.duty, row.duty),
            "能看到什么": "、".join(ANSWERS.get(one, one) for one in row.fields) or "只回答有或者没有",
            "能查哪些条目": "、".join(names.get(code, code) for code in row.items),
            "办件编号": "必须有" if row.needs_case else "可以没有",
            "每人每天最多": f"{row.quota:,} 次",
            "依据": row.basis,
        }
        | dates(row.valid_from, row.valid_to)
        for row in register_of_purposes()
        if row.valid_from <= day and (row.valid_to is None or day <= row.valid_to)
    ]


ANSWERS: Final = {
    "item": "信息类别",
    "authority": "认定机关",
    "doc_no": "文书号",
    "decided_on": "认定日期",
    "display_end": "从哪天起不再使用",
    "match": "姓名与证件号码相符或者不符",
}
"""What the answer to a look-up may tell -> its name."""

REGISTERS: Final = {
    "severity": Register(
        "失信分类标准",
        "什么样的行为算轻微、一般、严重，各公示多久。程度由作出认定的机关按这个标准写明，平台不自行判定。",
        ("分类", "什么样的行为"),
        "分类",
        _severity,
    ),
    "measures": Register(
        "失信惩戒措施清单",
        "对失信行为能采取哪些措施，依据什么、由谁实施。清单以外的措施，任何单位都不能采取。",
        ("措施",),
        "措施",
        _measures,
    ),
    "purposes": Register(
        "查询用途登记册",
        "谁能为什么事查询信用信息，依据什么，能看到什么。没有登记的用途，系统不予查询；每次查询本人都能看到。",
        ("用途", "谁可以查"),
        "用途",
        _purposes,
    ),
    "bases": Register(
        "法律依据登记册",
        "目录条目依据哪些法律文件，各从哪天到哪天有效。依据失效的当天，引用它的条目自动暂停。",
        ("法律文件", "条文"),
        "法律文件",
        _laws,
        passing=frozenset({"剩余"}),
    ),
    "groups": Register(
        "重点职业人群",
        "哪些职业人群有信用档案。没有法律依据的一律停用，不收集任何信息。",
        ("人群",),
        "人群",
        _groups,
    ),
    "prohibited": Register(
        "禁止归集清单",
        "这些信息谁都不能报送，平台也不收。文件的列名和内容都要检查。",
        ("不得归集",),
        "不得归集",
        _prohibited,
    ),
    **views_terms.REGISTERS,
}
"""Name in the address -> register."""
