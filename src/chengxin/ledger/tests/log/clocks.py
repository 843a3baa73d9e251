"""The detectors' own clocks, driven: from just after a detector has looked, over the attack, to its finding."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from chengxin.ledger.attacks import ATTACKS
from chengxin.ledger.auditing import Finding, audit, due
from chengxin.operate import sequencing

if TYPE_CHECKING:
    from chengxin.ledger.tests.log.test_attacks import City

DAY = timedelta(days=1)


@dataclass
class Clocks:
    """What a test asks: commit the attack at the worst moment, and let the detector run by its own clock."""

    patch: pytest.MonkeyPatch
    record: Callable[[str, object], None]

    def nights(self, number: int, city: City, attack: Callable[[], object]) -> list[Finding]:
        """A whole audit has just ended; then night after night as the worker's clock has it due."""
        store = city.sequencer.store
        audit(store)
        attack()
        began, waited = time.monotonic(), timedelta()
        while waited < 30 * DAY:
            city.log.owner.execute("update cx.ledger_log_audit set ended_at = ended_at - interval '1 day'")
            waited += DAY
            since = due(store)
            found = [] if since is None else list(audit(store, since=since)[0].findings)
            if found:
                self._took(number, "audit", waited, began)
                return found
        pytest.fail("no audit found it")

    def visits(self, number: int, city: City, attack: Callable[[], object], *, until: str = "halted") -> None:
        """The witnesses have just been visited; then the loop that visits them, on a clock that only its waits move."""
        feeder, left = city.feeder(), [attack]
        now, began, struck = 1000.0, 0.0, 0.0

        def wait(seconds: float) -> None:
            nonlocal now, began, struck
            if left:
                began, struck = time.monotonic(), now
                left.pop()()
            elif done():
                return  # the visit that just ended has found it
            now += seconds

        def done() -> bool:
            over = not left and (now - struck > 3600 or bool(city.log.state("halted")))
            return over or (not left and until == "cosigned" and city.cosigned())

        with self.patch.context() as driven:
            driven.setattr(sequencing, "time", SimpleNamespace(monotonic=lambda: now))
            stop = SimpleNamespace(is_set=done, wait=wait)
            sequencing._visits(feeder, stop, lambda _: None, lambda _: None, "")  # type: ignore[arg-type]
        self._took(number, "witness" if until == "halted" else "", timedelta(seconds=now - struck), began)

    def _took(self, number: int, detector: str, waited: timedelta, began: float) -> None:
        """Hold the time on the detector's clock, and what its work took besides, against the bound."""
        attack = next(one for one in ATTACKS if one.number == number)
        worked = timedelta(seconds=time.monotonic() - began)
        assert waited + worked <= attack.bound, (attack.name, waited, worked)
        assert detector in (attack.detectors or ("",))
        self.record(
            "attack", [number, attack.name, detector, waited.total_seconds(), worked.total_seconds(), attack.within]
        )
