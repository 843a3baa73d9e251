"""A backup asked for on the page: a request of the system administrator, which somebody with the rights makes."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from django.test import Client

from chengxin.cli import main
from chengxin.kernel.errors import Refused
from chengxin.operate import asked
from chengxin.operate.backup import PLACE, backups
from chengxin.operate.manifest import MANIFEST
from chengxin.oversight.api import ask_backup, cancel_backup, last_backup
from chengxin.people.api import COOKIE, console_session

pytestmark = pytest.mark.database
ASK = "/status/backup"


def page(login: str, *, post: bool = False, status: int = 200) -> str:
    client = Client()
    client.cookies[COOKIE] = console_session(login).hex()
    answer = client.post(ASK) if post else client.get("/status/")
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture(autouse=True)
def owner(home: Any) -> Iterator[psycopg.Connection]:
    """The hand of whoever started the platform; no request and no usual place is there, or stays."""
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute("delete from cx.oversight_backup")
        (home.path / PLACE).unlink(missing_ok=True)
        yield owner
        owner.execute("delete from cx.oversight_backup")
        (home.path / PLACE).unlink(missing_ok=True)


@pytest.fixture
def place(home: Any, tmp_path: Path) -> Path:
    """Where the last backup was made."""
    earlier = tmp_path / "chengxin-20200101T000000Z"
    earlier.mkdir()
    (earlier / MANIFEST).touch()
    (home.path / PLACE).write_text(str(tmp_path), "utf-8")
    return tmp_path


def test_asked_made_and_told(home: Any, place: Path) -> None:
    assert "还没有在这里请求过备份" in page("sysadmin")
    assert asked.make_asked(home) is False
    page("sysadmin", post=True, status=302)
    text = page("sysadmin")
    assert "已请求" in text
    assert f'"{ASK}"' not in text, "one at a time"
    assert asked.make_asked(home) is True
    text = page("sysadmin")
    assert "完成于" in text
    assert ASK in text
    assert len(backups(place)) == 2
    found = last_backup(console_session("sysadmin"))
    assert found is not None
    assert found.bytes is not None
    assert asked.make_asked(home) is False


def test_one_at_a_time_and_only_by_the_system_administrator(home: Any, owner: psycopg.Connection) -> None:
    for login in ("secadmin", "auditor", "clerk", "manager"):
        page(login, post=True, status=403)
        with pytest.raises(Refused, match="DUTY-01"):
            ask_backup(console_session(login))
    token = console_session("sysadmin")
    assert last_backup(token) is None
    ask_backup(token)
    assert "已经有一次备份在等待或者正在进行" in page("sysadmin", post=True, status=422)
    owner.execute("select cx.oversight_backup_take_v1()")
    assert "正在备份" in page("sysadmin")
    client = Client()
    client.cookies[COOKIE] = token.hex()
    for asked_again in (ASK, f"{ASK}?still"):  # what the refused page leads to, by itself or by its link
        assert client.get(asked_again)["Location"] == "/status/"
    with pytest.raises(Refused, match="BACKUP-01"):
        ask_backup(token)


def test_backup_02_only_what_nobody_has_taken_is_cancelled(home: Any, owner: psycopg.Connection, place: Path) -> None:
    token = console_session("sysadmin")
    client = Client()
    client.cookies[COOKIE] = token.hex()
    with pytest.raises(Refused, match="BACKUP-02"):
        cancel_backup(token)
    ask_backup(token)
    for login in ("secadmin", "auditor", "clerk", "manager"):
        with pytest.raises(Refused, match="DUTY-01"):
            cancel_backup(console_session(login))
    assert client.get(f"{ASK}/cancel")["Location"] == "/status/"
    assert "已请求" in page("sysadmin")
    assert client.post(f"{ASK}/cancel")["Location"] == "/status/"
    text = page("sysadmin")
    assert "已取消</span>" in text
    assert f'"{ASK}"' in text, "another can be asked for"
    assert asked.make_asked(home) is False
    ask_backup(token)
    owner.execute("select cx.oversight_backup_take_v1()")
    with pytest.raises(Refused, match="BACKUP-02"):
        cancel_backup(token)
    refused = client.post(f"{ASK}/cancel")
    assert refused.status_code == 422
    assert "已经开始的备份不能取消" in refused.content.decode()
    assert "正在备份" in page("sysadmin")


def test_pages_take_and_end_nothing(home: Any) -> None:
    """Only whoever owns the database can say that a backup was made."""
    for role in ("web", "worker", "signin"):
        for call in ("take_v1()", "end_v1(gen_random_uuid(), 1, '', '')"):
            with psycopg.connect(home.dsn(role)) as other, pytest.raises(psycopg.errors.InsufficientPrivilege):
                other.execute(f"select cx.oversight_backup_{call}")


def test_no_usual_place_is_said_with_the_command(home: Any, tmp_path: Path) -> None:
    ask_backup(console_session("sysadmin"))
    asked.make_asked(home)
    text = page("sysadmin")
    assert "没有做成" in text
    assert "平台不知道备份到哪个目录" in text
    assert f"chengxin backup 目录 --keep {home.path}" in text
    (home.path / PLACE).write_text(str(tmp_path / "away"), "utf-8")
    ask_backup(console_session("sysadmin"))
    asked.make_asked(home)
    assert "磁盘可能没有接上" in page("sysadmin")
    assert not (tmp_path / "away").exists(), "never made where a disk should be"


def _stopping(home: Any, _owner: psycopg.Connection) -> None:
    asked.make_asked(home, stopping=lambda: True)


def _taken_before(home: Any, owner: psycopg.Connection) -> None:
    owner.execute("select cx.oversight_backup_take_v1()")
    asked.make_asked(home)


def _broken(home: Any, _owner: psycopg.Connection) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asked, "usual_place", lambda _home: 1 / 0)
        asked.make_asked(home)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        (_stopping, "平台正在停止"),
        (_taken_before, "平台在备份结束以前停止了"),
        (_broken, "程序出错（ZeroDivisionError）"),
    ],
)
def test_what_broke_off_is_said_and_can_be_asked_again(
    home: Any, owner: psycopg.Connection, place: Path, how: Callable[..., None], words: str
) -> None:
    ask_backup(console_session("sysadmin"))
    how(home, owner)
    text = page("sysadmin")
    assert f"：{words}" in text
    assert "怎么办" in text
    assert "重试</button>" in text
    assert f'"{ASK}"' in text
    assert [entry.name for entry in place.iterdir()] == ["chengxin-20200101T000000Z"]


def test_a_request_that_nobody_takes_is_said(home: Any, owner: psycopg.Connection) -> None:
    ask_backup(console_session("sysadmin"))
    owner.execute("update cx.oversight_backup set asked_at = asked_at - interval '4 minutes'")
    text = page("sysadmin")
    assert "没有程序来取" in text
    assert f"chengxin backup-asked --keep {home.path}" in text


def test_where_the_platform_cannot_write_the_request_is_left(home: Any, place: Path, monkeypatch: Any) -> None:
    """As under systemd: for ``chengxin backup-asked``, which says what it did; and never two at a time."""
    ask_backup(console_session("sysadmin"))
    looked = threading.Event()

    def access(where: Path, _how: int) -> bool:
        assert where == place
        looked.set()
        return False

    with monkeypatch.context() as patch:
        patch.setattr(asked, "EVERY", 0.01)
        patch.setattr("os.access", access)
        with asked.backing_up(home):
            assert looked.wait(60)
    assert "已请求" in page("sysadmin")
    with (home.path / "backup.lock").open("a", encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert asked.make_asked(home) is False
    assert "已请求" in page("sysadmin")
    for said in ("已经办理", "没有等待的备份请求"):
        done = CliRunner().invoke(main, ["backup-asked", "--keep", str(home.path)])
        assert (done.exit_code, said in done.output) == (0, True)
    assert "完成于" in page("sysadmin")


@pytest.mark.parametrize(
    "fault",
    [psycopg.OperationalError("the database is not there yet"), OSError(28, "No space left"), UnicodeError("no place")],
)
def test_requests_are_looked_for_as_long_as_the_platform_runs(
    home: Any, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, times = threading.Event(), []

    def look(_home: Any, *, stopping: Callable[[], bool]) -> bool:
        times.append(stopping())
        if len(times) == 2:
            looked.set()
        raise fault

    monkeypatch.setattr(asked, "EVERY", 0.01)
    monkeypatch.setattr(asked, "make_asked", look)
    with asked.backing_up(home):
        assert looked.wait(60)
    for thread in [one for one in threading.enumerate() if one.name == "backup"]:
        thread.join(30)
        assert not thread.is_alive()
