"""Writes of notice: issue letters, serve a letter."""

from __future__ import annotations

from uuid import UUID

from chengxin.ledger.api import act, scalar, today
from chengxin.notice.queries import Letter, copy_aad, waiting
from chengxin.notice.rules import LetterBody
from chengxin.notice.wording import in_force
from chengxin.people.api import ring
from chengxin.records.api import OwnRecord


def issue(token: bytes, batch: UUID | None, *, using: str = "default") -> int:
    """Issue the letters of a closed batch (发出告知书); a second call issues none. Returns how many.

    Without a batch: the next portion of those whose letters go out so many a day (历史数据分批告知).
    """
    template = in_force(today(using=using)).id
    return int(
        scalar("select cx.notice_issue_v1(%s::bytea, %s::uuid, %s::text)", [token, batch, template], using=using)
    )


def follow_standing(token: bytes, person: UUID, *, using: str = "default") -> int:
    """Letters follow whether somebody lives (在世状态): to the deceased they end, after a false report they go on."""
    template = in_force(today(using=using)).id
    return int(
        scalar("select cx.notice_standing_v1(%s::bytea, %s::uuid, %s::text)", [token, person, template], using=using)
    )


def open_letter(token: bytes, person: UUID, letter: Letter, record: OwnRecord, body: LetterBody) -> None:
    """The person opens a letter: service, with the words that were shown as evidence, sealed (送达).

    The line of the act names the digest of the words, so that the log answers for them.

    Raises:
        Refused: DUTY-02, NOTICE-02, NOTICE-03, NOTICE-06, NOTICE-07, NOTICE-10 (opened before), RECORD-03, RECORD-04,
            RECORD-10 (served by post).
    """
    period = waiting(record.item, today=today())
    digest, sealed = body.digest(), ring().seal(body.packed(), copy_aad(person, letter.letter, "in_app"))
    with act(token, activity="notice.open", case=digest.hex(), person=person) as line:
        scalar(
            "select cx.notice_serve_v1(%s::uuid, %s::uuid, %s::uuid, %s::integer, %s::date, %s::bytea, %s::bytea)",
            [person, letter.letter, line, record.seq + 1, period.until, digest, sealed],
        )
