"""The figures above the desk of letters: right by construction, and as cheap in a large city as in a small one."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic, sleep
from typing import Any

import psycopg
import pytest
from django.db import connections

from chengxin.kernel.errors import ChengxinError
from chengxin.ledger.api import act, scalar, today
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


WAITS = "select true from pg_stat_activity a where %s = any (pg_blocking_pids(a.pid))"


def behind(owner: psycopg.Connection[Any], first: psycopg.Connection[Any]) -> None:
    """Until somebody waits for what the first has not committed."""
    until = monotonic() + 20
    while owner.execute(WAITS, [first.info.backend_pid]).fetchone() is None:
        assert monotonic() < until, "nobody waits"
        sleep(0.02)


def test_two_kinds_of_evidence_at_the_same_moment_count_a_letter_once(
    citizen: Any, notice_officer: Any, connect: Callable[[str], psycopg.Connection[Any]]
) -> None:
    """Each sees its own evidence alone, unless the second counts after the first is committed."""
    owner, before = connect("owner"), None
    (letter,) = notice.letters(self_look(citizen.token))
    before = now_of(owner, notice_officer.token)
    both = (connect("owner"), connect("owner"))
    for one, (channel, event) in zip(both, (("in_app", "opened"), ("post", "delivered")), strict=True):
        one.autocommit = False
        one.execute(
            "insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, reason, at, on_date, digest) "
            "select person, gen_random_uuid(), act, letter, %s, 1, %s, 'self', now(), issued_on, sha256('x') "
            "from cx.notice_letter where person = %s",
            [channel, event, citizen.person],
        )
    count = "select cx.notice_count_served_v1(%s, %s)"
    both[0].execute(count, [citizen.person, letter.letter])
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(both[1].execute, count, [citizen.person, letter.letter])
        behind(owner, both[0])
        both[0].commit()
        second.result(timeout=20)
    both[1].commit()
    assert added(owner, notice_officer.token, before) == (0, 1)


def test_a_letter_that_is_opened_while_its_receipt_comes_in_counts_once(office: Office, notice_officer: Any) -> None:
    """Through the doors: the opening is under way, the report of the post waits for it, and serves nothing any more."""
    office.reach()
    office.run()
    while ("post", 1, "sent", "") not in office.events():
        office.later(1)
    before = now_of(office.owner, notice_officer.token)
    look = self_look(office.citizen.token)
    (record,), letter = records.own(look), office.letter()
    digest = notice.body(record, identity(look).name, today=today()).digest()

    def report() -> None:
        try:
            office.later(2)
        finally:
            connections.close_all()

    with (
        ThreadPoolExecutor(1) as pool,
        act(office.citizen.token, activity="notice.open", case=digest.hex(), person=office.citizen.person) as line,
    ):
        scalar(
            "select cx.notice_serve_v1(%s::uuid, %s::uuid, %s::uuid, %s::integer, %s::date, %s::bytea, %s::bytea)",
            [office.citizen.person, letter.letter, line, record.seq + 1, today() + timedelta(30), digest, b"x"],
        )
        second = pool.submit(report)
        behind(office.owner, connections["default"].connection)
    second.result(timeout=20)
    assert ("post", 1, "delivered", "self") in office.events()
    assert office.letter().channel == "in_app"
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
