"""The rules of a row for catalog items of every kind, and for files that withdraw."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chengxin.catalog.tests import samples
from chengxin.intake.facts import CodeFacts, FieldFacts, ItemFacts, RowVerdict
from chengxin.intake.rules import WITHDRAW_REASON, check_item, check_row, fields_for
from chengxin.intake.tests.material import NAME, NUMBER, OFFICE, TODAY, born, item, row, sample, wide


def verdict_of(known: ItemFacts, cells: dict[str, str], kind: str = "report") -> RowVerdict:
    return check_row(cells, item=known, organisation=OFFICE, mode="demo", today=TODAY, kind=kind)


def judge(code: str, **changes: str) -> RowVerdict:
    return verdict_of(item(code), sample(code, **changes))


def errors(code: str, **changes: str) -> list[tuple[str, str]]:
    return [(e.field, e.code) for e in judge(code, **changes).errors]


def warnings(code: str, **changes: str) -> list[tuple[str, str]]:
    return [(w.field, w.code) for w in judge(code, **changes).warnings]


@pytest.mark.parametrize("code", samples.codes())
def test_every_item_takes_a_good_row(code: str) -> None:
    verdict = judge(code)
    assert (verdict.errors, verdict.warnings) == ((), ())
    assert verdict.clean is not None
    known = item(code)
    assert verdict.clean.severity == ("GENERAL" if known.severity == "field" else known.severity)
    assert verdict.clean.display_end is not None
    assert TODAY < verdict.clean.display_end <= verdict.clean.retained_until


@pytest.mark.parametrize("code", samples.codes())
def test_every_finding_names_a_column(code: str) -> None:
    known = replace(item(code), active=False, bases=(), parameters=())
    found = check_row({}, item=known, organisation=OFFICE, mode="demo", today=TODAY).errors
    assert {e.field for e in found} <= {f.code for f in known.fields}
    assert {"INTAKE-07", "INTAKE-20", "INTAKE-24", "INTAKE-28"} <= {e.code for e in found}
    decided = known.role("decided_on")
    assert decided is not None
    assert {e.field for e in check_item(known, today=TODAY)} == {decided.code}


# ---- what is granted or honoured ------------------------------------------------------------------


def test_a_licence_has_no_class_and_is_not_shown_beyond_its_end() -> None:
    clean = judge("XZXK", XK_YXQZI="2027-03-31").clean
    assert clean is not None
    assert (clean.severity, clean.display_end) == ("NONE", date(2027, 4, 1))
    assert clean.plain["XK_YXQZI"] == "2027-03-31"
    for endless in ("", "2046-10-15", "2099-12-31", "9999-12-31"):
        clean = judge("XZXK", XK_YXQZI=endless).clean
        assert clean is not None
        assert clean.display_end == date(2046, 10, 15), "twenty years, and then it is reported again"


@pytest.mark.parametrize("code", ["XZXK", "ZYZG", "ZY_YS", "ZY_PG", "RYBZ"])
def test_what_is_granted_stays_while_it_is_valid(code: str) -> None:
    """law.md 4.3: five years count from the end of what is recorded, not from its beginning."""
    known = item(code)
    columns = {role: field.code for role in ("decided_on", "valid_until") if (field := known.role(role))}
    old = replace(known, bases=tuple(replace(basis, valid_from=date(2020, 1, 1)) for basis in known.bases))
    dates = {columns["decided_on"]: "2021-01-01", columns["valid_until"]: "2030-12-31"}
    verdict = verdict_of(old, sample(code, **dates))
    assert verdict.errors == ()
    assert verdict.clean is not None
    assert (verdict.clean.display_end, verdict.clean.retained_until) == (date(2031, 1, 1), date(2036, 1, 1))
    endless = verdict_of(old, sample(code, **dates | {columns["valid_until"]: ""})).clean
    assert endless is not None
    assert endless.retained_until == endless.display_end == date(2031 if code == "RYBZ" else 2041, 1, 2)
    far = verdict_of(old, sample(code, **dates | {columns["valid_until"]: "9999-12-31"})).clean
    assert far is not None
    assert far.display_end == endless.display_end
    assert far.retained_until == date(2036 if code == "RYBZ" else 2046, 1, 2)


def test_no_period_leaves_what_the_store_can_keep() -> None:
    known = item("XZXK")
    forever = tuple(replace(p, value=9000) if p.name in ("retention", "display_max") else p for p in known.parameters)
    clean = verdict_of(replace(known, parameters=forever), sample("XZXK", XK_YXQZI="9999-12-31")).clean
    assert clean is not None
    assert clean.display_end == clean.retained_until == date(2299, 12, 31)


def test_what_harms_counts_from_the_decision_whatever_it_says_of_an_end() -> None:
    clean = judge("XZCF", CF_YXQ="2040-01-01").clean
    assert clean is not None
    assert (clean.display_end, clean.retained_until) == (date(2027, 10, 15), date(2031, 10, 15))


def test_intake_29_what_has_ended_is_not_collected_and_nobody_waits_for_good_news() -> None:
    # Shown until tomorrow is enough: neither notice nor waiting period stands before it.
    assert errors("XZXK", XK_YXQZI=TODAY.isoformat()) == []
    assert errors("XZXK", XK_YXQZI="2026-11-22") == [("XK_YXQZI", "INTAKE-29")]
    assert errors("XZXK", XK_YXQZI="2026-10-13") == [("XK_YXQZI", "INTAKE-33"), ("XK_YXQZI", "INTAKE-29")]
    told = judge("XZXK", XK_YXQZI="2026-11-22").errors[0].message
    assert told.startswith("期限已过：公示期到 2026-11-22 为止，不得归集。仍然有效的，请核对“有效期至”")


def test_an_honour_at_eighteen_needs_no_second_look() -> None:
    assert warnings("RYBZ", RY_ZJHM=born("20081014")) == []
    assert errors("SXBZXR", SX_ZJHM=born("20081014"), SX_XWRQ="") == [("SX_XWRQ", "INTAKE-60")]
    assert errors("RYBZ", RY_ZJHM=born("20081015")) == [("RY_ZJHM", "INTAKE-18")]


# ---- items whose class is the law's ---------------------------------------------------------------


def test_the_class_of_the_law_bounds_the_display() -> None:
    clean = judge("TQGZ", TQ_GSJZQ="2028-01-01").clean
    assert clean is not None
    assert (clean.severity, clean.display_end) == ("SERIOUS", date(2028, 1, 2))
    assert warnings("TQGZ", TQ_GSJZQ="2039-01-01") == [("TQ_GSJZQ", "INTAKE-51")]
    assert errors("TQGZ", TQ_RDRQ="2026-10-13", TQ_GSJZQ="2026-10-12") == [
        ("TQ_RDRQ", "INTAKE-29"),
        ("TQ_GSJZQ", "INTAKE-33"),
    ]


def test_age_is_judged_on_the_act_where_the_format_knows_it() -> None:
    young = born("20080701")
    assert errors("TQGZ", TQ_ZJHM=young, TQ_XWRQ="2026-06-30") == [("TQ_ZJHM", "INTAKE-18")]
    assert "行为发生时" in judge("TQGZ", TQ_ZJHM=young, TQ_XWRQ="2026-06-30").errors[0].message
    assert errors("TQGZ", TQ_ZJHM=young, TQ_XWRQ="2026-07-01") == []
    assert warnings("TQGZ", TQ_ZJHM=young, TQ_XWRQ="2026-07-01") == []
    assert errors("TQGZ", TQ_ZJHM=young, TQ_XWRQ="") == [("TQ_XWRQ", "INTAKE-60")]


def test_intake_47_nobody_is_judged_for_what_comes_later() -> None:
    assert errors("TQGZ", TQ_XWRQ="2026-10-15") == [("TQ_XWRQ", "INTAKE-47")]
    assert errors("TQGZ", TQ_XWRQ="2026-10-14") == []


# ---- cells ----------------------------------------------------------------------------------------


def test_intake_61_a_serial_number_is_the_day_it_means() -> None:
    verdict = check_row(row(CF_JDRQ="46309"), item=item(), organisation=OFFICE, mode="demo", today=TODAY)
    assert verdict.clean is not None
    assert verdict.clean.decided_on == date(2026, 10, 14)
    assert [(w.field, w.code) for w in verdict.warnings] == [("CF_JDRQ", "INTAKE-61")]
    assert "2026-10-14" in verdict.warnings[0].message


def test_values_are_kept_in_the_spelling_of_the_code_set() -> None:
    clean = judge("XZXK", XK_XKLB="其他 - 变更").clean
    assert clean is not None
    assert (clean.plain["XK_XKLB"], clean.texts["XK_XKLB"]) == ("其他", "其他-变更")
    bare = judge("XZXK", XK_XKLB="其他-").clean
    assert bare is not None
    assert bare.plain["XK_XKLB"] == "其他"
    assert "XK_XKLB" not in bare.texts
    spelt = replace(item("XZXK"), codes=(*item("XZXK").codes, CodeFacts("licence_category", "备案", aliases=("备",))))
    clean = verdict_of(spelt, sample("XZXK", XK_XKLB="备")).clean
    assert clean is not None
    assert clean.plain["XK_XKLB"] == "备案"
    assert errors("XZXK", XK_XKLB="特殊") == [("XK_XKLB", "INTAKE-12")]
    gone = replace(item("XZXK"), codes=(*item("XZXK").codes, CodeFacts("licence_category", "备案", accepted=False)))
    assert [e.code for e in verdict_of(gone, sample("XZXK", XK_XKLB="备案")).errors] == ["INTAKE-12"]


def test_a_list_of_nothing_but_separators_is_empty() -> None:
    assert ("CF_CFLB", "INTAKE-07") in errors("XZCF", CF_CFLB=" ; ；")


def test_a_column_of_yes_and_no() -> None:
    flag = FieldFacts("XK_SF", "是否首次", "bool", "no", "plain")
    known = replace(item("XZXK"), fields=(*item("XZXK").fields, flag))
    for cell, value in (("是", "是"), ("0", "否"), (wide("1"), "是")):
        clean = verdict_of(known, sample("XZXK", XK_SF=cell)).clean
        assert clean is not None
        assert clean.plain["XK_SF"] == value
    assert [e.code for e in verdict_of(known, sample("XZXK", XK_SF="不详")).errors] == ["INTAKE-12"]


def test_prohibited_words_spare_the_phrases_in_which_they_mean_something_else() -> None:
    known = item("XYCN")
    ban = next(b for b in known.prohibited if b.code == "wages")
    known = replace(known, prohibited=(replace(ban, in_text=("工资",)),))
    assert [e.code for e in verdict_of(known, sample("XYCN", CN_NR="承诺不再拖欠农民工工资。")).errors] == []
    assert [e.code for e in verdict_of(known, sample("XYCN", CN_NR="承诺如实申报工资。")).errors] == ["INTAKE-26"]


# ---- who sends, and what kind of file ---------------------------------------------------------------


def test_without_a_known_sender_the_sender_is_not_judged() -> None:
    foreign = row(CF_SJLY="市场监管局", CF_SJLYDM="11090900900000022X")
    offline = check_row(foreign, item=item(), organisation=None, mode="demo", today=TODAY)
    assert (offline.errors, offline.warnings) == ((), ())
    known = check_row(foreign, item=item(), organisation=OFFICE, mode="demo", today=TODAY)
    assert [e.code for e in known.errors] == ["INTAKE-23"]


WITHDRAWN = {
    "CF_XDR_MC": NAME,
    "CF_XDR_ZJLX": "身份证",
    "CF_XDR_ZJHM": NUMBER,
    "CF_WSH": "盐市监罚决[2026]123号",
    "CF_CFJGDM": OFFICE.uscc,
    "CF_SJLYDM": OFFICE.uscc,
    "CX_YY": "决定被撤销",
}


def withdraw(**changes: str) -> RowVerdict:
    return verdict_of(item(), WITHDRAWN | changes, "withdraw")


def test_a_withdrawal_names_the_record_and_the_reason() -> None:
    assert [f.code for f in fields_for(item(), "withdraw")] == [
        "CF_XDR_MC", "CF_XDR_ZJLX", "CF_XDR_ZJHM", "CF_WSH", "CF_CFJG", "CF_CFJGDM", "CF_SJLYDM", "CX_YY",
    ]  # fmt: skip
    assert fields_for(item(), "correct") == item().fields
    verdict = withdraw()
    assert (verdict.errors, verdict.warnings) == ((), ())
    clean = verdict.clean
    assert clean is not None
    assert (clean.doc_no, clean.reason, clean.display_end) == ("盐市监罚决〔2026〕123号", "决定被撤销", None)
    assert (clean.plain, clean.texts, clean.decided_on) == ({}, {}, TODAY)


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("CX_YY", "", "INTAKE-07"),
        ("CX_YY", "不想要了", "INTAKE-12"),
        ("CF_XDR_ZJHM", "090924195803122467", "INTAKE-14"),
        ("CF_WSH", "无", "INTAKE-24"),
        ("CF_SJLYDM", "11090900900000022X", "INTAKE-23"),
    ],
)
def test_a_withdrawal_that_names_nothing_is_refused(field: str, cell: str, code: str) -> None:
    assert [(e.field, e.code) for e in withdraw(**{field: cell}).errors] == [(field, code)]


def test_what_should_never_have_come_in_can_go() -> None:
    child = born("20200101")
    asleep = replace(item(), active=False)
    sealed = {"CF_XDR_ZJHM": child, "CF_CFJG": "盐城市公安局", "CF_WSH": "盐公（治）行罚决字〔2026〕1号"}
    verdict = verdict_of(asleep, WITHDRAWN | sealed, "withdraw")
    assert [(e.field, e.code) for e in verdict.errors] == []
    assert verdict.clean is not None


@pytest.mark.parametrize("kind", ["correct", "legacy"])
def test_corrections_and_old_holdings_are_judged_like_reports(kind: str) -> None:
    assert verdict_of(item(), row(), kind) == verdict_of(item(), row())
    assert verdict_of(item(), row(CF_NR=""), kind) == verdict_of(item(), row(CF_NR=""))


def test_an_unknown_kind_or_an_item_without_its_columns_is_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        verdict_of(item(), row(), "erase")
    lost = replace(item(), fields=tuple(f for f in item().fields if f.role != "doc_no"))
    with pytest.raises(ValueError, match="doc_no"):
        verdict_of(lost, row())
    assert WITHDRAW_REASON.code == "CX_YY"
