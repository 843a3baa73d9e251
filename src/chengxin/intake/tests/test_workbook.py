"""The workbook of bad rows: only those, cell for cell as they came, marked, and with keys that come back."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from time import process_time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from chengxin.intake import workbook
from chengxin.intake.facts import CodeFacts, FieldFacts, FormatFacts, ItemFacts
from chengxin.intake.judging.child import BadRows
from chengxin.intake.reading import open_table
from chengxin.intake.result import Finding
from chengxin.intake.workbook import PROBLEM, ROW_NUMBER, TooManyRows, error_workbook, error_workbook_of, row_key

BATCH = UUID("019a3c5e-8d00-7000-8000-000000000001")
FIELDS = (
    FieldFacts("NAME", "姓名", "name", "yes", "identity", 50, role="person_name"),
    FieldFacts("ID", "证件号码", "identity", "yes", "identity", 18, role="id_number"),
    FieldFacts("DOC", "文书号", "text", "yes", "column", 100, role="doc_no"),
    FieldFacts("DAY", "认定日期", "date", "yes", "column", role="decided_on"),
    FieldFacts("SUM", "金额", "number", "no", "plain"),
    FieldFacts("CLASS", "失信严重程度", "code", "no", "column", role="severity", code_set="severity"),
)
ITEM = ItemFacts(
    code="XZCF",
    name="行政处罚",
    active=True,
    effective_from=date(2026, 1, 1),
    effective_to=None,
    fields=FIELDS,
    bases=(),
    parameters=(),
    codes=(CodeFacts("severity", "一般"), CodeFacts("severity", "严重"), CodeFacts("severity", "旧值", accepted=False)),
    organisation_only={"XDR_FR": "法定代表人"},
    version=3,
)
ORDER = ["DOC", "ID", "NAME", "XDR_FR", "CLASS", "DAY", "SUM"]  # the department's own
Cells = Mapping[str, str]


def made(
    rows: Sequence[tuple[int, Cells]],
    errors: Sequence[Finding] = (),
    held: Sequence[Finding] = (),
    kind: str = "report",
) -> bytes:
    return error_workbook(item=ITEM, kind=kind, batch=BATCH, columns=ORDER, rows=rows, errors=errors, held=held)


def read(content: bytes) -> list[list[Any]]:
    return load_workbook(io.BytesIO(content)).get_sheet_by_name("数据").to_python(skip_empty_area=False)


def parts(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def wrong(row: int, field: str = "DAY", code: str = "INTAKE-09", message: str = "“认定日期”不是有效日期。") -> Finding:
    return Finding(row, field, code, message)


ROW = {
    "NAME": "王小明",
    "ID": "320902199003071232",
    "DOC": "0012",
    "DAY": "昨天",
    "SUM": "=1+1",
    "CLASS": "一般",
}


def test_only_the_bad_rows_in_the_department_s_own_order() -> None:
    rows = [(1, ROW), (2, ROW | {"DOC": "good"}), (7, ROW | {"DOC": "0099"})]
    header, *found = read(made(rows, [wrong(1)], [wrong(7, "NAME", "INTAKE-39", "姓名与证件号码不符，待核。")]))
    assert header[:2] == [ROW_NUMBER, PROBLEM]
    assert header[2:-1] == ["文书号", "证件号码", "姓名", "法定代表人", "失信严重程度", "认定日期", "金额"]
    assert found == [
        [
            "1",
            "“认定日期”不是有效日期。",
            "0012",
            "320902199003071232",
            "王小明",
            "",
            "一般",
            "昨天",
            "=1+1",
            f"{BATCH}:1",
        ],
        [
            "7",
            "姓名与证件号码不符，待核。",
            "0099",
            "320902199003071232",
            "王小明",
            "",
            "一般",
            "昨天",
            "=1+1",
            f"{BATCH}:7",
        ],
    ]
    assert row_key(BATCH, 7) == f"{BATCH}:7"


def test_every_problem_of_a_row_is_said_and_each_cell_says_its_own() -> None:
    content = made(
        [(1, ROW)],
        [wrong(1), wrong(1, "ID", "INTAKE-14", "“证件号码”不是有效号码。"), wrong(1, "GONE", "INTAKE-03", "缺列。")],
    )
    assert read(content)[1][1] == "1. “认定日期”不是有效日期。\n2. “证件号码”不是有效号码。\n3. 缺列。"
    comments = parts(content, "xl/comments1.xml")
    for ref, words in (
        ("H2", "“认定日期”不是有效日期。（INTAKE-09）"),
        ("D2", "（INTAKE-14）"),
        ("B2", "缺列。（INTAKE-03）"),
    ):
        assert re.search(rf'<comment ref="{ref}".*?{words}', comments, re.DOTALL)


def test_red_is_not_the_tint_of_what_waits_and_red_wins() -> None:
    held = [wrong(1, "NAME", "INTAKE-39", "待核。"), wrong(1, "DAY", "INTAKE-39", "待核。")]
    sheet = parts(made([(1, ROW)], [wrong(1)], held), "xl/worksheets/sheet1.xml")
    style = {ref: int(number) for ref, number in re.findall(r'<c r="([A-Z]+2)" s="(\d+)"', sheet)}
    assert len({style["E2"], style["H2"], style["C2"]}) == 3


def test_an_empty_bad_cell_and_a_row_without_cells_are_marked_too() -> None:
    content = made([(1, ROW | {"DAY": ""})], [wrong(1), wrong(2, "NAME", "INTAKE-05", "本行有 3 个单元格。")])
    assert read(content)[2] == ["2", "本行有 3 个单元格。", *[""] * 7, f"{BATCH}:2"]
    assert parts(content, "xl/comments1.xml").count('ref="E3"') == 1
    assert re.search(r'<c r="H2" s="\d+"/>', parts(content, "xl/worksheets/sheet1.xml"))


def test_nothing_is_a_formula_or_a_link() -> None:
    cells = {"NAME": "=cmd|'/c calc'!A1", "DOC": "+1", "ID": "-1", "DAY": "@SUM(A1)", "SUM": "https://x.invalid/"}
    content = made([(1, cells)], [wrong(1)])
    sheet = parts(content, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert sorted(read(content)[1][2:-1]) == sorted([*cells.values(), "", ""])


@pytest.mark.parametrize(
    "cell",
    [
        "0012",
        "320902199003071232",
        "1e5",
        "TRUE",
        "2026-03-01",
        "𠮷䶮㐂",
        "第一行\n第二行",
        "一\r\n二",
        " 前后 ",
        "\t",
        "=1",
        "<b>&\"'",
        "_x0041_",
        "\x01",
        "</t>",
    ],
)
def test_cells_come_back_as_they_were(cell: str) -> None:
    assert read(made([(1, dict.fromkeys(ROW, cell))], [wrong(1)]))[1][2:5] == [cell] * 3


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8")), min_size=6, max_size=6))
def test_any_text_comes_back_or_is_marked(texts: list[str]) -> None:
    cells = dict(zip((field.code for field in FIELDS), texts, strict=True))
    _, row = read(made([(1, cells)], [wrong(1)]))
    if "不能原样写进" not in row[1]:
        assert dict(zip(ORDER, row[2:-1], strict=True)) == {"XDR_FR": ""} | cells
    assert row[-1] == f"{BATCH}:1"


@pytest.mark.parametrize("cell", ["字" * 40_000, "𠮷" * 20_000, "<r><t>x</t></r>", "\uffff", "_x005F_x0041_"])
def test_what_excel_cannot_hold_is_said(cell: str) -> None:
    content = made([(1, ROW | {"NAME": cell})], [wrong(1)])
    row = read(content)[1]
    assert "不能原样写进 Excel" in row[1]
    assert row[4].strip()[:3] in cell.replace("\uffff", "\ufffd") or row[4].startswith("_ x005F")
    assert 'ref="E2"' in parts(content, "xl/comments1.xml")


def test_the_file_says_which_version_and_how_to_go_on() -> None:
    content = made([(1, ROW)], [wrong(1)], [wrong(2, "NAME", "INTAKE-39", "待核。")], kind="correct")
    custom = parts(content, "docProps/custom.xml")
    for name, value in (("template_id", "XZCF"), ("catalog_version", "3"), ("kind", "correct")):
        assert re.search(rf'name="{name}"><vt:\w+>{value}</vt', custom)
    guide = load_workbook(io.BytesIO(content)).get_sheet_by_name("填写说明").to_python()
    assert "改好标红的单元格后，直接上传本文件，只替换这些行" in "".join(str(row[0]) for row in guide)
    assert "底色为黄" in "".join(str(row[0]) for row in guide)


def test_the_key_is_hidden_codes_have_a_list_and_the_header_stays() -> None:
    sheet = parts(made([(1, ROW)], [wrong(1)]), "xl/worksheets/sheet1.xml")
    assert re.search(r'<col min="10" max="10"[^>]*hidden="1"', sheet)
    assert re.search(r'<pane xSplit="2" ySplit="1"[^>]*state="frozen"', sheet)
    assert 'type="list"' in sheet
    assert '<autoFilter ref="A1:J2"' in sheet


SPELLING = FormatFacts(
    "old",
    "第一代",
    ("XM",),
    {"XM": "NAME", "名": "NAME", "HM": "ID", "号码": "ID", "JG": "DAY", "DJ": "CLASS", "BZ": ""},
    {"CLASS": {"2": "严重", "9": "没有这个值"}},
    {"CLASS": "严重", "DOC": "旧"},
)
OLDER = replace(ITEM, fields=(*FIELDS[:4], FIELDS[5]), formats=(SPELLING,))


def of_file(text: str, *errors: Finding, form: str = "CSV，UTF-8，第一代", bad: BadRows | None = None) -> bytes:
    return error_workbook_of(
        text.encode(), item=OLDER, kind="report", batch=BATCH, form=form, errors=errors, held=[], bad=bad
    )


def test_another_format_gets_its_own_headings_and_words_back() -> None:
    """What the format only implies stands in no column; the words are not those that the judging put in their place."""
    judged = BadRows()
    judged.columns = ["NAME", "ID", "DAY", "CLASS", "DOC"]
    judged.rows = {2: dict(zip(judged.columns, ["李四", "1", "2026-01-01", "严重", "旧"], strict=True))}
    text = "XM,HM,JG,DJ,BZ\r\n王小明,0012,昨天,1,x\r\n李四,1,2026-01-01,2,y\r\n"
    content = of_file(text, wrong(2, "ID"), wrong(2, "DOC"), bad=judged)
    header, row = read(content)
    assert header[2:-1] == ["XM", "号码", "JG", "DJ"]
    assert row[2:-1] == ["李四", "1", "2026-01-01", "2"]
    assert 'ref="B2"' in parts(content, "xl/comments1.xml")  # of a column that is not there
    guide = load_workbook(io.BytesIO(content)).get_sheet_by_name("填写说明").to_python()
    assert "2、一般、严重" in {str(cell) for line in guide for cell in line}  # choices in both words


def test_a_workbook_in_another_format_is_read_as_that_format() -> None:
    content = of_file("XM,HM,JG,DJ\r\n王小明,0012,昨天,2\r\n", wrong(1))
    table = open_table(io.BytesIO(content), item=OLDER)
    (block,) = table.blocks()
    assert table.spelling == "第一代"
    assert block.keys == [f"{BATCH}:1"]
    assert (block.columns["CLASS"], block.columns["DOC"], block.columns["DAY"]) == (["严重"], ["旧"], ["昨天"])


def test_rows_without_cells_leave_no_empty_column_for_what_is_implied() -> None:
    content = of_file("XM,HM,JG\r\n王小明\r\n", wrong(1, "NAME", "INTAKE-05"))
    assert read(content)[0][2:-1] == ["XM", "号码", "JG"]


def test_the_item_s_own_format_keeps_its_names() -> None:
    text = "姓名,证件号码,文书号,认定日期,失信严重程度\r\n李四,1,0099,昨天,2\r\n"
    (header, row) = read(of_file(text, wrong(1), form="CSV，UTF-8"))
    assert header[2:-1] == ["姓名", "证件号码", "文书号", "认定日期", "失信严重程度"]
    assert row[2:-1] == ["李四", "1", "0099", "昨天", "2"]


def test_what_intake_reads_from_it_is_the_row_with_its_key() -> None:
    content = made([(1, ROW), (7, ROW | {"NAME": "一\r\n二", "ID": "𠮷䶮"})], [wrong(1), wrong(7), wrong(9)])
    (block,) = open_table(io.BytesIO(content), item=ITEM).blocks()
    assert block.keys == [f"{BATCH}:{number}" for number in (1, 7, 9)]
    assert list(block.columns) == ORDER
    assert block.columns["NAME"] == ["王小明", "一\r\n二", ""]
    assert block.columns["DOC"] == ["0012", "0012", ""]
    assert block.columns["ID"] == ["320902199003071232", "𠮷䶮", ""]
    again = error_workbook_of(content, item=ITEM, kind="report", batch=BATCH, form="XLSX", errors=[wrong(2)], held=[])
    assert read(again)[1][2:5] == ["0012", "𠮷䶮", "一\r\n二"]


def test_withdrawals_have_their_own_columns() -> None:
    content = error_workbook(
        item=ITEM, kind="withdraw", batch=BATCH, columns=["DOC", "CX_YY"], rows=[], errors=[wrong(1)], held=[]
    )
    assert read(content)[0][2:4] == ["文书号", "撤回原因"]


def test_too_many_rows_are_refused_with_a_better_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 1)
    with pytest.raises(TooManyRows) as error:
        made([], [wrong(1), wrong(2)])
    assert "需要改正的有 2 行" in error.value.reason
    assert error.value.remedy
    kept = BadRows()  # of the two only one was kept: the same words, and the file is not read again
    kept.columns, kept.rows = ["NAME"], {1: {"NAME": "王小明"}}
    with pytest.raises(TooManyRows) as error:
        of_file("", wrong(1), wrong(2), bad=kept)
    assert "需要改正的有 2 行" in error.value.reason


def test_a_column_that_the_file_lacks_and_should_state_is_there_to_be_filled() -> None:
    """Such as the day of the act (INTAKE-60); what nobody asked for is not added, and intake reads it again."""
    lacking = [code for code in ORDER if code != "DAY"]
    row = {code: ROW.get(code, "") for code in lacking}

    def sent(*errors: Finding) -> bytes:
        return error_workbook(
            item=ITEM, kind="report", batch=BATCH, columns=lacking, rows=[(1, row)], errors=errors, held=[]
        )

    header, found = read(sent(wrong(1, "DAY")))
    assert (header[-2], found[-2]) == ("认定日期", "")
    assert 'ref="I2"' in parts(sent(wrong(1, "DAY")), "xl/comments1.xml")
    (block,) = open_table(io.BytesIO(sent(wrong(1, "DAY"))), item=ITEM).blocks()
    assert block.columns["DAY"] == [""]
    assert "认定日期" not in read(sent(wrong(1, "CLASS")))[0]


def test_many_marks_get_no_more_comments_than_excel_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_COMMENTS", 3)
    content = made([(number, ROW) for number in range(1, 10)], [wrong(number) for number in range(1, 10)])
    below = re.findall(r'ref="H(\d+)"', parts(content, "xl/comments1.xml"))
    assert below == ["1", "2", "3", "4"]  # the heading has one as well
    assert read(content)[9][1] == "“认定日期”不是有效日期。"


def test_eight_hundred_rows_are_quick() -> None:
    started = process_time()
    content = made([(number, ROW) for number in range(800)], [wrong(number) for number in range(800)])
    assert process_time() - started < 5  # ten times what it takes; waiting for a busy machine does not count
    assert len(read(content)) == 801
