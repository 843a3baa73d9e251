"""``chengxin test``: everything that must hold (测试). The tests come last, so that their summary closes the output."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import click

from chengxin.cli.output import Failure

ROOT = Path(__file__).resolve().parents[3]
_BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@click.command(
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": ["--help"]},
    add_help_option=False,
)
@click.option("--no-browser", is_flag=True, help="不运行浏览器测试。")
@click.help_option("--help", help="显示说明。")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[PYTEST 参数]...")
def test_command(arguments: tuple[str, ...], *, no_browser: bool) -> None:
    """运行全部检查和测试：ruff、mypy、导入约定、inspections、单元、性质、数据库和浏览器测试。

    写了 PYTEST 参数时只运行 pytest。有一项不通过就返回非 0。
    """
    if not (ROOT / "pyproject.toml").exists():
        raise Failure("不能运行测试", cause="程序不是从源码目录运行的", remedy="请在源码目录中运行 ./chengxin test。")
    if not no_browser and (not arguments or any("journeys" in word for word in arguments)):
        _browser_and_fonts()
    tools = Path(sys.executable).parent
    # A selection by marker in the arguments comes later and wins.
    pytest = [sys.executable, "-m", "pytest", *(["-m", "not browser"] if no_browser else []), *arguments]
    if not arguments:
        # A city and a browser for each process; more of them than this want more memory than they save time.
        pytest += ["--numprocesses", "auto", "--maxprocesses", "4"]
    failed = []
    if not arguments:
        failed = [name for name, command in _checks(tools).items() if not _passes(name, command)]
    if failed:
        click.echo(f"没有通过：{'、'.join(failed)}。下面运行测试。", err=True)
    click.echo("── pytest", err=True)
    code = subprocess.run(pytest, cwd=ROOT, check=False).returncode
    raise SystemExit(code or (1 if failed else 0))


def _checks(tools: Path) -> dict[str, list[str | Path]]:
    return {
        "ruff check": [tools / "ruff", "check"],
        "ruff format": [tools / "ruff", "format", "--check"],
        "mypy": [tools / "mypy", "src/chengxin", "inspections"],
        "lint-imports": [tools / "lint-imports"],
    }


def _passes(name: str, command: list[str | Path]) -> bool:
    click.echo(f"── {name}", err=True)
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def _browser_and_fonts() -> None:
    """The journeys need a browser and Chinese letters; they are installed, or it is said what is missing."""
    from chengxin.operate.doctor import has_cjk_fonts

    wanted = [
        *([] if any(map(shutil.which, _BROWSERS)) else ["chromium"]),
        *([] if has_cjk_fonts() else ["fonts-noto-cjk"]),
    ]
    if not wanted:
        return
    install = ["apt-get", "install", "-y", "--no-install-recommends", *wanted]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        click.echo(f"正在安装 {' '.join(wanted)}…", err=True)
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-q"], install):
            subprocess.run(command, stdout=sys.stderr, env=quiet, check=False)
        if any(map(shutil.which, _BROWSERS)) and has_cjk_fonts():
            return
    raise Failure(
        "不能运行浏览器测试",
        cause=f"缺少 {'、'.join(wanted)}",
        remedy=f"请由管理员执行：{' '.join(install)}；或用 --no-browser 不运行浏览器测试。",
    )
