"""The life-cycle of a security incident (信息安全事件的生命周期) as data.

The CHECK of the database, the diagram in the docs and the exhaustive test are made from this table. Notices stand
beside the cycle, not in it: four hours do not wait until a leak is stopped.
"""

from __future__ import annotations

from typing import Final

from chengxin.oversight.words import LABELS, STEPS

__all__ = [
    "BESIDE",
    "LABELS",
    "MOVES",
    "PAPER_MOVES",
    "PAPER_TERMINAL",
    "STEPS",
    "TERMINAL",
    "TRANSITIONS",
    "allowed",
    "named",
    "paper_check",
    "paper_target",
    "target",
    "transitions_check",
]

REPORTED: Final = "reported"
CONFIRMED: Final = "confirmed"
DISMISSED: Final = "dismissed"
CONTAINED: Final = "contained"
NOTIFIED: Final = "notified"
CLOSED: Final = "closed"

BESIDE: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("incident.update", (REPORTED, CONFIRMED, CONTAINED, NOTIFIED)),
    ("incident.scope", (REPORTED, CONFIRMED, CONTAINED, NOTIFIED)),
    ("incident.notify", (REPORTED, CONFIRMED, CONTAINED)),
    ("incident.evidence", (REPORTED, CONFIRMED, CONTAINED, NOTIFIED)),
    ("incident.exempt", (CONFIRMED, CONTAINED)),
    ("incident.approve", (CONFIRMED, CONTAINED)),
    ("incident.refer", (CONFIRMED, CONTAINED, NOTIFIED)),
    ("incident.review", (NOTIFIED,)),
)
"""(activity, states): steps that add a fact and leave the state as it is."""

MOVES: Final[tuple[tuple[str, str, str], ...]] = (
    ("", REPORTED, "incident.report"),
    (REPORTED, CONFIRMED, "incident.confirm"),
    (REPORTED, DISMISSED, "incident.dismiss"),
    (CONFIRMED, CONTAINED, "incident.contain"),
    (CONTAINED, NOTIFIED, "incident.complete"),
    (NOTIFIED, CLOSED, "incident.close"),
)
"""(from, to, activity). The empty string is the start; NULL would slip past a CHECK."""

TRANSITIONS: Final[tuple[tuple[str, str, str], ...]] = (
    *MOVES,
    *((state, state, activity) for activity, states in BESIDE for state in states),
)

TERMINAL: Final[frozenset[str]] = frozenset({DISMISSED, CLOSED})


def named(table: tuple[tuple[str, str, str], ...]) -> tuple[tuple[str, str, str], ...]:
    """A table with the words of the activities instead of their codes, for the documents (说明)."""
    return tuple((source, target, STEPS[activity]) for source, target, activity in table)


def allowed(from_state: str, to_state: str, activity: str) -> bool:
    """Whether an activity may lead from one state to another (是否允许的步骤)."""
    return any((a, b, c) == (from_state, to_state, activity) for a, b, c in TRANSITIONS)


def target(state: str, activity: str) -> str | None:
    """Where an activity leads from a state (办理以后的状态), None where it is not possible."""
    return next((b for a, b, c in TRANSITIONS if (a, c) == (state, activity)), None)


PAPER_MOVES: Final[tuple[tuple[str, str, str], ...]] = (
    ("", "draft", "document.draft"),
    ("draft", "draft", "document.draft"),
    ("draft", "review", "document.submit"),
    ("review", "draft", "document.return"),
    ("review", "published", "document.publish"),
    ("draft", "withdrawn", "document.withdraw"),
    ("review", "withdrawn", "document.withdraw"),
    ("published", "withdrawn", "document.withdraw"),
)
"""(from, to, activity) of a version of a document (制度文件的版本)."""

PAPER_TERMINAL: Final[frozenset[str]] = frozenset({"withdrawn"})


def paper_target(state: str, activity: str) -> str | None:
    """Where a step leads from a state of a version (办理以后的状态), None where it is not possible."""
    return next((b for a, b, c in PAPER_MOVES if (a, c) == (state, activity)), None)


def paper_check() -> str:
    """The list of (from, to, activity) as SQL, for the CHECK ``DOCUMENT-03`` of ``oversight_paper``."""
    return ", ".join(f"('{a}', '{b}', '{c}')" for a, b, c in PAPER_MOVES)


def transitions_check() -> str:
    """The list of (from, to, activity) as SQL, for the CHECK ``INCIDENT-01`` of ``oversight_event``."""
    return ", ".join(f"('{a}', '{b}', '{c}')" for a, b, c in TRANSITIONS)
