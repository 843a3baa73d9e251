"""What breaks on the way: workers that are killed, carriers that break, a list that is lost. No letter is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from chengxin.ledger.api import scalar
from chengxin.notice import api as notice
from chengxin.notice import delivery
from chengxin.notice.carriers import Accepted, Address, Message, Sandbox
from chengxin.notice.tests.office import PHONE, Office
from chengxin.people.api import self_look, traces

pytestmark = pytest.mark.database


def test_a_letter_nobody_can_print_waits_for_its_font(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.reach(phone="")

    def no_font() -> None:
        raise notice.PdfUnavailable("no font")

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "require_font", no_font)
        office.run()
    assert "notice.deliver" not in {
        line.activity
        for line in traces(self_look(office.citizen.token), since=office.letter().issued_at)
        if line.line == "look"
    }
    assert [one[2] for one in office.events() if one[0] == "post"] == ["placed"]
    office.run()
    assert [one[2] for one in office.events() if one[0] == "post"] == ["placed", "sent"]


class Killed(BaseException):
    """The worker is gone."""


class Watched:
    """A carrier that counts, and can take the process down with it."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.deadly = False

    def send(self, message: Message, address: Address, *, today: date) -> Accepted:
        del address, today
        self.got.append(message)
        if self.deadly:
            raise Killed
        return Accepted()

    def reports(self, *, today: date) -> Any:
        del today
        return iter(())

    def heard(self, report: Any) -> None:
        raise AssertionError(report)


@pytest.mark.parametrize("channel", ["sms", "post"])
@pytest.mark.parametrize("where", ["before", "after"])
def test_whoever_is_killed_sends_the_same_reference_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, channel: str, where: str
) -> None:
    office.reach(phone=PHONE if channel == "sms" else "")
    carrier = Watched()
    office.owner.execute("delete from cx.notice_open where person <> %s", [office.citizen.person])

    def once() -> int:
        return notice.deliver(office.system.token, {channel: carrier}, using="worker", lease=0)

    while channel == "post" and not any(event[0] == "post" for event in office.events()):
        with monkeypatch.context() as patch:  # up to the post, whose first attempt dies before it is prepared
            patch.setattr(delivery, "_kept", _die)
            try:
                once()
            except Killed:
                break
    if where == "before":
        with monkeypatch.context() as patch:
            patch.setattr(delivery, "_prepared", _die)
            with pytest.raises(Killed):
                once()
        assert carrier.got == []
    else:
        carrier.deadly = True
        with pytest.raises(Killed):
            once()
        carrier.deadly = False
    once()
    once()
    references = {message.reference for message in carrier.got}
    assert len(references) == 1
    assert len(carrier.got) == (1 if where == "before" else 2)
    assert len({message.document for message in carrier.got}) == 1
    assert [one for one in office.events() if one[0] == channel] == [
        (channel, 1, "placed", ""),
        (channel, 1, "sent", ""),
    ]


def _die(*_: Any) -> Any:
    raise Killed


def test_a_lease_keeps_a_second_worker_off(office: Office) -> None:
    office.reach()
    office.owner.execute("delete from cx.notice_open where person <> %s", [office.citizen.person])
    take = "select count(*) from cx.notice_take_v1(%s::bytea, 10, %s::integer)"
    assert scalar(take, [office.system.token, 300], using="worker") == 1
    assert scalar(take, [office.system.token, 300], using="worker") == 0


class Broken(Sandbox):
    """A carrier whose line is down, or who talks nonsense."""

    def reports(self, *, today: date) -> Any:
        if (self.folder / "cut").exists():
            raise ConnectionResetError
        for report in super().reports(today=today):
            yield replace(report, on=today + timedelta(days=400))


def test_a_carrier_that_breaks_or_talks_nonsense_serves_nothing_and_stops_nobody(office: Office) -> None:
    office.reach(phone="")
    office.run()
    broken = Broken(office.folder / "post", 0)
    (office.folder / "post" / "cut").touch()
    assert notice.deliver(office.system.token, {"post": broken}, using="worker") == 0
    (office.folder / "post" / "cut").unlink()
    assert notice.deliver(office.system.token, {"post": broken}, using="worker") == 1
    assert notice.deliver(office.system.token, {"post": broken}, using="worker") == 0
    assert office.record().state == "PROPOSED"
    assert office.events()[-1][:3] == ("post", 1, "sent")


def test_where_there_is_no_carrier_nobody_is_looked_at(office: Office, settings_without_outbox: None) -> None:
    """Production begins without carriers: the sandbox never stands in for a real one."""
    del settings_without_outbox
    office.reach()
    assert notice.carriers() == {}
    office.owner.execute("delete from cx.notice_open where person <> %s", [office.citizen.person])
    while notice.deliver(office.system.token, notice.carriers(), using="worker", lease=0):
        pass
    assert [one[2:] for one in office.events() if one[0] != "in_app"] == [
        ("placed", ""),
        ("skipped", "no_carrier"),
        ("placed", ""),
        ("skipped", "no_carrier"),
    ]
    found = traces(self_look(office.citizen.token), since=office.letter().issued_at)
    assert not [line for line in found if line.activity == "notice.deliver" and line.line == "look"]
