"""The checks of one row (逐行校验): facts and `today` in, a verdict with every error out. Pure.

Each rule has its code in ``words.py``. Every rule that can be judged is judged: a row comes back once, with all that is
wrong in it. No message repeats what a cell holds.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import blake2b
from secrets import token_bytes
from typing import Any

from chengxin.intake import cells
from chengxin.intake.facts import (
    CleanRow,
    CodeFacts,
    ItemFacts,
    OrganisationFacts,
    RowError,
    RowVerdict,
)
from chengxin.intake.privacy import forbidden_text
from chengxin.intake.words import BASIS_KINDS, say
from chengxin.kernel import words as kernel_words
from chengxin.kernel.identity import Kind, Warn, birth_date, check_identity
from chengxin.kernel.normalise import half_width
from chengxin.kernel.periods import Period, Unit, add_period

__all__ = ["MODES", "Duplicates", "check_item", "check_row", "normalise_document_number"]

MODES = ("demo", "test", "production")
"""What the platform runs as; only production takes real persons, and takes nobody else."""

_SYNTHETIC = "09"
_YEAR_BRACKETS = re.compile(r"[\[(【〔﹝{〈《]([0-9]{4})[\])】〕﹞}〉》]")
_HAS_WORD = re.compile(r"[^\W\d_]")


def check_row(
    row: Mapping[str, str], *, item: ItemFacts, organisation: OrganisationFacts, mode: str, today: date
) -> RowVerdict:
    """Judge one row of a file (校验一行).

    Args:
        row: cells by column code, as the file holds them; a column that is absent counts as empty.
        item: the catalog item.
        organisation: who sends the file.
        mode: one of ``MODES``.
        today: the day in China.

    Returns:
        Clean data when nothing is wrong, otherwise every error; warnings in both cases.

    Raises:
        ValueError: when `mode` is none of ``MODES``.
    """
    if mode not in MODES:
        raise ValueError("unknown mode")
    check = _Row(row, item, organisation, mode, today)
    check.run()
    errors, warnings = check.in_order(check.errors), check.in_order(check.warnings)
    return RowVerdict(None if errors else check.clean(), errors, warnings)


def check_item(item: ItemFacts, *, today: date, decided_on: date | None = None) -> tuple[RowError, ...]:
    """INTAKE-20, INTAKE-28: the item and its legal bases (目录条目与依据) in force.

    The item must be in force today. What permits collecting and what the decision rests on must be in force today and
    on the day of the decision; the basis of the display period today, since displaying is an act of today.
    """
    errors = []
    if not item.in_force(today):
        errors.append(RowError("", "INTAKE-20", say("INTAKE-20", item=item.name)))
    for kind, title in BASIS_KINDS.items():
        bases = [b for b in item.bases if b.kind == kind]
        days = (
            [("今天", today)] if kind == "period" or decided_on is None else [("今天", today), ("决定日", decided_on)]
        )
        for when, day in days:
            if not any(b.in_force(day) for b in bases):
                errors.append(RowError("", "INTAKE-28", say("INTAKE-28", item=item.name, when=when, kind=title)))
    return tuple(errors)


def normalise_document_number(text: str) -> str:
    """One written form of a document number (文号), so that a decision is found again: 盐农（渔业）罚〔2026〕3号.

    No spaces, the year in 〔〕 whatever brackets were typed, other brackets full-width.
    """
    plain = _YEAR_BRACKETS.sub(r"〔\1〕", re.sub(r"\s+", "", half_width(text)))
    return plain.translate({ord("("): "（", ord(")"): "）"})


class Duplicates:
    """INTAKE-30: the same decision twice in one file (文件内重复): document number, identity number, authority.

    Keeps keyed digests of 16 bytes, so no identity number stays in memory.
    """

    def __init__(self) -> None:
        self._seen: dict[bytes, int] = {}
        self._key = token_bytes(32)

    def check(self, clean: CleanRow, *, row: int) -> RowError | None:
        """Remember a clean row; the error when its decision stood in an earlier row."""
        decision = f"{clean.doc_no}\x00{clean.id_number}\x00{clean.authority_uscc}"
        first = self._seen.setdefault(blake2b(decision.encode(), digest_size=16, key=self._key).digest(), row)
        return None if first == row else RowError("CF_WSH", "INTAKE-30", say("INTAKE-30", row=first))


class _Row:
    """One row under examination: values as far as they could be read, findings as they come."""

    def __init__(
        self, row: Mapping[str, str], item: ItemFacts, organisation: OrganisationFacts, mode: str, today: date
    ) -> None:
        self.row, self.item, self.organisation, self.mode, self.today = row, item, organisation, mode, today
        self.errors: list[RowError] = []
        self.warnings: list[RowError] = []
        self.values: dict[str, Any] = {}  # by column code; None = nothing in the cell, absent = not readable
        self.identity = ("", "", False)  # type, normalised number, upgraded from 15 digits
        self.severity: CodeFacts | None = None
        self.display_end: date | None = None
        self.retained_until = today

    def error(self, field: str, code: str, **facts: object) -> None:
        self.errors.append(RowError(field, code, say(code, field=self._name(field), **facts)))

    def warn(self, field: str, code: str, **facts: object) -> None:
        self.warnings.append(RowError(field, code, say(code, field=self._name(field), **facts)))

    def in_order(self, found: list[RowError]) -> tuple[RowError, ...]:
        """Findings from left to right, as the item lists its columns; the item's own come first."""
        position = {field.code: at for at, field in enumerate(self.item.fields, start=1)}
        return tuple(sorted(found, key=lambda f: position.get(f.field, 0)))

    def _name(self, code: str) -> str:
        known = self.item.field_named(code)
        return known.name if known else self.item.organisation_only.get(code, code)

    def run(self) -> None:
        for field in self.item.fields:
            cell = cells.read_cell(field, self.row.get(field.code, ""))
            self.errors.extend(cell.errors)
            self.warnings.extend(cell.warnings)
            if cell.readable:
                self.values[field.code] = cell.value
        for code in self.item.organisation_only:
            if not cells.is_nothing(self.row.get(code, "")):
                self.error(code, "INTAKE-35")
        decided_on = self.values.get("CF_JDRQ")
        self.errors.extend(check_item(self.item, today=self.today, decided_on=decided_on))
        self._subject()
        self._document()
        self._organisations()
        self._penalty()
        self.errors.extend(forbidden_text(self.row, item=self.item))
        self._identity(decided_on)
        if decided_on is not None:
            self._dates(decided_on)

    # ---- the person -------------------------------------------------------------------------------

    def _subject(self) -> None:
        """INTAKE-12, INTAKE-13: the item takes natural persons only."""
        value = self.values.get("CF_XDR_LB")
        if value is None:
            return
        known = self.item.code_named("subject_type", value)
        if known is None:
            self.error("CF_XDR_LB", "INTAKE-12", position=1, values=self.item.values("subject_type"))
        elif not known.accepted:
            self.error("CF_XDR_LB", "INTAKE-13")

    def _identity(self, decided_on: date | None) -> None:
        """INTAKE-14, INTAKE-16 to INTAKE-19: the number, the two-way guard, full age."""
        age = self._parameter("adult_age")
        number, kind = self.values.get("CF_XDR_ZJHM"), self.values.get("CF_XDR_ZJLX")
        known = self.item.code_named("id_type", kind) if kind else None
        if kind and known is None:
            self.error("CF_XDR_ZJLX", "INTAKE-12", position=1, values=self.item.values("id_type"))
        if number is None or age is None or (kind and known is None):
            return
        if known and not known.accepted:
            self.error("CF_XDR_ZJHM", "INTAKE-19", age=age.value)
            return
        asked = known.identifier if known else None
        if asked == Kind.CITIZEN and len(number) == 15:
            asked = Kind.LEGACY15
        result = check_identity(number, today=self.today, kind=asked)
        if not result.valid or result.normalised is None:
            self.error("CF_XDR_ZJHM", "INTAKE-14", reason=kernel_words.FAULTS[result.error or "charset"])
            return
        # Two-way guard: synthetic persons never enter production, real ones never enter a demo.
        synthetic = result.normalised.startswith(_SYNTHETIC)
        if synthetic and self.mode == "production":
            self.error("CF_XDR_ZJHM", "INTAKE-16")
        elif not synthetic and self.mode != "production":
            self.error("CF_XDR_ZJHM", "INTAKE-17")
        legacy = result.type == Kind.LEGACY15
        self.identity = (Kind.CITIZEN.value if legacy else result.type, result.normalised, legacy)
        if legacy:
            self.warn("CF_XDR_ZJHM", "INTAKE-55")
        for warning in result.warnings:
            if warning not in (Warn.LEGACY15, Warn.PREFIX_09):
                self.warn("CF_XDR_ZJHM", "INTAKE-56", reason=kernel_words.WARNINGS[warning])
        if decided_on is not None:
            self._age(birth_date(result.normalised), decided_on, age)

    def _age(self, born: date | None, decided_on: date, age: Period) -> None:
        """INTAKE-18, INTAKE-19: of age at the decision (R0.10).

        The exchange format has no date of the act, so the date of the decision stands for it: birthday + 18 years must
        not be later. An act lies at most two years before its decision (行政处罚法 36); who came of age within
        them is taken with a warning (INTAKE-60).
        """
        if born is None:
            self.error("CF_XDR_ZJHM", "INTAKE-19", age=age.value)
            return
        adult_on = add_period(born, age)
        if adult_on > decided_on:
            self.error("CF_XDR_ZJHM", "INTAKE-18", age=age.value)
        elif add_period(adult_on, Period(2, Unit.YEAR)) > decided_on:
            self.warn("CF_XDR_ZJHM", "INTAKE-60", age=age.value)

    # ---- the decision -----------------------------------------------------------------------------

    def _document(self) -> None:
        """INTAKE-24: no record without a determination document (law.md 11.2)."""
        text = self.values.get("CF_WSH")
        if text is None:
            return
        number = normalise_document_number(text)
        if len(number) < 4 or not any(c.isdecimal() for c in number) or not _HAS_WORD.search(number):
            self.error("CF_WSH", "INTAKE-24")
        self.values["CF_WSH"] = number

    def _organisations(self) -> None:
        """INTAKE-23, INTAKE-58: a unit reports what it is the source of, under its registered name."""
        source = self.values.get("CF_SJLYDM")
        if source is not None and source != self.organisation.uscc:
            self.error("CF_SJLYDM", "INTAKE-23")
        for name, code in (("CF_SJLY", source), ("CF_CFJG", self.values.get("CF_CFJGDM"))):
            stated = self.values.get(name)
            if stated is not None and code == self.organisation.uscc and stated != self.organisation.name:
                self.warn(name, "INTAKE-58")

    def _penalty(self) -> None:
        """INTAKE-12, INTAKE-21, INTAKE-54, INTAKE-57: categories, what each needs, the class."""
        text = self.values.get("CF_CFLB")
        parts = [p.strip() for p in text.split(";") if p.strip()] if text else []
        known: list[CodeFacts] = []
        for position, part in enumerate(parts, start=1):
            code = self._category(part)
            if code is None:
                self.error("CF_CFLB", "INTAKE-12", position=position, values=self.item.values("penalty_category"))
                continue
            known.append(code)
            # A fine of nothing is a fine that was not filled in; an unreadable amount has its own error.
            if code.needs and self.values.get(code.needs, True) in (None, Decimal(0)):
                self.error(code.needs, "INTAKE-21", category=code.value)
        self.values["CF_CFLB"] = tuple(parts)
        stated = self.values.get("CF_SXYZCD")
        if stated is None and "CF_SXYZCD" in self.values:
            self.warn("CF_SXYZCD", "INTAKE-54")
            self.severity = self.item.code_named("severity", "未定")
        elif stated is not None:
            self.severity = self.item.code_named("severity", stated)
            if self.severity is None:
                self.error("CF_SXYZCD", "INTAKE-12", position=1, values=self.item.values("severity"))
            elif self.severity.display_min and known and all(code.minor for code in known):
                self.warn("CF_SXYZCD", "INTAKE-57")

    def _category(self, part: str) -> CodeFacts | None:
        code = self.item.code_named("penalty_category", part)
        if code is None and "-" in part:
            code = self.item.code_named("penalty_category", part.partition("-")[0].strip())
            return code if code and code.detail else None
        return code

    # ---- the periods ------------------------------------------------------------------------------

    def _dates(self, decided_on: date) -> None:
        """INTAKE-10, INTAKE-29, INTAKE-33, INTAKE-34: the decision, how long it is kept, how long it is shown."""
        if decided_on > self.today:
            self.error("CF_JDRQ", "INTAKE-10")
        for code in ("CF_YXQ", "CF_GSJZQ"):
            day = self.values.get(code)
            if day is not None and day < decided_on:
                self.error(code, "INTAKE-33")
        retention, wait = self._parameter("retention"), self._parameter("notice_wait")
        if retention is None or wait is None or self.severity is None:
            return
        self.retained_until = _after(decided_on, retention)
        end, what = self.retained_until, "保存期"
        if self._display(self.severity, decided_on):
            end, what = self.display_end or end, "公示期"
        if end <= _after(self.today, wait):
            self.error("CF_JDRQ", "INTAKE-29", what=what, day=end.isoformat())

    def _display(self, severity: CodeFacts, decided_on: date) -> bool:
        """Compute the first day on which the record is not shown (INTAKE-51 to INTAKE-53; law.md 11.7, 11.9).

        The clock runs from the decision document. A supplied end counts only between minimum and maximum.
        """
        longest = self._parameter(severity.display_max)
        shortest = self._parameter(severity.display_min) if severity.display_min else None
        supplied: date | None = self.values.get("CF_GSJZQ")
        if longest is None or (severity.display_min and shortest is None):
            return False
        if longest.value == 0:
            if supplied is not None:
                self.warn("CF_GSJZQ", "INTAKE-53", severity=severity.value)
            return False
        latest = _after(decided_on, longest)
        earliest = _after(decided_on, shortest) if shortest else decided_on
        self.display_end = latest if supplied is None else max(earliest, min(supplied, latest))
        if supplied is not None and supplied > latest:
            self.warn("CF_GSJZQ", "INTAKE-51", severity=severity.value, day=latest.isoformat())
        elif supplied is not None and decided_on <= supplied < earliest:
            self.warn("CF_GSJZQ", "INTAKE-52", severity=severity.value, day=earliest.isoformat())
        return True

    def _parameter(self, name: str) -> Period | None:
        """A period in force today; INTAKE-34 once when there is none."""
        row = self.item.parameter(name, today=self.today)
        if row is not None:
            return Period(row.value, Unit(row.unit))
        missing = RowError("", "INTAKE-34", say("INTAKE-34", name=name))
        if missing not in self.errors:
            self.errors.append(missing)
        return None

    def clean(self) -> CleanRow:
        """The row in typed values; only called when nothing is wrong."""
        value: dict[str, Any] = {code: "" if v is None else v for code, v in self.values.items()}
        id_type, id_number, legacy = self.identity
        stores = {f.code: f.store for f in self.item.fields if self.values.get(f.code) is not None}
        severity = self.severity.identifier if self.severity else "UNDETERMINED"
        return CleanRow(
            name=value["CF_XDR_MC"],
            id_type=id_type,
            id_number=id_number,
            id_original=self.row["CF_XDR_ZJHM"].strip(),
            legacy15=legacy,
            doc_no=value["CF_WSH"],
            authority_name=value["CF_CFJG"],
            authority_uscc=value["CF_CFJGDM"],
            source_name=value["CF_SJLY"],
            source_uscc=value["CF_SJLYDM"],
            decided_on=value["CF_JDRQ"],
            severity=severity,
            display_end=self.display_end,
            retained_until=self.retained_until,
            categories=value["CF_CFLB"],
            fine=self.values.get("CF_NR_FK"),
            confiscated=self.values.get("CF_NR_WFFF"),
            licence=value["CF_NR_ZKDX"],
            act_type=value["CF_WFXW"],
            facts=value["CF_SY"],
            content=value["CF_NR"],
            basis_text=value["CF_YJ"],
            remark=value["BZ"],
            plain={code: _coded(value[code]) for code, store in stores.items() if store == "plain"},
            texts={code: value[code] for code, store in stores.items() if store == "sealed"},
        )


def _after(day: date, period: Period) -> date:
    """First day after a period that runs from `day`; a day that the calendar lacks is far away."""
    try:
        return add_period(day, period)
    except ValueError:
        return date.max


def _coded(value: Any) -> Any:
    """A value as JSON holds it: dates as 2026-03-01, amounts as text so that no digit is lost."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return list(value) if isinstance(value, tuple) else value
