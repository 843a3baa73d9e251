"""The decision form: an outcome and two parts of reasons, which always become the two lines the door asks for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from chengxin.redress.forms import LEAST, MOST, DecisionForm
from chengxin.redress.rules import check_reasons

FINDINGS = "核对了进货票据和现场照片，当日经营者为当事人本人。"
GROUNDS = "决定书事实清楚，依据食品安全法第一百二十四条。"


def form(**changes: str) -> DecisionForm:
    return DecisionForm({"outcome": "rejected", "findings": FINDINGS, "grounds": GROUNDS} | changes)


def test_reasons_are_two_lines_with_their_headings() -> None:
    checked = form()
    assert checked.is_valid()
    assert checked.reasons() == f"查明的事实：{FINDINGS}\n理由和依据：{GROUNDS}"


def test_every_part_is_needed() -> None:
    assert DecisionForm({}).errors == {
        "outcome": ["请选择异议是否成立。"],
        "findings": ["请填写查明的事实。"],
        "grounds": ["请填写理由和依据。"],
    }


def test_outcomes_are_only_two() -> None:
    assert form(outcome="upheld").is_valid()
    assert form(outcome="").errors == {"outcome": ["请选择异议是否成立。"]}
    assert form(outcome="partly").errors == {"outcome": ["请在“成立”和“不成立”中选择。"]}


def test_too_short_and_too_long_say_how_much() -> None:
    assert form(findings="太短").errors == {"findings": ["查明的事实至少写 10 个字，现在是 2 个字。"]}
    assert form(grounds="长" * (MOST + 1)).errors == {
        "grounds": [f"理由和依据最多写 {MOST} 个字，现在是 {MOST + 1} 个字。请精简。"]
    }


def test_line_ends_of_browsers_count_once() -> None:
    checked = form(findings="一\r\n" * (MOST // 2))
    assert checked.is_valid()
    assert "\r" not in checked.reasons()


@given(st.text(st.characters(exclude_categories=("C", "Z")), min_size=LEAST, max_size=MOST))
def test_what_the_form_accepts_the_door_accepts(text: str) -> None:
    checked = form(findings=text, grounds=text)
    assert checked.is_valid()
    check_reasons(checked.reasons())
