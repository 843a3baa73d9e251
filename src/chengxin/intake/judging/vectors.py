"""Expressions that let through only what the exact rules take without a word (向量化校验). Pure; Polars, loaded late.

Names, numbers, documents and texts hardly repeat in a file, so they are not judged one by one: they must fit narrow
patterns. What does not fit is not wrong; it is left to the exact rules.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from chengxin.intake.checks.cells import NOTHING, normalise_document_number
from chengxin.intake.checks.columns import Column
from chengxin.intake.checks.plan import Plan
from chengxin.kernel.areas import area
from chengxin.kernel.identity import SYNTHETIC
from chengxin.kernel.periods import Period, Unit

if TYPE_CHECKING:
    import polars as pl

__all__ = ["LATEST_BIRTH", "Vectors", "document_number", "is_vector", "latest_birth"]

LATEST_BIRTH = "latest birth"  # a space: no column of an item has such a code
"""Name of the column of days, counted from 1970, by which the person of a row must have been born."""

# Characters that everybody sees, that no normalisation changes, and that JSON does not escape. Table programs write
# quotation marks and backslashes too; those rows go to the exact rules.
_HAN = "\u3400-\u4db5\u4e00-\u9fa5"
_PLAIN = _HAN + " !#-\\[\\]-~·×—‘’“”…℃、。《》「」『』【】〔〕\uff01-\uff5e"
_NAME = f"^[{_HAN}]+(?:·[{_HAN}]+)*$"
_DOCUMENT = rf"^[{_HAN}A-Za-z0-9()\[\]〔〕（）、.\-]*$"
_BRACKETS = re.compile("[()\\[\\]（）]")
# Eighteen characters that do not start like those of a residence permit or a permanent resident.
_CITIZEN = "^(?:[0-7][0-9]|8[04-9])[0-9]{15}[0-9X]$"
_SHORTEST = 5  # what means "nothing" has at most four characters
_LONGEST_NAME = 50
_OLDEST = 120

_EPOCH = date(1970, 1, 1).toordinal()
_MOST_DAYS = {Unit.DAY: 1, Unit.MONTH: 31, Unit.YEAR: 366}
_SINGLE = ("person_name", "id_number", "doc_no")


def is_vector(column: Column) -> bool | None:
    """Whether a column is judged by expressions: always, never, or (None) only where its cells hardly repeat."""
    if column.field.role in _SINGLE:
        return True
    return None if column.field.kind == "text" and column.field.role not in ("authority_name", "source_name") else False


def document_number(cell: str) -> str:
    """The one written form of a document number that the expressions let through: only brackets can differ."""
    return normalise_document_number(cell) if _BRACKETS.search(cell) else cell


def latest_birth(plan: Plan, *, acted_on: date | None, decided_on: date) -> int:
    """A day by which everybody was born who was certainly of age at the act (INTAKE-18, INTAKE-60).

    Counted in days from 1970. Some days too early, as years are taken for their longest: who was born in between is
    judged exactly.
    """
    names = ["adult_age"] + (["act_look_back"] if plan.adverse and acted_on is None else [])
    periods = [plan.period(name) for name in names]
    if None in periods:
        return -_EPOCH
    return (acted_on or decided_on).toordinal() - _EPOCH - sum(_days(period) for period in periods if period)


def _days(period: Period) -> int:
    return period.value * _MOST_DAYS[period.unit]


class Vectors:
    """The expressions of one item, compiled once (编译后的表达式)."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._of_column = {c.field.code: self._compile(c) for c in plan.columns if is_vector(c) is not False}

    def passed(self, cells: Mapping[str, Sequence[str]], births: Sequence[int]) -> list[bool]:
        """Which rows are certainly fine in these columns.

        Args:
            cells: the columns to judge, by code, the identity number among them.
            births: for each row, see ``latest_birth``.
        """
        import polars as pl

        schema = {**dict.fromkeys(cells, pl.String), LATEST_BIRTH: pl.Int32}
        try:
            frame = pl.DataFrame({**cells, LATEST_BIRTH: births}, schema=schema)
        except UnicodeEncodeError:  # half a character, which JSON can spell: the exact rules find where
            return [False] * len(births)
        known = self._known_area(frame)
        fine = [self._of_column[code] for code in cells]
        passed: list[bool] = frame.select(pl.all_horizontal(*fine, known).alias("fine"))["fine"].to_list()
        return passed

    def _compile(self, column: Column) -> pl.Expr:
        match column.field.role:
            case "person_name":
                return self._name(column)
            case "id_number":
                return self._number(column)
            case "doc_no":
                return self._document(column)
            case _:
                return self._text(column)

    def _name(self, column: Column) -> pl.Expr:
        import polars as pl

        cell = pl.col(column.field.code)
        longest = min(_LONGEST_NAME, column.field.length or _LONGEST_NAME)
        return cell.str.len_chars().is_between(2, longest) & cell.str.contains(_NAME)

    def _document(self, column: Column) -> pl.Expr:
        """INTAKE-24: a number with a digit and a letter, of which ``document_number`` gives the one written form."""
        import polars as pl

        cell = pl.col(column.field.code)
        return (
            _has_length(cell, column)
            & cell.str.contains(_DOCUMENT)
            & cell.str.contains("[0-9]")
            & cell.str.contains(f"[{_HAN}A-Za-z]")
            & self._allowed(cell, column)
        )

    def _text(self, column: Column) -> pl.Expr:
        """A text of visible characters with nothing forbidden in it; or none, where none is needed."""
        import polars as pl

        cell = pl.col(column.field.code)
        text = (
            _has_length(cell, column)
            & ~cell.str.contains(f"[^{_PLAIN}]|^ | $")
            & self._allowed(cell, column)
            & ~cell.is_in(NOTHING)
        )
        return text if column.field.required == "yes" else text | cell.is_in(NOTHING)

    def _allowed(self, cell: pl.Expr, column: Column) -> pl.Expr:
        import polars as pl

        return ~cell.str.contains(column.forbidden.pattern) if column.forbidden else pl.lit(value=True)

    def _number(self, column: Column) -> pl.Expr:
        """INTAKE-14, 16 to 18: a citizen's number of 18 characters, on the right side of the guard, of age.

        The check character closes the sum of ISO 7064 MOD 11-2: digits weighed with powers of two, X for ten,
        leave 1.
        """
        import polars as pl

        cell = pl.col(column.field.code)
        body = cell.str.slice(0, 17).cast(pl.Int64, strict=False)
        digits = ((body // 10 ** (16 - at) % 10, pow(2, 17 - at, 11)) for at in range(17))
        last = cell.str.slice(17).replace("X", "10").cast(pl.Int64, strict=False)
        total = sum((digit * weight for digit, weight in digits), last)
        born = cell.str.slice(6, 8).str.to_date("%Y%m%d", strict=False)
        synthetic = cell.str.starts_with(SYNTHETIC)
        return (
            cell.str.contains(_CITIZEN)
            & (total % 11 == 1)
            & (born.dt.year() >= self._plan.today.year - _OLDEST)
            & (born <= self._plan.today)
            & (born.cast(pl.Int32) <= pl.col(LATEST_BIRTH))
            & (~synthetic if self._plan.mode == "production" else synthetic)
        ).fill_null(value=False)

    def _known_area(self, frame: pl.DataFrame) -> pl.Expr:
        """INTAKE-56: an area code of today; each different one of the block is looked up once.

        Demonstration numbers start with a province that nobody has, of which nothing is said.
        """
        import polars as pl

        if self._plan.mode != "production":
            return pl.lit(value=True)
        codes = pl.col(self._plan.field("id_number").code).str.slice(0, 6)
        different = frame.select(codes.alias("area").unique())["area"]
        known = [code for code in different if (place := area(code)) is not None and not place.until]
        return codes.is_in(known)


def _has_length(cell: pl.Expr, column: Column) -> pl.Expr:
    """Not too long; and long enough, or plain enough, to be no spelling of "nothing" but those of ``NOTHING``."""
    length = cell.str.len_chars()
    most = column.field.length
    enough = (length >= _SHORTEST) | cell.str.contains(f"^[{_HAN}]+$")
    return enough if most is None else enough & (length <= most)
