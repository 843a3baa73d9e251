"""The other side of ``child``: the template process, and what it forks for every file (校验子进程).

Everything here runs without keys, database and environment. A file is judged under limits of memory and processor time,
in a process that may write no file and leaves no core dump.
"""

from __future__ import annotations

import codecs
import ctypes
import gc
import os
import resource
import select
import signal
import socket
import struct
from contextlib import suppress
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import msgspec

from chengxin.intake.checks.duplicates import Duplicates
from chengxin.intake.checks.plan import Plan, plan_for
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import ItemFacts, OrganisationFacts, RowBlock
from chengxin.intake.judging.judge import judge
from chengxin.intake.judging.seen import seen
from chengxin.intake.reading import Limits, open_table
from chengxin.kernel.areas import area

MEMORY = 1536 * 1024 * 1024
"""Bytes of address space a worker may have (内存上限)."""
HEAD = struct.Struct(">cI")
"""A frame of answers: what it is, and the length of the message that follows."""
OPENED, JUDGED, PICKED, SEEN, END, UNREADABLE, FAILED = b"O", b"J", b"P", b"S", b"E", b"U", b"F"

_FILES = 64  # open ones; importing takes a few
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38


class Opened(msgspec.Struct, frozen=True):
    """What a file turned out to be, see ``reading.Table``; `total` and `ignored` count its rows."""

    format: str
    encoding: str
    columns: tuple[str, ...]
    total: int
    ignored: int
    spelling: str

    @property
    def words(self) -> str:
        """The same for a person: CSV，GB18030，第一代."""
        return "，".join(word for word in (self.format, self.encoding, self.spelling) if word)


class Job(msgspec.Struct):
    """What to judge a file by, see ``child.judged``.

    Attributes:
        wanted: row numbers to hand back as they stand, instead of judging.
        returned: refused rows are handed back as well, for whoever makes a workbook of them.
        shown: so many rows of the beginning are handed back as well, for a screen.
    """

    item: ItemFacts
    organisation: OrganisationFacts | None
    mode: str
    today: date
    kind: str
    limits: Limits
    wanted: frozenset[int] | None = None
    returned: bool = False
    shown: int = 0


class Picked(msgspec.Struct):
    """Some rows of a file as they stand (原样的行): field codes of the columns; numbers and cells of the rows."""

    columns: list[str]
    rows: list[tuple[int, list[str]]]


class Unreadable(msgspec.Struct):
    """An ``UnreadableFile`` on its way to the parent."""

    code: str
    reason: str
    remedy: str


MEMORY_SPENT = Unreadable("INTAKE-02", "校验这个文件需要的内存超过上限", "请拆成几个较小的文件，或另存为 CSV 后上传")
TIME_SPENT = Unreadable("INTAKE-02", "校验这个文件需要的时间超过上限", "请拆成几个较小的文件，或另存为 CSV 后上传")
CRASHED = Unreadable(
    "INTAKE-01", "校验进程异常结束", "请重新上传同一个文件，已经入库的行不会重复；再次出现请联系平台管理员"
)
CHANGED = Unreadable("INTAKE-01", "文件在读取时被改动", "请等文件写完后重新上传")


def serve(control: int) -> NoReturn:
    """Fork for every file until the parent is gone."""
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - their numbers, not paths
        if int(name) > 2 and int(name) != control:
            with suppress(OSError):
                os.close(int(name))
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    _prctl(_PR_SET_DUMPABLE, 0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a watcher ended
    area("320900")  # loads the table, which every worker needs
    for codec in ("utf-8-sig", "gb18030"):
        codecs.lookup(codec)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=control) as line:
        while True:
            message, descriptors, _, _ = socket.recv_fds(line, 1, 4)
            if not message:
                os._exit(0)
            file, job, channel, verdict = descriptors
            template = os.getpid()
            with suppress(OSError):  # no process can be had: the parent hears silence
                prepared = _prepare(os.pread(job, os.fstat(job).st_size, 0))
                if os.fork() == 0:
                    line.close()
                    _watch(template, prepared, file, channel, verdict)
            for descriptor in descriptors:
                os.close(descriptor)


@lru_cache(16)
def _prepare(message: bytes) -> Job | None:
    """The job, and the checks compiled for it: files of an item come again and again, and compiling is slow."""
    try:
        job = msgspec.msgpack.decode(message, type=Job)
    except msgspec.MsgspecError:
        return None  # the worker says so
    with suppress(Exception):  # the worker meets it again
        _plan(job)
    return job


def _plan(job: Job) -> Plan:
    return plan_for(job.item, organisation=job.organisation, mode=job.mode, today=job.today, kind=job.kind)


def _watch(template: int, job: Job | None, file: int, channel: int, verdict: int) -> NoReturn:
    """Start the worker, end it when nobody listens, leave word how it ended."""
    try:
        _die_with(template)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ended, alive = os.pipe()
        watcher = os.getpid()
        worker = os.fork()
        if worker == 0:
            os.close(verdict)
            os.close(ended)
            _work(watcher, job, file, channel)
        for descriptor in (file, channel, alive):
            os.close(descriptor)
        wait = select.poll()
        wait.register(ended, select.POLLIN)
        wait.register(verdict, 0)  # an error there means that the parent is gone
        if ended not in dict(wait.poll()):
            os.kill(worker, signal.SIGKILL)
        _, status = os.waitpid(worker, 0)
        with suppress(BrokenPipeError):
            os.write(verdict, bytes([os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0]))
    finally:
        os._exit(0)


def _work(watcher: int, job: Job | None, file: int, channel: int) -> NoReturn:
    try:
        _die_with(watcher)
        with socket.socket(fileno=channel) as line, os.fdopen(file, "rb") as stream:
            if job is None:
                _send(line, FAILED, b"the definition of the item has a value of the wrong type")
            else:
                _limit(job.limits)
                _send(line, *_judge(stream, job, line))
    finally:
        os._exit(0)


def _send(line: socket.socket, tag: bytes, message: Any) -> None:
    body = message if isinstance(message, bytes) else msgspec.msgpack.encode(message)
    line.sendall(HEAD.pack(tag, len(body)))
    line.sendall(body)


def _judge(stream: BinaryIO, job: Job, line: socket.socket) -> tuple[bytes, Any]:
    """Judge the whole file; the last answer, which says how it went."""
    try:
        table = open_table(stream, item=job.item, limits=job.limits, kind=job.kind)
        opened = Opened(table.format, table.encoding, table.columns, table.total, table.ignored, table.spelling)
        _send(line, OPENED, opened)
        duplicates, rows = Duplicates(), 0
        for block in table.blocks():
            before, rows = rows, rows + len(block.numbers) + len(block.broken)
            if job.wanted is not None:
                _send(line, PICKED, _pick(block, job.wanted))
                continue
            answer = judge(
                block,
                item=job.item,
                organisation=job.organisation,
                mode=job.mode,
                today=job.today,
                kind=job.kind,
                duplicates=duplicates,
            )
            _send(line, JUDGED, answer)
            if job.returned and answer.refused:
                _send(line, PICKED, _pick(block, frozenset(number for number, _ in answer.refused)))
            if before < job.shown:
                _send(line, SEEN, seen(block, answer, plan=_plan(job), most=job.shown))
    except UnreadableFile as error:
        return UNREADABLE, Unreadable(error.code, error.reason, error.remedy)
    except MemoryError:
        return UNREADABLE, MEMORY_SPENT
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:  # the parent raises it again
        return FAILED, _where(error).encode()
    return (END, b"") if rows == table.total else (UNREADABLE, CHANGED)


def _pick(block: RowBlock, wanted: frozenset[int]) -> Picked:
    places = [at for at, number in enumerate(block.numbers) if number in wanted]
    columns = list(block.columns.values())
    return Picked(list(block.columns), [(block.numbers[at], [cells[at] for cells in columns]) for at in places])


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    return f"{type(error).__name__} at {place}"


def _limit(limits: Limits) -> None:
    """No more than this file may need; no core dump, which would hold it."""
    seconds = 60 + (limits.max_rows or 3_000_000) // 1_000
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES, _FILES))


def _die_with(parent: int) -> None:
    _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the wish was heard
        os._exit(1)


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)
