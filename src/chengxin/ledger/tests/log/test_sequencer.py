"""The sequencer: every line once, in the order of commit, whatever dies or comes late."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from chengxin.kernel.errors import Refused
from chengxin.kernel.note import Signer
from chengxin.ledger.auditing import audit
from chengxin.ledger.log.checkpoint import Checkpoint, Policy, check_checkpoint
from chengxin.ledger.log.line import LINE, leaf, predecessor_leaf
from chengxin.ledger.log.tiles import ENTRIES, Edge, entries_of, hashes_from, needed, path
from chengxin.ledger.log.tree import check_inclusion, inclusion_proof, leaf_hash, root
from chengxin.ledger.sequencer import Done, Folder, Sequencer, Store
from chengxin.ledger.tests.log.conftest import KEY, ORIGIN, Log

pytestmark = pytest.mark.database
Write = Callable[..., list[UUID]]
Connect = Callable[[str], psycopg.Connection[Any]]
POLICY = Policy.parse(f"log {KEY.verifier.text}\nquorum none\n")


def published(folder: Path) -> tuple[Checkpoint, list[bytes]]:
    """What a reader gets out of the files alone: the checkpoint, and every entry, proved to be under its root."""
    head = check_checkpoint((folder / "checkpoint.signed").read_bytes(), POLICY).checkpoint
    files = {one: (folder / path(*one)).read_bytes() for one in needed(head.size)}
    entries = [entry for one, data in files.items() if one[0] == ENTRIES for entry in entries_of(data)]
    edge = Edge()
    edge.append(entries)
    assert edge.root() == head.root
    assert root(head.size, hashes_from(head.size, lambda *one: files[one])) == head.root
    return head, entries


def stored(log: Log) -> list[bytes]:
    """Commitments of the lines of this incarnation in the order that the log must have."""
    found = log.owner.execute(
        "select r.commitment from cx.ledger_register r join cx.ledger_deployment d on d.epoch = r.epoch order by xid, id"
    )
    return [leaf(row[0]) for row in found.fetchall()]


def drained(sequencer: Sequencer) -> int:
    while sequencer.round().lines:
        pass
    return sequencer.round().size


def test_lines_go_in_once_and_in_order(log: Log, write: Write) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    for count in (1, 300, 0, 7):
        write(count)
        sequencer.round()
    head, entries = published(log.path / "public")
    assert (head.origin, head.size) == (ORIGIN, log.lines())
    assert entries == stored(log)
    assert not list((log.path / "public").rglob("*.p/255"))  # unfinished tiles go when the full one is there


def test_a_line_that_commits_late_is_not_lost(log: Log, write: Write, connect: Connect) -> None:
    """Lines of an open transaction are behind those that came later, and go in when it has ended."""
    sequencer, early = log.sequencer(), connect("web")
    sequencer.begin()
    with early.transaction():
        write(1, early)
        write(3)
        assert sequencer.round().lines == 0
        before = log.state("clear_at")
        sequencer.round()
        assert log.state("clear_at") == before  # what waits holds the stop rule's clock
    assert sequencer.round().lines == 4
    assert published(log.path / "public")[1] == stored(log)
    sequencer.round()
    assert log.state("clear_at") > before


def test_a_reader_with_an_open_snapshot_stops_nothing(log: Log, write: Write, connect: Connect) -> None:
    sequencer, reader = log.sequencer(), connect("web")
    sequencer.begin()
    with reader.transaction():
        reader.execute("select cx.ledger_today_v1()")
        write(2)
        assert sequencer.round().lines == 2


def test_a_second_sequencer_waits_and_takes_over(log: Log, write: Write) -> None:
    one, two = log.sequencer(), log.sequencer()
    one.begin()
    assert two.begin() == 1
    write(5)
    assert one.round().lines == 5
    write(2)
    with pytest.raises(Refused, match="LOG-03"):
        two.round()
    log.owner.execute("update cx.ledger_log_state set lease_until = '-infinity'")  # the first fell silent
    assert two.round().lines == 2
    with pytest.raises(Refused, match="LOG-03"):
        one.round()
    assert published(log.path / "public")[1] == stored(log)


def test_who_lost_the_lease_writes_nothing(log: Log, write: Write) -> None:
    """Two take the same batch; whoever appends second has another size before it."""
    one = log.sequencer()
    one.begin()
    write(3)
    one.round()
    write(1)
    one.store.call("select cx.ledger_log_take_v1(%s, 10, 10)", one.holder)
    size = log.state("size")
    call = "select cx.ledger_log_append_v1(%s, %s, %s, sha256(''), 'x', '{}', '{}', '{}', '{}')"
    for holder, old, new in (
        (UUID(int=9), size, size + 1),
        (one.holder, size - 1, size + 1),
        (one.holder, size, size),
    ):
        with pytest.raises(psycopg.Error) as caught:
            log.owner.execute(call, [holder, old, new])
        assert caught.value.diag.constraint_name == "LOG-04"
    assert log.state("size") == size
    with pytest.raises(psycopg.errors.UniqueViolation):  # and the key itself holds where everything else fails
        log.owner.execute("insert into cx.ledger_log_checkpoint select * from cx.ledger_log_checkpoint")


def test_role_log_skips_no_line_and_invents_none(log: Log, write: Write, connect: Connect) -> None:
    """With real tiles, all of them well made: only what was taken can be appended, and the cursor goes where it ends."""
    sequencer, thief = log.sequencer(), connect("log")
    sequencer.begin()
    write(3)
    sequencer.round()
    write(4)
    head = sequencer.store.head()
    assert head is not None
    row = thief.execute("select entries from cx.ledger_log_take_v1(%s, 10, 100)", [sequencer.holder]).fetchone()
    assert row is not None
    taken = entries_of(bytes(row[0]))
    assert len(taken) == 4

    def append(entries: list[bytes], *, grown: bool = True) -> None:
        edge = Edge.load(3, sequencer.store.read(head.log))
        made = [one for one in edge.append(entries) if one.level]
        thief.execute(
            "select cx.ledger_log_append_v1(%s, 3, %s, %s, 'x', %s::smallint[], %s::bigint[], %s::smallint[], %b::bytea[])",
            [
                sequencer.holder,
                edge.size,
                edge.root(),
                [one.level for one in made],
                [one.n for one in made],
                [one.width for one in made],
                [one.data if grown else bytes(35) + one.data[35:] for one in made],
            ],
        )

    strange = LINE + bytes(32)
    for entries in (taken[:3], taken[1:], [taken[1], taken[0], *taken[2:]], [*taken[:3], strange], [*taken, strange]):
        with pytest.raises(psycopg.Error) as caught:
            append(entries)
        assert caught.value.diag.constraint_name == "LOG-04"
    with pytest.raises(psycopg.Error) as caught:  # a tile only grows
        append(taken, grown=False)
    assert caught.value.diag.constraint_name == "LOG-04"
    assert log.state("size") == 3
    append(taken)
    with pytest.raises(psycopg.Error) as caught:  # and nothing twice
        append(taken)
    assert caught.value.diag.constraint_name == "LOG-04"
    (told,) = audit(sequencer.store, keep=False)
    assert (told.lines, [one.kind for one in told.findings], told.waiting) == (7, ["signature"], 0)


def test_a_cursor_that_was_put_forward_is_a_finding(log: Log, write: Write) -> None:
    """By the owner's hand: lines behind the cursor that are no leaf and carry no mark."""
    sequencer = log.sequencer()
    sequencer.begin()
    write(3)
    sequencer.round()
    write(2)
    log.owner.execute("update cx.ledger_log_state set xid = pg_current_xact_id()")
    write(1)
    sequencer.round()
    (finding,) = audit(sequencer.store, keep=False)[0].findings
    assert (finding.kind, finding.size, finding.count) == ("unknown", 4, 2)


DIE = """
import os, signal, sys
from pathlib import Path
from chengxin.kernel.note import Signer
from chengxin.ledger.sequencer import Done, Folder, Sequencer, Store
where, dsn, folder, holder = sys.argv[1:]
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
class Mortal(Sequencer):
    def _append(self, *arguments):
        if where == "before": die()
        super()._append(*arguments)
        if where == "uncommitted": die()
    def _publish(self, tiles, note):
        if where == "unpublished": die()
        for number, tile in enumerate(tiles):
            if where == "half" and number: die()
            self.folder.add([tile])
        if where == "nohead": die()
        self.folder.put("checkpoint.signed", note.encode())
one = Mortal(Store(dsn), Signer("log.test.invalid/log", bytes(range(32))), Folder(Path(folder)))
one.round()
"""


@pytest.mark.parametrize("where", ["before", "uncommitted", "unpublished", "half", "nohead"])
def test_a_sequencer_killed_anywhere_loses_and_doubles_nothing(where: str, log: Log, write: Write) -> None:
    first = log.sequencer()
    first.begin()
    write(250)
    first.round()
    write(20)
    log.owner.execute("update cx.ledger_log_state set lease_until = '-infinity'")
    command = [sys.executable, "-c", DIE, where, log.home.dsn("log"), str(log.path / "public"), ""]
    killed = subprocess.run(command, check=False, env=os.environ)
    assert killed.returncode == -signal.SIGKILL
    log.owner.execute("update cx.ledger_log_state set lease_until = '-infinity'")
    after = log.sequencer()
    after.republish()
    after.round()
    head, entries = published(log.path / "public")
    assert (head.size, entries) == (270, stored(log))


def test_a_round_that_fails_leaves_no_trace_in_the_next(
    log: Log, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    write(5)
    sequencer.round()
    write(4)
    with monkeypatch.context() as broken:
        broken.setattr(sequencer, "_append", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            sequencer.round()
    assert sequencer.round() == Done(4, 9)
    assert published(log.path / "public")[1] == stored(log)


def test_another_origin_or_key_is_refused(log: Log, write: Write) -> None:
    log.sequencer().begin()
    for key in (Signer("other.test.invalid/log", KEY.seed), Signer(ORIGIN, bytes(32))):
        store = Store(log.home.dsn("log"))
        log.stores.append(store)
        with pytest.raises(Refused, match="LOG-05"):
            Sequencer(store, key, Folder(log.path / "other")).begin()


def test_a_new_cluster_begins_a_new_incarnation_and_loses_nothing(log: Log, write: Write, connect: Connect) -> None:
    """A dump restored elsewhere: xids begin again. Lines written before anybody noticed lie below the cursor."""
    sequencer = log.sequencer()
    sequencer.begin()
    write(20)
    sequencer.round()
    before = stored(log)
    write(3)
    # As if these had been written in the new cluster under small xids, before the sequencer saw the change.
    log.owner.execute(
        "update cx.ledger_register r set xid = '3' from cx.ledger_deployment d, cx.ledger_log_state s "
        "where r.epoch = d.epoch and r.xid > s.xid"
    )
    late = set(stored(log)) - set(before)
    epoch = log.state("epoch")
    log.owner.execute("update cx.ledger_log_state set cluster = 1")
    assert sequencer.round().lines == 3
    assert (log.state("epoch"), log.state("drain")) == (epoch + 1, 1)
    write(4)  # the web goes on; new lines belong to the new incarnation
    assert sequencer.round().lines == 4
    assert log.state("drain") == 2
    # A transaction that was under way at the change commits a line of the old incarnation afterwards.
    write(1)
    log.owner.execute(
        "update cx.ledger_register set epoch = epoch - 1, xid = '4' where xid > (select xid from cx.ledger_log_state)"
    )
    log.owner.execute("update cx.ledger_log_state set drained_at = drained_at - interval '3 minutes'")
    assert sequencer.round().lines == 1
    drained(sequencer)
    assert (log.state("drain"), log.state("size")) == (0, 28)
    _, entries = published(log.path / "public")
    assert entries[:20] == before
    assert set(entries[20:23]) == late
    assert len(set(entries)) == 28


def test_a_restored_register_goes_on_under_its_new_incarnation(log: Log, write: Write) -> None:
    """`chengxin restore` counts the epoch up itself; what the backup had beyond the cursor is taken first."""
    sequencer = log.sequencer()
    sequencer.begin()
    write(5)
    sequencer.round()
    write(2)
    log.owner.execute("update cx.ledger_deployment set epoch = epoch + 1")
    assert sequencer.round().lines == 2
    write(1)
    assert drained(sequencer) == 8


def test_a_log_that_follows_names_the_one_before(log: Log, write: Write) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    write(3)
    sequencer.round()
    before = (log.path / "public" / "checkpoint.signed").read_text("utf-8")
    key = Signer(f"{ORIGIN}/2", bytes(32))
    log.owner.execute("select cx.ledger_log_follow_v1(%s, %s, %s)", [key.name, key.verifier.text, before])
    write(2)
    store = Store(log.home.dsn("log"))
    log.stores.append(store)
    log.owner.execute("update cx.ledger_log_state set lease_until = '-infinity'")
    after = Sequencer(store, key, Folder(log.path / "after"))
    assert after.round().lines == 2
    after.republish()
    edge = Edge.load(3, store.read(2))
    entries = entries_of(edge.entries)
    assert entries[0] == predecessor_leaf(before.encode())
    assert entries[1:] == stored(log)[3:]
    assert (log.path / "after" / "predecessor").read_text("utf-8") == before
    with pytest.raises(Refused, match="LOG-05"):
        sequencer.begin()


def test_the_place_of_a_line_leads_to_its_proof(log: Log, write: Write) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    ids = [*write(3), *write(270)]
    sequencer.round()
    ids += write(5)
    sequencer.round()
    waiting = write(1)[0]
    call = "select p.* from cx.ledger_log_place_v1('00000000-0000-0000-0000-000000000000', %s) p"
    assert log.owner.execute(call, [waiting]).fetchone() is None
    head = sequencer.store.head()
    assert head is not None
    hashes = hashes_from(head.size, sequencer.store.read(head.log))
    for one in (ids[0], ids[2], ids[-1], ids[255], ids[256]):
        row = log.owner.execute(call, [one]).fetchone()
        assert row is not None
        proof = inclusion_proof(row[1], head.size, hashes)
        check_inclusion(leaf_hash(LINE + row[2]), row[1], head.size, proof, head.root)


def test_unwitnessed_checkpoints_are_thinned_out_after_a_day(log: Log, write: Write) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    ids = []
    for _ in range(4):
        ids += write(2)
        sequencer.round()
    log.owner.execute("update cx.ledger_log_checkpoint set at = date_trunc('minute', now()) - interval '25 hours'")
    sequencer.store.call("select cx.ledger_log_cosign_v1(1, 4, 'w', now(), 'line')")
    gone = sequencer.store.call("select cx.ledger_log_thin_v1() as gone").gone
    kept = [row[0] for row in log.owner.execute("select size from cx.ledger_log_checkpoint order by size")]
    assert (gone, kept) == (2, [4, 8])
    for place, one in enumerate(ids):  # every line is still found
        row = log.owner.execute(
            "select place from cx.ledger_log_place_v1('00000000-0000-0000-0000-000000000000', %s)", [one]
        ).fetchone()
        assert row == (place,)


def test_no_other_role_comes_near_the_log(log: Log, connect: Connect) -> None:
    for role in ("web", "worker", "engine", "points", "signin"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(role).execute("select cx.ledger_log_take_v1(gen_random_uuid(), 1, 1)")
    for statement in (
        "select 1 from cx.ledger_register",
        "select 1 from cx.ledger_log_state",
        "select cx.ledger_log_follow_v1('a', 'b', 'c')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect("log").execute(statement)
