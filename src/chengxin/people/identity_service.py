"""The line to a citizens' identity service (身份认证服务): start, finish, and what its words of assurance are worth.

City platforms differ in their envelopes, so a room asks for no more than the three methods of :class:`IdentityService`.
:class:`OpenIdService` is the one for OpenID Connect: authorisation code with PKCE (RFC 7636), state and nonce, the
id_token verified against the service's published keys. Name and number come in the answer of one server to the other
and nowhere else: no address, no log and no error text ever holds them.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Protocol
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from chengxin.kernel import jws
from chengxin.kernel.errors import Refused, Unavailable
from chengxin.kernel.identity import check_identity
from chengxin.kernel.names import name_problem, normalise_name
from chengxin.kernel.periods import CHINA
from chengxin.people.population import Circuit
from chengxin.people.provider import Provider

ATTEMPT_SECONDS: Final = 600
"""How long an attempt may take (own choice): a face or a card takes a minute, an elder with a helper some more."""
SKEW: Final = 60
"""Seconds that the clocks of both ends may differ."""
_LARGEST = 64 * 1024
_REMEMBERED = 600.0  # seconds that addresses and keys of the service are kept
_DISCOVERY = "/.well-known/openid-configuration"


class Attempt(msgspec.Struct, frozen=True):
    """One attempt to sign in (一次认证), kept sealed in the person's own browser until they come back.

    Attributes:
        state, nonce, verifier: random; bind the answer to this browser, the token to this attempt, the code to us.
        after: the address of this site to go on to.
        level: the assurance that is asked for.
        at: when it began, seconds since 1970.
    """

    state: str
    nonce: str
    verifier: str
    after: str
    level: int
    at: int

    @staticmethod
    def fresh(after: str, level: int, *, now: float) -> Attempt:
        """A new attempt with random values of its own."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return Attempt(state, nonce, verifier, after, level, int(now))


class Proved(msgspec.Struct, frozen=True):
    """Who somebody proved to be (认证结果). Never logged, never in an address.

    Attributes:
        id_type, number: kind and normalised number of the document.
        level: assurance, ours.
        method: ``identity`` by a service, ``counter`` by a code of the window.
        at: when it was proved, seconds since 1970.
        code: counter: the code's id.
    """

    name: str
    id_type: str
    number: str
    level: int
    method: str
    at: int
    code: str = ""

    def __repr__(self) -> str:
        return f"Proved({self.method}, {self.level})"


class IdentityService(Protocol):
    """What the platform needs of a citizens' identity service, whatever its envelope (身份认证服务接口)."""

    @property
    def name(self) -> str: ...

    @property
    def sandbox(self) -> bool: ...

    def start(self, attempt: Attempt, return_address: str) -> str:
        """The address to send the browser to. Raises Unavailable."""

    def finish(self, query: Mapping[str, str], attempt: Attempt, return_address: str) -> Proved:
        """Who came back. Raises Refused (IDENT-01, IDENT-02, IDENT-03) or Unavailable."""

    def assurance(self, word: str, on: date) -> int | None:
        """What a word of assurance was worth on a day; None where it is worth nothing here."""


class OpenIdService:
    """A service that speaks OpenID Connect. Safe in threads.

    Args:
        provider: its configuration.
        timeout: seconds that one step may take.
        clock: seconds since 1970.
        failures: in a row, after which the service rests for `rest` seconds.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        timeout: float = 5.0,
        clock: Callable[[], float] = time.time,
        failures: int = 3,
        rest: float = 15.0,
    ) -> None:
        self.provider, self._timeout, self._clock = provider, timeout, clock
        self._circuit = Circuit(most=failures, rest=rest, clock=clock)
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Any]] = {}

    @property
    def name(self) -> str:
        return self.provider.name

    @property
    def sandbox(self) -> bool:
        return self.provider.sandbox

    def assurance(self, word: str, on: date) -> int | None:
        """See :meth:`IdentityService.assurance`."""
        return self.provider.assurance(word, on)

    def start(self, attempt: Attempt, return_address: str) -> str:
        """See :meth:`IdentityService.start`."""
        on = self._today()
        words = sorted((one for one in self.provider.levels if one.holds(on)), key=lambda one: one.level)
        asked = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": return_address,
            "scope": "openid real_name",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": jws.encoded(hashlib.sha256(attempt.verifier.encode()).digest()),
            "code_challenge_method": "S256",
            "acr_values": " ".join(one.word for one in words if one.level >= attempt.level),
        }
        return f"{self._endpoint('authorization_endpoint')}?{urlencode(asked)}"

    def finish(self, query: Mapping[str, str], attempt: Attempt, return_address: str) -> Proved:
        """See :meth:`IdentityService.finish`."""
        late = not 0 <= self._clock() - attempt.at <= ATTEMPT_SECONDS
        other = query.get("iss", self.provider.issuer) != self.provider.issuer  # RFC 9207
        same = secrets.compare_digest(query.get("state", "").encode(), attempt.state.encode())
        if late or other or not same:
            raise Refused("IDENT-01")
        if "code" not in query:
            raise Refused("IDENT-02")
        told = self._redeem(query["code"], attempt.verifier, return_address)
        claims = self._claims(str(told.get("id_token", "")), attempt.nonce)
        level = self.provider.assurance(str(claims.get("acr", "")), self._today())
        if level is None:
            raise Refused("IDENT-03")
        bearer = {"Authorization": f"Bearer {told.get('access_token', '')}"}
        person = self._ask(self._endpoint("userinfo_endpoint"), headers=bearer)
        if person.get("sub") != claims["sub"]:
            raise Refused("IDENT-01")
        return self._proved(person, level)

    def ready(self) -> None:
        """Whether the service answers and publishes keys (体检). Raises Unavailable."""
        self._endpoint("authorization_endpoint")
        self._keys(fresh=True)

    def _proved(self, person: Mapping[str, Any], level: int) -> Proved:
        """Name and number in their one written form; a document that cannot be one is no proof."""
        name, said = normalise_name(str(person.get("name", ""))), str(person.get("id_number", ""))
        number = check_identity(said.strip(), today=self._today())
        if name_problem(name) or not number.valid or number.normalised is None:
            raise Refused("IDENT-01")
        kind = "citizen" if number.type == "legacy15" else number.type
        return Proved(name, kind, number.normalised, level, "identity", int(self._clock()))

    def _redeem(self, code: str, verifier: str, return_address: str) -> dict[str, Any]:
        """Exchange the code for tokens, server to server."""
        body = urlencode(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": return_address,
                "code_verifier": verifier,
            }
        )
        pair = f"{quote(self.provider.client_id, safe='')}:{quote(self.provider.client_secret, safe='')}"
        return self._ask(
            self._endpoint("token_endpoint"),
            body=body.encode(),
            headers={
                "Authorization": "Basic " + base64.b64encode(pair.encode()).decode(),
                "Content-Type": "application/x-www-form-urlencoded",
            },
        )

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        """Claims of an id_token: this service's, for us, of this attempt, of now (OpenID Connect Core 3.1.3.7)."""
        try:
            claims = jws.read(token, self._keys())
        except jws.BadToken:
            try:  # the service may have turned its keys since we asked
                claims = jws.read(token, self._keys(fresh=True))
            except jws.BadToken:
                raise Refused("IDENT-01") from None
        now, audience = self._clock(), claims.get("aud")
        own = self.provider.client_id
        times = [claims.get(name) for name in ("exp", "iat")]
        good = (
            claims.get("iss") == self.provider.issuer
            and audience in (own, [own])
            and claims.get("azp", own) == own
            and all(type(at) is int for at in times)
            and secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
            and isinstance(claims.get("sub"), str)
        )
        if not good or not (claims["exp"] > now - SKEW and abs(now - claims["iat"]) <= ATTEMPT_SECONDS):
            raise Refused("IDENT-01")
        return claims

    def _keys(self, *, fresh: bool = False) -> list[dict[str, Any]]:
        found = self._remembered(self._endpoint("jwks_uri"), fresh=fresh).get("keys")
        if not isinstance(found, list) or not all(isinstance(key, dict) for key in found):
            raise Unavailable
        return found

    def _endpoint(self, name: str) -> str:
        """An address that the service publishes; never one without encryption where its own has it."""
        about = self._remembered(self.provider.issuer.rstrip("/") + _DISCOVERY)
        address = str(about.get(name, ""))
        plain = urlsplit(self.provider.issuer).scheme
        if about.get("issuer") != self.provider.issuer or urlsplit(address).scheme != plain:
            raise Unavailable
        return address

    def _remembered(self, address: str, *, fresh: bool = False) -> dict[str, Any]:
        now = self._clock()
        with self._lock:
            known = self._known.get(address)
        # A false token must not make us ask for keys each time.
        if known and now - known[0] < (SKEW if fresh else _REMEMBERED):
            return dict(known[1])
        found = self._ask(address)
        with self._lock:
            self._known[address] = (now, found)
        return found

    def _ask(
        self, address: str, *, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """One request of this server to the other. A refusal (4xx) is IDENT-01, what else is no answer Unavailable."""
        if not self._circuit.closed():
            raise Unavailable
        try:
            status, said = self._call(address, body, {"Accept": "application/json", **(headers or {})})
            told = msgspec.json.decode(said, type=dict[str, Any]) if status == http.HTTPStatus.OK else {}
        except (OSError, http.client.HTTPException, msgspec.DecodeError, UnicodeDecodeError):
            self._circuit.said(good=False)
            raise Unavailable from None
        self._circuit.said(good=status < http.HTTPStatus.INTERNAL_SERVER_ERROR)
        if status == http.HTTPStatus.OK:
            return told
        if http.HTTPStatus.BAD_REQUEST <= status < http.HTTPStatus.INTERNAL_SERVER_ERROR:
            raise Refused("IDENT-01")
        raise Unavailable

    def _call(self, address: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(address)
        connection: http.client.HTTPConnection
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=self._timeout, context=context
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=self._timeout)
        try:
            target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
            connection.request("GET" if body is None else "POST", target, body, dict(headers))
            response = connection.getresponse()
            said = response.read(_LARGEST + 1)
        finally:
            connection.close()
        if len(said) > _LARGEST:
            raise http.client.HTTPException
        return response.status, said

    def _today(self) -> date:
        return datetime.fromtimestamp(self._clock(), CHINA).date()


@cache
def identity_service() -> IdentityService | None:
    """The service of this installation (setting ``CHENGXIN_IDENTITY``); None where none is configured."""
    from django.conf import settings

    return None if settings.IDENTITY is None else OpenIdService(Provider.load(settings.IDENTITY))
