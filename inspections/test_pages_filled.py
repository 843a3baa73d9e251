"""The same as ``test_pages``, of pages that a crawl meets in a quiet state only: something waits, something turned."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from inspections.test_pages import STATEMENTS, _object, _signed_in, asked, pages, strict  # noqa: F401 - the fixture

pytestmark = pytest.mark.database


@pytest.mark.usefixtures("strict")
def test_pages_with_something_on_them(
    home: Any, make_citizen: Callable[..., Any], reviewer: Any, reviewer2: Any, system: Any, connect: Callable[..., Any]
) -> None:
    """Somebody with two files, and pages that a crawl meets in a quiet state only."""
    merged = _merged(home, make_citizen, (reviewer, reviewer2, system))
    _object(merged, next(at for at, _ in pages(merged, "/me/") if re.fullmatch(r"/me/records/[0-9a-f-]{36}", at)))
    found = dict(pages(merged, "/me/"))
    assert {"/me/", "/me/persons/", "/me/traces/mandates/", "/me/traces/"} <= set(found)
    assert found["/me/traces/mandates/"].count("收回</button>") == 2
    found |= _intake(connect)
    found |= _resent(make_citizen(), connect("owner"))
    for login, change in _proposed(connect("owner")):
        found |= _read(login, change)
    assert {at: marks for at, text in found.items() if (marks := re.findall(r"⟦undefined [^⟧]*⟧", text))} == {}


@pytest.mark.usefixtures("strict")
def test_the_pages_after_the_first(
    home: Any, make_citizen: Callable[..., Any], clerk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists turn after one row here, so two rows are two pages; what each link leads to is read."""
    from chengxin.kernel import pages as kernel

    one, other = make_citizen(), make_citizen()
    for each in (one, other):
        asked = {"purpose": "SUBSIDY", "case_ref": "创补2026-1", "name": each.name, "number": each.number}
        assert clerk.client.post("/lookup/", asked).status_code == 200
    office = _secretive(home)
    monkeypatch.setattr(kernel, "PAGE", 1)
    turned = 0
    for actor, address, names in (
        (clerk, "/lookup/mine/", {"page"}),
        (office["secrecy_officer"], "/lookup/secrecy/", {"page"}),
        (office["secrecy_approver"], "/lookup/secrecy/decisions/", {"waiting", "decided"}),
        (_signed_in("catalog"), "/catalog/desk/", {"all"}),
        (_signed_in("approver"), "/catalog/approve/", {"all"}),
        (_signed_in("manager"), "/catalog/terms/", set()),
        (_signed_in("manager"), "/catalog/calendar/", set()),
        (_signed_in("reviewer"), "/cases/", set()),
        (_signed_in("reviewer"), "/persons/", set()),
        (_signed_in("reviewer"), "/intake/held/", set()),
        (_signed_in("security"), "/incidents/", set()),
    ):
        first = _one(actor, address)
        links = set(re.findall(r'href="(\?([a-z]+)=2)">下一页', first))
        assert names <= {name for _, name in links}, address
        for link, _ in sorted(links):
            text = _one(actor, address + link)
            assert ("⟦undefined" in text, "上一页" in text) == (False, True), address + link
            turned += 1
    assert turned >= 6


def _one(actor: Any, address: str) -> str:
    """One page, and how often it asks."""
    with asked() as watch:
        answer = actor.client.get(address)
    assert answer.status_code == 200, f"{address} answers {answer.status_code}"
    assert watch.most <= STATEMENTS, f"{address}: {watch.most} statements"
    text: str = answer.content.decode()
    return text


def _read(login: str, *addresses: str) -> dict[str, str]:
    actor = _signed_in(login)
    return {address: _one(actor, address) for address in addresses}


def _merged(home: Any, make_citizen: Callable[..., Any], desk: tuple[Any, Any, Any]) -> Any:
    """Somebody with two files, a record in each, two mandates."""
    from datetime import timedelta

    from chengxin.belonging.tests.desk import Desk
    from chengxin.belonging.tests.two import Two, told
    from chengxin.ledger.api import today
    from chengxin.lookup.api import give_mandate
    from conftest import fresh_person

    one, other = make_citizen(), make_citizen()
    Two(Desk(*desk), home, one, other, told(home, one, other)).merge()
    for each in (one, other):
        name, number = fresh_person()
        until = today() + timedelta(days=20)
        give_mandate(each.token, each.person, number=number, name=name, relation="spouse", until=until)
    return one


def _intake(connect: Callable[..., Any]) -> dict[str, str]:
    """A row to put right in the form, and an upload that was taken back."""
    from chengxin.intake import api as intake
    from chengxin.people.api import console_session
    from conftest import csv_of, fresh_person, penalty

    officer, system = console_session("officer"), console_session("system")
    wrong = intake.upload(officer, csv_of([penalty(*fresh_person(), CF_JDRQ="昨天")]), item="XZCF", kind="report")
    while intake.work(system, using="worker"):
        pass
    taken_back = intake.upload(officer, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    one = intake.batch(officer, taken_back)
    assert one is not None
    intake.cancel(officer, one, reason="file")
    found = _read("officer", f"/intake/{wrong}/", f"/intake/{wrong}/rows/", f"/intake/{taken_back}/", "/intake/sent/")
    assert "已取消" in found[f"/intake/{taken_back}/"]
    assert "<form" in found[f"/intake/{wrong}/rows/"]
    return found


def _resent(citizen: Any, owner: Any) -> dict[str, str]:
    """A letter that nobody could deliver, before and after it was sent again."""
    row = owner.execute(
        "update cx.notice_open set stuck = true where person = %s returning letter", [citizen.person]
    ).fetchone()
    letter, notice = f"/notice/{row[0]}/", _signed_in("notice")
    found = {letter: _one(notice, letter), f"{letter}recheck": _one(notice, f"{letter}recheck")}
    assert notice.client.post(f"{letter}recheck", {"source": "same"})["Location"] == f"{letter}?renewed"
    return found | {f"{letter}?renewed": _one(notice, f"{letter}?renewed"), "/notice/": _one(notice, "/notice/")}


def _proposed(owner: Any) -> Iterator[tuple[str, str]]:
    """Changes of the calendar and of a number: login and address, as each reads it, waiting and decided."""
    from datetime import timedelta

    from chengxin.catalog import api as catalog
    from chengxin.catalog.tests.arranged import arranged
    from chengxin.ledger.api import today
    from chengxin.people.api import console_session

    token, day = console_session("manager"), today()
    words = {"title": "测试通知", "number": "测试号", "source": "收文 1 号", "reason": "国务院公布了安排"}
    year = catalog.propose_calendar(token, arranged(day.year + 1), issued_on=day, **words)
    term = catalog.propose_term(
        token, "notice_retry", 4, day + timedelta(days=400), basis="测试号", reason="测试的修改"
    )
    addresses = (
        *(
            "/catalog/terms/",
            "/catalog/calendar/",
            f"/catalog/calendar/{day.year + 1}/",
            "/catalog/terms/notice_retry/",
        ),
        *(f"/catalog/calendar/changes/{year}/", f"/catalog/terms/changes/{term}/"),
    )
    try:
        yield from ((login, address) for login in ("manager", "manager2") for address in addresses)
        catalog.decide_calendar(console_session("manager2"), year, "return", reason="日期写错了")
        catalog.decide_term(console_session("manager2"), term, "return", reason="依据写错了")
        yield from (("manager", address) for address in addresses)
    finally:
        owner.execute("delete from cx.catalog_term_step where basis = '测试号'")
        owner.execute("delete from cx.catalog_calendar_step where id = %s", [year])
        owner.execute("delete from cx.catalog_calendar where id = %s", [year])


def _secretive(home: Any) -> dict[str, Any]:
    """An organisation with two secrecy requests that wait and two that were decided: a browser for each duty."""
    from datetime import timedelta
    from types import SimpleNamespace

    from django.test import Client

    from chengxin.ledger.api import today
    from chengxin.people.api import COOKIE, propose_secrecy, step_secrecy
    from chengxin.people.tests.office import Office

    office, found = Office(home), {}
    for duty in ("secrecy_officer", "secrecy_approver"):
        token, client = office.session(duty), Client()
        client.cookies[COOKIE] = token.hex()
        found[duty] = SimpleNamespace(client=client, token=token)
    for number in range(4):
        made = propose_secrecy(
            found["secrecy_officer"].token,
            activity="lookup.check",
            purpose="INQUIRY",
            case_ref=f"监调{number}号",
            ends_on=today() + timedelta(days=5),
        )
        if number % 2:
            step_secrecy(found["secrecy_approver"].token, made, "approved")
    return found
