"""The words of notices about an incident (信息安全事件通知): made from parts, never with one missing. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from chengxin.kernel.periods import CHINA
from chengxin.oversight.facts import Incident, Office
from chengxin.oversight.rules import check_notice
from chengxin.oversight.words import ADVICE, ELEMENTS, REPORT_PARTS


def draft(incident: Incident, to: str, *, office: Office) -> dict[str, str]:
    """What is known already, as a proposal for the parts (通知草稿); a human reads, completes and sends it."""
    facts = incident.facts
    known = {
        "information": facts["information"],
        "cause": facts.get("cause") or "",
        "harm": facts.get("harm") or "",
        "measures": facts.get("measures") or "",
        "contact": office.contact,
    }
    if to == "persons":
        return known | {"advice": ""}
    many = "涉及人数还没有查清" if incident.persons is None else f"涉及{incident.persons_label}"
    return known | {
        "unit": f"{office.unit}，{office.platform}。受影响的系统：{facts['systems']}",
        "impact": (
            f"{_time(incident.discovered_at)}发现，{incident.kind_label}，级别：{incident.level_label}，{many}。"
        ),
        "trend": "",
        "leads": "",
        "next": "",
        "scene": "",
    }


def text(incident: Incident, to: str, parts: Mapping[str, str], *, office: Office, made_at: datetime) -> str:
    """The whole notice (通知全文).

    Args:
        incident: what it is about.
        to: authority (主管部门) or persons (个人).
        parts: by name; see ``words.ELEMENTS``, ``ADVICE``, ``REPORT_PARTS``.
        office: who answers.
        made_at: real time.

    Raises:
        Refused: INCIDENT-04, a part that the law demands is missing.
    """
    said = check_notice(to, parts)
    if to == "persons":
        head = [
            "个人信息安全事件通知",
            "",
            "您好：",
            f"我们于{_time(incident.discovered_at)}发现一起个人信息{incident.kind_label}事件，可能涉及您的信息。"
            "依据《中华人民共和国个人信息保护法》第五十七条通知您。",
        ]
        order = ELEMENTS | ADVICE
        names = ["information", "cause", "harm", "measures", "advice", "contact"]
        tail = ["您可以要求查阅、更正、删除您的个人信息，也可以投诉、举报，或者依法提起诉讼。"]
    else:
        head = [
            "网络安全事件报告",
            "",
            f"{office.authority}：",
            "依据《中华人民共和国个人信息保护法》第五十七条和《国家网络安全事件报告管理办法》报告如下。",
        ]
        order = ELEMENTS | REPORT_PARTS
        names = [
            "unit",
            "impact",
            "information",
            "cause",
            "harm",
            "measures",
            "trend",
            "leads",
            "next",
            "scene",
            "contact",
        ]
        tail = ["有新的重要情况，将及时补报；处置结束后报送总结。"]
    body = [f"{_chinese(at)}、{order[name]}\n{said[name]}" for at, name in enumerate(names, 1)]
    foot = [f"编号：{incident.case_no}", office.unit, _time(made_at)]
    return "\n".join([*head, "", *body, "", *tail, "", *foot])


_DIGITS = "零一二三四五六七八九"


def _chinese(number: int) -> str:
    """A number of a heading, up to nineteen."""
    return _DIGITS[number] if number < 10 else f"十{_DIGITS[number - 10] if number > 10 else ''}"


def _time(at: datetime) -> str:
    local = at.astimezone(CHINA)
    return f"{local.year}年{local.month}月{local.day}日{local:%H:%M}"
