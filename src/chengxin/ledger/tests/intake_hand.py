"""What the tests of an adversary on intake share: a batch filled by hand, deeds side by side, a file sent."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.ledger.tests.test_findings import _yesterday, own
from chengxin.operate.generate import departments
from chengxin.people.api import console_session, ring, self_look, traces
from conftest import penalty

Db = psycopg.Connection[Any]
Connect = Callable[[str], Db]
Send = Callable[..., Any]
REASONS = "经核对决定书，确认无误。"
DECIDE = "select cx.intake_decide_v1(%s::bytea, gen_random_uuid(), %s, 1, %s, %s, 1)"
ADMIT = "select cx.intake_admit_v1(%s::bytea, %s::uuid, %s::uuid, 1, 1, 9)"


def acted(db: Db, token: bytes, activity: str, sql: str, params: list[Any]) -> str | None:
    """A statement under an act of one's own, its id as first parameter; the rule that refuses it, or None."""
    line = uuid4()
    try:
        with db.transaction():
            db.execute("select cx.ledger_own_act_v1(%s::bytea, %s::uuid, %s, '')", [token, line, activity])
            db.execute(sql.encode(), [line, *params])
    except psycopg.Error as error:
        return error.diag.constraint_name or error.sqlstate
    return None


class Hand:
    """A batch of penalties filled by hand: what whoever holds web's password and an officer's session can do."""

    def __init__(self, db: Db, token: bytes, declared: int = 1, item: str = "XZCF", version: int = 1) -> None:
        self.db, self.token, self.batch = db, token, uuid4()
        sql = "select cx.intake_open_v1(p_act => %s, p_batch => %s, p_item => %s, p_version => %s, p_kind => 'report', p_channel => 'command', p_digest => %s, p_form => 'CSV', p_declared => %s)"
        assert (
            acted(db, token, "intake.open", sql, [self.batch, item, version, secrets.token_bytes(32), declared]) is None
        )

    def stage(self, run: UUID, **changes: Any) -> None:
        on = today() - timedelta(days=5)
        given = {
            "run": run, "batch": self.batch, "source_row": 1, "hmac": secrets.token_bytes(32), "pair": secrets.token_bytes(32),
            "id_type": "citizen", "candidate": uuid4(), "dek": b"k", "identity": b"i", "record": uuid4(), "authority": "a",
            "authority_name": "机关", "doc_no": f"文〔2026〕{uuid4()}号", "decided_on": on, "severity": "GENERAL",
            "display_end": on + timedelta(days=300), "retained_until": on + timedelta(days=1000), "plain": Jsonb({}),
            "sealed": b"x", "content": secrets.token_bytes(32), "fingerprint": secrets.token_bytes(32), "reason": "",
        } | changes  # fmt: skip
        columns, marks = ", ".join(given), ", ".join(["%s"] * len(given))
        self.db.execute(f"insert into cx.records_stage ({columns}) values ({marks})".encode(), list(given.values()))

    def staged(self, *rows: dict[str, Any]) -> UUID:
        run = uuid4()
        for at, row in enumerate(rows, 1):
            self.stage(run, **({"source_row": at} | row))
        return run

    def admit(self, *rows: dict[str, Any], undo: bool = False) -> psycopg.Error | None:
        try:
            with self.db.transaction(force_rollback=undo):
                self.db.execute(ADMIT.encode(), [self.token, self.batch, self.staged(*rows)])
        except psycopg.Error as error:
            return error
        return None

    def outcomes(self) -> dict[int, str]:
        """What the store said of rows beyond 'accepted'."""
        sql = "select * from cx.intake_outcomes_v1(%s::bytea, %s::uuid, 1, 99, '{}')"
        return dict(self.db.execute(sql, [self.token, self.batch]).fetchall())

    def close(self, refused: int = 0) -> str | None:
        sql = "select cx.intake_close_v1(p_act => %s, p_batch => %s, p_refused => %s, p_ignored => 0, p_on_time => 0)"
        return acted(self.db, self.token, "intake.close", sql, [self.batch, refused])


@contextmanager
def meanwhile(deed: Callable[[], Any], ahead: float = 1) -> Iterator[list[Any]]:
    """Start a deed, by seconds ahead of the block that it waits for; what it answered stands in the list afterwards."""
    from django.db import connections

    said: list[Any] = []

    def run() -> None:
        try:
            said.append(deed())
        except Refused as refusal:
            said.append(refusal.code)
        except Exception as error:  # what must not happen is the answer of the test
            said.append(repr(error))
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    time.sleep(ahead)
    try:
        yield said
    finally:
        thread.join()


def of(citizen: Any, **changes: Any) -> dict[str, Any]:
    """Columns of a staged row about a citizen, with the right name."""
    number = citizen.number
    pair = ring().pair_index("citizen", number, citizen.name)
    return {"hmac": ring().blind_index("citizen", number), "pair": pair} | changes


def the_row(citizen: Any, **changes: str) -> dict[str, str]:
    return penalty(citizen.name, citizen.number, CF_WSH=own(citizen).doc_no) | changes


def removed(citizen: Any, send: Send) -> dict[str, str]:
    """Withdraw the citizen's record; the row that brought it."""
    row = the_row(citizen)
    columns = ("MC", "ZJLX", "ZJHM")
    keys = (*(f"CF_XDR_{name}" for name in columns), "CF_WSH", "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM")
    assert send({key: row[key] for key in keys} | {"CX_YY": "报送错误"}, kind="withdraw").result.accepted == 1
    return row


def second() -> tuple[bytes, dict[str, str]]:
    """The officer of another department, and its columns as a source."""
    return console_session("officer2"), {"CF_SJLY": departments()[1].name, "CF_SJLYDM": departments()[1].uscc}


def codes(imported: Any) -> list[str]:
    return [finding.code for finding in (*imported.result.errors, *imported.result.held_rows)]


def lines(citizen: Any) -> int:
    return sum(trace.line == "act" for trace in traces(self_look(citizen.token), _yesterday()))
