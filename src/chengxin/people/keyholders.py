"""Who holds which key (业务系统的密钥与会话): credentials through the sign-in role, one session per machine account.

Kept in the memory of this process. A credential is read again after 60 seconds, so that a disabled account or a changed
key counts within a minute; the database refuses the duties of a disabled account at once.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chengxin.kernel.errors import Unavailable
from chengxin.kernel.ids import uuid7

Connect = Callable[[], Awaitable[psycopg.AsyncConnection[Any]]]

REREAD = 60.0
_EARLY = 300.0  # a session is renewed five minutes before its end
_MOST = 10_000  # unknown key names kept in mind, so that guessing cannot fill the memory
_CREDENTIAL: LiteralString = (
    "select account, organisation, public_key from cx.people_credential_v1(%s) "
    "where kind = 'machine' and not locked and public_key is not null"
)
_OPEN: LiteralString = "select cx.people_session_open_v1(%s::bytea, %s::uuid, %s::uuid, 'signature', 3, '')"


@dataclass(slots=True)
class Holder:
    """A machine account and its key; `token` is empty until a request of it was validly signed."""

    account: UUID
    organisation: str
    raw_key: bytes
    key: Ed25519PublicKey
    read_at: float
    token: bytes = b""
    renew_at: float = 0.0


class Keyholders:
    """Machine accounts that spoke to this process.

    Args:
        connect: opens a connection of role `signin`, autocommit.
        clock: seconds that never run backwards.
    """

    def __init__(self, connect: Connect, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._connect = connect
        self._clock = clock
        self._known: dict[str, Holder] = {}
        self._unknown: dict[str, float] = {}
        self._one_at_a_time = asyncio.Lock()
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def start(self) -> None:
        """Connect. Raises psycopg.Error where the database does not answer."""
        self._connection = await self._connect()

    async def stop(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def find(self, key_id: str) -> Holder | None:
        """The account behind a key name, or None.

        Raises:
            Unavailable: it is not in memory and the database does not answer.
        """
        holder = self._known.get(key_id)
        if holder is not None and self._clock() - holder.read_at < REREAD:
            return holder
        if self._clock() - self._unknown.get(key_id, -REREAD) < 5.0:
            return None
        async with self._one_at_a_time:
            holder = self._known.get(key_id)
            if holder is None or self._clock() - holder.read_at >= REREAD:
                holder = await self._read(key_id)
        return holder

    async def token(self, holder: Holder) -> bytes:
        """The session token of an account that has just proved its key; opens or renews the session."""
        if not self._fresh(holder):
            async with self._one_at_a_time:
                if not self._fresh(holder):
                    token = secrets.token_bytes(32)
                    opened_at = self._clock()
                    [(minutes,)] = await self._rows(_OPEN, [token, uuid7(), holder.account])
                    holder.token, holder.renew_at = token, opened_at + minutes * 60.0 - _EARLY
        return holder.token

    async def answers(self) -> bool:
        """Whether the database answers (健康检查)."""
        try:
            async with self._one_at_a_time:
                await self._rows("select 1", [])
        except Unavailable:
            return False
        return True

    def forget(self, holder: Holder) -> None:
        """The database no longer knows the session: the next request opens another."""
        holder.token = b""

    def _fresh(self, holder: Holder) -> bool:
        return bool(holder.token) and self._clock() < holder.renew_at

    async def _read(self, key_id: str) -> Holder | None:
        rows = await self._rows(_CREDENTIAL, [key_id])
        old = self._known.pop(key_id, None)
        if not rows:
            if len(self._unknown) >= _MOST:
                self._unknown.clear()
            self._unknown[key_id] = self._clock()
            return None
        account, organisation, raw = rows[0]
        holder = Holder(account, organisation, raw, Ed25519PublicKey.from_public_bytes(raw), self._clock())
        if old is not None and (old.account, old.organisation, old.raw_key) == (account, organisation, raw):
            holder.token, holder.renew_at = old.token, old.renew_at
        self._known[key_id] = holder
        return holder

    async def _rows(self, statement: LiteralString, parameters: list[Any]) -> list[tuple[Any, ...]]:
        try:
            if self._connection is None or self._connection.closed:
                self._connection = await self._connect()
            cursor = await self._connection.execute(statement, parameters)
            return await cursor.fetchall()
        except psycopg.Error:
            raise Unavailable from None
