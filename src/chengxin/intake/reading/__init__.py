"""The door of reading (读取文件): bytes in; a table of text cells, or one exact reason why not."""

from __future__ import annotations

from typing import BinaryIO

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import ItemFacts
from chengxin.intake.reading import hostile
from chengxin.intake.reading.csvfile import CsvFile
from chengxin.intake.reading.lines import JsonLines
from chengxin.intake.reading.sheet import Workbook
from chengxin.intake.reading.table import COMMAND_LINE, MEGABYTE, Limits, Source, Table

__all__ = ["COMMAND_LINE", "Limits", "Table", "UnreadableFile", "open_table"]

_START = 16 * 1024  # enough to tell an encrypted workbook from an old one


def open_table(stream: BinaryIO, *, item: ItemFacts, limits: Limits | None = None, kind: str = "report") -> Table:
    """Open a file against a catalog item (打开文件): CSV, XLSX or JSON lines, told by its content.

    Args:
        stream: the file, seekable; read from its start, stays open.
        item: whose columns the header may name, by code, Chinese name or alias, or in another format of the item.
        limits: of the upload page when left out.
        kind: what the file does, one of ``facts.KINDS``.

    Raises:
        UnreadableFile: INTAKE-01 not readable or not safe, INTAKE-02 too large, INTAKE-03 header or template version,
            INTAKE-04 prohibited column. After this nothing but the rows can be wrong.
    """
    limits = limits or Limits()
    if limits.max_bytes is not None and stream.seek(0, 2) > limits.max_bytes:
        most = limits.max_bytes // MEGABYTE
        raise UnreadableFile("INTAKE-02", f"文件超过 {most} MB", "请拆成几个文件分别报送，或使用命令行导入")
    stream.seek(0)
    most_rows = limits.max_rows
    source: Source
    match hostile.kind_of(stream.read(_START)):
        case "XLSX":
            archive = hostile.inspect(stream, most_unpacked=limits.max_unpacked)
            source = Workbook(stream, archive)
            most_rows = hostile.MOST_ROWS if most_rows is None else min(most_rows, hostile.MOST_ROWS)
            _check_template(source.template, item)
        case "JSONL":
            source = JsonLines(stream)
        case _:
            source = CsvFile(stream)
    return Table(source, item=item, kind=kind, most_rows=most_rows)


def _check_template(template: tuple[str, str] | None, item: ItemFacts) -> None:
    """INTAKE-03: a workbook made for another item or another version of this one is not read."""
    if template is None or template == (item.code, str(item.version)):
        return
    code, version = template
    stated = "另一个目录条目的" if code != item.code else f"第 {version} 版" if version.isdecimal() else "别的"
    raise UnreadableFile(
        "INTAKE-03",
        f"工作簿用的是{stated}模板，现在需要 {item.code} 第 {item.version} 版",
        "请下载最新模板，把数据复制过去后上传；您的文件没有改动",
    )
