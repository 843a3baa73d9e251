"""Plain data between the catalog, the rules and whoever calls them: nothing here reads, writes or decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class FieldFacts:
    """One column of an item (数据元).

    Attributes:
        kind: text, date, number, code, identity, name, uscc, id_type or bool.
        required: yes, cond (a penalty category needs it) or no.
        store: identity (vault), column (typed column), plain (coded) or sealed (free text, encrypted).
        length: at most so many characters; None for dates and numbers.
        precision, scale: digits in all and after the point, for numbers.
    """

    code: str
    name: str
    kind: str
    required: str
    store: str
    length: int | None = None
    precision: int = 18
    scale: int = 6
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class BasisFacts:
    """A legal basis (法律依据), in force from `valid_from` to `valid_to`, both days included."""

    kind: str
    law: str
    article: str
    valid_from: date
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class ParameterFacts:
    """A dated number of the law (期限参数); `unit` is day, month, year or working_day."""

    name: str
    value: int
    unit: str
    valid_from: date
    valid_to: date | None = None
    basis: str = ""

    def in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class CodeFacts:
    """A value of a code set (代码集).

    Attributes:
        identifier: what the program calls it, such as MINOR; empty where the value itself is enough.
        accepted: False for a value of the standard that this item does not take.
        sealed: True where the law seals such records (治安管理处罚法 136).
        minor: True for a penalty that is 轻微 by itself.
        needs: the column that becomes required with it.
        detail: True where "值-说明" is allowed.
        display_min, display_max: names of the period parameters of a class.
        aliases: other spellings.
    """

    code_set: str
    value: str
    identifier: str = ""
    accepted: bool = True
    sealed: bool = False
    minor: bool = False
    needs: str = ""
    detail: bool = False
    display_min: str = ""
    display_max: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class SealedFacts:
    """Words that betray a sealed public-security penalty, by the column they stand in."""

    law: str = ""
    basis_words: tuple[str, ...] = ()
    authority_words: tuple[str, ...] = ()
    document_words: tuple[str, ...] = ()
    text_words: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProhibitedFacts:
    """A class of information that may never be collected (禁止归集), with the words of its column names and texts."""

    code: str
    words: tuple[str, ...]
    in_text: tuple[str, ...]
    law: str


@dataclass(frozen=True)
class ItemFacts:
    """What intake must know of a catalog item (目录条目)."""

    code: str
    name: str
    active: bool
    effective_from: date
    effective_to: date | None
    fields: tuple[FieldFacts, ...]
    bases: tuple[BasisFacts, ...]
    parameters: tuple[ParameterFacts, ...]
    codes: tuple[CodeFacts, ...]
    sealed: SealedFacts = SealedFacts()
    prohibited: tuple[ProhibitedFacts, ...] = ()
    organisation_only: Mapping[str, str] = field(default_factory=dict)

    def in_force(self, day: date) -> bool:
        """Whether the item may be used on `day` (生效): published, impact assessment approved, within its dates."""
        return self.active and self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def field_named(self, code: str) -> FieldFacts | None:
        return self._by_field.get(code)

    def code_named(self, code_set: str, value: str) -> CodeFacts | None:
        """The value of a code set under its own or another spelling; None when there is none."""
        return self._by_value.get((code_set, value))

    def values(self, code_set: str) -> str:
        """The values a file may hold, as the words of a message."""
        return "、".join(c.value for c in self.codes if c.code_set == code_set and c.accepted and not c.sealed)

    @cached_property
    def _by_field(self) -> dict[str, FieldFacts]:
        return {f.code: f for f in self.fields}

    @cached_property
    def _by_value(self) -> dict[tuple[str, str], CodeFacts]:
        return {(c.code_set, spelling): c for c in self.codes for spelling in (c.value, *c.aliases)}

    def parameter(self, name: str, *, today: date) -> ParameterFacts | None:
        """The row of a parameter in force today; the latest when two overlap."""
        rows = [p for p in self.parameters if p.name == name and p.in_force(today)]
        return max(rows, key=lambda p: p.valid_from, default=None)


def item_facts(seed: Mapping[str, Any], prohibited: Mapping[str, Any]) -> ItemFacts:
    """Build the facts of an item from its published tables, in the shape of ``catalog/seed/*.toml``.

    Args:
        seed: the item's tables: item, field, basis, parameter, code, sealed, organisation_only.
        prohibited: the table ``prohibited``.
    """
    item = seed["item"]
    return ItemFacts(
        code=item["code"],
        name=item["name"],
        active=item["state"] == "published" and bool(item["impact_assessment"]),
        effective_from=item["effective_from"],
        effective_to=item.get("effective_to"),
        fields=tuple(FieldFacts(**_known(FieldFacts, row)) for row in seed["field"]),
        bases=tuple(BasisFacts(**_known(BasisFacts, row)) for row in seed["basis"]),
        parameters=tuple(ParameterFacts(**_known(ParameterFacts, row)) for row in seed["parameter"]),
        codes=tuple(CodeFacts(**_known(CodeFacts, row)) for row in seed["code"]),
        sealed=SealedFacts(**_known(SealedFacts, seed.get("sealed", {}))),
        prohibited=tuple(ProhibitedFacts(**_known(ProhibitedFacts, row)) for row in prohibited["prohibited"]),
        organisation_only=dict(seed.get("organisation_only", {})),
    )


def _known(kind: type[Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """The keys a dataclass knows; lists become tuples so that the facts stay frozen."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in row.items() if k in kind.__dataclass_fields__}


@dataclass(frozen=True)
class OrganisationFacts:
    """The organisation that sends the file (信息提供单位): its unified code and its registered name."""

    uscc: str
    name: str


@dataclass(frozen=True)
class RowError:
    """One finding in one row: the column, the rule's code, the sentence for the user. Never holds a cell's content."""

    field: str
    code: str
    message: str


@dataclass(frozen=True)
class CleanRow:
    """A row that passed every rule, in typed values. Its repr shows nothing that identifies the person.

    Attributes:
        id_type: type of the document as the kernel names it; `id_number` is normalised.
        legacy15: True when a 15-digit number was upgraded; `id_original` keeps what the file held.
        severity: MINOR, GENERAL, SERIOUS or UNDETERMINED (失信严重程度).
        display_end: first day on which it is not shown any more (公示截止); None = never shown.
        retained_until: first day on which it is not kept any more (保存期限届满).
        categories: penalty categories (处罚类别) in file order, "其他-…" as written.
        fine, confiscated: in 万元.
        plain: coded columns that identify nobody, ready for JSON.
        texts: free text to be sealed, by column.
    """

    name: str = field(repr=False)
    id_type: str
    id_number: str = field(repr=False)
    id_original: str = field(repr=False)
    legacy15: bool
    doc_no: str
    authority_name: str
    authority_uscc: str
    source_name: str
    source_uscc: str
    decided_on: date
    severity: str
    display_end: date | None
    retained_until: date
    categories: tuple[str, ...]
    fine: Decimal | None
    confiscated: Decimal | None
    licence: str = field(repr=False)
    act_type: str
    facts: str = field(repr=False)
    content: str = field(repr=False)
    basis_text: str
    remark: str = field(repr=False)
    plain: Mapping[str, Any]
    texts: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True)
class RowVerdict:
    """The answer about one row: clean data or every error; warnings go with either."""

    clean: CleanRow | None
    errors: tuple[RowError, ...]
    warnings: tuple[RowError, ...]
