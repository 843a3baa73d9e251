"""Own credentials (登录凭据): sign-in by passkey, proof anew before what matters, enrolment, recovery codes.

All of it runs as the sign-in role; every change is an act of the account under a session that was proved anew.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import pyotp
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    NumericPasswordValidator,
    validate_password,
)
from django.core import signing
from django.core.exceptions import ValidationError

from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import rows, scalar
from chengxin.people import passkeys
from chengxin.people.commands import RECOVERY, credential, matching_step, open_session, recovery_hash, signed
from chengxin.people.passkeys import Passkey, Site
from chengxin.people.vault import ring, totp_aad

_CODES = 10
_VALIDATORS: list[Any] = [MinimumLengthValidator(12), CommonPasswordValidator(), NumericPasswordValidator()]


@dataclass(frozen=True)
class Ways:
    """How an account can sign in (登录方式), never the credentials themselves.

    Attributes:
        initial_until: last day of the password and code that an administrator handed over; None: they are the holder's.
        recovery: recovery codes that are left.
    """

    account: UUID
    login: str
    post: str
    initial_until: date | None
    password: bool
    totp: bool
    recovery: int


@dataclass(frozen=True)
class SessionLine:
    """One place where an account is signed in (登录)."""

    id: UUID
    method: str
    agent: str
    opened_at: datetime
    seen_at: datetime
    expires_at: datetime
    mine: bool


def ways(token: bytes) -> Ways:
    """How the account of this session can sign in.

    Raises:
        Refused: SESSION-01.
    """
    found = rows("select * from cx.people_ways_v1(%s::bytea)", [token], of=Ways, using="signin")
    if not found:
        raise Refused("SESSION-01")
    return found[0]


def own_passkeys(token: bytes) -> list[Passkey]:
    """The passkeys of the account of this session, the oldest first."""
    return rows("select * from cx.people_passkeys_v1(%s::bytea)", [token], of=Passkey, using="signin")


def sessions(token: bytes) -> list[SessionLine]:
    """Where the account of this session is signed in, this one first."""
    return rows("select * from cx.ledger_sessions_v1(%s::bytea)", [token], of=SessionLine)


def end_other_sessions(token: bytes) -> int:
    """Sign out everywhere else (退出其他登录); how many."""
    return int(scalar("select cx.ledger_sessions_end_v1(%s::bytea)", [token]))


def ask_passkey(site: Site) -> str:
    """What the sign-in page asks the browser for: any passkey of this site; nothing is said about who."""
    return passkeys.ask(site, "sign-in")


def sign_in_with_passkey(site: Site, answer: str, *, agent: str = "") -> bytes:
    """Sign in by passkey with verification of its user (通行密钥登录): two factors in one.

    Raises:
        Refused: SIGNIN-01 for whatever did not fit.
    """
    try:
        account = _answered(site, "sign-in", answer)
    except Refused:
        raise Refused("SIGNIN-01") from None
    return open_session(account, method="passkey", agent=agent)


def ask_again(token: bytes, site: Site) -> str:
    """What the page for a proof anew asks the browser for: a passkey of this account; '' where it has none."""
    known = own_passkeys(token) if site.has_passkeys else []
    return passkeys.ask(site, _bound("step-up", token), known) if known else ""


def step_up(token: bytes, *, code: str = "", answer: str = "", site: Site | None = None) -> None:
    """The holder of a session proves themself anew (再次验证), by code or passkey.

    Raises:
        Refused: STEPUP-02 (wrong, used before, locked), SESSION-01.
    """
    account = ways(token)
    try:
        if answer and site:
            good = _answered(site, _bound("step-up", token), answer) == account.account
        else:
            found = credential(account.login)
            step = matching_step(found, code) if found else None
            good = signed(account.account, good=step is not None, step=step or 0)
    except Refused as refusal:
        if refusal.code in {"SIGNIN-01", "SIGNIN-05"}:
            raise Refused("STEPUP-02") from None
        raise
    if not good:
        raise Refused("STEPUP-02")
    stepped_up(token, account.account)


def stepped_up(token: bytes, account: UUID) -> None:
    """Note that the holder of a session proved themself anew; whoever calls this has checked it.

    Raises:
        Refused: SESSION-01 (it is over, or another account's).
    """
    if not scalar("select cx.people_stepped_up_v1(%s::bytea, %s::uuid)", [token, account], using="signin"):
        raise Refused("SESSION-01")


def ask_new_passkey(token: bytes, site: Site) -> str:
    """What the page asks the browser for to make a passkey for this account; '' where the site can have none."""
    if not site.has_passkeys:
        return ""
    own = ways(token)
    return passkeys.ask_new(
        site, _bound("enrol", token), account=own.account, login=own.login, post=own.post, known=own_passkeys(token)
    )


def add_passkey(token: bytes, site: Site, answer: str, *, agent: str) -> None:
    """Add a passkey (添加通行密钥). What an administrator handed over opens nothing from then on.

    Raises:
        Refused: SIGNIN-05 (the browser's answer does not fit).
        ProofNeeded: STEPUP-01.
    """
    made = passkeys.check_new(site, _bound("enrol", token), answer)
    scalar(
        "select cx.people_passkey_add_v1(%s::bytea, %s::uuid, %s::bytea, %s::bytea, %s::bigint, %s::text, %s::bytea, "
        "%s::timestamptz)",
        [token, uuid7(), made.credential, made.data, made.counter, agent, made.challenge, made.until],
        using="signin",
    )


def remove_passkey(token: bytes, credential_id: bytes) -> None:
    """Remove a passkey (删除通行密钥); every other session ends.

    Raises:
        Refused: SIGNIN-06 (the last way in).
        ProofNeeded: STEPUP-01.
    """
    scalar(
        "select cx.people_passkey_remove_v1(%s::bytea, %s::uuid, %s::bytea)",
        [token, uuid7(), credential_id],
        using="signin",
    )


def new_secret(token: bytes) -> tuple[str, str]:
    """A secret for an authenticator app, and the same under seal for the form that comes back."""
    secret = pyotp.random_base32()
    return secret, signing.dumps(secret, salt=_bound("totp", token))


def sealed_secret(token: bytes, sealed: str) -> str:
    """The secret that :func:`new_secret` sealed for this session.

    Raises:
        Refused: SIGNIN-05 (another's, altered, or older than half an hour).
    """
    try:
        return str(signing.loads(sealed, salt=_bound("totp", token), max_age=1800))
    except signing.BadSignature:
        raise Refused("SIGNIN-05") from None


def set_secrets(token: bytes, *, password: str, secret: str, code: str) -> None:
    """The holder's own password and authenticator (自己的密码和验证器), in place of whatever was there.

    Raises:
        Refused: SIGNIN-04 (a weak password), STEPUP-02 (the code is not the new secret's).
        ProofNeeded: STEPUP-01.
    """
    step = matching_step(secret, code)
    if step is None:
        raise Refused("STEPUP-02")
    _set(token, password, lambda own: ring().seal(secret, totp_aad(own.account)), step)


def set_password(token: bytes, *, password: str) -> None:
    """The holder's own password (更换密码); the authenticator stays.

    Raises:
        Refused: SIGNIN-04 (weak, or the one before), SIGNIN-08 (there is no own authenticator that could stay).
        ProofNeeded: STEPUP-01.
    """
    _set(token, password, lambda _: None, 0)


def _set(token: bytes, password: str, sealed: Callable[[Ways], bytes | None], step: int) -> None:
    own = ways(token)
    before = credential(own.login)
    try:
        validate_password(password, password_validators=_VALIDATORS)
        if own.login in password.lower() or (before and check_password(password, before.password_hash)):
            raise ValidationError("")
    except ValidationError:
        raise Refused("SIGNIN-04") from None
    scalar(
        "select cx.people_secrets_set_v1(%s::bytea, %s::uuid, %s::text, %s::bytea, %s::bigint)",
        [token, uuid7(), make_password(password), sealed(own), step],
        using="signin",
    )


def new_recovery_codes(token: bytes) -> list[str]:
    """Fresh recovery codes (恢复码), told once; those before end.

    Raises:
        ProofNeeded: STEPUP-01.
    """
    account = ways(token).account
    codes = ["".join(secrets.choice(RECOVERY) for _ in range(16)) for _ in range(_CODES)]
    scalar(
        "select cx.people_recovery_set_v1(%s::bytea, %s::uuid, %s::bytea[])",
        [token, uuid7(), [recovery_hash(account, code) for code in codes]],
        using="signin",
    )
    return ["-".join(code[at : at + 4] for at in range(0, 16, 4)) for code in codes]


def _answered(site: Site, purpose: str, answer: str) -> UUID:
    """The account whose passkey answered, counted once; SIGNIN-05 otherwise."""
    passkey, good = passkeys.check(site, purpose, answer, _passkey)
    counted = scalar(
        "select cx.people_passkey_used_v1(%s::bytea, %s::bigint, %s::bytea, %s::timestamptz)",
        [good.credential, good.counter, good.challenge, good.until],
        using="signin",
    )
    if not counted:
        raise Refused("SIGNIN-05")
    return passkey.account


def _passkey(credential_id: bytes) -> Passkey | None:
    found = rows("select * from cx.people_passkey_v1(%s::bytea)", [credential_id], of=Passkey, using="signin")
    return found[0] if found else None


def _bound(what: str, token: bytes) -> str:
    """A purpose that holds for one session only."""
    return f"{what}:{hashlib.sha256(token).hexdigest()}"
