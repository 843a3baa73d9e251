"""Requests of the machine interface as granian hands them over, and accounts that sign them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chengxin.operate.home import Home
from chengxin.people.client import CHECK, signed_headers
from chengxin.people.machine import Machine

Answer = tuple[int, dict[str, Any]]


class Headers:
    def __init__(self, fields: dict[str, str] | list[tuple[str, str]]) -> None:
        pairs = fields.items() if isinstance(fields, dict) else fields
        self._pairs = [(name.lower(), value) for name, value in pairs]

    def get_all(self, name: str) -> list[str]:
        return [value for one, value in self._pairs if one == name]

    def get(self, name: str) -> str | None:
        return next(iter(self.get_all(name)), None)


class Exchange:
    """One request and its answer."""

    proto = "http"

    def __init__(
        self, headers: Headers, body: bytes = b"", *, method: str = "POST", path: str = CHECK, query: str = ""
    ) -> None:
        self.headers, self.body, self.method, self.path, self.query_string = headers, body, method, path, query
        self.answer: Answer | None = None
        self.was_read = False

    async def __call__(self) -> bytes:
        self.was_read = True
        return self.body

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        assert ("cache-control", "no-store") in headers
        self.answer = status, json.loads(body)


class Account:
    """A machine account and its key."""

    def __init__(self, home: Home, *, duty: str, organisation: str = "") -> None:
        self.home = home
        self.key, self.login, self.account = Ed25519PrivateKey.generate(), f"m{uuid4().hex[:10]}", uuid4()
        public = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
            owner.execute(
                "select cx.people_account_open_v1(%s, %s, 'machine', '测试系统', null, %s, '', null, %s, null, array[%s], "
                "date '2026-01-01')",
                [self.account, self.login, organisation, public, duty],
            )

    def signed(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        query: str = "",
        content_type: str = "application/json",
        user: str = "",
    ) -> Exchange:
        fields = signed_headers(self.key, self.login, body, method=method, path=path, query=query, user=user)
        if user:
            fields["X-Road-UserId"] = user
        fields |= {"Content-Length": str(len(body)), "Content-Type": content_type}
        return Exchange(Headers(fields), body, method=method, path=path, query=query)


async def say(machine: Machine, exchange: Exchange) -> Answer:
    await machine.__rsgi__(exchange, exchange)
    assert exchange.answer is not None
    return exchange.answer


def serve(machine: Machine, work: Callable[[Machine], Awaitable[None]]) -> None:
    """Run the application for the time of some work."""

    async def main() -> None:
        await machine.start()
        try:
            await work(machine)
        finally:
            await machine.stop()

    asyncio.run(main())
