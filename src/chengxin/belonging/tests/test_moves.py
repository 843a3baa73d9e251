"""A record that stood under the wrong person: it ends there, begins anew at the right one, and everybody is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from chengxin.belonging import api
from chengxin.belonging.tests.desk import EVIDENCE, REASONS, Desk, mine
from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import CHINA
from chengxin.ledger.api import scalar, today
from chengxin.lookup.api import check
from chengxin.lookup.tests.test_views import make_effective
from chengxin.notice import api as notice
from chengxin.operate.home import Home
from chengxin.operate.seed import City
from chengxin.people.api import propose_secrecy, ring, self_look, step_secrecy, traces
from chengxin.people.tests.office import Office
from chengxin.records import api as records
from chengxin.redress import api as redress
from conftest import Actor, _actor, fresh_person

pytestmark = pytest.mark.database

CASE = "创补2026-0901"


def asked(clerk: Any, name: str, number: str, purpose: str = "SUBSIDY") -> bool:
    return check(clerk.token, number=number, name=name, purpose=purpose, case_ref=CASE).found


def account(home: Home, name: str, number: str) -> Actor:
    """An account for somebody whom the platform knows by now."""
    login = f"r{number[6:]}".lower()
    with City(home) as city:
        person = city.person(ring().blind_index("citizen", number))
        assert person is not None
        city.account("", login, "citizen", "本人", duty="citizen", person=person)
    return _actor(login, name=name, number=number)


def test_what_was_wrongly_somebodys_acts_for_nobody_until_the_right_person_is_told(
    home: Home, citizen: Any, clerk: Any, desk: Desk
) -> None:
    make_effective(citizen)
    right = fresh_person()
    before = mine(citizen)
    assert asked(clerk, citizen.name, citizen.number)
    desk.move(citizen, right)
    gone = mine(citizen)
    assert (gone.state, gone.moved, gone.counts_now) == ("WITHDRAWN", True, False)
    assert gone.doc_no != before.doc_no
    assert gone.facts == ()
    assert records.steps(self_look(citizen.token), gone.record)[-1].label == "归属错误，已移出"
    assert not asked(clerk, citizen.name, citizen.number)
    assert not asked(clerk, *right)

    owner = account(home, *right)
    (record,) = records.own(self_look(owner.token))
    assert (record.state, record.doc_no, record.facts) == ("PROPOSED", before.doc_no, before.facts)
    assert (record.served_on, record.wait_until, record.effective_on, record.accepted) == (None, None, None, False)
    (letter,) = notice.letters(self_look(owner.token))
    assert (letter.record, letter.opened_on) == (record.record, None)
    make_effective(owner)
    assert asked(clerk, *right)


def test_who_had_been_shown_it_is_listed_told_and_confirms(home: Home, citizen: Any, clerk: Any, desk: Desk) -> None:
    asked(clerk, citizen.name, citizen.number)  # before it counted: nothing was shown
    make_effective(citizen)
    right = fresh_person()
    asked(clerk, citizen.name, citizen.number)
    desk.move(citizen, right)
    asked(clerk, citizen.name, citizen.number)  # after: nothing any more
    (told,) = api.own_told(self_look(citizen.token))
    (move,) = api.own_moves(self_look(citizen.token))
    assert (told.way, told.case_ref, told.confirmed_on) == ("out", CASE, None)
    assert (move.way, move.record) == ("out", mine(citizen).record)

    owner = account(home, *right)
    (seen,) = api.own_told(self_look(owner.token))
    assert (seen.way, seen.case_ref, seen.organisation_name) == ("in", "", told.organisation_name)
    assert seen.looked_at.astimezone(CHINA).timetz().replace(tzinfo=None) == datetime.min.time()

    mail = next(one for one in api.corrections(clerk.token, 10_000) if one.case_ref == CASE and not one.confirmed_on)
    mails = [one for one in api.corrections(clerk.token, 10_000) if not one.confirmed_on]
    for one in mails:
        api.confirm(clerk.token, one.recall)
    (told,) = api.own_told(self_look(citizen.token))
    assert told.confirmed_on is not None
    with pytest.raises(Refused, match="BELONG-07"):
        api.confirm(clerk.token, mail.recall)


def test_a_secret_look_is_told_on_its_day_here_too(home: Home, citizen: Any, clerk: Any, desk: Desk) -> None:
    """Neither the list of who was shown it nor the confirmation says before the day that somebody inquired."""
    make_effective(citizen)
    office = Office(home, f"调查机关{uuid4().hex[:6]}")
    officer, approver = office.session("secrecy_officer"), office.session("secrecy_approver")
    said: dict[str, Any] = {"activity": "lookup.check", "purpose": "INQUIRY", "ends_on": today() + timedelta(days=9)}
    step_secrecy(approver, propose_secrecy(officer, case_ref="密案1", **said), "approved")
    inquirer, right = office.session("inquirer"), fresh_person()
    check(inquirer, number=citizen.number, name=citizen.name, purpose="INQUIRY", case_ref="密案1")
    desk.move(citizen, right)
    (mail,) = api.corrections(inquirer, 10_000)
    api.confirm(inquirer, mail.recall)
    owner, since = account(home, *right), datetime.now(CHINA) - timedelta(days=1)

    def read() -> list[tuple[int, bool]]:
        looks = [self_look(one.token) for one in (citizen, owner)]
        return [(len(api.own_told(k)), office.code in {one.organisation for one in traces(k, since)}) for k in looks]

    assert read() == [(0, False), (0, False)]
    with psycopg.connect(home.dsn("owner"), autocommit=True) as database:
        database.execute("update cx.people_secrecy set ends_on = %s where case_ref = '密案1'", [today()])
    assert read() == [(1, True), (1, False)]


def test_following_twice_tells_once(citizen: Any, clerk: Any, desk: Desk) -> None:
    make_effective(citizen)
    asked(clerk, citizen.name, citizen.number)
    desk.move(citizen, fresh_person())
    assert api.follow(desk.system.token, citizen.person, mine(citizen).record, using="worker") == 0
    assert len(api.own_told(self_look(citizen.token))) == 1


def test_an_objection_is_decided_with_the_move(citizen: Any, desk: Desk) -> None:
    make_effective(citizen)
    filed = redress.object_to(
        citizen.token, citizen.person, mine(citizen), ground="not_mine", statement="这不是我，我从没去过那里。"
    )
    case = next(one for one in redress.queue(desk.one.token) if one.case_no == filed.case_no)
    case_no = desk.propose(citizen, fresh_person(), objection=case.objection)
    assert mine(citizen).state == "DISPUTED"
    desk.decide(case_no)
    (answer,) = redress.own_cases(self_look(citizen.token))
    assert (answer.outcome, REASONS in answer.reasons) == ("upheld", True)
    assert mine(citizen).state == "WITHDRAWN"
    with pytest.raises(Refused, match="REDRESS-04"):
        redress.case_look(desk.one.token, citizen.person, filed.case_no)


def test_an_objection_must_be_open_and_about_this_record(
    citizen: Any, make_citizen: Callable[..., Any], desk: Desk
) -> None:
    other = make_citizen()
    make_effective(other)
    filed = redress.object_to(other.token, other.person, mine(other), ground="not_mine", statement="不是我本人。")
    case = next(one for one in redress.queue(desk.one.token) if one.case_no == filed.case_no)
    with pytest.raises(Refused, match="REDRESS-04"):
        desk.propose(citizen, fresh_person(), objection=case.objection)


# ---- two humans ---------------------------------------------------------------------------------------------------


def test_whoever_proposes_does_not_approve(citizen: Any, desk: Desk) -> None:
    case_no = desk.propose(citizen, fresh_person())
    for outcome in ("approved", "refused"):
        with pytest.raises(Refused, match="BELONG-04"):
            desk.decide(case_no, outcome, desk.one.token)
    with pytest.raises(Refused, match="BELONG-04"):
        desk.decide(case_no, "taken_back")
    assert mine(citizen).state == "PROPOSED"
    desk.decide(case_no, "taken_back", desk.one.token)
    assert desk.queued(case_no).outcome == "taken_back"
    assert mine(citizen).state == "PROPOSED"


def test_one_human_with_two_accounts_is_one_human(home: Home, citizen: Any, desk: Desk) -> None:
    case_no = desk.propose(citizen, fresh_person())
    holder = ring().blind_index("citizen", fresh_person()[1])
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute("insert into cx.people_holder values (%s, 'business')", [holder])
        owner.execute("update cx.people_account set holder = %s where login in ('reviewer', 'reviewer2')", [holder])
        try:
            with pytest.raises(Refused, match="BELONG-04"):
                desk.decide(case_no)
        finally:
            owner.execute("update cx.people_account set holder = null where login in ('reviewer', 'reviewer2')")
    desk.decide(case_no)
    assert mine(citizen).state == "WITHDRAWN"


def test_nobody_decides_about_themself(home: Home, citizen: Any, make_citizen: Callable[..., Any], desk: Desk) -> None:
    """Neither whom it leaves nor whom it reaches, known yet or not."""
    right = fresh_person()
    case_no = desk.propose(citizen, right)
    for number in (citizen.number, right[1]):
        holder = ring().blind_index("citizen", number)
        with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
            owner.execute("insert into cx.people_holder values (%s, 'business') on conflict do nothing", [holder])
            owner.execute("update cx.people_account set holder = %s where login = 'reviewer2'", [holder])
            try:
                with pytest.raises(Refused, match="BELONG-02"):
                    desk.decide(case_no)
            finally:
                owner.execute("update cx.people_account set holder = null where login = 'reviewer2'")
    assert mine(citizen).state == "PROPOSED"


def test_other_duties_neither_propose_nor_decide(citizen: Any, clerk: Any, officer: Any, desk: Desk) -> None:
    case_no = desk.propose(citizen, fresh_person())
    file = desk.open(case_no)
    for actor in (clerk, officer, citizen):
        with pytest.raises(Refused, match="DUTY-01"):
            api.queue(actor.token)
        with pytest.raises(Refused, match="DUTY-01"):
            api.decide(actor.token, file.queued, file.matter, file.record, outcome="approved", reasons=REASONS)


def test_a_refusal_changes_nothing_and_ends_the_matter(citizen: Any, desk: Desk) -> None:
    case_no = desk.propose(citizen, fresh_person())
    with pytest.raises(Refused, match="BELONG-01"):
        desk.propose(citizen, fresh_person())
    file = desk.open(case_no)
    desk.decide(case_no, "refused")
    assert mine(citizen).state == "PROPOSED"
    with pytest.raises(Refused, match="BELONG-03"):
        api.decide(desk.two.token, file.queued, file.matter, file.record, outcome="approved", reasons=REASONS)
    with pytest.raises(Refused, match="BELONG-03"):
        api.side_look(desk.two.token, file.queued, "person")
    desk.move(citizen, fresh_person())  # refused is not for ever


# ---- who may get it ------------------------------------------------------------------------------------------------


def test_it_goes_to_nobody_of_another_name_nor_back_to_the_same(
    citizen: Any, make_citizen: Callable[..., Any], desk: Desk
) -> None:
    other = make_citizen()
    with pytest.raises(Refused, match="BELONG-05"):
        desk.propose(citizen, ("别的名字", other.number))
    with pytest.raises(Refused, match="RECORD-16"):
        desk.propose(citizen, (citizen.name, citizen.number))
    with pytest.raises(Refused, match="ID-01"):
        desk.propose(citizen, (other.name, "090902199001011234"))


def test_it_goes_to_nobody_who_may_have_been_a_minor(citizen: Any, desk: Desk) -> None:
    from chengxin.kernel.identity import check_digit

    day = mine(citizen).decided_on - timedelta(days=19 * 365)
    body = f"090902{day:%Y%m%d}123"
    with pytest.raises(Refused, match="BELONG-09"):
        desk.propose(citizen, ("小孩", body + check_digit(body)))


def test_it_goes_to_nobody_who_has_the_same_determination(
    send: Callable[..., Any], make_citizen: Callable[..., Any], desk: Desk
) -> None:
    one = make_citizen()
    other = make_citizen(CF_WSH=mine(one).doc_no)
    with pytest.raises(Refused, match="RECORD-15"):
        desk.propose(one, (other.name, other.number))


def test_it_goes_to_nobody_who_is_dead(home: Home, citizen: Any, make_citizen: Callable[..., Any], desk: Desk) -> None:
    other = make_citizen()
    case_no = desk.propose(citizen, (other.name, other.number))
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute(
            "insert into cx.people_standing values (%s, 1, gen_random_uuid(), now(), 'deceased', current_date)",
            [other.person],
        )
    with pytest.raises(Refused, match="RECORD-16"):
        desk.decide(case_no)


def test_reasons_and_evidence_are_stated(citizen: Any, desk: Desk) -> None:
    found, right = desk.found(citizen), api.somebody(*reversed(fresh_person()))
    for reasons, evidence in (("错了", EVIDENCE), (REASONS, " ")):
        with pytest.raises(Refused, match="BELONG-08"):
            api.propose_move(desk.one.token, found, right, reasons=reasons, evidence=evidence)
    with pytest.raises(Refused, match="LOOK-04"):
        api.find_record(desk.one.token, right, "x", letter=" ")


def test_what_has_ended_is_not_moved(
    citizen: Any, send: Callable[..., Any], desk: Desk, shift: Callable[[int], None]
) -> None:
    case_no = desk.propose(citizen, fresh_person())
    shift(800)
    with pytest.raises(Refused, match="RECORD-14"):
        desk.decide(case_no)
    with pytest.raises(Refused, match="RECORD-14"):
        found = desk.found(citizen)
        api.propose_move(
            desk.one.token, found, api.somebody(*reversed(fresh_person())), reasons=REASONS, evidence=EVIDENCE
        )


def test_what_changed_since_it_was_read_is_read_again(citizen: Any, desk: Desk) -> None:
    case_no = desk.propose(citizen, fresh_person())
    file = desk.open(case_no)
    make_effective(citizen)
    with pytest.raises(Refused, match="RECORD-04"):
        api.decide(desk.two.token, file.queued, file.matter, file.record, outcome="approved", reasons=REASONS)
    desk.decide(case_no)
    assert mine(citizen).state == "WITHDRAWN"


def test_the_population_database_must_know_the_right_person(
    population: Any, make_citizen: Callable[..., Any], desk: Desk
) -> None:
    known, stranger = fresh_person(), fresh_person()
    wrong = fresh_person()
    population.settle(known, wrong)
    citizen = make_citizen(CF_XDR_MC=wrong[0], CF_XDR_ZJHM=wrong[1])
    with pytest.raises(Refused, match="BELONG-10"):
        desk.propose(citizen, stranger)
    desk.move(citizen, known)
    assert mine(citizen).state == "WITHDRAWN"


# ---- every step is seen by whom it is about -----------------------------------------------------------------------


def test_both_read_what_was_done(home: Home, citizen: Any, desk: Desk) -> None:
    right = fresh_person()
    desk.move(citizen, right)
    since = datetime.now(CHINA) - timedelta(days=1)
    done = [one.activity for one in traces(self_look(citizen.token), since)]
    assert {"belonging.find", "belonging.propose", "belonging.review", "belonging.decide"} <= set(done)
    owner = account(home, *right)
    seen = [one.activity for one in traces(self_look(owner.token), since)]
    assert {"belonging.find", "belonging.review", "belonging.decide", "notice.issue"} <= set(seen)


def test_a_proposal_needs_a_committed_look_at_the_right_person(citizen: Any, desk: Desk) -> None:
    found = desk.found(citizen)
    right = api.somebody(*reversed(fresh_person()))
    from uuid import uuid4

    for line in (citizen.person, uuid4()):
        with pytest.raises(Refused, match="LOOK-01"):
            scalar(
                "select cx.belonging_move_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, 'GS1', 'note', 'x', %s::uuid, 1, %s::uuid, %s::uuid, "
                "%s::bytea, %s::bytea, %s::bytea)",
                [
                    desk.one.token,
                    uuid4(),
                    found.person,
                    uuid4(),
                    found.record,
                    line,
                    uuid4(),
                    right.hmac,
                    right.pair,
                    b"x" * 80,
                ],
            )
