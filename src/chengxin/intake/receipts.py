"""Receipts of batches (报送回执) as signed notes: a department can still prove years later what it sent.

A receipt names nobody. It is checked offline with the public key of the instance: ``chengxin receipt verify``.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from chengxin.intake.facts import KINDS
from chengxin.kernel.errors import ChengxinError
from chengxin.kernel.note import Note, Signer, Verifier
from chengxin.kernel.note import sign as sign_note
from chengxin.kernel.note import verify as verify_note

if TYPE_CHECKING:  # a receipt is checked without a database
    from chengxin.intake.queries import Batch

FORM = "chengxin-receipt-v1"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_COUNTS = ("total", "accepted", "refused", "held", "unchanged", "ignored")


class BadReceipt(ChengxinError):
    """A signed note that is no receipt (不是报送回执)."""


class BadKey(ChengxinError):
    """The file of the instance key cannot be used (实例密钥不可用); the message is a Chinese 原因."""


@dataclass(frozen=True)
class ReceiptFacts:
    """What a receipt says about a closed batch.

    Attributes:
        item, version: code and version of the catalog item.
        organisation: unified code of the organisation that sent the file.
        kind: one of ``facts.KINDS``.
        file: SHA-256 of the file as it came.
        opened_at, closed_at: aware; written in UTC to the second.
        mends: batch, row and changed columns of the one row that was put right in a form (逐行改正); else None.

    Raises:
        ValueError: the rows do not add up, or a word would not fit into its line.
    """

    batch: UUID
    item: str
    version: int
    organisation: str
    kind: str
    file: bytes
    opened_at: datetime
    closed_at: datetime
    total: int
    accepted: int
    refused: int
    held: int
    unchanged: int
    ignored: int
    mends: tuple[UUID, int, tuple[str, ...]] | None = None

    def __post_init__(self) -> None:
        if self.total != self.accepted + self.refused + self.held + self.unchanged:
            raise ValueError("the rows of a receipt must add up")
        if min(getattr(self, name) for name in (*_COUNTS, "version")) < 0:
            raise ValueError("a receipt counts")
        words = re.fullmatch(r"[0-9A-Z_]+ [0-9A-Z]+", f"{self.item} {self.organisation}")
        columns = "".join(self.mends[2]) if self.mends else ""
        if not words or self.kind not in KINDS or len(self.file) != 32 or re.search(r"[^0-9A-Za-z_]", columns):
            raise ValueError("a receipt holds codes only")


def receipt_of(batch: Batch) -> ReceiptFacts:
    """The receipt of a batch.

    Raises:
        ValueError: it is still open.
    """
    if batch.batch is None or batch.item_version is None or batch.opened_at is None or batch.closed_at is None:
        raise ValueError("a receipt is of a closed batch")
    return ReceiptFacts(
        batch.batch,
        batch.item,
        batch.item_version,
        batch.organisation,
        batch.kind,
        bytes(batch.file_digest),
        batch.opened_at,
        batch.closed_at,
        **{name: getattr(batch, name) for name in _COUNTS},
        mends=(batch.mends, batch.mends_row or 0, tuple(batch.mended or ())) if batch.mends else None,
    )


def receipt_text(receipt: ReceiptFacts) -> str:
    """The lines of a receipt, always the same for the same facts, each ``word value``.

    The last line is the RFC 6962 leaf hash of the lines above it: by it the receipt is found in a Merkle log.
    """
    lines = [
        FORM,
        f"batch {receipt.batch}",
        f"item {receipt.item} {receipt.version}",
        f"organisation {receipt.organisation}",
        f"kind {receipt.kind}",
        f"file sha256:{receipt.file.hex()}",
        f"opened {receipt.opened_at.astimezone(UTC).strftime(_TIME)}",
        f"closed {receipt.closed_at.astimezone(UTC).strftime(_TIME)}",
        *(f"{name} {getattr(receipt, name)}" for name in _COUNTS),
        *([f"mends {receipt.mends[0]} {receipt.mends[1]} {','.join(receipt.mends[2])}"] if receipt.mends else []),
    ]
    text = "".join(f"{line}\n" for line in lines)
    leaf = hashlib.sha256(b"\0" + text.encode())
    return f"{text}leaf sha256:{leaf.hexdigest()}\n"


def parse_receipt(text: str) -> ReceiptFacts:
    """Read what :func:`receipt_text` wrote.

    Raises:
        BadReceipt: anything but exactly that.
    """
    try:
        form, *lines, _ = text.split("\n")
        said = dict(line.split(" ", 1) for line in lines)
        item, version = said["item"].split(" ")
        opened, closed = (datetime.strptime(said[name], _TIME).replace(tzinfo=UTC) for name in ("opened", "closed"))
        receipt = ReceiptFacts(
            UUID(said["batch"]),
            item,
            int(version),
            said["organisation"],
            said["kind"],
            bytes.fromhex(said["file"].removeprefix("sha256:")),
            opened,
            closed,
            **{name: int(said[name]) for name in _COUNTS},
            mends=_mends(said["mends"]) if "mends" in said else None,
        )
    except (ValueError, KeyError):
        raise BadReceipt(FORM) from None
    if form != FORM or receipt_text(receipt) != text:
        raise BadReceipt(FORM)
    return receipt


def _mends(text: str) -> tuple[UUID, int, tuple[str, ...]]:
    batch, row, columns = text.split(" ")
    return UUID(batch), int(row), tuple(filter(None, columns.split(",")))


def sign(receipt: ReceiptFacts, key: InstanceKey) -> str:
    """The receipt as a signed note, ready to be written as UTF-8 (签名回执)."""
    return sign_note(receipt_text(receipt), key.signer)


def verify(note: bytes, known: Iterable[Verifier]) -> tuple[ReceiptFacts, Note]:
    """Check a receipt file against known public keys (核验回执).

    Raises:
        NoteError: no signed note, altered, or signed by nobody known.
        BadReceipt: signed by a known key, but no receipt.
    """
    found = verify_note(note, known)
    return parse_receipt(found.text), found


@dataclass(frozen=True)
class InstanceKey:
    """The key by which this installation signs (实例密钥): one line of text in a file only its owner can read."""

    signer: Signer

    @property
    def public(self) -> str:
        """The public key in the text form that ``receipt verify --key`` takes (公钥)."""
        return self.signer.verifier.text

    @staticmethod
    def create(path: Path, name: str) -> InstanceKey:
        """Make a fresh key. An existing file is never overwritten.

        Args:
            path: in the folder of the installation.
            name: of the instance, an address without scheme, such as ``yancheng.demo.invalid``.

        Raises:
            NoteError: KEY, the name has spaces or plus signs.
            FileExistsError: there is a key.
        """
        text = Signer.create(name).text
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"{text}\n")
        return InstanceKey.load(path)

    @staticmethod
    def load(path: Path) -> InstanceKey:
        """Read the key.

        Raises:
            BadKey: others can read the file.
            NoteError: KEY, it holds no key.
            FileNotFoundError: there is none.
        """
        if path.stat().st_mode & 0o077:
            raise BadKey(f"密钥文件权限过宽，请执行：chmod 600 {path}")
        return InstanceKey(Signer.parse(path.read_text("utf-8").removesuffix("\n")))
