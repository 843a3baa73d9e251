"""Reading a definition (目录条目定义), which may hold any JSON: what cannot be read is empty, never an error."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from chengxin.catalog.facts import Basis, Parameter
from chengxin.kernel.normalise import folded_name

Table = Mapping[str, Any]
Key = TypeVar("Key", bound=Hashable)

NOTHING: Final = (
    "",
    "无",
    "暂无",
    "没有",
    "待定",
    "待补",
    "待补充",
    "待填",
    "待填写",
    "略",
    "na",
    "null",
    "none",
    "tbd",
)
"""What is written where nothing is known yet (占位词), as ``folded_name`` writes it."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def code_of(definition: Table) -> str:
    """Code of the item that a definition is about (条目代码); empty where it says none."""
    return text_of(item_of(definition), "code")


def columns_of(definition: Table) -> dict[str, str]:
    """Column code -> Chinese name, in the order of the definition (列名)."""
    return {text_of(row, "code"): text_of(row, "name") for row in rows_of(definition, "field")}


def planned_from(definition: Table) -> date | None:
    """First day that a definition asks for (拟生效日期)."""
    return date_of(item_of(definition), "effective_from")


def planned_to(definition: Table) -> date | None:
    """Last day that a definition asks for (拟终止日期)."""
    return date_of(item_of(definition), "effective_to")


def bases_of(definition: Table) -> tuple[Basis, ...]:
    """Legal bases that a draft states (草案的依据), those with a readable first day."""
    return tuple(
        Basis(
            first,
            date_of(row, "valid_to"),
            *(text_of(row, name) for name in ("kind", "law", "article", "law_code", "note")),
        )
        for row in rows_of(definition, "basis")
        if (first := date_of(row, "valid_from"))
    )


def parameters_of(definition: Table) -> tuple[Parameter, ...]:
    """Parameters that a draft states (草案的期限参数), those with a readable number and first day."""
    code = code_of(definition)
    return tuple(
        Parameter(
            first,
            date_of(row, "valid_to"),
            text_of(row, "name"),
            code,
            value,
            text_of(row, "unit"),
            text_of(row, "basis"),
        )
        for row in rows_of(definition, "parameter")
        if (first := date_of(row, "valid_from")) and (value := number_of(row)) is not None
    )


def item_of(definition: Table) -> Table:
    """The head of a definition (基本情况)."""
    found = definition.get("item")
    return found if isinstance(found, Mapping) else {}


def severity_of(definition: Table) -> str:
    """Where the class comes from (严重程度的来源): the file, where nothing is said."""
    head = item_of(definition)
    return "field" if head.get("severity") is None else text_of(head, "severity")


def rows_of(definition: Table, section: str) -> list[Table]:
    """The rows of a section, those that are objects."""
    found = definition.get(section)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def text_of(row: Table, name: str) -> str:
    """A value as the database's ``->>`` gives it; an empty string where there is none."""
    value = row.get(name)
    if value is None:
        return ""
    return (
        value
        if isinstance(value, str)
        else str(value)
        if isinstance(value, date)
        else json.dumps(value, ensure_ascii=False)
    )


def texts_of(row: Table, name: str) -> list[str]:
    """The texts of a list, such as the aliases of a column."""
    found = row.get(name)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def table_of(row: Table, name: str) -> Table:
    """A table inside a row, such as heading -> column."""
    found = row.get(name)
    return found if isinstance(found, Mapping) else {}


def pairs_of(row: Table, name: str) -> dict[str, str]:
    """The same with its values as text."""
    table = table_of(row, name)
    return {key: text_of(table, key) for key in table}


def says(row: Table, name: str) -> bool:
    """Whether something stands there, and not only a word that fills the place (占位词)."""
    return folded_name(text_of(row, name)) not in NOTHING


def date_of(row: Table, name: str) -> date | None:
    """A day as a definition writes it."""
    text = text_of(row, name)
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def number_of(row: Table, name: str = "value") -> int | None:
    """A number that is not negative, such as that of a dated parameter."""
    value = row.get(name)
    return value if type(value) is int and 0 <= value < 1_000_000 else None


def holds(row: Table, day: date) -> bool:
    """Whether a row with valid_from and valid_to holds on a day."""
    first, last = date_of(row, "valid_from"), date_of(row, "valid_to")
    return first is not None and first <= day and (last is None or day <= last)


def twice(found: Iterable[Key]) -> set[Key]:
    """What stands there more than once."""
    return {one for one, times in Counter(found).items() if times > 1}
