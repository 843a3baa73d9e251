"""The list of held rows: what nobody decided, at a cost that what was decided does not raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chengxin.intake import api
from chengxin.ledger.tests.cost import alike, blocks
from conftest import csv_of, penalty

pytestmark = pytest.mark.database


def test_the_list_is_what_nobody_decided_and_costs_what_waits(
    citizen: Any, officer: Any, reviewer: Any, connect: Callable[[str], Any]
) -> None:
    imported = api.import_file(officer.token, csv_of([penalty("别的名字", citizen.number)]), item="XZCF")
    waiting = next(row for row in api.held(reviewer.token, limit=10_000) if row.batch == imported.batch)
    owner = connect("owner")
    listed = "select count(*) from cx.intake_waiting where batch = %s"
    assert owner.execute(listed, [waiting.batch]).fetchone() == (1,)
    assert api.held_row(reviewer.token, waiting.batch, waiting.source_row) == waiting
    desk = "select * from cx.intake_held_v1(%s::bytea, null, null, 51, 0)"
    before = blocks(owner, desk, [reviewer.token])
    with owner.transaction(force_rollback=True):
        owner.execute(
            "with many as (select h.*, gen_random_uuid() as p, n from cx.intake_held h, generate_series(1, 3000) n "
            "where h.batch = %s), put as (insert into cx.intake_held select p, batch, source_row + n, act, reason, due_on - 30, "
            "row from many) insert into cx.intake_decision select p, batch, source_row + n, act, 'refused', '已经查明。', due_on "
            "from many",
            [waiting.batch],
        )
        assert alike(before, blocks(owner, desk, [reviewer.token]))
    api.decide(
        reviewer.token,
        waiting.batch,
        waiting.source_row,
        outcome="refused",
        reasons="与报送单位核对，文书和证件不一致。",
    )
    assert owner.execute(listed, [waiting.batch]).fetchone() == (0,)
    assert api.held_row(reviewer.token, waiting.batch, waiting.source_row) is None
