"""Files are read and judged in a child process (校验子进程) that has nothing to lose.

It holds no keys, no database and no environment, may write no file, use so much memory and processor time and no more,
and dies with its parent. It gets the file as an open descriptor, and one message with everything else; it answers with
blocks of judged rows. Whatever a hostile file does to a parser, it does it there.

Hundreds of small files are usual, and starting Python is slow. So each process that imports keeps one template: a fresh
process (not a fork of its parent, whose memory holds keys) that has imported everything and forks for every file::

    parent --file, job, channel, verdict--> template --fork--> watcher --fork--> worker
       ^------------------- frames of answers --------------------------------------'

The watcher tells how the worker ended, and ends it when the parent no longer listens.
"""

from __future__ import annotations

import atexit
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

import msgspec

import chengxin
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import ItemFacts, OrganisationFacts, item_facts
from chengxin.intake.judging import worker
from chengxin.intake.judging.judge import Judged
from chengxin.intake.judging.seen import Seen
from chengxin.intake.judging.worker import Job, Opened, Picked, Unreadable
from chengxin.intake.reading import COMMAND_LINE, Limits

__all__ = ["MOST_ROWS", "BadRows", "JudgingFailed", "Opened", "Run", "judged", "picked"]

Message = TypeVar("Message")

MOST_ROWS: Final = 50_000
"""So many rows are handed back: more bad ones are the fault of a whole column, which nobody mends row by row."""
_PATIENCE = 600
"""Seconds without an answer after which a worker counts as stuck."""


class JudgingFailed(RuntimeError):
    """The program is wrong, not the file. Says where; never what was in the file."""


_ENDINGS = {signal.SIGABRT: worker.MEMORY_SPENT, signal.SIGXCPU: worker.TIME_SPENT}
"""How a worker ends that broke a limit: Rust aborts where no memory is left."""


@contextmanager
def judged(
    source: bytes | Path,
    *,
    definition: Mapping[str, Any],
    organisation: OrganisationFacts | None,
    mode: str,
    today: date,
    kind: str = "report",
    limits: Limits | None = None,
    returned: bool = False,
    shown: int = 0,
) -> Iterator[Run]:
    """Read and judge a file in a child process (隔离校验). Leaving the block early ends the child.

    Args:
        source: the file, which never touches a disk, or its path.
        definition: the item as published, in the shape of its seed file, with the table ``prohibited``.
        organisation: who sends the file; None where nobody is known.
        mode: one of ``rules.MODES``.
        today: the day in China.
        kind: one of ``facts.KINDS``.
        limits: of the upload page when left out.
        returned: keep the refused rows as they stand, in ``Run.bad``.
        shown: keep so many rows of the beginning as a screen may show them, in ``Run.seen``.

    Raises:
        UnreadableFile: nothing could be judged, or the child broke a limit or was killed; from the blocks as well, and
            then nothing of the block was given out.
        JudgingFailed: the program is wrong.
        OSError: the path cannot be opened.
    """
    facts = item_facts(definition, definition)
    job = Job(facts, organisation, mode, today, kind, limits or Limits(), None, returned, shown)
    with _begun(source, job) as run:
        yield run


def picked(source: bytes | Path, *, item: ItemFacts, kind: str, wanted: Iterable[int]) -> BadRows:
    """Some rows of a file that was judged before, as they stand in it, read in a child process as well.

    Args:
        source: the file or its path.
        item: the version of the item that judged it.
        kind: one of ``facts.KINDS``.
        wanted: row numbers; one that could not be split into cells is left out.

    Raises:
        UnreadableFile: the file is another one now, or the child broke a limit.
    """
    bad = BadRows()
    job = Job(item, None, "production", date.min, kind, COMMAND_LINE, frozenset(wanted))
    with _begun(source, job) as run:
        for part in run.picked():
            bad.add(part)
    return bad


@contextmanager
def _begun(source: bytes | Path, job: Job) -> Iterator[Run]:
    with ExitStack() as stack:
        file = stack.enter_context(source.open("rb") if isinstance(source, Path) else _hold(source))
        message = stack.enter_context(_hold(msgspec.msgpack.encode(job)))
        channel, verdict = _template.fork(file.fileno(), message.fileno())
        stack.enter_context(channel)
        answers = stack.enter_context(channel.makefile("rb"))
        run = Run(answers, stack.enter_context(os.fdopen(verdict, "rb")))
        channel.settimeout(_PATIENCE)
        run.open()
        yield run


class BadRows:
    """Rows of a file as they stand in it (原样的行), no more than ``MOST_ROWS``: a file may be bad from end to end.

    Attributes:
        columns: field codes in the file's order.
        rows: row number -> cells by field code.
    """

    def __init__(self) -> None:
        self.columns: list[str] = []
        self.rows: dict[int, dict[str, str]] = {}

    def add(self, part: Picked) -> None:
        self.columns = part.columns
        room = MOST_ROWS - len(self.rows)
        self.rows |= {number: dict(zip(part.columns, cells, strict=True)) for number, cells in part.rows[:room]}


class Run:
    """A file under judgement.

    Attributes:
        opened: what the file turned out to be.
        bad: refused rows so far, where they were asked for.
        seen: the first rows, where they were asked for.
    """

    opened: Opened

    def __init__(self, answers: BinaryIO, verdict: BinaryIO) -> None:
        self._answers, self._verdict = answers, verdict
        self.bad = BadRows()
        self.seen: list[Seen] = []

    def open(self) -> None:
        self.opened = msgspec.msgpack.decode(self._receive()[1], type=Opened)

    def blocks(self) -> Iterator[Judged]:
        """The rows in the file's order, judged, once."""
        return self._messages(Judged)

    def picked(self) -> Iterator[Picked]:
        """The rows that were asked for, by block, once."""
        return self._messages(Picked)

    def _messages(self, kind: type[Message]) -> Iterator[Message]:
        decoder = msgspec.msgpack.Decoder(kind)
        while True:
            tag, body = self._receive()
            if tag == worker.END:
                return
            if tag == worker.PICKED and kind is not Picked:
                self.bad.add(msgspec.msgpack.decode(body, type=Picked))
            elif tag == worker.SEEN:
                self.seen += msgspec.msgpack.decode(body, type=list[Seen])
            else:
                yield decoder.decode(body)

    def _receive(self) -> tuple[bytes, bytes]:
        """The next answer; an error of the child is raised here."""
        try:
            frame = _read_frame(self._answers)
        except TimeoutError:
            raise _refusal(worker.TIME_SPENT) from None
        except ConnectionResetError:
            frame = None
        if frame is None:
            raise _refusal(self._ending())
        tag, body = frame
        if tag == worker.UNREADABLE:
            raise _refusal(msgspec.msgpack.decode(body, type=Unreadable))
        if tag == worker.FAILED:
            raise JudgingFailed(body.decode())
        return tag, body

    def _ending(self) -> Unreadable:
        """Why the worker fell silent: the watcher leaves the number of its signal."""
        number = self._verdict.read(1)
        return _ENDINGS.get(signal.Signals(number[0]), worker.CRASHED) if number and number[0] else worker.CRASHED


def _refusal(answer: Unreadable) -> UnreadableFile:
    return UnreadableFile(answer.code, answer.reason, answer.remedy)


def _read_frame(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """A tag and its message; None when the other side is gone."""
    head = stream.read(worker.HEAD.size)
    if len(head) < worker.HEAD.size:
        return None
    tag, size = worker.HEAD.unpack(head)
    body = stream.read(size)
    return (tag, body) if len(body) == size else None


def _hold(data: bytes) -> BinaryIO:
    """Bytes as an open file that lies on no disk."""
    file = os.fdopen(os.memfd_create("intake"), "w+b")
    file.write(data)
    file.flush()
    return file


class _Template:
    """The template process of this process: started when first needed and when it has died."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def fork(self, file: int, job: int) -> tuple[socket.socket, int]:
        """Begin a worker on an open file and job: the channel to it, and the descriptor of its verdict."""
        ours, theirs = socket.socketpair()
        verdict, written = os.pipe()
        try:
            self._hand_over([file, job, theirs.fileno(), written])
        except BaseException:
            ours.close()
            os.close(verdict)
            raise
        finally:
            theirs.close()
            os.close(written)
        return ours, verdict

    def _hand_over(self, descriptors: list[int]) -> None:
        with self._lock:
            if self._process is not None and self._process.poll() is None and self._control is not None:
                with suppress(BrokenPipeError, ConnectionResetError):
                    socket.send_fds(self._control, [b"."], descriptors)
                    return
            self._stop()
            self._start()
            if self._control is not None:
                socket.send_fds(self._control, [b"."], descriptors)

    def _start(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        root = str(Path(chengxin.__file__).parent.parent)
        load = f"import sys; sys.path.insert(0, {root!r}); from chengxin.intake.judging.worker import serve"
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", f"{load}; serve({theirs.fileno()})"],
                env={"LANG": "C.UTF-8", "POLARS_MAX_THREADS": "1"},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # a traceback of a parser could show what stands in the file
                start_new_session=True,
                pass_fds=(theirs.fileno(),),
            )

    def _stop(self) -> None:
        """It ends by itself when nobody can talk to it any more."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.wait()
        self._control = self._process = None

    def close(self) -> None:
        with self._lock:
            self._stop()

    def forget(self) -> None:
        """In a fork of this process: the template belongs to the other one."""
        self._lock = threading.Lock()
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.returncode = 0  # not ours to wait for
        self._control = self._process = None


_template = _Template()
os.register_at_fork(after_in_child=_template.forget)
atexit.register(_template.close)
