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
    "citizen2 citizen4": "/me/",
    "clerk": "/lookup/",
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
PICTURES = {"manager": "quality", "notice": "notices", "inquirer": "secrecy"}
"""Whose first page the documents show."""
OWN = re.compile(
    r"/(?:me|intake|catalog/(?:standards/)?(?:desk|approve|terms|calendar)|cases|lookup|notice|accounts|duties|audit|status|documents/desk)/|/$"
)
"""Addresses that differ from role to role; all others are opened by whichever role comes first."""


FORMS = "answers a form; a link cannot lead there"
AFTER = "shown after an act, by the journey that acts"
UNREACHED = {
    **dict.fromkeys(
        (
            *("sign-in-identity", "sign-in-finish", "sign-in-register", "sign-in-again", "sign-out", "size"),
            *("account-others", "account-passkey", "account-passkey-remove", "account-recovery"),
            *("me-letter-open", "me-mandate-end", "me-reveal", "lookup:secrecy-end", "lookup:secrecy-decide"),
            *(
                "intake:cancel",
                "intake:dismiss",
                "intake:go-on",
                "intake:trial",
                "intake:workbook",
                "catalog:copy",
                "oversight:export",
            ),
            *("status-backup", "status-backup-cancel", "status-halt"),
        ),
        FORMS,
    ),
    **dict.fromkeys(
        (
            *(
                "me-accept",
                "oversight:own",
                "redress:done",
                "intake:held-row",
                "intake:nothing",
                "intake:rows",
                "intake:sent",
                "notice:publish",
            ),
            *("belonging:done", "belonging:doubt", "belonging:matter", "belonging:objection", "belonging:undo"),
            *("belonging:relative-copy", "belonging:relative-decide", "people:decide", "people:duty-decide"),
            *(
                "catalog:calendar-change",
                "catalog:diff",
                "catalog:term-change",
                "catalog:desk-step",
                "catalog:edit-head",
                "catalog:edit-part",
                "catalog:approve-step",
            ),
            *("oversight:incident", "oversight:notice", "oversight:step", "oversight:paper", "oversight:paper-step"),
        ),
        AFTER,
    ),
    "sign-in-return": "the identity service leads back",
    "account-secrets": "the first sign-in leads there",
    "account-password": "a sign-in with a password too old leads there",
    "healthz": "for whoever watches the service, no page",
}
"""Name of an address -> why no link of a quiet city leads to it."""


@pytest.fixture(scope="module")
def known() -> tuple[set[str], set[str]]:
    """Addresses that were opened, and kinds of pages that were checked in full."""
    return set(), set()


@pytest.mark.parametrize("login", STARTS, ids=lambda login: login or "anonymous")
def test_every_page_that_links_lead_to(city: City, walk: Open, known: tuple[set[str], set[str]], login: str) -> None:
    opened, kinds = known
    for one in login.split(" "):
        anybody = walk(one, DESKTOP, story=f"crawl-{one or 'anonymous'}")
        anybody.titles = {}
        if one == "citizen2":  # the log of a city that has just begun is on its way, and with it the first proof
            anybody.wait_for("/me/traces/", "下载", link=True)
        seen = {address for address in opened if not OWN.match(address)}
        anybody.crawl(STARTS[login], seen=seen, kinds=kinds)
        opened |= seen
        if one in PICTURES:
            anybody.go(STARTS[login])
            anybody.picture(PICTURES[one])
    reached = {resolve(address.partition("?")[0]).view_name for address in (*opened, STARTS[login])}
    label = city.accounts[one]["role"] if one else ""
    own = {duty for duty, word in DUTIES.items() if word == label} | {ANYBODY if one else ""}
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
