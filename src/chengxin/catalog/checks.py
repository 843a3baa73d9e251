"""Columns and code sets in the gate of publication (数据元、代码集): what passes, intake can judge by. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from chengxin.catalog.definition import (
    Table,
    item_of,
    number_of,
    rows_of,
    says,
    severity_of,
    table_of,
    text_of,
    twice,
)
from chengxin.catalog.facts import CLASSES, UNSTATED
from chengxin.kernel.identity import Kind
from chengxin.kernel.normalise import folded_name


class Fit(NamedTuple):
    """What may stand together in a column (数据元的搭配); `required` is empty where the item may choose."""

    role: str
    kind: str
    store: str
    required: str = ""


FITS: Final = (
    # Who it is: in the identity vault and nowhere else (个人信息保护法 51).
    Fit("person_name", "name", "identity", "yes"),
    Fit("id_type", "id_type", "identity", "yes"),
    Fit("id_number", "identity", "identity", "yes"),
    # Columns that every record has.
    Fit("doc_no", "text", "column", "yes"),
    Fit("decided_on", "date", "column", "yes"),
    Fit("authority_name", "text", "column", "yes"),
    Fit("authority_code", "uscc", "column", "yes"),
    Fit("source_name", "text", "column", "yes"),
    Fit("source_code", "uscc", "column", "yes"),
    Fit("severity", "code", "column"),
    Fit("display_end", "date", "column"),
    # What pages and rules read by its role.
    Fit("subject_type", "code", "plain"),
    Fit("acted_on", "date", "plain"),
    Fit("valid_until", "date", "plain"),
    Fit("title", "text", "plain"),
    Fit("title", "code", "plain"),
    Fit("basis", "text", "plain"),
    Fit("state", "code", "plain"),
    # Everything else: words and numbers of organisations may name somebody and are encrypted, the rest names nobody.
    # There is no second name and no second number: a record is about one person.
    Fit("", "text", "sealed"),
    Fit("", "uscc", "sealed"),
    Fit("", "code", "plain"),
    Fit("", "date", "plain"),
    Fit("", "number", "plain"),
    Fit("", "bool", "plain"),
)
"""Role, kind, whether it is required, and where it is kept: the only table of it, in the database's gate too."""
ROLES: Final = tuple(fit.role for fit in FITS if fit.required)
"""What every item must have a column for (每个条目必备的列)."""
OTHER_ROLES: Final = tuple(dict.fromkeys(fit.role for fit in FITS if fit.role and not fit.required))
FIELD_KINDS: Final = tuple(dict.fromkeys(fit.kind for fit in FITS))
STORES: Final = tuple(dict.fromkeys(fit.store for fit in FITS))
NO_SETS: Final = tuple(kind for kind in FIELD_KINDS if kind != "id_type")
"""No names of code sets: intake finds the values of a column by its code set or, where it names none, by its kind."""
NUMBERS: Final = tuple(kind.value for kind in Kind if kind not in (Kind.USCC, Kind.UNKNOWN))
"""Types of a person's number that intake can check (证件号码的种类)."""

_COLUMN = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")
_SIZES = {"length": 1, "precision": 18, "scale": 6}
"""What stands for a size that is not given."""

Found = Iterator[tuple[str, str]]


def fits_for_sql() -> str:
    """``FITS`` as rows of VALUES in the database's gate."""
    return ", ".join(f"('{fit.role}', '{fit.kind}', '{fit.store}', '{fit.required}')" for fit in FITS)


def columns(plain: Table) -> Found:
    """Data elements (数据元): CATALOG-07, 11, 12, 13, 18."""
    rows = rows_of(plain, "field")
    sets = {text_of(row, "code_set") for row in rows_of(plain, "code") if is_taken(row)}
    if not rows:
        yield "CATALOG-13", "field"
    for row in rows:
        code, kind = text_of(row, "code"), text_of(row, "kind")
        if not _readable(row):
            yield "CATALOG-13", code
        elif not _fitting(row):
            yield "CATALOG-18", code
        if kind in ("code", "id_type") and (kind if kind == "id_type" else text_of(row, "code_set")) not in sets:
            yield "CATALOG-11", code
    named = [*(text_of(row, "code") for row in rows), *table_of(plain, "organisation_only")]
    yield from (("CATALOG-12", code) for code in twice(named))
    roles = [text_of(row, "role") for row in rows]
    yield from (("CATALOG-07", f"role:{role}") for role in ROLES if role not in roles)
    # What harms names its legal article (R0.1): a column for it that may stay empty is none.
    stated = any((text_of(row, "role"), text_of(row, "required")) == ("basis", "yes") for row in rows)
    if text_of(item_of(plain), "polarity") == "adverse" and not stated:
        yield "CATALOG-07", "role:basis"
    yield from (("CATALOG-12", f"role:{role}") for role in twice(roles) if role)


def _readable(row: Table) -> bool:
    sizes = {name: number_of(row, name) if name in row else most for name, most in _SIZES.items()}
    length, precision, scale = sizes.values()
    return (
        _COLUMN.fullmatch(text_of(row, "code")) is not None
        and says(row, "name")
        and text_of(row, "kind") in FIELD_KINDS
        and text_of(row, "required") in ("yes", "cond", "no")
        and text_of(row, "store") in STORES
        and text_of(row, "role") in ("", *ROLES, *OTHER_ROLES)
        and bool(length)
        and precision is not None
        and scale is not None
        and scale < precision
    )


def _fitting(row: Table) -> bool:
    """Whether role, kind, store and required stand together; code sets and several values only where codes are."""
    role, kind, code_set = text_of(row, "role"), text_of(row, "kind"), text_of(row, "code_set")
    several = row.get("many") is True
    return (
        any(
            (fit.role, fit.kind, fit.store) == (role, kind, text_of(row, "store"))
            and fit.required in ("", text_of(row, "required"))
            for fit in FITS
        )
        and (kind == "code" or code_set in ("", "id_type" if kind == "id_type" else ""))
        and (not several or (role, kind) == ("", "code"))
    )


def codes(plain: Table) -> Found:
    """Code sets (代码集): CATALOG-11, 13."""
    known = {text_of(row, "code") for row in rows_of(plain, "field")}
    for row in rows_of(plain, "code"):
        code_set, value = text_of(row, "code_set"), text_of(row, "value")
        unnamed = not code_set.strip() or not value.strip() or code_set in NO_SETS
        unchecked = code_set == "id_type" and is_taken(row) and text_of(row, "identifier") not in NUMBERS
        # A sealed value is searched for in texts: one without a letter would stand in all of them.
        if unnamed or unchecked or (row.get("sealed") is True and not folded_name(value)):
            yield "CATALOG-13", f"code:{code_set}"
        if text_of(row, "needs") and text_of(row, "needs") not in known:
            yield "CATALOG-11", f"code:{code_set}"


def classes(plain: Table) -> Found:
    """CATALOG-08: where the file states the class, each has its name and longest period, and there is 未定."""
    if text_of(item_of(plain), "polarity") != "adverse" or severity_of(plain) != "field":
        return
    sets = {text_of(row, "code_set") for row in rows_of(plain, "field") if text_of(row, "role") == "severity"}
    rows = [row for row in rows_of(plain, "code") if text_of(row, "code_set") in sets]
    if not any(text_of(row, "identifier") == UNSTATED for row in rows):
        yield "CATALOG-08", "item.severity"
    for row in rows:
        if text_of(row, "identifier") not in (*CLASSES, UNSTATED) or not text_of(row, "display_max"):
            yield "CATALOG-08", f"code:{text_of(row, 'code_set')}"


def is_taken(row: Table) -> bool:
    """Whether a value of a code set is taken in, and not only named to be refused (收集的值)."""
    return row.get("sealed") is not True and row.get("accepted") is not False
