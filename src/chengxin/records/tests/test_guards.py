"""Each constraint of the life-cycle proved as owner, past every door: the database itself refuses."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from chengxin.records.states import LABELS, allowed
from chengxin.records.tests.test_bounds import DAY, years

pytestmark = pytest.mark.database
Db = psycopg.Connection[Any]


@pytest.fixture
def owner(connect: Callable[[str], Db]) -> Db:
    return connect("owner")


def put(db: Db, **columns: Any) -> None:
    """Insert one event row with harmless defaults."""
    row: dict[str, Any] = {
        "person": uuid4(),
        "record": uuid4(),
        "seq": 2,
        "act": uuid4(),
        "known_at": "now",
        "from_state": "PROPOSED",
        "to_state": "SERVED",
        "adverse": True,
        "on_date": "2026-06-01",
        "served_on": "2026-06-01",
        "wait_days": 15,
        "wait_until": "2026-06-16",
        "effective_on": None,
    } | columns
    names = ", ".join(row)
    db.execute(
        f"insert into cx.records_event ({names}) values ({', '.join(['%s'] * len(row))})".encode(), list(row.values())
    )


def refused(db: Db, code: str, **columns: Any) -> None:
    with pytest.raises(psycopg.errors.IntegrityError) as refusal:
        put(db, **columns)
    assert refusal.value.diag.constraint_name == code


def one(db: Db, sql: str, params: list[Any]) -> Any:
    row = db.execute(sql.encode(), params).fetchone()
    assert row is not None
    return row


def test_only_the_listed_steps(owner: Db) -> None:
    """RECORD-01, over every pair of states there is."""
    full = {"effective_on": "2026-06-17", "accepted": False}
    for a, b in itertools.product(["", *LABELS], LABELS):
        seq = 1 if a == "" else 2
        if allowed(a, b):
            put(owner, from_state=a, to_state=b, seq=seq, **full)
        else:
            refused(owner, "RECORD-01", from_state=a, to_state=b, seq=seq, **full)
    with pytest.raises(psycopg.errors.NotNullViolation):
        put(owner, from_state=None)


def test_effective_needs_service_and_waiting(owner: Db) -> None:
    step = {"from_state": "SERVED", "to_state": "EFFECTIVE"}
    put(owner, **step, effective_on="2026-06-17")
    start = {"from_state": "", "to_state": "EFFECTIVE", "seq": 1, "effective_on": "2026-06-01", "served_on": None}
    put(owner, **start, adverse=False)  # a licence or an honour counts at once
    refused(owner, "RECORD-02", **start)
    put(owner, **step, effective_on="2026-06-02", accepted=True)
    refused(owner, "RECORD-02", **step, effective_on="2026-06-16")  # the last day of the period is still the person's
    refused(owner, "RECORD-02", **step, effective_on=None)
    refused(owner, "RECORD-02", **step, effective_on="2026-06-17", served_on=None)
    refused(owner, "RECORD-02", **step, effective_on="2026-06-17", wait_until=None)
    refused(owner, "RECORD-02", **step, effective_on="2026-05-31", accepted=True)


def test_waiting_period_has_its_length(owner: Db) -> None:
    put(owner, wait_until="2026-06-18")
    refused(owner, "RECORD-03", wait_until="2026-06-15")
    refused(owner, "RECORD-03", wait_days=None)
    refused(owner, "RECORD-03", served_on=None)


def test_no_fork_and_one_start(owner: Db) -> None:
    person, record = uuid4(), uuid4()
    put(owner, person=person, record=record)
    refused(owner, "records_event_pkey", person=person, record=record)
    refused(owner, "RECORD-08", seq=1)
    refused(owner, "RECORD-08", seq=2, from_state="", to_state="PROPOSED")


STEP = (
    "select cx.records_step_v1(%s, array[%s::uuid], array[%s::uuid], array[%s::uuid], array[%s], array[%s], "
    "null, null, null, null, null)"
)


def test_step_function_refuses_gap_fork_and_foreign_act(owner: Db, citizen: Any) -> None:
    """Called as owner with an act that is open: what remains are the function's own checks."""
    (record,) = one(owner, "select record from cx.records_record where person = %s", [citizen.person])

    def step(
        seq: int, to: str, *, activity: str = "records.accept", person: UUID | None = citizen.person
    ) -> str | None:
        line = uuid4()
        try:
            with owner.transaction(force_rollback=True):
                owner.execute(
                    "select cx.ledger_act_v1(%s::bytea, array[%s::uuid], array[%s::uuid], 'records.accept', '')",
                    [citizen.token, citizen.person, line],
                )
                owner.execute(STEP.encode(), [activity, person, record, line, seq, to])
        except psycopg.Error as error:
            return error.diag.constraint_name
        return None

    assert step(2, "WITHDRAWN") is None
    assert step(3, "WITHDRAWN") == "RECORD-05"  # gap
    assert step(1, "PROPOSED") == "RECORD-05"  # no predecessor
    assert step(2, "EFFECTIVE") == "RECORD-01"
    assert step(2, "WITHDRAWN", activity="redress.decide") == "ACT-01"
    assert step(2, "WITHDRAWN", person=uuid4()) == "ACT-01"


def test_version_cannot_outlast_the_law(owner: Db, citizen: Any) -> None:
    row = one(
        owner,
        "select person, record, act, decided_on, retained_until, content_hmac from cx.records_version where person = %s",
        [citizen.person],
    )
    sql = "insert into cx.records_version select %s, %s, 2, %s, gen_random_uuid(), 1, now(), %s, %s, %s::date, %s, '{}', 'x', %s"

    def version(severity: str, end: str | None) -> str | None:
        try:
            with owner.transaction(force_rollback=True):
                owner.execute(sql, [row[0], row[1], row[2], row[3], severity, end, row[4], row[5]])
        except psycopg.Error as error:
            return error.diag.constraint_name
        return None

    assert version("GENERAL", str(row[4])) is None
    assert version("GENERAL", "2099-01-01") == "RECORD-06"
    assert version("MINOR", str(row[4])) == "RECORD-07"
    assert version("UNDETERMINED", None) is None


def test_display_beyond_the_maximum_is_not_admitted(owner: Db, officer: Any) -> None:
    """RECORD-09 holds whatever the program computed: one year for a general act, none for a minor one. RECORD-11: an
    adverse item knows no record without a class.
    """
    stage = (
        "insert into cx.records_stage values (%s, %s, 1, sha256('i'), sha256('p'), 'citizen', %s, 'k', 'i', gen_random_uuid(), "
        "'a', 'a', 'd', %s, %s, %s::date, %s, '{}', 'x', sha256('c'), sha256('f'), '', null, null)"
    )
    sql = (
        "select cx.records_admit_v1('intake.close', %s, gen_random_uuid(), 'XZCF', 1, 'x', array[1], array[%s::uuid], "
        "array[%s::uuid], array[1])"
    )

    (today,) = one(owner, "select cx.ledger_today_v1()", [])
    decided = today - timedelta(days=200)

    def admit(severity: str, end: date | None) -> str | None:
        line, nobody = uuid4(), UUID(int=0)
        try:
            with owner.transaction(force_rollback=True):
                owner.execute(
                    "select cx.ledger_act_v1(%s::bytea, array[%s::uuid], array[%s::uuid], 'intake.close', '')",
                    [officer.token, nobody, line],
                )
                owner.execute(stage.encode(), [line, line, nobody, decided, severity, end, years(decided, 5)])
                owner.execute(sql.encode(), [line, nobody, line])
        except psycopg.Error as error:
            return error.diag.constraint_name
        return None

    assert admit("GENERAL", years(decided, 1)) is None
    assert admit("GENERAL", years(decided, 1) + DAY) == "RECORD-09"
    assert admit("SERIOUS", years(decided, 3)) is None
    assert admit("SERIOUS", years(decided, 3) + DAY) == "RECORD-09"
    assert admit("MINOR", None) is None
    assert admit("NONE", None) == "RECORD-11"


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
def test_act_check_of_twenty_thousand_rows(mode: str, owner: Db, officer: Any) -> None:
    """The set-wise check stays linear in both plan modes and still finds the one row whose act is missing."""
    n = 20_000
    owner.execute(f"set plan_cache_mode = {mode}".encode())
    owner.execute("set statement_timeout = '20s'")
    with owner.transaction(force_rollback=True):
        persons, lines = [uuid4() for _ in range(n)], [uuid4() for _ in range(n)]
        opening = "select cx.ledger_act_v1(%s::bytea, %s::uuid[], %s::uuid[], 'records.admit', '')"
        owner.execute(opening, [officer.token, persons, lines])
        check = "select cx.ledger_require_acts_v1(%s::uuid[], %s::uuid[], 'records.admit')"
        assert owner.execute(check, [persons, lines]).fetchone() == (True,)
        lines[n // 2] = uuid4()
        with pytest.raises(psycopg.Error) as refusal:
            owner.execute(check, [persons, lines])
        assert refusal.value.diag.constraint_name == "ACT-01"
    with pytest.raises(psycopg.Error) as refusal:
        owner.execute("select cx.ledger_require_acts_v1('{}', '{}', 'records.admit')")
    assert refusal.value.diag.constraint_name == "ACT-01"
