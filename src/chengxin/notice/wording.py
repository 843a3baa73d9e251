"""Templates of letters (告知书模板) as data: read, checked, filled. Pure; the files lie in ``seed``."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Final

from chengxin.kernel.errors import ChengxinError, Refused
from chengxin.notice.rules import GUIDANCE, MANDATORY, LetterBody, Paragraph, complete

FACTS: Final = frozenset(
    (
        *("handler_name", "handler_contact", "name", "authority", "authority_name", "item_name", "title", "details"),
        *("doc_no", "decided_on", "basis", "bases", "severity", "last_used", "last_kept", "wait_days", "wait_until"),
        *("reply_days", "repair_period", "repair_from", "repair_accept", "repair_decide"),
    )
)
"""Words that a template may ask for; each comes from the record, the catalog or a dated parameter."""
FLAGS: Final = frozenset(
    (
        "details",
        "displayed",
        "not_displayed",
        "in_app",
        "post",
        "public",
        "provisional",
        "repair_date",
        "repair_now",
        "repair_law",
    )
)
"""What a line may depend on."""
CHOICES: Final = (
    ("displayed", "not_displayed"),
    ("in_app", "post", "public"),
    ("repair_date", "repair_now", "repair_law"),
)
"""Of each group exactly one holds for a letter."""


class TemplateError(ChengxinError):
    """A template could make a letter that is not whole (模板不完整)."""


@dataclass(frozen=True)
class Line:
    """A piece of a part: said when all of `when` hold."""

    text: str
    when: frozenset[str]


@dataclass(frozen=True)
class Part:
    """One part of a letter with its lines."""

    key: str
    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Template:
    """One version of a letter's wording (模板版本)."""

    code: str
    version: int
    valid_from: date
    title: str
    guidance_title: str
    handler_name: str
    handler_contact: str
    parts: tuple[Part, ...]
    guidance: tuple[Part, ...]

    @property
    def id(self) -> str:
        """As the letter names it."""
        return f"{self.code}-{self.version}"

    def fill(self, facts: Mapping[str, str], flags: Iterable[str], *, number: str) -> LetterBody:
        """The letter about these facts, whole or not at all.

        Raises:
            Refused: NOTICE-04, a fact that is needed is empty or a part would be.
        """
        holding = frozenset(flags)
        known = {**facts, "handler_name": self.handler_name, "handler_contact": self.handler_contact}

        def said(parts: tuple[Part, ...]) -> tuple[Paragraph, ...]:
            return tuple(
                Paragraph(
                    part.key, part.heading, "".join(_fill(x.text, known) for x in part.lines if x.when <= holding)
                )
                for part in parts
            )

        return complete(
            LetterBody(
                title=self.title,
                number=number,
                name=known.get("name", ""),
                issuer=self.handler_name,
                contact=self.handler_contact,
                paragraphs=said(self.parts),
                guidance_title=self.guidance_title,
                guidance=said(self.guidance),
            )
        )


def in_force(day: date) -> Template:
    """The newest wording that has begun by a day.

    Raises:
        Refused: NOTICE-04, there is none.
    """
    begun = [one for one in _shipped() if one.valid_from <= day]
    if not begun:
        raise Refused("NOTICE-04")
    return max(begun, key=lambda one: (one.valid_from, one.version))


def parse(data: Mapping[str, Any]) -> Template:
    """A template from the shape of its file.

    Raises:
        TemplateError: a mandatory part is missing, some letter would lack one, or a word is unknown.
    """
    made = Template(
        code=data["code"],
        version=data["version"],
        valid_from=data["valid_from"],
        title=data["title"],
        guidance_title=data["guidance_title"],
        handler_name=data["handler"]["name"],
        handler_contact=data["handler"]["contact"],
        parts=_parts(data["part"]),
        guidance=_parts(data["guidance"]),
    )
    for parts, needed in ((made.parts, MANDATORY), (made.guidance, GUIDANCE)):
        keys = [part.key for part in parts]
        if sorted(keys) != sorted(needed):
            raise TemplateError(f"parts {sorted(set(needed) ^ set(keys)) or keys}")
        for part in parts:
            _check(part)
    return made


def _parts(rows: Iterable[Mapping[str, Any]]) -> tuple[Part, ...]:
    return tuple(
        Part(
            row["key"],
            row["heading"],
            tuple(Line(line["text"], frozenset(line.get("when", ()))) for line in row["line"]),
        )
        for row in rows
    )


def _check(part: Part) -> None:
    for line in part.lines:
        unknown = (line.when - FLAGS) | (_words(line.text) - FACTS)
        if unknown:
            raise TemplateError(f"{part.key}: unknown {sorted(unknown)}")
    always = any(not line.when for line in part.lines)
    alone = {flag for line in part.lines if len(line.when) == 1 for flag in line.when}
    if not always and not any(set(choice) <= alone for choice in CHOICES):
        raise TemplateError(f"{part.key}: some letter would say nothing here")


def _words(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _fill(text: str, facts: Mapping[str, str]) -> str:
    """The line with its facts. A fact stands in it as it is: braces in a fact ask for nothing."""
    said = []
    for literal, name, _, _ in string.Formatter().parse(text):
        said.append(literal)
        if name is not None:
            fact = facts.get(name, "")
            if not fact.strip():
                raise Refused("NOTICE-04", name)
            said.append(fact)
    return "".join(said)


@cache
def _shipped() -> tuple[Template, ...]:
    folder = files("chengxin.notice") / "seed"
    return tuple(
        parse(tomllib.loads(file.read_text("utf-8")))
        for file in sorted(folder.iterdir(), key=lambda one: one.name)
        if file.name.endswith(".toml")
    )
