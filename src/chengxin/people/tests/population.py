"""A population database of a test: the sandbox's server in a thread, and the platform's line to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from unittest.mock import patch

from chengxin.kernel.population import Claim, Kind
from chengxin.operate.population import Sandbox
from chengxin.operate.population_server import Faults, Server


@dataclass
class Place:
    """Who lives here, what is wrong, and how to get here."""

    sandbox: Sandbox
    faults: Faults
    url: str
    link: Path

    def settle(self, *people: tuple[str, str]) -> None:
        """These live here: name and number, as ``fresh_person`` gives them."""
        self.sandbox.settle(claim(name, number) for name, number in people)

    def happened(self, kind: Kind, name: str, number: str, **new: str) -> int | None:
        return self.sandbox.happened(kind, claim(name, number), on=date(2026, 11, 1), **new)

    def asked(self, purpose: str) -> list[int]:
        """How many persons each question for a purpose was about."""
        return [one.persons for one in self.sandbox.log() if one.purpose == purpose]


def claim(name: str, number: str) -> Claim:
    return Claim("citizen", number, name)


@contextmanager
def served(folder: Path) -> Iterator[Place]:
    """The server alone."""
    sandbox, faults = Sandbox.create(folder / "population"), Faults()
    server = Server(sandbox, faults=faults)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    link = folder / "population.json"
    sandbox.link(link, server.url)
    try:
        yield Place(sandbox, faults, server.url, link)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def serving(folder: Path) -> Iterator[Place]:
    """The server, and the platform of this process asks it: with patience, since a loaded machine is slow by itself;
    where a test made the server slow, for a second.
    """
    from chengxin.people.population import Link, Population

    with served(folder) as place:
        patient, hurried = (
            Population(Link.load(place.link), timeout=timeout, failures=1000, pause=lambda _: None)
            for timeout in (30.0, 1.0)
        )

        def line() -> Population:
            return hurried if place.faults.slow else patient

        with (
            patch("chengxin.people.matching.population", line),
            patch("chengxin.people.changes.population", line),
        ):
            yield place
        for one in (patient, hurried):
            one.close()
