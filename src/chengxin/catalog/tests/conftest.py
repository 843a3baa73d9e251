from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest


@pytest.fixture
def city(home: Any, connect: Callable[[str], Any], shift: Callable[[int], None]) -> Iterator[Callable[[date], None]]:
    """Moves the clock. The calendar is the whole city's: what a test brought is taken back."""
    from chengxin.catalog.calendars import forget
    from chengxin.catalog.tests.arranged import NOW
    from chengxin.catalog.tests.material import day

    del home
    real = day(0)

    def to(when: date) -> None:
        shift((when - real).days)
        forget()

    to(NOW)
    yield to
    owner = connect("owner")
    owner.execute("delete from cx.catalog_calendar where number = '测试号'")
    owner.execute(
        "delete from cx.catalog_calendar_step s where not exists (select from cx.catalog_calendar c where c.id = s.id)"
    )
    forget()
