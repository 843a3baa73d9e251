"""The checks of one row (逐行校验), of any catalog item: facts and `today` in, a verdict with every error out. Pure.

Each rule has its code in ``words.py``. Every rule that can be judged is judged: a row comes back once, with all that is
wrong in it. No message repeats what a cell holds. What a single cell tells stands in ``columns``, the person in
``subject``, the periods in ``terms``; here stands what lies between columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from chengxin.intake.checks.cells import bare, finding, is_nothing, normalise_document_number
from chengxin.intake.checks.columns import WITHDRAW_REASON, WITHDRAW_REASONS, Column, fields_for
from chengxin.intake.checks.duplicates import Duplicates
from chengxin.intake.checks.plan import MODES, Plan, check_item, plan_for
from chengxin.intake.checks.sender import FROM_SENDER, supplied
from chengxin.intake.checks.subject import Subject, judge_age, judge_number
from chengxin.intake.checks.terms import Dates, Terms, judge_terms
from chengxin.intake.facts import CleanRow, CodeFacts, ItemFacts, OrganisationFacts, RowError, RowVerdict
from chengxin.intake.words import say

__all__ = [
    "MODES",
    "NOTHING_GIVEN",
    "WITHDRAW_REASON",
    "WITHDRAW_REASONS",
    "Duplicates",
    "check_item",
    "check_row",
    "class_of",
    "coded",
    "fields_for",
    "in_order",
    "judge_row",
    "missing_needs",
    "normalise_document_number",
    "only_minor",
    "organisation_findings",
]

NOTHING_GIVEN = (None, Decimal(0))
"""What counts as not filled in: a fine of nothing is none (未填)."""


def check_row(
    row: Mapping[str, str],
    *,
    item: ItemFacts,
    organisation: OrganisationFacts | None,
    mode: str,
    today: date,
    kind: str = "report",
) -> RowVerdict:
    """Judge one row of a file (校验一行).

    Args:
        row: cells by column code, as the file holds them; a column that is absent counts as empty, but for those that
            an older format lacks and its sender supplies (``checks.sender``).
        item: the catalog item.
        organisation: who sends the file; None where nobody is known, as without a server: who may report what is then
            not judged (INTAKE-23, INTAKE-49, INTAKE-58).
        mode: one of ``MODES``.
        today: the day in China.
        kind: one of ``facts.KINDS``. Files that withdraw are judged only on what finds a record, and why it is
            withdrawn; whatever should not have been collected must be able to go.

    Returns:
        Clean data when nothing is wrong, otherwise every error; warnings in both cases. Both from left to right, as the
        item lists its columns.

    Raises:
        ValueError: when `mode` or `kind` is unknown.
    """
    return judge_row(plan_for(item, organisation=organisation, mode=mode, today=today, kind=kind), row)


def judge_row(plan: Plan, row: Mapping[str, str]) -> RowVerdict:
    """Judge one row by a plan that is at hand (校验一行); see ``check_row``."""
    check = _Row(plan, row)
    check.run()
    errors, warnings = in_order(plan, check.errors), in_order(plan, check.warnings)
    return RowVerdict(None if errors else check.clean(), errors, warnings)


def missing_needs(codes: tuple[CodeFacts, ...], given: Mapping[str, bool]) -> tuple[CodeFacts, ...]:
    """INTAKE-21: the values whose further column is empty (缺少对应内容).

    Args:
        codes: the values of a cell.
        given: column code -> whether it holds something; columns that are absent or not readable count as given.
    """
    return tuple(code for code in codes if code.needs and not given.get(code.needs, True))


def only_minor(codes: tuple[CodeFacts, ...], severity: CodeFacts | None) -> bool:
    """INTAKE-57: all values say 轻微 by themselves, and the stated class is one that is shown."""
    return bool(codes and severity and severity.display_min) and all(code.minor for code in codes)


def organisation_findings(plan: Plan, values: Mapping[str, Any]) -> tuple[list[RowError], list[RowError]]:
    """INTAKE-23, INTAKE-58: a unit reports what it is the source of, under its registered name: errors and warnings.

    Args:
        plan: the item and who sends the file; nothing is judged where nobody is known.
        values: by role: source_code, source_name, authority_code, authority_name; those that could be read.
    """
    sender, errors, warnings = plan.organisation, [], []
    if sender is None:
        return [], []
    source = values.get("source_code")
    if source is not None and source != sender.uscc:
        errors.append(finding(plan.field("source_code"), "INTAKE-23"))
    for unit in ("source", "authority"):
        stated = values.get(f"{unit}_name")
        if stated is not None and values.get(f"{unit}_code") == sender.uscc and stated != sender.name:
            warnings.append(finding(plan.field(f"{unit}_name"), "INTAKE-58"))
    return errors, warnings


def class_of(plan: Plan, codes: tuple[CodeFacts, ...]) -> tuple[CodeFacts | None, tuple[RowError, ...]]:
    """INTAKE-54: the class (失信严重程度): what the law or the authority says; else 未定, and the user is told."""
    if plan.fixed:
        return plan.fixed, ()
    return (codes[0], ()) if codes else (plan.unstated, (finding(plan.field("severity"), "INTAKE-54"),))


def in_order(plan: Plan, found: Sequence[RowError]) -> tuple[RowError, ...]:
    """Findings from left to right, as the item lists its columns (按列排序)."""
    return tuple(sorted(found, key=lambda f: plan.position[f.field]) if len(found) > 1 else found)


def coded(value: Any) -> Any:
    """A value as JSON holds it: dates as 2026-03-01, amounts as text so that no digit is lost."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return list(value) if isinstance(value, tuple) else value


class _Row:
    """One row under examination: values as far as they could be read, findings as they come."""

    def __init__(self, plan: Plan, row: Mapping[str, str]) -> None:
        self.plan, self.row = plan, row
        self.errors: list[RowError] = []
        self.warnings: list[RowError] = []
        self.values: dict[str, Any] = {}  # by column code; None = nothing in the cell, absent = not readable
        self.codes: dict[str, tuple[CodeFacts, ...]] = {}
        self.roles: dict[str, Any] = {}  # the same values by role
        self.subject = Subject()
        self.severity: CodeFacts | None = None
        self.terms = Terms()

    def run(self) -> None:
        plan = self.plan
        for column in plan.columns:
            self._read(column)
        for code, name in plan.item.organisation_only.items():
            if code in self.row and not is_nothing(self.row[code]):
                self.errors.append(RowError(code, "INTAKE-35", say("INTAKE-35", field=name)))
        errors, warnings = organisation_findings(plan, self.roles)
        self.errors += errors
        self.warnings += warnings
        number = self.roles.get("id_number")
        if number is not None and "id_type" in self.roles:
            kinds = self.codes[plan.field("id_type").code]
            self.subject = judge_number(plan, number, kinds[0] if kinds else None)
            self.errors += self.subject.errors
            self.warnings += self.subject.warnings
        if plan.kind != "withdraw":
            self._decision()

    def _read(self, column: Column) -> None:
        field = column.field
        raw = self.row.get(field.code)
        if raw is None and field.role in FROM_SENDER:
            self._supply(column)
            return
        cell = column.check(raw or "")
        self.errors += cell.errors
        self.warnings += cell.warnings
        if not cell.errors:
            self.values[field.code] = cell.value
            self.codes[field.code] = cell.codes
            if field.role:
                self.roles[field.role] = cell.value

    def _supply(self, column: Column) -> None:
        """INTAKE-49: a column that the file's format does not have."""
        field, authority = column.field, self.plan.field("authority_name")
        value = supplied(self.plan, field.role, self.row.get(authority.code, ""))
        if value == "":
            self.errors.append(finding(field, "INTAKE-49", other=authority.name))
        else:
            self.values[field.code] = self.roles[field.role] = value

    def _decision(self) -> None:
        """What is judged of a record that is to be kept, and not of one that is withdrawn."""
        plan, decided_on = self.plan, self.roles.get("decided_on")
        self.errors += plan.basis_errors(decided_on)
        self._class()
        self._categories()
        if self.subject.number:
            acted_on = self.roles.get("acted_on")
            # A day of the act that could not be read is not missing: nothing is said of the age yet.
            unread = plan.column("acted_on") is not None and "acted_on" not in self.roles
            self.errors += judge_age(
                plan, self.subject.number, acted_on=acted_on, decided_on=None if unread else decided_on
            )
        if decided_on is not None:
            roles = self.roles
            dates = Dates(decided_on, roles.get("acted_on"), roles.get("valid_until"), roles.get("display_end"))
            self.terms = judge_terms(plan, self.severity, dates)
            self.errors += self.terms.errors
            self.warnings += self.terms.warnings

    def _class(self) -> None:
        """The class as far as it can be read."""
        column = self.plan.column("severity")
        if self.plan.fixed or (column and column.field.code in self.codes):
            self.severity, unstated = class_of(self.plan, self.codes[column.field.code] if column else ())
            self.warnings += unstated

    def _categories(self) -> None:
        """INTAKE-21, INTAKE-57: what each value needs, and whether the class agrees with the values."""
        given = {code: self.values.get(code, True) not in NOTHING_GIVEN for code in self.plan.needed}
        for column in self.plan.needing:
            for code in missing_needs(self.codes.get(column.field.code, ()), given):
                needed = self.plan.item.field_named(code.needs)
                if needed:
                    about = {"column": column.field.name, "category": code.value}
                    self.errors.append(finding(needed, "INTAKE-21", **about))
        stated = self.plan.column("severity")
        for column in self.plan.telling if stated else ():
            if stated and only_minor(self.codes.get(column.field.code, ()), self.severity):
                self.warnings.append(finding(stated.field, "INTAKE-57", column=column.field.name))

    def clean(self) -> CleanRow:
        """The row in typed values; only called when nothing is wrong."""
        plan, values, roles = self.plan, self.values, self.roles
        return CleanRow(
            name=roles["person_name"],
            id_type=self.subject.id_type,
            id_number=self.subject.number,
            id_original=self.row[plan.field("id_number").code].strip(),
            doc_no=roles["doc_no"],
            authority_name=roles["authority_name"] or "",
            authority_code=roles["authority_code"] or "",
            decided_on=roles.get("decided_on") or plan.today,
            severity=self.severity.identifier if self.severity else "NONE",
            display_end=self.terms.display_end,
            retained_until=self.terms.retained_until or plan.today,
            plain={code: coded(self._bare(code)) for code in plan.plain if values[code] is not None},
            texts={code: coded(values[code]) for code in plan.texts if self._is_text(code)},
            reason=roles["withdraw_reason"] if plan.kind == "withdraw" else "",
        )

    def _bare(self, code: str) -> Any:
        return bare(self.values[code], self.codes[code])

    def _is_text(self, code: str) -> bool:
        """Whether a column holds words to be sealed: of one of codes, only what is more than a code."""
        value = self.values[code]
        return value is not None and (code not in self.plan.detailed or value != self._bare(code))
