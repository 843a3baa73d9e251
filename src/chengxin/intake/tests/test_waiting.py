"""The list of held rows: what nobody decided, at a cost that what was decided does not raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from chengxin.intake import api
from chengxin.kernel.errors import Refused
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


def test_whoever_comes_too_late_reads_what_the_other_decided(
    citizen: Any, officer: Any, reviewer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    imported = api.import_file(officer.token, csv_of([penalty("别的名字", citizen.number)]), item="XZCF")
    row = next(row for row in api.held(reviewer.token, limit=10_000) if row.batch == imported.batch)
    address = f"/intake/held/{row.batch}/{row.source_row}/"
    typed = {"step": "decide", "outcome": "released", "reasons": "户口簿上有曾用名。"}
    assert api.held_decided(reviewer.token, row.batch, row.source_row) is None
    api.decide(reviewer.token, row.batch, row.source_row, outcome="refused", reasons="报送单位确认号码抄错。")
    found = api.held_decided(reviewer.token, row.batch, row.source_row)
    assert found is not None
    assert (found.doc_no, found.outcome, bool(found.post)) == (row.doc_no, "refused", True)
    with pytest.raises(Refused, match="DUTY-01"):
        api.held_decided(officer.token, row.batch, row.source_row)
    late = [reviewer.client.post(address, typed)]
    monkeypatch.setattr(api, "held_row", lambda *_: row)  # decided between reading the row and deciding
    late.append(reviewer.client.post(address, typed))
    for answer in late:
        text = answer.content.decode()
        assert answer.status_code == 404
        for said in (row.doc_no, "<strong>不予记入</strong>", f"{found.organisation_name} {found.post}"):
            assert said in text
        assert "您写的，没有提交" in text
        assert typed["reasons"] in text
        assert "号码抄错" not in text  # the other's reasons are the case's, not the page's
