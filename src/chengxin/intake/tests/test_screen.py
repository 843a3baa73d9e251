"""The screen lets nothing through on which the exact rules would say another word, and most of what is clean."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.catalog.tests import samples
from chengxin.intake.checks.plan import Plan, plan_for
from chengxin.intake.judging.judge import Clean, values_of
from chengxin.intake.judging.screen import Proven, Screen
from chengxin.intake.judging.vectors import _PLAIN
from chengxin.intake.rules import judge_row
from chengxin.intake.tests.material import NUMBER, OFFICE, TODAY, born, item, real_number, row, sample, wide
from chengxin.kernel.identity import check_digit
from chengxin.operate.generate import Department, penalties, persons

Rows = list[dict[str, str]]


def plan(code: str = "XZCF", mode: str = "demo") -> Plan:
    return plan_for(item(code), organisation=OFFICE, mode=mode, today=TODAY, kind="report")


def screened(rows: Rows, code: str = "XZCF", mode: str = "demo") -> Proven:
    codes = {code: None for cells in rows for code in cells}
    columns = {code: [cells.get(code, "") for cells in rows] for code in codes}
    return Screen(plan(code, mode))(columns, rows=len(rows))


def agrees(rows: Rows, code: str = "XZCF", mode: str = "demo") -> Proven:
    """Every row that passed is clean to the exact rules, with the same values and the same warnings."""
    proven = screened(rows, code, mode)
    verdicts = [judge_row(plan(code, mode), cells) for cells in rows]
    kept = [verdict for verdict, passed in zip(verdicts, proven.passed, strict=True) if passed]
    assert [verdict.errors for verdict in kept] == [()] * len(kept)
    exact = [values_of(verdict.clean) for verdict in kept if verdict.clean]
    assert list(zip(*proven.columns, strict=True)) == exact
    told = [(at, v.warnings) for at, v in enumerate(verdicts) if proven.passed[at] and v.warnings]
    assert proven.warnings == told
    return proven


# ---- what passes ----------------------------------------------------------------------------------


def test_generated_penalties_pass() -> None:
    people = persons(1500, seed=11, today=TODAY)
    office = Department(OFFICE.uscc, OFFICE.name)
    rows = penalties(people, seed=11, today=TODAY, organisations=[office], percent=100)
    proven = agrees(rows)
    silent = sum(not judge_row(plan(), cells).warnings for cells in rows)
    passed = sum(proven.passed) - len(proven.warnings)
    assert passed >= 0.95 * silent
    assert proven.warnings  # those without a class pass with their warning


@pytest.mark.parametrize("code", samples.codes())
def test_a_good_row_of_every_item_passes(code: str) -> None:
    known = item(code)
    number, doc_no = known.role("id_number"), known.role("doc_no")
    assert number is not None
    assert doc_no is not None
    rows = [
        sample(code, **{number.code: samples.number(order=100 + at), doc_no.code: f"苏字〔2026〕第{at}号"})
        for at in range(40)
    ]
    assert all(agrees(rows, code).passed)


@pytest.mark.parametrize(
    ("cells", "value"),
    [
        ({"CF_JDRQ": "2026年10月14日"}, date(2026, 10, 14)),
        ({"CF_JDRQ": "2026/10/14 0:00"}, date(2026, 10, 14)),
        ({"CF_SXYZCD": "轻微", "CF_GSJZQ": ""}, "MINOR"),
        ({"CF_WSH": "盐农(渔业)罚[2026]3号"}, "盐农（渔业）罚〔2026〕3号"),
        ({"CF_WSH": "（2026）苏0902执1203号"}, "〔2026〕苏0902执1203号"),
        ({"CF_XDR_MC": "阿卜杜拉·买买提"}, "阿卜杜拉·买买提"),
        ({"CF_NR": "处以罚款2,200元；逾期每日加处3%（不超过本金）。"}, None),
        ({"CF_SY": "许可证编号JY13209020012345，货值1234567890元。"}, None),
    ],
)
def test_ordinary_spellings_pass(cells: dict[str, str], value: object) -> None:
    proven = agrees([row(**cells)])
    assert proven.passed == [True]
    assert value is None or value in [column[0] for column in proven.columns]


def test_a_class_that_nobody_stated_passes_with_its_warning() -> None:
    proven = agrees([row(), row(CF_SXYZCD="", CF_GSJZQ=""), row(CF_GSJZQ="2029-01-01")])
    assert proven.passed == [True, True, True]
    assert [(at, [w.code for w in found]) for at, found in proven.warnings] == [(1, ["INTAKE-54"]), (2, ["INTAKE-51"])]


def test_real_numbers_pass_in_production_and_nowhere_else() -> None:
    rows = [row(CF_XDR_ZJHM=real_number()), row()]
    assert agrees(rows, mode="production").passed == [True, False]
    assert agrees(rows).passed == [False, True]


def test_allowed_characters_never_change() -> None:
    inside = [chr(code) for code in range(0x20, 0x1_0000) if not 0xD800 <= code <= 0xDFFF]
    allowed = [c for c in inside if re.match(f"[{_PLAIN}]", c)]
    assert len(allowed) > 27_000
    assert all(unicodedata.normalize("NFC", c) == c and c.isprintable() and c not in '"\\' for c in allowed)
    assert not any(unicodedata.combining(c) for c in allowed)


# ---- what does not --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cells",
    [
        {"CF_XDR_MC": "王"},
        {"CF_XDR_MC": "王 桂兰"},
        {"CF_XDR_ZJHM": "090924195803122467"},
        {"CF_XDR_ZJHM": "090924580312246"},
        {"CF_XDR_ZJHM": wide(NUMBER)},
        {"CF_XDR_ZJHM": born("20081015")},
        {"CF_XDR_ZJHM": born("18900101")},
        {"CF_XDR_ZJHM": born("20261201")},
        {"CF_XDR_ZJHM": born("20260230")},
        {"CF_XDR_ZJLX": "永居证"},
        {"CF_XDR_LB": "个体工商户"},
        {"CF_JDRQ": "46309"},
        {"CF_JDRQ": "2021-12-31", "CF_SXYZCD": "轻微", "CF_GSJZQ": ""},
        {"CF_GSJZQ": "2026-10-13"},
        {"CF_NR_FK": ""},
        {"CF_NR_FK": "x"},
        {"CF_CFLB": "警告"},
        {"CF_CFLB": "没收违法所得"},
        {"CF_CFLB": "吊销许可证件"},
        {"CF_CFJG": "市场监管局"},
        {"CF_SJLYDM": "11090900900000022X"},
        {"CF_SY": "行政 拘留五日，没收工具。"},
        {"CF_SY": "当事人有精神障碍病史。"},
        {"CF_SY": "联系电话" + wide("13912345678")},
        {"CF_SY": "第一段。\n第二段。"},
        {"CF_SY": "他说\"好\"。"},
        {"CF_SY": "e\u0301 一二三四五"},
        {"CF_SY": "一二三四五 "},
        {"CF_SY": "无"},
        {"CF_SY": "文" * 5001},
        {"CF_SY": "半个字\ud842在此"},
        {"CF_XDR_SHXYM": "91320902MA1XXXXX0X"},
        {"CF_WSH": "盐 市监罚决〔2026〕123号"},
        {"CF_WSH": "没有文号在此"},
    ],
)  # fmt: skip
def test_what_is_not_certain_is_left_to_the_exact_rules(cells: dict[str, str]) -> None:
    assert agrees([row(**cells)]).passed == [False]


def test_withdrawals_are_not_screened() -> None:
    withdraw = plan_for(item(), organisation=OFFICE, mode="demo", today=TODAY, kind="withdraw")
    with pytest.raises(ValueError, match="not screened"):
        Screen(withdraw)


# ---- properties -----------------------------------------------------------------------------------

CELLS = st.one_of(
    st.sampled_from(
        ["", "/", "无", " ", NUMBER, real_number(), "护照", "永居证", "E12345678", "3.2E+17", wide("2026")]
    ),
    st.sampled_from(["2026-10-14", "2026.10.13", "2024-02-29", "2026年3月1日", "46309", "0001-01-01", "9999-12-31"]),
    st.sampled_from(
        ["罚款", "警告", "其他-", "罚款;没收违法所得", "行政拘留", "严重", "轻微", "未定", "0", "0.1", "2200元"]
    ),
    st.sampled_from([OFFICE.uscc, OFFICE.name, "11090900900000022X", "盐城市公安局", "《治安管理处罚法》第二十六条"]),
    st.sampled_from(["电话13912345678", "1 390 000 0000", "卡号6222021234567890128", "拘（留）", "病史五年在此"]),
    st.dates(date(1900, 1, 1), date(2030, 1, 1)).map(lambda day: day.isoformat()),
    st.dates(date(1900, 1, 1), date(2027, 1, 1)).map(lambda day: born(f"{day:%Y%m%d}")),
    st.text(max_size=12),
)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Numbers of all sorts of places and days, some with a wrong check character."""
    day = draw(st.dates(date(1880, 1, 1), date(2030, 1, 1)))
    body = draw(st.sampled_from(["090902", "320902", "110101", "810000", "932840", "999999", "000000", "320924"]))
    body += f"{day:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + draw(st.sampled_from([check_digit(body), check_digit(body).lower(), "X", "0"]))


@st.composite
def blocks(draw: st.DrawFn, code: str) -> Rows:
    """Rows of an item: some as they should be, some with a cell changed, spoilt by a character, or swapped."""
    number = item(code).role("id_number")
    assert number is not None
    good = sample(code)
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        cells = dict(good)
        cells[number.code] = draw(st.one_of(st.just(cells[number.code]), numbers()))
        for column in draw(st.lists(st.sampled_from(sorted(cells)), max_size=2)):
            match draw(st.sampled_from(["change", "insert", "swap"])):
                case "change":
                    cells[column] = draw(CELLS)
                case "insert":
                    at = draw(st.integers(0, len(cells[column])))
                    cells[column] = cells[column][:at] + draw(st.characters()) + cells[column][at:]
                case _:
                    other = draw(st.sampled_from(sorted(cells)))
                    cells[column], cells[other] = cells[other], cells[column]
        rows.append(cells)
    return rows * draw(st.sampled_from([1, 6]))  # six times: cells repeat, and are judged one by one


@settings(max_examples=150, deadline=None)
@given(st.data(), st.sampled_from(["XZCF", "XZXK", "TQGZ", "ZY_KJ", "RYBZ"]), st.sampled_from(["demo", "production"]))
def test_what_passes_is_clean_to_the_exact_rules(data: st.DataObject, code: str, mode: str) -> None:
    agrees(data.draw(blocks(code)), code, mode)


@settings(max_examples=300, deadline=None)
@given(st.lists(numbers(), min_size=1, max_size=30), st.sampled_from(["demo", "production"]))
def test_numbers_are_weighed_as_the_standard_says(found: list[str], mode: str) -> None:
    agrees([row(CF_XDR_ZJHM=number) for number in found], mode=mode)


@settings(deadline=None)
@given(st.text(st.sampled_from("0123456789 -a中" + wide("139")), max_size=40))
def test_no_personal_number_passes(text: str) -> None:
    agrees([row(CF_SY=f"文字在此{text}文字在此", CF_NR=f"文字{text}")])


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.dates(date(2021, 6, 1), date(2026, 12, 31)), st.none() | st.dates(date(2021, 1, 1))), min_size=1),
    st.sampled_from(["轻微", "一般", "严重", "未定", ""]),
)  # fmt: skip
def test_periods_are_those_of_the_exact_rules(days: list[tuple[date, date | None]], severity: str) -> None:
    agrees(
        [
            row(CF_JDRQ=decided.isoformat(), CF_GSJZQ=end.isoformat() if end else "", CF_SXYZCD=severity)
            for decided, end in days
        ]
    )


def test_columns_are_those_of_clean_data() -> None:
    assert len(screened([row()]).columns) == len(Clean.__struct_fields__) - 2
