"""A file that anybody may have written: what is wrong is named, whatever it is, and nothing passes by accident."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.catalog.exports import definition_json
from chengxin.catalog.shape import MOST_BYTES, Misshapen, check, read
from chengxin.catalog.tests.seeds import ITEMS, definition, version


def encoded(found: object) -> bytes:
    return json.dumps(found, ensure_ascii=False, default=str).encode()


def faults(content: bytes) -> list[str]:
    with pytest.raises(Misshapen) as caught:
        read(content)
    return caught.value.faults


@pytest.mark.parametrize("item", ITEMS)
def test_every_seed_is_a_definition(item: str) -> None:
    seed = json.loads(encoded(definition(item)))
    assert read(encoded(seed)) == seed


def test_an_export_comes_back_without_what_belongs_to_the_platform() -> None:
    seed = definition()
    general = {"name": "objection_decide", "item": "", "value": 5, "unit": "working_day", "valid_from": "2022-01-01"}
    exported = seed | {"prohibited": [{"code": "x"}], "parameter": [*seed["parameter"], general]}
    exported["basis"] = [{**row, "valid_to": row.get("valid_to")} for row in seed["basis"]]
    again = read(definition_json(version(exported)).encode())
    assert again == json.loads(encoded(seed))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "第 1 行第 1 个字符不符合 JSON 的写法。"),
        (b"\xff\xfe{}", "文件不是 UTF-8 编码。请另存为 UTF-8。"),
        (b"[]", "最外层应当是一个对象：{ … }。"),
        (b"{}", "缺少“item”，它写条目的编号、名称等基本情况。"),
        (b'{"item": 1}', "缺少“item”，它写条目的编号、名称等基本情况。"),
        (b'{"item": {"code": "A", "code": "B"}}', "“code”在同一个对象里写了两次。"),
        (b'{"item": {"version": NaN}}', "“NaN”不是 JSON 的数字。"),
        (b'{"item": {"version": ' + b"9" * 5000 + b"}}", "有一个数字长得读不下去。"),
        (b"[" * 100_000, "括号套得太深，读不下去。"),
        (b'{"item": {}' + b" " * MOST_BYTES + b"}", "文件有 1,048,588 字节，最多 1,048,576 字节（1 MB）。"),
    ],
    ids=lambda value: value[:20] if isinstance(value, bytes) else "",
)
def test_what_is_no_definition_is_said(content: bytes, said: str) -> None:
    assert faults(content)[0] == said


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (
            {"items": {}},
            "不认识“items”。可以有：item、basis、parameter、field、code、format、sealed、organisation_only。",
        ),
        ({"field": {}}, "“field”应当是列表：[ … ]。"),
        ({"field": [1]}, "“field 第 1 行”应当是对象：{ … }。"),
        ({"field": [{"code": "A"}, {"lenght": 1}]}, "“field 第 2 行”里不认识“lenght”。"),
        ({"field": [{"length": "20"}]}, "“field 第 1 行.length”应当是整数。"),
        ({"field": [{"length": True}]}, "“field 第 1 行.length”应当是整数。"),
        ({"field": [{"length": 1.5}]}, "“field 第 1 行.length”应当是整数。"),
        ({"field": [{"many": "yes"}]}, "“field 第 1 行.many”应当是true 或 false。"),
        ({"field": [{"aliases": "甲"}]}, "“field 第 1 行.aliases”应当是文字的列表。"),
        ({"field": [{"name": "甲\u0000"}]}, "“field 第 1 行.name”有看不见的控制字符。"),
        ({"field": [{"name": "\ud800"}]}, "“field 第 1 行.name”有看不见的控制字符。"),
        ({"field": [{"name": "长" * 5001}]}, "“field 第 1 行.name”有 5,001 个字，最多 5,000 个字。"),
        ({"code": [{}] * 1001}, "“code”有 1,001 行，最多 1,000 行。"),
        ({"format": [{"columns": {"甲": 1}}]}, "“format 第 1 行.columns”应当是文字到文字的对照。"),
        ({"format": [{"values": {"A": {"甲": {}}}}]}, "“format 第 1 行.values”应当是对照的对照。"),
        ({"organisation_only": ["A"]}, "“organisation_only”应当是文字到文字的对照。"),
        ({"sealed": {"words": []}}, "“sealed”里不认识“words”。"),
    ],
    ids=str,
)
def test_every_place_has_its_name(part: dict[str, Any], said: str) -> None:
    found = faults(json.dumps({"item": {"code": "AB"}} | part).encode())
    assert found[0].startswith(said)


def test_all_faults_are_named_at_once() -> None:
    found = faults(encoded({"item": {"color": "red"}, "field": [{"x": 1}, {"y": 2}], "extra": []}))
    assert len(found) == 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["item", "field", "code", "name", "aliases", "columns", "x"]), inner, max_size=3
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_whatever_parses_is_judged_without_breaking(found: object) -> None:
    judged = list(check(found))
    assert all(isinstance(fault, str) and fault for fault in judged)
    if not judged:
        assert isinstance(found, dict)
        assert isinstance(read(json.dumps(found).encode()), dict)


@given(st.binary(max_size=60))
def test_whatever_arrives_is_answered(content: bytes) -> None:
    with suppress(Misshapen):
        assert isinstance(read(content)["item"], dict)
