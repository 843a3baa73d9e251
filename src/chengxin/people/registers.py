"""What administrators did, in words (管理事项的说明), and pages of a list: pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from chengxin.kernel.words import fact_words
from chengxin.people.words import DUTIES, ORGANISATION_KINDS

PAGE: Final = 30
"""Rows of a page."""


@dataclass(frozen=True)
class Pages:
    """Where a page of a list stands (分页); numbers begin with 1."""

    number: int
    last: int

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1 if self.number < self.last else 0


def pages(asked: str, found: int) -> Pages:
    """The page that was asked for, or the nearest there is."""
    last = max(1, -(-found // PAGE))
    return Pages(min(max(int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1, 1), last), last)


def told(kind: str, detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a matter says, as label and value (事项内容)."""
    words = {
        "duty": ("职责", DUTIES.get(str(detail.get("duty", "")), "")),
        "from": ("从", fact_words(str(detail.get("from") or ""))),
        "to": ("到", fact_words(str(detail.get("to") or ""))),
        "deputy_for": ("代理账号", str(detail.get("deputy_for") or "")),
        "side": ("哪一侧", {"admin": "管理员", "business": "业务"}.get(str(detail.get("side", "")), "")),
        "before": ("现名", str(detail.get("before") or "")),
        "name": ("改为" if detail.get("before") else "名称", str(detail.get("name") or "")),
        "kind": ("种类", ORGANISATION_KINDS.get(str(detail.get("kind", "")), "")),
        "on": (_DAY.get(kind, "日期"), fact_words(str(detail.get("on") or ""))),
        "area_name": ("区域", str(detail.get("area_name") or "")),
        "parent_name": ("上级单位", str(detail.get("parent_name") or "")),
        "successor_name": ("承接单位", str(detail.get("successor_name") or "")),
        "ended": ("原因", "单位已经终止" if detail.get("ended") else f"{detail.get('days')} 天没有登录"),
    }
    return [words[name] for name in words if name in detail and words[name][1]]


_DAY: Final = {
    "organisation.open": "第一天",
    "organisation.rename": "改名日期",
    "organisation.close": "最后一天",
}
