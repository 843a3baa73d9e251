from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def desk(reviewer: Any, reviewer2: Any, system: Any) -> Any:
    from chengxin.belonging.tests.desk import Desk

    return Desk(reviewer, reviewer2, system)


@pytest.fixture
def two(home: Any, desk: Any, make_citizen: Callable[..., Any]) -> Any:
    from chengxin.belonging.tests.two import Two, told

    one, other = make_citizen(), make_citizen()
    return Two(desk, home, one, other, told(home, one, other))
