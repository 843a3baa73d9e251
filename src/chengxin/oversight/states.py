"""The life-cycle of a security incident (信息安全事件的生命周期) as data.

The CHECK of the database, the diagram in the docs and the exhaustive test are made from this table. Notices stand beside
the cycle, not in it: four hours do not wait until a leak is stopped.
"""

from __future__ import annotations

from typing import Final

REPORTED: Final = "reported"
CONFIRMED: Final = "confirmed"
DISMISSED: Final = "dismissed"
CONTAINED: Final = "contained"
NOTIFIED: Final = "notified"
CLOSED: Final = "closed"

LABELS: Final[dict[str, str]] = {
    REPORTED: "待核实",
    CONFIRMED: "处置中",
    DISMISSED: "已排除",
    CONTAINED: "已控制",
    NOTIFIED: "已告知",
    CLOSED: "已办结",
}
"""State -> the word a person reads (状态词)."""

BESIDE: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("incident.update", "补充情况", (REPORTED, CONFIRMED, CONTAINED, NOTIFIED)),
    ("incident.scope", "划定登记行范围", (REPORTED, CONFIRMED, CONTAINED, NOTIFIED)),
    ("incident.notify", "制作通知", (REPORTED, CONFIRMED, CONTAINED)),
    ("incident.evidence", "登记送达", (REPORTED, CONFIRMED, CONTAINED, NOTIFIED)),
    ("incident.exempt", "提出不通知个人", (CONFIRMED, CONTAINED)),
    ("incident.approve", "批准不通知个人", (CONFIRMED, CONTAINED)),
    ("incident.refer", "决定是否移送公安", (CONFIRMED, CONTAINED, NOTIFIED)),
    ("incident.review", "写出复盘", (NOTIFIED,)),
)
"""(activity, why, states): steps that add a fact and leave the state as it is."""

MOVES: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("", REPORTED, "incident.report", "报告事件"),
    (REPORTED, CONFIRMED, "incident.confirm", "核实属实"),
    (REPORTED, DISMISSED, "incident.dismiss", "排除"),
    (CONFIRMED, CONTAINED, "incident.contain", "控制住"),
    (CONTAINED, NOTIFIED, "incident.complete", "完成告知"),
    (NOTIFIED, CLOSED, "incident.close", "办结"),
)
"""(from, to, activity, why). The empty string is the start; NULL would slip past a CHECK."""

TRANSITIONS: Final[tuple[tuple[str, str, str, str], ...]] = (
    *MOVES,
    *((state, state, activity, why) for activity, why, states in BESIDE for state in states),
)

TERMINAL: Final[frozenset[str]] = frozenset({DISMISSED, CLOSED})

STEPS: Final[dict[str, str]] = {activity: why for _, _, activity, why in TRANSITIONS}
"""Activity -> what it is called (步骤名称)."""


def allowed(from_state: str, to_state: str, activity: str) -> bool:
    """Whether an activity may lead from one state to another (是否允许的步骤)."""
    return any((a, b, c) == (from_state, to_state, activity) for a, b, c, _ in TRANSITIONS)


def target(state: str, activity: str) -> str | None:
    """Where an activity leads from a state (办理以后的状态), None where it is not possible."""
    return next((b for a, b, c, _ in TRANSITIONS if (a, c) == (state, activity)), None)


def transitions_check() -> str:
    """The list of (from, to, activity) as SQL, for the CHECK ``INCIDENT-01`` of ``oversight_event``."""
    return ", ".join(f"('{a}', '{b}', '{c}')" for a, b, c, _ in TRANSITIONS)
