"""A small client of the machine interface (业务系统接入示例): signs each request with the account's Ed25519 key.

Standard library and `cryptography` only, so that it can be copied into another program together with ``signature.py``.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import secrets
import time
from types import TracebackType
from typing import Any
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chengxin.kernel.signature import sign

CHECK, MATCH, BATCHES, USAGE = "/x/v1/check", "/x/v1/match", "/x/v1/batches", "/v2/findUsage"


class RefusedByServer(Exception):
    """The interface said no: HTTP `status`, rule `code` and the Chinese `message`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = status
        self.code = code


class Client:
    """One keep-alive connection of one machine account (业务系统账号).

    Args:
        url: such as ``https://credit.example.cn``.
        login: of the machine account; it is the ``keyid`` of each signature.
        private_key: the account's Ed25519 key, 32 bytes.
    """

    def __init__(self, url: str, login: str, private_key: bytes, *, timeout: float = 30.0) -> None:
        parts = urlsplit(url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._connection = kind(parts.hostname or "", parts.port, timeout=timeout)
        self._login = login
        self._key = Ed25519PrivateKey.from_private_bytes(private_key)

    def check(self, *, purpose: str, case_ref: str, id_number: str, name: str) -> dict[str, Any]:
        """One registered look-up (登记查询): ``{"found", "records", "look"}``.

        Raises:
            RefusedByServer: with the code of the rule. A refused request may be sent again, signed anew.
        """
        question = {"purpose": purpose, "case_ref": case_ref, "id_number": id_number, "name": name}
        return self.call("POST", CHECK, json.dumps(question, ensure_ascii=False).encode(), "application/json")

    def match(self, *, purpose: str, case_ref: str, id_number: str, name: str) -> dict[str, Any]:
        """Whether name and number belong together (实名核对): ``{"match", "look"}``. Errors as above."""
        question = {"purpose": purpose, "case_ref": case_ref, "id_number": id_number, "name": name}
        return self.call("POST", MATCH, json.dumps(question, ensure_ascii=False).encode(), "application/json")

    def send(self, file: bytes, *, item: str, kind: str = "report", content_type: str = "text/csv") -> dict[str, Any]:
        """Hand in a file (报送文件): ``{"upload", "status"}``; `status` is the address to ask. Errors as above."""
        query = urlencode({"item": item, "kind": kind})
        return self.call("POST", f"{BATCHES}?{query}", file, content_type)

    def batch(self, status: str) -> dict[str, Any]:
        """What became of a file (报送结果), by the address that :meth:`send` or the page before named."""
        return self.call("GET", status)

    def find_usage(self, subject: str, user: str, **more: str) -> dict[str, Any]:
        """Who looked at a person, for `user` who asks the portal (汇集门户). Errors as above."""
        return self.call("GET", f"{USAGE}?{urlencode({'userCode': subject, **more})}", user=user)

    def call(
        self, method: str, address: str, body: bytes = b"", content_type: str = "", *, user: str = ""
    ) -> dict[str, Any]:
        """One signed request. Raises RefusedByServer."""
        path, _, query = address.partition("?")
        fields = signed_headers(self._key, self._login, body, method=method, path=path, query=query, user=user)
        if user:
            fields["X-Road-UserId"] = user
        if content_type:
            fields["Content-Type"] = content_type
        with contextlib.suppress(BrokenPipeError):  # what is too large is refused before all of it is sent
            self._connection.request(method, address, body, fields)
        response = self._connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
        if response.status >= http.client.BAD_REQUEST:
            raise RefusedByServer(response.status, answer["code"], answer["message"])
        return answer

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def signed_headers(
    key: Ed25519PrivateKey,
    login: str,
    body: bytes,
    *,
    method: str = "POST",
    path: str = CHECK,
    query: str = "",
    user: str = "",
) -> dict[str, str]:
    """The signature's header fields of one request, signed now and good once."""
    nonce = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    created = int(time.time())
    return sign(key, login, method=method, path=path, query=query, user=user, body=body, created=created, nonce=nonce)
