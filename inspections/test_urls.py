"""Every page states who may open it and why, and keeps to it when a stranger comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, path

from chengxin.people.api import ANYBODY, DUTIES, Access


def views(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address with its pattern; a uuid in it is one that belongs to nobody."""
    for entry in resolver.url_patterns:
        address = prefix + address_of(entry)
        if isinstance(entry, URLResolver):
            yield from views(entry, address)
        else:
            yield address, entry


SAMPLES = {
    "ItemCode": "XZCF",
    "IntConverter": "1",
    "RegisterName": "bases",
    "PartName": "basis",
    "EditStep": "submit",
    "ApproveStep": "publish",
    "IncidentStep": "update",
    "DocumentCode": "privacy",
    "LogFile": "tile/0/000.p/1",
    "LogNumber": "1",
    "Uscc": "110909009000000143",
    "Outcome": "confirm",
    "PaperStep": "submit",
    "OfficeCode": "110909009000000143",
    "TermName": "register_kept",
}
"""What else an address may carry, with a sample: words of the catalog, which are about nobody."""


def address_of(entry: URLPattern | URLResolver) -> str:
    text = str(entry.pattern)
    for name, converter in entry.pattern.converters.items():
        kind = type(converter).__name__
        assert kind == "UUIDConverter" or kind in SAMPLES, f"{text}: an address carries nothing but an opaque id"
        text = re.sub(rf"<\w+:{name}>", SAMPLES.get(kind, str(uuid4())), text)
    return text


def access_of(pattern: URLPattern) -> Access:
    access = getattr(pattern.callback, "access", None)
    assert isinstance(access, Access), pattern.name
    return access


def unstated(resolver: URLResolver) -> list[str]:
    """Views without a whole statement of access."""
    found = []
    for address, pattern in views(resolver):
        access = getattr(pattern.callback, "access", None)
        if not isinstance(access, Access) or not access.purpose:
            found.append(f"/{address}: decorate its view with @requires(duty, purpose) or @public(reason), outermost")
        elif strange := {access.duty, access.also} - {*DUTIES, ANYBODY, ""}:
            found.append(f"/{address}: duty {strange} is none of people.words.DUTIES")
        elif not pattern.name:
            found.append(f"/{address}: give the address a name")
    return found


def test_every_view_states_its_access() -> None:
    assert unstated(get_resolver()) == []


def test_inspection_finds_a_view_without_statement() -> None:
    def bare(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("secret")

    resolver = URLResolver(get_resolver().pattern, [path("planted", bare, name="planted")])
    assert len(unstated(resolver)) == 1


@pytest.mark.database
def test_strangers_are_sent_to_sign_in(home: Any) -> None:
    """Anonymous GET of every address: public pages answer, all others lead to the sign-in, whatever the id in them."""
    del home
    for address, pattern in views(get_resolver()):
        answer = Client().get(f"/{address}")
        if access_of(pattern).duty:
            assert answer.status_code == 302, address
            assert answer["Location"].startswith("/sign-in?next="), address
        else:
            # A file of the log is there or not, as other tests left it.
            missing = (
                {404} if "LogFile" in {type(one).__name__ for one in pattern.pattern.converters.values()} else set()
            )
            assert answer.status_code in {200, 405, 503} | missing, address
            assert not answer.cookies.get("cx_session"), address


@pytest.mark.database
def test_a_duty_opens_its_own_pages_only(
    home: Any, officer: Any, clerk: Any, reviewer: Any, notice_officer: Any, make_citizen: Callable[..., Any]
) -> None:
    del home
    signed = {"data_officer": officer, "clerk": clerk, "reviewer": reviewer, "citizen": make_citizen()}
    signed["notice_officer"] = notice_officer
    for address, pattern in views(get_resolver()):
        duty = access_of(pattern).duty
        for own, actor in signed.items():
            if duty not in {"", ANYBODY, own}:
                assert actor.client.get(f"/{address}").status_code == 403, f"{own} at /{address}"
