"""What the dates of a row mean, at their edges: how long a penalty is shown, and whether it can have effect."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.intake.facts import RowVerdict
from chengxin.intake.rules import check_row
from chengxin.intake.tests.material import OFFICE, TODAY, born, item, row
from chengxin.kernel.periods import Period, Unit, day_after


def judge(**changes: str) -> RowVerdict:
    return check_row(row(**changes), item=item(), organisation=OFFICE, mode="demo", today=TODAY)


def errors(**changes: str) -> set[tuple[str, str]]:
    return {(e.field, e.code) for e in judge(**changes).errors}


def warnings(**changes: str) -> set[tuple[str, str]]:
    return {(w.field, w.code) for w in judge(**changes).warnings}


def test_intake_60_takes_nobody_who_may_have_been_a_minor_at_the_act() -> None:
    """R0.10. An act may be found five years later, and be decided on after that; the decision is of 2026-10-14."""
    for day in ("20081014", "20061013", "20021015"):
        verdict = judge(CF_XDR_ZJHM=born(day))
        assert verdict.clean is None
        assert [(e.field, e.code) for e in verdict.errors] == [("CF_XWRQ", "INTAKE-60")], day
    assert errors(CF_XDR_ZJHM=born("20021014")) == set()
    told = judge(CF_XDR_ZJHM=born("20061013")).errors[0].message
    assert "满 18 周岁不足 6 年，不能确认行为发生时已满 18 周岁。请填写“违法行为发生日期”" in told
    # Stated, the day of the act decides: refused to the day before the birthday, taken from it on.
    assert errors(CF_XDR_ZJHM=born("20061013"), CF_XWRQ="2024-10-12") == {("CF_XDR_ZJHM", "INTAKE-18")}
    assert errors(CF_XDR_ZJHM=born("20061013"), CF_XWRQ="2024-10-13") == set()
    assert errors(CF_XDR_ZJHM=born("20061013"), CF_XWRQ="那年夏天") == {("CF_XWRQ", "INTAKE-09")}
    silent = replace(item(), fields=tuple(f for f in item().fields if f.role != "acted_on"))
    found = check_row(row(CF_XDR_ZJHM=born("20061013")), item=silent, organisation=OFFICE, mode="demo", today=TODAY)
    assert [(e.field, e.code) for e in found.errors] == [("CF_XDR_ZJHM", "INTAKE-60")]
    unsaid = replace(item(), parameters=tuple(p for p in item().parameters if p.name != "act_look_back"))
    found = check_row(row(), item=unsaid, organisation=OFFICE, mode="demo", today=TODAY)
    assert [e.code for e in found.errors] == ["INTAKE-34"]


@pytest.mark.parametrize(
    ("severity", "supplied", "end", "told"),
    [
        # The decision is of 2026-10-14; a day in the file is the last one shown, the end is the day after it.
        ("一般", "", date(2027, 10, 15), None),
        ("一般", "2027-03-01", date(2027, 3, 2), None),
        ("一般", "2027-10-14", date(2027, 10, 15), None),
        ("一般", "2027-10-15", date(2027, 10, 15), "INTAKE-51"),
        ("一般", "2027-01-13", date(2027, 1, 15), "INTAKE-52"),
        ("一般", "2027-01-14", date(2027, 1, 15), None),
        ("严重", "", date(2029, 10, 15), None),
        ("严重", "2027-10-13", date(2027, 10, 15), "INTAKE-52"),
        ("严重", "2099-12-31", date(2029, 10, 15), "INTAKE-51"),
        ("轻微", "2027-01-14", None, "INTAKE-53"),
        ("轻微", "", None, None),
        ("未定", "", None, None),
        ("", "", None, "INTAKE-54"),
    ],
)
def test_display_end_is_recomputed(severity: str, supplied: str, end: date | None, told: str | None) -> None:
    verdict = judge(CF_SXYZCD=severity, CF_GSJZQ=supplied)
    assert verdict.clean is not None
    assert verdict.clean.display_end == end
    assert [w.code for w in verdict.warnings] == ([told] if told else [])
    if end and told:
        assert (end - timedelta(days=1)).isoformat() in verdict.warnings[0].message, "people read the last day"


def test_what_can_never_take_effect_is_not_collected() -> None:
    # Told today, 11-23, the person may wait until 12-08; the record counts from 12-09 if it is still shown then.
    assert errors(CF_JDRQ="2025-11-22", CF_GSJZQ="") == {("CF_JDRQ", "INTAKE-29")}
    assert errors(CF_JDRQ="2025-11-23", CF_GSJZQ="") == {("CF_JDRQ", "INTAKE-48")}
    assert errors(CF_JDRQ="2025-12-08", CF_GSJZQ="") == {("CF_JDRQ", "INTAKE-48")}
    assert errors(CF_JDRQ="2025-12-09", CF_GSJZQ="") == set()
    assert ("CF_JDRQ", "INTAKE-29") in errors(CF_JDRQ="2020-01-01", CF_GSJZQ="", CF_SXYZCD="轻微")


def test_what_is_over_and_what_would_be_over_too_soon_are_told_apart() -> None:
    over, soon = (judge(CF_JDRQ=day, CF_GSJZQ="").errors[0].message for day in ("2025-11-22", "2025-12-08"))
    assert over == "期限已过：公示期到 2026-11-22 为止，不得归集。请从文件中删除本行。"
    assert "公示期到 2026-12-08 为止，今天告知，15 天的等待期届满时它已经结束" in soon
    old = row(CF_JDRQ="2025-11-22", CF_GSJZQ="")
    legacy = check_row(old, item=item(), organisation=OFFICE, mode="demo", today=TODAY, kind="legacy")
    assert "原系统中的也应依法清除" in legacy.errors[0].message


@given(st.dates(date(2022, 1, 1), TODAY), st.sampled_from(["轻微", "一般", "严重", "未定", ""]), st.none() | st.dates())
def test_display_never_passes_the_maximum(decided: date, severity: str, supplied: date | None) -> None:
    verdict = judge(CF_JDRQ=decided.isoformat(), CF_SXYZCD=severity, CF_GSJZQ=supplied.isoformat() if supplied else "")
    clean = verdict.clean
    if clean is None:
        return
    assert clean.retained_until > TODAY
    if severity not in ("一般", "严重"):
        assert clean.display_end is None
        return
    assert clean.display_end is not None
    least, most = (Period(3, Unit.MONTH), 1) if severity == "一般" else (Period(1, Unit.YEAR), 3)
    assert clean.display_end > TODAY
    assert day_after(decided, least) <= clean.display_end <= day_after(decided, Period(most, Unit.YEAR))
