"""Public notice (公告送达): only where the item's own dated parameter allows it, and it serves when it has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import scalar, today
from chengxin.notice import api as notice
from chengxin.notice import delivery
from chengxin.notice import undelivered as door
from chengxin.notice.tests.office import Office
from chengxin.people.api import self_look

pytestmark = pytest.mark.database

DAYS = 30


@pytest.fixture
def stuck(office: Office) -> Office:
    office.run()
    office.later(15)
    return office


@pytest.fixture
def allowed(stuck: Office) -> Iterator[Office]:
    """A city whose item says so; taken back afterwards."""
    stuck.owner.execute(
        "insert into cx.catalog_parameter (name, item, version, value, unit, valid_from, basis) "
        "values ('notice_public', 'XZCF', 1, %s, 'day', date '2026-01-01', '测试用的依据')",
        [DAYS],
    )
    yield stuck
    stuck.owner.execute("delete from cx.catalog_parameter where name = 'notice_public'")


def found(desk: Any, office: Office) -> door.Waiting:
    return next(one for one in door.unserved(desk.token, 10_000) if one.person == office.citizen.person)


def test_notice_09_no_parameter_no_public_notice(stuck: Office, desk: Any) -> None:
    with pytest.raises(Refused, match="NOTICE-09"):
        door.publish(desk.token, found(desk, stuck), stuck.citizen.name)
    letter = f"/notice/{stuck.letter().letter}/"
    assert "没有规定可以公告送达" in desk.client.get(letter).content.decode()
    assert desk.client.post(f"{letter}publish")["Location"] == letter
    assert stuck.letter().stuck
    stuck.owner.execute(  # a general number allows nothing: the item itself must say so
        "insert into cx.catalog_parameter (name, item, version, value, unit, valid_from, basis) "
        "values ('notice_public', '', 0, 30, 'day', date '2026-01-01', '测试用的依据')"
    )
    try:
        with pytest.raises(Refused, match="NOTICE-09"):
            door.publish(desk.token, found(desk, stuck), stuck.citizen.name)
        assert door.public_days("XZCF", today=today()) is None
    finally:
        stuck.owner.execute("delete from cx.catalog_parameter where name = 'notice_public'")


def test_a_public_notice_says_little_and_serves_when_it_has_ended(allowed: Office, desk: Any) -> None:
    letter = f"/notice/{allowed.letter().letter}/"
    page = desk.client.get(f"{letter}publish").content.decode()
    assert "请确认已经没有别的办法" in page
    assert allowed.citizen.name not in page
    assert desk.client.post(f"{letter}publish")["Location"] == letter
    ends = today() + timedelta(days=DAYS)
    open_page = Client().get("/notice/public/").content.decode()
    assert allowed.letter().number in open_page
    for secret in (
        allowed.citizen.name,
        allowed.citizen.number,
        allowed.record().doc_no,
        allowed.record().authority_name,
    ):
        assert secret not in open_page
    allowed.later(DAYS)
    assert allowed.record().state == "PROPOSED"  # the last day still belongs to the notice
    assert today() == ends
    allowed.later(1)
    record, mine = allowed.record(), allowed.letter()
    assert (record.state, mine.channel, mine.opened_on) == ("SERVED", "public", today())
    assert record.wait_until is not None
    assert record.wait_until >= today() + timedelta(days=15)
    assert not record.counts_now
    served = notice.served(self_look(allowed.citizen.token), mine.letter)
    assert served is not None
    assert served.same
    assert served.body is not None
    assert "公告期满" in served.body.text()
    assert mine.number not in Client().get("/notice/public/").content.decode()


def test_a_notice_that_cannot_end_holds_nobody_up(allowed: Office, desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its waiting period is no longer registered (NOTICE-03): it waits for one, and the round goes on."""

    def unregistered(item: str, *, today: date) -> Any:
        raise Refused("NOTICE-03")

    door.publish(desk.token, found(desk, allowed), allowed.citizen.name)
    with monkeypatch.context() as patch:
        patch.setattr(delivery, "waiting", unregistered)
        allowed.later(DAYS + 1)
        assert allowed.record().state == "PROPOSED"
    allowed.later(1)
    assert allowed.record().state == "SERVED"


def test_opening_ends_the_notice(allowed: Office, desk: Any) -> None:
    door.publish(desk.token, found(desk, allowed), allowed.citizen.name)
    allowed.later(3)
    allowed.open()
    assert allowed.letter().number not in Client().get("/notice/public/").content.decode()
    until = allowed.record().wait_until
    allowed.later(DAYS)
    assert (allowed.letter().channel, allowed.record().wait_until) == ("in_app", until)


def test_notice_14_only_what_nobody_reached_is_published(allowed: Office, desk: Any, clerk: Any) -> None:
    stuck = found(desk, allowed)
    with pytest.raises(Refused, match="DUTY-01"):
        door.publish(clerk.token, stuck, allowed.citizen.name)
    door.publish(desk.token, stuck, allowed.citizen.name)
    with pytest.raises(Refused, match="NOTICE-14"):
        door.publish(desk.token, stuck, allowed.citizen.name)


def test_notice_09_a_notice_that_runs_still_serves_nothing(allowed: Office, desk: Any) -> None:
    door.publish(desk.token, found(desk, allowed), allowed.citizen.name)
    until = notice.waiting("XZCF", today=today()).until
    about = [allowed.system.token, allowed.citizen.person, allowed.letter().letter, until]
    with pytest.raises(Refused, match="NOTICE-09"):
        scalar("select cx.notice_deem_v1(%s::bytea, %s::uuid, %s::uuid, %s::date)", about, using="worker")
    assert allowed.record().state == "PROPOSED"
