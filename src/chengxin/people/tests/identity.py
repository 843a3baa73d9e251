"""An identity service of a test: the sandbox's server in a thread, the platform's line to it, and a browser's part."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch
from urllib.parse import parse_qsl, urlencode, urlsplit

from chengxin.operate.identity import RETURN, IdentitySandbox
from chengxin.operate.identity_server import IdentityFaults, IdentityServer
from chengxin.people.identity_service import Attempt, OpenIdService, Proved
from chengxin.people.provider import Provider

PLATFORM = "http://testserver"


@dataclass
class Place:
    """Who can sign in here, what is wrong, and how to get here."""

    sandbox: IdentitySandbox
    faults: IdentityFaults
    url: str
    link: Path

    def enrol(self, *people: tuple[str, str]) -> None:
        self.sandbox.enrol((name, number, "测试") for name, number in people)

    def service(self, **options: float) -> OpenIdService:
        return OpenIdService(Provider.load(self.link), **{"timeout": 30.0, "failures": 1000, **options})  # type: ignore[arg-type]

    def choose(self, address: str, number: str, *, level: str = "AL2", answer: str = "yes") -> dict[str, str]:
        """What a browser brings back after somebody chose to be this person on the page at `address`."""
        asked = dict(parse_qsl(urlsplit(address).query))
        person = next(one.id for one in self.sandbox.people if one.number == number)
        status, location = self.post("/authorize", asked | {"person": person, "level": level, "answer": answer})
        assert status == 303
        assert location.startswith(PLATFORM + RETURN)
        return dict(parse_qsl(urlsplit(location).query))

    def post(self, path: str, form: dict[str, str]) -> tuple[int, str]:
        """Status and Location, or the body."""
        connection = http.client.HTTPConnection("127.0.0.1", urlsplit(self.url).port, timeout=30)
        connection.request("POST", path, urlencode(form), {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, answer.headers.get("Location", body)

    def prove(self, service: OpenIdService, number: str, *, level: str = "AL2", wanted: int = 2) -> Proved:
        """One whole attempt."""
        attempt = Attempt.fresh("/me/", wanted, now=time.time())
        address = service.start(attempt, PLATFORM + RETURN)
        return service.finish(self.choose(address, number, level=level), attempt, PLATFORM + RETURN)


@contextmanager
def served(folder: Path) -> Iterator[Place]:
    """The server alone."""
    sandbox, faults = IdentitySandbox.create(folder / "identity"), IdentityFaults()
    server = IdentityServer(sandbox, faults=faults)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    link = folder / "identity.json"
    sandbox.link(link, server.url, PLATFORM)
    try:
        yield Place(sandbox, faults, server.url, link)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serving(folder: Path) -> Iterator[Place]:
    """The server, and the pages of this process send people to it."""
    with served(folder) as place:
        service = place.service()
        with (
            patch("chengxin.portal.views_citizen_sign_in.identity_service", lambda: service),
            patch("chengxin.portal.templatetags.chengxin.identity_service", lambda: service),
        ):
            yield place
