"""The steps of an incident as the officer's desk offers them (办理步骤): pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chengxin.oversight.facts import Incident
from chengxin.oversight.rules import told_enough
from chengxin.oversight.states import target


@dataclass(frozen=True)
class Step:
    """A step on the desk.

    Attributes:
        title: what the button says.
        happens: what follows, in sentences.
        proposal: the activity whose author may not take this step.
    """

    activity: str
    title: str
    happens: tuple[str, ...]
    proposal: str = ""


STEPS: Final[dict[str, Step]] = {
    "confirm": Step("incident.confirm", "核实属实", ("事件进入处置。级别决定报告主管部门的时限。",)),
    "dismiss": Step(
        "incident.dismiss",
        "排除",
        ("事件不成立，不再计算期限。记录保留，以后可以再报告。", "要由报告人以外的人办理。"),
        "incident.report",
    ),
    "notify-authority": Step(
        "incident.notify",
        "制作给主管部门的报告",
        ("报告按法定内容生成，少一项都不能制作。制作以后请通过规定的渠道报送，再登记送达。",),
    ),
    "notify-persons": Step(
        "incident.notify",
        "制作给个人的通知",
        ("通知按法定五项内容生成。制作以后，登记行范围内的人登录就能看到。请另外送达，再登记送达。",),
    ),
    "evidence": Step("incident.evidence", "登记送达", ("有了送达凭证，这份通知才算送到，期限才停止。",)),
    "contain": Step("incident.contain", "控制住了", ("事件转为已控制，总结的期限从现在起算。",)),
    "complete": Step("incident.complete", "完成告知", ("主管部门和个人都已告知，接下来写复盘。",)),
    "review": Step("incident.review", "写复盘", ("复盘写好以后，由另一个人办结。",)),
    "close": Step(
        "incident.close",
        "办结",
        ("事件办结，不能再改。", "要由写复盘的人以外的人办理。"),
        "incident.review",
    ),
    "refer": Step(
        "incident.refer", "决定是否移送公安", ("程序只作提示，移送与否由您决定。移送的，请按规定的程序办理移送手续。",)
    ),
    "exempt": Step(
        "incident.exempt",
        "提出不通知个人",
        ("已采取的措施能够有效避免危害的，可以不通知个人。要由另一个人批准；主管部门要求通知的，仍须通知。",),
    ),
    "approve": Step(
        "incident.approve",
        "批准不通知个人",
        ("批准以后不再计算通知个人的期限。", "要由提出的人以外的人办理。"),
        "incident.exempt",
    ),
    "update": Step("incident.update", "补充情况", ("原来的内容保留在经过里，页面显示最新的。",)),
    "scope": Step(
        "incident.scope",
        "划定登记行范围",
        ("系统数出范围内有多少登记行、涉及多少人，不显示是谁。导出证据时用这个范围。",),
    ),
}
"""Name in the address -> step, in the order of the page."""


@dataclass(frozen=True)
class Offer:
    """A step that is possible now; `blocked`: it waits for another person."""

    name: str
    step: Step
    blocked: bool


def offers(incident: Incident) -> list[Offer]:
    """The steps that are possible now (可以办理的步骤), the one that matters most first."""
    found = [
        Offer(name, step, _mine(incident, step.proposal))
        for name, step in STEPS.items()
        if target(incident.state, step.activity) is not None and _sensible(incident, name)
    ]
    # What was done may be done again, but nothing waits for it.
    done = {
        "evidence": all(notice.delivered_at for notice in incident.notices),
        "review": incident.review is not None,
        "refer": incident.referral is not None,
    }
    return sorted(found, key=lambda offer: (offer.blocked, done.get(offer.name, False)))


def _mine(incident: Incident, activity: str) -> bool:
    """Whether the reader is the latest author of a proposal."""
    latest = [event for event in incident.events if event.activity == activity]
    return bool(latest) and latest[-1].mine


def _sensible(incident: Incident, name: str) -> bool:
    """Whether a step that the state allows is of any use now."""
    return {
        "notify-persons": incident.state != "reported",
        "evidence": bool(incident.notices),
        "approve": incident.exempt is not None and incident.approved is None,
        "exempt": incident.approved is None,
        "complete": told_enough(incident),
        "close": incident.review is not None,
    }.get(name, True)
