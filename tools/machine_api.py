"""The machine interface as OpenAPI 3.1, made from its messages, its addresses and its table of refusals."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import msgspec

_ABOUT: Final = """\
What a business system does itself: ask about one person for a purpose of the register (登记查询), ask whether a name
and a number belong together (实名核对), hand in a department's file and ask what became of it (报送).

Every request is signed by RFC 9421 in the profile of docs/reference/machine-interface.md; anything else is refused
before the body is read. A look is registered and committed before anything is read, and the person sees it."""
_SIGNATURE: Final = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
    for name in ("Content-Digest", "Signature-Input", "Signature")
]
_UUID: Final = {"type": "string", "format": "uuid"}
_TEXT: Final = {"type": "string"}
_COUNT: Final[dict[str, Any]] = {"type": "integer", "minimum": 0}


def document() -> str:
    """docs/reference/openapi.json."""
    return json.dumps(openapi(), ensure_ascii=False, indent=1) + "\n"


def openapi() -> dict[str, Any]:
    """Return the document as plain data."""
    from chengxin.config.setup import start_django

    start_django()
    import chengxin
    from chengxin.intake import machine as intake
    from chengxin.lookup import machine as lookup

    ask = {"required": True, "content": {"application/json": {"schema": _reference("Asked")}}}
    file = {"schema": {"type": "string", "format": "binary"}}
    _, schemas = msgspec.json.schema_components([lookup.Asked], ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "Chengxin: machine interface", "version": chengxin.__version__, "description": _ABOUT},
        "paths": {
            lookup.PATH: {
                "post": _operation("check", "登记查询：一个人、一个用途、最小回答", "Answer", lookup.ERRORS)
                | {"requestBody": ask}
            },
            lookup.MATCH: {
                "post": _operation("match", "实名核对：姓名和号码是否相符", "Match", lookup.ERRORS)
                | {"requestBody": ask}
            },
            intake.PATH: {
                "post": _operation("send", "报送一个文件", "Received", intake.ERRORS, status="202")
                | {
                    "parameters": [*_queries(), *_SIGNATURE],
                    "requestBody": {"required": True, "content": dict.fromkeys(sorted(intake.TYPES), file)},
                }
            },
            f"{intake.PATH}/{{batch}}": {
                "get": _operation("batch", "报送结果，每页一千条", "Batch", intake.ERRORS)
                | {"parameters": [_batch(), _after(), *_SIGNATURE]}
            },
            "/healthz": {
                "get": {
                    "operationId": "health",
                    "summary": "数据库有没有应答；不签名",
                    "responses": {"200": {"description": "有应答"}, "503": {"description": "没有应答"}},
                }
            },
        },
        "components": {"schemas": schemas | _answers()},
    }


def _operation(
    name: str, summary: str, told: str, errors: Mapping[str, tuple[int, str]], *, status: str = "200"
) -> dict[str, Any]:
    good = {"description": "做完了", "content": {"application/json": {"schema": _reference(told)}}}
    return {
        "operationId": name,
        "summary": summary,
        "parameters": _SIGNATURE,
        "responses": {status: good} | _problems(errors),
    }


def _problems(errors: Mapping[str, tuple[int, str]]) -> dict[str, Any]:
    """Every refusal of the gate and of the door, by status, with code and sentence."""
    from chengxin.people.machine import ERRORS

    by_status: dict[str, list[str]] = {}
    for code, (status, sentence) in sorted((dict(ERRORS) | dict(errors)).items()):
        by_status.setdefault(str(status), []).append(f"{code} {sentence}")
    content = {"application/json": {"schema": _reference("Problem")}}
    return {status: {"description": "\n".join(said), "content": content} for status, said in sorted(by_status.items())}


def _queries() -> list[dict[str, Any]]:
    from chengxin.intake.facts import KINDS

    kind = {"type": "string", "enum": list(KINDS), "default": "report"}
    return [
        {"name": "item", "in": "query", "required": True, "description": "目录条目的代码", "schema": _TEXT},
        {"name": "kind", "in": "query", "required": False, "description": "做什么", "schema": kind},
    ]


def _batch() -> dict[str, Any]:
    return {"name": "batch", "in": "path", "required": True, "description": "上传或批次的编号", "schema": _UUID}


def _after() -> dict[str, Any]:
    return {"name": "after", "in": "query", "required": False, "description": "从哪一行以后", "schema": _COUNT}


def _answers() -> dict[str, Any]:
    """Shapes of the answers; inspections/test_machine_api.py compares them with real ones."""
    from chengxin.intake import machine as intake
    from chengxin.lookup.pump import COLUMNS

    told: dict[str, Any] = {name.removesuffix("_name"): {} for name in COLUMNS}
    finding: dict[str, Any] = _object({"row": _COUNT, "field": _TEXT, "code": _TEXT, "message": _TEXT})
    findings: dict[str, Any] = {"type": "array", "items": finding}
    result: dict[str, Any] = dict.fromkeys(("total", "accepted", "refused", "held", "unchanged", "ignored"), _COUNT)
    result |= dict.fromkeys(("errors", "held_rows", "warnings"), findings)
    return {
        "Problem": _object({"code": _TEXT, "message": _TEXT}),
        "Answer": _object(
            {
                "found": {"type": "boolean"},
                "records": {"type": "array", "items": _object(told, needed=())},
                "look": _UUID,
            }
        ),
        "Match": _object({"match": {"type": "boolean"}, "look": _UUID}),
        "Received": _object({"upload": _UUID, "status": _TEXT}),
        "Batch": _object(
            {
                "upload": _or_null(_UUID),
                "batch": _or_null(_UUID),
                "item": _TEXT,
                "kind": _TEXT,
                "state": {"type": "string", "enum": list(intake.STATES.values())},
                "state_name": {"type": "string", "enum": list(intake.STATES)},
                "sent_at": {"type": "string", "format": "date-time"},
                "declared": _or_null(_COUNT),
                "judged": _or_null(_COUNT),
                "fixed": _COUNT,
                "dismissed": _or_null(_TEXT),
                "problem": _or_null(_reference("Problem")),
                "result": _or_null(_object(result | {"not_checked": {"type": "array", "items": _TEXT}})),
                "next": _or_null(_TEXT),
            }
        ),
    }


def _object(properties: dict[str, Any], *, needed: tuple[str, ...] | None = None) -> dict[str, Any]:
    required = list(properties) if needed is None else list(needed)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
