from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest


@pytest.fixture
def office(
    citizen: Any,
    system: Any,
    tmp_path: Path,
    shift: Callable[[int], None],
    connect: Callable[[str], psycopg.Connection[Any]],
) -> Any:
    """Carriers in a folder, and a citizen whose letter is on its way."""
    from chengxin.notice.tests.office import Office

    return Office(citizen, system, tmp_path, shift, connect("owner"))


@pytest.fixture
def desk(notice_officer: Any) -> Any:
    """Who sits at the desk."""
    return notice_officer


@pytest.fixture
def settings_without_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """As production has it."""
    from django.conf import settings

    monkeypatch.setattr(settings, "NOTICE_OUTBOX", None)
