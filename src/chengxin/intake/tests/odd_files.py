"""Files as nobody should send them, built in memory, each with what must become of it.

An outcome is the number of data rows (then `check` may look at the first block), or the code and the exact reason of the
refusal.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from chengxin.intake.facts import RowBlock
from chengxin.intake.tests.material import item, row

HEADER = list(row())
GOOD = list(row().values())
AT = {code: position for position, code in enumerate(HEADER)}
SHEET = "xl/worksheets/sheet1.xml"
TITLES = [field.name for code in HEADER if (field := item().field_named(code))]


# ---- builders ------------------------------------------------------------------------------------


def text(*records: Sequence[str]) -> str:
    """CSV text of some records."""
    out = io.StringIO()
    csv.writer(out).writerows(records)
    return out.getvalue()


def good(*rows: Mapping[str, str]) -> str:
    """CSV text with a header of codes; one good row when none is given."""
    return text(HEADER, *(list(one.values()) for one in rows or (row(),)))


def book(fill: Callable[[Workbook, Worksheet], Any] | None = None, *, name: str = "数据", **options: Any) -> bytes:
    """A workbook with a header and one good row, then changed by `fill`."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True, **options}) as workbook:
        sheet = workbook.add_worksheet(name)
        sheet.write_row(0, 0, HEADER)
        sheet.write_row(1, 0, GOOD)
        if fill:
            fill(workbook, sheet)
    return out.getvalue()


def edited(data: bytes, change: Mapping[str, bytes | Callable[[bytes], bytes]]) -> bytes:
    """A workbook with some members replaced, changed or added."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            step = change.get(member, old.read(member))
            new.writestr(member, step(old.read(member)) if callable(step) else step)
        for member in set(change) - set(old.namelist()):
            step = change[member]
            assert isinstance(step, bytes)
            new.writestr(member, step)
    return out.getvalue()


def sub(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """A change of one place that must be there."""

    def change(data: bytes) -> bytes:
        assert old in data
        return data.replace(old, new, 1)

    return change


def archive(*members: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in members:
            new.writestr(name, content)
    return out.getvalue()


def lines(*rows: Mapping[str, Any] | str) -> bytes:
    """A file of JSON lines."""
    return "".join(
        (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)) + "\n" for one in rows
    ).encode()


# ---- the files -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Odd:
    """A file and its outcome: the number of rows, or (code, reason)."""

    name: str
    data: bytes | Callable[[], bytes]
    outcome: int | tuple[str, str]
    check: Callable[[RowBlock], object] | None = None

    def content(self) -> bytes:
        return self.data if isinstance(self.data, bytes) else self.data()

    def __str__(self) -> str:
        return self.name


def cell(code: str, value: str) -> Callable[[RowBlock], bool]:
    return lambda block: block.columns[code][0] == value


def fault(code: str, words: str) -> Callable[[RowBlock], bool]:
    """Whether the first broken row is broken at a column, and says why."""

    def check(block: RowBlock) -> bool:
        error = block.broken[0][2]
        return (error.field, error.code) == (code, "INTAKE-05") and words in error.message

    return check


PLAIN = good()
MIXED = "文件混用了编码或已损坏"

CSV: tuple[Odd, ...] = (
    Odd("UTF-8 BOM", PLAIN.encode("utf-8-sig"), 1, cell("CF_XDR_MC", "王桂兰")),
    Odd("GB18030", PLAIN.encode("gb18030"), 1, cell("CF_XDR_MC", "王桂兰")),
    Odd(
        "GB18030 of four bytes",
        good(row(CF_XDR_MC="王\U0002b9f5")).encode("gb18030"),
        1,
        cell("CF_XDR_MC", "王\U0002b9f5"),
    ),
    Odd(
        "rare characters of extension B",
        good(row(CF_XDR_MC="\U00020bb7野𮧵")).encode(),
        1,
        cell("CF_XDR_MC", "\U00020bb7野𮧵"),
    ),
    Odd("UTF-16", PLAIN.encode("utf-16"), ("INTAKE-01", "文件是 UTF-16 编码")),
    Odd("UTF-16 without BOM", PLAIN.encode("utf-16-le"), ("INTAKE-01", "文件含有空字节，不是文本文件")),
    Odd("NUL", PLAIN.encode() + b"\0", ("INTAKE-01", "文件含有空字节，不是文本文件")),
    Odd(
        "UTF-8, then GB18030",
        PLAIN.encode() + ",".join(GOOD).encode("gb18030"),
        ("INTAKE-01", f"第 3 行有字节不属于 UTF-8 编码，{MIXED}"),
    ),
    Odd(
        "neither encoding",
        PLAIN.encode("gb18030") + b"\xff\xff",
        ("INTAKE-01", f"第 3 行有字节既不属于 UTF-8 编码，也不属于 GB18030 编码，{MIXED}"),
    ),
    Odd("bidi and zero width", good(row(BZ="甲\u202e乙\u200b")).encode(), 1, cell("BZ", "甲\u202e乙\u200b")),
    Odd("CR only", good(row(), row()).replace("\r\n", "\r").encode(), 2),
    Odd("no last line end", PLAIN.rstrip().encode(), 1),
    Odd("formula as text", good(row(BZ="=1+1")).encode(), 1, cell("BZ", "=1+1")),
    Odd("quote left open", (PLAIN + '"甲').encode(), ("INTAKE-01", "第 3 行在引号内结束，引号没有成对")),
    Odd("text after a quote", (PLAIN + '"甲"乙,丙').encode(), ("INTAKE-01", "第 3 行的引号后面还有其他字符")),
    Odd(
        "ragged rows",
        text(HEADER, GOOD[:-1], GOOD, [*GOOD, "多"]).encode(),
        3,
        lambda block: block.numbers == [2] and [number for number, _, _ in block.broken] == [1, 3],
    ),
    Odd(
        "blank column",
        text([*HEADER, ""], [*GOOD, ""], [*GOOD, "多"]).encode(),
        2,
        fault("CF_XDR_MC", "23 个单元格，表头有 22 列"),
    ),
    Odd("very long line", (PLAIN + "长" * 1_100_000).encode(), ("INTAKE-01", "第 3 行过长")),
    Odd(
        "very long cell",
        (PLAIN + '"' + "长" * 140_000 + '"').encode(),
        ("INTAKE-01", "第 3 行的一个单元格过长，可能是引号没有成对"),
    ),
    Odd(
        "column twice",
        text([*HEADER, "备注"], [*GOOD, ""]).encode(),
        ("INTAKE-03", "第 23 列的列名与第 21 列的列名重复"),
    ),
    Odd("header only", text(HEADER).encode(), 0),
    Odd("empty", b"", ("INTAKE-01", "文件是空的")),
    Odd("blank lines only", b"\n\n\n", ("INTAKE-03", "文件中没有表头")),
    Odd("semicolons", ";".join(HEADER).encode(), ("INTAKE-03", "列之间的分隔符不是逗号")),
    Odd("two headers and a title", text(["处罚信息", ""], TITLES, HEADER, GOOD).encode(), 1),
    Odd(
        "groups of columns above the header",
        text(["当事人", "", "", "", "处罚"] + [""] * 17, TITLES, GOOD).encode(),
        1,
    ),
    Odd(
        "prohibited column",
        text([*HEADER, "血 型"], [*GOOD, ""]).encode(),
        (
            "INTAKE-04",
            "第 23 列的列名属于禁止归集的信息（《征信业管理条例》第十四条",
        ),
    ),
    Odd("web page called .xls", b"<html><table><tr><td>", ("INTAKE-01", "这是网页文件，只是改了扩展名")),
    Odd("PDF", b"%PDF-1.7\n", ("INTAKE-01", "这是 PDF 文件，不是表格")),
    Odd(
        "XLS",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        ("INTAKE-01", "这是旧版 Excel 文件（.xls）"),
    ),
    Odd(
        "XLSX with a password",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"),
        ("INTAKE-01", "文件设了打开密码"),
    ),
    Odd("workbook behind CSV", PLAIN.encode() + book(), ("INTAKE-01", "文件含有空字节，不是文本文件")),
    Odd("gzip", gzip.compress(PLAIN.encode()), ("INTAKE-01", "这是压缩文件，不是表格")),
)

NO_OBJECT = ("INTAKE-01", "第 2 行不是一个 JSON 对象")
DEEP = '{"CF_WSH":' + "[" * 100_000 + "]" * 100_000 + "}"

JSON: tuple[Odd, ...] = (
    Odd("JSON lines", lines(row(), "", row()), 2, cell("CF_XDR_MC", "王桂兰")),
    Odd("JSON lines with BOM", b"\xef\xbb\xbf" + lines(row()), 1),
    Odd("null is nothing", lines(row() | {"BZ": None}), 1, cell("BZ", "")),
    Odd("number", lines(row() | {"CF_NR_FK": 0.22}), 1, fault("CF_NR_FK", "的值是数字，不是文字")),
    Odd("list", lines(row() | {"CF_CFLB": ["罚款"]}), 1, fault("CF_CFLB", "的值是列表，不是文字")),
    Odd("object", lines(row() | {"BZ": {"a": "b"}}), 1, fault("BZ", "的值是对象，不是文字")),
    Odd(
        "key twice",
        lines(json.dumps(row(), ensure_ascii=False)[:-1] + ', "BZ" : "二"}'),
        1,
        fault("BZ", "在这一行出现两次"),
    ),
    Odd("unknown key", lines(row(), row() | {"爱好": "棋"}), ("INTAKE-03", "第 2 行第 23 个键不在目录中")),
    Odd(
        "prohibited key",
        lines(row(), row() | {"婚姻状况": ""}),
        ("INTAKE-04", "第 2 行第 23 个键属于禁止归集的信息（"),
    ),
    Odd("deep nesting", lines(row(), DEEP), ("INTAKE-01", "第 2 行嵌套太深")),
    Odd("array", b"[" + lines(row()) + b"]", ("INTAKE-01", "这是 JSON 数组")),
    Odd("broken line", lines(row(), '{"CF_WSH": "'), NO_OBJECT),
    Odd("two objects in a line", lines(row(), "{} {}"), NO_OBJECT),
    Odd("GB18030 in JSON", lines(row()) + '{"BZ": "无"}\n'.encode("gb18030"), NO_OBJECT),
    Odd("lone surrogate", lines(row(), '{"BZ": "\\ud800"}'), NO_OBJECT),
    Odd("line without end", lines(row()) + b'{"BZ": "' + b"a" * 1_100_000, ("INTAKE-01", "第 2 行过长")),
)
