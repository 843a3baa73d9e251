"""Reads of intake: the facts a check needs, and what the own organisation sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from chengxin.catalog.api import item as catalog_item
from chengxin.catalog.api import version, versions
from chengxin.intake.errors import UnreadableFile
from chengxin.ledger.api import rows, scalar

PAGE = 50


@dataclass(frozen=True)
class Batch:
    """What a department sent (报送批次): an upload, the batch it became, and its receipt.

    Attributes:
        upload: None where the file was read where it lay (command line, watched folder).
        batch: None until the file could be read.
        problem, message: why the file as a whole was refused; empty otherwise.
        running: somebody is reading it, or will; False and not closed: it waits for an officer to go on.
        stalled: nobody is, and nothing has happened for minutes: the reading was broken off.
        declared: rows of the file; judged: how many were judged so far; None before the first.
        total to ignored: the counts of the receipt; None while the batch is open.
        form: what the file turned out to be, in words (CSV，GB18030); empty until it could be read.
        wanting: refused rows that no later file put right; none once the department said that they are not coming.
        waiting: held rows that nobody decided and no later file put right.
        dismissed: why refused rows are not coming (不再报送); empty: nobody said so.
        cancelled: why its department took it back before it was done (取消); empty: it did not.
        kept: the file is still there, sealed.
        mends, mends_row: the batch and row that this one row puts right, made in a form (逐行改正); else None.
        mended: the columns that were changed there.
    """

    upload: UUID | None
    batch: UUID | None
    organisation: str
    organisation_name: str
    item: str
    item_version: int | None
    kind: str
    channel: str
    form: str
    file_digest: bytes
    problem: str
    message: str
    running: bool
    stalled: bool
    sent_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    declared: int | None
    judged: int | None
    total: int | None
    accepted: int | None
    refused: int | None
    held: int | None
    unchanged: int | None
    ignored: int | None
    wanting: int | None
    waiting: int | None
    dismissed: str
    cancelled: str
    kept: bool
    mends: UUID | None
    mends_row: int | None
    mended: list[str] | None

    @property
    def open_rows(self) -> int:
        """Rows that still want somebody (需改正、待核)."""
        return (self.wanting or 0) + (self.waiting or 0)

    @property
    def fixed(self) -> int:
        """Rows that had to come back and are done (已改正、已核证)."""
        return (self.refused or 0) + (self.held or 0) - self.open_rows

    @property
    def state(self) -> str:
        """One of the words for batches: 校验中, 已中断, 已取消, 不能读取, 需改正, 核查中, 已入库."""
        if self.cancelled:
            return "已取消"
        if self.problem:
            return "不能读取"
        if self.closed_at is None:
            return "已中断" if self.stalled or not (self.running or self.upload is None) else "校验中"
        if self.wanting:
            return "需改正"
        return "核查中" if self.waiting else "已入库"  # held rows: only whoever certifies has to act


@dataclass(frozen=True)
class RowFinding:
    """What was found in a row (问题).

    Attributes:
        kind: error, held or warning.
        fixed: a later file put the row right.
        decided: released or refused, what whoever certifies decided about a held row; empty: nothing so far.
    """

    source_row: int
    kind: str
    field: str
    code: str
    message: str
    fixed: bool
    decided: str


@dataclass(frozen=True)
class Summary:
    """How many findings of a rule a batch has at a column (问题汇总)."""

    kind: str
    code: str
    field: str
    rows: int


@dataclass(frozen=True)
class HeldRow:
    """A row that waits for a human (待核): no identity is in it."""

    batch: UUID
    source_row: int
    item: str
    kind: str
    organisation_name: str
    doc_no: str
    authority_name: str
    reason: str
    other_name: bool
    verified: str
    held_on: date
    due_on: date


@dataclass(frozen=True)
class HeldDecided:
    """What became of a held row (核证结论): nobody's name, no reasons; no post where its department sent it again."""

    doc_no: str
    outcome: str
    decided_on: date
    post: str
    organisation_name: str


@dataclass(frozen=True)
class Quality:
    """Quality of a department's files by item and month (数据质量); counts are rows."""

    organisation: str
    organisation_name: str
    item: str
    month: date
    batches: int
    total: int
    accepted: int
    refused: int
    held: int
    first_pass: int
    again: int
    on_time: int
    last_on: date


@dataclass(frozen=True)
class Backlog:
    """Held rows nobody has decided (待核积压), by department, item and reason."""

    organisation: str
    organisation_name: str
    item: str
    reason: str
    rows: int
    oldest: date
    overdue: int


def definition(code: str, *, kind: str = "report") -> dict[str, Any]:
    """The item as published, with everything a check needs; the same dictionary a check without a database takes.

    What was reported under an item can be withdrawn after the item itself was.

    Raises:
        UnreadableFile: INTAKE-20, there is no such item.
    """
    found = catalog_item(code)
    if found is None and kind == "withdraw":
        found = next((version(code, one.version) for one in versions(code) if one.effective_from), None)
    if found is None:
        raise UnreadableFile("INTAKE-20", f"没有名为 {code} 的目录条目", "请核对目录条目代码")
    return found.published()


def batches(token: bytes, *, before: datetime | None = None, limit: int = PAGE, using: str = "default") -> list[Batch]:
    """What the own organisation sent, newest first; `before` goes on after the last one of a page."""
    return _batches(token, None, before, limit, using)


def batch(token: bytes, one: UUID, *, using: str = "default") -> Batch | None:
    """One upload or batch of the own organisation; None for anybody else's."""
    found = _batches(token, one, None, 1, using)
    return found[0] if found else None


def _batches(token: bytes, one: UUID | None, before: datetime | None, limit: int, using: str) -> list[Batch]:
    return rows(
        "select * from cx.intake_batches_v1(%s::bytea, %s::uuid, %s::timestamptz, %s::integer)",
        [token, one, before, limit],
        of=Batch,
        using=using,
    )


def findings(
    token: bytes, batch: UUID, *, kind: str | None = None, after: int = 0, limit: int = 200, using: str = "default"
) -> list[RowFinding]:
    """Findings of a batch by row; `after` is the last row of the page before."""
    return rows(
        "select * from cx.intake_findings_v1(%s::bytea, %s::uuid, %s::text, %s::integer, %s::integer)",
        [token, batch, kind, after, limit],
        of=RowFinding,
        using=using,
    )


def next_wrong(token: bytes, batch: UUID, *, after: int) -> int | None:
    """The first refused row after this one that still wants the department (下一个需要改正的行)."""
    found = scalar("select cx.intake_next_v1(%s::bytea, %s::uuid, %s::integer)", [token, batch, after])
    return None if found is None else int(found)


def summary(token: bytes, batch: UUID) -> list[Summary]:
    """How often each rule spoke, the most frequent first."""
    return rows("select * from cx.intake_summary_v1(%s::bytea, %s::uuid)", [token, batch], of=Summary)


def held(token: bytes, *, limit: int = PAGE, skip: int = 0) -> list[HeldRow]:
    """Rows that wait for a human (待核), nearest deadline first. Raises Refused: DUTY-01."""
    return rows(_HELD, [token, None, None, limit, skip], of=HeldRow)


def held_row(token: bytes, batch: UUID, row: int) -> HeldRow | None:
    """One of them; None where it does not wait. Raises Refused: DUTY-01."""
    return next(iter(rows(_HELD, [token, batch, row, 1, 0], of=HeldRow)), None)


def held_decided(token: bytes, batch: UUID, row: int) -> HeldDecided | None:
    """What became of a row that waits no more; None where there is none. Raises Refused: DUTY-01."""
    sql = "select * from cx.intake_held_decided_v1(%s::bytea, %s::uuid, %s::integer)"
    return next(iter(rows(sql, [token, batch, row], of=HeldDecided)), None)


_HELD = "select * from cx.intake_held_v1(%s::bytea, %s::uuid, %s::integer, %s::integer, %s::integer)"


def quality(token: bytes, *, everybody: bool, since: date) -> list[Quality]:
    """Quality by department, item and month since a day; `everybody` needs the duty that sees all departments."""
    return rows(
        "select * from cx.intake_quality_v1(%s::bytea, %s::boolean, %s::date)", [token, everybody, since], of=Quality
    )


def backlog(token: bytes, *, everybody: bool) -> list[Backlog]:
    """Held rows nobody has decided."""
    return rows("select * from cx.intake_backlog_v1(%s::bytea, %s::boolean)", [token, everybody], of=Backlog)


@dataclass(frozen=True)
class _Block:
    seq: int
    sealed: bytes


def sealed_blocks(token: bytes, upload: UUID, *, using: str = "default") -> Iterator[bytes]:
    """The sealed blocks of an upload of the own organisation, in order."""
    for block in rows(
        "select * from cx.intake_blocks_v1(%s::bytea, %s::uuid)", [token, upload], of=_Block, using=using
    ):
        yield bytes(block.sealed)
