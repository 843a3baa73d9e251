"""The seed data of the catalog: every item complete and lawful, every group accounted for, every law known."""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import psycopg
import pytest

from chengxin.catalog.facts import Law, Prohibited
from chengxin.catalog.periods import PARAMETERS
from chengxin.catalog.rules import gate, prohibited_in
from chengxin.catalog.tests.samples import ITEMS, OFFICE, ago, codes, definition, number, sample
from chengxin.intake.facts import ROLES, ItemFacts, OrganisationFacts, item_facts
from chengxin.intake.reading.header import Headings
from chengxin.intake.rules import check_row

TODAY = date(2026, 11, 23)
NEEDED_ROLES = (
    *("person_name", "id_type", "id_number", "doc_no", "decided_on"),
    *("authority_name", "authority_code", "source_name", "source_code"),
)
STORES = {
    "person_name": "identity",
    "id_type": "identity",
    "id_number": "identity",
    **dict.fromkeys(("doc_no", "decided_on", "severity", "display_end"), "column"),
    **dict.fromkeys(("authority_name", "authority_code", "source_name", "source_code"), "column"),
}
GROUPS = (
    "公务员", "事业单位工作人员", "企业法定代表人及相关责任人", "律师", "教师", "医师",
    "执业药师（从业药师）等关键岗位的食品药品从业人员", "评估师", "税务师", "注册消防工程师", "会计师",
    "审计师", "统计从业人员", "房地产中介从业人员", "认证人员", "金融从业人员", "导游", "寄递人员",
    "安全评估师", "卫生评估师", "道路运输经营者及从业人员", "机动车驾驶人",
    "环境影响评价及检验检测从业人员", "质量检验检测人员", "专利代理人", "电子商务平台从业人员",
    "工程建设设计、施工、监理负责人及相关注册人员",
)  # fmt: skip
"""The key groups as the plan lists them."""
HEADINGS = (
    "婚姻状况", "结婚登记日期", "儿童疫苗接种", "接种时间", "献血量", "无偿献血次数", "工资收入",
    "月工资", "低保类别", "低收入家庭", "残疾等级", "健康状况", "火化日期", "社区矫正类型", "宗教信仰",
    "指纹", "血型", "基因", "病史", "存款余额", "股票市值", "商业保险", "不动产权证", "纳税数额",
    "信访次数", "垃圾分类", "拘留天数", "吸毒史", "前科", "行踪轨迹", "通话记录", "民族", "政治面貌",
    "志愿服务时长", "子女人数",
)  # fmt: skip
"""Columns that a city really kept (law 0.7), and what the law forbids by name."""

every_item = pytest.mark.parametrize("code", codes())


def table(name: str) -> Any:
    return tomllib.loads((ITEMS.parent / f"{name}.toml").read_text("utf-8"))


def rows(name: str, section: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table(name)[section]
    return found


def facts(code: str) -> ItemFacts:
    return item_facts(definition(code), table("prohibited"))


def prohibited() -> Iterator[Prohibited]:
    for row in rows("prohibited", "prohibited"):
        for kind, words in (("name", "words"), ("text", "in_text"), ("unless", "unless")):
            for word in row.get(words, ()):
                yield Prohibited(row["valid_from"], None, code=row["code"], word=word, kind=kind, law=row["law"])


def laws() -> dict[str, Law]:
    return {
        row["code"]: Law(
            row["valid_from"],
            row.get("valid_to"),
            **{name: row.get(name, "") for name in ("code", "title", "article", "level", "superseded_by", "note")},
        )
        for row in rows("laws", "law")
    }


def judge(code: str, **changes: str) -> set[tuple[str, str]]:
    """Judged on the day from which a sample counts back its dates."""
    verdict = check_row(
        sample(code, **changes),
        item=facts(code),
        organisation=OrganisationFacts(*OFFICE),
        mode="demo",
        today=date.today(),  # noqa: DTZ011 - as samples.ago
    )
    return {(error.field, error.code) for error in verdict.errors}


def key(heading: str) -> str:
    """A heading without differences that nobody sees."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", heading)).upper()


# ---- items ---------------------------------------------------------------------------------------------------


@every_item
def test_an_item_is_complete(code: str) -> None:
    item, head = facts(code), definition(code)["item"]
    assert (item.code, item.version, item.in_force(TODAY)) == (code, 1, True)
    assert head["format"] == ["CSV", "XLSX", "JSONL"]
    assert head["category"] in {f"C{n:02d}" for n in range(1, 14)}
    assert head["disclosure"] in {"authorized_query", "gov_share"}
    assert all(head[name] for name in ("name", "provider", "provider_kind", "update_frequency", "impact_assessment"))
    assert bool(head["notice_template"]) == (item.polarity == "adverse")
    assert (item.severity == "NONE") == (item.polarity != "adverse")
    assert item.role("severity") is not None if item.severity == "field" else item.role("severity") is None
    assert item.polarity != "adverse" or item.role("basis")


@every_item
def test_columns_have_roles_and_stores(code: str) -> None:
    item = facts(code)
    assert [role for role in NEEDED_ROLES if item.role(role) is None] == []
    assert {field.role for field in item.fields} <= ROLES | {""}
    assert len({field.code for field in item.fields}) == len(item.fields)
    sets = {row.code_set for row in item.codes}
    for field in item.fields:
        assert field.store == STORES.get(field.role, field.store if field.store != "column" else "")
        assert (field.kind in {"date", "number", "bool"}) == (field.length is None)
        assert field.length is None or field.length > 0
        assert (field.code_set in sets) == (field.kind in {"code", "id_type"})
        if "编号" in field.name and not field.role:
            assert field.store == "sealed", "a number of a licence or certificate names the person"
    # Full-width signs in a value would not survive reading, which turns them half-width.
    values = [v for row in item.codes for v in (row.value, *row.aliases)]
    assert [v for v in values if re.search("[\uff01-\uff5e]", v)] == []


@every_item
def test_numbers_have_dates_and_a_basis(code: str) -> None:
    item = facts(code)
    adverse = item.polarity == "adverse"
    wanted = {*PARAMETERS, *(("notice_wait", "act_look_back") if adverse else ())}
    named = {name for row in item.codes for name in (row.display_min, row.display_max)} - {""}
    wanted |= named if item.severity == "field" else {"display_max"}
    for name in wanted:
        found = item.parameter(name, today=TODAY)
        assert found is not None, name
        assert found.basis
    assert {row.name for row in item.parameters} == wanted
    least, longest = item.parameter("adult_age", today=TODAY), item.parameter("retention", today=TODAY)
    assert least is not None
    assert (least.value, least.unit) == (18, "year")
    assert longest is not None
    assert (longest.value, longest.unit) == (5, "year")


@every_item
def test_bases_are_in_force_and_known(code: str) -> None:
    known = laws()
    for row in definition(code)["basis"]:
        law = known[row["law_code"]]
        assert (row["law"], row["valid_from"], row.get("valid_to")) == (law.title, law.valid_from, law.valid_to)
        assert set(filter(None, row["article"].split("、"))) <= set(law.article.split("、"))
        assert row["article"] or row.get("note"), "no article, and nothing said about it"
    item = facts(code)
    for kind in ("collect", "act", "period"):
        assert any(basis.kind == kind and basis.in_force(TODAY) for basis in item.bases), kind


@every_item
def test_no_item_speaks_of_prohibited_information(code: str) -> None:
    bans, found = list(prohibited()), definition(code)
    names = [found["item"]["name"], *(field.name for field in facts(code).fields)]
    names += [alias for field in facts(code).fields for alias in field.aliases]
    assert [name for name in names if prohibited_in(name, bans)] == []


@every_item
def test_the_gate_of_publication_is_open(code: str) -> None:
    assert gate(definition(code), list(prohibited()), TODAY, laws=list(laws().values())) == ()


@every_item
def test_a_heading_means_one_column(code: str) -> None:
    item = facts(code)
    own: dict[str, str] = {}
    spellings = [(name, f.code) for f in item.fields for name in {key(f.code), key(f.name), *map(key, f.aliases)}]
    spellings += [(name, c) for c, said in item.organisation_only.items() for name in {key(c), key(said)}]
    for name, column in spellings:
        assert own.setdefault(name, column) == column, name
    markers: dict[str, str] = {}
    for spelling in item.formats:
        targets = {*spelling.columns.values(), *spelling.values, *spelling.defaults} - {""}
        assert targets <= {field.code for field in item.fields}
        assert len(set(map(key, spelling.columns))) == len(spelling.columns)
        assert {key(marker) for marker in spelling.markers} <= set(map(key, spelling.columns))
        for marker in map(key, spelling.markers):
            assert marker not in own, "a marker is a heading that only this format has"
            assert markers.setdefault(marker, spelling.code) == spelling.code
        for heading, column in spelling.columns.items():
            assert not column or own.get(key(heading), column) == column, heading
        sets = {field.code: field.code_set for field in item.fields}
        for column in spelling.values:
            assert sets[column], "only coded columns have values of another format"


@every_item
def test_the_sample_is_taken_and_a_minors_is_not(code: str) -> None:
    assert judge(code) == set()
    column = facts(code).role("id_number")
    assert column is not None
    assert (column.code, "INTAKE-18") in judge(code, **{column.code: number(ago(16 * 365).replace("-", ""))})


def test_what_is_penalty_like_knows_the_words_of_the_police() -> None:
    for code in codes():
        expected = facts(code).polarity == "adverse" and code != "SXBZXR"  # a court's detention is no police penalty
        assert bool(facts(code).sealed.basis_words) == expected, code
    assert ("ZY_YJ", "INTAKE-27") in judge("ZY_DL", ZY_YJ="《中华人民共和国治安管理处罚法》第四十三条")


def test_other_formats_are_read() -> None:
    def place(position: int) -> str:
        return f"第 {position + 1} 列"

    first = ["CF_WSH", "CF_CFMC", "CF_CFLB1", "CF_SY", "CF_YJ", "CF_XDR_MC", "CF_XDR_SFZ", "CF_XDR_SHXYM", "CF_JG"]
    first += ["CF_JDRQ", "CF_XZJG", "CF_ZT", "DFBM", "SJC", "BZ", "CF_SXYZCD", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM"]
    header = Headings(facts("XZCF"), "report").read(first, place=place)
    assert header.spelling is not None
    assert header.spelling.code == "G1"
    assert header.columns[1:3] == ("CF_WFXW", "CF_CFLB")
    assert header.columns[6:9] == ("CF_XDR_ZJHM", "CF_XDR_SHXYM", "CF_NR")
    assert header.columns[12:14] == ("", "")
    shaanxi = [f"xy0101{n:02d}" for n in (1, 7, 8, 33)]
    shaanxi += [f"xy0201{n:02d}" for n in (1, 2, 3, 4, 6, 7, 8, 9, 16, 30, 33, 34, 35, 36)]
    header = Headings(facts("XZCF"), "report").read(shaanxi, place=place)
    assert header.spelling is not None
    assert header.spelling.code == "SN"
    licence = ["XK_WSH", "XK_XMMC", "XK_SPLB", "XK_NR", "XK_XDR", "XK_XDR_SFZ", "XK_JDRQ", "XK_JZQ", "XK_XZJG", "XK_ZT"]
    licence += ["XK_XKJGDM", "XK_LYDW", "XK_LYDWDM", "DFBM", "SJC", "BZ"]
    header = Headings(facts("XZXK"), "report").read(licence, place=place)
    assert header.spelling is not None
    assert header.spelling.values["XK_ZT"]["1"] == "无效"


def test_old_numbers_are_never_translated_into_a_new_class() -> None:
    """Law 6.3: 1 一般, 2 较重, 3 严重 of the ended standard; and a state that is not 正常 is no ordinary penalty."""
    old = next(one for one in facts("XZCF").formats if one.code == "G1")
    assert dict(old.values["CF_SXYZCD"]) == {"0": "未定"}
    for value in ("1", "2", "3"):
        assert ("CF_SXYZCD", "INTAKE-12") in judge("XZCF", CF_SXYZCD=value)
    for value in ("1", "2", "3"):
        assert ("CF_ZT", "INTAKE-12") in judge("XZCF", CF_ZT=old.values["CF_ZT"][value])
    assert judge("XZCF", CF_ZT=old.values["CF_ZT"]["0"]) == set()
    older = next(one for one in facts("XZXK").formats if one.code == "G1")
    assert judge("XZXK", XK_ZT=older.values["XK_ZT"]["0"]) == set()
    assert ("XK_ZT", "INTAKE-12") in judge("XZXK", XK_ZT=older.values["XK_ZT"]["2"])


def test_an_organisation_in_an_old_file_is_no_person() -> None:
    """Some offices put the legal representative's number where the person's belongs: the organisation's code tells."""
    assert ("CF_XDR_ZDM", "INTAKE-35") in judge("XZCF", CF_XDR_ZDM="123456789")
    assert ("XK_XDR_GSDJ", "INTAKE-35") in judge("XZXK", XK_XDR_GSDJ="320900000012345")


def test_a_broken_promise_needs_a_determination_of_its_own() -> None:
    assert ("CN_LXZT", "INTAKE-12") in judge("XYCN", CN_LXZT="违反承诺")


# ---- occupations ---------------------------------------------------------------------------------------------


def test_every_group_of_the_plan_stands_once() -> None:
    found = rows("groups", "group")
    assert sorted(row["name"] for row in found) == sorted(GROUPS)
    assert len({row["code"] for row in found}) == len(found) == 27
    for row in found:
        if row["item"]:
            assert row["item"] in codes()
            assert row["reason"]
            title = next(law.title for law in laws().values() if row["basis"].startswith(law.title))
            assert title in {basis.law for basis in facts(row["item"]).bases if basis.kind == "collect"}
        else:
            assert row["reason"].startswith("停用：没有查到法律、行政法规层级的依据。")
            assert len(row["reason"]) > 30, "says what would be needed"
            assert not row["basis"]


def test_occupations_rest_on_a_statute_alone() -> None:
    occupations = [code for code in codes() if code.startswith("ZY_")]
    assert len(occupations) >= 8
    of_item = {row["item"]: row["code"] for row in rows("groups", "group") if row["item"]}
    for code in occupations:
        found = definition(code)
        assert found["item"]["occupation"] == of_item[code]
        levels = {laws()[row["law_code"]].level for row in found["basis"] if row["kind"] == "collect"}
        assert levels <= {"law", "administrative_regulation"}


def test_a_basis_that_ends_hands_over_in_one_night() -> None:
    collect = [basis for basis in facts("ZY_HP").bases if basis.kind == "collect"]
    evening, morning = date(2026, 8, 14), date(2026, 8, 15)
    assert [basis.law for basis in collect if basis.in_force(evening)] == ["中华人民共和国环境影响评价法"]
    assert [basis.law for basis in collect if basis.in_force(morning)] == ["中华人民共和国生态环境法典"]
    ended = laws()["HPF-2018"]
    assert laws()[ended.superseded_by].title == "中华人民共和国生态环境法典"
    without = definition("ZY_HP") | {"basis": [r for r in definition("ZY_HP")["basis"] if r["law_code"] != "STHJFD"]}
    problems = gate(without, list(prohibited()), TODAY, laws=list(laws().values()))
    assert [problem.code for problem in problems] == ["CATALOG-04"]


# ---- registers -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "section"),
    [("laws", "law"), ("measures", "measure"), ("severity", "severity_rule"), ("groups", "group")],
)
def test_dates_are_sane(name: str, section: str) -> None:
    for row in rows(name, section):
        assert date(1979, 7, 1) < row["valid_from"] <= TODAY
        assert "valid_to" not in row or row["valid_to"] >= row["valid_from"]


def test_laws_have_one_code_and_a_successor_where_they_end() -> None:
    found = rows("laws", "law")
    assert len({row["code"] for row in found}) == len({row["title"] for row in found}) == len(found)
    for row in found:
        assert row["article"] or row["note"]
        if row.get("superseded_by"):
            after = laws()[row["superseded_by"]]
            assert (after.valid_from - row["valid_to"]).days == 1


def test_the_classes_of_the_standard_are_those_of_the_items() -> None:
    months = {"month": 1, "year": 12}
    general = {row["severity"]: row for row in rows("severity", "severity_rule") if row["domain"] == "通用"}
    assert set(general) == {"MINOR", "GENERAL", "SERIOUS"}
    for row in rows("severity", "severity_rule"):
        assert row["display_min"] <= row["display_max"] <= general[row["severity"]]["display_max"]
        assert all(row[name] for name in ("basis", "repair", "criteria"))
    for code in codes():
        item = facts(code)
        if item.severity == "NONE":
            continue
        for severity, rule in general.items():
            for end in ("min", "max"):
                found = item.parameter(f"display_{end}_{severity.lower()}", today=TODAY)
                if found:
                    assert found.value * months[found.unit] == rule[f"display_{end}"]
        fixed = item.parameter("display_max", today=TODAY)
        if fixed:
            assert fixed.value * months[fixed.unit] <= general[item.severity]["display_max"]


def test_measures_name_their_law_and_those_of_others_say_so() -> None:
    found = rows("measures", "measure")
    assert len({row["code"] for row in found}) == len(found) == 11
    titles = {law.title for law in laws().values()}
    for row in found:
        assert row["type"] in {1, 2, 3}
        assert all(part.partition("第")[0] in titles for part in row["basis"].split("；"))
        assert all(row[name] for name in ("name", "content", "target", "enforcer", "domain"))
        assert row["type"] != 3 or "平台不执行" in row["content"]


@pytest.mark.parametrize("heading", HEADINGS)
def test_columns_of_a_real_platform_are_refused(heading: str) -> None:
    assert prohibited_in(heading, prohibited())


def test_prohibitions_have_a_law_and_a_day() -> None:
    found = rows("prohibited", "prohibited")
    assert len(found) >= 20
    assert len({row["code"] for row in found}) == len(found)
    for row in found:
        assert row["valid_from"] <= TODAY
        assert all(row[name] for name in ("words", "law"))
    assert not prohibited_in("拖欠农民工工资失信联合惩戒对象", prohibited())
    assert prohibited_in("农民工工资", prohibited()) == "wages"


@pytest.mark.database
def test_the_database_holds_them_and_finds_nothing_wrong(
    home: Any, connect: Callable[[str], psycopg.Connection[Any]]
) -> None:
    del home
    owner = connect("owner")
    for code in codes():
        plain = json.dumps(definition(code), default=str)
        found = owner.execute("select * from cx.catalog_gate_v1(%s::jsonb, %s::date)", [plain, TODAY]).fetchall()
        assert found == [], code
    in_force = owner.execute("select code from cx.catalog_in_force_v1(%s::date)", [TODAY]).fetchall()
    assert set(codes()) <= {row[0] for row in in_force}  # other tests publish items of their own
