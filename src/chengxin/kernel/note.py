"""Signed notes (签名凭证): a text with Ed25519 signatures that anybody can check offline. Format: c2sp.org/signed-note.

A note is the text, an empty line, and one line per signature. Signatures of unknown keys are ignored, so a key can be
changed, and a witness added, without a change of format.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import ClassVar, Protocol, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chengxin.kernel.errors import ChengxinError

ED25519 = b"\x01"
"""The one signature type of a text that we make and know."""
MOST_SIGNATURES = 100
MOST_BYTES = 1_000_000
_DASH = "— "
_PRIVATE = "PRIVATE+KEY+"


class Fault(StrEnum):
    """What is wrong with a note or a key."""

    SIZE = "size"
    ENCODING = "encoding"
    CONTROL = "control"
    SHAPE = "shape"
    LINE = "line"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"
    INVALID = "invalid"
    KEY = "key"


SENTENCES = {
    Fault.SIZE: "凭证过大，或签名行过多",
    Fault.ENCODING: "凭证不是 UTF-8 文本",
    Fault.CONTROL: "凭证含有控制字符，可能被改过换行",
    Fault.SHAPE: "凭证不完整：缺少空行、签名行或结尾的换行",
    Fault.LINE: "凭证的签名行写法不对",
    Fault.DUPLICATE: "同一密钥的签名出现了两次",
    Fault.UNKNOWN: "凭证没有这个密钥的签名",
    Fault.INVALID: "签名与内容不符，凭证被改过，或不是这个密钥签的",
    Fault.KEY: "密钥的写法不对",
}
"""Fault -> 原因, without full stop."""


class NoteError(ChengxinError):
    """A note or key that cannot be taken (凭证无效).

    Args:
        fault: which of the faults; its sentence stands in ``SENTENCES``.
    """

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


class Key(Protocol):
    """What can verify a signature line: a public key of any kind, under a name."""

    @property
    def name(self) -> str: ...

    @property
    def id(self) -> bytes: ...

    def verifies(self, text: str, signature: bytes) -> bool: ...


@dataclass(frozen=True)
class Signature:
    """One signature line, unproved (签名行): the name, four bytes that tell keys apart, and what follows them."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True)
class PublicKey:
    """A public key with the name it signs under (公钥); a subclass is one type of signature.

    Attributes:
        name: without spaces and plus signs; by custom an address without scheme, which need not exist.
        public: 32 bytes of Ed25519 (RFC 8032).

    Raises:
        NoteError: KEY.
    """

    TYPE: ClassVar[bytes]
    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not is_name(self.name) or len(self.public) != 32:
            raise NoteError(Fault.KEY)

    @cached_property
    def id(self) -> bytes:
        """Four bytes that tell keys of one name apart (密钥编号); no proof of anything."""
        return hashlib.sha256(self.name.encode() + b"\n" + self.TYPE + self.public).digest()[:4]

    @property
    def text(self) -> str:
        """The key to hand out: ``name+id in hex+base64 of type and key``."""
        return f"{self.name}+{self.id.hex()}+{_base64(self.TYPE + self.public)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what :attr:`text` gives.

        Raises:
            NoteError: KEY, also when the id is not that of the key.
        """
        found = cls(*key_of(text, cls.TYPE))
        if found.text != text:
            raise NoteError(Fault.KEY)
        return found

    def made(self, message: bytes, signature: bytes) -> bool:
        """Whether the key behind this made `signature` over `message`."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True)
class Verifier(PublicKey):
    """The public key of who signs a text (公钥)."""

    TYPE = ED25519

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether this key made `signature` over `text`."""
        return self.made(text.encode(), signature)


@dataclass(frozen=True)
class PrivateKey:
    """A private key with its name (私钥). Its repr shows the name only.

    Attributes:
        seed: 32 secret bytes of Ed25519.

    Raises:
        NoteError: KEY.
    """

    HALF: ClassVar[type[PublicKey]]
    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not is_name(self.name) or len(self.seed) != 32:
            raise NoteError(Fault.KEY)

    @classmethod
    def create(cls, name: str) -> Self:
        """A fresh key from the system's randomness."""
        return cls(name, secrets.token_bytes(32))

    @cached_property
    def raw_public(self) -> bytes:
        """The 32 bytes of the public half."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    @property
    def text(self) -> str:
        """The key to keep secret: ``PRIVATE+KEY+name+id in hex+base64 of type and seed``."""
        number = self.HALF(self.name, self.raw_public).id.hex()
        return f"{_PRIVATE}{self.name}+{number}+{_base64(self.HALF.TYPE + self.seed)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what :attr:`text` gives.

        Raises:
            NoteError: KEY, also when the id is not that of the key.
        """
        if not text.startswith(_PRIVATE):
            raise NoteError(Fault.KEY)
        found = cls(*key_of(text[len(_PRIVATE) :], cls.HALF.TYPE))
        if found.text != text:
            raise NoteError(Fault.KEY)
        return found

    def sign(self, message: bytes) -> bytes:
        """The signature over `message`: 64 bytes."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(message)


@dataclass(frozen=True)
class Signer(PrivateKey):
    """The private key of who signs a text (签名密钥)."""

    HALF = Verifier

    @cached_property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self.raw_public)

    def line(self, text: str) -> str:
        """The signature line over `text`, newline included."""
        return signature_line(Signature(self.name, self.verifier.id, self.sign(text.encode())))


def signature_line(signature: Signature) -> str:
    """The line of a signature, newline included."""
    return f"{_DASH}{signature.name} {_base64(signature.key_id + signature.value)}\n"


@dataclass(frozen=True)
class Note:
    """A note that was verified (已核验的凭证): its text, and the known keys that signed it."""

    text: str
    signed_by: tuple[Key, ...]


def sign(text: str, *signers: Signer) -> str:
    """Sign a text (签名): the note, ready to be written as UTF-8.

    Args:
        text: ends in a newline and holds no other control character.
        signers: at least one, no key twice.

    Raises:
        NoteError: SHAPE, CONTROL, ENCODING, DUPLICATE.
    """
    _check_text(text)
    if not signers:
        raise NoteError(Fault.SHAPE)
    if len({(s.name, s.verifier.id) for s in signers}) < len(signers):
        raise NoteError(Fault.DUPLICATE)
    return text + "\n" + "".join(signer.line(text) for signer in signers)


def verify(note: bytes, known: Iterable[Key]) -> Note:
    """Verify a note (核验): every signature of a known key must be good, and there must be one.

    Args:
        note: the whole file.
        known: keys that are trusted; two of one name and id cannot be told apart and are refused.

    Raises:
        NoteError: SIZE, ENCODING, CONTROL, SHAPE, LINE for what is no note; DUPLICATE when a known key signs twice;
            INVALID when a known key's signature is wrong; UNKNOWN when no known key signed; KEY for `known`.
    """
    text, signatures = read(note)
    keys: dict[tuple[str, bytes], Key] = {}
    for verifier in known:
        if keys.setdefault((verifier.name, verifier.id), verifier) != verifier:
            raise NoteError(Fault.KEY)
    signed_by: list[Key] = []
    for one in signatures:
        key = keys.get((one.name, one.key_id))
        if key is None:
            continue
        if key in signed_by:
            raise NoteError(Fault.DUPLICATE)
        if not key.verifies(text, one.value):
            raise NoteError(Fault.INVALID)
        signed_by.append(key)
    if not signed_by:
        raise NoteError(Fault.UNKNOWN)
    return Note(text, tuple(signed_by))


def read(note: bytes) -> tuple[str, list[Signature]]:
    """The text and the signature lines, which the last empty line parts (拆分凭证). Nothing is proved by it.

    Raises:
        NoteError: SIZE, ENCODING, CONTROL, SHAPE, LINE.
    """
    if len(note) > MOST_BYTES:
        raise NoteError(Fault.SIZE)
    try:
        whole = note.decode("utf-8")
    except UnicodeDecodeError:
        raise NoteError(Fault.ENCODING) from None
    if _has_control(whole):
        raise NoteError(Fault.CONTROL)
    text, empty, rest = whole.rpartition("\n\n")
    if not empty or not rest.endswith("\n"):
        raise NoteError(Fault.SHAPE)
    lines = rest[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteError(Fault.SIZE)
    return text + "\n", [parse_signature(line) for line in lines]


def parse_signature(line: str) -> Signature:
    """Read a signature line, without its newline.

    Raises:
        NoteError: LINE.
    """
    name, space, coded = line.removeprefix(_DASH).partition(" ")
    data = _decoded(coded)
    if not line.startswith(_DASH) or not space or not is_name(name) or data is None or len(data) < 5:
        raise NoteError(Fault.LINE)
    return Signature(name, data[:4], data[4:])


def _check_text(text: str) -> None:
    if _has_control(text):
        raise NoteError(Fault.CONTROL)
    if not text.endswith("\n"):
        raise NoteError(Fault.SHAPE)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NoteError(Fault.ENCODING) from None


def _has_control(text: str) -> bool:
    return any(letter < " " and letter != "\n" for letter in text)


def is_name(name: str) -> bool:
    """Whether a key may be called so: it stands between spaces in a note and between plus signs in a key.

    U+FEFF is a space to some readers and none to others, so it is in no name.
    """
    return bool(name) and not any(
        letter.isspace() or letter in "+\ufeff" or letter < " " or "\ud800" <= letter <= "\udfff" for letter in name
    )


def key_of(text: str, kind: bytes) -> tuple[str, bytes]:
    """Name and bytes of a key of this kind in text form; the id is for the caller to compare.

    Raises:
        NoteError: KEY.
    """
    name, _, rest = text.partition("+")
    data = _decoded(rest.partition("+")[2])
    if data is None or data[:1] != kind:
        raise NoteError(Fault.KEY)
    return name, data[1:]


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decoded(text: str) -> bytes | None:
    """The bytes of a base64 text; None unless it is written the one canonical way."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:  # not base64, or not ASCII
        return None
    return data if _base64(data) == text else None
