"""Everything that links lead to, for every role and at every size: no error, one heading, a title, and what holds on
every page. What no link leads to is named here, with why; any other page that was not reached fails the test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from chengxin.people.api import ANYBODY, DUTIES
from journeys.conftest import City
from journeys.walk import DESKTOP, Walk

Open = Callable[..., Walk]
STARTS = {
    "": "/",
    "citizen1": "/me/",
    "clerk": "/lookup/",
    "officer": "/intake/",
    "reviewer": "/intake/held/",
    "manager": "/intake/quality/all/",
    "notice": "/notice/",
    "catalog": "/catalog/desk/",
    "approver": "/catalog/approve/",
    "security": "/incidents/",
    "inquirer": "/lookup/secrecy/",
    "inquirer2": "/lookup/secrecy/decisions/",
    "sysadmin": "/accounts/",
    "secadmin": "/duties/",
    "auditor": "/audit/",
}
OWN = re.compile(
    r"/(?:intake|catalog/(?:desk|approve)|cases|lookup|notice|accounts|duties|audit|status|documents/desk)/|/$"
)
"""Addresses that differ from role to role; all others are opened by whichever role comes first."""


FORMS = "answers a form; a link cannot lead there"
AFTER = "shown after an act, by the journey that acts"
UNREACHED = {}
"""Name of an address -> why no link of a quiet city leads to it."""


@pytest.fixture(scope="module")
def known() -> tuple[set[str], set[str]]:
    """Addresses that were opened, and kinds of pages that were checked in full."""
    return set(), set()


@pytest.mark.parametrize("login", STARTS, ids=lambda login: login or "anonymous")
def test_every_page_that_links_lead_to(city: City, walk: Open, known: tuple[set[str], set[str]], login: str) -> None:
    anybody = walk(login, DESKTOP, story=f"crawl-{login or 'anonymous'}")
    anybody.titles = {}
    opened, kinds = known
    seen = {address for address in opened if not OWN.match(address)}
    anybody.crawl(STARTS[login], seen=seen, kinds=kinds)
    opened |= seen
    reached = {resolve(address.partition("?")[0]).view_name for address in (*opened, STARTS[login])}
    label = city.accounts[login]["role"] if login else ""
    own = {duty for duty, word in DUTIES.items() if word == label} | {"" if not login else ANYBODY}
    missing = {name for name, duty in pages(get_resolver()) if duty in own} - reached - UNREACHED.keys()
    assert not missing, f"no link leads there; link it, or say in UNREACHED why: {sorted(missing)}"


def pages(resolver: URLResolver, room: str = "") -> Iterator[tuple[str, str]]:
    """Every address of the house by its name, with the duty that opens it."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from pages(entry, f"{entry.app_name}:" if entry.app_name else room)
        else:
            assert isinstance(entry, URLPattern)
            yield f"{room}{entry.name}", entry.callback.access.duty  # type: ignore[attr-defined]
