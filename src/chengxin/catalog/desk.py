"""What the desk says about a version (目录与标准): its problems and where to mend them, the steps it can take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from chengxin.catalog import explain
from chengxin.catalog.diff import HEAD
from chengxin.catalog.errors import Problem

EDIT, APPROVE = "catalog_editor", "catalog_approver"


@dataclass(frozen=True)
class Step:
    """A step that an officer can take (办理的一步).

    Attributes:
        title: the button, and the page that asks once more.
        duty: who may take it.
        states: where it is possible.
        happens: what will happen, sentence by sentence.
        told: who will know, and how.
        reason: whether a reason must be given.
    """

    title: str
    duty: str
    states: tuple[str, ...]
    happens: tuple[str, ...]
    told: str
    reason: bool = True


STEPS: Final[Mapping[str, Step]] = {
    "submit": Step(
        "提交审核",
        EDIT,
        ("draft",),
        ("草案交给审批人员，审核期间不能修改。", "审批人员可以批准发布，也可以写明理由退回。"),
        "审批人员在“待审核”里看到。还没有公开。",
        reason=False,
    ),
    "abandon": Step(
        "放弃草案",
        EDIT,
        ("draft",),
        ("这份草案作废，不能恢复。", "已经发布的版本不受影响，以后可以另外起草。"),
        "本部门在经过里看到。没有公开过，不告诉别人。",
    ),
    "return": Step(
        "退回修改",
        APPROVE,
        ("review",),
        ("这个版本回到草案，起草人员可以修改以后再提交。",),
        "起草人员在草案页看到您写的理由。没有公开。",
    ),
    "publish": Step(
        "批准发布",
        APPROVE,
        ("review",),
        (
            "从生效日期起，各部门只能按这一版报送，文件按它检查。",
            "上一版用到生效日期的前一天；已经记入的信息不变。",
            "条目里的期限从生效日期起适用。发布以后内容不能修改，只能起草新的版本。",
        ),
        "公开目录马上显示这一版和生效日期；报送单位下载模板时得到新的一版。",
        reason=False,
    ),
    "suspend": Step(
        "暂停使用",
        APPROVE,
        ("published",),
        ("从现在起，不再收集这个条目的信息，文件一律不收。", "已有的信息马上停止提供和使用，任何单位都查不到。"),
        "公开目录马上显示“已暂停”和理由；报送单位上传时被告知；本人在自己的页面看到不再提供。",
    ),
    "resume": Step(
        "恢复使用",
        APPROVE,
        ("suspended",),
        ("从现在起，可以重新收集这个条目的信息。", "没有过期的已有信息重新可以依法查询。"),
        "公开目录马上显示“已发布”和理由。",
    ),
    "withdraw": Step(
        "废止",
        APPROVE,
        ("published", "suspended"),
        (
            "这个版本永久停用，不能恢复，也不会退回到更早的版本。",
            "不再收集这个条目的信息；已有的信息停止提供和使用，到保存期限届满后销毁。",
        ),
        "公开目录马上显示“已废止”和理由；报送单位上传时被告知。",
    ),
}
"""Name in the address -> step."""
ONWARD: Final = frozenset({"submit", "publish"})
"""Steps that bring a version on: the first and main thing that a page offers."""


@dataclass(frozen=True)
class Mend:
    """A problem of a draft (不能发布的原因), where it is, and the part of the editor where it is mended."""

    code: str
    where: str
    message: str
    part: str


def mends(problems: Sequence[Problem], definition: Mapping[str, Any]) -> list[Mend]:
    """The gate's problems with their places in words."""
    return [
        Mend(one.code, where, one.message, part) for one in problems for where, part in [_place(one.place, definition)]
    ]


def _place(place: str, definition: Mapping[str, Any]) -> tuple[str, str]:
    """Words for a place, and the part of the editor it belongs to."""
    if place.startswith("item."):
        name = place.removeprefix("item.")
        return f"基本情况：{HEAD.get(name, name)}", "head"
    kind, _, rest = place.partition(":")
    said = {
        "basis": (f"法律依据第 {rest} 行" if rest else "法律依据", "basis"),
        "parameter": (f"期限与数字：{explain.PARAMETERS.get(rest, rest) or '没有名称的一行'}", "parameter"),
        "role": (f"数据项：作用“{explain.ROLES.get(rest, rest)}”", "field"),
        "code": (f"代码：{rest or '没有代码集的一行'}", "code"),
        "format": (f"其他格式：{rest}", "import"),
    }
    names = {row.get("code"): row.get("name") for row in definition.get("field", ())}
    column = f"数据项：{names[place]}（{place}）" if names.get(place) else "数据项"
    return said.get(kind, (column, "field"))


def steps_open(state: str, duty: str) -> list[tuple[str, Step]]:
    """Steps that a duty can take from a state: what brings it on first, the others in the order of the table."""
    found = [(name, step) for name, step in STEPS.items() if step.duty == duty and state in step.states]
    return sorted(found, key=lambda one: one[0] not in ONWARD)


class Written(Protocol):
    """A step of a version; ``queries.CatalogStep`` has it."""

    @property
    def activity(self) -> str: ...
    @property
    def post(self) -> str: ...
    @property
    def organisation_name(self) -> str: ...


def drafted_here(steps: Sequence[Written], duties: Sequence[str], organisation_name: str, post: str) -> bool:
    """Whether this post drafted the version, so that another must approve it (CATALOG-21).

    The database decides by account; the page knows offices and posts, and says so before somebody tries in vain.
    """
    return EDIT in duties and any(
        step.activity in {"catalog.draft", "catalog.submit"}
        and (step.organisation_name, step.post) == (organisation_name, post)
        for step in steps
    )


def missing(state: str, duties: Sequence[str]) -> str:
    """Why there is nothing to press on the page of an editor or approver (为什么没有按钮)."""
    if state == "review":
        return "审核期间不能修改。需要修改的，请审批人员退回。"
    if state in {"published", "suspended"}:
        also = "" if APPROVE in duties else "暂停、恢复和废止由审批人员办理。"
        return f"已经发布的版本不能修改，可以在它的基础上起草新的一版。{also}"
    return "这个版本已经结束，可以在它的基础上起草新的一版。" if state == "withdrawn" else ""
