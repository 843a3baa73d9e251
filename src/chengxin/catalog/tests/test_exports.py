"""The exports, held against the rules of the Table Schema specification (v1) and against the seeds themselves."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chengxin.catalog.exports import definition_json, table_schema
from chengxin.catalog.tests.seeds import ITEMS, definition, version

TYPES = {"string number integer boolean object array date time datetime year yearmonth duration geopoint geojson any"}
CONSTRAINTS = {
    "required": {"*"},
    "unique": {"*"},
    "enum": {"*"},
    "minLength": {"string", "array", "object"},
    "maxLength": {"string", "array", "object"},
    "minimum": {"integer", "number", "date", "time", "datetime", "duration", "year", "yearmonth"},
    "maximum": {"integer", "number", "date", "time", "datetime", "duration", "year", "yearmonth"},
    "pattern": {"string"},
}
"""Constraint -> types it may stand on, as the specification's table says."""


def broken(schema: dict[str, Any]) -> list[str]:
    """Rules of the specification that a schema breaks."""
    found = []
    names = [field.get("name") for field in schema.get("fields", [])]
    if not names or not all(isinstance(name, str) and name for name in names) or len(set(names)) != len(names):
        found.append("fields: an array of descriptors with unique names")
    types = next(iter(TYPES)).split()
    for field in schema.get("fields", []):
        if field["type"] not in types:
            found.append(f"{field['name']}: type")
        for constraint, value in field.get("constraints", {}).items():
            allowed = CONSTRAINTS.get(constraint, set())
            if not allowed & {"*", field["type"]}:
                found.append(f"{field['name']}: {constraint} on {field['type']}")
            if constraint == "enum" and not (isinstance(value, list) and len(set(value)) == len(value) > 0):
                found.append(f"{field['name']}: enum is an array of unique values, at least one")
            if constraint == "pattern":
                re.compile(value)
    if not all(isinstance(text, str) for text in schema.get("missingValues", [""])):
        found.append("missingValues: an array of strings")
    key = schema.get("primaryKey", [])
    if not set([key] if isinstance(key, str) else key) <= set(names):
        found.append("primaryKey: names of fields")
    return found


@pytest.mark.parametrize("item", ITEMS)
def test_every_item_has_a_sound_table_schema(item: str) -> None:
    schema = table_schema(version(definition(item)))
    assert broken(schema) == []
    assert schema["missingValues"] == [""]
    assert json.loads(json.dumps(schema)) == schema


def test_a_broken_schema_is_found() -> None:
    assert broken({"fields": [{"name": "a", "type": "text"}, {"name": "a", "type": "date"}]})
    assert broken({"fields": [{"name": "a", "type": "date", "constraints": {"maxLength": 3}}]})
    assert broken({"fields": [{"name": "a", "type": "string"}], "primaryKey": ["b"]})


def fields() -> dict[str, dict[str, Any]]:
    return {field["name"]: field for field in table_schema(version())["fields"]}


def test_the_person_the_document_and_the_authority_make_a_record() -> None:
    found = definition()
    for row in found["field"]:
        row["role"] = {"CF_WSH": "doc_no", "CF_XDR_ZJHM": "id_number", "CF_CFJGDM": "authority_code"}.get(
            row["code"], ""
        )
    assert table_schema(version(found))["primaryKey"] == ["CF_WSH", "CF_XDR_ZJHM", "CF_CFJGDM"]


def test_lists_of_values_are_those_intake_takes() -> None:
    found = fields()
    assert found["CF_XDR_LB"]["constraints"]["enum"] == ["自然人"]
    assert found["CF_XDR_ZJLX"]["constraints"]["enum"] == ["身份证", "港澳台居民居住证", "外国人永久居留身份证"]
    assert "行政拘留" not in json.dumps(found, ensure_ascii=False)


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("CF_CFLB", ["罚款", "罚款;警告", "其他-责令改正", "罚款;其他"], ["罚款,警告", "行政拘留", "罚款;", ""]),
        (
            "CF_XDR_ZJHM",
            ["320902199003071232", "32091119700307123X", "320902900307123"],
            ["32090219900307123", "E1234"],
        ),
        ("CF_CFJGDM", ["11320900014311117L"], ["1132090001431111", "11320900014311117O"]),
    ],
)
def test_patterns_take_what_intake_takes(field: str, good: list[str], bad: list[str]) -> None:
    pattern = re.compile(fields()[field]["constraints"]["pattern"])
    assert all(pattern.match(text) for text in good)
    assert not any(pattern.match(text) for text in bad)


def test_an_item_that_takes_passports_does_not_refuse_their_numbers() -> None:
    found = definition()
    for row in found["code"]:
        if row["value"] == "护照":
            row["accepted"] = True
    field = next(f for f in table_schema(version(found))["fields"] if f["name"] == "CF_XDR_ZJHM")
    assert "pattern" not in field["constraints"]


def test_json_is_the_published_definition() -> None:
    text = definition_json(version())
    again = json.loads(text)
    assert again["item"]["code"] == "XZCF"
    assert again["item"]["effective_from"] == "2026-04-01"
    assert "行政处罚" in text, "Chinese stays readable"
