from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from chengxin.operate.bootstrap import bootstrap
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A bootstrapped embedded server; its parents are closed to other users, and its path is an awkward one."""
    home = Home.create(tmp_path_factory.mktemp("served") / "数据, 1", mode="test")
    with Server(home):
        bootstrap(home)
        yield home


@pytest.fixture
def admin(served: Home) -> Iterator[psycopg.Connection]:
    """The administrator inside our database; what it changes is rolled back by nobody."""
    with psycopg.connect(served.admin_dsn(served.database), autocommit=True) as connection:
        yield connection


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "home", mode="test")
