"""``id``, ``uscc`` and ``calendar`` as a script sees them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from chengxin.cli.calendar import calendar_group
from chengxin.cli.identity import id_command, uscc_command
from chengxin.kernel.identity import check_digit
from chengxin.kernel.periods import CHINA


def run(*words: str, stdin: str | bytes = "") -> Result:
    commands = {"id": id_command, "uscc": uscc_command, "calendar": calendar_group}
    return CliRunner().invoke(commands[words[0]], words[1:], input=stdin)


def test_json_is_an_array_in_input_order_with_exactly_these_keys() -> None:
    result = run("id", "32091119700307123x", "1", "320902900307123", "--json")
    answers = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [answer["input"] for answer in answers] == ["32091119700307123x", "1", "320902900307123"]
    assert all(list(each) == ["input", "type", "valid", "normalised", "warnings", "error"] for each in answers)
    assert answers[0]["normalised"] == "32091119700307123X"
    assert answers[1] == {
        "input": "1",
        "type": "unknown",
        "valid": False,
        "normalised": None,
        "warnings": [],
        "error": "length",
    }


def test_one_number_is_an_array_too_and_all_valid_is_exit_0() -> None:
    result = run("id", "--json", "--", "320902199003071232")
    assert result.exit_code == 0
    assert len(json.loads(result.stdout)) == 1
    assert run("uscc", "11320900014311117L", "N2320902MF12345670").exit_code == 0


def test_the_day_in_china_decides_about_the_future() -> None:
    body = f"320902{datetime.now(CHINA) + timedelta(days=2):%Y%m%d}123"
    result = run("id", body + check_digit(body), "--json")
    assert json.loads(result.stdout)[0]["error"] == "future_date"


def test_text_says_verdict_reason_and_warnings_in_chinese() -> None:
    text = run("id", "320902900307123", "320926197003071234", "1").stdout
    for words in ("有效", "无效", "规范写法：320902199003071232", "15位旧号码", "地区码已停用", "位数不对"):
        assert words in text


def test_numbers_from_standard_input() -> None:
    result = run("id", "-", "--json", stdin="\ufeff320902199003071232\r\n\n 1\n")
    assert [each["input"] for each in json.loads(result.stdout)] == ["320902199003071232", " 1"]
    assert run("id", "-", stdin="").exit_code == 2
    assert run("id", "-", stdin=b"\xff\xfe").exit_code == 2


@pytest.mark.parametrize(
    "words",
    [("id",), ("id", "--type", "passport", "1"), ("uscc",), ("calendar", "add", "2026-01-01"), ("calendar", "rest")],
)
def test_usage_errors_are_exit_2(words: tuple[str, ...]) -> None:
    assert run(*words).exit_code == 2


def test_a_demanded_type() -> None:
    result = run("id", "--type", "residence_permit", "320902199003071232", "--json")
    assert json.loads(result.stdout)[0]["error"] == "type_mismatch"


def test_arguments_that_are_no_unicode_are_answered() -> None:
    result = run("id", "\udcff", "--json")
    assert json.loads(result.stdout)[0]["error"] == "charset"
    assert run("id", "\udcff").exit_code == 1


def test_calendar_add() -> None:
    result = run("calendar", "add", "2026-09-24", "4", "--json")
    assert json.loads(result.stdout) == {
        "start": "2026-09-24",
        "days": 4,
        "date": "2026-10-08",
        "weekday": "周四",
        "provisional": False,
    }
    assert run("calendar", "add", "2026-09-24", "4").stdout == "2026年10月8日（周四）\n"
    assert "暂定" in run("calendar", "add", "2026-12-30", "5").stdout
    assert json.loads(run("calendar", "add", "2026-12-30", "5", "--json").stdout)["provisional"] is True


def test_calendar_between() -> None:
    result = run("calendar", "between", "2026-09-24", "2026-10-12", "--json")
    assert json.loads(result.stdout) == {"from": "2026-09-24", "to": "2026-10-12", "days": 7, "provisional": False}
    assert run("calendar", "between", "2026-09-24", "2026-09-24").stdout == "0个工作日\n"
    assert "暂定" in run("calendar", "between", "2026-09-24", "2027-01-01").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("add", "2026-02-30", "3"),
        ("add", "20260228", "3"),
        ("add", "2026-W09-1", "3"),
        ("add", "2026-02-27", "-3"),
        ("add", "2026-02-27", "1.5"),
        ("add", "2026-02-27", "\u0663"),
        ("add", "2026-02-27", "100000"),
        ("add", "1800-02-27", "1"),
        ("between", "2026-02-28", "2026-02-27"),
        ("between", "2026-02-28", "morgen"),
        ("between", "1700-02-28", "2026-02-27"),
    ],
)
def test_calendar_refuses_in_three_lines(words: tuple[str, ...]) -> None:
    result = run("calendar", *words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert [line.split("：")[0] for line in result.stderr.splitlines()] == ["出错", "原因", "怎么办"]
