"""The life-cycle of a version of a catalog item (目录条目版本的生命周期) as data.

The CHECK of the database, the diagram in the docs and the exhaustive test are made from this table.
"""

from __future__ import annotations

from typing import Final

DRAFT: Final = "draft"
REVIEW: Final = "review"
PUBLISHED: Final = "published"
SUSPENDED: Final = "suspended"
WITHDRAWN: Final = "withdrawn"

LABELS: Final[dict[str, str]] = {
    DRAFT: "草案",
    REVIEW: "审核中",
    PUBLISHED: "已发布",
    SUSPENDED: "已暂停",
    WITHDRAWN: "已废止",
}
"""State -> the word a person reads (状态词). No other words are used."""

TRANSITIONS: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("", DRAFT, "catalog.draft", "起草"),
    (DRAFT, DRAFT, "catalog.draft", "修改草案"),
    (DRAFT, REVIEW, "catalog.submit", "提交审核"),
    (DRAFT, WITHDRAWN, "catalog.draft", "放弃草案"),
    (REVIEW, DRAFT, "catalog.return", "退回修改"),
    (REVIEW, PUBLISHED, "catalog.publish", "批准发布"),
    (PUBLISHED, SUSPENDED, "catalog.suspend", "暂停使用"),
    (PUBLISHED, SUSPENDED, "catalog.tick", "依据失效，自动暂停"),
    (SUSPENDED, PUBLISHED, "catalog.resume", "恢复使用"),
    (PUBLISHED, WITHDRAWN, "catalog.withdraw", "废止"),
    (SUSPENDED, WITHDRAWN, "catalog.withdraw", "废止"),
)
"""(from, to, activity, why). The empty string is the start; NULL would slip past a CHECK."""

NAMED: Final = tuple((source, target, why) for source, target, _, why in TRANSITIONS)
"""The same with the words of the steps alone, for the documents (说明)."""

TERMINAL: Final[frozenset[str]] = frozenset({WITHDRAWN})


def allowed(from_state: str, to_state: str, activity: str = "") -> bool:
    """Whether one step may follow another (是否允许的步骤); with `activity`, whether by this activity."""
    return any((a, b) == (from_state, to_state) and activity in ("", c) for a, b, c, _ in TRANSITIONS)


def transitions_check() -> str:
    """The list of (from, to, activity) as SQL, for the CHECK ``CATALOG-20`` of ``catalog_step``."""
    return ", ".join(f"('{a}', '{b}', '{c}')" for a, b, c, _ in TRANSITIONS)


TERM_LABELS: Final[dict[str, str]] = {
    "proposed": "待确认",
    "approved": "已批准",
    "returned": "已退回",
    "withdrawn": "已撤回",
}
"""State of a change of a general number (办事期限的修改) -> its word."""

TERM_MOVES: Final[tuple[tuple[str, str, str, str], ...]] = (
    ("", "proposed", "term.propose", "提出修改"),
    ("proposed", "approved", "term.approve", "批准"),
    ("proposed", "returned", "term.return", "退回"),
    ("proposed", "withdrawn", "term.withdraw", "撤回"),
)
"""(from, to, activity, why) of a change of a general number."""

CALENDAR_MOVES: Final = tuple(
    (source, target, activity.replace("term.", "calendar."), why) for source, target, activity, why in TERM_MOVES
)
"""The same steps of a year's days off (节假日安排的登记), with activities of their own."""

TERMS_NAMED: Final = tuple((source, target, why) for source, target, _, why in TERM_MOVES)
"""The same with the words of the steps alone, for the documents (说明)."""

TERM_TERMINAL: Final[frozenset[str]] = frozenset({"approved", "returned", "withdrawn"})


def terms_check(moves: tuple[tuple[str, str, str, str], ...] = TERM_MOVES) -> str:
    """The list of (from, to, activity) as SQL, for the CHECKs ``CATALOG-30`` and ``CATALOG-36``."""
    return ", ".join(f"('{a}', '{b}', '{c}')" for a, b, c, _ in moves)
