"""What was found in a file, printed alike by every command (校验结果)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from chengxin.kernel import withdrawal

if TYPE_CHECKING:  # the door loads Django, which a check does without
    from chengxin.intake.api import Finding, ImportResult

SHOWN: Final = 50
"""Findings of a kind that are printed; all of them stand in the JSON answer."""
_PER_LINE: Final = 12


def names_of(definition: Mapping[str, Any]) -> dict[str, str]:
    """Field code -> Chinese name, for every column that a finding may name."""
    own = {field["code"]: field["name"] for field in definition["field"]}
    return {withdrawal.CODE: withdrawal.NAME, **definition.get("organisation_only", {}), **own}


def section(title: str, found: Sequence[Finding], names: Mapping[str, str], *, more: str) -> Iterator[str]:
    """A kind of findings as a table with a title; nothing where nothing was found.

    Args:
        title: what they are, without their number.
        found: in the order to print.
        names: see ``names_of``.
        more: where those that are not printed stand.
    """
    if not found:
        return
    yield ""
    yield f"{title}（{len(found):,} 处）"
    shown = [(str(one.row), _column(one.field, names), one.code, one.message) for one in found[:SHOWN]]
    yield from _table(("行", "列", "规则", "说明"), shown)
    if len(found) > SHOWN:
        yield f"还有 {len(found) - SHOWN:,} 处没有列出，{more}。"


def to_destroy(result: ImportResult) -> Iterator[str]:
    """All rows of historical data whose time is over (INTAKE-29): the old system must let them go (应当销毁)."""
    over = {one.row for one in result.errors if one.code == "INTAKE-29"}
    if over:
        yield ""
        yield f"应当在原系统销毁：{len(over):,} 行的期限已过，不导入（INTAKE-29）"
        yield from row_list(over)


def row_list(rows: Iterable[int]) -> Iterator[str]:
    """All of some row numbers, neighbours as one span (行号), in lines of a readable length."""
    spans: list[tuple[int, int]] = []
    for row in sorted(set(rows)):
        first = spans.pop()[0] if spans and spans[-1][1] == row - 1 else row
        spans.append((first, row))
    words = [str(first) if first == last else f"{first}\u2013{last}" for first, last in spans]
    for at in range(0, len(words), _PER_LINE):
        yield f"第 {'、'.join(words[at : at + _PER_LINE])} 行"


def _column(code: str, names: Mapping[str, str]) -> str:
    return f"{names[code]}（{code}）" if code in names else code


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(_width(row[at]) for row in (head, *rows)) for at in range(len(head) - 1)]
    for row in (head, *rows):
        padded = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*padded, row[-1]])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)
