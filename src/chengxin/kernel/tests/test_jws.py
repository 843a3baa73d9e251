"""Signed tokens: what a published key signed, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.jws import BadToken, decoded, encoded, public_jwk, read, sign

KEY, OTHER = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
KEYS = [public_jwk(KEY.public_key(), "a"), public_jwk(OTHER.public_key(), "b")]
CLAIMS = {"sub": "x", "n": 1}


def parts(header: dict[str, Any], claims: dict[str, Any] = CLAIMS) -> bytes:
    return f"{encoded(json.dumps(header).encode())}.{encoded(json.dumps(claims).encode())}".encode()


def test_what_was_signed_is_read() -> None:
    assert read(sign(CLAIMS, KEY, "a"), KEYS) == CLAIMS
    assert read(sign(CLAIMS, OTHER, "b"), KEYS) == CLAIMS


def test_the_other_algorithms_of_city_platforms() -> None:
    edward = ed25519.Ed25519PrivateKey.generate()
    raw = edward.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signed = parts({"alg": "EdDSA", "kid": "e"})
    token = f"{signed.decode()}.{encoded(edward.sign(signed))}"
    assert read(token, [{"kty": "OKP", "crv": "Ed25519", "x": encoded(raw), "kid": "e"}]) == CLAIMS
    for size, good in ((2048, True), (1024, False)):
        key = rsa.generate_private_key(65537, size)
        numbers = key.public_key().public_numbers()
        jwk = {
            "kty": "RSA",
            "e": encoded(numbers.e.to_bytes(3)),
            "n": encoded(numbers.n.to_bytes(size // 8)),
            "kid": "r",
        }
        signed = parts({"alg": "RS256", "kid": "r"})
        token = f"{signed.decode()}.{encoded(key.sign(signed, padding.PKCS1v15(), SHA256()))}"
        if good:
            assert read(token, [jwk]) == CLAIMS
        else:
            with pytest.raises(BadToken):
                read(token, [jwk])


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "none", "kid": "a"},
        {"alg": "HS256", "kid": "a"},
        {"alg": "RS256", "kid": "a"},
        {"alg": "ES256", "kid": "c"},
        {"alg": "ES256"},  # two keys could have signed it
        {"alg": "ES256", "kid": "a", "crit": ["exp"]},
        {"kid": "a"},
    ],
)
def test_another_algorithm_or_key_than_the_published_one(header: dict[str, Any]) -> None:
    signature = sign(CLAIMS, KEY, "a").rpartition(".")[2]
    for end in (signature, ""):
        with pytest.raises(BadToken):
            read(f"{parts(header).decode()}.{end}", KEYS)


@given(st.text(alphabet="ABCabc019-_.=", max_size=200))
def test_whatever_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(BadToken):
        read(text, KEYS)


@given(st.integers(0, 10_000), st.sampled_from("ABCDEFabcdef0123456789"))
def test_one_changed_character_is_enough(at: int, character: str) -> None:
    token = sign(CLAIMS, KEY, "a")
    at %= len(token)
    changed = token[:at] + character + token[at + 1 :]
    if changed == token or (
        at == len(token) - 1 and decoded(changed.rpartition(".")[2]) == decoded(token.rpartition(".")[2])
    ):
        return  # the last character holds bits that say nothing
    with pytest.raises(BadToken):
        read(changed, KEYS)
