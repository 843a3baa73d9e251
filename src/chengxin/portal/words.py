"""The words of the pages: the status vocabulary, and the sentence behind a rule's code."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from chengxin.kernel.rule import Rule
from chengxin.records.api import LABELS

STATUS: Final = LABELS
"""State -> the word a person reads. Pages know no other words for a record's state."""

TONES: Final = {"PROPOSED": "brand", "SERVED": "wait", "DISPUTED": "brand", "EFFECTIVE": "strong"}
"""State -> colour of its tag. Closed states stay plain: colour only for what is open."""

METHODS: Final = {
    "passkey": "通行密钥",
    "password+totp": "密码和动态验证码",
    "password+recovery": "密码和恢复码",
    "initial": "管理员交给的初始密码",
    "expired": "到期要换的密码",
    "signature": "接口签名",
    "console": "服务器控制台",
    "identity": "身份认证服务",
    "counter": "窗口登录码",
    "errand": "后台读取您上传的文件",
}
"""How somebody signed in -> what they read about it."""

ROOMS: Final = (
    "kernel",
    "ledger",
    "people",
    "catalog",
    "records",
    "notice",
    "intake",
    "redress",
    "lookup",
    "belonging",
    "expiry",
    "oversight",
)

UNKNOWN_RULE: Final = "这一步现在不能办理，没有任何内容被改动。请稍后再试，或拨打 12345。"


@cache
def rules() -> dict[str, Rule]:
    """Every rule of the house by its code; each room says its own in ``words.RULES``."""
    found: dict[str, Rule] = {}
    for room in ROOMS:
        # Words are data, not behaviour: they are gathered by name so that no room has to pass them through its door.
        name = f"chengxin.{room}.words"
        if find_spec(name) is not None:
            found.update(getattr(import_module(name), "RULES", {}))
    return found


def sentence(code: str) -> str:
    """What a person reads when a rule says no (规则说明)."""
    rule = rules().get(code)
    return rule.sentence if rule else UNKNOWN_RULE


CHECKS: Final = {"ok": ("正常", "good"), "skip": ("未查", ""), "warn": ("注意", "wait"), "fail": ("故障", "late")}
"""State of a check of the examination -> word and colour (体检)."""
WORK: Final = {
    "upload": "等待读取的文件",
    "event": "等待流转的事件",
    "matter": "待第二个人确认的事",
    "incident": "没有办结的信息安全事件",
}
"""What can wait (等待办理)."""
JOB_STATES: Final = {
    "waiting": "在排队",
    "reading": "校验中",
    "broken": "已中断",
    "cancelled": "已取消",
    "read": "已读完",
    "refused": "没有收下",
}
JOB_TONES: Final = {"waiting": "wait", "reading": "brand", "broken": "wait", "read": "good", "refused": "wait"}
JOB_WAYS: Final = {
    "broken": "由报送单位在“报送记录”里打开这次报送，点“继续处理”。已写入的行不会重复。",
    "cancelled": "报送单位取消的，没有任何内容产生作用，平台一侧不用处理。",
    "refused": "由报送单位改好以后重新上传。没有任何内容产生作用，平台一侧不用处理。",
}
"""What becomes of a file that is not read, and by whom (怎么办)."""
BACKGROUND: Final = (
    ("报送的文件", "由报送单位在报送页面取消，或者继续处理。反复中断读取、挡住其他单位的，您可以先停下。"),
    ("备份", "没有开始的可以取消，没有做成的可以重试。已经开始的不能取消。"),
    ("告知书的投递", "不能取消：当事人有权知道。没有送到的自动再投，仍然送不到的由通知送达员重发。"),
    ("人口信息核验", "不能单独取消。服务没有应答的，过一会儿自动再核验；没有核验的行不入库。"),
    ("事件流转、每日推进、日志审计", "不能取消：等待期、停止展示和销毁由期限决定。停过的自己接着办，不会办两次。"),
)
"""What runs behind the pages, and who may cancel it or try it again (后台工作)."""
KINDS: Final = {"report": "报送", "correct": "更正", "withdraw": "撤回", "legacy": "历史信息"}
CHANNELS: Final = {"page": "页面上传", "command": "命令行", "api": "接口", "folder": "文件夹"}
