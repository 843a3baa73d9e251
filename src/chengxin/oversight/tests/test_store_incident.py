"""Incidents on the real database: what is allowed, and what is refused whoever asks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import act, scalar
from chengxin.oversight import api, commands
from chengxin.oversight.rules import stamp
from chengxin.oversight.tests.material import AUTHORITY, PERSONS, REASON, Duty, ago, by_hand, facts, officer

pytestmark = pytest.mark.database


@pytest.fixture(scope="module")
def duty(home: Any) -> Duty:
    return Duty(home)


def refused(code: str) -> Any:
    return pytest.raises(Refused, match=code)


def test_an_incident_from_report_to_close(duty: Duty) -> None:
    made = duty.reported()
    standing = api.incident(duty.one, made)
    assert (standing.incident.state, standing.incident.case_no[:2], standing.police) == ("reported", "AQ", False)
    assert [clock.name for clock in standing.running] == ["authority", "persons"]
    duty.step(made, "confirm", by=duty.other, level="general", **REASON)
    duty.tell(made, "authority")
    duty.tell(made, "persons")
    duty.step(made, "contain", measures="账号已经停用。")
    duty.step(made, "complete")
    duty.step(made, "review", review="原因是验证码外借。已经培训，并缩短了会话时间。")
    duty.step(made, "close", by=duty.other, **REASON)
    standing = api.incident(duty.one, made)
    assert standing.incident.state == "closed"
    assert standing.running == ()
    assert [event.label for event in standing.incident.events][-2:] == ["写出复盘", "办结"]
    assert made in [one.incident.incident for one in api.incidents(duty.other)]


def test_a_false_alarm_is_dismissed_by_another(duty: Duty, home: Any) -> None:
    """INCIDENT-02: neither by the reporter, nor by the reporter's second account."""
    made = duty.reported()
    with refused("INCIDENT-02"):
        duty.step(made, "dismiss", **REASON)
    with refused("INCIDENT-05"):
        duty.step(made, "dismiss", by=duty.other, reason="没事")
    duty.step(made, "dismiss", by=duty.other, **REASON)
    assert duty.now(made).state == "dismissed"
    holder = uuid4().bytes + uuid4().bytes
    first, second = officer(home, holder=holder), officer(home, holder=holder)
    mine = api.report(first, facts())
    with refused("INCIDENT-02"):
        duty.step(mine, "dismiss", by=second, **REASON)


def test_other_duties_see_and_do_nothing(duty: Duty, officer: Any, clerk: Any, reviewer: Any) -> None:
    made = duty.reported()
    for actor in (officer, clerk, reviewer):
        with refused("DUTY-01"):
            api.incidents(actor.token)
        with refused("DUTY-01"):
            api.report(actor.token, facts())
        with refused("DUTY-01"):
            api.step(actor.token, duty.now(made), "incident.update", {"cause": "x"})
        with refused("DUTY-01"):
            api.register_lines(actor.token, duty.now(made))


def test_an_old_discovery_is_counted_by_the_law_of_its_report(duty: Duty) -> None:
    """Before the four hours were law there was no such number: the incident is recorded all the same."""
    made = duty.reported(discovered_at="2016-03-01T08:00:00+08:00", items=49)
    standing = api.incident(duty.one, made)
    assert [clock.length for clock in standing.clocks] == ["4 小时", "24 小时"]
    assert len(standing.overdue) == 2
    assert standing.police is False
    duty.step(made, "update", items=50)
    assert api.incident(duty.one, made).police is True


def test_without_the_numbers_of_the_law_nothing_is_reported(duty: Duty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "numbers", lambda _: {})
    with refused("INCIDENT-11"):
        api.report(duty.one, facts())


def test_whoever_is_late_is_told(duty: Duty) -> None:
    made = duty.reported()
    seen = duty.now(made)
    duty.step(made, "update", cause="查明了。")
    with refused("INCIDENT-03"):
        api.step(duty.other, seen, "incident.confirm", {"level": "general", **REASON})
    with refused("INCIDENT-12"):
        api.incident(duty.one, uuid4())


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "joke"},
        {"level": "huge"},
        {"source": "nobody"},
        {"systems": " "},
        {"persons": -1},
        {"exact": "yes"},
        {"harm": "x" * 100_001},
        {"discovered_at": stamp(datetime.now(UTC) + timedelta(days=1))},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_report_says_what_must_be_known(duty: Duty, wrong: dict[str, Any]) -> None:
    """INCIDENT-10, in Python and at the database's own door."""
    with refused("INCIDENT-10"):
        api.report(duty.one, facts(**wrong))
    with refused("INCIDENT-10"), act(duty.one, activity="incident.report") as line:
        _report_by_hand(line, facts(**wrong))


def _report_by_hand(line: Any, body: dict[str, Any]) -> None:
    sql = "select cx.oversight_report_v1(%s::uuid, %s::uuid, %s::text, %s::jsonb)"
    scalar(sql, [line, uuid7(), f"AQ{uuid4().hex[:10]}", json.dumps(body)])


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": None},
        {"systems": 7},
        {"discovered_at": "2026-11-03T1:2:3+08:00"},
        {"discovered_at": "2026-11-03T24:00+08:00"},
        {"discovered_at": "0001-01-01T00:00+08:00"},
        {"persons": 1.5},
        {"parts": []},
        {"parts": {"cause": 1}},
        {"other": "x"},
    ],
    ids=str,
)
def test_what_no_page_could_read_is_not_taken(duty: Duty, wrong: dict[str, Any]) -> None:
    """INCIDENT-10 at the database's own door: one crooked step would otherwise close the register to everybody."""
    made = duty.reported()
    assert by_hand(duty.one, "incident.update", made, 2, "reported", wrong) == "INCIDENT-10"
    assert duty.now(made).seq == 1


def test_nobody_was_told_before_it_was_known(duty: Duty) -> None:
    made = duty.confirmed(discovered_at=stamp(ago(minutes=30)))
    api.notify(duty.one, duty.now(made), "authority", AUTHORITY)
    seq = duty.now(made).notices[0].seq
    for minutes, code in ((45, "INCIDENT-10"), (20, "")):
        at = stamp(ago(minutes=minutes))
        body = {"notice": str(seq), "method": "hotline", "delivered_at": at, "reference": "工单 5"}
        assert by_hand(duty.one, "incident.evidence", made, seq + 1, "confirmed", body) == code


def test_no_identity_number_is_kept(duty: Duty) -> None:
    """INCIDENT-08, in Python and by the constraint."""
    for number in ("09090219900307123X", "０９０９０２１９９００３０７１２３Ｘ", "090902900307123"):  # noqa: RUF001 - both widths
        body = facts(cause=f"涉及 {number} 一人。")
        with refused("INCIDENT-08"):
            api.report(duty.one, body)
        with refused("INCIDENT-08"), act(duty.one, activity="incident.report") as line:
            _report_by_hand(line, body)


def test_a_notice_needs_all_its_parts_whoever_writes_it(duty: Duty) -> None:
    """INCIDENT-04 at the database's own door: each part is missed."""
    made = duty.confirmed()
    for to, parts in (("authority", AUTHORITY), ("persons", PERSONS)):
        for name in parts:
            body: dict[str, Any] = {"to": to, "parts": parts | {name: " "}, "text": "通知全文"}
            with refused("INCIDENT-04"):
                duty.step(made, "notify", **body)
        with refused("INCIDENT-04"):
            duty.step(made, "notify", to=to, parts=parts, text=" ")
    assert duty.now(made).notices == ()


def test_before_it_is_confirmed_only_the_authority_is_told(duty: Duty) -> None:
    made = duty.reported()
    duty.tell(made, "authority")
    with refused("INCIDENT-01"):
        duty.tell(made, "persons")


def test_telling_is_complete_with_evidence_or_a_second_persons_word(duty: Duty) -> None:
    """INCIDENT-06; the exemption needs a reason and another person (INCIDENT-05, INCIDENT-02)."""
    made = duty.confirmed()
    duty.step(made, "contain", measures="数据在取走以前已经加密，密钥没有外泄。")
    with refused("INCIDENT-06"):
        duty.step(made, "complete")
    api.notify(duty.one, duty.now(made), "authority", AUTHORITY)
    with refused("INCIDENT-06"):
        duty.step(made, "complete")
    duty.tell(made, "authority")
    with refused("INCIDENT-06"):
        duty.step(made, "complete")
    with refused("INCIDENT-01"):
        duty.step(made, "approve", by=duty.other, **REASON)
    with refused("INCIDENT-05"):
        duty.step(made, "exempt", reason="无害")
    duty.step(made, "exempt", reason="数据已加密，取走的人打不开，能够有效避免危害。")
    with refused("INCIDENT-06"):
        duty.step(made, "complete")
    with refused("INCIDENT-02"):
        duty.step(made, "approve", **REASON)
    duty.step(made, "approve", by=duty.other, **REASON)
    duty.step(made, "exempt", reason="查明还有别的数据，同样加密，能够有效避免危害。")
    assert duty.now(made).approved is None, "a new proposal needs its own approval"
    with refused("INCIDENT-06"):
        duty.step(made, "complete")
    duty.step(made, "approve", by=duty.other, **REASON)
    duty.step(made, "complete")
    assert duty.now(made).state == "notified"


@pytest.mark.parametrize(
    "wrong", [{"notice": 99}, {"method": "pigeon"}, {"reference": " "}, {"delivered_at": ago(days=-1)}], ids=", ".join
)
def test_evidence_names_a_notice_a_way_and_a_time(duty: Duty, wrong: dict[str, Any]) -> None:
    made = duty.confirmed()
    api.notify(duty.one, duty.now(made), "authority", AUTHORITY)
    right: dict[str, Any] = {
        "notice": duty.now(made).notices[0].seq,
        "method": "platform",
        "delivered_at": ago(),
        "reference": "受理号 7",
    }
    with refused("INCIDENT-10"):
        api.evidence(duty.one, duty.now(made), **(right | wrong))
    assert duty.now(made).told("authority") is None
    api.evidence(duty.one, duty.now(made), **right)
    assert duty.now(made).told("authority") is not None


def test_closing_takes_a_review_by_one_and_the_word_of_another(duty: Duty) -> None:
    """INCIDENT-09, INCIDENT-02."""
    made = duty.notified()
    with refused("INCIDENT-09"):
        duty.step(made, "close", by=duty.other, **REASON)
    with refused("INCIDENT-09"):
        duty.step(made, "review", review="没有问题")
    duty.step(made, "review", review="原因是验证码外借，已经培训并缩短会话。")
    with refused("INCIDENT-02"):
        duty.step(made, "close", **REASON)
    duty.step(made, "close", by=duty.other, **REASON)


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"items": 49}, False),
        ({"items": 50}, True),
        ({"items": 25, "insider": True}, True),
        ({"items": 24, "insider": True}, False),
        ({"items": None}, True),
        ({"items": 5000, "kind": "destruction"}, False),
    ],
    ids=str,
)
def test_the_police_question_is_a_humans(duty: Duty, changes: dict[str, Any], asked: bool) -> None:
    """INCIDENT-07: from the number on the incident is not closed without a decision; the program refers nothing itself."""
    made = duty.notified(**changes)
    duty.step(made, "review", review="原因是验证码外借，已经培训并缩短会话。")
    assert api.incident(duty.one, made).police is asked
    assert duty.now(made).referral is None
    if asked:
        with refused("INCIDENT-07"):
            duty.step(made, "close", by=duty.other, **REASON)
        with refused("INCIDENT-10"):
            duty.step(made, "refer", outcome="maybe", **REASON)
        duty.step(made, "refer", outcome="kept", **REASON)
    duty.step(made, "close", by=duty.other, **REASON)


def test_a_scope_counts_lines_and_persons_and_names_nobody(duty: Duty, citizen: Any) -> None:
    made = duty.confirmed()
    from chengxin.people.api import self_look

    since = stamp(ago())  # not the whole city's lines: an open incident keeps them, and an export has its limit
    self_look(citizen.token)
    assert api.register_lines(duty.one, duty.now(made)) == []
    with refused("INCIDENT-10"):
        duty.step(made, "scope", since=stamp(ago(days=40)), until=stamp(ago()))
    duty.step(made, "scope", since=since, until=stamp(ago(seconds=-60)), activity="person.own")
    scope = duty.now(made).scope
    assert scope is not None
    with refused("INCIDENT-02"):
        api.register_lines(duty.one, duty.now(made))
    lines = api.register_lines(duty.other, duty.now(made))
    assert len(lines) == scope.body["lines"] >= 1
    assert len({line.person for line in lines}) == scope.body["persons_counted"] >= 1
    assert {line.activity for line in lines} == {"person.own"}
    said = repr(lines)
    assert str(citizen.person) not in said
    assert str(citizen.account.account) not in said
    again = api.register_lines(duty.other, duty.now(made))
    assert [line.person for line in again] == [line.person for line in lines], "one incident, one pseudonym"
    other = duty.confirmed()
    duty.step(other, "scope", since=since, until=stamp(ago(seconds=-60)), activity="person.own")
    assert not {line.person for line in api.register_lines(duty.other, duty.now(other))} & {
        line.person for line in lines
    }


def test_an_act_is_good_for_one_step(duty: Duty) -> None:
    """ACT-01: neither without an act, nor twice under one."""
    made = duty.reported()
    sql = "select cx.oversight_step_v1(%s::uuid, 'incident.update', %s::uuid, %s::integer, 'reported', '{}'::jsonb)"
    with refused("ACT-01"):
        scalar(sql, [uuid7(), made, 2])
    with refused("ACT-01"), act(duty.one, activity="incident.update") as line:
        scalar(sql, [line, made, 2])
        scalar(sql, [line, made, 3])
    assert duty.now(made).seq == 1
