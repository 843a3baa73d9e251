"""Server time and statements of every page of every role, on a demo city (网页).

The pages run in this process as role `web` behind Django's whole request stack; what the HTTP server and the browser
add is not in the figures. Links are followed as a person would, a few pages of each kind; each is opened `runs` times.
"""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bench.figures import machine, versions
from chengxin.operate.bootstrap import bootstrap
from chengxin.operate.embedded import Server
from chengxin.operate.home import Home
from chengxin.operate.identity import IdentitySandbox
from chengxin.operate.population import Sandbox
from chengxin.operate.population_server import Server as PopulationServer
from chengxin.operate.seed import enter

GOAL_MS: Final = 100
GOAL_STATEMENTS: Final = 12
ENOUGH: Final = 3
"""Pages of one kind that are opened for one sign-in: a city has hundreds of letters."""
LINK = re.compile(r'<a [^>]*?href="([^"]+)"')


@dataclass
class Kind:
    """Pages of one kind (URL name) for one role: milliseconds, statements, and the slowest statement."""

    times: list[float] = field(default_factory=list)
    statements: int = 0
    slowest: tuple[float, str] = (0.0, "")


class Watch:
    """Counts the statements of one page, on whatever connection."""

    def __init__(self) -> None:
        self.count, self.slowest = 0, (0.0, "")

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.count += 1
            said = re.sub(r"'[^']*'", "?", re.sub(r"\s+", " ", sql))  # whom it is about is nobody's business here
            self.slowest = max(self.slowest, ((time.perf_counter() - began) * 1000, said[:120]))


def measure(*, persons: int, runs: int, keep: Path | None = None) -> dict[str, Any]:
    """Figures of all pages, worst first. `keep`: folder of a demo that is running, instead of a fresh one."""
    with _running(keep) if keep else _fresh(persons) as (home, logins):
        enter(home)
        found: dict[tuple[str, str], Kind] = {}
        for login in ("", *logins):
            _walk(login, runs, found)
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("select current_setting('server_version_num')::int")
            server = cursor.fetchone()[0]
    return _told(found, persons=None if keep else persons, runs=runs) | {
        "machine": machine(),
        "versions": versions(server),
    }


@contextmanager
def _running(keep: Path) -> Iterator[tuple[Home, list[str]]]:
    accounts = json.loads((keep / "accounts.json").read_text("utf-8"))["accounts"]
    yield Home.at(str(keep)), [one["login"] for one in accounts if one["password"]]


@contextmanager
def _fresh(persons: int) -> Iterator[tuple[Home, list[str]]]:
    """A demo city of its own without the serving processes, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="chengxin-bench-") as folder, ExitStack() as stack:
        home = Home.create(Path(folder) / "home", mode="demo")
        stack.callback(home.remove)
        stack.enter_context(Server(home))
        bootstrap(home)
        sandbox = Sandbox.create(home.path / "population")
        population = PopulationServer(sandbox)
        stack.callback(population.server_close)
        stack.callback(population.shutdown)
        threading.Thread(target=population.serve_forever, daemon=True).start()
        sandbox.link(home.population, population.url)
        IdentitySandbox.create(home.path / "identity").link(home.identity, "http://127.0.0.1:9", "http://localhost")
        # A process of its own: it does not wait for the disk, and what is measured here does.
        command = [sys.executable, "-P", "-m", "chengxin", "seed", "--size", str(persons)]
        environment = home.environment("owner", owner=True)
        said = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True).stdout
        signins = json.loads(said.splitlines()[-1])["accounts"]
        yield home, [one["login"] for one in signins if one["role"] and one["password"]]


def _walk(login: str, runs: int, found: dict[tuple[str, str], Kind]) -> None:
    """Open what links lead to, as one sign-in sees it; files are not pages."""
    from django.test import Client
    from django.urls import resolve

    from chengxin.people.api import COOKIE, console_session

    client, met = Client(SERVER_NAME="localhost"), Counter[str]()
    if login:
        client.cookies[COOKIE] = console_session(login).hex()
    waiting = ["/", "/catalog/", "/documents/"]
    seen = set(waiting)
    for address in waiting:
        name = resolve(urlsplit(address).path).view_name
        met[name] += 1
        if met[name] > ENOUGH:
            continue
        body = _open(client, address, runs, found.setdefault((login, name), Kind()))
        for link in LINK.findall(body):
            parts = urlsplit(urljoin(f"http://localhost{address}", unescape(link)))
            target = parts._replace(scheme="", netloc="", fragment="").geturl()
            if parts.netloc == "localhost" and target not in seen and not target.startswith("/static/"):
                seen.add(target)
                waiting.append(target)


def _open(client: Any, address: str, runs: int, kind: Kind) -> str:
    """One page, so many times; its text, or '' where it is a file. Of a redirect a link to where it leads."""
    from django.db import connections

    body = ""
    for _ in range(runs):
        watch = Watch()
        with ExitStack() as stack:
            for one in connections:
                stack.enter_context(connections[one].execute_wrapper(watch))
            began = time.perf_counter()
            answer = client.get(address)
            took = (time.perf_counter() - began) * 1000
        if answer.status_code in {301, 302}:
            return f'<a href="{answer["Location"]}">'
        if answer.status_code != 200:
            raise AssertionError(f"{answer.status_code} {address}")
        if not answer["Content-Type"].startswith("text/html"):
            return ""
        kind.times.append(took)
        kind.statements = max(kind.statements, watch.count)
        kind.slowest = max(kind.slowest, watch.slowest)
        body = answer.content.decode()
    return body


def _told(found: dict[tuple[str, str], Kind], *, persons: int | None, runs: int) -> dict[str, Any]:
    pages = [
        {
            "page": name,
            "login": login,
            "p50_ms": round(statistics.median(kind.times), 1),
            "p95_ms": round(_p95(kind.times), 1),
            "max_ms": round(max(kind.times), 1),
            "statements": kind.statements,
            "slowest_ms": round(kind.slowest[0], 1),
            "slowest": kind.slowest[1],
        }
        for (login, name), kind in found.items()
        if kind.times
    ]
    every = [took for kind in found.values() for took in kind.times]
    return {
        "persons": persons,
        "runs": runs,
        "pages": sorted(pages, key=lambda one: -one["p95_ms"]),
        "opened": len(every),
        "p50_ms": round(statistics.median(every), 1),
        "p95_ms": round(_p95(every), 1),
        "max_ms": round(max(every), 1),
        "most_statements": max(kind.statements for kind in found.values()),
        "goal": {"p95_ms": GOAL_MS, "statements": GOAL_STATEMENTS},
        "slow": [f"{one['login']} {one['page']}" for one in pages if one["p95_ms"] > GOAL_MS],
        "chatty": [f"{one['login']} {one['page']}" for one in pages if one["statements"] > GOAL_STATEMENTS],
    }


def _p95(times: list[float]) -> float:
    ordered = sorted(times)
    return ordered[max(0, -(-len(ordered) * 95 // 100) - 1)]
