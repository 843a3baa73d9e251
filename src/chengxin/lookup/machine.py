"""The machine interface of look-ups (业务系统查询): one person, one purpose, the minimal answer.

Protocol: docs/reference/machine-interface.md. Who asks was proved at the gate.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Final, Protocol
from uuid import UUID

import msgspec

from chengxin.kernel.errors import Refused, Unavailable
from chengxin.kernel.identity import Kind, check_identity
from chengxin.kernel.names import normalise_name
from chengxin.kernel.periods import CHINA
from chengxin.ledger.api import DatabaseFault
from chengxin.lookup.pump import COLUMNS, Pump, Question, Row
from chengxin.lookup.queries import match_person
from chengxin.people.api import Call, OneThread

PATH: Final = "/x/v1/check"
MATCH: Final = "/x/v1/match"
LARGEST: Final = 4096
"""Bytes of a request body."""

ERRORS: Final[dict[str, tuple[int, str]]] = {
    "REQUEST-03": (413, "请求必须带Content-Length，且不超过4096字节。"),
    "ID-01": (422, "证件号码不正确。请核对后重试。"),
    "ID-02": (422, "演示平台只受理以09开头的演示号码；正式平台不受理演示号码。"),
    "LOOK-04": (422, "这个用途必须填写业务编号。"),
    "LOOK-05": (429, "今天的查询次数已到上限。请明天再查，或联系信用办。"),
    "POPULATION-01": (503, "人口信息核验服务暂时没有应答，没有核对。请稍后换新的nonce重新签名再试。"),
}

_FIELDS = tuple(name.removesuffix("_name") for name in COLUMNS)  # as purposes name them: record, item, authority, …
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


class Checks:
    """Look-ups as a door of the machine interface.

    Args:
        pump: look and read.
        index: keyed hashes.
        clock: Unix time.
    """

    errors: Mapping[str, tuple[int, str]] = ERRORS

    def __init__(self, pump: Pump, index: Index, *, clock: Callable[[], float] = time.time) -> None:
        self._pump = pump
        self._index = index
        self._clock = clock

    def largest(self, method: str, path: str, query: str) -> int | None:
        return LARGEST if (method, path, query) == ("POST", PATH, "") else None

    async def start(self) -> None:
        await self._pump.start()

    async def stop(self) -> None:
        await self._pump.stop()

    def healthy(self) -> bool:
        return self._pump.healthy

    async def answer(self, call: Call) -> tuple[int, bytes]:
        """The request's id is the look's id, so that the register's primary key refuses a replay in every process."""
        rows = await self._pump.ask(self._question(call.token, call.id, _asked(call.body)))
        return 200, answer(call.id, rows)

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


class Matches(OneThread):
    """Match or no match for service halls (实名核对) as a door of the machine interface; nothing else is told.

    The request's id is the look's id here too: a replay is refused in every process.
    """

    errors: Mapping[str, tuple[int, str]] = ERRORS

    def __init__(self, *, waiting: int = 64) -> None:
        super().__init__("matches", _matched, waiting=waiting)

    def largest(self, method: str, path: str, query: str) -> int | None:
        return LARGEST if (method, path, query) == ("POST", MATCH, "") else None


def _matched(call: Call) -> tuple[int, bytes]:
    asked = _asked(call.body)
    try:
        told = match_person(
            call.token,
            number=asked.id_number,
            name=asked.name,
            purpose=asked.purpose,
            case_ref=asked.case_ref,
            request=call.id,
        )
    except DatabaseFault:
        raise Unavailable from None
    return 200, _encode({"match": told.matched, "look": told.look})


def answer(look: UUID, rows: list[Row]) -> bytes:
    """The minimal answer (最小回答) as JSON: only what the purpose permits is named at all."""
    records = []
    for found, *values in rows:
        told = {name: value for name, value in zip(_FIELDS, values, strict=True) if value is not None}
        if found and told:
            records.append(told)
    return _encode({"found": any(row[0] for row in rows), "records": records, "look": look})


def _asked(body: bytes) -> Asked:
    try:
        return _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("REQUEST-01") from None
