"""Sign-in with password and code, sessions, and a look at oneself."""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import pyotp
from django.contrib.auth.hashers import check_password, make_password

from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import Look, look, looks, rows, scalar, session_close
from chengxin.people.queries import whoami
from chengxin.people.vault import ring, totp_aad

COOKIE = "cx_session"
_STEP = 30
RECOVERY = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits of a recovery code: none that looks like another."""
_RECOVERY_CODE = re.compile(f"[{RECOVERY}]{{16}}$")


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
    initial: bool
    expired: bool
    locked: bool


def credential(login: str) -> Credential | None:
    """The credential behind a login, through the sign-in role."""
    found = rows("select * from cx.people_credential_v1(%s::text)", [login], of=Credential, using="signin")
    return found[0] if found else None


def sign_in(login: str, password: str, code: str, *, agent: str = "") -> bytes:
    """Sign a person in (登录) with password and one-time code; both always. A recovery code stands in for the other.

    Returns:
        The session token, 32 bytes. Only its hash is stored.

    Raises:
        Refused: SIGNIN-01 for whatever did not fit: unknown, wrong, used code and locked are not told apart.
    """
    found = credential(login)
    if found is None or found.totp_sealed is None or found.kind not in {"citizen", "staff"}:
        # The same work and the same calls, so that a login cannot be guessed by time.
        check_password(password, _DECOY_HASH)
        signed(UUID(int=0), good=False, step=0)
        raise Refused("SIGNIN-01")
    good_password = check_password(password, found.password_hash)
    step = matching_step(found, code)
    recovery = recovery_hash(found.account, code) if is_recovery_code(code) else None
    good = good_password and not found.locked and (step is not None or (recovery is not None and not found.initial))
    if not (signed(found.account, good=good, step=step or 0, recovery=recovery) and good):
        raise Refused("SIGNIN-01")
    method = "password+recovery" if recovery else "password+totp"
    if found.initial or found.expired:  # no duty until the password is the holder's own, and not too old
        method = "initial" if found.initial else "expired"
    return open_session(found.account, method=method, agent=agent)


def signed(account: UUID, *, good: bool, step: int, recovery: bytes | None = None) -> bool:
    """Tell the account how the sign-in went; False when the code was used before or the account is locked."""
    return bool(
        scalar(
            "select cx.people_signed_v1(%s::uuid, %s::boolean, %s::bigint, %s::bytea)",
            [account, good, step, recovery],
            using="signin",
        )
    )


def open_session(account: UUID, *, method: str, assurance: int = 3, agent: str = "") -> bytes:
    """Open a session for an account that proved itself.

    Args:
        account: whose.
        method: how it was proved (登录方式), a row of the ways to sign in.
        assurance: how well it was proved; the method's own where that is less.
        agent: kind of device, as :func:`chengxin.people.api.device` says it.

    Raises:
        Refused: SIGNIN-03 (this kind of account has no such way today).
    """
    token = secrets.token_bytes(32)
    scalar(
        "select cx.people_session_open_v1(%s::bytea, %s::uuid, %s::uuid, %s::text, %s::integer, %s::text)",
        [token, uuid7(), account, method, assurance, agent],
        using="signin",
    )
    return token


def errand(token: bytes) -> bytes:
    """A session for work that goes on in somebody's name when they have left the desk (后台办理); machines have none.

    Raises:
        Refused: SESSION-01.
    """
    account = whoami(token)
    if account is None:
        raise Refused("SESSION-01")
    if account.kind != "staff":
        return token
    made = secrets.token_bytes(32)
    scalar("select cx.people_errand_v1(%s::bytea, %s::bytea, %s::uuid)", [token, made, uuid7()], using="signin")
    return made


def end_errand(token: bytes, *, using: str = "default") -> None:
    """The work is done; the session of a machine or of anybody at a desk goes on."""
    account = whoami(token, using=using)
    if account and account.method == "errand":
        session_close(token, using=using)


def console_session(login: str) -> bytes:
    """A session for the operator at the console, who holds the sign-in role's password (控制台).

    Raises:
        Refused: SIGNIN-02 when there is no such account.
    """
    found = credential(login)
    if found is None:
        raise Refused("SIGNIN-02")
    return open_session(found.account, method="console")


def seen(token: bytes) -> None:
    """The holder of this session is there (在线), so that it does not end for idleness; counts to the minute."""
    scalar("select cx.ledger_seen_v1(%s::bytea)", [token])


def sign_out(token: bytes) -> None:
    """End a session (退出)."""
    session_close(token)


def matching_step(secret: Credential | str, code: str) -> int | None:
    """The time step whose code this is, of an account or a secret: now, or one either side for clocks that differ."""
    if isinstance(secret, Credential):
        if secret.totp_sealed is None:
            return None
        secret = ring().open(secret.totp_sealed, totp_aad(secret.account))
    now = int(time.time()) // _STEP
    totp = pyotp.TOTP(secret)
    for step in (now, now - 1, now + 1):
        if secrets.compare_digest(totp.at(step * _STEP).encode(), _bare(code).encode()):
            return step
    return None


def is_recovery_code(code: str) -> bool:
    """Whether this has the form of a recovery code, with or without its hyphens."""
    return bool(_RECOVERY_CODE.match(_bare(code)))


def recovery_hash(account: UUID, code: str) -> bytes:
    """What is kept of a recovery code (恢复码): it has eighty random bits, so a plain hash tells nothing."""
    return hashlib.sha256(b"chengxin-recovery" + account.bytes + _bare(code).encode()).digest()


def _bare(code: str) -> str:
    return re.sub(r"[\s-]", "", code).upper()


_DECOY_HASH = make_password("no account has this password", salt="chengxin")


def self_look(token: bytes, file: UUID | None = None) -> Look:
    """One look of a person at themself (本人查看): opens records, letters, objections, identity and register.

    With `file`: at that one of the own files. Raises Refused: DUTY-02, it is somebody else's.
    """
    if file is not None:
        return self_looks(token, [file])[0]
    return look("cx.people_self_look_v1(%s::bytea, {look})", [token], token=token, activity="person.own")


def self_looks(token: bytes, own: Sequence[UUID]) -> list[Look]:
    """The same at each of the own files. Raises Refused: DUTY-02, one is somebody else's."""
    door = "cx.people_file_look_v1(%s::bytea, {look}, {person})"
    return looks(door, own, [token], token=token, activity="person.own")
