"""Reading files: encodings, headers, what is skipped, and every way in which a file is no use."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Callable, Sequence
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.reader import Limits, SourceRow, Table, open_csv
from chengxin.intake.tests.material import NAME, NUMBER, item, row, wide


def text(*records: Sequence[str]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(records)
    return out.getvalue()


def good(*rows: dict[str, str]) -> str:
    return text(list(row()), *(list(r.values()) for r in rows or (row(),)))


def opened(source: str | bytes, limits: Limits | None = None) -> Table:
    return open_csv(source.encode() if isinstance(source, str) else source, item=item(), limits=limits)


def read(source: str | bytes, limits: Limits | None = None) -> tuple[Table, list[SourceRow]]:
    table = opened(source, limits)
    return table, list(table)


def refusal(source: str | bytes, limits: Limits | None = None) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        opened(source, limits)  # before a single row was given out
    assert caught.value.reason
    assert caught.value.remedy
    for secret in (NAME, NUMBER):
        assert secret not in f"{caught.value} {caught.value.reason} {caught.value.remedy}"
    return caught.value


@pytest.mark.parametrize(
    ("codec", "named"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8 BOM"), ("gb18030", "GB18030"), ("gbk", "GB18030")]
)
def test_encodings_are_found_and_reported(codec: str, named: str) -> None:
    table, rows = read(good().encode(codec))
    assert table.encoding == named
    assert table.columns == tuple(row())
    assert [r.cells for r in rows] == [row()]
    assert (rows[0].number, rows[0].line, rows[0].errors) == (1, 2, ())


def test_rare_characters_survive_gb18030() -> None:
    _, rows = read(good(row(CF_XDR_MC="𬭎㛃")).encode("gb18030"))
    assert rows[0].cells["CF_XDR_MC"] == "𬭎㛃"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    _, rows = read(good(row(), row()).replace("\r\n", end))
    assert [r.cells for r in rows] == [row(), row()]


def test_a_stream_is_read_and_stays_open() -> None:
    stream = io.BytesIO(good().encode())
    assert len(list(open_csv(stream, item=item()))) == 1
    assert not stream.closed
    table = open_csv(stream, item=item())
    assert next(iter(table)).number == 1
    assert table.total == len(list(table)) == 1
    with pytest.raises(UnreadableFile):
        open_csv(stream, item=item(), limits=Limits(max_rows=0))
    assert not stream.closed


# ---- header ------------------------------------------------------------------------------------


def test_header_in_chinese_with_marks_and_aliases() -> None:
    names = {"CF_SJLY": "CF_LYDW", "CF_XDR_MC": " *姓名 ", "CF_NR_FK": "罚款金额(万元)", "CF_WSH": "xy020102"}
    heading = []
    for code in row():
        field = item().field_named(code)
        assert field is not None
        heading.append(names.get(code) or field.name + "（必填）")
    table, rows = read(text(heading, list(row().values())))
    assert table.columns == tuple(row())
    assert rows[0].cells == row()


def test_optional_columns_may_be_absent_and_organisation_columns_present() -> None:
    cells = row()
    for code in ("CF_SXYZCD", "BZ", "CF_YXQ"):
        del cells[code]
    cells["CF_XDR_SHXYM"] = ""
    _, rows = read(text(list(cells), list(cells.values())))
    assert rows[0].cells == cells


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda h: [*h, "爱好"], "INTAKE-03", "第 23 列的列名不在目录中"),
        (lambda h: [*h, "BZ"], "INTAKE-03", "重复"),
        (lambda h: h[1:], "INTAKE-03", "缺少必填列：行政相对人名称"),
        (lambda h: [*h, "婚姻状况"], "INTAKE-04", "第 23 列属于禁止归集的信息"),
        (lambda h: [*h, "Dna 样本"], "INTAKE-04", "禁止归集"),
        (lambda h: [*h, "宗 教"], "INTAKE-04", "征信业管理条例"),
        (lambda h: [*h, "爱好", "月工资"], "INTAKE-04", "第 23 列的列名不在目录中；第 24 列属于"),
    ],
)
def test_header_refused(change: Callable[[list[str]], list[str]], code: str, said: str) -> None:
    error = refusal(text(change(list(row())), list(row().values())))
    assert error.code == code
    assert said in error.reason


@pytest.mark.parametrize(
    "word",
    ["宗教", "基因", "指纹", "血型", "病史", "婚姻", "工资", "存款", "商业保险", "不动产", "纳税数额", "信访", "献血",
     "疫苗", "社区矫正", "治安处罚", "有价证券", "低保", "残疾", "火化", "垃圾分类", "行踪"],
)  # fmt: skip
def test_prohibited_columns(word: str) -> None:
    assert refusal(text([*row(), f"当事人{word}情况"])).code == "INTAKE-04"


def test_a_file_without_header_shows_nobody() -> None:
    assert refusal(text(list(row().values()))).code == "INTAKE-03"


def test_wrong_separator_is_named() -> None:
    assert "分隔符" in refusal("\t".join(row())).reason


# ---- what is skipped ---------------------------------------------------------------------------


def test_title_explanations_and_blank_rows_are_ignored_and_not_counted() -> None:
    width = [""] * (len(row()) - 1)
    names = [field.name for code in row() if (field := item().field_named(code))]
    source = text(
        ["行政处罚信息（自然人）", *width],
        ["表格说明：请按决定书填写", *width],
        names,
        list(row()),
        ["说明：以下为示例", *width],
        list(row().values()),
        ["", *width],
        [],
        ["注：共一行", *width],
        list(row(BZ="说明：一般情况").values()),
    )
    table, rows = read(source)
    assert [r.number for r in rows] == [1, 2]
    assert [r.line for r in rows] == [6, 10]
    assert rows[1].cells["BZ"] == "说明：一般情况"
    assert (table.total, table.ignored) == (2, 7)


# ---- rows ---------------------------------------------------------------------------------------


def test_ragged_rows_are_refused_one_by_one() -> None:
    cells = list(row().values())
    table, rows = read(text(list(row()), cells[:-1], [*cells, ""], [*cells, "多"], cells))
    assert [[e.code for e in r.errors] for r in rows] == [["INTAKE-05"], [], ["INTAKE-05"], []]
    assert rows[0].cells == {}
    assert table.ignored == 0


def test_a_column_without_heading_must_be_empty() -> None:
    cells = list(row().values())
    _, rows = read(text([*row(), ""], [*cells, ""], [*cells, "多"]))
    assert [bool(r.errors) for r in rows] == [False, True]


def test_quoted_line_ends_belong_to_the_cell() -> None:
    _, rows = read(good(row(CF_SY="一\r\n二"), row()))
    assert rows[0].cells["CF_SY"] == "一\r\n二"
    assert [r.line for r in rows] == [3, 4]


# ---- unreadable ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"", "空的"),
        (b"PK\x03\x04abc", "Excel"),
        (b"\xd0\xcf\x11\xe0abc", "Excel"),
        ("表".encode("utf-16"), "UTF-16"),
        (good().encode() + b"\x00", "空字节"),
        (good().encode() + b"\xff\xfe", "第 3 行有字节不属于 UTF-8"),
        (good().encode("gb18030") + b"\xff\xff", "GB18030"),
        (good() + '"abc', "第 3 行在引号内结束"),
        (good() + '"a"b,c', "第 3 行的引号后面"),
        (good() + '"' + "长" * 140_000 + '"', "单元格过长"),
        (good() + "长" * 1_100_000, "第 3 行过长"),
    ],
)
def test_unreadable(source: str | bytes, said: str) -> None:
    error = refusal(source)
    assert error.code == "INTAKE-01"
    assert said in error.reason


def test_nothing_but_blank_lines_has_no_header() -> None:
    assert refusal("\n\n").code == "INTAKE-03"
    assert refusal("\n" * 30 + good()).code == "INTAKE-03"


def test_limits() -> None:
    two = good(row(), row())
    assert len(read(two, Limits(max_rows=2))[1]) == 2
    assert refusal(two, Limits(max_rows=1)).code == "INTAKE-02"
    assert refusal(two, Limits(max_bytes=100)).code == "INTAKE-02"
    size = len(two.encode())
    assert len(read(two, Limits(max_bytes=size))[1]) == 2
    assert len(read(good(*[row()] * 100), Limits(None, None))[1]) == 100


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(rows: int) -> int:
        stream = io.BytesIO(good(*[row()] * rows).encode())
        tracemalloc.start()
        for _ in open_csv(stream, item=item(), limits=Limits(None, None)):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    block = 1 << 20
    assert peak(12_000) < peak(4_000) + 2 * block


@given(st.binary(max_size=300), st.booleans())
def test_no_bytes_crash(data: bytes, headed: bool) -> None:
    source = text(list(row())).encode() + data if headed else data
    with suppress(UnreadableFile):
        for found in open_csv(source, item=item()):
            assert set(found.cells) <= set(row())


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), max_size=24)))
def test_rows_are_numbered_without_gaps(records: list[list[str]]) -> None:
    table, rows = read(text(list(row()), *records))
    assert [r.number for r in rows] == list(range(1, len(rows) + 1))
    assert table.ignored + len(rows) == len(records)


def test_full_width_header_codes() -> None:
    table, _ = read(text([wide("BZ") if code == "BZ" else code for code in row()]))
    assert table.columns == tuple(row())
