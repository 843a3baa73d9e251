"""What an insider with the database's password and the log's key can do, and which detector finds it.

Three detectors: the audit recomputes rows (audit), a witness outside checks growth (witness), and a person's old receipt
(receipt). What none of them finds is stated here too, because the pages state it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from chengxin.kernel.errors import Refused
from chengxin.kernel.note import sign
from chengxin.ledger.auditing import audit, due
from chengxin.ledger.feeding import Feeder, Said
from chengxin.ledger.log.checkpoint import Checkpoint, Policy, check_checkpoint
from chengxin.ledger.log.line import leaf
from chengxin.ledger.log.tiles import ENTRIES, Edge, hashes_from, needed
from chengxin.ledger.log.tree import LogFault, check_consistency, consistency_proof
from chengxin.ledger.log.witnessing import request_body
from chengxin.ledger.sequencer import Folder, Sequencer, Store
from chengxin.ledger.tests.log.clocks import Clocks
from chengxin.ledger.tests.log.conftest import KEY, ORIGIN, Log
from chengxin.ledger.tests.log.test_witness import post, running
from chengxin.operate.witness import Server, Witness

pytestmark = pytest.mark.database


@dataclass
class City:
    """A log with 40 lines that two witnesses have seen, and what a person keeps of it."""

    log: Log
    write: Callable[[int], list[UUID]]
    servers: tuple[Server, Server]
    sequencer: Sequencer
    lines: list[UUID]
    receipt: Checkpoint

    @property
    def policy(self) -> Policy:
        keys = [f"witness w{i} {one.witness.key.witness.text} {one.url}" for i, one in enumerate(self.servers)]
        return Policy.parse("\n".join([f"log {KEY.verifier.text}", *keys, "group g all w0 w1", "quorum g", ""]))

    def feeder(self, folder: str = "public") -> Feeder:
        self.log.stores.append(Store(self.log.home.dsn("log")))
        return Feeder(self.log.stores[-1], KEY, self.policy, Folder(self.log.path / folder))

    def found(self) -> list[str]:
        """What the audit says."""
        told = audit(self.sequencer.store, keep=False)
        return [one.kind for log in told for one in log.findings]

    def witnessed(self) -> set[Said]:
        """What the witnesses say of the log as it stands now."""
        return {one.said for one in self.feeder().feed()}

    def cosigned(self) -> bool:
        """Whether the witnesses have seen the log as it stands."""
        return bool(self.log.state("cosigned_size = size"))

    def receipt_holds(self) -> bool:
        """Whether the checkpoint in a person's receipt is still the beginning of the log."""
        head = self.sequencer.store.head()
        if head is None or head.size < self.receipt.size:
            return False
        proof = consistency_proof(
            self.receipt.size, head.size, hashes_from(head.size, self.sequencer.store.read(head.log))
        )
        try:
            check_consistency(self.receipt.size, head.size, proof, self.receipt.root, head.root)
        except LogFault:
            return False
        return True

    def rebuild(self) -> None:
        """With the stolen key: the tree anew from what the register says now."""
        self.log.owner.execute(
            "delete from cx.ledger_log_tile; delete from cx.ledger_log_checkpoint; delete from cx.ledger_log_cosignature; "
            "update cx.ledger_log_state set size = 0, cosigned_size = 0, xid = '0', lease_until = 'epoch', "
            "id = '00000000-0000-0000-0000-000000000000'"
        )
        self.sequencer = self.log.sequencer("rebuilt")
        self.sequencer.round()

    def back(self, size: int) -> None:
        """As after the restore of a backup that was made when the log had this size."""
        kept = self.log.owner.execute(
            "select xid, id, epoch from cx.ledger_log_checkpoint where size = %s", [size]
        ).fetchone()
        assert kept is not None
        read, edge = self.sequencer.store.read(1), Edge()
        stored = [one for key in needed(size) if key[0] == ENTRIES for one in _entries(read(*key))]
        made = edge.append(stored)
        owner = self.log.owner
        owner.execute(
            "delete from cx.ledger_register where epoch = %s and (xid, id) > (%s, %s)", [kept[2], kept[0], kept[1]]
        )
        owner.execute("delete from cx.ledger_log_checkpoint where size > %s", [size])
        owner.execute("delete from cx.ledger_log_cosignature where size > %s", [size])
        owner.execute("delete from cx.ledger_log_tile")
        for one in made:
            if not one.level:
                continue
            owner.execute(
                "insert into cx.ledger_log_tile values (1, %s, %s, %s, %s)", [one.level, one.n, one.width, one.data]
            )
        owner.execute(
            "update cx.ledger_log_state set size = %s, cosigned_size = %s, xid = %s, id = %s, lease_until = 'epoch'",
            [size, size, kept[0], kept[1]],
        )

    def insert(self, seconds: int = 0, *, before: UUID | None = None) -> None:
        """A line made by hand, whole with salt and commitment; with `before`, in the past, in that line's transaction."""
        self.log.owner.execute(
            "insert into cx.ledger_register select (jsonb_populate_record(r, jsonb_build_object("
            "'id', gen_random_uuid(), 'salt', sha256(uuid_send(gen_random_uuid())), "
            "'at', r.at - make_interval(secs => %s), 'xid', case when %s then r.xid::text else pg_current_xact_id()::text end))).* "
            "from cx.ledger_register r where r.id = %s",
            [seconds, before is not None, before or self.lines[0]],
        )
        self.log.owner.execute(
            "update cx.ledger_register r set commitment = cx.ledger_log_remade_v1(r) "
            "where r.commitment <> cx.ledger_log_remade_v1(r) and r.epoch = (select epoch from cx.ledger_deployment)"
        )


def _entries(data: bytes) -> list[bytes]:
    return [data[i + 2 : i + 35] for i in range(0, len(data), 35)]


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch, record_property: Callable[[str, object], None]) -> Clocks:
    return Clocks(monkeypatch, record_property)


@pytest.fixture
def city(log: Log, write: Callable[..., list[UUID]], tmp_path: Path) -> Iterator[City]:
    witnesses = [Witness.create(tmp_path / name, f"{name}.test.invalid/witness") for name in ("audit", "county")]
    for one in witnesses:
        one.trust(KEY.verifier)
    with running(witnesses[0]) as first, running(witnesses[1]) as second:
        sequencer = log.sequencer()
        sequencer.begin()
        log.owner.execute("update cx.ledger_log set begun_at = begun_at - interval '1 hour'")  # no log of two minutes
        made = City(log, write, (first, second), sequencer, [], Checkpoint(ORIGIN, 0, b""))
        for count in (10, 20, 10):
            made.lines += write(count)
            sequencer.round()
            assert made.witnessed() == {Said.COSIGNED}
        note = (log.path / "public" / "checkpoint").read_bytes()
        made.receipt = check_checkpoint(note, made.policy).checkpoint
        assert (made.found(), made.receipt.size) == ([], 40)
        yield made


def test_1_an_edited_row(city: City, clocks: Clocks) -> None:
    edit = "update cx.ledger_register set purpose = 'OTHER' where id = %s"
    (finding,) = clocks.nights(1, city, lambda: city.log.owner.execute(edit, [city.lines[12]]))
    assert (finding.kind, finding.place, finding.count) == ("altered", 12, 1)
    assert city.witnessed() == {Said.COSIGNED}  # the tree was kept: rows are the audit's to check


def test_1b_an_edited_row_whose_commitment_was_made_again(city: City) -> None:
    city.log.owner.execute("update cx.ledger_register set case_ref = 'x' where id = %s", [city.lines[12]])
    city.log.owner.execute(
        "update cx.ledger_register r set commitment = cx.ledger_log_remade_v1(r) where id = %s", [city.lines[12]]
    )
    found = audit(city.sequencer.store)[0].findings
    assert [(one.kind, one.place) for one in found] == [("missing", 12), ("unknown", 12)]


def test_2_a_deleted_row(city: City, clocks: Clocks) -> None:
    delete = "delete from cx.ledger_register where id = any (%s)"
    (finding,) = clocks.nights(2, city, lambda: city.log.owner.execute(delete, [city.lines[30:33]]))
    assert (finding.kind, finding.place, finding.count) == ("missing", 30, 3)


def test_3_a_deleted_row_and_a_tree_rebuilt_with_the_stolen_key(city: City, clocks: Clocks) -> None:
    """Rebuilt to the very size that the witnesses have seen: nothing grew, which is what they are visited for."""

    def rebuild() -> None:
        city.log.owner.execute("delete from cx.ledger_register where id = %s", [city.lines[5]])
        city.write(1)
        city.rebuild()
        assert city.log.state("size") == 40

    clocks.visits(3, city, rebuild)
    assert city.found() == []  # rows and tree agree: this is what witnesses are for
    assert not city.receipt_holds()
    assert city.log.state("halted") == "other"
    with pytest.raises(Refused, match="LOG-03"):
        city.sequencer.round()


def test_4_a_line_inserted_into_the_past(city: City, clocks: Clocks) -> None:
    found = clocks.nights(4, city, lambda: city.insert(before=city.lines[8]))
    assert [(one.kind, one.size) for one in found] == [("unknown", 10)]


def test_5_a_line_inserted_into_the_past_and_a_rebuilt_tree(city: City) -> None:
    city.insert(before=city.lines[8])
    city.rebuild()
    assert city.found() == []
    assert not city.receipt_holds()
    assert city.witnessed() == {Said.OTHER}


def test_6_a_restored_backup_that_does_not_carry_on(city: City, clocks: Clocks) -> None:
    clocks.visits(5, city, lambda: city.back(30))  # under a platform that runs on
    assert city.log.state("halted") == "longer"
    city.log.owner.execute("update cx.ledger_log_state set halted = ''")
    assert city.found() == []
    fresh = city.feeder("restored")  # a new data folder: nothing published lies there
    allowed, answers = fresh.may_begin()
    assert (allowed, {one.said for one in answers}) == (False, {Said.LONGER})
    assert city.log.state("halted") == "longer"
    assert not city.receipt_holds()


def test_7_a_restored_backup_that_carries_on(city: City, clocks: Clocks) -> None:
    """An operator who does not ask: the next visit to a witness tells, whichever log is longer by then."""

    def restore() -> None:
        city.back(30)
        city.write(25)
        city.sequencer = city.log.sequencer("restored")
        city.sequencer.round()

    clocks.visits(6, city, restore)
    assert city.log.state("halted") == "other"
    assert city.found() == []
    assert not city.receipt_holds()


def test_7b_published_files_refuse_a_restored_database_without_any_witness(city: City) -> None:
    city.back(30)
    for number, server in enumerate(city.servers):
        server.witness = Witness.create(city.log.path / f"nobody{number}", "nobody.test.invalid/witness")
    allowed, _ = city.feeder("public").may_begin()
    assert (allowed, city.log.state("halted")) == (False, "longer")


def test_8_a_tail_that_no_witness_has_seen_can_be_cut(city: City, clocks: Clocks) -> None:
    """Stated on the page and in the docs: the witness interval is the window of an insider with key and database."""

    def grow() -> None:
        city.write(2)
        city.sequencer.round()

    clocks.visits(7, city, grow, until="cosigned")  # so long a line stands unseen
    kept = city.log.state("size")
    city.write(4)
    city.sequencer.round()
    city.back(kept)
    city.write(1)
    city.sequencer = city.log.sequencer("cut")
    city.sequencer.round()
    assert city.found() == []
    assert city.receipt_holds()
    assert city.witnessed() == {Said.COSIGNED}


def test_8b_a_tail_that_a_witness_has_seen_cannot(city: City) -> None:
    city.write(4)
    city.sequencer.round()
    assert city.witnessed() == {Said.COSIGNED}
    city.back(40)
    assert city.witnessed() == {Said.LONGER}


def test_9_a_false_early_time(city: City, clocks: Clocks) -> None:
    def forge() -> None:
        city.insert(seconds=600)
        city.sequencer.round()

    (finding,) = clocks.nights(8, city, forge)
    assert (finding.kind, finding.place) == ("apart", 40)


def test_10_two_faces_for_two_witnesses(city: City, clocks: Clocks) -> None:
    """The log's key signs one tree for one witness and another for the other."""

    def split() -> None:
        city.write(2)
        city.sequencer.round()
        head = city.sequencer.store.head()
        assert head is not None
        read, forked = city.sequencer.store.read(1), Edge()
        entries = [one for key in needed(head.size) if key[0] == ENTRIES for one in _entries(read(*key))]
        tiles = {(one.level, one.n): one.data for one in forked.append([*entries[:-1], leaf(bytes(32))])}
        proof = consistency_proof(40, head.size, hashes_from(head.size, lambda level, n, _: tiles[level, n]))
        note = sign(Checkpoint(ORIGIN, head.size, forked.root()).text, KEY).encode()
        assert post(city.servers[1], request_body(40, proof, note))[0] == 200  # each view by itself is one that grew

    clocks.visits(9, city, split)
    assert city.log.state("halted") == "other"
    assert city.servers[1].witness.evidence() == 1
    head = city.sequencer.store.head()
    assert head is not None
    assert city.servers[1].witness.known(ORIGIN).root != head.root


def test_an_edited_leaf_tile_or_checkpoint_is_found(city: City) -> None:
    for statement, kind in (
        ("update cx.ledger_log_tile set data = overlay(data placing '\\x00' from 40) where level = -1", "root"),
        ("update cx.ledger_log_checkpoint set root = sha256('x') where size = 30", "signature"),
        (
            "update cx.ledger_log_checkpoint set note = replace(note, E'\\n30\\n', E'\\n31\\n') where size = 30",
            "signature",
        ),
        ("delete from cx.ledger_log_tile where level = -1", "root"),
    ):
        kept = {
            table: city.log.owner.execute(f"select * from cx.{table}").fetchall()
            for table in ("ledger_log_tile", "ledger_log_checkpoint")
        }
        city.log.owner.execute(statement)
        assert kind in city.found(), statement
        for table, rows in kept.items():
            city.log.owner.execute(f"delete from cx.{table}")
            for row in rows:
                marks = ", ".join(["%s"] * len(row))
                city.log.owner.execute(f"insert into cx.{table} values ({marks})", row)
    assert city.found() == []


def test_an_audit_is_kept_and_due_each_night_and_whole_each_week(city: City) -> None:
    store = city.sequencer.store
    assert due(store) == 0
    audit(store)
    assert due(store) is None
    row = city.log.owner.execute("select first, size, lines, gone, finding from cx.ledger_log_audit").fetchone()
    assert row == (0, 40, 40, 0, "")
    city.log.owner.execute("update cx.ledger_log_audit set ended_at = ended_at - interval '1 day'")
    assert due(store) == 40
    city.write(3)
    city.sequencer.round()
    assert [(one.first, one.size, one.lines) for one in audit(store, since=40)] == [(40, 43, 3)]
    city.log.owner.execute("update cx.ledger_log_audit set ended_at = ended_at - interval '7 days'")
    assert due(store) == 0


def test_a_new_log_carries_the_loss_in_its_first_leaf(city: City) -> None:
    """The procedure after a restore that lost lines, as `chengxin log follow` does it."""
    from chengxin.kernel.note import Signer

    witnessed = (city.log.path / "public" / "checkpoint").read_text("utf-8")
    city.back(30)
    city.feeder("restored").may_begin()
    key = Signer(f"{ORIGIN}~2", bytes(32))
    city.log.owner.execute("select cx.ledger_log_follow_v1(%s, %s, %s)", [key.name, key.verifier.text, witnessed])
    city.write(5)
    after = Sequencer(city.sequencer.store, key, Folder(city.log.path / "after"))
    assert after.round().lines == 5
    told = audit(city.sequencer.store)
    assert [(one.origin, one.size, one.lines, one.clean) for one in told] == [
        (ORIGIN, 30, 30, True),
        (key.name, 6, 5, True),
    ]


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
def test_a_large_batch_is_taken_and_audited_in_every_plan(mode: str, log: Log, clerk: Any) -> None:
    """Twenty thousand lines of one transaction: a plan that turns quadratic would take minutes."""
    sequencer = log.sequencer()
    sequencer.begin()
    log.owner.execute(
        "with many as (select array_agg(gen_random_uuid()) as ids from generate_series(1, 20000)) "
        "select cx.ledger_act_v1(%s, m.ids, m.ids, 'lookup.mine', '') from many m",
        [clerk.token],
    )
    sequencer.store.connection.execute(f"set plan_cache_mode = {mode}".encode())
    began = time.monotonic()
    assert sequencer.round().lines == 20_000
    (told,) = audit(sequencer.store, keep=False)
    assert (told.lines, told.clean, time.monotonic() - began < 60) == (20_000, True, True)
