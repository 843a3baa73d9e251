"""Commands that an officer gives at the console (以账号执行的命令): a session of theirs, refusals in three lines."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from chengxin.cli.output import Failure

T = TypeVar("T")


def enter(login: str, keep: Path | None, *, role: str = "web") -> bytes:
    """Start this process as a role of the installation, and open a session of an account.

    Raises:
        Failure: there is no such account.
    """
    from chengxin.operate.running import home_of

    home = home_of(keep)
    os.environ.update(home.environment(role, signin=True) | {"CHENGXIN_WORKER_DSN": home.dsn("worker")})
    from chengxin.config.setup import start_django

    start_django()
    from chengxin.people.api import console_session

    return refusing(lambda: console_session(login), remedy="请核对 --as 后的账号")


def refusing(call: Callable[[], T], *, remedy: str) -> T:
    """The answer of a call, or the sentence of the rule that refuses it.

    Raises:
        Failure: refused.
    """
    from chengxin.kernel.errors import Refused
    from chengxin.portal.words import sentence

    try:
        return call()
    except Refused as error:
        raise Failure("没有执行", cause=f"{sentence(error.code)}（{error.code}）", remedy=remedy) from None
