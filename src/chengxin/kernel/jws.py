"""Signed tokens (签名令牌): compact JWS (RFC 7515) under keys of a JWK set (RFC 7517), what an identity service needs.

The key decides which algorithm may be used, never the token alone: ``none`` and keyed hashes do not exist here. A
header that asks for something unknown (``crit``) is refused, and so is a token that two keys could have signed.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

__all__ = ["BadToken", "decoded", "encoded", "public_jwk", "read", "sign"]

_SMALLEST_RSA = 2048
_P256 = 32
"""Bytes of a coordinate, and of each half of a signature."""
_MOST = 16_384


class BadToken(ValueError):
    """Not a token that one of these keys has signed (令牌不可信). Says nothing of what stood in it."""


def encoded(data: bytes) -> str:
    """Base64url without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def decoded(text: str) -> bytes:
    """The bytes again.

    Raises:
        BadToken: not base64url, or padded.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise BadToken from None


def sign(claims: Mapping[str, Any], key: ec.EllipticCurvePrivateKey, kid: str) -> str:
    """A token signed by a P-256 key (ES256); `kid` names the key in the published set."""
    parts = ({"alg": "ES256", "kid": kid, "typ": "JWT"}, claims)
    head = ".".join(encoded(json.dumps(part, ensure_ascii=False).encode()) for part in parts)
    r, s = decode_dss_signature(key.sign(head.encode(), ec.ECDSA(SHA256())))
    return f"{head}.{encoded(r.to_bytes(_P256) + s.to_bytes(_P256))}"


def public_jwk(key: ec.EllipticCurvePublicKey, kid: str) -> dict[str, str]:
    """A P-256 key as it is published."""
    numbers = key.public_numbers()
    x, y = (encoded(part.to_bytes(_P256)) for part in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": kid, "alg": "ES256", "use": "sig"}


def read(token: str, keys: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The claims of a token that exactly one of these published keys has signed (验签).

    Raises:
        BadToken: no three parts, an unknown algorithm or key, a key of another kind, a false signature, no JSON object.
    """
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _MOST:
        raise BadToken
    header, signature = _object(parts[0]), decoded(parts[2])
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or "crit" in header:
        raise BadToken
    fitting = [
        key
        for key in keys
        if (kid is None or key.get("kid") == kid)
        and key.get("alg", algorithm) == algorithm
        and key.get("use", "sig") == "sig"
    ]
    if len(fitting) != 1:
        raise BadToken
    try:
        _verify(algorithm, fitting[0], signature, f"{parts[0]}.{parts[1]}".encode())
    except (InvalidSignature, KeyError, TypeError, ValueError):
        raise BadToken from None
    return _object(parts[1])


def _verify(algorithm: str, key: Mapping[str, Any], signature: bytes, signed: bytes) -> None:
    kind = (algorithm, key.get("kty"), key.get("crv"))
    if kind == ("ES256", "EC", "P-256"):
        x, y = (int.from_bytes(decoded(key[name])) for name in ("x", "y"))
        if len(signature) != 2 * _P256:
            raise BadToken
        pair = encode_dss_signature(int.from_bytes(signature[:_P256]), int.from_bytes(signature[_P256:]))
        ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key().verify(pair, signed, ec.ECDSA(SHA256()))
    elif kind == ("EdDSA", "OKP", "Ed25519"):
        ed25519.Ed25519PublicKey.from_public_bytes(decoded(key["x"])).verify(signature, signed)
    elif kind[:2] == ("RS256", "RSA"):
        exponent, modulus = (int.from_bytes(decoded(key[name])) for name in ("e", "n"))
        public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
        if public.key_size < _SMALLEST_RSA:
            raise BadToken
        public.verify(signature, signed, padding.PKCS1v15(), SHA256())
    else:
        raise BadToken


def _object(part: str) -> dict[str, Any]:
    try:
        found = json.loads(decoded(part))
    except (ValueError, RecursionError):
        raise BadToken from None
    if not isinstance(found, dict):
        raise BadToken
    return found
