"""The pumps: look before read, one bad row fails alone, nothing is read without knowing that the look is committed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from chengxin.kernel.errors import Refused, Unavailable
from chengxin.lookup import pump as module
from chengxin.lookup.pump import CHECK, LOOK, Pump, Question, Row

NOTHING: Row = (False, *[None] * 7)


class Rule(psycopg.IntegrityError):
    """A refusal of the database with a rule's code; its text holds what must never be told."""

    def __init__(self, code: str) -> None:
        super().__init__("DETAIL: Failing row contains (张三)")
        self._code = code

    @property
    def diag(self) -> Any:
        return type("Diagnostic", (), {"constraint_name": self._code})()


class Database:
    """A database as the pumps see it: what was asked in which order, and what goes wrong."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int]] = []
        self.refuse_look: set[str] = set()
        self.refuse_read: set[UUID] = set()
        self.break_at: str = ""
        self.broken_connects = 0
        self.connections = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def connect(self) -> Any:
        self.connections += 1
        if self.broken_connects:
            self.broken_connects -= 1
            raise psycopg.OperationalError("no")
        return Connection(self)


class Connection:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.closed = False

    async def __aenter__(self) -> Connection:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.closed = True

    async def execute(self, statement: str, parameters: Sequence[list[Any]], **_: object) -> Cursor:
        kind = {LOOK: "look", CHECK: "read"}[statement]
        self.database.asked.append((kind, len(parameters[0])))
        await self.database.gate.wait()
        if self.database.break_at == kind:
            self.database.break_at = ""
            self.closed = True
            raise psycopg.OperationalError("server closed the connection: 张三")
        if kind == "look":
            if self.database.refuse_look & set(parameters[5]):
                raise Rule("LOOK-04")
            return Cursor([([uuid4() for _ in parameters[0]],)])
        assert None not in parameters[1], "read without a committed look"
        if self.database.refuse_read & set(parameters[2]):
            raise Rule("LOOK-01")
        return Cursor([(number, *NOTHING) for number, _ in enumerate(parameters[0], 1)])


class Cursor:
    def __init__(self, rows: list[Any]) -> None:
        self.rows = rows

    async def fetchone(self) -> Any:
        return self.rows[0]

    async def fetchall(self) -> list[Any]:
        return self.rows


def question(case: str = "case") -> Question:
    return Question(b"t", uuid4(), b"i", b"p", "P", case, asyncio.get_running_loop().create_future())


def run(work: Callable[[Pump, Database], Awaitable[None]], **options: int) -> Database:
    async def main() -> Database:
        database = Database()
        pump = Pump(database.connect, **options)
        await pump.start()
        try:
            await asyncio.wait_for(work(pump, database), 60)
        finally:
            await pump.stop()
        return database

    return asyncio.run(main())


async def gathered(pump: Pump, questions: list[Question]) -> list[Any]:
    return await asyncio.gather(*(pump.ask(one) for one in questions), return_exceptions=True)


def test_waiting_questions_share_one_look_and_one_read() -> None:
    async def work(pump: Pump, _: Database) -> None:
        assert await gathered(pump, [question() for _ in range(40)]) == [[NOTHING]] * 40

    assert run(work).asked == [("look", 40), ("read", 40)]


def test_no_batch_is_larger_than_allowed() -> None:
    async def work(pump: Pump, _: Database) -> None:
        assert len(await gathered(pump, [question() for _ in range(25)])) == 25

    database = run(work, batch=10, tasks=1)
    assert [size for kind, size in database.asked if kind == "look"] == [10, 10, 5]


def test_one_refused_look_fails_alone_and_is_never_read() -> None:
    async def work(pump: Pump, database: Database) -> None:
        database.refuse_look = {"bad"}
        asked = [question("bad" if number == 13 else "good") for number in range(32)]
        answers = await gathered(pump, asked)
        assert [number for number, one in enumerate(answers) if isinstance(one, Refused)] == [13]
        assert answers[13].code == "LOOK-04"
        assert asked[13].person is None

    database = run(work)
    assert ("read", 31) in database.asked
    assert len(database.asked) < 15, "halved, not retried one by one"


def test_one_refused_read_fails_alone() -> None:
    async def work(pump: Pump, database: Database) -> None:
        asked = [question() for _ in range(8)]
        database.refuse_read = {asked[2].look}
        answers = await gathered(pump, asked)
        assert [number for number, one in enumerate(answers) if isinstance(one, Refused)] == [2]

    run(work)


@pytest.mark.parametrize("kind", ["look", "read"])
def test_a_lost_connection_fails_its_batch_and_the_next_is_answered(
    kind: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []

    async def at_once(seconds: float) -> None:
        pauses.append(seconds)

    async def work(pump: Pump, database: Database) -> None:
        database.break_at, database.broken_connects = kind, 2
        answers = await gathered(pump, [question() for _ in range(5)])
        assert [type(one) for one in answers] == [Unavailable] * 5
        assert database.asked[-1][0] == kind, "nothing is read when it is not known whether the look was committed"
        while not pump.healthy:
            await settle()
        assert await pump.ask(question()) == [NOTHING]

    settle = _settle
    monkeypatch.setattr(asyncio, "sleep", at_once)
    with caplog.at_level(logging.DEBUG):
        database = run(work, tasks=1)
    assert database.connections == 4
    assert pauses == sorted(pauses)
    assert "张三" not in caplog.text


async def _settle() -> None:
    """Let every other task run once."""
    moment = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(moment.set_result, None)
    await moment


def test_a_full_queue_is_refused_at_once() -> None:
    async def work(pump: Pump, database: Database) -> None:
        database.gate.clear()
        first = asyncio.gather(*(pump.ask(question()) for _ in range(3)))
        await _settle()
        await _settle()
        waiting = [asyncio.ensure_future(pump.ask(question())) for _ in range(4)]
        await _settle()
        with pytest.raises(Unavailable):
            await pump.ask(question())
        database.gate.set()
        assert len([*await first, *await asyncio.gather(*waiting)]) == 7

    run(work, tasks=1, queue=4)


def test_stopping_tells_those_who_wait() -> None:
    async def main() -> None:
        database = Database()
        pump = Pump(database.connect, tasks=1)
        await pump.start()
        database.gate.clear()
        asked = [asyncio.ensure_future(pump.ask(question())) for _ in range(3)]
        await _settle()
        await _settle()
        await pump.stop()
        assert [type(one) for one in await asyncio.gather(*asked, return_exceptions=True)] == [Unavailable] * 3

    asyncio.run(main())


def test_only_a_rules_code_leaves_a_database_error() -> None:
    assert str(module.refused(Rule("LOOK-05"))) == "LOOK-05"
    assert str(module.refused(Rule("ledger_register_pkey"))) == "SIGNATURE-05"
    assert module.refused(psycopg.OperationalError("张三")) is None
    assert str(module.refused(psycopg.DataError("张三"))) == "REQUEST-01"
