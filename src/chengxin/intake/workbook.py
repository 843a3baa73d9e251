"""The department's own workbook with only the rows to put right (标红表); uploaded again it replaces just those rows.

It has the form the file came in: an older generation or a province gets its own headings and words back. Cells stand in
it as they came, always as text. The first two columns say where a row stood and what is wrong with it,
the hidden last one is the row's key; none of the three is data when the file comes back.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID

from chengxin.catalog.api import Book, Column, data_sheet, guide_sheet, new_book
from chengxin.intake.checks.columns import WITHDRAW_REASONS, fields_for
from chengxin.intake.facts import FieldFacts, FormatFacts, ItemFacts
from chengxin.intake.judging.child import MOST_ROWS, BadRows, picked
from chengxin.intake.reading.header import ROW_NOTES
from chengxin.intake.result import Finding
from chengxin.kernel.errors import ChengxinError

ROW_NUMBER, PROBLEM = ROW_NOTES
MOST_COMMENTS: Final = 5_000
"""Cells with a comment; Excel opens slowly with more. The others are marked, and the row says what is wrong."""
_MOST_LETTERS: Final = 32_767  # of a cell, as UTF-16
_ESCAPES = re.compile(r"_x[0-9A-Fa-f]{4}_x[0-9A-Fa-f]{4}_")  # a reader takes them for two escaped characters
_IMPLIED = "\0"
"""Stands in a column that the file does not have: its format only implies it. No file can hold this text."""
_UNFIT = "这个单元格的文字不能原样写进 Excel，请对照原文件重新填写。"


class TooManyRows(ChengxinError):
    """More rows to put right than a workbook is made for (需改正的行过多).

    Attributes:
        reason, remedy: 原因 and 怎么办, without full stop.
    """

    def __init__(self, rows: int) -> None:
        super().__init__(rows)
        self.reason = f"需要改正的有 {rows:,} 行，超过 {MOST_ROWS:,} 行，多半是整列的问题"
        self.remedy = "请按问题汇总改正原文件，然后整个重新上传"


def row_key(batch: UUID, row: int) -> str:
    """The hidden key of a row (行标识): which row of which batch it replaces."""
    return f"{batch}:{row}"


def error_workbook(
    *,
    item: ItemFacts,
    kind: str,
    batch: UUID,
    columns: Sequence[str],
    rows: Iterable[tuple[int, Mapping[str, str]]],
    errors: Sequence[Finding],
    held: Sequence[Finding],
    spelling: FormatFacts | None = None,
) -> bytes:
    """Write the rows that were refused or held, and no others.

    Args:
        item: the version of the item that judged the file; an upload under a newer one is refused.
        kind: what the file did, one of ``facts.KINDS``.
        batch: of the file, part of the row keys.
        columns: field codes in the order of the department's file.
        rows: (number, cells by field code) of the file; good rows are passed over. A row that could not be split into
            cells need not come: it stands in the workbook with its problem and without cells.
        errors: why rows were refused.
        held: why rows wait for a human (待核).
        spelling: the other format that the file is written in; None for the item's own.

    Raises:
        TooManyRows: more than ``MOST_ROWS``.
    """
    numbers = _numbers(errors, held)
    refused, waiting = _by_row(errors), _by_row(held)
    wanted = set(numbers)
    cells = {number: row for number, row in rows if number in wanted}
    shown = columns_of(columns, item=item, kind=kind, findings=(*errors, *held), spelling=spelling)
    columns = [column.code for column in shown]
    sheet = _Sheet(columns)
    for number in numbers:
        sheet.add(number, cells.get(number, {}), refused.get(number, ()), waiting.get(number, ()))
    stream = io.BytesIO()
    with new_book(stream, item_code=item.code, version=item.version) as book:
        book.workbook.set_custom_property("kind", kind, "text")
        keys = [row_key(batch, number) for number in numbers]
        data_sheet(book, [Column("", ROW_NUMBER), Column("", PROBLEM), *shown], sheet.rows, keys=keys)
        sheet.finish(book)
        guide_sheet(book, _guide(item, len(refused), len(waiting)), shown)
    return stream.getvalue()


def error_workbook_of(
    source: bytes | Path,
    *,
    item: ItemFacts,
    kind: str,
    batch: UUID,
    form: str,
    errors: Sequence[Finding],
    held: Sequence[Finding],
    bad: BadRows | None = None,
) -> bytes:
    """Write the bad rows of a file that was judged, see :func:`error_workbook`.

    The rows that the judging handed back stand in `bad`; for the others the file is read once more. So is a file in
    another format than the item's own, which its `form` (as the batch has it) tells: the judging has put its words into
    those of the item.

    Raises:
        TooManyRows: before anything is read.
        UnreadableFile: the file is another one now.
    """
    found = rows_of(source, item=item, kind=kind, form=form, numbers=_numbers(errors, held), bad=bad)
    return error_workbook(
        item=item,
        kind=kind,
        batch=batch,
        columns=found.columns,
        rows=found.rows.items(),
        errors=errors,
        held=held,
        spelling=found.spelling,
    )


class Found(NamedTuple):
    """Rows of a file as they stand in it, and the other format it is written in; None for the item's own."""

    columns: list[str]
    rows: dict[int, dict[str, str]]
    spelling: FormatFacts | None


def rows_of(
    source: bytes | Path,
    *,
    item: ItemFacts,
    kind: str,
    form: str,
    numbers: Sequence[int],
    bad: BadRows | None = None,
) -> Found:
    """Rows of a judged file as they stand in it, in the columns that it really has; see :func:`error_workbook_of`.

    Raises:
        UnreadableFile: the file is another one now.
    """
    spelling = next((one for one in item.formats if one.name in form.split("，")), None)
    bad = bad if bad and not spelling else BadRows()
    missing = [number for number in numbers if number not in bad.rows]
    found = picked(source, item=_as_it_stands(item, spelling), kind=kind, wanted=missing) if missing else bad
    of_format = spelling.defaults if spelling else ()
    implied = {code for code in of_format if all(row.get(code, _IMPLIED) == _IMPLIED for row in found.rows.values())}
    return Found([code for code in found.columns if code not in implied], bad.rows | found.rows, spelling)


def _as_it_stands(item: ItemFacts, spelling: FormatFacts | None) -> ItemFacts:
    """The item for reading a file cell for cell: the words of its format are not put into those of the item."""
    raw = (
        replace(one, values={}, defaults=dict.fromkeys(one.defaults, _IMPLIED)) if one is spelling else one
        for one in item.formats
    )
    return replace(item, formats=tuple(raw))


def _numbers(errors: Sequence[Finding], held: Sequence[Finding]) -> list[int]:
    numbers = sorted({finding.row for finding in (*errors, *held)})
    if len(numbers) > MOST_ROWS:
        raise TooManyRows(len(numbers))
    return numbers


class _Sheet:
    """The rows of the data sheet, and which of their cells are marked."""

    def __init__(self, codes: Sequence[str]) -> None:
        self.rows: list[list[str]] = []
        self._codes = codes
        self._places = {code: at for at, code in enumerate(codes, start=2)}
        self._marks: list[tuple[int, int, bool, str]] = []  # row, column, whether it only waits, words

    def add(
        self, number: int, cells: Mapping[str, str], refused: Sequence[Finding], waiting: Sequence[Finding]
    ) -> None:
        said = [finding.message for finding in (*refused, *waiting)]
        texts = []
        for code in self._codes:
            text = _fit(cells.get(code, ""))
            texts.append(text)
            if text != cells.get(code, ""):
                said.append(_UNFIT)
                self._mark(self._places[code], _UNFIT)
        # The waiting first: what is wrong goes over it.
        for findings, only_waits in ((waiting, True), (refused, False)):
            for at, words in _by_place(findings, self._places).items():
                self._mark(at, words, only_waits=only_waits)
        said = list(dict.fromkeys(said))
        problem = said[0] if len(said) == 1 else "\n".join(f"{at}. {words}" for at, words in enumerate(said, start=1))
        self.rows.append([str(number), _fit(problem), *texts])

    def _mark(self, at: int, words: str, *, only_waits: bool = False) -> None:
        self._marks.append((len(self.rows), at, only_waits, words))

    def finish(self, book: Book) -> None:
        """Mark the cells, on the sheet that already holds them."""
        sheet = book.workbook.get_worksheet_by_name("数据")
        waits = {"num_format": "@", "border": 2, "border_color": "#8A5A00", "bg_color": "#FFF4D6"}
        waiting = book.workbook.add_format(waits)
        words = book.workbook.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        sheet.set_column(1, 1, 48, words)
        sheet.freeze_panes(1, 2)
        # The hidden key is part of it: sorted rows keep their keys.
        sheet.autofilter(0, 0, len(self.rows), 2 + len(self._codes))
        for row, at, only_waits, _ in self._marks:
            form = waiting if only_waits else book.wrong
            if text := self.rows[row][at]:
                sheet.write_string(row + 1, at, text, form)
            else:
                sheet.write_blank(row + 1, at, None, form)
        own = [(-1, 0, False, "在原文件中是第几行数据。"), (-1, 1, False, "改好后不用清空。")]
        for row, at, _, said in [*own, *self._marks[:MOST_COMMENTS]]:
            sheet.write_comment(row + 1, at, said, _box(said))


def _box(said: str) -> dict[str, Any]:
    """How large a comment is drawn."""
    lines = sum(1 + len(line) // 16 for line in said.split("\n"))
    return {"author": "", "width": 240, "height": 24 + 20 * lines, "font_size": 10}


def _by_row(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    found: defaultdict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        found[finding.row].append(finding)
    return found


def _by_place(findings: Iterable[Finding], places: Mapping[str, int]) -> dict[int, str]:
    """Column -> the words of its comment; what stands in no column of the file is said at 问题."""
    found: defaultdict[int, list[str]] = defaultdict(list)
    for finding in findings:
        found[places.get(finding.field, 1)].append(f"{finding.message}（{finding.code}）")
    return {at: "\n".join(words) for at, words in found.items()}


def _fit(text: str) -> str:
    """A text as a workbook can hold it; nearly always the text itself."""
    if text.startswith("<r>"):
        text = f" {text}"  # XlsxWriter would take it for markup of its own
    text = text.replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    text = _ESCAPES.sub(lambda found: found[0].replace("_x", "_ x"), text)
    if len(text) * 2 > _MOST_LETTERS:
        text = text.encode("utf-16-le")[: 2 * _MOST_LETTERS].decode("utf-16-le", "ignore")
    return text


def _with_asked(
    columns: Sequence[str], *, item: ItemFacts, kind: str, findings: Sequence[Finding], spelling: FormatFacts | None
) -> list[str]:
    """The columns of the file, and those that it lacks and should state, such as the day of the act.

    What a format only implies stands in no column.
    """
    asked = {finding.field for finding in findings} - {*columns, *(spelling.defaults if spelling else ())}
    return [*columns, *(field.code for field in fields_for(item, kind) if field.code in asked)]


def columns_of(
    columns: Sequence[str], *, item: ItemFacts, kind: str, findings: Sequence[Finding], spelling: FormatFacts | None
) -> list[Column]:
    """The columns in which rows are put right, in the words of the file's format: its own and those it is asked for."""
    fields = {field.code: field for field in fields_for(item, kind)}
    codes = _with_asked(columns, item=item, kind=kind, findings=findings, spelling=spelling)
    return [
        _column(item, fields[code], spelling)
        if code in fields
        else Column(code, item.organisation_only.get(code, code))
        for code in codes
    ]


def _column(item: ItemFacts, field: FieldFacts, spelling: FormatFacts | None) -> Column:
    code_set = field.code_set or field.kind
    codes = [code for code in (*item.codes, *WITHDRAW_REASONS) if code.code_set == code_set]
    choices = tuple(code.value for code in codes if code.accepted and not code.sealed)
    if field.kind == "bool":
        choices = ("是", "否")
    if spelling and (words := spelling.values.get(field.code)):
        taken = set(choices)
        choices = (*(theirs for theirs, ours in words.items() if ours in taken and theirs not in taken), *choices)
    return Column(
        field.code,
        _heading(field, spelling),
        required=field.required,
        kind=field.kind,
        choices=choices,
        length=field.length,
        note=field.note,
        several=field.many or any(code.detail for code in codes),
    )


def _heading(field: FieldFacts, spelling: FormatFacts | None) -> str:
    """What a column is called in the format of the file: by what tells the format, if it can be, and in Chinese."""
    own = [heading for heading, code in spelling.columns.items() if code == field.code] if spelling else []
    if spelling is None or not own or own == [field.code]:
        return field.name
    return min(own, key=lambda heading: (heading not in spelling.markers, heading.isascii()))


def _guide(item: ItemFacts, refused: int, waiting: int) -> list[str]:
    said = [
        f"{item.name}（{item.code}）第 {item.version} 版，需要改正的 {refused:,} 行，待核的 {waiting:,} 行。",
        "改好标红的单元格后，直接上传本文件，只替换这些行。已经入库的行不在本文件里，不用再报。",
        "每一行的问题写在“问题”列。把鼠标停在标红的单元格上，可以看到这一格的问题和规则编号。",
        "不再报送的行，请从本文件删除整行。列名不要改。可以排序和筛选。",
    ]
    if waiting:
        said.append("底色为黄的单元格所在的行正在等待人工核对。填错的请改正；没有填错的请删除整行，等待核对结果。")
    return said
