"""The first rows of a file as they were understood (预览), fit for a screen. Pure.

It runs in the process that reads the file: the name, the number and what looks like a number of a person in any other
column leave it masked, and of a column that is not taken only that something stands there. A name in another column is
not known for one; a file is shown to the officer who sent it, and nobody else.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, Final

import msgspec

from chengxin.intake.checks.cells import is_nothing, tidy
from chengxin.intake.checks.plan import Plan
from chengxin.intake.checks.privacy import personal_numbers
from chengxin.intake.facts import RowBlock
from chengxin.intake.judging.judge import Found, Judged
from chengxin.kernel.masking import Viewer, What, mask
from chengxin.kernel.normalise import half_width
from chengxin.kernel.organisation import check_uscc

__all__ = ["MASKED", "Seen", "seen"]

MASKED: Final = {"person_name": What.NAME, "id_number": What.NUMBER}
"""Roles of the columns that say who it is, and how a screen shows them."""
_LONGEST: Final = 60
"""Characters of a cell; the rest stands in the file."""
_NOT_TAKEN: Final = "***"
_DIGITS = re.compile(r"[0-9](?:[ -]?[0-9]){6,}[Xx]?")
_LIKE = re.compile(r"(?<![0-9A-Za-z])(?:[0-9](?:[ -]?[0-9]){14,}[Xx]?|[A-Za-z]{1,2}[0-9]{7,9})(?![0-9A-Za-z])")
"""A long number or a passport's: of a person, unless it is an organisation's."""


class Seen(msgspec.Struct, array_like=True):
    """A row as a preview shows it (预览的一行).

    Attributes:
        cells: what was understood, by field code in the file's order; empty where the row has no cells.
        faults: what speaks against the row; of a column that the file lacks, too.
    """

    number: int
    cells: dict[str, str]
    faults: list[Found]


def seen(block: RowBlock, judged: Judged, *, plan: Plan, most: int) -> list[Seen]:
    """Rows of a block up to a number (前几行), each as it was understood or, where it was not, as it stands."""
    numbers = [number for number in block.numbers[:most] if number <= most]
    cells = {number: _cells(block, at, plan) for at, number in enumerate(numbers)}
    broken = [number for number, *_ in block.broken if number <= most]
    return [
        Seen(number, cells.get(number, {}), [one for one in judged.errors if one.row == number])
        for number in sorted([*numbers, *broken])
    ]


def _cells(block: RowBlock, at: int, plan: Plan) -> dict[str, str]:
    columns = {column.field.code: column for column in plan.columns}
    shown = {}
    for code, cells in block.columns.items():
        raw, column = cells[at], columns.get(code)
        if column is None:  # a column that is known and not taken: whoever stands there has no part in this
            shown[code] = "" if is_nothing(raw) else _NOT_TAKEN
        elif column.field.role in MASKED:
            shown[code] = mask(MASKED[column.field.role], tidy(raw), Viewer.DATA_OFFICER) if not is_nothing(raw) else ""
        else:
            cell = column.check(raw)
            understood = not cell.errors and (cell.value is not None or is_nothing(raw))
            shown[code] = _safe(_text(cell.value) if understood else tidy(raw))
    return shown


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "；".join(map(_text, value))
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def _safe(text: str) -> str:
    """Columns get shifted: then a number that says who somebody is stands where no number is asked for."""
    if personal_numbers(text):
        text = _DIGITS.sub(_masked, half_width(text))
    elif _LIKE.search(plain := half_width(text)):
        text = _LIKE.sub(lambda found: found.group() if check_uscc(found.group()).valid else _masked(found), plain)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _masked(found: re.Match[str]) -> str:
    return mask(What.NUMBER, found.group(), Viewer.DATA_OFFICER)
