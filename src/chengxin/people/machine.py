"""The gate of the machine interface (业务系统接口): who calls is proved here, before any door learns of the request.

RSGI, without Django's request stack. A door says which addresses are its own and answers them; signature, key,
session, replay and the words of a refusal are the same for all. Protocol: docs/reference/machine-interface.md. No body,
number or name is ever logged or repeated in an error.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature

from chengxin.kernel.errors import Refused, Unavailable
from chengxin.kernel.ids import uuid7
from chengxin.kernel.signature import Signed, check_body, read
from chengxin.people.access import Call
from chengxin.people.keyholders import Holder, Keyholders
from chengxin.people.words import RULES

ERRORS: Final[dict[str, tuple[int, str]]] = {
    "REQUEST-01": (400, RULES["REQUEST-01"].sentence),
    "REQUEST-02": (404, RULES["REQUEST-02"].sentence),
    "REQUEST-03": (413, RULES["REQUEST-03"].sentence),
    "REQUEST-04": (415, RULES["REQUEST-04"].sentence),
    "SIGNATURE-01": (401, RULES["SIGNATURE-01"].sentence),
    "SIGNATURE-02": (401, RULES["SIGNATURE-02"].sentence),
    "SIGNATURE-03": (401, RULES["SIGNATURE-03"].sentence),
    "SIGNATURE-04": (401, RULES["SIGNATURE-04"].sentence),
    "SIGNATURE-05": (401, RULES["SIGNATURE-05"].sentence),
    "SESSION-01": (401, "会话已失效。请重新签名后再试。"),
    "DUTY-01": (403, "这个账号没有相应职责，或者这个用途目前没有生效。"),
    "BUSY-01": (503, RULES["BUSY-01"].sentence),
}
"""Rule code -> HTTP status and what the operator of a business system reads; a door adds its own."""

_HEADERS = [("content-type", "application/json"), ("cache-control", "no-store")]
_SIGNED = ("content-digest", "signature-input", "signature")
_USER = "x-road-userid"
_REMEMBERED = 100_000
_LARGE = 64 * 1024  # bytes of a body whose digest would hold up everybody else
_encode = msgspec.json.Encoder().encode


class Door(Protocol):
    """A room's part of the interface.

    Attributes:
        errors: its own refusals beside those of the gate.
    """

    errors: Mapping[str, tuple[int, str]]

    def largest(self, method: str, path: str, query: str) -> int | None:
        """Most bytes of a body at this address; None where the address is none of this door's."""

    async def answer(self, call: Call) -> tuple[int, bytes]:
        """HTTP status and JSON. Raises Refused, Unavailable."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def healthy(self) -> bool: ...


class Index(Protocol):
    """The keyed hashes of the vault's key ring."""

    def content_index(self, content: bytes) -> bytes: ...


class Machine:
    """The RSGI application.

    Args:
        holders: accounts, keys and sessions.
        index: keyed hashes.
        doors: asked in this order whether an address is theirs.
        clock: Unix time.
    """

    def __init__(
        self, holders: Keyholders, index: Index, doors: Sequence[Door], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._holders = holders
        self._index = index
        self._doors = doors
        self._clock = clock
        self._seen: tuple[set[bytes], set[bytes]] = (set(), set())

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called before the port opens: it opens only when the database answers."""
        loop.run_until_complete(self.start())

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self.stop())

    async def start(self) -> None:
        await self._holders.start()
        for door in self._doors:
            await door.start()

    async def stop(self) -> None:
        for door in self._doors:
            await door.stop()
        await self._holders.stop()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """One request: route, answer, and every refusal as code and message."""
        errors: Mapping[str, tuple[int, str]] = {}
        try:
            if scope.path == "/healthz" and scope.method == "GET":
                status, body = await self._health()
            else:
                door, largest = self._door(scope)
                errors = door.errors
                status, body = await self._call(door, largest, scope, protocol)
        except Refused as error:
            _refuse(protocol, error.code, errors)
        except Unavailable:
            _refuse(protocol, "BUSY-01", errors)
        else:
            protocol.response_bytes(status, _HEADERS, body)

    async def _health(self) -> tuple[int, bytes]:
        if not (all(door.healthy() for door in self._doors) and await self._holders.answers()):
            raise Unavailable
        return 200, b'{"status":"ok"}'

    def _door(self, scope: Any) -> tuple[Door, int]:
        for door in self._doors:
            largest = door.largest(scope.method, scope.path, scope.query_string)
            if largest is not None:
                return door, largest
        raise Refused("REQUEST-02")

    async def _call(self, door: Door, largest: int, scope: Any, protocol: Any) -> tuple[int, bytes]:
        signed = self._signed(scope, largest)
        holder = _verified(await self._holders.find(signed.key_id), signed)
        body = await protocol()
        if len(body) > _LARGE:
            await asyncio.to_thread(check_body, signed, body)
        else:
            check_body(signed, body)
        call_id = self._first_time(signed)
        token = await self._holders.token(holder)
        content_type = scope.headers.get("content-type") or ""
        try:
            return await door.answer(
                Call(token, call_id, scope.method, scope.path, scope.query_string, content_type, body, _user(scope))
            )
        except Refused as error:
            if error.code == "SESSION-01":
                self._holders.forget(holder)
            raise

    def _signed(self, scope: Any, largest: int) -> Signed:
        """The request's signature, checked as far as it can be without key and body."""
        headers = scope.headers
        length = headers.get("content-length") or ("0" if scope.method == "GET" else "")
        if not (length.isascii() and length.isdigit() and int(length) <= largest):
            raise Refused("REQUEST-03")
        fields = [headers.get_all(name) for name in _SIGNED]
        if any(len(values) != 1 for values in fields):
            raise Refused("SIGNATURE-01")
        (digest,), (signature_input,), (signature,) = fields
        return read(
            method=scope.method,
            path=scope.path,
            query=scope.query_string,
            user=_user(scope),
            digest=digest,
            signature_input=signature_input,
            signature=signature,
            now=self._clock(),
        )

    def _first_time(self, signed: Signed) -> UUID:
        """The request's id, made from key name and nonce: a replay has the same.

        The newest are kept in memory, so that most replays never reach the database; a door that must refuse them in
        every process and after every restart makes this id a primary key.
        """
        mark = self._index.content_index(f"{signed.key_id}\n{signed.nonce}\nchengxin-x1".encode())
        newer, older = self._seen
        if mark in newer or mark in older:
            raise Refused("SIGNATURE-05")
        newer.add(mark)
        if len(newer) >= _REMEMBERED:
            self._seen = (set(), newer)
        return uuid7(milliseconds=signed.created * 1000, randomness=int.from_bytes(mark[:10]) >> 6)


def _user(scope: Any) -> str:
    """For whom a portal asks; several fields would be several persons."""
    fields = scope.headers.get_all(_USER)
    if len(fields) > 1 or any(not one.isascii() or len(one) > 64 for one in fields):
        raise Refused("SIGNATURE-01")
    return str(fields[0]) if fields else ""


def _verified(holder: Holder | None, signed: Signed) -> Holder:
    # An unknown key name and a wrong signature are not told apart.
    if holder is None:
        raise Refused("SIGNATURE-04")
    try:
        holder.key.verify(signed.signature, signed.base)
    except InvalidSignature:
        raise Refused("SIGNATURE-04") from None
    return holder


def _refuse(protocol: Any, code: str, errors: Mapping[str, tuple[int, str]]) -> None:
    status, message = errors.get(code) or ERRORS.get(code) or ERRORS["BUSY-01"]
    protocol.response_bytes(status, _HEADERS, _encode({"code": code, "message": message}))
