"""Proof files (证明文件): one text that shows that a line is in the log, checked offline.

Format: c2sp.org/tlog-proof.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from chengxin.ledger.log.checkpoint import Cosigned, Policy, check_checkpoint, decimal, hash_of
from chengxin.ledger.log.line import Opening
from chengxin.ledger.log.tree import LogFault, check_inclusion, leaf_hash

HEAD = "c2sp.org/tlog-proof@v1"
MOST_BYTES = 200_000
_MOST_HASHES = 63


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof file, unproved.

    Attributes:
        extra: the opening of the line; a proof of another log may carry something else, or nothing.
        index: place of the leaf, from 0.
        note: the checkpoint with all its signatures.
    """

    extra: bytes
    index: int
    hashes: tuple[bytes, ...]
    note: bytes

    @property
    def data(self) -> bytes:
        """The file."""
        lines = [HEAD, *(["extra " + base64.b64encode(self.extra).decode()] if self.extra else [])]
        lines += [f"index {self.index}", *(base64.b64encode(one).decode() for one in self.hashes), "", ""]
        return "\n".join(lines).encode() + self.note

    @classmethod
    def parse(cls, data: bytes) -> Proof:
        """Read a proof file.

        Raises:
            LogFault: proof.
        """
        if len(data) > MOST_BYTES:
            raise LogFault("proof")
        head, parted, rest = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError:
            raise LogFault("proof") from None
        if not parted or lines.pop(0) != HEAD:
            raise LogFault("proof")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = _extra(lines.pop(0)[6:])
        if not lines or not lines[0].startswith("index ") or len(lines) > _MOST_HASHES + 1:
            raise LogFault("proof")
        index = decimal(lines.pop(0)[6:], "proof")
        return cls(extra, index, tuple(hash_of(line, "proof") for line in lines), rest)


def _extra(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise LogFault("proof") from None
    if not data or base64.b64encode(data).decode() != text:
        raise LogFault("proof")
    return data


@dataclass(frozen=True, slots=True)
class Checked:
    """What a proof file proves (验证结果): this line stood at this place when these witnesses looked."""

    opening: Opening
    index: int
    cosigned: Cosigned


def check_proof(data: bytes, policy: Policy) -> Checked:
    """Verify a proof file with nothing but public keys (验证证明).

    Args:
        data: the file.
        policy: whom to trust.

    Raises:
        LogFault: proof, opening, checkpoint, origin, unsigned, quorum, range, length, inclusion.
        NoteError: the checkpoint is no note, or a known key's signature is wrong.
    """
    proof = Proof.parse(data)
    opening = Opening.parse(proof.extra)
    cosigned = check_checkpoint(proof.note, policy)
    head = cosigned.checkpoint
    check_inclusion(leaf_hash(opening.leaf), proof.index, head.size, proof.hashes, head.root)
    return Checked(opening, proof.index, cosigned)
