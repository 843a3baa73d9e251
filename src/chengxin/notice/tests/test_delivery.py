"""Channels one after the other: what is sent, what fails through, what serves, and who is left for the desk."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import scalar, today
from chengxin.lookup.api import check
from chengxin.notice import api as notice
from chengxin.notice.tests.office import ADDRESS, PHONE, Office
from chengxin.people.api import identity, self_look, traces
from chengxin.records import api as records
from chengxin.redress import api as redress

pytestmark = pytest.mark.database


def sent(office: Office, channel: str) -> list[dict[str, Any]]:
    folder = office.folder / channel
    return [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))] if folder.exists() else []


def test_a_text_message_says_only_that_a_letter_waits_and_serves_nothing(office: Office) -> None:
    office.reach()
    office.run()
    (message,) = sent(office, "sms")
    assert message["place"] == PHONE
    assert office.letter().number in message["text"]
    record = office.record()
    for secret in (office.citizen.name, office.citizen.number, record.doc_no, record.authority_name, record.title):
        assert secret not in json.dumps(message, ensure_ascii=False)
    assert [event for _, _, event, _ in office.events()] == ["placed", "placed", "sent", "delivered"]
    assert office.record().state == "PROPOSED"
    assert office.letter().opened_on is None


def test_who_does_not_open_gets_a_letter_by_post_and_signing_for_it_serves(office: Office) -> None:
    office.reach()
    office.run()
    office.later(6)
    assert sent(office, "post") == []
    office.later(1)
    (parcel,) = sent(office, "post")
    assert (parcel["to"], parcel["place"]) == (office.citizen.name, ADDRESS)
    (document,) = (office.folder / "post").glob("*.pdf")
    assert document.read_bytes().startswith(b"%PDF")
    assert office.record().state == "PROPOSED"
    office.later(2)  # the sandbox reports two days later
    record, letter = office.record(), office.letter()
    assert (record.state, letter.channel, letter.opened_on) == ("SERVED", "post", today())
    waits = office.owner.execute("select from cx.notice_open where letter = %s", [letter.letter]).fetchall()
    assert waits == []  # signed for: not on its way any more
    assert record.wait_until is not None
    assert record.wait_until >= today() + timedelta(days=15)
    served = notice.served(self_look(office.citizen.token), letter.letter)
    assert served is not None
    assert served.same
    assert served.body is not None
    assert "送达回证" in served.body.text()


def test_a_receipt_that_took_its_time_shortens_nobody_s_days(office: Office) -> None:
    office.reach(phone="")
    office.run()  # nobody to text, so the letter goes at once
    assert ("post", 1, "sent", "") in office.events()
    signed = today() + timedelta(days=2)
    office.skip(12)
    office.run()
    record, letter = office.record(), office.letter()
    assert letter.opened_on == signed == record.served_on
    assert record.wait_until is not None
    assert record.wait_until >= today() + timedelta(days=15)


@pytest.mark.parametrize(
    ("address", "reason"),
    [("退回路1号，盐城市亭湖区", "moved"), ("他人签收路1号，盐城市", "other"), ("拒收路1号，盐城市", "invalid")],
)
def test_a_letter_that_comes_back_serves_nothing(office: Office, address: str, reason: str) -> None:
    office.reach(phone="", address=address)
    office.run()
    office.later(16)
    ended = [
        (attempt, event) for channel, attempt, event, why in office.events() if channel == "post" and why == reason
    ]
    assert [attempt for attempt, _ in ended] == [1, 2]
    assert {event for _, event in ended} <= {"returned", "refused"}
    assert (office.record().state, office.letter().stuck) == ("PROPOSED", True)


def test_one_who_was_authorised_may_sign(office: Office) -> None:
    office.reach(phone="", address="代收路1号，盐城市亭湖区")
    office.run()
    office.later(2)
    assert ("post", 1, "delivered", "agent") in office.events()
    assert office.record().state == "SERVED"


def test_channels_that_fail_fall_through_before_any_clock_starts(office: Office) -> None:
    office.reach(phone="10000000001")
    office.run()
    assert ("sms", 1, "refused", "invalid") in office.events()
    assert sent(office, "post") == []
    office.later(3)  # the second try fails as well, and the letter does not wait for its seventh day
    assert ("sms", 2, "refused", "invalid") in office.events()
    assert len(sent(office, "post")) == 1
    assert office.record().state == "PROPOSED"


def test_a_carrier_that_is_away_is_tried_again(office: Office) -> None:
    office.reach(address="")
    (office.folder / "sms").mkdir()
    (office.folder / "sms" / "down").touch()
    office.run()
    assert ("sms", 1, "unanswered", "timeout") in office.events()
    (office.folder / "sms" / "down").unlink()
    office.later(2)
    assert sent(office, "sms") == []
    office.later(1)
    assert ("sms", 2, "sent", "") in office.events()


def test_a_bounce_that_comes_later_counts_as_a_failure(office: Office) -> None:
    office.reach(phone="10000000003")
    office.run()
    assert ("sms", 1, "bounced", "unreachable") in office.events()
    office.later(3)
    assert [event for channel, _, event, _ in office.events() if channel == "post"][:2] == ["placed", "sent"]


def test_nobody_to_reach_is_a_task_and_no_effect(office: Office, clerk: Any) -> None:
    office.run()
    assert [one for one in office.events() if one[2] == "skipped"] == [
        ("sms", 1, "skipped", "no_address"),
        ("post", 1, "skipped", "no_address"),
    ]
    assert not office.letter().stuck
    office.later(15)
    assert office.letter().stuck
    assert office.events()[-1][:3] == ("desk", 1, "undeliverable")
    office.later(40)
    assert office.record().state == "PROPOSED"
    assert not check(
        clerk.token, number=office.citizen.number, name=office.citizen.name, purpose="SUBSIDY", case_ref="测"
    ).found
    assert [one[2] for one in office.events()].count("undeliverable") == 1
    office.open()  # opening serves, however late
    assert office.record().state == "SERVED"


def test_what_was_opened_is_sent_to_nobody(office: Office) -> None:
    office.reach()
    office.open()
    office.run()
    office.later(10)
    assert [one[:3] for one in office.events()] == [("in_app", 1, "placed"), ("in_app", 1, "opened")]
    assert not any((office.folder / channel).exists() for channel in ("sms", "post"))


def test_a_letter_that_is_signed_for_after_it_was_opened_changes_nothing(office: Office) -> None:
    office.reach(phone="")
    office.run()
    office.open()
    before = office.record()
    office.later(3)
    after = office.record()
    assert ("post", 1, "delivered", "self") in office.events()
    assert (after.served_on, after.wait_until, office.letter().channel) == (
        before.served_on,
        before.wait_until,
        "in_app",
    )


def test_accepting_ends_the_waiting_also_after_the_post(office: Office, clerk: Any) -> None:
    office.reach(phone="")
    office.run()
    office.later(2)
    assert office.record().state == "SERVED"
    records.accept(office.citizen.token, office.citizen.person, office.record())
    assert office.record().accepted
    assert check(
        clerk.token, number=office.citizen.number, name=office.citizen.name, purpose="SUBSIDY", case_ref="测"
    ).found


def test_record_10_opening_after_the_post_neither_serves_again_nor_thaws(office: Office) -> None:
    office.reach(phone="")
    office.run()
    office.later(2)
    before = office.record()
    with pytest.raises(Refused, match="RECORD-10"):
        office.open()
    redress.object_to(office.citizen.token, office.citizen.person, before, ground="error", statement="金额不对")
    with pytest.raises(Refused, match="RECORD-10"):
        office.open()
    assert office.record().state == "DISPUTED"
    assert office.letter().channel == "post"


def test_the_person_sees_every_look_at_their_address(office: Office) -> None:
    office.reach(phone="")
    office.run()
    look = self_look(office.citizen.token)
    found = traces(look, since=office.letter().issued_at - timedelta(days=1))
    looks = [line for line in found if line.activity == "notice.deliver" and line.line == "look"]
    # The letter; nobody was looked at for a text message that could not be sent.
    assert [sorted(line.fields) for line in looks] == [["contact", "identity", "record"]]


def test_kept_words_are_read_under_the_look_of_their_own_letter(office: Office, make_citizen: Any) -> None:
    office.reach(phone="")
    office.run()
    other = make_citizen()
    stranger = notice.letters(self_look(other.token))[0].letter
    keep = "select count(*) from cx.notice_keep_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::text, %s::bytea, %s::bytea)"
    words: list[Any] = ["post", bytes(32), b"x"]
    look = self_look(office.citizen.token).id  # committed, but another's and for something else
    for person, letter in ((office.citizen.person, office.letter().letter), (other.person, stranger)):
        with pytest.raises(Refused, match="LOOK-01"):
            scalar(keep, [office.system.token, person, look, letter, *words], using="worker")


def test_notice_08_only_a_placed_attempt_opens_an_address(office: Office) -> None:
    office.reach()
    look = "select cx.notice_errand_look_v1(%s::bytea, gen_random_uuid(), %s::uuid, %s::uuid, 'post')"
    settle = "select cx.notice_settle_v1(%s::bytea, %s::uuid, %s::uuid, 'post', 1, 'sent', '')"
    about = [office.system.token, office.citizen.person, office.letter().letter]
    for statement in (look, settle):
        with pytest.raises(Refused, match="NOTICE-08"):
            scalar(statement, about, using="worker")


def test_notice_13_a_report_is_about_what_was_handed_over(office: Office) -> None:
    office.reach(phone="")
    until = today() + timedelta(days=30)
    report = "select cx.notice_report_v1(%s::bytea, %s::uuid, %s::uuid, 'post', %s::integer, %s::text, 'self', %s::date, %s::date)"
    about = [office.system.token, office.citizen.person, office.letter().letter]

    def refused(attempt: int, event: str, on: date | None) -> None:
        with pytest.raises(Refused, match="NOTICE-13"):
            scalar(report, [*about, attempt, event, on, until], using="worker")

    refused(1, "delivered", today())  # nothing was handed over
    office.run()
    refused(2, "delivered", today())
    refused(1, "delivered", today() - timedelta(days=1))
    refused(1, "delivered", today() + timedelta(days=1))
    refused(1, "delivered", None)
    refused(1, "opened", today())
    with pytest.raises(Refused, match="NOTICE-05"):  # never shorter than the law, counted from today
        scalar(
            report, [*about, 1, "delivered", today() - timedelta(days=0), today() + timedelta(days=91)], using="worker"
        )
    assert office.record().state == "PROPOSED"


def test_notice_10_notice_11_evidence_says_what_can_be(office: Office) -> None:
    row = (
        "insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, reason, at, on_date) "
        "select person, gen_random_uuid(), act, letter, %s, 1, %s, %s, at, on_date from cx.notice_evidence where person = %s"
    )
    import psycopg

    for channel, event, reason, code in (
        ("in_app", "placed", "", "NOTICE-10"),
        ("sms", "opened", "", "NOTICE-11"),
        ("sms", "returned", "", "NOTICE-11"),
        ("post", "delivered", "other", "NOTICE-11"),
        ("in_app", "opened", "", "NOTICE-11"),
    ):
        with pytest.raises(psycopg.IntegrityError) as caught, office.owner.transaction():
            office.owner.execute(row, [channel, event, reason, office.citizen.person])
        assert caught.value.diag.constraint_name == code


def test_the_words_that_were_served_are_read_again_and_compared(office: Office) -> None:
    office.open()
    letter = office.letter().letter
    look = self_look(office.citizen.token)
    served = notice.served(look, letter)
    assert served is not None
    assert served.same
    assert served.body is not None
    assert served.body.name == identity(look).name
    assert served.digest == served.body.digest()
    office.owner.execute(
        "update cx.notice_evidence set digest = sha256('other') where letter = %s and event = 'opened'", [letter]
    )
    again = notice.served(self_look(office.citizen.token), letter)
    assert again is not None
    assert not again.same
    office.owner.execute("update cx.notice_copy set sealed = sha256('other') where letter = %s", [letter])
    gone = notice.served(self_look(office.citizen.token), letter)
    assert gone is not None
    assert (gone.body, gone.same) == (None, False)


def test_a_correction_does_not_change_what_was_served(office: Office, send: Any) -> None:
    office.open()
    first = office.letter().letter
    before = notice.served(self_look(office.citizen.token), first)
    from conftest import penalty

    record = office.record()
    row = penalty(office.citizen.name, office.citizen.number, CF_WSH=record.doc_no, CF_JDRQ=str(record.decided_on))
    assert send(row | {"CF_NR": "罚款一百元"}, kind="correct").result.accepted == 1
    letters = notice.letters(self_look(office.citizen.token))
    assert len({one.number for one in letters}) == 2
    assert notice.served(self_look(office.citizen.token), first) == before


def test_a_reference_of_somebody_else_is_nothing_to_us(office: Office) -> None:
    about = "select count(*) from cx.notice_referred_v1(%s::bytea, %s::uuid)"
    assert scalar(about, [office.system.token, UUID(int=7)], using="worker") == 0
