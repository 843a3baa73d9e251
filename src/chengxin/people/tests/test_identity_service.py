"""The line to the identity service: what proves somebody, what does not, and what is never told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from chengxin.kernel.errors import Refused, Unavailable
from chengxin.operate.identity import RETURN
from chengxin.people.identity_service import ATTEMPT_SECONDS, Attempt, OpenIdService
from chengxin.people.population import NotForReal
from chengxin.people.provider import Provider, ensure_real_service
from chengxin.people.tests.identity import PLATFORM, Place, served

NAME, NUMBER = "王桂兰", "090924195803122466"
BACK = PLATFORM + RETURN


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with served(tmp_path) as place:
        place.enrol((NAME, NUMBER), ("李晓燕", "090903198811065280"))
        yield place


@pytest.fixture
def service(place: Place) -> OpenIdService:
    return place.service()


def fresh() -> Attempt:
    return Attempt.fresh("/me/", 2, now=time.time())


def test_name_and_number_come_from_server_to_server(place: Place, service: OpenIdService) -> None:
    attempt = fresh()
    address = service.start(attempt, BACK)
    query = place.choose(address, NUMBER, level="AL3")
    proved = service.finish(query, attempt, BACK)
    assert (proved.name, proved.number, proved.id_type, proved.level, proved.method) == (
        NAME,
        NUMBER,
        "citizen",
        3,
        "identity",
    )
    for shown in (address, str(query), repr(proved), repr(Provider.load(place.link))):
        assert NAME not in shown
        assert NUMBER not in shown
    asked = dict(parse_qsl(urlsplit(address).query))
    assert attempt.verifier not in address
    assert asked["code_challenge_method"] == "S256"
    assert asked["acr_values"].split() == ["AL2", "AL3"]


@pytest.mark.parametrize("fault", ["forged", "garbage", "nonce", "audience", "issuer", "late", "other"])
def test_ident_01_a_token_that_is_not_ours_of_now_and_of_this_attempt(
    place: Place, service: OpenIdService, fault: str
) -> None:
    setattr(place.faults, fault, True)
    with pytest.raises(Refused, match="IDENT-01"):
        place.prove(service, NUMBER)
    setattr(place.faults, fault, False)
    assert place.prove(service, NUMBER).number == NUMBER


def test_ident_01_a_code_is_good_once(place: Place, service: OpenIdService) -> None:
    attempt = fresh()
    query = place.choose(service.start(attempt, BACK), NUMBER)
    assert service.finish(query, attempt, BACK).name == NAME
    with pytest.raises(Refused, match="IDENT-01"):
        service.finish(query, attempt, BACK)


def test_ident_01_another_browsers_answer_is_worth_nothing(place: Place, service: OpenIdService) -> None:
    """State, nonce and verifier each bind the answer to the attempt; one that is mixed of two fails, whichever part is kept."""
    mine, other = fresh(), fresh()
    query = place.choose(service.start(other, BACK), NUMBER)
    with pytest.raises(Refused, match="IDENT-01"):
        service.finish(query, mine, BACK)
    with pytest.raises(Refused, match="IDENT-01"):  # its state put in place: the code is the other verifier's
        service.finish(query | {"state": mine.state}, mine, BACK)
    query = place.choose(service.start(other, BACK), NUMBER)
    mixed = Attempt(other.state, mine.nonce, other.verifier, "/me/", 2, other.at)
    with pytest.raises(Refused, match="IDENT-01"):  # its verifier as well: the token holds the other nonce
        service.finish(query, mixed, BACK)
    query = place.choose(service.start(other, BACK), NUMBER)
    with pytest.raises(Refused, match="IDENT-01"):
        service.finish(query | {"iss": "https://elsewhere.invalid"}, other, BACK)
    old = Attempt(other.state, other.nonce, other.verifier, "/me/", 2, other.at - ATTEMPT_SECONDS - 1)
    with pytest.raises(Refused, match="IDENT-01"):
        service.finish(query, old, BACK)
    assert service.finish(query, other, BACK).number == NUMBER


def test_ident_02_who_turns_back_has_proved_nothing(place: Place, service: OpenIdService) -> None:
    attempt = fresh()
    query = place.choose(service.start(attempt, BACK), NUMBER, answer="no")
    assert query["error"] == "access_denied"
    with pytest.raises(Refused, match="IDENT-02"):
        service.finish(query, attempt, BACK)


def test_ident_03_a_word_nobody_knows_the_worth_of(place: Place, tmp_path: Path) -> None:
    """From its first day to its last; before and after it is worth nothing."""
    said = json.loads(place.link.read_text())
    said["levels"] = [{"word": "AL2", "level": 2, "begin": "2020-01-01", "end": "2020-12-31", "basis": "过去的约定"}]
    path = tmp_path / "old.json"
    path.write_text(json.dumps(said))
    path.chmod(0o600)
    provider = Provider.load(path)
    assert [provider.assurance("AL2", date(2020, 6, day)) for day in (1, 30)] == [2, 2]
    assert [provider.assurance("AL2", day) for day in (date(2019, 12, 31), date(2021, 1, 1))] == [None, None]
    assert provider.assurance("AL9", date(2020, 6, 1)) is None
    with pytest.raises(Refused, match="IDENT-03"):
        place.prove(OpenIdService(provider), NUMBER)


def test_a_service_that_is_away_slow_or_silent(place: Place, tmp_path: Path) -> None:
    attempt = fresh()
    address = place.service().start(attempt, BACK)
    query = place.choose(address, NUMBER)
    place.faults.down = True
    with pytest.raises(Unavailable):
        place.service().finish(query, attempt, BACK)
    place.faults.down, place.faults.slow = False, 20.0
    begin = time.monotonic()
    with pytest.raises(Unavailable):
        place.service(timeout=0.2).start(attempt, BACK)
    assert time.monotonic() - begin < place.faults.slow
    said = json.loads(place.link.read_text()) | {"issuer": "http://127.0.0.1:9"}
    path = tmp_path / "away.json"
    path.write_text(json.dumps(said))
    path.chmod(0o600)
    with pytest.raises(Unavailable):
        OpenIdService(Provider.load(path)).ready()


def test_after_failures_nobody_waits_for_it(place: Place) -> None:
    now = time.time()
    service = OpenIdService(Provider.load(place.link), failures=2, rest=15, clock=lambda: now)
    place.faults.down = True
    for _ in range(2):
        with pytest.raises(Unavailable):
            service.ready()
    place.faults.down = False
    with pytest.raises(Unavailable):
        service.ready()
    now += 15
    service.ready()


def test_the_sandbox_sends_nobody_anywhere_it_does_not_know(place: Place, service: OpenIdService) -> None:
    asked = dict(parse_qsl(urlsplit(service.start(fresh(), BACK)).query))
    person = place.sandbox.people[0].id
    for wrong in (
        {"redirect_uri": "http://elsewhere.invalid/"},
        {"client_id": "other"},
        {"code_challenge_method": "plain"},
    ):
        status, said = place.post("/authorize", asked | {"person": person, "level": "AL2", "answer": "yes"} | wrong)
        assert status == 400
        assert "不能继续认证" in said
    status, said = place.post("/token", {"grant_type": "authorization_code", "code": "x", "redirect_uri": BACK})
    assert (status, json.loads(said)["error"]) == (401, "invalid_client")


def test_the_sandbox_keeps_its_people_sealed(place: Place) -> None:
    for file in place.link.parent.joinpath("identity").iterdir():
        assert NAME.encode() not in file.read_bytes()
        assert NUMBER.encode() not in file.read_bytes()


def test_production_takes_neither_the_sandbox_nor_a_service_without_levels(place: Place, tmp_path: Path) -> None:
    today = date(2026, 11, 23)

    def written(**changes: Any) -> Path:
        path = tmp_path / "real.json"
        path.write_text(json.dumps(json.loads(place.link.read_text()) | changes))
        path.chmod(0o600)
        return path

    real = {"issuer": "https://identity.example.cn", "sandbox": False}
    ensure_real_service("demo", None, on=today)
    ensure_real_service("demo", place.link, on=today)
    ensure_real_service("production", written(**real), on=today)
    low = [{"word": "AL1", "level": 1, "begin": "2026-01-01", "basis": "约定"}]
    over = [{"word": "AL2", "level": 2, "begin": "2026-01-01", "end": "2026-11-22", "basis": "约定"}]
    for path in (None, place.link):
        with pytest.raises(NotForReal):
            ensure_real_service("production", path, on=today)
    changes: dict[str, Any]
    for changes in (
        {"issuer": "http://identity.example.cn"}, {"sandbox": True}, {"levels": []}, {"levels": low}, {"levels": over},
        {"levels": [{"word": "AL2", "level": 2, "begin": "2026-01-01", "basis": ""}]},
    ):  # fmt: skip
        with pytest.raises(NotForReal):
            ensure_real_service("production", written(**real | changes), on=today)
    open_to_all = written(**real)
    open_to_all.chmod(0o644)
    with pytest.raises(NotForReal, match="chmod 600"):
        ensure_real_service("production", open_to_all, on=today)


def test_no_process_of_a_production_platform_starts_with_the_sandbox(place: Place) -> None:
    known = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN_")}
    known |= {"CHENGXIN_MODE": "production", "DJANGO_SETTINGS_MODULE": "chengxin.config.settings"}
    known |= {"CHENGXIN_IDENTITY": str(place.link)}
    program = [sys.executable, "-c", "import django; django.setup()"]
    done = subprocess.run(program, env=known, capture_output=True, check=False)
    assert done.returncode != 0
    assert "身份认证服务没有接好".encode() in done.stderr
