"""The Chinese sentences of the kernel's codes, and the form of every error message on the command line."""

from __future__ import annotations

import re
from datetime import date

KINDS = {
    "citizen": "公民身份号码",
    "legacy15": "15位旧号码",
    "residence_permit": "港澳台居民居住证号码",
    "permanent_resident": "外国人永久居留身份证号码",
    "uscc": "统一社会信用代码",
    "unknown": "类型无法判断",
}

FAULTS = {
    "charset": "含有不允许的字符，请检查空格、全角字符和字母",
    "length": "位数不对",
    "type_mismatch": "不是指定的类型",
    "check_digit": "校验码不符，请核对是否输错",
    "impossible_date": "出生日期不存在",
    "future_date": "出生日期晚于今天",
}

WARNINGS = {
    "legacy15": "15位旧号码，已升为18位，请与原件核对",
    "area_unknown": "地区码不在行政区划代码表中",
    "area_abolished": "地区码已停用，签发时有效",
    "prefix_09": "09开头的测试号码，不是真实的人",
    "prefix_99": "99开头，不是通常的签发地区",
    "age_over_120": "按出生日期已超过120岁，请核对",
    "registrar_unknown": "登记管理部门代码不常见",
    "org_code_check": "第9至17位的组织机构代码校验不符",
}

NAME_PROBLEMS = {
    "length": "姓名应为2至50个字",
    "control": "姓名中有看不见的控制字符或无法识别的字符",
    "digit": "姓名中有数字，请检查是否填错了列",
}

_FILED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
WEEKDAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def weekday(day: date) -> str:
    """Name the day of the week (星期), ``周四``."""
    return WEEKDAYS[day.weekday()]


def long_date(day: date) -> str:
    """Write a date for prose with its weekday, ``2026年11月26日（周四）``."""
    return f"{day.year}年{day.month}月{day.day}日（{weekday(day)}）"


def fact_words(text: str) -> str:
    """Write a fact for prose: a date of a file (``2026-09-11``) as ``2026年9月11日``, anything else as it is."""
    if not _FILED.fullmatch(text):
        return text
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{day.year}年{day.month}月{day.day}日"


def three_lines(error: str, cause: str, remedy: str) -> str:
    """Form an error message for people (出错、原因、怎么办)."""
    return f"出错：{error}\n原因：{cause}\n怎么办：{remedy}"
