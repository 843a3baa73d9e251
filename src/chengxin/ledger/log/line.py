"""From a register line to its leaf (登记行与叶子): canonical bytes, commitment, opening.

The database makes the commitment (``ledger_commitment_v1``); this is the same rule in Python, for whoever holds a line
and its salt and nothing else. A leaf is a version byte and 32 bytes of hash: without the salt it says nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chengxin.ledger.log.tree import HASH, LogFault

LINE = b"\x01"
"""Version byte of a leaf that commits to a register line."""
PREDECESSOR = b"\x02"
"""Version byte of the first leaf of a log that follows another: the hash of the last witnessed checkpoint."""
_MAGIC = "chengxin-line-v1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UUIDS = frozenset({"person", "id", "session", "actor"})


@dataclass(frozen=True, slots=True)
class Line:
    """A register line as it is committed to (登记行), every part in its canonical text.

    Attributes:
        line: act, look or shown.
        at: microseconds since 1970 UTC.
        fields: joined with commas.
        look: a uuid, or ''.
        question: 64 hexadecimal digits, or ''.
    """

    line: str
    person: str
    id: str
    at: int
    session: str
    actor: str
    actor_kind: str
    organisation: str
    duty: str
    activity: str
    purpose: str
    basis: str
    case_ref: str
    fields: str
    look: str
    outcome: str
    shown: int
    question: str


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def canonical(line: Line) -> bytes:
    """The bytes that are committed to: each part after its length in bytes and a colon."""
    parts = [str(getattr(line, one.name)) for one in fields(line)]
    return (_MAGIC + "".join(f"{len(one.encode())}:{one}" for one in parts)).encode()


def commitment(line: Line, salt: bytes) -> bytes:
    """What the register stores for the line."""
    return hashlib.sha256(salt + canonical(line)).digest()


def leaf(commitment: bytes) -> bytes:
    """Leaf data of a register line."""
    if len(commitment) != HASH:
        raise LogFault("hash")
    return LINE + commitment


def predecessor_leaf(note: bytes) -> bytes:
    """Leaf data of the first leaf of a log that follows another, whose last witnessed checkpoint is `note`."""
    return PREDECESSOR + hashlib.sha256(note).digest()


@dataclass(frozen=True, slots=True)
class Opening:
    """A line with its salt (开封): whoever holds both can recompute the leaf; once they are destroyed, nobody can."""

    line: Line
    salt: bytes

    @property
    def leaf(self) -> bytes:
        """The leaf's data."""
        return leaf(commitment(self.line, self.salt))

    @property
    def data(self) -> bytes:
        """As it stands in a proof file: JSON in UTF-8, keys sorted, no spaces."""
        facts = {"v": 1, "salt": self.salt.hex(), **asdict(self.line)}
        return json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    @classmethod
    def parse(cls, data: bytes) -> Opening:
        """Read what :attr:`data` gives.

        Raises:
            LogFault: opening.
        """
        try:
            facts = json.loads(data)
            if not isinstance(facts, dict) or facts.pop("v", None) != 1:
                raise LogFault("opening")
            salt = bytes.fromhex(facts.pop("salt"))
            line = Line(**facts)
            for one in fields(Line):
                value = getattr(line, one.name)
                if type(value) is not (int if one.name in {"at", "shown"} else str):
                    raise LogFault("opening")
                if one.name in _UUIDS and str(UUID(str(value))) != value:
                    raise LogFault("opening")
            found = cls(line, salt)
            if len(salt) != HASH or found.data != data:
                raise LogFault("opening")
        except (ValueError, TypeError, KeyError, RecursionError):
            raise LogFault("opening") from None
        return found
