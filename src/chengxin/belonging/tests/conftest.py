from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def desk(reviewer: Any, reviewer2: Any, system: Any) -> Any:
    from chengxin.belonging.tests.desk import Desk

    return Desk(reviewer, reviewer2, system)
