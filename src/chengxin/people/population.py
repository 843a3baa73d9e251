"""The line to the municipal population database (人口信息库): match or no match, and what changed; nothing else.

Protocol: docs/reference/population-openapi.json, signed in both directions by the profile of ``kernel.signature``. An
answer counts only when it is whole, signed by the database's key and made for this very request; else it is as if none
had come. After several failures the line rests for a while, so that nobody waits for a database that is away.
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlencode, urlsplit
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chengxin.kernel.errors import ChengxinError, Refused, Unavailable
from chengxin.kernel.population import (
    BATCH,
    CHANGES,
    LARGEST,
    MATCH,
    MOST,
    AskMany,
    AskOne,
    Change,
    Claim,
    ToldChanges,
    ToldMany,
    ToldOne,
)
from chengxin.kernel.signature import check_answer, sign
from chengxin.kernel.words import three_lines

Told = TypeVar("Told", ToldOne, ToldMany, ToldChanges)
CHANGES_PURPOSE = "CHANGES"
_SIGNED = ("content-digest", "signature-input", "signature")
_AGAIN = frozenset({408, 429, 500, 502, 503, 504})
_encode = msgspec.json.Encoder().encode


class Match(StrEnum):
    """What is known of number and name (核验结果)."""

    MATCH = "match"
    NO_MATCH = "no_match"
    UNKNOWN = "unknown"
    UNAVAILABLE = "unavailable"


class NotForReal(ChengxinError):
    """A production installation without a real population database (正式平台没有配置人口信息库)."""


@dataclass(frozen=True)
class Link:
    """Where the database is, and the keys of both ends.

    Attributes:
        key_id, private_key: of this platform.
        server_key: the database's, by which its answers are known.
        sandbox: it is the demonstration's.
    """

    url: str
    key_id: str
    private_key: bytes = field(repr=False)
    server_key: bytes = field(repr=False)
    sandbox: bool = False

    @staticmethod
    def load(path: Path) -> Link:
        """Read the configuration.

        Raises:
            NotForReal: it is not there, not whole, or can be read by others.
        """
        try:
            if path.stat().st_mode & 0o077:
                raise NotForReal(_said(f"{path} 可被其他用户读取", f"请执行：chmod 600 {path}"))
            data = json.loads(path.read_text("utf-8"))
            keys = [base64.b64decode(data[name], validate=True) for name in ("private_key", "server_key")]
            return Link(data["url"], data["key_id"], keys[0], keys[1], sandbox=bool(data.get("sandbox")))
        except (OSError, ValueError, KeyError, TypeError):
            raise NotForReal(
                _said(f"{path} 不能读取或不完整", "请按 docs/how-to/population.zh.md 重新写入。")
            ) from None

    @cached_property
    def signing(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private_key)

    @cached_property
    def verifying(self) -> Ed25519PublicKey:
        return Ed25519PublicKey.from_public_bytes(self.server_key)


def ensure_real(mode: str, path: Path | None) -> None:
    """A production platform asks the real database, over TLS.

    Raises:
        NotForReal: none is configured, it is the sandbox, or the line is not encrypted.
    """
    if mode != "production":
        return
    if path is None:
        raise NotForReal(_said("数据目录里没有 population.json", "请按 docs/how-to/population.zh.md 接入人口信息库。"))
    link = Link.load(path)
    if link.sandbox or urlsplit(link.url).scheme != "https":
        raise NotForReal(_said(f"{path} 指向演示用的人口信息库，或没有用 https", "请改为真实的地址和密钥。"))


class Circuit:
    """Rests after failures in a row (熔断): then one call tries, and the others are told at once."""

    def __init__(self, *, most: int, rest: float, clock: Callable[[], float]) -> None:
        self._most, self._rest, self._clock = most, rest, clock
        self._lock = threading.Lock()
        self._failures, self._until = 0, 0.0

    def closed(self) -> bool:
        """Whether a call may go out now; whoever is first after the rest is the one that tries."""
        with self._lock:
            if self._failures < self._most:
                return True
            if self._clock() < self._until:
                return False
            self._until = self._clock() + self._rest
            return True

    def said(self, *, good: bool) -> None:
        with self._lock:
            self._failures = 0 if good else self._failures + 1
            if self._failures >= self._most:
                self._until = self._clock() + self._rest


class _Bad(Exception):
    """No answer that counts; `again`: another try may bring one."""

    def __init__(self, *, again: bool) -> None:
        super().__init__()
        self.again = again


class Population:
    """A line to one database. Safe in threads.

    Args:
        link: address and keys.
        real: a sandbox's answers count for nothing.
        timeout: seconds that one step of a try may take.
        tries: for one call.
        failures: calls in a row after which the line rests.
        rest: seconds.
    """

    def __init__(
        self,
        link: Link,
        *,
        real: bool = False,
        timeout: float = 5.0,
        tries: int = 3,
        failures: int = 3,
        rest: float = 15.0,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._link, self._real, self._timeout, self._tries, self._pause = link, real, timeout, tries, pause
        self.circuit = Circuit(most=failures, rest=rest, clock=clock)
        self._idle: list[http.client.HTTPConnection] = []

    def match(self, claims: Sequence[Claim], *, purpose: str, request: UUID) -> list[Match]:
        """Ask about at most 1,000 persons: an answer for each, in their order; all UNAVAILABLE when there is none."""
        try:
            if len(claims) == 1:
                body = _encode(AskOne(purpose, request, claims[0]))
                return [Match(self._call(ToldOne, request, method="POST", path=MATCH, body=body).answer)]
            body = _encode(AskMany(purpose, request, list(claims)))
            told = self._call(
                ToldMany,
                request,
                method="POST",
                path=BATCH,
                body=body,
                whole=lambda one: len(one.answers) == len(claims),
            )
            return [Match(answer) for answer in told.answers]
        except Unavailable:
            return [Match.UNAVAILABLE] * len(claims)

    def changes(self, after: int, *, request: UUID, limit: int = MOST) -> list[Change]:
        """What happened after change number `after`, in whatever order and number it comes.

        Raises:
            Unavailable: no answer that counts.
        """
        asked = {"after": after, "limit": limit, "purpose": CHANGES_PURPOSE, "request": request}
        return self._call(ToldChanges, request, method="GET", path=CHANGES, query=urlencode(asked)).changes

    def _call(
        self,
        kind: type[Told],
        request: UUID,
        *,
        method: str,
        path: str,
        query: str = "",
        body: bytes = b"",
        whole: Callable[[Told], bool] = lambda _: True,
    ) -> Told:
        if not self.circuit.closed():
            raise Unavailable
        for left in reversed(range(self._tries)):
            try:
                told = msgspec.json.decode(self._try(method, path, query, body), type=kind)
                if told.request != request or not whole(told) or (self._real and told.sandbox):
                    raise _Bad(again=True)
            except (_Bad, msgspec.DecodeError, UnicodeDecodeError) as error:
                if not left or (isinstance(error, _Bad) and not error.again):
                    break
                self._pause(0.1 * 2 ** (self._tries - left))
            else:
                self.circuit.said(good=True)
                return told
        self.circuit.said(good=False)
        raise Unavailable

    def _try(self, method: str, path: str, query: str, body: bytes) -> bytes:
        """One request, signed now; the body of an answer whose signature is good."""
        link, nonce = self._link, secrets.token_urlsafe(16)
        fields = sign(
            link.signing, link.key_id, method=method, path=path, query=query, body=body, created=int(time.time()),
            nonce=nonce,
        )  # fmt: skip
        if body:
            fields["Content-Type"] = "application/json"
        connection = self._idle.pop() if self._idle else self._connect()
        try:
            connection.request(method, f"{path}?{query}" if query else path, body, fields)
            response = connection.getresponse()
            said = response.read(LARGEST + 1)
        except (OSError, http.client.HTTPException):
            connection.close()
            raise _Bad(again=True) from None
        if response.status != http.HTTPStatus.OK or len(said) > LARGEST:
            connection.close()
            raise _Bad(again=response.status in _AGAIN)
        self._idle.append(connection)
        digest, signature_input, signature = (response.headers.get(name, "") for name in _SIGNED)
        try:
            check_answer(
                link.verifying, status=response.status, body=said, nonce=nonce, digest=digest,
                signature_input=signature_input, signature=signature, now=time.time(),
            )  # fmt: skip
        except Refused:
            raise _Bad(again=True) from None
        return said

    def close(self) -> None:
        """Close connections that are kept for the next call."""
        while self._idle:
            self._idle.pop().close()

    def _connect(self) -> http.client.HTTPConnection:
        parts = urlsplit(self._link.url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        return kind(parts.hostname or "", parts.port, timeout=self._timeout)


@cache
def population() -> Population | None:
    """The line of this process (setting ``CHENGXIN_POPULATION``); None where none is configured."""
    from django.conf import settings

    if settings.POPULATION is None:
        return None
    return Population(Link.load(settings.POPULATION), real=settings.MODE == "production")


def _said(cause: str, remedy: str) -> str:
    return three_lines("人口信息库没有接好", cause, remedy)
