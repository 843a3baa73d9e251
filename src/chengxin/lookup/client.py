"""A small client of the machine interface (业务系统接入示例): signs each request with the account's Ed25519 key.

Standard library and `cryptography` only, so that it can be copied into another program together with ``signature.py``.
"""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import time
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chengxin.lookup.signature import sign

PATH = "/x/v1/check"


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

    def __init__(self, url: str, login: str, private_key: bytes, *, timeout: float = 10.0) -> None:
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
        body = json.dumps(question, ensure_ascii=False).encode()
        self._connection.request("POST", PATH, body, signed_headers(self._key, self._login, body))
        response = self._connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
        if response.status != http.client.OK:
            raise RefusedByServer(response.status, answer["code"], answer["message"])
        return answer

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def signed_headers(key: Ed25519PrivateKey, login: str, body: bytes) -> dict[str, str]:
    """Header fields of one request, signed now and good once."""
    nonce = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    fields = sign(key, login, method="POST", path=PATH, body=body, created=int(time.time()), nonce=nonce)
    return {"Content-Type": "application/json", **fields}
