"""What the rules need of an item, worked out once for all rows of a file. Pure."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from chengxin.intake.checks.cells import finding
from chengxin.intake.checks.columns import Column, fields_for
from chengxin.intake.facts import KINDS, CodeFacts, FieldFacts, ItemFacts, OrganisationFacts, RowError
from chengxin.intake.words import BASIS_KINDS, say
from chengxin.kernel.periods import Period, Unit

MODES = ("demo", "test", "production")
"""What the platform runs as; only production takes real persons, and takes nobody else."""

REQUIRED_ROLES = (
    "person_name",
    "id_type",
    "id_number",
    "doc_no",
    "decided_on",
    "authority_name",
    "authority_code",
    "source_name",
    "source_code",
)
"""The columns that every item has (必备数据元): who, which decision of when, by whom, from whom."""


class Plan:
    """An item as the rules use it on one day, for one kind of file from one organisation (校验方案).

    Attributes:
        columns: the columns that are judged, in the item's order; `position` is their place from left to right.
        fixed: the class of every record of the item where the law gives it (``ItemFacts.severity``), or the period
            of an item that knows no classes; None where the file states the class, and then `unstated` is that of a
            record whose authority stated none.
        adverse: whether the person must be told and the waiting period must pass before the record has effect.
        needing: columns of codes of which some need another column, such as 罚款 its amount (INTAKE-21).
        needed: the columns they need.
        plain, texts: columns that are kept as they are, and columns that are sealed.
        detailed: columns of codes that may be explained (其他-说明): in both, the bare code and the sealed whole.
        telling: columns of codes of which some say by themselves that a record is 轻微 (INTAKE-57).

    Raises:
        ValueError: when `mode` or `kind` is unknown, or the item lacks a column that every item has.
    """

    def __init__(
        self, item: ItemFacts, *, organisation: OrganisationFacts | None, mode: str, today: date, kind: str
    ) -> None:
        if mode not in MODES:
            raise ValueError("unknown mode")
        if kind not in KINDS:
            raise ValueError("unknown kind of file")
        self.item, self.organisation, self.mode, self.today, self.kind = item, organisation, mode, today, kind
        fields = fields_for(item, kind)
        for role in REQUIRED_ROLES:
            self.field(role)
        self.columns = tuple(Column(field, item, kind) for field in fields)
        self.position = {code: at for at, code in enumerate([*(f.code for f in fields), *item.organisation_only])}
        self._by_role = {column.field.role: column for column in self.columns if column.field.role}
        self.plain = tuple(f.code for f in fields if f.store == "plain")
        sets = {code.code_set for code in item.codes if code.detail}
        self.detailed = frozenset(f.code for f in fields if f.store == "plain" and (f.code_set or f.kind) in sets)
        self.texts = tuple(f.code for f in fields if f.store == "sealed" or f.code in self.detailed)
        self.adverse = item.polarity == "adverse"
        self.fixed, self.unstated = self._classes()
        self.needing = tuple(c for c in self.columns if any(code.needs for code in c.codes.values()))
        self.needed = tuple(sorted({code.needs for c in self.needing for code in c.codes.values() if code.needs}))
        self.telling = tuple(c for c in self.columns if any(code.minor for code in c.codes.values()))
        self.basis_errors = lru_cache(4096)(self._basis_errors)
        self._periods: dict[str, Period | None] = {}

    def _classes(self) -> tuple[CodeFacts | None, CodeFacts | None]:
        """The class of every record, or the class of one whose authority stated none."""
        item = self.item
        if item.severity != "field":
            return CodeFacts("severity", item.name, identifier=item.severity, display_max="display_max"), None
        if item.unstated is None:
            raise ValueError(f"item {item.code} has no class for records without one")
        return None, item.unstated

    def column(self, role: str) -> Column | None:
        """The judged column of a role; None where the item, or this kind of file, has none."""
        return self._by_role.get(role)

    def field(self, role: str) -> FieldFacts:
        """The column that every item has.

        Raises:
            ValueError: when this one lacks it; the catalog publishes no such item.
        """
        field = self.item.role(role)
        if field is None:
            raise ValueError(f"item {self.item.code} has no column for {role}")
        return field

    def period(self, name: str) -> Period | None:
        """A period in force today (期限参数); None when there is none: INTAKE-34."""
        if name not in self._periods:
            row = self.item.parameter(name, today=self.today)
            self._periods[name] = Period(row.value, Unit(row.unit)) if row else None
        return self._periods[name]

    def missing_period(self, name: str) -> RowError:
        """INTAKE-34: the catalog lacks what a period is computed from."""
        return finding(self.field("decided_on"), "INTAKE-34", name=name)

    def _basis_errors(self, decided_on: date | None) -> tuple[RowError, ...]:
        return check_item(self.item, today=self.today, decided_on=decided_on)


def check_item(item: ItemFacts, *, today: date, decided_on: date | None = None) -> tuple[RowError, ...]:
    """INTAKE-20, INTAKE-28: the item and its legal bases (目录条目与依据) in force.

    The item must be in force today. What permits collecting and what the decision rests on must be in force today and
    on the day of the decision; the basis of the display period today, since displaying is an act of today. The
    findings lead to the column of the decision's date: with another date the row may pass.
    """
    field = item.role("decided_on")
    code = field.code if field else item.fields[0].code
    errors = []
    if not item.in_force(today):
        errors.append(RowError(code, "INTAKE-20", say("INTAKE-20", item=item.name)))
    for kind, title in BASIS_KINDS.items():
        bases = [b for b in item.bases if b.kind == kind]
        days = [("今天", today)]
        if kind != "period" and decided_on is not None:
            days.append(("决定日", decided_on))
        errors += [
            RowError(code, "INTAKE-28", say("INTAKE-28", item=item.name, when=when, kind=title))
            for when, day in days
            if not any(b.in_force(day) for b in bases)
        ]
    return tuple(errors)


def plan_for(item: ItemFacts, *, organisation: OrganisationFacts | None, mode: str, today: date, kind: str) -> Plan:
    """The plan of an item; made once and kept, since every row of a file asks for the same.

    Raises:
        ValueError: see ``Plan``.
    """
    return _plan(_Same(item), organisation, mode, today, kind)


class _Same:
    """An item as a key: the very same object, not an equal one, as comparing it would cost more than judging a row."""

    def __init__(self, item: ItemFacts) -> None:
        self.item = item

    def __hash__(self) -> int:
        return id(self.item)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.item is other.item


@lru_cache(16)
def _plan(same: _Same, organisation: OrganisationFacts | None, mode: str, today: date, kind: str) -> Plan:
    return Plan(same.item, organisation=organisation, mode=mode, today=today, kind=kind)
