"""Excel workbooks of an item (填报模板、标红表): what Excel can check while a person types, it checks.

Only constant text is written: no macros, no formulas in cells, nothing that depends on the clock, so the same version
always gives the same bytes. Everything is made in memory, since a workbook of bad rows holds identities.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import count
from types import TracebackType
from typing import IO, Any, Final, Self

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from chengxin.catalog.explain import KINDS_OF_FILE, REQUIRED, Column, columns
from chengxin.catalog.queries import ItemVersion

__all__ = ["ROW_KEY", "Book", "Column", "columns", "data_sheet", "guide_sheet", "new_book", "plain_book", "template"]

DATA, CHOICES, GUIDE = "数据", "选项", "填写说明"
ROW_KEY: Final = "行标识"
"""Heading of the hidden last column of an error workbook (标红表): which row of the batch it is."""
ROWS: Final = 100_000
"""Rows of the data sheet that drop-downs and checks cover; more than that a workbook may not have."""
MADE: Final = datetime(2026, 1, 1)  # noqa: DTZ001 - the format has no zone; the same bytes on every day
TEXT: Final = 49
"""Excel's own number of the format 文本."""
WEIGHTS: Final = tuple(pow(2, 17 - i, 11) for i in range(17))
"""Weights of the check digit of an identity number (GB 11643-1999, ISO 7064 MOD 11-2)."""

# Excel allows no array constants in a validation, so positions and weights stand on the hidden sheet.
_CHECK_DIGIT = (
    "=IFERROR(OR(LEN({cell})<>18,"
    'MID("10X98765432",MOD(SUMPRODUCT(MID({cell},id_position,1)*id_weight),11)+1,1)=UPPER(RIGHT({cell},1))),FALSE)'
)


@dataclass
class Book:
    """A workbook that is being written; leave its ``with`` block to finish it."""

    workbook: Workbook
    head: Format
    needed: Format
    text: Format
    day: Format
    number: Format
    wrong: Format
    wrap: Format

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.workbook.close()


def new_book(stream: IO[bytes], *, item_code: str, version: int) -> Book:
    """Begin a workbook for a version of an item; the version is a property of the file, so intake can tell old ones.

    Args:
        stream: where the bytes go when the book is left.
        item_code: code of the catalog item, property ``template_id``.
        version: version of the item, property ``catalog_version``.
    """
    book = plain_book(stream, title=f"{item_code} 第{version}版")
    book.workbook.set_custom_property("template_id", item_code, "text")
    book.workbook.set_custom_property("catalog_version", version, "number")
    return book


def plain_book(stream: IO[bytes], *, title: str) -> Book:
    """Begin a workbook that belongs to no item, such as one of figures."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = Workbook(stream, options)
    workbook.set_properties({"title": title, "created": MADE})
    frame = {"border": 1, "border_color": "#5C6B79", "valign": "top", "text_wrap": True}
    head = frame | {"bold": True, "bg_color": "#E8F1F9", "num_format": TEXT}
    return Book(
        workbook,
        head=workbook.add_format(head),
        needed=workbook.add_format(head | {"bg_color": "#FDF4E3"}),
        text=workbook.add_format({"num_format": TEXT}),
        day=workbook.add_format({"num_format": "yyyy-mm-dd"}),
        number=workbook.add_format({"num_format": "0.######"}),
        wrong=workbook.add_format(
            {"num_format": TEXT, "border": 2, "border_color": "#A3161B", "bg_color": "#FCEDEC", "font_color": "#A3161B"}
        ),
        wrap=workbook.add_format({"text_wrap": True, "valign": "top"}),
    )


def data_sheet(
    book: Book,
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    *,
    marks: Mapping[tuple[int, int], str] | None = None,
    keys: Sequence[str] | None = None,
) -> None:
    """Write the sheet 数据 and the hidden sheet 选项 that its drop-downs read.

    Args:
        book: the workbook.
        columns: the headings, in order.
        rows: cells as text, one for each column; written as text whatever they look like.
        marks: (row, column), both from 0 -> what is wrong there; outlined in red, the words as a comment.
        keys: one hidden key for each row, for a workbook that comes back with exactly these rows.
    """
    sheet = book.workbook.add_worksheet(DATA)
    lists = _choices_sheet(book, columns)
    sheet.set_row(0, 36)
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, _width(column), _format(book, column))
        _put(sheet, 0, at, column.name, book.needed if column.required == "yes" else book.head)
        _comment(sheet, 0, at, "\n".join(_about(column)))
        if rule := _validation(column, at, lists):
            sheet.data_validation(1, at, ROWS, at, rule)
    if keys is not None:
        sheet.set_column(len(columns), len(columns), None, book.text, {"hidden": True})
        _put(sheet, 0, len(columns), ROW_KEY, book.head)
    sheet.ignore_errors({"number_stored_as_text": f"A2:XFD{ROWS + 1}"})
    found = marks or {}
    for number, cells in enumerate(rows):
        for at, cell in enumerate(cells):
            said = found.get((number, at))
            if said is not None:
                _put(sheet, number + 1, at, cell, book.wrong)
                _comment(sheet, number + 1, at, said)
            elif cell:
                _put(sheet, number + 1, at, cell)
        if keys is not None:
            _put(sheet, number + 1, len(columns), keys[number])


def guide_sheet(book: Book, paragraphs: Sequence[str], columns: Sequence[Column]) -> None:
    """Write the sheet 填写说明: what to know first, then every column with all its rules."""
    sheet = book.workbook.add_worksheet(GUIDE)
    headings = ("列名", "代码", "是否必填", "怎样填", "可以填的值", "说明")
    for at, (heading, width) in enumerate(zip(headings, (26, 16, 12, 26, 44, 44), strict=True)):
        sheet.set_column(at, at, width, book.wrap)
        _put(sheet, len(paragraphs) + 1, at, heading, book.head)
    for row, paragraph in enumerate(paragraphs):
        sheet.merge_range(row, 0, row, len(headings) - 1, paragraph, book.wrap)
        sheet.set_row(row, 18 * (1 + len(paragraph) // 75))
    for row, column in enumerate(columns, len(paragraphs) + 2):
        said = (
            column.name,
            column.code,
            REQUIRED[column.required],
            column.form,
            "、".join(column.choices),
            column.note,
        )
        for at, text in enumerate(said):
            _put(sheet, row, at, text, book.wrap)


def template(version: ItemVersion, *, kind: str = "report") -> bytes:
    """The empty workbook of a version (填报模板) with the three sheets 数据, 选项 and 填写说明.

    Args:
        version: the version of the item.
        kind: what the file will do: report (报送), correct (更正), withdraw (撤回) or legacy (历史数据).
    """
    stream = io.BytesIO()
    shown = columns(version.definition, kind=kind)
    with new_book(stream, item_code=version.code, version=version.version) as book:
        data_sheet(book, shown, ())
        guide_sheet(book, list(_introduction(version, kind)), shown)
    return stream.getvalue()


def _introduction(version: ItemVersion, kind: str) -> Iterator[str]:
    yield f"{version.name}（{version.code}）第 {version.version} 版，用于{KINDS_OF_FILE[kind]}。"
    yield "请在“数据”表填写，一行一条，第一行的列名不要改。最多 100,000 行、10 MB。"
    yield "底色较深的列必填。把鼠标停在列名上，可以看到这一列的要求。"
    yield "证件号码、文号和代码都按文字保存，请直接输入或者粘贴为文字，不要改成数字格式。"
    yield "没有内容的格子请留空，不要填“无”“/”或者“0”。不要在表里写本表没有的信息。"


def _choices_sheet(book: Book, columns: Sequence[Column]) -> dict[tuple[str, ...], str]:
    """Write the lists of values to the hidden sheet; each gets a name, which is how the validations find it."""
    sheet = book.workbook.add_worksheet(CHOICES)
    sheet.hide()
    named: dict[tuple[str, ...], str] = {}
    ranges: list[tuple[str, Sequence[str | int]]] = [("id_position", range(1, 18)), ("id_weight", WEIGHTS)]
    number = count(1)
    for column in columns:
        if column.choices and column.choices not in named:
            named[column.choices] = f"choice_{next(number)}"
            ranges.append((named[column.choices], column.choices))
    for at, (name, values) in enumerate(ranges):
        letter = _letter(at)
        _put(sheet, 0, at, name)
        for row, value in enumerate(values, 1):
            if isinstance(value, int):
                sheet.write_number(row, at, value)
            else:
                _put(sheet, row, at, value)
        book.workbook.define_name(name, f"='{CHOICES}'!${letter}$2:${letter}${len(values) + 1}")
    return named


def _validation(column: Column, at: int, lists: Mapping[tuple[str, ...], str]) -> dict[str, Any] | None:
    """What Excel checks in a column. It warns and lets pass where intake accepts more than Excel can know."""
    warn = {"error_type": "warning", "error_title": column.name[:32]}
    if column.choices:
        strict = not column.several
        said = "请从列表中选择。" if strict else "可以从列表中选择；有几个值时用英文分号“;”隔开。"
        return warn | {
            "validate": "list",
            "source": f"={lists[column.choices]}",
            "error_type": "stop" if strict else "information",
            "error_message": said,
        }
    if column.kind == "date":
        span = {"minimum": date(1950, 1, 1), "maximum": date(2099, 12, 31)}
        return warn | {"validate": "date", "criteria": "between", "error_message": "请填日期，例如 2026-11-03。"} | span
    if column.kind == "identity":
        said = "18 位号码的校验码不对，请核对是否输错。确实无误的可以继续。"
        rule = _CHECK_DIGIT.format(cell=f"{_letter(at)}2")
        return warn | {"validate": "custom", "value": rule, "error_message": said}
    if column.kind == "number":
        said = "请填数字，不要写单位。"
        return warn | {"validate": "decimal", "criteria": ">=", "value": 0, "error_message": said}
    if column.length:
        said = f"最多 {column.length} 个字。"
        return warn | {"validate": "length", "criteria": "<=", "value": column.length, "error_message": said}
    return None


def _about(column: Column) -> Iterator[str]:
    if column.code:
        yield f"代码：{column.code}"
    yield REQUIRED[column.required]
    yield column.form
    if column.note:
        yield column.note


def _put(sheet: Worksheet, row: int, at: int, text: str, form: Format | None = None) -> None:
    """Write a cell as text; what XlsxWriter would take for rich text of its own gets a space before it."""
    sheet.write_string(row, at, f" {text}" if text.startswith("<r>") else text, form)


def _comment(sheet: Worksheet, row: int, at: int, text: str) -> None:
    lines = sum(1 + len(line) // 16 for line in text.split("\n"))
    sheet.write_comment(row, at, text, {"author": "", "width": 240, "height": 24 + 20 * lines, "font_size": 10})


def _width(column: Column) -> int:
    wide = 22 if column.kind in {"identity", "uscc"} else 14
    return min(36, max(wide, 2 * len(column.name) + 2))


def _format(book: Book, column: Column) -> Format:
    return {"date": book.day, "number": book.number}.get(column.kind, book.text)


def _letter(at: int) -> str:
    """Letters of a column from 0: A, B … Z, AA."""
    return ("" if at < 26 else _letter(at // 26 - 1)) + chr(65 + at % 26)
