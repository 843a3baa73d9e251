"""The machine interface (业务系统接口): registered look-ups over HTTP, without Django's request stack (RSGI).

Protocol: docs/reference/machine-interface.md. No body, number or name is ever logged or repeated in an error.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Final, Protocol
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature

from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import Kind, check_identity
from chengxin.kernel.ids import uuid7
from chengxin.kernel.names import normalise_name
from chengxin.kernel.periods import CHINA
from chengxin.lookup.keyholders import Holder, Keyholders
from chengxin.lookup.pump import COLUMNS, Pump, Question, Row, Unavailable
from chengxin.lookup.signature import Signed, read
from chengxin.lookup.words import RULES

PATH: Final = "/x/v1/check"
LARGEST: Final = 4096
"""Bytes of a request body."""

ERRORS: Final[dict[str, tuple[int, str]]] = {
    "REQUEST-01": (400, RULES["REQUEST-01"].sentence),
    "REQUEST-02": (404, RULES["REQUEST-02"].sentence),
    "REQUEST-03": (413, RULES["REQUEST-03"].sentence),
    "SIGNATURE-01": (401, RULES["SIGNATURE-01"].sentence),
    "SIGNATURE-02": (401, RULES["SIGNATURE-02"].sentence),
    "SIGNATURE-03": (401, RULES["SIGNATURE-03"].sentence),
    "SIGNATURE-04": (401, RULES["SIGNATURE-04"].sentence),
    "SIGNATURE-05": (401, RULES["SIGNATURE-05"].sentence),
    "SESSION-01": (401, "会话已失效。请重新签名后再试。"),
    "DUTY-01": (403, "这个账号没有相应职责，或者这个用途目前没有生效。"),
    "ID-01": (422, "证件号码不正确。请核对后重试。"),
    "LOOK-04": (422, "这个用途必须填写业务编号。"),
    "LOOK-05": (429, "今天的查询次数已到上限。请明天再查，或联系信用办。"),
    "BUSY-01": (503, RULES["BUSY-01"].sentence),
}
"""Rule code -> HTTP status and what the operator of a business system reads."""

_HEADERS = [("content-type", "application/json"), ("cache-control", "no-store")]
_SIGNED = ("content-digest", "signature-input", "signature")
_FIELDS = tuple(name.removesuffix("_name") for name in COLUMNS)  # as purposes name them: record, item, authority, …
_REMEMBERED = 100_000
_encode = msgspec.json.Encoder().encode

_Line = Annotated[str, msgspec.Meta(max_length=64, pattern=r"^[^\x00-\x1f\x7f]*$")]
_Name = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class Asked(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Body of a request (查询请求)."""

    purpose: _Line
    case_ref: _Line
    id_number: _Line
    name: _Name


_decode = msgspec.json.Decoder(Asked).decode


class Index(Protocol):
    """The keyed hashes of the vault's key ring."""

    def blind_index(self, id_type: str, number: str) -> bytes: ...
    def pair_index(self, id_type: str, number: str, name: str) -> bytes: ...
    def content_index(self, content: bytes) -> bytes: ...


class Machine:
    """The RSGI application.

    Args:
        pump: look and read.
        holders: accounts, keys and sessions.
        index: keyed hashes.
        clock: Unix time.
    """

    def __init__(
        self, pump: Pump, holders: Keyholders, index: Index, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._pump = pump
        self._holders = holders
        self._index = index
        self._clock = clock
        self._seen: tuple[set[bytes], set[bytes]] = (set(), set())

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called before the port opens: it opens only when the database answers."""
        loop.run_until_complete(self.start())

    def __rsgi_del__(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.run_until_complete(self.stop())

    async def start(self) -> None:
        await self._holders.start()
        await self._pump.start()

    async def stop(self) -> None:
        await self._pump.stop()
        await self._holders.stop()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """One request: route, answer, and every refusal as code and message."""
        try:
            if scope.path == PATH and scope.method == "POST" and not scope.query_string:
                body = await self._check(scope, protocol)
            elif scope.path == "/healthz" and scope.method == "GET":
                body = await self._health()
            else:
                raise Refused("REQUEST-02")
        except Refused as error:
            _refuse(protocol, error.code)
        except Unavailable:
            _refuse(protocol, "BUSY-01")
        else:
            protocol.response_bytes(200, _HEADERS, body)

    async def _health(self) -> bytes:
        if not (self._pump.healthy and await self._holders.answers()):
            raise Unavailable
        return b'{"status":"ok"}'

    async def _check(self, scope: Any, protocol: Any) -> bytes:
        signed, body = await self._signed(scope, protocol)
        holder = _verified(await self._holders.find(signed.key_id), signed)
        look = self._first_time(signed)
        token = await self._holders.token(holder)
        question = self._question(token, look, _asked(body))
        try:
            rows = await self._pump.ask(question)
        except Refused as error:
            if error.code == "SESSION-01":
                self._holders.forget(holder)
            raise
        return answer(look, rows)

    async def _signed(self, scope: Any, protocol: Any) -> tuple[Signed, bytes]:
        """The request's signature, checked as far as it can be without the key, and its body."""
        headers = scope.headers
        length = headers.get("content-length") or ""
        if not (length.isascii() and length.isdigit() and int(length) <= LARGEST):
            raise Refused("REQUEST-03")
        fields = [headers.get_all(name) for name in _SIGNED]
        if any(len(values) != 1 for values in fields):
            raise Refused("SIGNATURE-01")
        (digest,), (signature_input,), (signature,) = fields
        body = await protocol()
        signed = read(
            method=scope.method,
            path=scope.path,
            body=body,
            digest=digest,
            signature_input=signature_input,
            signature=signature,
            now=self._clock(),
        )
        return signed, body

    def _first_time(self, signed: Signed) -> UUID:
        """The look's id, made from key name and nonce: a replay asks for a look that exists.

        The register's primary key refuses it in every process and after every restart. The newest are also kept in
        memory, so that most replays never reach the database.
        """
        mark = self._index.content_index(f"{signed.key_id}\n{signed.nonce}\nchengxin-x1".encode())
        newer, older = self._seen
        if mark in newer or mark in older:
            raise Refused("SIGNATURE-05")
        newer.add(mark)
        if len(newer) >= _REMEMBERED:
            self._seen = (set(), newer)
        return uuid7(milliseconds=signed.created * 1000, randomness=int.from_bytes(mark[:10]) >> 6)

    def _question(self, token: bytes, look: UUID, asked: Asked) -> Question:
        today = datetime.fromtimestamp(self._clock(), CHINA).date()
        verdict = check_identity(asked.id_number, today=today)
        number = verdict.normalised
        if number is None:
            raise Refused("ID-01")
        kind = Kind.CITIZEN if verdict.type == Kind.LEGACY15 else verdict.type
        return Question(
            token,
            look,
            self._index.blind_index(kind, number),
            self._index.pair_index(kind, number, normalise_name(asked.name)),
            asked.purpose,
            asked.case_ref.strip(),
            asyncio.get_running_loop().create_future(),
        )


def answer(look: UUID, rows: list[Row]) -> bytes:
    """The minimal answer (最小回答) as JSON: only what the purpose permits is named at all."""
    records = []
    for found, *values in rows:
        told = {name: value for name, value in zip(_FIELDS, values, strict=True) if value is not None}
        if found and told:
            records.append(told)
    return _encode({"found": any(row[0] for row in rows), "records": records, "look": look})


def _verified(holder: Holder | None, signed: Signed) -> Holder:
    # An unknown key name and a wrong signature are not told apart.
    if holder is None:
        raise Refused("SIGNATURE-04")
    try:
        holder.key.verify(signed.signature, signed.base)
    except InvalidSignature:
        raise Refused("SIGNATURE-04") from None
    return holder


def _asked(body: bytes) -> Asked:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("REQUEST-01") from None


def _refuse(protocol: Any, code: str) -> None:
    status, message = ERRORS.get(code, ERRORS["BUSY-01"])
    protocol.response_bytes(status, _HEADERS, _encode({"code": code, "message": message}))
