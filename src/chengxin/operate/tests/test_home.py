from __future__ import annotations

import json
import stat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from chengxin.ledger.privilege import OperateError
from chengxin.operate.home import PORT, ROLES, Home


def test_everything_in_the_folder_is_private(home: Home) -> None:
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700
    files = [path for path in home.path.iterdir() if path.is_file()]
    assert {path.name for path in files} == {"home.json", "roles.json", "secret"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_an_opened_folder_is_closed_again(home: Home) -> None:
    home.path.chmod(0o755)
    Home.at(home.path)
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o700


def test_a_second_create_opens_the_same_installation(home: Home) -> None:
    again = Home.create(home.path, mode="test")
    assert again == home
    assert again.dsn("web") == home.dsn("web")


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(OperateError, match="不是空的"):
        Home.create(tmp_path, mode="test")
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_a_folder_of_another_kind_is_refused(home: Home) -> None:
    with pytest.raises(OperateError, match="另一种方式"):
        Home.create(home.path, mode="demo")
    with pytest.raises(OperateError, match="另一种方式"):
        Home.create(home.path, mode="test", external_url="postgresql://a:b@db/x")


def test_no_folder_says_so(tmp_path: Path) -> None:
    with pytest.raises(OperateError, match="不是诚信的数据目录"):
        Home.at(tmp_path / "none")


def test_passwords_are_url_encoded_and_the_administrator_has_no_dsn(home: Home) -> None:
    secrets = json.loads((home.path / "roles.json").read_text("utf-8"))
    (home.path / "roles.json").write_text(json.dumps(secrets | {"web": "a/b@c:d?e#f%"}))
    assert urlsplit(home.dsn("web")).password == "a%2Fb%40c%3Ad%3Fe%23f%25"
    with pytest.raises(ValueError, match="postgres"):
        home.dsn("postgres")


def test_passwords_differ(home: Home) -> None:
    assert len({home.password(role) for role in ROLES}) == len(ROLES)


def test_a_child_gets_its_own_dsn_only(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGPASSWORD", "CHENGXIN_OWNER_DSN", "CHENGXIN_DATABASE_URL", "GRANIAN_PORT"):
        monkeypatch.setenv(name, "x")
    given = home.environment("worker")
    assert given["CHENGXIN_DSN"] == home.dsn("worker")
    assert [name for name in given if name.endswith("_DSN")] == ["CHENGXIN_DSN"]
    assert not {"PGPASSWORD", "CHENGXIN_DATABASE_URL", "GRANIAN_PORT"} & set(given)
    assert given["CHENGXIN_SECRET"] == home.environment("web")["CHENGXIN_SECRET"]
    assert home.environment("web", signin=True)["CHENGXIN_SIGNIN_DSN"] == home.dsn("signin")
    assert not [role for role in ROLES if role != "worker" and home.password(role) in "".join(given.values())]


def test_a_long_path_gets_a_short_socket(tmp_path: Path) -> None:
    far = Home.create(tmp_path / ("长" * 40), mode="test")
    near = Home.create(tmp_path / "x", mode="test")
    assert near.socket_folder == near.path / "run" or len(bytes(near.path)) > 80
    assert far.socket_folder == far.annex / "run"
    assert len(bytes(far.socket_folder / f".s.PGSQL.{PORT}")) <= 100


def test_an_external_url_keeps_its_place_and_loses_its_login(tmp_path: Path) -> None:
    url = "postgresql://boss:secret@db.example:6432/city?sslmode=verify-full"
    home = Home.create(tmp_path / "h", mode="test", external_url=url)
    assert home.dsn("web").endswith("@/city?host=db.example&port=6432&sslmode=verify-full")
    assert "secret" not in (home.path / "home.json").read_text("utf-8")
    assert Home.create(tmp_path / "g", external_url="postgresql://boss@db/postgres").database == "chengxin"
