"""The demonstration's identity service: as its description says, and no more; who can be chosen there."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from chengxin.kernel.identity import birth_date, check_identity
from chengxin.kernel.periods import add_months
from chengxin.operate import doctor
from chengxin.operate.generate import persons
from chengxin.operate.home import Home
from chengxin.operate.identity import IdentitySandbox
from chengxin.operate.identity_api import openapi
from chengxin.operate.identity_server import _Handler
from chengxin.operate.visitors import visitors
from chengxin.people.identity_service import OpenIdService
from chengxin.people.provider import Provider
from chengxin.people.tests.identity import PLATFORM, served

TODAY = date(2026, 11, 23)


def test_every_address_is_described_and_nothing_else() -> None:
    described = {(method.upper(), path) for path, item in openapi()["paths"].items() for method in item}
    assert described == set(_Handler.ROUTES)


def test_what_has_no_address_or_is_too_long(tmp_path: Path) -> None:
    with served(tmp_path) as place:
        port = urlsplit(place.url).port
        for method, path, length, status in (("GET", "/people", "0", 404), ("POST", "/token", "99999", 413)):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            connection.request(method, path, headers={"Content-Length": length})
            assert connection.getresponse().status == status
            connection.close()


def test_a_process_of_its_own(tmp_path: Path) -> None:
    """As the demo starts it: without any of the platform's secrets; it ends when told to."""
    folder, link = tmp_path / "identity", tmp_path / "identity.json"
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN_")}
    command = [sys.executable, "-m", "chengxin", "identity-sandbox", str(folder)]
    with subprocess.Popen(command, env=plain, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        IdentitySandbox(folder).link(link, url, PLATFORM)
        OpenIdService(Provider.load(link)).ready()
        child.send_signal(signal.SIGTERM)
        assert child.wait(60) == 0


def test_who_can_be_chosen_can_be_and_is_of_the_age_that_is_said() -> None:
    found = list(visitors(persons(20, seed=1, today=TODAY), today=TODAY))
    assert len({number for _, number, _ in found}) == len(found)
    for _, number, note in found:
        assert check_identity(number, today=TODAY, kind="citizen").valid
        born = birth_date(number)
        assert born is not None
        assert (born > add_months(TODAY, -216)) == (note in {"未满十八周岁", "未满十四周岁"})
        assert (born > add_months(TODAY, -168)) == (note == "未满十四周岁")


def test_whoever_was_enrolled_stays_the_same(tmp_path: Path) -> None:
    sandbox = IdentitySandbox.create(tmp_path / "identity")
    sandbox.enrol([("王桂兰", "090924195803122466", "甲")])
    (before,) = sandbox.people
    IdentitySandbox.create(tmp_path / "identity").enrol([("王桂兰", "090924195803122466", "乙"), ("李", "1", "丙")])
    after = sandbox.people
    assert (after[0].id, after[0].note, len(after)) == (before.id, "乙", 2)


def test_what_the_examination_says_of_it(tmp_path: Path) -> None:
    def told(home: Home) -> list[tuple[str, str]]:
        return [(one.state.value, one.cause) for one in doctor._identity(home)]

    home = Home.create(tmp_path / "home", mode="test")
    assert told(home) == [("skip", "没有配置身份认证服务，市民凭窗口登录码登录")]
    with served(tmp_path) as place:
        place.sandbox.link(home.identity, place.url, PLATFORM)
        assert told(home) == [("ok", "身份认证服务（演示用）有应答")]
        place.faults.down = True
        assert told(home) == [("fail", "身份认证服务没有应答")]
    home.identity.chmod(0o644)
    ((state, cause),) = told(home)
    assert state == "fail"
    assert "可被其他用户读取" in cause
