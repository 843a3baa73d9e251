"""The workbook, opened again: by the reader that intake uses, and part by part as Excel finds it."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from python_calamine import CalamineWorkbook

from chengxin.catalog.explain import Column
from chengxin.catalog.template import ROW_KEY, ROWS, WEIGHTS, data_sheet, new_book, template
from chengxin.catalog.tests.seeds import ITEMS, definition, version
from chengxin.kernel.identity import check_digit

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def part(book: bytes, name: str) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        return ET.fromstring(parts.read(name))


def sheet(book: bytes, name: str) -> list[list[Any]]:
    rows: list[list[Any]] = [*CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name(name).to_python()]
    return rows


def rules(book: bytes) -> dict[str, ET.Element]:
    """Validations of the data sheet by their column's letters."""
    found = part(book, "xl/worksheets/sheet1.xml").iter(f"{MAIN}dataValidation")
    return {re.match("[A-Z]+", rule.attrib["sqref"])[0]: rule for rule in found}  # type: ignore[index]  # always there


@pytest.fixture(scope="module")
def book() -> bytes:
    return template(version())


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_has_a_workbook_that_opens(item: str) -> None:
    found = definition(item)
    head = sheet(template(version(found)), "数据")[0]
    wanted = [row["name"] for row in found["field"]]
    assert head == wanted
    assert len(set(wanted)) == len(wanted), "two columns of one name: a person could not tell them apart"


def test_the_same_version_gives_the_same_bytes(book: bytes) -> None:
    assert template(version()) == book


def test_three_sheets_and_the_choices_hidden(book: bytes) -> None:
    sheets = part(book, "xl/workbook.xml").iter(f"{MAIN}sheet")
    assert [(s.attrib["name"], s.attrib.get("state", "visible")) for s in sheets] == [
        ("数据", "visible"),
        ("选项", "hidden"),
        ("填写说明", "visible"),
    ]


def test_it_says_which_item_and_version_it_is_for(book: bytes) -> None:
    properties = part(book, "docProps/custom.xml")
    assert [(p.attrib["name"], p[0].text) for p in properties] == [("template_id", "XZCF"), ("catalog_version", "1")]
    assert b"2026-01-01T00:00:00Z" in zipfile.ZipFile(io.BytesIO(book)).read("docProps/core.xml")


def test_no_macro_no_formula_no_link(book: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert not [name for name in parts.namelist() if "vba" in name or "externalLink" in name]
        for name in parts.namelist():
            if name.startswith("xl/worksheets/sheet"):
                assert not list(ET.fromstring(parts.read(name)).iter(f"{MAIN}f"))


def test_the_heading_stays_and_every_heading_explains_itself(book: bytes) -> None:
    pane = next(part(book, "xl/worksheets/sheet1.xml").iter(f"{MAIN}pane"))
    assert (pane.attrib["ySplit"], pane.attrib["state"]) == ("1", "frozen")
    comments = ["".join(c.itertext()) for c in part(book, "xl/comments1.xml").iter(f"{MAIN}comment")]
    assert len(comments) == len(sheet(book, "数据")[0])
    assert "代码：CF_XDR_ZJHM" in comments[3]
    assert "必填" in comments[3]


def test_drop_downs_read_named_ranges_of_the_hidden_sheet(book: bytes) -> None:
    names = {n.attrib["name"]: n.text or "" for n in part(book, "xl/workbook.xml").iter(f"{MAIN}definedName")}
    choices = sheet(book, "选项")
    lists = {letter: rule for letter, rule in rules(book).items() if rule.attrib["type"] == "list"}
    head = sheet(book, "数据")[0]
    for letter, rule in lists.items():
        source = names[rule.findtext(f"{MAIN}formula1") or ""]
        column, last = re.fullmatch(r"'选项'!\$([A-Z])\$2:\$[A-Z]\$(\d+)", source).groups()  # type: ignore[union-attr]
        values = [row[ord(column) - 65] for row in choices[1 : int(last)]]
        assert all(values), head[ord(letter) - 65]
        assert rule.attrib["sqref"] == f"{letter}2:{letter}{ROWS + 1}"
    assert {head[ord(letter) - 65] for letter in lists} == {
        "行政相对人类别",
        "自然人证件类型",
        "处罚类别",
        "处罚状态",
        "失信严重程度",
    }
    penalties = next(rule for letter, rule in lists.items() if head[ord(letter) - 65] == "处罚类别")
    assert penalties.attrib["errorStyle"] == "information", "several values may stand in one cell"
    flat = {value for row in choices for value in row}
    assert "行政拘留" not in flat, "sealed values are not offered"


def test_what_looks_like_a_number_stays_text(book: bytes) -> None:
    styles = part(book, "xl/styles.xml")
    formats = [xf.attrib["numFmtId"] for xf in styles.find(f"{MAIN}cellXfs") or []]
    custom = {f.attrib["numFmtId"]: f.attrib["formatCode"] for f in styles.iter(f"{MAIN}numFmt")}
    columns = list(part(book, "xl/worksheets/sheet1.xml").iter(f"{MAIN}col"))
    for at, row in enumerate(definition()["field"], 1):
        col = next(c for c in columns if int(c.attrib["min"]) <= at <= int(c.attrib["max"]))
        number = formats[int(col.attrib["style"])]
        if row["kind"] == "date":
            assert custom[number] == "yyyy-mm-dd"
        elif row["kind"] == "number":
            assert custom[number] == "0.######"
        else:
            assert number == "49", row["name"]  # @, text


def test_a_wrong_check_digit_is_a_warning(book: bytes) -> None:
    rule = rules(book)["D"]
    formula = rule.findtext(f"{MAIN}formula1") or ""
    assert (rule.attrib["type"], rule.attrib["errorStyle"]) == ("custom", "warning")
    assert len(formula) <= 255
    assert "{" not in formula, "Excel takes no array constants here"
    for body in ("32090219900307123", "32091119700307123", "81000019900307123"):
        total = sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True))
        assert "10X98765432"[total % 11] == check_digit(body)


def test_dates_and_amounts_are_checked(book: bytes) -> None:
    kinds = {rule.attrib["type"] for rule in rules(book).values()}
    assert kinds == {"list", "custom", "date", "decimal", "textLength"}


def test_bad_rows_come_back_marked_and_keyed() -> None:
    stream = io.BytesIO()
    columns = [Column("A", "姓名", "yes", "name"), Column("B", "日期", "no", "date"), Column("C", "内容")]
    rows = [["张三", "2026/11/3", "=1+1"], ["李四", "", "0012"]]
    with new_book(stream, item_code="XZCF", version=2) as open_book:
        data_sheet(open_book, columns, rows, marks={(1, 1): "请填写日期"}, keys=["k1", "k2"])
    book = stream.getvalue()
    assert sheet(book, "数据") == [
        ["姓名", "日期", "内容", ROW_KEY],
        ["张三", "2026/11/3", "=1+1", "k1"],
        ["李四", "", "0012", "k2"],
    ]
    hidden = [c for c in part(book, "xl/worksheets/sheet1.xml").iter(f"{MAIN}col") if c.attrib.get("hidden") == "1"]
    assert [c.attrib["min"] for c in hidden] == ["4"]
    comments = {c.attrib["ref"]: "".join(c.itertext()) for c in part(book, "xl/comments1.xml").iter(f"{MAIN}comment")}
    assert comments["B3"] == "请填写日期"
    marked = next(c for c in part(book, "xl/worksheets/sheet1.xml").iter(f"{MAIN}c") if c.attrib["r"] == "B3")
    assert marked.attrib["s"] != "0"


@pytest.mark.parametrize("item", ITEMS)
def test_a_file_that_withdraws_names_the_record_and_says_why(item: str) -> None:
    found = definition(item)
    made = template(version(found), kind="withdraw")
    roles = {row["name"]: row.get("role") for row in found["field"]}
    head = sheet(made, "数据")[0]
    assert head[-1] == "撤回原因"
    assert {roles[name] for name in head[:-1]} == {
        *("person_name", "id_type", "id_number", "doc_no", "authority_name", "authority_code", "source_code")
    }
    assert "决定被撤销" in {value for row in sheet(made, "选项") for value in row}


def test_text_that_looks_like_markup_stays_text() -> None:
    stream = io.BytesIO()
    with new_book(stream, item_code="XZCF", version=1) as open_book:
        data_sheet(open_book, [Column("A", "<r><t>列</t></r>")], [["<r><bad></r>"]])
    assert sheet(stream.getvalue(), "数据") == [[" <r><t>列</t></r>"], [" <r><bad></r>"]]


def test_nothing_is_left_on_the_disk(book: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    assert template(version()) == book
