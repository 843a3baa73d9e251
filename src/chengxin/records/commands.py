"""Writes of records that belong to this room alone."""

from __future__ import annotations

from uuid import UUID

from chengxin.ledger.api import act, scalar
from chengxin.records.queries import OwnRecord


def accept(token: bytes, person: UUID, record: OwnRecord) -> None:
    """The person waives the rest of the waiting period (本人认可).

    Raises:
        Refused: DUTY-02 (not one's own), RECORD-01 (not waiting), RECORD-04 (something happened meanwhile).
    """
    with act(token, activity="records.accept", person=person) as line:
        scalar(
            "select cx.records_accept_v1(%s::uuid, %s::uuid, %s::uuid, %s::integer)",
            [person, record.record, line, record.seq + 1],
        )


def end_waiting(token: bytes, *, limit: int = 1000, using: str = "default") -> int:
    """Make records effective whose waiting period has passed (等待期届满); returns how many.

    A step that was overtaken (an objection in the same moment) is left for the next run.
    """
    return int(scalar("select cx.records_wait_over_v1(%s::bytea, %s::integer)", [token, limit], using=using))
