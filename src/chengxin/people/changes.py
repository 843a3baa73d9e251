"""What the population database tells about persons we hold (人口信息变更), applied one by one in its own order.

Pages may come with changes repeated, shuffled or missing: only the very next one is ever applied, and the database
refuses any other (POPULATION-03). So whatever the delivery, persons end as if each change had come once, in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from chengxin.kernel.errors import Unavailable
from chengxin.kernel.ids import uuid7
from chengxin.kernel.population import Change
from chengxin.ledger.api import rows, scalar
from chengxin.people.population import population
from chengxin.people.vault import ring

_IDENTITY = frozenset({"name_changed", "number_corrected"})


@dataclass(frozen=True)
class _Target:
    person: UUID | None
    last_seq: int | None
    next_change: int


def poll(token: bytes, *, using: str = "default") -> int:
    """Fetch and apply what changed (取变更); how many were applied. Nothing where no database is configured or answers.

    Args:
        token: the platform's own session.
        using: database alias.

    Raises:
        Refused: SESSION-01, DUTY-01, POPULATION-03 (another worker was quicker).
    """
    line = population()
    if line is None:
        return 0
    done = 0
    while True:
        after = _target(token, None, using).next_change - 1
        try:
            told = line.changes(after, request=uuid4())
        except Unavailable:
            return done
        fresh = {change.seq: change for change in told}
        applied = 0
        while (change := fresh.get(after + applied + 1)) is not None:
            apply(token, change, using=using)
            applied += 1
        if not applied:
            return done
        done += applied


def apply(token: bytes, change: Change, *, using: str = "default") -> str:
    """Apply one change (变更落实): ``applied``, ``nothing`` or ``nobody`` of ours, ``human``, or ``known`` before."""
    hmac = ring().blind_index(change.id_type, change.id_number)
    target = _target(token, hmac, using)
    return str(
        scalar(
            "select cx.people_change_v1(%s::bytea, %s::uuid, %s::bigint, %s::uuid, %s::text, %s::date, %s::bytea, "
            "%s::uuid, %s::integer, %s::integer, %s::bytea, %s::text, %s::bytea, %s::bytea, %s::bytea)",
            [
                *(token, uuid7(), change.seq, change.id, change.kind, change.on, hmac, target.person),
                *_sealed(change, target),
            ],
            using=using,
        )
    )


def _sealed(
    change: Change, target: _Target
) -> tuple[int | None, int, bytes | None, str | None, bytes | None, bytes | None, bytes | None]:
    """The new identity as the vault takes it: version, key version, index, type, pair, key, sealed value."""
    keys = ring()
    if target.person is None or change.kind not in _IDENTITY or change.new_name is None:
        # Two files that are one human's: the number of the other is told, so that a desk can show both.
        other = (
            keys.blind_index(change.new_id_type or change.id_type, change.new_id_number)
            if change.new_id_number
            else None
        )
        return None, keys.index_version, other, None, None, None, None
    id_type, number = change.new_id_type or change.id_type, change.new_id_number or change.id_number
    seq = (target.last_seq or 0) + 1
    dek, sealed = keys.seal_identity(
        target.person, name=change.new_name, number=number, id_type=id_type, original=number, seq=seq
    )
    pair = keys.pair_index(id_type, number, change.new_name)
    return seq, keys.index_version, keys.blind_index(id_type, number), id_type, pair, dek, sealed


def _target(token: bytes, hmac: bytes | None, using: str) -> _Target:
    return rows("select * from cx.people_changing_v1(%s::bytea, %s::bytea)", [token, hmac], of=_Target, using=using)[0]
