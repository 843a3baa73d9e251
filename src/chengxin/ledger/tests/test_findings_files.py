"""What an adversary tried on intake: races, rows nobody expects, odd files."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from psycopg.types.json import Jsonb

from chengxin.catalog.tests.material import Desk, definition
from chengxin.catalog.tests.samples import definition as seeded
from chengxin.catalog.tests.samples import sample
from chengxin.intake import api as intake
from chengxin.ledger.api import today
from chengxin.ledger.tests.intake_hand import (
    ADMIT,
    Connect,
    Hand,
    Send,
    acted,
    codes,
    meanwhile,
    of,
    the_row,
)
from chengxin.ledger.tests.test_findings import code, effective, own
from chengxin.operate.generate import departments
from chengxin.operate.seed import City
from chengxin.people.api import self_look
from chengxin.records import api as records
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database


# ---- totals and races --------------------------------------------------------------------------------------------


def test_nothing_is_admitted_into_a_batch_closed_meanwhile(officer: Any, connect: Connect) -> None:
    batch, line = Hand(connect("web"), officer.token, declared=0), uuid4()
    batch.db.execute("begin")
    batch.db.execute("select cx.ledger_own_act_v1(%s::bytea, %s::uuid, 'intake.close', '')", [officer.token, line])
    batch.db.execute("select cx.intake_close_v1(%s, %s, 0, 0, 0)", [batch.batch, line])
    late = Hand(connect("web"), officer.token)
    late.batch = batch.batch
    run = late.staged({})
    with meanwhile(lambda: code(late.db, ADMIT, [officer.token, batch.batch, run])) as said:
        batch.db.execute("commit")
    assert said == ["INTAKE-32"]


def test_one_file_three_times_at_once(officer: Any) -> None:
    """All three end well, every row is there once, and nobody is refused a row that another one is taking."""
    rows = [penalty(*fresh_person()) for _ in range(20)]
    file = csv_of(rows)

    def send() -> tuple[int, int]:
        done = intake.import_file(officer.token, file, item="XZCF").result
        return done.accepted + done.unchanged, done.refused

    with meanwhile(send, 0) as one, meanwhile(send, 0) as two, meanwhile(send, 0) as three:
        pass
    again = intake.import_file(officer.token, file, item="XZCF").result
    assert (again.unchanged, one, two, three) == (20, [(20, 0)], [(20, 0)], [(20, 0)])


def test_an_objection_in_the_same_moment_stops_no_file(citizen: Any, officer: Any, connect: Connect) -> None:
    effective(citizen)
    web, line, record, person = connect("web"), uuid4(), own(citizen), citizen.person
    file = csv_of([the_row(citizen, CF_NR="罚款三百元"), penalty(*fresh_person()) | {"CF_NR": "罚款"}])
    web.execute("begin")
    web.execute("select cx.ledger_own_act_v1(%s::bytea, %s::uuid, 'redress.object', '')", [citizen.token, line])
    sql = "select cx.redress_object_v1(%s, %s, %s, %s, %s, %s, 'error', 'x')"
    web.execute(sql, [person, uuid4(), line, record.record, record.seq + 1, f"YY-{uuid4()}"])
    with meanwhile(lambda: codes(intake.import_file(officer.token, file, item="XZCF", kind="correct"))) as said:
        web.execute("commit")
    assert (said, own(citizen).state) == ([["INTAKE-41", "INTAKE-39"]], "DISPUTED")


def test_a_row_key_that_stands_twice_ends_no_import(send: Send) -> None:
    """Somebody copies a line of the error workbook: both lines carry its hidden key."""
    key = {"__row_key": f"{send(penalty(*fresh_person(), CF_YJ='')).batch}:1"}
    imported = send(penalty(*fresh_person()) | key, penalty(*fresh_person()) | key)
    assert (imported.result.accepted, codes(imported)) == (1, ["INTAKE-45"])


def test_a_worker_that_comes_late_changes_nothing(officer: Any, system: Any, monkeypatch: Any) -> None:
    """Its lease ran out and another worker finished the file."""
    from chengxin.intake import uploads

    kept = intake.upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    jobs: list[Any] = []
    read = uploads._read
    monkeypatch.setattr(uploads, "_read", lambda token, job, using: jobs.append(job))
    while intake.work(system.token, using="worker"):
        pass
    (job,) = [job for job in jobs if job.upload == kept]
    seen = []
    for _ in range(2):
        read(system.token, job, "worker")
        seen.append(intake.batch(officer.token, kept))
    assert seen[0] is not None
    assert (seen[0].accepted, seen[1]) == (1, seen[0])


def test_a_worker_that_loses_its_lease_opens_no_batch(
    officer: Any, system: Any, connect: Connect, monkeypatch: Any
) -> None:
    """In the middle of the file another worker takes over and finishes it: the first one leaves."""
    from chengxin.intake import uploads

    kept = intake.upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    alive = uploads._Reading.alive
    taken: list[Any] = []

    def overtaken(reading: Any, *done: Any) -> None:
        if done and not taken:
            taken.append(done)
            connect("owner").execute("update cx.intake_upload set leased_until = now() where upload = %s", [kept])
            while intake.work(system.token, using="worker"):
                pass
        alive(reading, *done)

    monkeypatch.setattr(uploads._Reading, "alive", overtaken)
    while intake.work(system.token, using="worker"):
        pass
    batches = "select count(*) from cx.intake_batch b join cx.intake_upload u on u.file_digest = b.file_digest where u.upload = %s"
    found = intake.batch(officer.token, kept)
    assert found is not None
    assert (found.accepted, found.state, len(taken)) == (1, "已入库", 1)
    assert connect("owner").execute(batches, [kept]).fetchone() == (1,)


def test_a_session_that_does_not_open_stops_no_worker(officer: Any, system: Any, connect: Connect) -> None:
    kept, sql = uuid4(), "select cx.intake_upload_v1(p_act => %s, p_upload => %s, p_item => 'XZCF', p_kind => 'report', p_channel => 'page', p_digest => %s, p_bytes => 1, p_blocks => array['x'::bytea], p_session => 'y')"  # fmt: skip
    assert acted(connect("web"), officer.token, "intake.upload", sql, [kept, secrets.token_bytes(32)]) is None
    try:
        while intake.work(system.token, using="worker"):
            pass
    finally:
        found = intake.batch(officer.token, kept)
        connect("owner").execute("update cx.intake_upload set session = null where upload = %s", [kept])
    assert found is not None
    assert not found.running


# ---- what a row may hold -----------------------------------------------------------------------------------------


def long_ago(when: str) -> dict[str, Any]:
    return {"decided_on": when, "retained_until": when, "display_end": None, "severity": "UNDETERMINED"}


@pytest.mark.parametrize("changes", [{"plain": Jsonb([1])}, {"plain": Jsonb("x")}, long_ago("-infinity"), long_ago("0044-03-15 BC")])  # fmt: skip
def test_no_staged_row_hides_a_person_s_records(
    changes: dict[str, Any], citizen: Any, officer: Any, connect: Connect
) -> None:
    """R0.5: refused, or shown; the page stands."""
    batch = Hand(connect("web"), officer.token)
    assert batch.admit(of(citizen, **changes)) is not None or batch.close() is None
    assert records.own(self_look(citizen.token))
    assert citizen.client.get("/me/records/").status_code == 200


def test_an_identity_that_does_not_open_hides_nothing_else(home: Any, officer: Any, connect: Connect) -> None:
    from conftest import _actor

    index, login, batch = secrets.token_bytes(32), f"c{uuid4().hex[:12]}", Hand(connect("web"), officer.token)
    assert (batch.admit({"hmac": index}), batch.close()) == (None, None)
    with City(home) as city:
        city.account("", login, "citizen", "本人", duty="citizen", person=city.person(index))
    assert _actor(login).client.get("/me/").status_code == 200


BEYOND = [
    ("RECORD-12", {"plain": Jsonb({"宗教信仰": "有"})}),
    ("records_stage_plain_check", {"plain": Jsonb({"CF_CFLB": "x" * 2_000_000})}),
    ("RECORD-12", {"doc_no": ""}),
    ("RECORD-09", long_ago("2019-01-01")),
]


@pytest.mark.parametrize(("rule", "changes"), BEYOND)
def test_the_store_takes_what_the_item_knows(
    rule: str, changes: dict[str, Any], officer: Any, connect: Connect
) -> None:
    """R0.1, R0.2: no other columns, no novels, nothing that is past its end or older than every basis."""
    error = Hand(connect("web"), officer.token).admit(changes)
    assert error is not None
    assert error.diag.constraint_name == rule


def test_no_record_from_before_the_basis(home: Any, officer: Any, connect: Connect) -> None:
    """RECORD-13: the law for collecting it held neither then nor on the day of the decision."""
    made = definition()
    late = {"valid_from": today() - timedelta(days=4)}
    made["basis"] = [row | late if row["kind"] == "collect" else row for row in made["basis"]]
    item, version = Desk(home).published(made)
    batch = Hand(connect("web"), officer.token, item=item, version=version)
    error = batch.admit({})
    assert error is not None
    assert error.diag.constraint_name == "RECORD-13"
    assert batch.admit({"decided_on": today() - timedelta(days=3)}) is None


def test_only_its_provider_reports_an_item(send: Send) -> None:
    """R0.1: judgment debtors come from courts, not from a market regulator."""
    office, (name, number) = departments()[0], fresh_person()
    role = {field["role"]: field["code"] for field in seeded("SXBZXR")["field"] if field.get("role")}
    mine = {role["person_name"]: name, role["id_number"]: number}
    mine |= {role[f"{unit}_name"]: office.name for unit in ("source", "authority")}
    mine |= {role[f"{unit}_code"]: office.uscc for unit in ("source", "authority")}
    assert send(sample("SXBZXR", **mine), item="SXBZXR").result.accepted == 0


def test_no_sentence_repeats_a_cell(officer: Any, system: Any, connect: Connect) -> None:
    """Shifted columns, no header, a person for a heading."""
    name, number = fresh_person()
    row = penalty(name, number)
    values = list(row.values())
    shifted = dict(zip(row, [values[-1], *values[:-1]], strict=True))
    other = row | {"CF_XDR_LB": name, "CF_CFLB": number, "CF_SXYZCD": name}
    for file in (csv_of([shifted, other]), f"{','.join(values)}\n".encode() * 2, csv_of([row | {name: number}])):
        intake.upload(officer.token, file, item="XZCF", kind="report")
    while intake.work(system.token, using="worker"):
        pass
    sql = "select f::text from cx.intake_finding f union all select u::text from cx.intake_upload u"
    said = "".join(text for (text,) in connect("owner").execute(sql).fetchall())
    assert name not in said
    assert number not in said
