"""法律依据对照表: article -> what the program does -> rule -> where -> test, made from the rules, duties and items."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chengxin.cli import house as package
from chengxin.cli.where import activities, law_numbers, terms
from tools import house, reference
from tools.markdown import HEAD, codes, page, table
from tools.words import ROOMS

_TITLE = re.compile(r"《([^》]+)》")
_KNOWN = re.compile(
    r"《?(?:中华人民共和国)?(个人信息保护法|征信业管理条例|政务数据共享条例"
    r"|治安管理处罚法|行政处罚法|民法典|行政许可法|江苏省社会信用条例"
    r"|信用修复管理办法|国办发〔2020〕49号|国家网络安全事件报告管理办法"
    r"|居民身份证法|反电信网络诈骗法|GB/T 22239-2019|GB/T 39786-2021"
    r"|GB 11643-1999|RFC 9421|RFC 9530)》?"
)


def law_table() -> str:
    """docs/explanation/legal-basis.md."""
    from chengxin.people.words import DUTIES

    by_law: dict[str, list[tuple[str, str, str, str, str]]] = {}
    tests = house.codes_in_tests()
    for code, (room, rule) in house.rules().items():
        for law in _laws(rule.source):
            files = tests.get(code, [])
            by_law.setdefault(law, []).append(
                (f"`{code}`", rule.sentence, rule.source, ROOMS[room], f"`{_nearest(files, room)}`" if files else "—")
            )
    named = activities()
    permitted = sorted(
        (row["basis"], named[name], DUTIES[row["duty"]], f"`{name}`")
        for name, rows in package.activities().items()
        for row in rows
    )
    parts = [
        "# 法律依据对照表",
        HEAD,
        "由规则、权限和目录条目生成：哪一条法律，平台做什么，哪个规则执行，哪个测试证明。"
        "规则依据里的 `law N` 见[法律要点](law.md)，`R0.N` 见[写进结构里的权利](rights.md)。"
        "条文号没有核对过的，目录里写明“待核对”。\n\n"
        "From article to feature, rule and test; generated from the rules themselves.",
    ]
    for law in sorted(by_law, key=lambda name: (name in OTHERS, -len(by_law[name]), name)):
        parts += [f"## {law}", table(("规则", "做什么", "依据", "房间", "测试（其一）"), by_law[law])]
    parts += [
        "## 谁可以办什么，凭什么",
        table(("依据", "事项", "岗位", "代码"), permitted),
        "## 收什么，凭什么",
        table(("法律", "条文", "目录条目"), _collected()),
    ]
    return page(parts)


OTHERS = ("平台规定和权利要求",)
"""Headings of rules that name no text of the list above: they stand last."""


def _nearest(files: list[str], room: str) -> str:
    """The test to open first: of the rule's own room, and a test before a list of cases."""
    return min(files, key=lambda file: (f"/{room}/tests/" not in file, "/test_" not in file, file))


def _laws(source: str) -> list[str]:
    # A point of the law names the text it comes from in its last brackets.
    points = "\n".join(terms()["law"].get(number, "") for number in law_numbers(source))
    named = source + "".join(re.findall(r"（([^（）]*)）$", points, re.M))
    others = (name for name in _TITLE.findall(source) if not _KNOWN.match(name))
    return list(dict.fromkeys([*_KNOWN.findall(named), *others])) or list(OTHERS)


def _collected() -> Iterator[tuple[str, str, str]]:
    """Yield the texts that items are collected under, with the items."""
    found: dict[tuple[str, str], list[str]] = {}
    for item in reference.items():
        for basis in item["basis"]:
            if basis["kind"] in {"collect", "act"}:
                found.setdefault((basis["law"], basis["article"] or "（待核对）"), []).append(item["item"]["code"])
    for (law, article), items in sorted(found.items()):
        yield law, article, codes(dict.fromkeys(items))
