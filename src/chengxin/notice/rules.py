"""Rules of notice (告知): how long a person has, and what a letter must say."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from chengxin.kernel.calendar import Calendar
from chengxin.kernel.errors import Refused


@dataclass(frozen=True)
class Waiting:
    """The waiting period (等待期).

    Attributes:
        days: calendar days the dated parameter gives.
        until: last day; moved on when it is not a working day (民法典第二百零三条).
        provisional: the calendar of that day is not published yet (暂定).
    """

    days: int
    until: date
    provisional: bool


@dataclass(frozen=True)
class Paragraph:
    """A part of a letter: which one of the mandatory parts, its heading, and what it says."""

    key: str
    heading: str
    text: str


@dataclass(frozen=True)
class LetterBody:
    """A letter that has all the law asks for (告知书): law.md 8, PIPL 17; with it the repair guidance (两书同达).

    Attributes:
        name: whom it is made out to, in full.
        issuer: who handles the information; `contact` is how to reach them.
    """

    title: str
    number: str
    name: str
    issuer: str
    contact: str
    paragraphs: tuple[Paragraph, ...]
    guidance_title: str
    guidance: tuple[Paragraph, ...]

    def text(self) -> str:
        """The words that are served, both documents."""
        head = [self.title, self.number, self.name, self.issuer, self.contact]
        letter = [f"{part.heading}\n{part.text}" for part in self.paragraphs]
        return "\n".join([*head, *letter, self.guidance_title, *(f"{p.heading}\n{p.text}" for p in self.guidance)])

    def digest(self) -> bytes:
        """What proves the words (文字摘要): SHA-256."""
        return hashlib.sha256(self.text().encode()).digest()

    def packed(self) -> str:
        """The letter as one text, for the vault."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def unpacked(cls, text: str) -> LetterBody:
        """What :meth:`packed` made."""
        data = json.loads(text)
        for name in ("paragraphs", "guidance"):
            data[name] = tuple(Paragraph(**part) for part in data[name])
        return cls(**data)


MANDATORY = (
    "handler",  # 处理者和联系方式
    "content",  # 记录内容
    "document",  # 认定机关和文书号
    "basis",  # 法律依据
    "period",  # 等级、展示期限、保存期限
    "effect",  # 后果
    "waiting",  # 等待期
    "state",  # 陈述
    "object",  # 异议
    "reply",  # 答复日期
    "repair",  # 修复
    "complain",  # 投诉
    "review",  # 复议和诉讼
    "service",  # 送达证明
)
"""Parts without which no letter exists (law.md 8; 个人信息保护法 17)."""
GUIDANCE = ("whether", "when", "needs", "where", "answer")
"""Parts without which there is no repair guidance (law.md 4.1), and so no letter: both are served together."""


def waiting_period(*, days: int, today: date, calendar: Calendar) -> Waiting:
    """From the day of service, which does not count (民法典第二百零一条), to a last day that is a working day."""
    end = calendar.roll_forward(today + timedelta(days=days))
    return Waiting(days, end.date, end.provisional)


def complete(body: LetterBody) -> LetterBody:
    """The letter itself, when nothing is missing.

    Raises:
        Refused: NOTICE-04, a mandatory part is missing or empty, or the guidance on repair is.
    """
    heads = (body.title, body.number, body.name, body.issuer, body.contact, body.guidance_title)
    missing = set(MANDATORY) - _said(body.paragraphs) or set(GUIDANCE) - _said(body.guidance)
    if missing or not all(head.strip() for head in heads):
        raise Refused("NOTICE-04")
    return body


def letter_number(record: str, version: int) -> str:
    """The number of a letter (告知书编号): one record and version has one letter, and the number tells nothing else."""
    return f"告{record.replace('-', '')[-12:].upper()}-{version}号"


def _said(parts: tuple[Paragraph, ...]) -> set[str]:
    return {part.key for part in parts if part.heading.strip() and part.text.strip()}
