"""Wrapping every key of the vault anew (密钥轮换), shelf by shelf, while pages and files go on.

A shelf (存放处) is a column of some room that holds wrapped keys. Its room brings three SQL functions:
``<room>_wrapped_v1`` hands keys out, ``<room>_rewrap_v1`` takes them back, ``<room>_wraps_v1`` counts them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chengxin.ledger.api import act, rows, scalar
from chengxin.people.vault import Unsealable, dek_aad, ring, totp_aad, version_of

CHUNK = 2_000
"""Keys of one transaction: milliseconds, so nobody who writes waits for it."""
_NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Wrapped:
    """A wrapped key and what its seal is bound to."""

    person: UUID
    id: UUID
    seq: int
    wrapped: bytes


@dataclass(frozen=True)
class Shelf:
    """Where a room keeps wrapped keys for long.

    Attributes:
        room, name: what its SQL functions are called, and what they are asked for.
        title: what lies there, in Chinese.
        aad: what a key of it is bound to.
    """

    room: str
    name: str
    title: str
    aad: Callable[[Wrapped], str]


SHELVES = (
    Shelf("people", "identity", "身份保险库", lambda one: dek_aad(one.person)),
    Shelf("people", "totp", "动态码", lambda one: totp_aad(one.person)),
)
"""Shelves of this room."""


@dataclass(frozen=True)
class Wraps:
    """How many keys of a shelf are wrapped under a version."""

    shelf: str
    version: int
    keys: int


@dataclass(frozen=True)
class Step:
    """What happened to a version (轮换经历): begun, wrapped, destroyed."""

    version: int
    step: str
    at: datetime


ACTS = {"begun": "keys.begin", "wrapped": "keys.rotate", "destroyed": "keys.destroy"}
"""Step -> the activity it is an act of."""


def note_step(token: bytes, version: Callable[[], int], step: str, *, using: str = "worker") -> int:
    """Take a step of a rotation and write it down, under an act of the officer.

    Args:
        token: session of the security administrator.
        version: takes the step and answers the version; called once the act is open, so not where it is refused.
        step: begun, wrapped, destroyed.
        using: database alias.

    Raises:
        Refused: SESSION-01, DUTY-01.
        ProofNeeded: STEPUP-01 (to begin and to destroy).
    """
    with act(token, activity=ACTS[step], using=using) as line:
        number = version()
        scalar("select cx.people_rotated_v1(%s::uuid, %s::integer, %s::text)", [line, number, step], using=using)
    return number


def rotation_steps(token: bytes, *, using: str = "worker") -> list[Step]:
    """All steps so far; errors as in :func:`note_step`."""
    return rows("select * from cx.people_rotations_v1(%s::bytea)", [token], of=Step, using=using)


def wraps(token: bytes, rooms: Iterable[str], *, using: str = "worker") -> list[Wraps]:
    """What is wrapped under which version, in the rooms named; errors as in :func:`note_step`."""
    return [
        one
        for room in rooms
        for one in rows(f"select * from cx.{room}_wraps_v1(%s::bytea)", [token], of=Wraps, using=using)  # noqa: S608 - literals
    ]


def rewrap(
    token: bytes, shelves: Sequence[Shelf], *, moved: Callable[[int], None] | None = None, using: str = "worker"
) -> tuple[Counter[str], int]:
    """Wrap every key of these shelves under the version that is active now.

    Killed at any point it is called again: a key that is wrapped already is passed over. What is written meanwhile is
    wrapped under the active version by itself, or found by the next call.

    Args:
        token: session of the security administrator.
        shelves: of all rooms.
        moved: called with the number of keys of each transaction.
        using: database alias.

    Returns:
        How many keys were wrapped anew, by shelf; and how many do not open and stay as they are.

    Raises:
        Refused: SESSION-01, DUTY-01, KEYS-01.
    """
    done: Counter[str] = Counter()
    damaged = 0
    for shelf in shelves:
        after = _NOBODY
        while found := _some(token, shelf, after, using):
            after = found[-1].person
            moving = [one for one in found if version_of(one.wrapped) != ring().keys.active.version]
            new = _rewrapped(shelf, moving)
            done[shelf.name] += _put(token, shelf, new, using) if new else 0
            damaged += len(moving) - len(new)
            if moved:
                moved(len(new))
    return done, damaged


def _rewrapped(shelf: Shelf, moving: list[Wrapped]) -> list[tuple[Wrapped, bytes]]:
    """Each key with the one that takes its place. One that does not open stops no other."""
    vault, new = ring(), []
    for one in moving:
        with suppress(Unsealable):
            new.append((one, vault.rewrap(one.wrapped, shelf.aad(one))))
    return new


def _some(token: bytes, shelf: Shelf, after: UUID, using: str) -> list[Wrapped]:
    return rows(
        f"select * from cx.{shelf.room}_wrapped_v1(%s::bytea, %s::text, %s::uuid, %s::integer)",  # noqa: S608 - literals
        [token, shelf.name, after, CHUNK],
        of=Wrapped,
        using=using,
    )


def _put(token: bytes, shelf: Shelf, new: list[tuple[Wrapped, bytes]], using: str) -> int:
    columns = ([getattr(one, name) for one, _ in new] for name in ("person", "id", "seq", "wrapped"))
    return int(
        scalar(
            f"select cx.{shelf.room}_rewrap_v1(%s::bytea, %s::text, %s::uuid[], %s::uuid[], %s::integer[], "
            "%s::bytea[], %s::bytea[])",
            [token, shelf.name, *columns, [wrapped for _, wrapped in new]],
            using=using,
        )
    )
