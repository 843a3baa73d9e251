"""Fixtures of the commands: a backup of the installation of the tests, and its keys."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pytest

from chengxin.operate.backup import back_up
from chengxin.operate.home import Home
from chengxin.operate.keysafe import Keys, back_up_keys, open_keys
from chengxin.operate.manifest import Manifest

PASSPHRASE = "四个不相干的词 correct horse"


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """A command makes its process one role's; what later tests start must not inherit that role."""
    with patch.dict(os.environ):
        yield


def quiet(_done: int, _whole: int) -> None:
    return


@pytest.fixture(scope="module")
def made(home: Home, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Manifest]:
    return back_up(home, tmp_path_factory.mktemp("backups"), progress=quiet)


@pytest.fixture
def copy(made: tuple[Path, Manifest], tmp_path: Path) -> Path:
    """A copy to spoil."""
    return Path(shutil.copytree(made[0], tmp_path / made[0].name))


@pytest.fixture
def keys(home: Home, tmp_path: Path) -> Keys:
    path, _ = back_up_keys(home, tmp_path / "elsewhere", PASSPHRASE)
    return open_keys(path, PASSPHRASE, today=datetime.now(UTC).date())
