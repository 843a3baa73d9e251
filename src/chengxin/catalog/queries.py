"""Reads of the catalog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms.models import model_to_dict

from chengxin.catalog.models import Basis, Item, Parameter


@dataclass(frozen=True)
class ItemVersion:
    """A published version of a catalog item (目录条目) with its bases and dated parameters."""

    code: str
    version: int
    name: str
    state: str
    effective_from: date
    effective_to: date | None
    notice_template: str
    definition: dict[str, Any]
    bases: tuple[Basis, ...]
    parameters: tuple[Parameter, ...]

    def published(self) -> dict[str, Any]:
        """The item as published, in the shape of its seed file, with bases and dated parameters as they stand now."""
        head = self.definition["item"] | {"effective_from": self.effective_from, "effective_to": self.effective_to}
        return self.definition | {
            "item": head,
            "basis": [model_to_dict(row) for row in self.bases],
            "parameter": [model_to_dict(row) for row in self.parameters],
        }

    def field_names(self) -> dict[str, str]:
        """Column code -> Chinese name."""
        return {row["code"]: row["name"] for row in self.definition["field"]}


def item(code: str) -> ItemVersion | None:
    """The newest published version of an item, or None."""
    found = Item.objects.filter(code=code, state="published").order_by("-version").first()
    if found is None:
        return None
    return ItemVersion(
        found.code,
        found.version,
        found.name,
        found.state,
        found.effective_from,
        found.effective_to,
        found.notice_template,
        found.definition,
        tuple(Basis.objects.filter(item=found).order_by("position")),
        tuple(Parameter.objects.filter(item__in=(code, "")).order_by("name", "item", "valid_from")),
    )


def parameter(name: str, item_code: str, *, today: date) -> Parameter | None:
    """The dated number of the law in force today; the item's own row goes before the general one."""
    rows = [
        row
        for row in Parameter.objects.filter(name=name, item__in=(item_code, "")).order_by("-item", "-valid_from")
        if row.valid_from <= today and (row.valid_to is None or row.valid_to >= today)
    ]
    return rows[0] if rows else None
