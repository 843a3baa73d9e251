"""What the password of role `log` alone cannot do: leave room in the log, or say of old that nothing waits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chengxin.ledger.tests.log.conftest import Log

pytestmark = pytest.mark.database
Write = Callable[..., Any]
Connect = Callable[[str], psycopg.Connection[Any]]


def test_role_log_leaves_no_place_empty(log: Log, write: Write, connect: Connect) -> None:
    """Exactly what was taken, spread over two bundles with room between: leaves could be put there later."""
    sequencer, thief = log.sequencer(), connect("log")
    sequencer.begin()
    write(4)
    row = thief.execute("select entries from cx.ledger_log_take_v1(%s, 10, 100)", [sequencer.holder]).fetchone()
    assert row is not None
    data = bytes(row[0])
    with pytest.raises(psycopg.Error) as caught:
        thief.execute(
            "select cx.ledger_log_append_v1(%s, 0, 259, sha256('x'), 'x', '{-1,-1}', '{0,1}', '{1,3}', %b::bytea[])",
            [sequencer.holder, [data[:35], data[35:]]],
        )
    assert caught.value.diag.constraint_name == "LOG-04"
    assert log.state("size") == 0


def test_role_log_says_of_no_old_snapshot_that_nothing_waits(log: Log, write: Write, connect: Connect) -> None:
    sequencer, thief = log.sequencer(), connect("log")
    sequencer.begin()
    thief.execute("begin isolation level repeatable read")
    thief.execute("select 1")
    write(1)
    with pytest.raises(psycopg.Error) as caught:
        thief.execute("select * from cx.ledger_log_take_v1(%s, 10, 100)", [sequencer.holder])
    assert caught.value.diag.constraint_name == "SESSION-04"
    thief.execute("rollback")
