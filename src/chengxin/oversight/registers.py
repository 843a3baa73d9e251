"""Documents of the system (制度规范) and technical safeguards as dated data of the package. Pure: no database.

A new version is a new block in the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from chengxin.oversight.facts import Change, Document, Office, Safeguard, Section
from chengxin.oversight.rules import PRIVACY_NOTICE, check_document

SEED: Final = Path(__file__).resolve().parent / "seed"


@dataclass(frozen=True)
class Shelf:
    """A document with all its versions (制度文件), oldest first."""

    code: str
    title: str
    versions: tuple[Document, ...]

    def on(self, day: date) -> Document | None:
        """The version in force on a day: the newest that has begun."""
        return next((one for one in reversed(self.versions) if one.effective_from <= day), None)

    def number(self, number: int) -> Document | None:
        """A version by its number."""
        return next((one for one in self.versions if one.number == number), None)


def codes() -> list[str]:
    """Codes of the documents, in the order of the page."""
    return [shelf.code for shelf in shelves()]


@cache
def shelves() -> tuple[Shelf, ...]:
    """All documents (制度文件目录).

    Raises:
        Refused: DOCUMENT-01, a version lacks basis, date or a part that the law demands.
    """
    return tuple(_shelf(path) for path in sorted((SEED / "documents").glob("*.toml")))


def shelf(code: str) -> Shelf:
    """One document.

    Raises:
        KeyError: there is none.
    """
    return {one.code: one for one in shelves()}[code]


def privacy_notice(day: date) -> Document:
    """The privacy notice in force on a day (个人信息处理规则); before the first version, the first.

    Raises:
        KeyError: the package lacks it.
    """
    found = shelf(PRIVACY_NOTICE)
    return found.on(day) or found.versions[0]


def _shelf(path: Path) -> Shelf:
    data = tomllib.loads(path.read_text("utf-8"))
    return read_shelf(data)


def read_shelf(data: Mapping[str, Any]) -> Shelf:
    """A document from the shape of its file.

    Raises:
        Refused: DOCUMENT-01.
    """
    versions = tuple(_documents(data))
    check_document(versions)
    return Shelf(data["code"], data["title"], versions)


def _documents(data: Mapping[str, Any]) -> Iterator[Document]:
    rows: Sequence[Mapping[str, Any]] = data["version"]
    for at, row in enumerate(rows):
        following = rows[at + 1]["effective_from"] if at + 1 < len(rows) else None
        yield Document(
            data["code"],
            data["title"],
            at + 1,
            row["effective_from"],
            following - timedelta(days=1) if following else None,
            row["basis"],
            row["issued_by"],
            row["note"],
            tuple(Section(one["key"], one["title"], one["text"].strip()) for one in row["section"]),
        )


def changes(before: Document, after: Document) -> list[Change]:
    """What differs between two versions, by section (版本差异)."""
    old, new = ({one.key: one for one in version.sections} for version in (before, after))
    found = []
    for key in dict.fromkeys([*old, *new]):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        word = "新增" if was is None else "删除" if now is None else "修改"
        title = (now or was or Section(key, key, "")).title
        found.append(Change(word, title, was.text if was else "", now.text if now else ""))
    return found


@cache
def _offices() -> tuple[Office, ...]:
    rows = tomllib.loads((SEED / "office.toml").read_text("utf-8"))["office"]
    return tuple(sorted((Office(**row) for row in rows), key=lambda one: one.valid_from))


def office(day: date) -> Office:
    """Who answers for incidents on a day (责任单位); before the first, the first."""
    found = _offices()
    return next((one for one in reversed(found) if one.valid_from <= day), found[0])


@cache
def safeguards() -> tuple[Safeguard, ...]:
    """Technical safeguards with their dates (信息安全监管技术手段登记册)."""
    rows = tomllib.loads((SEED / "safeguards.toml").read_text("utf-8"))["safeguard"]
    return tuple(
        Safeguard(
            row["kind"], row["name"], row["what"], row["basis"], row["check"], row["valid_from"], row.get("valid_to")
        )
        for row in rows
    )


def safeguards_on(day: date) -> list[Safeguard]:
    """Those in force on a day."""
    return [one for one in safeguards() if one.in_force(day)]
