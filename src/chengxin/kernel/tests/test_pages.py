"""Pages of a list whose end is not counted."""

from __future__ import annotations

import pytest

from chengxin.kernel.pages import LAST, PAGE, turned


@pytest.mark.parametrize(
    ("asked", "number", "rows", "before", "after"),
    [
        ("", 1, range(PAGE), 0, 2),
        ("1", 1, range(PAGE), 0, 2),
        ("2", 2, range(PAGE, 2 * PAGE), 1, 3),
        ("3", 3, range(2 * PAGE, 2 * PAGE + 1), 2, 0),
        ("4", 4, range(0), 3, 0),
        *((bad, 1, range(PAGE), 0, 2) for bad in ("0", "-1", "\uff11", "x", "9" * 10, "1.5", " 2")),
        ("9" * 9, LAST, range(0), LAST - 1, 0),
    ],
)
def test_a_page_is_what_was_asked_for(asked: str, number: int, rows: range, before: int, after: int) -> None:
    every = list(range(2 * PAGE + 1))
    page = turned(asked, lambda limit, skip: every[skip : skip + limit])
    assert (page.number, page.rows, page.before, page.after) == (number, list(rows), before, after)


def test_no_more_is_read_than_a_page_and_one() -> None:
    asked: list[tuple[int, int]] = []

    def read(limit: int, skip: int) -> list[int]:
        asked.append((limit, skip))
        return []

    turned("2", read)
    assert asked == [(PAGE + 1, PAGE)]


def test_a_page_that_is_just_full_is_the_last() -> None:
    page = turned("", lambda limit, skip: list(range(PAGE))[skip : skip + limit])
    assert (len(page.rows), page.after) == (PAGE, 0)
