"""The nine attacks of an insider who holds the database's password and the log's key (九种篡改), and who finds each.

Data, not code: the tests drive each detector's own clock from the attack to the finding and hold it against the bound
here; the public page and `docs/explanation/log.md` and its Chinese twin say the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

VISIT = timedelta(minutes=5)
"""Witnesses are visited whenever the log has grown, and sometimes when it has not."""
NIGHT = timedelta(hours=25)
"""New lines are hashed again in the night that follows."""
WHOLE = timedelta(days=8)
"""All lines are hashed again each week, in a night."""

DETECTORS = {
    "audit": "日志审计",
    "witness": "外部见证人",
    "receipt": "您手里的证明",
}


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack (篡改).

    Attributes:
        detectors: who finds it, of ``DETECTORS``; nobody for the one that cannot be found.
        bound: from the attack to the finding at the latest, by the detector's own clock; for the one that cannot be
            found, how long the window stands open while witnesses come.
        test: its test in ``ledger/tests/log/test_attacks.py``.
    """

    number: int
    name: str
    detectors: tuple[str, ...]
    bound: timedelta
    test: str

    @property
    def found_by(self) -> str:
        """Who finds it, in words."""
        return "、".join(DETECTORS[one] for one in self.detectors)

    @property
    def within(self) -> str:
        """The bound in words."""
        minutes = int(self.bound.total_seconds() // 60)
        if minutes < 60:
            return f"{minutes} 分钟"
        return f"{minutes // 60} 小时" if self.bound < timedelta(days=2) else f"{self.bound.days} 天"


ATTACKS = (
    Attack(1, "改动一行登记", ("audit",), WHOLE, "test_1_an_edited_row"),
    Attack(2, "删除登记行", ("audit",), WHOLE, "test_2_a_deleted_row"),
    Attack(
        3,
        "删除登记行，用偷来的密钥重建整个日志",
        ("witness", "receipt"),
        VISIT,
        "test_3_a_deleted_row_and_a_tree_rebuilt_with_the_stolen_key",
    ),
    Attack(4, "往过去补插一行", ("audit",), WHOLE, "test_4_a_line_inserted_into_the_past"),
    Attack(5, "恢复旧备份，不再写入", ("witness", "receipt"), VISIT, "test_6_a_restored_backup_that_does_not_carry_on"),
    Attack(6, "恢复旧备份，接着写入", ("witness", "receipt"), VISIT, "test_7_a_restored_backup_that_carries_on"),
    Attack(
        7, "截去见证人还没有见过的末尾", (), timedelta(minutes=1), "test_8_a_tail_that_no_witness_has_seen_can_be_cut"
    ),
    Attack(8, "写一个过早的登记时间", ("audit",), NIGHT, "test_9_a_false_early_time"),
    Attack(9, "给两个见证人看两个不同的日志", ("witness",), VISIT, "test_10_two_faces_for_two_witnesses"),
)
