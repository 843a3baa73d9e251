"""Reading files: encodings, headers, other formats, what is skipped, and rows as blocks of columns."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import FormatFacts, ItemFacts
from chengxin.intake.reading import COMMAND_LINE, Limits, Table, open_table
from chengxin.intake.reading import table as tables
from chengxin.intake.tests.material import NAME, NUMBER, item, row, wide
from chengxin.intake.tests.odd_files import GOOD, HEADER, good, text


def opened(
    source: str | bytes, limits: Limits | None = None, *, of: ItemFacts | None = None, kind: str = "report"
) -> Table:
    data = source.encode() if isinstance(source, str) else source
    return open_table(io.BytesIO(data), item=of or item(), limits=limits, kind=kind)


def rows(table: Table) -> list[tuple[int, dict[str, str]]]:
    """The rows that could be split, put together again."""
    return [
        (number, {code: cells[at] for code, cells in block.columns.items()})
        for block in table.blocks()
        for at, number in enumerate(block.numbers)
    ]


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
    table = opened(good().encode(codec))
    assert (table.format, table.encoding, table.spelling, table.template) == ("CSV", named, "", None)
    assert table.columns == tuple(row())
    assert rows(table) == [(1, row())]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    assert rows(opened(good(row(), row()).replace("\r\n", end))) == [(1, row()), (2, row())]


def test_the_stream_stays_open_and_blocks_come_again() -> None:
    stream = io.BytesIO(good().encode())
    table = open_table(stream, item=item())
    assert next(table.blocks()).numbers == [1]
    assert rows(table) == rows(table)
    with pytest.raises(UnreadableFile):
        open_table(stream, item=item(), limits=Limits(max_rows=0))
    assert not stream.closed


# ---- header --------------------------------------------------------------------------------------


def test_header_in_chinese_with_marks_and_aliases() -> None:
    names = {"CF_SJLY": "CF_LYDW", "CF_XDR_MC": " *姓名 ", "CF_NR_FK": "罚款金额(万元)"}
    heading = []
    for code in row():
        field = item().field_named(code)
        assert field is not None
        heading.append(names.get(code) or field.name + "（必填）")
    table = opened(text(heading, GOOD))
    assert table.columns == tuple(row())
    assert rows(table) == [(1, row())]


def test_optional_columns_may_be_absent_and_organisation_columns_present() -> None:
    cells = row()
    for code in ("CF_SXYZCD", "BZ", "CF_YXQ"):
        del cells[code]
    cells["CF_XDR_SHXYM"] = ""
    assert rows(opened(text(list(cells), list(cells.values())))) == [(1, cells)]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda h: [*h, "爱好"], "INTAKE-03", "第 23 列的列名不在目录中"),
        (lambda h: [*h, "BZ"], "INTAKE-03", "第 23 列的列名与第 21 列的列名重复"),
        (lambda h: h[1:], "INTAKE-03", "缺少必填列：行政相对人名称"),
        (lambda h: [*h, "婚姻状况"], "INTAKE-04", "第 23 列的列名属于禁止归集的信息"),
        (lambda h: [*h, "Dna 样本"], "INTAKE-04", "禁止归集"),
        (lambda h: [*h, "宗 教"], "INTAKE-04", "征信业管理条例"),
        (lambda h: [*h, "爱好", "月工资"], "INTAKE-04", "第 24 列的列名属于"),
        (lambda h: ["", "工资", "", "", *h[:-4]], "INTAKE-04", "第 2 列的列名属于"),
    ],
)
def test_header_refused(change: Callable[[list[str]], list[str]], code: str, said: str) -> None:
    error = refusal(text(change(HEADER), GOOD))
    assert error.code == code
    assert said in error.reason


@pytest.mark.parametrize(
    "word",
    ["宗教", "基因", "指纹", "血型", "病史", "婚姻", "工资", "存款", "商业保险", "不动产", "纳税数额", "信访", "献血",
     "疫苗", "社区矫正", "治安处罚", "有价证券", "低保", "残疾", "火化", "垃圾分类", "行踪"],
)  # fmt: skip
def test_prohibited_columns(word: str) -> None:
    assert refusal(text([*HEADER, f"当事人{word}情况"])).code == "INTAKE-04"


def test_prohibited_columns_above_the_header_are_seen() -> None:
    above = ["月工资", "婚姻", "", *([""] * 19)]
    assert refusal(text(above, HEADER, GOOD)).code == "INTAKE-04"


def test_a_file_without_header_shows_nobody() -> None:
    assert refusal(text(GOOD)).code == "INTAKE-03"
    assert refusal(text(GOOD, HEADER, GOOD)).code == "INTAKE-03"  # a row above the header is not passed over


def test_full_width_header_codes() -> None:
    assert opened(text([wide("BZ") if code == "BZ" else code for code in HEADER])).columns == tuple(row())


# ---- other formats and kinds ---------------------------------------------------------------------


OLD = FormatFacts(
    "G0",
    "旧格式",
    markers=("CF_ALT",),
    columns={"CF_ALT": "CF_WFXW", "CF_CLASS": "CF_SXYZCD", "SJC": ""},
    values={"CF_SXYZCD": {"1": "一般"}},
    defaults={"CF_XDR_LB": "自然人", "BZ": "旧"},
)


def test_another_format_is_recognised_by_its_marker() -> None:
    of = replace(item(), formats=(OLD,))
    there = {"CF_WFXW": "CF_ALT", "CF_SXYZCD": "CF_CLASS"}
    cells = {there.get(code, code): cell for code, cell in row(CF_SXYZCD=" 1 ").items() if code != "CF_XDR_LB"}
    cells["SJC"] = "2019-01-01 00:00:00"
    table = opened(text(list(cells), list(cells.values())), of=of)
    assert table.spelling == "旧格式"
    assert "SJC" not in table.columns
    assert rows(table) == [(1, row())]  # a column that is there goes before a default
    assert opened(good(), of=of).spelling == ""


def test_seeded_formats_read_their_own_files() -> None:
    for spelling in item().formats:
        headings = {code: heading for heading, code in spelling.columns.items() if code}
        kept = [code for code in row() if code in headings or code not in spelling.defaults]
        header = [headings.get(code, code) for code in kept]
        if not set(header) & set(spelling.markers):
            header.append(spelling.markers[0])
        cells = [*(row()[code] for code in kept), "x"][: len(header)]
        table = opened(text(header, cells))
        assert (table.spelling, table.total) == (spelling.name, 1)
        assert dict(rows(table)[0][1]) | dict(spelling.defaults) == row() | dict(spelling.defaults)


def test_a_withdrawal_needs_what_finds_the_record_and_takes_no_more() -> None:
    cells = row() | {"CX_YY": "报送错误"}
    table = opened(text(list(cells), list(cells.values())), kind="withdraw")
    taken = rows(table)[0][1]
    assert taken["CX_YY"] == "报送错误"
    assert "CF_WSH" in taken
    assert "CF_SY" not in taken
    with pytest.raises(UnreadableFile, match="INTAKE-03"):
        opened(good(), kind="withdraw")


# ---- what is skipped -----------------------------------------------------------------------------


def test_title_explanations_and_blank_rows_are_ignored_and_not_counted() -> None:
    width = [""] * (len(HEADER) - 1)
    names = [field.name for code in HEADER if (field := item().field_named(code))]
    source = text(
        ["行政处罚信息（自然人）", *width],
        ["表格说明：请按决定书填写", *width],
        names,
        HEADER,
        ["说明：以下为示例", *width],
        GOOD,
        ["", *width],
        [],
        ["注：共一行", *width],
        list(row(CF_XDR_MC="表伟", BZ="说明：一般情况").values()),
        [name + "（必填）" for name in names],
    )
    table = opened(source)
    assert [number for number, _ in rows(table)] == [1, 2]
    assert rows(table)[1][1]["BZ"] == "说明：一般情况"
    assert (table.total, table.ignored) == (2, 8)


# ---- rows ----------------------------------------------------------------------------------------


def test_ragged_rows_are_refused_one_by_one_with_their_keys() -> None:
    header = [*HEADER, "__row_key"]
    table = opened(text(header, [*GOOD, "k1"], GOOD, [*GOOD, "k3", ""], [*GOOD, "k4", "多"]))
    (block,) = table.blocks()
    assert (block.numbers, block.keys) == ([1, 3], ["k1", "k3"])
    assert [(number, key, error.field, error.code) for number, key, error in block.broken] == [
        (2, "", "CF_XDR_MC", "INTAKE-05"),
        (4, "k4", "CF_XDR_MC", "INTAKE-05"),
    ]
    assert "__row_key" not in block.columns


def test_a_column_without_heading_must_be_empty() -> None:
    (block,) = opened(text([*HEADER, ""], [*GOOD, ""], [*GOOD, "多"])).blocks()
    assert (block.numbers, [number for number, _, _ in block.broken]) == ([1], [2])


def test_quoted_line_ends_belong_to_the_cell() -> None:
    assert rows(opened(good(row(CF_SY="一\r\n二"))))[0][1]["CF_SY"] == "一\r\n二"


def test_blocks_end_at_their_size_and_at_long_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    source = good(*(row(CF_WSH=f"盐市监罚决〔2026〕{n}号") for n in range(1_200)))
    table = opened(source)
    assert [len(block.numbers) for block in table.blocks(size=1_000)] == [1_000, 200]
    assert [number for block in table.blocks(size=500) for number in block.numbers] == list(range(1, 1_201))
    monkeypatch.setattr(tables, "_MOST_LETTERS", 1_000)
    assert [len(block.numbers) for block in table.blocks()] == [500, 500, 200]


# ---- limits --------------------------------------------------------------------------------------


def test_limits() -> None:
    two = good(row(), row())
    assert opened(two, Limits(max_rows=2)).total == 2
    assert refusal(two, Limits(max_rows=1)).code == "INTAKE-02"
    assert refusal(two, Limits(max_bytes=100)).code == "INTAKE-02"
    assert opened(two, Limits(max_bytes=len(two.encode()))).total == 2
    assert opened(good(*[row()] * 100), COMMAND_LINE).total == 100
    assert (Limits().max_rows, Limits().max_bytes) == (100_000, 10 * 1024 * 1024)


def test_too_long_for_a_header_search() -> None:
    assert refusal("\n" * 30 + good()).reason == "前 10 行没有找到表头"


def test_memory_does_not_grow_with_the_file() -> None:
    def peak(count: int) -> int:
        stream = io.BytesIO(good(*[row()] * count).encode())
        tracemalloc.start()
        for _ in open_table(stream, item=item(), limits=COMMAND_LINE).blocks(size=500):
            pass
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    block = 1 << 20
    assert peak(12_000) < peak(4_000) + 2 * block


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20), max_size=24)))
def test_rows_are_numbered_without_gaps(records: list[Sequence[str]]) -> None:
    table = opened(text(HEADER, *records))
    blocks = list(table.blocks())
    numbers = [n for block in blocks for n in (*block.numbers, *(number for number, _, _ in block.broken))]
    assert sorted(numbers) == list(range(1, table.total + 1))
    assert table.ignored + table.total == len(records)
