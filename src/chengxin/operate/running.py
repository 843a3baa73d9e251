"""Which demo cities run (正在运行的演示): commands without ``--keep`` find the only one.

A pointer file per demo, locked by the demo as long as it lives: a file that can be locked belongs to nobody any more.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from chengxin.ledger.privilege import OperateError
from chengxin.operate.home import TEMPORARY, Home, open_private, private_folder

_WHAT = "不知道该用哪个数据目录"


@dataclass(frozen=True, slots=True)
class Demo:
    """One demo: its folder, whether the folder goes with it, and its address once it is ready."""

    keep: str
    temporary: bool
    pid: int
    url: str = ""
    api_url: str = ""


class Pointer:
    """The pointer file of this process's demo."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, demo: Demo) -> None:
        self._file.seek(0)
        self._file.truncate()
        json.dump(asdict(demo), self._file, ensure_ascii=False)
        self._file.flush()


@contextmanager
def announced(demo: Demo) -> Iterator[Pointer]:
    """Keep a pointer to this demo while the block runs."""
    private_folder(_folder())
    path = _folder() / f"{demo.pid}.json"
    draft = path.with_suffix(".new")
    # The draft's name is not looked at, so nobody takes the file for abandoned before it is locked.
    with open(draft, "w", encoding="utf-8", opener=open_private) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        pointer = Pointer(file)
        pointer.write(demo)
        draft.replace(path)
        try:
            yield pointer
        finally:
            path.unlink(missing_ok=True)
            _leave()


def running() -> list[Demo]:
    """Demos that live, ready or not."""
    return [demo for demo, _ in _pointers() if demo is not None]


def sweep() -> None:
    """Forget demos that were killed, with the folders that should have gone with them."""
    for demo, path in _pointers():
        if demo is not None:
            continue
        with suppress(OSError, ValueError, TypeError, OperateError):
            dead = Demo(**json.loads(path.read_text("utf-8")))
            if dead.temporary:
                Home.at(dead.keep).remove()
        path.unlink(missing_ok=True)
    _leave()


def home_of(keep: Path | str | None) -> Home:
    """The data folder that a command means: ``--keep``, ``CHENGXIN_KEEP``, or the only running demo's.

    Raises:
        OperateError: none or several run, or the folder is none of ours.
    """
    named = keep or os.environ.get("CHENGXIN_KEEP")
    if named:
        return Home.at(named)
    folders = [demo.keep for demo in running()]
    if not folders:
        raise OperateError("没有正在运行的演示", "请先运行 ./chengxin demo，或用 --keep 指明数据目录。", what=_WHAT)
    if len(folders) > 1:
        raise OperateError(
            f"有 {len(folders)} 个演示正在运行", f"请用 --keep 指明其中一个：{'、'.join(folders)}", what=_WHAT
        )
    return Home.at(folders[0])


def _pointers() -> Iterator[tuple[Demo | None, Path]]:
    """Each pointer file with its demo; None when the demo is dead."""
    try:
        private_folder(_folder(), make=False)
    except FileNotFoundError:
        return
    for path in sorted(_folder().glob("*.json")):
        with suppress(FileNotFoundError), open(path, encoding="utf-8", opener=open_private) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                with suppress(ValueError):  # being written at this moment
                    yield Demo(**json.load(file)), path
            else:
                yield None, path


def _folder() -> Path:
    return TEMPORARY / f"chengxin-{os.geteuid()}"


def _leave() -> None:
    with suppress(OSError):  # others are in it
        _folder().rmdir()
