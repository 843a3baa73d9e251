"""The screen (批量初筛): proves most rows of a large block clean, and gives them in typed columns. Pure.

It never refuses: a row that it cannot prove clean is left to the exact rules (``rules``), and so is a row that deserves
a warning, but for those about its class and periods, which whole files have in every row.

Two ways of proving, by how often the cells of a column repeat:

- what repeats (dates, codes, offices, amounts) is judged by the exact rules themselves, once for each different cell
  or combination of cells;
- what hardly repeats (names, numbers, texts) must fit expressions that let nothing through on which the exact rules
  would say a word (``vectors``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import compress
from typing import Any, NamedTuple

import msgspec

from chengxin.intake.checks.cells import NOTHING, Cell, bare, is_nothing
from chengxin.intake.checks.columns import Column
from chengxin.intake.checks.plan import Plan
from chengxin.intake.checks.sender import FROM_SENDER, supplied
from chengxin.intake.checks.terms import Dates, judge_terms
from chengxin.intake.facts import RowError
from chengxin.intake.judging.vectors import Vectors, document_number, is_vector, latest_birth
from chengxin.intake.rules import (
    NOTHING_GIVEN,
    class_of,
    coded,
    in_order,
    missing_needs,
    only_minor,
    organisation_findings,
)
from chengxin.kernel.identity import Kind

__all__ = ["Proven", "Screen", "json_of"]

_REPEATS = 4
"""A column of text whose cells stand so often on average is judged cell by cell, the others by expressions."""

_OFFICES = ("source_code", "source_name", "authority_code", "authority_name")
_OF_TERMS = ("severity", "decided_on", "acted_on", "valid_until", "display_end")
_NO_COLUMN = {"": Cell(None)}

_encode = msgspec.json.encode


class Proven(NamedTuple):
    """What the screen proved (初筛结果).

    Attributes:
        passed: for each row of the block, whether it is proven clean.
        columns: typed values of those rows, as the attributes of ``judge.Clean`` from `names` on.
        warnings: what is to be said about some of those rows, with their place in the block.
    """

    passed: list[bool]
    columns: tuple[list[Any], ...]
    warnings: list[tuple[int, tuple[RowError, ...]]]


def json_of(values: Any) -> str:
    """A value as JSON text, keys in the order given, nothing escaped to ASCII."""
    return _encode(values).decode()


class Screen:
    """The compiled screen of an item, for one day, mode and sender (初筛); call it with the cells of a block.

    Raises:
        ValueError: for files that withdraw, which are judged exactly.
    """

    def __init__(self, plan: Plan) -> None:
        if plan.kind == "withdraw":
            raise ValueError("withdrawals are not screened")
        self._plan = plan
        self._vectors = Vectors(plan)

    def __call__(self, cells: Mapping[str, Sequence[str]], *, rows: int) -> Proven:
        """Screen a block.

        Args:
            cells: by column code; a column that is absent counts as empty.
            rows: how many rows the block has.
        """
        return _Screening(self._plan, self._vectors, cells, rows).proven()


class _Terms(NamedTuple):
    """What the class and the dates of a row come to; `latest_birth` as ``vectors`` counts it."""

    latest_birth: int
    decided_on: date
    severity: str
    display_end: date | None
    retained_until: date
    warnings: tuple[RowError, ...]


class _Screening:
    """One block under the screen."""

    def __init__(self, plan: Plan, vectors: Vectors, cells: Mapping[str, Sequence[str]], rows: int) -> None:
        self._plan, self._vectors, self._rows = plan, vectors, rows
        self._passed = [True] * rows
        self._raw: dict[str, Sequence[str]] = {}
        self._tables: dict[str, dict[str, Cell]] = {}  # by column, then by cell: what is judged cell by cell
        for column in plan.columns:
            self._read(column, cells.get(column.field.code) or self._absent(column, cells))
        for code in plan.item.organisation_only:
            if code in cells:
                self._keep(is_nothing, cells[code])

    def proven(self) -> Proven:
        if self._plan.organisation:
            offices = partial(self._offices, [self._table(role) for role in _OFFICES])
            self._keep(offices, *map(self._cells, _OFFICES))
        self._keep(partial(self._is_citizen, self._table("id_type")), self._cells("id_type"))
        for column in self._plan.needing:
            needed = sorted({code.needs for code in column.codes.values()} & self._raw.keys())
            fine = partial(self._has_needs, column, needed)
            self._keep(fine, self._raw[column.field.code], *map(self._given, needed))
        for column in self._plan.telling if self._plan.column("severity") else ():
            self._keep(partial(self._agrees, column), self._raw[column.field.code], self._cells("severity"))
        judge = partial(self._terms, [self._table(role) for role in _OF_TERMS])
        terms = self._keep(judge, *map(self._cells, _OF_TERMS))
        vectors = {code: cells for code, cells in self._raw.items() if code not in self._tables}
        self._also(self._vectors.passed(vectors, [row.latest_birth if row else 0 for row in terms]))
        told = [(at, row.warnings) for at, row in enumerate(terms) if row and row.warnings and self._passed[at]]
        return Proven(self._passed, self._columns(compress(terms, self._passed)), told)

    # ---- judging what repeats ---------------------------------------------------------------------

    def _read(self, column: Column, cells: Sequence[str]) -> None:
        """Judge a column cell by cell, unless its cells hardly repeat."""
        code, vector = column.field.code, is_vector(column)
        self._raw[code] = cells
        different = () if vector else set(cells)
        if vector or (vector is None and len(different) * _REPEATS > self._rows):
            return
        table = self._tables[code] = {cell: column.check(cell) for cell in different}
        fine = {cell: not (found.errors or found.warnings) for cell, found in table.items()}
        if not all(fine.values()):
            self._also(map(fine.__getitem__, cells))

    def _absent(self, column: Column, cells: Mapping[str, Sequence[str]]) -> Sequence[str]:
        """The cells of a column that the file lacks; where it is for the exact rules to say a word, empty ones."""
        role, nothing = column.field.role, [""] * self._rows
        if role not in FROM_SENDER:
            return nothing
        named = cells.get(self._plan.field("authority_name").code) or nothing
        found = {name: supplied(self._plan, role, name) or "" for name in set(named)}
        return [found[name] for name in named]

    def _keep(self, judge: Callable[..., Any], *cells: Sequence[Any]) -> list[Any]:
        """Keep the rows for whose cells in some columns `judge` gives something, asked once for each combination.

        Returns:
            What it gave, for each row.
        """
        keys = list(zip(*cells, strict=True))
        found = {key: judge(*key) for key in set(keys)}
        if len(found) == 1:
            by_row = [*found.values()] * self._rows
        else:
            by_row = [found[key] for key in keys]
        if not all(found.values()):
            self._also(by_row)
        return by_row

    def _also(self, fine: Iterable[Any]) -> None:
        self._passed = [passed and bool(this) for passed, this in zip(self._passed, fine, strict=True)]

    def _cells(self, role: str) -> Sequence[str]:
        """The cells of a role; empty ones where the item has no such column."""
        column = self._plan.column(role)
        return self._raw[column.field.code] if column else [""] * self._rows

    def _table(self, role: str) -> Mapping[str, Cell]:
        """What the cells of a role mean."""
        column = self._plan.column(role)
        return self._tables[column.field.code] if column else _NO_COLUMN

    def _given(self, code: str) -> list[bool]:
        """Whether each cell of a column holds something."""
        table = self._tables.get(code)
        if table is None:
            return [cell not in NOTHING for cell in self._raw[code]]
        given = {cell: found.value not in NOTHING_GIVEN for cell, found in table.items()}
        return [given[cell] for cell in self._raw[code]]

    def _is_citizen(self, table: Mapping[str, Cell], cell: str) -> bool:
        """Other documents than citizens' are judged exactly."""
        return [code.identifier for code in table[cell].codes if code.accepted] == [Kind.CITIZEN]

    def _offices(self, tables: Sequence[Mapping[str, Cell]], *cells: str) -> bool:
        found = (table[cell].value for table, cell in zip(tables, cells, strict=True))
        values = dict(zip(_OFFICES, found, strict=True))
        errors, warnings = organisation_findings(self._plan, values)
        return not (errors or warnings)

    def _has_needs(self, column: Column, needed: Sequence[str], cell: str, *given: bool) -> bool:
        codes = self._tables[column.field.code][cell].codes
        return not missing_needs(codes, dict(zip(needed, given, strict=True)))

    def _agrees(self, column: Column, cell: str, stated: str) -> bool:
        severity, _ = class_of(self._plan, self._table("severity")[stated].codes)
        return not only_minor(self._tables[column.field.code][cell].codes, severity)

    def _terms(self, tables: Sequence[Mapping[str, Cell]], *cells: str) -> _Terms | None:
        """The periods of a class and some dates; None where something is wrong with them."""
        stated, *dates = (table[cell] for table, cell in zip(tables, cells, strict=True))
        severity, unstated = class_of(self._plan, stated.codes)
        decided_on, acted_on, valid_until, display_end = (cell.value for cell in dates)
        if severity is None or decided_on is None or self._plan.basis_errors(decided_on):
            return None
        terms = judge_terms(self._plan, severity, Dates(decided_on, acted_on, valid_until, display_end))
        if terms.errors or terms.retained_until is None:
            return None
        born = latest_birth(self._plan, acted_on=acted_on, decided_on=decided_on)
        warnings = in_order(self._plan, (*unstated, *terms.warnings))
        return _Terms(born, decided_on, severity.identifier, terms.display_end, terms.retained_until, warnings)

    # ---- the columns that come out ------------------------------------------------------------------

    def _columns(self, terms: Iterable[_Terms]) -> tuple[list[Any], ...]:
        """Typed values of the rows that passed, see ``Proven``."""
        kept = list(terms)
        numbers = list(compress(self._cells("id_number"), self._passed))
        return (
            list(compress(self._cells("person_name"), self._passed)),
            [Kind.CITIZEN.value] * len(kept),
            numbers,
            numbers,
            list(map(document_number, compress(self._cells("doc_no"), self._passed))),
            self._values("authority_name"),
            self._values("authority_code"),
            [row.decided_on for row in kept],
            [row.severity for row in kept],
            [row.display_end for row in kept],
            [row.retained_until for row in kept],
            self._objects(self._plan.plain, len(kept), self._plain),
            self._objects(self._plan.texts, len(kept), self._text),
            [""] * len(kept),
        )

    def _values(self, role: str) -> list[str]:
        table = self._table(role)
        values = {cell: found.value for cell, found in table.items()}
        return [values[cell] for cell in compress(self._cells(role), self._passed)]

    def _objects(self, codes: Sequence[str], rows: int, value: Callable[[str, Cell], Any]) -> list[str]:
        """JSON objects of some columns, one for each row: ``json_of`` of its values, put together from parts."""
        if not codes:
            return [json_of({})] * rows
        members = (self._members(code, partial(value, code)) for code in codes)
        return ["{" + "".join(parts)[1:] + "}" for parts in zip(*members, strict=True)]

    def _members(self, code: str, value: Callable[[Cell], Any]) -> list[str]:
        """The member of each row's object for one column, a comma before it; nothing where there is no value."""
        key = f",{json_of(code)}:"
        cells, table = compress(self._raw[code], self._passed), self._tables.get(code)
        if table is None:  # an expression lets through only what needs no escape
            return ["" if cell in NOTHING else f'{key}"{cell}"' for cell in cells]
        values = {cell: value(found) for cell, found in table.items()}
        members = {cell: "" if found is None else key + json_of(coded(found)) for cell, found in values.items()}
        return [members[cell] for cell in cells]

    def _plain(self, _: str, found: Cell) -> Any:
        return bare(found.value, found.codes)

    def _text(self, code: str, found: Cell) -> Any:
        """The words to be sealed: of a column of codes only where they are more than a code."""
        return None if code in self._plan.detailed and found.value == bare(found.value, found.codes) else found.value
