"""Relatives of the deceased: nothing without a death and two officers, everything registered, nothing for anybody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chengxin.belonging import api
from chengxin.belonging.tests.desk import REASONS, mine
from chengxin.kernel.errors import Refused
from chengxin.lookup.tests.test_views import make_effective
from chengxin.operate.home import Home
from chengxin.people.api import identity, ring
from conftest import fresh_person

pytestmark = pytest.mark.database


def dies(home: Home, citizen: Any, standing: str = "deceased") -> None:
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute(
            "insert into cx.people_standing select %s, count(*) + 1, gen_random_uuid(), clock_timestamp(), %s, current_date "
            "from cx.people_standing where person = %s",
            [citizen.person, standing, citizen.person],
        )


def apply(token: bytes, citizen: Any, kind: str = "copy", **more: Any) -> str:
    applicant = more.pop("applicant", None) or fresh_person()
    said: dict[str, Any] = {
        "relation": "child",
        "papers": "户口簿、死亡证明0912号",
        "interest": "办理遗产继承，需要知道生前的处罚。",
        "arranged": False,
    }
    dead = api.somebody(more.pop("number", citizen.number), more.pop("name", citizen.name))
    return api.apply(token, dead, api.somebody(*reversed(applicant)), kind=kind, **said | more)


def named(token: bytes, case_no: str, *, waiting: bool = False) -> api.Application:
    return next(one for one in api.applications(token, waiting=waiting, limit=10_000) if one.case_no == case_no)


@pytest.fixture
def dead(home: Home, citizen: Any) -> Any:
    """A citizen with a record in effect, who has died."""
    make_effective(citizen)
    citizen_record = mine(citizen)
    dies(home, citizen)
    return citizen, citizen_record


def test_two_officers_then_a_registered_copy(home: Home, dead: Any, clerk: Any, reviewer: Any) -> None:
    citizen, record = dead
    case_no = apply(clerk.token, citizen)
    found = named(clerk.token, case_no)
    with pytest.raises(Refused, match="BELONG-03"):
        api.kin_look(clerk.token, found, "belonging.kin_copy")
    seen = api.asked(api.kin_look(reviewer.token, named(reviewer.token, case_no, waiting=True), "belonging.kin_review"))
    assert (seen.relation_label, seen.papers) == ("子女", "户口簿、死亡证明0912号")
    api.decide_kin(reviewer.token, found, outcome="granted", reasons=REASONS)
    look = api.kin_look(clerk.token, named(clerk.token, case_no), "belonging.kin_copy")
    (copy,) = api.kin_records(look)
    assert (copy.doc_no, copy.facts, copy.counts_now) == (record.doc_no, record.facts, False)
    assert identity(look).name == citizen.name
    with psycopg.connect(home.dsn("owner")) as owner:
        lines = owner.execute(
            "select activity, line, case_ref from cx.ledger_register where person = %s and activity like 'belonging.%%' order by at",
            [citizen.person],
        ).fetchall()
    assert ("belonging.kin_copy", "look", case_no) in lines
    assert ("belonging.kin_copy", "shown", case_no) in lines
    assert {("belonging.apply", "act", case_no), ("belonging.kin_decide", "act", case_no)} <= set(lines)


def test_nothing_of_the_living_and_nobody_is_told_why(home: Home, citizen: Any, clerk: Any) -> None:
    for more in ({}, {"name": "别的名字"}, {"number": fresh_person()[1]}):
        with pytest.raises(Refused, match="BELONG-11"):
            apply(clerk.token, citizen, **more)
    dies(home, citizen)
    with pytest.raises(Refused, match="BELONG-11"):
        apply(clerk.token, citizen, name="别的名字")


def test_what_the_deceased_arranged_goes_before(dead: Any, clerk: Any) -> None:
    with pytest.raises(Refused, match="BELONG-13"):
        apply(clerk.token, dead[0], arranged=True)
    with pytest.raises(Refused, match="BELONG-08"):
        apply(clerk.token, dead[0], interest="想看")


def test_a_refusal_shows_nothing(dead: Any, clerk: Any, reviewer: Any) -> None:
    case_no = apply(clerk.token, dead[0])
    found = named(clerk.token, case_no)
    api.decide_kin(reviewer.token, found, outcome="refused", reasons=REASONS)
    with pytest.raises(Refused, match="BELONG-03"):
        api.kin_look(clerk.token, found, "belonging.kin_copy")
    with pytest.raises(Refused, match="BELONG-03"):
        api.decide_kin(reviewer.token, found, outcome="granted", reasons=REASONS)


def test_it_ends_with_its_days(dead: Any, clerk: Any, reviewer: Any, shift: Callable[[int], None]) -> None:
    case_no = apply(clerk.token, dead[0])
    api.decide_kin(reviewer.token, named(clerk.token, case_no), outcome="granted", reasons=REASONS)
    shift(30)
    api.kin_look(clerk.token, named(clerk.token, case_no), "belonging.kin_copy")
    shift(31)
    with pytest.raises(Refused, match="BELONG-03"):
        api.kin_look(clerk.token, named(clerk.token, case_no), "belonging.kin_copy")


def test_without_a_period_in_force_nothing_is_approved(home: Home, dead: Any, clerk: Any, reviewer: Any) -> None:
    case_no = apply(clerk.token, dead[0])
    change = "update cx.catalog_parameter set valid_from = %s where name = 'relative_copy'"
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute(change, ["2200-01-01"])
        try:
            with pytest.raises(Refused, match="BELONG-12"):
                api.decide_kin(reviewer.token, named(clerk.token, case_no), outcome="granted", reasons=REASONS)
        finally:
            owner.execute(change, ["2022-01-01"])


def test_who_takes_it_in_does_not_decide_and_nobody_for_themself(
    home: Home, dead: Any, clerk: Any, reviewer: Any
) -> None:
    applicant = fresh_person()
    case_no = apply(clerk.token, dead[0], applicant=applicant)
    found = named(clerk.token, case_no)
    with pytest.raises(Refused, match="DUTY-01"):
        api.decide_kin(clerk.token, found, outcome="granted", reasons=REASONS)
    holder = ring().blind_index("citizen", applicant[1])
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute("insert into cx.people_holder values (%s, 'business')", [holder])
        owner.execute("update cx.people_account set holder = %s where login in ('reviewer', 'clerk')", [holder])
        try:
            with pytest.raises(Refused, match="BELONG-04"):  # one human with two accounts
                api.decide_kin(reviewer.token, found, outcome="granted", reasons=REASONS)
            with pytest.raises(Refused, match="BELONG-02"):
                apply(clerk.token, dead[0], applicant=applicant)
            owner.execute("update cx.people_account set holder = null where login = 'clerk'")
            with pytest.raises(Refused, match="BELONG-02"):
                api.decide_kin(reviewer.token, found, outcome="granted", reasons=REASONS)
        finally:
            owner.execute("update cx.people_account set holder = null where login in ('reviewer', 'clerk')")


def test_an_objection_on_behalf_freezes(home: Home, dead: Any, clerk: Any, reviewer: Any) -> None:
    citizen, record = dead
    said = {"ground": "error", "statement": "罚款由他人缴纳，处罚对象有误。"}
    copy = named(clerk.token, apply(clerk.token, citizen))
    correct = named(clerk.token, apply(clerk.token, citizen, kind="correct"))
    with pytest.raises(Refused, match="BELONG-03"):
        api.object_for(clerk.token, correct, record, **said)
    for one in (copy, correct):
        api.decide_kin(reviewer.token, one, outcome="granted", reasons=REASONS)
    with pytest.raises(Refused, match="BELONG-03"):
        api.object_for(clerk.token, copy, record, **said)
    case_no = api.object_for(clerk.token, correct, record, **said)
    from chengxin.redress import api as redress

    look = redress.case_look(reviewer.token, citizen.person, case_no)
    (case,) = redress.cases(look)
    assert (case.statement, case.froze) == (said["statement"], True)
    assert redress.case_record(look).state == "DISPUTED"


def test_a_death_that_was_taken_back_ends_it(home: Home, dead: Any, clerk: Any, reviewer: Any) -> None:
    """BELONG-11 and BELONG-03: nothing of the living, decided before or not."""
    citizen, record = dead
    granted, waits = (named(clerk.token, apply(clerk.token, citizen, kind="correct")) for _ in range(2))
    api.decide_kin(reviewer.token, granted, outcome="granted", reasons=REASONS)
    dies(home, citizen, "living")
    for one, actor, activity in ((granted, clerk, "belonging.kin_copy"), (waits, reviewer, "belonging.kin_review")):
        with pytest.raises(Refused, match="BELONG-03"):
            api.kin_look(actor.token, one, activity)
    with pytest.raises(Refused, match="BELONG-11"):
        api.object_for(clerk.token, granted, record, ground="error", statement="罚款由他人缴纳，处罚对象有误。")
    for outcome in ("granted", "refused"):
        with pytest.raises(Refused, match="BELONG-11"):
            api.decide_kin(reviewer.token, waits, outcome=outcome, reasons=REASONS)
    listed = {one.case_no for one in api.applications(reviewer.token, waiting=True, limit=10_000)}
    assert waits.case_no not in listed
    at = f"/persons/relatives/{granted.application}/"
    counter = clerk.client.get("/persons/relatives/").content.decode()
    assert at not in counter
    assert "死亡登记已撤销" in counter
    assert clerk.client.get(at).status_code == 404


def test_an_objection_on_behalf_is_no_way_to_a_living_person(citizen: Any, clerk: Any) -> None:
    """The clerk's duty covers it; without a granted application there is no door."""
    from chengxin.ledger.api import scalar

    make_effective(citizen)
    with pytest.raises(Refused, match="DUTY-02"):
        scalar(
            "select cx.ledger_file_act_v1(%s::bytea, %s::uuid, gen_random_uuid(), 'redress.object', '')",
            [clerk.token, citizen.person],
        )


def test_through_the_pages(dead: Any, clerk: Any, reviewer: Any, citizen: Any) -> None:
    """The counter takes it in, a second person approves, the counter prints; neither page names anybody by its address."""
    _, record = dead
    applicant = fresh_person()
    data = {
        "dead_name": citizen.name, "dead_number": citizen.number, "right_name": applicant[0], "right_number": applicant[1],
        "relation": "child", "kind": "correct", "evidence": "户口簿、死亡证明0913号", "reasons": "办理遗产继承，需要知道生前的处罚。",
    }  # fmt: skip
    assert clerk.client.post("/persons/relatives/new/", data | {"relation": "friend"}).status_code == 422
    refused = clerk.client.post("/persons/relatives/new/", data | {"arranged": "on"})
    assert "另有安排" in refused.content.decode()
    page = clerk.client.post("/persons/relatives/new/", data, follow=True).content.decode()
    found = api.applications(clerk.token, waiting=False)[0]
    assert found.case_no in page
    assert "已受理" in page
    copy, decide = f"/persons/relatives/{found.application}/", f"/persons/applications/{found.application}/"
    assert clerk.client.get(copy).status_code == 404
    for actor, address in ((reviewer, copy), (clerk, decide), (citizen, "/persons/relatives/")):
        assert actor.client.get(address).status_code in {302, 403}
    assert decide in reviewer.client.get("/persons/").content.decode()
    page = reviewer.client.get(decide).content.decode()
    assert citizen.number not in page
    assert applicant[1] not in page
    assert "死亡证明0913号" in page
    assert reviewer.client.post(decide, {"outcome": "granted", "reasons": "短"}).status_code == 422
    assert reviewer.client.post(decide, {"outcome": "granted", "reasons": REASONS}).status_code == 302
    late = reviewer.client.post(decide, {"outcome": "refused", "reasons": REASONS})
    assert late.status_code == 404
    for words in (found.case_no, "<strong>已批准</strong>", "您写的，没有提交", REASONS):
        assert words in late.content.decode()
    assert "没有提交" not in reviewer.client.get(decide).content.decode(), "whoever only looks wrote nothing"
    page = clerk.client.get(copy).content.decode()
    assert record.doc_no in page
    assert "代为提出异议" in page
    said = {"record": str(record.record), "ground": "error", "statement": "罚款由他人缴纳，处罚对象有误。"}
    assert clerk.client.post(copy, said | {"statement": "短"}).status_code == 422
    page = clerk.client.post(copy, said).content.decode()
    assert "已代为提出异议" in page
    assert "异议处理中" in page
