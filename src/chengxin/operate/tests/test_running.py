from __future__ import annotations

import os
from pathlib import Path

import pytest

from chengxin.ledger.privilege import OperateError
from chengxin.operate import running
from chengxin.operate.home import Home
from chengxin.operate.running import Demo, announced, home_of, sweep


@pytest.fixture(autouse=True)
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(running, "TEMPORARY", tmp_path)
    monkeypatch.delenv("CHENGXIN_KEEP", raising=False)
    return tmp_path / f"chengxin-{os.geteuid()}"


def demo(home: Home, pid: int = 1, *, temporary: bool = False) -> Demo:
    return Demo(str(home.path), temporary=temporary, pid=pid)


def test_the_only_running_demo_is_meant(home: Home, registry: Path) -> None:
    with announced(demo(home)) as pointer:
        assert home_of(None) == home
        pointer.write(Demo(str(home.path), temporary=False, pid=1, url="http://127.0.0.1:8000"))
        assert running.running()[0].url == "http://127.0.0.1:8000"
        assert registry.stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in registry.iterdir()} == {0o600}
    assert not registry.exists()
    with pytest.raises(OperateError, match="没有正在运行的演示"):
        home_of(None)


def test_of_several_none_is_guessed(home: Home, tmp_path: Path) -> None:
    other = Home.create(tmp_path / "other", mode="test")
    with announced(demo(home)), announced(demo(other, 2)):
        with pytest.raises(OperateError, match="有 2 个演示正在运行") as refused:
            home_of(None)
        assert str(other.path) in refused.value.remedy
        assert home_of(other.path) == other


def test_the_environment_names_a_folder(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHENGXIN_KEEP", str(home.path))
    assert home_of(None) == home


@pytest.mark.parametrize("temporary", [True, False])
def test_a_killed_demo_is_forgotten_with_its_temporary_folder(home: Home, registry: Path, *, temporary: bool) -> None:
    registry.mkdir(mode=0o700)
    with announced(demo(home, temporary=temporary)):
        left = (registry / "1.json").read_text("utf-8")
    registry.mkdir(mode=0o700)
    (registry / "1.json").write_text(left, "utf-8")
    assert running.running() == []
    sweep()
    assert not registry.exists()
    assert home.path.exists() is not temporary


def test_a_registry_of_somebody_else_is_refused(home: Home, registry: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    registry.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OperateError, match="已被其他用户占用"), announced(demo(home)):
        pass
