"""Two registers of deadlines (期限与日历): the numbers that hold for every item, and the working-day calendar."""

from __future__ import annotations

from datetime import date
from typing import Final

from chengxin.catalog.api import general_parameters
from chengxin.catalog.explain import UNITS
from chengxin.catalog.registers import Register, Told, dates
from chengxin.kernel.calendar import Calendar, arrangement
from chengxin.kernel.words import long_date

TERM_UNITS: Final = {**UNITS, "hour": "小时", "letter": "封", "person": "人", "row": "条", "count": "次"}
TERMS: Final = {
    "objection_decide": ("异议", "报送单位收到异议以后多久作出处理"),
    "held_decide": ("待核", "等待核证的行多久作出结论"),
    "repair_accept": ("信用修复", "申请以后多久决定是否受理"),
    "repair_decide": ("信用修复", "受理以后多久作出决定"),
    "relative_copy": ("近亲属", "批准的申请多久以内可以取件"),
    "mandate_longest": ("委托", "委托别人看“谁查看过我”最长多久"),
    "legacy_letters": ("告知", "旧系统的信息每天最多发出的告知书"),
    "notice_sms_after": ("告知", "发出以后多久用短信提醒"),
    "notice_sms_tries": ("告知", "短信最多提醒的次数"),
    "notice_post_after": ("告知", "多久没有打开就邮寄"),
    "notice_post_tries": ("告知", "最多邮寄的次数"),
    "notice_retry": ("告知", "投递失败以后隔多久再试"),
    "notice_silent": ("告知", "邮寄多久没有回报，按没有送到处理"),
    "notice_open_within": ("告知", "多久没有打开，转人工核实地址"),
    "retention_most": ("保存", "失信信息最多保存多久"),
    "register_kept": ("保存", "查询登记保存多久"),
    "upload_kept": ("保存", "报送的文件保存多久"),
    "key_kept": ("保存", "更换以后旧密钥至少保留多久"),
    "batch_open": ("报送", "没有报完的批次多久以后不能再继续"),
    "account_stale": ("账号", "工作人员多久没有登录就停用账号"),
    "catalog_repair": ("目录", "依据失效以后多久补正条目"),
    "incident_authority": ("信息安全事件", "较大以上事件多久以内报告省级主管部门"),
    "incident_authority_general": ("信息安全事件", "其他事件多久以内报告主管部门"),
    "incident_persons": ("信息安全事件", "多久以内通知个人"),
    "incident_review": ("信息安全事件", "控制以后多久完成总结"),
    "incident_larger": ("信息安全事件", "涉及多少人起，程序建议定为较大"),
    "incident_police": ("信息安全事件", "涉及多少条起，由人决定是否移送公安机关"),
    "incident_police_staff": ("信息安全事件", "涉嫌履职人员的，多少条起由人决定"),
}
"""General parameter -> what it belongs to, and what it says."""


def _terms(day: date) -> list[Told]:
    found = {row.name: row for row in general_parameters(day)}
    known = [*TERMS, *sorted(found.keys() - TERMS)]
    return [
        {
            "期限": "：".join(TERMS.get(name, ("其他", name))),
            "规定": f"{row.value:,} {TERM_UNITS.get(row.unit, row.unit)}",
            "依据": row.basis,
        }
        | dates(row.valid_from, row.valid_to)
        for name in known
        if (row := found.get(name))
    ]


def _calendar(day: date) -> list[Told]:
    return [row for year in (day.year, day.year + 1) for row in _year(year)]


def _year(year: int) -> list[Told]:
    """A year's days off, and the weekend days that are worked; one row of warning where nothing is published."""
    found = arrangement(year)
    if found is None and year < Calendar.from_data().horizon().year:
        return []  # before the years that the calendar covers
    if found is None:
        waits = "国务院办公厅还没有公布。公布以前，按有利于当事人的方式计算，期限是暂定的，公布以后重新计算。"
        return [{"安排": f"{year}年", "放假": waits, "上班": "", "依据": ""}]
    source = "、".join(found.notices)
    rest: list[Told] = [
        {
            "安排": f"{year}年{name}",
            "放假": " 到 ".join(map(long_date, dict.fromkeys((first, last)))),
            "上班": "",
            "依据": source,
        }
        for first, last, name in found.rest
    ]
    work = "、".join(long_date(one) for one in found.work)
    return [*rest, {"安排": f"{year}年调休上班", "放假": "", "上班": work, "依据": source}] if work else rest


REGISTERS: Final = {
    "terms": Register(
        "办事期限",
        "平台和各单位办事的期限、次数和数量，对所有条目都一样。每个条目自己的期限在目录里。工作日按工作日日历计算。",
        ("期限",),
        "期限",
        _terms,
    ),
    "calendar": Register(
        "工作日日历",
        "期限写明工作日的，按国务院办公厅的节假日安排计算。周末和放假的日子不算，调休上班的日子算。",
        ("安排",),
        "安排",
        _calendar,
    ),
}
