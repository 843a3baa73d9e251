"""The sandbox's HTTP interface: as its description says, and no more."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chengxin.cli import main
from chengxin.kernel import population as messages
from chengxin.kernel.population import BATCH, CHANGES, HEALTH, LARGEST, MATCH, AskMany, AskOne
from chengxin.kernel.signature import sign
from chengxin.operate.population import CLIENT, Sandbox
from chengxin.operate.population_api import openapi
from chengxin.operate.population_server import _Handler
from chengxin.people.population import Link, Match, Population
from chengxin.people.tests.population import Place, claim, served

KNOWN = claim("王桂兰", "090924195803122466")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with served(tmp_path) as place:
        place.sandbox.settle([KNOWN])
        yield place


def ask(
    place: Place, method: str, path: str, body: bytes = b"", query: str = "", **changes: Any
) -> tuple[int, dict[str, Any]]:
    """One request as the platform signs it, changed as asked."""
    link = Link.load(place.link)
    fields = sign(
        changes.get("key", link.signing), changes.get("key_id", CLIENT), method=method, path=path, query=query, body=body,
        created=int(time.time()) + changes.get("off", 0), nonce=changes.get("nonce", uuid4().hex),
    )  # fmt: skip
    fields = {name: value for name, value in fields.items() if name != changes.get("without")}
    connection = http.client.HTTPConnection(place.url.removeprefix("http://"), timeout=60)
    try:
        address = f"{path}?{query}" if query else path
        connection.request(method, address, changes.get("sent", body), fields | changes.get("more", {}))
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


def one(purpose: str = "TEST") -> bytes:
    return msgspec.json.encode(AskOne(purpose, uuid4(), KNOWN))


def test_the_description_names_what_the_server_serves() -> None:
    described = {(method.upper(), path) for path, ways in openapi()["paths"].items() for method in ways}
    assert described == set(_Handler.ROUTES)
    kinds = {kind for kind in vars(messages).values() if isinstance(kind, type) and issubclass(kind, msgspec.Struct)}
    assert {kind.__name__ for kind in kinds} == set(openapi()["components"]["schemas"])


def documented(path: str, method: str, status: int, told: dict[str, Any]) -> None:
    """The answer is one that the description allows at this place: status and members."""
    document = openapi()
    responses = document["paths"][path][method]["responses"]
    assert str(status) in responses, status
    if path != HEALTH or status != 200:
        reference = responses[str(status)]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[-1]
        schema = document["components"]["schemas"][reference]
        assert set(schema["required"]) <= set(told) <= set(schema["properties"])


def test_each_address_answers_as_described(place: Place) -> None:
    batch = msgspec.json.encode(AskMany("TEST", uuid4(), [KNOWN, KNOWN]))
    query = f"after=0&limit=10&purpose=TEST&request={uuid4()}"
    for method, path, body, asked in (
        ("POST", MATCH, one(), ""),
        ("POST", BATCH, batch, ""),
        ("GET", CHANGES, b"", query),
        ("GET", HEALTH, b"", ""),
    ):
        status, told = ask(place, method, path, body, asked)
        assert status == 200, told
        documented(path, method.lower(), status, told)
        place.faults.down = True
        status, told = ask(place, method, path, body, asked)
        assert (status, told["code"]) == (503, "BUSY-01")
        documented(path, method.lower(), status, told)
        place.faults.down = False


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"without": "Signature"}, 401, "SIGNATURE-01"),
        ({"sent": b"{}"}, 401, "SIGNATURE-02"),
        ({"off": -400}, 401, "SIGNATURE-03"),
        ({"key": Ed25519PrivateKey.generate()}, 401, "SIGNATURE-04"),
        ({"key_id": "other"}, 401, "SIGNATURE-04"),
        ({"more": {"Content-Length": str(LARGEST + 1)}}, 413, "REQUEST-03"),
        ({"path": "/v1/persons"}, 404, "REQUEST-02"),
        ({"method": "GET"}, 404, "REQUEST-02"),
        ({"body": b'{"purpose": "TEST"}'}, 400, "REQUEST-01"),
        ({"body": b"\xff"}, 400, "REQUEST-01"),
    ],
)
def test_each_refusal(place: Place, changes: dict[str, Any], status: int, code: str) -> None:
    asked = {"method": "POST", "path": MATCH, "body": one()} | changes
    told = ask(place, **asked)
    assert (told[0], told[1]["code"]) == (status, code)
    assert place.sandbox.log() == []


@pytest.mark.parametrize(
    "body",
    [
        {"purpose": "test"},
        {"request": "1"},
        {"person": {"id_type": "citizen", "id_number": "", "name": "王"}},
        {"person": {"id_type": "citizen", "id_number": "1", "name": "王", "phone": "1"}},
    ],
)
def test_no_purpose_no_id_no_person_no_answer(place: Place, body: dict[str, Any]) -> None:
    good = json.loads(one())
    assert ask(place, "POST", MATCH, json.dumps(good | body).encode())[1]["code"] == "REQUEST-01"


def test_too_many_or_none_at_once(place: Place) -> None:
    for number in (0, 1001):
        body = msgspec.json.encode(AskMany("TEST", uuid4(), [KNOWN] * number))
        assert ask(place, "POST", BATCH, body)[1]["code"] == "REQUEST-01"


@pytest.mark.parametrize("query", ["", "after=0", "after=-1&limit=1", "after=0&limit=1001", "after=0&limit=1&more=1"])
def test_changes_want_their_whole_question(place: Place, query: str) -> None:
    whole = f"{query}&purpose=TEST&request={uuid4()}" if "limit" in query else query
    assert ask(place, "GET", CHANGES, b"", whole)[1]["code"] == "REQUEST-01"


def test_a_request_is_good_once(place: Place) -> None:
    body = one()
    assert ask(place, "POST", MATCH, body, nonce="a" * 22)[0] == 200
    assert ask(place, "POST", MATCH, body, nonce="a" * 22)[1]["code"] == "SIGNATURE-05"


def test_a_process_of_its_own(tmp_path: Path) -> None:
    """As the demo starts it: without any of the platform's secrets; it ends when told to."""
    folder, link = tmp_path / "population", tmp_path / "population.json"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN_")}
    said = json.dumps({"kind": "deceased", "on": "2026-11-01", "id_number": KNOWN.id_number, "name": KNOWN.name})
    command = [sys.executable, "-m", "chengxin", "population-sandbox", str(folder)]
    with subprocess.Popen(command, env=plain, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        sandbox = Sandbox(folder)
        sandbox.settle([KNOWN])
        sandbox.link(link, url)
        line = Population(Link.load(link))
        assert line.match([KNOWN], purpose="INTAKE", request=uuid4()) == [Match.MATCH]
        told = CliRunner().invoke(main, ["population-sandbox", str(folder), "--tell"], input=said + "\n")
        assert told.output == "已记入，第 1 件变更。\n"
        assert [change.kind for change in line.changes(0, request=uuid4())] == ["deceased"]
        line.close()
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0


def test_what_is_told_wrongly_is_refused(tmp_path: Path) -> None:
    told = CliRunner().invoke(main, ["population-sandbox", str(tmp_path / "p"), "--tell"], input="{}\n")
    assert told.exit_code == 2
    assert "标准输入不是一件变更" in told.output
