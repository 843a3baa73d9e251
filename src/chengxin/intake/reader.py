"""From a file to rows (读取文件): encoding, header, cells. Streams: memory does not grow with the file.

The file is read three times, so the source must be seekable: for its encoding, for its structure, for its rows.
Whatever makes the whole file unusable raises ``UnreadableFile`` in the first two, so that nothing is ever half-loaded;
what is wrong in one row travels with that row.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import BinaryIO

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import ItemFacts, RowError
from chengxin.intake.header import is_remark, read_header
from chengxin.intake.words import say

__all__ = ["Limits", "SourceRow", "Table", "UnreadableFile", "open_csv"]

_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 20  # characters; a line without end would otherwise fill the memory
_MOST_LINES_BEFORE_HEADER = 10
_CODECS = {"UTF-8": "utf-8", "UTF-8 BOM": "utf-8-sig", "GB18030": "gb18030"}
_SIGNATURES = (
    (b"PK\x03\x04", "这是 Excel 或压缩文件，不是 CSV 文件"),
    (b"\xd0\xcf\x11\xe0", "这是旧版 Excel 文件，不是 CSV 文件"),
    (b"%PDF", "这是 PDF 文件，不是 CSV 文件"),
    (b"\xff\xfe", "文件是 UTF-16 编码"),
    (b"\xfe\xff", "文件是 UTF-16 编码"),
)
# A file in GB18030 breaks as UTF-8 at its first or second Chinese character. So much valid UTF-8 before the first
# broken byte means a damaged UTF-8 file, which must not be read as GB18030.
_SURELY_UTF8 = 8


@dataclass(frozen=True)
class Limits:
    """How much a file may hold (上限); None = no limit. The default is that of the upload page."""

    max_bytes: int | None = 10 * 1024 * 1024
    max_rows: int | None = 50_000


@dataclass(frozen=True)
class SourceRow:
    """One data row.

    Attributes:
        number: 1-based position among the data rows; header, blank and explanation rows are not counted.
        line: line of the file on which it ends, for a person with an editor.
        cells: text by column code, untouched.
        errors: why the row could not be split (INTAKE-05); then `cells` is empty.
    """

    number: int
    line: int
    cells: Mapping[str, str]
    errors: tuple[RowError, ...] = ()


class Table:
    """A file that is known to be readable to its end (表格). Iterate as often as needed.

    Attributes:
        encoding: UTF-8, UTF-8 BOM or GB18030, as detected (编码).
        columns: code of each column, in file order; empty for a column without a header.
        total: number of data rows.
        ignored: number of blank, title and explanation rows.
    """

    def __init__(self, stream: BinaryIO, *, encoding: str, item: ItemFacts, most_rows: int | None) -> None:
        self.encoding = encoding
        self._stream = stream
        self._header: list[str] = []
        self.columns: tuple[str, ...] = ()
        self.total = self.ignored = 0
        with closing(self._records()) as records:
            self._survey(records, item, most_rows)

    def _survey(self, records: Iterator[tuple[int, list[str]]], item: ItemFacts, most_rows: int | None) -> None:
        """Read to the end without keeping anything: the header, how many rows, whether all of it is CSV."""
        for _, cells in records:
            if not self.columns:
                if is_remark(cells, title=True):
                    self._before_header()
                else:
                    self._header, self.columns = cells, read_header(cells, item=item)
            elif self._is_data(cells):
                self.total += 1
                if most_rows is not None and self.total > most_rows:
                    raise UnreadableFile("INTAKE-02", f"文件超过 {most_rows} 行", "请拆成几个文件分别报送")
            else:
                self.ignored += 1
        if not self.columns:
            raise UnreadableFile("INTAKE-03", "文件中没有表头", "请使用本目录的模板填写后重新上传")

    def __iter__(self) -> Iterator[SourceRow]:
        number, headed = 0, False
        for line, cells in self._records():
            if not headed:
                headed = not is_remark(cells, title=True)
            elif self._is_data(cells):
                number += 1
                yield self._row(number, line, cells)

    def _records(self) -> Generator[tuple[int, list[str]], None, None]:
        """Records with the line on which they end, as strict CSV, from the start of the file."""
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, encoding=_CODECS[self.encoding], errors="strict", newline="")
        reader = csv.reader(_lines(text), strict=True)
        try:
            for cells in reader:
                yield reader.line_num, cells
        except csv.Error as error:
            raise UnreadableFile(
                "INTAKE-01", f"第 {reader.line_num} 行{_csv_reason(str(error))}", "请检查这一行的引号，重新导出后上传"
            ) from None
        finally:
            if not self._stream.closed:
                text.detach()  # the caller's file stays open: it is kept, encrypted, as it came

    def _before_header(self) -> None:
        self.ignored += 1
        if self.ignored == _MOST_LINES_BEFORE_HEADER:
            raise UnreadableFile("INTAKE-03", f"前 {self.ignored} 行没有找到表头", "请把表头放在第一行")

    def _is_data(self, cells: list[str]) -> bool:
        return not is_remark(cells) and not self._is_second_header(cells)

    def _row(self, number: int, line: int, cells: list[str]) -> SourceRow:
        width = len(self.columns)
        beyond = [c for c in cells[width:] if c.strip()]
        unnamed = [c for code, c in zip(self.columns, cells, strict=False) if not code and c.strip()]
        if len(cells) < width or beyond or unnamed:
            expected = sum(1 for code in self.columns if code)
            error = RowError("", "INTAKE-05", say("INTAKE-05", found=len(cells), expected=expected))
            return SourceRow(number, line, {}, (error,))
        return SourceRow(number, line, {code: c for code, c in zip(self.columns, cells, strict=False) if code})

    def _is_second_header(self, cells: list[str]) -> bool:
        """Templates repeat the header in codes below the one in Chinese."""
        return cells == self._header or (
            len(cells) >= len(self.columns)
            and all(c.strip() == code for c, code in zip(cells, self.columns, strict=False))
        )


def open_csv(source: bytes | BinaryIO, *, item: ItemFacts, limits: Limits | None = None) -> Table:
    """Open a CSV file against a catalog item (打开文件).

    Args:
        source: the file's bytes, or a seekable binary stream, which is read from its start and stays open.
        item: whose columns the header may name, by code, Chinese name or alias.
        limits: of the upload page when left out.

    Raises:
        UnreadableFile: INTAKE-01 not readable text, INTAKE-02 too large, INTAKE-03 header, INTAKE-04 prohibited column.
    """
    limits = limits or Limits()
    stream = io.BytesIO(source) if isinstance(source, bytes) else source
    return Table(stream, encoding=_detect(stream, limits), item=item, most_rows=limits.max_rows)


def _detect(stream: BinaryIO, limits: Limits) -> str:
    """Find the encoding in one pass over the blocks; size and NUL bytes are judged on the way."""
    stream.seek(0)
    start = stream.read(4)
    for signature, reason in _SIGNATURES:
        if start.startswith(signature):
            raise UnreadableFile("INTAKE-01", reason, "请在表格软件中另存为“CSV UTF-8（逗号分隔）”后重新上传")
    if not start:
        raise UnreadableFile("INTAKE-01", "文件是空的", "请使用本目录的模板填写后重新上传")
    bom = start.startswith(codecs.BOM_UTF8)
    line, foreign = _try(stream, "utf-8", limits)
    if line == 0:
        return "UTF-8 BOM" if bom else "UTF-8"
    if bom or foreign >= _SURELY_UTF8:
        raise _undecodable(line, "不属于 UTF-8 编码")
    line, _ = _try(stream, "gb18030", limits)
    if line:
        raise _undecodable(line, "既不属于 UTF-8 编码，也不属于 GB18030 编码")
    return "GB18030"


def _try(stream: BinaryIO, codec: str, limits: Limits) -> tuple[int, int]:
    """Decode all blocks: (line of the first broken byte or 0, characters beyond ASCII before it)."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(codec)("strict")
    size = foreign = 0
    line = 1
    while True:
        block = stream.read(_BLOCK)
        size += len(block)
        if limits.max_bytes is not None and size > limits.max_bytes:
            most = limits.max_bytes // (1024 * 1024)
            raise UnreadableFile("INTAKE-02", f"文件超过 {most} MB", "请拆成几个文件分别报送，或使用命令行导入")
        if b"\x00" in block:
            raise UnreadableFile(
                "INTAKE-01", "文件含有空字节，不是文本文件", "请在表格软件中另存为“CSV UTF-8（逗号分隔）”后重新上传"
            )
        try:
            text = decoder.decode(block, not block)
        except UnicodeDecodeError as error:
            good = error.object[: error.start]
            before = good.decode(codec, "ignore")
            return line + good.count(b"\n"), foreign + _foreign(before)
        if not block:
            return 0, foreign
        line += text.count("\n")
        foreign += _foreign(text)


def _foreign(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _undecodable(line: int, reason: str) -> UnreadableFile:
    return UnreadableFile(
        "INTAKE-01",
        f"第 {line} 行有字节{reason}，文件混用了编码或已损坏",
        "请在表格软件中重新打开核对，另存为“CSV UTF-8（逗号分隔）”后重新上传",
    )


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    line = 0
    while chunk := text.readline(_LONGEST_LINE + 1):
        line += 1
        if len(chunk) > _LONGEST_LINE:
            raise UnreadableFile("INTAKE-01", f"第 {line} 行过长", "请检查换行和引号，另存为 CSV 后重新上传")
        yield chunk


def _csv_reason(error: str) -> str:
    if "field limit" in error:
        return "的一个单元格过长，可能是引号没有成对"
    if "end of data" in error:
        return "在引号内结束，引号没有成对"
    if "expected after" in error:
        return "的引号后面还有其他字符"
    return "不符合 CSV 格式"
