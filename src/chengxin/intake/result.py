"""The one answer about an import (导入结果), the same for the page, the command line and the machine interface."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

from chengxin.intake.judging.judge import Found

__all__ = ["STORE", "Finding", "ImportResult"]

Finding = Found
"""A finding at a row: `row` is the 1-based data row, the header not counted; `field` the item's field code."""


STORE: Final = {
    "conflict": "INTAKE-37",
    "pending": "INTAKE-38",
    "missing": "INTAKE-39",
    "other_source": "INTAKE-40",
    "disputed": "INTAKE-41",
    "ended": "INTAKE-42",
    "other_name": "INTAKE-43",
    "removed": "INTAKE-44",
    "no_match": "INTAKE-67",
    "unknown": "INTAKE-68",
    "stray": "INTAKE-45",
}
"""What the store says of a row -> its rule. A check without a store leaves these out (不核对的规则)."""


@dataclass(frozen=True)
class ImportResult:
    """What became of every row: total = accepted + refused + held + unchanged, always.

    Attributes:
        held: rows that wait for a decision (待核); `held_rows` says why.
        unchanged: rows that were there already, word for word the same decision.
        ignored: blank and explanation rows; no part of the total.
        errors: why rows were refused; a row may have several.
        warnings: what was corrected or should be looked at; the rows were taken.
        not_checked: rules that could not be asked, by code.

    Raises:
        ValueError: when the rows do not add up.
    """

    total: int
    accepted: int
    refused: int
    held: int = 0
    unchanged: int = 0
    ignored: int = 0
    errors: tuple[Finding, ...] = ()
    held_rows: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()
    not_checked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.total != self.accepted + self.refused + self.held + self.unchanged:
            raise ValueError("the rows of an import must add up")

    def as_json(self) -> dict[str, Any]:
        """The result as plain lists and numbers, ready for JSON; keys in the order of the attributes."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Found):
        return {"row": value.row, "field": value.field, "code": value.code, "message": value.message}
    return value
