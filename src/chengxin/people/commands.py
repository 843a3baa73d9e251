"""Sign-in and looks at a person."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from uuid import UUID

import pyotp
from django.contrib.auth.hashers import check_password, make_password

from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import Look, look, rows, scalar, session_close
from chengxin.people.vault import ring, totp_aad

COOKIE = "cx_session"
_STEP = 30
_MINUTES = {"citizen": 60, "staff": 480, "machine": 60, "system": 720}


@dataclass(frozen=True)
class Credential:
    """What a sign-in needs to know; only the sign-in role can read it."""

    account: UUID
    kind: str
    person: UUID | None
    organisation: str
    password_hash: str
    totp_sealed: bytes | None
    totp_step: int
    public_key: bytes | None
    locked: bool


def credential(login: str) -> Credential | None:
    """The credential behind a login, through the sign-in role."""
    found = rows("select * from cx.people_credential_v1(%s::text)", [login], of=Credential, using="signin")
    return found[0] if found else None


def sign_in(login: str, password: str, code: str) -> bytes:
    """Sign a person in (登录) with password and one-time code; both always.

    Returns:
        The session token, 32 bytes. Only its hash is stored.

    Raises:
        Refused: SIGNIN-01 for whatever did not fit: unknown, wrong, used code and locked are not told apart.
    """
    found = credential(login)
    if found is None or found.totp_sealed is None or found.kind not in {"citizen", "staff"}:
        # The same work and the same calls, so that a login cannot be guessed by time.
        check_password(password, _DECOY_HASH)
        _signed(UUID(int=0), good=False, step=0)
        raise Refused("SIGNIN-01")
    good_password = check_password(password, found.password_hash)
    step = _matching_step(ring().open(found.totp_sealed, totp_aad(found.account)), code.replace(" ", ""))
    good = good_password and step is not None and not found.locked
    accepted = scalar(
        "select cx.people_signed_v1(%s::uuid, %s::boolean, %s::bigint)",
        [found.account, good, step or 0],
        using="signin",
    )
    if not (good and accepted):
        raise Refused("SIGNIN-01")
    return open_session(found, method="password+totp")


def _signed(account: UUID, *, good: bool, step: int) -> bool:
    """Tell the account how the sign-in went; False when the code was used before or the account is locked."""
    return bool(
        scalar("select cx.people_signed_v1(%s::uuid, %s::boolean, %s::bigint)", [account, good, step], using="signin")
    )


def open_session(found: Credential, *, method: str) -> bytes:
    """Open a session for an account that proved itself by `method`."""
    token = secrets.token_bytes(32)
    scalar(
        "select cx.people_session_open_v1(%s::bytea, %s::uuid, %s::uuid, %s::text, %s::integer)",
        [token, uuid7(), found.account, method, _MINUTES[found.kind]],
        using="signin",
    )
    return token


def console_session(login: str) -> bytes:
    """A session for the operator at the console, who holds the sign-in role's password (控制台).

    Raises:
        Refused: SIGNIN-02 when there is no such account.
    """
    found = credential(login)
    if found is None:
        raise Refused("SIGNIN-02")
    return open_session(found, method="console")


def sign_out(token: bytes) -> None:
    """End a session (退出)."""
    session_close(token)


def _matching_step(secret: str, code: str) -> int | None:
    """The time step whose code this is: now, or one step either side for clocks that differ."""
    now = int(time.time()) // _STEP
    totp = pyotp.TOTP(secret)
    for step in (now, now - 1, now + 1):
        if secrets.compare_digest(totp.at(step * _STEP), code):
            return step
    return None


_DECOY_HASH = make_password("no account has this password", salt="chengxin")


def self_look(token: bytes, file: UUID | None = None) -> Look:
    """One look of a person at themself (本人查看): opens records, letters, objections, identity and register.

    With `file`: at that one of the own files. Raises Refused: DUTY-02, it is somebody else's.
    """
    if file is None:
        return look("cx.people_self_look_v1(%s::bytea, {look})", [token], token=token, activity="person.own")
    door = "cx.people_file_look_v1(%s::bytea, {look}, %s::uuid)"
    return look(door, [token, file], token=token, activity="person.own")
