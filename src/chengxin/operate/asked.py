"""Backups that a page asks for (立即备份): made by the program that started the platform, with rights that no page has.

A request holds nothing but that it was made, so it cannot say where to: that is where the operator last backed up to.
Under systemd the platform cannot write there, so that nobody who breaks into a page deletes a backup; then the request
is left for ``chengxin backup-asked``, which a timer runs.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from chengxin.ledger.privilege import OperateError
from chengxin.operate.backup import PLACE, back_up, usual_place
from chengxin.operate.condition import note_condition
from chengxin.operate.home import Home, open_private

EVERY = 3.0
"""Seconds between two looks for a request."""
_PATIENCE = 1.5
"""Seconds that a backup gets to clean up when everything stops."""


@contextmanager
def backing_up(home: Home) -> Iterator[None]:
    """Make the backups that are asked for, as long as the block runs."""
    stop = threading.Event()

    def serve() -> None:
        while not stop.wait(EVERY):
            # The database is on its way down, or a file cannot be read or written: the next look tells what was taken.
            with suppress(psycopg.Error, OSError, ValueError):
                if _ours(home) and make_asked(home, stopping=stop.is_set):
                    note_condition(home)

    thread = threading.Thread(target=serve, name="backup", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_PATIENCE)


def _ours(home: Home) -> bool:
    """Whether this process may write where the backup goes; what is amiss otherwise is for the request to tell."""
    try:
        place = Path((home.path / PLACE).read_text("utf-8"))
    except FileNotFoundError:
        return True
    return not place.is_dir() or os.access(place, os.W_OK)


def make_asked(home: Home, *, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Make the backup that is asked for, and write down what became of it; False where none is, or another makes it."""
    with open(home.path / "backup.lock", "a", encoding="utf-8", opener=open_private) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return _settle(home, stopping)


def _settle(home: Home, stopping: Callable[[], bool]) -> bool:
    with psycopg.connect(home.dsn("owner"), connect_timeout=5) as owner:
        taken = owner.execute("select act, again from cx.oversight_backup_take_v1()").fetchone()
    if taken is None:
        return False
    act, again = taken
    command = f"chengxin backup 目录 --keep {home.path}"
    size, cause, remedy = None, "平台在备份结束以前停止了", f"请再次请求，或者在服务器上执行：{command}"
    if not again:
        try:
            size, cause, remedy = _made(home, stopping), "", ""
        except OperateError as error:
            cause, remedy = error.cause, error.remedy
        except Exception as error:  # the administrator is told, whatever the reason
            cause, remedy = f"程序出错（{type(error).__name__}）", f"请在服务器上执行：{command}"
    with psycopg.connect(home.dsn("owner"), connect_timeout=5) as owner:
        owner.execute(
            "select cx.oversight_backup_end_v1(%s::uuid, %s::bigint, %s::text, %s::text)", [act, size, cause, remedy]
        )
    return True


def _made(home: Home, stopping: Callable[[], bool]) -> int:
    def progress(_done: int, _whole: int) -> None:
        if stopping():
            raise OperateError("平台正在停止", "请在启动以后再次请求。")

    _, manifest = back_up(home, usual_place(home), progress=progress)
    return manifest.size
