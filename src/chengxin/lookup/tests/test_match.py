"""Match or no match at a service hall: page and machine interface, one shape of answer, and the person reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from chengxin.cli import house
from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import scalar, today
from chengxin.lookup import views
from chengxin.lookup.api import match_person
from chengxin.lookup.machine import ERRORS, MATCH, Matches
from chengxin.lookup.pump import connector
from chengxin.lookup.words import ASKED_FOR
from chengxin.operate.home import Home
from chengxin.people.api import checked, coverage, my_looks, ring, self_look, traces
from chengxin.people.keyholders import Keyholders
from chengxin.people.machine import ERRORS as OF_THE_GATE
from chengxin.people.machine import Machine
from chengxin.people.tests.machine import Account, Exchange, say, serve
from chengxin.people.tests.population import Place
from chengxin.people.vault import KeyRing, Vault
from conftest import _actor, fresh_person

pytestmark = pytest.mark.database
URL = "/lookup/match/"
PURPOSE = "HALL_REALNAME"


def asked(name: str, number: str, **changes: str) -> dict[str, str]:
    return {"purpose": PURPOSE, "case_ref": "社保2026-17", "name": name, "number": number} | changes


def looks(actor: Any) -> int:
    return len([one for one in my_looks(actor.token, 1_000_000) if one.activity == "lookup.match"])


def test_match_or_no_match_and_nothing_else(clerk: Any, population: Place) -> None:
    person, stranger = fresh_person(), fresh_person()
    population.settle(person)
    pages = []
    for name, number, word in ((*person, "相符"), (person[0] + "乙", person[1], "不符"), (*stranger, "不符")):
        answer = clerk.client.post(URL, asked(name, number))
        page = answer.content.decode()
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        assert f"<h1>{word}</h1>" in page
        assert number not in page
        pages.append(page.replace(name, "").replace(number, ""))
    # Another's name and a number that nobody has are answered alike.
    assert [one.count("不符") for one in pages[1:]] == [pages[1].count("不符")] * 2
    assert population.asked(PURPOSE) == [1, 1, 1]


def test_nothing_is_asked_without_purpose_case_and_number(clerk: Any, population: Place) -> None:
    person = fresh_person()
    before = looks(clerk)
    for changes in ({"purpose": ""}, {"case_ref": " "}, {"purpose": "LICENCE"}, {"number": "123"}, {"name": ""}):
        assert clerk.client.post(URL, asked(*person) | changes).status_code == 422, changes
    assert clerk.client.get(URL, asked(*person)).status_code == 200
    assert looks(clerk) == before
    assert population.asked(PURPOSE) == []


def test_without_a_purpose_there_is_no_form(clerk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "purposes", lambda *_: [])
    page = clerk.client.get(URL).content.decode()
    assert "现在不能核对" in page
    assert "核对</button>" not in page


def test_the_rules_hold_behind_the_page_too(clerk: Any, officer: Any, population: Place) -> None:
    """LOOK-04 without a case; DUTY-01 for another's purpose and another duty."""
    name, number = fresh_person()
    for token, purpose, case, code in (
        (clerk.token, PURPOSE, " ", "LOOK-04"),
        (clerk.token, "HALL_REALNAME_SYSTEM", "案1", "DUTY-01"),
        (clerk.token, "SUBSIDY", "案1", "DUTY-01"),
        (officer.token, PURPOSE, "案1", "DUTY-01"),
    ):
        with pytest.raises(Refused, match=code):
            match_person(token, number=number, name=name, purpose=purpose, case_ref=case)
    assert population.asked(PURPOSE) == []


def test_the_quota_of_the_day(home: Home, clerk: Any, population: Place) -> None:
    """LOOK-05; what is refused is not asked."""
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        quota = "update cx.people_purpose set quota = %s where code = %s"
        row = owner.execute(
            "select (select quota from cx.people_purpose where code = %(purpose)s), "
            "(select coalesce(sum(used), 0)::integer from cx.ledger_quota where purpose = %(purpose)s "
            "and actor = %(actor)s and day = (statement_timestamp() at time zone 'Asia/Shanghai')::date)",
            {"purpose": PURPOSE, "actor": clerk.account.account},
        ).fetchone()
        assert row is not None
        before, used = row
        owner.execute(quota, [used + 1, PURPOSE])
        try:
            assert clerk.client.post(URL, asked(*fresh_person())).status_code == 200
            refused = clerk.client.post(URL, asked(*fresh_person()))
        finally:
            owner.execute(quota, [before, PURPOSE])
    assert refused.status_code == 422
    assert population.asked(PURPOSE) == [1]


def test_the_person_reads_who_asked_and_what_was_told(clerk: Any, citizen: Any, population: Place) -> None:
    population.settle((citizen.name, citizen.number))
    for name in (citizen.name, citizen.name + "乙"):
        clerk.client.post(URL, asked(name, citizen.number))
    population.faults.down = True
    assert clerk.client.post(URL, asked(citizen.name, citizen.number)).status_code == 503
    lines = traces(self_look(citizen.token), datetime(2020, 1, 1, tzinfo=UTC))
    mine = [line for line in lines if line.activity == "lookup.match"]
    assert [line.outcome for line in mine] == ["", "miss", "hit"]
    assert {(line.purpose, line.organisation_name) for line in mine} == {(PURPOSE, "亭湖区政务服务中心")}
    page = citizen.client.get("/me/traces/").content.decode()
    for word in ("结果：姓名与号码相符", "结果：姓名与号码不符", "可能已核对", "政务服务实名登记核对"):
        assert word in page
    assert "相符" in clerk.client.get("/lookup/mine/").content.decode()


def test_without_an_answer_the_page_says_so(clerk: Any, population: Place) -> None:
    """POPULATION-01."""
    population.faults.slow = 2.0
    answer = clerk.client.post(URL, asked(*fresh_person()))
    assert answer.status_code == 503
    assert "人口信息核验服务暂时没有应答" in answer.content.decode()


def test_an_outcome_belongs_to_the_look_and_the_question(clerk: Any, officer: Any, population: Place) -> None:
    """LOOK-01: no outcome is said under another's look, for another name, or under a look-up of records."""
    name, number = fresh_person()
    index, pair, one = ring().blind_index("citizen", number), ring().pair_index("citizen", number, name), uuid7()
    register = "select cx.lookup_match_look_v1(%s::bytea, %s::uuid, %s::bytea, %s::bytea, %s::text, '案1')"
    person = scalar(register, [clerk.token, one, index, pair, PURPOSE])
    say_it = "select cx.lookup_matched_v1(%s::bytea, %s::uuid, %s::uuid, %s::bytea, true)"
    other = ring().pair_index("citizen", number, name + "乙")
    for token, look, mark in ((officer.token, one, pair), (clerk.token, uuid4(), pair), (clerk.token, one, other)):
        with pytest.raises(Refused, match="LOOK-01"):
            scalar(say_it, [token, person, look, mark])
    scalar(say_it, [clerk.token, person, one, pair])


class Hall(Account):
    """A service hall's system."""

    def __init__(self, home: Home) -> None:
        super().__init__(home, duty="machine_client")

    def exchange(self, name: str, number: str, **changes: Any) -> Exchange:
        question = {"purpose": "HALL_REALNAME_SYSTEM", "case_ref": "社保〔2026〕1号", "id_number": number, "name": name}
        return self.signed("POST", MATCH, json.dumps(question | changes, ensure_ascii=False).encode())


def served(home: Home, work: Callable[[Machine], Awaitable[None]], doors: Any = None) -> None:
    keys = Vault(KeyRing.load(home.keyring))
    serve(Machine(Keyholders(connector(home.dsn("signin"))), keys, [doors or Matches()]), work)


def test_a_system_asks_the_same(home: Home, population: Place) -> None:
    hall, person = Hall(home), fresh_person()
    population.settle(person)

    async def work(machine: Machine) -> None:
        for (name, number), word in ((person, True), ((person[0] + "乙", person[1]), False), (fresh_person(), False)):
            status, told = await say(machine, hall.exchange(name, number))
            assert (status, told["match"]) == (200, word)
            assert set(told) == {"match", "look"}

    served(home, work)
    assert population.asked("HALL_REALNAME_SYSTEM") == [1, 1, 1]


def test_a_replay_is_refused_in_every_process(home: Home, population: Place) -> None:
    """SIGNATURE-05: by the memory of this process, and by the register for every other."""
    hall, person = Hall(home), fresh_person()
    first = hall.exchange(*person)

    async def work(machine: Machine) -> None:
        assert (await say(machine, first))[0] == 200

    async def again(machine: Machine) -> None:
        assert (await say(machine, first))[1]["code"] == "SIGNATURE-05"

    served(home, work)
    served(home, again)
    assert population.asked("HALL_REALNAME_SYSTEM") == [1]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": PURPOSE}, "DUTY-01"),
        ({"purpose": "SUBSIDY_SYSTEM"}, "DUTY-01"),
        ({"case_ref": " "}, "LOOK-04"),
        ({"id_number": "1"}, "ID-01"),
        ({"more": 1}, "REQUEST-01"),
    ],
)
def test_each_refusal_has_its_code(home: Home, population: Place, changes: dict[str, Any], code: str) -> None:
    hall = Hall(home)

    async def work(machine: Machine) -> None:
        status, told = await say(machine, hall.exchange(*fresh_person(), **changes))
        assert (status, told["code"]) == ((OF_THE_GATE | ERRORS)[code][0], code)

    served(home, work)
    assert population.sandbox.log() == []


def test_a_database_that_is_away_and_too_many_who_wait(home: Home, population: Place) -> None:
    hall = Hall(home)
    population.faults.down = True

    async def work(machine: Machine) -> None:
        assert (await say(machine, hall.exchange(*fresh_person())))[1]["code"] == "POPULATION-01"

    async def crowded(machine: Machine) -> None:
        assert (await say(machine, hall.exchange(*fresh_person())))[1]["code"] == "BUSY-01"

    served(home, work)
    served(home, crowded, Matches(waiting=0))


def test_the_manager_reads_numbers_and_nobody(home: Home, clerk: Any, citizen: Any, population: Place) -> None:
    population.settle((citizen.name, citizen.number))
    manager, since = _actor("manager"), today()
    before = {one.purpose: one for one in checked(manager.token, since)}.get(PURPOSE)
    for name, number in ((citizen.name, citizen.number), (citizen.name + "乙", citizen.number), fresh_person()):
        clerk.client.post(URL, asked(name, number))
    population.faults.down = True
    clerk.client.post(URL, asked(*fresh_person()))
    after = {one.purpose: one for one in checked(manager.token, since)}[PURPOSE]
    numbers = ("asked", "matched", "unmatched", "unknown", "silent")
    more = [getattr(after, name) - (getattr(before, name) if before else 0) for name in numbers]
    assert more == [4, 1, 1, 1, 1]
    covered = {one.id_type: one.persons for one in coverage(manager.token)}
    assert set(covered) >= {"citizen"}
    with psycopg.connect(home.dsn("owner")) as owner:  # by document: whose number changed may have two
        counted = owner.execute("select id_type, count(distinct person) from cx.people_key group by 1").fetchall()
    assert covered == dict(counted)
    page = manager.client.get("/lookup/coverage/").content.decode()
    assert "政务服务实名登记核对" in page
    assert "公民身份号码" in page
    assert citizen.name not in page


def test_what_the_platform_asks_for_itself_has_words() -> None:
    source = "\n".join(path.read_text("utf-8") for path in house.python_files(tests=False))
    asked = set(re.findall(r"\bmatch\(.*purpose=\"([A-Z_]+)\"", source))
    assert asked
    assert asked <= ASKED_FOR.keys()


def test_numbers_are_the_manager_s(clerk: Any) -> None:
    for read in (lambda: coverage(clerk.token), lambda: checked(clerk.token, today())):
        with pytest.raises(Refused, match="DUTY-01"):
            read()
    assert clerk.client.get("/lookup/coverage/").status_code == 403
