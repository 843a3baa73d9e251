"""The choke point: :func:`act` before a write, :func:`look` before a read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import Error, connections, transaction

from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.database import Row, rows, scalar, translate


@dataclass(frozen=True)
class Look:
    """A committed look (已登记的查看): the only key to a reading function, good for 60 seconds."""

    token: bytes
    person: UUID
    id: UUID
    activity: str


@contextmanager
def act(
    token: bytes, *, activity: str, case: str = "", person: UUID | None = None, using: str = "default"
) -> Iterator[UUID]:
    """Open an act (行为) in one transaction, about the session's own person or about nobody; writes inside name its id.

    With `person`: about that one of the own files (本人的另一份档案).

    A door that writes about others opens its acts itself, in the database.

    Raises:
        Refused: SESSION-01, SESSION-04, DUTY-01 (no duty for the activity), DUTY-02 (none of the own files), LOOK-06
            (case number too long).
    """
    line = uuid7()
    door, whose = (
        ("cx.ledger_own_act_v1(%s::bytea", [])
        if person is None
        else ("cx.ledger_file_act_v1(%s::bytea, %s::uuid", [person])
    )
    try:
        with transaction.atomic(using=using):
            scalar(f"select {door}, %s::uuid, %s::text, %s::text)", [token, *whose, line, activity, case], using=using)
            yield line
    except Error as error:  # of the commit
        raise translate(error) from None


def look(
    door: str,
    arguments: Sequence[Any],
    *,
    token: bytes,
    activity: str,
    using: str = "default",
) -> Look:
    """Register and commit a look (查看登记) through the SQL door of a room, which says whom it is about.

    Args:
        door: the call, with ``{look}`` where the id of the new line goes.
        arguments: of the call, without that id.
        token: session of whoever looks.
        activity: what the look is for; a reading function accepts only its own.
        using: database alias.

    Raises:
        Refused: LOOK-03 inside a transaction (it could be rolled back after reading), SESSION-01, DUTY-01, DUTY-02,
            LOOK-04 (case number missing), LOOK-05 (quota of the day).
    """
    if connections[using].in_atomic_block:
        raise Refused("LOOK-03")
    line = uuid7()
    person = scalar("select " + door.replace("{look}", f"'{line}'::uuid"), arguments, using=using)
    return Look(token, UUID(str(person)), line, activity)


def looks(
    door: str, persons: Sequence[UUID], arguments: Sequence[Any], *, token: bytes, activity: str, using: str = "default"
) -> list[Look]:
    """Register and commit a look at each of these, in one statement; errors as in :func:`look`.

    Args:
        door: the call, with ``{look}`` and ``{person}`` where the id of a new line and whom it is about go.
        persons: about whom.
        arguments: of the call, the same for each.
        token: session of whoever looks.
        activity: what the looks are for.
        using: database alias.
    """
    if connections[using].in_atomic_block:
        raise Refused("LOOK-03")
    lines = [uuid7() for _ in persons]
    call = door.format(look="f.look", person="f.person")
    sql = f"select f.look as id, {call} as person from unnest(%s::uuid[], %s::uuid[]) as f(look, person)"  # noqa: S608 - literals
    done = {one.id: one.person for one in rows(sql, [*arguments, lines, list(persons)], of=_Looked, using=using)}
    return [Look(token, done[line], line, activity) for line in lines]


@dataclass(frozen=True)
class _Looked:
    id: UUID
    person: UUID


def shown(
    door: str,
    looks: Sequence[Look],
    arguments: Sequence[Any] = (),
    *,
    of: type[Row],
    whose: bool = False,
    using: str = "default",
) -> list[Row]:
    """What a reading function answers for each look, in the order of the looks and in one statement (凭查看读取).

    The function is called for one look after the other, so each of its own statements still touches one person.

    Args:
        door: the call, with ``{look}`` where token, person and line go.
        looks: committed, at most 60 seconds old.
        arguments: of the call, the same for each.
        of: result type of a row.
        whose: a row says of which person it is, where the function does not.
        using: database alias.

    Raises:
        Refused: LOOK-01, LOOK-02, and whatever the function says no to.
    """
    columns = "f.person, d.*" if whose else "d.*"
    call = door.format(look="f.token, f.person, f.look")
    sql = (
        f"select {columns} from unnest(%s::bytea[], %s::uuid[], %s::uuid[]) as f(token, person, look) "  # noqa: S608 - literals
        f"cross join lateral {call} d"
    )
    keys = [[one.token for one in looks], [one.person for one in looks], [one.id for one in looks]]
    return rows(sql, [*keys, *arguments], of=of, using=using)


def acknowledge(
    token: bytes, *, log: int, kind: str, first: int, last: int, reason: str, using: str = "default"
) -> UUID:
    """Answer for a finding of the audit (确认审计发现); the id of the act.

    Args:
        token: session of whoever has the duty of auditing, proved anew.
        log: which log, counted from 1.
        kind: of the finding; only lines that are late can be answered for.
        first: its first leaf.
        last: its last leaf.
        reason: what was found to be behind it, for everybody to read.
        using: database alias.

    Raises:
        Refused: DUTY-01, AUDIT-01 (another kind), AUDIT-02 (no reason), AUDIT-03 (more than was found).
        ProofNeeded: the session was not proved anew.
    """
    act = uuid7()
    statement = (
        "select cx.ledger_log_acknowledge_v1"
        "(%s::bytea, %s::uuid, %s::integer, %s::text, %s::bigint, %s::bigint, %s::text)"
    )
    scalar(statement, [token, act, log, kind, first, last, reason.strip()], using=using)
    return act


def session_close(token: bytes, *, using: str = "default") -> None:
    """Close the session of this token (退出)."""
    scalar("select cx.ledger_session_close_v1(%s::bytea)", [token], using=using)
