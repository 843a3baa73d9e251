from __future__ import annotations

import os
import select
import signal
import subprocess
import sys

from chengxin.operate.process import finish, spawn

NESTED = """
import os, sys
from chengxin.operate.process import spawn
child = spawn(["sleep", "600"], environment={"PATH": os.defpath})
print(child.pid, flush=True)
sys.stdin.read()
"""


def ends(handle: int) -> bool:
    """Whether the process behind a pidfd ends within a minute."""
    return bool(select.select([handle], [], [], 60)[0])


def test_ignored_signals_are_not_inherited() -> None:
    earlier = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        child = spawn(["sleep", "600"], environment=dict(os.environ))
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        signal.signal(signal.SIGTERM, earlier)
    child.terminate()
    assert child.wait(60) == -signal.SIGTERM


def test_a_killed_parent_takes_its_child_with_it() -> None:
    parent = subprocess.Popen([sys.executable, "-c", NESTED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    handle = os.pidfd_open(int(parent.stdout.readline()))
    parent.kill()
    parent.communicate()
    assert ends(handle)
    os.close(handle)


def test_a_stubborn_child_and_its_children_are_killed() -> None:
    script = "trap '' TERM; sleep 600 & echo $!; wait"
    child = spawn(["sh", "-c", script], environment=dict(os.environ), output=subprocess.PIPE)
    assert child.stdout is not None
    grandchild = os.pidfd_open(int(child.stdout.readline()))
    finish(child, ((signal.SIGTERM, 0.1),))
    child.stdout.close()
    assert child.returncode == -signal.SIGKILL
    assert ends(grandchild)
    os.close(grandchild)
