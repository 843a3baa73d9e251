"""Accounts and duties in the hands of the three administrators (账号与职责): it takes two humans to let a third in.

The system administrator opens an account, which can do nothing; the security administrator gives it duties. Nobody
gives themself one, no administrator works with data, and no account has a password that somebody else chose.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import pyotp
from django.contrib.auth.hashers import make_password

from chengxin.ledger.api import act, rows, scalar
from chengxin.people.vault import ring, totp_aad

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
"""The three (三员): system, security, audit."""


@dataclass(frozen=True)
class Credentials:
    """Fresh sign-in of an account: told once to its holder, stored as hash and ciphertext.

    Attributes:
        password, totp_secret: what the holder is told.
        password_hash, totp_sealed: what is stored.
    """

    account: UUID
    password: str
    totp_secret: str
    password_hash: str
    totp_sealed: bytes

    @staticmethod
    def fresh(account: UUID | None = None) -> Credentials:
        account, password, secret = account or uuid4(), secrets.token_urlsafe(12), pyotp.random_base32()
        return Credentials(account, password, secret, make_password(password), ring().seal(secret, totp_aad(account)))


@dataclass(frozen=True)
class Listed:
    """An account as the administrators see it (账号清单): office and post, no name, nothing it worked on."""

    login: str
    kind: str
    post: str
    organisation: str
    organisation_name: str
    side: str
    duties: list[str]
    opened_on: date
    signed_on: date | None
    disabled: bool


def open_account(
    token: bytes, *, login: str, post: str, organisation: str, holder: str, admin: bool = False
) -> Credentials:
    """Open a staff account without any duty (开立账号).

    Args:
        token: session of the system administrator.
        login: small letters, digits, dot, hyphen.
        post: what a person reads in "who looked".
        organisation: unified social credit code.
        holder: the holder's own identity number; only its keyed hash is kept.
        admin: the account is for one of the three administrators.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-02, ACCOUNT-04, ACCOUNT-09 (no such organisation, or the login is taken).
    """
    made = Credentials.fresh()
    with act(token, activity="accounts.open", using="signin") as line:  # it brings credentials
        scalar(
            "select cx.people_account_make_v1(%s::uuid, %s::uuid, %s::text, %s::text, %s::text, %s::text, %s::bytea, "
            "%s::bytea, %s::text)",
            [
                line,
                made.account,
                login,
                post,
                organisation,
                made.password_hash,
                made.totp_sealed,
                ring().blind_index("citizen", holder),
                "admin" if admin else "business",
            ],
            using="signin",
        )
    return made


def grant(token: bytes, login: str, duty: str, *, begin: date, end: date | None = None, deputy_for: str = "") -> None:
    """Give an account a duty from a day on (授予职责), for good or until a day; a deputy's ends with a day.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-05, ACCOUNT-06, ACCOUNT-07, ACCOUNT-08, ACCOUNT-09.
    """
    with act(token, activity="accounts.grant") as line:
        scalar(
            "select cx.people_duty_grant_v1(%s::uuid, %s::text, %s::text, %s::date, %s::date, %s::text)",
            [line, login, duty, begin, end, deputy_for],
        )


def end_duty(token: bytes, login: str, duty: str, *, last: date) -> None:
    """End a duty with its last day (终止职责); yesterday ends it at once.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-09 (not held, or a day that is over).
    """
    with act(token, activity="accounts.grant") as line:
        scalar(
            "select cx.people_duty_end_v1(%s::uuid, %s::text, %s::text, %s::date)",
            [line, login, duty, last],
        )


def disable(token: bytes, login: str) -> None:
    """Disable an account at once (停用); open sessions of it answer nothing any more.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-09 (no such account in use).
    """
    with act(token, activity="accounts.disable") as line:
        scalar("select cx.people_account_disable_v1(%s::uuid, %s::text)", [line, login])


def disable_stale(token: bytes, days: int, *, using: str = "default") -> int:
    """Disable staff accounts that nobody signed in to for so many days (长期不用的账号); returns how many."""
    return int(scalar("select cx.people_stale_v1(%s::bytea, %s::integer)", [token, days], using=using))


def accounts(token: bytes) -> list[Listed]:
    """Accounts of officials and machines, by login.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    return rows("select * from cx.people_accounts_v1(%s::bytea)", [token], of=Listed)
