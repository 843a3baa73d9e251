"""Reads of intake: the facts a check needs, and the organisation's own receipts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chengxin.catalog.api import item as catalog_item
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import ItemFacts, item_facts
from chengxin.ledger.api import rows


@dataclass(frozen=True)
class Receipt:
    """The receipt of a batch (报送回执). Counts are None while the batch is open."""

    batch: UUID
    item: str
    opened_at: datetime
    closed_at: datetime | None
    total: int | None
    accepted: int | None
    refused: int | None
    held: int | None
    unchanged: int | None
    ignored: int | None


def facts(code: str) -> ItemFacts:
    """What intake must know of a catalog item.

    Raises:
        UnreadableFile: INTAKE-20, there is no such published item.
    """
    found = catalog_item(code)
    if found is None:
        raise UnreadableFile("INTAKE-20", f"没有名为 {code} 的目录条目", "请核对目录条目代码")
    published = found.published()
    return item_facts(published, published)


def receipts(token: bytes, limit: int = 20) -> list[Receipt]:
    """Batches of the officer's own organisation, newest first."""
    return rows("select * from cx.intake_receipts_v1(%s::bytea, %s::integer)", [token, limit], of=Receipt)
