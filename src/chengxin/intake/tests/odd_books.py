"""Workbooks as nobody should send them, built in memory, each with what must become of it; see ``odd_files``."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from chengxin.intake.tests.material import item, row
from chengxin.intake.tests.odd_files import (
    AT,
    GOOD,
    HEADER,
    SHEET,
    TITLES,
    Odd,
    archive,
    book,
    cell,
    edited,
    fault,
    good,
    sub,
)


def _serial(workbook: Workbook, sheet: Worksheet) -> None:
    day = workbook.add_format({"num_format": "yyyy/m/d"})
    sheet.write_datetime(1, AT["CF_JDRQ"], date(2026, 10, 14), day)
    sheet.write_number(1, AT["CF_GSJZQ"], 46674)


def _two_sheets(workbook: Workbook, _: Worksheet) -> None:
    workbook.add_worksheet("更多").write_row(0, 0, HEADER)


def _hidden(workbook: Workbook, sheet: Worksheet) -> None:
    workbook.add_worksheet("空").activate()
    sheet.hide()


def _also_hidden(workbook: Workbook, sheet: Worksheet) -> None:
    other = workbook.add_worksheet("旧")
    other.write_row(0, 0, HEADER)
    other.write_row(1, 0, [*GOOD, "别的"])
    other.hide()
    sheet.set_row(2, None, None, {"hidden": True})
    sheet.write_row(2, 0, GOOD)  # a hidden row is a row


def _merged(_: Workbook, sheet: Worksheet) -> None:
    sheet.write_row(2, 0, row(CF_WSH="").values())
    sheet.merge_range(1, AT["CF_WSH"], 2, AT["CF_WSH"], GOOD[AT["CF_WSH"]])


def _error(_: Workbook, sheet: Worksheet) -> None:
    sheet.write_row(2, 0, GOOD)
    sheet.write_formula(2, AT["CF_NR_FK"], "=NA()", None, "#N/A")


def _formula(_: Workbook, sheet: Worksheet) -> None:
    sheet.write_formula(1, AT["CF_NR_FK"], "=0.11*2", None, 0.22)


def _sparse(_: Workbook, sheet: Worksheet) -> None:
    sheet.write_string(1_048_575, 16_383, "远")


def _large(_: Workbook, sheet: Worksheet) -> None:
    for line in range(2, 6):
        sheet.write_string(line, 0, "长" * 32_000)


def _number(_: Workbook, sheet: Worksheet) -> None:
    sheet.write_number(1, AT["CF_XDR_ZJHM"], 320901199001011234)
    sheet.write_number(1, AT["CF_NR_FK"], 0.22)
    sheet.write_boolean(1, AT["BZ"], True)


def _offset() -> bytes:
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet("Sheet1")
        sheet.merge_range(1, 1, 1, 5, "盐城市行政处罚信息")
        sheet.write_row(3, 1, TITLES)
        sheet.write_row(4, 1, HEADER)
        sheet.write_row(5, 1, GOOD)
        sheet.write_row(7, 1, GOOD)
        sheet.write_string(9, 1, "填表说明：按决定书填写")
    return out.getvalue()


def _bomb() -> bytes:
    return edited(book(), {"xl/media/image1.png": b"\0" * 30_000_000})


def _lying() -> bytes:
    """The directory says that a member is small, with the right sum of its beginning."""
    data = edited(book(), {"xl/media/image1.png": b"\0" * 3_000_000})
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        member = found.getinfo("xl/media/image1.png")
    size = (3_000_000).to_bytes(4, "little")
    assert data.count(size) == 2
    return data.replace(size, (1000).to_bytes(4, "little")) if member.file_size else data


def _renamed(old: bytes, new: bytes) -> bytes:
    return book().replace(old, new)


def _encrypted() -> bytes:
    data = bytearray(book())
    for head, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(head), bytes(data)):
            data[found.start() + at] |= 1
    return bytes(data)


def _old_template(workbook: Workbook, _: Worksheet) -> None:
    workbook.set_custom_property("template_id", "XZCF")
    workbook.set_custom_property("catalog_version", 0)


def _same_template(workbook: Workbook, sheet: Worksheet) -> None:
    workbook.set_custom_property("template_id", "XZCF")
    workbook.set_custom_property("catalog_version", item().version)
    sheet.write_string(0, len(HEADER), "行标识")
    sheet.write_string(1, len(HEADER), "b1-7")


def _dense() -> bytes:
    """One text referred to by every cell, and a reference to a text that is not there."""
    return edited(book(), {SHEET: sub(b"<v>0</v>", b"<v>999999</v>")})


def _two_names() -> bytes:
    out = io.BytesIO(book())
    with zipfile.ZipFile(out, "a") as more:
        more.writestr("XL/Worksheets/sheet1.xml", b"<worksheet/>")
    return out.getvalue()


EXTERNAL = (
    b'<Relationship Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/oleObject" '
    b'Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
)

DECLARED = ("INTAKE-01", "文件内部带有 DOCTYPE 或 ENTITY 声明")
LINKED = ("INTAKE-01", "文件链接到外部数据")
DAMAGED = ("INTAKE-01", "Excel 文件不完整或已损坏")

BOOKS: tuple[Odd, ...] = (
    Odd("XLSX", book, 1, lambda block: {code: cells[0] for code, cells in block.columns.items()} == row()),
    Odd("dates and serial numbers", lambda: book(_serial), 1, cell("CF_JDRQ", "2026-10-14")),
    Odd("serial number as text", lambda: book(_serial), 1, cell("CF_GSJZQ", "46674")),
    Odd("identity as a number", lambda: book(_number), 1, cell("CF_XDR_ZJHM", "3.20901199001011E+17")),
    Odd("amount as a number", lambda: book(_number), 1, cell("CF_NR_FK", "0.22")),
    Odd("truth value", lambda: book(_number), 1, cell("BZ", "是")),
    Odd("title, two headers, blank rows and columns", _offset, 2, lambda block: block.numbers == [1, 2]),
    Odd("merged cells", lambda: book(_merged), 2, fault("CF_WSH", "与别的单元格合并")),
    Odd(
        "error value",
        lambda: edited(book(_error), {SHEET: sub(b"<f>NA()</f>", b"")}),
        2,
        fault("CF_NR_FK", "是表格软件的错误值"),
    ),
    Odd("formula", lambda: book(_formula), ("INTAKE-01", "K2 单元格含有公式")),
    Odd(
        "formula behind a prefix",
        lambda: edited(book(_formula), {SHEET: sub(b"<f>0.11*2</f>", b"<x:f>0.11*2</x:f>")}),
        ("INTAKE-01", "K2 单元格含有公式"),
    ),
    Odd("several sheets, one called 数据", lambda: book(_two_sheets), 1),
    Odd("several sheets", lambda: book(_two_sheets, name="一"), ("INTAKE-03", "有 2 个工作表含有内容")),
    Odd("hidden sheet and hidden row", lambda: book(_also_hidden, name="一"), 2),
    Odd("only a hidden sheet", lambda: book(_hidden), ("INTAKE-03", "内容只在隐藏的工作表里")),
    Odd(
        "DOCTYPE",
        lambda: edited(book(), {SHEET: sub(b"<worksheet ", b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet ")}),
        DECLARED,
    ),
    Odd(
        "entity in shared strings",
        lambda: edited(book(), {"xl/sharedStrings.xml": sub(b"<sst ", b"<!doctype sst><sst ")}),
        DECLARED,
    ),
    Odd(
        "UTF-16 inside",
        lambda: edited(book(), {SHEET: lambda xml: xml.decode().encode("utf-16")}),
        ("INTAKE-01", "文件内部不是 UTF-8 编码"),
    ),
    Odd("macro", lambda: edited(book(), {"xl/vbaProject.bin": b"\x01"}), ("INTAKE-01", "文件含有宏")),
    Odd(
        "external link",
        lambda: edited(book(), {"xl/externalLinks/externalLink1.xml": b"<externalLink/>"}),
        LINKED,
    ),
    Odd(
        "external relationship",
        lambda: edited(book(), {"xl/_rels/workbook.xml.rels": sub(b"</Relationships>", EXTERNAL)}),
        LINKED,
    ),
    Odd(
        "embedded file",
        lambda: edited(book(), {"xl/embeddings/a.docx": b"PK"}),
        ("INTAKE-01", "文件里嵌入了别的文件或控件"),
    ),
    Odd(
        "archive in the archive",
        lambda: edited(book(), {"xl/media/image1.png": book()}),
        ("INTAKE-01", "文件里还有压缩包或嵌入的文件"),
    ),
    Odd("bomb", _bomb, ("INTAKE-02", "解压后有 28 MB，是文件大小的 ")),
    Odd("directory that lies about sizes", _lying, DAMAGED),
    Odd("truncated", lambda: book()[:-100], DAMAGED),
    Odd("damaged member", lambda: _renamed(b"PK\x03\x04\x14", b"PK\x03\x04\x15")[:200] + book()[200:][::-1], DAMAGED),
    Odd("something after the archive", lambda: book() + b"%PDF", ("INTAKE-01", "文件的前面或后面接了别的内容")),
    Odd(
        "name that leads outside",
        lambda: edited(book(), {"../x.xml": b"<x/>"}),
        ("INTAKE-01", "压缩包里的文件名指向别处"),
    ),
    Odd("two members of one name", _two_names, ("INTAKE-01", "压缩包里有重名的文件")),
    Odd("encrypted members", _encrypted, ("INTAKE-01", "文件加了密")),
    Odd("ODS", lambda: archive(("content.xml", b"<a/>")), ("INTAKE-01", "这是 ODS 表格")),
    Odd(
        "Word document",
        lambda: archive(("[Content_Types].xml", b"<a/>"), ("word/document.xml", b"<a/>")),
        ("INTAKE-01", "这是文档，不是表格"),
    ),
    Odd("ZIP of a CSV file", lambda: archive(("a.csv", good().encode())), ("INTAKE-01", "这是压缩文件，不是表格")),
    Odd(
        "one cell far away",
        lambda: book(_sparse),
        ("INTAKE-02", "工作表的内容超出 100,000 行或 104 列，或单元格的位置写得不规范"),
    ),
    Odd(
        "cells without a place",
        lambda: edited(book(), {SHEET: lambda xml: re.sub(rb'<c r="[A-Z]+\d+"', b"<c", xml)}),
        ("INTAKE-02", "工作表的内容超出 100,000 行或 104 列，或单元格的位置写得不规范"),
    ),
    Odd("long texts", lambda: book(_large), 5),
    Odd("shared string that is not there", _dense, ("INTAKE-01", "Excel 文件不能解析")),
    Odd("days counted from 1904", lambda: book(date_1904=True), ("INTAKE-01", "工作簿使用 1904 日期系统")),
    Odd(
        "old template",
        lambda: book(_old_template),
        ("INTAKE-03", f"工作簿用的是第 0 版模板，现在需要 XZCF 第 {item().version} 版"),
    ),
    Odd("error workbook", lambda: book(_same_template), 1, lambda block: block.keys == ["b1-7"]),
)
