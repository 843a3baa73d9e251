"""What the population database tells: applied once, in its order, whatever the delivery; nothing acts on the deceased."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.kernel.population import Change
from chengxin.ledger.api import Look, scalar
from chengxin.lookup.api import check
from chengxin.operate.home import Home
from chengxin.people import changes
from chengxin.people.api import (
    Match,
    console_session,
    credential,
    identity,
    match,
    poll,
    ring,
    self_look,
    traces,
)
from chengxin.people.tests.population import Place, claim
from conftest import fresh_person

pytestmark = pytest.mark.database


@dataclass
class Feed:
    """A city whose population database tells about a citizen of ours."""

    place: Place
    citizen: Any
    token: bytes
    home: Home

    def tell(self, kind: Any, **new: str) -> int | None:
        return self.place.happened(kind, self.citizen.name, self.citizen.number, **new)

    def poll(self) -> int:
        return poll(self.token, using="worker")

    def of(self, number: str) -> UUID | None:
        """The person behind a number."""
        found: UUID | None = self._one(
            "select person from cx.people_key where id_hmac = %s", ring().blind_index("citizen", number)
        )
        return found

    def outcomes(self) -> list[tuple[str, str]]:
        with psycopg.connect(self.home.dsn("owner")) as owner:
            return owner.execute("select kind, outcome from cx.people_change order by seq").fetchall()

    def standing(self) -> str | None:
        found: str | None = self._one(
            "select standing from cx.people_standing where person = %s order by seq desc limit 1", self.citizen.person
        )
        return found

    def identity(self) -> tuple[str, str]:
        found = identity(self._look())
        return found.name, found.number

    def activities(self) -> list[str]:
        lines = traces(self._look(), datetime(2020, 1, 1, tzinfo=UTC))
        return [line.activity for line in reversed(lines) if line.activity.startswith("people.")]

    def _look(self) -> Look:
        """What the person would read, also while nobody can sign in as somebody who counts as deceased."""
        with psycopg.connect(self.home.dsn("owner"), autocommit=True) as owner:
            owner.execute("update cx.people_account set disabled_at = null where login = %s", [self.citizen.login])
        return self_look(console_session(self.citizen.login))

    def _one(self, sql: str, *values: Any) -> Any:
        with psycopg.connect(self.home.dsn("owner")) as owner:
            row = owner.execute(sql.encode(), values).fetchone()
        return row[0] if row else None


@pytest.fixture
def feed(home: Home, population: Place, make_citizen: Callable[..., Any], system: Any) -> Feed:
    """A citizen whom the population database knows that we hold. Changes of earlier tests are forgotten."""
    person = fresh_person()
    population.settle(person)
    citizen = make_citizen(CF_XDR_MC=person[0], CF_XDR_ZJHM=person[1])
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute("delete from cx.people_change")
    return Feed(population, citizen, system.token, home)


def test_every_question_is_registered_before_it_is_asked(home: Home, population: Place, clerk: Any) -> None:
    people = [fresh_person() for _ in range(3)]
    population.settle(people[0])
    claims = [claim(*one) for one in people]
    assert match(clerk.token, claims, purpose="TEST") == [Match.MATCH, Match.UNKNOWN, Match.UNKNOWN]
    (asked,) = [one for one in population.sandbox.log() if one.purpose == "TEST"]
    with psycopg.connect(home.dsn("owner")) as owner:
        row = owner.execute(
            "select c.purpose, c.persons, r.activity, r.case_ref, a.matched, a.unmatched, a.unknown "
            "from cx.people_question c join cx.ledger_register r on r.id = c.act "
            "join cx.people_answer a using (call) where c.call = %s",
            [asked.request],
        ).fetchone()
    assert row == ("TEST", 3, "people.match", str(asked.request), 1, 0, 2)


def test_a_question_without_an_answer_stays_registered(home: Home, population: Place, clerk: Any) -> None:
    population.faults.down = True
    with psycopg.connect(home.dsn("owner")) as owner:
        count = "select count(*) from cx.people_question c where c.purpose = 'TESTDOWN' and not exists (select from cx.people_answer a where a.call = c.call)"
        before = owner.execute(count).fetchone()
        assert match(clerk.token, [claim(*fresh_person())] * 2, purpose="TESTDOWN") == [Match.UNAVAILABLE] * 2
        after = owner.execute(count).fetchone()
    assert before is not None
    assert after == (before[0] + 1,)


def test_who_has_no_duty_asks_nothing(population: Place, notice_officer: Any) -> None:
    with pytest.raises(Refused, match="DUTY-01"):
        match(notice_officer.token, [claim(*fresh_person())], purpose="TEST")
    assert population.asked("TEST") == []


def test_an_answer_belongs_to_its_question(population: Place, clerk: Any, officer: Any) -> None:
    """POPULATION-02: numbers that do not add up, and another's question."""
    call = uuid4()
    ask = "select cx.people_ask_v1(%s::bytea, %s::uuid, %s::uuid, 'TEST', 3)"
    scalar(ask, [clerk.token, uuid7(), call])
    tell = "select cx.people_told_v1(%s::bytea, %s::uuid, %s::integer, %s::integer, %s::integer)"
    for token, counts in ((clerk.token, (1, 1, 0)), (officer.token, (1, 1, 1))):
        with pytest.raises(Refused, match="POPULATION-02"):
            scalar(tell, [token, call, *counts])
    scalar(tell, [clerk.token, call, 1, 1, 1])


def test_a_new_name(feed: Feed) -> None:
    feed.tell("name_changed", new_name="新名字")
    assert feed.poll() == 1
    assert feed.identity() == ("新名字", feed.citizen.number)
    assert feed.activities() == ["people.renamed"]
    assert feed.poll() == 0


def test_a_corrected_number_leads_to_the_same_person_and_so_does_the_old(feed: Feed) -> None:
    _, number = fresh_person()
    feed.tell("number_corrected", new_number=number)
    assert feed.poll() == 1
    assert feed.of(number) == feed.of(feed.citizen.number) == feed.citizen.person
    assert feed.identity() == (feed.citizen.name, number)
    assert feed.activities() == ["people.renumbered"]


@pytest.mark.parametrize("kind", ["number_corrected", "merged"])
def test_a_number_that_is_somebody_else_s_waits_for_a_human(
    feed: Feed, make_citizen: Callable[..., Any], kind: str
) -> None:
    name, number = fresh_person()
    feed.place.settle((name, number))
    other = make_citizen(CF_XDR_MC=name, CF_XDR_ZJHM=number)
    feed.tell(kind, new_number=number)
    assert feed.poll() == 1
    assert feed.outcomes() == [(kind, "human")]
    assert feed.of(number) == other.person
    assert feed.of(feed.citizen.number) == feed.citizen.person
    assert feed.activities() == ["people.doubted"]


def found(clerk: Any, citizen: Any) -> bool:
    return check(clerk.token, number=citizen.number, name=citizen.name, purpose="SUBSIDY", case_ref="案1").found


def test_nothing_acts_on_the_deceased_until_it_was_a_mistake(feed: Feed, clerk: Any) -> None:
    from chengxin.lookup.tests.test_views import make_effective

    make_effective(feed.citizen)
    assert found(clerk, feed.citizen)
    feed.tell("deceased")
    assert feed.poll() == 1
    assert not found(clerk, feed.citizen)
    with pytest.raises(Refused, match="SESSION-01"):  # whoever is signed in under that account is signed out
        self_look(feed.citizen.token)
    assert credential(feed.citizen.login) is None
    feed.tell("living")
    feed.poll()
    assert found(clerk, feed.citizen)
    assert credential(feed.citizen.login) is not None
    assert feed.activities() == ["people.deceased", "people.living"]


def test_who_moved_and_who_is_not_ours_change_nothing(feed: Feed) -> None:
    stranger = fresh_person()
    feed.place.settle(stranger)
    feed.place.sandbox.answer([claim(*stranger)], purpose="INTAKE", request=uuid4())
    feed.tell("moved")
    feed.place.happened("deceased", *stranger)
    assert feed.poll() == 2
    assert feed.outcomes() == [("moved", "nothing"), ("deceased", "nobody")]
    assert feed.activities() == []


def test_about_whom_we_never_asked_nothing_is_told(feed: Feed) -> None:
    stranger = fresh_person()
    feed.place.settle(stranger)
    feed.place.sandbox.answer([claim(*stranger)], purpose="HALL_REALNAME", request=uuid4())
    assert feed.place.happened("deceased", *stranger) is None
    assert feed.poll() == 0


def test_only_the_very_next_change_is_applied(feed: Feed) -> None:
    """POPULATION-03; and one that came before is no change any more."""
    first = Change(1, uuid4(), "deceased", date(2026, 11, 1), "citizen", feed.citizen.number)
    third = Change(3, uuid4(), "living", date(2026, 11, 2), "citizen", feed.citizen.number)
    with pytest.raises(Refused, match="POPULATION-03"):
        changes.apply(feed.token, third, using="worker")
    assert changes.apply(feed.token, first, using="worker") == "applied"
    assert changes.apply(feed.token, first, using="worker") == "known"
    assert feed.standing() == "deceased"
    assert feed.activities() == ["people.deceased"]


def test_a_change_counts_once_whatever_its_number(feed: Feed) -> None:
    """POPULATION-03: the same change under two numbers."""
    first = Change(1, uuid4(), "deceased", date(2026, 11, 1), "citizen", feed.citizen.number)
    changes.apply(feed.token, first, using="worker")
    again = Change(2, first.id, "deceased", date(2026, 11, 1), "citizen", feed.citizen.number)
    with pytest.raises(Refused, match="POPULATION-03"):
        changes.apply(feed.token, again, using="worker")


def test_nobody_but_the_platform_applies_a_change(feed: Feed, officer: Any) -> None:
    first = Change(1, uuid4(), "deceased", date(2026, 11, 1), "citizen", feed.citizen.number)
    with pytest.raises(Refused, match="DUTY-01"):
        changes.apply(officer.token, first, using="worker")
    assert feed.standing() is None


_NAMES = st.sampled_from(["甲甲", "乙乙", "丙丙"])
_STEP = st.one_of(
    st.tuples(st.just("name_changed"), _NAMES), st.tuples(st.sampled_from(["deceased", "living", "moved"]), st.just(""))
)


@given(steps=st.lists(_STEP, min_size=1, max_size=8), seed=st.integers(0, 1 << 30))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_delivery_ends_as_the_order_would(feed: Feed, steps: list[tuple[Any, str]], seed: int) -> None:
    chance = Random(seed)  # not drawn from hypothesis: pages are made in the server's thread

    with psycopg.connect(feed.home.dsn("owner"), autocommit=True) as owner:
        row = owner.execute("select coalesce(max(seq), 0) from cx.people_change").fetchone()
    start = int(row[0]) if row else 0
    name = feed.identity()[0]
    for kind, new in steps:
        more = {"new_name": new} if new else {}
        feed.place.happened(kind, name, feed.citizen.number, **more)
        name = new or name

    def delivered(page: list[Any]) -> list[Any]:
        """Some of the page, in any order, some of it twice."""
        kept = [one for one in page if chance.random() < 0.7]
        twice = kept + [one for one in kept if chance.random() < 0.5]
        return chance.sample(twice, len(twice))

    feed.place.faults.shuffle = delivered
    for _ in range(3):
        feed.poll()
    feed.place.faults.shuffle = None
    feed.poll()
    assert [kind for kind, _ in feed.outcomes()][start:] == [kind for kind, _ in steps]
    assert feed.identity()[0] == name
    lives = [kind for kind, _ in steps if kind in {"deceased", "living"}]
    if lives:
        assert feed.standing() == lives[-1]
