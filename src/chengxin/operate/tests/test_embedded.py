from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from chengxin.ledger.privilege import OperateError
from chengxin.operate.bootstrap import bootstrap
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home

pytestmark = pytest.mark.database

PARENT = """
import sys
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home
server = Server(Home.at(sys.argv[1]))
server.start()
print(server.child.pid, flush=True)
sys.stdin.read()
"""


def write(home: Home) -> None:
    with psycopg.connect(home.admin_dsn()) as admin:
        admin.execute("create table if not exists kept (at timestamptz)")
        admin.execute("insert into kept values (now())")


def kept(home: Home) -> int:
    with psycopg.connect(home.admin_dsn()) as admin:
        row = admin.execute("select count(*) from kept").fetchone()
        return int(row[0]) if row else 0


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("listen_addresses", ""),
        ("TimeZone", "UTC"),
        ("lc_messages", "C"),
        ("log_min_messages", "log"),
        ("log_error_verbosity", "terse"),
        ("log_min_error_statement", "panic"),
        ("log_parameter_max_length_on_error", "0"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("server_encoding", "UTF8"),
        ("data_checksums", "on"),
    ],
)
def test_settings(admin: psycopg.Connection, setting: str, value: str) -> None:
    assert admin.execute("select current_setting(%s)", [setting]).fetchone() == (value,)


def test_locale_is_builtin(admin: psycopg.Connection) -> None:
    found = admin.execute("select datlocprovider, datlocale from pg_database where datname = 'chengxin'").fetchone()
    assert found == ("b", "C.UTF-8")


def test_only_passwords_open_it(served: Home) -> None:
    assert (served.path / "pg" / "pg_hba.conf").read_text("ascii").splitlines() == [
        "local all all scram-sha-256",
        "local replication backup scram-sha-256",
    ]
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(served.dsn("web"), password="wrong")


def test_data_and_socket_are_private(served: Home) -> None:
    for folder in (served.path / "pg", served.socket_folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_uid != 0
    assert stat.S_IMODE(served.path.stat().st_mode) == 0o700


def test_a_second_starter_is_told_who_uses_the_folder(served: Home) -> None:
    with pytest.raises(OperateError, match=f"正由进程 {os.getpid()} 使用"):
        Server(served).start()
    psycopg.connect(served.dsn("web")).close()


def test_two_servers_side_by_side_and_a_restart(served: Home, home: Home) -> None:
    with Server(home):
        write(home)
        psycopg.connect(served.dsn("web")).close()
    psycopg.connect(served.dsn("web")).close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(home.admin_dsn())
    with Server(home):
        assert kept(home) == 1


def test_a_killed_server_starts_again(home: Home) -> None:
    server = Server(home)
    server.start()
    write(home)
    assert server.child is not None
    server.child.kill()
    server.child.wait()
    assert not server.running()
    server.stop()
    with Server(home):
        assert kept(home) == 1


def test_a_killed_parent_takes_the_server_down_cleanly(home: Home) -> None:
    with Server(home):
        write(home)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(home.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline()
    parent.kill()
    parent.communicate()
    with Server(home):  # waits for the old one
        assert kept(home) == 1
        log = (home.path / "postgres.log").read_text()
    assert "was shut down at" in log
    assert "not properly shut down" not in log


def test_a_pid_file_that_names_another_program_is_no_obstacle(home: Home) -> None:
    with Server(home):
        write(home)
    (home.path / "pg" / "postmaster.pid").write_text(f"{os.getpid()}\n{home.path / 'pg'}\n1\n5432\n")
    with Server(home):
        assert kept(home) == 1


def test_a_half_made_data_folder_is_made_again(home: Home) -> None:
    (home.path / "pg.new").mkdir()
    (home.path / "pg.new" / "PG_VERSION").write_text("18\n")
    with Server(home):
        write(home)
    assert not (home.path / "pg.new").exists()


def test_data_of_another_version_is_refused(home: Home) -> None:
    with Server(home):
        pass
    (home.path / "pg" / "PG_VERSION").write_text("17\n")
    with pytest.raises(OperateError, match="由 PostgreSQL 17 建立，程序是 PostgreSQL 18"):
        Server(home).start()


def test_a_long_path_leaves_nothing_in_the_temporary_folder(tmp_path: Path) -> None:
    home = Home.create(tmp_path / ("长" * 40), mode="test")
    with Server(home):
        bootstrap(home)
        assert stat.S_IMODE(home.socket_folder.stat().st_mode) == 0o700
        psycopg.connect(home.dsn("web")).close()
    assert not home.annex.exists()


def test_an_annex_made_by_somebody_else_is_refused(tmp_path: Path) -> None:
    home = Home.create(tmp_path / ("长" * 40), mode="test")
    home.annex.symlink_to(tmp_path)
    try:
        with pytest.raises(OperateError, match="已被其他用户占用"):
            Server(home).start()
    finally:
        home.annex.unlink()


def test_an_unreachable_installation_is_copied(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    if os.geteuid() != 0:
        return  # the server then runs as the user who installed it
    tried: list[Path] = []

    def runs(engine: Path, _user: int) -> bool:
        tried.append(engine)
        return len(tried) > 1

    monkeypatch.setattr("chengxin.operate.embedded._runs", runs)
    with Server(home):
        write(home)
        assert tried[1].is_relative_to(home.annex / "engine")
    assert not home.annex.exists()


def test_roles_that_do_not_match_the_database_are_named(home: Home) -> None:
    with Server(home):
        pass
    (home.path / "roles.json").unlink()
    with pytest.raises(OperateError, match=r"roles\.json 与数据库不一致"):
        Server(Home.at(home.path)).start()


def test_stop_is_repeatable(home: Home) -> None:
    # Started in the background, this very run may have been told to ignore the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    server = Server(home)
    server.start()
    server.stop()
    server.stop()
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler
