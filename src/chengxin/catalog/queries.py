"""Reads of the catalog. Every `on` is a day; None means every row, those that ended included."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from chengxin.catalog.dated import laws, parameter, prohibited, severity_rules
from chengxin.catalog.definition import (
    bases_of,
    columns_of,
    item_of,
    parameters_of,
    planned_from,
    planned_to,
    texts_of,
)
from chengxin.catalog.errors import Problem
from chengxin.catalog.facts import Basis, CatalogStep, CatalogTask, Parameter, TermChange
from chengxin.catalog.rules import gate
from chengxin.catalog.states import DRAFT, REVIEW
from chengxin.catalog.words import why_not
from chengxin.kernel.sqlfile import sql_query
from chengxin.ledger.api import rows, today

Row = TypeVar("Row")

LONGEST = "retention_most"
"""General parameter: how long what harms is kept at most (law 0.3, 11.11)."""


NO_ITEMS = "incident_"
"""How general numbers begin that no item needs: those of security incidents (信息安全事件)."""


@dataclass(frozen=True)
class ItemVersion:
    """A version of a catalog item (目录条目版本) with its bases and dated parameters.

    Attributes:
        state: on this day; a future publication is already ``published``.
        effective_from: first day in force; of a draft, the day it asks for, or today.
        effective_to: last day in force, None where no end is set.
        provider: who reports it, as a person reads it.
        providers: codes of the organisations that may report it; ``*`` for every one.
        bases: as published, each ending with the law it names; of a draft, those it states.
        parameters: the item's and the general ones, all dates; of a draft, those it states.
        prohibited: the list in force today, in the shape of its seed file.
    """

    code: str
    version: int
    name: str
    state: str
    effective_from: date
    effective_to: date | None
    notice_template: str
    definition: dict[str, Any]
    bases: tuple[Basis, ...]
    parameters: tuple[Parameter, ...]
    polarity: str
    subject: str
    disclosure: str
    provider: str
    providers: tuple[str, ...] = ()
    prohibited: tuple[dict[str, Any], ...] = ()

    def published(self) -> dict[str, Any]:
        """The item in the shape of its seed file, with state, bases, parameters and prohibited list as they are now."""
        head = self.definition["item"] | {
            "code": self.code,
            "version": self.version,
            "state": self.state,
            "effective_from": self.effective_from,
            "effective_to": self.effective_to,
        }
        return (
            {"code": []}
            | self.definition
            | {
                "item": head,
                "basis": [asdict(row) for row in self.bases],
                "parameter": [asdict(row) for row in self.parameters],
                "prohibited": list(self.prohibited),
            }
        )

    def field_names(self) -> dict[str, str]:
        """Column code -> Chinese name."""
        return columns_of(self.definition)


@dataclass(frozen=True)
class Provider:
    """An organisation that may report an item (报送单位); `name` is empty for one that is not registered here."""

    code: str
    name: str


@dataclass(frozen=True)
class VersionHead:
    """One version of an item (版本). `effective_to` is its last day, also where a newer version ends it."""

    version: int
    state: str
    effective_from: date | None
    effective_to: date | None
    steps: int


@dataclass(frozen=True)
class ItemHead:
    """An item as the catalog lists it (目录列表的一行): the version that counts today, or else the newest.

    Attributes:
        in_force: whether it may be used today; `why_not` says in words why not, and is empty where it may.
        drafts: versions that are being drafted or reviewed, newest first.
    """

    code: str
    name: str
    version: int
    state: str
    polarity: str
    provider: str
    effective_from: date | None
    in_force: bool
    why_not: str
    drafts: tuple[VersionHead, ...]


@dataclass(frozen=True)
class _Version:
    """What the database says about a version on a day."""

    code: str
    version: int
    name: str
    polarity: str
    provider: str
    state: str
    effective_from: date | None
    effective_to: date | None
    steps: int
    head: bool
    in_force: bool
    gap: str


@dataclass(frozen=True)
class _Opened(_Version):
    """The same with all that belongs to it (``opened.sql``)."""

    day: date
    definition: dict[str, Any]
    bases: list[dict[str, Any]]
    parameters: list[dict[str, Any]]
    general: list[dict[str, Any]]
    prohibited: list[dict[str, Any]]


def item(code: str) -> ItemVersion | None:
    """The version of an item that counts today (当前版本), published or suspended.

    None where there is none: nothing is effective yet, or the newest that is was withdrawn. There is no falling back to
    an older version.
    """
    return next(iter(_opened(code)), None)


def items() -> list[ItemVersion]:
    """The versions in force today (正在使用的条目), by code, in as many statements as one of them takes."""
    return _opened("", in_force=True)


def chosen(wanted: Collection[tuple[str, int]]) -> dict[tuple[str, int], ItemVersion]:
    """Versions of items in whatever state, by code and number (指定的版本), in as many statements as one."""
    return {(one.code, one.version): one for one in _opened("", wanted)} if wanted else {}


def version(code: str, number: int) -> ItemVersion | None:
    """One version of an item in whatever state, drafts too; None where there is none."""
    return next(iter(_opened(code, [(code, number)])), None)


def problems(found: ItemVersion, day: date | None = None) -> tuple[Problem, ...]:
    """Everything that the gate has against a version (发布检查).

    Args:
        found: the version.
        day: on which it would take effect; without it, of a draft the day it asks for, and today of any other.
    """
    on = today()
    if day is None:
        day = max(on, found.effective_from) if found.state in {DRAFT, REVIEW} else on
    return gate(
        found.definition,
        prohibited(),
        day,
        laws=laws(),
        standards=severity_rules(),
        longest=parameter(LONGEST, "", today=day),
        polarity=next((row.polarity for row in _versions(found.code) if row.effective_from), None),
    )


def providers(found: ItemVersion) -> list[Provider]:
    """Who may report a version (可以报送的单位), ``*`` for everybody among them."""
    return rows(sql_query("catalog", "providers"), [list(found.providers)], of=Provider)


def heads() -> list[ItemHead]:
    """Every item, one row each, by code."""
    found: dict[str, list[_Version]] = {}
    for row in _versions(""):
        found.setdefault(row.code, []).append(row)
    return [_head(of_code) for of_code in found.values()]


def _head(of_code: Sequence[_Version]) -> ItemHead:
    row = next((one for one in of_code if one.head), of_code[-1])
    return ItemHead(
        code=row.code,
        name=row.name,
        version=row.version,
        state=row.state,
        polarity=row.polarity,
        provider=row.provider,
        effective_from=row.effective_from,
        in_force=row.in_force,
        why_not=why_not(row.state, row.gap, row.effective_from, row.effective_to),
        drafts=tuple(_listed(one for one in of_code if one.state in {DRAFT, REVIEW})),
    )


def versions(code: str) -> list[VersionHead]:
    """All versions of an item, newest first."""
    return _listed(_versions(code))


def _listed(found: Iterable[_Version]) -> list[VersionHead]:
    """Versions as a list shows them, newest first."""
    rows = (VersionHead(one.version, one.state, one.effective_from, one.effective_to, one.steps) for one in found)
    return sorted(rows, key=lambda one: -one.version)


def steps(code: str, version: int) -> list[CatalogStep]:
    """The steps of a version, oldest first (变更记录)."""
    return rows("select * from cx.catalog_steps_v1(%s::text, %s::integer)", [code, version], of=CatalogStep)


def tasks(token: bytes, limit: int = 10_000, *, skip: int = 0, still_open: bool = False) -> list[CatalogTask]:
    """Open tasks first, nearest first; then the closed ones, unless only those still open are asked for.

    Raises:
        Refused: DUTY-01 for anybody but editors and approvers of the catalog.
    """
    sql = "select * from cx.catalog_tasks_v1(%s::bytea, %s::boolean, %s::integer, %s::integer)"
    return rows(sql, [token, still_open, limit, skip], of=CatalogTask)


def term_changes(token: bytes, limit: int = 10_000, *, skip: int = 0, waiting: bool | None = None) -> list[TermChange]:
    """Changes of general numbers (办事期限的修改), those that wait first: those, the decided ones, or both.

    Raises:
        Refused: DUTY-01 for anybody but managers.
    """
    return rows(_TERMS, [token, None, waiting, limit, skip], of=TermChange)


def term_change(token: bytes, change: UUID) -> TermChange | None:
    """One of them; None where there is none. Raises Refused: DUTY-01."""
    return next(iter(rows(_TERMS, [token, change, None, 1, 0], of=TermChange)), None)


_TERMS = "select * from cx.catalog_terms_v1(%s::bytea, %s::uuid, %s::boolean, %s::integer, %s::integer)"


def _versions(code: str) -> list[_Version]:
    """Versions of an item, or of all where `code` is empty, by code and number."""
    return rows("select * from cx.catalog_versions_v1(%s::text)", [code], of=_Version)


def _opened(
    code: str, wanted: Collection[tuple[str, int]] | None = None, *, in_force: bool = False
) -> list[ItemVersion]:
    """Versions of an item, or of all where `code` is empty: those wanted, those in force, or those that count."""
    codes = None if wanted is None else [one for one, _ in wanted]
    numbers = None if wanted is None else [number for _, number in wanted]
    found = rows(sql_query("catalog", "opened"), [code, codes, numbers, in_force], of=_Opened)
    return [_whole(row, found[0]) for row in found]


def _whole(row: _Opened, first: _Opened) -> ItemVersion:
    definition = row.definition
    head = definition.get("item", {})
    published = row.effective_from is not None
    parameters = [_dated(Parameter, one) for one in (*row.parameters, *first.general)]
    parameters.sort(key=lambda one: (one.name, one.item, one.valid_from))
    return ItemVersion(
        code=row.code,
        version=row.version,
        name=row.name,
        state=row.state,
        effective_from=row.effective_from or planned_from(definition) or row.day,
        effective_to=row.effective_to if published else planned_to(definition),
        notice_template=str(head.get("notice_template", "")),
        definition=definition,
        bases=tuple(_dated(Basis, one) for one in row.bases) if published else bases_of(definition),
        parameters=tuple(one for one in parameters if not one.name.startswith(NO_ITEMS))
        if published
        else parameters_of(definition),
        polarity=row.polarity,
        subject=str(head.get("subject", "")),
        disclosure=str(head.get("disclosure", "")),
        provider=row.provider,
        providers=tuple(texts_of(item_of(definition), "providers")),
        prohibited=tuple(first.prohibited),
    )


def _dated(of: type[Row], told: dict[str, Any]) -> Row:
    """A dated row out of JSON, which has no days."""
    first, last = told["valid_from"], told["valid_to"]
    dated = {"valid_from": date.fromisoformat(first), "valid_to": date.fromisoformat(last) if last else None}
    return of(**told | dated)
