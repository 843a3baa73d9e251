"""Rules of notice (告知): how long a person has, and what a letter must say."""

from __future__ import annotations

from dataclasses import dataclass
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
    """A part of a letter: a heading and what it says."""

    heading: str
    text: str


@dataclass(frozen=True)
class LetterBody:
    """A letter that has all the law asks for (告知书): law.md 8, PIPL 17."""

    title: str
    number: str
    issuer: str
    contact: str
    paragraphs: tuple[Paragraph, ...]

    def text(self) -> str:
        """The words that are served; their digest is the evidence."""
        parts = [self.title, self.number, self.issuer, self.contact]
        return "\n".join(parts + [f"{p.heading}\n{p.text}" for p in self.paragraphs])


MANDATORY = (
    "记录内容",
    "认定机关和文书",
    "法律依据",
    "等级和期限",
    "对您的影响",
    "等待期",
    "您可以怎么做",
    "复议和诉讼",
    "送达说明",
)
"""Headings without which no letter exists."""


def waiting_period(*, days: int, today: date, calendar: Calendar) -> Waiting:
    """From the day of service, which does not count (民法典第二百零一条), to a last day that is a working day."""
    end = calendar.roll_forward(today + timedelta(days=days))
    return Waiting(days, end.date, end.provisional)


def complete(body: LetterBody) -> LetterBody:
    """The letter itself, when nothing is missing.

    Raises:
        Refused: NOTICE-04, a mandatory part is missing or empty.
    """
    present = {part.heading for part in body.paragraphs if part.text.strip()}
    if not (body.title and body.number and body.issuer and body.contact) or set(MANDATORY) - present:
        raise Refused("NOTICE-04")
    return body
