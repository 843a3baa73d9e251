"""A witness that says something against the log must show it; and somebody outside must answer before a log goes on."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from chengxin.kernel.note import Signer, sign
from chengxin.ledger.feeding import Feeder, Said
from chengxin.ledger.log.checkpoint import Checkpoint, Cosigner, Policy, check_checkpoint
from chengxin.ledger.log.witnessing import checkpoint_path
from chengxin.ledger.sequencer import Store
from chengxin.ledger.tests.log.conftest import KEY, ORIGIN, Log
from chengxin.ledger.tests.log.test_witness import Tree, post, running
from chengxin.operate.witness import Witness

pytestmark = pytest.mark.database
LIAR = Cosigner("liar.test.invalid/witness", bytes(32))


@contextmanager
def lying(status: int, body: bytes, shown: bytes = b"") -> Iterator[str]:
    """Whoever answers in a witness's place."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.say(status, body)

        def do_GET(self) -> None:
            self.say(200, shown)

        def say(self, code: int, data: bytes) -> None:
            self.send_response(code)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def feeder(log: Log, least: int, *witnesses: tuple[str, str]) -> Feeder:
    lines = [f"witness w{i} {key} {url}" for i, (key, url) in enumerate(witnesses)]
    names = " ".join(f"w{i}" for i in range(len(witnesses)))
    text = "\n".join([f"log {KEY.verifier.text}", *lines, f"group g {least} {names}", "quorum g", ""])
    log.stores.append(Store(log.home.dsn("log")))
    return Feeder(log.stores[-1], KEY, Policy.parse(text), log.sequencer().folder)


def begun(log: Log, write: Any) -> None:
    sequencer = log.sequencer()
    sequencer.begin()
    write(3)
    sequencer.round()


def signed(size: int, key: Signer = KEY) -> bytes:
    return sign(Checkpoint(ORIGIN, size, bytes(32)).text, key).encode()


@pytest.mark.parametrize(
    ("status", "body", "shown"),
    [
        (409, b"999999\n", b""),
        (409, b"999999\n", b"no note"),
        (409, b"999999\n", signed(999999, Signer(ORIGIN, bytes(32)))),
        (409, b"3\n", b""),
        (422, b"", b""),
    ],
)
def test_what_is_only_said_halts_nothing(status: int, body: bytes, shown: bytes, log: Log, write: Any) -> None:
    """One of two vouches for the log: what the other merely says is reported, and the log goes on."""
    begun(log, write)
    honest = Witness.create(log.path / "honest", "honest.test.invalid/witness")
    honest.trust(KEY.verifier)
    with lying(status, body, shown) as url, running(honest) as server:
        both = ((LIAR.witness.text, url), (honest.key.witness.text, server.url))
        allowed, answers = feeder(log, 2, *both).may_begin()
        assert (allowed, [one.said for one in answers]) == (True, [Said.CLAIMED, Said.COSIGNED])
        feeder(log, 1, both[1]).feed()
        # As many as could vouch for the log doubt it: a sequencer waits, and may go on when they do.
        allowed, _ = feeder(log, 1, both[0]).may_begin()
        assert (allowed, log.state("halted"), log.state("cosigned_size")) == (False, "", 3)


def test_a_mere_claim_is_told_to_the_operator_until_it_is_taken_back(log: Log, write: Any) -> None:
    from chengxin.operate import sequencing
    from chengxin.operate.doctor import State, _log

    def told() -> list[tuple[State, bool]]:
        found = [one for one in _log(log.home) if one.name == "log_claimed"]
        return [(one.state, "w0 声称" in one.cause and "log.zh.md" in one.remedy) for one in found]

    def visit(url: str, key: str) -> None:
        """One visit of the loop that the sequencer's process runs."""
        stop = threading.Event()

        def heard(answers: Any) -> None:
            sequencing.remember(log.home, answers)
            stop.set()

        sequencing._visits(feeder(log, 1, (key, url)), stop, lambda text: None, heard, "")

    begun(log, write)
    honest = Witness.create(log.path / "honest", "honest.test.invalid/witness")
    honest.trust(KEY.verifier)
    try:
        assert told() == []
        with lying(409, b"999999\n") as url:
            visit(url, LIAR.witness.text)
        assert told() == [(State.WARN, True)]
        with running(honest) as server:
            visit(server.url, honest.key.witness.text)
        assert told() == []
    finally:
        sequencing._claims(log.home).unlink(missing_ok=True)


@pytest.mark.parametrize(
    ("status", "body", "size", "halted"),
    [(409, b"9\n", 9, "longer"), (409, b"3\n", 3, "other"), (422, b"", 2, "other")],
)
def test_what_the_logs_own_key_signed_halts_it(
    status: int, body: bytes, size: int, halted: str, log: Log, write: Any
) -> None:
    begun(log, write)
    with lying(status, body, signed(size)) as url:
        allowed, (answer,) = feeder(log, 1, (LIAR.witness.text, url)).may_begin()
    assert (allowed, answer.said, log.state("halted")) == (False, halted, halted)


def test_a_witness_that_shows_our_own_log_convicts_nobody(log: Log, write: Any) -> None:
    begun(log, write)
    head = log.sequencer().store.head()
    assert head is not None
    with lying(422, b"", head.note.encode()) as url:
        (answer,) = feeder(log, 1, (LIAR.witness.text, url)).feed()
    assert (answer.said, log.state("halted")) == (Said.CLAIMED, "")


def test_without_an_answer_nothing_is_begun_though_the_files_agree(log: Log, write: Any) -> None:
    """A disk that is set back sets files and database back together."""
    begun(log, write)
    honest = Witness.create(log.path / "honest", "honest.test.invalid/witness")
    with running(honest) as server:
        asks = feeder(log, 1, (honest.key.witness.text, server.url))
        assert asks.may_begin()[0]  # it was never told of this log, and the files agree
        (log.path / "public" / "checkpoint.signed").unlink()
        assert not asks.may_begin()[0]
        log.sequencer().republish()
    assert not asks.may_begin()[0]
    assert log.state("halted") == ""


def test_a_witness_shows_what_it_cosigned_last(log: Log) -> None:
    witness = Witness.create(log.path / "shows", "shows.test.invalid/witness")
    witness.trust(KEY.verifier)
    policy = Policy.parse(f"log {KEY.verifier.text}\nwitness w {witness.key.witness.text}\nquorum w\n")
    assert witness.shown(checkpoint_path(ORIGIN)) is None
    tree = Tree(5)
    with running(witness) as server:
        for old, size in ((0, 3), (3, 5)):
            assert post(server, tree.request(old, size))[0] == 200
    shown = witness.shown(checkpoint_path(ORIGIN))
    assert shown is not None
    assert check_checkpoint(shown, policy).checkpoint == Checkpoint(ORIGIN, 5, tree.roots[5])
    assert witness.shown("/checkpoint/") is None
