"""A register of dated rows as a page (登记册): the rows of a day, fifty at a time; what changed between two days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from chengxin.catalog.diff import Change, changes

Told = Mapping[str, str]
"""A row in words: heading -> text."""

PAGE: Final = 50


@dataclass(frozen=True)
class Register:
    """One register (登记册).

    Attributes:
        title: name of the page.
        lead: what it is and what it is for, in one or two sentences.
        key: headings that make a row the same row on two days.
        name: heading that a row is called by.
        read: rows in force on a day, in words; every row has the same headings.
        passing: headings that change from day to day by themselves, which is no change of the register.
    """

    title: str
    lead: str
    key: tuple[str, ...]
    name: str
    read: Callable[[date], Sequence[Told]]
    passing: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Shown:
    """What the page shows of a register.

    Attributes:
        rows: of this page: what each is called, then heading and text of its other cells that are not empty.
        total: rows of all pages.
        compared: changes from the other day to `on`; None where no other day was asked for.
    """

    rows: list[tuple[str, list[tuple[str, str]]]]
    total: int
    page: int
    pages: int
    compared: tuple[Change, ...] | None


def shown(register: Register, on: date, compare: date | None, page: str) -> Shown:
    """The page of a register.

    With another day to `compare`, the changes are told from the earlier to the later of the two. `page` is the number
    as it was asked for; whatever is no page is the nearest one.
    """
    told = register.read(on)
    pages = max(1, -(-len(told) // PAGE))
    number = min(max(int(page), 1), pages) if page.isascii() and page.isdigit() and len(page) < 10 else 1
    rows = told[(number - 1) * PAGE : number * PAGE]
    compared = None
    if compare is not None:
        first, last = (register.read(compare), told) if compare <= on else (told, register.read(compare))
        compared = _compared(register, first, last)
    return Shown(
        rows=[
            (row[register.name], [(name, text) for name, text in row.items() if text and name != register.name])
            for row in rows
        ],
        total=len(told),
        page=number,
        pages=pages,
        compared=compared,
    )


def _compared(register: Register, before: Sequence[Told], after: Sequence[Told]) -> tuple[Change, ...]:
    old, new = (
        [{name: text for name, text in row.items() if name not in register.passing} for row in rows]
        for rows in (before, after)
    )
    found = changes(
        old, new, key=lambda row: tuple(row[name] for name in register.key), title=lambda row: str(row[register.name])
    )
    return tuple(replace(one, cells=tuple(cell for cell in one.cells if cell.key != register.name)) for one in found)


def dates(valid_from: date, valid_to: date | None) -> dict[str, str]:
    """The two dates of a row as one cell (有效期)."""
    return {"有效期": f"{valid_from} 到 {valid_to}" if valid_to else f"{valid_from} 起"}
