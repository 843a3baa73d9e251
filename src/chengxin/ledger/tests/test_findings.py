"""What an adversary once found with raw SQL, a role's password and live session tokens: each stays closed."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from chengxin.intake.api import import_file
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.lookup.api import check
from chengxin.notice import api as notice
from chengxin.people.api import identity, ring, self_look, traces
from chengxin.records import api as records
from chengxin.redress import api as redress
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database
Connect = Callable[[str], psycopg.Connection[Any]]
NOBODY = UUID(int=0)


def code(db: psycopg.Connection[Any], sql: str, params: list[Any]) -> str | None:
    """Rule that refuses a statement, or None."""
    try:
        with db.transaction():
            db.execute(sql.encode(), params)
    except psycopg.Error as error:
        return error.diag.constraint_name or error.sqlstate
    return None


def own(citizen: Any) -> Any:
    return records.own(self_look(citizen.token))[0]


def effective(citizen: Any) -> None:
    look = self_look(citizen.token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    notice.open_letter(
        citizen.token, citizen.person, letter, record, notice.body(record, identity(look).name, today=today())
    )
    records.accept(citizen.token, citizen.person, own(citizen))


def lookup(db: psycopg.Connection[Any], clerk: Any, number: str, pair: bytes, line: UUID) -> UUID:
    sql = "select cx.lookup_look_v1(array[%s::bytea], array[%s::uuid], array[%s::bytea], array[%s::bytea], array['SUBSIDY'], array['1'])"
    row = db.execute(sql, [clerk.token, line, ring().blind_index("citizen", number), pair]).fetchone()
    return row[0][0]  # type: ignore[index,no-any-return]  # one row, one array


CHECK = "select found from cx.lookup_check_v1(array[%s::bytea], array[%s::uuid], array[%s::uuid], array[%s::bytea])"


def test_a_hit_cannot_be_turned_into_a_miss(citizen: Any, clerk: Any, connect: Connect) -> None:
    """Read with the right name, roll back, read again with a wrong one: the register would have said 无."""
    effective(citizen)
    web, line, pair = connect("web"), uuid4(), ring().pair_index("citizen", citizen.number, citizen.name)
    person = lookup(web, clerk, citizen.number, pair, line)
    with web.transaction(force_rollback=True):
        assert web.execute(CHECK, [clerk.token, person, line, pair]).fetchone() == (True,)
    assert code(web, CHECK, [clerk.token, person, line, secrets.token_bytes(32)]) == "LOOK-01"
    trace = next(t for t in traces(self_look(citizen.token), _yesterday()) if t.id == line)
    assert trace.outcome == ""  # 可能已查看


def _yesterday() -> Any:
    from django.utils import timezone

    return timezone.now() - timedelta(days=1)


def test_asking_leads_to_no_person_before_it_is_committed(clerk: Any, citizen: Any, connect: Connect) -> None:
    web, pair = connect("web"), secrets.token_bytes(32)
    name, number = fresh_person()
    with web.transaction(force_rollback=True):
        before = lookup(web, clerk, number, pair, uuid4())
    import_file_as_officer(number, name)
    with web.transaction(force_rollback=True):
        after = lookup(web, clerk, number, pair, uuid4())
        known = lookup(web, clerk, citizen.number, pair, uuid4())
    assert before == after
    assert known != citizen.person


def import_file_as_officer(number: str, name: str) -> None:
    from chengxin.people.api import console_session

    assert import_file(console_session("officer"), csv_of([penalty(name, number)]), item="XZCF").result.accepted == 1


def test_counters_of_table_access_are_closed(connect: Connect) -> None:
    web = connect("web")
    for sql in (
        "select * from pg_stat_xact_user_tables",
        "select * from pg_stat_user_indexes",
        "select * from pg_statio_user_tables",
        "select pg_stat_get_xact_tuples_fetched(1)",
        "select pg_stat_get_numscans(1)",
        "select pg_terminate_backend(1)",
    ):
        assert code(web, sql, []) == "42501", sql


def test_a_sealed_statement_opens_only_for_its_person(
    make_citizen: Callable[..., Any], reviewer: Any, connect: Connect
) -> None:
    """The officer's ciphertext, filed again under the same id by somebody else, would have been opened for them."""
    victim, other = make_citizen(), make_citizen()
    effective(victim)
    effective(other)
    filed = redress.object_to(victim.token, victim.person, own(victim), ground="error", statement="只有我知道的话")
    case = next(c for c in redress.queue(reviewer.token) if c.case_no == filed.case_no)
    look = redress.case_look(reviewer.token, case.person, case.case_no)
    web = connect("web")
    row = web.execute(
        "select statement from cx.redress_cases_v1(%s::bytea, %s::uuid, %s::uuid)", [look.token, look.person, look.id]
    ).fetchone()
    sealed, record = row[0], own(other)  # type: ignore[index]  # the case just opened

    def file(objection: UUID, case_no: str) -> str | None:
        line = uuid4()
        try:
            with web.transaction():
                web.execute(
                    "select cx.ledger_own_act_v1(%s::bytea, %s::uuid, 'redress.object', '')", [other.token, line]
                )
                web.execute(
                    "select cx.redress_object_v1(%s, %s, %s, %s, %s, %s, 'error', %s)",
                    [other.person, objection, line, record.record, record.seq + 1, case_no, sealed],
                )
        except psycopg.Error as error:
            return error.diag.constraint_name
        return None

    assert file(case.objection, "YY-SAME-ID") == "REDRESS-04"
    assert file(uuid4(), "YY-OTHER-ID") is None
    (mine,) = redress.own_cases(self_look(other.token))
    assert "只有我知道" not in mine.statement
    assert "无法读取" in mine.statement  # and the rest of the page still stands


def test_nobody_s_register_can_be_filled_with_made_up_lines(officer: Any, citizen: Any, connect: Connect) -> None:
    sql = "select cx.ledger_act_v1(%s::bytea, array[%s::uuid], array[gen_random_uuid()], 'records.admit', '')"
    assert code(connect("web"), sql, [officer.token, citizen.person]) == "42501"


def test_a_session_is_its_account_s(clerk: Any, citizen: Any, connect: Connect) -> None:
    sql = "select cx.ledger_session_open_v1('x', gen_random_uuid(), %s, 'citizen', %s, '', 'x', 1, '', false, 60, 60)"
    assert code(connect("signin"), sql, [clerk.account.account, citizen.person]) == "42501"


def test_what_a_thief_left_on_a_role_ends_with_the_next_start(home: Any, connect: Connect) -> None:
    from chengxin.operate.bootstrap import bootstrap

    web = connect("web")
    web.execute("alter role web set synchronous_commit = off")
    bootstrap(home)
    left = (
        connect("owner")
        .execute("select setconfig::text from pg_db_role_setting where setrole = 'web'::regrole")
        .fetchall()
    )
    assert all("synchronous_commit" not in str(row) for row in left)


def test_a_wrong_step_number_does_not_freeze_for_ever(citizen: Any, reviewer: Any, connect: Connect) -> None:
    effective(citizen)
    filed = redress.object_to(citizen.token, citizen.person, own(citizen), ground="error", statement="金额不对")
    case = next(c for c in redress.queue(reviewer.token) if c.case_no == filed.case_no)
    sql = "select cx.redress_decide_v1(%s::bytea, gen_random_uuid(), %s, %s, %s, 'rejected', 'x', current_date + 30)"
    for seq in (None, 1, 2, 99):
        assert code(connect("web"), sql, [reviewer.token, case.person, case.objection, seq]) == "RECORD-04"
    assert any(c.case_no == filed.case_no for c in redress.queue(reviewer.token))


def test_two_objections_and_one_decision_take_turns(citizen: Any, reviewer: Any, connect: Connect) -> None:
    """A second objection that is not committed yet keeps the first decision waiting, and then the freeze standing."""
    effective(citizen)
    first = redress.object_to(citizen.token, citizen.person, own(citizen), ground="error", statement="金额不对")
    case = next(c for c in redress.queue(reviewer.token) if c.case_no == first.case_no)
    record = own(citizen)
    citizen_db, officer_db, line = connect("web"), connect("web"), uuid4()
    citizen_db.execute("begin")
    citizen_db.execute("select cx.ledger_own_act_v1(%s::bytea, %s::uuid, 'redress.object', '')", [citizen.token, line])
    citizen_db.execute(
        "select cx.redress_object_v1(%s, %s, %s, %s, %s, 'YY-SECOND', 'privacy', 'x')",
        [citizen.person, uuid4(), line, record.record, record.seq + 1],
    )
    officer_db.execute("set lock_timeout = '200ms'")
    decide = "select cx.redress_decide_v1(%s::bytea, gen_random_uuid(), %s, %s, %s, 'rejected', 'x', current_date + 30)"
    arguments = [reviewer.token, case.person, case.objection, record.seq + 1]
    assert code(officer_db, decide, arguments) == "55P03"  # it waits
    citizen_db.execute("commit")
    assert code(officer_db, decide, arguments) is None
    assert own(citizen).state == "DISPUTED"


def test_an_officer_does_not_decide_about_themself(home: Any, citizen: Any) -> None:
    from chengxin.operate.seed import CREDIT_OFFICE, City
    from chengxin.people.api import console_session

    login = f"r{uuid4().hex[:10]}"
    with City(home) as city:
        holder = ring().blind_index("citizen", citizen.number)
        city.account("", login, "staff", "异议审核岗", duty="reviewer", organisation=CREDIT_OFFICE[0], holder=holder)
    effective(citizen)
    filed = redress.object_to(citizen.token, citizen.person, own(citizen), ground="error", statement="金额不对")
    token = console_session(login)
    case = next(c for c in redress.queue(token) if c.case_no == filed.case_no)
    look = redress.case_look(token, case.person, case.case_no)
    with pytest.raises(Refused, match="REDRESS-03"):
        redress.decide(
            token, case, redress.case_record(look), outcome="upheld", reasons="我认为自己是对的。\n理由如上所述。"
        )


def test_nothing_is_decided_in_the_future(citizen: Any, officer: Any, connect: Connect) -> None:
    """RECORD-09: a display period cannot be stretched by a date that is still to come."""
    name, number = fresh_person()
    ahead = str(today() + timedelta(days=1))
    result = import_file(officer.token, csv_of([penalty(name, number, CF_JDRQ=ahead)]), item="XZCF").result
    assert [(e.field, e.code) for e in result.errors] == [("CF_JDRQ", "INTAKE-10")]
    owner, line = connect("owner"), uuid4()
    with pytest.raises(psycopg.Error) as refusal, owner.transaction():
        owner.execute(
            "select cx.ledger_act_v1(%s::bytea, array[%s::uuid], array[%s::uuid], 'intake.close', '')",
            [officer.token, NOBODY, line],
        )
        run = staged(owner, uuid4(), [(1, secrets.token_bytes(32), uuid4(), "d")], decided=date(2090, 1, 1))
        owner.execute(
            "select cx.records_admit_v1('intake.close', %s, %s, 'XZCF', 1, 'x', array[1], array[%s::uuid], array[%s::uuid], "
            "array[1])",
            [run, uuid4(), NOBODY, line],
        )
    assert refusal.value.diag.constraint_name == "RECORD-09"


def staged(
    db: psycopg.Connection[Any], batch: UUID, rows: list[tuple[int, bytes, UUID, str]], *, decided: date
) -> UUID:
    """Rows (row, blind index, candidate, document number) on the stage, as a program with web's password puts them."""
    run = uuid4()
    for row, index, candidate, number in rows:
        db.execute(
            "insert into cx.records_stage values (%s, %s, %s, %s, sha256('pair'), 'citizen', %s, 'k', 'i', %s, 'a', 'a', %s, "
            "%s::date, 'GENERAL', %s::date, %s::date, '{}', 'x', %s, %s, '', null, null)",
            [
                run, batch, row, index, candidate, uuid4(), number, decided, decided + timedelta(days=300),
                decided + timedelta(days=1000), secrets.token_bytes(32), secrets.token_bytes(32),
            ],
        )  # fmt: skip
    return run


class Batch:
    """A batch of the first department, filled by raw calls."""

    def __init__(self, db: psycopg.Connection[Any], officer: Any, declared: int) -> None:
        self.db, self.officer, self.batch, line = db, officer, uuid4(), uuid4()
        with db.transaction():
            db.execute("select cx.ledger_own_act_v1(%s::bytea, %s::uuid, 'intake.open', '')", [officer.token, line])
            db.execute(
                "select cx.intake_open_v1(%s, %s, 'XZCF', 1, 'report', 'command', %s, 'CSV', %s)",
                [self.batch, line, secrets.token_bytes(32), declared],
            )

    def admit(self, rows: list[tuple[int, bytes, UUID, str]]) -> str | None:
        """(row, blind index, candidate, document number) of each row."""
        run = staged(self.db, self.batch, rows, decided=today() - timedelta(days=5))
        numbers = [row[0] for row in rows]
        sql = "select cx.intake_admit_v1(%s::bytea, %s::uuid, %s::uuid, 1, %s::integer, %s::integer)"
        return code(self.db, sql, [self.officer.token, self.batch, run, min(numbers), max(numbers)])

    def close(self, refused: int = 0) -> str | None:
        line = uuid4()
        try:
            with self.db.transaction():
                self.db.execute(
                    "select cx.ledger_own_act_v1(%s::bytea, %s::uuid, 'intake.close', '')", [self.officer.token, line]
                )
                self.db.execute("select cx.intake_close_v1(%s, %s, %s, 0, 0)", [self.batch, line, refused])
        except psycopg.Error as error:
            return error.diag.constraint_name
        return None


PERSON_KEYS = {"people_person_pkey", "people_identity_pkey"}


def test_a_candidate_key_cannot_hang_a_record_on_somebody_else(officer: Any, citizen: Any, connect: Connect) -> None:
    batch, index = Batch(connect("web"), officer, 2), secrets.token_bytes(32)
    assert citizen.person is not None
    assert batch.admit([(1, index, uuid4(), "d1"), (2, index, citizen.person, "d2")]) is None
    assert batch.close() is None
    assert len(records.own(self_look(citizen.token))) == 1
    alone = Batch(connect("web"), officer, 1)
    assert alone.admit([(1, secrets.token_bytes(32), citizen.person, "d3")]) in PERSON_KEYS


def test_a_record_never_comes_without_its_person(officer: Any, connect: Connect) -> None:
    """PEOPLE-02: the row whose candidate would open the person is turned away, so the other row of that number is too."""
    web = connect("web")
    batch, index = Batch(web, officer, 2), secrets.token_bytes(32)
    run = staged(web, batch.batch, [(2, index, uuid4(), "d2")], decided=today() - timedelta(days=5))
    web.execute(
        "insert into cx.records_stage values (%s, %s, 1, %s, sha256('pair'), 'citizen', %s, 'k', 'i', %s, 'a', 'a', 'd1', "
        "current_date - 5, 'GENERAL', current_date + 300, current_date + 900, '{}', 'x', sha256('c'), sha256('f'), '', %s, 1)",
        [run, batch.batch, index, uuid4(), uuid4(), uuid4()],
    )
    admit = "select cx.intake_admit_v1(%s::bytea, %s::uuid, %s::uuid, 1, 1, 2)"
    assert code(web, admit, [officer.token, batch.batch, run]) == "PEOPLE-02"


def test_a_row_is_admitted_once_and_a_receipt_tells_the_truth(officer: Any, connect: Connect) -> None:
    batch, index = Batch(connect("web"), officer, 2), secrets.token_bytes(32)
    assert batch.admit([(1, index, uuid4(), "d1")]) is None
    for number in ("d2", "d3"):
        assert batch.admit([(1, index, uuid4(), number)]) is None  # judged before: keeps its answer, takes nothing
    count = connect("owner").execute("select count(*) from cx.records_version where batch = %s", [batch.batch])
    assert count.fetchone() == (1,)
    assert batch.admit([(2, index, uuid4(), "d4"), (3, index, uuid4(), "d4")]) == "INTAKE-30"
    assert batch.close(refused=999_999) == "INTAKE-31"
    assert batch.close() == "INTAKE-31"  # two rows were declared
    assert batch.close(refused=1) is None
    assert batch.admit([(2, index, uuid4(), "d5")]) == "INTAKE-32"


def test_what_the_store_holds_is_told_only_once_committed(officer: Any, connect: Connect) -> None:
    web = connect("web")
    batch, index = Batch(web, officer, 2), secrets.token_bytes(32)
    assert batch.admit([(2, index, uuid4(), "d1")]) is None
    sql = "select * from cx.intake_outcomes_v1(%s::bytea, %s::uuid, 1, 1, '{}')"
    with web.transaction(force_rollback=True):
        assert batch.admit([(1, index, uuid4(), "d1")]) is None
        assert web.execute(sql, [officer.token, batch.batch]).fetchall() == []
    assert web.execute(sql, [officer.token, batch.batch]).fetchall() == []
    assert batch.admit([(1, index, uuid4(), "d1")]) is None
    assert web.execute(sql, [officer.token, batch.batch]).fetchall() == [(1, "pending")]


def test_one_act_accepts_one_record(
    make_citizen: Callable[..., Any], admit: Callable[..., Any], connect: Connect
) -> None:
    citizen = make_citizen()
    admit(penalty(citizen.name, citizen.number))
    look = self_look(citizen.token)
    for letter in notice.letters(look):
        record = next(r for r in records.own(self_look(citizen.token)) if r.record == letter.record)
        notice.open_letter(
            citizen.token, citizen.person, letter, record, notice.body(record, citizen.name, today=today())
        )
    web, line = connect("web"), uuid4()
    with pytest.raises(psycopg.Error) as refusal, web.transaction():
        web.execute("select cx.ledger_own_act_v1(%s::bytea, %s::uuid, 'records.accept', '')", [citizen.token, line])
        for record in records.own(self_look(citizen.token)):
            web.execute(
                "select cx.records_accept_v1(%s, %s, %s, %s)", [citizen.person, record.record, line, record.seq + 1]
            )
    assert refusal.value.diag.constraint_name == "ACT-01"


def test_one_damaged_text_hides_nothing_else(citizen: Any, admit: Callable[..., Any], connect: Connect) -> None:
    admit(penalty(citizen.name, citizen.number))
    owner = connect("owner")
    owner.execute(
        "update cx.records_version set sealed = 'x' where person = %s and record = (select min(record::text)::uuid from "
        "cx.records_record where person = %s)",
        [citizen.person, citizen.person],
    )
    found = records.own(self_look(citizen.token))
    assert sorted(record.readable for record in found) == [False, True]
    damaged = next(record for record in found if not record.readable)
    with pytest.raises(Refused, match="NOTICE-04"):
        notice.body(damaged, citizen.name, today=today())
    assert citizen.client.get("/me/records/").status_code == 200


def test_the_outbox_is_handed_on_by_the_platform_only(clerk: Any, connect: Connect) -> None:
    sql = "select * from cx.ledger_outbox_take_v1(%s::bytea, 10)"
    assert code(connect("worker"), sql, [clerk.token]) == "DUTY-01"
    assert code(connect("worker"), sql, [None]) == "SESSION-01"


def test_a_second_factor_is_not_ended_by_a_step_from_the_future(clerk: Any, connect: Connect) -> None:
    sql = "select cx.people_signed_v1(%s, true, 9223372036854775807, null)"
    assert code(connect("signin"), sql, [clerk.account.account]) == "SIGNIN-01"


def test_name_guessing_counts(citizen: Any, clerk: Any) -> None:
    effective(citizen)
    assert check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="1").found
    assert not check(clerk.token, number=citizen.number, name="别人", purpose="SUBSIDY", case_ref="1").found
