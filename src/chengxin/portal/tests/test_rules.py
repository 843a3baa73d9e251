from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.calendar import Calendar
from chengxin.notice import letters
from chengxin.portal import rules

TODAY = date(2026, 11, 10)
CALENDAR = Calendar.from_data()


LINE = UUID(int=7)


@dataclass(frozen=True)
class Record:
    state: str = "SERVED"
    authority_name: str = "盐城市市场监督管理局"
    doc_no: str = "盐市监罚决〔2026〕123号"
    decided_on: date = date(2026, 10, 20)
    display_end: date | None = date(2027, 10, 20)
    retained_until: date = date(2031, 10, 20)
    accepted: bool = False
    wait_until: date | None = date(2026, 11, 23)
    counts_now: bool = False
    basis: str = "《中华人民共和国食品安全法》第三十五条"
    adverse: bool = True


@dataclass(frozen=True)
class Line:
    at: datetime
    id: UUID = LINE
    line: str = "look"
    mine: bool = False
    organisation_name: str = "政务服务中心"
    post: str = "综合窗口"
    activity: str = "lookup.check"
    activity_name: str = "依法查询"
    purpose_name: str = "创业补贴审核"
    basis: str = "条例"
    case_ref: str = ""
    fields: list[str] = field(default_factory=list)
    outcome: str = ""
    times: int = 1
    generic: bool = False


def test_a_deadline_names_date_weekday_rest_and_unit() -> None:
    said = rules.deadline(date(2026, 11, 26), TODAY, "工作日", calendar=CALENDAR)
    assert (said.label, said.remaining) == ("11月26日（周四）", "还剩 12 个工作日")
    assert not said.overdue
    assert not said.provisional


@pytest.mark.parametrize(
    ("until", "remaining"),
    [
        (TODAY - timedelta(days=1), "期限已过"),
        (TODAY, "今天是最后一天"),
        (TODAY + timedelta(days=1), "还剩 1 个自然日"),
    ],
)
def test_the_rest_of_a_deadline_in_words(until: date, remaining: str) -> None:
    assert rules.deadline(until, TODAY, "自然日", calendar=CALENDAR).remaining == remaining


def test_a_deadline_of_another_year_says_the_year_and_that_it_is_provisional() -> None:
    said = rules.deadline(date(2027, 1, 4), TODAY, "自然日", calendar=CALENDAR)
    assert said.label.startswith("2027年1月4日")
    assert said.provisional


def test_a_deadline_knows_two_units_only() -> None:
    with pytest.raises(ValueError, match="工作日"):
        rules.deadline(TODAY, TODAY, "天", calendar=CALENDAR)


@given(st.dates(date(2020, 1, 1), date(2026, 12, 1)), st.integers(0, 300))
def test_working_days_never_exceed_calendar_days(today: date, days: int) -> None:
    until = today + timedelta(days=days)
    working = rules.deadline(until, today, "工作日", calendar=CALENDAR).remaining
    natural = rules.deadline(until, today, "自然日", calendar=CALENDAR).remaining
    number = {text: int("".join(filter(str.isdigit, text)) or 0) for text in (working, natural)}
    assert number[working] <= number[natural]


@pytest.mark.parametrize("record", [Record(authority_name=""), Record(doc_no="")])
def test_an_adverse_record_is_not_shown_by_halves(record: Record) -> None:
    with pytest.raises(rules.MissingPartError):
        rules.adverse(record)


def test_an_adverse_record_without_basis_is_not_shown() -> None:
    with pytest.raises(rules.MissingPartError, match="basis"):
        rules.adverse(Record(basis=""))


@pytest.mark.parametrize("state", ["PROPOSED", "SERVED", "DISPUTED", "EFFECTIVE", "REPAIRED", "EXPIRED", "WITHDRAWN"])
@pytest.mark.parametrize("counts", [True, False])
def test_only_what_counts_is_said_to_count(state: str, counts: bool) -> None:
    said = rules.adverse(Record(state=state, counts_now=counts))
    assert ("正在生效" in said.effect) is counts


def test_the_last_day_of_use_is_the_day_before_display_ends() -> None:
    assert "最晚使用到 2027年10月19日" in rules.adverse(Record()).until
    assert "不对外提供" in rules.adverse(Record(display_end=None)).until


def test_due_is_what_was_served_and_not_answered() -> None:
    assert rules.is_due(Record())
    for other in (Record(accepted=True), Record(state="DISPUTED"), Record(counts_now=True), Record(state="PROPOSED")):
        assert not rules.is_due(other)


def test_past_is_what_was_not_answered_in_time() -> None:
    assert rules.is_past(Record("EFFECTIVE", counts_now=True))
    for other in (
        Record(),
        Record("EFFECTIVE", accepted=True),
        Record("EFFECTIVE", wait_until=None),
        Record("EXPIRED"),
    ):
        assert not rules.is_past(other)


def test_standing_counts_every_record_once() -> None:
    states = ["PROPOSED", "SERVED", "DISPUTED", "EFFECTIVE", "REPAIRED", "EXPIRED", "WITHDRAWN"]
    records = [Record(state=state) for state in states] + [Record(state="EFFECTIVE", counts_now=True)]
    records.append(Record(state="EFFECTIVE", counts_now=True, adverse=False))
    found = rules.standing(records)
    assert found.good == 1
    assert (found.counting, found.waiting, found.frozen, found.closed, found.quiet) == (1, 2, 1, 3, 1)


def test_who_looked_says_who_and_what_was_seen() -> None:
    noon = datetime(2026, 11, 10, 4, tzinfo=UTC)
    rows = rules.trace_rows([Line(noon, mine=True, times=3), Line(noon, outcome="hit"), Line(noon, outcome="miss")])
    assert [(row.tag, row.times, row.seen) for row in rows] == [
        ("本人", 3, ""),
        ("依法查询", 1, "结果：有"),
        ("依法查询", 1, "结果：无"),
    ]


def test_own_looks_at_several_files_are_one_row_a_day() -> None:
    """Two papers, one human: a row a day with the lines of both, never twice the number; others' rows stay apart."""
    noon = datetime(2026, 11, 10, 4, tzinfo=UTC)
    late = datetime(2026, 11, 10, 17, tzinfo=UTC)  # the next day in China
    lines = [
        Line(late, mine=True, times=2),
        Line(noon, mine=True, times=3),
        Line(noon, outcome="hit"),
        Line(noon, mine=True, times=5, id=uuid4()),
        Line(noon, mine=True, line="act"),
        Line(noon, mine=True, line="act"),
        Line(noon, outcome="hit"),
    ]
    rows = rules.trace_rows(lines)
    assert [(row.tag, row.times, len(row.lines)) for row in rows] == [
        ("本人", 2, 1),
        ("本人", 5, 2),
        ("依法查询", 1, 1),
        ("本人", 1, 1),
        ("本人", 1, 1),
        ("依法查询", 1, 1),
    ]
    assert rows[1].lines == (lines[1].id, lines[3].id)


def test_a_look_at_name_and_number_alone_says_so() -> None:
    noon = datetime(2026, 11, 10, 4, tzinfo=UTC)
    lines = [Line(noon, activity="lookup.match", outcome=outcome) for outcome in ("hit", "miss", "")]
    assert [row.seen for row in rules.trace_rows(lines)] == [
        "结果：姓名与号码相符",
        "结果：姓名与号码不符",
        "可能已核对",
    ]


def test_an_unknown_outcome_is_said_to_be_possible() -> None:
    assert rules.trace_rows([Line(datetime(2026, 11, 10, tzinfo=UTC))])[0].seen == "可能已查看"


def test_what_an_officer_saw_is_named_and_a_window_is_answered_yes_or_no() -> None:
    at, opened = datetime(2026, 11, 10, tzinfo=UTC), ["record", "identity"]
    seen = rules.trace_rows(
        [
            Line(at, activity="redress.review", fields=opened, outcome="hit"),
            Line(at, activity="redress.review", fields=opened),
            Line(at, activity="lookup.check", fields=["item"], outcome="hit"),
        ]
    )
    assert [row.seen for row in seen] == ["看到：这条信息、姓名和证件号码", "可能已查看", "结果：有"]


def test_after_the_wait_the_person_may_still_object() -> None:
    waited = rules.adverse(Record("EFFECTIVE", counts_now=True)).what_to_do
    assert waited.startswith("认可的期限已过。认为有误的，仍可提出异议。")
    assert rules.adverse(Record("EFFECTIVE", counts_now=True, accepted=True)).what_to_do.startswith("您已经认可。")


def test_an_act_is_no_look() -> None:
    row = rules.trace_rows([Line(datetime(2026, 11, 10, tzinfo=UTC), line="act")])[0]
    assert (row.looked, row.tag, row.seen) == (False, "依法办理", "")


def test_amounts_are_read_in_yuan() -> None:
    assert rules.fact("罚款金额（万元）", "0.050000") == ("罚款金额", "500.00 元")
    assert rules.fact("处罚类别", ["警告", "罚款"]) == ("处罚类别", "警告、罚款")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2026-09-11", "2026年9月11日"),
        ("2026-13-11", "2026-13-11"),
        ("盐市监罚决2026-09-11", "盐市监罚决2026-09-11"),
        ("20260911", "20260911"),
        ("", ""),
    ],
)
def test_a_date_of_a_determination_is_read_in_prose_and_nothing_else_is_touched(value: str, words: str) -> None:
    assert rules.fact("违法行为发生日期", value) == ("违法行为发生日期", words)
    facts: Any = SimpleNamespace(facts=[("违法行为发生日期", value)])
    assert letters._content(facts) == [("违法行为发生日期", words)]
