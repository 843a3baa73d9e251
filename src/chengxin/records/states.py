"""The life-cycle of a record (信用记录的生命周期) as data.

The CHECK of the database, the diagram in the docs and the exhaustive test are made from this table.
"""

from __future__ import annotations

from typing import Final

PROPOSED: Final = "PROPOSED"
SERVED: Final = "SERVED"
EFFECTIVE: Final = "EFFECTIVE"
DISPUTED: Final = "DISPUTED"
REPAIRED: Final = "REPAIRED"
EXPIRED: Final = "EXPIRED"
WITHDRAWN: Final = "WITHDRAWN"

LABELS: Final[dict[str, str]] = {
    PROPOSED: "拟记入",
    SERVED: "待您确认",
    DISPUTED: "异议处理中",
    EFFECTIVE: "有效",
    REPAIRED: "已修复",
    EXPIRED: "已到期",
    WITHDRAWN: "已撤销",
}
"""State -> the word a person reads (状态词). No other words are used."""

TRANSITIONS: Final[tuple[tuple[str, str, str], ...]] = (
    ("", PROPOSED, "拟记入：部门报送并通过校验"),
    ("", EFFECTIVE, "守信或中性信息记入，不影响权利，不需等待"),
    (PROPOSED, PROPOSED, "更正，按更正后的内容重新告知"),
    (SERVED, PROPOSED, "更正，按更正后的内容重新告知"),
    (EFFECTIVE, PROPOSED, "更正，按更正后的内容重新告知，期间停止使用"),
    (EFFECTIVE, EFFECTIVE, "守信或中性信息更正"),
    (PROPOSED, SERVED, "告知书送达，等待期开始"),
    (SERVED, EFFECTIVE, "等待期届满或本人认可"),
    (SERVED, DISPUTED, "等待期内提出异议，冻结"),
    (EFFECTIVE, DISPUTED, "生效后提出异议，冻结"),
    (DISPUTED, SERVED, "异议不成立，剩余等待期继续"),
    (DISPUTED, EFFECTIVE, "异议不成立，恢复有效"),
    (DISPUTED, WITHDRAWN, "异议成立，撤销"),
    (PROPOSED, WITHDRAWN, "报送单位撤回"),
    (SERVED, WITHDRAWN, "报送单位撤回"),
    (EFFECTIVE, WITHDRAWN, "原决定被撤销或变更"),
    (EFFECTIVE, REPAIRED, "信用修复完成"),
    (PROPOSED, EXPIRED, "未生效即届满"),
    (SERVED, EXPIRED, "未生效即届满"),
    (DISPUTED, EXPIRED, "异议处理中届满"),
    (EFFECTIVE, EXPIRED, "公示期届满"),
)
"""(from, to, why). The empty string is the start; NULL would slip past a CHECK. That an adverse record never goes the
ways of positive ones is RECORD-02: effect needs service."""

TERMINAL: Final[frozenset[str]] = frozenset({REPAIRED, EXPIRED, WITHDRAWN})


def allowed(from_state: str, to_state: str) -> bool:
    """Whether one step may follow another (是否允许的步骤)."""
    return any((a, b) == (from_state, to_state) for a, b, _ in TRANSITIONS)


def transitions_check() -> str:
    """The list of pairs as SQL, for the CHECK ``RECORD-01`` of ``records_event``."""
    return ", ".join(f"('{a}', '{b}')" for a, b, _ in TRANSITIONS)
