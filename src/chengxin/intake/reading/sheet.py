"""Workbooks (XLSX): which sheet holds the data, and its cells as text.

A cell becomes the text that a CSV file would hold: whole numbers without ".0", dates as 2026-03-01. A number too long
for a table program stays in scientific form, so that the rule about lost digits refuses it with its own sentence.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.etree import ElementTree as ET

from python_calamine import CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.reading.hostile import Archive
from chengxin.intake.reading.table import Fault, Spoilt

DATA_SHEET = "数据"
"""The sheet of our templates that holds the data (数据工作表)."""

_MOST_MERGED = 200_000
_EXACT = 10**15  # a table program keeps fifteen digits
_SAVE_AS = "请用表格软件打开，核对后另存为“Excel 工作簿（.xlsx）”或 CSV 文件再上传"
_MERGED = "“{field}”与别的单元格合并，合并区只有第一格有内容。请取消合并，逐行填写。"
_ERROR = "“{field}”是表格软件的错误值，如 #N/A。请改为正确内容。"


class Workbook:
    """The sheet of a workbook that holds the data, see ``table.Source``."""

    format = "XLSX"
    encoding = ""

    def __init__(self, stream: BinaryIO, archive: Archive) -> None:
        """Find the sheet and parse it.

        Args:
            stream: the file.
            archive: the answer of ``hostile.inspect`` about it.

        Raises:
            UnreadableFile: INTAKE-01 damaged, INTAKE-03 no sheet or several of which none is called 数据.
        """
        self.template = _template(archive)
        if _counts_from_1904(archive):
            # Its serial numbers mean days four years later than everybody else's.
            raise UnreadableFile("INTAKE-01", "工作簿使用 1904 日期系统", "请另存为 CSV 文件后重新上传")
        stream.seek(0)
        with _parsing():
            book = CalamineWorkbook.from_filelike(stream)
            at, self._sheet = _choose(book)
        self._left = (self._sheet.start or (0, 0))[1]
        self._faults: dict[int, list[Fault]] = {}
        self._note_merged()
        for row, column in archive.errors.get(_member(archive, at), []):
            self._note(row, column, _ERROR, if_required=False)

    def place(self, position: int) -> str:
        return f"{_letters(position + self._left)} 列的列名"

    def records(self) -> Generator[list[str], None, None]:
        with _parsing():
            for number, values in enumerate(self._sheet.iter_rows()):  # from the first line of the sheet on
                cells = [value if type(value) is str else _text(value) for value in values]
                faults = self._faults.get(number)
                yield Spoilt(cells, faults) if faults else cells

    def _note_merged(self) -> None:
        """Of a merged area only the first cell is filled; the others may not pass for cells somebody left empty."""
        noted = 0
        for (top, left), (bottom, right) in self._sheet.merged_cell_ranges or ():
            noted += (bottom - top + 1) * (right - left + 1)
            if noted > _MOST_MERGED:
                raise UnreadableFile("INTAKE-02", "合并的单元格过多", "请取消合并，逐行填写后重新上传")
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    if (row, column) != (top, left):
                        self._note(row, column, _MERGED, if_required=True)

    def _note(self, row: int, column: int, sentence: str, *, if_required: bool) -> None:
        end = self._sheet.end
        if end is not None and self._left <= column <= end[1]:
            self._faults.setdefault(row, []).append(Fault(column - self._left, sentence, if_required))


def _choose(book: CalamineWorkbook) -> tuple[int, CalamineSheet]:
    """The visible sheet called 数据, else the only visible one with anything in it; and which of all sheets it is."""
    sheets = [
        (at, meta.name, meta.visible == SheetVisibleEnum.Visible)
        for at, meta in enumerate(book.sheets_metadata)
        if meta.typ == SheetTypeEnum.WorkSheet
    ]
    shown = [(at, name) for at, name, visible in sheets if visible]
    for at, name in shown:
        if name.strip() == DATA_SHEET:
            return at, book.get_sheet_by_index(at)
    filled = [(at, sheet) for at, _ in shown if (sheet := book.get_sheet_by_index(at)).height]
    if len(filled) == 1:
        return filled[0]
    if filled:
        reason, remedy = f"有 {len(filled)} 个工作表含有内容", f"请把要报送的工作表命名为“{DATA_SHEET}”，或只留下这一个"
    elif any(book.get_sheet_by_index(at).height for at, _, visible in sheets if not visible):
        reason, remedy = "内容只在隐藏的工作表里", "隐藏的工作表不读取，请取消隐藏后重新上传"
    else:
        reason, remedy = "工作簿是空的", "请使用本目录的模板填写后重新上传"
    raise UnreadableFile("INTAKE-03", reason, remedy)


def _text(value: object) -> str:
    """The text of a cell that is none."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, (int, float)):
        return _number(float(value))
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _number(value: float) -> str:
    if not math.isfinite(value):
        return ""
    if value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    return f"{value:.14E}" if abs(value) >= _EXACT else format(Decimal(repr(value)), "f")


def _letters(position: int) -> str:
    letters = ""
    while position >= 0:
        position, letter = divmod(position, 26)
        letters = chr(65 + letter) + letters
        position -= 1
    return letters


# ---- what the workbook says of itself ------------------------------------------------------------


def _template(archive: Archive) -> tuple[str, str] | None:
    """Item code and version in the properties of one of our workbooks (模板版本)."""
    found = {}
    for node in _tree(archive, "docProps/custom.xml").iter():
        if _tag(node) == "property":
            found[node.get("name")] = "".join(node.itertext()).strip()
    code, version = found.get("template_id"), found.get("catalog_version")
    return (code, version) if code and version else None


def _counts_from_1904(archive: Archive) -> bool:
    nodes = [node for node in _tree(archive, "xl/workbook.xml").iter() if _tag(node) == "workbookPr"]
    return any(node.get("date1904", "0").lower() in ("1", "true") for node in nodes)


def _member(archive: Archive, at: int) -> str:
    """Name of the member that holds the sheet at a position of the workbook."""
    targets = {node.get("Id"): node.get("Target", "") for node in _tree(archive, "xl/_rels/workbook.xml.rels").iter()}
    sheets = [node for node in _tree(archive, "xl/workbook.xml").iter() if _tag(node) == "sheet"]
    if at >= len(sheets):
        return ""
    key = next((value for name, value in sheets[at].items() if name.rpartition("}")[2] == "id"), None)
    target = targets.get(key, "")
    return target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl") / target)


def _tree(archive: Archive, name: str) -> ET.Element:
    if name not in archive.parts:
        return ET.Element("absent")
    try:
        return ET.fromstring(archive.parts[name])  # noqa: S314 - declarations were refused before
    except ET.ParseError:
        raise UnreadableFile("INTAKE-01", "Excel 文件不完整或已损坏", _SAVE_AS) from None


def _tag(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


@contextmanager
def _parsing() -> Iterator[None]:
    """Whatever the parser stumbles over is the file's fault; a panic of its Rust code is no Exception."""
    passed: tuple[type[BaseException], ...] = (
        UnreadableFile,
        MemoryError,
        KeyboardInterrupt,
        SystemExit,
        GeneratorExit,
    )
    try:
        yield
    except passed:
        raise
    except BaseException:
        raise UnreadableFile("INTAKE-01", "Excel 文件不能解析", _SAVE_AS) from None
