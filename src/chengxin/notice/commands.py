"""Writes of notice: issue letters, serve a letter."""

from __future__ import annotations

import hashlib
from uuid import UUID

from chengxin.ledger.api import act, scalar, today
from chengxin.notice.queries import Letter, waiting
from chengxin.notice.rules import LetterBody
from chengxin.records.api import OwnRecord

TEMPLATE = "before-entry-1"


def issue(token: bytes, batch: UUID | None, *, using: str = "default") -> int:
    """Issue the letters of a closed batch (发出告知书); a second call issues none. Returns how many.

    Without a batch: the next portion of those whose letters go out so many a day (历史数据分批告知).
    """
    return int(
        scalar("select cx.notice_issue_v1(%s::bytea, %s::uuid, %s::text)", [token, batch, TEMPLATE], using=using)
    )


def open_letter(token: bytes, person: UUID, letter: Letter, record: OwnRecord, body: LetterBody) -> None:
    """The person opens a letter: service, with the digest of what was shown as evidence (送达).

    Raises:
        Refused: DUTY-02, NOTICE-02, NOTICE-03, RECORD-01 (served before), RECORD-03, RECORD-04.
    """
    period = waiting(record.item, today=today())
    digest = hashlib.sha256(body.text().encode()).digest()
    with act(token, activity="notice.open") as line:
        scalar(
            "select cx.notice_serve_v1(%s::uuid, %s::uuid, %s::uuid, %s::integer, %s::date, %s::bytea)",
            [person, letter.letter, line, record.seq + 1, period.until, digest],
        )
