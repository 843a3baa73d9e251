"""``chengxin user``: from no account to one that works and is ended, through the hands of two administrators."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from chengxin.cli import main
from chengxin.operate.home import Home
from chengxin.operate.seed import WINDOW
from conftest import fresh_person

pytestmark = pytest.mark.database
OFFICE = WINDOW[0]


@pytest.fixture
def run(home: Home) -> Callable[..., Result]:
    def run(*words: str, by: str, typed: str = "") -> Result:
        return CliRunner().invoke(main, ["user", *words, "--as", by, "--keep", str(home.path)], input=typed)

    return run


def listed(run: Callable[..., Result], login: str) -> dict[str, object]:
    told = json.loads(run("list", "--json", by="auditor").stdout)
    return next(one for one in told if one["login"] == login)


def test_an_account_from_its_opening_to_its_end(run: Callable[..., Result]) -> None:
    login, (_, number) = f"W-{uuid4().hex[:8]}", fresh_person()
    opened = run("add", login, "--org", OFFICE, "--post", "综合窗口", by="sysadmin", typed=f"{number}\n")
    assert opened.exit_code == 0, opened.output
    assert number not in opened.output  # neither echoed nor repeated
    assert "密码 " in opened.stdout
    login = login.lower()
    assert listed(run, login)["duties"] == []
    assert run("grant", login, "clerk", by="secadmin").exit_code == 0
    assert listed(run, login)["duties"] == ["clerk"]
    assert "业务窗口" in next(line for line in run("list", by="secadmin").stdout.splitlines() if line.startswith(login))
    assert run("end", login, "clerk", by="secadmin").exit_code == 0
    assert listed(run, login)["duties"] == []
    assert run("disable", login, by="sysadmin").exit_code == 0
    assert listed(run, login)["disabled"] is True


@pytest.mark.parametrize(
    ("words", "by"),
    [
        (("grant", "clerk", "reviewer"), "sysadmin"),
        (("grant", "nobody", "reviewer"), "secadmin"),
        (("grant", "secadmin", "clerk"), "secadmin"),
        (("grant", "clerk", "reviewer", "--from", "2020-01-01"), "secadmin"),
        (("end", "clerk", "reviewer"), "secadmin"),
        (("disable", "nobody"), "sysadmin"),
        (("list",), "clerk"),
        (("list",), "nobody"),
    ],
)
def test_what_is_refused_is_refused_in_three_lines(words: tuple[str, ...], by: str, run: Callable[..., Result]) -> None:
    said = run(*words, by=by)
    assert said.exit_code == 2, said.output
    assert [line.partition("：")[0] for line in said.stderr.splitlines()] == ["出错", "原因", "怎么办"]


def test_a_wrong_number_opens_no_account(run: Callable[..., Result]) -> None:
    login = f"w-{uuid4().hex[:8]}"
    said = run("add", login, "--org", OFFICE, "--post", "综合窗口", by="sysadmin", typed="090902199003071235\n")
    assert (said.exit_code, "证件号码不正确" in said.stderr) == (2, True)
    assert login not in run("list", by="sysadmin").stdout
