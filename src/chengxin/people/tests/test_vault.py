"""The identity vault: what is sealed opens only where it was sealed, under whichever suite and version."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.people.keyring import HashKeys, KeyRing, KeyState, Version
from chengxin.people.suites import SUITES
from chengxin.people.vault import WRAPPED, Unsealable, Vault, decrypt, version_of

DAY = date(2026, 11, 23)


def vault(
    key: bytes = b"k", *, suite: int = 1, version: int = 1, index: bytes = b"i", older: Vault | None = None
) -> Vault:
    """A vault of one version, or of one more than another has."""
    before = {} if older is None else dict(older.keys.versions)
    before = {n: Version(n, v.suite, KeyState.DECRYPT_ONLY, DAY, DAY, v.aead) for n, v in before.items()}
    made = Version(version, suite, KeyState.ACTIVE, DAY, DAY, SUITES[suite].aead(key * 32))
    return Vault(KeyRing(before | {version: made}, HashKeys(1, suite, index * 32, b"p" * 32, b"c" * 32)))


ONE, OTHER, SM = vault(), vault(b"x"), vault(suite=2)


@pytest.mark.parametrize("keys", [ONE, SM], ids=["intl-1", "gm-1"])
@given(text=st.text(), aad=st.text(min_size=1))
def test_round_trip(keys: Vault, text: str, aad: str) -> None:
    assert keys.open(keys.seal(text, aad), aad) == text


@pytest.mark.parametrize("keys", [ONE, SM], ids=["intl-1", "gm-1"])
@given(text=st.text(max_size=50), at=st.integers(0, 400))
def test_one_changed_byte_is_noticed(keys: Vault, text: str, at: int) -> None:
    sealed = bytearray(keys.seal(text, "row"))
    sealed[at % len(sealed)] ^= 1
    with pytest.raises(Unsealable):
        keys.open(bytes(sealed), "row")


@given(st.binary(max_size=200))
def test_rubbish_does_not_open(value: bytes) -> None:
    with pytest.raises(Unsealable):
        ONE.open_bytes(value, "row")
    with pytest.raises(Unsealable):
        decrypt(bytes(32), value, "row")


def test_another_row_and_another_ring_do_not_open() -> None:
    sealed = ONE.seal("盐城", "records|1")
    for keys, aad in ((ONE, "records|2"), (OTHER, "records|1"), (SM, "records|1"), (vault(version=2), "records|1")):
        with pytest.raises(Unsealable):
            keys.open(sealed, aad)


def test_identity_is_bound_to_its_person() -> None:
    person = uuid4()
    wrapped, sealed = ONE.seal_identity(person, name="王桂兰", number="1", id_type="citizen", original="1")
    assert ONE.open_identity(person, 1, wrapped, sealed)["name"] == "王桂兰"
    for other, seq in ((uuid4(), 1), (person, 2)):
        with pytest.raises(Unsealable):
            ONE.open_identity(other, seq, wrapped, sealed)


def test_equal_texts_look_different_and_lengths_are_hidden() -> None:
    one, two = ONE.seal("是", "a"), ONE.seal("是", "a")
    assert one != two
    assert len(one) == len(ONE.seal("四十个字以内的文字长度是看不出来的", "a"))


def test_every_ciphertext_names_its_suite() -> None:
    """Of the wrapped key and of the value itself: they part when a rotation changes the suite."""
    for keys, suite in ((ONE, 1), (SM, 2)):
        sealed = keys.seal("是", "a")
        assert (sealed[0], sealed[WRAPPED]) == (suite, suite)
    assert SM.blind_index("citizen", "1") != ONE.blind_index("citizen", "1")


def test_indexes_are_keyed_and_told_apart() -> None:
    assert ONE.blind_index("citizen", "1") == ONE.blind_index("citizen", "1")
    found = {
        ONE.blind_index("citizen", "1"),
        ONE.blind_index("residence_permit", "1"),
        ONE.pair_index("citizen", "1", ""),
    }
    assert len(found) == 3
    assert vault(index=b"j").blind_index("citizen", "1") not in found


@pytest.mark.parametrize("suite", [1, 2])
def test_wrapped_anew_the_value_opens_and_is_the_same(suite: int) -> None:
    """From AES to AES, and from AES to SM4: the value keeps the suite it was sealed with."""
    sealed = ONE.seal("盐城", "row")
    turned = vault(b"n", suite=suite, version=2, older=ONE)
    again = turned.rewrap(sealed[:WRAPPED], "row") + sealed[WRAPPED:]
    assert turned.open(sealed, "row") == turned.open(again, "row") == "盐城"
    assert (version_of(sealed), version_of(again)) == (1, 2)
    with pytest.raises(Unsealable):
        turned.rewrap(sealed[:WRAPPED], "another row")
    with pytest.raises(Unsealable):
        ONE.open(again, "row")


def test_sm4_gcm_is_that_of_the_standard() -> None:
    """RFC 8998, appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    nonce, aad = bytes.fromhex("00001234567800000000abcd"), bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    plain = bytes.fromhex("aa" * 8 + "bb" * 8 + "cc" * 8 + "dd" * 8 + "ee" * 8 + "ff" * 8 + "ee" * 8 + "aa" * 8)
    sealed = bytes.fromhex(
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15"
        "a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec"
    )
    one = SUITES[2].aead(key + b"ignored")
    assert one.encrypt(nonce, plain, aad) == sealed
    assert one.decrypt(nonce, sealed, aad) == plain
