"""``check`` as a department runs it: nothing but the program and the file."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from chengxin.cli.check import check_command
from chengxin.intake.tests.material import OFFICE, real_number, row

KEYS = [
    "total",
    "accepted",
    "refused",
    "held",
    "unchanged",
    "ignored",
    "errors",
    "held_rows",
    "warnings",
    "not_checked",
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return write(tmp_path / "a.csv", row(), row(CF_WSH="盐市监罚决〔2026〕124号"))


def write(path: Path, *rows: Mapping[str, str]) -> Path:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(rows[0])
    writer.writerows(list(one.values()) for one in rows)
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    return path


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(check_command, [str(word) for word in words])


def answer(*words: str | Path, code: int) -> dict[str, Any]:
    result = run(*words, "--json")
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    assert list(found) == KEYS
    assert found["total"] == found["accepted"] + found["refused"] + found["held"] + found["unchanged"]
    return found


def test_all_good(file: Path) -> None:
    found = answer(file, "--item", "XZCF", "--demo", code=0)
    assert (found["total"], found["accepted"], found["errors"], found["held_rows"]) == (2, 2, [], [])
    assert found["not_checked"] == [
        "INTAKE-20", "INTAKE-23", "INTAKE-37", "INTAKE-38", "INTAKE-39", "INTAKE-40", "INTAKE-41", "INTAKE-42",
        "INTAKE-43", "INTAKE-44", "INTAKE-45", "INTAKE-49", "INTAKE-58", "INTAKE-66", "INTAKE-67", "INTAKE-68",
    ]  # fmt: skip
    assert "INTAKE-20" in run(file, "--item", "XZCF", "--demo").stdout.splitlines()[-1]


def test_every_error_of_every_row(tmp_path: Path) -> None:
    wrong = write(tmp_path / "a.csv", row(CF_XDR_ZJHM="1", CF_JDRQ="昨天"), row(), row())
    found = answer(wrong, "--item", "XZCF", "--demo", code=1)
    assert (found["accepted"], found["refused"]) == (1, 2)
    assert [(one["row"], one["field"], one["code"]) for one in found["errors"]] == [
        (1, "CF_XDR_ZJHM", "INTAKE-14"),
        (1, "CF_JDRQ", "INTAKE-09"),
        (3, "CF_WSH", "INTAKE-30"),
    ]
    assert all(one["message"] for one in found["errors"])


def test_a_demo_and_production_exclude_each_other(file: Path, tmp_path: Path) -> None:
    assert {one["code"] for one in answer(file, "--item", "XZCF", code=1)["errors"]} == {"INTAKE-16"}
    real = write(tmp_path / "b.csv", row(CF_XDR_ZJHM=real_number()))
    assert answer(real, "--item", "XZCF", code=0)["accepted"] == 1
    assert {one["code"] for one in answer(real, "--item", "XZCF", "--demo", code=1)["errors"]} == {"INTAKE-17"}


def test_the_sender_is_judged_when_it_is_known(file: Path) -> None:
    mine = answer(file, "--item", "XZCF", "--demo", "--org", OFFICE.uscc, code=0)
    assert "INTAKE-23" not in mine["not_checked"]
    assert mine["warnings"] == []
    other = answer(file, "--item", "XZCF", "--demo", "--org", "11320900014311117L", code=1)
    assert {one["code"] for one in other["errors"]} == {"INTAKE-23"}


def test_withdrawals(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.csv", row() | {"CX_YY": "报送错误"}, row(CF_WSH="盐市监罚决〔2026〕9号") | {"CX_YY": "忘了"}
    )
    found = answer(file, "--item", "XZCF", "--demo", "--kind", "withdraw", code=1)
    assert [(one["row"], one["field"], one["code"]) for one in found["errors"]] == [(2, "CX_YY", "INTAKE-12")]


def exported(path: Path, **head: Any) -> Path:
    """Our own definition as a platform exports it, with a head of its own."""
    seed = files("chengxin.catalog") / "seed"
    definition = tomllib.loads((seed / "items" / "xzcf.toml").read_text(encoding="utf-8"))
    general = tomllib.loads((seed / "general.toml").read_text(encoding="utf-8"))
    definition["parameter"] += general["parameter"]
    definition["item"] |= head
    path.write_text(json.dumps(definition, default=date.isoformat, ensure_ascii=False), encoding="utf-8")
    return path


def test_an_exported_definition_takes_the_place_of_ours(file: Path, tmp_path: Path) -> None:
    item = exported(tmp_path / "item.json", code="LOCAL")
    assert answer(file, "--definition", item, "--demo", code=0)["accepted"] == 2
    assert run(file, "--definition", item, "--item", "XZCF").exit_code == 2
    item.write_text("[]", encoding="utf-8")
    assert "怎么办" in run(file, "--definition", item).output
    item.write_text(json.dumps({"item": {"code": "A"}}), encoding="utf-8")
    assert "条目定义不完整" in run(file, "--definition", item).output


def test_of_an_item_that_is_suspended_nothing_is_reported_and_anything_withdrawn(file: Path, tmp_path: Path) -> None:
    """INTAKE-20: what the definition at hand already says is said; a withdrawal does not ask."""
    item = exported(tmp_path / "item.json", state="suspended")
    found = answer(file, "--definition", item, "--demo", code=1)
    assert {one["code"] for one in found["errors"]} == {"INTAKE-20"}
    assert "INTAKE-20" not in found["not_checked"]
    gone = write(tmp_path / "b.csv", row() | {"CX_YY": "报送错误"})
    found = answer(gone, "--definition", item, "--demo", "--kind", "withdraw", code=0)
    assert found["accepted"] == 1
    assert not {"INTAKE-20", "INTAKE-66"} & set(found["not_checked"])


def test_history_that_is_over_is_listed_by_row(tmp_path: Path) -> None:
    old = (row(CF_JDRQ="2015-03-01", CF_WSH=f"盐市监罚决〔2015〕{n}号") for n in range(3))
    file = write(tmp_path / "a.csv", row(), *old)
    told = run(file, "--item", "XZCF", "--demo", "--kind", "legacy").stdout
    assert "应当在原系统销毁：3 行的期限已过，不导入（INTAKE-29）\n第 2\u20134 行\n" in told
    assert "应当在原系统销毁" not in run(file, "--item", "XZCF", "--demo").stdout


def test_for_people(tmp_path: Path) -> None:
    wrong = write(tmp_path / "a.csv", *(row(CF_JDRQ="昨天", CF_WSH=f"盐市监罚决〔2026〕{n}号") for n in range(60)))
    result = run(wrong, "--item", "XZCF", "--demo")
    assert result.exit_code == 1
    for words in (
        "共 60 行：可以接收 0，需要改正 60",
        "处罚决定日期（CF_JDRQ）",
        "INTAKE-09",
        "还有 10 处没有列出",
        "没有核对",
    ):
        assert words in result.stdout
    good = run(write(tmp_path / "b.csv", row()), "--item", "XZCF", "--demo")
    assert "格式：CSV，UTF-8" in good.stdout
    assert "需要改正（" not in good.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("a.csv", "--item", "NONE"), "XZCF（行政处罚（自然人））"),
        (("a.csv",), "没有写 --item"),
        (("none.csv", "--item", "XZCF"), "none.csv：没有这个文件或文件夹"),
        (("b.pdf", "--item", "XZCF"), "这是 PDF 文件"),
        (("a.csv", "--item", "XZCF", "--definition", "none.json"), "不是平台导出的 JSON 定义"),
    ],
)
def test_no_answer_is_exit_2_with_three_lines(
    file: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(file.parent)
    Path("b.pdf").write_bytes(b"%PDF-1.7")
    result = run(*words)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert [line.partition("：")[0] for line in result.stderr.splitlines()] == ["出错", "原因", "怎么办"]
    assert said in result.stderr


def test_nothing_but_the_program_is_needed(file: Path) -> None:
    """An empty environment, another folder, no Django, no driver of the database."""
    code = (
        "import sys\n"
        "from chengxin.cli import main\n"
        "try:\n"
        f"    main(['check', {str(file)!r}, '--item', 'XZCF', '--demo', '--json'])\n"
        "except SystemExit as end:\n"
        "    bad = {'django', 'psycopg', 'granian', 'cryptography'} & set(sys.modules)\n"
        "    sys.exit(f'imported {bad}' if bad else end.code)\n"
    )
    answered = subprocess.run([sys.executable, "-c", code], env={}, cwd="/", capture_output=True, check=False)
    assert answered.returncode == 0, answered.stderr.decode()
    assert json.loads(answered.stdout)["accepted"] == 2
    assert answered.stderr == b""
