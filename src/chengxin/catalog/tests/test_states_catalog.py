"""``states.py`` = CHECK of the database, for every step; random lives follow the table."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.catalog import api
from chengxin.catalog.states import DRAFT, LABELS, PUBLISHED, TERMINAL, TRANSITIONS, allowed
from chengxin.catalog.tests.material import Desk, day, definition
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import act, scalar

STATES = ("", *LABELS)
ACTIVITIES = tuple(sorted({activity for _, _, activity, _ in TRANSITIONS}))
STEPS = {(source, target, activity) for source, target, activity, _ in TRANSITIONS}


def test_every_triple_is_decided_by_the_table() -> None:
    for step in product(STATES, STATES, ACTIVITIES):
        assert allowed(*step) == (step in STEPS)
        assert allowed(step[0], step[1]) == any(one[:2] == step[:2] for one in STEPS)


def test_states_are_reached_and_ended() -> None:
    assert len(STEPS) == len(TRANSITIONS), "a step stands twice"
    assert {target for _, target, _ in STEPS} == set(LABELS)
    assert {source for source, _, _ in STEPS} == {"", *LABELS} - TERMINAL


@pytest.mark.database
def test_the_database_allows_exactly_the_table(home: Any, connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    del home
    owner = connect("owner")
    definition_of = "select pg_get_constraintdef(oid) from pg_constraint where conname = 'CATALOG-20'"
    (check,) = owner.execute(definition_of.encode()).fetchone() or ("",)
    expression = re.fullmatch(r"CHECK \((.*)\)", check, re.S)
    assert expression is not None
    every = list(product((*STATES, "NONSENSE"), (*STATES, "NONSENSE"), (*ACTIVITIES, "catalog.nonsense")))
    found = owner.execute(
        f"select from_state, to_state, activity from unnest(%s::text[], %s::text[], %s::text[]) "
        f"as v(from_state, to_state, activity) where {expression[1]}".encode(),
        [[step[at] for step in every] for at in range(3)],
    ).fetchall()
    assert set(found) == STEPS


@pytest.fixture(scope="module")
def desk(home: Any) -> Desk:
    return Desk(home)


@pytest.mark.database
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ACTIVITIES), st.sampled_from(tuple(LABELS))), max_size=12))
def test_a_random_life_follows_the_table(desk: Desk, life: list[tuple[str, str]]) -> None:
    """Straight at the database's door, past everything Python says."""
    editor = {"catalog.draft", "catalog.submit"}
    code, version = api.new_draft(desk.editor, definition())
    state = DRAFT
    for activity, target in life:
        by_two = {"catalog.resume": desk.other}
        token = desk.editor if activity in editor else by_two.get(activity, desk.approver)
        saves = (state, target) == (DRAFT, DRAFT)
        if activity == "catalog.tick":
            with pytest.raises(Refused, match="DUTY-01"):
                step(token, activity, code, version, target)
        elif allowed(state, target, activity) and not saves:
            step(token, activity, code, version, target)
            state = target
        else:
            with pytest.raises(Refused, match="CATALOG-20"):
                step(token, activity, code, version, target)
    found = api.version(code, version)
    assert found is not None
    assert found.state == state
    assert [one.to_state for one in api.steps(code, version)][-1] == state
    assert any(head.code == code and head.in_force for head in api.heads()) == (state == PUBLISHED)


def step(token: bytes, activity: str, code: str, version: int, target: str, *, reason: str = "有理由") -> None:
    with act(token, activity=activity) as line:
        scalar(
            "select cx.catalog_step_v1(%s::uuid, %s::text, %s::text, %s::integer, %s::text, %s::date, %s::text)",
            [line, activity, code, version, target, day(0), reason],
        )
