"""The store's own bounds on periods (RECORD-09), at their edges, past every door: as owner, over staged rows."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.types.json import Jsonb

from chengxin.kernel.periods import Period, Unit, day_after

pytestmark = pytest.mark.database
Db = psycopg.Connection[Any]
DAY = timedelta(days=1)


def years(day: date, value: int) -> date:
    return day_after(day, Period(value, Unit.YEAR))


@pytest.fixture
def owner(connect: Callable[[str], Db]) -> Db:
    return connect("owner")


@pytest.fixture
def today(owner: Db) -> date:
    row = owner.execute("select cx.ledger_today_v1()").fetchone()
    assert row is not None
    day: date = row[0]
    return day


def bounds(db: Db, item: str, **row: Any) -> str:
    """The rule that keeps a staged row out; empty when none does."""
    given = {
        "run": uuid4(), "batch": uuid4(), "source_row": 1, "hmac": bytes(32), "pair": bytes(32), "id_type": "citizen",
        "candidate": uuid4(), "dek": b"k", "identity": b"i", "record": uuid4(), "authority": "a",
        "authority_name": "机关", "doc_no": "文〔2026〕1号", "severity": "NONE", "plain": Jsonb({}), "sealed": b"x",
        "content": secrets.token_bytes(32), "fingerprint": secrets.token_bytes(32), "reason": "",
    } | row  # fmt: skip
    columns, marks = ", ".join(given), ", ".join(["%s"] * len(given))
    db.execute(f"insert into cx.records_stage ({columns}) values ({marks})".encode(), list(given.values()))
    try:
        db.execute("select cx.records_bounds_v1(%s, array[1], %s)", [given["run"], item])
    except psycopg.DatabaseError as error:
        return str(error.diag.constraint_name)
    return ""


def test_what_harms_ends_with_the_last_day_of_its_period(owner: Db, today: date) -> None:
    decided = today - timedelta(days=30)
    most: dict[str, Any] = {
        "decided_on": decided,
        "display_end": years(decided, 1),
        "retained_until": years(decided, 5),
    }
    assert bounds(owner, "XZCF", severity="GENERAL", **most) == ""
    assert bounds(owner, "XZCF", severity="GENERAL", **most | {"display_end": most["display_end"] + DAY}) == "RECORD-09"
    longer = {"retained_until": most["retained_until"] + DAY}
    assert bounds(owner, "XZCF", severity="GENERAL", **most | longer) == "RECORD-09"
    # An end that the penalty states prolongs nothing.
    stated = {"plain": Jsonb({"CF_YXQ": years(decided, 9).isoformat()})}
    assert bounds(owner, "XZCF", severity="GENERAL", **most | longer | stated) == "RECORD-09"


def test_what_is_granted_is_shown_while_it_holds_and_kept_five_years_after(owner: Db, today: date) -> None:
    decided, ends = today - timedelta(days=300), today + timedelta(days=3650)
    plain = {"plain": Jsonb({"ZY_YXQZ": ends.isoformat()})}
    most: dict[str, Any] = {"decided_on": decided, "display_end": ends + DAY, "retained_until": years(ends, 5)} | plain
    assert bounds(owner, "ZY_YS", **most) == ""
    for longer in ("display_end", "retained_until"):
        assert bounds(owner, "ZY_YS", **most | {longer: most[longer] + DAY}) == "RECORD-09"


@pytest.mark.parametrize("stated", [{}, {"ZY_YXQZ": "9999-12-31"}, {"ZY_YXQZ": "永久"}])
def test_no_end_is_the_longest_period(stated: dict[str, str], owner: Db, today: date) -> None:
    decided = today - timedelta(days=300)
    end = years(decided, 20)
    kept = years(end - DAY, 5) if stated.get("ZY_YXQZ") == "9999-12-31" else end
    most: dict[str, Any] = {"decided_on": decided, "display_end": end, "retained_until": kept, "plain": Jsonb(stated)}
    assert bounds(owner, "ZY_YS", **most) == ""
    for longer in ("display_end", "retained_until"):
        assert bounds(owner, "ZY_YS", **most | {longer: most[longer] + DAY}) == "RECORD-09"


def test_without_a_column_for_its_end_a_record_counts_from_the_decision(owner: Db, today: date) -> None:
    decided = today - timedelta(days=300)
    most: dict[str, Any] = {
        "decided_on": decided,
        "display_end": years(decided, 3),
        "retained_until": years(decided, 5),
    }
    assert bounds(owner, "XYCN", **most) == ""
    for longer in ("display_end", "retained_until"):
        assert bounds(owner, "XYCN", **most | {longer: most[longer] + DAY}) == "RECORD-09"
