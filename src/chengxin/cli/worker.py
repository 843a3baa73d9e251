"""Internal: the worker process of an installation (后台程序)."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

import click

PAUSE = 1.0
"""Seconds between rounds; an event waits at most so long."""
SESSION_ROUNDS = 3600
CHANGES = 5.0
"""Seconds between questions for changes to the population database."""
AUDIT = 30.0
"""Seconds between questions whether the nightly audit of the log is due."""
LEAVE = 2.0
"""Seconds that a file under way gets at the end."""


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
    reading = threading.Thread(target=_beside, args=(_reading, stop), name="uploads")
    changing = threading.Thread(target=_beside, args=(_changing, stop), name="population", daemon=True)
    delivering = threading.Thread(target=_beside, args=(_delivering, stop), name="letters")

    def told(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    auditing = threading.Thread(target=_beside, args=(_auditing, stop), name="audit", daemon=True)
    auditing.start()
    reading.start()
    changing.start()
    delivering.start()
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
    # A file under way is left where it stands: the next worker goes on with it, and nothing is taken twice.
    # So is a letter on its way to its carrier: it goes again under the same reference.
    reading.join(LEAVE / 2)
    delivering.join(LEAVE / 2)
    os._exit(0)


def _beside(work: Callable[[threading.Event], None], stop: threading.Event) -> None:
    """Beside everything else: neither a large file nor a carrier or database that is away keeps anybody waiting.

    When one of them fails, the whole worker ends and is started again: half a worker would leave things waiting unseen.
    """
    try:
        work(stop)
    except Exception as error:
        click.echo(f"后台程序停止：{type(error).__name__}", err=True)  # no text of it: it could name somebody
        os._exit(1)


def _changing(stop: threading.Event) -> None:
    from chengxin.kernel.errors import Refused
    from chengxin.people.api import can_match, console_session, poll, sign_out

    while can_match() and not stop.is_set():
        token = console_session("system")
        for _ in range(SESSION_ROUNDS):
            try:
                poll(token)
            except Refused as error:
                if error.code != "POPULATION-03":  # another worker was quicker: it goes on from there
                    raise
            if stop.wait(CHANGES):
                break
        sign_out(token)


def _reading(stop: threading.Event) -> None:
    from chengxin.intake.api import sweep_files, work
    from chengxin.people.api import console_session, sign_out

    token, rounds = console_session("system"), 0
    while not stop.is_set():
        while not stop.is_set() and work(token):
            pass
        rounds += 1
        if rounds % SESSION_ROUNDS == 0:
            sweep_files(token)
            sign_out(token)
            token = console_session("system")
        stop.wait(PAUSE)
    sign_out(token)


def _auditing(stop: threading.Event) -> None:
    from django.conf import settings

    from chengxin.ledger.auditing import audit, due
    from chengxin.ledger.sequencer import Store

    store = Store(os.environ["CHENGXIN_DSN"])
    while not stop.wait(AUDIT):
        since = due(store)
        if since is not None:
            audit(store, since=since, policy=settings.LOG_POLICY)
    store.close()


def _delivering(stop: threading.Event) -> None:
    from chengxin.notice.api import carriers, deliver
    from chengxin.people.api import console_session, sign_out

    token, rounds = console_session("system"), 0
    ways = carriers()
    while not stop.is_set():
        while not stop.is_set() and deliver(token, ways):
            pass
        rounds += 1
        if rounds % SESSION_ROUNDS == 0:
            sign_out(token)
            token = console_session("system")
        stop.wait(PAUSE)
    sign_out(token)
