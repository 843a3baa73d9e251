"""Files of the first generation with exactly the columns it had (law.md 6.3): who fills what they lack."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

from chengxin.intake.checks.plan import plan_for
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import OrganisationFacts, RowBlock
from chengxin.intake.judging.judge import Judged, judge
from chengxin.intake.judging.screen import Screen
from chengxin.intake.reading import open_table
from chengxin.intake.rules import Duplicates
from chengxin.intake.tests.material import NAME, NUMBER, OFFICE, TODAY, item, wide
from chengxin.intake.tests.odd_files import GOOD, HEADER, text

PENALTY = dict.fromkeys(
    ["CF_WSH", "CF_CFMC", "CF_CFLB1", "CF_CFLB2", "CF_SY", "CF_YJ", "CF_XDR_MC", "CF_XDR_SHXYM", "CF_XDR_ZDM",
     "CF_XDR_GSDJ", "CF_XDR_SWDJ", "CF_XDR_SFZ", "CF_FR", "CF_JG", "CF_JDRQ", "CF_XZJG", "CF_ZT", "DFBM", "SJC",
     "BZ"],
    "",
) | {
    "CF_WSH": "盐市监罚决〔2026〕123号",
    "CF_CFMC": "未取得食品经营许可从事食品经营活动",
    "CF_CFLB1": "警告",
    "CF_SY": "执法人员检查时发现当事人设摊制售熟食。",
    "CF_YJ": "《中华人民共和国食品安全法》第一百二十二条第一款",
    "CF_XDR_MC": NAME,
    "CF_XDR_SFZ": NUMBER,
    "CF_JG": "给予警告。",
    "CF_JDRQ": "2026/10/14",
    "CF_XZJG": OFFICE.name,
    "CF_ZT": "0",
    "DFBM": "320900",
    "SJC": "2026-10-15 10:00:00",
}  # fmt: skip
LICENCE = dict.fromkeys(
    ["XK_WSH", "XK_XMMC", "XK_SPLB", "XK_NR", "XK_XDR", "XK_XDR_SHXYM", "XK_XDR_ZDM", "XK_XDR_GSDJ",
     "XK_XDR_SWDJ", "XK_XDR_SFZ", "XK_FR", "XK_JDRQ", "XK_JZQ", "XK_XZJG", "XK_ZT", "DFBM", "SJC", "BZ"],
    "",
) | {
    "XK_WSH": "盐市监许〔2026〕1号",
    "XK_XMMC": "食品经营许可",
    "XK_SPLB": "0",
    "XK_NR": "经营",
    "XK_XDR": NAME,
    "XK_XDR_SFZ": NUMBER,
    "XK_JDRQ": "2026/10/14",
    "XK_JZQ": "2031/10/13",
    "XK_XZJG": OFFICE.name,
    "XK_ZT": "0",
}  # fmt: skip
FILES = pytest.mark.parametrize(("code", "cells"), [("XZCF", PENALTY), ("XZXK", LICENCE)])


def block(code: str, *rows: dict[str, str]) -> RowBlock:
    data = text(list(rows[0]), *(list(cells.values()) for cells in rows)).encode()
    (only,) = open_table(io.BytesIO(data), item=item(code)).blocks()
    return only


def judged(code: str, *rows: dict[str, str], sender: OrganisationFacts | None = OFFICE) -> Judged:
    return judge(
        block(code, *rows),
        item=item(code),
        organisation=sender,
        mode="demo",
        today=TODAY,
        kind="report",
        duplicates=Duplicates(),
    )


@FILES
def test_the_sender_fills_in_what_the_format_lacks(code: str, cells: dict[str, str]) -> None:
    answer = judged(code, cells)
    assert answer.errors == []
    assert answer.clean.authority_codes == [OFFICE.uscc]
    assert answer.clean.authority_names == [OFFICE.name]


@FILES
def test_another_authority_is_never_guessed(code: str, cells: dict[str, str]) -> None:
    """INTAKE-49 stands on the column of the authority's code."""
    heading = "CF_XZJG" if code == "XZCF" else "XK_XZJG"
    answer = judged(code, cells | {heading: "射阳县市场监督管理局"})
    known = item(code)
    field = known.role("authority_code")
    assert field is not None
    assert [(error.row, error.field, error.code) for error in answer.errors] == [(1, field.code, "INTAKE-49")]
    assert field.name in answer.errors[0].message


@FILES
@pytest.mark.parametrize("sender", [None, OrganisationFacts(OFFICE.uscc, "")])
def test_without_a_known_sender_the_columns_are_not_judged(
    code: str, cells: dict[str, str], sender: OrganisationFacts | None
) -> None:
    answer = judged(code, cells, sender=sender)
    assert answer.errors == []
    assert answer.clean.authority_codes == [""]


@FILES
def test_the_screen_fills_in_the_same(code: str, cells: dict[str, str]) -> None:
    heading = "CF_XZJG" if code == "XZCF" else "XK_XZJG"
    found = block(code, cells, cells | {heading: "射阳县市场监督管理局"})
    known, answers = item(code), []
    for sender in (OFFICE, None):
        plan = plan_for(known, organisation=sender, mode="demo", today=TODAY, kind="report")
        answers.append(Screen(plan)(found.columns, rows=2).passed)
    assert answers == [[True, False], [False, False]]  # what is not judged is left to the exact rules


def test_a_file_of_today_names_its_source() -> None:
    at = HEADER.index("CF_SJLYDM")
    with pytest.raises(UnreadableFile) as refused:
        open_table(io.BytesIO(text(HEADER[:at] + HEADER[at + 1 :], GOOD[:at] + GOOD[at + 1 :]).encode()), item=item())
    assert refused.value.reason == "缺少必填列：数据来源单位统一社会信用代码"


def test_a_column_that_is_there_is_judged() -> None:
    answer = judged("XZCF", PENALTY | {"CF_CFJGDM": "", "CF_SJLYDM": "11090900900000022X"})
    found = {(error.field, error.code) for error in answer.errors}
    assert found == {("CF_CFJGDM", "INTAKE-07"), ("CF_SJLYDM", "INTAKE-23")}


# ---- classes of the old standard --------------------------------------------------------------------


@pytest.mark.parametrize("old", ["1", "2", wide("3"), "较重"])
def test_an_old_class_is_not_translated_and_not_lost(old: str) -> None:
    """INTAKE-62: numbers of the ended standard become 未定, which is not displayed, and the department is told."""
    answer = judged("XZCF", PENALTY | {"CF_SXYZCD": old})
    assert answer.clean.severities == ["UNDETERMINED"]
    assert answer.clean.display_ends == [None]
    assert [(one.row, one.field, one.code) for one in answer.warnings] == [(1, "CF_SXYZCD", "INTAKE-62")]


def test_classes_of_today_are_taken_from_an_old_file() -> None:
    answer = judged(
        "XZCF", *(PENALTY | {"CF_SXYZCD": one, "CF_WSH": f"罚{at}号文"} for at, one in enumerate(("一般", "0", "")))
    )
    assert answer.clean.severities == ["GENERAL", "UNDETERMINED", "UNDETERMINED"]
    assert [one.code for one in answer.warnings if one.row != 1] == ["INTAKE-54"]


def test_the_class_of_a_file_of_today_is_not_passed_over() -> None:
    cells = dict(zip(HEADER, GOOD, strict=True))
    assert [error.code for error in judged("XZCF", cells | {"CF_SXYZCD": "2"}).errors] == ["INTAKE-12"]


def test_rows_handed_back_stand_as_they_came() -> None:
    """The workbook of bad rows shows the department's own number, not 未定."""
    plain = tuple(replace(one, values={}) for one in item().formats)
    data = text([*PENALTY, "CF_SXYZCD"], [*PENALTY.values(), "2"]).encode()
    (found,) = open_table(io.BytesIO(data), item=replace(item(), formats=plain)).blocks()
    assert found.columns["CF_SXYZCD"] == ["2"]
    assert found.told == []
