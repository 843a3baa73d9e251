"""Reads of records: what is known about one person, in every state."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from chengxin.catalog.api import item as catalog_item
from chengxin.ledger.api import Look, rows
from chengxin.people.api import Unsealable, ring
from chengxin.records.states import EFFECTIVE, LABELS, SERVED, TRANSITIONS
from chengxin.records.words import SEVERITIES


@dataclass(frozen=True)
class OwnRecord:
    """One record as its person sees it (我的信息).

    Attributes:
        display_end: first day on which it is no longer used; None: never used.
        wait_until: last day of the waiting period.
        counts_now: whether consumers see it today, by the effect gate itself.
        texts: free text of the determination by column code, opened from the vault.
        plain: coded columns by column code.
        field_names: column code -> Chinese name.
        readable: False where the sealed text did not open; then `texts` is empty.
    """

    record: UUID
    version: int
    item: str
    item_name: str
    authority_name: str
    authority: str
    doc_no: str
    decided_on: date
    severity: str
    display_end: date | None
    retained_until: date
    seq: int
    state: str
    on_date: date
    served_on: date | None
    wait_until: date | None
    accepted: bool
    effective_on: date | None
    counts_now: bool
    texts: dict[str, str] = field(repr=False)
    plain: dict[str, Any] = field(repr=False)
    field_names: dict[str, str] = field(repr=False)
    readable: bool = True

    @property
    def state_label(self) -> str:
        return LABELS[self.state]

    @property
    def severity_label(self) -> str:
        return SEVERITIES[self.severity]


@dataclass(frozen=True)
class _Row:
    record: UUID
    batch: UUID
    source_row: int
    version: int
    item: str
    item_version: int
    authority_name: str
    authority: str
    doc_no: str
    decided_on: date
    severity: str
    display_end: date | None
    retained_until: date
    plain: dict[str, Any]
    sealed: bytes
    seq: int
    state: str
    on_date: date
    served_on: date | None
    wait_until: date | None
    accepted: bool
    effective_on: date | None
    counts_now: bool


@dataclass(frozen=True)
class Step:
    """A step in the life of a record (时间线)."""

    seq: int
    from_state: str
    to_state: str
    on_date: date
    wait_until: date | None
    post: str
    organisation_name: str

    @property
    def label(self) -> str:
        if (self.from_state, self.to_state) == (SERVED, EFFECTIVE):
            return "本人认可，提前生效" if self.post == "本人" else "等待期届满，生效"
        return next(why for a, b, why in TRANSITIONS if (a, b) == (self.from_state, self.to_state))


def sealed_aad(batch: UUID, source_row: int, version: int) -> str:
    """What binds the sealed text of a version to its row: its place in a batch, which nobody can choose again."""
    return f"records_version|sealed|{batch}|{source_row}|{version}"


def own(look: Look) -> list[OwnRecord]:
    """The person's own records, newest determination first.

    Raises:
        Refused: LOOK-01, LOOK-02.
    """
    return through("cx.records_own_v1", look)


def through(door: str, look: Look) -> list[OwnRecord]:
    """Records that a reading function answers for a look, with their texts opened from the vault.

    Args:
        door: the function; it asks for the look itself and says which records it is good for.
        look: committed, at most 60 seconds old.
    """
    found = rows(f"select * from {door}(%s::bytea, %s::uuid, %s::uuid)", _key(look), of=_Row)  # noqa: S608 - a literal
    names = {code: catalog_item(code) for code in {row.item for row in found}}
    return [_opened(row, names[row.item]) for row in found]


def _opened(row: _Row, item: Any) -> OwnRecord:
    data = dict(row.__dict__)
    del data["sealed"], data["item_version"], data["batch"], data["source_row"]
    texts, readable = {}, True
    try:
        texts = json.loads(ring().open(row.sealed, sealed_aad(row.batch, row.source_row, row.version)))
    except Unsealable:
        readable = False  # one damaged text must not hide everything else from its person
    return OwnRecord(
        **data,
        texts=texts,
        readable=readable,
        item_name=item.name if item else row.item,
        field_names=item.field_names() if item else {},
    )


def steps(look: Look, record: UUID) -> list[Step]:
    """The steps of one of the person's own records, oldest first."""
    return rows(
        f"select {STEP} from cx.records_steps_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid)",  # noqa: S608 - a literal
        [*_key(look), record],
        of=Step,
    )


STEP = "seq, from_state, to_state, on_date, wait_until, post, organisation_name"
"""Columns of :class:`Step`, for the room that shows the steps of a case."""


def _key(look: Look) -> list[object]:
    return [look.token, look.person, look.id]
