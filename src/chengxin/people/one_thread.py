"""A door of the machine interface whose work waits for the database (机器接口的一扇门), in one thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections, connections

from chengxin.kernel.errors import Unavailable
from chengxin.people.access import Call


class OneThread:
    """What such a door is built on. One thread, so that it can be told to close its connection.

    Args:
        name: of the thread.
        work: answers a call; runs in the thread.
        waiting: most calls under way: each may wait for another database, and more are refused at once.
    """

    def __init__(self, name: str, work: Callable[[Call], tuple[int, bytes]], *, waiting: int) -> None:
        self._name, self._work = name, work
        self._thread: ThreadPoolExecutor | None = None
        self._most, self._waiting = waiting, 0

    async def start(self) -> None:
        self._thread = ThreadPoolExecutor(1, self._name)

    async def stop(self) -> None:
        if self._thread is not None:
            self._thread.submit(connections.close_all)
            self._thread.shutdown()

    def healthy(self) -> bool:
        return self._thread is not None

    async def answer(self, call: Call) -> tuple[int, bytes]:
        if self._waiting >= self._most:
            raise Unavailable
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, self._fresh, call)
        finally:
            self._waiting -= 1

    def _fresh(self, call: Call) -> tuple[int, bytes]:
        close_old_connections()  # a connection the database has dropped is replaced
        return self._work(call)
