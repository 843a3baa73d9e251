"""Documents of the system (制度规范): shape, seed, differences; technical safeguards. Pure: no database."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from chengxin.oversight.facts import Change, Document, Office, Safeguard, Section
from chengxin.oversight.rules import check_document

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


def seeded() -> Iterator[tuple[str, int, str, str]]:
    """Code, number, words and first day of every version that comes with the program (随程序发布的制度文件).

    Raises:
        Refused: DOCUMENT-01, a version lacks basis, date or a part that the law demands.
    """
    for path in sorted((SEED / "documents").glob("*.toml")):
        for one in read_shelf(tomllib.loads(path.read_text("utf-8"))).versions:
            words = {"title": one.title, "basis": one.basis, "issued_by": one.issued_by, "note": one.note}
            sections = [asdict(section) for section in one.sections]
            text = json.dumps(words | {"sections": sections}, ensure_ascii=False)
            yield one.code, one.number, text, json.dumps({"effective_from": str(one.effective_from)})


def read_shelf(data: Mapping[str, Any]) -> Shelf:
    """A document from the shape of its file.

    Raises:
        Refused: DOCUMENT-01.
    """
    versions = tuple(documents(data["code"], [{"title": data["title"], **row} for row in data["version"]]))
    check_document(versions)
    return Shelf(data["code"], data["title"], versions)


def documents(code: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[Document]:
    """The versions of a document, the oldest first; each ends the day before the next begins."""
    for at, row in enumerate(rows):
        following = rows[at + 1]["effective_from"] if at + 1 < len(rows) else None
        yield Document(
            code,
            row["title"],
            row.get("number", at + 1),
            row["effective_from"],
            following - timedelta(days=1) if following else None,
            row["basis"],
            row["issued_by"],
            row["note"],
            tuple(
                Section(one["key"], one["title"], one["text"].strip())
                for one in row.get("section", row.get("sections", ()))
            ),
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
