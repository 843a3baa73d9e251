"""Organisations: areas with and without a code, changes by two, what ends with an organisation and what stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.flow.api import tick
from chengxin.kernel.areas import area as gb2260
from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import Warn
from chengxin.kernel.organisation import (
    ALPHABET,
    check_uscc,
    org_code_check_character,
    uscc_check_character,
)
from chengxin.ledger.api import today
from chengxin.operate.generate import departments
from chengxin.operate.organisations import organisations as seeded
from chengxin.people import api as people
from chengxin.people.api import console_session, whoami
from chengxin.people.registers import told
from chengxin.people.tests.first import first_sign_in
from conftest import fresh_person

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("home")]
BASIS = "机构改革方案〔2026〕1号"


def code() -> str:
    """A synthetic unified code nobody has."""
    body = "11090900" + (inner := f"7{uuid4().int % 10**7:07d}") + org_code_check_character(inner)
    return body + uscc_check_character(body)


@pytest.fixture
def proposer(home: Any) -> bytes:
    return console_session("sysadmin")


@pytest.fixture
def second(home: Any) -> bytes:
    return console_session("secadmin")


def decide(token: bytes, organisation: str, outcome: str = "confirmed") -> None:
    waiting = next(one for one in people.matters(token, waiting=True) if one.organisation == organisation)
    people.decide(token, waiting, outcome)


@pytest.fixture
def make(proposer: bytes, second: bytes) -> Callable[..., str]:
    def make(name: str = "盐城市测试局") -> str:
        made = code()
        on = today() - timedelta(days=30)
        people.open_organisation(proposer, made, name=name, kind="department", area="320900", on=on, reason=BASIS)
        decide(second, made)
        return made

    return make


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


# ---- areas and the demonstration's organisations ------------------------------------------------------------------


def test_eleven_areas_two_of_them_without_a_code() -> None:
    found = [one for one in people.areas() if one.kind != "city"]
    assert len(found) == 11
    zones = [one for one in found if one.kind == "zone"]
    assert {one.name for one in zones} == {"盐城经济技术开发区", "盐南高新区"}
    assert all(one.hosts and not one.gb2260 and gb2260(one.code) is None for one in zones)
    for one in found:
        assert one.basis
        assert one.source
        if one.kind != "zone":
            known = gb2260(one.gb2260)
            assert known is not None
            assert (known.name, known.until, one.hosts) == (one.name, None, [])


@pytest.mark.parametrize("change", ["gb2260 = '320971'", "hosts = '{}'", "kind = 'county'"])
def test_a_zone_has_no_code_and_says_where_it_lies(change: str, connect: Callable[[str], Any]) -> None:
    """ORG-02."""
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        connect("owner").execute(f"update cx.people_area set {change} where code = '3209Z1'".encode())
    assert caught.value.diag.constraint_name == "ORG-02"


def test_the_demonstration_has_44_departments_and_synthetic_codes() -> None:
    found = seeded()
    city = [one for one in found if one.kind == "department" and one.area == "320900"]
    assert len(city) == 44
    assert {one.uscc: one.name for one in departments()}.items() <= {one.code: one.name for one in city}.items()
    assert {one.area for one in found if one.kind in {"area", "zone"}} == {
        a.code for a in people.areas() if a.kind != "city"
    }
    assert {one.kind for one in found} >= {"school", "association", "licensed", "court", "institution"}
    for one in found:
        said = check_uscc(one.code)
        assert said.valid, one.name
        assert said.warnings == (Warn.AREA_UNKNOWN,), f"{one.name}: the area of no place, and nothing else to remark"
    stored = {one.code: one for one in people.organisations()}
    assert {(one.code, one.kind, one.area, one.parent) for one in found} <= {
        (one.code, one.kind, one.area, one.parent) for one in stored.values()
    }


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=st.text(ALPHABET, min_size=17, max_size=17), last=st.sampled_from([*ALPHABET, "I", "é", ""]))
def test_both_gates_judge_a_code_alike(body: str, last: str, owner_once: Any) -> None:
    """ORG-01, in Python and in the database."""
    for one in (body + last, body + uscc_check_character(body), body.lower() + last):
        assert owner_once.execute("select cx.people_uscc_v1(%s)", [one]).fetchone() == (check_uscc(one).valid,)


@pytest.fixture
def owner_once(connect: Callable[[str], Any]) -> Any:
    return connect("owner")


# ---- changes ------------------------------------------------------------------------------------------------------


def test_it_counts_when_another_human_has_confirmed(proposer: bytes, second: bytes) -> None:
    made = code()
    people.open_organisation(
        proposer, made, name="盐城市新设局", kind="department", area="320900", on=today(), reason=BASIS
    )
    assert people.one_organisation(made) is None
    (asked,) = (one for one in people.matters(second, waiting=True) if one.organisation == made)
    assert ("区域", "盐城市") in told(asked.kind, asked.detail), "who confirms reads names, not codes"
    assert refused(lambda: decide(proposer, made)) == "ACCOUNT-10"
    decide(second, made)
    found = people.one_organisation(made)
    assert found is not None
    assert (found.name, found.area_name, found.in_force) == ("盐城市新设局", "盐城市", True)
    assert [(one.kind, one.basis) for one in people.past_of(made)] == [("organisation.open", BASIS)]
    words = {"name": "盐城市另一局", "kind": "department", "area": "320900", "reason": BASIS}
    for other in (second, console_session("clerk")):
        call = partial(people.open_organisation, other, code(), on=today(), **words)
        assert refused(call) == "DUTY-01"


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"code": "11320900MB1B32094F"}, "ORG-01"),
        ({"name": " "}, "ORG-02"),
        ({"area": "990000"}, "ORG-02"),
        ({"parent": "110909009000000000"}, "ORG-02"),
        ({"reason": "无"}, "ACCOUNT-12"),
        ({"code": departments()[0].uscc}, "ORG-03"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused(change: dict[str, str], rule: str, proposer: bytes) -> None:
    words = {"code": code(), "name": "盐城市测试局", "kind": "department", "area": "320900", "reason": BASIS} | change
    made = words.pop("code")
    assert refused(lambda: people.open_organisation(proposer, made, on=today(), **words)) == rule
    assert [one for one in people.matters(proposer, waiting=True) if one.organisation == made] == []


def test_a_new_name_keeps_the_old_one(make: Callable[..., str], proposer: bytes, second: bytes) -> None:
    """ORG-05: from a day that has come; the history says both."""
    made, day = make("盐城市金融办"), today()
    later = lambda: people.rename_organisation(  # noqa: E731
        proposer, made, name="盐城市金融局", on=day + timedelta(days=1), reason=BASIS
    )
    assert refused(later) == "ORG-05"
    same = lambda: people.rename_organisation(proposer, made, name="盐城市金融办", on=day, reason=BASIS)  # noqa: E731
    assert refused(same) == "ORG-02"
    people.rename_organisation(proposer, made, name="盐城市金融局", on=day, reason=BASIS)
    decide(second, made)
    found = people.one_organisation(made)
    assert found is not None
    assert found.name == "盐城市金融局"
    last = people.past_of(made)[-1]
    assert (last.before, last.name, last.on_date) == ("盐城市金融办", "盐城市金融局", day)
    nobody = lambda: people.rename_organisation(proposer, code(), name="盐城市无", on=day, reason=BASIS)  # noqa: E731
    assert refused(nobody) == "ORG-03"


@pytest.mark.parametrize("kind", ["account.disable", "duty.give", "", None])
def test_nothing_but_a_change_of_an_organisation_is_proposed_as_one(
    kind: str | None, make: Callable[..., str], proposer: bytes, connect: Callable[[str], Any]
) -> None:
    """ACCOUNT-11: such a matter would not say that it ends the organisation."""
    old, act, web = make("盐城市旧局"), uuid4(), connect("web")
    with pytest.raises(psycopg.DatabaseError, match="ACCOUNT-11"), web.transaction():
        web.execute("select cx.ledger_own_act_v1(%s, %s, 'organisation.propose', '')", [proposer, act])
        web.execute(
            "select cx.people_organisation_ask_v1(%s, %s, %s, jsonb_build_object('on', %s::text), %s)",
            [act, kind, old, str(today()), BASIS],
        )
    found = people.one_organisation(old)
    assert found is not None
    assert found.in_force


def test_an_ended_one_ends_its_accounts_and_keeps_its_records(
    make: Callable[..., str], proposer: bytes, second: bytes, system: Any, shift: Callable[[int], None]
) -> None:
    """Duties end on the day, accounts with the tick of the next; the successor answers for what stays."""
    old, new, day = make("盐城市旧局"), make("盐城市新局"), today()
    login = f"o-{uuid4().hex[:10]}"
    told = people.open_account(proposer, login=login, post="数据员", organisation=old, holder=fresh_person()[1])
    first_sign_in(login, told.password, told.totp_secret)
    people.grant(second, login, "data_officer", begin=day)
    last = day + timedelta(days=2)
    for successor in (old, code()):
        ending = lambda s=successor: people.close_organisation(proposer, old, on=last, reason=BASIS, successor=s)  # noqa: E731
        assert refused(ending) == "ORG-04"
    people.close_organisation(proposer, old, on=last, reason=BASIS, successor=new)
    decide(second, old)
    late = lambda: people.grant(second, login, "clerk", begin=day, reason=BASIS)  # noqa: E731
    assert refused(late) == "ACCOUNT-09", "no duty outlasts the organisation"
    assert refused(lambda: people.close_organisation(proposer, old, on=last, reason=BASIS)) == "ORG-03"
    token = console_session(login)
    seen = {}
    for days in range(4):
        shift(days)
        account = whoami(token)
        seen[days] = (account.duties if account else None, people.answers_for(old))
    assert seen == {0: (("data_officer",), old), 1: (("data_officer",), old), 2: (("data_officer",), old), 3: ((), new)}
    tick(system.token, using="worker")
    assert whoami(token) is None
    found = people.one_organisation(old)
    assert found is not None
    assert (found.in_force, found.successor_name) == (False, "盐城市新局")
    listed = next(one for one in people.accounts(proposer, search=login))
    assert listed.organisation_name == "盐城市旧局", "past lines can still name it"
    assert people.matters(proposer, account=listed.account)[0].detail["ended"] is True
    opening = lambda: people.open_account(  # noqa: E731
        proposer, login=f"{login}x", post="数据员", organisation=old, holder=fresh_person()[1]
    )
    assert refused(opening) == "ACCOUNT-09"


def test_the_office_of_the_administrators_cannot_end(proposer: bytes) -> None:
    """ORG-06."""
    own = next(one for one in people.accounts(proposer, search="secadmin") if one.login == "secadmin").organisation
    assert refused(lambda: people.close_organisation(proposer, own, on=today(), reason=BASIS)) == "ORG-06"


def test_successors_of_successors(make: Callable[..., str], proposer: bytes, second: bytes) -> None:
    first, middle, last = make("盐城市甲局"), make("盐城市乙局"), make("盐城市丙局")
    yesterday = today() - timedelta(days=1)
    for ended, successor in ((first, middle), (middle, last)):
        people.close_organisation(proposer, ended, on=yesterday, reason=BASIS, successor=successor)
        decide(second, ended)
    assert (people.answers_for(first), people.answers_for(middle), people.answers_for(last)) == (last, last, last)
    assert people.answers_for(code()) == ""


@pytest.mark.parametrize(
    ("rule", "sql"),
    [
        (
            "ACCOUNT-10",
            "update cx.people_matter set state = 'confirmed', decided_by = actor, decided_at = at where state = 'waiting'",
        ),
        ("ACCOUNT-12", "update cx.people_matter set reason = '短' where state = 'waiting'"),
    ],
)
def test_the_constraints_hold_whoever_writes(
    rule: str, sql: str, proposer: bytes, connect: Callable[[str], Any]
) -> None:
    people.open_organisation(
        proposer, code(), name="盐城市待定局", kind="department", area="320900", on=today(), reason=BASIS
    )
    with pytest.raises(psycopg.errors.CheckViolation) as caught:
        connect("owner").execute(sql.encode())
    assert caught.value.diag.constraint_name == rule
