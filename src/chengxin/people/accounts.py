"""Accounts and duties in the hands of the three administrators (账号与职责): it takes two humans to let a third in.

The system administrator opens an account, which can do nothing; the security administrator gives it duties. Nobody
gives themself one, no administrator works with data, and no account has a password that somebody else chose.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pyotp
from django.contrib.auth.hashers import make_password

from chengxin.ledger.api import act, rows, scalar
from chengxin.people.vault import ring, totp_aad

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
"""The three (三员): system, security, audit."""
_KINDS = {"machine_client": ("machine",), "usage_portal": ("machine",), "data_officer": ("staff", "machine")}


def holders(duty: str) -> tuple[str, ...]:
    """Kinds of account that hold a duty, as ``people_duty_kinds_v1`` keeps it; human where nothing else is said."""
    return _KINDS.get(duty, ("staff",))


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

    account: UUID
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
    found: int


@dataclass(frozen=True)
class Given:
    """What became of a duty (授予结果): whether it counts at once, and the new second factor where one was made."""

    at_once: bool
    totp_secret: str = ""

    def __bool__(self) -> bool:
        return self.at_once


@dataclass(frozen=True)
class HeldDuty:
    """A duty of an account (职责): `standing` is held, to_come or over."""

    duty: str
    valid_from: date
    valid_to: date | None
    deputy_for: str
    standing: str


@dataclass(frozen=True)
class Matter:
    """Something an administrator did or proposed (管理事项).

    Attributes:
        kind, detail: what; `detail` holds duty, days and names of organisations.
        actor_login, decided_login: who proposed, who decided; '' where nobody has.
        mine: the reader proposed it, under whatever account.
        state: done, waiting, confirmed, refused, withdrawn.
    """

    matter: UUID
    kind: str
    at: datetime
    actor_login: str
    actor_post: str
    mine: bool
    account: UUID | None
    login: str
    organisation: str
    organisation_name: str
    detail: Mapping[str, Any]
    reason: str
    state: str
    decided_login: str
    decided_post: str
    decided_at: datetime | None


def open_account(
    token: bytes, *, login: str, post: str, organisation: str, holder: str, admin: bool = False, reason: str = ""
) -> Credentials:
    """Open a staff account without any duty (开立账号).

    Args:
        token: session of the system administrator.
        login: small letters, digits, dot, hyphen.
        post: what a person reads in "who looked".
        organisation: unified social credit code.
        holder: the holder's own identity number; only its keyed hash is kept.
        admin: the account is for one of the three administrators.
        reason: why, for the audit administrator.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-02, ACCOUNT-04, ACCOUNT-09 (no such organisation, or the login is taken).
    """
    made = Credentials.fresh()
    with act(token, activity="accounts.open", using="signin") as line:  # it brings credentials
        scalar(
            "select cx.people_account_make_v1(%s::uuid, %s::uuid, %s::text, %s::text, %s::text, %s::text, %s::bytea, "
            "%s::bytea, %s::text, %s::text)",
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
                reason,
            ],
            using="signin",
        )
    return made


def grant(
    token: bytes,
    login: str,
    duty: str,
    *,
    begin: date,
    end: date | None = None,
    deputy_for: str = "",
    reason: str = "",
    renew: bool = False,
) -> Given:
    """Give an account a duty from a day on (授予职责), for good or until a day; a deputy's ends with a day.

    An account's first duty counts at once, a further one waits for another administrator. With `renew` the first one
    brings a new second factor, told to whoever gives the duty: whoever opened the account knows its password only,
    so neither of the two can sign in as its holder. A holder who has set own secrets already keeps them.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-05, ACCOUNT-06, ACCOUNT-07, ACCOUNT-08, ACCOUNT-09,
            ACCOUNT-12 (a further duty without a reason).
    """
    known = next((one for one in accounts(token, search=login) if one.login == login.lower()), None) if renew else None
    secret = pyotp.random_base32() if known and known.kind == "staff" else ""
    sealed = ring().seal(secret, totp_aad(known.account)) if known and secret else None
    with act(token, activity="accounts.grant", using="signin") as line:
        given = scalar(
            "select cx.people_duty_grant_v1(%s::uuid, %s::text, %s::text, %s::date, %s::date, %s::text, %s::text, "
            "%s::bytea)",
            [line, login, duty, begin, end, deputy_for, reason, sealed],
            using="signin",
        )
    return Given(at_once=given != "waiting", totp_secret=secret if given == "renewed" else "")


def end_duty(token: bytes, login: str, duty: str, *, last: date, reason: str = "") -> None:
    """End a duty with its last day (终止职责); yesterday ends it at once.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-09 (not held, or a day that is over).
    """
    with act(token, activity="accounts.grant") as line:
        scalar(
            "select cx.people_duty_end_v1(%s::uuid, %s::text, %s::text, %s::date, %s::text)",
            [line, login, duty, last, reason],
        )


def disable(token: bytes, login: str, *, reason: str = "") -> None:
    """Disable an account at once (停用); open sessions of it answer nothing any more.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-09 (no such account in use), ACCOUNT-15 (the last of one of the three).
    """
    with act(token, activity="accounts.disable") as line:
        scalar("select cx.people_account_disable_v1(%s::uuid, %s::text, %s::text)", [line, login, reason])


def reset(token: bytes, login: str, *, reason: str) -> str:
    """Propose new credentials for somebody who lost theirs (重置登录凭证); the old ones hold until it is confirmed.

    Returns:
        The new password, for the proposer to hand over. The second factor is made by whoever confirms.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-09, ACCOUNT-12.
    """
    password = secrets.token_urlsafe(12)
    with act(token, activity="accounts.reset", using="signin") as line:
        scalar(
            "select cx.people_account_reset_v1(%s::uuid, %s::text, %s::text, %s::text)",
            [line, login, make_password(password), reason],
            using="signin",
        )
    return password


def decide(token: bytes, matter: Matter, outcome: str) -> str:
    """Decide what waits (确认、不同意、撤回): confirmed or refused by another human, withdrawn by who proposed it.

    Returns:
        For a confirmed reset the new one-time-code secret, told once; '' for everything else.

    Raises:
        Refused: SESSION-01, DUTY-01, ACCOUNT-07, ACCOUNT-10, ACCOUNT-11, and whatever the change itself is refused for.
    """
    secret = ""
    if outcome == "confirmed" and matter.kind == "account.reset" and matter.account:
        secret = pyotp.random_base32()
    sealed = ring().seal(secret, totp_aad(matter.account)) if secret and matter.account else None
    with act(token, activity="accounts.decide", using="signin") as line:
        scalar(
            "select cx.people_decide_v1(%s::uuid, %s::uuid, %s::text, %s::bytea)",
            [line, matter.matter, outcome, sealed],
            using="signin",
        )
    return secret


def disable_stale(token: bytes, days: int, *, using: str = "default") -> int:
    """Disable accounts nobody signed in to for so many days, and those of ended organisations; returns how many."""
    return int(scalar("select cx.people_stale_v1(%s::bytea, %s::integer)", [token, days], using=using))


EVERY = 1_000_000
"""More accounts than there will ever be."""


def accounts(
    token: bytes, *, search: str = "", state: str = "", idle: int = 0, offset: int = 0, limit: int = EVERY
) -> list[Listed]:
    """Accounts of officials and machines, by login; `found` of each row says how many there are altogether.

    `search` is part of login, post or organisation; `state` is '' for all, used, bare (without duty), idle (`idle` days
    without a sign-in) or disabled; `offset` and `limit` cut the page.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    return rows(
        "select * from cx.people_accounts_v1(%s::bytea, null, %s::text, %s::text, %s::integer, %s::integer, "
        "%s::integer)",
        [token, search.lower(), state, idle, offset, limit],
        of=Listed,
    )


def one_account(token: bytes, account: UUID) -> Listed | None:
    """One account as the administrators see it; None for a citizen's, which is none of theirs.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    found = rows(
        "select * from cx.people_accounts_v1(%s::bytea, %s::uuid, '', '', 0, 0, 1)", [token, account], of=Listed
    )
    return found[0] if found else None


def duties_of(token: bytes, account: UUID) -> list[HeldDuty]:
    """Duties of an account, past, present and to come, the newest first.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    return rows("select * from cx.people_duties_v1(%s::bytea, %s::uuid)", [token, account], of=HeldDuty)


def matters(
    token: bytes,
    *,
    account: UUID | None = None,
    waiting: bool = False,
    before: datetime | None = None,
    limit: int = 50,
    skip: int = 0,
) -> list[Matter]:
    """What administrators did and proposed, the newest first: about one account or all, only what waits or all.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    return rows(
        "select * from cx.people_matters_v1"
        "(%s::bytea, %s::uuid, %s::boolean, %s::timestamptz, %s::integer, %s::integer)",
        [token, account, waiting, before or datetime.max.replace(tzinfo=UTC), limit, skip],
        of=Matter,
    )
