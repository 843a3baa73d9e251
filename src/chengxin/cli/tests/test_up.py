"""``chengxin up``: from an empty folder to a served installation with closed doors, as an operator calls it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner

from chengxin.cli import main
from chengxin.ledger.privilege import OperateError
from chengxin.ledger.words import FINDINGS
from chengxin.operate import safety, serve
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home
from chengxin.operate.safety import Condition
from chengxin.operate.served import read_served
from chengxin.operate.supervise import Crew
from chengxin.operate.tests.ports import free_port
from chengxin.operate.tests.test_served import pair

pytestmark = pytest.mark.database

HOST = "xy.example.invalid"
OFFICE = ("--org", "11320900MB1B320986", "--org-name", "信用中心", "--area", "320900")


REAL_NUMBER = "11010519491231002X"  # the example of GB 11643
SYNTHETIC_NUMBER = "090909196007021841"


def called(*words: object, answer: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command in a session of its own: without a terminal a hidden question reads the standard input."""
    command = [sys.executable, "-m", "chengxin", *map(str, words)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment(), input=answer, start_new_session=True
    )


def appointed(
    login: str, duty: str, keep: Path, *more: str, org: str = OFFICE[1], number: str = REAL_NUMBER
) -> subprocess.CompletedProcess[str]:
    words = ("appoint", login, "--duty", duty, "--post", "管理", "--org", org, "--keep", keep, *more)
    return called(*words, answer=f"{number}\n")


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN_")}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real installation with TLS of its own, not running."""
    folder = tmp_path_factory.mktemp("up")
    served = pair(folder, now=datetime.now(UTC))
    done = called(
        "up", "--init", folder / "home", "--host", HOST, *OFFICE, "--port", free_port(), "--api-port", free_port(),
        "--tls-cert", served.certificate, "--tls-key", served.key,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "chengxin appoint" in done.stdout
    return folder / "home"


@pytest.fixture
def running(real: Path) -> Iterator[dict[str, Any]]:
    """The same, serving; it must end cleanly when told to."""
    command = [sys.executable, "-m", "chengxin", "up", "--keep", str(real), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()) as up:
        assert up.stdout
        line = up.stdout.readline()
        try:
            assert line, up.stderr and up.stderr.read()
            yield json.loads(line)
        finally:
            up.send_signal(signal.SIGTERM)
            assert up.wait(120) == 0


def test_it_serves_over_tls_with_closed_doors(real: Path, running: dict[str, Any]) -> None:
    home = Home.at(real)
    served = read_served(home)
    assert (home.mode, running["opened"]) == ("production", False)
    assert {one["name"] for one in running["missing"]} == {
        "backup",
        "keys_backup",
        "restore",
        "population",
        "sign-in",
        "log",
        "erasure",
    }
    trusted = ssl.create_default_context(cafile=served.certificate)
    with (
        socket.create_connection(("127.0.0.1", served.port)) as plain,
        trusted.wrap_socket(plain, server_hostname=HOST) as secure,
    ):
        secure.sendall(f"GET /healthz HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n".encode())
        assert secure.recv(100).startswith(b"HTTP/1.1 200")
    unencrypted = http.client.HTTPConnection("127.0.0.1", served.port, timeout=5)
    with pytest.raises((http.client.HTTPException, OSError)):
        unencrypted.request("GET", "/healthz")
        unencrypted.getresponse()
    unencrypted.close()
    wrong = http.client.HTTPSConnection("127.0.0.1", served.port, context=ssl._create_unverified_context())
    wrong.request("GET", "/sign-in", headers={"Host": "evil.example"})
    assert wrong.getresponse().status == 400
    wrong.close()

    made = appointed("boss", "system_admin", real, "--json")
    assert set(json.loads(made.stdout)) == {"login", "password", "totp_secret"}
    assert REAL_NUMBER not in made.stdout + made.stderr
    with psycopg.connect(home.dsn("owner")) as owner:  # handed over for a week; until then it can set its holder's own
        days = owner.execute("select initial_until - opened_on from cx.people_account where login = 'boss'").fetchone()
    assert days == (7,)
    refusals = {
        "mayor 不是三员之一": appointed("x", "mayor", real),
        "manager 不是三员之一": appointed("x", "manager", real),
        "system_admin 已经有人担任": appointed("x", "system_admin", real),
        "没有单位 1": appointed("x", "audit_admin", real, org="1"),
        "不能身兼两职": appointed("x", "audit_admin", real),
        "公民身份号码不正确": appointed("x", "audit_admin", real, number=SYNTHETIC_NUMBER),
    }
    for cause, done in refusals.items():
        assert done.returncode == 2
        assert cause in done.stderr
    assert "公民身份号码不正确" in appointed("x", "audit_admin", real, number="1").stderr
    doctor = json.loads(called("doctor", "--keep", real, "--json").stdout)
    assert doctor["ok"] is False
    assert {check["name"] for check in doctor["checks"] if check["state"] == "fail"} >= {"doors", "log", "erasure"}


def test_doors_open_when_every_condition_holds_and_not_before(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, now = Home.at(real), datetime.now(UTC)
    held = [Condition("restore", "演练过")]
    with Server(home):
        monkeypatch.setattr(safety, "proofs", lambda _home, *, now: held if now else [])
        assert [one.name for one in safety.open_doors(home, now=now)] == ["population", "sign-in", "log", "erasure"]
        assert safety.doors(home) is False
        monkeypatch.setattr(safety, "NOT_BUILT", ())
        assert [one.name for one in safety.open_doors(home, now=now)] == ["population", "sign-in", "log"]
        monkeypatch.setattr(safety, "_population", lambda _home: Condition("population", "接好了"))
        monkeypatch.setattr(safety, "_sign_in", lambda _home, _now: Condition("sign-in", "接好了"))
        with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
            owner.execute("create table cx.kept as select * from cx.ledger_log_state")
            owner.execute(
                "update cx.ledger_log_state set log = 1, size = 9, cosigned_size = 9, halted = '', "
                "clear_at = statement_timestamp(), cosigned_at = statement_timestamp()"
            )
            assert [one.cause for one in safety.open_doors(home, now=now)] == [FINDINGS["quorum"]]  # by hand, unsigned
            monkeypatch.setattr(safety, "log_unwitnessed", lambda _home: False)
            assert safety.open_doors(home, now=now) == []
            assert safety.doors(home) is True
            owner.execute("update cx.ledger_deployment set opened_at = null")
            owner.execute("delete from cx.ledger_log_state; insert into cx.ledger_log_state select * from cx.kept")
            owner.execute("drop table cx.kept")


def test_an_upgrade_wants_a_backup_of_the_last_hour(real: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.at(real)
    served = read_served(home)
    older = replace(served, migrations=dict(list(served.migrations.items())[1:]))
    crew = Crew(home)
    monkeypatch.setattr(serve, "last_backup", lambda _home: None)
    with pytest.raises(OperateError, match="没有备份的记录"):
        serve._upgrade(home, older, crew, lambda _text: None)
    monkeypatch.setattr(serve, "last_backup", lambda _home: datetime.now(UTC))
    with Server(home):
        serve._upgrade(home, older, crew, lambda _text: None)
    assert read_served(home) == served
    rewritten = replace(served, migrations=served.migrations | {"ledger/migrations/0001_initial.py": "old"})
    with pytest.raises(OperateError, match="改变了"):
        serve._upgrade(home, rewritten, crew, lambda _text: None)


def test_what_cannot_be_set_up_is_refused(real: Path, tmp_path: Path) -> None:
    def refused(*words: object) -> str:
        done = CliRunner().invoke(main, ["up", *map(str, words)])
        assert done.exit_code == 2, done.output
        return done.stderr

    new = ("--init", tmp_path / "new", "--host", HOST, *OFFICE)
    assert "没有写 --host、--org、--org-name、--area" in refused("--init", tmp_path / "new")
    assert "--init 和 --keep 要写其中一个" in refused()
    assert "没有第三种办法" in refused(*new)
    assert "没有第三种办法" in refused(*new, "--behind-proxy", "--tls-cert", "c", "--tls-key", "k")
    assert "没有第三种办法" in refused(*new, "--tls-cert", "c")
    assert "不是统一社会信用代码" in refused(
        "--init", tmp_path / "new", "--host", HOST, "--org", "1", *OFFICE[2:], "--behind-proxy"
    )
    for host in (
        "https://xy.example.invalid",
        "xy.example.invalid:443",
        "localhost",
        "a b.invalid",
        "a,b.invalid",
        "10.0.0.1",
    ):
        assert "不是域名" in refused("--init", tmp_path / "new", "--host", host, *OFFICE, "--behind-proxy")
    assert "行政区划代码" in refused(
        "--init", tmp_path / "new", "--host", HOST, *OFFICE[:4], "--area", "3209", "--behind-proxy"
    )
    assert "已经建立过" in refused("--init", real, "--host", HOST, *OFFICE, "--behind-proxy")
    assert not (tmp_path / "new").exists()
    demo = Home.create(tmp_path / "demo", mode="demo")
    assert "是演示用的" in refused("--keep", demo.path)
    assert "另一种方式建立的" in refused("--init", demo.path, "--host", HOST, *OFFICE, "--behind-proxy")


def test_a_demo_does_not_run_on_real_data(real: Path) -> None:
    done = called("demo", "--keep", real)
    assert done.returncode == 2
    assert "用途 production" in done.stderr


def test_the_unit_is_printed_and_nothing_starts(real: Path) -> None:
    done = CliRunner().invoke(main, ["up", "--keep", str(real), "--systemd", "--user", "chengxin"])
    assert done.exit_code == 0
    assert done.stdout.startswith("# /etc/systemd/system/chengxin.service\n[Unit]")
    assert f'"up" "--keep" "{real}"' in done.stdout
