"""Folders that are not finished yet: locked while somebody works on them, removed by the next who comes when not."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chengxin.operate.home import Home, open_private

LOCK = "draft.lock"


@contextmanager
def draft(path: Path) -> Iterator[Path]:
    """A new private folder of this name, which is gone afterwards unless it was renamed meanwhile.

    Raises:
        FileExistsError: somebody works on it now.
    """
    sweep(path.parent, path.name)
    path.mkdir(mode=0o700)
    try:
        with open(path / LOCK, "w", encoding="ascii", opener=open_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield path
    finally:
        _remove(path)


def sweep(parent: Path, pattern: str) -> None:
    """Remove what was left by somebody who was killed; who still works holds the lock."""
    for folder in parent.glob(pattern):
        with suppress(OSError), open(folder / LOCK, "r+", encoding="ascii", opener=open_private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(folder)


def finished(path: Path, name: Path) -> None:
    """Give a draft its name; an empty folder of that name gives way."""
    (path / LOCK).unlink()
    path.rename(name)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    # A server that was tried in it may have had a socket elsewhere.
    shutil.rmtree(Home(folder, "", "", None).annex, ignore_errors=True)
