"""Reads of records: what is known about one person, in every state."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from chengxin.catalog.api import ItemVersion, chosen
from chengxin.ledger.api import Look, rows, shown
from chengxin.people.api import Shelf, Unsealable, ring
from chengxin.records.states import EFFECTIVE, LABELS, SERVED, TRANSITIONS, WITHDRAWN
from chengxin.records.words import SEVERITIES


@dataclass(frozen=True)
class OwnRecord:
    """One record as its person sees it (我的信息).

    Attributes:
        person: the file it lies in; somebody may have several.
        moved: it stood under the wrong person and was moved away: nothing of the document is shown any more.
        display_end: first day on which it is no longer used; None: never used.
        wait_until: last day of the waiting period.
        counts_now: whether consumers see it today, by the effect gate itself.
        title: what the record is about, in the authority's words; the item's name where it has no such column.
        basis: what the determination rests on (认定依据), in its own words or as the item states it.
        facts: the determination's own columns under their Chinese names, in the catalog's order, without empty ones and
            without those that are said elsewhere.
        readable: False where the sealed text did not open; then `texts` is empty.
    """

    person: UUID
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
    title: str = field(repr=False)
    basis: str = field(repr=False)
    facts: tuple[tuple[str, Any], ...] = field(repr=False)
    readable: bool = True
    moved: bool = False

    @property
    def adverse(self) -> bool:
        """Whether it is adverse (失信信息): then it has a class, a notice and a waiting period."""
        return self.severity != "NONE"

    @property
    def state_label(self) -> str:
        return LABELS[self.state]

    @property
    def severity_label(self) -> str:
        return SEVERITIES[self.severity]


@dataclass(frozen=True)
class _Row:
    person: UUID
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
    moved: bool


@dataclass(frozen=True)
class Step:
    """A step in the life of a record (时间线)."""

    seq: int
    from_state: str
    to_state: str
    reason: str
    on_date: date
    wait_until: date | None
    post: str
    organisation_name: str

    @property
    def label(self) -> str:
        if (self.from_state, self.to_state) == (SERVED, EFFECTIVE):
            return "本人认可，提前生效" if self.post == "本人" else "等待期届满，生效"
        if self.to_state == WITHDRAWN and self.reason.startswith("归属错误"):
            return self.reason
        why = next(why for a, b, why in TRANSITIONS if (a, b) == (self.from_state, self.to_state))
        return f"{why}：{self.reason}" if self.reason else why


SHELVES = (Shelf("records", "text", "文书文字", lambda one: sealed_aad(one.id, one.seq)),)
"""Shelves of this room in a rotation of the wrapping key."""


def sealed_aad(batch: UUID, source_row: int) -> str:
    """What binds the sealed text of a version to its row: its place in a batch, which nobody can choose again."""
    return f"records_version|sealed|{batch}|{source_row}"


def own(*looks: Look) -> list[OwnRecord]:
    """The person's own records, of each file the newest determination first.

    Raises:
        Refused: LOOK-01, LOOK-02.
    """
    return through("cx.records_own_v1", *looks)


def through(door: str, *looks: Look, using: str = "default") -> list[OwnRecord]:
    """Records that a reading function answers for looks, with their texts opened from the vault.

    Args:
        door: the function; it asks for the look itself and says which records it is good for.
        looks: committed, at most 60 seconds old.
        using: database alias.
    """
    found = shown(f"{door}({{look}})", looks, of=_Row, whose=True, using=using)
    items = chosen({(row.item, row.item_version) for row in found})
    return [_opened(row, items.get((row.item, row.item_version))) for row in found]


def _opened(row: _Row, item: ItemVersion | None) -> OwnRecord:
    data = dict(row.__dict__)
    for name in ("sealed", "plain", "item_version", "batch", "source_row"):
        del data[name]
    values, readable = dict(row.plain), True
    try:
        if row.moved:
            data["doc_no"] = MOVED_NUMBER
        else:
            values |= json.loads(ring().open(row.sealed, sealed_aad(row.batch, row.source_row)))
    except Unsealable:
        readable = False  # one damaged text must not hide everything else from its person
    columns = item.definition["field"] if item else [{"code": code, "name": code} for code in values]
    roles = {column["role"]: values.get(column["code"], "") for column in columns if column.get("role")}
    collected = (
        [f"《{basis.law}》{basis.article}" for basis in item.bases if basis.kind in {"act", "collect"}] if item else []
    )
    return OwnRecord(
        **data,
        readable=readable,
        item_name=item.name if item else row.item,
        title=roles.get("title") or (item.name if item else row.item),
        basis=roles.get("basis") or "；".join(collected),
        facts=tuple(
            (column["name"], values[column["code"]])
            for column in columns
            if column.get("role") not in _SAID_ELSEWHERE and values.get(column["code"]) not in (None, "", [])
        ),
    )


MOVED_NUMBER = "文书号不再显示"
"""In the place of a document number that belongs to somebody else."""
_SAID_ELSEWHERE = frozenset({"title", "basis", "subject_type"})


def steps(look: Look, record: UUID) -> list[Step]:
    """The steps of one of the person's own records, oldest first."""
    return rows(
        f"select {STEP} from cx.records_steps_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid)",  # noqa: S608 - a literal
        [*_key(look), record],
        of=Step,
    )


STEP = "seq, from_state, to_state, reason, on_date, wait_until, post, organisation_name"
"""Columns of :class:`Step`, for the room that shows the steps of a case."""


def _key(look: Look) -> list[object]:
    return [look.token, look.person, look.id]
