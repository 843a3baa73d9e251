"""The desk's lists: what waits is what nobody decided, page by page, and what was decided costs them nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chengxin.belonging import api
from chengxin.belonging.tests.desk import Desk
from chengxin.ledger.tests.cost import alike, blocks
from conftest import fresh_person

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]
LISTED = "select case_no from cx.belonging_waiting where person = %s"
FACTS = "select m.case_no from cx.belonging_matter m where m.person = %s and cx.belonging_open_v1(m.person, m.matter)"
MANY = (
    "with many as (select m.*, gen_random_uuid() as p, gen_random_uuid() as i from cx.belonging_matter m, "
    "generate_series(1, 3000) where m.person = %s), put as (insert into cx.belonging_matter (person, matter, act, case_no, kind, "
    "origin, origin_ref, record, seq, other, id_hmac, pair_hmac, sealed, proposed_at, proposed_on) select p, i, act, case_no, "
    "kind, origin, origin_ref, record, seq, other, id_hmac, pair_hmac, sealed, proposed_at, proposed_on from many) "
    "insert into cx.belonging_decision select p, i, act, 'refused', sealed, proposed_at, proposed_on from many"
)


def test_what_waits_is_what_nobody_decided(citizen: Any, desk: Desk, connect: Connect) -> None:
    owner, about = connect("owner"), [citizen.person]
    case_no = desk.propose(citizen, fresh_person())
    assert owner.execute(LISTED, about).fetchall() == owner.execute(FACTS, about).fetchall() == [(case_no,)]
    found = desk.queued(case_no)
    assert api.queued(desk.one.token, found.matter) is not None
    with owner.transaction(force_rollback=True):
        lists = "cx.belonging_queue_v1(%s::bytea, 51, 0)", "cx.belonging_decided_v1(%s::bytea, 20)"
        owner.execute(MANY, about)
        before = [blocks(owner, f"select * from {one}", [desk.one.token]) for one in lists]
        owner.execute(MANY, about)
        after = [blocks(owner, f"select * from {one}", [desk.one.token]) for one in lists]
        assert all(map(alike, before, after))
    desk.decide(case_no, "refused")
    assert owner.execute(LISTED, about).fetchall() == owner.execute(FACTS, about).fetchall() == []
    assert api.queued(desk.one.token, found.matter) is None
    assert api.decided(desk.one.token, 1)[0].case_no == case_no


def test_each_list_of_the_desk_is_paged(desk: Desk, citizen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    matter = desk.queued(desk.propose(citizen, fresh_person()))
    monkeypatch.setattr(api, "queue", lambda _, limit, *, skip: ([matter] * 51)[skip : skip + limit])
    text = desk.one.client.get("/persons/").content.decode()
    assert "50 件</span>以上的归属事项" in text
    assert text.count(f"/persons/{matter.matter}/") == 50
    assert 'href="?page=2">下一页' in text
    text = desk.one.client.get("/persons/?page=2").content.decode()
    assert text.count(f"/persons/{matter.matter}/") == 1
    assert 'href="?page=1">上一页' in text
