"""Dated data of the catalog (期限、标准和清单): numbers of the law and the registers beside the items.

Every `on` is a day; None means every row, those that ended included.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model, Q

from chengxin.catalog import models
from chengxin.catalog.facts import Group, Law, Measure, Parameter, Prohibited, SeverityRule

Row = TypeVar("Row")


def all_parameters(*codes: str, **only: str) -> list[Parameter]:
    """Numbers of these items and the general ones, of every time, oldest first."""
    found = models.Parameter.objects.filter(item__in=(*codes, ""), **only)
    found = found.order_by("name", "item", "valid_from", "version")
    return _as(Parameter, found)


def parameter(name: str, item_code: str, *, today: date) -> Parameter | None:
    """The dated number of the law in force today; the item's own row goes before the general one."""
    found = [row for row in all_parameters(item_code, name=name) if row.in_force(today)]
    return max(found, key=lambda row: (row.item, row.valid_from), default=None)


def parameters(name: str, *codes: str, today: date) -> dict[str, Parameter]:
    """The same for several items at once (各条目的期限): item -> its number; where nothing is in force it has none."""
    found = [row for row in all_parameters(*codes, name=name) if row.in_force(today)]
    found.sort(key=lambda row: (row.item, row.valid_from))
    newest = {row.item: row for row in found}
    return {code: row for code in codes if (row := newest.get(code) or newest.get(""))}


def general_parameters(day: date | None = None) -> list[Parameter]:
    """The dated numbers that hold for every item (期限和数量), in force on a day or of every time, oldest first."""
    return [row for row in all_parameters() if day is None or row.in_force(day)]


def severity_rules(on: date | None = None) -> list[SeverityRule]:
    """The classification standard (分级标准), by domain and class."""
    return _register(SeverityRule, models.SeverityRule, on, "domain", "severity")


def measures(on: date | None = None) -> list[Measure]:
    """The measures list (惩戒措施清单), by code."""
    return _register(Measure, models.Measure, on, "code")


def groups(on: date | None = None) -> list[Group]:
    """Key occupational groups (重点职业人群), by code."""
    return _register(Group, models.Group, on, "code")


def laws(on: date | None = None) -> list[Law]:
    """The register of legal texts (法律依据登记册), by code."""
    return _register(Law, models.Law, on, "code")


def prohibited(on: date | None = None) -> list[Prohibited]:
    """Words of what may never be collected (禁止归集), by class."""
    return _register(Prohibited, models.Prohibited, on, "id")


def _register(of: type[Row], model: type[Model], on: date | None, *order: str) -> list[Row]:
    found = model._default_manager.order_by(*order, "valid_from", "id")  # noqa: SLF001 - the public name is a plugin's guess
    if on is not None:
        found = found.filter(Q(valid_to=None) | Q(valid_to__gte=on), valid_from__lte=on)
    return _as(of, found)


def _as(of: type[Row], found: Any) -> list[Row]:
    """Rows of a model as frozen result types, by name of the column."""
    names = [one.name for one in fields(of)]  # type: ignore[arg-type]  # every `of` is a dataclass
    return [of(**row) for row in found.values(*names)]
