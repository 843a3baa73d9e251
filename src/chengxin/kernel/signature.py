"""Signed requests (请求签名): one narrow profile of RFC 9421 HTTP Message Signatures, and nothing else.

Covered are exactly ``("@method" "@path" "content-digest")``, with ``"@query"`` after the path where the address has a
query and ``"x-road-userid"`` after these where the request says for whom it asks; parameters exactly ``created``,
``nonce``, ``keyid`` and ``tag="chengxin-x1"``, each once and in any order; the algorithm is Ed25519, known by the key.
 One signature, one digest. Whatever is written differently is refused, also
where the RFC would allow it: a second spelling is a second meaning.

What is signed is the digest of the body, so the signature can be verified before a large body is read at all.

An answer may be signed too: covered are exactly ``("@status" "content-digest")``, and the nonce is that of the request,
so that an answer fits one question only. Its tag is another, so that no answer is ever taken for a request.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chengxin.kernel.errors import Refused

TAG = "chengxin-x1"
ANSWER_TAG = "chengxin-x1-answer"
WINDOW = 300
"""Seconds that the clocks of client and server may differ."""
_INPUT = re.compile(
    r'(?P<label>[a-z][a-z0-9_-]{0,31})=(?P<value>\((?P<covered>"@method" "@path"(?: "@query")?'
    r'(?: "x-road-userid")? "content-digest")\)'
    r'(?P<parameters>(?:;(?:created=[1-9][0-9]{9}|nonce="[A-Za-z0-9+/=_-]{16,64}"|keyid="[a-z0-9._@-]{1,64}"'
    r'|tag="chengxin-x1")){4}))'
)
_ANSWER_INPUT = re.compile(
    r'sig=(?P<value>\("@status" "content-digest"\);created=(?P<created>[1-9][0-9]{9})'
    r';nonce="(?P<nonce>[A-Za-z0-9+/=_-]{16,64})";keyid="[a-z0-9._@-]{1,64}";tag="chengxin-x1-answer")'
)
_SIGNATURE = re.compile(r"(?P<label>[a-z][a-z0-9_-]{0,31})=:(?P<value>[A-Za-z0-9+/]{85}[AQgw]==):")


@dataclass(frozen=True, slots=True)
class Signed:
    """What a request says about its signature; nothing of it is proved until the key has verified `signature`.

    Attributes:
        digest: the Content-Digest that the body must have.
    """

    key_id: str
    nonce: str
    created: int
    digest: str
    base: bytes
    signature: bytes


def read(
    *,
    method: str,
    path: str,
    query: str = "",
    user: str = "",
    digest: str,
    signature_input: str,
    signature: str,
    now: float,
) -> Signed:
    """Read and check everything but the key and the body (验签前的检查).

    Args:
        method: as received.
        path: as received.
        query: as received, without the question mark; empty where there is none.
        user: the one X-Road-UserId field; empty where there is none.
        digest: the one Content-Digest field.
        signature_input: the one Signature-Input field.
        signature: the one Signature field.
        now: Unix time of this server.

    Raises:
        Refused: SIGNATURE-01 another form than the profile's, SIGNATURE-03 the time is more than 300 s off.
    """
    told, value = _INPUT.fullmatch(signature_input), _SIGNATURE.fullmatch(signature)
    if told is None or value is None or told["label"] != value["label"] or told["covered"] != _covered(query, user):
        raise Refused("SIGNATURE-01")
    parameters = dict(part.split("=", 1) for part in told["parameters"][1:].split(";"))
    if len(parameters) != 4:
        raise Refused("SIGNATURE-01")
    created = int(parameters["created"])
    if abs(now - created) > WINDOW:
        raise Refused("SIGNATURE-03")
    return Signed(
        parameters["keyid"][1:-1],
        parameters["nonce"][1:-1],
        created,
        digest,
        _base(method, path, (query, user), digest, told["value"]),
        base64.b64decode(value["value"]),
    )


def check_body(signed: Signed, body: bytes) -> None:
    """The body is the one whose digest was signed (请求内容未被改动).

    Raises:
        Refused: SIGNATURE-02.
    """
    if signed.digest != content_digest(body):
        raise Refused("SIGNATURE-02")


def sign(
    key: Ed25519PrivateKey,
    key_id: str,
    *,
    method: str,
    path: str,
    query: str = "",
    user: str = "",
    body: bytes,
    created: int,
    nonce: str,
) -> dict[str, str]:
    """The three header fields of a signed request (签名). `nonce`: 16 to 64 characters, never used before."""
    digest = content_digest(body)
    value = f'({_covered(query, user)});created={created};nonce="{nonce}";keyid="{key_id}";tag="{TAG}"'
    proof = base64.b64encode(key.sign(_base(method, path, (query, user), digest, value))).decode()
    return {"Content-Digest": digest, "Signature-Input": f"sig={value}", "Signature": f"sig=:{proof}:"}


def sign_answer(
    key: Ed25519PrivateKey, key_id: str, *, status: int, body: bytes, created: int, nonce: str
) -> dict[str, str]:
    """The three header fields of a signed answer (应答签名); `nonce` is that of the request it answers."""
    digest = content_digest(body)
    value = f'("@status" "content-digest");created={created};nonce="{nonce}";keyid="{key_id}";tag="{ANSWER_TAG}"'
    proof = base64.b64encode(key.sign(_answer_base(status, digest, value))).decode()
    return {"Content-Digest": digest, "Signature-Input": f"sig={value}", "Signature": f"sig=:{proof}:"}


def check_answer(
    key: Ed25519PublicKey,
    *,
    status: int,
    body: bytes,
    nonce: str,
    digest: str,
    signature_input: str,
    signature: str,
    now: float,
) -> None:
    """The answer comes from the holder of the key, is whole, and answers this very request (应答验签).

    Raises:
        Refused: SIGNATURE-01 another form, SIGNATURE-02 another body, SIGNATURE-03 another time, SIGNATURE-04 another
            key or another request's answer.
    """
    told, value = _ANSWER_INPUT.fullmatch(signature_input), _SIGNATURE.fullmatch(signature)
    if told is None or value is None or value["label"] != "sig":
        raise Refused("SIGNATURE-01")
    if digest != content_digest(body):
        raise Refused("SIGNATURE-02")
    if abs(now - int(told["created"])) > WINDOW:
        raise Refused("SIGNATURE-03")
    try:
        key.verify(base64.b64decode(value["value"]), _answer_base(status, digest, told["value"]))
    except InvalidSignature:
        raise Refused("SIGNATURE-04") from None
    if told["nonce"] != nonce:
        raise Refused("SIGNATURE-04")


def content_digest(body: bytes) -> str:
    """Content-Digest of RFC 9530, SHA-256 only; a body has one spelling of it, so texts can be compared."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def _covered(query: str, user: str) -> str:
    """The covered components; what the signature leaves out could be exchanged on the way."""
    asked = ' "@query"' if query else ""
    for_whom = ' "x-road-userid"' if user else ""
    return f'"@method" "@path"{asked}{for_whom} "content-digest"'


def _base(method: str, path: str, optional: tuple[str, str], digest: str, value: str) -> bytes:
    """The signature base of RFC 9421 section 2.5 for the covered components; `optional`: query and user."""
    query, user = optional
    asked = f'"@query": ?{query}\n' if query else ""
    for_whom = f'"x-road-userid": {user}\n' if user else ""
    return (
        f'"@method": {method}\n"@path": {path}\n{asked}{for_whom}"content-digest": {digest}\n'
        f'"@signature-params": {value}'
    ).encode()


def _answer_base(status: int, digest: str, value: str) -> bytes:
    return f'"@status": {status}\n"content-digest": {digest}\n"@signature-params": {value}'.encode()
