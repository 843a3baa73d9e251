"""Writes of lookup: mandates (委托) to read who looked."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from chengxin.kernel.ids import uuid7
from chengxin.kernel.names import normalise_name
from chengxin.ledger.api import act, scalar
from chengxin.lookup.queries import document
from chengxin.people.api import ring


def give_mandate(token: bytes, person: UUID, *, number: str, name: str, relation: str, until: date) -> UUID:
    """Let somebody read who looked at oneself, until a day (委托).

    Neither name nor number is stored, only their keyed hash. Whether anybody of that name and number is known here is
    not told.

    Raises:
        Refused: ID-01, DUTY-02, MANDATE-02 (relation), MANDATE-03 (last day), MANDATE-04 (oneself).
    """
    kind, known = document(number)
    mandate = uuid7()
    with act(token, activity="mandate.give") as line:
        scalar(
            "select cx.lookup_mandate_give_v1(%s::uuid, %s::uuid, %s::uuid, %s::bytea, %s::text, %s::date)",
            [person, mandate, line, ring().pair_index(kind, known, normalise_name(name)), relation, until],
        )
    return mandate


def end_mandate(token: bytes, person: UUID, mandate: UUID) -> None:
    """Take a mandate back (收回委托); good from this moment.

    Raises:
        Refused: DUTY-02, MANDATE-05 (none of one's own, or taken back before).
    """
    with act(token, activity="mandate.end", person=person) as line:
        scalar("select cx.lookup_mandate_end_v1(%s::uuid, %s::uuid, %s::uuid)", [person, mandate, line])
