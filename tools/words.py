"""Chinese names of rooms, database roles and what happens by itself in the generated documents."""

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
EVENTS = {
    "intake.closed": "一次报送办完了，或者一行待核的放行了",
    "records.arrived": "一条信息移到了正确的人名下",
    "belonging.moved": "一条信息的归属更正了",
    "belonging.parted": "合在一起的两份档案分开了",
    "people.standing": "人口信息库登记死亡，或者更正误报的死亡",
}
"""Topic of the outbox -> what happened (事件)."""
STEPS = {
    "notice.issue": "给新写入的不良信息发出告知书；历史信息分批，每天一批。再做一次，什么也不会多发",
    "belonging.follow": "通知查看过这条信息的单位更正，一条信息一次",
    "belonging.follow_parted": "通知在合并期间从一个号码看到另一个号码下信息的单位更正",
    "notice.follow_standing": "去世的人的告知书终止；死亡是误报的，接着送达",
    "catalog.tick": "依据到期的目录条目当天暂停，并给目录发布员开一件待办",
    "people.disable_stale": "停用很久没有登录的账号和已终止单位的账号",
    "people.publish_secrecy": "公布上一年保密查询的数量，一年一次",
    "expiry.erase_lines": "销毁保存期满的登记行，连同盐，在日志的叶子上留下标记",
    "records.end_waiting": "告知过、等待期满、没有异议的信息开始生效",
}
"""Door that is called by itself -> what it does (自动发生的事)."""
BESIDE = {
    "uploads": "读取上传的文件；停机中断的接着读，保存期满的删去",
    "population": "每五秒问人口信息库有没有变更，按顺序一件一件办；涉及两个人的留给审核员",
    "letters": "投递到期的告知书：先提醒，再邮寄；没有送到的按规定的间隔再投",
    "audit": "每夜审计存证日志，结果公布在 `/log/`",
}
"""Thread of the worker -> what it does, beside events and days (一直在做的)."""
