"""`chengxin where`: from a code, a term or a database object to everything behind it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.cli import house, where
from chengxin.cli.where import near, search, where_command


def run(*words: str) -> Result:
    return CliRunner().invoke(where_command, list(words))


def told(*words: str) -> Any:
    return json.loads(run(*words, "--json").stdout)


def test_a_code_prints_sentence_article_database_program_and_test() -> None:
    done = run("NOTICE-03")
    assert done.exit_code == 0
    assert "没有生效的等待期规定，不能送达。" in done.stdout
    assert "law 11.8：告知送达、等待期" in done.stdout
    assert "函数 cx.notice_served_v1  src/chengxin/notice/sql/objects/letters_v1.sql:" in done.stdout
    assert "notice.queries.waiting" in done.stdout
    assert "打开告知书 notice.open" in done.stdout
    assert "test_notice_03_without_a_period_in_force_nothing_is_served" in done.stdout
    assert "test_a_code_prints" not in done.stdout, "what looks a rule up does not prove it"


def test_places_are_the_lines_that_name_the_rule() -> None:
    for place in [*house.places("RECORD-02"), *house.places("NOTICE-03"), *house.tests_naming("NOTICE-03")]:
        assert any(
            code in place.path.read_text("utf-8").splitlines()[place.line - 1] for code in ("RECORD-02", "NOTICE-03")
        )


def test_a_constraint_is_told_from_a_function() -> None:
    (guard,) = search("RECORD-02")["rule"]["sql"]
    assert (guard["kind"], guard["name"]) == ("constraint", "cx.records_event")


def test_a_chinese_term_leads_to_rules_by_its_synonyms_and_to_the_pages_that_say_it() -> None:
    found = told("异议期")
    assert "RECORD-02" in {rule["code"] for rule in found["rules"]}, "its sentence says 等待期"
    assert found["glossary"][0]["en"] == ["waiting period", "objection window"]
    assert any(page["at"].startswith("src/chengxin/portal/templates/") for page in found["pages"])


def test_a_term_leads_to_its_own_rules_and_not_to_those_of_its_neighbours() -> None:
    found = told("异议")
    assert "REDRESS-02" in {rule["code"] for rule in found["rules"]}
    assert all("异议" in rule["sentence"] + where._rules()[rule["code"]].source for rule in found["rules"])
    assert len(found["rules"]) < 12


def test_a_term_that_rules_say_is_not_watered_down_by_its_row_of_the_glossary() -> None:
    assert {rule["code"] for rule in told("批次")["rules"]} == {"INTAKE-32", "INTAKE-38"}, "none of 归集 and 回执"


def test_a_right_and_a_point_of_the_law_say_themselves_and_what_rests_on_them() -> None:
    found = told("r0.3")
    assert found["points"][0]["says"].startswith("不在暗处起作用")
    assert "cx.records_gate_v1" in found["points"][0]["by"]
    assert "test_only_the_listed_steps" in found["points"][0]["proved"]
    assert "RECORD-02" in {rule["code"] for rule in found["rules"]}
    assert "NOTICE-03" in {rule["code"] for rule in told("law", "11.8")["rules"]}
    assert "R0.10" in near("R0.11")


def test_a_duty_says_what_it_may_do() -> None:
    (clerk,) = told("业务窗口")["duties"]
    assert clerk in told("clerk")["duties"]
    assert "belonging.confirm" in clerk["activities"]
    assert "redress.decide" not in clerk["activities"]
    assert "SUBSIDY" in clerk["purposes"]
    assert "查询用途：没有" in run("部门数据员").stdout


def test_a_place_is_named_once() -> None:
    for code in ("EXPIRY-01", "POPULATION-03"):
        names = [one["name"] for one in [*search(code)["rule"]["sql"], *search(code)["rule"]["python"]]]
        assert len(names) == len(set(names))


def test_every_activity_has_words() -> None:
    assert [name for name, said in where.activities().items() if not said] == []


def test_part_of_a_code_lists_the_rules_that_begin_so() -> None:
    assert {rule["code"][:6] for rule in told("record")["rules"]} == {"RECORD"}
    assert [rule["code"] for rule in told("KEYS-0")["rules"]] == ["KEYS-01", "KEYS-02", "KEYS-03", "KEYS-04"]


def test_an_english_term_and_a_code_name_lead_to_the_glossary() -> None:
    assert "RECORD-02" in {rule["code"] for rule in told("waiting", "period")["rules"]}, (
        "by what it is called in Chinese"
    )
    assert "效力闸门" in run("effect gate").stdout
    assert "cx.records_gate_v1" in {one["name"] for one in told("records_gate")["objects"]}


@pytest.mark.parametrize("name", ["cx.ledger_look_v1", "LEDGER_LOOK_V1"])
def test_a_database_object_says_its_place_rules_and_callers(name: str) -> None:
    found = search(name)["object"]
    path, line = found["at"].split(":")
    assert "function cx.ledger_look_v1" in (house.ROOT / path).read_text("utf-8").splitlines()[int(line) - 1]
    assert {rule["code"] for rule in found["rules"]} >= {"LOOK-04", "DUTY-02"}
    assert found["tests"] != []


def test_an_activity_is_found_by_its_name_and_by_its_words() -> None:
    (found,) = told("notice.open")["activities"]
    assert found in told("打开告知书")["activities"]
    assert found["allowed"] == [{"duty": "citizen", "basis": "个人信息保护法第十七条、第三十五条"}]
    assert "市民，依据：个人信息保护法第十七条" in run("notice.open").stdout


@pytest.mark.parametrize("term", ["NOTICE-99", "异意期", "qqqq", "？"])
def test_nothing_found_says_so_with_what_is_near(term: str) -> None:
    done = run(term)
    assert done.exit_code == 1
    assert f"没有找到“{term}”。" in done.stdout
    assert told(term) == {"term": term, "near": near(term)}


def test_near_words_are_offered() -> None:
    assert "NOTICE-09" in near("NOTICE-99")
    assert "异议期" in near("异意期")


@settings(max_examples=8, deadline=None)
@given(st.sampled_from(sorted(where._rules())))
def test_every_rule_is_found_whole(code: str) -> None:
    found = search(code.lower())["rule"]
    assert found["code"] == code
    assert found["sql"] or found["python"]
    assert found["tests"]


def test_an_installed_package_needs_no_source_tree(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(house, "ROOT", tmp_path)
    found = search("NOTICE-03")["rule"]
    assert found["sql"][0]["at"].startswith("chengxin/notice/sql/")
    assert found["articles"]


def test_neither_django_nor_a_database_is_loaded() -> None:
    program = (
        "import sys; from chengxin.cli.where import search; assert search('异议'); "
        "print([name for name in ('django', 'psycopg', 'polars', 'cryptography') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
