"""Micro-batching of registered look-ups (合并登记查询): waiting requests share one commit of their looks and one read.

A pump takes what is waiting (at most 256), registers all looks in one statement that commits by itself, and only then
reads the answers in a second one. Each row is judged by its own session, purpose and look inside the database. Where a
statement is refused it is halved until the refused row stands alone, so that only that one fails. A lost connection
fails its batch: whether the looks were committed is not known, and nothing is read without knowing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, LiteralString
from uuid import UUID

import psycopg

from chengxin.kernel.errors import Refused, Unavailable

Row = tuple[Any, ...]
COLUMNS: Final = ("record", "item", "authority_name", "doc_no", "decided_on", "severity", "display_end")
LOOK: Final[LiteralString] = (
    "select cx.lookup_look_v1(%b::bytea[], %b::uuid[], %b::bytea[], %b::bytea[], %b::text[], %b::text[])"
)
CHECK: Final[LiteralString] = (
    "select ord, found, record, item, authority_name, doc_no, decided_on, severity, display_end "
    "from cx.lookup_check_v1(%b::bytea[], %b::uuid[], %b::uuid[], %b::bytea[])"
)
# A plan for any size of batch: making one for each batch would cost more than running it.
# Commit and isolation are stated, so that no default somebody left on the role makes a look less than committed.
_OPTIONS = (
    "-c plan_cache_mode=force_generic_plan -c statement_timeout={} -c synchronous_commit=on "
    "-c default_transaction_isolation=read\\ committed"
)
_REFUSALS = (psycopg.IntegrityError, psycopg.DataError)
_RULE = re.compile(r"[A-Z]+-\d\d")
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Question:
    """One look-up on its way: who asks (`token`), for what, about whom, and the look's id."""

    token: bytes
    look: UUID
    index: bytes = field(repr=False)
    pair: bytes = field(repr=False)
    purpose: str
    case_ref: str
    answer: asyncio.Future[list[Row]]
    person: UUID | None = None


Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]


class Pump:
    """Permanent tasks on their own connections.

    Args:
        connect: opens one connection of role `web`, autocommit.
        tasks: pumps; with two, one batch is read while the next is registered.
        batch: most rows of one statement.
        queue: most questions waiting; more are refused at once.
    """

    def __init__(self, connect: Connect, *, tasks: int = 2, batch: int = 256, queue: int = 2048) -> None:
        self._connect = connect
        self._batch = batch
        self._queue = queue
        self._waiting: deque[Question] = deque()
        self._wake = asyncio.Event()
        self._turn = asyncio.Lock()
        self._size = tasks
        self._alive = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Open every connection, then begin. Raises psycopg.Error where the database does not answer."""
        for connection in [await self._connect() for _ in range(self._size)]:
            self._tasks.append(asyncio.create_task(self._run(connection)))
        await asyncio.sleep(0)  # every task now holds its connection and will close it

    async def stop(self) -> None:
        """End the pumps; who still waits is told that nothing can be answered."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        _fail(self._waiting, Unavailable)
        self._waiting.clear()

    @property
    def healthy(self) -> bool:
        """Whether any pump has a connection."""
        return self._alive > 0

    async def ask(self, question: Question) -> list[Row]:
        """Register the look, read, and give the rows of this question (columns: found, then `COLUMNS`).

        Raises:
            Refused: the rule that said no for this row.
            Unavailable: no database, or too many are waiting.
        """
        if not self._alive or len(self._waiting) >= self._queue:
            raise Unavailable
        self._waiting.append(question)
        self._wake.set()
        return await question.answer

    async def _run(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            async with connection:
                self._alive += 1
                try:
                    while not connection.closed:
                        await self._serve(connection)
                finally:
                    self._alive -= 1
            _log.warning("database connection lost")
            if not self._alive:
                _fail(self._waiting, Unavailable)
                self._waiting.clear()
            connection = await self._reconnect()

    async def _take(self) -> list[Question]:
        while not self._waiting:
            self._wake.clear()
            await self._wake.wait()
        return [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]

    async def _reconnect(self) -> psycopg.AsyncConnection[Any]:
        pause = 0.1
        while True:
            with contextlib.suppress(psycopg.Error):
                return await self._connect()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)

    async def _serve(self, connection: psycopg.AsyncConnection[Any]) -> None:
        batch: list[Question] = []
        try:
            # One registers while another reads. Two that register would only wait for each other at the quota's row,
            # and share what is waiting into halves that cost more.
            async with self._turn:
                batch = await self._take()
                await self._step(connection, batch, _register)
            # Only questions whose look is committed have a person to read with.
            await self._step(connection, [one for one in batch if one.person is not None], _read)
        finally:
            _fail(batch, Unavailable)  # whatever happened, nobody waits for ever

    async def _step(
        self,
        connection: psycopg.AsyncConnection[Any],
        batch: Sequence[Question],
        statement: Callable[[psycopg.AsyncConnection[Any], Sequence[Question]], Awaitable[None]],
    ) -> None:
        """One statement for all, or for each half of them when it was refused."""
        if not batch:
            return
        try:
            await statement(connection, batch)
        except psycopg.Error as error:
            refusal = refused(error)
            if refusal is None:
                # Only the code is said: text and parameters of the error hold personal data.
                _log.warning("look-up failed, SQLSTATE %s", error.sqlstate or "connection")
                _fail(batch, Unavailable)
            elif len(batch) == 1:
                _fail(batch, lambda: refusal)
            else:
                half = len(batch) // 2
                await self._step(connection, batch[:half], statement)
                await self._step(connection, batch[half:], statement)


async def _register(connection: psycopg.AsyncConnection[Any], batch: Sequence[Question]) -> None:
    """Commit one look for each question; the database answers with the person keys to read with."""
    parameters = (
        [one.token for one in batch],
        [one.look for one in batch],
        [one.index for one in batch],
        [one.pair for one in batch],
        [one.purpose for one in batch],
        [one.case_ref for one in batch],
    )
    cursor = await connection.execute(LOOK, parameters, prepare=True, binary=True)
    row = await cursor.fetchone()
    for one, person in zip(batch, row[0] if row else (), strict=True):
        one.person = person


async def _read(connection: psycopg.AsyncConnection[Any], batch: Sequence[Question]) -> None:
    """Read under the committed looks; the database writes what was shown in the same transaction."""
    parameters = (
        [one.token for one in batch],
        [one.person for one in batch],
        [one.look for one in batch],
        [one.pair for one in batch],
    )
    cursor = await connection.execute(CHECK, parameters, prepare=True, binary=True)
    answers: list[list[Row]] = [[] for _ in batch]
    for number, *told in await cursor.fetchall():
        answers[number - 1].append(tuple(told))
    for one, rows in zip(batch, answers, strict=True):
        if not one.answer.done():
            one.answer.set_result(rows)


def refused(error: psycopg.Error) -> Refused | None:
    """The rule behind a database error; None where the database itself is in trouble."""
    name = error.diag.constraint_name or ""
    if name == "ledger_register_pkey":
        return Refused("SIGNATURE-05")  # the look's id is made from key, time and nonce: this request was here before
    if _RULE.fullmatch(name):
        return Refused(name)
    return Refused("REQUEST-01") if isinstance(error, _REFUSALS) else None


def _fail(batch: Iterable[Question], error: Callable[[], Exception]) -> None:
    for one in batch:
        if not one.answer.done():
            one.answer.set_exception(error())


def connector(dsn: str, *, timeout_ms: int = 5000) -> Connect:
    """Opens connections of a pump: autocommit, one plan for every size, and a limit on each statement."""

    async def connect() -> psycopg.AsyncConnection[Any]:
        connection = await psycopg.AsyncConnection.connect(
            dsn, autocommit=True, connect_timeout=10, options=_OPTIONS.format(timeout_ms)
        )
        connection.prepare_threshold = 0
        return connection

    return connect
