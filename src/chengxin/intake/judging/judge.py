"""From rows to columns that can be admitted (逐块校验): clean data, refusals and findings of a block. Pure.

It runs in the process that reads the file; what it returns crosses to the one that holds the keys. Small blocks are
judged by the exact rules alone. Larger ones go through the screen first, which proves most rows clean at once; whatever
it cannot prove goes to the exact rules, so they stay the one source of truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from itertools import compress
from operator import attrgetter
from typing import Any

import msgspec

from chengxin.intake.checks.plan import Plan, plan_for
from chengxin.intake.facts import CleanRow, ItemFacts, OrganisationFacts, RowBlock, RowError
from chengxin.intake.judging.screen import Screen, json_of
from chengxin.intake.rules import Duplicates, judge_row
from chengxin.intake.words import say

__all__ = ["Clean", "Found", "Judged", "judge", "values_of"]

SCREENED = 500
"""From so many rows on a block is worth the start of the screen."""


class Clean(msgspec.Struct, array_like=True):
    """Clean rows as columns (合格数据), one entry for each row in every list; see ``facts.CleanRow``.

    Attributes:
        numbers, keys: the row in the file, and its hidden key in an error workbook.
        plain, texts: JSON objects as text, keys in the order of the item's columns, not escaped to ASCII.
    """

    numbers: list[int] = []
    keys: list[str] = []
    names: list[str] = []
    id_types: list[str] = []
    id_numbers: list[str] = []
    id_originals: list[str] = []
    doc_nos: list[str] = []
    authority_names: list[str] = []
    authority_codes: list[str] = []
    decided: list[date] = []
    severities: list[str] = []
    display_ends: list[date | None] = []
    retained: list[date] = []
    plain: list[str] = []
    texts: list[str] = []
    reasons: list[str] = []


class Found(msgspec.Struct, array_like=True):
    """One finding (校验结果): the row in the file, the column, the rule, the sentence for the user."""

    row: int
    field: str
    code: str
    message: str


class Judged(msgspec.Struct, array_like=True):
    """The answer about a block (校验结论).

    Attributes:
        refused: row number and hidden key of the refused rows, in the file's order.
        errors, warnings: by row, then from left to right.
    """

    clean: Clean
    refused: list[tuple[int, str]]
    errors: list[Found]
    warnings: list[Found]


def judge(
    block: RowBlock,
    *,
    item: ItemFacts,
    organisation: OrganisationFacts | None,
    mode: str,
    today: date,
    kind: str,
    duplicates: Duplicates,
) -> Judged:
    """Judge a block of rows (校验一块).

    Args:
        block: the rows as columns, and those that could not be split into cells.
        item: the catalog item.
        organisation: who sends the file; None where nobody is known.
        mode: one of ``rules.MODES``.
        today: the day in China.
        kind: one of ``facts.KINDS``.
        duplicates: the decisions of the file so far; blocks come in the file's order.

    Raises:
        ValueError: when `mode` or `kind` is unknown.
    """
    plan = plan_for(item, organisation=organisation, mode=mode, today=today, kind=kind)
    return _Block(plan, block, duplicates).judged()


@lru_cache(16)
def _screen(plan: Plan) -> Screen:
    return Screen(plan)


class _Block:
    """A block under examination."""

    def __init__(self, plan: Plan, block: RowBlock, duplicates: Duplicates) -> None:
        self._plan, self._block, self._duplicates = plan, block, duplicates
        self._refused: list[tuple[int, str]] = []
        self._errors: list[Found] = []
        self._warnings: list[Found] = []

    def judged(self) -> Judged:
        for number, key, error in self._block.broken:
            self._refuse(number, key, error)
        for number, warning in self._block.told:
            self._warnings += _found(number, (warning,))
        clean = self._without_copies(self._clean())
        by_row = attrgetter("row")
        return Judged(
            clean, sorted(self._refused), sorted(self._errors, key=by_row), sorted(self._warnings, key=by_row)
        )

    def _refuse(self, number: int, key: str, *errors: RowError) -> None:
        self._refused.append((number, key))
        self._errors += _found(number, errors)

    def _clean(self) -> Clean:
        """Clean rows in the file's order: those that the screen proved, and those that the exact rules took."""
        block, rows = self._block, len(self._block.numbers)
        passed = [False] * rows
        columns: Sequence[list[Any]] = [[] for _ in _VALUES]
        if rows >= SCREENED and self._plan.kind != "withdraw":
            passed, columns, told = _screen(self._plan)(block.columns, rows=rows)
            for row, warnings in told:
                self._warnings += _found(block.numbers[row], warnings)
        at = list(compress(range(rows), passed))
        exact = [(row, clean) for row in range(rows) if not passed[row] and (clean := self._exact(row))]
        if exact:
            at += [row for row, _ in exact]
            exact_columns = zip(*(values_of(clean) for _, clean in exact), strict=True)
            order = sorted(range(len(at)), key=at.__getitem__)
            at.sort()
            both = [[*a, *b] for a, b in zip(columns, exact_columns, strict=True)]
            columns = [[column[place] for place in order] for column in both]
        return Clean([block.numbers[row] for row in at], [block.keys[row] for row in at], *columns)

    def _exact(self, row: int) -> CleanRow | None:
        number, key = self._block.numbers[row], self._block.keys[row]
        verdict = judge_row(self._plan, {code: cells[row] for code, cells in self._block.columns.items()})
        self._warnings += _found(number, verdict.warnings)
        if verdict.errors:
            self._refuse(number, key, *verdict.errors)
        return verdict.clean

    def _without_copies(self, clean: Clean) -> Clean:
        """INTAKE-30: of the same decision only the first row is taken."""
        decisions = zip(clean.doc_nos, clean.id_numbers, clean.authority_codes, clean.numbers, strict=True)
        earlier = [self._duplicates.seen(doc_no, person, unit, row=row) for doc_no, person, unit, row in decisions]
        if not any(earlier):
            return clean
        field = self._plan.field("doc_no").code
        for first, number, key in zip(earlier, clean.numbers, clean.keys, strict=True):
            if first:
                self._refuse(number, key, RowError(field, "INTAKE-30", say("INTAKE-30", row=first)))
        first_rows = [not row for row in earlier]
        return Clean(*(list(compress(column, first_rows)) for column in msgspec.structs.astuple(clean)))


_VALUES = Clean.__struct_fields__[2:]
"""The columns beside the row's number and key."""


def values_of(clean: CleanRow) -> tuple[Any, ...]:
    """A clean row as the attributes of ``Clean`` from `names` on (一行合格数据)."""
    return (
        clean.name,
        clean.id_type,
        clean.id_number,
        clean.id_original,
        clean.doc_no,
        clean.authority_name,
        clean.authority_code,
        clean.decided_on,
        clean.severity,
        clean.display_end,
        clean.retained_until,
        json_of(clean.plain),
        json_of(clean.texts),
        clean.reason,
    )


def _found(number: int, findings: Iterable[RowError]) -> list[Found]:
    return [Found(number, f.field, f.code, f.message) for f in findings]
