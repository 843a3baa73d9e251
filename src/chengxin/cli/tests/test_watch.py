"""``chengxin watch``: what it says, what it answers a script, and that it names no file."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connections

from chengxin.cli import watch
from chengxin.cli.output import Failure
from chengxin.cli.watch import taker, watch_command
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.giving import Outcome
from chengxin.intake.receipts import InstanceKey
from chengxin.intake.watch import Watch
from chengxin.operate.generate import departments
from chengxin.operate.home import Home
from conftest import csv_of, fresh_person, penalty

ORG = "11320900014311117L"


def result(accepted: int, refused: int = 0) -> Outcome:
    return Outcome({"total": accepted + refused, "accepted": accepted, "refused": refused, "held": 0, "unchanged": 0})


def take(path: Path, _item: str, _kind: str) -> Outcome:
    text = path.read_text("utf-8")
    if text == "pdf":
        raise UnreadableFile("INTAKE-01", "这是 PDF 文件", "请另存为 CSV")
    if text == "later":
        raise RuntimeError(path.name)
    return result(1, 1) if text == "bad" else result(2)


@pytest.fixture(autouse=True)
def signals() -> Iterator[None]:
    """The command takes the signals; the test run wants them back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(watch, "taker", lambda *_, **__: take)
    (tmp_path / "XZCF" / "in").mkdir(parents=True)
    return tmp_path


def run(folder: Path, *more: str) -> Result:
    return CliRunner().invoke(watch_command, [str(folder), "--org", ORG, "--as", "officer", "--every", "0", *more])


def drop(folder: Path, name: str, text: str) -> None:
    (folder / "XZCF" / "in" / name).write_text(text, "utf-8")


def test_what_is_there_is_taken_and_the_command_ends(folder: Path) -> None:
    drop(folder, "张三.csv", "good")
    done = run(folder, "--once")
    assert done.exit_code == 0
    assert done.stdout == "正在监视 1 个目录条目：XZCF\nXZCF 报送：共 2 行，入库 2，已有未变 0，退回 0，待核 0\n"
    assert (folder / "XZCF" / "done" / "张三.csv").exists()


@pytest.mark.parametrize(
    ("text", "said"), [("bad", "退回 1"), ("pdf", "已退回（INTAKE-01）"), ("later", "留待以后重试（RuntimeError）")]
)
def test_what_is_not_all_taken_is_exit_1_and_no_name_is_said(folder: Path, text: str, said: str) -> None:
    drop(folder, "张三.csv", text)
    done = run(folder, "--once")
    assert done.exit_code == 1
    assert said in done.output
    assert "张三" not in done.output


def test_told_to_stop_it_stops_after_the_file_under_way(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(folder, "a.csv", "later")
    sweep: Callable[..., object] = Watch.sweep
    rounds = 0

    def counted(self: Watch, take: object) -> object:
        nonlocal rounds
        rounds += 1
        if rounds == 5:
            os.kill(os.getpid(), signal.SIGTERM)
        return sweep(self, take)

    monkeypatch.setattr(Watch, "sweep", counted)
    done = run(folder)
    assert done.exit_code == 0
    assert rounds == 5
    assert done.stderr.count("留待以后重试") == 1  # said once, not in every round


def test_a_folder_nobody_can_watch(folder: Path, tmp_path: Path) -> None:
    missing = run(tmp_path / "none")
    assert missing.exit_code == 2
    assert missing.stderr.count("\n") == 3
    (tmp_path / "empty").mkdir()
    assert "XZCF/in" in run(tmp_path / "empty").stderr
    with Watch(folder):
        assert "目录正在被监视" in run(folder, "--once").stderr


@pytest.fixture
def no_key(home: Home) -> Iterator[Path]:
    """Where the key of the installation would lie. It is put back: everything that was signed is checked with it."""
    aside = home.instance_key.with_suffix(".aside")
    home.instance_key.rename(aside)
    yield home.instance_key
    aside.replace(home.instance_key)


@pytest.mark.database
def test_without_key_or_account_nothing_is_watched(home: Home, no_key: Path) -> None:
    with pytest.raises(Failure, match="没有实例密钥"):
        taker(home.path, organisation=ORG, login="officer")
    InstanceKey.create(no_key, "test.invalid")
    with pytest.raises(Failure, match="账号不能使用"):
        taker(home.path, organisation=ORG, login="nobody")
    with pytest.raises(Failure, match="账号与单位不符"):
        taker(home.path, organisation="nowhere", login="officer")


@pytest.mark.database
def test_a_connection_that_the_database_dropped_is_replaced(home: Home, tmp_path: Path) -> None:
    """A watch lives longer than the database under it, and no request comes to clean up behind it."""
    again = taker(home.path, organisation=departments()[0].uscc, login="officer")
    file = tmp_path / "in" / "a.csv"
    file.parent.mkdir()
    file.write_bytes(csv_of([penalty(*fresh_person())]))
    assert again(file, "XZCF", "report").result["accepted"] == 1
    file.write_bytes(csv_of([penalty(*fresh_person())]))
    for alias in ("default", "signin"):
        connections[alias].connection.close()  # beneath Django, as when the server ends
    assert again(file, "XZCF", "report").result["accepted"] == 1
