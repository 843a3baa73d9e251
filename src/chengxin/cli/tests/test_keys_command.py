"""``chengxin keys``: what the operator reads, in words and in JSON; who may not; what cannot be destroyed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from uuid import uuid4

import psycopg
import pyotp
import pytest
from click.testing import CliRunner, Result

from chengxin.cli import main
from chengxin.operate.home import Home
from chengxin.operate.seed import CREDIT_OFFICE, City, Signin
from chengxin.people.keyring import KeyRing

pytestmark = pytest.mark.database


@pytest.fixture
def run(home: Home) -> Callable[..., Result]:
    def run(*words: str, login: str = "secadmin") -> Result:
        return CliRunner().invoke(main, ["keys", *words, "--as", login, "--keep", str(home.path)])

    return run


def test_a_rotation_is_told_in_words_and_in_json(run: Callable[..., Result], home: Home, citizen: object) -> None:
    before = KeyRing.load(home.keyring).active.version
    said = run("rotate")
    assert said.exit_code == 0, said.output
    assert f"现在使用第 {before + 1} 版。重新包裹：身份保险库 " in said.stdout
    told = json.loads(run("rotate", "--json").stdout)
    assert (told["version"], told["wrapped"]["identity"] > 0) == (before + 2, True)
    newest, *_, oldest = json.loads(run("status", "--json").stdout)["versions"]
    assert (newest["version"], newest["state"], newest["destroy_from"]) == (before + 2, "active", None)
    assert newest["left"]["identity"] > 0
    assert "identity" not in oldest["left"]
    lines = run("status").stdout.splitlines()
    assert lines[0].startswith(f"第 {before + 2} 版（{newest['suite']}）使用中，")
    assert "身份保险库" in lines[0]


def test_a_version_in_use_or_too_young_is_not_destroyed(
    run: Callable[..., Result], home: Home, citizen: object
) -> None:
    run("rotate")
    active = KeyRing.load(home.keyring).active.version
    for version in (active, active + 1):
        said = run("destroy", str(version), "--yes")
        assert (said.exit_code, "不能销毁" in said.stderr) == (2, True)
    asked = run("destroy", str(active))
    assert asked.exit_code != 0
    assert "确定吗" in asked.stdout


@pytest.mark.parametrize("login", ["officer", "nobody"])
def test_nobody_else_turns_keys(login: str, run: Callable[..., Result], home: Home) -> None:
    before = home.keyring.read_bytes()
    for words in (("status",), ("rotate",), ("destroy", "1", "--yes")):
        said = run(*words, login=login)
        assert said.exit_code == 2
        assert [line.partition("：")[0] for line in said.stderr.splitlines()] == ["出错", "原因", "怎么办"]
    assert home.keyring.read_bytes() == before


@pytest.fixture
def turner(home: Home) -> Iterator[Signin]:
    """A security administrator at the console of a real installation, where being there proves nothing."""
    login, fresh = f"z{uuid4().hex[:10]}", "update cx.people_method set fresh = %s where method = 'console'"
    with City(home) as city, psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute(fresh, [False])
        try:
            yield city.account(
                "",
                login,
                "staff",
                "安全管理岗",
                duty="security_admin",
                organisation=CREDIT_OFFICE[0],
                holder=secrets.token_bytes(32),
            )
        finally:
            owner.execute(fresh, [True])


def test_stepup_01_keys_turn_for_a_proved_holder_only(turner: Signin, home: Home) -> None:
    before = home.keyring.read_bytes()
    active = KeyRing.load(home.keyring).active.version

    def rotate(typed: str) -> Result:
        words = ["keys", "rotate", "--as", turner.login, "--keep", str(home.path)]
        return CliRunner().invoke(main, words, input=typed)

    for typed in ("000000\n", ""):
        assert rotate(typed).exit_code != 0
    assert home.keyring.read_bytes() == before
    code = pyotp.TOTP(turner.totp_secret).now()
    said = rotate(f"{code}\n")
    assert said.exit_code == 0, said.output
    assert code not in said.output
    assert KeyRing.load(home.keyring).active.version == active + 1
    assert rotate(f"{code}\n").exit_code == 2  # good once


def test_stepup_01_without_the_question_the_database_refuses(turner: Signin, home: Home) -> None:
    """The command only asks; it is the database that wants the proof, before the key file is touched."""
    from datetime import date

    from chengxin.kernel.errors import ProofNeeded
    from chengxin.operate.keys import turn
    from chengxin.people.api import console_session

    before = home.keyring.read_bytes()
    with pytest.raises(ProofNeeded, match="STEPUP-01"):
        turn(home.keyring, console_session(turner.login), suite=None, today=date(2026, 11, 24))
    assert home.keyring.read_bytes() == before
