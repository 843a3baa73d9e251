"""Messages of the population database's interface (人口信息库接口报文), the same words at both ends.

Its description for other implementations, docs/reference/population-openapi.json, is made from these types.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

import msgspec

MOST: Final = 1000
"""Persons of one question, changes of one page."""
LARGEST: Final = 512 * 1024
"""Bytes of a body."""
MATCH, BATCH, CHANGES, HEALTH = "/v1/match", "/v1/match-batch", "/v1/changes", "/v1/health"

Answer = Literal["match", "no_match", "unknown"]
"""Number and name belong together; they do not; the database has no such number."""
Kind = Literal["name_changed", "number_corrected", "deceased", "living", "moved", "merged"]
"""What happened to a person; ``living`` takes back a death that was reported wrongly."""
KINDS: Final[tuple[Kind, ...]] = ("name_changed", "number_corrected", "deceased", "living", "moved", "merged")

Purpose = Annotated[
    str, msgspec.Meta(pattern="^[A-Z][A-Z0-9_]{1,31}$", description="code of the purpose, kept in both logs")
]
IdType = Annotated[str, msgspec.Meta(pattern="^[a-z0-9_]{1,32}$", description="kind of document: citizen, …")]
Number = Annotated[str, msgspec.Meta(min_length=1, max_length=64, description="document number, normalised")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, description="full name, normalised")]


class Claim(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Number and name that are said to belong together (待核验的身份)."""

    id_type: IdType
    id_number: Number
    name: Name

    def __repr__(self) -> str:
        return "Claim(…)"


class AskOne(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /v1/match``."""

    purpose: Purpose
    request: UUID
    person: Claim


class AskMany(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Body of ``POST /v1/match-batch``."""

    purpose: Purpose
    request: UUID
    persons: Annotated[list[Claim], msgspec.Meta(min_length=1, max_length=MOST)]


class ToldOne(msgspec.Struct, frozen=True):
    """Answer of ``POST /v1/match``; nothing but the word."""

    request: UUID
    answer: Answer
    sandbox: bool = False


class ToldMany(msgspec.Struct, frozen=True):
    """Answer of ``POST /v1/match-batch``: one word for each person, in their order."""

    request: UUID
    answers: list[Answer]
    sandbox: bool = False


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that happened to a person whom the client was told to hold (变更事件).

    Attributes:
        seq: counts for each client from 1, without gaps.
        on: the day it happened.
        id_type, id_number: under which the person was known before.
        new_id_type, new_id_number: only where the number was corrected or two were merged into this one.
        new_name: only where the name changed; the name that goes with a corrected number.
    """

    seq: Annotated[int, msgspec.Meta(ge=1)]
    id: UUID
    kind: Kind
    on: date
    id_type: IdType
    id_number: Number
    new_id_type: IdType | None = None
    new_id_number: Number | None = None
    new_name: Name | None = None

    def __repr__(self) -> str:
        return f"Change({self.seq}, {self.kind})"


class ToldChanges(msgspec.Struct, frozen=True):
    """Answer of ``GET /v1/changes``: the next ones after a number, by number."""

    request: UUID
    changes: list[Change]
    sandbox: bool = False


class Problem(msgspec.Struct, frozen=True):
    """Any refusal; no number and no name stands in it."""

    code: str
    message: str
