"""The HTTP interface of the demonstration's identity service (演示身份服务接口): OpenID Connect, a process of its own.

``IdentityFaults`` of a server are switches for tests: a real service is slow, away or wrong at times.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import http.server
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ClassVar, Final
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from chengxin.kernel import jws
from chengxin.operate.identity import KID, WORDS, Enrolled, IdentitySandbox
from chengxin.operate.identity_page import STYLE, choose, refused

LARGEST: Final = 16 * 1024
CODE_SECONDS = 60
_TOKEN_SECONDS = 300
ASKED = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "nonce",
    "code_challenge",
    "code_challenge_method",
)


@dataclass
class IdentityFaults:
    """What is wrong with the service just now (故障开关); nothing unless a test says so.

    Attributes:
        slow: seconds before each answer.
        down: answers 503.
        forged: signs with another key.
        garbage: tokens that are none.
        nonce, audience, issuer: says another one in the token.
        late: tokens whose time is over.
        other: tells about another person than the token.
    """

    slow: float = 0.0
    down: bool = False
    forged: bool = False
    garbage: bool = False
    nonce: bool = False
    audience: bool = False
    issuer: bool = False
    late: bool = False
    other: bool = False


@dataclass(frozen=True)
class Grant:
    """What a code stands for; it is good once and for a minute."""

    person: Enrolled
    level: str
    nonce: str
    challenge: str
    until: float


class IdentityServer(http.server.ThreadingHTTPServer):
    """Listens on the loopback only. Codes and tokens live in memory and end with the process."""

    daemon_threads = True

    def __init__(self, sandbox: IdentitySandbox, port: int = 0, faults: IdentityFaults | None = None) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.sandbox, self.faults = sandbox, faults or IdentityFaults()
        self._lock = threading.Lock()
        self._grants: dict[str, Grant] = {}
        self._tokens: dict[str, tuple[Enrolled, float]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a traceback could name somebody."""

    def grant(self, person: Enrolled, level: str, asked: Mapping[str, str]) -> str:
        """A code for somebody who chose to be this person."""
        code, until = secrets.token_urlsafe(32), time.time() + CODE_SECONDS
        with self._lock:
            self._grants = {name: one for name, one in self._grants.items() if one.until > time.time()}
            self._grants[code] = Grant(person, level, asked["nonce"], asked["code_challenge"], until)
        return code

    def take(self, code: str, verifier: str) -> Grant | None:
        """What a code stands for, once; None where it is unknown, used, late or another browser's."""
        with self._lock:
            found = self._grants.pop(code, None)
        if found is None or found.until <= time.time():
            return None
        proof = jws.encoded(hashlib.sha256(verifier.encode()).digest())
        return found if secrets.compare_digest(proof, found.challenge) else None

    def token(self, person: Enrolled) -> str:
        """A token to ask about this person with."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens = {name: one for name, one in self._tokens.items() if one[1] > time.time()}
            self._tokens[token] = (person, time.time() + _TOKEN_SECONDS)
        return token

    def bearer(self, token: str) -> Enrolled | None:
        """About whom a token may ask."""
        with self._lock:
            found = self._tokens.get(token)
        return found[0] if found and found[1] > time.time() else None

    def id_token(self, grant: Grant) -> str:
        """The signed statement who signed in (id_token)."""
        if self.faults.garbage:
            return "no.token.atall"
        now = int(time.time()) - (7200 if self.faults.late else 0)
        claims = {
            "iss": "https://elsewhere.invalid" if self.faults.issuer else self.url,
            "aud": "somebody-else" if self.faults.audience else self.sandbox.client.id,
            "sub": grant.person.id,
            "nonce": "other" if self.faults.nonce else grant.nonce,
            "acr": grant.level,
            "auth_time": now,
            "iat": now,
            "exp": now + _TOKEN_SECONDS,
        }
        key = ec.generate_private_key(ec.SECP256R1()) if self.faults.forged else self.sandbox.key
        return jws.sign(claims, key, KID)


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: IdentityServer
    timeout = 60
    ROUTES: ClassVar[dict[tuple[str, str], str]] = {
        ("GET", "/.well-known/openid-configuration"): "_about",
        ("GET", "/jwks"): "_keys",
        ("GET", "/authorize"): "_choose",
        ("POST", "/authorize"): "_chosen",
        ("POST", "/token"): "_token",
        ("GET", "/userinfo"): "_person",
        ("GET", "/style.css"): "_style",
    }

    def log_message(self, *_: object) -> None:
        """Nothing: addresses hold codes."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        path, _, self._query = self.path.partition("?")
        route = self.ROUTES.get((self.command, path))
        time.sleep(self.server.faults.slow)
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdigit() and int(length) <= LARGEST):
            self.close_connection = True
            self._json(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"error": "invalid_request"})
            return
        self._body = self.rfile.read(int(length)).decode("utf-8", "replace")
        if self.server.faults.down:
            self._json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "temporarily_unavailable"})
        elif route is None:
            self._json(HTTPStatus.NOT_FOUND, {"error": "not_found"})
        else:
            getattr(self, route)()

    def _about(self) -> None:
        url = self.server.url
        self._json(
            HTTPStatus.OK,
            {
                "issuer": url,
                "authorization_endpoint": f"{url}/authorize",
                "token_endpoint": f"{url}/token",
                "userinfo_endpoint": f"{url}/userinfo",
                "jwks_uri": f"{url}/jwks",
                "response_types_supported": ["code"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["ES256"],
                "code_challenge_methods_supported": ["S256"],
                "acr_values_supported": list(WORDS),
                "authorization_response_iss_parameter_supported": True,
            },
        )

    def _keys(self) -> None:
        self._json(HTTPStatus.OK, {"keys": [jws.public_jwk(self.server.sandbox.key.public_key(), KID)]})

    def _choose(self) -> None:
        asked = dict(parse_qsl(self._query, max_num_fields=20))
        if wrong := self._untrusted(asked):
            self._page(HTTPStatus.BAD_REQUEST, refused(wrong))
            return
        wanted = [word for word in asked.get("acr_values", "").split() if word in WORDS]
        kept = {name: asked[name] for name in ASKED}
        self._page(HTTPStatus.OK, choose(self.server.sandbox.people, kept, level=wanted[0] if wanted else "AL2"))

    def _chosen(self) -> None:
        asked = dict(parse_qsl(self._body, max_num_fields=20))
        if wrong := self._untrusted(asked):
            self._page(HTTPStatus.BAD_REQUEST, refused(wrong))
            return
        person = next((one for one in self.server.sandbox.people if one.id == asked.get("person")), None)
        said = {"state": asked["state"], "iss": self.server.url}
        if asked.get("answer") != "yes" or person is None or asked.get("level") not in WORDS:
            self._go(asked["redirect_uri"], said | {"error": "access_denied"})
            return
        self._go(asked["redirect_uri"], said | {"code": self.server.grant(person, asked["level"], asked)})

    def _token(self) -> None:
        asked = dict(parse_qsl(self._body, max_num_fields=20))
        client = self.server.sandbox.client
        login, secret = self._basic()
        if login != client.id or not client.proves(secret):
            self._json(HTTPStatus.UNAUTHORIZED, {"error": "invalid_client"})
            return
        found = self.server.take(asked.get("code", ""), asked.get("code_verifier", ""))
        right = (asked.get("grant_type"), asked.get("redirect_uri")) == ("authorization_code", client.return_address)
        if found is None or not right:
            self._json(HTTPStatus.BAD_REQUEST, {"error": "invalid_grant"})
            return
        token = {"access_token": self.server.token(found.person), "token_type": "Bearer", "expires_in": _TOKEN_SECONDS}
        self._json(HTTPStatus.OK, token | {"id_token": self.server.id_token(found)})

    def _person(self) -> None:
        kind, _, token = self.headers.get("Authorization", "").partition(" ")
        found = self.server.bearer(token) if kind == "Bearer" else None
        if found is None:
            self._json(HTTPStatus.UNAUTHORIZED, {"error": "invalid_token"})
            return
        sub = "another" if self.server.faults.other else found.id
        self._json(HTTPStatus.OK, {"sub": sub, "name": found.name, "id_number": found.number})

    def _style(self) -> None:
        self._say(HTTPStatus.OK, "text/css; charset=utf-8", STYLE.encode())

    def _untrusted(self, asked: Mapping[str, str]) -> str:
        """Why this request goes no further, in words; empty where it may."""
        client = self.server.sandbox.client
        if asked.get("client_id") != client.id or asked.get("redirect_uri") != client.return_address:
            return "请求不是由登记过的平台发来的，或者返回地址不对。"
        whole = all(asked.get(name) for name in ASKED) and len(asked["code_challenge"]) == 43
        scopes = asked.get("scope", "").split()
        right = (asked.get("response_type"), asked.get("code_challenge_method")) == ("code", "S256")
        return "" if whole and right and "openid" in scopes else "请求的内容不完整。"

    def _basic(self) -> tuple[str, str]:
        kind, _, text = self.headers.get("Authorization", "").partition(" ")
        try:
            login, _, secret = base64.b64decode(text, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return "", ""
        return (unquote(login), unquote(secret)) if kind == "Basic" else ("", "")

    def _go(self, address: str, said: Mapping[str, str]) -> None:
        self._say(HTTPStatus.SEE_OTHER, "text/plain", b"", Location=f"{address}?{urlencode(said)}")

    def _page(self, status: int, text: str) -> None:
        home = urlsplit(self.server.sandbox.client.return_address)
        policy = (
            f"default-src 'none'; style-src 'self'; form-action 'self' {home.scheme}://{home.netloc}; base-uri 'none'; "
            "frame-ancestors 'none'"
        )
        self._say(status, "text/html; charset=utf-8", text.encode(), **{"Content-Security-Policy": policy})

    def _json(self, status: int, told: Mapping[str, Any]) -> None:
        self._say(status, "application/json", json.dumps(told, ensure_ascii=False).encode())

    def _say(self, status: int, kind: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        fixed = {"Content-Type": kind, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        for name, value in (fixed | headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
