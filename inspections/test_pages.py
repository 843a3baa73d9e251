"""Templates: each is used, no page shows a variable that does not exist, none asks the database more than 12 times."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connections
from django.template import Context, Engine, engines

from tools import house

UNDEFINED = "⟦undefined %s⟧"
TEMPLATES = {
    str(path.relative_to(path.parents[len(path.relative_to(house.SRC).parts) - 3])): path
    for path in sorted(house.SRC.glob("*/templates/**/*.html"))
}
"""Name, as Django knows it -> file."""


def test_every_template_is_used() -> None:
    sources = [*house.python_files(tests=False), *TEMPLATES.values()]
    text = "".join(path.read_text("utf-8") for path in sources)
    unused = [name for name in TEMPLATES if f'"{name}"' not in text and f"'{name}'" not in text]
    assert unused == [], "render it, include it, or delete it"


def _engine() -> Engine:
    engine = getattr(engines["django"], "engine")  # noqa: B009 - the stubs know the base class only
    assert isinstance(engine, Engine)
    return engine


@pytest.fixture
def strict() -> Iterator[None]:
    """Pages show a mark where a variable is undefined, instead of nothing."""
    engine = _engine()
    before = engine.string_if_invalid
    engine.string_if_invalid = UNDEFINED
    yield
    engine.string_if_invalid = before


ENOUGH = 8
"""Pages of one kind that are read: other tests leave hundreds of letters, and each can be in a state of its own."""


STATEMENTS = 12
"""That a page asks of the database at the most (figures.md), whoever asks and however much there is to show."""

NOT_OF_THE_PAGE = re.compile("ledger_seen_v1|catalog_arrangements_v1")
"""Once a minute, whatever page it is: that a session is in use, which is no reading, and the calendar anew."""


class Asked:
    """Statements of one page after another, on whatever connection."""

    def __init__(self) -> None:
        self.most = self.count = 0

    def __call__(self, execute: Callable[..., Any], sql: str, *call: Any) -> Any:
        self.count += not NOT_OF_THE_PAGE.search(sql)
        self.most = max(self.most, self.count)
        return execute(sql, *call)

    def begin(self, **_: Any) -> None:
        self.count = 0


@contextmanager
def asked() -> Iterator[Asked]:
    """Counts what each request asks; of one that leads on, each page by itself."""
    watch = Asked()
    request_started.connect(watch.begin)
    try:
        with ExitStack() as stack:
            for each in connections:
                stack.enter_context(connections[each].execute_wrapper(watch))
            yield watch
    finally:
        request_started.disconnect(watch.begin)


def pages(actor: Any, start: str) -> Iterator[tuple[str, str]]:
    """Pages that an actor reaches by links from a start, the newest of each kind, with their text."""
    seen, waiting, kinds = set[str](), [start], Counter[str]()
    for address in waiting:
        kind = re.sub(r"[0-9a-f-]{36}|[0-9]+", "*", address)
        if address in seen or kinds[kind] == ENOUGH:
            continue
        seen.add(address)
        kinds[kind] += 1
        with asked() as watch:
            answer = actor.client.get(address, follow=True)
        assert answer.status_code == 200, f"{address} answers {answer.status_code}"
        assert watch.most <= STATEMENTS, f"{address}: {watch.most} statements; ask for sets, and once"
        if not answer["Content-Type"].startswith("text/html"):
            continue
        text = answer.content.decode()
        yield address, text
        links = re.findall(r'href="(/[^"#?]*)', text)
        waiting.extend(link for link in links if not link.startswith("/static/"))


@pytest.mark.database
@pytest.mark.usefixtures("strict")
def test_no_page_shows_an_undefined_variable_or_asks_too_often(
    home: Any, make_citizen: Callable[..., Any], officer: Any, clerk: Any, reviewer: Any, notice_officer: Any
) -> None:
    citizen = make_citizen()
    letter = next(
        address for address, _ in pages(citizen, "/me/") if re.fullmatch(r"/me/letters/[0-9a-f-]{36}", address)
    )
    found: dict[str, list[str]] = {}

    def read(actor: Any, start: str) -> None:
        for address, text in pages(actor, start):
            if marks := re.findall(r"⟦undefined [^⟧]*⟧", text):
                found[address] = marks

    read(citizen, "/me/")
    assert citizen.client.post(f"{letter}/open").status_code == 302
    read(citizen, "/me/")
    read(citizen, "/sign-in")
    record = next(
        address for address, _ in pages(citizen, "/me/") if re.fullmatch(r"/me/records/[0-9a-f-]{36}", address)
    )
    _object(citizen, record)
    read(citizen, "/me/")
    read(_security(), "/incidents/")
    for login, start in OFFICES.items():
        read(_signed_in(login), start)
    read(officer, "/intake/")
    read(clerk, "/lookup/")
    read(reviewer, _merge(home, reviewer, make_citizen))
    make_citizen()  # a letter on its way
    read(notice_officer, "/notice/")
    asked = {"purpose": "SUBSIDY", "case_ref": "创补2026-1", "name": citizen.name, "number": citizen.number}
    for data in (asked, asked | {"number": "1"}, {}):
        text = clerk.client.post("/lookup/", data).content.decode()
        if "⟦undefined" in text:
            found["POST /lookup/"] = re.findall(r"⟦undefined [^⟧]*⟧", text)
    assert found == {}, "pass the variable, or test it with {% if %}"


OFFICES = {"sysadmin": "/accounts/", "secadmin": "/duties/", "auditor": "/audit/", "manager": "/documents/desk/"}
"""Where the administrators and a manager start."""


def _signed_in(login: str) -> Any:
    """A browser of an account; one of the three has proposed something that waits."""
    from types import SimpleNamespace

    from django.test import Client

    from chengxin.people.api import COOKIE, console_session, reset

    token = console_session(login)
    if login == "sysadmin":
        reset(token, "clerk", reason="手机丢失，本人到场核验")
    client = Client()
    client.cookies[COOKIE] = token.hex()
    return SimpleNamespace(client=client)


def _security() -> Any:
    """A security officer with an incident whose notices were made."""
    from types import SimpleNamespace

    from django.test import Client

    from chengxin.oversight.tests.material import Duty
    from chengxin.people.api import COOKIE, console_session

    token = console_session("security")
    duty = Duty.of(token, console_session("security2"))
    made = duty.notified()
    duty.step(made, "refer", outcome="kept", reason="数量不大，没有流出。")
    duty.reported()
    client = Client()
    client.cookies[COOKIE] = token.hex()
    return SimpleNamespace(client=client)


def _merge(home: Any, reviewer: Any, make_citizen: Callable[..., Any]) -> str:
    """The page of two files that wait to be joined, which shows both; every list of a reviewer is linked from there."""
    from chengxin.belonging.tests.desk import Desk
    from chengxin.belonging.tests.two import Two, told

    one, other, desk = make_citizen(), make_citizen(), Desk(reviewer, reviewer, None)
    case_no = Two(desk, home, one, other, told(home, one, other)).propose()
    return f"/persons/{desk.queued(case_no).matter}/"


def _object(citizen: Any, record: str) -> None:
    """File an objection through its two pages."""
    words = {"ground": "error", "statement": "金额与收据不一致。", "step": "send"}
    checked = citizen.client.post(f"{record}/object", words | {"step": "check"})
    assert checked.status_code in {200, 302}
    assert citizen.client.post(f"{record}/object", words).status_code == 302


def test_inspection_finds_an_undefined_variable(strict: None) -> None:
    del strict
    template = _engine().from_string("{{ known }} {{ unknown.part }}")
    assert template.render(Context({"known": "此"})) == "此 ⟦undefined unknown.part⟧"


@pytest.mark.database
def test_inspection_counts_the_statements_of_a_page(officer: Any) -> None:
    from chengxin.catalog.api import calendar
    from chengxin.catalog.calendars import forget
    from chengxin.ledger.api import today
    from chengxin.people.api import seen, whoami

    with asked() as watch:
        for _ in range(STATEMENTS + 1):
            whoami(officer.token)
    assert watch.most == STATEMENTS + 1
    with asked() as watch:
        officer.client.get("/")
        first = watch.most
        officer.client.get("/")
    assert 0 < watch.most == first, "each page by itself"
    with asked() as watch:
        seen(officer.token)
    assert watch.most == 0, "as no page"
    day = today()
    with asked() as watch:
        forget()
        calendar(day)
    assert watch.most == 0, "as no page either"
