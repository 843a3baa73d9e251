"""The shape of a definition that arrives as a file (导入 JSON 定义): what is wrong is named, nothing is repaired."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from chengxin.kernel.errors import ChengxinError

MOST_BYTES: Final = 1024 * 1024
MOST_ROWS, MOST_TEXT, MOST_SAID = 1000, 5000, 50
"""Rows of a table, characters of a text, faults that are named at once."""

TEXT, NUMBER, YES_NO, TEXTS, PAIRS, TABLES = "text", "number", "bool", "texts", "pairs", "tables"
_WORDS: Final = {
    TEXT: "文字",
    NUMBER: "整数",
    YES_NO: "true 或 false",
    TEXTS: "文字的列表",
    PAIRS: "文字到文字的对照",
    TABLES: "对照的对照",
}
"""What a value can be -> its name."""

HEAD: Final = dict.fromkeys(
    [
        "code",
        "name",
        "category",
        "provider",
        "provider_kind",
        "polarity",
        "severity",
        "occupation",
        "subject",
        "sharing",
        "disclosure",
        "update_frequency",
        "determination_document",
        "notice_template",
        "impact_assessment",
        "effective_from",
        "effective_to",
        "state",
    ],
    TEXT,
) | {"version": NUMBER, "format": TEXTS, "providers": TEXTS}
ROWS: Final[Mapping[str, Mapping[str, str]]] = {
    "basis": dict.fromkeys(["kind", "law_code", "law", "article", "valid_from", "valid_to", "note"], TEXT),
    "parameter": dict.fromkeys(["name", "item", "unit", "valid_from", "valid_to", "basis"], TEXT) | {"value": NUMBER},
    "field": dict.fromkeys(["code", "name", "kind", "required", "store", "role", "code_set", "note"], TEXT)
    | dict.fromkeys(("length", "precision", "scale"), NUMBER)
    | {"aliases": TEXTS, "many": YES_NO},
    "code": dict.fromkeys(["code_set", "value", "identifier", "needs", "display_min", "display_max"], TEXT)
    | dict.fromkeys(("accepted", "sealed", "minor", "detail"), YES_NO)
    | {"aliases": TEXTS},
    "format": {"code": TEXT, "name": TEXT, "markers": TEXTS, "columns": PAIRS, "values": TABLES, "defaults": PAIRS},
}
SEALED: Final = {"law": TEXT} | dict.fromkeys(["basis_words", "authority_words", "document_words", "text_words"], TEXTS)
_IGNORED: Final = frozenset({"prohibited"})
"""Parts of an export that are not of the item: the list has its own register."""


class Misshapen(ChengxinError):
    """A file that is no definition (不是目录条目定义); ``faults`` says everything that is wrong, in words."""

    def __init__(self, faults: Iterable[str]) -> None:
        self.faults = list(faults)
        super().__init__(self.faults[0])


def read(content: bytes) -> dict[str, Any]:
    """Read a definition from a file that anybody may have written.

    Returns:
        The definition in the shape of a seed file, without what belongs to the platform: the list of what may never be
        collected, and the numbers that hold for every item.

    Raises:
        Misshapen: too large, no JSON, or not the shape; with every fault.
    """
    if len(content) > MOST_BYTES:
        raise Misshapen([f"文件有 {len(content):,} 字节，最多 {MOST_BYTES:,} 字节（1 MB）。"])
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_constant)
    except UnicodeDecodeError:
        raise Misshapen(["文件不是 UTF-8 编码。请另存为 UTF-8。"]) from None
    except RecursionError:
        raise Misshapen(["括号套得太深，读不下去。"]) from None
    except json.JSONDecodeError as error:
        raise Misshapen([f"第 {error.lineno} 行第 {error.colno} 个字符不符合 JSON 的写法。"]) from None
    except ValueError:
        raise Misshapen(["有一个数字长得读不下去。"]) from None
    if faults := list(islice(check(found), MOST_SAID)):
        raise Misshapen(faults)
    return _own(found)


def check(found: object) -> Iterator[str]:
    """Everything that keeps parsed JSON from being a definition, in words."""
    if not isinstance(found, Mapping):
        yield "最外层应当是一个对象：{ … }。"
        return
    if not isinstance(found.get("item"), Mapping):
        yield "缺少“item”，它写条目的编号、名称等基本情况。"
    for name, part in found.items():
        if name in _IGNORED:
            continue
        if name == "item":
            yield from _object(part, HEAD, "item")
        elif name == "sealed":
            yield from _object(part, SEALED, "sealed")
        elif name == "organisation_only":
            yield from _value(part, PAIRS, "organisation_only")
        elif name in ROWS:
            yield from _table(part, ROWS[name], name)
        else:
            yield f"不认识“{_short(name)}”。可以有：item、{'、'.join(ROWS)}、sealed、organisation_only。"


def _table(part: object, keys: Mapping[str, str], place: str) -> Iterator[str]:
    if not isinstance(part, list):
        yield f"“{place}”应当是列表：[ … ]。"
        return
    if len(part) > MOST_ROWS:
        yield f"“{place}”有 {len(part):,} 行，最多 {MOST_ROWS:,} 行。"
        return
    for number, row in enumerate(part, 1):
        yield from _object(row, keys, f"{place} 第 {number} 行")


def _object(part: object, keys: Mapping[str, str], place: str) -> Iterator[str]:
    if not isinstance(part, Mapping):
        yield f"“{place}”应当是对象：{{ … }}。"
        return
    for name, value in part.items():
        if name not in keys:
            yield f"“{place}”里不认识“{_short(name)}”。可以写：{'、'.join(keys)}。"
        elif value is not None:
            yield from _value(value, keys[name], f"{place}.{name}")


def _value(value: object, kind: str, place: str) -> Iterator[str]:
    if not fits(value, kind):
        yield f"“{place}”应当是{_WORDS[kind]}。"
    elif fault := next((_unfit(text) for text in _texts(value) if _unfit(text)), ""):
        yield f"“{place}”{fault}"


def fits(value: object, kind: str) -> bool:
    """Whether a value is what it should be; an absent one (null) is not. The database asks the same."""
    return {
        TEXT: isinstance(value, str),
        NUMBER: type(value) is int and abs(value) < 10**9,
        YES_NO: isinstance(value, bool),
        TEXTS: isinstance(value, list) and all(isinstance(one, str) for one in value),
        PAIRS: _pairs(value),
        TABLES: isinstance(value, Mapping) and all(_pairs(one) for one in value.values()),
    }[kind]


def keys_for_sql() -> str:
    """Section, key and kind of every value that a definition may hold, as rows of VALUES in the database's gate."""
    tables = {"item": HEAD, "sealed": SEALED, **ROWS}
    rows = [(section, key, kind) for section, keys in tables.items() for key, kind in keys.items()]
    return ", ".join(f"('{section}', '{key}', '{kind}')" for section, key, kind in rows)


def _pairs(value: object) -> bool:
    return isinstance(value, Mapping) and all(isinstance(one, str) for one in value.values())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield name
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _unfit(text: str) -> str:
    if len(text) > MOST_TEXT:
        return f"有 {len(text):,} 个字，最多 {MOST_TEXT:,} 个字。"
    # A lone surrogate is no character, and NUL cannot be stored.
    broken = any((ord(one) < 32 and one not in "\n\t") or 0xD800 <= ord(one) <= 0xDFFF for one in text)
    return "有看不见的控制字符。" if broken else ""


def _short(name: str) -> str:
    return "".join(one if one.isprintable() else "□" for one in name[:40])


def _own(found: Mapping[str, Any]) -> dict[str, Any]:
    """The definition itself: no empty values, nothing that the platform adds to an export."""
    definition: dict[str, Any] = {
        name: [_full(row) for row in part] if name in ROWS else _full(part)
        for name, part in found.items()
        if name not in _IGNORED
    }
    if "parameter" in definition:
        own = [row for row in definition["parameter"] if row.get("item", "own") != ""]
        definition["parameter"] = [{name: value for name, value in row.items() if name != "item"} for row in own]
    return definition


def _full(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if value is not None}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Misshapen([f"“{_short(name)}”在同一个对象里写了两次。"])
        found[name] = value
    return found


def _constant(text: str) -> Any:
    raise Misshapen([f"“{text}”不是 JSON 的数字。"])
