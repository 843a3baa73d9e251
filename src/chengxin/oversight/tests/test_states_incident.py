"""``states.py`` = CHECK of the database, for every step; random lives follow the table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import product
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.oversight import api
from chengxin.oversight.rules import police_question, stamp
from chengxin.oversight.states import LABELS, TERMINAL, TRANSITIONS, allowed
from chengxin.oversight.tests.material import AUTHORITY, REASON, Duty, ago, by_hand, facts

STATES = ("", *LABELS)
ACTIVITIES = tuple(sorted({activity for _, _, activity in TRANSITIONS}))
STEPS = set(TRANSITIONS)


@pytest.fixture(scope="module")
def duty(home: Any) -> Duty:
    return Duty(home)


def test_every_triple_is_decided_by_the_table() -> None:
    for one in product(STATES, STATES, ACTIVITIES):
        assert allowed(*one) == (one in STEPS)
    assert len(STEPS) == len(TRANSITIONS), "a step stands twice"
    assert {target for _, target, _ in STEPS} == set(LABELS)
    assert {source for source, _, _ in STEPS} == {"", *LABELS} - TERMINAL


@pytest.mark.database
def test_the_database_allows_exactly_the_table(connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    """INCIDENT-01 = ``states.py``."""
    owner = connect("owner")
    (check,) = owner.execute(
        "select pg_get_constraintdef(oid) from pg_constraint where conname = 'INCIDENT-01'"
    ).fetchone() or ("",)
    every = list(product((*STATES, "nonsense"), (*STATES, "nonsense"), (*ACTIVITIES, "incident.nonsense")))
    found = owner.execute(
        "select from_state, to_state, activity from unnest(%s::text[], %s::text[], %s::text[]) "
        f"as v(from_state, to_state, activity) where {check.removeprefix('CHECK ')}".encode(),
        [[one[at] for one in every] for at in range(3)],
    ).fetchall()
    assert set(found) == STEPS


def bodies() -> dict[str, dict[str, Any]]:
    """What each step brings, as of now: half an hour after the import a delivery would lie before the discovery."""
    return {
        "incident.report": facts(),
        "incident.update": {"cause": "又查明了一点。"},
        "incident.scope": {"since": stamp(ago(hours=2)), "until": stamp(ago(hours=1))},
        "incident.notify": {"to": "authority", "parts": AUTHORITY, "text": "全文"},
        "incident.evidence": {"notice": "0", "method": "document", "delivered_at": stamp(ago()), "reference": "一"},
        "incident.confirm": {"level": "general", **REASON},
        "incident.refer": {"outcome": "referred", **REASON},
        "incident.review": {"review": "原因是验证码外借，已经培训并缩短会话。"},
    }


TABLE = tuple((activity, target) for source, target, activity in TRANSITIONS if source)
ANY = st.tuples(st.sampled_from(ACTIVITIES), st.sampled_from(tuple(LABELS)))


@pytest.mark.database
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.one_of(st.sampled_from(TABLE), ANY), st.booleans()), max_size=20))
def test_a_random_life_follows_the_table(duty: Duty, life: list[tuple[tuple[str, str], bool]]) -> None:
    """Straight at the database's door, past everything Python says: a step that is taken is one of the table's, and
    whatever is refused leaves the incident as it was.
    """
    made = duty.reported()
    for (activity, target), second in life:
        before = duty.now(made)
        body = dict(bodies().get(activity, REASON))
        if activity == "incident.evidence" and before.notices:
            body["notice"] = str(before.notices[-1].seq)
        code = by_hand(duty.other if second else duty.one, activity, made, before.seq + 1, target, body)
        if code:
            assert code.startswith("INCIDENT-")
            assert code == "INCIDENT-01" or allowed(before.state, target, activity)
            assert duty.now(made) == before
        else:
            assert allowed(before.state, target, activity)
            assert duty.now(made).state == target
    end = duty.now(made)
    if end.state in {"notified", "closed"}:
        assert end.told("authority")
        assert end.told("persons") or end.approved
    if end.state == "closed":
        assert end.review
        law = api.incident(duty.one, made)
        assert end.referral or not law.police


@pytest.mark.database
def test_python_and_the_database_ask_the_same_police_question(duty: Duty, connect: Callable[[str], Any]) -> None:
    from chengxin.oversight.queries import numbers

    owner = connect("owner")
    days = (stamp(ago(minutes=9)), "2016-03-01T08:00:00+08:00")
    for kind, items, insider, day in product(("leak", "loss"), (None, 0, 24, 25, 49, 50), (True, False), days):
        made = duty.reported(kind=kind, items=items, insider=insider, discovered_at=day)
        one = duty.now(made)
        (said,) = owner.execute("select cx.oversight_police_v1(%s, 2)", [made]).fetchone()
        assert said is police_question(one, numbers(datetime.now(UTC).date()))
