"""JSON lines (JSON 行文件): one object a line, keys as in any header, values text or null.

The keys of all lines together are the header. Nothing is guessed: a number, a list or a key that stands twice is
refused in its row, since what a program did to a number before it wrote it cannot be seen any more.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Generator, Iterator
from typing import BinaryIO

import msgspec

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.reading.table import Fault, Spoilt

_LONGEST_LINE = 1 << 20  # bytes
_MOST_KEYS = 500
_REMEDY = "请让每行是一个 JSON 对象，列名和值都是文字，编码为 UTF-8"
_KEY = re.compile(rb'"\s*:')
_TEXTS = msgspec.json.Decoder(dict[str, str | None])
_VALUES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KINDS = {b"[": "列表", b"{": "对象", b"t": "真假值", b"f": "真假值"}

_Pairs = list[tuple[str, str | None]]


class JsonLines:
    """A file of JSON lines, see ``table.Source``."""

    format = "JSONL"
    template: tuple[str, str] | None = None

    def __init__(self, stream: BinaryIO) -> None:
        """Read to the end for the keys.

        Raises:
            UnreadableFile: INTAKE-01, a line that is no JSON object or far too long.
        """
        self._stream = stream
        stream.seek(0)
        self.encoding = "UTF-8 BOM" if stream.read(3) == codecs.BOM_UTF8 else "UTF-8"
        self._keys: dict[str, tuple[int, int]] = {}
        for number, line in self._lines():
            for position, key in enumerate(_row(line, number)[0] if line.strip() else (), start=1):
                self._keys.setdefault(key, (number, position))
            if len(self._keys) > _MOST_KEYS:
                raise UnreadableFile("INTAKE-03", f"前 {number} 行已有超过 {_MOST_KEYS} 个不同的键", _REMEDY)
        self._places = list(self._keys.values())

    def place(self, position: int) -> str:
        line, at = self._places[position]
        return f"第 {line} 行第 {at} 个键"

    def records(self) -> Generator[list[str], None, None]:
        yield list(self._keys)
        positions = {key: at for at, key in enumerate(self._keys)}
        for number, line in self._lines():
            if not line.strip():
                yield []
                continue
            row, faults = _row(line, number)
            cells = [row.get(key) or "" for key in self._keys]
            if faults:
                yield Spoilt(cells, [Fault(positions[key], sentence) for key, sentence in faults])
            else:
                yield cells

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """The lines with their numbers."""
        self._stream.seek(len(codecs.BOM_UTF8) if self.encoding == "UTF-8 BOM" else 0)
        number = 0
        while line := self._stream.readline(_LONGEST_LINE + 1):
            number += 1
            if len(line) > _LONGEST_LINE:
                raise UnreadableFile("INTAKE-01", f"第 {number} 行过长", _REMEDY)
            yield number, line


def _row(line: bytes, number: int) -> tuple[dict[str, str | None], list[tuple[str, str]]]:
    """Key -> text, and what is wrong: (key, sentence). The common line takes one decoding."""
    try:
        row = _TEXTS.decode(line)
        if len(_KEY.findall(line)) == len(row):
            return row, []
        pairs: _Pairs = json.loads(line, object_pairs_hook=list)
    except msgspec.ValidationError:
        return _mixed(line, number)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UnreadableFile("INTAKE-01", f"第 {number} 行不是一个 JSON 对象", _REMEDY) from None
    keys = [key for key, _ in pairs]
    twice = dict.fromkeys(key for key in row if keys.count(key) > 1)
    return row, [(key, "“{field}”在这一行出现两次，不知道以哪个为准。请只留一个。") for key in twice]


def _mixed(line: bytes, number: int) -> tuple[dict[str, str | None], list[tuple[str, str]]]:
    """A line in which some value is neither text nor null."""
    try:
        values = _VALUES.decode(line)
        plain = {key: bytes(raw)[:1] for key, raw in values.items()}
        row = {key: msgspec.json.decode(raw, type=str) for key, raw in values.items() if plain[key] == b'"'}
    except RecursionError:
        raise UnreadableFile("INTAKE-01", f"第 {number} 行嵌套太深", _REMEDY) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise UnreadableFile("INTAKE-01", f"第 {number} 行不是一个 JSON 对象", _REMEDY) from None
    faults = [
        (key, "“{field}”的值是" + _KINDS.get(start, "数字") + "，不是文字。请改为加引号的文字。")
        for key, start in plain.items()
        if start not in (b'"', b"n")
    ]
    return {key: row.get(key) for key in values}, faults
