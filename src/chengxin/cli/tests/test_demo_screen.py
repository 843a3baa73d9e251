"""What `chengxin demo` shows on a terminal and elsewhere: steps, and the table of sign-ins."""

from __future__ import annotations

import sys

import pytest

from chengxin.cli.demo import _show
from chengxin.cli.output import table
from chengxin.cli.progress import Steps
from chengxin.operate.generate import story_persons
from chengxin.operate.supervise import Ready

PERSON = {"role": "市民", "name": "王桂兰", "login": "citizen1", "password": "p", "totp_secret": "T", "private_key": ""}
MACHINE = {"role": "业务系统", "name": "x", "login": "m", "password": "", "totp_secret": "", "private_key": "K"}


def test_columns_stand_under_each_other_whatever_the_letters() -> None:
    heads, line, *rows = table(("角色", "a"), [("业务窗口", "b"), ("x", "c")]).splitlines()
    assert line == "-" * 8 + "  -"
    assert [heads, *rows] == ["角色      a", "业务窗口  b", "x         c"]


def test_each_role_has_its_line_and_a_key_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    _show(Ready("http://127.0.0.1:8000", "http://127.0.0.1:28000", "keep", [PERSON, MACHINE]))
    shown = capsys.readouterr().out
    assert [line.split() for line in shown.splitlines() if "citizen1" in line] == [
        ["市民", "citizen1", "p", "T", "王桂兰"]
    ]
    assert "--json" in next(line for line in shown.splitlines() if line.startswith("业务系统 "))
    assert "K" not in shown.split()


def test_the_synthetic_numbers_of_the_stories_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever follows the tutorial to the window types one of them; they are fixed and nobody's (09)."""
    _show(Ready("http://127.0.0.1:8000", "http://127.0.0.1:28000", "keep", [PERSON, MACHINE]))
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    for person in story_persons():
        assert [person.name, person.id_number] in rows
        assert person.id_number.startswith("09")


@pytest.mark.parametrize("terminal", [True, False])
def test_steps(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, terminal: bool) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    steps = Steps()
    steps("第一步")
    steps("第二步")
    steps.done()
    shown = capsys.readouterr().err
    assert shown.count("\n") == (0 if terminal else 2)
    assert shown.count("\r") == (3 if terminal else 0)
    assert "第一步" in shown
    assert "第二步" in shown


def test_a_part_of_many_has_a_bar_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for terminal, bar in ((True, "[#####.....]  50 %"), (False, "")):
        monkeypatch.setattr(sys.stderr, "isatty", lambda terminal=terminal: terminal, raising=False)
        Steps()("这一周，第 7 周，共 14 周…")
        shown = capsys.readouterr().err
        assert "第 7 周" in shown
        assert (bar in shown) is True
        assert ("#" in shown) is terminal
