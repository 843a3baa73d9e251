"""Everything that links lead to, for every role: no error, one heading, a title, and what holds on every page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from journeys.walk import DESKTOP, PHONE, Walk

Open = Callable[..., Walk]
STARTS = {
    "": "/catalog/",
    "officer": "/intake/",
    "reviewer": "/intake/held/",
    "manager": "/intake/quality/all/",
    "notice": "/notice/",
    "catalog": "/catalog/desk/",
    "approver": "/catalog/approve/",
    "security": "/incidents/",
    "investigator": "/lookup/",
    "inquirer": "/lookup/secrecy/",
    "inquirer2": "/lookup/secrecy/decisions/",
    "sysadmin": "/accounts/",
    "secadmin": "/duties/",
    "auditor": "/audit/",
}
PICTURES = {"manager": "quality", "notice": "notices"}
"""Whose first page the documents show."""
OWN = re.compile(
    r"/(?:intake|catalog/(?:desk|approve)|cases|lookup|notice|accounts|duties|audit|status|documents/desk)/|/$"
)
"""Addresses that differ from role to role; all others are opened by whichever role comes first."""


@pytest.fixture(scope="module")
def known() -> tuple[set[str], set[str]]:
    """Addresses that were opened, and kinds of pages that were checked in full."""
    return set(), {"/", "/sign-in", "/accessibility", "/privacy"}  # first light saw these at every size


@pytest.mark.parametrize("login", STARTS, ids=lambda login: login or "anonymous")
def test_every_page_that_links_lead_to(walk: Open, known: tuple[set[str], set[str]], login: str) -> None:
    anybody = walk(login, DESKTOP, story=f"crawl-{login or 'anonymous'}")
    anybody.titles = {}
    opened, kinds = known
    seen = {address for address in opened if not OWN.match(address)}
    anybody.crawl(STARTS[login], seen=seen, kinds=kinds)
    opened |= seen
    if login in PICTURES:
        anybody.go(STARTS[login])
        anybody.picture(PICTURES[login])


def test_first_pages_in_large_type_on_a_phone(walk: Open) -> None:
    for login, start in STARTS.items():
        anybody = walk(login, PHONE, story=f"large-{login or 'anonymous'}", large=True, axe=False)
        anybody.titles = {}
        anybody.go(start)
        anybody.unfold()
        anybody.check(start)
