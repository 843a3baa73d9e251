"""A dropped file is given to intake once, and answered (导入并答复).

Its batch is noted beside it before the first row is taken. Given again after a kill, a file whose batch was closed
meanwhile is not read a second time: that would make a second batch, and the rows to put right would stand in both. So
the answers are always made from what the store kept, never from the reading.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from chengxin.intake.answers import result_of, workbook_from
from chengxin.intake.commands import import_file
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.judging.child import JudgingFailed
from chengxin.intake.queries import Batch, batch
from chengxin.intake.reading import COMMAND_LINE
from chengxin.intake.receipts import InstanceKey, receipt_of, sign
from chengxin.intake.workbook import TooManyRows


@dataclass(frozen=True)
class Outcome:
    """What intake made of a file (处理结果).

    Attributes:
        result: as ``ImportResult.as_json`` gives it.
        workbook: the rows to put right; None when there are none.
        receipt: signed note.
    """

    result: Mapping[str, Any]
    workbook: bytes | None = None
    receipt: str = ""


def give(token: bytes, path: Path, *, item: str, kind: str, key: InstanceKey) -> Outcome:
    """Give a file to intake, and make the answers. Given again it changes nothing, and is answered again.

    Raises:
        UnreadableFile: nothing could be judged; nothing was taken.
        Refused: SESSION-01, DUTY-01.
    """
    found = _closed(token, path)
    if found is None:
        opened = partial(_note, path)
        imported = import_file(token, path, item=item, kind=kind, channel="folder", limits=COMMAND_LINE, opened=opened)
        found = batch(token, imported.batch) if imported.batch else None
        if found is None:  # the file may not come in at all: every row was refused
            return Outcome(imported.result.as_json())
    workbook = None
    if found.open_rows:
        with suppress(TooManyRows, UnreadableFile, JudgingFailed):  # the rows are in, and the result names them all
            workbook = workbook_from(token, path, found)
    return Outcome(result_of(token, found).as_json(), workbook, sign(receipt_of(found), key))


def note_of(path: Path) -> Path:
    """Where the batch of a file is noted: beside the folder that the file lies in."""
    return path.parent.with_name(f"{path.parent.name}.{path.name}")


def write_whole(path: Path, content: bytes, *, draft: Path) -> None:
    """Write a file whole or not at all, whenever the power fails; what is there is replaced."""
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o640)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(handle)
    draft.rename(path)


def _note(path: Path, one: UUID) -> None:
    note = note_of(path)
    write_whole(note, str(one).encode(), draft=note.with_name("draft"))


def _closed(token: bytes, path: Path) -> Batch | None:
    """The batch that is noted for a file, if it was closed, and the file is still the same."""
    note = note_of(path)
    if not note.exists():
        return None
    found = batch(token, UUID(note.read_text("ascii")))
    if found is None or found.closed_at is None:
        return None
    with path.open("rb") as file:
        same = hashlib.file_digest(file, "sha256").digest() == bytes(found.file_digest)
    return found if same else None
