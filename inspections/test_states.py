"""``states.py`` = CHECK of the database = diagram in the docs, for every pair of states."""

from __future__ import annotations

import re
from itertools import product

import pytest

from chengxin.records.states import LABELS, TERMINAL, TRANSITIONS, allowed
from inspections.catalog import Connection, query
from tools import house

STATES = ("", *LABELS)
PAIRS = {(source, target) for source, target, _ in TRANSITIONS}


def checked(connection: Connection) -> dict[tuple[str, str], bool]:
    """What the CHECK itself answers for every pair, and for a NULL on either side."""
    ((definition,),) = query(
        connection,
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'RECORD-01' "
        "and conrelid = 'cx.records_event'::regclass",
    )
    expression = re.fullmatch(r"CHECK \((.*)\)(?: NOT VALID)?", definition, re.S)
    assert expression is not None
    every = [*product(STATES, STATES), ("NONSENSE", "PROPOSED"), ("PROPOSED", "NONSENSE")]
    rows = query(
        connection,
        f"select from_state, to_state, ({expression[1]}) "
        "from unnest(%s::text[], %s::text[]) as v(from_state, to_state)",
        [source for source, _ in every],
        [target for _, target in every],
    )
    return {(source, target): bool(answer) for source, target, answer in rows}


@pytest.mark.database
def test_database_allows_exactly_the_table(owner: Connection) -> None:
    assert {pair for pair, answer in checked(owner).items() if answer} == PAIRS


@pytest.mark.database
def test_every_row_was_checked(owner: Connection) -> None:
    found = query(
        owner, "select conname from pg_constraint where connamespace = 'cx'::regnamespace and not convalidated"
    )
    assert found == [], "validate the constraint: rows from before it are not checked"


@pytest.mark.database
def test_no_state_can_be_null(owner: Connection) -> None:
    """A NULL would slip past the CHECK."""
    nullable = query(
        owner,
        "select attname from pg_attribute where attrelid = 'cx.records_event'::regclass "
        "and attname in ('from_state', 'to_state') and not attnotnull",
    )
    assert nullable == []


@pytest.mark.database
def test_inspection_finds_a_planted_transition(owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute('alter table cx.records_event drop constraint "RECORD-01"')
        owner.execute(
            'alter table cx.records_event add constraint "RECORD-01" check ((from_state, to_state) in '
            "(('', 'PROPOSED'), ('PROPOSED', 'EFFECTIVE'))) not valid"
        )
        assert {pair for pair, answer in checked(owner).items() if answer} != PAIRS


def test_diagram_has_exactly_the_table() -> None:
    text = (house.ROOT / "docs" / "reference" / "states.md").read_text("utf-8")
    drawn = re.findall(r"^    (\[\*\]|[A-Z]+) --> ([A-Z]+)", text, re.M)
    assert {("" if source == "[*]" else source, target) for source, target in drawn} == PAIRS


def test_every_pair_is_decided_by_the_table() -> None:
    for source, target in product(STATES, STATES):
        assert allowed(source, target) == ((source, target) in PAIRS)


def test_states_are_reached_and_ended() -> None:
    """Every state has a word and can be reached; what is terminal is never left, everything else can be."""
    assert len(PAIRS) == len(TRANSITIONS), "a transition stands twice"
    assert {target for _, target in PAIRS} == set(LABELS)
    assert {source for source, _ in PAIRS} == {"", *LABELS} - TERMINAL
