"""End of retention of register lines: what is due goes with its salt, what is needed stays, every proof goes on verifying."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import psycopg
import pytest

from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import CHINA
from chengxin.ledger.log.proof import check_proof
from chengxin.ledger.proving import trusted
from chengxin.ledger.tests.log.conftest import Log, log  # noqa: F401 - a fixture
from chengxin.lookup.api import check
from chengxin.operate.home import Home
from chengxin.people.api import line_proof, self_look
from chengxin.people.tests.office import Office
from chengxin.redress.api import object_to

pytestmark = pytest.mark.database
FIVE_YEARS = 5 * 366
EVERYTHING = 1_000_000


@contextmanager
def years_later(home: Home, days: int = FIVE_YEARS) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection when all that was written is old; nothing of what happens inside lasts.

    Incidents which other tests left open would keep lines of the last minutes: here they have no scope. Nor has the rule
    been at work on a day to come, as it has where another test let a tick run years ahead.
    """
    with psycopg.connect(home.dsn("owner")) as owner, owner.transaction(force_rollback=True):
        owner.execute("delete from cx.oversight_event where activity = 'incident.scope'")
        owner.execute("update cx.expiry_cursor set kept_on = '-infinity', complete_from = '-infinity'")
        owner.execute("update cx.ledger_deployment set clock_shift = clock_shift + %s", [days])
        yield owner


def erase(owner: psycopg.Connection[Any], system: Any, limit: int = EVERYTHING) -> tuple[int, int, bool]:
    row = owner.execute(
        "select * from cx.expiry_lines_v1(%s::bytea, %s::uuid, %s::integer)", [system.token, uuid4(), limit]
    ).fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def kinds(owner: psycopg.Connection[Any], citizen: Any) -> dict[str, int]:
    """Lines about a person, by kind; looks by number stand at the decoy."""
    found = owner.execute(
        "select r.line, count(*) from cx.ledger_register r where r.person = any (array(select %(p)s::uuid union "
        "select k.decoy from cx.people_key k where k.person = %(p)s)) group by 1",
        {"p": citizen.person},
    )
    return {line: int(count) for line, count in found.fetchall()}


def audited(owner: psycopg.Connection[Any]) -> tuple[int, int]:
    """What an audit of the whole log would count: leaves erased under a rule, leaves whose line is missing."""
    row = owner.execute(
        "select sum(p.erased)::integer, sum(p.missing)::integer from cx.ledger_log_checkpoint c "
        "cross join lateral cx.ledger_log_part_v1(c.log, c.size) p"
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def looked_at(citizen: Any, clerk: Any) -> None:
    check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="补1")


def test_looks_go_when_their_time_is_over_and_acts_stay(home: Home, citizen: Any, clerk: Any, system: Any) -> None:
    looked_at(citizen, clerk)
    with years_later(home) as owner:
        before = kinds(owner, citizen)
        assert before["look"] == before["shown"] == 1
        erased, _, more = erase(owner, system)
        assert erased >= 2
        assert not more
        assert kinds(owner, citizen) == {"act": before["act"]}
        said = owner.execute(
            "select case_ref from cx.ledger_register where activity = 'expiry.erase' order by at desc limit 1"
        ).fetchone()
        assert said == (f"EXPIRY-01 销毁 {erased} 行",)
        assert erase(owner, system)[0] == 0  # once


def complete_from(owner: psycopg.Connection[Any], token: bytes) -> datetime:
    row = owner.execute("select cx.lookup_usage_since_v1(%s::bytea)", [token]).fetchone()
    assert row is not None
    return cast("datetime", row[0])


def test_a_portal_is_told_from_when_the_register_is_complete(home: Home, citizen: Any, clerk: Any, system: Any) -> None:
    """Acts are never erased, so the first line says nothing about looks."""
    portal = Office(home, "一网通办门户").session("usage_portal")
    looked_at(citizen, clerk)
    with years_later(home) as owner:
        before = complete_from(owner, portal)
        erase(owner, system)
        last = owner.execute("select max(r.at) from cx.ledger_register r where r.activity <> 'expiry.erase'").fetchone()
        assert last is not None
        next_day = (last[0].astimezone(CHINA) + timedelta(days=1)).date()
        after = complete_from(owner, portal).astimezone(CHINA)
        assert before < after
        assert (after.date(), after.time()) == (next_day, time())


@pytest.mark.parametrize(("more", "gone"), [(0, False), (1, True)])
def test_the_last_day_belongs_to_the_person(
    home: Home, citizen: Any, clerk: Any, system: Any, more: int, gone: bool
) -> None:
    """Kept through the day five years later, by the dated number, whatever the hour."""
    looked_at(citizen, clerk)
    with years_later(home, 0) as owner:
        row = owner.execute(
            "select (cx.ledger_today_v1() + interval '5 years')::date - cx.ledger_today_v1()"
        ).fetchone()
        assert row is not None
        owner.execute("update cx.ledger_deployment set clock_shift = clock_shift + %s", [row[0] + more])
        erase(owner, system)
        assert ("look" not in kinds(owner, citizen)) is gone


def test_portions_come_to_the_same_end(home: Home, citizen: Any, clerk: Any, system: Any) -> None:
    for _ in range(3):
        looked_at(citizen, clerk)
    with years_later(home) as owner:
        row = owner.execute("select count(*) from cx.ledger_register where line <> 'act'").fetchone()
        assert row is not None
        gone = rounds = 0
        more = True
        while more:
            erased, _, more = erase(owner, system, 997)
            gone, rounds = gone + erased, rounds + 1
        left = owner.execute("select count(*) from cx.ledger_register where line <> 'act'").fetchone()
        kept = owner.execute("select count(*) from cx.expiry_kept").fetchone()
        assert left == kept
        assert gone == row[0] - (kept[0] if kept else 0)


def test_expiry_01_without_a_dated_number_nothing_is_erased(home: Home, citizen: Any, clerk: Any, system: Any) -> None:
    looked_at(citizen, clerk)
    with years_later(home) as owner:
        owner.execute("delete from cx.catalog_parameter where name = 'register_kept'")
        with pytest.raises(psycopg.Error) as caught, owner.transaction():
            erase(owner, system)
        assert caught.value.diag.constraint_name == "EXPIRY-01"
        assert kinds(owner, citizen)["look"] == 1


def test_an_open_objection_keeps_the_lines_until_it_is_decided(
    home: Home, citizen: Any, clerk: Any, system: Any
) -> None:
    from chengxin.notice import api as notice
    from chengxin.people.api import identity
    from chengxin.records import api as records

    looked_at(citizen, clerk)
    look = self_look(citizen.token)
    (record,) = records.own(look)
    (letter,) = notice.letters(look)
    from chengxin.ledger.api import today

    notice.open_letter(
        citizen.token, citizen.person, letter, record, notice.body(record, identity(look).name, today=today())
    )
    (record,) = records.own(self_look(citizen.token))
    object_to(citizen.token, citizen.person, record, ground="error", statement="金额不对，请核实。")
    with years_later(home) as owner:
        before = kinds(owner, citizen)
        _, kept, _ = erase(owner, system)
        assert kept >= before["look"] + before["shown"]
        assert kinds(owner, citizen) == before
        reasons = owner.execute("select distinct reason from cx.expiry_kept where person = %s", [citizen.person])
        assert reasons.fetchall() == [("objection",)]
        owner.execute(
            "insert into cx.redress_decision select person, objection, act, 'rejected', statement, filed_at, filed_on "
            "from cx.redress_objection where person = %s",
            [citizen.person],
        )
        assert kinds(owner, citizen) == before  # not before the next day
        erase(owner, system)
        assert kinds(owner, citizen) == before
        owner.execute("update cx.ledger_deployment set clock_shift = clock_shift + 1")
        erase(owner, system)
        assert set(kinds(owner, citizen)) == {"act"}


def test_an_open_incident_keeps_the_lines_of_its_scope(home: Home, citizen: Any, clerk: Any, system: Any) -> None:
    looked_at(citizen, clerk)
    with years_later(home) as owner:
        incident = uuid4()
        owner.execute(
            "insert into cx.oversight_incident values (%s, %s, %s, now(), sha256('x'))",
            [incident, str(incident), uuid4()],
        )
        scope = (
            "jsonb_build_object('since', to_char((now() - interval '1 day') at time zone 'Asia/Shanghai', "
            "'YYYY-MM-DD\"T\"HH24:MI:SS') || '+08:00', 'until', to_char((now() + interval '1 day') at time zone "
            "'Asia/Shanghai', 'YYYY-MM-DD\"T\"HH24:MI:SS') || '+08:00', 'organisation', '', 'activity', 'lookup.check', "
            "'reason', '泄露范围核查')"
        )
        for seq, one, other, activity in (
            (1, "", "reported", "incident.report"),
            (2, "reported", "reported", "incident.scope"),
        ):
            owner.execute(
                f"insert into cx.oversight_event values (%s, %s, %s, %s, %s, %s, %s, '', now(), {scope})",
                [incident, seq, one, other, activity, uuid4(), uuid4()],
            )
        erase(owner, system)
        assert kinds(owner, citizen)["look"] == 1
        owner.execute(
            f"insert into cx.oversight_event values (%s, 3, 'reported', 'dismissed', 'incident.dismiss', %s, %s, '', now(), {scope})",
            [incident, uuid4(), uuid4()],
        )
        owner.execute("update cx.ledger_deployment set clock_shift = clock_shift + 1")
        erase(owner, system)
        assert "look" not in kinds(owner, citizen)


def test_nobody_else_erases(home: Home, clerk: Any, connect: Callable[[str], psycopg.Connection[Any]]) -> None:
    call = "select * from cx.expiry_lines_v1(%s::bytea, gen_random_uuid(), 10)"
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect("web").execute(call, [clerk.token])
    with pytest.raises(psycopg.Error) as caught:
        connect("worker").execute(call, [clerk.token])
    assert caught.value.diag.constraint_name == "DUTY-01"
    for role in ("web", "worker", "log"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(role).execute("select cx.ledger_erase_v1('{}', '{}', 'X')")


def test_the_day_s_tick_finds_nothing_to_do(system: Any) -> None:
    from chengxin.expiry.api import erase_lines
    from chengxin.people.api import console_session

    for _ in range(2):  # the second asks for no lock at all
        assert erase_lines(system.token, using="worker").erased == 0
    with pytest.raises(Refused, match="DUTY-01"):
        erase_lines(console_session("clerk"), using="worker")


# ---- with a log ----------------------------------------------------------------------------------


def test_proofs_outlive_the_line(log: Log, citizen: Any, clerk: Any, system: Any) -> None:  # noqa: F811
    """The proof of an erased line that was kept, and that of another line, both verify; the leaf says why its row is gone."""
    for _ in range(140):
        looked_at(citizen, clerk)
    sequencer = log.sequencer()
    sequencer.begin()
    while sequencer.round().lines:
        pass
    look = self_look(citizen.token)
    row = log.owner.execute(
        "select r.id from cx.ledger_register r join cx.people_key k on k.decoy = r.person where k.person = %s "
        "and r.line = 'look' and r.activity = 'lookup.check' order by r.at desc limit 1",
        [citizen.person],
    ).fetchone()
    assert row is not None
    kept = line_proof(look, UUID(str(row[0])))
    assert kept
    while sequencer.round().lines:
        pass
    place = check_proof(kept, trusted()).index
    with years_later(log.home) as owner:
        erased, _, _ = erase(owner, system)
        assert erased >= 280
        marks = owner.execute("select rule from cx.ledger_erased_v1(1, %s, %s)", [place, place + 1]).fetchall()
        assert marks == [("EXPIRY-01",)]
        assert owner.execute("select count(*) from cx.ledger_register where id = %s", [row[0]]).fetchone() == (0,)
        count = owner.execute("select count(*) from cx.ledger_erased where log = 1").fetchone()
        assert count is not None
        assert count[0] <= erased
        assert audited(owner) == (count[0], 0)
        owner.execute(
            "delete from cx.ledger_register where epoch = (select epoch from cx.ledger_deployment) and xid <= "
            "(select xid from cx.ledger_log_state)"
        )
        _, missing = audited(owner)
        assert missing > 0  # deleted past the door: named as a finding, not as erased
        minimum = owner.execute("select cx.ledger_minimum_v1(1)").fetchone()
        assert minimum is not None
        assert minimum[0] % 256 == 0
        assert 256 <= minimum[0] <= log.state("size")  # whole tiles before it are denied, see test_old_tiles_are_denied
        tiles = owner.execute("select count(*) from cx.ledger_log_tile where level = -1").fetchone()
        assert tiles is not None
        assert tiles[0] >= 2  # nothing of the log itself was touched
    assert check_proof(kept, trusted()).index == place


def test_a_mark_made_by_hand_hides_no_deleted_line(log: Log, citizen: Any, clerk: Any) -> None:  # noqa: F811
    looked_at(citizen, clerk)
    sequencer = log.sequencer()
    sequencer.begin()
    sequencer.round()
    with years_later(log.home, 0) as owner:
        owner.execute("delete from cx.ledger_register where epoch = (select epoch from cx.ledger_deployment)")
        missing = audited(owner)[1]
        assert missing > 0
        mark = (
            "delete from cx.ledger_erased; insert into cx.ledger_erased "
            "select 1, i, '{}', cx.ledger_today_v1() + {} from generate_series(0, 9) i"
        )
        for rule, days in (("EXPIRY-01", 0), ("EXPIRY-01", FIVE_YEARS), ("OTHER", 0)):  # too young; to come; no rule
            owner.execute(mark.format(rule, days))
            assert audited(owner) == (0, missing)
        owner.execute("update cx.ledger_deployment set clock_shift = clock_shift + %s", [FIVE_YEARS])
        owner.execute(mark.format("OTHER", 0))
        assert audited(owner) == (0, missing)
        owner.execute(mark.format("EXPIRY-01", 0))
        assert audited(owner) == (missing, 0)


def test_a_line_that_the_log_took_in_late_waits_for_its_checkpoint(
    log: Log,  # noqa: F811
    citizen: Any,
    clerk: Any,
    system: Any,
) -> None:
    """The audit has only the checkpoint to judge a mark by; the line goes when that is past its time, too."""
    looked_at(citizen, clerk)
    sequencer = log.sequencer()
    sequencer.begin()
    sequencer.round()
    with years_later(log.home) as owner:
        owner.execute("update cx.ledger_log_checkpoint set at = at + interval '30 days'")
        erase(owner, system)
        assert kinds(owner, citizen)["look"] == 1
        assert owner.execute("select count(*) from cx.ledger_erased where log = 1").fetchone() == (0,)
        owner.execute("update cx.ledger_deployment set clock_shift = clock_shift + 31")
        erase(owner, system)
        assert "look" not in kinds(owner, citizen)
        assert audited(owner)[1] == 0


def test_a_line_that_the_log_does_not_hold_yet_stays(log: Log, citizen: Any, clerk: Any, system: Any) -> None:  # noqa: F811
    log.sequencer().begin()
    looked_at(citizen, clerk)
    with years_later(log.home) as owner:
        erase(owner, system)
        assert kinds(owner, citizen)["look"] == 1
        reasons = owner.execute(
            "select distinct reason from cx.expiry_kept k join cx.people_key p on p.decoy = k.person where p.person = %s",
            [citizen.person],
        )
        assert reasons.fetchall() == [("log",)]


def test_old_tiles_are_denied_and_higher_ones_stay(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """410 for what lies wholly before the minimum; the tile that the minimum begins with, and every level above, are served."""
    from django.conf import settings
    from django.test import Client, override_settings

    for level, n in (("0", "000"), ("0", "001"), ("entries", "000"), ("entries", "001"), ("1", "000")):
        file = log.path / "public" / "1" / "tile" / level / n
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x")
    log.sequencer().begin()
    monkeypatch.setattr(settings, "LOG_FOLDER", log.path / "public")
    told = {}
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        for minimum in (0, 256):
            log.owner.execute("delete from cx.ledger_minimum")
            log.owner.execute("insert into cx.ledger_minimum values (1, %s)", [minimum])
            for tile in ("0/000", "0/001", "entries/000", "entries/001", "1/000"):
                told[minimum, tile] = Client().get(f"/log/1/tile/{tile}").status_code
    log.owner.execute("delete from cx.ledger_minimum")
    assert {tile for (minimum, tile), status in told.items() if status == 410} == {"0/000", "entries/000"}
    assert {minimum for (minimum, _), status in told.items() if status == 410} == {256}
    assert set(told.values()) == {200, 410}
