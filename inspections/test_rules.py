"""A rule has one code, and the code stands in the function, the sentence, the source, the test and the docs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from chengxin.kernel.rule import Rule
from inspections.catalog import Connection, query
from tools import house

FRAMEWORK_NAMES = re.compile(r"_(pkey|fkey|key|check\d*|not_null|id)$")
"""Names that PostgreSQL and Django give; they refuse nothing that a person could bring about."""
FORM = re.compile(r"[A-Z]+-\d\d")


def problems(rules: dict[str, Rule], used: dict[str, list[str]], tested: dict[str, list[str]]) -> list[str]:
    """What is missing to a rule."""
    found = [
        f"{code} is used in {files[0]} and no words.py says it: add a Rule"
        for code, files in used.items()
        if code not in rules
    ]
    for code, rule in rules.items():
        if not FORM.fullmatch(code) or rule.code != code:
            found.append(f"{code}: a code is ROOM-nn, and the key of its rule")
        if not rule.sentence or not rule.source:
            found.append(f"{code} needs a sentence a person understands, and its source")
        if "!" in rule.sentence or "！" in rule.sentence:
            found.append(f"{code}: no exclamation marks")
        if code not in used:
            found.append(f"{code} is said and never used: use it or take it out of words.py")
        if code not in tested:
            found.append(f"{code} is named by no test: prove that it refuses, in the tests of its room")
    return sorted(found)


def test_every_rule_is_whole() -> None:
    rules = {code: rule for code, (_, rule) in house.rules().items()}
    assert problems(rules, house.codes_in_code(), house.codes_in_tests()) == []


def test_inspection_finds_what_is_missing() -> None:
    whole = {"A-01": Rule("A-01", "不行。", "law 1")}
    assert problems(whole, {"A-01": ["f"]}, {"A-01": ["t"]}) == []
    assert problems(whole, {"A-01": ["f"], "A-02": ["f"]}, {"A-01": ["t"]}) != []
    assert problems(whole, {}, {"A-01": ["t"]}) != []
    assert problems(whole, {"A-01": ["f"]}, {}) != []
    assert problems({"A-01": Rule("A-01", "不行。", "")}, {"A-01": ["f"]}, {"A-01": ["t"]}) != []


def refusable() -> set[str]:
    """Codes that reach a page as a bare code: raised by the database, or as ``Refused`` with nothing but a code."""
    found = {code for code, files in house.codes_in_code().items() if any(file.endswith(".sql") for file in files)}
    for path in house.python_files(tests=False):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Refused"
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_pages_have_a_sentence_for_every_refusal() -> None:
    """Each room with rules is gathered by the pages, and a bare code has a sentence without gaps."""
    from chengxin.portal.words import UNKNOWN_RULE, sentence

    silent = sorted(code for code in refusable() if sentence(code) == UNKNOWN_RULE or "{" in sentence(code))
    assert silent == [], (
        "put a Rule with a whole sentence into RULES of the room's words.py, and the room into portal.words.ROOMS"
    )


def unnamed(connection: Connection) -> list[str]:
    """Constraints and indexes whose name is neither a rule's code nor one that PostgreSQL gives."""
    found = query(
        connection,
        "select conname, conrelid::regclass::text from pg_constraint "
        "where connamespace = 'cx'::regnamespace and contype = 'c'",
    )
    return [
        f"CHECK {name} on {table}: name it after its rule; what only a program error can break, PostgreSQL names"
        for name, table in found
        if name not in house.rules() and not FRAMEWORK_NAMES.search(name)
    ]


@pytest.mark.database
def test_checks_are_named_after_their_rules(owner: Connection) -> None:
    assert unnamed(owner) == []


@pytest.mark.database
def test_inspection_finds_a_check_without_rule(owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute('alter table cx.people_person add constraint "PEOPLE-99" check (person is not null)')
        assert len(unnamed(owner)) == 1


def test_one_code_is_said_by_one_room() -> None:
    """``house.rules`` raises when two rooms say the same code; prefixes tell the room."""
    rooms: dict[str, set[str]] = {}
    for code, (room, _) in house.rules().items():
        rooms.setdefault(code.split("-")[0], set()).add(room)
    assert {prefix: found for prefix, found in rooms.items() if len(found) > 1} == {}


def test_code_names_exist() -> None:
    """Prose that names a code names one that exists."""
    known = house.rules()
    wrong = {
        f"{path.relative_to(house.ROOT)}: {code}"
        for path in [*house.python_files(tests=False), *house.sql_files(), *_documents()]
        for code in re.findall(rf"\b(?:{'|'.join(_prefixes())})-\d\d\b", path.read_text("utf-8"))
        if code not in known
    }
    assert wrong == set()


def _prefixes() -> set[str]:
    return {code.split("-")[0] for code in house.rules()}


def _documents() -> list[Path]:
    return sorted(house.ROOT.glob("docs/**/*.md"))
