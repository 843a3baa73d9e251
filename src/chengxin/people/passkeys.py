"""Passkeys (通行密钥, WebAuthn): what a browser is asked, and whether it answered. Verification is fido2's.

A challenge carries its own time and purpose under a keyed hash, so asking writes nothing; that an answer is good once,
the database keeps.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import struct
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from chengxin.kernel.errors import Refused

LIFE = 600
"""Seconds in which a challenge may be answered: as long as a page with a form may lie open."""
_LONGEST = 16_384
_REQUIRED = UserVerificationRequirement.REQUIRED  # finger, face or PIN: the passkey alone is two factors
_NAME = "个人公共信用信息平台"
_MALFORMED = (ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RecursionError, struct.error)
"""What reading a made-up answer can end in."""


@dataclass(frozen=True)
class Site:
    """Where the browser is: passkeys belong to a host name, answers name the whole origin."""

    host: str
    origin: str

    @property
    def has_passkeys(self) -> bool:
        """Browsers know no passkeys of a bare address, nor of a page without TLS elsewhere than on this machine."""
        try:
            ip_address(self.host.strip("[]"))
        except ValueError:
            return self.origin.startswith("https://") or self.host == "localhost"
        return False


@dataclass(frozen=True)
class Passkey:
    """A passkey of an account (通行密钥): public key and counter, nothing secret."""

    account: UUID
    credential: bytes
    data: bytes
    counter: int
    agent: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Answer:
    """A valid answer. It counts when the database has not seen its challenge before."""

    credential: bytes
    data: bytes
    counter: int
    challenge: bytes
    until: datetime


def ask(site: Site, purpose: str, passkeys: Sequence[Passkey] = ()) -> str:
    """What a page asks the browser for, as JSON: any passkey of this site, or one of these."""
    options, _ = _server(site).authenticate_begin(
        [_descriptor(one) for one in passkeys] or None, user_verification=_REQUIRED, challenge=_challenge(purpose)
    )
    return json.dumps(dict(options.public_key))


def ask_new(site: Site, purpose: str, *, account: UUID, login: str, post: str, known: Sequence[Passkey]) -> str:
    """What a page asks the browser for to make a passkey that finds its account by itself, as JSON."""
    options, _ = _server(site).register_begin(
        PublicKeyCredentialUserEntity(id=account.bytes, name=login, display_name=post),
        [_descriptor(one) for one in known],
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=_REQUIRED,
        challenge=_challenge(purpose),
    )
    return json.dumps(dict(options.public_key))


def check(site: Site, purpose: str, text: str, find: Callable[[bytes], Passkey | None]) -> tuple[Passkey, Answer]:
    """The passkey that answered, and its answer.

    Raises:
        Refused: SIGNIN-05 for whatever did not fit: form, challenge, time, site, key, signature, user not verified.
    """
    try:
        response = AuthenticationResponse.from_dict(_read(text))
        challenge = response.response.client_data.challenge
        until = _until(challenge, purpose)
        passkey = find(response.raw_id)
        handle = response.response.user_handle
        if passkey is None or (handle and handle != passkey.account.bytes):
            raise ValueError
        _server(site).authenticate_complete(_state(challenge), [AttestedCredentialData(passkey.data)], response)
    except _MALFORMED:
        raise Refused("SIGNIN-05") from None
    counter = response.response.authenticator_data.counter
    return passkey, Answer(passkey.credential, passkey.data, counter, hashlib.sha256(challenge).digest(), until)


def check_new(site: Site, purpose: str, text: str) -> Answer:
    """A new passkey; errors as in :func:`check`."""
    try:
        response = RegistrationResponse.from_dict(_read(text))
        challenge = response.response.client_data.challenge
        until = _until(challenge, purpose)
        made = _server(site).register_complete(_state(challenge), response)
        data = made.credential_data
        if data is None or not 1 <= len(data.credential_id) <= 1023:
            raise ValueError
    except _MALFORMED:
        raise Refused("SIGNIN-05") from None
    return Answer(data.credential_id, bytes(data), made.counter, hashlib.sha256(challenge).digest(), until)


def _server(site: Site) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(id=site.host, name=_NAME)
    return Fido2Server(entity, verify_origin=lambda origin: origin == site.origin)


def _descriptor(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=passkey.credential)


def _read(text: str) -> dict[str, Any]:
    if len(text) > _LONGEST:
        raise ValueError
    found = json.loads(text)
    if not isinstance(found, dict):
        raise TypeError
    return found


def _state(challenge: bytes) -> dict[str, Any]:
    return {"challenge": websafe_encode(challenge), "user_verification": _REQUIRED}


def _challenge(purpose: str) -> bytes:
    front = struct.pack(">Q", int(time.time())) + secrets.token_bytes(16)
    return front + _seal(front, purpose)


def _until(challenge: bytes, purpose: str) -> datetime:
    """Until when the challenge counts; ValueError for one that is not ours, for something else, or too old."""
    front, seal = challenge[:24], challenge[24:]
    if len(front) != 24 or not hmac.compare_digest(seal, _seal(front, purpose)):
        raise ValueError
    until = int(struct.unpack(">Q", front[:8])[0]) + LIFE
    if until < time.time():
        raise ValueError
    return datetime.fromtimestamp(until, UTC)


def _seal(front: bytes, purpose: str) -> bytes:
    return salted_hmac(f"chengxin.passkey.{purpose}", front.hex(), algorithm="sha256").digest()
