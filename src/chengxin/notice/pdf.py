"""The letter on paper (告知书 PDF): one compiler for the process, tagged PDF/A-2a and PDF/UA-1, no character left out.

A font that lacks a character would print nothing in its place and say nothing. So each character is looked up in the
font first; one that is missing is printed as its code, with a note, and nobody's letter is held up by a rare name.
"""

from __future__ import annotations

import json
import struct
import threading
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import typst

from chengxin.kernel.errors import ChengxinError
from chengxin.kernel.words import long_date
from chengxin.notice.rules import LetterBody

BODY = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC")
HEAD = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Serif CJK SC")
"""Families in the order in which they are taken; the first that is installed prints the letter."""
NO_FONT = "服务器没有中文字体，暂时不能制作 PDF。请管理员执行：apt install fonts-noto-cjk，再重新启动服务。"
_TEMPLATE = Path(__file__).parent / "typst" / "letter.typ"
_ONE_AT_A_TIME = threading.Lock()


class PdfUnavailable(ChengxinError):
    """No letter can be printed here; the text says what to do (NO_FONT)."""


def letter_pdf(body: LetterBody, *, issued_on: date) -> bytes:
    """A letter with its guidance as PDF. The same letter gives the same bytes.

    Raises:
        PdfUnavailable: no Chinese font is installed.
    """
    body_font, head_font = _font(BODY), _font(HEAD)
    covers = _both(body_font, head_font)
    missing: dict[str, None] = {}  # in the order of the letter

    def printable(value: object) -> object:
        if isinstance(value, str):
            return "".join(_printable(character, covers, missing) for character in value)
        if isinstance(value, list | tuple):
            return [printable(one) for one in value]
        return {key: printable(one) for key, one in value.items()} if isinstance(value, dict) else value

    data = printable(asdict(body))
    assert isinstance(data, dict)  # noqa: S101 - narrows; a dataclass is a dict
    data |= {
        "digest": body.digest().hex(),
        "issued_on": long_date(issued_on),
        "body_font": body_font.family,
        "head_font": head_font.family,
        "missing": list(missing),
    }
    noon = datetime(issued_on.year, issued_on.month, issued_on.day, 4, tzinfo=UTC)
    with _ONE_AT_A_TIME:  # the compiler keeps fonts and layouts, and is not for two threads
        made = _compiler().compile(
            sys_inputs={"letter": json.dumps(data, ensure_ascii=False)},
            format="pdf",
            pdf_standards=["a-2a", "ua-1"],
            timestamp=noon,
        )
    assert isinstance(made, bytes)  # noqa: S101 - narrows; without `output` it answers bytes
    return made


def require_font() -> None:
    """Nothing, where letters can be printed here: asked before anybody is looked at for one.

    Raises:
        PdfUnavailable: no Chinese font is installed.
    """
    _font(BODY)
    _font(HEAD)


class _Font:
    """A family that is installed, and the characters it has."""

    def __init__(self, family: str, path: Path, index: int) -> None:
        self.family = family
        self.covers = characters(path.read_bytes(), index)


@cache
def _both(one: _Font, other: _Font) -> frozenset[int]:
    return one.covers & other.covers


def _printable(character: str, covers: frozenset[int], missing: dict[str, None]) -> str:
    if ord(character) in covers or character.isspace():
        return character
    code = f"〔U+{ord(character):04X}〕"
    missing[code] = None
    return code


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_embedded_fonts=False)


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=_fonts(), ignore_system_fonts=True)


@cache
def _font(families: tuple[str, ...]) -> _Font:
    found = {one.family: one for one in _fonts().fonts() if one.path and one.weight == 400}
    chosen = next((found[family] for family in families if family in found), None)
    if chosen is None or chosen.path is None:
        raise PdfUnavailable(NO_FONT)
    return _Font(chosen.family, Path(chosen.path), chosen.index)


def characters(font: bytes, index: int) -> frozenset[int]:
    """The characters that a font has (字库覆盖): tables cmap 4 and 12 of an OpenType file or collection."""
    start = struct.unpack_from(">I", font, 12 + 4 * index)[0] if font[:4] == b"ttcf" else 0
    (tables,) = struct.unpack_from(">H", font, start + 4)
    places = {
        font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0]
        for at in range(start + 12, start + 12 + 16 * tables, 16)
    }
    cmap = places[b"cmap"]
    (count,) = struct.unpack_from(">H", font, cmap + 2)
    found: set[int] = set()
    for number in range(count):
        at = cmap + struct.unpack_from(">I", font, cmap + 4 + 8 * number + 4)[0]
        (kind,) = struct.unpack_from(">H", font, at)
        if kind == 12:
            (groups,) = struct.unpack_from(">I", font, at + 12)
            for group in range(groups):
                first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * group)
                found.update(range(first, last + 1))
        elif kind == 4:
            found |= _segments(font, at)
    return frozenset(found)


def _segments(font: bytes, at: int) -> set[int]:
    """Format 4: segments of the first 65,536 characters; a glyph 0 is none."""
    half = struct.unpack_from(">H", font, at + 6)[0]
    found: set[int] = set()
    for segment in range(0, half, 2):
        (last,) = struct.unpack_from(">H", font, at + 14 + segment)
        (first,) = struct.unpack_from(">H", font, at + 16 + half + segment)
        (delta,) = struct.unpack_from(">H", font, at + 16 + 2 * half + segment)
        place = at + 16 + 3 * half + segment
        (offset,) = struct.unpack_from(">H", font, place)
        for character in range(first, min(last, 0xFFFE) + 1):
            glyph = (
                character if not offset else struct.unpack_from(">H", font, place + offset + 2 * (character - first))[0]
            )
            if glyph and (not delta or (glyph + delta) & 0xFFFF):
                found.add(character)
    return found
