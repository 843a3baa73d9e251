"""Understanding the header (表头): which column is which, what may not be there. Pure.

A message names a column by its position, never by what stands there: in a file without a header that is a person.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from chengxin.intake.checks.cells import is_nothing
from chengxin.intake.checks.columns import fields_for
from chengxin.intake.checks.privacy import is_named
from chengxin.intake.checks.sender import FROM_SENDER
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import FieldFacts, FormatFacts, ItemFacts

ROW_KEYS = ("行标识", "__ROW_KEY")
"""Headings of the hidden last column of an error workbook (标红表): which row of the batch it is."""
ROW_NOTES = ("原行号", "问题")
"""Headings of its first two columns: where the row stood and what is wrong with it; known, and not taken."""

_REMARKS = ("表格说明", "填表说明", "填报说明", "填写说明")
_NOTES = ("说明:", "注:", "备注:")
_SPACES = re.compile(r"\s+")
_MARKS = re.compile(r"\((?:必填|选填|必填项|选填项)\)|[*\s]")
# A line of its own that says which columns are required, and the words and figures of a line of sums.
_REQUIRED = re.compile(r"[*(\[【]*(?:必填|选填|非必填|有?条件必填|可选|必选)项?[)\]】*]*")
_FIGURE = r"[0-9][0-9,.]*(?:万?元|[条件人份起])?"
_SUM = re.compile(rf"(?:本页|本表)?[合总小共累]计:?(?:{_FIGURE})?")
_SUM_OR_FIGURE = re.compile(rf"{_SUM.pattern}|{_FIGURE}|[-—/]+")


def is_remark(cells: Sequence[str], *, title: bool = False) -> bool:
    """Whether a record is no data by itself, wherever it stands.

    Blank, an explanation (表格说明) in one cell, a line of 必填 and 选填, or, above the header, a title in one cell.
    """
    filled = [_plain(c) for c in cells if c.strip()]
    if len(filled) > 1:
        return all(map(_REQUIRED.fullmatch, filled))
    if not filled or filled[0].startswith((*_REMARKS, *_NOTES)):
        return True
    return title and len(cells) > 1


@dataclass(frozen=True)
class Header:
    """A header that was understood (表头对照).

    Attributes:
        columns: field code of each column, in file order; empty where no data are taken from it.
        blank: positions of columns without a heading: nothing may stand in them.
        key: position of the hidden row key of an error workbook; None elsewhere.
        spelling: the older or provincial format it is written in; None for the item's own.
        needed: positions of the columns that every row must fill.
        persons: positions of the columns that say who it is.
    """

    columns: tuple[str, ...]
    blank: tuple[int, ...]
    key: int | None
    spelling: FormatFacts | None
    needed: frozenset[int] = frozenset()
    persons: frozenset[int] = frozenset()


def _is_aside(cells: Sequence[str], header: Header) -> bool:
    """Whether a record below the header is an explanation in several cells or a line of sums (合计).

    An explanation fills no required column, a line of sums holds nothing but figures and says nobody's name or number;
    the word itself stands in any column.
    """
    filled = [(at, _plain(cell)) for at, cell in enumerate(cells) if cell.strip()]
    (_, start), *rest = filled
    if start.startswith(_REMARKS):
        return not any(at in header.needed for at, _ in rest)
    if not _SUM.fullmatch(start) or any(at in header.persons for at, _ in rest):
        return False
    return all(_SUM_OR_FIGURE.fullmatch(text) for _, text in rest)


class Headings:
    """The headings that a file may have (列名写法): by code, Chinese name, alias, or in another format of the item.

    Attributes:
        item: the catalog item.
        fields: the columns of a file of this kind, by code.
    """

    def __init__(self, item: ItemFacts, kind: str) -> None:
        self.fields = {field.code: field for field in fields_for(item, kind)}
        self.item = item
        known = dict.fromkeys(map(_key, (*ROW_KEYS, *ROW_NOTES)), "")
        for code, name in item.organisation_only.items():
            known |= dict.fromkeys((_key(code), _key(name)), code)
        for field in (*item.fields, *self.fields.values()):
            # A withdrawal may come with all columns of the item: they are known, and not taken.
            code = field.code if field.code in self.fields else ""
            known |= {_key(spelling): code for spelling in (field.code, field.name, *field.aliases)}
        self._known = known

    def likely(self, cells: Sequence[str]) -> bool:
        """Whether a record looks like the header: at least half of its cells are headings that we know."""
        known, _ = self._spellings(cells)
        filled = [_key(cell) for cell in cells if cell.strip()]
        return bool(filled) and sum(1 for key in filled if key in known) * 2 >= len(filled)

    def read(self, cells: Sequence[str], *, place: Callable[[int], str]) -> Header:
        """Map a header to field codes.

        Args:
            cells: the headings.
            place: how a user finds the column at a position, such as ``第 3 列的列名``.

        Raises:
            UnreadableFile: INTAKE-04 when a column is prohibited, INTAKE-03 when one is unknown, doubled or missing;
                one error names all of a code.
        """
        problems = self.banned(cells, place=place)
        if problems:
            raise prohibited(problems)
        known, spelling = self._spellings(cells)
        columns: list[str] = []
        for position, cell in enumerate(cells):
            code = known.get(_key(cell))
            if code is None and not is_nothing(cell):
                problems.append(f"{place(position)}不在目录中")
            elif code and code in columns:
                problems.append(f"{place(position)}与{place(columns.index(code))}重复")
            columns.append(code or "")
        missing = [f for f in self.fields.values() if f.required == "yes" and f.code not in columns]
        if spelling is not None:
            missing = [f for f in missing if not _implied(f, spelling)]
        if missing:
            problems.append(f"缺少必填列：{'、'.join(f.name for f in missing)}")
        if problems:
            raise UnreadableFile("INTAKE-03", "；".join(problems), "请对照本目录的模板修改表头")
        keys = [position for position, cell in enumerate(cells) if _key(cell) in ROW_KEYS]
        blank = [at for at, cell in enumerate(cells) if is_nothing(cell) and not columns[at]]
        found = [(at, self.fields[code]) for at, code in enumerate(columns) if code in self.fields]
        return Header(
            columns=tuple(columns),
            blank=tuple(blank),
            key=keys[0] if keys else None,
            spelling=spelling,
            needed=frozenset(at for at, field in found if field.required == "yes"),
            persons=frozenset(at for at, field in found if field.store == "identity"),
        )

    def banned(self, cells: Sequence[str], *, place: Callable[[int], str]) -> list[str]:
        """The columns whose name tells of what may never be collected (禁止归集), in words for INTAKE-04."""
        known, _ = self._spellings(cells)
        laws = [(at, self._law(cell)) for at, cell in enumerate(cells) if _key(cell) not in known]
        return [f"{place(at)}属于禁止归集的信息（{law}）" for at, law in laws if law]

    def skips(self, cells: Sequence[str], header: Header) -> bool:
        """Whether a record below the header is no data: nothing of a row may be lost here without a word."""
        return is_remark(cells) or _is_aside(cells, header) or self.repeats(cells, header)

    def repeats(self, cells: Sequence[str], header: Header) -> bool:
        """Whether a record is the header once more, in any spelling: templates put the codes below the names."""
        known = self._known_in(header.spelling)
        pairs = [(_key(cell), code) for cell, code in zip(cells, header.columns, strict=False) if cell.strip()]
        return any(code and known.get(key) == code for key, code in pairs) and all(
            known.get(key, "") == code for key, code in pairs if code
        )

    def starts(self, cells: Sequence[str], header: Header) -> tuple[str, ...]:
        """What the first cell of a repeated header may begin with."""
        own = [cells[0].strip()] if cells else []
        field = self.fields.get(header.columns[0]) if header.columns else None
        return tuple(filter(None, own + ([field.code, field.name, *field.aliases] if field else [])))

    def _spellings(self, cells: Iterable[str]) -> tuple[dict[str, str], FormatFacts | None]:
        """The headings to read this header by; one marker says that it is another format's."""
        keys = {_key(cell) for cell in cells}
        found = (one for one in self.item.formats if not keys.isdisjoint(map(_key, one.markers)))
        spelling = next(found, None)
        return self._known_in(spelling), spelling

    def _known_in(self, spelling: FormatFacts | None) -> dict[str, str]:
        if spelling is None:
            return self._known
        return self._known | {_key(heading): code for heading, code in spelling.columns.items()}

    def _law(self, text: str) -> str:
        """The law that prohibits a column of this name; empty when none does."""
        return next((ban.law for ban in self.item.prohibited if is_named(ban, text)), "")


def prohibited(problems: Sequence[str]) -> UnreadableFile:
    """INTAKE-04: the file goes back before a single row was read."""
    return UnreadableFile("INTAKE-04", "；".join(problems), "请删除这些列并停止收集这类信息")


def _implied(field: FieldFacts, spelling: FormatFacts) -> bool:
    """Whether a file in another format may lack a required column: the format or the sender tells what it holds."""
    return field.code in spelling.defaults or field.role in FROM_SENDER


def _plain(cell: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", cell))


def _key(text: str) -> str:
    """One form of a heading: half width, no spaces, no mark of required columns, upper case."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).strip("\ufeff ")).upper()
