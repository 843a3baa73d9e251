"""What the house says about itself: rooms, tables, rules, SQL files. Read by the inspections and the doc generator."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from chengxin.kernel.retention import Table
from chengxin.kernel.rule import Rule

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "chengxin"
CODE = re.compile(r"[A-Z]+-\d\d")
"""Form of a rule's code."""


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
    """Return every rule by its code, with the room whose ``words.py`` says it."""
    found: dict[str, tuple[str, Rule]] = {}
    for room in rooms():
        path = SRC / room / "words.py"
        # Words of pages say no rules of their own, and would need Django.
        if not path.exists() or not re.search(r"^(RULES|WORDS)\b", path.read_text("utf-8"), re.M):
            continue
        words = import_module(f"chengxin.{room}.words")
        said = dict(getattr(words, "RULES", {}))
        # Intake's sentences have gaps for the facts of a row, so they are their own type.
        said |= {code: Rule(code, word.sentence, word.source) for code, word in getattr(words, "WORDS", {}).items()}
        for code, rule in said.items():
            if code in found:
                raise ValueError(f"{code} stands in the words of two rooms")
            found[code] = (room, rule)
    return found


def python_files(*, tests: bool) -> list[Path]:
    """Return the Python files of the rooms: their tests, or everything but those."""
    return sorted(path for path in SRC.rglob("*.py") if ("tests" in path.relative_to(SRC).parts) == tests)


def sql_files() -> list[Path]:
    """Return every SQL file of the house."""
    return sorted(SRC.rglob("*.sql"))


def without_comments(sql: str) -> str:
    """Return an SQL text without ``--`` comments; none of ours has two dashes in a literal."""
    return re.sub(r"--[^\n]*", "", sql)


@cache
def codes_in_code() -> dict[str, list[str]]:
    """Return every rule code that SQL or Python uses, with the files (words aside), relative to the rooms."""
    found: dict[str, set[str]] = {}
    for path in [*sql_files(), *python_files(tests=False)]:
        if path.name == "words.py":
            continue
        for code in _sql_codes(path) if path.suffix == ".sql" else _python_codes(path):
            found.setdefault(code, set()).add(str(path.relative_to(SRC)))
    return {code: sorted(files) for code, files in sorted(found.items())}


def _sql_codes(path: Path) -> Iterator[str]:
    """Yield codes that SQL raises or names a constraint after."""
    text = without_comments(path.read_text("utf-8"))
    yield from re.findall(rf"""['"]({CODE.pattern})['"]""", text)


def _python_codes(path: Path) -> Iterator[str]:
    """Yield codes that stand as a literal of their own, not inside prose."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value


@cache
def codes_in_tests() -> dict[str, list[str]]:
    """Return every rule code that a test names, with the test files relative to the root."""
    found: dict[str, set[str]] = {}
    for path in [*python_files(tests=True), *sorted((ROOT / "journeys").rglob("*.py"))]:
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
        for match in re.finditer(r"grant execute on function cx\.(\w+)\([^;]*?\)\s+to\s+([^;]+);", text):
            name, roles = match.groups()
            said = re.findall(r"((?:^--[^\n]*\n)+)create (?:or replace )?function cx\." + name + r"\b", text, re.M)
            first = said[0].splitlines()[0].removeprefix("-- ") if said else ""
            found += [Grant(role.strip(), name, first) for role in roles.split(",")]
    return found
