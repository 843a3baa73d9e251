"""Delivery (投递): what is due goes to its carrier, what carriers report becomes evidence. Driven by the worker.

Each attempt is placed and committed before anything leaves the house; its id is the carrier's reference. Whoever is
killed in between hands the same attempt over again, with the same reference.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import Look, look, rows, scalar, today
from chengxin.notice.carriers import Accepted, Address, Carrier, Message, NoAnswer, Report
from chengxin.notice.contacts import KINDS, SealedContact
from chengxin.notice.letters import body
from chengxin.notice.pdf import PdfUnavailable, letter_pdf, require_font
from chengxin.notice.queries import Copy, copy_aad, waiting
from chengxin.notice.rules import LetterBody, letter_number
from chengxin.people.api import Unsealable, identity, ring
from chengxin.records.api import through

_LOG = logging.getLogger(__name__)
PUBLIC = "public"
"""A public notice carries nothing: it ends (公告期满)."""
LEASE = 300
"""Seconds that a worker has for what it took."""
SMS = (
    "【个人公共信用信息】您有一封告知书（{number}）待查看，查看之前不会产生任何作用。"
    "请登录本市个人公共信用信息平台查看，或拨打12345。本短信不含链接，也不会索要验证码。"
)
"""Says that a letter waits and how to reach it; nothing of the letter, nothing of the person."""


@dataclass(frozen=True)
class Errand:
    """An attempt to hand over (一次投递); `skipped`: it was passed over, for there is no address."""

    person: UUID
    letter: UUID
    record: UUID
    record_version: int
    channel: str
    attempt: int
    reference: UUID
    skipped: bool
    issued_on: date

    @property
    def number(self) -> str:
        return letter_number(str(self.record), self.record_version)


@dataclass(frozen=True)
class _Referred:
    person: UUID
    letter: UUID
    channel: str
    attempt: int
    item: str


class _Skip(Exception):
    """Nothing can be handed over, for this reason."""


def deliver(
    token: bytes, carriers: Mapping[str, Carrier], *, using: str = "default", limit: int = 50, lease: int = LEASE
) -> int:
    """Hand over what is due and write down what carriers report (投递); returns how many attempts and reports.

    Letters that no channel reached are put before the desk by the same call. Not inside a transaction.
    """
    day, done = today(using=using), 0
    for errand in rows(
        "select * from cx.notice_take_v1(%s::bytea, %s::integer, %s::integer)",
        [token, limit, lease],
        of=Errand,
        using=using,
    ):
        done += 1
        if errand.skipped:
            continue
        # No font: the attempt stays placed, and is taken again when its lease ends. NOTICE-08: another was first.
        # NOTICE-03: no waiting period is registered any more; the letters behind this one do not wait for it.
        try:
            if errand.channel == PUBLIC:
                _deem(token, errand, day, using)
            else:
                _settle(
                    token, errand, *_hand_over(token, errand, carriers.get(errand.channel), day, using), using=using
                )
        except (PdfUnavailable, Refused):
            done -= 1
    return done + sum(_listen(token, channel, carrier, day, using) for channel, carrier in carriers.items())


def _listen(token: bytes, channel: str, carrier: Carrier, day: date, using: str) -> int:
    """Write down what a carrier reports; how many. A carrier that is away is asked again in the next round."""
    heard = 0
    try:
        for report in carrier.reports(today=day):
            try:
                _register(token, channel, report, day, using)
            except Refused as error:  # nonsense (NOTICE-13) serves nothing, and must not hold up the others
                _LOG.warning("report %s refused: %s", report.reference, error.code)
            carrier.heard(report)
            heard += 1
    except OSError as error:
        _LOG.warning("carrier %s does not report: %s", channel, type(error).__name__)
    return heard


def _hand_over(token: bytes, errand: Errand, carrier: Carrier | None, day: date, using: str) -> tuple[str, str]:
    """What became of an attempt: event and reason."""
    if carrier is None:
        return "skipped", "no_carrier"
    if errand.channel == "post":
        require_font()
    opened = _look(token, errand, using)
    try:
        message, address = _prepared(opened, errand, day, using)
        taken = carrier.send(message, address, today=day)
    except _Skip as skip:
        return "skipped", str(skip)
    except (NoAnswer, OSError):  # a network that is away, or a full disk: the carrier may or may not have it
        return "unanswered", "timeout"
    return ("sent", "") if isinstance(taken, Accepted) else ("refused", taken.reason)


def _look(token: bytes, errand: Errand, using: str) -> Look:
    return look(
        "cx.notice_errand_look_v1(%s::bytea, {look}, %s::uuid, %s::uuid, %s::text)",
        [token, errand.person, errand.letter, errand.channel],
        token=token,
        activity="notice.deliver",
        using=using,
    )


def _deem(token: bytes, errand: Errand, day: date, using: str) -> None:
    """A public notice has ended: its words are kept, the waiting period begins. What cannot be made serves nothing."""
    opened = _look(token, errand, using)
    record = next(iter(through("cx.notice_errand_record_v1", opened, using=using)), None)
    if record is None:
        return
    try:
        _kept(opened, errand, day, using)
    except _Skip:
        return
    until = waiting(record.item, today=day).until
    scalar(
        "select cx.notice_deem_v1(%s::bytea, %s::uuid, %s::uuid, %s::date)",
        [token, errand.person, errand.letter, until],
        using=using,
    )


def _prepared(opened: Look, errand: Errand, day: date, using: str) -> tuple[Message, Address]:
    """The message and where it goes. The contact is read first: who cannot be reached is looked at no further."""
    found = rows(
        "select * from cx.notice_address_v1(%s::bytea, %s::uuid, %s::uuid, %s::text)",
        [opened.token, opened.person, opened.id, KINDS[errand.channel]],
        of=SealedContact,
        using=using,
    )
    if not found:
        raise _Skip("no_address")
    place = found[0].opened(errand.person).value
    if place is None:
        raise _Skip("unreadable")
    if errand.channel == "sms":
        return Message(errand.reference, SMS.format(number=errand.number)), Address("", place)
    kept = _kept(opened, errand, day, using)
    document = letter_pdf(kept, issued_on=errand.issued_on)
    return Message(errand.reference, "", document), Address(kept.name, place)


def _kept(opened: Look, errand: Errand, day: date, using: str) -> LetterBody:
    """The words that go by post: kept before they go, and the same at every try."""
    record = next(iter(through("cx.notice_errand_record_v1", opened, using=using)), None)
    if record is None:
        raise _Skip("over")
    try:
        made = body(record, identity(opened, using=using).name, today=day, channel=errand.channel)
    except (Refused, Unsealable):
        raise _Skip("no_letter") from None
    (copy,) = rows(
        "select * from cx.notice_keep_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::text, %s::bytea, %s::bytea)",
        [
            opened.token,
            errand.person,
            opened.id,
            errand.letter,
            errand.channel,
            made.digest(),
            ring().seal(made.packed(), copy_aad(errand.person, errand.letter, errand.channel)),
        ],
        of=Copy,
        using=using,
    )
    kept = copy.opened(errand.person, errand.letter)
    if kept.body is None or not kept.same:
        raise _Skip("unreadable")
    return kept.body


def _settle(token: bytes, errand: Errand, event: str, reason: str, *, using: str) -> None:
    scalar(
        "select cx.notice_settle_v1(%s::bytea, %s::uuid, %s::uuid, %s::text, %s::integer, %s::text, %s::text)",
        [token, errand.person, errand.letter, errand.channel, errand.attempt, event, reason],
        using=using,
    )


def _register(token: bytes, channel: str, report: Report, day: date, using: str) -> None:
    """Write a report down. Somebody else's signature is no service: the letter counts as returned."""
    found = rows(
        "select * from cx.notice_referred_v1(%s::bytea, %s::uuid)", [token, report.reference], of=_Referred, using=using
    )
    if not found or found[0].channel != channel:
        return  # a reference of another installation
    about, event = found[0], report.event
    if channel == "post" and event == "delivered" and report.reason not in {"self", "agent"}:
        event = "returned"
    until = waiting(about.item, today=day).until
    scalar(
        "select cx.notice_report_v1(%s::bytea, %s::uuid, %s::uuid, %s::text, %s::integer, %s::text, %s::text, "
        "%s::date, %s::date)",
        [token, about.person, about.letter, channel, about.attempt, event, report.reason, report.on, until],
        using=using,
    )
