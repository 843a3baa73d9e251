"""Plain data between the catalog, the rules and whoever calls them: nothing here reads, writes or decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class FieldFacts:
    """One column of an item (数据元).

    Attributes:
        kind: text, date, number, code, identity, name, uscc, id_type or bool.
        role: what the column is to every item, whatever its code: one of ``ROLES``, or empty.
        code_set: the code set of a column of kind code; `many` when it holds several, separated by ";".
        required: yes, cond (a penalty category needs it) or no.
        store: identity (vault), column (typed column), plain (coded) or sealed (free text, encrypted).
        length: at most so many characters; None for dates and numbers.
        precision, scale: digits in all and after the point, for numbers.
        note: what else to know when filling it in, as sentences.
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
    role: str = ""
    code_set: str = ""
    many: bool = False
    note: str = ""


ROLES = frozenset(
    {
        "person_name",  # 姓名
        "subject_type",  # 主体类别
        "id_type",  # 证件类型
        "id_number",  # 证件号码
        "doc_no",  # 认定文书号
        "decided_on",  # 认定日期: starts the display clock
        "acted_on",  # 行为发生日期, where the format has one: age is judged on it
        "authority_name",  # 认定机关
        "authority_code",
        "source_name",  # 数据来源单位
        "source_code",
        "title",  # what a page calls the record: 违法行为类型, 荣誉名称
        "basis",  # 认定依据, in words
        "severity",  # 失信严重程度
        "display_end",  # 公示截止期
        "valid_until",  # 有效期至, of what is granted: nothing is shown beyond it
        "state",  # 当前状态
        "withdraw_reason",  # 撤回原因: only in files that withdraw
    }
)
"""What a column can be to the rules. An item has at most one column of a role."""


@dataclass(frozen=True)
class FormatFacts:
    """Another spelling of an item's file (其他格式): an older generation, a province.

    Attributes:
        name: as a person reads it, 第一代 or 陕西格式.
        markers: headings that only this format has; one of them says it is this one.
        columns: heading -> field code of the item; an empty code is a column that is known and not taken.
        values: field code -> (value in this format -> value of the item).
        defaults: field code -> value for all rows, for columns the format does not have.
    """

    code: str
    name: str
    markers: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)


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


UNSTATED = "UNDETERMINED"
"""The class of a record whose authority stated none (未定)."""


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
    """A class of information that may never be collected (禁止归集).

    Attributes:
        words: a column whose name contains one is refused.
        in_text: refused inside free text as well.
        unless: phrases in which the words mean something else.
    """

    code: str
    words: tuple[str, ...]
    in_text: tuple[str, ...]
    law: str
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class ItemFacts:
    """What intake must know of a catalog item (目录条目).

    Attributes:
        polarity: adverse (失信), positive (守信) or neutral; only adverse records have a class and a waiting period.
        severity: where the class comes from: ``field`` (the authority states it in the file), a class such as
            ``SERIOUS`` that the law gives every record of the item, or ``NONE`` where there is none.
    """

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
    version: int = 1
    polarity: str = "adverse"
    severity: str = "field"
    formats: tuple[FormatFacts, ...] = ()

    def in_force(self, day: date) -> bool:
        """Whether the item may be used on `day` (生效): published, impact assessment approved, within its dates."""
        return self.active and self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def field_named(self, code: str) -> FieldFacts | None:
        return self._by_field.get(code)

    def role(self, role: str) -> FieldFacts | None:
        """The column that plays a role of ``ROLES``; None where the item has none."""
        return self._by_role.get(role)

    def code_named(self, code_set: str, value: str) -> CodeFacts | None:
        """The value of a code set under its own or another spelling; None when there is none."""
        return self._by_value.get((code_set, value))

    @cached_property
    def unstated(self) -> CodeFacts | None:
        """The class of a record whose authority stated none (未定); None where the file states no class."""
        stated = self.role("severity")
        classes = (c for c in self.codes if stated and c.code_set == stated.code_set)
        return next((c for c in classes if c.identifier == UNSTATED), None)

    @cached_property
    def _by_field(self) -> dict[str, FieldFacts]:
        return {f.code: f for f in self.fields}

    @cached_property
    def _by_role(self) -> dict[str, FieldFacts]:
        return {f.role: f for f in self.fields if f.role}

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
        version=item["version"],
        polarity=item["polarity"],
        severity=item.get("severity", "field"),
        formats=tuple(FormatFacts(**_known(FormatFacts, row)) for row in seed.get("format", ())),
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
        id_original: what the file held, which a 15-digit number keeps.
        severity: MINOR, GENERAL, SERIOUS or UNDETERMINED (失信严重程度); NONE for items without classes.
        display_end: first day on which it is not shown any more (公示截止); None = never shown.
        retained_until: first day on which it is not kept any more (保存期限届满).
        plain: coded columns that identify nobody, as JSON values by column code.
        texts: free text to be sealed, by column code; of a code with an explanation (其他-说明) the whole value.
        reason: why a record is withdrawn (撤回原因); empty in other files.
    """

    name: str = field(repr=False)
    id_type: str
    id_number: str = field(repr=False)
    id_original: str = field(repr=False)
    doc_no: str
    authority_name: str
    authority_code: str
    decided_on: date
    severity: str
    display_end: date | None
    retained_until: date
    plain: Mapping[str, Any] = field(repr=False)
    texts: Mapping[str, Any] = field(repr=False)
    reason: str = ""


@dataclass(frozen=True)
class RowVerdict:
    """The answer about one row: clean data or every error; warnings go with either."""

    clean: CleanRow | None
    errors: tuple[RowError, ...]
    warnings: tuple[RowError, ...]


@dataclass(frozen=True)
class RowBlock:
    """Some rows of a file as columns (数据块), between the readers and the rules.

    Attributes:
        numbers: 1-based position of each row among the data rows.
        columns: field code -> cells as text, one for each of `numbers`; a column the file lacks is absent.
        keys: the hidden row key of an error workbook for each row; empty strings elsewhere.
        broken: rows that could not be split into cells: (number, key, why); they are not in `numbers`.
        told: what reading itself has to say about some of `numbers`, a warning each.
    """

    numbers: list[int]
    columns: dict[str, list[str]] = field(repr=False)
    keys: list[str]
    broken: list[tuple[int, str, RowError]]
    told: list[tuple[int, RowError]] = field(default_factory=list)


KINDS = ("report", "correct", "withdraw", "legacy")
"""What a file does: reports new records (报送), corrects (更正), withdraws (撤回), or brings in what an older system
holds (历史数据)."""

CANCELS = ("file", "item", "again", "doubt")
"""Why an upload is taken back (取消): the wrong file, the wrong item, it came by another one, or its content has to be
looked at first."""

DISMISSALS = ("elsewhere", "unlawful", "mistaken")
"""Why refused rows are not coming (不再报送): they were put right in another file, they may not be collected at all, or
they should not have been sent."""
