"""The witness program over HTTP, the feeder, and what each refuses."""

from __future__ import annotations

import http.client
import socket
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.kernel.note import Signer, sign
from chengxin.ledger.feeding import Feeder, Said
from chengxin.ledger.log.checkpoint import Checkpoint, Policy, check_checkpoint
from chengxin.ledger.log.line import leaf
from chengxin.ledger.log.tiles import Edge, hashes_from
from chengxin.ledger.log.tree import EMPTY, consistency_proof
from chengxin.ledger.log.witnessing import Known, request_body
from chengxin.ledger.sequencer import Store
from chengxin.ledger.tests.log.conftest import KEY, ORIGIN, Log
from chengxin.ledger.tests.log.test_tree import Store as Tiles
from chengxin.operate.witness import Server, Witness

NAME = "witness.test.invalid/one"


@contextmanager
def running(witness: Witness) -> Iterator[Server]:
    server = Server(witness)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    made = Witness.create(tmp_path / "witness", NAME)
    made.trust(KEY.verifier)
    return made


@pytest.fixture
def server(witness: Witness) -> Iterator[Server]:
    with running(witness) as made:
        yield made


def post(server: Server, body: bytes, path: str = "/add-checkpoint", **headers: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=60)
    connection.request("POST", path, body, headers)
    answer = connection.getresponse()
    told = (answer.status, answer.headers["Content-Type"], answer.read())
    connection.close()
    return told


class Tree:
    """A log that can be asked for any of its sizes."""

    def __init__(self, size: int, *, other: int | None = None, key: Signer = KEY) -> None:
        self.key, self.tiles, self.roots, edge = key, Tiles(), {0: EMPTY}, Edge()
        for i in range(size):
            self.tiles.add(edge.append([leaf(bytes([i % 251 if i != other else 252]) * 32)]))
            self.roots[i + 1] = edge.root()
        self.size = size

    def note(self, size: int, key: Signer | None = None) -> bytes:
        return sign(Checkpoint(self.key.name, size, self.roots[size]).text, key or self.key).encode()

    def proof(self, old: int, size: int) -> list[bytes]:
        return consistency_proof(old, size, hashes_from(size, self._read)) if old else []

    def request(self, old: int, size: int) -> bytes:
        return request_body(old, self.proof(old, size), self.note(size))

    def _read(self, level: int, n: int, width: int) -> bytes:
        """As the tile was at any size: the beginning of the widest."""
        return max(
            (data for key, data in self.tiles.tiles.items() if key[:2] == (level, n) and key[2] >= width), key=len
        )[: width * 32]


def test_a_log_that_grows_is_cosigned(server: Server, witness: Witness) -> None:
    tree, at = Tree(20), int(time.time())
    for old, size in ((0, 3), (3, 3), (3, 17), (17, 20)):
        status, _, body = post(server, tree.request(old, size))
        assert status == 200
        note = tree.note(size) + body
        policy = Policy.parse(f"log {KEY.verifier.text}\nwitness w {witness.key.witness.text}\nquorum w\n")
        assert at <= check_checkpoint(note, policy).at <= time.time()
    assert witness.known(ORIGIN).size == 20


def test_each_refusal_has_its_status(server: Server, witness: Witness) -> None:
    tree = Tree(20)
    assert post(server, tree.request(0, 10))[0] == 200
    stranger = Tree(12, key=Signer("stranger.test.invalid", bytes(32)))
    forged = Tree(12, key=Signer(ORIGIN, bytes(32)))
    forked = Tree(20, other=4)
    cases: dict[int, list[bytes]] = {
        400: [
            b"",
            b"old 10\n",
            b"old 010\n\n" + tree.note(12),
            b"old 12\n\n" + tree.note(10),
            b"old 10\nxx\n\n" + tree.note(12),
        ],
        403: [forged.request(10, 12)],
        404: [stranger.request(10, 12)],
        409: [tree.request(9, 12), tree.request(0, 12), request_body(10, [], forked.note(10))],
        422: [
            request_body(10, [], tree.note(12)),
            forked.request(10, 12),
            request_body(10, [bytes(32)] * 4, tree.note(12)),
        ],
    }
    for status, bodies in cases.items():
        for body in bodies:
            told = post(server, body)
            assert told[0] == status, (status, body[:20])
            if status == 409:
                assert told[1:] == ("text/x.tlog.size", b"10\n")
    assert witness.known(ORIGIN).size == 10
    assert witness.evidence() == 1  # two roots of one size under the log's own key; a proof that does not fit is none
    assert post(server, b"x" * 100_001)[0] == 413
    assert post(server, tree.request(10, 12), path="/other")[0] == 404


def test_nobody_but_the_log_fills_the_store_of_evidence(witness: Witness, tmp_path: Path) -> None:
    """Public checkpoints with junk for a proof convict nobody; a split view is kept once, with what was cosigned."""
    tree, forked = Tree(12), Tree(12, other=4)
    assert witness.add(tree.request(0, 10), now=1).status == 200
    for i in range(1100):
        assert witness.add(request_body(10, [i.to_bytes(32, "big")], tree.note(12)), now=2).status == 422
    assert witness.evidence() == 0
    for old in (10, 10, 3):
        assert witness.add(request_body(old, [], forked.note(10)), now=3).status == 409
    assert witness.evidence() == 1
    with closing(sqlite3.connect(tmp_path / "witness" / "witness.sqlite")) as store:
        (row,) = store.execute("select origin, size, root, cosigned from split").fetchall()
    assert row == (ORIGIN, 10, forked.roots[10], tree.note(10))


def test_a_first_checkpoint_takes_no_proof_and_an_empty_log_is_empty(server: Server) -> None:
    tree = Tree(5)
    assert post(server, request_body(0, [bytes(32)], tree.note(5)))[0] == 422
    wrong = sign(Checkpoint(ORIGIN, 0, bytes(32)).text, KEY).encode()
    assert post(server, request_body(0, [], wrong))[0] == 409
    assert post(server, tree.request(0, 0))[0] == 200
    assert post(server, tree.request(0, 5))[0] == 200


def test_of_two_at_once_the_witness_never_goes_back(server: Server, witness: Witness) -> None:
    """The race that the specification spells out: N and N+K at the same moment."""
    tree = Tree(60)
    assert post(server, tree.request(0, 1))[0] == 200
    for size in range(1, 50, 7):
        with ThreadPoolExecutor(8) as pool:
            bodies = [tree.request(size, to) for to in (size + 1, size + 7)] * 4
            answers = [answer[0] for answer in pool.map(lambda body: post(server, body), bodies)]
        assert answers.count(409) >= 6
        known = witness.known(ORIGIN)
        assert (known.size in {size + 1, size + 7}, known.root) == (True, tree.roots[known.size])
        if known.size == size + 1:
            assert post(server, tree.request(size + 1, size + 7))[0] == 200


def test_a_witness_remembers_over_a_restart(witness: Witness, tmp_path: Path) -> None:
    tree = Tree(9)
    with running(witness) as server:
        assert post(server, tree.request(0, 9))[0] == 200
    with running(Witness(tmp_path / "witness")) as server:
        assert post(server, tree.request(0, 9))[2] == b"9\n"
        assert (tmp_path / "witness" / "witness.key").stat().st_mode & 0o077 == 0


NINE = Tree(9)
VALID = NINE.request(0, 9)


@given(
    st.one_of(
        st.binary(max_size=400),
        st.tuples(st.integers(0, len(VALID) - 1), st.binary(max_size=3)).map(
            lambda cut: VALID[: cut[0]] + cut[1] + VALID[cut[0] + 1 :]
        ),
        st.text(max_size=100).map(lambda text: b"old 0\n\n" + text.encode("utf-8", "replace")),
    )
)
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_that_is_thrown_at_a_witness_breaks_it(witness: Witness, body: bytes) -> None:
    """Every body gets one of the protocol's answers, only the one true request is cosigned, the rest leaves no trace."""
    before = witness.known(ORIGIN)
    reply = witness.add(body, now=1_795_000_000)
    assert reply.status in {200, 400, 403, 404, 409, 422}
    assert witness.known(ORIGIN) == (Known(9, NINE.roots[9]) if reply.status == 200 else before)
    assert witness.evidence() == 0


FACES = [Tree(24), Tree(24, other=4), Tree(24, other=15)]
"""One log with three faces, all signed by its key: they part at the fifth leaf and at the sixteenth."""


@given(
    st.lists(
        st.tuples(
            st.integers(0, 2), st.integers(0, 2), st.integers(0, 24), st.none() | st.integers(0, 24), st.booleans()
        ),
        max_size=14,
    )
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_log_s_own_key_signs_only_one_history_is_cosigned(
    tmp_path: Path, asked: list[tuple[int, int, int, int | None, bool]]
) -> None:
    """The thief of the key sends any face at any size, with the proof of any other: each cosigned one grew from the last."""
    witness = Witness.create(Path(tempfile.mkdtemp(dir=tmp_path)), NAME)
    witness.trust(KEY.verifier)
    forger, known = Signer(ORIGIN, bytes(32)), Known()
    for face, proved, size, claimed, forged in asked:
        old = known.size if claimed is None else claimed
        proof = FACES[proved].proof(old, size) if old <= size else []
        note = FACES[face].note(size, forger if forged else KEY)
        grew = old <= size and known.root == FACES[face].roots[old] and proof == FACES[face].proof(old, size)
        reply = witness.add(request_body(old, proof, note), now=1_795_000_000)
        assert (reply.status == 200) is (not forged and old == known.size and grew)
        if reply.status == 200:
            known = Known(size, FACES[face].roots[size])
        assert witness.known(ORIGIN) == known


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nold 0",
        b"GET /../witness.key HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /witness.key HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\x00\x01\x02\r\n\r\n",
    ],
)
def test_a_malformed_request_is_turned_away_and_the_next_one_served(raw: bytes, server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.server_port), timeout=60) as line:
        line.sendall(raw)
        line.shutdown(socket.SHUT_WR)
        said = b"".join(iter(lambda: line.recv(4096), b""))
    assert b"PRIVATE" not in said
    assert not said.startswith(b"HTTP/1.1 200")
    assert post(server, VALID)[0] in {200, 409}


# The feeder: between the database's log and its witnesses.


def policy(*servers: Server, least: int = 1) -> Policy:
    lines = [f"log {KEY.verifier.text}"]
    lines += [f"witness w{i} {one.witness.key.witness.text} {one.url}" for i, one in enumerate(servers)]
    names = " ".join(f"w{i}" for i in range(len(servers)))
    return Policy.parse("\n".join([*lines, f"group all {least} {names}", "quorum all", ""]))


def feeder(log: Log, *servers: Server, least: int = 1) -> Feeder:
    log.stores.append(Store(log.home.dsn("log")))
    return Feeder(log.stores[-1], KEY, policy(*servers, least=least), log.sequencer().folder)


@pytest.mark.database
def test_cosignatures_are_stored_and_published(log: Log, write: Any, server: Server) -> None:
    sequencer, feeds = log.sequencer(), feeder(log, server)
    sequencer.begin()
    assert feeds.may_begin()[0]
    for count in (3, 300):
        write(count)
        sequencer.round()
        (answer,) = feeds.feed()
        assert answer.said is Said.COSIGNED
    note = (log.path / "public" / "checkpoint").read_bytes()
    found = check_checkpoint(note, policy(server))
    assert (found.checkpoint.size, list(found.times)) == (303, [NAME])
    assert log.state("cosigned_size") == 303
    assert abs(log.state("cosigned_at").timestamp() - found.at) < 1


@pytest.mark.database
def test_a_quorum_is_what_the_policy_says(log: Log, write: Any, server: Server, tmp_path: Path) -> None:
    second = Witness.create(tmp_path / "second", "witness.test.invalid/two")  # does not know this log
    with running(second) as other:
        sequencer = log.sequencer()
        sequencer.begin()
        write(3)
        sequencer.round()
        answers = feeder(log, server, other, least=2).feed()
        assert [one.said for one in answers] == [Said.COSIGNED, Said.UNKNOWN]
        assert log.state("cosigned_size") == 0
        second.trust(KEY.verifier)
        feeder(log, server, other, least=2).feed()
        assert log.state("cosigned_size") == 3


@pytest.mark.database
def test_a_witness_that_is_away_stops_nothing(log: Log, write: Any, witness: Witness) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    write(1)
    sequencer.round()
    with running(witness) as gone:
        pass
    with socket.socket() as nobody:  # holds the port and does not listen: nobody else gets it meanwhile
        nobody.bind(("127.0.0.1", gone.server_port))
        assert [one.said for one in feeder(log, gone).feed()] == [Said.AWAY]
    assert log.state("halted") == ""
    with running(witness) as back:
        assert [one.said for one in feeder(log, back).feed()] == [Said.COSIGNED]


@pytest.mark.database
def test_a_false_witness_counts_for_nothing(log: Log, write: Any, server: Server, tmp_path: Path) -> None:
    """It answers 200 with a signature of another key, or with another time."""
    sequencer = log.sequencer()
    sequencer.begin()
    write(1)
    sequencer.round()
    stranger = Witness.create(tmp_path / "stranger", NAME)
    trusted = server.witness.key
    server.witness.key = stranger.key
    false = Policy.parse(f"log {KEY.verifier.text}\nwitness w {trusted.witness.text} {server.url}\nquorum w\n")
    log.stores.append(Store(log.home.dsn("log")))
    (answer,) = Feeder(log.stores[-1], KEY, false, sequencer.folder).feed()
    assert (answer.said, answer.why) == (Said.AWAY, "no cosignature of its key")
    assert log.state("cosigned_size") == 0
