"""Words of lookup. The rules of looking stand in the ledger, those of the machine interface in people."""

from __future__ import annotations

ASKED_FOR = {
    "INTAKE": "报送的信息入库以前",
    "REGISTER": "市民注册账号",
    "SIGN_IN": "市民登录",
    "COUNTER": "窗口发放登录码",
}
"""Purposes of the platform's own, which are none of the register of purposes."""
NOTHING_TO_TELL = "没有查到与该姓名和号码相符、可以提供的信息。"
"""One sentence for an unknown person, another name and nothing effective: the answer must not tell them apart."""
