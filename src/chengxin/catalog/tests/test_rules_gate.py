"""The gate of publication: every rule refuses and allows, and the database says the same as ``rules.gate``."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from datetime import date
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.catalog import shape
from chengxin.catalog.checks import OTHER_ROLES, ROLES
from chengxin.catalog.facts import Prohibited
from chengxin.catalog.rules import gate, prohibited_in
from chengxin.catalog.tests import samples
from chengxin.catalog.tests.gate_cases import BAD, GOOD, OFFICE, Change
from chengxin.catalog.tests.material import SEED, definition
from chengxin.catalog.tests.mutations import Changed, mutated
from chengxin.catalog.words import RULES
from chengxin.kernel.normalise import folded_name
from chengxin.kernel.organisation import check_uscc

DAY = date(2026, 11, 23)


def changed(change: Change) -> dict[str, Any]:
    made = definition("TEST")
    change(made)
    return made


class Registers(dict[str, Any]):
    """The registers; too long to be shown with every failure."""

    def __repr__(self) -> str:
        return "the registers"


@pytest.fixture(scope="module")
def registers(home: Any) -> Registers:
    """The registers as they are stored, with two laws of these tests."""
    from chengxin.catalog.api import laws, parameter, prohibited, severity_rules

    with psycopg.connect(home.dsn("owner")) as owner:
        owner.execute(
            "insert into cx.catalog_law (code, title, article, level, valid_from, valid_to, superseded_by, note) values "
            "('T-OLD', '旧法', '', 'law', '2020-01-01', '2026-11-22', '', ''), "
            "('T-RULE', '某规章', '', 'rule', '2020-01-01', null, '', '') on conflict do nothing"
        )
    longest = parameter("retention_most", "", today=DAY)
    return Registers(prohibited=prohibited(), laws=laws(), standards=severity_rules(), longest=longest)


@pytest.fixture(scope="module")
def owner(home: Any) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(home.dsn("owner"), autocommit=True) as connection:
        yield connection


def both_gates(
    made: dict[str, Any], registers: dict[str, Any], owner: psycopg.Connection[Any], **more: Any
) -> set[tuple[str, str]]:
    """What the rules find, after proof that the database finds the same."""
    said = {(one.code, one.place) for one in gate(made, day=DAY, **registers, **more)}
    stored = owner.execute(
        "select code, place from cx.catalog_gate_v1(%s::jsonb, %s)", [json.dumps(made, default=str), DAY]
    ).fetchall()
    assert set(stored) == said
    return said


@pytest.mark.database
@pytest.mark.parametrize("case", BAD)
def test_both_gates_refuse(case: str, registers: Any, owner: psycopg.Connection[Any]) -> None:
    change, expected = BAD[case]
    assert expected in both_gates(changed(change), registers, owner)


@pytest.mark.database
@pytest.mark.parametrize("case", GOOD)
def test_both_gates_allow(case: str, registers: Any, owner: psycopg.Connection[Any]) -> None:
    assert both_gates(changed(GOOD[case]), registers, owner) == set()


@pytest.mark.database
@pytest.mark.parametrize("file", sorted(SEED.glob("items/*.toml")), ids=lambda file: file.stem)
def test_what_comes_with_the_program_passes(file: Any, registers: Any, owner: Any) -> None:
    assert both_gates(tomllib.loads(file.read_text("utf-8")), registers, owner) == set()


@pytest.mark.database
def test_an_item_keeps_its_side(registers: Any, owner: psycopg.Connection[Any]) -> None:
    """CATALOG-14: what was ever published under a code says what the code is."""
    made = definition("XZCF", polarity="neutral", severity="NONE")
    found = both_gates(made, registers, owner, polarity="adverse")
    assert ("CATALOG-14", "item.polarity") in found
    assert both_gates(definition("XZCF"), registers, owner, polarity="adverse") == set()


VALUES = [
    "x",
    "",
    7,
    -7,
    1.5,
    10**9,
    True,
    None,
    ["x"],
    [7],
    [],
    {},
    {"x": "y"},
    {"x": 7},
    {"x": {"y": "z"}},
    {"x": {"y": 7}},
]


@pytest.mark.database
@pytest.mark.parametrize("kind", [shape.TEXT, shape.NUMBER, shape.YES_NO, shape.TEXTS, shape.PAIRS, shape.TABLES])
def test_both_gates_read_a_value_alike(kind: str, owner: psycopg.Connection[Any]) -> None:
    for value in VALUES:
        row = owner.execute("select cx.catalog_fits_v1(%s::jsonb, %s)", [json.dumps(value), kind]).fetchone()
        assert row == (shape.fits(value, kind),), value


@pytest.mark.database
@pytest.mark.parametrize("section", ["item", "sealed", *shape.ROWS])
def test_both_gates_know_what_every_value_is(section: str, registers: Any, owner: psycopg.Connection[Any]) -> None:
    for key in {"item": shape.HEAD, "sealed": shape.SEALED, **shape.ROWS}[section]:
        made = definition("TEST")
        row = made[section] if section in ("item", "sealed") else made[section][-1]
        row[key] = {"x": 7}
        assert any(code == "CATALOG-13" for code, _ in both_gates(made, registers, owner)), key


@pytest.mark.database
@pytest.mark.parametrize(
    "code", [OFFICE, "9111090900000001XX", "", "*", OFFICE.lower(), f"{OFFICE}\n", "\uff21" * 18, "A" * 18]
)
def test_the_database_checks_codes_as_the_kernel_does(code: str, owner: psycopg.Connection[Any]) -> None:
    row = owner.execute("select cx.catalog_uscc_v1(%s)", [code]).fetchone()
    assert row == (check_uscc(code).valid,)


@pytest.mark.database
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\0")))
def test_the_database_folds_names_as_the_kernel_does(owner: psycopg.Connection[Any], text: str) -> None:
    row = owner.execute("select cx.catalog_folded_v1(%s)", [text]).fetchone()
    assert row == (folded_name(text),)


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from(["", "x", "2026-01-01", "工资", "adverse", "NONE"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "name", "role", "kind", "value", "columns", "valid_from", "providers", "aliases"]),
            inner,
            max_size=1,
        )
    ),
    max_leaves=8,
)


@pytest.mark.database
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["item", "field", "basis", "parameter", "code", "format"]), JSON, st.integers(0, 9), JSON)
def test_both_gates_take_any_json(registers: Any, owner: Any, section: str, value: Any, at: int, cell: Any) -> None:
    """What cannot be read is a problem in both, never an error in either."""
    made = definition("TEST")
    rows = made.get(section)
    if isinstance(rows, list) and rows and at:
        row = copy.deepcopy(rows[at % len(rows)])
        row[sorted(row)[at % len(row)]] = cell
        made[section] = [*rows, row]
    else:
        made[section] = value
    both_gates(made, registers, owner)


@pytest.mark.database
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mutated())
def test_both_gates_judge_a_changed_item_alike(registers: Any, owner: Any, made: Changed) -> None:
    # Under a code of its own: CATALOG-14 is about what was published under it.
    made["item"]["code"] = "TEST"
    both_gates(made, registers, owner)


@pytest.mark.parametrize("code", samples.codes())
def test_no_item_keeps_in_the_open_who_it_is_about(code: str) -> None:
    """个人信息保护法 51: names and numbers stand in the vault, words are encrypted; whoever changes that is refused."""
    for at, field in enumerate(samples.definition(code)["field"]):
        secret = field["kind"] in ("name", "identity", "id_type") or (field["kind"] == "text" and not field.get("role"))
        if not secret:
            continue
        assert field["store"] == ("sealed" if field["kind"] == "text" else "identity")
        for store in {"plain", "column", "sealed", "identity"} - {field["store"]}:
            made = copy.deepcopy(samples.definition(code))
            made["field"][at]["store"] = store
            assert ("CATALOG-18", field["code"]) in {(one.code, one.place) for one in gate(made, [], DAY)}


def test_roles_are_those_that_intake_knows() -> None:
    from chengxin.intake.facts import ROLES as KNOWN

    assert {*ROLES, *OTHER_ROLES} == KNOWN - {"withdraw_reason"}, (
        "only files that withdraw say why, whatever their item"
    )


def test_every_problem_has_a_sentence() -> None:
    problems = gate({}, [], DAY)
    assert {one.message for one in problems} <= {rule.sentence for rule in RULES.values()}
    assert {"CATALOG-01", "CATALOG-04", "CATALOG-07", "CATALOG-10", "CATALOG-13"} <= {one.code for one in problems}


def test_every_rule_of_the_gate_is_proved() -> None:
    """CATALOG-14 has a test of its own: it takes a version that was published."""
    assert {f"CATALOG-{number:02d}" for number in (*range(1, 14), 15, 16, 18)} == {
        expected[0] for _, expected in BAD.values()
    }


def ban(word: str, kind: str) -> Prohibited:
    return Prohibited(date(2026, 1, 1), None, "property", word, kind, "某规定")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("工资", True),
        ("工 资 收 入", True),
        ("拖欠工资", False),
        ("拖欠工资的工资", True),
        ("拖欠工工资资", True),
        ("", False),
    ],
)
def test_a_phrase_excuses_only_its_own_words(text: str, found: bool) -> None:
    bans = [ban("工资", "name"), ban("拖欠工资", "unless"), ban("拖欠", "unless")]
    assert bool(prohibited_in(text, bans)) is found
