"""The launcher with an environment that is ready, and where none can be made. Making one needs the network."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[4]
TOOLS = ("sh", "dirname", "readlink", "cat", "cmp", "head", "mkdir", "rm", "rmdir", "mv", "sleep")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "a project"
    folder.mkdir()
    for name in ("chengxin", "requirements.lock", "requirements-test.lock"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A PATH with the tools of a shell and without Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        (folder / name).symlink_to(shutil.which(name) or f"/bin/{name}")
    return folder


def launch(project: Path, path: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call the launcher by a symbolic link, from elsewhere, with nothing but what it needs."""
    link = project.parent / "link"
    link.symlink_to(Path(project.name) / "chengxin")
    return subprocess.run(
        [link, *arguments],
        cwd="/",
        env={"PATH": str(path), "HOME": "/nonexistent", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def environment(project: Path, lock: str) -> Path:
    """A finished environment whose Python only says how it was called."""
    venv = project / ".venv"
    (venv / "bin").mkdir(parents=True)
    python = venv / "bin" / "python"
    python.write_text("#!/bin/sh\nprintf '%s|' \"$@\"\n")
    python.chmod(0o755)
    (venv / "chengxin.stamp").write_text(f"{project.resolve()}\n" + (project / lock).read_text())
    return venv


@pytest.mark.parametrize(
    ("lock", "command"),
    [("requirements.lock", "id"), ("requirements-test.lock", "id"), ("requirements-test.lock", "test")],
)
def test_a_finished_environment_is_used_at_once(project: Path, bare_path: Path, lock: str, command: str) -> None:
    environment(project, lock)
    said = launch(project, bare_path, command, "two words", "")
    assert (said.returncode, said.stdout, said.stderr) == (0, f"-P|-m|chengxin|{command}|two words||", "")


@pytest.mark.parametrize(
    "change",
    ["project/requirements.lock", "project/.venv/chengxin.stamp"],
)
def test_another_lock_or_an_unfinished_environment_is_made_again(project: Path, bare_path: Path, change: str) -> None:
    environment(project, "requirements.lock")
    (project / Path(change).relative_to("project")).write_text("other\n")
    said = launch(project, bare_path, "id")
    assert said.returncode == 2
    assert "没有 Python 3.11 或更高版本（现有：没有 python3）" in said.stderr
    assert not (project / ".venv.lock").exists()


def test_tests_need_the_test_environment(project: Path, bare_path: Path) -> None:
    environment(project, "requirements.lock")
    assert launch(project, bare_path, "test").returncode == 2


def test_an_old_python_is_named(project: Path, bare_path: Path) -> None:
    python = bare_path / "python3"
    python.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 || exit 1\n')
    python.chmod(0o755)
    said = launch(project, bare_path)
    assert said.returncode == 2
    assert "现有：Python 3.9.2" in said.stderr
    assert "apt install python3 python3-venv" in said.stderr


def test_a_python_without_venv_is_named(project: Path, bare_path: Path) -> None:
    python = bare_path / "python3"
    python.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1 ;; esac\n')
    python.chmod(0o755)
    said = launch(project, bare_path)
    assert said.returncode == 2
    assert "python3 没有 venv 模块" in said.stderr


def test_a_folder_with_other_things_is_left_alone(project: Path, bare_path: Path, tmp_path: Path) -> None:
    python = bare_path / "python3"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("mine")
    said = launch(project, bare_path, CHENGXIN_VENV=str(mine))
    assert said.returncode == 2
    assert "不是 Python 运行环境" in said.stderr
    assert [path.name for path in mine.iterdir()] == ["letter.txt"]
