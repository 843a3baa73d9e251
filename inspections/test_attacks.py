"""The attacks on the log: nine, each with its test, and the documents say what the tests measure."""

from __future__ import annotations

import ast

import pytest

from chengxin.ledger.attacks import ATTACKS, DETECTORS
from tools import house

TESTS = house.SRC / "ledger" / "tests" / "log" / "test_attacks.py"
NAMES = {
    "log.md": {name: name for name in (*DETECTORS, "nobody")},
    "log.zh.md": {**DETECTORS, "nobody": "没有人"},
}
"""Page -> what it calls the detectors."""
TIMED = {"nights", "visits"}


def timed() -> dict[str, set[int]]:
    """Name of a test -> numbers of the attacks whose time it takes."""
    found: dict[str, set[int]] = {}
    for node in ast.parse(TESTS.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            calls = [one for one in ast.walk(node) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)]
            found[node.name] = {
                int(one.args[0].value)  # type: ignore[arg-type]
                for one in calls
                if isinstance(one.func, ast.Attribute)
                and one.func.attr in TIMED
                and isinstance(one.args[0], ast.Constant)
            }
    return found


def test_all_nine_attacks_have_a_test_that_takes_their_time() -> None:
    assert [one.number for one in ATTACKS] == list(range(1, 10))
    assert {name for one in ATTACKS for name in one.detectors} == set(DETECTORS)
    assert [one.number for one in ATTACKS if not one.detectors] == [7], "only the unseen tail may go unfound"
    tests = timed()
    assert {one.number: tests.get(one.test) for one in ATTACKS} == {one.number: {one.number} for one in ATTACKS}


@pytest.mark.parametrize("page", NAMES)
def test_the_document_names_each_with_its_bound(page: str) -> None:
    text = (house.ROOT / "docs" / "explanation" / page).read_text("utf-8")
    rows = [row for line in text.splitlines() if (row := line.split("|"))[1:] and row[1].strip().isdigit()]
    told = {int(row[1]): (row[5].strip(), row[6].strip()) for row in rows}
    assert told == {one.number: (one.within, f"`{one.test}`") for one in ATTACKS}, f"mend the table in {page}"
    for row in rows:
        detectors = ATTACKS[int(row[1]) - 1].detectors or ("nobody",)
        assert [one for one, name in NAMES[page].items() if name in row[3]] == list(detectors), row[2]
