"""One demo city and one browser per run; every page a journey visits passes the same checks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from chengxin.operate.generate import Person
from chengxin.operate.home import Home
from chengxin.operate.seed import settle
from journeys.walk import PHONE, Size, Walk

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FRESH = 240.0
"""Seconds for which a sign-in serves further walks: as a proof it counts for ten minutes, and a walk may take six."""
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@dataclass(frozen=True)
class City:
    """A running demo: its address, its data folder, its sign-ins by login."""

    url: str
    keep: Path
    accounts: dict[str, dict[str, Any]]

    def command(self, *arguments: str) -> str:
        """Run the operator's command line on this city."""
        done = subprocess.run(
            [sys.executable, "-m", "chengxin", *arguments, "--keep", str(self.keep)],
            env=_environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def settle(self, people: Iterable[Person]) -> None:
        """They live in the city: its population database knows them (入住)."""
        settle(Home.at(self.keep), people)

    @contextmanager
    def also(self, login: str, duty: str) -> Iterator[None]:
        """Give an account one more duty (兼任), as long as the block runs."""
        with psycopg.connect(Home.at(self.keep).dsn("owner"), autocommit=True) as owner:
            owner.execute(
                "insert into cx.people_duty select account, %s, date '2026-01-01', null"
                " from cx.people_account where login = %s",
                [duty, login],
            )
            try:
                yield
            finally:
                owner.execute(
                    "delete from cx.people_duty d using cx.people_account a"
                    " where a.account = d.account and a.login = %s and d.duty = %s",
                    [login, duty],
                )


def _environment() -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CHENGXIN_")}
    return {**clean, "PYTHONPATH": str(ROOT / "src")}


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    keep = tmp_path_factory.mktemp("city") / "keep"
    command = [sys.executable, "-m", "chengxin", "demo", "--json", "--size", "20", "--keep", str(keep)]
    errors = keep.parent / "demo.err"
    with errors.open("wb") as err:
        demo = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=err, text=True, env=_environment())
    try:
        line = demo.stdout.readline() if demo.stdout else ""
        assert line, errors.read_text("utf-8")
        ready = json.loads(line)
        yield City(ready["url"], Path(ready["keep"]), {account["login"]: account for account in ready["accounts"]})
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=120)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    binary = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert binary, "没有找到 chromium：请安装 chromium 软件包"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=binary, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots go: CHENGXIN_SCREENSHOTS, or a temporary folder."""
    folder = Path(os.environ.get("CHENGXIN_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where the pictures of the documents go, when a run is to make them: CHENGXIN_PICTURES."""
    folder = os.environ.get("CHENGXIN_PICTURES")
    return Path(folder) if folder else None


@dataclass
class Doors:
    """Opens walks. An account signs in once in a while: a code is good once per step of 30 seconds."""

    city: City
    browser: Browser
    shots: Path
    pictures: Path | None
    signed_in: dict[str, StorageState] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    signed_at: dict[str, float] = field(default_factory=dict)

    def walk(
        self, login: str, size: Size = PHONE, *, story: str, axe: bool = True, large: bool = False, scripts: bool = True
    ) -> Walk:
        """A browser context of this account, already signed in ('' for nobody)."""
        if login and time.monotonic() - self.signed_at.get(login, -FRESH) >= FRESH:
            self.signed_in[login], self.signed_at[login] = self._sign_in(login), time.monotonic()
        state = self.signed_in.get(login)
        walk = Walk.open(self.browser, self.city.url, size, state=state, scripts=scripts)
        walk.story, walk.shots, walk.titles = story, self.shots, self.titles
        walk.pictures = self.pictures
        walk.axe, walk.large = axe and scripts, large
        if large:
            walk.context.add_cookies([{"name": "size", "value": "large", "url": self.city.url}])
        return walk

    def again(self, login: str, *, story: str) -> Walk:
        """Sign in anew, with the code of the next step: the one before may be spent."""
        self.signed_in[login], self.signed_at[login] = self._sign_in(login, ahead=30), time.monotonic()
        return self.walk(login, story=story)

    def _sign_in(self, login: str, ahead: int = 0) -> StorageState:
        import time

        import pyotp

        account = self.city.accounts[login]
        walk = Walk.open(self.browser, self.city.url, PHONE)
        walk.titles = self.titles
        walk.go("/sign-in")
        walk.check("登录")
        walk.page.get_by_label("账号").fill(login)
        walk.page.get_by_label("密码").fill(account["password"])
        walk.page.get_by_label("动态验证码").fill(pyotp.TOTP(account["totp_secret"]).at(int(time.time()) + ahead))
        walk.press("登录")
        walk.page.wait_for_url(lambda url: "/sign-in" not in url)
        state = walk.context.storage_state()
        walk.close()
        return state


@pytest.fixture(scope="session")
def doors(city: City, browser: Browser, shots: Path, pictures: Path | None) -> Doors:
    return Doors(city, browser, shots, pictures)


@pytest.fixture
def walk(doors: Doors) -> Iterator[Callable[..., Walk]]:
    opened: list[Walk] = []

    def walk(*arguments: Any, **options: Any) -> Walk:
        opened.append(doors.walk(*arguments, **options))
        return opened[-1]

    yield walk
    problems = [each.problems for each in opened if each.problems]
    for each in opened:  # all of them, whatever one of them has to say: open pages go on asking
        each.context.close()
    assert not problems, problems
