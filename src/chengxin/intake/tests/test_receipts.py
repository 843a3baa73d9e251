"""Receipts: a fixed text, signed, that reads back to the same facts and to nothing else."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.intake.facts import KINDS
from chengxin.intake.receipts import (
    BadKey,
    BadReceipt,
    InstanceKey,
    ReceiptFacts,
    parse_receipt,
    receipt_text,
    sign,
    verify,
)
from chengxin.kernel.note import NoteError, Signer, Verifier
from chengxin.kernel.note import sign as sign_note

FACTS = ReceiptFacts(
    batch=UUID("019a3c5e-8d00-7000-8000-000000000001"),
    item="XZCF",
    version=2,
    organisation="11320900014311117L",
    kind="report",
    file=bytes(32),
    opened_at=datetime(2026, 11, 1, 16, 30, tzinfo=timezone(timedelta(hours=8))),
    closed_at=datetime(2026, 11, 1, 8, 31, 5, tzinfo=UTC),
    total=10,
    accepted=5,
    refused=2,
    held=1,
    unchanged=2,
    ignored=3,
)
TEXT = f"""chengxin-receipt-v1
batch 019a3c5e-8d00-7000-8000-000000000001
item XZCF 2
organisation 11320900014311117L
kind report
file sha256:{"0" * 64}
opened 2026-11-01T08:30:00Z
closed 2026-11-01T08:31:05Z
total 10
accepted 5
refused 2
held 1
unchanged 2
ignored 3
"""
KEY = InstanceKey(Signer("yancheng.demo.invalid", bytes(range(32))))


def test_the_text_is_fixed_and_ends_in_its_own_leaf_hash() -> None:
    leaf = hashlib.sha256(b"\x00" + TEXT.encode()).hexdigest()
    assert receipt_text(FACTS) == f"{TEXT}leaf sha256:{leaf}\n"


counts = st.integers(0, 2_000_000)


@given(
    st.tuples(counts, counts, counts, counts, counts),
    st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(KINDS),
    st.binary(min_size=32, max_size=32),
    st.uuids(),
)
def test_what_was_signed_reads_back(
    rows: tuple[int, int, int, int, int], at: datetime, kind: str, file: bytes, batch: UUID
) -> None:
    accepted, refused, held, unchanged, ignored = rows
    facts = ReceiptFacts(
        *(batch, "RYBZ", 1, "12320900MB1A234567", kind, file, at, at),
        *(accepted + refused + held + unchanged, accepted, refused, held, unchanged, ignored),
    )
    receipt, note = verify(sign(facts, KEY).encode(), [KEY.signer.verifier])
    assert receipt == facts
    assert [key.name for key in note.signed_by] == ["yancheng.demo.invalid"]


def test_facts_that_do_not_add_up_make_no_receipt() -> None:
    for wrong in (
        {"total": 11},
        {"ignored": -1},
        {"kind": "x"},
        {"item": "A B"},
        {"organisation": "张三"},
        {"file": b""},
    ):
        with pytest.raises(ValueError, match="receipt"):
            replace(FACTS, **wrong)


def test_another_number_is_not_believed() -> None:
    note = sign(FACTS, KEY)
    with pytest.raises(NoteError, match="invalid"):
        verify(note.replace("accepted 5", "accepted 6").encode(), [KEY.signer.verifier])
    with pytest.raises(NoteError, match="unknown"):
        verify(note.encode(), [Verifier("yancheng.demo.invalid", bytes(32))])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("chengxin-receipt-v1", "chengxin-receipt-v2"),
        ("accepted 5", "accepted 05"),
        ("accepted 5", "accepted \uff15"),
        ("total 10", "total 11"),
        ("batch 019a3c5e-8d00", "batch 019A3C5E-8d00"),
        ("kind report\n", ""),
        ("kind report\n", "kind report\nkind report\n"),
        ("kind report\n", "kind report\nmore 1\n"),
        ("leaf sha256:", "leaf sha512:"),
        ("08:30:00Z", "08:30:00+00:00"),
        ("item XZCF 2", "item XZCF"),
        ("\nfile ", "\nfile"),
    ],
)
def test_only_the_exact_text_is_a_receipt(old: str, new: str) -> None:
    text = receipt_text(FACTS)
    assert old in text
    with pytest.raises(BadReceipt):
        parse_receipt(text.replace(old, new))


def test_another_signed_text_is_no_receipt() -> None:
    with pytest.raises(BadReceipt):
        verify(sign_note("hello\n", KEY.signer).encode(), [KEY.signer.verifier])


def test_the_key_is_private_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "instance.key"
    key = InstanceKey.create(path, "yancheng.demo.invalid")
    assert path.stat().st_mode & 0o777 == 0o600
    assert InstanceKey.load(path) == key
    assert Verifier.parse(key.public) == key.signer.verifier
    assert key.public.startswith("yancheng.demo.invalid+")
    with pytest.raises(FileExistsError):
        InstanceKey.create(path, "yancheng.demo.invalid")
    assert InstanceKey.load(path) == key
    path.chmod(0o640)
    with pytest.raises(BadKey, match="chmod 600"):
        InstanceKey.load(path)


def test_a_file_without_key_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "instance.key"
    path.touch(0o600)
    with pytest.raises(NoteError, match="key"):
        InstanceKey.load(path)
    with pytest.raises(NoteError, match="key"):
        InstanceKey.create(tmp_path / "other.key", "a name")
    assert not (tmp_path / "other.key").exists()
