"""How often an address may fail to sign in (登录频次): trying one password on many accounts locks none of them.

In the memory of this process, for five minutes; no address is written anywhere. An office fails less often.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

from django.http import HttpRequest

FAILURES, SECONDS = 30, 300.0
_MOST = 10_000  # addresses kept in mind, so that many addresses cannot fill the memory


class Failures:
    """Failed sign-ins of the last minutes, by address.

    Args:
        clock: seconds that never run backwards.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def too_many(self, address: str) -> bool:
        """Whether this address has to wait."""
        with self._lock:
            times = self._times.get(address)
            while times and self._clock() - times[0] >= SECONDS:
                times.popleft()
            return times is not None and len(times) >= FAILURES

    def add(self, address: str) -> None:
        """One more."""
        with self._lock:
            times = self._times.setdefault(address, deque(maxlen=FAILURES))
            times.append(self._clock())
            self._times.move_to_end(address)
            if len(self._times) > _MOST:
                self._times.popitem(last=False)


def address_of(request: HttpRequest) -> str:
    """Who is at the other end: behind a proxy on this machine, whom the proxy names."""
    direct = str(request.META.get("REMOTE_ADDR", ""))
    if direct in {"", "127.0.0.1", "::1"}:
        return request.headers.get("X-Forwarded-For", direct).rpartition(",")[2].strip()
    return direct


failures = Failures()
