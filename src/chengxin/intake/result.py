"""The one answer about an import (导入结果), the same for the page, the command line and the machine interface."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from chengxin.intake.facts import RowError

__all__ = ["Finding", "ImportResult", "findings"]


@dataclass(frozen=True)
class Finding:
    """A finding at a row: `row` is the 1-based data row, the header not counted; `field` the column's code."""

    row: int
    field: str
    code: str
    message: str


def findings(row: int, errors: tuple[RowError, ...]) -> tuple[Finding, ...]:
    """Give the findings of one row their row number."""
    return tuple(Finding(row, error.field, error.code, error.message) for error in errors)


@dataclass(frozen=True)
class ImportResult:
    """What became of every row: total = accepted + refused + held + unchanged, always.

    Attributes:
        held: rows that wait for a decision (待核); `held_rows` says why.
        unchanged: rows that were there already, byte for byte the same decision.
        ignored: blank and explanation rows; no part of the total.
        errors: why rows were refused; a row may have several.
        warnings: what was corrected or should be looked at; the rows were taken.
        not_checked: checks that could not be made, in words.

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
        return {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(self).items()}
