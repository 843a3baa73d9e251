"""The keys of an installation (密钥): their state, a rotation over all rooms, the end of a version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from chengxin.belonging.api import SHELVES as BELONGING
from chengxin.catalog.api import parameter
from chengxin.intake.api import SHELVES as INTAKE
from chengxin.kernel.errors import Refused
from chengxin.notice.api import SHELVES as NOTICE
from chengxin.people.api import SHELVES as PEOPLE
from chengxin.people.api import (
    KeyRing,
    KeyState,
    destroy_key,
    note_step,
    rewrap,
    rotate_keys,
    rotation_steps,
    wraps,
)
from chengxin.records.api import SHELVES as RECORDS
from chengxin.redress.api import SHELVES as REDRESS

SHELVES = (*PEOPLE, *RECORDS, *NOTICE, *REDRESS, *BELONGING, *INTAKE)
ROOMS = ("people", "records", "notice", "redress", "intake")
ROUNDS = 5
"""Rounds over all shelves at most; what a long file writes under the version before is found by the next."""


@dataclass(frozen=True)
class VersionState:
    """One version as the operator sees it (密钥状态).

    Attributes:
        left: keys wrapped under it, by where they lie.
        ends_on: first day on which it may be destroyed, None where it is not to be.
    """

    version: int
    suite: str
    state: KeyState
    made: date
    since: date
    left: dict[str, int]
    ends_on: date | None

    @property
    def removable(self) -> bool:
        """Nothing is wrapped under it any more."""
        return self.state is KeyState.DECRYPT_ONLY and not self.left


def status(path: Path, token: bytes, *, today: date) -> list[VersionState]:
    """Every version with what is wrapped under it, the newest first.

    Raises:
        Refused: SESSION-01, DUTY-01.
    """
    kept = _kept(today)
    counted = wraps(token, ROOMS)
    return [
        VersionState(
            one.version,
            one.suite_name,
            one.state,
            one.made,
            one.since,
            {wrap.shelf: wrap.keys for wrap in counted if wrap.version == one.version},
            one.since + kept if one.state is KeyState.DECRYPT_ONLY else None,
        )
        for one in sorted(KeyRing.load(path).versions.values(), key=lambda one: -one.version)
    ]


def turn(
    path: Path, token: bytes, *, suite: str | None, today: date, moved: Callable[[int], None] | None = None
) -> tuple[int, Counter[str], int]:
    """Rotate: a fresh version, and everything that is kept for long wrapped under it (轮换).

    A rotation that was broken off is finished first, and is the rotation.

    Returns:
        The version that is active now; how many keys were wrapped anew, by shelf; how many do not open and stay as they
        are, damaged before.

    Raises:
        Refused: SESSION-01, DUTY-01.
        ProofNeeded: STEPUP-01.
    """
    noted = {(step.version, step.step) for step in rotation_steps(token)}

    def begin() -> int:
        version = KeyRing.load(path).active.version
        return rotate_keys(path, suite=suite, today=today) if version == 1 or (version, "wrapped") in noted else version

    active = note_step(token, begin, "begun")
    done: Counter[str] = Counter()
    damaged = 0
    for _ in range(ROUNDS):
        wrapped, damaged = rewrap(token, SHELVES, moved=moved)
        done += wrapped
        if not wrapped.total():
            break
    note_step(token, lambda: active, "wrapped")
    return active, done, damaged


def end(path: Path, token: bytes, version: int, *, today: date) -> None:
    """Destroy a version (销毁): what was wrapped under it opens nowhere any more, in no old backup either.

    Raises:
        Refused: KEYS-02 (it is active, destroyed or unknown), KEYS-03 (something still needs it), KEYS-04 (too early:
            a file that is being read, or a backup that was just taken, may still need it).
        ProofNeeded: STEPUP-01.
    """
    found = next((one for one in status(path, token, today=today) if one.version == version), None)
    if found is None or found.ends_on is None:
        raise Refused("KEYS-02")
    if found.left:
        raise Refused("KEYS-03")
    if today < found.ends_on:
        raise Refused("KEYS-04")

    def destroy() -> int:
        destroy_key(path, version, today=today)
        return version

    note_step(token, destroy, "destroyed")


def _kept(today: date) -> timedelta:
    row = parameter("key_kept", "", today=today)
    if row is None or row.unit != "day":
        raise Refused("KEYS-04")
    return timedelta(days=row.value)
