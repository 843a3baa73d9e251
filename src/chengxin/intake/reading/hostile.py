"""Files that are not what they seem (恶意或异常文件): refused before any parser sees them.

A workbook is a zip archive of XML. Its archive is checked for a layout that every reader understands alike; each member
is unpacked as a stream with a cap, never to disk, and searched for what a table of data does not need: formulas,
macros, links to other files, declarations of entities. Cells stand where a parser that keeps a whole rectangle in
memory can hold them.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NoReturn

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.reading.table import MEGABYTE

MOST_ROWS = 100_000
"""Data rows of a workbook (工作表行数); more belong into a CSV file."""

_MOST_MEMBERS = 1_000
_MOST_CELLS = 5_000_000
_MOST_ERRORS = 1_000
_RATIO = 100  # unpacked to packed; workbooks of real data reach about 20
_PIECE = 256 * 1024
_LONGEST_TEXT = MEGABYTE  # between two tags; a cell holds at most 32,767 characters

_SAVE_AS = "请用表格软件打开，核对后另存为“Excel 工作簿（.xlsx）”或 CSV 文件再上传"
_AS_CSV = "请在表格软件中另存为“CSV UTF-8（逗号分隔）”后重新上传"

_FOREIGN = (
    (b"\xff\xfe", "文件是 UTF-16 编码", _AS_CSV),
    (b"\xfe\xff", "文件是 UTF-16 编码", _AS_CSV),
    (b"%PDF", "这是 PDF 文件，不是表格", "请上传原来的表格文件"),
    (b"\x1f\x8b", "这是压缩文件，不是表格", "请解压后上传其中的表格"),
    (b"Rar!", "这是压缩文件，不是表格", "请解压后上传其中的表格"),
    (b"7z\xbc\xaf", "这是压缩文件，不是表格", "请解压后上传其中的表格"),
    (b"PK\x05\x06", "这是空的压缩文件", "请使用本目录的模板填写后重新上传"),
    (b"{\\rtf", "这是 RTF 文件，不是表格", "请上传原来的表格文件"),
)
_MARKUP = re.compile(rb"<(?:!doctype|html|head|meta|table|body|\?xml|!--)", re.IGNORECASE)
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"Rar!\x1a", b"7z\xbc\xaf\x27\x1c", b"\xd0\xcf\x11\xe0")

_P = rb"(?:[\w.-]+:)?"  # a namespace prefix hides no tag
_ATTRIBUTES = rb'(?:\s+[\w:.-]+="[^"<>]*")*'
_DECLARED = re.compile(rb"<!(?:doctype|entity)", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", re.IGNORECASE)
_SHEET = re.compile(rb"<" + _P + rb"sheetData[\s/>]")
# A formula, or a cell with content outside columns A to CZ and rows 1 to 100,999, or whose place is written oddly.
_BAD_CELL = re.compile(
    rb"<" + _P + rb"(?:f(?=[\s/>])|c(?=[\s/>])(?!"
    rb"" + _ATTRIBUTES.replace(b")*", b")*?") + rb'\s+r="[A-C]?[A-Z](?:[0-9]{1,5}|100[0-9]{3})"'
    rb"|" + _ATTRIBUTES + rb"\s*/>))"
)
_ERROR_CELL = re.compile(rb"<" + _P + rb"c(?=\s)(?=[^>]*\st=[\"']e[\"'])[^>]*?\sr=\"([A-Z]+)([0-9]+)\"")
_CELL = re.compile(rb"<(?:c|[\w.-]+:c)[\s/>]")
_PLACE = re.compile(rb'\sr="([A-Z]{1,3}[0-9]{1,7})"')
_EXTERNAL = re.compile(rb"<" + _P + rb"Relationship\s[^>]*TargetMode\s*=\s*[\"']External[\"'][^>]*>", re.IGNORECASE)
_KEPT = ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "docProps/custom.xml")


@dataclass
class Archive:
    """What the check of a workbook found out on its way (压缩包).

    Attributes:
        parts: the small members that say what the workbook is made of.
        errors: member -> cells that hold an error such as #N/A, as (row, column) from 0.
    """

    parts: dict[str, bytes] = field(default_factory=dict)
    errors: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    cells: int = 0


def kind_of(start: bytes) -> str:
    """What a file is by its first bytes (文件类型): CSV, XLSX or JSONL; its name says nothing.

    Raises:
        UnreadableFile: INTAKE-01, something else.
    """
    if not start:
        _refuse("文件是空的", "请使用本目录的模板填写后重新上传")
    for signature, reason, remedy in _FOREIGN:
        if start.startswith(signature):
            _refuse(reason, remedy)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        if "EncryptedPackage".encode("utf-16-le") in start:
            _refuse("文件设了打开密码", "请取消密码后重新上传")
        _refuse("这是旧版 Excel 文件（.xls）", _SAVE_AS)
    if start.startswith(b"PK\x03\x04"):
        return "XLSX"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if _MARKUP.match(text):
        _refuse("这是网页文件，只是改了扩展名", _SAVE_AS)
    if text.startswith(b"["):
        _refuse("这是 JSON 数组", "请改为每行一个 JSON 对象，或另存为 CSV 文件")
    return "JSONL" if text.startswith(b"{") else "CSV"


def inspect(stream: BinaryIO, *, most_unpacked: int) -> Archive:
    """Check a workbook before it is parsed.

    Raises:
        UnreadableFile: INTAKE-01 or INTAKE-02, with the exact reason.
    """
    members = _members(stream)
    names = [member.filename for member in members]
    _check_names(names)
    size = stream.seek(0, 2)
    unpacked = sum(member.file_size for member in members)
    if unpacked > most_unpacked or unpacked > max(_RATIO * size, MEGABYTE):
        reason = f"解压后有 {unpacked // MEGABYTE} MB，是文件大小的 {unpacked // max(size, 1)} 倍"
        raise UnreadableFile("INTAKE-02", reason, _SAVE_AS)
    archive = Archive()
    for member in members:
        _Member(archive, member).check(_unpack(stream, member))
    return archive


def _members(stream: BinaryIO) -> list[zipfile.ZipInfo]:
    """The members, when they fill the file from its first byte to its last without gap at the ends or overlap."""
    size = stream.seek(0, 2)
    try:
        with zipfile.ZipFile(stream) as archive:
            members = sorted(archive.infolist(), key=lambda member: member.header_offset)
            ends = [*(member.header_offset for member in members[1:]), archive.start_dir]
    except (zipfile.BadZipFile, struct.error, ValueError, UnicodeDecodeError, NotImplementedError, OverflowError):
        _refuse("Excel 文件不完整或已损坏", _SAVE_AS)
    stream.seek(max(size - 22, 0))
    if not members or members[0].header_offset != 0 or not stream.read().startswith(b"PK\x05\x06"):
        _refuse("文件的前面或后面接了别的内容", _SAVE_AS)
    if len(members) > _MOST_MEMBERS:
        _refuse(f"压缩包里有 {len(members)} 个文件，最多 {_MOST_MEMBERS} 个", _SAVE_AS)
    for member, end in zip(members, ends, strict=True):
        if member.flag_bits & 0x41:
            _refuse("文件加了密", "请取消密码后重新上传")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            _refuse("压缩方式不是 Excel 的", _SAVE_AS)
        if member.header_offset + 30 + len(member.orig_filename) + member.compress_size > end:
            _refuse("压缩包的结构不正常", _SAVE_AS)
    return members


def _check_names(names: list[str]) -> None:
    plain = [name.lower() for name in names]
    if len(set(plain)) != len(plain):
        _refuse("压缩包里有重名的文件", _SAVE_AS)
    if any(name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") for name in plain):
        _refuse("压缩包里的文件名指向别处", _SAVE_AS)
    if "xl/workbook.xml" not in plain or "[content_types].xml" not in plain:
        if "xl/workbook.bin" in plain:
            _refuse("这是二进制工作簿（.xlsb）", _SAVE_AS)
        if "content.xml" in plain:
            _refuse("这是 ODS 表格", _SAVE_AS)
        if any(name.startswith(("word/", "ppt/")) for name in plain):
            _refuse("这是文档，不是表格", "请上传原来的表格文件")
        _refuse("这是压缩文件，不是表格", "请解压后上传其中的表格")
    if any("vbaproject" in name or name.startswith(("xl/macrosheets/", "xl/dialogsheets/")) for name in plain):
        _refuse("文件含有宏", _SAVE_AS)
    if any(name.startswith(("xl/externallinks/", "xl/querytables/")) or name == "xl/connections.xml" for name in plain):
        _refuse("文件链接到外部数据", "请断开链接，把数据粘贴为数值后重新上传")
    if any(name.startswith(("xl/embeddings/", "xl/activex/")) for name in plain):
        _refuse("文件里嵌入了别的文件或控件", "请只保留数据，另存后重新上传")


def _unpack(stream: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """The content of a member in pieces; it must be exactly what the directory of the archive says."""
    stream.seek(member.header_offset)
    head = stream.read(30)
    if len(head) < 30 or head[:4] != b"PK\x03\x04":
        _refuse("Excel 文件不完整或已损坏", _SAVE_AS)
    flags, method, name, extra = (*struct.unpack("<6x2H", head[:10]), *struct.unpack("<2H", head[26:30]))
    written = stream.read(name)
    ours = member.orig_filename.encode("utf-8" if flags & 0x800 else "cp437", "replace")
    if written != ours or method != member.compress_type:
        _refuse("压缩包的结构不正常", _SAVE_AS)
    stream.seek(extra, 1)
    size = crc = 0
    try:
        for piece in _stored(stream, member) if method == zipfile.ZIP_STORED else _inflate(stream, member):
            size += len(piece)
            crc = zlib.crc32(piece, crc)
            if size > member.file_size:
                break
            yield piece
    except zlib.error:
        size = -1
    if size != member.file_size or crc != member.CRC:
        _refuse("Excel 文件不完整或已损坏", _SAVE_AS)


def _stored(stream: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    left = member.compress_size
    while left > 0 and (block := stream.read(min(left, _PIECE))):
        left -= len(block)
        yield block


def _inflate(stream: BinaryIO, member: zipfile.ZipInfo) -> Iterator[bytes]:
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    for block in _stored(stream, member):
        rest = block
        while rest and not engine.eof:
            if piece := engine.decompress(rest, _PIECE):
                yield piece
            rest = engine.unconsumed_tail
    if not engine.eof or engine.unused_data:
        raise zlib.error


class _Member:
    """One member under examination."""

    def __init__(self, archive: Archive, member: zipfile.ZipInfo) -> None:
        self._archive, self._name = archive, member.filename
        self._is_sheet = self._is_markup = False

    def check(self, pieces: Iterator[bytes]) -> None:
        tail, first = b"", True
        kept = bytearray() if self._name in _KEPT else None
        for piece in pieces:
            if first:
                self._check_start(piece)
                first = False
            if kept is not None:
                kept += piece
            # Cut before the last tag, so that no tag is seen in halves.
            whole = tail + piece
            cut = max(whole.rfind(b"<"), 0)
            self._search(whole[:cut])
            tail = whole[cut:]
            if len(tail) > _LONGEST_TEXT:
                if self._is_markup:
                    _refuse("有一个单元格过长", _SAVE_AS)
                self._search(tail)
                tail = b""
        self._search(tail)
        if kept is not None:
            self._archive.parts[self._name] = bytes(kept)

    def _check_start(self, piece: bytes) -> None:
        if piece.startswith(_ARCHIVES):
            _refuse("文件里还有压缩包或嵌入的文件", "请只保留数据，另存后重新上传")
        text = piece.removeprefix(b"\xef\xbb\xbf").lstrip()
        self._is_markup = text.startswith(b"<")
        declared = _ENCODING.match(text)
        if piece.startswith((b"\xff\xfe", b"\xfe\xff")) or (
            self._name.endswith((".xml", ".rels")) and text and not self._is_markup
        ):
            _refuse("文件内部不是 UTF-8 编码", _SAVE_AS)
        if declared and declared[1].lower() not in (b"utf-8", b"us-ascii"):
            _refuse("文件内部不是 UTF-8 编码", _SAVE_AS)

    def _search(self, data: bytes) -> None:
        if _DECLARED.search(data):
            _refuse("文件内部带有 DOCTYPE 或 ENTITY 声明", _SAVE_AS)
        if b"TargetMode" in data:
            for found in _EXTERNAL.finditer(data):
                if b"/hyperlink" not in found[0]:
                    _refuse("文件链接到外部数据", "请断开链接，把数据粘贴为数值后重新上传")
        if not self._is_sheet:
            begin = _SHEET.search(data)
            if begin is None:
                return
            self._is_sheet = True
            data = data[begin.start() :]
        self._search_cells(data)

    def _search_cells(self, data: bytes) -> None:
        bad = _BAD_CELL.search(data)
        if bad:
            if bad[0].rpartition(b":")[2].lstrip(b"<") == b"f":
                places = _PLACE.findall(data, 0, bad.start())
                where = f"{places[-1].decode()} 单元格" if places else "工作表"
                _refuse(f"{where}含有公式", "请把公式粘贴为数值后重新上传")
            raise UnreadableFile(
                "INTAKE-02", f"工作表的内容超出 {MOST_ROWS:,} 行或 104 列，或单元格的位置写得不规范", _SAVE_AS
            )
        self._archive.cells += sum(1 for _ in _CELL.finditer(data))
        if self._archive.cells > _MOST_CELLS:
            raise UnreadableFile("INTAKE-02", f"工作簿超过 {_MOST_CELLS:,} 个单元格", "请拆成几个文件分别报送")
        if b't="e"' in data or b"t='e'" in data:
            errors = self._archive.errors.setdefault(self._name, [])
            errors += [(int(row) - 1, column_number(letters)) for letters, row in _ERROR_CELL.findall(data)]
            if len(errors) > _MOST_ERRORS:
                _refuse(f"超过 {_MOST_ERRORS:,} 个单元格是错误值（如 #N/A）", "请改正公式，粘贴为数值后重新上传")


def column_number(letters: bytes) -> int:
    """Position of a column by its letters (列号): A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _refuse(reason: str, remedy: str) -> NoReturn:
    raise UnreadableFile("INTAKE-01", reason, remedy)
