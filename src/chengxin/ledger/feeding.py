"""Feeding the witnesses (送交见证): each gets the newest checkpoint with the proof that the log only grew.

A witness that shows the log longer, or otherwise, under the log's own signature ends it: the log is halted, and only a
new one may follow. One that merely says so is reported and passed over: whoever answers in its place could end any log.
Before a sequencer writes anything it asks, so that a restored backup never carries on a log that had gone further.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import urlsplit

from chengxin.kernel.note import NoteError, Signature, Signer, parse_signature, sign
from chengxin.ledger.log.checkpoint import SKEW, Checkpoint, Group, Policy, Witness, check_checkpoint, time_of
from chengxin.ledger.log.tiles import hashes_from
from chengxin.ledger.log.tree import EMPTY, LogFault, consistency_proof, root
from chengxin.ledger.log.witnessing import checkpoint_path, request_body
from chengxin.ledger.sequencer import Folder, Head, Store

_TIMEOUT = 10.0
_MOST = 100_000


class Said(StrEnum):
    """How a witness answered."""

    COSIGNED = "cosigned"
    LONGER = "longer"  # it shows the log longer than the database has it, signed by the log's key
    OTHER = "other"  # it shows the log otherwise, signed by the log's key
    CLAIMED = "claimed"  # it says one of both and shows nothing
    UNKNOWN = "unknown"  # it was never told of this log
    REFUSED = "refused"  # it does not take what we sent, as with another key than it knows
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a witness said of the newest checkpoint; `why` is for the operator's log."""

    witness: str
    said: Said
    line: str = ""
    at: int = 0
    why: str = ""


class Feeder:
    """Brings checkpoints to the witnesses of a policy and their cosignatures back.

    Args:
        store: an own connection of role ``log``.
        key: the log's key, to ask with where the database has no checkpoint yet.
        policy: witnesses with their addresses, and the quorum.
        folder: where the cosigned checkpoint is published.
    """

    def __init__(self, store: Store, key: Signer, policy: Policy, folder: Folder) -> None:
        self.store, self.key, self.policy, self.folder = store, key, policy, folder
        self._sizes: dict[str, int] = {}
        self._fed: tuple[int, int] | None = None

    def may_begin(self) -> tuple[bool, list[Answer]]:
        """Whether the sequencer may write: nobody outside knows the log longer.

        What was published here can refuse, and allows nothing: a disk that is set back sets it back with the database.
        At least one witness must have answered, where the policy says how to reach any; one that was never told of this
        log has no memory of it, and counts where what was published agrees or nothing was ever written.
        """
        head = self.store.head()
        local = self._published(head)
        if local is Said.LONGER:
            self._halt(Said.LONGER)
            return False, []
        answers = self.feed(head)
        if any(one.said in {Said.LONGER, Said.OTHER} for one in answers) or self._doubted(answers):
            return False, answers
        told = {Said.COSIGNED} | ({Said.UNKNOWN} if head is None or local is Said.COSIGNED else set())
        return not self._reachable() or any(one.said in told for one in answers), answers

    def _doubted(self, answers: list[Answer]) -> bool:
        """Whether as many as could vouch for the log say that it was longer or other: then nothing is begun on it."""
        said = {self.policy.witnesses[one.witness][0]: 1 for one in answers if one.said is Said.CLAIMED}
        return bool(said) and self.policy.quorum.quorum(said) is not None

    def feed(self, head: Head | None = None) -> list[Answer]:
        """Ask every witness for its cosignature under the newest checkpoint."""
        head = head or self.store.head()
        answers = [self._ask(name, witness, url, head) for name, (witness, url) in self._reachable().items()]
        for said in (Said.LONGER, Said.OTHER):
            if any(one.said is said for one in answers):
                self._halt(said)
                return answers
        if head is not None:
            self._keep(head, answers)
        return answers

    def _reachable(self) -> dict[str, tuple[Witness, str]]:
        return {name: (key, url) for name, (key, url) in self.policy.witnesses.items() if url}

    def _published(self, head: Head | None) -> Said:
        """What the published files say against the database: COSIGNED means they agree."""
        data = self.folder.get("checkpoint.signed")
        if data is None:
            return Said.AWAY
        logs = Policy((self.key.verifier,), {}, self.policy.quorum)
        try:
            seen = check_checkpoint(data, logs, alone=True).checkpoint
        except (LogFault, NoteError):
            return Said.AWAY
        if head is None or seen.size > head.size:
            return Said.LONGER
        try:
            same = root(seen.size, hashes_from(head.size, self.store.read(head.log))) == seen.root
        except LogFault:
            same = False
        return Said.COSIGNED if same else Said.LONGER

    def _ask(self, name: str, witness: Witness, url: str, head: Head | None) -> Answer:
        size = head.size if head else 0
        note = head.note if head else sign(Checkpoint(self.key.name, 0, EMPTY).text, self.key)
        text, _, signatures = note.partition("\n\n")
        note = f"{text}\n\n{signatures.splitlines()[0]}\n"  # the log's own line alone
        old = min(self._sizes.get(name, size), size)
        for _ in range(2):
            status, body = _call(
                url, "POST", "/add-checkpoint", request_body(old, self._proof(head, old), note.encode())
            )
            if status != http.HTTPStatus.CONFLICT:
                break
            try:
                known = int(body.decode("ascii").strip())
            except ValueError:
                return Answer(name, Said.AWAY, why="409 without a size")
            if known > size or known == old:
                return self._shown(name, url, size, f"knows {known}, ours is {size}")
            old = known
        if status == http.HTTPStatus.OK:
            return self._cosigned(name, witness, note, body, size)
        if status == http.HTTPStatus.UNPROCESSABLE_ENTITY:
            return self._shown(name, url, size, f"no consistency from {old} to {size}")
        said = {404: Said.UNKNOWN, 403: Said.REFUSED, 400: Said.REFUSED}.get(status, Said.AWAY)
        return Answer(name, said, why=f"status {status}")

    def _shown(self, name: str, url: str, size: int, why: str) -> Answer:
        """What a witness can show for saying that the log was longer or other: what the log's key signed."""
        status, body = _call(url, "GET", checkpoint_path(self.key.name))
        own = Policy((self.key.verifier,), {}, Group(0, ()))
        try:
            seen = check_checkpoint(body, own, alone=True).checkpoint
        except (LogFault, NoteError):
            return Answer(name, Said.CLAIMED, why=f"{why}; shows nothing (status {status})")
        head = self.store.head()  # the sequencer may have gone on meanwhile, and another feeder been here
        if head is None or seen.size > head.size:
            return Answer(name, Said.LONGER if seen.size else Said.CLAIMED, why=why)
        if root(seen.size, hashes_from(head.size, self.store.read(head.log))) != seen.root:
            return Answer(name, Said.OTHER, why=f"another root at {seen.size}")
        return Answer(name, Said.AWAY if seen.size > size else Said.CLAIMED, why=f"{why}; shows ours at {seen.size}")

    def _proof(self, head: Head | None, old: int) -> list[bytes]:
        if head is None or not old:
            return []
        return consistency_proof(old, head.size, hashes_from(head.size, self.store.read(head.log)))

    def _cosigned(self, name: str, witness: Witness, note: str, body: bytes, size: int) -> Answer:
        text = note.partition("\n\n")[0] + "\n"
        for one in _lines(body):
            if (one.name, one.key_id) == (witness.name, witness.id) and witness.verifies(text, one.value):
                at = time_of(one.value)
                if abs(at - time.time()) > SKEW:
                    return Answer(name, Said.AWAY, why="its clock differs from ours")
                self._sizes[name] = size
                line = next(line for line in body.decode().splitlines() if _is(line, one))
                return Answer(name, Said.COSIGNED, line=f"{line}\n", at=at)
        return Answer(name, Said.AWAY, why="no cosignature of its key")

    def _keep(self, head: Head, answers: list[Answer]) -> None:
        """Store the cosignatures; publish the checkpoint where there are enough."""
        good = [one for one in answers if one.said is Said.COSIGNED]
        for one in good:
            key = self.policy.witnesses[one.witness][0]
            when = datetime.fromtimestamp(one.at, UTC)
            self.store.call(
                "select cx.ledger_log_cosign_v1(%s, %s, %s, %s, %s)", head.log, head.size, key.name, when, one.line
            )
        at = self.policy.quorum.quorum({self.policy.witnesses[one.witness][0]: one.at for one in good})
        if at is None or not good:
            return
        self.store.call(
            "select cx.ledger_log_witnessed_v1(%s, %s, %s)", head.log, head.size, datetime.fromtimestamp(at, UTC)
        )
        cosigned = self.store.head(cosigned=True)
        if cosigned is not None:
            self.folder.put("checkpoint", cosigned.note.encode())

    def _halt(self, said: Said) -> None:
        self.store.call("select cx.ledger_log_halt_v1(%s)", said.value)


def _lines(body: bytes) -> Iterator[Signature]:
    for line in body.decode("utf-8", "replace").splitlines():
        try:
            yield parse_signature(line)
        except NoteError:
            continue


def _is(line: str, signature: Signature) -> bool:
    try:
        return parse_signature(line) == signature
    except NoteError:
        return False


def _call(url: str, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    """Ask a witness; status 0 where it does not answer."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    try:
        connection.request(method, parts.path.rstrip("/") + path, body, {"Content-Type": "text/plain"})
        answer = connection.getresponse()
        return answer.status, answer.read(_MOST)
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()


def faults(answers: Iterable[Answer]) -> list[str]:
    """What the operator must know, one line each."""
    return [f"{one.witness}: {one.said} {one.why}".strip() for one in answers if one.said is not Said.COSIGNED]
