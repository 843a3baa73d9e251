"""Who looked, for a portal: exactly the published interface, the words of the person's own page, mandates, and refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.lookup.api import check, end_mandate, give_mandate, own_mandates
from chengxin.lookup.machine_usage import FIND, HEARTBEAT, PERIOD, Usages
from chengxin.lookup.pump import connector
from chengxin.lookup.tests import openapi
from chengxin.operate.home import Home
from chengxin.people.api import propose_secrecy, self_look, step_secrecy
from chengxin.people.keyholders import Keyholders
from chengxin.people.machine import Machine
from chengxin.people.tests.machine import Account, Answer, Exchange, say, serve
from chengxin.people.tests.office import Office
from chengxin.people.vault import KeyRing, Vault

pytestmark = pytest.mark.database
SPEC = openapi.load()


@pytest.fixture
def portal(home: Home) -> Account:
    return Account(home, duty="usage_portal", organisation=Office(home, "一网通办门户").code)


def find(portal: Account, subject: str, user: str = "", **more: Any) -> Exchange:
    return portal.signed("GET", FIND, query=urlencode({"userCode": subject, **more}), user=user or subject)


def asked(home: Home, *exchanges: Exchange) -> list[Answer]:
    answers: list[Answer] = []

    async def work(machine: Machine) -> None:
        answers.extend([await say(machine, one) for one in exchanges])

    keys = Vault(KeyRing.load(home.keyring))
    serve(Machine(Keyholders(connector(home.dsn("signin"))), keys, [Usages()]), work)
    return answers


def of(path: str, answer: Answer) -> list[str]:
    status, body = answer
    told = SPEC["paths"][path]["get"]["responses"][str(status)]["content"]["application/json"]["schema"]
    return openapi.faults(body, told, SPEC)


def test_the_interface_is_the_published_one(home: Home, portal: Account, citizen: Any, clerk: Any) -> None:
    assert set(SPEC["paths"]) == {FIND, PERIOD, HEARTBEAT}
    check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="1")
    found, period, heart = asked(
        home, find(portal, citizen.number), portal.signed("GET", PERIOD), portal.signed("GET", HEARTBEAT)
    )
    assert of(FIND, found) == of(PERIOD, period) == of(HEARTBEAT, heart) == []
    assert heart[1]["status"] == "OK"
    (look,) = [one for one in found[1]["usages"] if one["action"] == "创业补贴资格核验"]
    assert (look["receiverName"], look["receiverSystem"]) == ("亭湖区政务服务中心", "个人公共信用信息平台")
    assert found[1]["totalUsages"] == len(found[1]["usages"])


def test_the_comparison_finds_what_differs() -> None:
    schema = {"$ref": "#/components/schemas/FindUsageResponse"}
    usage = {"logtime": "2021-01-31T10:20:30Z", "action": "a", "receiverCode": "1", "receiverSystem": "s"}
    assert openapi.faults({"totalUsages": 1, "usages": [usage]}, schema, SPEC) == []
    for bad in (usage | {"logtime": "2021-01-31T10:20:30"}, usage | {"person": "x"}, {**usage, "action": 1}):
        assert openapi.faults({"totalUsages": 1, "usages": [bad]}, schema, SPEC)
    assert openapi.faults({"usages": [{"action": "a"}]}, schema, SPEC)
    assert openapi.faults({"status": "MAYBE"}, {"$ref": "#/components/schemas/HeartbeatResponse"}, SPEC)


def test_pages_and_periods(home: Home, portal: Account, citizen: Any, clerk: Any) -> None:
    for number in range(3):
        check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref=str(number))
    first, second, none, future = asked(
        home,
        find(portal, citizen.number, limit=2),
        find(portal, citizen.number, limit=1, offset=2),
        find(portal, citizen.number, periodEnd="2021-01-31T10:20:30Z"),
        find(portal, citizen.number, periodStart="2999-01-31T10:20:30+08:00"),
    )
    assert len(first[1]["usages"]) == 2
    assert len(second[1]["usages"]) == 1
    assert second[1]["totalUsages"] == first[1]["totalUsages"] + 1  # the first question is a line itself
    assert none[1] == future[1] == {"totalUsages": 0, "usages": []}


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"userCode": "1", "other": "2"},
        {"periodStart": "yesterday"},
        {"periodStart": "2021-01-31T10:20:30"},
        {"periodEnd": "2021-01-31"},
        {"limit": "-1"},
        {"limit": "many"},
        {"offset": "2147483648"},
        {"offset": "\uff11"},
    ],
)
def test_what_is_not_as_described_is_400(home: Home, portal: Account, citizen: Any, query: dict[str, str]) -> None:
    whole = {"userCode": citizen.number} | query if query else query
    (answer,) = asked(home, portal.signed("GET", FIND, query=urlencode(whole), user=citizen.number))
    assert (answer[0], answer[1]["code"]) == (400, "REQUEST-01")


def test_whom_the_portal_asks_for_is_signed_too(home: Home, portal: Account, citizen: Any) -> None:
    without = portal.signed("GET", FIND, query=urlencode({"userCode": citizen.number}))
    bad_number = find(portal, "090902195801010013")
    exchanged = find(portal, citizen.number)
    exchanged.headers._pairs = [
        (n, "090902195801010013" if n == "x-road-userid" else v) for n, v in exchanged.headers._pairs
    ]
    added = portal.signed("GET", FIND, query=urlencode({"userCode": citizen.number}))
    added.headers._pairs.append(("x-road-userid", citizen.number))
    answers = asked(home, without, bad_number, exchanged, added)
    assert [body["code"] for _, body in answers] == ["REQUEST-01", "ID-01", "SIGNATURE-04", "SIGNATURE-01"]


def test_other_accounts_are_told_nothing(home: Home, citizen: Any) -> None:
    other = Account(home, duty="machine_client")
    answers = asked(home, find(other, citizen.number), other.signed("GET", PERIOD), other.signed("GET", HEARTBEAT))
    assert {(status, body["code"]) for status, body in answers} == {(403, "DUTY-01")}


def test_a_number_nobody_has_gives_the_looks_at_that_number(home: Home, portal: Account, clerk: Any) -> None:
    from conftest import fresh_person

    name, number = fresh_person()
    check(clerk.token, number=number, name=name, purpose="SUBSIDY", case_ref="1")
    (answer,) = asked(home, find(portal, number))
    assert [one["action"] for one in answer[1]["usages"]] == ["在汇集门户查看谁查询过", "创业补贴资格核验"]


def test_a_secret_case_is_as_secret_here(home: Home, portal: Account, citizen: Any) -> None:
    office = Office(home)
    secrecy = propose_secrecy(
        office.session("secrecy_officer"), activity="lookup.check", purpose="INQUIRY", case_ref="密1",
        ends_on=today() + timedelta(days=9),
    )  # fmt: skip
    step_secrecy(office.session("secrecy_approver"), secrecy, "approved")
    for case in ("密1", "非密2"):
        check(
            office.session("inquirer"),
            number=citizen.number,
            name=citizen.name,
            purpose="INQUIRY",
            case_ref=case,
        )
    (answer,) = asked(home, find(portal, citizen.number))
    assert [one["action"] for one in answer[1]["usages"]].count("依法调查") == 1


# ---- Representatives -----------------------------------------------------------------------------


def mandate(giver: Any, receiver: Any, *, days: int = 30, relation: str = "child") -> Any:
    return give_mandate(
        giver.token, giver.person, number=receiver.number, name=receiver.name, relation=relation,
        until=today() + timedelta(days=days),
    )  # fmt: skip


def test_mandate_01_nobody_reads_for_another_without_a_mandate_that_is_good(
    home: Home, portal: Account, make_citizen: Callable[..., Any], shift: Callable[[int], None]
) -> None:
    mother, son = make_citizen(), make_citizen()

    def question() -> Exchange:
        return find(portal, mother.number, son.number)

    assert asked(home, question())[0][1]["code"] == "MANDATE-01"
    given = mandate(mother, son)
    (allowed,) = asked(home, question())
    assert allowed[0] == 200
    assert allowed[1]["totalUsages"] > 0
    assert asked(home, find(portal, son.number, mother.number))[0][1]["code"] == "MANDATE-01"  # one way only
    shift(31)
    assert asked(home, question())[0][1]["code"] == "MANDATE-01"
    shift(0)
    assert asked(home, question())[0][0] == 200
    end_mandate(mother.token, mother.person, given)
    assert asked(home, question())[0][1]["code"] == "MANDATE-01"


def test_a_button_pressed_twice_gives_one_mandate(
    home: Home, portal: Account, make_citizen: Callable[..., Any]
) -> None:
    """MANDATE-01: taken back, nothing stands; and it can be given anew."""
    mother, son = make_citizen(), make_citizen()
    given = mandate(mother, son)
    mandate(mother, son)
    end_mandate(mother.token, mother.person, given)
    assert asked(home, find(portal, mother.number, son.number))[0][1]["code"] == "MANDATE-01"
    mandate(mother, son)
    assert asked(home, find(portal, mother.number, son.number))[0][0] == 200


def test_a_refused_question_is_a_line_that_was_shown_nothing(
    home: Home, portal: Account, make_citizen: Callable[..., Any]
) -> None:
    from datetime import UTC, datetime

    from chengxin.people.api import traces

    one, other = make_citizen(), make_citizen()
    asked(home, find(portal, one.number, other.number))
    lines = traces(self_look(one.token), datetime(2020, 1, 1, tzinfo=UTC))
    (line,) = [line for line in lines if line.activity == "usage.find"]
    assert (line.outcome, line.shown) == ("miss", 0)


def test_a_mandate_needs_the_right_name(home: Home, portal: Account, make_citizen: Callable[..., Any]) -> None:
    giver, stranger = make_citizen(), make_citizen()
    give_mandate(giver.token, giver.person, number=stranger.number, name="另一个名字", relation="other", until=today())
    assert asked(home, find(portal, giver.number, stranger.number))[0][1]["code"] == "MANDATE-01"


def test_mandates_have_their_limits(make_citizen: Callable[..., Any], clerk: Any) -> None:
    giver, other = make_citizen(), make_citizen()
    for days, code in ((-1, "MANDATE-03"), (367, "MANDATE-03")):
        with pytest.raises(Refused, match=code):
            mandate(giver, other, days=days)
    with pytest.raises(Refused, match="MANDATE-02"):
        mandate(giver, other, relation="neighbour")
    with pytest.raises(Refused, match="MANDATE-04"):
        mandate(giver, giver)
    with pytest.raises(Refused, match="ID-01"):
        give_mandate(giver.token, giver.person, number="1", name="某", relation="child", until=today())
    given = mandate(giver, other, days=0)
    with pytest.raises(Refused, match="ACT-01"):
        give_mandate(other.token, giver.person, number=other.number, name=other.name, relation="child", until=today())
    with pytest.raises(Refused, match="DUTY-01"):
        give_mandate(clerk.token, giver.person, number=other.number, name=other.name, relation="child", until=today())
    with pytest.raises(Refused, match="MANDATE-05"):
        end_mandate(other.token, other.person, given)
    end_mandate(giver.token, giver.person, given)
    with pytest.raises(Refused, match="MANDATE-05"):
        end_mandate(giver.token, giver.person, given)
    (told,) = own_mandates(self_look(giver.token))
    assert (told.mandate, told.relation_label, told.good) == (given, "子女", False)
