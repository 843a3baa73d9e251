"""What differs between two versions, or between two days (版本差异). Pure: rows in, changes out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from chengxin.catalog import explain
from chengxin.catalog.words import KINDS

Row = Mapping[str, Any]
Key = tuple[str, ...]

HEAD: Final = {
    "name": "名称",
    "category": "类别",
    "provider": "提供单位",
    "provider_kind": "提供单位的种类",
    "providers": "可以报送的单位",
    "polarity": "性质",
    "subject": "主体",
    "sharing": "共享方式",
    "disclosure": "使用范围",
    "severity": "失信程度的来源",
    "occupation": "职业人群",
    "update_frequency": "更新频率",
    "format": "文件格式",
    "determination_document": "认定文书",
    "notice_template": "告知书模板",
    "impact_assessment": "个人信息保护影响评估",
}
"""Keys of the table ``item`` that a diff tells; code, version, state and dates belong to the version itself."""

WORDS: Final = {
    "kind": "种类",
    "law": "法律文件",
    "article": "条文",
    "valid_from": "生效日期",
    "valid_to": "失效日期",
    "note": "说明",
    "name": "名称",
    "value": "值",
    "unit": "单位",
    "basis": "依据",
    "code": "代码",
    "code_set": "代码集",
    "required": "是否必填",
    "store": "保存位置",
    "length": "最多字数",
    "precision": "数字总位数",
    "scale": "小数位数",
    "aliases": "其他写法",
    "role": "作用",
    "many": "可以有多个值",
    "identifier": "标识",
    "accepted": "是否收集",
    "sealed": "依法封存",
    "minor": "单独出现属于轻微",
    "needs": "随之必填的列",
    "detail": "可以加说明",
    "display_min": "最短使用期限",
    "display_max": "最长使用期限",
    "markers": "识别用的列名",
    "columns": "列的对应",
    "values": "值的对应",
    "defaults": "固定值",
    "word": "词语",
    "words": "词语",
}


VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "polarity": explain.POLARITIES,
    "subject": explain.SUBJECTS,
    "disclosure": explain.SCOPES,
    "sharing": explain.SHARINGS,
    "category": explain.CATEGORIES,
    "severity": explain.SEVERITIES | {"field": "文件中写明", "NONE": "不分程度"},
    "required": explain.REQUIRED,
    "store": explain.STORES,
    "unit": explain.UNITS,
    "kind": explain.KINDS | KINDS,
    "name": explain.PARAMETERS,
}
"""Key -> its codes in words people know."""


class Kind(StrEnum):
    """What happened to a row; the value is the word on the page."""

    ADDED = "新增"
    ENDED = "终止"
    CHANGED = "修改"


@dataclass(frozen=True)
class Cell:
    """One value that differs: its name, before, after. None where there was nothing."""

    key: str
    before: Any
    after: Any

    @property
    def name(self) -> str:
        """What the value is called on the page."""
        return HEAD.get(self.key) or WORDS.get(self.key, self.key)

    @property
    def was(self) -> str:
        """The old value in words; empty where there was none."""
        return words(self.before, VALUES.get(self.key, {}))

    @property
    def now(self) -> str:
        """The new value in words; empty where there is none."""
        return words(self.after, VALUES.get(self.key, {}))


@dataclass(frozen=True)
class Change:
    """One row that differs (一处变化)."""

    kind: Kind
    title: str
    before: Row | None
    after: Row | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Section:
    """The changes of one part of a definition (一类变化)."""

    title: str
    changes: tuple[Change, ...]


def changes(
    before: Sequence[Row], after: Sequence[Row], *, key: Callable[[Row], Key], title: Callable[[Row], str]
) -> tuple[Change, ...]:
    """Compare two tables row by row.

    `key` says what makes a row the same row; rows that share it are paired in their order. `title` is what a row is
    called on the page.

    Returns:
        Ended and changed rows in their old order, then the new ones.
    """
    old, new = _keyed(before, key), _keyed(after, key)
    found = []
    for name, row in old.items():
        if name not in new:
            found.append(Change(Kind.ENDED, title(row), row, None, _cells(row, {})))
        elif cells := _cells(row, new[name]):
            found.append(Change(Kind.CHANGED, title(new[name]), row, new[name], cells))
    found += [
        Change(Kind.ADDED, title(row), None, row, _cells({}, row)) for name, row in new.items() if name not in old
    ]
    return tuple(found)


def _keyed(rows: Sequence[Row], key: Callable[[Row], Key]) -> dict[tuple[Key, int], Row]:
    seen: Counter[Key] = Counter()
    found = {}
    for row in rows:
        name = key(row)
        found[name, seen[name]] = row
        seen[name] += 1
    return found


def _cells(before: Row, after: Row) -> tuple[Cell, ...]:
    """Values that differ; what is absent and what is empty say the same."""
    names = [*before, *(name for name in after if name not in before)]
    return tuple(
        Cell(name, before.get(name), after.get(name))
        for name in names
        if _told(before.get(name)) != _told(after.get(name))
    )


def _told(value: Any) -> Any:
    """A value as it counts: dates compare with their text, lists with tuples, nothing with empty."""
    if value is None or value in ("", [], (), {}):
        return None
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {name: _told(inner) for name, inner in value.items()}
    return [_told(inner) for inner in value] if isinstance(value, list | tuple) else str(value)


def words(value: Any, known: Mapping[str, str]) -> str:
    """A value as text (值的文字): lists joined, tables pair by pair; `known` has words for codes."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Mapping):
        return "；".join(f"{name} → {words(inner, known)}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return "、".join(words(inner, known) for inner in value)
    return known.get(str(value), str(value))


def versions(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Section]:
    """Compare two published definitions (两个版本的差异); sections without a change are left out."""
    before, after = explain.whole(before), explain.whole(after)
    parts = [Section("基本情况", _head(before["item"], after["item"]))]
    parts += [
        Section(name, changes(before[table], after[table], key=_by(*keys), title=title))
        for name, table, keys, title in _TABLES
    ]
    parts.append(Section("只由单位填写的列", _mapping(before, after, "organisation_only")))
    parts.append(Section("依法封存的识别词", _mapping(before, after, "sealed")))
    return [part for part in parts if part.changes]


def _by(*names: str) -> Callable[[Row], Key]:
    return lambda row: tuple(str(row.get(name) or "") for name in names)


_TABLES: Final[tuple[tuple[str, str, tuple[str, ...], Callable[[Row], str]], ...]] = (
    ("法律依据", "basis", ("kind", "law", "article"), lambda row: f"{row['law']}{row.get('article') or ''}"),
    (
        "期限与数字",
        "parameter",
        ("name", "valid_from"),
        lambda row: explain.PARAMETERS.get(str(row["name"]), str(row["name"])),
    ),
    ("数据项", "field", ("code",), lambda row: f"{row['name']}（{row['code']}）"),
    ("代码", "code", ("code_set", "value"), lambda row: f"{row['code_set']}：{row['value']}"),
    ("其他格式", "format", ("code",), lambda row: f"{row['name']}（{row['code']}）"),
)


def _head(before: Row, after: Row) -> tuple[Change, ...]:
    """Each value of the head that differs is a change of its own: it has a name people know."""
    found = []
    for name, label in HEAD.items():
        old, new = before.get(name), after.get(name)
        if _told(old) != _told(new):
            found.append(Change(Kind.CHANGED, label, {name: old}, {name: new}, (Cell(name, old, new),)))
    return tuple(found)


def _mapping(before: Mapping[str, Any], after: Mapping[str, Any], table: str) -> tuple[Change, ...]:
    """A table of names and values, compared name by name."""
    old, new = (
        [{"code": name, "value": value} for name, value in (side.get(table) or {}).items()] for side in (before, after)
    )
    return changes(old, new, key=_by("code"), title=lambda row: str(row["code"]))
