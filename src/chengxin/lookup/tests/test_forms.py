"""The look-up form: regular values, and a sentence for every one that was changed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.lookup.forms import CheckForm
from chengxin.people.api import Purpose

NUMBER = "090924195803122466"

WITH_CASE = Purpose("LICENCE", "行政许可审查", "行政许可法第三十四条", ("item",), needs_case=True)
WITHOUT = Purpose("OTHER", "其他", "某法", (), needs_case=False)


def wide(text: str) -> str:
    """The full-width form of ASCII text."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


def form(purposes: tuple[Purpose, ...] = (WITH_CASE, WITHOUT), **changes: str) -> CheckForm:
    data = {"purpose": "LICENCE", "case_ref": "XK-2026-7", "name": "王桂兰", "number": NUMBER}
    return CheckForm(list(purposes), data | changes)


def test_clean_input_passes_without_a_note() -> None:
    checked = form()
    assert checked.is_valid()
    assert checked.cleaned_data == {"purpose": "LICENCE", "case_ref": "XK-2026-7", "name": "王桂兰", "number": NUMBER}
    assert checked.notes == []


def test_wide_digits_spaces_and_small_x_are_made_regular_and_told() -> None:
    checked = form(number=f" {wide('090924')} 1958-0312 246x ", name="阿卜杜拉•买买提")
    assert checked.is_valid()
    assert checked.cleaned_data["number"] == "09092419580312246X"
    assert checked.cleaned_data["name"] == "阿卜杜拉·买买提"
    assert len(checked.notes) == 2
    assert all("已为您改成规范写法" in note for note in checked.notes)
    assert not any("0909" in note for note in checked.notes)


def test_outer_spaces_are_nothing_to_talk_about() -> None:
    checked = form(number=f" {NUMBER} ", name=" 王桂兰 ")
    assert checked.is_valid()
    assert checked.notes == []


def test_form_comes_back_with_the_input_made_regular() -> None:
    checked = form(number=wide(NUMBER), case_ref="")
    assert not checked.is_valid()
    assert checked["number"].value() == NUMBER
    assert checked["name"].value() == "王桂兰"


def test_no_purpose_no_query() -> None:
    assert form(purpose="").errors == {"purpose": ["请选择查询用途。没有用途不能查询。"]}
    assert "purpose" in form((WITHOUT,), purpose="LICENCE").errors


@pytest.mark.parametrize("case_ref", ["", "   ", "　"])
def test_a_purpose_may_need_a_case(case_ref: str) -> None:
    assert set(form(case_ref=case_ref).errors) == {"case_ref"}
    assert form(purpose="OTHER", case_ref=case_ref).is_valid()


@pytest.mark.parametrize("case_ref", [NUMBER, f"王桂兰{NUMBER}", "13812345678", "电话" + wide("13812345678")])
def test_a_case_number_is_not_somebodys_number(case_ref: str) -> None:
    assert form(case_ref=case_ref).errors == {"case_ref": ["案号中有证件号码或手机号码。请只填写受理编号。"]}


@pytest.mark.parametrize("case_ref", ["〔2026〕亭许字第17号", "202611230000000001", "XK-20261123-0001"])
def test_ordinary_case_numbers_pass(case_ref: str) -> None:
    assert form(case_ref=case_ref).is_valid()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "请填写姓名。"),
        ("　", "请填写姓名。"),
        ("王", "姓名应为2至50个字。请对照证件核对。"),
        ("王桂兰1", "姓名中有数字，请检查是否填错了列。请对照证件核对。"),
    ],
)
def test_what_cannot_be_a_name_is_said_at_the_field(name: str, message: str) -> None:
    assert form(name=name).errors == {"name": [message]}


def test_single_purpose_is_chosen_already() -> None:
    assert CheckForm([WITH_CASE]).fields["purpose"].initial == "LICENCE"
    assert CheckForm([WITH_CASE, WITHOUT]).fields["purpose"].initial is None


@given(st.text(max_size=80), st.text(max_size=80), st.text(max_size=80))
@settings(deadline=None)
def test_no_input_breaks_the_form_and_valid_values_stay_as_they_are(name: str, number: str, case_ref: str) -> None:
    checked = form(name=name, number=number, case_ref=case_ref)
    if checked.is_valid():
        again = form(**{key: checked.cleaned_data[key] for key in ("name", "number", "case_ref")})
        assert again.is_valid()
        assert again.cleaned_data == checked.cleaned_data
        assert again.notes == []
