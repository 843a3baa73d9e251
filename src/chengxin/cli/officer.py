"""Commands that an officer gives at the console (以账号执行的命令): a session of theirs, refusals in three lines."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from chengxin.cli.output import Failure

T = TypeVar("T")


def enter(login: str, keep: Path | None, *, role: str = "web", prove: bool = False) -> bytes:
    """Start this process as a role of the installation, and open a session of an account.

    Args:
        login: of the officer who gives the command.
        keep: data folder; None where only one demo runs.
        role: of the database.
        prove: ask for the code of their authenticator first: the command does what the database wants a proof for.

    Raises:
        Failure: there is no such account; the code is not good.
    """
    from chengxin.operate.running import home_of

    home = home_of(keep)
    os.environ.update(home.environment(role, signin=True) | {"CHENGXIN_WORKER_DSN": home.dsn("worker")})
    from chengxin.config.setup import start_django

    start_django()
    from chengxin.people.api import console_session

    token = refusing(lambda: console_session(login), remedy="请核对 --as 后的账号")
    if prove:
        prove_anew(token)
    return token


def prove_anew(token: bytes) -> None:
    """Ask for the code of the officer's authenticator (再次验证); a line of standard input where there is no terminal.

    The account behind the command has proved nothing so far; where the console counts as a proof, nothing is asked.

    Raises:
        Failure: the code is not good.
    """
    from chengxin.people.api import step_up, whoami

    account = whoami(token)
    if account is None or account.stepped_up_at is not None:
        return
    code = click.prompt("动态验证码（不显示）", hide_input=True, err=True)
    refusing(lambda: step_up(token, code=code), remedy="请等验证器应用里的下一个 6 位数字，再执行一次")


def refusing(call: Callable[[], T], *, remedy: str) -> T:
    """The answer of a call, or the sentence of the rule that refuses it.

    Raises:
        Failure: refused.
    """
    from chengxin.kernel.errors import ProofNeeded, Refused
    from chengxin.portal.words import sentence

    try:
        return call()
    except (Refused, ProofNeeded) as error:
        raise Failure("没有执行", cause=f"{sentence(error.code)}（{error.code}）", remedy=remedy) from None
