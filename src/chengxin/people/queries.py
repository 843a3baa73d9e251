"""Reads of people: one's own account, identity, and who looked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from chengxin.kernel.sqlfile import sql_query
from chengxin.ledger.api import Line, Look, Opening, proof_file, rows, shown
from chengxin.people.vault import ring
from chengxin.people.words import ACTIVITIES


@dataclass(frozen=True)
class Account:
    """The account behind a session (账号), and how it proved itself.

    Attributes:
        duties: of today; none while the account is `initial`.
        initial: its password and code are those an administrator handed over (首次登录).
        stepped_up_at: when its holder last proved themself anew.
        today: the business day when it was asked; a page that has it asks once less.
    """

    account: UUID
    kind: str
    post: str
    person: UUID | None
    organisation: str
    organisation_name: str
    duties: tuple[str, ...]
    initial: bool
    method: str
    assurance: int
    seen_at: datetime
    stepped_up_at: datetime | None
    today: date


@dataclass(frozen=True)
class Identity:
    """An opened identity (身份信息). Never logged, never in a URL."""

    name: str
    number: str
    id_type: str


@dataclass(frozen=True)
class _Sealed:
    person: UUID
    seq: int
    dek: bytes
    sealed: bytes


@dataclass(frozen=True)
class Purpose:
    """A purpose of the register of purposes (查询用途)."""

    code: str
    name: str
    basis: str
    fields: tuple[str, ...]
    needs_case: bool


@dataclass(frozen=True)
class RegisteredPurpose:
    """A row of the register of purposes as everybody may read it (查询用途登记册), in force or ended.

    Attributes:
        duty: who may ask, by duty.
        fields: what the answer may tell; empty: yes or no.
        items: codes of the catalog items it may ask about.
        quota: looks per actor and day.
        valid_to: the last day; None where no end is set.
    """

    code: str
    name: str
    activity: str
    duty: str
    basis: str
    fields: list[str]
    items: list[str]
    needs_case: bool
    quota: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Permission:
    """A row of the permission matrix (权限矩阵). `own`: only about the person of the session."""

    duty: str
    activity: str
    own: bool
    basis: str
    fields: list[str]


@dataclass(frozen=True)
class Trace:
    """One line of "who looked at me" (谁查看过我). An empty `outcome`: not known what was seen (可能已查看)."""

    at: datetime
    line: str
    id: UUID
    organisation: str
    organisation_name: str
    post: str
    actor_kind: str
    mine: bool
    activity: str
    purpose: str
    purpose_name: str
    basis: str
    case_ref: str
    fields: list[str]
    outcome: str
    shown: int
    times: int
    generic: bool

    @property
    def activity_name(self) -> str:
        return ACTIVITIES.get(self.activity, self.activity)


@dataclass(frozen=True)
class MyLook:
    """One of a clerk's own look-ups (我的查询记录)."""

    at: datetime
    id: UUID
    activity: str
    purpose: str
    purpose_name: str
    case_ref: str
    outcome: str

    @property
    def title(self) -> str:
        return self.purpose_name or ACTIVITIES.get(self.activity, self.activity)


def whoami(token: bytes, *, using: str = "default") -> Account | None:
    """The account behind a token, or None when the session has ended."""
    sql = "select *, cx.ledger_today_v1() as today from cx.people_self_v1(%s::bytea)"
    found = rows(sql, [token], of=Account, using=using)
    return replace(found[0], duties=tuple(found[0].duties)) if found else None


def identity(look: Look, *, using: str = "default") -> Identity:
    """Open the identity of the person looked at.

    Raises:
        Refused: LOOK-01, LOOK-02 (the look does not permit identity).
        Unsealable: the stored value was moved or altered.
    """
    found = rows(
        "select * from cx.people_identity_v1(%s::bytea, %s::uuid, %s::uuid, %s::text)",
        [look.token, look.person, look.id, look.activity],
        of=_Sealed,
        using=using,
    )
    if not found:
        return Identity("", "", "")
    row = found[0]
    data = ring().open_identity(row.person, row.seq, row.dek, row.sealed)
    return Identity(data["name"], data["number"], data["id_type"])


@dataclass(frozen=True)
class _File:
    person: UUID


def files(token: bytes) -> list[UUID]:
    """The files of the session's own human (我的档案), the session's own first; empty for staff."""
    return [row.person for row in rows("select * from cx.people_files_v1(%s::bytea) as person", [token], of=_File)]


def documents(*looks: Look) -> list[Identity]:
    """Every document of the person that we know (我的证件), of each file the newest first, with the newest name.

    Raises:
        Refused: LOOK-01, LOOK-02.
        Unsealable: a stored value was moved or altered.
    """
    found: dict[tuple[UUID, str, str], Identity] = {}
    for row in shown("cx.people_identities_v1({look})", looks, of=_Sealed):
        data = ring().open_identity(row.person, row.seq, row.dek, row.sealed)
        one = Identity(data["name"], data["number"], data["id_type"])
        found.setdefault((row.person, one.id_type, one.number), one)
    return list(found.values())


def traces(
    look: Look, since: datetime, *, more: Sequence[Look] = (), before: datetime | None = None, limit: int = 100
) -> list[Trace]:
    """Lines about the person, newest first: who looked, for what, what was seen; one row a day for the own looks.

    Args:
        look: the person's own.
        since: the earliest moment.
        more: looks at their other files; the lines of one file stand after those of another.
        before: for the next page: the time of the last row of the page before.
        limit: rows of each file other than the own looks.
    """
    door = "cx.people_traces_v1({look}, %s::timestamptz, %s::timestamptz, %s::integer)"
    return shown(door, [look, *more], [since, before or datetime.max.replace(tzinfo=UTC), limit], of=Trace)


@dataclass(frozen=True)
class _Opening:
    log: int | None
    place: int | None
    line: str
    person: UUID
    id: UUID
    at: int
    session: UUID
    actor: UUID
    actor_kind: str
    organisation: str
    duty: str
    activity: str
    purpose: str
    basis: str
    case_ref: str
    fields: str
    look: UUID | None
    outcome: str
    shown: int
    question: str
    salt: str


def line_proof(look: Look, line: UUID) -> bytes | None:
    """The proof file of one line that the person may read (证明); empty while it is not yet in the cosigned log.

    Returns:
        None where the person has no such line.

    Raises:
        Refused: LOOK-01, PROOF-01 (generic words only), PROOF-02 (the line is not what the log was given).
    """
    found = rows(
        "select * from cx.people_opening_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid)",
        [look.token, look.person, look.id, line],
        of=_Opening,
    )
    if not found:
        return None
    row = vars(found[0]).copy()
    log, place, salt = row.pop("log"), row.pop("place"), row.pop("salt")
    facts: dict[str, Any] = {name: value if isinstance(value, int) else str(value or "") for name, value in row.items()}
    return proof_file(Opening(Line(**facts), bytes.fromhex(salt)), log, place) or b""


def organisation_names() -> dict[str, str]:
    """Code and name of every organisation (单位名称); no secret."""
    return {one.code: one.name for one in rows("select code, name from cx.people_organisation", of=_Organisation)}


@dataclass(frozen=True)
class _Organisation:
    code: str
    name: str


def my_looks(token: bytes, limit: int = 50, *, skip: int = 0) -> list[MyLook]:
    """The look-ups of this account, newest first, without any person."""
    sql = "select * from cx.people_my_looks_v1(%s::bytea, %s::integer, %s::integer)"
    return rows(sql, [token, limit, skip], of=MyLook)


def purposes(account: Account, activity: str) -> list[Purpose]:
    """Purposes of an activity in force that the duties of this account may use."""
    return rows(
        "select code, name, basis, fields, needs_case from cx.people_purpose where duty = any (%s::text[]) "
        "and activity = %s::text and cx.ledger_today_v1() between valid_from and coalesce(valid_to, date 'infinity') "
        "order by code",
        [list(account.duties), activity],
        of=Purpose,
    )


def register_of_purposes() -> list[RegisteredPurpose]:
    """The whole register of purposes (查询用途登记册), with rows that have ended; nothing in it is about a person."""
    return rows(sql_query("people", "purposes"), of=RegisteredPurpose)


def matrix() -> list[Permission]:
    """The permission matrix in force (权限矩阵); nothing in it is about a person."""
    return rows(sql_query("people", "matrix"), of=Permission)
