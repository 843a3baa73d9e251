"""The examination for the system administrator's page (运行状态): made beside the data folder, left in a file there.

The pages' own process holds neither the other roles' passwords nor the owner's, so it cannot examine the installation.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from chengxin.operate.doctor import Finding, State, counted, examine
from chengxin.operate.home import Home, write_private

NAME = "condition.json"
EVERY = 120.0
"""Seconds between two examinations."""
RECOUNTED = 86_400.0
"""Seconds between two counts of what is kept beside the facts, while they find nothing: each reads every letter."""
_COUNTING = threading.Lock()
_COUNTED: dict[Path, tuple[float, Finding]] = {}
"""Data folder -> when it was last counted, and what came of it: for whoever examines next in this process."""


def note_condition(home: Home) -> list[Finding]:
    """Examine an installation, and leave what was found where the pages read it."""
    try:
        found = [*examine(home.path), _kept(home)]
    except Exception as error:  # the page says that it could not be examined, whatever the reason
        remedy = f"请在服务器上执行：chengxin doctor --keep {home.path}"
        found = [Finding("doctor", State.FAIL, f"体检没有做完（{type(error).__name__}）", remedy)]
    draft = home.path / f".{NAME}.{threading.get_native_id()}.new"  # the hand that made a backup examines too
    write_private(draft, json.dumps({"at": datetime.now(UTC).isoformat(), "checks": [asdict(one) for one in found]}))
    draft.replace(home.path / NAME)
    return found


def _kept(home: Home) -> Finding:
    """What is kept beside the facts: counted at each examination until all is well, then once a day."""
    with _COUNTING:
        begun = monotonic()
        at, last = _COUNTED.get(home.path, (begun, None))
        if last is None or last.state is not State.OK or begun - at >= RECOUNTED:
            last = counted(home)
            _COUNTED[home.path] = (begun, last)
        return last


@contextmanager
def watched(home: Home) -> Iterator[None]:
    """Examine again and again beside everything else, as long as the block runs."""
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            with suppress(OSError):  # it cannot be written down now: the page says that it is old, and we try again
                note_condition(home)
            stop.wait(EVERY)

    threading.Thread(target=watch, name="condition", daemon=True).start()
    try:
        yield
    finally:
        stop.set()
