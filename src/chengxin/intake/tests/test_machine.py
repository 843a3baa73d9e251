"""Batches over the machine interface against the real database: hand in, ask, page, and every refusal."""

from __future__ import annotations

import csv
import io
import logging
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from chengxin.intake import api, machine
from chengxin.intake.machine import ERRORS, LARGEST, PATH, TYPES, Batches
from chengxin.kernel.errors import Unavailable
from chengxin.ledger.api import DatabaseFault
from chengxin.lookup.pump import connector
from chengxin.operate.generate import departments
from chengxin.operate.home import Home
from chengxin.people.keyholders import Keyholders
from chengxin.people.machine import ERRORS as OF_THE_GATE
from chengxin.people.machine import Machine
from chengxin.people.tests.machine import Account, Answer, Exchange, Headers, say, serve
from chengxin.people.vault import KeyRing, Vault
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database
QUERY = "item=XZCF&kind=report"
LISTS = ("errors", "held_rows", "warnings")


@pytest.fixture
def office(home: Home) -> Account:
    """The business system of the first department."""
    return Account(home, duty="data_officer", organisation=departments()[0].uscc)


@pytest.fixture
def read(system: Any) -> Callable[[], None]:
    def read() -> None:
        while api.work(system.token, using="worker"):
            pass

    return read


def rows(*changes: dict[str, str]) -> bytes:
    return csv_of([penalty(*fresh_person(), **change) for change in changes])


def ask(home: Home, *exchanges: Exchange) -> list[Answer]:
    """Answers of a fresh server process, one after the other."""
    answers: list[Answer] = []

    async def work(machine: Machine) -> None:
        answers.extend([await say(machine, one) for one in exchanges])

    keys = Vault(KeyRing.load(home.keyring))
    serve(Machine(Keyholders(connector(home.dsn("signin"))), keys, [Batches()]), work)
    return answers


def send(account: Account, body: bytes, query: str = QUERY, content_type: str = "text/csv") -> Exchange:
    return account.signed("POST", PATH, body, query=query, content_type=content_type)


def handed_in(home: Home, account: Account, body: bytes, query: str = QUERY) -> str:
    ((status, told),) = ask(home, send(account, body, query))
    assert status == 202, told
    assert told["status"] == f"{PATH}/{told['upload']}"
    return str(told["status"])


def result(home: Home, account: Account, address: str) -> dict[str, Any]:
    path, _, query = address.partition("?")
    ((status, told),) = ask(home, account.signed("GET", path, query=query))
    assert status == 200, told
    return told


def test_every_state_of_a_batch_has_a_word_of_the_interface() -> None:
    told = {"checking", "interrupted", "cancelled", "unreadable", "to_fix", "in_review", "stored"}
    assert set(machine.STATES.values()) == told


def test_a_file_is_taken_read_and_told(home: Home, office: Account, read: Callable[[], None]) -> None:
    address = handed_in(home, office, rows({}, {"CF_JDRQ": "不详"}))
    waiting = result(home, office, address)
    assert (waiting["state"], waiting["state_name"], waiting["result"]) == ("checking", "校验中", None)
    read()
    told = result(home, office, address)
    assert (told["state"], told["item"], told["kind"], told["problem"], told["next"]) == (
        "to_fix",
        "XZCF",
        "report",
        None,
        None,
    )
    found = told["result"]
    assert list(found) == [
        "total",
        "accepted",
        "refused",
        "held",
        "unchanged",
        "ignored",
        *LISTS,
        "not_checked",
    ]
    assert (found["total"], found["accepted"], found["refused"]) == (2, 1, 1)
    assert all(found[name] == [] or set(found[name][0]) == {"row", "field", "code", "message"} for name in LISTS)
    assert {one["row"] for one in found["errors"]} == {2}
    assert "CF_JDRQ" in {one["field"] for one in found["errors"]}
    assert result(home, office, f"{PATH}/{told['batch']}")["upload"] == told["upload"]


def test_the_same_file_is_the_same_upload_until_it_is_read(
    home: Home, office: Account, read: Callable[[], None]
) -> None:
    body = rows({}, {})
    first, again = (handed_in(home, office, body) for _ in range(2))
    assert first == again
    read()
    third = handed_in(home, office, body)
    read()
    found = result(home, office, third)["result"]
    assert (found["accepted"], found["unchanged"]) == (0, 2)


def test_findings_come_page_by_page_and_no_row_is_parted(
    home: Home, office: Account, read: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    address = handed_in(home, office, rows(*[{"CF_JDRQ": "不详", "CF_CFLB": "打手心"}] * 7))
    read()
    whole = result(home, office, address)
    assert whole["next"] is None
    monkeypatch.setattr(machine, "PAGE", 5)
    seen: dict[str, list[Any]] = {name: [] for name in LISTS}
    following: str | None = address
    pages = 0
    while following:
        told = result(home, office, following)
        for name in LISTS:
            seen[name] += told["result"][name]
        following, pages = told["next"], pages + 1
        assert told["result"]["total"] == 7
    assert pages > 2
    assert seen == {name: whole["result"][name] for name in LISTS}


def test_an_unreadable_file_has_its_problem(home: Home, office: Account, read: Callable[[], None]) -> None:
    address = handed_in(home, office, b"a,b,c\n1,2,3\n")
    read()
    told = result(home, office, address)
    assert (told["state"], told["result"], told["problem"]["code"]) == ("unreadable", None, "INTAKE-03")
    assert told["problem"]["message"]


def test_another_departments_batch_is_not_found(home: Home, office: Account, read: Callable[[], None]) -> None:
    address = handed_in(home, office, rows({}))
    read()
    other = Account(home, duty="data_officer", organisation=departments()[1].uscc)
    for asked in (other.signed("GET", address), office.signed("GET", f"{PATH}/{uuid4()}")):
        ((status, told),) = ask(home, asked)
        assert (status, told["code"], told["message"]) == (404, "INTAKE-32", ERRORS["INTAKE-32"][1])


def test_without_the_duty_nothing_is_kept(home: Home, officer: Any) -> None:
    before = [one.upload for one in api.batches(officer.token)]
    stranger = Account(home, duty="machine_client", organisation=departments()[0].uscc)
    answers = ask(home, send(stranger, rows({})), stranger.signed("GET", f"{PATH}/{uuid4()}"))
    assert [(status, told["code"]) for status, told in answers] == [(403, "DUTY-01")] * 2
    assert answers[0][1]["message"] == ERRORS["DUTY-01"][1]
    assert [one.upload for one in api.batches(officer.token)] == before


@pytest.mark.parametrize(
    ("query", "content_type", "code"),
    [
        ("kind=report", "text/csv", "REQUEST-01"),
        ("item=&kind=report", "text/csv", "REQUEST-01"),
        ("item=XZCF&kind=delete", "text/csv", "REQUEST-01"),
        ("item=XZCF&kind=report&kind=withdraw", "text/csv", "REQUEST-01"),
        ("item=XZCF&more=1", "text/csv", "REQUEST-01"),
        ("item", "text/csv", "REQUEST-01"),
        ("", "text/csv", "REQUEST-01"),
        ("item=YILIAO", "text/csv", "INTAKE-20"),
        ("item=XZCF", "application/pdf", "REQUEST-04"),
        ("item=XZCF", "", "REQUEST-04"),
    ],
)
def test_each_refusal_has_its_code(home: Home, office: Account, query: str, content_type: str, code: str) -> None:
    ((status, told),) = ask(home, send(office, b"x", query, content_type))
    wanted = (OF_THE_GATE | ERRORS)[code]
    assert (status, told) == (wanted[0], {"code": code, "message": wanted[1]})
    assert "“" not in told["message"]


@pytest.mark.parametrize(
    "query", ["after=", "after=x", "after=1&after=2", "before=1", "after=%C2%B2", "after=9999999999"]
)
def test_a_page_that_does_not_exist_is_refused(home: Home, office: Account, query: str) -> None:
    ((status, told),) = ask(home, office.signed("GET", f"{PATH}/{uuid4()}", query=query))
    assert (status, told["code"]) == (400, "REQUEST-01")


@pytest.mark.parametrize("content_type", [*sorted(TYPES), "Text/CSV; charset=gb18030"])
def test_what_the_file_is_is_told_by_its_bytes(home: Home, office: Account, content_type: str) -> None:
    ((status, _),) = ask(home, send(office, rows({}), QUERY, content_type))
    assert status == 202


def test_what_is_too_large_or_unsigned_is_never_read(home: Home, office: Account) -> None:
    large = send(office, b"x")
    large.headers = Headers({"Content-Length": str(LARGEST + 1)})
    unsigned = Exchange(Headers({"Content-Length": "5"}), b"12345", path=PATH, query=QUERY)
    thief = send(office, b"12345")
    thief.headers = send(Account(home, duty="data_officer"), b"12345").headers
    thief.query_string = "item=XZCF&kind=withdraw"
    bodied = office.signed("GET", f"{PATH}/{uuid4()}", b"x")
    answers = ask(home, large, unsigned, thief, bodied)
    assert [(status, told["code"]) for status, told in answers] == [
        (413, "REQUEST-03"),
        (401, "SIGNATURE-01"),
        (401, "SIGNATURE-04"),
        (413, "REQUEST-03"),
    ]
    assert "10 MB" in answers[0][1]["message"]
    assert not any(one.was_read for one in (large, unsigned, thief, bodied))


def test_another_body_another_kind_and_a_replay_are_refused(home: Home, office: Account) -> None:
    changed, turned, once = (send(office, rows({}) * (70 if n == 0 else 1)) for n in range(3))
    changed.body += b"\n"
    turned.query_string = "item=XZCF&kind=withdraw"
    codes = [told.get("code", status) for status, told in ask(home, changed, turned, once, once)]
    assert codes == ["SIGNATURE-02", "SIGNATURE-04", 202, "SIGNATURE-05"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", PATH),
        ("PUT", PATH),
        ("POST", f"{PATH}/{UUID(int=1)}"),
        ("GET", f"{PATH}/1"),
        ("GET", f"{PATH}/{UUID(int=1)}/"),
    ],
)
def test_there_are_no_other_addresses(home: Home, office: Account, method: str, path: str) -> None:
    ((status, told),) = ask(home, office.signed(method, path))
    assert (status, told["code"]) == (404, "REQUEST-02")


def test_a_database_that_does_not_answer_is_said(home: Home, office: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise DatabaseFault("connection")

    monkeypatch.setattr(machine, "upload", broken)
    ((status, told),) = ask(home, send(office, rows({})))
    assert (status, told["code"]) == (503, "BUSY-01")
    assert issubclass(Unavailable, Exception)


def test_nothing_of_a_file_is_logged_or_repeated(
    home: Home, office: Account, read: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    body = rows({"CF_JDRQ": "不详"})
    (row,) = csv.DictReader(io.StringIO(body.decode()))
    with caplog.at_level(logging.DEBUG):
        address = handed_in(home, office, body)
        read()
        told = str(result(home, office, address))
    for cell in (row["CF_XDR_MC"], row["CF_XDR_ZJHM"], "不详"):
        assert cell not in caplog.text
        assert cell not in told
