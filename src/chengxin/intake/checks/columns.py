"""One column of a file (数据元) made ready for judging: everything that a single cell tells by itself. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from chengxin.intake.checks.cells import Cell, finding, read_cell
from chengxin.intake.checks.privacy import Forbidden
from chengxin.intake.facts import CodeFacts, FieldFacts, ItemFacts
from chengxin.kernel import withdrawal

_DISTINCT = 4096
"""So many different cells of a column are remembered: dates, codes and offices repeat in every file."""
_SHORT = 100
"""Longer cells are not remembered: a file of garbage must not fill the memory."""

WITHDRAW_REASON = FieldFacts(
    withdrawal.CODE,
    withdrawal.NAME,
    "code",
    "yes",
    "column",
    length=20,
    role="withdraw_reason",
    code_set="withdraw_reason",
)
WITHDRAW_REASONS = tuple(CodeFacts(WITHDRAW_REASON.code_set, value) for value in withdrawal.REASONS)

_FINDS_A_RECORD = frozenset(
    {"person_name", "id_type", "id_number", "doc_no", "authority_name", "authority_code", "source_code"}
)


def fields_for(item: ItemFacts, kind: str) -> tuple[FieldFacts, ...]:
    """The columns of a file of this kind (应有列): all of the item, or what finds a record and why it is withdrawn.

    Args:
        item: the catalog item.
        kind: one of ``facts.KINDS``.
    """
    if kind != "withdraw":
        return item.fields
    finds = (f for f in item.fields if f.role in _FINDS_A_RECORD)
    return (*(replace(f, required="no") if f.role == "authority_name" else f for f in finds), WITHDRAW_REASON)


class Column:
    """One column of an item, with what its cells are judged by.

    Attributes:
        field: the column as the catalog has it.
        codes: the values of its code set, by every spelling.
        forbidden: what its text must not hold; None where no text stands, and in files that withdraw: what should
            never have been collected must be able to go.
    """

    def __init__(self, field: FieldFacts, item: ItemFacts, kind: str) -> None:
        self.field = field
        code_set = field.code_set or field.kind
        codes = [c for c in (*item.codes, *WITHDRAW_REASONS) if c.code_set == code_set]
        self.codes = {spelling: code for code in codes for spelling in (code.value, *code.aliases)}
        self._advice = _advice(field, [c.value for c in codes if c.accepted and not c.sealed])
        self.forbidden = Forbidden(field, item) if field.kind in ("text", "code") and kind != "withdraw" else None
        self._repeats = field.kind not in ("text", "name", "identity") or field.role in (
            "authority_name",
            "source_name",
        )
        self._remembered = lru_cache(_DISTINCT)(self._check)

    def check(self, raw: str) -> Cell:
        """Read a cell: its value, or what is wrong with it; whatever can be said without another cell."""
        return self._remembered(raw) if self._repeats and len(raw) <= _SHORT else self._check(raw)

    def _check(self, raw: str) -> Cell:
        cell = read_cell(self.field, raw)
        if self.codes and cell.value is not None:
            cell = self._coded(cell)
        wrong = self.forbidden.find(raw) if self.forbidden else ()
        return cell._replace(errors=cell.errors + wrong) if wrong else cell

    def _coded(self, cell: Cell) -> Cell:
        """INTAKE-12, INTAKE-13: values of the code set, in their own spelling; several only where the column allows."""
        text: str = cell.value
        parts = [p.strip() for p in text.split(";") if p.strip()] if self.field.many else [text]
        if not parts:  # nothing but separators
            return Cell(None, (finding(self.field, "INTAKE-07"),))
        known: list[CodeFacts] = []
        values, errors = [], list(cell.errors)
        for position, part in enumerate(parts, start=1):
            code, value = self._value(part)
            if code is None or not (code.accepted or self.field.role in ("subject_type", "id_type")):
                errors.append(finding(self.field, "INTAKE-12", position=position, advice=self._advice))
                continue
            if not code.accepted and self.field.role == "subject_type":
                errors.append(finding(self.field, "INTAKE-13"))
            known.append(code)
            values.append(value)
        return Cell(
            tuple(values) if self.field.many else "".join(values), tuple(errors), cell.warnings, codes=tuple(known)
        )

    def _value(self, part: str) -> tuple[CodeFacts | None, str]:
        """A value of the set and how it is written; "值-说明" keeps its explanation where the value may have one."""
        code = self.codes.get(part)
        if code is not None:
            return code, code.value
        head, dash, detail = part.partition("-")
        code = self.codes.get(head.strip()) if dash else None
        if code is None or not code.detail:
            return None, ""
        return code, f"{code.value}-{detail.strip()}" if detail.strip() else code.value


def _advice(field: FieldFacts, values: Sequence[str]) -> str:
    """What may stand in a column: what its catalog says of it, and its values.

    Where there is no choice the one value is not offered: a revoked decision is not to be called 正常.
    """
    listed = f"可以填写：{'；'.join(values)}" if len(values) > 1 or not field.note else ""
    return f"{field.note}{listed}".removesuffix("。")
