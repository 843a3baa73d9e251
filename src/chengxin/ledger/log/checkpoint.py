"""Checkpoints and cosignatures (检查点、共同签名): what the log says about itself, and who outside has seen it grow.

Formats: c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature (Ed25519) and c2sp.org/tlog-policy. Signature lines of
other kinds, as ML-DSA-44 or SM2, are carried along and ignored: a second suite needs no change of format.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from chengxin.kernel import note
from chengxin.kernel.note import Fault, NoteError, PrivateKey, PublicKey, Signature, Verifier, signature_line
from chengxin.ledger.log.tree import HASH, MOST, LogFault

COSIGNATURE = b"\x04"
"""Signature type of a timestamped Ed25519 cosignature."""
SKEW = 60
"""Seconds that a witness's clock may be away from ours."""
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_FOLLOWING = re.compile(r"(?P<name>.+)~(?P<number>[1-9][0-9]{0,3})", re.DOTALL)


def number_of(origin: str) -> int:
    """Which of its operator's logs this is, by its origin (日志编号): ``name`` is the first, ``name~2`` may follow it.

    The number is also the log's address below ``/log/``: what two logs publish never shares a path.
    """
    found = _FOLLOWING.fullmatch(origin)
    return int(found["number"]) if found else 1


def numbered(origin: str, number: int) -> str:
    """The origin of the log that follows this one under a number."""
    found = _FOLLOWING.fullmatch(origin)
    return f"{found['name'] if found else origin}~{number}"


def decimal(text: str, kind: str) -> int:
    """A number written the one canonical way.

    Raises:
        LogFault: of this kind.
    """
    if not _DECIMAL.fullmatch(text) or int(text) > MOST:
        raise LogFault(kind)
    return int(text)


def hash_of(text: str, kind: str) -> bytes:
    """A hash in canonical base64.

    Raises:
        LogFault: of this kind.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise LogFault(kind) from None
    if len(data) != HASH or base64.b64encode(data).decode() != text:
        raise LogFault(kind)
    return data


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head (检查点): which log, how many leaves, which root.

    Attributes:
        extension: further lines, which nobody but their maker can check; we write none.
    """

    origin: str
    size: int
    root: bytes
    extension: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that is signed."""
        return "\n".join([self.origin, str(self.size), base64.b64encode(self.root).decode(), *self.extension, ""])

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read what :attr:`text` gives.

        Raises:
            LogFault: checkpoint.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise LogFault("checkpoint")
        return cls(lines[0], decimal(lines[1], "checkpoint"), hash_of(lines[2], "checkpoint"), tuple(lines[3:-1]))


@dataclass(frozen=True)
class Witness(PublicKey):
    """A witness's public key (见证人公钥)."""

    TYPE = COSIGNATURE

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether this witness cosigned the checkpoint `text` at the time that `signature` carries."""
        if len(signature) != 72 or time_of(signature) > MOST:
            return False
        return self.made(_message(time_of(signature), text), signature[8:])


@dataclass(frozen=True)
class Cosigner(PrivateKey):
    """A witness's private key (见证人密钥)."""

    HALF = Witness

    @cached_property
    def witness(self) -> Witness:
        """The public half."""
        return Witness(self.name, self.raw_public)

    def line(self, text: str, at: int) -> str:
        """The cosignature line over a checkpoint's text, newline included. `at`: Unix time."""
        value = at.to_bytes(8, "big") + self.sign(_message(at, text))
        return signature_line(Signature(self.name, self.witness.id, value))


def time_of(signature: bytes) -> int:
    """Unix time that a cosignature carries."""
    return int.from_bytes(signature[:8], "big")


def _message(at: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


@dataclass(frozen=True)
class Group:
    """So many of these must have cosigned; a member is a witness or another group."""

    least: int
    members: tuple[Witness | Group, ...]

    def quorum(self, times: dict[Witness, int]) -> int | None:
        """When the group was complete; None while it is not."""
        done = sorted(
            at
            for member in self.members
            if (at := times.get(member) if isinstance(member, Witness) else member.quorum(times)) is not None
        )
        return (done[self.least - 1] if self.least else 0) if len(done) >= self.least else None


@dataclass(frozen=True)
class Policy:
    """Whom a reader trusts (信任配置).

    Attributes:
        logs: keys of the log; the name of each is its origin.
        witnesses: every witness by the policy's own name for it, with the address it is reached at, or ''.
        quorum: which of them must have cosigned.
    """

    logs: tuple[Verifier, ...]
    witnesses: dict[str, tuple[Witness, str]]
    quorum: Group

    @classmethod
    def parse(cls, text: str) -> Policy:
        """Read a policy file (c2sp.org/tlog-policy).

        Raises:
            LogFault: policy.
        """
        return _Reader().read(text)


class _Reader:
    """Reads a policy line by line; each name may be used once, before or as a member."""

    def __init__(self) -> None:
        self.logs: list[Verifier] = []
        self.witnesses: dict[str, tuple[Witness, str]] = {}
        self.groups: dict[str, Group] = {}
        self.quorum: Group | None = None
        self.used: set[str] = set()

    def read(self, text: str) -> Policy:
        handlers: dict[str, Callable[..., None]] = {
            "log": self._log,
            "witness": self._witness,
            "group": self._group,
            "quorum": self._quorum,
        }
        for line in text.split("\n"):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            handler = handlers.get(words[0])
            if handler is None:
                raise LogFault("policy")
            try:
                handler(*words[1:])
            except (NoteError, TypeError, ValueError):
                raise LogFault("policy") from None
        if self.quorum is None:
            raise LogFault("policy")
        return Policy(tuple(self.logs), self.witnesses, self.quorum)

    def _log(self, key: str, _url: str = "") -> None:
        found = Verifier.parse(key)
        if found.public in {one.public for one in self.logs}:
            raise LogFault("policy")
        self.logs.append(found)

    def _witness(self, name: str, key: str, url: str = "") -> None:
        found = Witness.parse(key)
        taken = {one.public for one, _ in self.witnesses.values()}
        if name == "none" or name in self.witnesses or name in self.groups or found.public in taken:
            raise LogFault("policy")
        self.witnesses[name] = (found, url)

    def _group(self, name: str, least: str, *names: str) -> None:
        members = tuple(self._named(one) for one in names)
        number = {"any": 1, "all": len(members)}.get(least) or decimal(least, "policy")
        fresh = name != "none" and name not in self.witnesses and name not in self.groups
        if not fresh or not 1 <= number <= len(members) or len(set(names)) < len(names) or self.used & set(names):
            raise LogFault("policy")
        self.used |= set(names)
        self.groups[name] = Group(number, members)

    def _quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise LogFault("policy")
        self.quorum = Group(0, ()) if name == "none" else Group(1, (self._named(name),))

    def _named(self, name: str) -> Witness | Group:
        if name in self.witnesses:
            return self.witnesses[name][0]
        if name in self.groups:
            return self.groups[name]
        raise LogFault("policy")


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint that was verified against a policy (已见证的检查点).

    Attributes:
        times: Unix time of each witness that cosigned, by key name.
        at: when the quorum was reached; 0 where the policy asks for none.
    """

    checkpoint: Checkpoint
    times: dict[str, int]
    at: int


def check_checkpoint(data: bytes, policy: Policy, *, alone: bool = False) -> Cosigned:
    """The checkpoint is the log's, and enough witnesses have cosigned it (验证检查点).

    Args:
        data: the signed note.
        policy: whom to trust.
        alone: the log's own signature is enough, whatever the quorum says.

    Raises:
        NoteError: what is no note, or a known key's signature is wrong.
        LogFault: checkpoint, origin, unsigned, quorum.
    """
    text, signatures = note.read(data)
    checkpoint = Checkpoint.parse(text)
    keys = [one for one in policy.logs if one.name == checkpoint.origin]
    if not keys:
        raise LogFault("origin")
    witnesses = [one for one, _ in policy.witnesses.values()]
    try:
        signed = note.verify(data, [*keys, *witnesses]).signed_by
    except NoteError as error:
        if error.fault is Fault.UNKNOWN:
            raise LogFault("unsigned") from None
        raise
    if not any(key in signed for key in keys):
        raise LogFault("unsigned")
    times = {one: _time(one, signatures) for one in witnesses if one in signed}
    at = policy.quorum.quorum(times)
    if at is None and not alone:
        raise LogFault("quorum")
    return Cosigned(checkpoint, {one.name: when for one, when in times.items()}, at or 0)


@dataclass(frozen=True, slots=True)
class Vouch:
    """What a note holds of one witness of a policy (每个见证人的签名).

    Attributes:
        name: of the witness's key.
        state: ``signed``, ``absent`` or ``wrong``; words of ``log.words.VOUCHES``.
        at: Unix time of a good signature.
    """

    name: str
    state: str
    at: int = 0


def vouches(data: bytes, policy: Policy) -> list[Vouch]:
    """Each witness of the policy, whether the quorum needs it or not; nothing for what is no note."""
    try:
        text, signatures = note.read(data)
    except NoteError:
        return []
    found = []
    for key, _ in policy.witnesses.values():
        lines = [one.value for one in signatures if (one.name, one.key_id) == (key.name, key.id)]
        good = len(lines) == 1 and key.verifies(text, lines[0])
        state = "signed" if good else "wrong" if lines else "absent"
        found.append(Vouch(key.name, state, time_of(lines[0]) if good else 0))
    return found


def quorum_state(seen: Iterable[Vouch], policy: Policy) -> str:
    """``reached``, ``missed``, or ``nobody`` where the policy trusts no witness; words of ``log.words.VOUCHES``."""
    if not policy.witnesses:
        return "nobody"
    states = list(zip((key for key, _ in policy.witnesses.values()), seen, strict=False))
    return (
        "missed"
        if policy.quorum.quorum({key: one.at for key, one in states if one.state == "signed"}) is None
        else "reached"
    )


def best(notes: Iterable[str], policy: Policy) -> str:
    """The first of these checkpoints that the policy accepts; the first of all where its witnesses have changed since.

    Raises:
        ValueError: there is none.
    """
    every = list(notes)
    if not every:
        raise ValueError
    for one in every:
        try:
            check_checkpoint(one.encode(), policy)
        except (LogFault, NoteError):
            continue
        return one
    return every[0]


def _time(witness: Witness, signatures: Sequence[Signature]) -> int:
    return next(time_of(one.value) for one in signatures if (one.name, one.key_id) == (witness.name, witness.id))
