"""Fixtures of all tests: one embedded server per process of the run, migrated as owner.

Tests commit for real as `web`, each with its own fresh person, and clean nothing.
"""

from __future__ import annotations

import itertools
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import settings as hypothesis_settings

from chengxin.config.setup import start_django
from chengxin.intake.receipts import InstanceKey
from chengxin.operate.bootstrap import bootstrap
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home
from chengxin.people.keyring import KeyRing
from inspections.plaintext import in_the_open

_HOME = pytest.StashKey[Home]()


def pytest_configure(config: pytest.Config) -> None:
    """Settings are read at import: folder and passwords come before any test module, the server on demand."""
    if config.getoption("numprocesses", None):
        return  # this process only hands out the tests; each of the others has its own city
    # A loaded machine makes an example slow, not wrong; with a deadline of 200 ms it would fail.
    hypothesis_settings.register_profile("patient", hypothesis_settings.default, deadline=None)
    hypothesis_settings.load_profile("patient")
    home = Home.create(Path(tempfile.mkdtemp(prefix="chengxin-test-")), mode="test")
    KeyRing.create(home.keyring)
    InstanceKey.create(home.instance_key, "yancheng.test.invalid")
    os.environ.update(home.environment("web", signin=True))
    os.environ.update({"CHENGXIN_WORKER_DSN": home.dsn("worker"), "CHENGXIN_HOSTS": "testserver,localhost,127.0.0.1"})
    config.stash[_HOME] = home
    start_django()
    from django.conf import settings

    # The real hash is slow on purpose; what it protects is not what most tests are about.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Journeys come last, whatever the random order: from the first of them on the browser's event loop runs in this
    thread, and Django refuses to work beside a running loop.
    """
    items.sort(key=lambda item: item.path.parent.name == "journeys")


def pytest_unconfigure(config: pytest.Config) -> None:
    if _HOME in config.stash:
        config.stash[_HOME].remove()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What the tests of attacks on the log measured: detector, time on its own clock, time of its work, bound."""
    done = terminalreporter.stats.get("passed", [])
    told = sorted(value for one in done for name, value in getattr(one, "user_properties", ()) if name == "attack")
    if told:
        terminalreporter.section("attacks on the log: detector, found after, its work, bound")
    for number, name, detector, waited, worked, bound in told:
        after = timedelta(seconds=waited)
        terminalreporter.line(f"{number} {name}: {detector or 'nobody'}, {after}, {worked:.2f} s, {bound}")


@pytest.fixture(scope="session")
def home(request: pytest.FixtureRequest) -> Iterator[Home]:
    """A running installation without any record: roles, migrations, organisations, staff accounts."""
    from django.db import connections

    from chengxin.operate.seed import City, prepare, staff

    found = request.config.stash[_HOME]
    server = Server(found)
    server.start()
    try:
        bootstrap(found)
        prepare(found)
        with City(found) as city:
            staff(city)
            # Tests look more often than a clerk may in a day; the quota itself is tested on another purpose.
            city.owner.execute("update cx.people_purpose set quota = 1000000 where code = 'SUBSIDY'")
            # Tests sign in at the console; what wants a proof anew is tested where it is asked for.
            city.owner.execute("update cx.people_method set fresh = true where method = 'console'")
        yield found
        assert in_the_open(found) == {}, "a test left identity numbers in the open"
    finally:
        connections.close_all()
        server.stop()


@pytest.fixture(autouse=True)
def _only_who_asks_for_the_city(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test without `home` gets no connection: it would stand or fall by whether another has started the server.

    What pytest raises is no `Exception`, so no page can turn it into an answer.
    """
    if "home" in request.fixturenames:
        return
    from django.db.backends.base.base import BaseDatabaseWrapper

    def refuse(_wrapper: BaseDatabaseWrapper) -> None:
        pytest.fail("this test asks the database: it needs the fixture `home`")

    monkeypatch.setattr(BaseDatabaseWrapper, "ensure_connection", refuse)


@dataclass(frozen=True)
class Actor:
    """An account that is signed in: ledger token, account, browser client."""

    token: bytes
    account: Any
    client: Any
    person: UUID | None = None
    name: str = ""
    number: str = ""
    login: str = ""


def _actor(login: str, **more: Any) -> Actor:
    from django.test import Client

    from chengxin.people.api import COOKIE, console_session, whoami

    token = console_session(login)
    client = Client()
    client.cookies[COOKIE] = token.hex()
    account = whoami(token)
    return Actor(token, account, client, person=account.person if account else None, login=login, **more)


@pytest.fixture
def officer(home: Home) -> Actor:
    return _actor("officer")


@pytest.fixture
def clerk(home: Home) -> Actor:
    return _actor("clerk")


@pytest.fixture
def reviewer(home: Home) -> Actor:
    return _actor("reviewer")


@pytest.fixture
def reviewer2(home: Home) -> Actor:
    """A second human of the same duty."""
    return _actor("reviewer2")


@pytest.fixture
def notice_officer(home: Home) -> Actor:
    return _actor("notice")


@pytest.fixture
def system(home: Home) -> Actor:
    return _actor("system")


@pytest.fixture
def population(tmp_path: Path) -> Iterator[Any]:
    """The city's population database under test, reached over HTTP; nobody lives there yet."""
    from chengxin.people.tests.population import serving

    with serving(tmp_path) as city:
        yield city


@pytest.fixture
def connect(home: Home) -> Iterator[Callable[[str], psycopg.Connection[Any]]]:
    """Raw connections by role, as a sceptic with that role's password has them."""
    opened: list[psycopg.Connection[Any]] = []

    def connect(role: str) -> psycopg.Connection[Any]:
        opened.append(psycopg.connect(home.dsn(role), autocommit=True))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def shift(home: Home) -> Iterator[Callable[[int], None]]:
    """Move the test clock to so many days from today; it is put back afterwards."""
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:

        def shift(days: int) -> None:
            owner.execute("update cx.ledger_deployment set clock_shift = %s", [days])

        yield shift
        shift(0)


@pytest.fixture
def one_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists on one page: what waits is the whole city's, and other tests leave more than a page of it."""
    from chengxin.kernel import pages

    monkeypatch.setattr(pages, "PAGE", 10_000)


_NUMBERS = itertools.count(1)


def fresh_person() -> tuple[str, str]:
    """Name and number of a synthetic adult nobody has used in this run."""
    from chengxin.kernel.identity import check_digit

    n = next(_NUMBERS)  # days begin again in time, or the last persons of a long run would be children
    body = f"0909{2 + n % 8:02d}{date(1960, 1, 1) + timedelta(days=n % 12_000):%Y%m%d}{n % 900 + 1:03d}"
    # Characters that no word of a page begins with after 测试, or a name would be found where it is not.
    return f"测试{chr(0x9030 + n % 2900)}", body + check_digit(body)


def penalty(name: str, number: str, **changes: str) -> dict[str, str]:
    """A clean row of item XZCF of the first department; changes by column code."""
    from chengxin.ledger.api import today
    from chengxin.operate.generate import departments

    department = departments()[0]
    return {
        "CF_XDR_MC": name,
        "CF_XDR_LB": "自然人",
        "CF_XDR_ZJLX": "身份证",
        "CF_XDR_ZJHM": number,
        "CF_WSH": f"盐市监处罚〔2026〕{next(_NUMBERS)}号",
        "CF_WFXW": "销售不合格商品",
        "CF_SY": "销售的灯具经检验不合格",
        "CF_YJ": "《中华人民共和国产品质量法》第四十九条",
        "CF_CFLB": "罚款",
        "CF_NR": "罚款五百元",
        "CF_NR_FK": "0.05",
        "CF_JDRQ": str(today() - timedelta(days=10)),
        "CF_CFJG": department.name,
        "CF_CFJGDM": department.uscc,
        "CF_SJLY": department.name,
        "CF_SJLYDM": department.uscc,
        "CF_SXYZCD": "一般",
    } | changes


def csv_of(rows: Sequence[Mapping[str, str]]) -> bytes:
    import csv
    import io

    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


@pytest.fixture
def send(officer: Any, system: Any) -> Callable[..., Any]:
    """Send rows as a file of some kind, through the real intake, and let everything follow; what was imported."""
    from chengxin.flow.api import drain
    from chengxin.intake.api import import_file

    def send(*rows: Mapping[str, str], kind: str = "report", token: bytes = b"", item: str = "XZCF") -> Any:
        imported = import_file(token or officer.token, csv_of(rows), item=item, kind=kind)
        while drain(system.token, using="worker"):
            pass
        return imported

    return send


@pytest.fixture
def admit(send: Callable[..., Any]) -> Callable[..., Any]:
    """Send rows of penalties; the import's result."""
    return lambda *rows: send(*rows).result


@pytest.fixture
def make_citizen(home: Home, admit: Callable[..., Any]) -> Callable[..., Actor]:
    """A citizen with one admitted record (letter unopened), and an account of their own."""
    from chengxin.operate.seed import City
    from chengxin.people.api import ring

    def make(**changes: str) -> Actor:
        name, number = fresh_person()
        name, number = changes.get("CF_XDR_MC", name), changes.get("CF_XDR_ZJHM", number)
        result = admit(penalty(name, number, **changes))
        assert result.accepted == 1, result.errors
        login = f"c{uuid4().hex[:12]}"
        with City(home) as city:
            person = city.person(ring().blind_index("citizen", number))
            city.account("", login, "citizen", "本人", duty="citizen", person=person)
        return _actor(login, name=name, number=number)

    return make


@pytest.fixture
def citizen(make_citizen: Callable[..., Actor]) -> Actor:
    return make_citizen()
