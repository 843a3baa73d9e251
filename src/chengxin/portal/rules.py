"""What the pages say about dates and records, as pure functions: facts and ``today`` in, words out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from chengxin.kernel.calendar import Calendar
from chengxin.kernel.errors import ChengxinError
from chengxin.kernel.periods import CHINA
from chengxin.kernel.words import fact_words, weekday

CLOSED_STATES = frozenset({"REPAIRED", "EXPIRED", "WITHDRAWN"})


class MissingPartError(ChengxinError):
    """An adverse record cannot be shown: a part of its sentence is missing. No effect without its sentence."""


class AdverseRecord(Protocol):
    """What the sentence needs to know of a record; ``records.api.OwnRecord`` has it."""

    @property
    def authority_name(self) -> str: ...
    @property
    def doc_no(self) -> str: ...
    @property
    def decided_on(self) -> date: ...
    @property
    def display_end(self) -> date | None: ...
    @property
    def retained_until(self) -> date: ...
    @property
    def basis(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def accepted(self) -> bool: ...
    @property
    def wait_until(self) -> date | None: ...
    @property
    def counts_now(self) -> bool: ...
    @property
    def adverse(self) -> bool: ...


@dataclass(frozen=True)
class Adverse:
    """The sentence of an adverse record in its six parts (谁、文书号、依据、作用、期限、您可以做什么)."""

    who: str
    decided_on: date
    doc_no: str
    basis: str
    effect: str
    until: str
    what_to_do: str


@dataclass(frozen=True)
class Deadline:
    """A deadline in words (期限): the last day until 24:00, what remains, in which unit."""

    until: date
    label: str
    remaining: str
    overdue: bool
    provisional: bool


def is_due(record: AdverseRecord) -> bool:
    """Whether the person is asked to answer now (待您确认): told, waiting, neither accepted nor objected."""
    return record.state == "SERVED" and not record.accepted and not record.counts_now


def is_past(record: AdverseRecord) -> bool:
    """Whether the time to accept ran out without an answer (期限已过); an objection stays possible."""
    waited = record.state in {"SERVED", "EFFECTIVE"} and record.wait_until is not None
    return waited and not record.accepted and not is_due(record)


def adverse(record: AdverseRecord) -> Adverse:
    """Put the sentence of an adverse record together (不良信息的完整说明; R0.1, R0.3, 《个人信息保护法》第十七条).

    Raises:
        MissingPartError: when a part is missing; an adverse record is never shown without it.
    """
    sentence = Adverse(
        who=record.authority_name,
        decided_on=record.decided_on,
        doc_no=record.doc_no,
        basis=record.basis,
        effect=_effect(record),
        until=_until(record),
        what_to_do=_what_to_do(record),
    )
    missing = [part.name for part in fields(sentence) if not getattr(sentence, part.name)]
    if missing:
        raise MissingPartError(", ".join(missing))
    return sentence


def _effect(record: AdverseRecord) -> str:
    if record.counts_now:
        return "正在生效。依法有权查询的单位，为办理规定的事项可以查到这条信息，每次查询都会记下并告诉您。"
    return {
        "PROPOSED": "还没有生效。告知书送达、等待期届满之前，它不会生效，也不会出现在报告里。",
        "SERVED": "还没有生效。在您的异议期结束前，它不会生效，也不会出现在报告里。",
        "DISPUTED": "已经冻结。异议办结之前，任何单位都查不到它，它也不会出现在给别人的报告里。",
        "EFFECTIVE": "目前不对外提供，任何单位都查不到它。",
    }.get(record.state, "不再产生任何作用，任何单位都查不到它。")


def _until(record: AdverseRecord) -> str:
    kept = f"档案保存到 {_long(record.retained_until - timedelta(days=1))}，之后销毁。"
    if record.state in CLOSED_STATES or record.display_end is None:
        return f"不对外提供。{kept}"
    last = record.display_end - timedelta(days=1)
    return f"最晚使用到 {_long(last)}，之后自动停止，不需要您申请。{kept}"


REPAIR = "已经履行义务的，可以在“信用中国”网站申请信用修复。"


def _what_to_do(record: AdverseRecord) -> str:
    if is_due(record):
        return "请选择认可或者提出异议。不作选择，等待期结束后它会生效；生效后您仍然可以提出异议。"
    if record.state == "EFFECTIVE" and record.wait_until:
        why = "您已经认可" if record.accepted else "认可的期限已过"
        return f"{why}。认为有误的，仍可提出异议。{REPAIR}"
    return {
        "PROPOSED": "请打开告知书。看过之后，您可以认可，也可以提出异议。",
        "SERVED": "认为有误的，可以提出异议。",
        "DISPUTED": "等待处理结果。我们会在承诺的日期前答复您，您现在不需要做什么。",
        "EFFECTIVE": f"认为有误的，可以提出异议。{REPAIR}",
    }.get(record.state, "不需要做什么。还有疑问，可以拨打 12345。")


def deadline(until: date, today: date, unit: str, *, calendar: Calendar, provisional: bool = False) -> Deadline:
    """Say a deadline with date, weekday, what remains and its unit (最迟…，还剩…).

    Args:
        until: the last day, until 24:00.
        today: the business day.
        unit: ``自然日`` or ``工作日``; nothing else counts days here.
        calendar: the working-day calendar as it is known today.
        provisional: the date was counted over days that are not published (暂定); a date in an unpublished year
            is provisional anyway.
    """
    label = f"{until.month}月{until.day}日（{weekday(until)}）"
    if until.year != today.year:
        label = f"{until.year}年{label}"
    days, unpublished = _days_left(until, today, unit, calendar)
    if until < today:
        remaining = "期限已过"
    elif until == today:
        remaining = "今天是最后一天"
    else:
        remaining = f"还剩 {days} 个{unit}"
    return Deadline(until, label, remaining, until < today, provisional or unpublished or until > calendar.horizon())


def _days_left(until: date, today: date, unit: str, calendar: Calendar) -> tuple[int, bool]:
    if unit == "工作日":
        return calendar.working_days_between(today, max(today, until))
    if unit == "自然日":
        return (until - today).days, False
    raise ValueError("a deadline is counted in 工作日 or 自然日")


def fact(name: str, value: object) -> tuple[str, str]:
    """A column of the determination as people read it: values joined, amounts in 元 instead of 万元, dates in prose."""
    if name.endswith(TEN_THOUSAND):
        return name.removesuffix(TEN_THOUSAND), f"{Decimal(str(value)) * 10_000:,.2f} 元"
    if isinstance(value, bool):
        return name, "是" if value else "否"
    values = value if isinstance(value, list | tuple) else (value,)
    return name, "、".join(fact_words(str(one)) for one in values)


TEN_THOUSAND = "（万元）"


@dataclass(frozen=True)
class Standing:
    """What counts about a person now (目前的状况): numbers of records, never a score.

    Attributes:
        good: records in effect that are not adverse (良好信息): licences, honours, kept promises.
    """

    good: int
    counting: int
    waiting: int
    frozen: int
    closed: int
    quiet: int


def standing(records: Sequence[AdverseRecord]) -> Standing:
    """Count a person's records by what they do now (现在哪些信息在起作用)."""
    counting = sum(record.counts_now and record.adverse for record in records)
    rest = [record for record in records if not record.counts_now]
    return Standing(
        good=sum(record.counts_now and not record.adverse for record in records),
        counting=counting,
        waiting=sum(record.state in {"PROPOSED", "SERVED"} for record in rest),
        frozen=sum(record.state == "DISPUTED" for record in rest),
        closed=sum(record.state in CLOSED_STATES for record in rest),
        quiet=sum(record.state == "EFFECTIVE" for record in rest),
    )


def _long(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


class Look(Protocol):
    """A line of the register as the page reads it; ``people.api.Trace`` has it."""

    @property
    def id(self) -> UUID: ...
    @property
    def at(self) -> datetime: ...
    @property
    def line(self) -> str: ...
    @property
    def organisation_name(self) -> str: ...
    @property
    def post(self) -> str: ...
    @property
    def mine(self) -> bool: ...
    @property
    def activity(self) -> str: ...
    @property
    def activity_name(self) -> str: ...
    @property
    def purpose_name(self) -> str: ...
    @property
    def basis(self) -> str: ...
    @property
    def case_ref(self) -> str: ...
    @property
    def fields(self) -> list[str]: ...
    @property
    def outcome(self) -> str: ...
    @property
    def times(self) -> int: ...
    @property
    def generic(self) -> bool: ...


@dataclass(frozen=True)
class TraceRow:
    """A row of "who looked" (谁查看过我): organisation and tag, purpose and basis, time and what was seen.

    Attributes:
        lines: of the register; several where somebody with several files looked at all of them at once.
    """

    lines: tuple[UUID, ...]
    at: datetime
    looked: bool
    mine: bool
    who: str
    post: str
    tag: str
    purpose: str
    basis: str
    case_ref: str
    seen: str
    times: int
    generic: bool


def trace_rows(lines: Iterable[Look]) -> list[TraceRow]:
    """Rows as the lines come, newest first; a person's own looks are one row a day, however many files they have."""
    rows: list[TraceRow] = []
    own: dict[date, int] = {}
    for line in lines:
        day = line.at.astimezone(CHINA).date()
        if not (line.mine and line.line == "look") or day not in own:
            if line.mine and line.line == "look":
                own[day] = len(rows)
            rows.append(_row(line))
            continue
        first = rows[own[day]]
        rows[own[day]] = replace(first, lines=(*first.lines, line.id), times=max(first.times, line.times))
    return rows


def _row(line: Look) -> TraceRow:
    looked = line.line == "look"
    if line.mine:
        tag = "本人"
    else:
        tag = "依法查询" if looked else "依法办理"
    return TraceRow(
        lines=(line.id,),
        at=line.at,
        looked=looked,
        mine=line.mine,
        who="您本人" if line.mine else line.organisation_name,
        post="" if line.mine else line.post,
        tag=tag,
        purpose=line.purpose_name or line.activity_name,
        basis=line.basis,
        case_ref=line.case_ref if len(line.case_ref) < DIGEST else "",
        seen=_seen(line) if looked and not line.mine else "",
        times=line.times,
        generic=line.generic,
    )


def _seen(line: Look) -> str:
    """What was shown. A window is answered yes or no; who handles a matter sees the fields of the permission."""
    if line.activity == "lookup.match":
        return MATCHED[line.outcome]
    if line.activity.startswith("lookup.") or not line.outcome:
        return SEEN[line.outcome]
    told = [SHOWN[name] for name in line.fields if name in SHOWN]
    return f"看到：{'、'.join(told)}" if told else SEEN[line.outcome]


DIGEST = 64
"""Length of a digest in a line: evidence of a letter's words, nothing a person would quote."""
SHOWN = {
    "identity": "姓名和证件号码",
    "record": "这条信息",
    "records": "信用信息",
    "objections": "异议和说明",
    "contact": "联系方式",
    "letters": "告知书",
    "register": "查询记录",
}
"""Field of a permission -> what the person reads that an officer saw (看到什么)."""
SEEN = {"hit": "结果：有", "miss": "结果：无", "": "可能已查看"}
"""Outcome of a look -> what the person reads. Without a line that says what was shown, the honest word is 可能."""
MATCHED = {"hit": "结果：姓名与号码相符", "miss": "结果：姓名与号码不符", "": "可能已核对"}
"""The same of a look that asked no more than whether name and number belong together."""
