"""The description of the population database's interface (OpenAPI 3.1), made from its messages and from its server."""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from chengxin.kernel.population import (
    BATCH,
    CHANGES,
    HEALTH,
    LARGEST,
    MATCH,
    MOST,
    AskMany,
    AskOne,
    Problem,
    ToldChanges,
    ToldMany,
    ToldOne,
)
from chengxin.operate.population_server import PROBLEMS

_TYPES: Final = (AskOne, AskMany, ToldOne, ToldMany, ToldChanges, Problem)
_ABOUT: Final = """\
What Chengxin asks of a municipal population database (市人口信息库), and nothing more: whether a number and a name
belong together, and what happened to persons whom it was told to hold. A real database is reached over TLS; the
sandbox, `chengxin population-sandbox`, listens on the loopback.

Every request is signed by RFC 9421 in the profile of docs/reference/machine-interface.md. Every answer of status 200 is
signed too: covered exactly `("@status" "content-digest")`; parameters in this order `created`, `nonce` (the request's),
`keyid`, `tag="chengxin-x1-answer"`; label `sig`, Ed25519. An answer that is not so is as if none had come. Each request
carries its purpose and an id; both logs keep them with the number of persons, never a number or a name.

Asking with purpose INTAKE or REGISTER, and being answered `match`, says that the platform holds the person: changes are
told about those and about nobody else."""
_SIGNATURE: Final = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    for name in ("Content-Digest", "Signature-Input", "Signature")
]


def openapi() -> dict[str, Any]:
    """The document as plain data."""
    _, schemas = msgspec.json.schema_components(_TYPES, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Population database as Chengxin asks it", "version": "1", "description": _ABOUT},
        "paths": {
            MATCH: {"post": _asked("match", "Whether one number and one name belong together", "AskOne", "ToldOne")},
            BATCH: {"post": _asked("matchBatch", f"The same for at most {MOST} persons", "AskMany", "ToldMany")},
            CHANGES: {"get": _changes()},
            HEALTH: {"get": _health()},
        },
        "components": {"schemas": schemas},
    }


def document() -> str:
    """The document as the file docs/reference/population-openapi.json holds it."""
    return json.dumps(openapi(), ensure_ascii=False, indent=1) + "\n"


def _asked(name: str, summary: str, body: str, told: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{body}"}}}
    return {
        "operationId": name,
        "summary": summary,
        "description": f"A body has at most {LARGEST} bytes.",
        "parameters": _SIGNATURE,
        "requestBody": {"required": True, "content": content},
        "responses": _responses(told),
    }


def _changes() -> dict[str, Any]:
    numbers = {"after": (0, None), "limit": (0, MOST)}
    query: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "query",
            "required": True,
            "schema": {"type": "integer", "minimum": least} | ({"maximum": most} if most else {}),
        }
        for name, (least, most) in numbers.items()
    ]
    query += [
        {"name": "purpose", "in": "query", "required": True, "schema": {"type": "string"}},
        {"name": "request", "in": "query", "required": True, "schema": {"type": "string", "format": "uuid"}},
    ]
    return {
        "operationId": "changes",
        "summary": "What happened after change number `after`, by number",
        "description": "Numbers count for each client from 1 without gaps; the client applies only the very next one.",
        "parameters": [*query, *_SIGNATURE],
        "responses": _responses("ToldChanges"),
    }


def _health() -> dict[str, Any]:
    return {
        "operationId": "health",
        "summary": "Whether the database answers; unsigned, tells nothing",
        "responses": {"200": {"description": "it answers"}, "503": _problem("BUSY-01")},
    }


def _responses(told: str) -> dict[str, Any]:
    by_status: dict[str, list[str]] = {}
    for code, (status, _) in PROBLEMS.items():
        by_status.setdefault(str(status), []).append(code)
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{told}"}}}
    headers = {one["name"]: {"required": True, "schema": {"type": "string"}} for one in _SIGNATURE}
    good = {"description": "signed answer", "headers": headers, "content": content}
    return {"200": good} | {status: _problem(*codes) for status, codes in sorted(by_status.items())}


def _problem(*codes: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": "；".join(f"{code} {PROBLEMS[code][1]}" for code in codes), "content": content}
