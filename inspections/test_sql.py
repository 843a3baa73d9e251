"""SQL is source: it stands in named, described files, and says order and time the one way we trust."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tools import house

OBJECTS = sorted(house.SRC.glob("*/sql/objects/*.sql"))
QUERIES = sorted(house.SRC.glob("*/sql/queries/*.sql"))
MIGRATIONS = sorted(house.SRC.glob("*/migrations/0*.py"))

CLOCK = "take statement_timestamp(), cx.ledger_today_v1() or a parameter"
SETTINGS = "no setting is evidence of anything: pass a parameter"
FORBIDDEN = {
    r"\bnot\s+in\s*\(\s*select\b": "NOT IN (select) answers nothing when a NULL is in it: write NOT EXISTS",
    r"\b(?:now|clock_timestamp|timeofday|random)\s*\(": CLOCK,
    r"\bcurrent_(?:date|time|timestamp)\b|\blocaltime(?:stamp)?\b": CLOCK,
    # The one setting that is asked: a guard must not be run in an old snapshot (SESSION-04).
    r"\b(?:set_config|current_setting)\s*\((?!'transaction_isolation'\))": SETTINGS,
    r"(?:^|;)\s*(?:set|reset)\s+(?!search_path\s*=\s*pg_catalog)(?:session|local|role|\w+\s*(?:=|to)\s)": SETTINGS,
    r"\bselect\s+\*\s+into\b|\bcreate\s+(?:temp|temporary)\b": "no temporary tables: use arrays and WITH",
    r"\bdisable\s+trigger\b|\bcreate\s+(?:constraint\s+)?trigger\b|\bnextval\s*\(": "no triggers, no sequences",
}
VERB = re.compile(
    r"\s*(?:select|insert|update|delete|with|create|alter|drop|grant|revoke|truncate|copy|set|do)\b", re.I
)


def statements(path: Path) -> list[str]:
    """Texts that are SQL: a whole SQL file, or the string constants of a Python file that begin like a statement."""
    text = path.read_text("utf-8")
    if path.suffix == ".sql":
        return [house.without_comments(text)]
    return [
        node.value
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\bcx\.", node.value)
    ]


def forbidden(sql: str) -> list[str]:
    return [why for pattern, why in FORBIDDEN.items() if re.search(pattern, sql, re.I | re.M)]


def unordered(sql: str) -> list[str]:
    """Queries that take the first rows of no order: each LIMIT needs ORDER BY on its own level of brackets."""
    found = []
    text = re.sub(r"'[^']*'", "''", sql)
    for match in re.finditer(r"(?<!connection )\blimit\b", text, re.I):
        depth, start = 0, match.start()
        while start and depth >= 0:
            start -= 1
            depth += {")": 1, "(": -1}.get(text[start], 0)
            if text[start] == ";" and depth == 0:
                break
        level = _flat(text[start + 1 : match.start()])
        if not re.search(r"\border\s+by\b", level, re.I):
            found.append(" ".join(text[max(start, match.start() - 90) : match.end() + 10].split()))
    return found


def _flat(text: str) -> str:
    """The text without what stands in brackets."""
    while (shorter := re.sub(r"\([^()]*\)", "", text)) != text:
        text = shorter
    return text


def every_source() -> list[Path]:
    return [*house.sql_files(), *house.python_files(tests=False)]


def test_no_statement_uses_what_is_forbidden() -> None:
    found = {str(path.relative_to(house.SRC)): forbidden(sql) for path in every_source() for sql in statements(path)}
    assert {name: why for name, why in found.items() if why} == {}


def test_whatever_takes_the_first_rows_has_an_order() -> None:
    found = {str(path.relative_to(house.SRC)): unordered(sql) for path in every_source() for sql in statements(path)}
    assert {name: why for name, why in found.items() if why} == {}, "add ORDER BY with a key that decides every tie"


@pytest.mark.parametrize(
    "sql",
    [
        "select a from cx.t where a not in (select b from cx.u)",
        "select now()",
        "select clock_timestamp()",
        "select current_date",
        "set role owner",
        "select 1; set local statement_timeout = 5",
        "select set_config('a', 'b', true)",
        "create temporary table t (a integer)",
    ],
)
def test_inspection_finds_what_is_forbidden(sql: str) -> None:
    assert forbidden(sql)


def test_inspection_allows_what_it_should() -> None:
    assert forbidden("update cx.t set a = statement_timestamp()") == []
    assert (
        forbidden(
            "create function cx.f() returns void language plpgsql\nset search_path = pg_catalog, cx, pg_temp as $$"
        )
        == []
    )
    assert forbidden("select a from cx.t where not exists (select from cx.u)") == []


def test_inspection_finds_rows_without_order() -> None:
    assert unordered("select a from cx.t limit 5")
    assert unordered("select (select b from cx.u limit 1) from cx.t order by a limit 1")
    assert unordered("select a from cx.t where exists (select from cx.u order by b) limit 1")
    assert not unordered("select a from cx.t where b in (1, 2) order by a limit 5")
    assert not unordered("select 1; select a from (select b from cx.u order by b limit 2) x order by a limit 5")


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_migration_holds_no_sql_of_its_own(path: Path) -> None:
    """It names files, so on a fresh database what stands in ``sql/objects`` is what is installed."""
    tree = ast.parse(path.read_text("utf-8"))
    own = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and VERB.match(node.value)
        and re.search(r"\b(?:from|into|table|function|set|values|on)\b", node.value, re.I)
        and node is not getattr(tree.body[0], "value", None)
    ]
    assert own == [], "put the statement into sql/objects or sql/queries and name the file"


def test_every_object_file_is_installed_by_its_room() -> None:
    installed = {
        (path.parts[-3], name)
        for path in MIGRATIONS
        for room, name in re.findall(r'sql_object\("(\w+)", "(\w+)"\)', path.read_text("utf-8"))
        if room == path.parts[-3]
    }
    assert installed == {(path.parts[-4], path.stem) for path in OBJECTS}


def test_every_query_file_is_used() -> None:
    text = "".join(path.read_text("utf-8") for path in house.python_files(tests=False))
    unused = [path for path in QUERIES if f'sql_query("{path.parts[-4]}", "{path.stem}")' not in text]
    assert unused == [], "use the query or delete its file"


@pytest.mark.parametrize("path", house.sql_files(), ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_every_file_says_what_it_is_for(path: Path) -> None:
    assert path.read_text("utf-8").startswith("-- "), "begin the file with a comment: purpose, inputs, columns"


def test_every_function_and_table_is_described() -> None:
    """A comment stands above each table, type and function; one comment may stand above a type and its function."""
    bare = []
    for path in OBJECTS:
        lines = path.read_text("utf-8").splitlines()
        for number, line in enumerate(lines):
            made = re.match(r"create (?:or replace )?(?:table|function) cx\.(\w+)", line)
            if made and made[1] not in UNDERSTOOD and not _described(lines, number):
                bare.append(f"{path.parts[-4]}/{path.name}: {made[1]}")
    assert bare == [], "say above it what it is for, for whom, and which rules it raises"


UNDERSTOOD = {
    "refuse_text_v1": "the same as refuse_v1 above it, for places where text is wanted",
    "ledger_emit_v1": "the comment at the head of its file",
    "ledger_session_close_v1": "its name",
}
"""Functions that need no words of their own."""


def _described(lines: list[str], number: int) -> bool:
    """Whether a comment stands above this line, with at most blank lines, a type or a table's end between."""
    for line in reversed(lines[:number]):
        if line.startswith("--"):
            return True
        if line.startswith(
            ("grant ", "end", "create function", "create or replace", "create table", "return ", ")")
        ) and not line.startswith(");"):
            return False
    return False


def test_first_needs_an_order() -> None:
    """The same for the ORM: ``first()`` and ``last()`` without ``order_by`` depend on luck."""
    bare = []
    for path in house.python_files(tests=False):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in {"first", "last"}
            ):
                chain = ast.unparse(node.func.value)
                if ".objects" in chain and "order_by" not in chain:
                    bare.append(f"{path.relative_to(house.SRC)}:{node.lineno}")
    assert bare == []
