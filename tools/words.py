"""Chinese names of rooms and database roles in the generated documents."""

from __future__ import annotations

ROOMS = {
    "kernel": "基础规则",
    "ledger": "登记簿",
    "catalog": "目录",
    "people": "人员",
    "records": "信用记录",
    "intake": "归集",
    "notice": "告知",
    "redress": "异议",
    "lookup": "查询",
    "oversight": "安全监管",
    "belonging": "归属",
    "expiry": "到期销毁",
    "flow": "流程",
    "portal": "页面",
    "config": "设置",
    "operate": "运行",
    "cli": "命令行",
}
ROLES = {
    "web": "页面和业务接口",
    "worker": "后台程序",
    "engine": "批量计算",
    "signin": "登录",
    "points": "积分",
    "log": "日志",
    "backup": "备份",
}
