"""The line to the population database: what counts as an answer, what does not, and what is never told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from chengxin.kernel.errors import Unavailable
from chengxin.kernel.population import MOST, Claim
from chengxin.people.population import Link, Match, NotForReal, Population, ensure_real
from chengxin.people.tests.population import Place, claim, served
from conftest import fresh_person

KNOWN = claim("王桂兰", "090924195803122466")
OTHER = claim("王桂花", "090924195803122466")
NOBODY = claim("李无名", "090902198001010015")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with served(tmp_path) as place:
        place.sandbox.settle([KNOWN])
        yield place


@pytest.fixture
def line(place: Place) -> Iterator[Population]:
    line = Population(Link.load(place.link), timeout=30, pause=lambda _: None)
    yield line
    line.close()


def ask(line: Population, *claims: Claim) -> list[Match]:
    return line.match(claims, purpose="TEST", request=uuid4())


def test_one_and_many_are_answered_in_their_order(line: Population, place: Place) -> None:
    assert ask(line, KNOWN) == [Match.MATCH]
    assert ask(line, OTHER) == [Match.NO_MATCH]
    assert ask(line, NOBODY, KNOWN, OTHER, KNOWN) == [Match.UNKNOWN, Match.MATCH, Match.NO_MATCH, Match.MATCH]
    assert place.asked("TEST") == [1, 1, 4]


def test_a_thousand_at_once_and_no_more(line: Population) -> None:
    assert ask(line, *[KNOWN] * MOST) == [Match.MATCH] * MOST
    assert set(ask(line, *[KNOWN] * (MOST + 1))) == {Match.UNAVAILABLE}


@pytest.mark.parametrize("fault", ["down", "unsigned", "garbage", "other"])
def test_what_is_no_whole_signed_answer_to_this_request_counts_for_nothing(
    line: Population, place: Place, fault: str
) -> None:
    setattr(place.faults, fault, True)
    assert ask(line, KNOWN) == [Match.UNAVAILABLE]
    assert ask(line, KNOWN, NOBODY) == [Match.UNAVAILABLE] * 2
    setattr(place.faults, fault, False)
    assert ask(line, KNOWN) == [Match.MATCH]


def test_one_answer_too_few_is_none(line: Population, place: Place) -> None:
    place.faults.short = True
    assert ask(line, KNOWN, NOBODY) == [Match.UNAVAILABLE] * 2


def test_a_slow_database_keeps_nobody_for_long(place: Place) -> None:
    line = Population(Link.load(place.link), timeout=0.3, pause=lambda _: None)
    place.faults.slow = 20.0
    begin = time.monotonic()
    assert ask(line, KNOWN) == [Match.UNAVAILABLE]
    assert time.monotonic() - begin < place.faults.slow  # not even one answer was waited for
    line.close()


def test_a_try_that_failed_is_made_again(place: Place) -> None:
    def mended(_: float) -> None:
        place.faults.down = False

    place.faults.down = True
    line = Population(Link.load(place.link), pause=mended)
    assert ask(line, KNOWN) == [Match.MATCH]
    line.close()


def test_after_failures_the_line_rests_and_one_call_tries(place: Place) -> None:
    now = 100.0
    line = Population(
        Link.load(place.link), tries=1, failures=2, rest=10, clock=lambda: now, pause=lambda _: None, timeout=30
    )
    place.faults.down = True
    assert [ask(line, KNOWN) for _ in range(2)] == [[Match.UNAVAILABLE]] * 2
    place.faults.down = False
    assert ask(line, KNOWN) == [Match.UNAVAILABLE]  # resting: it is not even asked
    assert place.asked("TEST") == []
    now += 10
    assert line.circuit.closed()
    assert not line.circuit.closed()  # one tries, the others are told at once
    now += 10
    assert ask(line, KNOWN) == [Match.MATCH]
    assert ask(line, KNOWN) == [Match.MATCH]
    line.close()


def test_a_database_that_is_not_there(tmp_path: Path, place: Place) -> None:
    link = json.loads(place.link.read_text())
    path = tmp_path / "away.json"
    path.write_text(json.dumps(link | {"url": "http://127.0.0.1:9"}))
    path.chmod(0o600)
    line = Population(Link.load(path), pause=lambda _: None)
    assert ask(line, KNOWN) == [Match.UNAVAILABLE]
    with pytest.raises(Unavailable):
        line.changes(0, request=uuid4())


def test_many_threads_share_a_line(line: Population) -> None:
    told: list[list[Match]] = []
    threads = [threading.Thread(target=lambda: told.append(ask(line, KNOWN, OTHER))) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert told == [[Match.MATCH, Match.NO_MATCH]] * 8


def test_another_key_asks_in_vain(place: Place, tmp_path: Path) -> None:
    stolen = json.loads(place.link.read_text()) | {"private_key": "A" * 43 + "="}
    path = tmp_path / "stolen.json"
    path.write_text(json.dumps(stolen))
    path.chmod(0o600)
    line = Population(Link.load(path), pause=lambda _: None)
    assert ask(line, KNOWN) == [Match.UNAVAILABLE]
    assert place.sandbox.log() == []


def test_production_takes_no_sandbox(place: Place, tmp_path: Path) -> None:
    """Neither by its configuration, nor by its line, nor by an answer that says what it is."""
    ensure_real("demo", None)
    ensure_real("demo", place.link)
    with pytest.raises(NotForReal):
        ensure_real("production", None)
    with pytest.raises(NotForReal):
        ensure_real("production", place.link)
    said = json.loads(place.link.read_text()) | {"sandbox": False}
    path = tmp_path / "real.json"
    path.write_text(json.dumps(said))
    path.chmod(0o600)
    with pytest.raises(NotForReal):  # no TLS
        ensure_real("production", path)
    line = Population(Link.load(path), real=True, pause=lambda _: None)
    assert ask(line, KNOWN) == [Match.UNAVAILABLE]
    line.close()
    path.write_text(json.dumps(said | {"url": "https://population.example.cn"}))
    ensure_real("production", path)


def test_no_process_of_a_production_platform_starts_with_the_sandbox(place: Place) -> None:
    """Pages, interface, worker and commands alike: all of them set Django up. Without any it starts, and must verify."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN_")}
    known |= {"CHENGXIN_MODE": "production", "DJANGO_SETTINGS_MODULE": "chengxin.config.settings"}
    program = "import django; django.setup(); from chengxin.people.api import can_match, must_match; print(can_match(), must_match())"  # fmt: skip

    def start(**more: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run([sys.executable, "-c", program], env=known | more, capture_output=True, check=False)

    done = start(CHENGXIN_POPULATION=str(place.link))
    assert done.returncode != 0
    assert "人口信息库没有接好".encode() in done.stderr
    assert start().stdout == b"False True\n"


def test_a_configuration_that_others_read_or_that_is_broken_is_refused(place: Place) -> None:
    place.link.chmod(0o644)
    with pytest.raises(NotForReal, match="chmod 600"):
        Link.load(place.link)
    place.link.chmod(0o600)
    place.link.write_text("{}")
    with pytest.raises(NotForReal):
        Link.load(place.link)


def test_the_sandbox_keeps_no_name_and_no_number(line: Population, place: Place) -> None:
    name, number = fresh_person()
    place.settle((name, number))
    assert line.match([claim(name, number)], purpose="INTAKE", request=uuid4()) == [Match.MATCH]
    place.happened("name_changed", name, number, new_name="改名以后")
    for file in place.link.parent.joinpath("population").iterdir():
        content = file.read_bytes()
        for text in (name, number, "改名以后", KNOWN.name, KNOWN.id_number):
            assert text.encode() not in content, file.name


def test_nothing_says_a_name_by_mistake() -> None:
    said: Any = [KNOWN, Link("https://a.example", "k", b"secret-private", b"key")]
    assert "王桂兰" not in repr(said)
    assert "secret" not in repr(said)
