"""The dated numbers of a definition in the gate of publication (期限参数): none missing, none that harms. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from chengxin.catalog.definition import (
    Table,
    date_of,
    holds,
    item_of,
    number_of,
    planned_to,
    rows_of,
    says,
    severity_of,
    text_of,
    twice,
)
from chengxin.catalog.facts import CLASSES, Parameter, SeverityRule

PARAMETERS: Final = ("retention", "adult_age", "report_within", "report_every")
"""Numbers that every item needs (每个条目必备的参数)."""
ADVERSE: Final = ("notice_wait", "act_look_back")
"""Numbers that an adverse item needs besides."""
SPANS: Final[dict[str, dict[str, int]]] = {
    "report_within": {"working_day": 60},
    "report_every": {"day": 366, "month": 12},
    "": {"day": 36_500, "month": 1200, "year": 100, "working_day": 36_500},
}
"""Name -> unit -> the largest number that can be counted with (单位和上限); empty: any other name."""
COMMON: Final = "通用"
"""The domain of the classification standard whose periods no item may exceed."""
_TWELFTHS: Final = {"day": 12, "month": 365, "year": 4380}
"""Twelfths of a day in a unit: what makes days, months and years comparable."""

Found = Iterator[tuple[str, str]]


def numbers(plain: Table, day: date) -> Found:
    """Dated parameters (期限参数): CATALOG-03, 08, 09, 10, 12, 13."""
    rows, needed = rows_of(plain, "parameter"), _needed(plain)
    for row in rows:
        place = f"parameter:{text_of(row, 'name')}"
        if number_of(row) is None or not says(row, "basis"):
            yield "CATALOG-03", place
        first, last = date_of(row, "valid_from"), date_of(row, "valid_to")
        most = SPANS.get(text_of(row, "name"), SPANS[""]).get(text_of(row, "unit"), -1)
        if (
            not text_of(row, "name").strip()
            or (number_of(row) or 0) > most
            or (text_of(row, "unit") == "working_day" and text_of(row, "name") in needed - {"report_within"})
            or first is None
            or (text_of(row, "valid_to") and (last is None or last < first))
        ):
            yield "CATALOG-13", place
    yield from (
        ("CATALOG-12", f"parameter:{name}")
        for name, _ in twice((text_of(row, "name"), text_of(row, "valid_from")) for row in rows)
    )
    adverse = text_of(item_of(plain), "polarity") == "adverse"
    now = {text_of(row, "name") for row in rows if holds(row, day)}
    yield from (("CATALOG-09", f"parameter:{name}") for name in needed - now)
    yield from (
        ("CATALOG-09", f"parameter:{name}") for name in needed if _gap(_named(rows, name), day, planned_to(plain))
    )
    # What protects people holds in every row, whatever its dates.
    if any(text_of(row, "unit") != "year" or (number_of(row) or 0) < 18 for row in _named(rows, "adult_age")):
        yield "CATALOG-10", "parameter:adult_age"
    waits = _named(rows, "notice_wait")
    short = any(text_of(row, "unit") != "day" or (number_of(row) or 0) < 1 for row in waits)
    if adverse and (short or "notice_wait" not in now):
        yield "CATALOG-08", "parameter:notice_wait"


def _named(rows: Sequence[Table], name: str) -> list[Table]:
    return [row for row in rows if text_of(row, "name") == name]


def _gap(rows: Sequence[Table], day: date, until: date | None) -> bool:
    """Whether a number ends, from a day on and before the item does, and no other goes on the day after."""
    spans = [(date_of(row, "valid_from"), date_of(row, "valid_to")) for row in rows]
    return any(
        last is not None
        and last >= day
        and (until is None or last < until)
        and not any(o and (o - last).days <= 1 and (end is None or end > last) for o, end in spans)
        for _, last in spans
    )


def _needed(plain: Table) -> set[str]:
    """Names of the parameters an item needs: where the file states the class, those that its classes name."""
    adverse = text_of(item_of(plain), "polarity") == "adverse"
    by_field = adverse and severity_of(plain) == "field"
    named = {text_of(row, name) for row in rows_of(plain, "code") for name in ("display_min", "display_max")} - {""}
    return {*PARAMETERS, *named, *(ADVERSE if adverse else ()), *(() if by_field else ("display_max",))}


def spans_for_sql() -> str:
    """``SPANS`` as rows of VALUES in the database's gate."""
    return ", ".join(f"('{name}', '{unit}', {most})" for name, units in SPANS.items() for unit, most in units.items())


def ceilings(plain: Table, standards: Sequence[SeverityRule], longest: Parameter | None) -> Found:
    """How long an adverse item is used and kept at most (期限上限): CATALOG-15."""
    if text_of(item_of(plain), "polarity") != "adverse":
        return
    most: dict[str, int] = {}
    for rule in standards:
        if rule.domain == COMMON:
            most[rule.severity] = max(most.get(rule.severity, -1), _most(rule.display_max, rule.unit))
    bounds = [(name, most.get(severity, -1)) for name, severity in _classes(plain)]
    bounds.append(("retention", _most(longest.value, longest.unit) if longest else -1))
    for row in rows_of(plain, "parameter"):
        length = _length(number_of(row), text_of(row, "unit"))
        if any(text_of(row, "name") == name and (length is None or length > bound) for name, bound in bounds):
            yield "CATALOG-15", f"parameter:{text_of(row, 'name')}"


def _most(value: int, unit: str) -> int:
    length = _length(value, unit)
    return -1 if length is None else length


def _classes(plain: Table) -> list[tuple[str, str]]:
    """Names of periods of display, with the class that bounds each. What is no class is bounded as the mildest one."""
    severity = text_of(item_of(plain), "severity")
    named = [("display_max", severity if severity in CLASSES else "SERIOUS")]
    named += [(f"display_max_{one.lower()}", one) for one in CLASSES]
    for row in rows_of(plain, "code"):
        identifier = text_of(row, "identifier")
        mildest = identifier if identifier in CLASSES else "MINOR"
        named += [(text_of(row, name), mildest) for name in ("display_min", "display_max")]
    return [(name, one) for name, one in named if name]


def _length(value: int | None, unit: str) -> int | None:
    """A period in twelfths of a day; None where it is none that can be compared."""
    return value * _TWELFTHS[unit] if value is not None and unit in _TWELFTHS else None
