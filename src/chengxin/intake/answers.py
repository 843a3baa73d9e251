"""What goes back to the department (回给报送单位): the result, the bad rows in its own workbook, the signed receipt."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

from django.conf import settings

from chengxin.catalog.api import version
from chengxin.intake.commands import Imported
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import ItemFacts, item_facts
from chengxin.intake.queries import Batch, RowFinding, definition, findings
from chengxin.intake.receipts import InstanceKey, sign
from chengxin.intake.receipts import receipt_of as receipt_facts
from chengxin.intake.result import Finding, ImportResult
from chengxin.intake.uploads import content_of
from chengxin.intake.workbook import error_workbook_of
from chengxin.ledger.api import act

_PAGE = 20_000


def receipt_of(batch: Batch) -> str:
    """The signed receipt of a closed batch (回执); ``chengxin receipt verify`` checks it offline, years later.

    Raises:
        ValueError: the batch is not closed.
    """
    return sign(receipt_facts(batch), InstanceKey.load(settings.INSTANCE_KEY))


def result_of(token: bytes, batch: Batch) -> ImportResult:
    """What became of every row of a closed batch, as its import said it (导入结果), whatever was put right since.

    Raises:
        ValueError: the batch is not closed.
    """
    closed = receipt_facts(batch)
    kinds: dict[str, list[Finding]] = {"error": [], "held": [], "warning": []}
    for one in _all_findings(token, closed.batch):
        kinds[one.kind].append(_finding(one))
    return ImportResult(
        closed.total,
        closed.accepted,
        closed.refused,
        closed.held,
        closed.unchanged,
        closed.ignored,
        errors=tuple(kinds["error"]),
        held_rows=tuple(kinds["held"]),
        warnings=tuple(kinds["warning"]),
    )


def workbook_of(token: bytes, batch: Batch) -> bytes:
    """The rows of a batch that still want the department, in its own columns (需改正的行). Registered as an act.

    It is read and written by the version of the item that judged it: a newer one may ask for columns it never had.

    Raises:
        Refused: DUTY-01.
        TooManyRows: more than a person puts right in a workbook.
        UnreadableFile: the file cannot be read a second time; `reason` and `remedy` say why.
        LookupError: the file's time is over, or it was never sent as an upload.
    """
    if batch.upload is None or not batch.kept:
        raise LookupError
    with act(token, activity="intake.workbook"):
        content = content_of(token, batch.upload, batch.file_digest)
    return workbook_from(token, content, batch)


def workbook_from(token: bytes, source: bytes | Path, batch: Batch) -> bytes:
    """The same for a batch whose file is at hand.

    Raises:
        TooManyRows, UnreadableFile: as above.
        LookupError: no batch was opened.
    """
    if batch.batch is None:
        raise LookupError
    item = item_of(batch)
    wanted = {"held"} if batch.dismissed else {"held", "error"}
    found = (one for one in _all_findings(token, batch.batch) if one.kind in wanted)
    still = [one for one in found if not (one.fixed or one.decided)]
    return error_workbook_of(
        source,
        item=item,
        kind=batch.kind,
        batch=batch.batch,
        form=batch.form,
        errors=[_finding(one) for one in still if one.kind == "error"],
        held=[_finding(one) for one in still if one.kind == "held"],
    )


def workbook_after(source: Path, imported: Imported, *, item: str, kind: str) -> bytes:
    """The same after an import of a file that lies here.

    Raises:
        TooManyRows: more than a person puts right in a workbook.
        UnreadableFile: the file is another one now, or cannot be read a second time.
        LookupError: no batch was opened.
    """
    if imported.batch is None:
        raise LookupError
    published, result = definition(item, kind=kind), imported.result
    return error_workbook_of(
        source,
        item=item_facts(published, published),
        kind=kind,
        batch=imported.batch,
        form=imported.form,
        errors=result.errors,
        held=result.held_rows,
        bad=imported.bad,
    )


def write_workbook(source: Path, target: Path, imported: Imported, *, item: str, kind: str) -> None:
    """The same as a new file that only its owner can read.

    Raises:
        FileExistsError: `target` is there; nothing is overwritten.
        OSError: it cannot be written; no half of it is left.
        TooManyRows, UnreadableFile, LookupError: as above.
    """
    content = workbook_after(source, imported, item=item, kind=kind)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            file.write(content)
            file.flush()
        except OSError:
            target.unlink()
            raise


def item_of(batch: Batch) -> ItemFacts:
    """The version of the item that a batch was judged by, whatever became of it since."""
    judged_by = version(batch.item, batch.item_version or 0)
    if judged_by is None:
        raise UnreadableFile("INTAKE-20", f"没有目录条目 {batch.item} 的这一版", "请联系平台管理员")
    published = judged_by.published()
    return item_facts(published, published)


def _all_findings(token: bytes, batch: UUID) -> Iterator[RowFinding]:
    """All findings of a batch, page by page: a page ends between two rows, never within one."""
    after = 0
    while page := findings(token, batch, after=after, limit=_PAGE):
        if len(page) < _PAGE:
            yield from page
            return
        last = page[-1].source_row
        yield from (one for one in page if one.source_row < last)
        after = last - 1


def _finding(one: RowFinding) -> Finding:
    return Finding(one.source_row, one.field, one.code, one.message)
