"""The gate of publication (发布检查) as pure functions.

The database has the same gate (``sql/objects/gate_v1.sql``) and the last word; this one names everything at once, so
that the editor sees it while writing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final

from chengxin.catalog import checks
from chengxin.catalog.definition import (
    Table,
    date_of,
    holds,
    item_of,
    pairs_of,
    rows_of,
    says,
    severity_of,
    table_of,
    text_of,
    texts_of,
    twice,
)
from chengxin.catalog.errors import Problem
from chengxin.catalog.facts import CLASSES, Law, Parameter, Prohibited, SeverityRule
from chengxin.catalog.periods import ceilings, numbers
from chengxin.catalog.shape import HEAD, PAIRS, SEALED, fits
from chengxin.catalog.shape import ROWS as TABLES
from chengxin.catalog.words import KINDS, RULES
from chengxin.kernel.normalise import folded_name
from chengxin.kernel.organisation import check_uscc

POLARITIES: Final = ("adverse", "positive", "neutral")
DISCLOSURES: Final = ("authorized_query", "gov_share")
STATUTES: Final = ("law", "administrative_regulation", "local_regulation")
"""Levels that can carry an adverse determination (国办发〔2020〕49号)."""

_CODE = re.compile(r"[A-Z][A-Z0-9_]{1,19}")
_ASSESSED = re.compile("[0-9]{3}")
Found = Iterator[tuple[str, str]]


def gate(
    definition: Mapping[str, Any],
    prohibited: Sequence[Prohibited],
    day: date,
    *,
    laws: Sequence[Law] = (),
    standards: Sequence[SeverityRule] = (),
    longest: Parameter | None = None,
    polarity: str | None = None,
) -> tuple[Problem, ...]:
    """Name everything that keeps a definition from being published (发布检查).

    Args:
        definition: the item in the shape of a seed file.
        prohibited: the register of prohibited words; the rows in force on the day count.
        day: the day on which the definition would take effect.
        laws: the register of legal texts, which ends bases and tells their level; without it neither is judged.
        standards: the classification standard, which bounds how long an adverse item is used; without it that is not
            judged, and `longest` neither.
        longest: the general parameter ``retention_most``, beyond which nothing adverse is kept.
        polarity: of the versions of the item that were ever published, if there are any.

    Returns:
        Problems by place; empty where it may be published.
    """
    plain = json.loads(json.dumps(definition, default=str))
    texts = {law.code: law for law in laws}
    found = {
        *_shape(plain),
        *_head(plain),
        *checks.columns(plain),
        *checks.codes(plain),
        *checks.classes(plain),
        *numbers(plain, day),
        *_formats(plain),
        *_based(plain, day, texts),
        *_words(plain, [row for row in prohibited if row.in_force(day)]),
    }
    if standards:
        found |= set(ceilings(plain, [row for row in standards if row.in_force(day)], longest))
    if polarity not in (None, text_of(item_of(plain), "polarity")):
        found.add(("CATALOG-14", "item.polarity"))
    return tuple(Problem(code, place, RULES[code].sentence) for place, code in sorted((p, c) for c, p in found))


def _shape(plain: Table) -> Found:
    """CATALOG-13: every value is what intake will read it as."""
    for section, keys in (("item", HEAD), ("sealed", SEALED)):
        for key in _misfits(table_of(plain, section), keys):
            yield "CATALOG-13", f"item.{key}" if section == "item" else section
    for section, columns in TABLES.items():
        part = plain.get(section, [])
        if not isinstance(part, list) or not all(isinstance(row, Mapping) for row in part):
            yield "CATALOG-13", section
        for position, row in enumerate(rows_of(plain, section), 1):
            # Bases and numbers are read from tables of the catalog, where nothing is said as null.
            stated = {key: row[key] for key in row if row[key] is not None or section not in ("basis", "parameter")}
            if _misfits(stated, columns):
                yield "CATALOG-13", _place(section, position, row)
    # A sealed word is searched for in texts: one without a letter would stand in all of them.
    words = [word for key in SEALED for word in texts_of(table_of(plain, "sealed"), key)]
    if not isinstance(plain.get("sealed", {}), Mapping) or not all(map(_folded, words)):
        yield "CATALOG-13", "sealed"
    if not fits(plain.get("organisation_only", {}), PAIRS):
        yield "CATALOG-13", "organisation_only"


def _misfits(row: Table, keys: Mapping[str, str]) -> list[str]:
    return [key for key, kind in keys.items() if key in row and not fits(row[key], kind)]


def _place(section: str, position: int, row: Table) -> str:
    if section == "field":
        return text_of(row, "code")
    names = {"parameter": "name", "code": "code_set", "format": "code"}
    return f"{section}:{position if section == 'basis' else text_of(row, names[section])}"


def _head(plain: Table) -> Found:
    """The item itself: CATALOG-01, 02, 08, 10, 13, 16."""
    head = item_of(plain)
    if not _CODE.fullmatch(text_of(head, "code")):
        yield "CATALOG-13", "item.code"
    yield from (("CATALOG-13", f"item.{name}") for name in ("name", "provider") if not says(head, name))
    adverse = text_of(head, "polarity") == "adverse"
    severity = severity_of(plain)
    if text_of(head, "polarity") not in POLARITIES:
        yield "CATALOG-13", "item.polarity"
    if severity not in ("field", *CLASSES) if adverse else severity != "NONE":
        yield "CATALOG-08", "item.severity"
    if adverse and not says(head, "notice_template"):
        yield "CATALOG-08", "item.notice_template"
    # A number has figures: no word such as 已完成 stands for an assessment.
    if not _ASSESSED.search(text_of(head, "impact_assessment")):
        yield "CATALOG-01", "item.impact_assessment"
    providers = head.get("providers")
    if not isinstance(providers, list) or not all(one == "*" or _is_uscc(one) for one in providers):
        yield "CATALOG-16", "item.providers"
    if text_of(head, "subject") != "natural_person":
        yield "CATALOG-10", "item.subject"
    if text_of(head, "disclosure") not in DISCLOSURES:
        yield "CATALOG-02", "item.disclosure"
    for name in ("effective_from", "effective_to"):
        if text_of(head, name) and date_of(head, name) is None:
            yield "CATALOG-13", f"item.{name}"


def _is_uscc(code: object) -> bool:
    return isinstance(code, str) and check_uscc(code).valid


def _formats(plain: Table) -> Found:
    """Other spellings of the file (其他格式): CATALOG-11, 12, 13."""
    columns = {text_of(row, "code") for row in rows_of(plain, "field")}
    rows = rows_of(plain, "format")
    for row in rows:
        place = f"format:{text_of(row, 'code')}"
        if not text_of(row, "code").strip() or not says(row, "name"):
            yield "CATALOG-13", place
        aims = {*pairs_of(row, "columns").values(), *table_of(row, "defaults"), *table_of(row, "values")} - {""}
        if aims - columns:
            yield "CATALOG-11", place
    yield from (("CATALOG-12", f"format:{code}") for code in twice(text_of(row, "code") for row in rows))


def _based(plain: Table, day: date, texts: Mapping[str, Law]) -> Found:
    """Legal bases (法律依据): CATALOG-04, 05, 11, 13."""
    held, borne = set[str](), False
    for position, row in enumerate(rows_of(plain, "basis"), 1):
        first, last = date_of(row, "valid_from"), date_of(row, "valid_to")
        if (
            text_of(row, "kind") not in KINDS
            or not says(row, "law")
            or first is None
            or (text_of(row, "valid_to") and (last is None or last < first))
        ):
            yield "CATALOG-13", f"basis:{position}"
        law = texts.get(text_of(row, "law_code"))
        if text_of(row, "law_code") and texts and law is None:
            yield "CATALOG-11", f"basis:{position}"
        valid = holds(row, day) and (law is None or law.in_force(day))
        kind, statute = text_of(row, "kind"), law.level in STATUTES if law else not texts
        held |= {kind} if valid else set()
        borne = borne or (valid and kind == "act" and statute)
    if not {"collect", "act", "period"} <= held:
        yield "CATALOG-04", "basis"
    if not borne and text_of(item_of(plain), "polarity") == "adverse":
        yield "CATALOG-05", "basis"


def _words(plain: Table, bans: Sequence[Prohibited]) -> Found:
    """CATALOG-06: prohibited words in whatever names something that is collected."""
    return (("CATALOG-06", place) for place, text in _names(plain) if prohibited_in(text, bans))


def _names(plain: Table) -> Iterator[tuple[str, str]]:
    """(place, name): item, columns and their aliases, values and headings of other formats that are taken."""
    yield "item.name", text_of(item_of(plain), "name")
    for row in rows_of(plain, "field"):
        yield from ((text_of(row, "code"), name) for name in (text_of(row, "name"), *texts_of(row, "aliases")))
    for row in rows_of(plain, "code"):
        if checks.is_taken(row):
            place = f"code:{text_of(row, 'code_set')}"
            yield from ((place, name) for name in (text_of(row, "value"), *texts_of(row, "aliases")))
    for row in rows_of(plain, "format"):
        taken = (heading for heading, code in pairs_of(row, "columns").items() if code)
        yield from ((f"format:{text_of(row, 'code')}", heading) for heading in taken)


def prohibited_in(text: str, bans: Iterable[Prohibited]) -> str:
    """Class of what a name may not speak of (禁止归集的类别), or an empty string.

    Names are compared as ``kernel.normalise.folded_name`` writes them. A word inside an ``unless`` phrase of its
    class does not count.
    """
    plain = _folded(text)
    by_class: dict[str, list[Prohibited]] = {}
    for row in bans:
        by_class.setdefault(row.code, []).append(row)
    for code, rows in sorted(by_class.items()):
        phrases = sorted((_folded(row.word) for row in rows if row.kind == "unless"), key=len, reverse=True)
        rest = re.sub("|".join(map(re.escape, phrases)), "·", plain) if phrases else plain
        if any(_folded(row.word) in rest for row in rows if row.kind != "unless"):
            return code
    return ""


_folded = lru_cache(maxsize=4096)(folded_name)
"""The same few hundred words are compared with every name."""
