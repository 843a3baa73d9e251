"""What a witness decides (见证): pure, so that it can be tested against everything. Protocol: c2sp.org/tlog-witness."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from chengxin.kernel.note import NoteError, Verifier, read, verify
from chengxin.ledger.log.checkpoint import Checkpoint, decimal, hash_of
from chengxin.ledger.log.tree import EMPTY, LogFault, check_consistency

MOST_BYTES = 100_000
MOST_HASHES = 63
SIZE_TYPE = "text/x.tlog.size"


@dataclass(frozen=True, slots=True)
class Request:
    """An add-checkpoint request, unproved."""

    old: int
    proof: tuple[bytes, ...]
    note: bytes
    checkpoint: Checkpoint

    @property
    def data(self) -> bytes:
        """The body of the request."""
        return request_body(self.old, self.proof, self.note)

    @classmethod
    def parse(cls, body: bytes) -> Request:
        """Read a request.

        Raises:
            LogFault: proof, checkpoint.
            NoteError: the checkpoint is no note.
        """
        head, parted, note = body.partition(b"\n\n")
        lines = head.split(b"\n")
        if len(body) > MOST_BYTES or not parted or not lines[0].startswith(b"old ") or len(lines) > MOST_HASHES + 1:
            raise LogFault("proof")
        try:
            texts = [line.decode("ascii") for line in lines]
        except UnicodeDecodeError:
            raise LogFault("proof") from None
        proof = tuple(hash_of(text, "proof") for text in texts[1:])
        text, _ = read(note)
        return cls(decimal(texts[0][4:], "proof"), proof, note, Checkpoint.parse(text))


def request_body(old: int, proof: Iterable[bytes], note: bytes) -> bytes:
    """The body of an add-checkpoint request."""
    return b"".join([b"old %d\n" % old, *(b64encode(one) + b"\n" for one in proof), b"\n", note])


def checkpoint_path(origin: str) -> str:
    """Where our witnesses show the latest checkpoint of an origin, with their cosignature: beyond the protocol."""
    return f"/checkpoint/{hashlib.sha256(origin.encode()).hexdigest()}"


@dataclass(frozen=True, slots=True)
class Known:
    """The latest checkpoint that a witness cosigned for an origin; size 0 before the first."""

    size: int = 0
    root: bytes = EMPTY


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a request: HTTP status, and where it is 409 the size that the witness knows.

    Attributes:
        evidence: the log's own signature stands under two roots of one size; worth keeping as proof. A proof that does
            not fit is none: anybody can send one with a checkpoint that is public.
    """

    status: int
    evidence: bool = False


def judge(request: Request, keys: Iterable[Verifier], known: Known | None) -> Verdict:
    """Whether to cosign (是否共同签名). The caller stores the checkpoint under the lock that it read `known` under.

    Args:
        request: as parsed.
        keys: those the witness trusts for the origin; none where the origin is unknown.
        known: what it cosigned last for the origin; None where the origin is unknown.
    """
    mine, head = list(keys), request.checkpoint
    if known is None or not mine:
        return Verdict(404)
    try:
        verify(request.note, mine)
    except NoteError:
        return Verdict(403)
    if request.old > head.size:
        return Verdict(400)
    split = known.size > 0 and head.size == known.size and head.root != known.root
    if request.old != known.size:
        return Verdict(409, evidence=split)
    return _grown(request, known)


def _grown(request: Request, known: Known) -> Verdict:
    """The log signed it, and it claims to follow what the witness knows: whether it does."""
    head = request.checkpoint
    if head.size == known.size and head.root != known.root:
        return Verdict(409, evidence=known.size > 0)
    if not known.size:
        return Verdict(422 if request.proof else 200)
    try:
        check_consistency(known.size, head.size, request.proof, known.root, head.root)
    except LogFault:
        return Verdict(422)
    return Verdict(200)
