"""``db``, ``doctor`` and ``test`` as a script calls them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from chengxin.cli import main
from chengxin.operate import doctor
from chengxin.operate.home import Home


@pytest.fixture
def idle(tmp_path: Path) -> Home:
    return Home.create(tmp_path / "idle", mode="test")


@pytest.mark.parametrize("role", ["postgres", "superuser", ""])
def test_unknown_roles_are_refused_alike(idle: Home, role: str) -> None:
    said = CliRunner().invoke(main, ["db", "url", "--role", role, "--keep", str(idle.path)])
    assert said.exit_code == 2
    assert said.stdout == ""
    assert said.stderr.startswith("出错：没有这个角色\n原因：")


def test_the_default_role_is_web(idle: Home) -> None:
    said = CliRunner().invoke(main, ["db", "url", "--keep", str(idle.path)])
    assert (said.exit_code, said.stdout.strip()) == (0, idle.dsn("web"))


def test_no_folder_no_url(tmp_path: Path) -> None:
    said = CliRunner().invoke(main, ["db", "url", "--keep", str(tmp_path)])
    assert said.exit_code == 2
    assert "不是诚信的数据目录" in said.stderr


def test_doctor_without_a_running_database_skips(idle: Home) -> None:
    said = CliRunner().invoke(main, ["doctor", "--json", "--keep", str(idle.path)])
    report = json.loads(said.stdout)
    states = {check["name"]: check["state"] for check in report["checks"]}
    assert said.exit_code == (0 if report["ok"] else 1)
    assert states["database"] == "skip"
    assert states["embedded"] == states["python"] == states["home"] == "ok"
    assert set(states) >= {"user", "disk", "zone", "fonts", "calendar"}


@pytest.mark.parametrize(("mode", "start"), [("demo", "demo"), ("production", "up")])
def test_doctor_starts_a_demo_and_a_real_installation_by_their_own_commands(
    tmp_path: Path, mode: str, start: str
) -> None:
    (said,) = doctor._database(Home.create(tmp_path / "idle", mode=mode))
    assert f"chengxin {start} --keep" in said.remedy


def test_doctor_names_cause_and_remedy_of_a_fault(idle: Home) -> None:
    idle.path.joinpath("secret").chmod(0o644)
    said = CliRunner().invoke(main, ["doctor", "--keep", str(idle.path)])
    assert said.exit_code == 1
    assert f"怎么办：请执行：chmod 600 {idle.path / 'secret'}" in said.stdout


@pytest.mark.database
def test_doctor_of_a_running_installation(home: Home) -> None:
    found = {finding.name: finding for finding in doctor.examine(home.path)}
    wanted = ("database", "clock", "roles", "privileges", "migrations", "home")
    assert {name: found[name].state for name in wanted} == dict.fromkeys(wanted, doctor.State.OK)


def test_missing_browser_is_said_loudly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(doctor, "has_cjk_fonts", lambda: False)
    said = CliRunner().invoke(main, ["test"])
    assert said.exit_code == 2
    assert "缺少 chromium、fonts-noto-cjk" in said.stderr
    assert "apt-get install -y --no-install-recommends chromium fonts-noto-cjk" in said.stderr
