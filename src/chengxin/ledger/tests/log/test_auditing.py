"""The nightly audit itself: what it goes through again, what it keeps, and what nobody can make it say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
import pytest

from chengxin.kernel.note import Signer
from chengxin.ledger.auditing import audit, due
from chengxin.ledger.rules import unsettled
from chengxin.ledger.sequencer import Folder, Sequencer, Store
from chengxin.ledger.tests.log.conftest import ORIGIN, Log
from chengxin.ledger.tests.log.test_attacks import City, city  # noqa: F401 - a fixture
from chengxin.operate.safety import log_audits

pytestmark = pytest.mark.database


def a_night_later(city: City) -> None:  # noqa: F811
    city.log.owner.execute("update cx.ledger_log_audit set ended_at = ended_at - interval '1 day'")


def test_a_finding_is_looked_at_again_until_a_whole_audit_agrees(city: City) -> None:  # noqa: F811
    store, change = city.sequencer.store, "update cx.ledger_register set purpose = {} where id = %s"
    before = city.log.owner.execute("select purpose from cx.ledger_register where id = %s", [city.lines[12]]).fetchone()
    assert before is not None
    assert [one.clean for one in audit(store)] == [True]
    a_night_later(city)
    city.log.owner.execute(change.format("'OTHER'"), [city.lines[12]])
    assert [one.clean for one in audit(store)] == [False]
    for _ in range(2):
        a_night_later(city)
        assert due(store) == 0
        audit(store, since=40)  # an audit of what is new does not make it good
    a_night_later(city)
    city.log.owner.execute(change.format("%s"), [before[0], city.lines[12]])
    assert due(store) == 0
    assert [one.clean for one in audit(store, since=0)] == [True]
    a_night_later(city)
    assert due(store) == 40


def test_an_audit_that_was_kept_open_takes_no_later_finding_back(
    city: City,  # noqa: F811
    connect: Callable[[str], psycopg.Connection[Any]],
) -> None:
    """Begun and compared before the line was altered, ended after the night had found it."""
    worker, open_ = connect("worker"), uuid4()
    worker.execute(BEGIN, [open_, 1, 0])
    worker.execute(STEP, [open_, 100])
    city.log.owner.execute("update cx.ledger_register set purpose = 'OTHER' where id = %s", [city.lines[12]])
    audit(city.sequencer.store)
    worker.execute(END, [open_, ""])
    assert [one[3] for one in kept(city)] == ["", "altered"]
    found = unsettled(log_audits(city.log.home))
    assert found is not None
    assert (found.finding, found.place) == ("altered", 12)


def test_no_audit_compares_what_the_rows_said_once(
    city: City,  # noqa: F811
    connect: Callable[[str], psycopg.Connection[Any]],
) -> None:
    """A transaction of `worker` whose snapshot is from before the alteration keeps no audit."""
    worker, one = connect("worker"), uuid4()
    worker.execute("begin isolation level repeatable read")
    worker.execute("select 1")
    city.log.owner.execute("update cx.ledger_register set purpose = 'OTHER' where id = %s", [city.lines[12]])
    worker.execute(BEGIN, [one, 1, 0])
    assert refused(worker, STEP, one, 100) == "SESSION-04"
    worker.execute("rollback")


def test_no_number_of_audits_of_nothing_hides_a_finding(
    city: City,  # noqa: F811
    connect: Callable[[str], psycopg.Connection[Any]],
) -> None:
    """With the password of `worker`: neither the finding nor the next whole audit goes away."""
    worker, store = connect("worker"), city.sequencer.store

    def nothing(times: int) -> None:
        for one in (uuid4() for _ in range(times)):
            worker.execute(BEGIN, [one, 1, 40])
            worker.execute(STEP, [one, 1])
            worker.execute(END, [one, ""])

    audit(store)
    nothing(1)
    assert due(store) is None
    city.log.owner.execute("update cx.ledger_log_audit set ended_at = ended_at - interval '8 days'")
    nothing(1)
    assert due(store) == 0  # of a week no audit went through everything
    city.log.owner.execute("update cx.ledger_register set purpose = 'OTHER' where id = %s", [city.lines[12]])
    audit(store)
    nothing(110)
    assert due(store) is None
    found = unsettled(log_audits(city.log.home))
    assert found is not None
    assert found.place == 12
    a_night_later(city)
    nothing(110)
    assert due(store) == 0


@pytest.mark.parametrize("since", [40, 10])
def test_deleted_bundles_are_a_finding_and_end_no_audit(city: City, since: int) -> None:  # noqa: F811
    audit(city.sequencer.store)
    city.log.owner.execute("delete from cx.ledger_log_tile where level = -1")
    (told,) = audit(city.sequencer.store, since=since)
    assert ("root", -1) in [(one.kind, one.place) for one in told.findings]
    row = city.log.owner.execute("select finding <> '' from cx.ledger_log_audits_v1(1)").fetchone()
    assert row == (True,)


BEGIN, STEP, END = (
    "select cx.ledger_log_audit_begin_v1(%s, %s, %s)",
    "select * from cx.ledger_log_audit_step_v1(%s, %s)",
    "select cx.ledger_log_audit_end_v1(%s, %s)",
)


def refused(worker: psycopg.Connection[Any], statement: LiteralString, *values: object) -> str | None:
    with pytest.raises(psycopg.Error) as caught:
        worker.execute(statement, values)
    return caught.value.diag.constraint_name


def kept(city: City) -> list[Any]:  # noqa: F811
    return city.log.owner.execute(
        "select first, size, lines, finding, place from cx.ledger_log_audits_v1(9)"
    ).fetchall()


@pytest.mark.parametrize(("which", "first"), [(1, 40), (1, 10), (2, 0), (1, -1), (1, None)])
def test_a_kept_audit_leaves_no_part_out(
    city: City,  # noqa: F811
    connect: Callable[[str], psycopg.Connection[Any]],
    which: int,
    first: int | None,
) -> None:
    assert refused(connect("worker"), BEGIN, uuid4(), which, first) == "AUDIT-04"
    assert city.log.owner.execute("select count(*) from cx.ledger_log_audit").fetchone() == (0,)


def test_role_worker_keeps_what_the_rows_say_and_nothing_else(
    city: City,  # noqa: F811
    connect: Callable[[str], psycopg.Connection[Any]],
) -> None:
    """With the password of `worker`: neither a clean audit of altered lines, nor one that stops before them."""
    city.log.owner.execute("update cx.ledger_register set purpose = 'OTHER' where id = %s", [city.lines[30]])
    worker, one, two, three = connect("worker"), uuid4(), uuid4(), uuid4()
    worker.execute(BEGIN, [one, 1, 0])
    assert refused(worker, END, one, "") == "AUDIT-05"  # nothing was compared yet
    worker.execute(STEP, [one, 1])
    assert refused(worker, END, one, "") == "AUDIT-05"
    assert refused(worker, END, one, "altered") == "AUDIT-05"  # the database sees that itself
    assert kept(city) == []
    worker.execute(STEP, [one, 100])
    worker.execute(END, [one, ""])
    assert kept(city) == [(0, 40, 40, "altered", 30)]
    assert refused(worker, STEP, one, 1) == "AUDIT-05"
    assert refused(worker, END, one, "") == "AUDIT-05"
    assert refused(worker, STEP, three, 1) == "AUDIT-05"
    worker.execute(BEGIN, [two, 1, 0])  # what only the caller sees is added, and takes the place of nothing
    worker.execute(STEP, [two, 100])
    worker.execute(END, [two, "root"])
    assert kept(city)[0] == (0, 40, 40, "altered", 30)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        worker.execute("update cx.ledger_log_audit set finding = ''")


def test_the_worker_audits_with_its_own_role(city: City) -> None:  # noqa: F811
    city.log.stores.append(Store(city.log.home.dsn("worker")))
    (told,) = audit(city.log.stores[-1], policy=city.log.path / "none")
    assert [one.kind for one in told.findings] == ["quorum"]  # nobody is trusted without a policy, and all else agrees
    assert kept(city) == [(0, 40, 40, "quorum", -1)]


def test_what_is_worse_than_late_stands_above_it(city: City) -> None:  # noqa: F811
    city.insert(seconds=600)
    city.sequencer.round()
    new = city.write(1)
    city.sequencer.round()
    audit(city.sequencer.store)
    assert kept(city)[0][3:] == ("apart", 40)
    city.log.owner.execute("update cx.ledger_register set purpose = 'OTHER' where id = %s", [new[0]])
    audit(city.sequencer.store)
    assert kept(city)[0][3:] == ("altered", 41)


def test_a_log_that_follows_without_a_waiting_line_is_audited_whole(city: City) -> None:  # noqa: F811
    """Its first checkpoint has the cursor of the last of the log before: the lines there belong to the earlier batch."""
    audit(city.sequencer.store)
    witnessed = (city.log.path / "public" / "checkpoint").read_text("utf-8")
    city.back(30)
    key = Signer(f"{ORIGIN}~2", bytes(32))
    city.log.owner.execute("select cx.ledger_log_follow_v1(%s, %s, %s)", [key.name, key.verifier.text, witnessed])
    assert due(city.sequencer.store) == 0  # whatever the log before was audited to
    after = Sequencer(city.sequencer.store, key, Folder(city.log.path / "after"))
    assert after.round().lines == 0
    new = city.write(2)
    assert after.round().lines == 2
    told = audit(city.sequencer.store)
    assert [(one.origin, one.size, one.lines, one.findings) for one in told] == [
        (ORIGIN, 30, 30, ()),
        (key.name, 3, 2, ()),
    ]
    place = "select log, place from cx.ledger_log_place_v1('00000000-0000-0000-0000-000000000000', %s)"
    assert city.log.owner.execute(place, [city.lines[29]]).fetchone() == (1, 29)
    assert city.log.owner.execute(place, [new[1]]).fetchone() == (2, 2)
    assert due(city.sequencer.store) is None
    a_night_later(city)
    assert due(city.sequencer.store) == 3


def test_lines_from_before_the_log_began_are_not_late(log: Log, write: Any) -> None:
    """A city is founded, then its log begins: the first checkpoint takes what is there. Afterwards no line may be so old."""
    write(3)
    log.owner.execute(
        "update cx.ledger_register r set at = r.at - interval '10 minutes' where r.epoch = (select epoch from cx.ledger_deployment)"
    )
    log.owner.execute(
        "update cx.ledger_register r set commitment = cx.ledger_log_remade_v1(r) "
        "where r.epoch = (select epoch from cx.ledger_deployment)"
    )
    sequencer = log.sequencer()
    sequencer.begin()
    sequencer.round()
    assert [one.clean for one in audit(sequencer.store, keep=False)] == [True]
    log.owner.execute("update cx.ledger_log_checkpoint set at = at + interval '10 minutes'")
    assert [one.kind for one in audit(sequencer.store, keep=False)[0].findings] == ["apart"]
