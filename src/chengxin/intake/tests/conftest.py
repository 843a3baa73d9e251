"""Fixtures of the pages: a file handed in by the officer and read by the worker.

What needs Django is imported when it is needed: this file may be read before the settings are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def read(system: Any) -> Callable[[], None]:
    """What the worker does beside the pages."""
    from chengxin.intake import api

    def read() -> None:
        while api.work(system.token, using="worker"):
            pass

    return read


@pytest.fixture
def idle(system: Any, connect: Callable[[str], Any]) -> None:
    """No upload waits: what other tests left is read, also what one of them took and never gave back."""
    from chengxin.intake import api

    connect("owner").execute("update cx.intake_upload set leased_until = null where session is not null")
    while api.work(system.token, using="worker"):
        pass


@pytest.fixture
def hand_in(officer: Any, read: Callable[[], None]) -> Callable[..., str]:
    """Upload a file on the page and let it be read; the address of its page."""
    from chengxin.intake.tests.pages import URL

    def hand_in(sent: Any, *, kind: str = "report", done: bool = True) -> str:
        answer = officer.client.post(URL, {"item": "XZCF", "kind": kind, "file": sent})
        assert answer.status_code == 302, answer.content.decode()
        if done:
            read()
        return str(answer["Location"])

    return hand_in


@pytest.fixture
def bad(hand_in: Callable[..., str]) -> str:
    """The page of a file with a good row and a bad one."""
    from chengxin.intake.tests.pages import file, rows

    return hand_in(file(*rows({}, {"CF_JDRQ": "不详"})))
