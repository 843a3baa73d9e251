"""The figures above the desk of letters: right by construction, and as cheap in a large city as in a small one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chengxin.kernel.errors import ChengxinError
from chengxin.ledger.api import today
from chengxin.ledger.tests.cost import alike, blocks
from chengxin.notice import api as notice
from chengxin.notice import undelivered as door
from chengxin.notice.tests.office import Office
from chengxin.people.api import identity, self_look
from chengxin.records import api as records

pytestmark = pytest.mark.database
FACTS = (
    "select (select count(*) from cx.notice_letter)::int, (select count(distinct (e.person, e.letter)) "
    "from cx.notice_evidence e where e.event = 'opened' or (e.channel in ('post', 'public') and e.event = 'delivered'))::int"
)
MANY = (
    "with many as (select l.*, gen_random_uuid() as p, gen_random_uuid() as i from cx.notice_letter l, "
    "generate_series(1, 2000) where l.person = %s), put as (insert into cx.notice_letter select p, i, act, record, "
    "record_version, template, issued_at, issued_on from many), told as (insert into cx.notice_evidence (person, evidence, "
    "act, letter, channel, attempt, event, at, on_date, digest) select p, gen_random_uuid(), act, i, 'in_app', 1, 'opened', "
    "issued_at, issued_on, sha256('x') from many) insert into cx.notice_open select p, i, issued_on, issued_on, false from many"
)


def added(owner: psycopg.Connection[Any], token: bytes, before: tuple[Any, ...]) -> tuple[int, ...]:
    """How much the figures grew, which is how much the facts did. Tests that write as owner count in neither."""
    now = now_of(owner, token)
    grown = tuple(new - old for new, old in zip(now, before, strict=True))
    assert grown[:2] == grown[2:]
    return grown[:2]


def now_of(owner: psycopg.Connection[Any], token: bytes) -> tuple[int, ...]:
    facts, told = owner.execute(FACTS).fetchone(), door.counts(token)
    assert facts is not None
    return (*facts, told.issued, told.served)


def test_a_letter_that_is_opened_counts_once(
    make_citizen: Callable[..., Any], notice_officer: Any, connect: Callable[[str], psycopg.Connection[Any]]
) -> None:
    owner, token = connect("owner"), notice_officer.token
    make_citizen()  # the letters of what other tests left undone go out with the first
    before = now_of(owner, token)
    one, _ = make_citizen(), make_citizen()
    assert added(owner, token, before) == (2, 0)
    look = self_look(one.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    body = notice.body(record, identity(look).name, today=today())
    notice.open_letter(one.token, one.person, letter, record, body)
    assert added(owner, token, before) == (2, 1)
    with pytest.raises(ChengxinError):  # opened before
        notice.open_letter(one.token, one.person, letter, record, body)
    assert added(owner, token, before) == (2, 1)


def test_a_letter_that_is_signed_for_counts_once(office: Office, notice_officer: Any) -> None:
    before = now_of(office.owner, notice_officer.token)
    office.reach()
    office.run()
    office.later(9)
    assert office.letter().channel == "post"
    assert added(office.owner, notice_officer.token, before) == (0, 1)


def test_letters_of_years_cost_the_desk_nothing(
    citizen: Any, notice_officer: Any, connect: Callable[[str], psycopg.Connection[Any]]
) -> None:
    owner, token = connect("owner"), notice_officer.token
    figures, desk = (
        "select * from cx.notice_counts_v1(%s::bytea)",
        "select * from cx.notice_desk_v1(%s::bytea, null, 50, 0)",
    )
    with owner.transaction(force_rollback=True):
        owner.execute(MANY, [citizen.person])
        first = [blocks(owner, sql, [token]) for sql in (figures, desk)]
        owner.execute("analyze cx.notice_open")
        for _ in range(3):
            owner.execute(MANY, [citizen.person])
        second = [blocks(owner, sql, [token]) for sql in (figures, desk)]
    # The figures still count what is on its way; all letters and all evidence were more than a thousand blocks.
    assert second[0] <= first[0] + 120
    assert alike(first[1], second[1])
