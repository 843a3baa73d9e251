"""What an adversary tried on intake: to bring back what was removed, to certify for themselves, to learn about somebody."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from chengxin.intake import api as intake
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.ledger.tests.intake_hand import (
    DECIDE,
    REASONS,
    Connect,
    Hand,
    Send,
    codes,
    lines,
    meanwhile,
    of,
    removed,
    second,
    the_row,
)
from chengxin.ledger.tests.test_findings import code, effective, own
from chengxin.operate.generate import departments
from chengxin.operate.seed import CREDIT_OFFICE, City
from chengxin.people.api import console_session, ring
from chengxin.redress import api as redress
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database


# ---- what was removed --------------------------------------------------------------------------------------------


def test_a_made_up_fingerprint_brings_nothing_back(citizen: Any, officer: Any, send: Send, connect: Connect) -> None:
    record = own(citizen)
    removed(citizen, send)
    batch = Hand(connect("web"), officer.token)
    assert batch.admit(of(citizen, authority=record.authority, doc_no=record.doc_no)) is None
    assert batch.outcomes() == {1: "removed"}


def test_another_name_hides_no_removal(citizen: Any, reviewer: Any, send: Send) -> None:
    """Held for its name alone, it would be released by somebody who never hears that it was withdrawn."""
    imported = send(removed(citizen, send) | {"CF_XDR_MC": citizen.name + "甲"})
    (waiting,) = [held for held in intake.held(reviewer.token, limit=100_000) if held.batch == imported.batch]
    assert waiting.reason == "removed"


SPELLINGS = [("〔2026〕", "[2026]"), ("罚字", "罚 字"), ("-", "－"), ("A", "\uff21"), ("A", "a"), ("〕1", "〕01"), ("〕1", "〕第1"), ("罚字", "罚\ufe00字"), ("罚字", "罚\u034f字"), ("罚字", "罚\u3164字")]  # fmt: skip


@pytest.mark.parametrize(("plain", "other"), SPELLINGS)
def test_another_spelling_is_the_same_document(plain: str, other: str, make_citizen: Any, send: Send) -> None:
    row = removed(make_citizen(CF_WSH=f"盐市监罚字-A〔2026〕1{uuid4().int % 10**6}号"), send)
    assert codes(send(row | {"CF_WSH": row["CF_WSH"].replace(plain, other)})) != []


def test_another_authority_code_does_not_bring_it_back(citizen: Any, send: Send) -> None:
    office = departments()[1]
    imported = send(removed(citizen, send) | {"CF_CFJG": office.name, "CF_CFJGDM": office.uscc})
    assert codes(imported) == ["INTAKE-44"]


def test_what_is_over_is_not_corrected_back_to_life(citizen: Any, shift: Callable[[int], None]) -> None:
    row = the_row(citizen)
    shift(400)
    fresh = csv_of([row | {"CF_JDRQ": str(today() - timedelta(days=5))}])
    imported = intake.import_file(console_session("officer"), fresh, item="XZCF", kind="correct")
    state = own(citizen).state
    shift(0)
    assert (codes(imported), state) == (["INTAKE-42"], "EXPIRED")


def test_an_upheld_objection_ends_what_was_corrected_meanwhile(citizen: Any, reviewer: Any, send: Send) -> None:
    """A second objection on the same ground freezes nothing: it is open while the department corrects."""
    effective(citizen)
    for outcome in ("rejected", "upheld"):
        redress.object_to(citizen.token, citizen.person, own(citizen), ground="error", statement="金额不对")
        case = next(c for c in redress.queue(reviewer.token) if c.person == citizen.person)
        if outcome == "upheld":
            assert send(the_row(citizen, CF_NR="罚款三百元"), kind="correct").result.accepted == 1
        record = redress.case_record(redress.case_look(reviewer.token, case.person, case.case_no))
        redress.decide(reviewer.token, case, record, outcome=outcome, reasons=f"{REASONS}\n理由如上所述。")
    assert own(citizen).state == "WITHDRAWN"


# ---- certifying --------------------------------------------------------------------------------------------------


def test_the_sender_does_not_certify_under_another_account(home: Any, citizen: Any, send: Send) -> None:
    holder, sender, certifier = secrets.token_bytes(32), f"s{uuid4().hex[:10]}", f"r{uuid4().hex[:10]}"
    with City(home) as city:
        office = departments()[0].uscc
        city.account("", sender, "staff", "数据员", duty="data_officer", organisation=office, holder=holder)
        city.account("", certifier, "staff", "审核岗", duty="reviewer", organisation=CREDIT_OFFICE[0], holder=holder)
    imported = send(removed(citizen, send), token=console_session(sender))
    with pytest.raises(Refused, match="INTAKE-64"):
        intake.decide(console_session(certifier), imported.batch, 1, outcome="released", reasons=REASONS)


def test_nobody_certifies_about_themself_though_unknown_so_far(home: Any, officer: Any, connect: Connect) -> None:
    index, login = ring().blind_index("citizen", fresh_person()[1]), f"r{uuid4().hex[:10]}"
    with City(home) as city:
        city.account("", login, "staff", "审核岗", duty="reviewer", organisation=CREDIT_OFFICE[0], holder=index)
    batch = Hand(connect("web"), officer.token, declared=2)
    assert batch.admit({"hmac": index, "fixes_batch": uuid4(), "fixes_row": 1}, {"hmac": index}) is None
    assert batch.outcomes() == {1: "stray", 2: "other_name"}
    assert batch.close(refused=1) is None
    with pytest.raises(Refused, match="INTAKE-64"):
        intake.decide(console_session(login), batch.batch, 2, outcome="released", reasons=REASONS)


def test_a_held_row_is_decided_once_and_with_reasons(citizen: Any, reviewer: Any, send: Send, connect: Connect) -> None:
    imported, one, other = send(removed(citizen, send)), connect("web"), connect("web")
    released = [reviewer.token, imported.batch, "released", REASONS]
    one.execute("begin")
    one.execute(DECIDE.encode(), released)
    with meanwhile(lambda: code(other, DECIDE, released)) as said:
        one.execute("commit")
    assert said == ["INTAKE-65"]


def test_a_held_row_is_not_dismissed_as_replaced(citizen: Any, reviewer: Any, send: Send, connect: Connect) -> None:
    imported = send(removed(citizen, send))
    assert code(connect("web"), DECIDE, [reviewer.token, imported.batch, "replaced", ""]) is not None


# ---- learning about somebody -------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [{"severity": "NONE"}, {"doc_no": ""}, {"decided_on": date(2099, 1, 1)}])
def test_an_error_of_a_rolled_back_admission_tells_nothing(
    bad: dict[str, Any], citizen: Any, officer: Any, connect: Connect
) -> None:
    """A row that cannot be admitted is refused whether or not its person is known."""
    batch = Hand(connect("web"), officer.token)
    known = batch.admit(of(citizen, pair=bytes(32)) | bad, undo=True)
    unknown = batch.admit(bad, undo=True)
    assert unknown is not None
    assert known is not None
    assert known.diag.constraint_name == unknown.diag.constraint_name


@pytest.mark.parametrize(
    "view", ["pg_locks", "pg_current_wal_insert_lsn()", "pg_stat_get_backend_wal(pg_backend_pid())"]
)
def test_traces_of_a_rolled_back_call_are_closed(view: str, connect: Connect) -> None:
    """Which tables an admission locked, and how much it wrote, says whether the person was known."""
    assert code(connect("web"), f"select * from {view}", []) == "42501"


def test_an_error_names_no_person(citizen: Any, officer: Any, connect: Connect) -> None:
    """The caller never learns a person key, not even from the detail of a refused row."""
    batch, twice = Hand(connect("web"), officer.token, declared=2), of(citizen, doc_no="同一文〔2026〕1号")
    for rows in ((twice, twice), (of(citizen, doc_no=""),), (of(citizen, display_end=date(2020, 1, 1)),)):
        error = batch.admit(*rows, undo=True)
        assert error is not None
        assert str(citizen.person) not in f"{error} {error.diag.message_detail}"


@pytest.mark.parametrize("kind", ["correct", "report"])
def test_asking_whether_somebody_has_another_department_s_record_leaves_a_line(
    kind: str, citizen: Any, send: Send
) -> None:
    """R0.4: document numbers run on, so a file of guesses is a look-up; through the page, with no raw SQL at all."""
    token, mine = second()
    before, hit = lines(citizen), send(the_row(citizen, **mine), kind=kind, token=token)
    miss = send(the_row(citizen, **mine, CF_WSH=f"盐市监处罚〔2026〕{10**8}号"), kind="correct", token=token)
    assert lines(citizen) > before or (kind == "correct" and codes(hit) == codes(miss))


def test_a_batch_left_open_keeps_no_other_department_out(
    reviewer: Any, send: Send, connect: Connect, citizen: Any
) -> None:
    """Whoever sent it second waits for a human; once the first batch can be closed no more, for nobody."""
    number, squat = f"占〔2026〕{uuid4().int % 10**8}号", Hand(connect("web"), second()[0])
    assert squat.admit(of(citizen, doc_no=number, authority=departments()[0].uscc)) is None
    row = penalty(citizen.name, citizen.number, CF_WSH=number)
    held = send(row)
    assert codes(held) == ["INTAKE-40"]
    with pytest.raises(Refused, match="INTAKE-37"):
        intake.decide(reviewer.token, held.batch, 1, outcome="released", reasons=REASONS)
    connect("owner").execute("update cx.intake_batch set opened_at = opened_at - interval '8 days' where batch = %s", [squat.batch])  # fmt: skip
    assert squat.close() == "INTAKE-32"
    assert send(row, row | {"CF_WSH": f"{number}之二"}).result.accepted == 2


def test_another_department_s_batch_is_out_of_reach(officer: Any, connect: Connect) -> None:
    batch, upload = Hand(connect("web"), officer.token, declared=2), csv_of([penalty(*fresh_person())])
    assert batch.admit({}) is None
    kept, batch.token = intake.upload(officer.token, upload, item="XZCF", kind="report"), second()[0]
    error = batch.admit({"source_row": 2})
    assert error is not None
    assert (error.diag.constraint_name, batch.close(refused=1), batch.outcomes()) == ("INTAKE-32", "INTAKE-32", {})
    found = "select cx.intake_found_v1(%s::bytea, %s::uuid, 1, 1, 1, array[1], array[1], array['error'], array['A'], array['B'], array['C'], '{}', '{}', '{}')"
    assert code(batch.db, found, [batch.token, batch.batch]) == "INTAKE-32"
    for door, one in (
        ("cx.intake_findings_v1(%s::bytea, %s, null, 0, 9)", batch.batch),
        ("cx.intake_summary_v1(%s::bytea, %s)", batch.batch),
        ("cx.intake_blocks_v1(%s::bytea, %s)", kept),
        ("cx.intake_batches_v1(%s::bytea, %s, null, 9)", kept),
    ):
        assert batch.db.execute(f"select 1 from {door}".encode(), [batch.token, one]).fetchall() == []
