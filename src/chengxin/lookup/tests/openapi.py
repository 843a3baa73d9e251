"""Just enough of YAML and of OpenAPI to compare an answer with the interface that others published."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "data" / "dumonitor-openapi.yaml"


def load() -> dict[str, Any]:
    """The published description; mappings, lists and plain scalars are all it uses."""
    lines = [line for line in FILE.read_text("utf-8").splitlines() if line.strip()]
    value, rest = _block(lines, 0)
    assert rest == []
    assert isinstance(value, dict)
    return value


def _block(lines: list[str], indent: int) -> tuple[Any, list[str]]:
    listed = lines[0].strip().startswith("- ")
    found: Any = [] if listed else {}
    while lines and _indent(lines[0]) == indent and lines[0].strip().startswith("- ") == listed:
        if listed:
            item = lines[0].strip()[2:]
            if re.match(r"[\w-]+:( |$)", item):
                value, lines = _block([" " * (indent + 2) + item, *lines[1:]], indent + 2)
            else:
                value, lines = _scalar(item), lines[1:]
            found.append(value)
            continue
        name, _, text = lines[0].strip().partition(":")
        lines = lines[1:]
        if text.strip():
            found[_scalar(name)] = _scalar(text.strip())
        else:
            value, lines = _block(lines, _indent(lines[0]))
            found[_scalar(name)] = value
    return found, lines


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _scalar(text: str) -> Any:
    text = text.strip()
    if text.startswith("'"):
        return text[1:-1]
    if text in {"true", "false"}:
        return text == "true"
    return int(text) if text.isdigit() else text


def faults(value: Any, schema: dict[str, Any], whole: dict[str, Any], at: str = "$") -> list[str]:
    """Where a value is not what the schema says; a property it does not name is a fault too."""
    if "$ref" in schema:
        return faults(value, whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]], whole, at)
    if schema["type"] == "object":
        known = schema["properties"]
        found = [f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value]
        found += [f"{at}.{name} is not known" for name in value if name not in known]
        for name in set(value) & set(known):
            found += faults(value[name], known[name], whole, f"{at}.{name}")
        return found
    if schema["type"] == "array":
        return [one for i, item in enumerate(value) for one in faults(item, schema["items"], whole, f"{at}[{i}]")]
    kind = {"string": str, "integer": int}[schema["type"]]
    good = type(value) is kind and value in schema.get("enum", [value])
    if good and schema.get("format") == "date-time":
        good = datetime.fromisoformat(value).tzinfo is not None
    return [] if good else [f"{at} is {value!r}"]
