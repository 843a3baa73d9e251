"""Changes of general numbers: one manager proposes, another approves; what was on a day stays what it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.test import Client

from chengxin.catalog import api
from chengxin.catalog.states import TERM_LABELS, TERM_MOVES
from chengxin.catalog.terms import DAILY, LIMITS, TERMS, consequences, limit
from chengxin.catalog.tests.material import account, day
from chengxin.kernel.errors import Refused
from chengxin.people.api import COOKIE, console_session

NAME, OTHER = "repair_accept", "repair_decide"
SOURCE, WHY = "测试办法第一条", "测试办法改了天数"

Connect = Callable[[str], psycopg.Connection[Any]]


@pytest.fixture
def terms(home: Any, connect: Connect) -> Iterator[None]:
    """Numbers are the whole city's: what a test brought is taken back."""
    del home
    yield
    owner = connect("owner")
    names = [NAME, OTHER]
    owner.execute(
        "delete from cx.catalog_parameter where item = '' and name = any(%s) and valid_from >= %s", [names, day(0)]
    )
    owner.execute("update cx.catalog_parameter set valid_to = null where item = '' and name = any(%s)", [names])
    owner.execute("delete from cx.catalog_term_step where name = any(%s)", [names])


@pytest.fixture
def one(home: Any) -> bytes:
    del home
    return console_session("manager")


@pytest.fixture
def other(home: Any) -> bytes:
    del home
    return console_session("manager2")


def propose(token: bytes, value: int = 2, days: int = 5, name: str = NAME, basis: str = SOURCE, why: str = WHY) -> UUID:
    return api.propose_term(token, name, value, day(days), basis=basis, reason=why)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def value_on(when: date, name: str = NAME) -> int:
    row = api.parameter(name, "", today=when)
    assert row is not None
    return row.value


pytestmark = pytest.mark.database


@pytest.mark.usefixtures("terms")
def test_a_second_manager_brings_it_into_force_and_no_day_before_changes(
    one: bytes, other: bytes, connect: Connect
) -> None:
    before = {days: value_on(day(days)) for days in (-900, -1, 0, 4)}
    rows = {row.valid_from: row.basis for row in api.general_parameters(day(0)) if row.name == NAME}
    made = propose(one)
    assert value_on(day(5)) == before[4], "a proposal changes nothing"
    api.decide_term(other, made, "approve")
    assert {days: value_on(day(days)) for days in before} == before
    assert (value_on(day(5)), value_on(day(4000))) == (2, 2)
    (old,) = [row for row in api.general_parameters(day(4)) if row.name == NAME]
    assert ({old.valid_from: old.basis}, old.valid_to) == (rows, day(4))
    (new,) = [row for row in api.general_parameters(day(5)) if row.name == NAME]
    assert (new.basis, new.unit, new.valid_from) == (SOURCE, old.unit, day(5))
    owner = connect("owner")
    for days, value in ((4, before[4]), (5, 2)):
        assert owner.execute("select cx.catalog_parameter_v1(%s, '', %s)", [NAME, day(days)]).fetchone() == (value,)
    (found,) = [each for each in api.term_changes(one) if each.id == made]
    assert (found.state, found.mine, bool(found.decided_post)) == ("approved", True, True)


@pytest.mark.usefixtures("terms")
def test_who_proposed_does_not_decide(home: Any, one: bytes, other: bytes) -> None:
    """CATALOG-34: by account, and by the human behind two accounts."""
    made = propose(one)
    for answer in ("approve", "return"):
        assert refused(lambda a=answer: api.decide_term(one, made, a, reason=WHY)) == "CATALOG-34"  # type: ignore[misc]
    holder = uuid4().bytes * 2
    first, twin = account(home, "manager", holder=holder), account(home, "manager", holder=holder)
    theirs = propose(first, name=OTHER)
    assert refused(lambda: api.decide_term(twin, theirs, "approve")) == "CATALOG-34"
    assert refused(lambda: api.decide_term(console_session("clerk"), made, "approve")) == "DUTY-01"
    assert refused(lambda: propose(console_session("clerk"))) == "DUTY-01"
    assert refused(lambda: api.term_changes(console_session("clerk"))) == "DUTY-01"
    api.decide_term(other, theirs, "approve")


@pytest.mark.usefixtures("terms")
def test_a_return_says_why_and_changes_nothing(one: bytes, other: bytes) -> None:
    """CATALOG-33, CATALOG-30."""
    made, before = propose(one), value_on(day(5))
    assert refused(lambda: api.decide_term(other, made, "return", reason=" ")) == "CATALOG-33"
    api.decide_term(other, made, "return", reason="依据的条文写错了")
    assert value_on(day(5)) == before
    assert refused(lambda: api.decide_term(other, made, "approve")) == "CATALOG-30", "decided once"
    assert refused(lambda: api.decide_term(other, uuid4(), "approve")) == "CATALOG-30"
    again = propose(one)
    assert refused(lambda: propose(other)) == "CATALOG-30", "one change of a number at a time"
    assert again != made


@pytest.mark.usefixtures("terms")
def test_only_who_proposed_takes_it_back_and_only_before_the_answer(
    home: Any, one: bytes, other: bytes, connect: Connect
) -> None:
    """CATALOG-35, CATALOG-30; the withdrawal is an act in the register, and the number is free for a new proposal."""
    made, before = propose(one), value_on(day(5))
    assert refused(lambda: api.decide_term(other, made, "withdraw")) == "CATALOG-35"
    assert refused(lambda: api.decide_term(console_session("clerk"), made, "withdraw")) == "DUTY-01"
    api.decide_term(one, made, "withdraw")
    assert value_on(day(5)) == before
    (found,) = [each for each in api.term_changes(other) if each.id == made]
    assert (found.state, bool(found.decided_post)) == ("withdrawn", True)
    told = connect("owner").execute(
        "select r.activity from cx.ledger_register r join cx.catalog_term_step s on s.act = r.id where s.id = %s and s.seq = 2",
        [made],
    )
    assert told.fetchone() == ("term.withdraw",)
    for late in (lambda: api.decide_term(one, made, "withdraw"), lambda: api.decide_term(other, made, "approve")):
        assert refused(late) == "CATALOG-30"
    holder = uuid4().bytes * 2
    first, twin = account(home, "manager", holder=holder), account(home, "manager", holder=holder)
    api.decide_term(twin, propose(first), "withdraw")
    decided = propose(one)
    api.decide_term(other, decided, "approve")
    assert refused(lambda: api.decide_term(one, decided, "withdraw")) == "CATALOG-30"


@pytest.mark.usefixtures("terms")
@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("CATALOG-31", {"value": 0}),
        ("CATALOG-31", {"value": 61}),
        ("CATALOG-31", {"name": "no_such_number"}),
        ("CATALOG-31", {"name": "retention_most", "value": 6}),
        ("CATALOG-31", {"name": "register_kept", "value": 4}),
        ("CATALOG-31", {"name": "objection_decide", "value": 11}),
        ("CATALOG-31", {"name": "incident_authority", "value": 5}),
        ("CATALOG-31", {"name": "held_decide", "value": 15}),
        ("CATALOG-32", {"days": 0}),
        ("CATALOG-32", {"days": 732}),
        ("CATALOG-32", {"days": -1}),
        ("CATALOG-33", {"basis": " "}),
        ("CATALOG-33", {"why": "\n"}),
    ],
    ids=str,
)
def test_what_cannot_be_proposed(code: str, given: dict[str, Any], one: bytes) -> None:
    assert refused(lambda: propose(one, **given)) == code


@pytest.mark.usefixtures("terms")
def test_a_change_follows_the_newest_row_and_its_day_may_not_come_before_the_answer(
    one: bytes, other: bytes, shift: Callable[[int], None]
) -> None:
    """CATALOG-32."""
    api.decide_term(other, propose(one, 2, 5), "approve")
    assert refused(lambda: propose(one, 1, 5)) == "CATALOG-32"
    late = propose(one, 1, 7)
    shift(7)
    assert refused(lambda: api.decide_term(other, late, "approve")) == "CATALOG-32"
    api.decide_term(other, late, "return", reason="日期已经到了")


@pytest.mark.usefixtures("terms")
def test_the_check_is_the_table_and_the_role_writes_no_row(one: bytes, connect: Connect) -> None:
    made, owner, web = propose(one), connect("owner"), connect("web")
    states = ("", *TERM_LABELS)
    for source, target, activity in product(states, states[1:], [move[2] for move in TERM_MOVES]):
        named = ""
        try:
            with owner.transaction(force_rollback=True):
                owner.execute(
                    "insert into cx.catalog_term_step select gen_random_uuid(), %s, %s, %s, %s, gen_random_uuid(), actor, "
                    "organisation, at, name, value, unit, valid_from, basis, reason from cx.catalog_term_step where id = %s",
                    [2 if source else 1, source, target, activity, made],
                )
        except psycopg.errors.CheckViolation as error:
            named = error.diag.constraint_name or ""
        assert named == ("" if (source, target, activity) in {m[:3] for m in TERM_MOVES} else "CATALOG-30")
    for sql in ("insert into cx.catalog_term_step default values", "update cx.catalog_parameter set value = 1"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            web.execute(sql.encode())
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        web.execute("select cx.catalog_term_effect_v1(%s)", [made])


@pytest.mark.usefixtures("home")
def test_every_number_of_the_city_lies_in_its_range() -> None:
    """What the program brings could be proposed as it is."""
    for row in api.general_parameters(day(0)):
        assert limit(row.name, row.unit).least <= row.value <= limit(row.name, row.unit).most, row.name
    assert {name for name, _ in LIMITS if name} <= set(TERMS)
    assert set(TERMS) >= DAILY


def test_the_page_says_honestly_what_a_change_touches() -> None:
    assert any("仍按开始那天" in line for line in consequences(NAME, 3, 2))
    assert any("按当天的规定" in line for line in consequences("upload_kept", 30, 40))
    assert any("销毁" in line for line in consequences("upload_kept", 30, 20))
    assert not any("销毁" in line for line in consequences("upload_kept", 20, 30))


# ---- the desk -----------------------------------------------------------------------------------------------------


def client(login: str) -> Client:
    made = Client()
    made.cookies[COOKIE] = console_session(login).hex()
    return made


@pytest.mark.usefixtures("terms")
def test_the_desk_from_the_form_to_the_public_page() -> None:
    one, other, public = client("manager"), client("manager2"), "/catalog/standards/terms/"
    assert 'href="/catalog/terms/"' in one.get(public).content.decode()
    for stranger in (Client(), client("clerk")):
        assert 'href="/catalog/terms/"' not in stranger.get(public).content.decode()
    assert client("clerk").get("/catalog/terms/").status_code == 403
    assert 'href="/catalog/terms/"' not in one.get("/catalog/standards/calendar/").content.decode()
    address = f"/catalog/terms/{NAME}/"
    assert address in one.get("/catalog/terms/").content.decode()
    assert one.get("/catalog/terms/nothing/").status_code == 404

    words = {"value": "99", "valid_from": str(day(0)), "basis": "", "reason": WHY, "go": "check"}
    said = one.post(address, words)
    page = said.content.decode()
    assert (said.status_code, WHY in page, 'value="99"' in page) == (422, True, True), "what was typed is kept"
    for sentence in ("请填写 1 到 3 之间的整数", "今天和以前的规定不能改", "请填写依据"):
        assert sentence in page
    words |= {"value": "2", "valid_from": str(day(5)), "basis": SOURCE}
    page = one.post(address, words).content.decode()
    for sentence in ("日</time>止", "3 个工作日", "2 个工作日", "哪些不变", "仍按开始那天"):
        assert sentence in page
    assert not api.term_changes(console_session("manager")) or NAME not in {
        each.name for each in api.term_changes(console_session("manager")) if each.state == "proposed"
    }, "looking is not proposing"
    back = one.post(address, words | {"go": "back"})
    assert (back.status_code, WHY in back.content.decode()) == (200, True)
    change = one.post(address, words | {"go": "send"})["Location"]
    assert "CATALOG-30" in one.post(address, words | {"go": "send"}).content.decode()

    assert "要由另一位管理者确认" in one.get(change).content.decode()
    assert "CATALOG-34" in one.post(change, {"go": "approve"}).content.decode()
    assert "CATALOG-35" in other.post(change, {"go": "withdraw"}).content.decode()
    assert one.post(change, {"go": "withdraw"}).status_code == 302
    assert "已撤回" in one.get(change).content.decode()
    change = one.post(address, words | {"go": "send"})["Location"]
    assert change in other.get("/catalog/terms/").content.decode()
    said = other.post(change, {"go": "return", "reason": ""})
    assert (said.status_code, "请填写退回的理由" in said.content.decode()) == (422, True)
    assert other.post(change, {"go": "approve", "reason": ""}).status_code == 302
    assert "已批准" in one.get(change).content.decode()
    assert "没有待确认的修改" in one.get("/catalog/terms/").content.decode()
    later = Client().get(f"{public}?on={day(5)}").content.decode()
    assert SOURCE in later
    assert SOURCE not in Client().get(public).content.decode()
    assert WHY not in later, "the reason is for the two, not for everybody"
