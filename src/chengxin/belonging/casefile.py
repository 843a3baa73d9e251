"""What an officer sees of a matter (案卷): both sides, each by a look of its own."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from chengxin.belonging import api
from chengxin.belonging.rules import twice
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import Look
from chengxin.people.api import Identity, identity
from chengxin.records.api import OwnRecord, through


@dataclass(frozen=True)
class Side:
    """One of two persons: who it is, and the records that the look permits."""

    identity: Identity
    records: list[OwnRecord]


@dataclass(frozen=True)
class MatterFile:
    """One look at each side of a matter. `other` is None in a move: the proposal alone says who is right."""

    queued: api.Queued
    matter: api.Matter
    one: Side
    other: Side | None

    @property
    def record(self) -> OwnRecord | None:
        """Of a move: the record."""
        return self.one.records[0] if self.matter.kind == "move" and self.one.records else None

    @property
    def twice(self) -> list[tuple[OwnRecord, OwnRecord]]:
        """Determinations that stand in both files."""
        return twice(self.one.records, self.other.records) if self.other else []


@dataclass(frozen=True)
class Pair:
    """Two files that may be one human's, before anything is proposed; `other` None: nobody here has that number."""

    person: UUID
    one: Side
    other: Side | None

    @property
    def twice(self) -> list[tuple[OwnRecord, OwnRecord]]:
        return twice(self.one.records, self.other.records) if self.other else []


def open_matter(token: bytes, matter: UUID) -> MatterFile | None:
    """Open a matter that waits (打开事项); None when it does not. Raises Refused: DUTY-01."""
    queued = api.queued(token, matter)
    if queued is None:
        return None
    try:
        look = api.side_look(token, queued, "person")
        other = api.side_look(token, queued, "other") if queued.kind == "move" or queued.other else None
    except Refused as error:
        if error.code == "BELONG-03":
            return None
        raise
    found = api.matter(look)
    return MatterFile(
        queued=queued,
        matter=found,
        one=_side(look),
        other=_side(other) if other and queued.kind != "move" else None,
    )


def open_pair(token: bytes, origin: str, ref: str, *, two: bool = True) -> Pair | None:
    """Open what a change, or an approved merge, is about; None when it is settled. Raises Refused: DUTY-01."""
    try:
        look = api.pair_look(token, origin, ref, "person")
        other = api.pair_look(token, origin, ref, "other") if two else None
    except Refused as error:
        if error.code == "BELONG-06":
            return None
        raise
    return Pair(look.person, _side(look), _side(other) if other else None)


def _side(look: Look) -> Side:
    return Side(identity(look), through("cx.belonging_records_v1", look))
