"""Two files of one human: joined they are read as one, each acts under its own number, and taken apart everything is as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.belonging import api
from chengxin.belonging.casefile import open_pair
from chengxin.belonging.tests.desk import EVIDENCE, REASONS, Desk
from chengxin.belonging.tests.two import Two, told
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import rows, today
from chengxin.lookup.api import check
from chengxin.lookup.tests.test_views import make_effective
from chengxin.notice import api as notice
from chengxin.operate.home import Home
from chengxin.people.api import (
    enter,
    files,
    identity,
    poll,
    propose_secrecy,
    register,
    ring,
    self_look,
    self_looks,
    step_secrecy,
    traces,
    whoami,
)
from chengxin.people.tests.citizens import proved
from chengxin.people.tests.office import Office
from chengxin.people.tests.population import Place
from chengxin.portal.own import Own
from chengxin.records import api as records
from chengxin.redress import api as redress
from conftest import fresh_person, penalty

pytestmark = pytest.mark.database


def readable(citizen: Any) -> tuple[object, ...]:
    """Everything the person reads, apart from the register, where each step leaves its lines."""
    looks = {file: self_look(citizen.token, file) for file in files(citizen.token)}
    return (
        list(looks),
        [
            (one.record, one.state, one.counts_now, one.doc_no, one.facts, one.seq)
            for look in looks.values()
            for one in records.own(look)
        ],
        [(one.letter, one.opened_on) for look in looks.values() for one in notice.letters(look)],
        identity(looks[citizen.person]),
    )


def found(clerk: Any, citizen: Any) -> int:
    answer = check(clerk.token, number=citizen.number, name=citizen.name, purpose="LICENCE", case_ref="许受2026-1")
    return len(answer.records)


def test_joined_they_are_read_as_one(two: Two, clerk: Any) -> None:
    make_effective(two.other)
    counted = found(clerk, two.other)
    two.merge()
    assert set(files(two.one.token)) == set(files(two.other.token)) == {two.one.person, two.other.person}
    for citizen in (two.one, two.other):
        assert len(readable(citizen)[1]) == 2  # type: ignore[arg-type]
    assert found(clerk, two.one) == found(clerk, two.other) == counted == 1
    # What is done under the file's own number acts for both.
    make_effective(two.one)
    assert found(clerk, two.other) == 2


def test_nobody_acts_for_the_other_file(two: Two, clerk: Any, desk: Desk, shift: Callable[[int], None]) -> None:
    """DUTY-03: two humans joined wrongly. Nobody serves, accepts or uses up an objection for the other; none of it outlives the link."""
    merge = two.merge()
    look = self_look(two.one.token, two.other.person)
    (record,), (letter,) = records.own(look), notice.letters(look)
    body = notice.body(record, identity(look).name, today=letter.issued_on)
    with pytest.raises(Refused, match="DUTY-03"):
        notice.open_letter(two.one.token, two.other.person, letter, record, body)
    notice.open_letter(two.other.token, two.other.person, letter, record, body)
    (record,) = records.own(look)
    with pytest.raises(Refused, match="DUTY-03"):
        records.accept(two.one.token, two.other.person, record)
    with pytest.raises(Refused, match="DUTY-03"):
        redress.object_to(two.one.token, two.other.person, record, ground="error", statement="罚款已经缴清，请核查。")
    two.part(merge)
    own = self_look(two.other.token)
    assert [one.state for one in records.own(own)] == ["SERVED"]
    assert redress.own_cases(own) == []
    mine = self_look(two.one.token)
    assert [(one.state, one.served_on) for one in records.own(mine)] == [("PROPOSED", None)]
    assert [one.opened_on for one in notice.letters(mine)] == [None]
    shift(40)
    records.end_waiting(desk.system.token, using="worker")
    assert (found(clerk, two.one), found(clerk, two.other)) == (0, 1)


def test_a_number_signs_in_at_its_own_file(home: Home, desk: Desk, make_citizen: Callable[..., Any], send: Any) -> None:
    """Joined or not: whoever proves a number acts for its file, reads both, and after the link is gone reads that one only."""
    one, (name, number) = make_citizen(), fresh_person()
    assert send(penalty(name, number)).result.accepted == 1
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        key = [ring().blind_index("citizen", number)]
        row = owner.execute("select person from cx.people_key where id_hmac = %s", key).fetchone()
    assert row is not None
    other = SimpleNamespace(person=row[0])
    two = Two(desk, home, one, other, told(home, one, other))
    merge = two.merge()
    assert enter(proved(name, number), agent="test") is None  # not into the account of the other file
    token = register(proved(name, number), agent="test")
    session = whoami(token)
    assert session is not None
    assert session.person == other.person
    look = self_look(token)
    (record,), (letter,) = records.own(look), notice.letters(look)
    notice.open_letter(token, other.person, letter, record, notice.body(record, name, today=letter.issued_on))
    self_look(token, one.person)
    two.part(merge)
    with pytest.raises(Refused, match="DUTY-02"):
        self_look(token, one.person)
    assert identity(self_look(token)).name == name


EVER = datetime(2020, 1, 1, tzinfo=UTC)


def test_own_looks_at_the_other_file_are_one_s_own(two: Two) -> None:
    """They neither read as another citizen's nor push others' lines off the page."""
    merge = two.merge()
    for _ in range(3):
        self_look(two.one.token, two.other.person)
    lines = traces(self_look(two.one.token, two.other.person), EVER, limit=500)
    assert not [one for one in lines if one.actor_kind == "citizen" and not one.mine]
    (gathered,) = [one for one in lines if one.mine and one.line == "look"]
    assert gathered.times > 3
    page = two.one.client.get("/me/traces/").content.decode()
    assert page.count(">本人</span>") == 1  # one row a day; the register keeps a line at each file
    assert "证明按档案分开下载" in page
    for own in (self_look(two.one.token), self_look(two.one.token, two.other.person)):
        (row,) = [one for one in traces(own, EVER, limit=500) if one.mine and one.line == "look"]
        assert two.one.client.get(f"/me/traces/{row.id}/proof").status_code != 404  # each file's line is one's own
    two.part(merge)
    apart = traces(self_look(two.other.token), EVER, limit=500)
    assert [one for one in apart if one.actor_kind == "citizen" and not one.mine]


def test_both_files_are_read_at_once_each_under_its_own_look(two: Two, make_citizen: Callable[..., Any]) -> None:
    two.merge()
    looks, stranger = self_looks(two.one.token, files(two.one.token)), make_citizen()
    assert {one.person for one in records.own(*looks)} == {two.one.person, two.other.person}
    with pytest.raises(Refused, match="DUTY-02"):
        self_looks(two.one.token, [two.one.person, stranger.person])
    for changed in ({"id": uuid4()}, {"person": stranger.person}, {"token": stranger.token}):
        with pytest.raises(Refused, match="LOOK-01"):  # one that is wrong, and nothing is read
            records.own(looks[0], replace(looks[1], **changed))


def test_apart_each_reads_its_own_only(two: Two, make_citizen: Callable[..., Any]) -> None:
    with pytest.raises(Refused, match="DUTY-02"):
        self_look(two.one.token, two.other.person)
    merge = two.merge()
    self_look(two.one.token, two.other.person)
    two.part(merge)
    with pytest.raises(Refused, match="DUTY-02"):
        self_look(two.one.token, two.other.person)
    (record,) = records.own(self_look(two.other.token))
    with pytest.raises(Refused, match="DUTY-02"):
        records.accept(two.one.token, two.other.person, record)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["one", "other"]), max_size=2), twice=st.booleans())
def test_merge_and_unmerge_is_as_before(steps: list[str], twice: bool, two: Two) -> None:
    """Whatever the two have: everything readable is as it was, and each reads lines about it."""
    for who in set(steps):
        (record,) = records.own(self_look(getattr(two, who).token))
        if record.state == "PROPOSED":
            make_effective(getattr(two, who))
    before = readable(two.one), readable(two.other)
    for _ in range(1 + twice):
        two.ref = told(two.home, two.one, two.other)
        merge = two.merge()
        assert readable(two.one) != before[0]
        two.part(merge)
    assert (readable(two.one), readable(two.other)) == before
    for citizen in (two.one, two.other):
        since = datetime(2020, 1, 1, tzinfo=UTC)
        lines = [one.activity for one in traces(self_look(citizen.token), since, limit=1000)]
        assert lines.count("people.joined") == lines.count("people.parted") > 0


def test_what_was_undone_is_not_offered_to_be_undone(two: Two) -> None:
    merge = two.merge()
    assert f"/persons/undo/{merge}/" in two.desk.one.client.get("/persons/").content.decode()
    two.part(merge)
    page = two.desk.one.client.get("/persons/").content.decode()
    assert f"/persons/undo/{merge}/" not in page
    assert "已取消合并" in page


def test_three_files_are_taken_apart_in_turn(two: Two, make_citizen: Callable[..., Any]) -> None:
    third = make_citizen()
    first = two.merge()
    again = Two(two.desk, two.home, two.other, third, told(two.home, two.other, third))
    second = again.merge()
    assert len(files(two.one.token)) == len(files(third.token)) == 3
    with pytest.raises(Refused, match="PEOPLE-04"):
        two.part(first)
    again.part(second)
    assert (len(files(two.one.token)), len(files(third.token))) == (2, 1)


def test_a_merge_needs_two_humans_and_is_not_done_twice(two: Two) -> None:
    case_no = two.propose()
    with pytest.raises(Refused, match="BELONG-04"):
        two.desk.decide(case_no, "approved", two.desk.one.token)
    with pytest.raises(Refused, match="BELONG-01"):
        two.propose()
    two.desk.decide(case_no)
    with pytest.raises(Refused, match="BELONG-06"):
        api.propose_pair(
            two.desk.one.token,
            kind="merge",
            origin="population",
            ref=two.ref,
            reasons=REASONS,
            evidence=EVIDENCE,
        )
    two.ref = told(two.home, two.one, two.other)
    with pytest.raises(Refused, match="PEOPLE-03"):
        two.merge()


def test_one_human_with_two_numbers_is_one_officer(two: Two, home: Home, make_citizen: Callable[..., Any]) -> None:
    """BELONG-04, SECRECY-03: accounts under two numbers of one human do not do both parts."""
    keys = [ring().blind_index("citizen", one.number) for one in (two.one, two.other)]
    office = Office(home)
    officer = office.session("secrecy_officer", holder=keys[0])
    approver = office.session("secrecy_approver", holder=keys[1])
    said: dict[str, Any] = {"activity": "lookup.check", "purpose": "INQUIRY", "ends_on": today() + timedelta(days=9)}
    step_secrecy(approver, propose_secrecy(officer, case_ref="监调〔2026〕8号", **said), "refused")
    secrecy = propose_secrecy(officer, case_ref="监调〔2026〕9号", **said)
    case_no = two.desk.propose(make_citizen(), fresh_person())
    two.merge()
    with pytest.raises(Refused, match="SECRECY-03"):
        step_secrecy(approver, secrecy, "approved")
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        for key, login in zip(keys, ("reviewer", "reviewer2"), strict=True):
            owner.execute("update cx.people_account set holder = %s where login = %s", [key, login])
        try:
            with pytest.raises(Refused, match="BELONG-04"):
                two.desk.decide(case_no)
        finally:
            owner.execute("update cx.people_account set holder = null where login in ('reviewer', 'reviewer2')")
    two.desk.decide(case_no)


def test_files_of_the_dead_are_not_joined(two: Two) -> None:
    with psycopg.connect(two.home.dsn("owner"), autocommit=True) as owner:
        owner.execute(
            "insert into cx.people_standing values (%s, 1, gen_random_uuid(), now(), 'deceased', current_date)",
            [two.other.person],
        )
    with pytest.raises(Refused, match="PEOPLE-06"):
        two.merge()


def test_a_change_waits_until_two_decided(two: Two) -> None:
    @dataclass(frozen=True)
    class Line:
        last_change: int
        waiting: int

    def waiting() -> int:
        return rows("select * from cx.people_line_v1()", of=Line)[0].waiting

    before = waiting()
    case_no = two.propose("keep")
    assert waiting() == before
    two.desk.decide(case_no)
    assert waiting() == before - 1
    assert len(files(two.one.token)) == 1
    assert all(one.ref != two.ref for one in api.doubts(two.desk.one.token, 10_000))


def test_a_change_about_one_file_is_closed_without_a_merge(home: Home, desk: Desk, citizen: Any) -> None:
    ref = told(home, citizen, None)
    pair = open_pair(desk.one.token, "population", ref, two=False)
    assert pair is not None
    assert pair.other is None
    more = {"origin": "population", "ref": ref, "reasons": REASONS, "evidence": EVIDENCE}
    with pytest.raises(Refused, match="BELONG-06"):
        api.propose_pair(desk.one.token, kind="merge", **more)
    desk.decide(api.propose_pair(desk.one.token, kind="keep", **more))
    assert all(one.ref != ref for one in api.doubts(desk.one.token, 10_000))


def test_the_same_determination_in_both_is_shown(home: Home, desk: Desk, make_citizen: Callable[..., Any]) -> None:
    one = make_citizen()
    (record,) = records.own(self_look(one.token))
    other = make_citizen(CF_WSH=record.doc_no)
    pair = open_pair(desk.one.token, "population", told(home, one, other))
    assert pair is not None
    ((left, right),) = pair.twice
    assert left.doc_no == right.doc_no


def test_a_file_knows_the_determination_under_either_number(two: Two, send: Callable[..., Any]) -> None:
    (record,) = records.own(self_look(two.other.token))
    row = penalty(two.one.name, two.one.number, CF_WSH=record.doc_no)
    two.merge()
    again = send(row).result
    assert (again.accepted, again.refused + again.held) == (0, 1)
    assert len(readable(two.one)[1]) == 2  # type: ignore[arg-type]


def test_the_own_pages_show_both(two: Two) -> None:
    two.merge()
    for citizen in (two.one, two.other):
        page = citizen.client.get("/me/records/").content.decode()
        for each in (two.one, two.other):
            for record in records.own(self_look(each.token, each.person)):
                assert record.doc_no in page
                assert citizen.client.get(f"/me/records/{record.record}").status_code == 200
        assert "您有 <span" in citizen.client.get("/me/persons/").content.decode()
        assert "确认两份档案属于同一个人" in citizen.client.get("/me/traces/").content.decode()


def test_lines_of_all_files_page_by_time(two: Two) -> None:
    two.merge()
    own = Own(
        two.one.token,
        two.one.person,
        {file: self_look(two.one.token, file) for file in files(two.one.token)},
        datetime.now(UTC).date(),
    )
    lines = own.traces(datetime(2020, 1, 1, tzinfo=UTC), limit=5)
    others = [one for one in lines if not (one.mine and one.line == "look")]
    assert len(others) == 5
    assert [one.at for one in lines] == sorted((one.at for one in lines), reverse=True)


def test_a_letter_names_two_files(two: Two, clerk: Any) -> None:
    """Found by number and name, each by a look; proposed, approved, and one human from then on."""
    one, other = (api.somebody(citizen.number, citizen.name) for citizen in (two.one, two.other))
    (found,) = api.find_file(two.desk.one.token, one, letter=EVIDENCE)
    assert found.person == two.one.person
    case_no = api.propose_files(two.desk.one.token, one, other, reasons=REASONS, evidence=EVIDENCE)
    with pytest.raises(Refused, match="BELONG-04"):
        two.desk.decide(case_no, "approved", two.desk.one.token)
    two.desk.decide(case_no)
    assert set(files(two.one.token)) == {two.one.person, two.other.person}
    with pytest.raises(Refused, match="BELONG-14"):
        api.propose_files(two.desk.one.token, one, other, reasons=REASONS, evidence=EVIDENCE)
    stranger = api.somebody(*reversed(fresh_person()))
    assert api.find_file(two.desk.one.token, stranger, letter=EVIDENCE) == []
    with pytest.raises(Refused, match="BELONG-14"):
        api.propose_files(two.desk.one.token, one, stranger, reasons=REASONS, evidence=EVIDENCE)


@pytest.mark.parametrize("kind", ["merged", "number_corrected"])
def test_what_the_population_database_tells_reaches_the_desk(
    kind: Any, home: Home, population: Place, make_citizen: Callable[..., Any], desk: Desk
) -> None:
    """Two numbers become one: no program joins the files, both are shown, two officers join them."""
    pairs = [fresh_person(), fresh_person()]
    population.settle(*pairs)
    one, other = (make_citizen(CF_XDR_MC=name, CF_XDR_ZJHM=number) for name, number in pairs)
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute("delete from cx.people_change")
    population.happened(kind, *pairs[0], new_number=pairs[1][1])
    assert poll(desk.system.token, using="worker") == 1
    assert len(files(one.token)) == 1
    (doubt,) = api.doubts(desk.one.token)
    assert (doubt.kind, doubt.two) == (kind, True)
    Two(desk, home, one, other, doubt.ref).merge()
    assert set(files(one.token)) == {one.person, other.person}
    assert api.doubts(desk.one.token) == []
