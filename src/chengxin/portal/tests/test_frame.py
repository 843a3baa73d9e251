"""Headers, refusals and the open pages; only the page on privacy, which shows periods, needs the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import DatabaseFault
from chengxin.people.api import COOKIE
from chengxin.portal import middleware
from chengxin.portal.context import navigation, start_page
from chengxin.portal.middleware import CSP, SecurityHeaders, SignedIn
from chengxin.records.api import LABELS

OPEN = ["/", "/sign-in", "/accessibility", "/privacy"]


def answer(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok")


@pytest.fixture
def browser() -> Client:
    return Client(raise_request_exception=False)


def test_the_policy_is_exactly_this() -> None:
    response = SecurityHeaders(answer)(RequestFactory().get("/"))
    assert response["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert response["Cache-Control"] == "no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def test_static_files_may_be_kept() -> None:
    response = SecurityHeaders(answer)(RequestFactory().get("/static/portal/chengxin.css"))
    assert not response.has_header("Cache-Control")
    assert response["Content-Security-Policy"] == CSP


@pytest.mark.usefixtures("home")
@pytest.mark.parametrize("address", OPEN)
def test_open_pages_answer_anybody(browser: Client, address: str) -> None:
    response = browser.get(address)
    html = response.content.decode()
    assert response.status_code == 200
    assert html.count("<h1") == 1
    assert html.index('class="skip"') < html.index("<header")
    for forbidden in ("<script", " style=", " onclick=", "http://", "https://"):
        assert forbidden not in html
    assert response["Content-Security-Policy"] == CSP


def test_the_start_shows_the_way_of_a_record_in_the_words_of_its_states(browser: Client) -> None:
    html = browser.get("/").content.decode()
    found = [
        html.index(f">{LABELS[state]}</span>") for state in ("PROPOSED", "SERVED", "DISPUTED", "EFFECTIVE", "EXPIRED")
    ]
    assert found == sorted(found)


@pytest.mark.usefixtures("home")
def test_titles_are_unique(browser: Client) -> None:
    titles = [browser.get(address).content.decode().split("<title>")[1].split("</title>")[0] for address in OPEN]
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("address", ["/nope", "/me/records/not-a-uuid"])
def test_what_is_not_there_says_so(browser: Client, address: str) -> None:
    response = browser.get(address)
    assert response.status_code == 404
    assert "没有找到这个页面" in response.content.decode()


@pytest.mark.parametrize("address", ["/sign-out", "/size"])
def test_a_get_changes_nothing(browser: Client, address: str) -> None:
    assert browser.get(address).status_code == 405


def test_a_missing_form_mark_is_explained() -> None:
    response = Client(enforce_csrf_checks=True).post("/size", {"size": "large"})
    assert response.status_code == 403
    assert "放得太久" in response.content.decode()


@pytest.mark.usefixtures("home")
def test_large_type_is_remembered_by_the_server(browser: Client) -> None:
    response = browser.post("/size", {"size": "large", "next": "/privacy"})
    assert response["Location"] == "/privacy"
    assert 'data-size="large"' in browser.get("/privacy").content.decode()
    browser.post("/size", {"size": "normal"})
    assert "data-size" not in browser.get("/privacy").content.decode()


@pytest.mark.parametrize("address", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "me/"])
def test_nobody_is_sent_to_another_site(browser: Client, address: str) -> None:
    assert browser.post("/size", {"next": address})["Location"] == "/"


def test_errors_of_a_form_stand_in_title_summary_and_field(browser: Client) -> None:
    html = browser.post("/sign-in", {"login": "wang", "code": "12"}).content.decode()
    assert "<title>错误：登录" in html
    assert 'href="#id_password"' in html
    assert 'value="wang"' in html


def test_anonymous_people_are_sent_to_sign_in(browser: Client) -> None:
    assert browser.get("/me/")["Location"] == "/sign-in?next=/me/"


def test_a_form_after_the_session_leads_back_to_its_page(browser: Client) -> None:
    """Not to the door that took it, which is no page; and it is said that nothing was done."""
    stood_on = {"Referer": "http://testserver/me/letters/contact?saved"}
    there = browser.post("/account/others", headers=stood_on)["Location"]
    assert there == "/sign-in?next=/me/letters/contact&undone"
    html = browser.get(there).content.decode()
    assert "刚才的操作没有办理" in html
    assert 'name="next" value="/me/letters/contact"' in html
    assert "刚才的操作没有办理" not in browser.get("/sign-in?next=/me/").content.decode()
    for foreign in ("https://evil.example/x", "/me/", ""):
        answer = browser.post("/me/", headers={"Referer": foreign})
        assert answer["Location"] == "/sign-in?next=/&undone"


def test_an_address_that_only_takes_forms_says_so(browser: Client) -> None:
    answer = browser.get("/sign-out")
    assert answer.status_code == 405
    assert "这个地址不能直接打开" in answer.content.decode()


def test_a_stale_cookie_is_removed(browser: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "whoami", lambda _token: None)
    for value in ("ab" * 32, "not hex"):
        browser.cookies[COOKIE] = value
        assert browser.get("/").cookies[COOKIE].value == ""


def test_without_a_database_the_page_says_that_rights_are_safe(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(_token: bytes) -> None:
        raise DatabaseFault("connection")

    monkeypatch.setattr(middleware, "whoami", down)
    browser.cookies[COOKIE] = "ab" * 32
    response = browser.get("/me/")
    assert response.status_code == 503
    assert "暂时无法读取，您的权利不受影响" in response.content.decode()
    assert response["Content-Security-Policy"] == CSP


@pytest.mark.parametrize(
    ("code", "status"), [("RECORD-04", 409), ("LOOK-05", 403), ("DUTY-01", 403), ("SESSION-01", 302)]
)
def test_a_refusal_becomes_a_page_with_its_code(code: str, status: int) -> None:
    request: Any = RequestFactory().get("/me/")
    request.account = None
    response = SignedIn(answer).process_exception(request, Refused(code, "no personal data here"))
    assert response is not None
    assert response.status_code == status
    if status != 302:
        html = response.content.decode()
        assert code in html
        assert "12345" in html
        assert "no personal data here" not in html


def test_other_errors_are_not_swallowed() -> None:
    assert SignedIn(answer).process_exception(RequestFactory().get("/"), ValueError()) is None


def test_navigation_marks_one_entry() -> None:
    marked = [(item.url, item.current) for item in navigation(("citizen",), "/me/records/x") if item.current]
    assert marked == [("/me/records/", "true")]
    assert next(item.current for item in navigation(("citizen",), "/me/")) == "page"


@pytest.mark.parametrize(
    ("path", "entry", "current"),
    [
        ("/catalog/standards/terms/", "/catalog/standards/terms/", "page"),
        ("/catalog/terms/", "/catalog/standards/terms/", "true"),
        ("/catalog/terms/confirm_days/", "/catalog/standards/terms/", "true"),
        ("/catalog/calendar/2027/", "/catalog/standards/calendar/", "true"),
    ],
)
def test_a_desk_stands_under_the_entry_of_what_it_changes(path: str, entry: str, current: str) -> None:
    assert [(item.url, item.current) for item in navigation(("manager",), path) if item.current] == [(entry, current)]


@pytest.mark.parametrize(
    ("duty", "address"),
    [
        ("citizen", "/me/"),
        ("data_officer", "/intake/"),
        ("clerk", "/lookup/"),
        ("reviewer", "/cases/"),
        ("auditor", "/account/"),
    ],
)
def test_everybody_starts_at_the_own_page(duty: str, address: str) -> None:
    assert start_page((duty,)) == address
