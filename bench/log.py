"""``bench log``: the sequencer ÷ hashing the same leaves in the same process; how long a line waits; proofs; bytes."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from bench.city import City, city
from bench.figures import Ratio, machine, versions
from chengxin.kernel.note import Signer
from chengxin.ledger.log.line import LINE
from chengxin.ledger.log.tiles import Edge, hashes_from
from chengxin.ledger.log.tree import check_inclusion, inclusion_proof, leaf_hash
from chengxin.ledger.sequencer import BATCH, Folder, Sequencer, Store

ROOT = Path(__file__).resolve().parent.parent
PERSONS = 100
LINES = 20
"""Lines that one transaction of the load writes."""
PROOFS = 2000
LOG = 9
"""A log of random leaves, to make proofs in; no line belongs to it."""


def measure(*, rows: int, seconds: float, runs: int, leaves: int) -> dict[str, Any]:
    """`rows`: lines of a backlog; `seconds`: of a steady load of 1,000 lines; `leaves`: of the tree for proofs."""
    with tempfile.TemporaryDirectory() as folder, city(PERSONS) as place, place.owner() as owner:
        token = place.session(place.account("staff", ["data_officer"])[0], "staff")
        with closing(Store(place.home.dsn("log"))) as store:
            sequencer = Sequencer(store, Signer.create("log.bench.invalid/log"), Folder(Path(folder)))
            sequencer.begin()
            told = [_run(place, sequencer, token, rows, owner) for _ in range(runs)]
            waits = _waits(place, sequencer, token, seconds, owner)
            size = _bytes(place)
            proofs = _proofs(store, owner, leaves)
            server = owner.info.server_version
    ratio = Ratio.of([busy / limit for limit, _, busy in told])
    idle = Ratio.of([alone / limit for limit, alone, _ in told])
    return {
        "name": "log",
        "ratio": ratio.ratio,
        "min": ratio.min,
        "max": ratio.max,
        "runs": runs,
        "size": {"rows": rows, "leaves": leaves, "seconds": seconds},
        "ratio_idle": idle.ratio,
        "limit_per_second": round(_middle([one[0] for one in told])),
        "idle_per_second": round(_middle([one[1] for one in told])),
        "busy_per_second": round(_middle([one[2] for one in told])),
        **waits,
        **proofs,
        **size,
        "machine": machine(),
        "versions": versions(server),
    }


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _run(place: City, sequencer: Sequencer, token: bytes, rows: int, owner: Any) -> tuple[float, float, float]:
    """Leaves a second: hashed only, sequenced alone, sequenced while others write."""
    found = _backlog(owner, token, rows)
    limit = rows / _timed(lambda: _hash(found))
    place.settle()
    alone = rows / _timed(lambda: _drain(sequencer))
    _backlog(owner, token, rows)
    place.settle()
    with _load(place, token, 0):
        time.sleep(0.5)
        begin, before = time.perf_counter(), sequencer.store.status().size
        while (done := sequencer.store.status().size - before) < rows:
            sequencer.round()
        busy = done / (time.perf_counter() - begin)
    _drain(sequencer)
    return limit, alone, busy


def _timed(work: Any) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def _acts(count: int) -> str:
    """One transaction: a person at random, an id that grows with time, as the rooms make them."""
    persons, ids = (
        f"array(select {made}() from generate_series(1, {count}))" for made in ("gen_random_uuid", "uuidv7")
    )
    return f"select cx.ledger_act_v1(%s, {persons}, {ids}, 'records.admit', '')"


def _backlog(owner: Any, token: bytes, rows: int) -> list[bytes]:
    """Real acts that wait, in transactions of 5,000; their commitments."""
    text = _acts(min(rows, 5000))
    for _ in range(0, rows, 5000):
        owner.execute(text, [token])
    found = owner.execute(
        "select r.commitment from cx.ledger_register r, cx.ledger_log_state s "
        "where (r.epoch, r.xid, r.id) > (s.epoch, s.xid, s.id) order by r.epoch, r.xid, r.id"
    )
    return [row[0] for row in found]


def _hash(commitments: list[bytes]) -> bytes:
    """The limit: every leaf and every node above, and nothing kept."""
    sha = sha256
    row = [sha(b"\x00\x01" + one).digest() for one in commitments]
    while len(row) > 1:
        row = [sha(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row) - 1, 2)]
    return row[0]


def _drain(sequencer: Sequencer) -> None:
    while sequencer.round().lines:
        pass


@contextmanager
def _load(place: City, token: bytes, rate: int) -> Iterator[None]:
    """Another process writes acts, `rate` lines a second or as fast as it can."""
    orders = {"dsn": place.home.dsn("owner"), "token": token.hex(), "rate": rate}
    with subprocess.Popen(
        [sys.executable, "-c", "from bench.log import load; load()"], stdin=subprocess.PIPE, text=True, cwd=ROOT
    ) as writer:
        if writer.stdin is None:
            raise RuntimeError("no pipe")
        writer.stdin.write(json.dumps(orders) + "\n")
        writer.stdin.flush()
        try:
            yield
        finally:
            writer.terminate()


def load() -> None:
    """The other process: 20 lines a transaction."""
    orders = json.loads(sys.stdin.readline())
    text = _acts(LINES)
    token, due = bytes.fromhex(orders["token"]), time.perf_counter()
    with psycopg.connect(orders["dsn"], autocommit=True) as owner:
        while True:
            owner.execute(text.encode(), [token])
            if orders["rate"]:
                due += LINES / orders["rate"]
                time.sleep(max(0.0, due - time.perf_counter()))


def _waits(place: City, sequencer: Sequencer, token: bytes, seconds: float, owner: Any) -> dict[str, Any]:
    """From a line's own time until its checkpoint is published, under 1,000 lines a second, a round each second."""
    published: list[tuple[int, float]] = []
    stop = threading.Event()
    first = sequencer.store.status().size
    with _load(place, token, 1000):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            began = time.monotonic()
            published.append((sequencer.round().size, time.time()))
            stop.wait(max(0.0, 1.0 - (time.monotonic() - began)))
    _drain(sequencer)
    waits: list[float] = []
    for size, at in published:
        rows = owner.execute(
            "select %s - extract(epoch from r.at)::float8 from cx.ledger_log_checkpoint c "
            "join cx.ledger_log_checkpoint p on p.size = cx.ledger_log_before_v1(c.log, c.size) and p.log = c.log "
            "join cx.ledger_register r on r.epoch = c.epoch "
            "and (r.xid, r.id) > (p.xid, p.id) and (r.xid, r.id) <= (c.xid, c.id) where c.size = %s and c.size > %s",
            [at, size, first],
        ).fetchall()
        waits += [row[0] for row in rows]
    waits.sort()
    return {
        "lines_per_second": round(len(waits) / seconds),
        "wait_p50_s": round(waits[len(waits) // 2], 3),
        "wait_p99_s": round(waits[len(waits) * 99 // 100], 3),
    }


def _proofs(store: Store, owner: Any, leaves: int) -> dict[str, Any]:
    """Inclusion proofs out of the database's tiles, as for a person who asks for one."""
    edge = Edge()
    commit = [sha256(i.to_bytes(8, "big")).digest() for i in range(leaves)]
    with owner.cursor().copy("copy cx.ledger_log_tile from stdin (format binary)") as copy:
        copy.set_types(["int4", "int2", "int8", "int2", "bytea"])
        kept = {}
        for start in range(0, leaves, BATCH):
            for one in edge.append([LINE + data for data in commit[start : start + BATCH]]):
                if one.level:  # as the sequencer keeps them
                    kept[one.level, one.n] = one
        for one in kept.values():
            copy.write_row((LOG, one.level, one.n, one.width, one.data))
    took, root = [], edge.root()
    for _ in range(PROOFS):
        index = random.randrange(leaves)
        begin = time.perf_counter()
        proof = inclusion_proof(index, leaves, hashes_from(leaves, store.read(LOG)))
        took.append(time.perf_counter() - begin)
        check_inclusion(leaf_hash(LINE + commit[index]), index, leaves, proof, root)
    took.sort()
    return {
        "proof_p50_ms": round(took[PROOFS // 2] * 1000, 2),
        "proof_p99_ms": round(took[PROOFS * 99 // 100] * 1000, 2),
    }


def _bytes(place: City) -> dict[str, Any]:
    """What a line costs on the disk: its row with indexes, and its share of tiles, bundles and checkpoints."""
    with psycopg.connect(place.home.admin_dsn(place.home.database)) as admin:
        row = admin.execute(
            "select pg_total_relation_size('cx.ledger_register'), pg_total_relation_size('cx.ledger_log_tile') "
            "+ pg_total_relation_size('cx.ledger_log_checkpoint'), (select count(*) from cx.ledger_register)"
        ).fetchone()
    if row is None:
        raise RuntimeError("no row")
    return {"bytes_per_line": round((row[0] + row[1]) / row[2]), "bytes_of_log": round(row[1] / row[2])}
