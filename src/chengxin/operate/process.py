"""Children that never outlive their parent and never inherit its signals."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    last_word: signal.Signals = signal.SIGTERM,
    user: int | None = None,
    keep_open: Sequence[int] = (),
    output: IO[bytes] | int | None = None,
    errors: IO[bytes] | int | None = None,
) -> subprocess.Popen[bytes]:
    """Start a direct child in its own session, at ``/`` and with default signals.

    The kernel sends it ``last_word`` when the *thread* that called this ends, kill -9 included: call it from the main
    thread. ``user`` is an unprivileged uid (and gid) for a parent that runs as root.
    """
    return subprocess.Popen(
        command,
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        start_new_session=True,
        pass_fds=keep_open,
        # Must run in the child and after the change of user, which clears the death signal; it only makes system calls.
        preexec_fn=_prepare(os.getpid(), last_word),  # noqa: PLW1509
        user=user,
        group=user,
        extra_groups=None if user is None else (),
    )


def _prepare(parent: int, last_word: signal.Signals) -> Callable[[], None]:
    def prepare() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, [])
        if _LIBC is not None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, int(last_word))
            if os.getppid() != parent:  # it died before the wish was heard
                os._exit(1)

    return prepare


def finish(child: subprocess.Popen[bytes], steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Ask a child to end, step by step less politely; what is left of its session is killed."""
    for number, patience in steps:
        if child.poll() is not None:
            break
        child.send_signal(number)
        try:
            child.wait(patience)
        except subprocess.TimeoutExpired:
            continue
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return
    finally:
        child.wait()
