"""Internal: the worker process of an installation (后台程序)."""

from __future__ import annotations

import os
import signal
import threading
from types import FrameType

import click

PAUSE = 1.0
"""Seconds between rounds; an event waits at most so long."""
SESSION_ROUNDS = 3600


@click.command(hidden=True)
def worker_command() -> None:
    """Hand events on and let time pass, until told to stop."""
    from chengxin.config.setup import start_django
    from chengxin.ledger.privilege import ensure_unprivileged

    for name in ("CHENGXIN_DSN", "CHENGXIN_SIGNIN_DSN"):
        ensure_unprivileged(os.environ[name])
    start_django()
    from chengxin.flow.api import drain, tick
    from chengxin.people.api import console_session, sign_out

    stop = threading.Event()

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    token, rounds = console_session("system"), 0
    while not stop.is_set():
        while drain(token) and not stop.is_set():
            pass
        tick(token)
        rounds += 1
        if rounds % SESSION_ROUNDS == 0:
            sign_out(token)
            token = console_session("system")
        stop.wait(PAUSE)
    sign_out(token)
