"""Fixtures of the inspections."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from chengxin.operate.home import Home
from inspections.catalog import Connection


@pytest.fixture
def owner(connect: Callable[[str], Connection]) -> Connection:
    """The owner's connection: it sees the whole catalog. What a test plants it rolls back."""
    return connect("owner")


@pytest.fixture
def administrator(home: Home) -> Iterator[Connection]:
    """The administrator of the embedded server, for what not even the owner can spoil."""
    with psycopg.connect(home.admin_dsn(home.database), autocommit=True) as connection:
        yield connection
