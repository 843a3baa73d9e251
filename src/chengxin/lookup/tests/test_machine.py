"""The machine interface against the real database: one request, many at once, replays, and every refusal."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chengxin.kernel.ids import uuid7
from chengxin.lookup.machine import ERRORS as OWN
from chengxin.lookup.machine import PATH, Checks, answer
from chengxin.lookup.pump import Pump, connector
from chengxin.operate.home import Home
from chengxin.people.keyholders import Keyholders
from chengxin.people.machine import ERRORS as OF_THE_GATE
from chengxin.people.machine import Machine
from chengxin.people.tests.machine import Account, Exchange, Headers, say, serve
from chengxin.people.vault import KeyRing, Vault

pytestmark = pytest.mark.database
ERRORS = OF_THE_GATE | OWN


class Caller(Account):
    """A machine account that asks about people."""

    def __init__(self, home: Home) -> None:
        super().__init__(home, duty="machine_client")

    def exchange(self, number: str, name: str, **changes: Any) -> Exchange:
        question = {"purpose": "SUBSIDY_SYSTEM", "case_ref": "补贴〔2026〕1号", "id_number": number, "name": name}
        return self.signed("POST", PATH, json.dumps({**question, **changes}, ensure_ascii=False).encode())

    def lines(self, kind: str) -> int:
        with psycopg.connect(self.home.dsn("owner")) as owner:
            row = owner.execute(
                "select count(*) from cx.ledger_register where actor = %s and line = %s", [self.account, kind]
            ).fetchone()
        return int(row[0]) if row else 0


@pytest.fixture
def caller(home: Home) -> Caller:
    return Caller(home)


def build(home: Home) -> Machine:
    keys = Vault(KeyRing.load(home.keyring))
    return Machine(Keyholders(connector(home.dsn("signin"))), keys, [Checks(Pump(connector(home.dsn("web"))), keys)])


def served(home: Home, work: Callable[[Machine], Awaitable[None]]) -> None:
    serve(build(home), work)


def effective(home: Home, number: str) -> UUID:
    """Let the one record of a person take effect, as owner; the person."""
    index = Vault(KeyRing.load(home.keyring)).blind_index("citizen", number)
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        row = owner.execute("select person from cx.people_key where id_hmac = %s", [index]).fetchone()
        assert row is not None
        for seq, one, other in ((2, "PROPOSED", "SERVED"), (3, "SERVED", "EFFECTIVE")):
            owner.execute(
                "insert into cx.records_event (person, record, seq, act, adverse, known_at, from_state, to_state, on_date, "
                "served_on, wait_days, wait_until, effective_on) "
                "select person, record, %s, act, adverse, statement_timestamp(), %s, %s, "
                "current_date, current_date - 30, 15, current_date - 15, case when %s = 3 then current_date - 1 end "
                "from cx.records_event where person = %s and seq = 1",
                [seq, one, other, seq, row[0]],
            )
    return UUID(str(row[0]))


def test_an_effective_record_is_found_by_number_and_name_together(home: Home, caller: Caller, citizen: Any) -> None:
    async def work(machine: Machine) -> None:
        assert (await say(machine, caller.exchange(citizen.number, citizen.name)))[1]["found"] is False
        effective(home, citizen.number)
        status, told = await say(machine, caller.exchange(citizen.number, citizen.name))
        assert (status, told["found"], told["records"]) == (200, True, [])  # this purpose permits yes or no
        assert (await say(machine, caller.exchange(citizen.number, "王某某")))[1]["found"] is False

    served(home, work)
    assert caller.lines("look") == caller.lines("shown") == 3


def test_many_at_once_and_one_bad_among_them(home: Home, caller: Caller, citizen: Any) -> None:
    async def work(machine: Machine) -> None:
        asked = [caller.exchange(citizen.number, citizen.name, case_ref="" if i == 17 else "案1") for i in range(60)]
        answers = await asyncio.gather(*(say(machine, one) for one in asked))
        assert [number for number, (status, _) in enumerate(answers) if status != 200] == [17]
        assert answers[17][0] == 422
        assert answers[17][1]["code"] == "LOOK-04"

    served(home, work)
    assert caller.lines("look") == caller.lines("shown") == 59


def test_a_replay_is_refused_in_this_process_and_in_every_other(home: Home, caller: Caller, citizen: Any) -> None:
    first = caller.exchange(citizen.number, citizen.name)

    async def work(machine: Machine) -> None:
        assert (await say(machine, first))[0] == 200
        assert (await say(machine, first))[1]["code"] == "SIGNATURE-05"

    async def again(machine: Machine) -> None:
        assert (await say(machine, first))[1]["code"] == "SIGNATURE-05"  # an empty memory: the register refuses

    served(home, work)
    served(home, again)
    assert caller.lines("look") == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "LICENCE"}, "DUTY-01"),
        ({"purpose": "NONE"}, "DUTY-01"),
        ({"case_ref": "  "}, "LOOK-04"),
        ({"id_number": "090902195801010013"}, "ID-01"),
        ({"id_number": "\uff10" * 18}, "ID-01"),
        ({"more": 1}, "REQUEST-01"),
        ({"case_ref": "a\x00b"}, "REQUEST-01"),
        ({"purpose": 7}, "REQUEST-01"),
    ],
)
def test_each_refusal_has_its_code(
    home: Home, caller: Caller, citizen: Any, changes: dict[str, Any], code: str
) -> None:
    async def work(machine: Machine) -> None:
        name, number = citizen.name, str(changes.get("id_number", citizen.number))
        rest = {key: value for key, value in changes.items() if key != "id_number"}
        status, told = await say(machine, caller.exchange(number, name, **rest))
        assert (status, told["code"]) == (ERRORS[code][0], code)
        assert told["message"] == ERRORS[code][1]

    served(home, work)
    assert caller.lines("shown") == 0


def test_who_is_not_known_or_signs_wrongly_is_not_told_apart(home: Home, caller: Caller, citizen: Any) -> None:
    async def work(machine: Machine) -> None:
        stranger = Caller.__new__(Caller)
        stranger.key, stranger.login = Ed25519PrivateKey.generate(), f"m{uuid4().hex[:10]}"
        thief = Caller.__new__(Caller)
        thief.key, thief.login = Ed25519PrivateKey.generate(), caller.login
        for one in (stranger, thief):
            assert (await say(machine, one.exchange(citizen.number, citizen.name)))[1]["code"] == "SIGNATURE-04"

    served(home, work)
    assert caller.lines("look") == 0


def test_a_disabled_account_stops_at_once(home: Home, caller: Caller, citizen: Any) -> None:
    async def work(machine: Machine) -> None:
        assert (await say(machine, caller.exchange(citizen.number, citizen.name)))[0] == 200
        with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
            owner.execute(
                "update cx.people_account set disabled_at = statement_timestamp() where account = %s", [caller.account]
            )
        # The key is still in memory for a minute; the database refuses the duty already.
        assert (await say(machine, caller.exchange(citizen.number, citizen.name)))[1]["code"] == "DUTY-01"

    served(home, work)


def test_credentials_are_read_again_and_sessions_renewed(home: Home, caller: Caller) -> None:
    async def main() -> None:
        now = 0.0
        holders = Keyholders(connector(home.dsn("signin")), clock=lambda: now)
        await holders.start()
        holder = await holders.find(caller.login)
        assert holder is not None
        token = await holders.token(holder)
        assert await holders.token(holder) == token
        now = 61.0
        again = await holders.find(caller.login)
        assert again is not None
        assert again is not holder
        assert await holders.token(again) == token
        now = 56 * 60.0
        assert await holders.token(again) != token
        with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
            owner.execute(
                "update cx.people_account set disabled_at = statement_timestamp() where account = %s", [caller.account]
            )
        assert await holders.find(caller.login) is None
        await holders.stop()

    asyncio.run(main())


@pytest.mark.parametrize(
    ("exchange", "code"),
    [
        (Exchange(Headers({}), method="GET"), "REQUEST-02"),
        (Exchange(Headers({}), path="/"), "REQUEST-02"),
        (Exchange(Headers({}), query="a=1"), "REQUEST-02"),
        (Exchange(Headers({})), "REQUEST-03"),
        (Exchange(Headers({"Content-Length": "4097"})), "REQUEST-03"),
        (Exchange(Headers({"Content-Length": "²"})), "REQUEST-03"),
        (Exchange(Headers({"Content-Length": "2"}), b"{}"), "SIGNATURE-01"),
        (Exchange(Headers([("Content-Length", "2"), *[("Signature", "sig=:AA==:")] * 2]), b"{}"), "SIGNATURE-01"),
    ],
)
def test_what_is_no_signed_request_never_reaches_the_database(home: Home, exchange: Exchange, code: str) -> None:
    async def work(machine: Machine) -> None:
        status, told = await say(machine, exchange)
        assert (status, told["code"]) == (ERRORS[code][0], code)

    served(home, work)


def test_health_is_the_databases(home: Home) -> None:
    async def work(machine: Machine) -> None:
        exchange = Exchange(Headers({}), method="GET", path="/healthz")
        assert await say(machine, exchange) == (200, {"status": "ok"})

    served(home, work)

    async def stopped() -> None:
        exchange = Exchange(Headers({}), method="GET", path="/healthz")
        status, told = await say(build(home), exchange)
        assert (status, told["code"]) == (503, "BUSY-01")

    asyncio.run(stopped())


def test_nothing_personal_is_logged(home: Home, caller: Caller, citizen: Any, caplog: pytest.LogCaptureFixture) -> None:
    async def work(machine: Machine) -> None:
        for case in ("案1", "", "x" * 65):
            await say(machine, caller.exchange(citizen.number, citizen.name, case_ref=case))

    with caplog.at_level(logging.DEBUG):
        served(home, work)
    assert citizen.number not in caplog.text
    assert citizen.name not in caplog.text


def test_only_permitted_fields_are_named() -> None:
    look = uuid7()
    rows = [(True, None, "XZCF", "某局", None, None, None, None), (True, None, "XZCF", "某厅", None, None, None, None)]
    assert json.loads(answer(look, rows)) == {
        "found": True,
        "records": [{"item": "XZCF", "authority": "某局"}, {"item": "XZCF", "authority": "某厅"}],
        "look": str(look),
    }
    assert json.loads(answer(look, [(True, *[None] * 7)]))["records"] == []
    assert json.loads(answer(look, [(False, *[None] * 7)])) == {"found": False, "records": [], "look": str(look)}
