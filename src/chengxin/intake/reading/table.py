"""A file as a table (表格), whatever its format: a header, and rows of text cells in blocks of columns.

A file is read twice after its encoding is known: once to its end for its structure, so that whatever makes the whole
file unusable is said before the first row is given out, and once for the rows. Memory does not grow with the file.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple, Protocol

from chengxin.intake.checks.cells import finding, is_nothing, tidy
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import ItemFacts, RowBlock, RowError
from chengxin.intake.reading.header import Header, Headings, is_remark, prohibited
from chengxin.intake.words import say
from chengxin.kernel.normalise import half_width

MEGABYTE = 1024 * 1024
_MOST_ABOVE_HEADER = 10
_STEP = 500  # rows turned into columns at a time: fewer than live lists slow the interpreter down
_MOST_LETTERS = 16_000_000  # of a block: long texts make a block end before its row count does
# A row that begins like this is data, which spares looking at its other cells. The others are how explanations, lines
# of 必填 and lines of sums begin.
_ORDINARY = re.compile(r"[A-Za-z0-9\u4e00-\u9fff](?<![表填说注备必选非有条可合总小共累本])").match


@dataclass(frozen=True)
class Limits:
    """How much a file may hold (上限); None = no limit. The default is that of the upload page.

    Attributes:
        max_bytes: of the file as it is sent.
        max_rows: data rows; a workbook never has more than ``sheet.MOST_ROWS``.
        max_unpacked: bytes of a workbook once it is unpacked.
    """

    max_bytes: int | None = 10 * MEGABYTE
    max_rows: int | None = 100_000
    max_unpacked: int = 200 * MEGABYTE


COMMAND_LINE = Limits(max_bytes=None, max_rows=2_000_000, max_unpacked=500 * MEGABYTE)
"""For files that an operator has at hand (命令行): `import` and `check`."""


class Fault(NamedTuple):
    """Why a cell is no text (单元格问题).

    Attributes:
        position: of its column.
        sentence: for the user; ``{field}`` stands for the name of the column.
        if_required: True where it only matters when the column must be filled and the cell is empty.
    """

    position: int
    sentence: str
    if_required: bool = False


class Spoilt(list[str]):
    """A record with cells that are no text (坏行): merged away, an error of the table program, a nested value."""

    def __init__(self, cells: list[str], faults: Sequence[Fault]) -> None:
        super().__init__(cells)
        self.faults = faults


class Source(Protocol):
    """What a format must say of a file (文件格式)."""

    format: str
    encoding: str
    template: tuple[str, str] | None

    def records(self) -> Generator[list[str], None, None]:
        """All records from the start of the file, title and header among them."""

    def place(self, position: int) -> str:
        """How a user finds the column at a position (第几列)."""


class Table:
    """A file that is known to be readable to its end. Read its blocks as often as needed.

    Attributes:
        format: CSV, XLSX or JSONL.
        encoding: UTF-8, UTF-8 BOM or GB18030 as detected (编码); empty for XLSX.
        columns: field code of each column, in file order; empty for one from which no data are taken.
        total: number of data rows.
        ignored: number of blank, title and explanation rows.
        spelling: name of the older or provincial format that was recognised; empty for the item's own.
        template: item code and version that a workbook states; None elsewhere.
    """

    def __init__(self, source: Source, *, item: ItemFacts, kind: str, most_rows: int | None) -> None:
        self.format, self.encoding, self.template = source.format, source.encoding, source.template
        self._source = source
        self._headings = Headings(item, kind)
        self._header = Header((), (), None, None)
        self._starts: tuple[str, ...] = ()
        self._skip = 0
        self.total = self.ignored = 0
        with closing(source.records()) as records:
            self._find_header(records)
            self._count(records, most_rows)
        self.columns = self._header.columns
        self.spelling = self._header.spelling.name if self._header.spelling else ""

    def _find_header(self, records: Iterator[list[str]]) -> None:
        """The first record that looks like a header; above it only titles, groups of columns and blank lines."""
        above: list[list[str]] = []
        for cells in islice(records, _MOST_ABOVE_HEADER):
            above.append(cells)
            if not self._headings.likely(cells):
                continue
            width = _filled(cells)
            if all(is_remark(row, title=True) or _filled(row) * 2 < width for row in above[:-1]):
                self._take_header(above)
                return
            break
        # None looks like one: the first that is no title is taken for it, and told what is wrong with it.
        for at, cells in enumerate(above):
            if not is_remark(cells, title=True):
                self._take_header(above[: at + 1])
                return
        reason = "文件中没有表头" if len(above) < _MOST_ABOVE_HEADER else f"前 {len(above)} 行没有找到表头"
        raise UnreadableFile("INTAKE-03", reason, "请使用本目录的模板填写后重新上传")

    def _take_header(self, rows: list[list[str]]) -> None:
        *above, cells = rows
        if self.format == "CSV" and len(cells) == 1 and re.search(r"[\t;|]", cells[0]):
            raise UnreadableFile("INTAKE-03", "列之间的分隔符不是逗号", "请另存为“CSV UTF-8（逗号分隔）”后重新上传")
        for row in above:
            banned = self._headings.banned(row, place=self._source.place) if _filled(row) > 1 else []
            if banned:
                raise prohibited(banned)
        self._header = self._headings.read(cells, place=self._source.place)
        self._starts = self._headings.starts(cells, self._header)
        self._skip, self.ignored = len(rows), len(above)

    def _count(self, records: Iterator[list[str]], most: int | None) -> None:
        for cells in records:
            if not self._is_data(cells):
                self.ignored += 1
                continue
            self.total += 1
            if most is not None and self.total > most:
                raise UnreadableFile("INTAKE-02", f"文件超过 {most} 行", "请拆成几个文件分别报送")

    def _is_data(self, cells: list[str]) -> bool:
        if cells and _ORDINARY(cells[0]) and not cells[0].startswith(self._starts):
            return True
        return not self._headings.skips(cells, self._header)

    def blocks(self, size: int = 10_000) -> Iterator[RowBlock]:
        """The data rows in blocks of columns (数据块), in file order, from the start.

        Args:
            size: rows of a block; one of long texts is shorter.
        """
        number = 0
        with closing(self._source.records()) as records:
            rows = filter(self._is_data, islice(records, self._skip, None))
            block = _Block(self._header, self._headings)
            while some := list(islice(rows, _STEP)):
                block.add(some, first=number + 1)
                number += len(some)
                if number - block.before >= size or block.letters >= _MOST_LETTERS:
                    yield block.done()
                    block = _Block(self._header, self._headings, before=number)
            if number > block.before:
                yield block.done()


class _Block:
    """A block that is being filled; `before` is the number of the last row of the one before."""

    def __init__(self, header: Header, headings: Headings, *, before: int = 0) -> None:
        self.before, self.letters = before, 0
        self._header, self._headings = header, headings
        self._width = len(header.columns)
        self._numbers: list[int] = []
        self._columns: list[list[str]] = [[] for _ in header.columns]
        self._broken: list[tuple[int, str, RowError]] = []

    def add(self, rows: list[list[str]], *, first: int) -> None:
        """Add some rows: as columns at once where every row fits, singly where one does not."""
        numbers: list[int] | range = range(first, first + len(rows))
        self.letters += sum(map(len, chain.from_iterable(rows)))
        if not self._all_fit(rows):
            numbers, rows = self._sort_out(rows, first)
        self._numbers.extend(numbers)
        for column, cells in zip(self._columns, zip(*rows, strict=True), strict=False):
            column.extend(cells)

    def _all_fit(self, rows: list[list[str]]) -> bool:
        if any(len(cells) != self._width or type(cells) is not list for cells in rows):
            return False
        return not any(cells[at].strip() for at in self._header.blank for cells in rows)

    def _sort_out(self, rows: list[list[str]], first: int) -> tuple[list[int], list[list[str]]]:
        numbers, fitting = [], []
        for number, cells in enumerate(rows, start=first):
            error = self._fault(cells)
            if error is None:
                numbers.append(number)
                fitting.append(cells[: self._width])
            else:
                key = self._header.key
                self._broken.append((number, cells[key] if key is not None and key < len(cells) else "", error))
        return numbers, fitting

    def _fault(self, cells: list[str]) -> RowError | None:
        """INTAKE-05: why a row cannot be split into the cells of the header; a merged or nested cell has its column."""
        beyond = any(cell.strip() for cell in cells[self._width :])
        if len(cells) < self._width or beyond or any(cells[at].strip() for at in self._header.blank):
            expected = self._width - len(self._header.blank)
            words = say("INTAKE-05", found=len(cells), expected=expected)
            return RowError(next(iter(self._headings.fields)), "INTAKE-05", words)
        for fault in cells.faults if isinstance(cells, Spoilt) else ():
            code = self._header.columns[fault.position]
            field = self._headings.fields.get(code)
            needed = field is not None and field.required == "yes" and not cells[fault.position].strip()
            if code and (needed or not fault.if_required):
                words = fault.sentence.format(field=field.name if field else code)
                return RowError(code, "INTAKE-05", words)
        return None

    def done(self) -> RowBlock:
        """The block, with the words and the defaults of another format put into those of the item."""
        found = zip(self._header.columns, self._columns, strict=True)
        columns = {code: cells for code, cells in found if code}
        told: list[tuple[int, RowError]] = []
        if (spelling := self._header.spelling) is not None:
            for code, words in spelling.values.items():
                if code in columns:
                    columns[code] = [words.get(cell.strip(), cell) for cell in columns[code]]
                    told += self._unstated(code, columns[code])
            for code, value in spelling.defaults.items():
                columns.setdefault(code, [value] * len(self._numbers))
        key = self._header.key
        keys = self._columns[key] if key is not None else [""] * len(self._numbers)
        return RowBlock(self._numbers, columns, keys, self._broken, told)

    def _unstated(self, code: str, cells: list[str]) -> Iterator[tuple[int, RowError]]:
        """INTAKE-62: a class that the format's table cannot put into one of today's becomes 未定 (law.md 6.3, 11.2)."""
        item, field = self._headings.item, self._headings.fields.get(code)
        if field is None or field.role != "severity" or item.unstated is None:
            return
        for at, cell in enumerate(cells):
            if not is_nothing(cell) and item.code_named(field.code_set, half_width(tidy(cell))) is None:
                cells[at] = item.unstated.value
                yield self._numbers[at], finding(field, "INTAKE-62")


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if cell.strip())
