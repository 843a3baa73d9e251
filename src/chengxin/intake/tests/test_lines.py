"""JSON lines: keys of all lines are the header, values are text."""

from __future__ import annotations

import io
import json

from hypothesis import given
from hypothesis import strategies as st

from chengxin.intake.reading import Table, open_table
from chengxin.intake.tests.material import item, row
from chengxin.intake.tests.odd_files import lines


def opened(data: bytes) -> Table:
    return open_table(io.BytesIO(data), item=item())


def test_keys_may_stand_in_any_order_and_be_absent() -> None:
    second = dict(reversed(row(CF_XDR_MC="李明", BZ="").items()))
    del second["BZ"]
    table = opened(lines(row(), second))
    assert (table.format, table.encoding, table.total, table.ignored) == ("JSONL", "UTF-8", 2, 0)
    (block,) = table.blocks()
    assert block.columns["CF_XDR_MC"] == ["王桂兰", "李明"]
    assert block.columns["BZ"] == ["无", ""]


def test_chinese_names_and_aliases_are_keys_too() -> None:
    cells = {"姓名" if code == "CF_XDR_MC" else code: cell for code, cell in row().items()}
    cells["处罚决定日期"] = cells.pop("CF_JDRQ")
    (block,) = opened(lines(cells)).blocks()
    assert {code: found[0] for code, found in block.columns.items()} == row()


def test_bad_values_spoil_their_row_and_no_other() -> None:
    table = opened(lines(row(), row() | {"CF_NR_FK": 1, "行标识": "k2"}, "  ", row() | {"CF_XDR_SHXYM": True}))
    (block,) = table.blocks()
    assert block.numbers == [1]
    assert [(number, key, error.field) for number, key, error in block.broken] == [
        (2, "k2", "CF_NR_FK"),
        (3, "", "CF_XDR_SHXYM"),
    ]
    assert (table.total, table.ignored) == (3, 1)


def test_text_that_looks_like_a_key_is_text() -> None:
    odd = '他说 "a": "b"、"c" : 和 \\'
    (block,) = opened(lines(row(BZ=odd))).blocks()
    assert block.columns["BZ"] == [odd]


@given(st.dictionaries(st.sampled_from(list(row())), st.text(st.characters(codec="utf-8"), max_size=30)), st.booleans())
def test_what_json_says_is_what_is_read(changes: dict[str, str], spaced: bool) -> None:
    separators = (" ,\t", " : ") if spaced else (",", ":")
    line = json.dumps(row() | changes, ensure_ascii=spaced, separators=separators)
    table = opened(lines(line))
    for block in table.blocks():
        assert {code: found[0] for code, found in block.columns.items()} == row() | changes
