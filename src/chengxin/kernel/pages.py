"""Pages of a list whose end is not counted (翻页): a page and one row more are read, however long the list is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

Row = TypeVar("Row")
PAGE: Final = 50
"""Rows of a page."""
LAST: Final = 10_000
"""Nobody turns farther, and no page costs more than the way there."""


@dataclass(frozen=True)
class Turned(Generic[Row]):
    """One page (一页). `further`: there are rows after it."""

    rows: list[Row]
    number: int
    further: bool

    @property
    def before(self) -> int:
        """Number of the page before; 0 where there is none."""
        return self.number - 1

    @property
    def after(self) -> int:
        """Number of the page after; 0 where there is none."""
        return self.number + 1 if self.further else 0


def turned(asked: str, read: Callable[[int, int], list[Row]]) -> Turned[Row]:
    """The page that was asked for, or the first.

    Args:
        asked: its number as it stands in the address.
        read: at most so many rows, after so many.
    """
    number = min(int(asked), LAST) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    number = max(number, 1)
    found = read(PAGE + 1, (number - 1) * PAGE)
    return Turned(found[:PAGE], number, len(found) > PAGE)
