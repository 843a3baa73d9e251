"""The profile of RFC 9421: agrees with an independent implementation, and takes no altered request."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_message_signatures import HTTPMessageSigner, HTTPMessageVerifier, MappingKeyResolver
from http_message_signatures.algorithms import ED25519
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.kernel.errors import Refused
from chengxin.kernel.signature import TAG, WINDOW, Signed, check_answer, check_body, read, sign, sign_answer

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NOW = 1_795_000_000
PATH = "/x/v1/check"
NONCE = "MTIzNDU2Nzg5MDEyMzQ1Ng"
COVERED = ("@method", "@path", "content-digest")


@dataclass(frozen=True)
class Sent:
    """A request on the wire, as the server sees it."""

    method: str = "POST"
    path: str = PATH
    query: str = ""
    body: bytes = '{"name":"测试"}'.encode()
    digest: str = ""
    signature_input: str = ""
    signature: str = ""

    def accepted(self, now: float = NOW) -> Signed:
        found = read(**{name: value for name, value in vars(self).items() if name != "body"}, now=now)
        KEY.public_key().verify(found.signature, found.base)
        check_body(found, self.body)
        return found


@dataclass
class Message:
    """What http-message-signatures wants to see."""

    method: str = "POST"
    url: str = f"https://credit.example.cn{PATH}"
    headers: dict[str, str] = field(default_factory=dict)


def good(body: bytes = Sent.body, created: int = NOW, query: str = "") -> Sent:
    fields = sign(KEY, "subsidy-system", method="POST", path=PATH, query=query, body=body, created=created, nonce=NONCE)
    return Sent("POST", PATH, query, body, fields["Content-Digest"], fields["Signature-Input"], fields["Signature"])


def refused(sent: Sent, now: float = NOW) -> str:
    """The code of the refusal; a wrong key or signature has none yet at this place."""
    try:
        sent.accepted(now)
    except Refused as error:
        return error.code
    except InvalidSignature:
        return "SIGNATURE-04"
    return ""


def oracle_keys() -> MappingKeyResolver:
    return MappingKeyResolver(private_keys={"subsidy-system": KEY}, public_keys={"subsidy-system": KEY.public_key()})


def foreign(query: str = "", **changes: Any) -> Sent:
    """The same request signed by the other implementation."""
    message = Message(url=Message.url + (f"?{query}" if query else ""))
    options: dict[str, Any] = {
        "key_id": "subsidy-system",
        "created": datetime.fromtimestamp(NOW, UTC),
        "nonce": NONCE,
        "tag": TAG,
        "label": "sig1",
        "include_alg": False,
        "covered_component_ids": COVERED,
        "body": Sent.body,
    }
    signer = HTTPMessageSigner(signature_algorithm=ED25519, key_resolver=oracle_keys())
    signer.sign(message, **{**options, **changes})
    found = {name.lower(): value for name, value in message.headers.items()}
    return Sent(
        query=query,
        digest=found["content-digest"],
        signature_input=found["signature-input"],
        signature=found["signature"],
    )


def test_what_we_sign_the_other_implementation_verifies() -> None:
    now = int(datetime.now(UTC).timestamp())  # it has no clock of ours
    sent = good(created=now)
    headers = {"Content-Digest": sent.digest, "Signature-Input": sent.signature_input, "Signature": sent.signature}
    verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=oracle_keys())
    (found,) = verifier.verify(
        Message(headers=headers),
        max_age=timedelta(seconds=WINDOW),
        expect_tag=TAG,
        require_components=COVERED,
        body=sent.body,
    )
    assert found.parameters["nonce"] == NONCE


@pytest.mark.parametrize("query", ["item=XZCF&kind=report", "after=200"])
def test_a_query_is_signed_and_both_agree_on_it(query: str) -> None:
    covered = ("@method", "@path", "@query", "content-digest")
    assert foreign(query, covered_component_ids=covered).accepted().key_id == "subsidy-system"
    sent = good(query=query)
    assert sent.accepted().key_id == "subsidy-system"
    assert refused(replace(sent, query=query + "&kind=withdraw")) == "SIGNATURE-04"
    assert refused(replace(sent, query="")) == refused(foreign(query)) == "SIGNATURE-01"
    assert refused(replace(good(), query=query)) == "SIGNATURE-01"


def test_what_the_other_implementation_signs_we_verify() -> None:
    found = foreign().accepted()
    assert (found.key_id, found.nonce, found.created) == ("subsidy-system", NONCE, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"include_alg": True},
        {"tag": "other"},
        {"tag": None},
        {"nonce": None},
        {"nonce": "short"},
        {"expires": datetime.fromtimestamp(NOW + 60, UTC)},
        {"covered_component_ids": ("@method", "content-digest")},
        {"covered_component_ids": ("@path", "@method", "content-digest")},
        {"covered_component_ids": ("@method", "@path", "@query", "content-digest")},
        {"covered_component_ids": (*COVERED, "@authority")},
    ],
)
def test_a_valid_signature_of_another_profile_is_refused(changes: dict[str, Any]) -> None:
    assert refused(foreign(**changes)) == "SIGNATURE-01"


@pytest.mark.parametrize(
    ("seconds", "code"), [(0, ""), (WINDOW, ""), (-WINDOW, ""), (301, "SIGNATURE-03"), (-301, "SIGNATURE-03")]
)
def test_the_time_may_differ_by_five_minutes(seconds: int, code: str) -> None:
    assert refused(good(), NOW + seconds) == code


def test_another_body_is_refused() -> None:
    assert refused(replace(good(), body=b"{}")) == "SIGNATURE-02"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (";created=", "; created="),
        (";created=", ";CREATED="),
        (";nonce=", ";expires=1795000000;nonce="),
        (";nonce=", ';nonce="AAAAAAAAAAAAAAAAAAAAAA";nonce='),
        ('"@path" ', '"@path"  '),
        ('"@method"', '"@method";req'),
        ("sig=", "sig=();created=1795000000, sig="),
        ("sig=", "other="),
        ('keyid="subsidy', 'keyid="Subsidy'),
        ("created=1795000000", "created=1795000000.0"),
        ("created=1795000000", "created=01795000000"),
    ],
)
def test_another_spelling_is_refused(old: str, new: str) -> None:
    sent = good()
    assert old in sent.signature_input
    assert refused(replace(sent, signature_input=sent.signature_input.replace(old, new, 1))) == "SIGNATURE-01"


def test_each_spelling_of_the_signature_bytes_but_one_is_refused() -> None:
    sent = good()
    # The last character before == carries four bits that mean nothing.
    at = sent.signature.index("==") - 1
    others = [
        sent.signature[:at] + one + sent.signature[at + 1 :] for one in "ABCDEFGHQRgw" if one != sent.signature[at]
    ]
    assert all(refused(replace(sent, signature=other)) for other in others)


@st.composite
def altered(draw: st.DrawFn) -> Sent:
    """A good request with one field changed: a character or byte put in, taken out, exchanged or doubled."""
    sent = good(body=draw(st.binary(max_size=60)), query=draw(st.sampled_from(["", "after=200"])))
    name = draw(st.sampled_from(list(vars(sent))))
    old: Any = getattr(sent, name)
    if not old:
        filled: dict[str, Any] = {name: b"x" if name == "body" else "x"}
        return replace(sent, **filled)
    place = draw(st.integers(0, len(old) - 1))
    one: Any = draw(st.binary(min_size=1, max_size=2) if isinstance(old, bytes) else st.text(min_size=1, max_size=2))
    way = draw(st.sampled_from(["in", "out", "exchange", "twice", "swap"]))
    changed: Any = {
        "in": old[:place] + one + old[place:],
        "out": old[:place] + old[place + 1 :],
        "exchange": old[:place] + one + old[place + 1 :],
        "twice": old[:place] + old[place : place + 1] + old[place:],
        "swap": old[:place] + old[place + 1 : place + 2] + old[place : place + 1] + old[place + 2 :],
    }[way]
    new: dict[str, Any] = {name: changed}
    return replace(sent, **new)


@settings(max_examples=3000, deadline=None)
@given(sent=altered())
def test_no_altered_request_is_accepted(sent: Sent) -> None:
    if sent == good(body=sent.body, query=sent.query):
        return  # the change changed nothing
    assert refused(sent).startswith("SIGNATURE-")


ANSWER = b'{"answer": "match"}'


def answered(**changes: Any) -> str:
    """The code of the refusal of an answer that was changed on its way; empty where it counts."""
    told: dict[str, Any] = {"status": 200, "body": ANSWER, "nonce": NONCE}
    fields = sign_answer(changes.pop("signed_by", KEY), "population", created=NOW, **told)
    seen = {
        "digest": fields["Content-Digest"],
        "signature_input": fields["Signature-Input"],
        "signature": fields["Signature"],
        "now": NOW,
    }
    try:
        check_answer(KEY.public_key(), **(told | seen | changes))
    except Refused as error:
        return error.code
    return ""


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({}, ""),
        ({"now": NOW + WINDOW}, ""),
        ({"body": ANSWER + b" "}, "SIGNATURE-02"),
        ({"status": 201}, "SIGNATURE-04"),
        ({"nonce": NONCE[::-1]}, "SIGNATURE-04"),
        ({"signed_by": Ed25519PrivateKey.from_private_bytes(bytes(32))}, "SIGNATURE-04"),
        ({"now": NOW + WINDOW + 1}, "SIGNATURE-03"),
        ({"signature_input": ""}, "SIGNATURE-01"),
        ({"signature": "sig=:AA==:"}, "SIGNATURE-01"),
    ],
)
def test_an_answer_is_whole_and_of_this_request(changes: dict[str, Any], code: str) -> None:
    assert answered(**changes) == code


def test_a_request_is_never_taken_for_an_answer() -> None:
    sent = good(ANSWER)
    assert (
        answered(digest=sent.digest, signature_input=sent.signature_input, signature=sent.signature) == "SIGNATURE-01"
    )


def test_an_independent_implementation_reads_an_answer() -> None:
    @dataclass
    class Response:
        status_code: int
        headers: dict[str, str]

    fields = sign_answer(
        KEY, "population", status=200, body=ANSWER, created=int(datetime.now(UTC).timestamp()), nonce=NONCE
    )
    keys = MappingKeyResolver(private_keys={}, public_keys={"population": KEY.public_key()})
    verifier = HTTPMessageVerifier(signature_algorithm=ED25519, key_resolver=keys)
    (found,) = verifier.verify(Response(200, fields), expect_tag="chengxin-x1-answer")
    assert list(found.covered_components)[:2] == ['"@status"', '"content-digest"']
