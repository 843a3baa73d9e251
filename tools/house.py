"""What the house says about itself: rooms, tables, rules, SQL files. Read by the inspections and the doc generator.

What the package says without its source tree is read by ``chengxin.cli.house``.
"""

from __future__ import annotations

import ast
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import import_module

from chengxin.cli import house as package
from chengxin.cli.house import CODE, ROOT, SRC, python_files, sql_files, without_comments
from chengxin.kernel.retention import Table
from chengxin.kernel.rule import Rule

__all__ = ["CODE", "ROOT", "SRC", "python_files", "sql_files", "without_comments"]


@cache
def layers() -> tuple[tuple[str, ...], ...]:
    """Return the rooms from the top down, as contract 1 of ``pyproject.toml`` has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contract = next(one for one in settings["tool"]["importlinter"]["contracts"] if one["id"] == "layers")
    return tuple(tuple(name.strip() for name in line.split("|")) for line in contract["layers"])


def rooms() -> list[str]:
    """Return every package of the house, from the bottom up."""
    return [name for line in reversed(layers()) for name in line]


@cache
def tables() -> dict[str, Table]:
    """Return every table of the house by name, as the rooms classify it in ``retention.py``."""
    found: dict[str, Table] = {}
    for room in rooms():
        if room != "kernel" and (SRC / room / "retention.py").exists():
            found |= {table.name: table for table in import_module(f"chengxin.{room}.retention").TABLES}
    return found


@cache
def rules() -> dict[str, tuple[str, Rule]]:
    """Return every rule by its code, with the room whose ``words.py`` says it; rooms from the bottom up."""
    found: dict[str, tuple[str, Rule]] = {}
    said = package.rules_by_room()
    for room in rooms():
        for code, rule in said.get(room, {}).items():
            if code in found:
                raise ValueError(f"{code} stands in the words of two rooms")
            found[code] = (room, rule)
    return found


@cache
def codes_in_code() -> dict[str, list[str]]:
    """Return every rule code that SQL or Python uses, with the files (words aside), relative to the rooms."""
    found: dict[str, set[str]] = {}
    for path in [*sql_files(), *python_files(tests=False)]:
        if path.name == "words.py":
            continue
        text = path.read_text("utf-8")
        said = package.sql_codes(text) if path.suffix == ".sql" else package.python_codes(ast.parse(text))
        for code, _ in said:
            found.setdefault(code, set()).add(str(path.relative_to(SRC)))
    return {code: sorted(files) for code, files in sorted(found.items())}


@cache
def codes_in_tests() -> dict[str, list[str]]:
    """Return every rule code that a test names, with the test files relative to the root."""
    found: dict[str, set[str]] = {}
    for path in package.test_files():
        for code in re.findall(rf"\b{CODE.pattern}\b", path.read_text("utf-8")):
            found.setdefault(code, set()).add(str(path.relative_to(ROOT)))
    return {code: sorted(files) for code, files in found.items()}


@dataclass(frozen=True)
class Grant:
    """A function that a role may execute, as the SQL file says it."""

    role: str
    function: str
    says: str


@cache
def grants() -> list[Grant]:
    """Return every grant of a function in the SQL files, with the first line of the comment above the function."""
    found = []
    for path in sorted(SRC.glob("*/sql/objects/*.sql")):
        text = path.read_text("utf-8")
        says = {one.name: one.says for one in package.sql_objects(path) if one.kind == "function"}
        for match in re.finditer(r"grant execute on function cx\.(\w+)\([^;]*?\)\s+to\s+([^;]+);", text):
            name, roles = match.groups()
            found += [Grant(role.strip(), name, says.get(name, "")) for role in roles.split(",")]
    return found
