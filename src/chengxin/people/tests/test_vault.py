"""The identity vault: what is sealed opens only where it was sealed."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.people.vault import KeyRing, Unsealable

RING = KeyRing(1, b"k" * 32, b"i" * 32, b"p" * 32, b"c" * 32)
OTHER = KeyRing(1, b"x" * 32, b"i" * 32, b"p" * 32, b"c" * 32)


@given(st.text(), st.text(min_size=1))
def test_round_trip(text: str, aad: str) -> None:
    assert RING.open(RING.seal(text, aad), aad) == text


@given(st.text(max_size=50), st.integers(0, 400))
def test_one_changed_byte_is_noticed(text: str, at: int) -> None:
    sealed = bytearray(RING.seal(text, "row"))
    sealed[at % len(sealed)] ^= 1
    with pytest.raises(Unsealable):
        RING.open(bytes(sealed), "row")


def test_another_row_another_ring_and_rubbish_do_not_open() -> None:
    sealed = RING.seal("盐城", "records|1")
    for ring, value, aad in ((RING, sealed, "records|2"), (OTHER, sealed, "records|1"), (RING, b"x", "records|1")):
        with pytest.raises(Unsealable):
            ring.open(value, aad)


def test_identity_is_bound_to_its_person() -> None:
    person = uuid4()
    wrapped, sealed = RING.seal_identity(person, name="王桂兰", number="1", id_type="citizen", original="1")
    assert RING.open_identity(person, 1, wrapped, sealed)["name"] == "王桂兰"
    for other, seq in ((uuid4(), 1), (person, 2)):
        with pytest.raises(Unsealable):
            RING.open_identity(other, seq, wrapped, sealed)


def test_equal_texts_look_different_and_lengths_are_hidden() -> None:
    one, two = RING.seal("是", "a"), RING.seal("是", "a")
    assert one != two
    assert len(one) == len(RING.seal("四十个字以内的文字长度是看不出来的", "a"))


def test_indexes_are_keyed_and_told_apart() -> None:
    assert RING.blind_index("citizen", "1") == RING.blind_index("citizen", "1")
    found = {
        RING.blind_index("citizen", "1"),
        RING.blind_index("residence_permit", "1"),
        RING.pair_index("citizen", "1", ""),
    }
    assert len(found) == 3
    assert KeyRing(1, b"k" * 32, b"j" * 32, b"p" * 32, b"c" * 32).blind_index("citizen", "1") not in found


def test_key_file_is_its_owner_s_alone_and_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    made = KeyRing.create(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyRing.load(path) == made
    with pytest.raises(FileExistsError):
        KeyRing.create(path)
    path.chmod(0o640)
    with pytest.raises(Unsealable, match="chmod 600"):
        KeyRing.load(path)
