"""What the installed package says about itself (房屋自述): rules, where they stand, SQL objects. Loads no Django.

Read from the files themselves, so nothing here can be out of date. ``tools/house.py`` adds what needs the source tree.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import chengxin
from chengxin.kernel.rule import Rule

SRC = Path(chengxin.__file__).resolve().parent
ROOT = SRC.parent.parent
"""Root of the repository; of an installed package, a folder of no meaning (``in_source_tree``)."""
CODE = re.compile(r"[A-Z]+-\d\d")
"""Form of a rule's code."""
_MADE = re.compile(r"^create (?:or replace )?(?:unlogged )?(function|procedure|table|view|type) cx\.(\w+)", re.M)
KINDS = {"function": "函数", "procedure": "过程", "table": "表", "view": "视图", "type": "类型", "constraint": "约束"}


def in_source_tree() -> bool:
    """Whether the package runs from a checkout, with its journeys and documents beside it."""
    return (ROOT / "pyproject.toml").is_file()


def shown(path: Path) -> str:
    """Return a path as a reader can open it: from the root of a checkout, else from the package."""
    return str(path.relative_to(ROOT if in_source_tree() else SRC.parent))


@cache
def rules_by_room() -> dict[str, dict[str, Rule]]:
    """Return the rules that each room's ``words.py`` says."""
    found: dict[str, dict[str, Rule]] = {}
    for path in sorted(SRC.glob("*/words.py")):
        # Words of pages say no rules of their own, and would need Django.
        if not re.search(r"^(RULES|WORDS)\b", path.read_text("utf-8"), re.M):
            continue
        words = import_module(f"chengxin.{path.parent.name}.words")
        said = dict(getattr(words, "RULES", {}))
        # Intake's sentences have gaps for the facts of a row, so they are their own type.
        said |= {code: Rule(code, word.sentence, word.source) for code, word in getattr(words, "WORDS", {}).items()}
        found[path.parent.name] = said
    return found


def python_files(*, tests: bool) -> list[Path]:
    """Return the Python files of the rooms: their tests, or everything but those."""
    return sorted(path for path in SRC.rglob("*.py") if ("tests" in path.relative_to(SRC).parts) == tests)


def sql_files() -> list[Path]:
    """Return every SQL file of the house."""
    return sorted(SRC.rglob("*.sql"))


def test_files() -> list[Path]:
    """Return the tests that are there: of the rooms, and in a checkout the journeys.

    Not those of ``where``: they name rules to look for, and prove none of them.
    """
    found = [path for path in python_files(tests=True) if path.name != "test_where.py"]
    return [*found, *(sorted((ROOT / "journeys").rglob("*.py")) if in_source_tree() else [])]


def without_comments(sql: str) -> str:
    """Return an SQL text without ``--`` comments, each place kept; none of ours has two dashes in a literal."""
    return re.sub(r"--[^\n]*", lambda comment: " " * len(comment[0]), sql)


@dataclass(frozen=True)
class Place:
    """Where something stands (所在).

    Attributes:
        path: the file.
        line: counted from 1.
        kind: ``function``, ``table`` and the like of SQL, ``constraint``, or ``python``.
        name: the SQL object, or the Python function around it.
        body: text of that object or function.
    """

    path: Path
    line: int
    kind: str
    name: str
    body: str

    def __str__(self) -> str:
        """Return file and line, as editors open them."""
        return f"{shown(self.path)}:{self.line}"


@dataclass(frozen=True)
class SqlObject:
    """A table, function, view or type of the database (数据库对象), as its file makes it."""

    kind: str
    name: str
    path: Path
    start: int
    text: str
    says: str

    @property
    def line(self) -> int:
        """Line of its ``create``."""
        return self.path.read_text("utf-8").count("\n", 0, self.start) + 1


@cache
def sql_objects(path: Path) -> tuple[SqlObject, ...]:
    """Return the objects that a file makes, in its order, each with the first line of the comment above it."""
    text = path.read_text("utf-8")
    made = list(_MADE.finditer(text))
    ends = [*(one.start() for one in made[1:]), len(text)]
    return tuple(
        SqlObject(one[1], one[2], path, one.start(), text[one.start() : end], _comment_above(text, one.start()))
        for one, end in zip(made, ends[: len(made)], strict=True)
    )


def _comment_above(text: str, start: int) -> str:
    lines: list[str] = []
    for line in reversed(text[:start].splitlines()):
        if not line.startswith("--"):
            break
        lines.append(line.removeprefix("--").strip())
    return lines[-1] if lines else ""


def callers(names: set[str]) -> list[SqlObject]:
    """Return the functions that call one of these functions or write one of these tables, and whoever calls those."""
    functions = [one for path in sql_files() for one in sql_objects(path) if one.kind in {"function", "procedure"}]
    bodies = [
        (one, set(re.findall(r"cx\.(\w+)\(|insert into cx\.(\w+)", without_comments(one.text)))) for one in functions
    ]
    reached = [(one, {called or written for called, written in uses} - {one.name}) for one, uses in bodies]
    found: dict[str, SqlObject] = {}
    known = set(names)
    while new := [one for one, uses in reached if uses & known and one.name not in found]:
        found |= {one.name: one for one in new}
        known |= found.keys()
    return list(found.values())


def sql_codes(text: str) -> Iterator[tuple[str, int]]:
    """Yield (code, offset) where SQL raises a code or names a constraint after it."""
    for match in re.finditer(rf"""['"]({CODE.pattern})['"]""", without_comments(text)):
        yield match[1], match.start()


def python_codes(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Yield (code, line) where a code stands as a literal of its own, not inside prose."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
            yield node.value, node.lineno


def places(code: str) -> list[Place]:
    """Return where the program decides, refuses or bounds by a rule: SQL first, then Python; words aside."""
    found = [
        _sql_place(path, text, offset)
        for path, text in _with(code, sql_files())
        for said, offset in sql_codes(text)
        if said == code
    ]
    for path, text in _with(code, python_files(tests=False)):
        if path.name != "words.py":
            tree = ast.parse(text)
            found += [_python_place(path, text, tree, line) for said, line in python_codes(tree) if said == code]
    return found


def _sql_place(path: Path, text: str, offset: int) -> Place:
    line = text.count("\n", 0, offset) + 1
    around = next((one for one in reversed(sql_objects(path)) if one.start <= offset), None)
    bound = re.search(r"\b(constraint|index)\s+$", text[:offset])
    kind = "constraint" if bound else around.kind if around else "script"
    return Place(path, line, kind, around.name if around else path.stem, around.text if around else text)


def _python_place(path: Path, text: str, tree: ast.AST, line: int) -> Place:
    names: list[str] = []
    inmost: ast.AST | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and (
            node.lineno <= line <= (node.end_lineno or node.lineno)
        ):
            names.append(node.name)
            inmost = node
    module = ".".join(path.relative_to(SRC).with_suffix("").parts)
    return Place(
        path, line, "python", ".".join([module, *names]), (inmost and ast.get_source_segment(text, inmost)) or ""
    )


def tests_naming(word: str) -> list[Place]:
    """Return the tests that name a code or an object, each once, where it does so first."""
    found: dict[str, Place] = {}
    whole = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
    for path, text in _with(word, test_files()):
        lines = text.splitlines()
        for match in whole.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            above = (re.match(r"(?:async )?def (test_\w+)", one) for one in reversed(lines[:line]))
            name = next((one[1] for one in above if one), path.stem)
            found.setdefault(f"{path}:{name}", Place(path, line, "test", name, ""))
    return list(found.values())


def _with(word: str, paths: list[Path]) -> Iterator[tuple[Path, str]]:
    """Yield only the files that hold a word: reading is quick, parsing is not."""
    for path in paths:
        if word in (text := path.read_text("utf-8")):
            yield path, text


def activities() -> dict[str, list[dict[str, str]]]:
    """Return every activity of the permission matrix, with basis and duty of whoever may do it."""
    found: dict[str, list[dict[str, str]]] = {}
    for row in _seeded("permission"):
        found.setdefault(row["activity"], []).append({"duty": row["duty"], "basis": row["basis"]})
    return found


def purposes() -> list[dict[str, str]]:
    """Return the register of purposes: code, name and duty of each."""
    return [{one: row[one] for one in ("code", "name", "duty")} for row in _seeded("purpose")]


def _seeded(kind: str) -> Iterator[dict[str, str]]:
    for file in sorted((SRC / "people" / "seed").glob("permissions*.toml")):
        yield from tomllib.loads(file.read_text("utf-8")).get(kind, ())
