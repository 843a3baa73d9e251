"""A version for machines: its published definition as JSON, its columns as a Frictionless Table Schema (导出)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder

from chengxin.catalog.explain import REQUIRED, Column, columns
from chengxin.catalog.queries import ItemVersion
from chengxin.catalog.states import DRAFT, REVIEW

__all__ = ["definition_json", "table_schema"]

_TYPES: Final = {"date": "date", "number": "number", "bool": "boolean"}
_NUMBER_OF_PERSON: Final = r"[0-9]{15}|[0-9]{17}[0-9Xx]"
"""Eighteen characters with the check digit, or fifteen of the older number (GB 11643-1999)."""
_USCC: Final = "[0-9A-HJ-NPQRTUWXY]{18}"
"""The alphabet of GB 32100-2015 has no I, O, S, V, Z."""
_WITH_NUMBER: Final = frozenset({"citizen", "residence_permit", "permanent_resident"})
"""Document types whose numbers have the form of an identity number."""


def definition_json(version: ItemVersion) -> str:
    """The definition with bases and dated numbers as they are now, in the shape that 导入 JSON 定义 takes back.

    A draft is given as it is written, with whatever is still wrong in it.
    """
    found = version.definition if version.state in {DRAFT, REVIEW} else version.published()
    return json.dumps(found, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2) + "\n"


def table_schema(version: ItemVersion) -> dict[str, Any]:
    """The columns as a Frictionless Table Schema: what a department's own tools can check before sending.

    It says less than intake checks: check digits, periods and conditions between columns it cannot express.
    """
    definition = version.definition
    roles = {row["role"]: row["code"] for row in definition["field"] if row.get("role")}
    key = [roles[role] for role in ("doc_no", "id_number", "authority_code") if role in roles]
    return {
        "$schema": "https://specs.frictionlessdata.io/schemas/table-schema.json",
        "title": f"{version.name}（{version.code}）第 {version.version} 版",
        "item": version.code,
        "version": version.version,
        "fields": [_field(column, definition) for column in columns(definition)],
        "missingValues": [""],
        "primaryKey": key,
    }


def _field(column: Column, definition: Mapping[str, Any]) -> dict[str, Any]:
    kind = _TYPES.get(column.kind, "string")
    field: dict[str, Any] = {
        "name": column.code,
        "title": column.name,
        "type": kind,
        "description": "。".join(filter(None, (REQUIRED[column.required], column.form, column.note.rstrip("。"))))
        + "。",
    }
    if kind == "date":
        field["format"] = "default"
    if kind == "boolean":
        field |= {"trueValues": ["是"], "falseValues": ["否"]}
    if constraints := _constraints(column, kind, definition):
        field["constraints"] = constraints
    return field


def _constraints(column: Column, kind: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"required": True} if column.required == "yes" else {}
    if kind == "number":
        return found | {"minimum": 0}
    if kind != "string":
        return found
    if column.length:
        found["maxLength"] = column.length
    if column.choices and not column.several:
        found["enum"] = list(column.choices)
    elif pattern := _pattern(column, definition):
        found["pattern"] = f"^({pattern})$"
    return found


def _pattern(column: Column, definition: Mapping[str, Any]) -> str:
    if column.choices:
        one = "|".join(_value(value, definition) for value in column.choices)
        return f"({one})(;({one}))*"
    if column.kind == "uscc":
        return _USCC
    types = {row.get("identifier") for row in definition.get("code", ()) if _taken(row)}
    return _NUMBER_OF_PERSON if column.kind == "identity" and types <= _WITH_NUMBER else ""


def _value(value: str, definition: Mapping[str, Any]) -> str:
    open_ended = any(row["value"] == value and row.get("detail") for row in definition["code"])
    return re.escape(value) + ("(-[^;]+)?" if open_ended else "")


def _taken(row: Mapping[str, Any]) -> bool:
    return row["code_set"] == "id_type" and bool(row.get("accepted", True))
