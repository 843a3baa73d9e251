"""One refused row at a time, put right in a form (逐行改正).

There is one way in. A row that was put right becomes a file of one line in the columns of the file it came in, with the
key of its row, and that file is handed in as a corrected workbook is: the same rules, receipt, figures and guards, and
the same sealed copy. Only its reading is not left to the worker, because somebody waits for the answer.

What a row holds is read anew from the sealed file each time, and each time that is an act.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.conf import settings

from chengxin.catalog.api import Column
from chengxin.intake.answers import item_of
from chengxin.intake.checks.columns import fields_for
from chengxin.intake.commands import import_file
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import ItemFacts, OrganisationFacts
from chengxin.intake.judging.seen import MASKED
from chengxin.intake.queries import Batch, batch, definition, findings, next_wrong
from chengxin.intake.reading.header import ROW_KEYS
from chengxin.intake.result import Finding, ImportResult
from chengxin.intake.trial import tried
from chengxin.intake.uploads import content_of, go_on, keep
from chengxin.intake.workbook import columns_of, row_key, rows_of
from chengxin.kernel.errors import Refused
from chengxin.kernel.masking import Viewer, mask
from chengxin.ledger.api import act, scalar, today
from chengxin.people.api import whoami

_MOST: Final = 200
"""Findings of a row."""


@dataclass(frozen=True)
class WrongRow:
    """A refused row as it stands in its file (需改正的行).

    Attributes:
        columns: those of the file, and those that the findings ask for.
        cells: by column; None: the row could not be split into cells, and no form can show it.
        masked: of the columns that say who it is, what a screen may show.
    """

    number: int
    columns: list[Column]
    cells: Mapping[str, str] | None = field(repr=False)
    masked: Mapping[str, str]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Mended:
    """What became of a row that was put right.

    Attributes:
        outcome: accepted; unchanged; held (待核); refused, with the reasons; later: taken in as soon as the population
            database answers.
        upload: what it was handed in as; None where nothing was, since the rules still speak against it.
    """

    outcome: str
    findings: tuple[Finding, ...] = ()
    upload: UUID | None = None


def obstacle(found: Batch) -> str:
    """Why no row of a batch can be put right in a form: ``gone``, its file; ``newer``, the item; empty: one can."""
    if found.upload is None or not found.kept:
        return "gone"
    try:
        published = definition(found.item, kind=found.kind)
    except UnreadableFile:
        return "newer"
    return "" if published["item"]["version"] == found.item_version else "newer"


def wrong_row(token: bytes, found: Batch, *, after: int) -> WrongRow | None:
    """The next row to put right after this one; None when there is none. Registered as an act.

    Raises:
        Refused: DUTY-01.
        UnreadableFile: the file cannot be read a second time.
        LookupError: the file's time is over, or the batch is not closed.
    """
    if found.batch is None or found.upload is None or not found.kept:
        raise LookupError
    number = next_wrong(token, found.batch, after=after)
    if number is None:
        return None
    said = findings(token, found.batch, kind="error", after=number - 1, limit=_MOST)
    errors = tuple(
        Finding(one.source_row, one.field, one.code, one.message) for one in said if one.source_row == number
    )
    with act(token, activity="intake.workbook"):
        content = content_of(token, found.upload, found.file_digest)
    item = item_of(found)
    rows = rows_of(content, item=item, kind=found.kind, form=found.form, numbers=[number])
    cells = rows.rows.get(number)
    columns = columns_of(rows.columns, item=item, kind=found.kind, findings=errors, spelling=rows.spelling)
    return WrongRow(number, columns, cells, _masked(item, found.kind, cells or {}), errors)


def _masked(item: ItemFacts, kind: str, cells: Mapping[str, str]) -> dict[str, str]:
    return {
        one.code: mask(MASKED[one.role], cells[one.code], Viewer.DATA_OFFICER)
        for one in fields_for(item, kind)
        if one.role in MASKED and cells.get(one.code, "").strip()
    }


def mend(token: bytes, found: Batch, row: WrongRow, typed: Mapping[str, str]) -> Mended:
    """Hand in one row as it was put right (保存). Wrong by the rules, nothing is handed in.

    Args:
        token: session of an officer of the organisation that sent the batch.
        found: the batch.
        row: as :func:`wrong_row` gave it.
        typed: cells by column; a masked one that is empty stays as it is in the file.

    Raises:
        Refused: SESSION-01, DUTY-01, INTAKE-72 (it is done, or somebody else is at it).
        UnreadableFile: as for any file.
    """
    account = whoami(token)
    if account is None or found.batch is None:
        raise Refused("SESSION-01")
    cells = _cells(row, typed)
    content = _line(row, cells, row_key(found.batch, row.number))
    tried_out = tried(
        content,
        definition=definition(found.item, kind=found.kind),
        organisation=OrganisationFacts(account.organisation, account.organisation_name),
        mode=settings.MODE,
        today=today(),
        kind=found.kind,
    ).result
    if tried_out.refused:
        return Mended("refused", tried_out.errors)
    before = row.cells or {}
    changed = [code for code, cell in cells.items() if cell != before.get(code, "")]
    with act(token, activity="intake.upload") as line:
        upload = keep(line, content, item=found.item, kind=found.kind)
        scalar(
            "select cx.intake_mend_v1(%s::uuid, %s::uuid, %s::uuid, %s::integer, %s::text[])",
            [upload, line, found.batch, row.number, changed],
        )
    return _taken_in(token, content, found, upload)


def _taken_in(token: bytes, content: bytes, found: Batch, upload: UUID) -> Mended:
    def tie(to: UUID | None, problem: str = "") -> None:
        scalar(
            "select cx.intake_mending_v1(%s::bytea, %s::uuid, %s::uuid, %s::text)",
            [token, upload, to, problem],
        )

    try:
        imported = import_file(token, content, item=found.item, kind=found.kind, channel="page", opened=tie)
    except Refused as error:
        own = batch(token, upload) if error.code == "INTAKE-69" else None
        if own is None:
            raise
        go_on(token, own)  # the worker asks again, later and later, as for any file
        return Mended("later", upload=upload)
    if imported.batch is None:
        tie(None, imported.refused_for)
    outcome = _outcome(imported.result)
    said = imported.result.held_rows if outcome == "held" else imported.result.errors
    return Mended(outcome, said, upload)


def _outcome(result: ImportResult) -> str:
    return next(word for word in ("accepted", "unchanged", "held", "refused") if getattr(result, word))


def _cells(row: WrongRow, typed: Mapping[str, str]) -> dict[str, str]:
    """The row as it shall be. A browser writes its own ends of lines; that alone changes nothing."""
    before = row.cells or {}
    cells = {}
    for column in row.columns:
        old, new = before.get(column.code, ""), typed.get(column.code, "")
        same = _lines(old) == _lines(new) or (column.code in row.masked and not new.strip())
        cells[column.code] = old if same else _lines(new)
    return cells


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line(row: WrongRow, cells: Mapping[str, str], key: str) -> bytes:
    """A file of one line, under the headings of the file that the row came in."""
    named = {column.name: cells[column.code] for column in row.columns}
    return json.dumps({**named, ROW_KEYS[0]: key}).encode() + b"\n"
