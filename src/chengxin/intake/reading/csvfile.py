"""CSV files (逗号分隔文件): which encoding, and records as strict CSV. In CSV ``=`` is text."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Generator, Iterator
from typing import BinaryIO

from chengxin.intake.errors import UnreadableFile

_BLOCK = 1 << 20
_LONGEST_LINE = 1 << 20  # characters; a line without end would otherwise fill the memory
_CODECS = {"UTF-8": "utf-8", "UTF-8 BOM": "utf-8-sig", "GB18030": "gb18030"}
# A file in GB18030 breaks as UTF-8 at its first or second Chinese character. So much valid UTF-8 before the first
# broken byte means a damaged UTF-8 file, which must not be read as GB18030.
_SURELY_UTF8 = 8
_SAVE_AS = "请在表格软件中另存为“CSV UTF-8（逗号分隔）”后重新上传"


class CsvFile:
    """A CSV file, see ``table.Source``. The stream stays open: the file is kept, encrypted, as it came."""

    format = "CSV"
    template: tuple[str, str] | None = None

    def __init__(self, stream: BinaryIO) -> None:
        """Find the encoding.

        Raises:
            UnreadableFile: INTAKE-01, neither UTF-8 nor GB18030 throughout.
        """
        self._stream = stream
        self.encoding = _detect(stream)

    def place(self, position: int) -> str:
        return f"第 {position + 1} 列的列名"

    def records(self) -> Generator[list[str], None, None]:
        self._stream.seek(0)
        text = io.TextIOWrapper(self._stream, encoding=_CODECS[self.encoding], errors="strict", newline="")
        reader = csv.reader(_lines(text), strict=True)
        try:
            yield from reader
        except csv.Error as error:
            raise UnreadableFile(
                "INTAKE-01", f"第 {reader.line_num} 行{_reason(str(error))}", "请检查这一行的引号，重新导出后上传"
            ) from None
        finally:
            if not self._stream.closed:
                text.detach()


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    line = 0
    while chunk := text.readline(_LONGEST_LINE + 1):
        line += 1
        if len(chunk) > _LONGEST_LINE:
            raise UnreadableFile("INTAKE-01", f"第 {line} 行过长", "请检查换行和引号，另存为 CSV 后重新上传")
        yield chunk


def _reason(error: str) -> str:
    if "field limit" in error:
        return "的一个单元格过长，可能是引号没有成对"
    if "end of data" in error:
        return "在引号内结束，引号没有成对"
    if "expected after" in error:
        return "的引号后面还有其他字符"
    return "不符合 CSV 格式"


def _detect(stream: BinaryIO) -> str:
    """UTF-8 with or without BOM, or GB18030: the first that decodes the whole file."""
    stream.seek(0)
    bom = stream.read(3) == codecs.BOM_UTF8
    broken, foreign = _try(stream, "utf-8")
    if broken is None:
        return "UTF-8 BOM" if bom else "UTF-8"
    if bom or foreign >= _SURELY_UTF8:
        raise _undecodable(stream, broken, "不属于 UTF-8 编码")
    broken, _ = _try(stream, "gb18030")
    if broken is not None:
        raise _undecodable(stream, broken, "既不属于 UTF-8 编码，也不属于 GB18030 编码")
    return "GB18030"


def _try(stream: BinaryIO, codec: str) -> tuple[int | None, int]:
    """Decode all blocks: (place of the first broken byte or None, characters beyond ASCII before it, if few)."""
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(codec)("strict")
    foreign = place = 0
    while True:
        block = stream.read(_BLOCK)
        if b"\x00" in block:
            raise UnreadableFile("INTAKE-01", "文件含有空字节，不是文本文件", _SAVE_AS)
        held = len(decoder.getstate()[0])  # bytes of a character that began in the block before
        try:
            text = decoder.decode(block, not block)
        except UnicodeDecodeError as error:
            return place - held + error.start, foreign + _foreign(error.object[: error.start].decode(codec, "ignore"))
        if not block:
            return None, foreign
        place += len(block)
        if foreign < _SURELY_UTF8:
            foreign += _foreign(text)


def _foreign(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _undecodable(stream: BinaryIO, place: int, reason: str) -> UnreadableFile:
    stream.seek(0)
    line = 1
    while place > 0 and (block := stream.read(min(place, _BLOCK))):
        line += block.count(b"\n")
        place -= len(block)
    return UnreadableFile(
        "INTAKE-01",
        f"第 {line} 行有字节{reason}，文件混用了编码或已损坏",
        "请在表格软件中重新打开核对，另存为“CSV UTF-8（逗号分隔）”后重新上传",
    )
