"""The reviewer's list: what is open, page by page, at a cost that what is decided does not raise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chengxin.kernel.pages import PAGE
from chengxin.ledger.tests.cost import alike, blocks
from chengxin.redress import api
from chengxin.redress.tests.test_rules_redress import objected, served, the_record

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]
OPEN = (
    "select o.person, o.objection, o.ground, o.filed_on, o.case_no from cx.redress_objection o where not exists ("
    "select from cx.redress_decision d where d.person = o.person and d.objection = o.objection) and o.person = %s"
)
QUEUE = "select * from cx.redress_queue_v1(%s::bytea, '', 51, 0)"


def listed(owner: psycopg.Connection[Any], person: object) -> list[Any]:
    return owner.execute("select * from cx.redress_open where person = %s", [person]).fetchall()


def test_the_list_of_open_cases_is_what_nobody_decided(citizen: Any, reviewer: Any, connect: Connect) -> None:
    owner = connect("owner")
    assert listed(owner, citizen.person) == []
    filed = objected(citizen, served(citizen))
    assert listed(owner, citizen.person) == owner.execute(OPEN, [citizen.person]).fetchall() != []
    case = next(one for one in api.queue(reviewer.token) if one.case_no == filed.case_no)
    assert api.queued(reviewer.token, case.objection) == case
    assert case.decide_by == filed.decide_by
    api.decide(reviewer.token, case, the_record(citizen), outcome="upheld", reasons="查明情况。\n认定依据不足，撤销。")
    assert listed(owner, citizen.person) == owner.execute(OPEN, [citizen.person]).fetchall() == []
    assert api.queued(reviewer.token, case.objection) is None
    assert all(one.objection != case.objection for one in api.queue(reviewer.token))


def test_the_list_is_paged_on_the_server(citizen: Any, reviewer: Any, connect: Connect) -> None:
    objected(citizen, served(citizen))
    every = [one.objection for one in api.queue(reviewer.token)]
    pages = -(-len(every) // PAGE)
    found: list[str] = []
    for number in range(1, pages + 1):
        text = reviewer.client.get(f"/cases/?page={number}").content.decode()
        found += [str(one) for one in every if f'class="row" href="/cases/{one}/"' in text]
        assert ("下一页" in text) is (number < pages)
        assert ("上一页" in text) is (number > 1)
    assert found == [str(one) for one in every]
    assert "这一页没有异议" in reviewer.client.get(f"/cases/?page={pages + 1}").content.decode()
    assert [one.objection for one in api.queue(reviewer.token, 1, skip=len(every) - 1)] == every[-1:]


def test_decided_cases_cost_the_list_nothing(citizen: Any, reviewer: Any, connect: Connect) -> None:
    objected(citizen, served(citizen))
    owner = connect("owner")
    before = blocks(owner, QUEUE, [reviewer.token])
    with owner.transaction(force_rollback=True):
        owner.execute(
            "with many as (select o.*, gen_random_uuid() as p, gen_random_uuid() as i from cx.redress_objection o, "
            "generate_series(1, 4000) where o.person = %s), put as (insert into cx.redress_objection select p, i, act, "
            "record, case_no, ground, statement, false, filed_at, filed_on - 30 from many) insert into "
            "cx.redress_decision select p, i, act, 'rejected', statement, filed_at, filed_on from many",
            [citizen.person],
        )
        # An anti-join over all that ever were touches hundreds of blocks more.
        assert alike(before, blocks(owner, QUEUE, [reviewer.token]))


def test_only_a_reviewer_reads_the_list(citizen: Any, clerk: Any) -> None:
    from chengxin.kernel.errors import Refused

    for actor in (citizen, clerk):
        for read in (api.queue, lambda token: api.queued(token, citizen.person)):
            with pytest.raises(Refused, match="DUTY-01"):
                read(actor.token)
