"""The OpenAPI file says what the machine interface does: addresses are the doors' own, shapes fit real answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from conftest import csv_of, fresh_person, penalty
from tools import machine_api

DOCUMENT = machine_api.openapi()
TYPES = {"string": str, "integer": int, "boolean": bool, "object": dict, "array": list, "null": type(None)}


def misfits(schema: dict[str, Any], value: Any, at: str = "") -> list[str]:
    """Where a value is not what its schema says; the part of JSON Schema that the document uses."""
    if "$ref" in schema:
        return misfits(DOCUMENT["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], value, at)
    if "anyOf" in schema:
        return [] if any(not misfits(one, value, at) for one in schema["anyOf"]) else [f"{at}: {value!r}"]
    if "type" in schema and type(value) is not TYPES[schema["type"]]:
        return [f"{at}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at}: {value!r} is none of {schema['enum']}"]
    if isinstance(value, dict):
        known = schema["properties"]
        wrong = [f"{at}/{name}" for name in {*value} ^ {*known} if name in value or name in schema["required"]]
        return wrong + [
            bad for name in known if name in value for bad in misfits(known[name], value[name], f"{at}/{name}")
        ]
    if isinstance(value, list):
        return [bad for one in value for bad in misfits(schema["items"], one, f"{at}[]")]
    return []


def fits(name: str, value: bytes) -> None:
    assert misfits({"$ref": f"#/components/schemas/{name}"}, json.loads(value)) == []


def test_every_address_of_the_document_is_a_door_s_own_and_the_other_way_round() -> None:
    from chengxin.intake import machine as intake
    from chengxin.lookup import machine as lookup

    doors: list[Any] = [lookup.Checks(None, None), lookup.Matches(), intake.Batches()]  # type: ignore[arg-type]
    for path, methods in DOCUMENT["paths"].items():
        for method in methods:
            address = path.replace("{batch}", str(uuid4()))
            owned = [door for door in doors if door.largest(method.upper(), address, "") is not None]
            assert len(owned) == (path != "/healthz"), f"{method} {path}"
    own = {lookup.PATH, lookup.MATCH, intake.PATH}
    assert {path for path in DOCUMENT["paths"] if path.startswith("/x/")} == own | {f"{intake.PATH}/{{batch}}"}


def test_answers_of_a_look_fit() -> None:
    from chengxin.lookup.machine import answer
    from chengxin.lookup.pump import COLUMNS

    look = uuid4()
    fits("Answer", answer(look, []))
    fits("Answer", answer(look, [(True, *(None for _ in COLUMNS))]))
    fits("Answer", answer(look, [(True, *("…" for _ in COLUMNS))]))
    fits("Match", msgspec.json.encode({"match": True, "look": look}))


def test_every_refusal_stands_with_its_status_and_no_other() -> None:
    from chengxin.lookup.machine import ERRORS

    told = DOCUMENT["paths"]["/x/v1/check"]["post"]["responses"]
    for code, (status, sentence) in ERRORS.items():
        assert f"{code} {sentence}" in told[str(status)]["description"]
        assert all(code not in one["description"] for other, one in told.items() if other != str(status))


@pytest.mark.database
def test_what_became_of_a_file_fits(officer: Any, send: Callable[..., Any]) -> None:
    from chengxin.intake.api import upload
    from chengxin.intake.machine import PATH, _receive, _tell
    from chengxin.people.api import Call

    good, bad = penalty(*fresh_person()), penalty(*fresh_person(), CF_JDRQ="昨天")
    imported = send(good, bad)
    assert imported.result.refused == 1
    _, told = _tell(Call(officer.token, uuid4(), "GET", f"{PATH}/{imported.batch}", "", "", b""))
    assert told["result"]["errors"], "a page with findings is compared"
    fits("Batch", msgspec.json.encode(told))
    waiting = upload(
        officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report", channel="api", request=uuid4()
    )
    fits("Batch", msgspec.json.encode(_tell(Call(officer.token, uuid4(), "GET", f"{PATH}/{waiting}", "", "", b""))[1]))
    call = Call(officer.token, uuid4(), "POST", PATH, "item=XZCF", "text/csv", csv_of([penalty(*fresh_person())]))
    fits("Received", msgspec.json.encode(_receive(call)[1]))


def test_inspection_finds_a_misfit() -> None:
    assert misfits({"$ref": "#/components/schemas/Match"}, {"match": 1, "look": "x"})
    assert misfits({"$ref": "#/components/schemas/Match"}, {"match": True, "look": "x", "more": 1})
    assert misfits({"$ref": "#/components/schemas/Match"}, {"match": True})
