"""Stop rules: looks end when lines do not reach the log, adverse effects when nobody outside sees it; both recover."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

import psycopg
import pytest

from chengxin.kernel.errors import Refused
from chengxin.ledger.auditing import audit, unwitnessed
from chengxin.ledger.log.checkpoint import Cosigner
from chengxin.ledger.tests.log.conftest import WITNESS, Log
from chengxin.ledger.words import FINDINGS
from chengxin.operate.home import Home

pytestmark = pytest.mark.database


def age(log: Log, minutes: float) -> None:
    """As if everything the log did, and every line that waits, lay so long back."""
    log.owner.execute(
        "update cx.ledger_log_state set look_until = look_until - make_interval(secs => %s), "
        "effect_until = effect_until - make_interval(secs => %s), cosigned_at = cosigned_at - make_interval(secs => %s), "
        "clear_at = clear_at - make_interval(secs => %s)",
        [minutes * 60] * 4,
    )
    log.owner.execute(
        "update cx.ledger_register r set at = at - make_interval(secs => %s) from cx.ledger_log_state s "
        "where (r.epoch, r.xid, r.id) > (s.epoch, s.xid, s.id)",
        [minutes * 60],
    )


def flows(log: Log) -> bool:
    """Whether looks may go on; LOG-01 is the only no."""
    with suppress(psycopg.errors.DatabaseError):
        return bool(log.owner.execute("select cx.ledger_flows_v1()").fetchone())
    with pytest.raises(psycopg.Error) as caught:
        log.owner.execute("select cx.ledger_flows_v1()")
    assert caught.value.diag.constraint_name == "LOG-01"
    return False


def test_looks_stop_when_a_line_waits_too_long_and_go_on_by_themselves(log: Log, write: Any) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    write(1)
    age(log, 14)
    assert flows(log)
    age(log, 2)
    assert not flows(log)
    sequencer.round()
    assert flows(log)


def test_a_silent_sequencer_with_nothing_to_do_stops_nobody(log: Log, write: Any) -> None:
    """A night without lines: the first look in the morning is not refused, only what then waits too long."""
    sequencer = log.sequencer()
    sequencer.begin()
    age(log, 600)
    assert flows(log)
    write(1)
    assert flows(log)
    age(log, 16)
    assert not flows(log)


def test_lines_of_an_open_transaction_hold_the_clock(log: Log, write: Any, connect: Callable[[str], Any]) -> None:
    sequencer, slow = log.sequencer(), connect("web")
    sequencer.begin()
    with slow.transaction():
        write(1, slow)
        write(1)
        sequencer.round()
        before = log.state("look_until")
        sequencer.round()
        assert log.state("look_until") == before
    sequencer.round()
    sequencer.round()
    assert log.state("look_until") > before


def test_role_log_cannot_switch_the_rule_off(log: Log, write: Any, connect: Callable[[str], Any]) -> None:
    """Neither with a time to come, nor by a lease for years, nor by a checkpoint without entries."""
    sequencer, thief = log.sequencer(), connect("log")
    sequencer.begin()
    write(1)
    sequencer.round()
    write(1)
    append = "select cx.ledger_log_append_v1(%s, 1, 2, sha256(''), 'junk', '{}', '{}', '{}', '{}')"
    log.owner.execute("update cx.ledger_log_state set lease_until = 'epoch'")
    thief.execute("select cx.ledger_log_take_v1(%s, 1000000000, 1)", [sequencer.holder])
    with pytest.raises(psycopg.Error) as caught:
        thief.execute(append, [sequencer.holder])
    assert caught.value.diag.constraint_name == "LOG-04"
    assert log.state("lease_until <= clock_timestamp() + interval '60 seconds'")
    log.owner.execute("select cx.ledger_log_clear_v1('2999-01-01')")
    assert log.state("clear_at <= clock_timestamp()")
    assert log.state("look_until <= clock_timestamp() + cx.ledger_log_limit_v1('look')")


def test_a_look_is_refused_by_its_code(log: Log, make_citizen: Callable[..., Any], write: Any) -> None:
    from chengxin.people.api import self_look

    sequencer = log.sequencer()
    sequencer.begin()
    citizen = make_citizen()
    assert self_look(citizen.token)
    age(log, 16)
    with pytest.raises(Refused, match="LOG-01"):
        self_look(citizen.token)
    write(1)  # acts about nobody go on: objecting and repairing never stop
    sequencer.round()
    sequencer.round()
    assert self_look(citizen.token)


def witnessed(log: Log) -> bool:
    row = log.owner.execute("select cx.ledger_witnessed_v1()").fetchone()
    assert row is not None
    return bool(row[0])


def effective(log: Log, person: UUID) -> bool:
    """Whether the one record of a person acts (the effect gate)."""
    return bool(log.owner.execute("select from cx.records_gate_v1(array[%s::uuid])", [person]).fetchall())


def test_log_02_closes_the_effect_gate_for_adverse_records(log: Log, write: Any, effective_person: UUID) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    write(1)
    sequencer.round()
    assert effective(log, effective_person)
    age(log, 241)
    assert not effective(log, effective_person)
    log.cosign(log.state("size"))
    assert effective(log, effective_person)


def test_effects_stop_without_a_witness_and_go_on_by_themselves(log: Log, write: Any) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    write(1)
    sequencer.round()
    assert witnessed(log)  # a log that has just begun has four hours to be witnessed
    age(log, 239)
    assert witnessed(log)
    age(log, 2)
    assert not witnessed(log)
    log.cosign(1)
    assert witnessed(log)


def test_a_time_to_come_buys_no_time(log: Log, write: Any) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    write(1)
    sequencer.round()
    log.cosign(1, ahead=365 * 86400)
    row = log.owner.execute(
        "select effect_until < now() + interval '4 hours 1 minute' from cx.ledger_log_state"
    ).fetchone()
    assert row == (True,)


def test_role_log_cannot_renew_the_rule_without_witnesses(log: Log, write: Any) -> None:
    """Without a kept cosignature the database refuses; a forged one is found by whoever knows the policy."""
    sequencer = log.sequencer()
    sequencer.begin()
    for _ in range(2):
        write(1)
        sequencer.round()
    log.cosign(1)
    assert not unwitnessed(sequencer.store, log.policy)
    assert unwitnessed(sequencer.store, log.path / "nobody")  # without a policy nobody outside is trusted
    age(log, 241)
    log.owner.execute("delete from cx.ledger_log_cosignature")
    claim = "select cx.ledger_log_witnessed_v1(1, 2, statement_timestamp())"
    sequencer.store.call(claim)
    assert not witnessed(log)
    log.cosign(2, by=Cosigner(WITNESS.name, bytes(32)))
    sequencer.store.call(claim)
    assert witnessed(log)
    assert unwitnessed(sequencer.store, log.policy)
    (told,) = audit(sequencer.store, policy=log.policy)
    assert [one.kind for one in told.findings] == ["quorum"]
    assert log.owner.execute("select finding from cx.ledger_log_audit").fetchone() == ("quorum",)
    log.cosign(2)
    assert not unwitnessed(sequencer.store, log.policy)
    log.owner.execute("update cx.ledger_log_state set cosigned_at = cosigned_at + interval '1 hour'")
    assert unwitnessed(sequencer.store, log.policy)  # an hour that no witness signed


def test_a_cosigned_size_that_the_log_does_not_have_counts_for_nothing(log: Log) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    age(log, 241)
    assert (
        sequencer.store.call("select cx.ledger_log_witnessed_v1(1, 99, statement_timestamp())").ledger_log_witnessed_v1
        is None
    )
    assert not witnessed(log)


def test_a_real_installation_without_a_log_looks_at_nobody_and_nothing_adverse_acts(log: Log) -> None:
    assert (flows(log), witnessed(log)) == (True, True)
    with log.owner.transaction(force_rollback=True):
        log.owner.execute("update cx.ledger_deployment set mode = 'production'")
        assert not witnessed(log)
        with pytest.raises(psycopg.Error) as caught:
            log.owner.execute("select cx.ledger_flows_v1()")
        assert caught.value.diag.constraint_name == "LOG-01"


def test_the_numbers_are_dated(log: Log) -> None:
    with log.owner.transaction(force_rollback=True):
        log.owner.execute(
            "insert into cx.ledger_log_limit values ('look', '2026-02-01', 60, 'x'), ('look', '2999-01-01', 1, 'x')"
        )
        row = log.owner.execute("select extract(epoch from cx.ledger_log_limit_v1('look'))::integer").fetchone()
        assert row == (60,)


def test_a_halted_log_takes_nothing_more(log: Log, write: Any) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    write(1)
    sequencer.store.call("select cx.ledger_log_halt_v1('longer')")
    with pytest.raises(Refused, match="LOG-03"):
        sequencer.round()
    age(log, 16)
    assert not flows(log)


def test_the_condition_of_opening_and_the_examination_say_what_is_missing(
    log: Log, write: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real installation opens with a log that goes on and that somebody outside has seen."""
    from chengxin.operate.doctor import State, _log
    from chengxin.operate.safety import log_witnessed

    def said() -> str:
        found = log_witnessed(log.home)
        return "" if found.met else found.cause

    def examined() -> list[tuple[str, State]]:
        return [(one.name, one.state) for one in _log(log.home)]

    assert (said(), examined()) == ("存证日志没有开始", [("log_begun", State.SKIP)])
    sequencer = log.sequencer()
    sequencer.begin()
    write(2)
    sequencer.round()
    assert said() == "存证日志还没有外部见证"
    log.cosign(2)
    assert said() == FINDINGS["quorum"]  # no policy names this witness
    assert ("log_quorum", State.FAIL) in examined()
    monkeypatch.setattr(Home, "log_policy", log.policy)
    assert said() == ""
    assert examined() == [("log_look", State.OK), ("log_effect", State.OK), ("log_audit", State.SKIP)]
    age(log, 8)
    assert (said(), examined()[0]) == ("", ("log_look", State.WARN))
    age(log, 8)
    assert said().startswith("登记行全部进入日志")
    assert examined()[0] == ("log_look", State.FAIL)
    age(log, 240)
    assert examined()[1] == ("log_effect", State.FAIL)
    sequencer.store.call("select cx.ledger_log_halt_v1('longer')")
    assert "见过更长的日志" in said()
    assert ("log_halted", State.FAIL) in examined()
