"""The lists of the catalog's desks turn on the server: a page of what waits, of what was decided, of all items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.test import Client

from chengxin.catalog import api
from chengxin.catalog.tests.material import Desk, account, day, definition
from chengxin.kernel import pages
from chengxin.people.api import COOKIE, console_session

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]
BROUGHT = (
    "with made as (insert into cx.catalog_calendar select gen_random_uuid(), year, title, '翻页', issued_on, source, rest_first, "
    "rest_last, rest_name, work, reason from cx.catalog_calendar limit 1 returning id), step as ("
    "insert into cx.catalog_calendar_step select m.id, s.seq, s.f, s.t, s.a, gen_random_uuid(), gen_random_uuid(), 'x', "
    "statement_timestamp(), null, '' from made m cross join (values (1, '', 'proposed', 'calendar.propose'), "
    "(2, 'proposed', 'withdrawn', 'calendar.withdraw')) as s(seq, f, t, a)) select id from made"
)
"""A notice that was entered and taken back, in whatever year the tests run."""


def browser(token: bytes) -> Client:
    made = Client()
    made.cookies[COOKIE] = token.hex()
    return made


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def turn(client: Client, address: str, name: str) -> list[str]:
    """Every page of a list, the newest first, as long as a link leads on."""
    found = [read(client, address)]
    while f'href="?{name}={len(found) + 1}">下一页' in found[-1]:
        found.append(read(client, f"{address}?{name}={len(found) + 1}"))
    return found


def test_tasks_drafts_and_items_turn(home: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, owner, note = Desk(home), connect("owner"), uuid4().hex
    drafts = [api.new_draft(desk.editor, definition()) for _ in range(3)]
    code, number = desk.published(definition())
    owner.execute(
        "insert into cx.catalog_task (item, version, kind, ends_on, due_on, opened_on, closed_on, note) select %s, %s, k, o - n, o, o, c, "
        "%s from (values (1, 'basis_ended', null), (2, 'basis_ends_soon', null), (3, 'basis_ended', date '2026-01-01')) as t(n, k, c), "
        "(select cx.ledger_today_v1() as o) d",
        [code, number, note],
    )
    try:
        every = api.tasks(desk.editor)
        still = [one for one in every if one.closed_on is None]
        assert api.tasks(desk.editor, still_open=True) == still
        assert len(still) < len(every)
        assert api.tasks(desk.editor, 1, skip=1, still_open=True) == still[1:2]
        monkeypatch.setattr(pages, "PAGE", 2)
        for client, at in ((browser(desk.editor), "desk"), (browser(desk.approver), "approve")):
            texts = turn(client, f"/catalog/{at}/", "page")
            assert [text.count("，最后一天 ") for text in texts[:-1]] == [2] * (len(texts) - 1)
            assert sum(text.count(f"{note}，最后一天 ") for text in texts) == 2
            assert "以上的事要办" in texts[0] or len(texts) == 1
            texts = turn(client, f"/catalog/{at}/", "working")
            for one in drafts:
                assert (
                    sum(f'href="/catalog/{at}/{one[0]}/{one[1]}/"' in text.partition('id="all"')[0] for text in texts)
                    == 1
                )
            listed = turn(client, f"/catalog/{at}/", "all")
            assert len(listed) == -(-len(api.heads()) // 2)
            assert "这一页没有了" in read(client, f"/catalog/{at}/?all={len(listed) + 1}")
    finally:
        owner.execute("delete from cx.catalog_task where note = %s", [note])


@pytest.mark.parametrize("at", ["terms", "calendar"])
def test_decided_changes_turn(home: Any, connect: Connect, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    one, owner = account(home, "manager"), connect("owner")
    doors: dict[str, tuple[Callable[..., list[Any]], Callable[..., Any]]] = {
        "terms": (api.term_changes, api.term_change),
        "calendar": (api.calendar_changes, api.calendar_change),
    }
    changes, change = doors[at]
    try:
        for _ in range(2):
            if at == "calendar":
                made = (owner.execute(BROUGHT).fetchone() or [None])[0]
                continue
            made = api.propose_term(one, "notice_retry", 4, day(400), basis="翻页", reason="测试翻页")
            assert [each.id for each in changes(one, waiting=True) if each.name == "notice_retry"] == [made]
            api.decide_term(one, made, "withdraw")
        every = changes(one, waiting=False)
        assert all(each.state != "proposed" for each in every)
        assert changes(one, 1, skip=1, waiting=False) == every[1:2]
        found = change(one, made)
        assert (found.id, found.state) == (made, "withdrawn")
        assert change(one, uuid4()) is None
        monkeypatch.setattr(pages, "PAGE", 1)
        client = browser(one)
        for number, each in enumerate(every[:2], 1):
            text = read(client, f"/catalog/{at}/?page={number}")
            assert text.count(f"/catalog/{at}/changes/") == 1 + len(changes(one, waiting=True))
            assert f"/catalog/{at}/changes/{each.id}/" in text
            assert ("下一页" in text, "上一页" in text) == (len(every) > number, number > 1)
        assert "这一页没有了" in read(client, f"/catalog/{at}/?page={len(every) + 1}")
    finally:
        owner.execute("delete from cx.catalog_term_step where basis = '翻页'")
        owner.execute(
            "delete from cx.catalog_calendar_step where id in (select id from cx.catalog_calendar where number = '翻页')"
        )
        owner.execute("delete from cx.catalog_calendar where number = '翻页'")


def test_only_a_manager_reads_the_changes(home: Any) -> None:
    from chengxin.kernel.errors import Refused

    clerk = console_session("clerk")
    for read in (api.term_change, api.calendar_change):
        with pytest.raises(Refused, match="DUTY-01"):
            read(clerk, uuid4())
