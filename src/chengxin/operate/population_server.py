"""The HTTP interface of the demonstration's population database (演示用人口信息库接口): a process of its own.

``FAULTS`` of a server are switches for tests: a real database is slow, away or wrong at times.
"""

from __future__ import annotations

import http.server
import re
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidSignature

from chengxin.kernel.errors import Refused
from chengxin.kernel.population import (
    BATCH,
    CHANGES,
    HEALTH,
    LARGEST,
    MATCH,
    MOST,
    AskMany,
    AskOne,
    Problem,
    Purpose,
    ToldChanges,
    ToldMany,
    ToldOne,
)
from chengxin.kernel.signature import Signed, check_body, read, sign_answer
from chengxin.operate.population import CLIENT, Sandbox

SERVER = "population"
"""The database's name in its signatures."""
PROBLEMS: Final[dict[str, tuple[int, str]]] = {
    "REQUEST-01": (400, "请求内容不符合接口约定。"),
    "REQUEST-02": (404, "没有这个地址，或不接受这种方法。"),
    "REQUEST-03": (413, "请求必须带Content-Length，且不超过上限。"),
    "SIGNATURE-01": (401, "签名字段不符合约定。"),
    "SIGNATURE-02": (401, "Content-Digest与请求内容不一致。"),
    "SIGNATURE-03": (401, "签名时间与服务器相差超过300秒。"),
    "SIGNATURE-04": (401, "密钥或签名不正确。"),
    "SIGNATURE-05": (401, "这个请求已经用过。"),
    "BUSY-01": (503, "暂时不能办理。"),
}
"""Code -> HTTP status and sentence. The codes are those of the platform's own machine interface."""
_NUMBER = re.compile(r"[0-9]{1,15}")
_encode = msgspec.json.Encoder().encode


@dataclass
class Faults:
    """What is wrong with the server just now (故障开关); nothing unless a test says so.

    Attributes:
        slow: seconds before each answer.
        down: answers 503.
        unsigned, garbage, short, other: a false signature; a body that is no answer; one answer too few; the answer to
            another request.
        shuffle: changes what a page of changes brings: order, repeated and missing ones.
    """

    slow: float = 0.0
    down: bool = False
    unsigned: bool = False
    garbage: bool = False
    short: bool = False
    other: bool = False
    shuffle: Callable[[list[Any]], list[Any]] | None = None


class Server(http.server.ThreadingHTTPServer):
    """Listens on the loopback only; a real database is asked over TLS."""

    daemon_threads = True

    def __init__(self, sandbox: Sandbox, port: int = 0, faults: Faults | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.sandbox, self.faults = sandbox, faults or Faults()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a traceback could name somebody, and the client was told already."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    timeout = 60
    ROUTES: ClassVar[dict[tuple[str, str], str]] = {
        ("POST", MATCH): "_match",
        ("POST", BATCH): "_batch",
        ("GET", CHANGES): "_changes",
        ("GET", HEALTH): "_health",
    }

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *_: object) -> None:
        """Nothing: the sandbox keeps its own log, without addresses."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        self._nonce = ""
        faults = self.server.faults
        try:
            path, _, self._query = self.path.partition("?")
            route = self.ROUTES.get((self.command, path))
            if route is None:
                raise Refused("REQUEST-02")
            if faults.down:
                raise Refused("BUSY-01")
            told: Any = {"status": "ok", "sandbox": True} if route == "_health" else self._signed(path, route)
        except Refused as error:
            status, message = PROBLEMS[error.code]
            self.close_connection = True  # whatever was not read of the request is not taken for the next one
            self._say(status, _encode(Problem(error.code, message)))
            return
        time.sleep(faults.slow)
        self._say(HTTPStatus.OK, b"{}" if faults.garbage else _encode(told))

    def _signed(self, path: str, route: str) -> Any:
        length = self.headers.get("Content-Length", "0" if self.command == "GET" else "")
        if not (length.isascii() and length.isdigit() and int(length) <= LARGEST):
            raise Refused("REQUEST-03")
        signed = self._proved(path)
        body = self.rfile.read(int(length))
        check_body(signed, body)
        if not self.server.sandbox.first_time(signed.nonce):
            raise Refused("SIGNATURE-05")
        self._nonce = signed.nonce
        try:
            return getattr(self, route)(body)
        except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, ValueError):
            raise Refused("REQUEST-01") from None

    def _proved(self, path: str) -> Signed:
        fields = [self.headers.get_all(name, []) for name in ("Content-Digest", "Signature-Input", "Signature")]
        if any(len(values) != 1 for values in fields):
            raise Refused("SIGNATURE-01")
        (digest,), (signature_input,), (signature,) = fields
        signed = read(
            method=self.command, path=path, query=self._query, digest=digest, signature_input=signature_input,
            signature=signature, now=time.time(),
        )  # fmt: skip
        try:
            self.server.sandbox.client.verify(signed.signature, signed.base)
        except InvalidSignature:
            raise Refused("SIGNATURE-04") from None
        if signed.key_id != CLIENT:
            raise Refused("SIGNATURE-04")
        return signed

    def _match(self, body: bytes) -> ToldOne:
        asked = msgspec.json.decode(body, type=AskOne)
        (answer,) = self.server.sandbox.answer([asked.person], purpose=asked.purpose, request=asked.request)
        return ToldOne(self._request(asked.request), answer, sandbox=True)

    def _batch(self, body: bytes) -> ToldMany:
        asked = msgspec.json.decode(body, type=AskMany)
        answers = self.server.sandbox.answer(asked.persons, purpose=asked.purpose, request=asked.request)
        return ToldMany(self._request(asked.request), answers[: -1 if self.server.faults.short else None], sandbox=True)

    def _changes(self, _: bytes) -> ToldChanges:
        asked = dict(parse_qsl(self._query, strict_parsing=True, max_num_fields=4))
        if asked.keys() != {"after", "limit", "purpose", "request"} or not (
            _NUMBER.fullmatch(asked["after"]) and _NUMBER.fullmatch(asked["limit"]) and int(asked["limit"]) <= MOST
        ):
            raise Refused("REQUEST-01")
        purpose, request = msgspec.convert(asked["purpose"], Purpose), UUID(asked["request"])
        found = self.server.sandbox.changes(int(asked["after"]), int(asked["limit"]), purpose=purpose, request=request)
        if self.server.faults.shuffle:
            found = self.server.faults.shuffle(found)
        return ToldChanges(self._request(request), found, sandbox=True)

    def _request(self, request: UUID) -> UUID:
        return UUID(int=0) if self.server.faults.other else request

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        if self._nonce:
            nonce = "0" * 22 if self.server.faults.unsigned else self._nonce
            key = self.server.sandbox.key
            signed = sign_answer(key, SERVER, status=status, body=body, created=int(time.time()), nonce=nonce)
            for name, value in signed.items():
                self.send_header(name, value)
        for name, value in (("Content-Type", "application/json"), ("Cache-Control", "no-store")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
