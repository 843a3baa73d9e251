"""Each rule of a row: the case it allows and the case it refuses."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.intake.checks.privacy import personal_numbers
from chengxin.intake.facts import OrganisationFacts, RowVerdict
from chengxin.intake.result import Finding, ImportResult
from chengxin.intake.rules import Duplicates, check_item, check_row, normalise_document_number
from chengxin.intake.tests.material import NAME, NUMBER, OFFICE, TODAY, born, item, real_number, row, wide
from chengxin.intake.words import WORDS


def judge(mode: str = "demo", **changes: str) -> RowVerdict:
    return check_row(row(**changes), item=item(), organisation=OFFICE, mode=mode, today=TODAY)


def errors(**changes: str) -> set[tuple[str, str]]:
    return {(e.field, e.code) for e in judge(**changes).errors}


def warnings(**changes: str) -> set[tuple[str, str]]:
    return {(w.field, w.code) for w in judge(**changes).warnings}


def test_a_good_row_is_clean_and_typed() -> None:
    verdict = judge()
    assert verdict.errors == ()
    assert verdict.warnings == ()
    clean = verdict.clean
    assert clean is not None
    assert (clean.name, clean.id_type, clean.id_number, clean.id_original) == (NAME, "citizen", NUMBER, NUMBER)
    assert (clean.doc_no, clean.decided_on, clean.severity) == (
        "盐市监罚决〔2026〕123号",
        date(2026, 10, 14),
        "GENERAL",
    )
    assert (clean.display_end, clean.retained_until) == (date(2027, 10, 15), date(2031, 10, 15))
    assert (clean.authority_name, clean.authority_code, clean.reason) == (OFFICE.name, OFFICE.uscc, "")
    assert list(clean.plain) == ["CF_XDR_LB", "CF_WFXW", "CF_YJ", "CF_CFLB", "CF_NR_FK"]
    assert (clean.plain["CF_CFLB"], clean.plain["CF_NR_FK"]) == (["警告", "罚款"], "0.22")
    assert list(clean.texts) == ["CF_SY", "CF_NR"]


def test_a_clean_row_shows_nobody_in_its_repr() -> None:
    shown = repr(judge().clean)
    for secret in (NAME, NUMBER, "熟食"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("CF_XDR_MC", "", "INTAKE-07"),
        ("CF_SY", wide("/"), "INTAKE-07"),
        ("CF_YJ", " 无 ", "INTAKE-07"),
        ("CF_JDRQ", "-", "INTAKE-07"),
        ("CF_XDR_MC", "王\u202e桂兰", "INTAKE-06"),
        ("CF_SY", "第一行\x07", "INTAKE-06"),
        ("CF_WFXW", "一\n二", "INTAKE-06"),
        ("BZ", "备" * 1001, "INTAKE-08"),
        ("CF_CFLB", "警告;" * 20, "INTAKE-08"),
        ("CF_JDRQ", "2026-02-30", "INTAKE-09"),
        ("CF_JDRQ", "2026-10/14", "INTAKE-09"),
        ("CF_JDRQ", "20261014", "INTAKE-09"),
        ("CF_JDRQ", "19999", "INTAKE-09"),
        ("CF_JDRQ", "80001", "INTAKE-09"),
        ("CF_JDRQ", "46309.5", "INTAKE-09"),
        ("CF_JDRQ", "2026-11-24", "INTAKE-10"),
        ("CF_NR_FK", "-1", "INTAKE-11"),
        ("CF_NR_FK", "0.1234567", "INTAKE-11"),
        ("CF_NR_FK", "1234567890123", "INTAKE-11"),
        ("CF_NR_FK", "2200元", "INTAKE-11"),
        ("CF_NR_FK", "NaN", "INTAKE-11"),
        ("CF_CFLB", "批评教育", "INTAKE-12"),
        ("CF_CFLB", "警告-口头", "INTAKE-12"),
        ("CF_XDR_LB", "外星人", "INTAKE-12"),
        ("CF_XDR_ZJLX", "学生证", "INTAKE-12"),
        ("CF_SXYZCD", "2", "INTAKE-12"),
        ("CF_XDR_LB", "个体工商户", "INTAKE-13"),
        ("CF_XDR_LB", "法人及非法人组织", "INTAKE-13"),
        ("CF_XDR_ZJHM", "090924195803122467", "INTAKE-14"),
        ("CF_XDR_ZJHM", "0909241958031224", "INTAKE-14"),
        ("CF_XDR_ZJHM", "9.09924E+16", "INTAKE-15"),
        ("CF_XDR_ZJHM", "9.09924195803122E+16", "INTAKE-15"),
        ("CF_XDR_ZJHM", real_number(), "INTAKE-17"),
        ("CF_XDR_ZJHM", born("20081015"), "INTAKE-18"),
        ("CF_NR_FK", "", "INTAKE-21"),
        ("CF_NR_FK", "0", "INTAKE-21"),
        ("CF_CFJGDM", "110909009000000144", "INTAKE-22"),
        ("CF_SJLYDM", "11090900900000022X", "INTAKE-23"),
        ("CF_WSH", "/", "INTAKE-24"),
        ("CF_WSH", "123", "INTAKE-24"),
        ("CF_WSH", "没有文号", "INTAKE-24"),
        ("CF_SY", f"当事人号码{NUMBER}。", "INTAKE-25"),
        ("BZ", "电话 139-1234-5678", "INTAKE-25"),
        ("CF_NR", "缴至账号" + wide("6222021234567890128"), "INTAKE-25"),
        ("CF_SY", "当事人有精神障碍病史。", "INTAKE-26"),
        ("CF_WFXW", "吸毒", "INTAKE-26"),
        ("CF_CFLB", "罚款;行政拘留", "INTAKE-27"),
        ("CF_CFLB", "罚款;其他-拘留五日", "INTAKE-27"),
        ("CF_YJ", "《治安管理处罚法》第二十六条", "INTAKE-27"),
        ("CF_CFJG", "盐城市公安局", "INTAKE-27"),
        ("CF_WSH", "盐公（治）行罚决字〔2026〕1号", "INTAKE-27"),
        ("CF_NR", "行政 拘留五日", "INTAKE-27"),
        ("CF_GSJZQ", "2026-10-13", "INTAKE-33"),
        ("CF_XDR_SHXYM", "91320902MA1XXXXX0X", "INTAKE-35"),
        ("CF_XDR_MC", "王桂兰3", "INTAKE-36"),
        ("CF_XDR_MC", "王", "INTAKE-36"),
    ],
)
def test_refused(field: str, cell: str, code: str) -> None:
    verdict = judge(**{field: cell})
    assert (field, code) in {(e.field, e.code) for e in verdict.errors}
    assert verdict.clean is None
    if len(cell) > 5:
        assert all(cell not in e.message for e in verdict.errors)


@pytest.mark.parametrize(
    ("field", "cell"),
    [
        ("CF_XDR_MC", "阿卜杜拉•买买提"),
        ("CF_XDR_MC", "𬭎龑"),
        ("CF_XDR_ZJHM", f" {wide(NUMBER)} "),
        ("CF_JDRQ", "2026/10/14"),
        ("CF_JDRQ", "2026.10.14"),
        ("CF_JDRQ", "2026年10月14日"),
        ("CF_JDRQ", "2026/10/14 0:00"),
        ("CF_NR_FK", "0.220000"),
        ("CF_CFLB", "罚款；其他-责令改正"),
        ("CF_SY", "第一段。\n第二段。"),
        ("CF_SY", "单位统一社会信用代码110909009000000143，条码6901234567892。"),
        ("CF_SXYZCD", "严重"),
        ("CF_XDR_SHXYM", "/"),
        ("CF_WSH", "盐市监罚决[2026]123号"),
    ],
)
def test_allowed(field: str, cell: str) -> None:
    assert judge(**{field: cell}).errors == ()


def test_every_error_of_a_row_comes_in_one_pass() -> None:
    found = errors(
        CF_XDR_MC="", CF_XDR_ZJHM="1", CF_WSH="无", CF_NR_FK="x", CF_JDRQ="昨天", CF_CFJGDM="1", CF_SXYZCD="9"
    )
    assert {code for _, code in found} >= {
        "INTAKE-07", "INTAKE-14", "INTAKE-24", "INTAKE-11", "INTAKE-09", "INTAKE-22", "INTAKE-12",
    }  # fmt: skip


# ---- the person -----------------------------------------------------------------------------------


def test_guard_between_demo_and_production_holds_both_ways() -> None:
    assert judge("production", CF_XDR_ZJHM=real_number()).errors == ()
    assert [e.code for e in judge("production").errors] == ["INTAKE-16"]
    for mode in ("demo", "test"):
        assert [e.code for e in judge(mode, CF_XDR_ZJHM=real_number()).errors] == ["INTAKE-17"]
    with pytest.raises(ValueError, match="unknown mode"):
        judge("staging")


def test_of_age_on_the_day_of_the_decision_and_not_a_day_later() -> None:
    assert errors(CF_XDR_ZJHM=born("20081015")) == {("CF_XDR_ZJHM", "INTAKE-18")}
    assert errors(CF_XDR_ZJHM=born("20081014"), CF_XWRQ="2026-10-14") == set()


@pytest.mark.parametrize("kind", ["护照", "台湾居民来往大陆通行证", "军官证"])
def test_documents_without_birth_date_are_refused(kind: str) -> None:
    assert errors(CF_XDR_ZJLX=kind, CF_XDR_ZJHM="E12345678") == {("CF_XDR_ZJHM", "INTAKE-19")}


def test_the_old_permanent_resident_card_shows_no_birth_date_to_rely_on() -> None:
    """Three letters and twelve digits, from before December 2023: still a document, but no proof of age."""
    verdict = judge("production", CF_XDR_ZJLX="永居证", CF_XDR_ZJHM="CAN320082031901")
    assert [e.code for e in verdict.errors] == ["INTAKE-19"]
    assert [e.code for e in judge("production", CF_XDR_ZJLX="永居证", CF_XDR_ZJHM="CAN3200820319").errors] == [
        "INTAKE-14"
    ]


def test_legacy_number_is_upgraded_and_flagged() -> None:
    verdict = judge(CF_XDR_ZJHM="090924580312246")
    assert verdict.clean is not None
    assert (verdict.clean.id_number, verdict.clean.id_original) == (NUMBER, "090924580312246")
    assert verdict.clean.id_type == "citizen"
    assert [w.code for w in verdict.warnings] == ["INTAKE-55"]


@pytest.mark.parametrize(
    ("kind", "number", "id_type"),
    [
        ("港澳台居民居住证", "810000199003071237", "residence_permit"),
        ("永居证", "932840199003070019", "permanent_resident"),
    ],
)
def test_other_documents_with_birth_date_are_taken(kind: str, number: str, id_type: str) -> None:
    clean = judge("production", CF_XDR_ZJLX=kind, CF_XDR_ZJHM=number).clean
    assert clean is not None
    assert clean.id_type == id_type


def test_number_of_another_document_is_refused() -> None:
    verdict = judge("production", CF_XDR_ZJLX="身份证", CF_XDR_ZJHM="810000199003071237")
    assert [e.code for e in verdict.errors] == ["INTAKE-14"]


def test_normalising_is_told() -> None:
    assert warnings(CF_XDR_ZJHM=wide("090924") + " 19580312 2466") == {("CF_XDR_ZJHM", "INTAKE-59")}


# ---- the decision ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("category", "needed"),
    [
        ("没收违法所得", "CF_NR_WFFF"),
        ("没收违法所得、没收非法财物", "CF_NR_WFFF"),
        ("吊销许可证件", "CF_NR_ZKDX"),
        ("暂扣或者吊销许可证/执照", "CF_NR_ZKDX"),
    ],
)
def test_a_category_needs_its_column(category: str, needed: str) -> None:
    assert errors(CF_CFLB=category, CF_NR_FK="") == {(needed, "INTAKE-21")}
    filled = "0.5" if needed == "CF_NR_WFFF" else "二级建造师注册证书（苏12345）"
    assert errors(CF_CFLB=category, CF_NR_FK="", **{needed: filled}) == set()


def test_source_must_be_the_sender_but_the_authority_may_be_another() -> None:
    assert errors(CF_CFJG="盐城市交通运输局", CF_CFJGDM="11090900900000022X") == set()
    other = OrganisationFacts("11090900900000022X", "盐城市交通运输局")
    foreign = check_row(row(), item=item(), organisation=other, mode="demo", today=TODAY)
    assert [e.code for e in foreign.errors] == ["INTAKE-23"]
    assert warnings(CF_SJLY="市场监管局") == {("CF_SJLY", "INTAKE-58")}


def test_document_number_has_one_form() -> None:
    assert normalise_document_number("盐农(渔业)罚 [2026] 3号") == "盐农（渔业）罚〔2026〕3号"
    clean = judge(CF_WSH="盐市监罚决【2026】123 号").clean
    assert clean is not None
    assert clean.doc_no == "盐市监罚决〔2026〕123号"


def test_warning_alone_is_not_general() -> None:
    assert warnings(CF_CFLB="警告", CF_NR_FK="") == {("CF_SXYZCD", "INTAKE-57")}
    assert warnings(CF_CFLB="警告", CF_NR_FK="", CF_SXYZCD="轻微", CF_GSJZQ="") == set()


# ---- item and bases ------------------------------------------------------------------------------


def test_basis_must_be_in_force_on_both_days() -> None:
    assert ("CF_JDRQ", "INTAKE-28") in errors(CF_JDRQ="2021-12-31", CF_GSJZQ="", CF_SXYZCD="轻微")
    assert errors(CF_JDRQ="2022-01-01", CF_GSJZQ="", CF_SXYZCD="轻微") == set()
    assert check_item(item(), today=TODAY) == ()
    before = check_item(item(), today=date(2026, 3, 31))
    assert [e.code for e in before] == ["INTAKE-20", "INTAKE-28"]


def test_item_without_publication_or_parameter_refuses() -> None:
    asleep = replace(item(), active=False)
    verdict = check_row(row(), item=asleep, organisation=OFFICE, mode="demo", today=TODAY)
    assert [e.code for e in verdict.errors] == ["INTAKE-20"]
    blank = replace(item(), parameters=())
    found = check_row(row(), item=blank, organisation=OFFICE, mode="demo", today=TODAY)
    assert {e.code for e in found.errors} == {"INTAKE-34"}


# ---- texts, duplicates, result --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        (f"号码{NUMBER}", ("identity",)),
        ("号码0909 2419 5803 1224 67", ("identity",)),  # a mistyped number betrays a person as well
        ("旧号码320902580312246", ("identity",)),
        ("手机" + wide("13912345678"), ("phone",)),
        ("联系10012345678", ("phone",)),
        ("卡号6222 0212 3456 7890 128", ("account",)),
        ("许可证JY13209020012345，货值1234567890元", ()),
        ("单位110909009000000143", ()),
        ("盐市监罚决〔2026〕123号", ()),
    ],
)
def test_personal_numbers_in_text(text: str, kinds: tuple[str, ...]) -> None:
    assert personal_numbers(text) == kinds


def test_second_copy_of_a_decision_is_refused() -> None:
    seen = Duplicates()
    first, other = judge().clean, judge(CF_WSH="盐市监罚决〔2026〕124号").clean
    assert first is not None
    assert other is not None
    assert seen.check(first, row=1) is None
    assert seen.check(other, row=2) is None
    again = seen.check(first, row=3)
    assert again == 1


def test_result_adds_up_or_does_not_exist() -> None:
    found = judge(CF_XDR_MC="").errors[0]
    result = ImportResult(2, 1, 1, errors=(Finding(2, found.field, found.code, found.message),))
    answer = result.as_json()
    assert list(answer)[:6] == ["total", "accepted", "refused", "held", "unchanged", "ignored"]
    assert list(answer)[6:] == ["errors", "held_rows", "warnings", "not_checked"]
    assert answer["errors"] == [{"row": 2, "field": "CF_XDR_MC", "code": "INTAKE-07", "message": found.message}]
    with pytest.raises(ValueError, match="add up"):
        ImportResult(3, 1, 1)


def test_every_sentence_is_a_sentence_with_a_source() -> None:
    for code, word in WORDS.items():
        assert word.source, code
        assert code in ("INTAKE-01", "INTAKE-02", "INTAKE-03", "INTAKE-04") or word.sentence.endswith("。"), code
        assert "！" not in word.sentence


# ---- properties -----------------------------------------------------------------------------------

CELLS = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", "/", "无", NUMBER, NAME, real_number(), "E12345678", "2026-10-14", "0001-01-01", "9999-12-31"]
    ),
    st.sampled_from(["罚款", "行政拘留;;其他-", "0.1", "自然人", "护照", "严重", OFFICE.uscc, "3.2E+17", wide("123")]),
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(row(), CELLS)), st.sampled_from(["demo", "test", "production"]))
def test_no_row_crashes_and_none_is_half_judged(changes: dict[str, str], mode: str) -> None:
    verdict = check_row(row(**changes), item=item(), organisation=OFFICE, mode=mode, today=TODAY)
    assert (verdict.clean is None) == bool(verdict.errors)
    assert all(e.code in WORDS for e in (*verdict.errors, *verdict.warnings))


@given(st.permutations(list(row())))
def test_shifted_columns_never_put_a_person_into_a_message(order: list[str]) -> None:
    shifted = dict(zip(order, row().values(), strict=True))
    verdict = check_row(shifted, item=item(), organisation=OFFICE, mode="demo", today=TODAY)
    said = " ".join(e.message for e in (*verdict.errors, *verdict.warnings))
    assert NAME not in said
    assert NUMBER not in said
    assert NUMBER[6:14] not in said
