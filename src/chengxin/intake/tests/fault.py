"""A process whose forks import, read uploads or sweep a folder, and are harmed at one step of it.

``python -m chengxin.intake.tests.fault`` reads a job a line (JSON) and answers each with a line: how the fork ended and
which steps it took. A step is a statement, a commit or a COPY (its half, and all of it), a file that is moved or forced
to the disk; it is named by what it calls and by how often that was called, such as ``intake_admit 2``, so that two
threads that overtake each other change no name. The harm is either SIGKILL, as by the hand of an operator or of a
machine without memory: nothing is cleaned up, no connection is closed; or the database ends every connection of the fork.

Forks are safe and quick: before them this process opens no connection and starts no thread. They share one judging
template, which cuts files into blocks of ``BLOCK`` rows, so that a small file has several.
"""

from __future__ import annotations

import gc
import json
import os
import re
import signal
import socket
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partialmethod
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NoReturn

import psycopg

BLOCK = 12
"""Rows of a block."""
PATIENCE = 120
"""Seconds after which a job counts as stuck and is ended, otherwise than by the harm."""
Job = dict[str, str]


class Steps:
    """Counts the steps of this process, tells each, and does harm before or after one of them."""

    def __init__(self, at: str, harm: Callable[[], None], tell: Callable[[str], None]) -> None:
        self._at, self._harm, self._tell = at, harm, tell
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()

    def take(self, name: str, call: Callable[[], Any]) -> Any:
        with self._lock:
            self._seen[name] += 1
            step = f"{name} {self._seen[name]}"
            self._tell(step)
        if self._at == f"before {step}":
            self._harm()
        answer = call()
        if self._at == f"after {step}":
            self._harm()
        return answer

    def around(self, owner: Any, attribute: str, name: Callable[..., str]) -> None:
        """Make a step of every call."""
        real = getattr(owner, attribute)

        def taken(*args: Any, **more: Any) -> Any:
            return self.take(name(*args), lambda: real(*args, **more))

        setattr(owner, attribute, taken)

    def watch(self) -> None:
        """Whatever changes the store or the disk, and whatever is asked of the store."""
        from django.db.backends.base.base import BaseDatabaseWrapper
        from django.db.backends.utils import CursorWrapper

        from chengxin.intake.stage import Stage

        self.around(CursorWrapper, "execute", lambda _cursor, sql, *_: _name(sql))
        self.around(BaseDatabaseWrapper, "_commit", lambda *_: "commit")
        self.around(Stage, "put", lambda *_: "put")
        self.around(os, "rename", lambda *_: "rename")
        self.around(os, "fsync", lambda *_: "fsync")
        sealed = Stage._sealed

        def halved(*args: Any) -> Iterator[Any]:
            for at, row in enumerate(sealed(*args)):
                if at == BLOCK // 4:
                    self.take("half", lambda: None)
                yield row

        setattr(Stage, "_sealed", halved)  # noqa: B010 - a method is no attribute to mypy


def _name(sql: Any) -> str:
    found = re.search(r"\bcx\.(\w+?)(_v\d+)?\b", str(sql))
    return found[1] if found else str(sql).split(maxsplit=1)[0].lower()


def _import(job: Job) -> Any:
    from chengxin.intake.api import import_file

    return import_file(bytes.fromhex(job["token"]), Path(job["file"]), item="XZCF").result.as_json()


def _work(job: Job) -> None:
    from chengxin.intake.api import work

    while work(bytes.fromhex(job["token"]), using="worker"):
        pass


def _sweep(job: Job) -> list[str]:
    """As ``chengxin watch`` does: a file is taken in the sweep after the one that saw it first."""
    from chengxin.intake.giving import Outcome, give
    from chengxin.intake.receipts import InstanceKey
    from chengxin.intake.watch import Watch

    key = InstanceKey.load(Path(job["key"]))

    def take(path: Path, item: str, kind: str) -> Outcome:
        return give(bytes.fromhex(job["token"]), path, item=item, kind=kind, key=key)

    with Watch(Path(job["folder"])) as watching:
        return [one.state for _ in range(2) for one in watching.sweep(take)]


TASKS: dict[str, Callable[[Job], Any]] = {"import": _import, "work": _work, "sweep": _sweep}


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _cut() -> None:
    """The server ends every connection that this process has, and none of them is left when this returns."""
    call = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s"
    name = os.environ.pop("PGAPPNAME")  # a connection that is made after the harm lives
    with psycopg.connect(os.environ["CHENGXIN_ADMIN"], autocommit=True) as admin:
        while admin.execute(call, [name]).rowcount:
            pass


def _let_go(fork: int) -> None:
    """The server has noticed that a fork is gone: what another of its threads had just asked for is done or undone."""
    call = "select from pg_stat_activity where application_name = %s"
    until = monotonic() + PATIENCE
    with psycopg.connect(os.environ["CHENGXIN_ADMIN"], autocommit=True) as admin:
        while admin.execute(call, [_named(fork)]).rowcount:
            assert monotonic() < until, "the server keeps a connection of whom is gone"
            sleep(0.002)


def _named(fork: int) -> str:
    return f"fault-{fork}"


def _run(job: Job, told: int) -> NoReturn:
    """One job, in a fork of its own."""
    signal.alarm(PATIENCE)
    os.environ["PGAPPNAME"] = _named(os.getpid())
    steps = Steps(job["at"], _kill if job["harm"] == "kill" else _cut, lambda step: _tell(told, step=step))
    steps.watch()
    try:
        _tell(told, ended="done", result=TASKS[job["task"]](job))
    except Exception as error:
        _tell(told, ended=type(error).__name__, result=traceback.format_exc())
    finally:
        os._exit(0)


def _tell(told: int, **words: Any) -> None:
    os.write(told, json.dumps(words).encode() + b"\n")


def _forked(job: Job) -> dict[str, Any]:
    """How a fork ended: done, killed, or the name of an error; its result; the steps it took."""
    heard, told = os.pipe()
    if (fork := os.fork()) == 0:
        os.close(heard)
        _run(job, told)
    os.close(told)
    with os.fdopen(heard) as lines:
        words = [json.loads(line) for line in lines]
    _, status = os.waitpid(fork, 0)
    _let_go(fork)
    steps = [words.pop(0)["step"] for _ in range(sum("step" in word for word in words))]
    ended = "killed" if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL else f"status {status}"
    return {"ended": ended, "result": None, "steps": steps} | (words[0] if words else {})


def _small_blocks() -> None:
    """From now on judging children are forks of a fork of this process, and read in small blocks."""
    from chengxin.intake.judging import child, worker
    from chengxin.intake.reading import table

    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        table._STEP = BLOCK
        setattr(table.Table, "blocks", partialmethod(table.Table.blocks, BLOCK))  # noqa: B010 - a method, as above
        worker.serve(theirs.fileno())
    theirs.close()

    class Shared(child._Template):
        """Not forgotten in a fork: one fork at a time talks to it."""

        def _hand_over(self, descriptors: list[int]) -> None:
            socket.send_fds(ours, [b"."], descriptors)

    child._template = Shared()


def main() -> None:
    from chengxin.config.setup import start_django

    start_django()
    from chengxin.intake import api, watch  # noqa: F401 - once, for every fork

    _small_blocks()
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(_forked(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
