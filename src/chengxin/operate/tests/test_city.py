"""A city with three months behind it: every state is reached through the doors, days lie in the past, lines are now."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chengxin.kernel.periods import CHINA
from chengxin.operate.bootstrap import bootstrap
from chengxin.operate.chronicle import SMALLEST
from chengxin.operate.city import City
from chengxin.operate.embedded import Server
from chengxin.operate.generate import persons, story_persons
from chengxin.operate.home import Home
from chengxin.operate.organisations import organisations
from chengxin.operate.population import Sandbox
from chengxin.operate.population_server import Server as PopulationServer
from chengxin.operate.seed import PAST
from chengxin.operate.sendings import day_of, sendings, stories

pytestmark = pytest.mark.database
SEED = 1


@dataclass(frozen=True)
class Seeded:
    """A city that was seeded and is not served: the day, what the program said, and the owner's connection."""

    today: date
    said: list[str]
    signins: list[dict[str, Any]]
    owner: psycopg.Connection[Any]
    home: Home

    def tags(self, login: str, *addresses: str) -> set[str]:
        """What stands in the tags of these pages, as this sign-in reads them."""
        asked = (
            "import re, sys; from chengxin.config.setup import start_django; start_django(); "
            "from django.test import Client; from chengxin.people.api import COOKIE, console_session, sign_out; "
            "client = Client(SERVER_NAME='localhost'); token = console_session(sys.argv[1]); client.cookies[COOKIE] = token.hex(); "
            "pages = [client.get(one).content.decode() for one in sys.argv[2:]]; sign_out(token); "
            "found = re.findall('<span class=\"tag[^>]*>(.*?)</span>', ' '.join(pages), re.S); "
            "print(*(re.sub('<[^>]+>', '', one).strip() for one in found), sep='\\n')"
        )
        environment = self.home.environment("web", signin=True)
        command = [sys.executable, "-P", "-c", asked, login, *addresses]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        return set(done.stdout.splitlines())

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        return self.owner.execute(sql).fetchall()


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """The smallest city with a past, seeded as `chengxin demo` does it: a demo, which the shared fixture is not."""
    home = Home.create(tmp_path_factory.mktemp("city") / "keep", mode="demo")
    sandbox = Sandbox.create(home.path / "population")
    population = PopulationServer(sandbox)
    threading.Thread(target=population.serve_forever, daemon=True).start()
    sandbox.link(home.population, population.url)
    today = datetime.now(CHINA).date()
    with Server(home):
        bootstrap(home)
        done = subprocess.run(
            [sys.executable, "-P", "-m", "chengxin", "seed", "--size", str(SMALLEST)],
            env=home.environment("owner", owner=True),
            capture_output=True,
            text=True,
            check=True,
        )
        *said, last = done.stdout.splitlines()
        with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
            yield Seeded(today, said, json.loads(last)["accounts"], owner, home)
    population.shutdown()
    population.server_close()


def test_whoever_has_an_account_gets_no_second_one(city: Seeded) -> None:
    ((told,),) = city.all("select person from cx.people_account where login = 'citizen4'")
    ((untold,), *_) = city.all("select person from cx.people_key except select person from cx.people_account")
    with City(city.home) as hand:
        assert hand.signed_up(told)
        assert not hand.signed_up(untold)


def test_records_stand_in_every_state(city: Seeded) -> None:
    latest = (
        "select distinct on (person, record) person, record, to_state, adverse from cx.records_event"
        " order by person, record, seq desc"
    )
    states = {state for (state,) in city.all(f"select distinct to_state from ({latest}) e where adverse")}
    assert states >= {"PROPOSED", "SERVED", "DISPUTED", "EFFECTIVE", "WITHDRAWN"}
    over = f"select count(*) from ({latest}) e join cx.records_version v using (person, record) where adverse and "
    assert city.all(over + f"to_state = 'EFFECTIVE' and display_end <= date '{city.today}'")[0][0] > 0  # 已到期
    assert city.all(over + f"to_state = 'EFFECTIVE' and display_end > date '{city.today}'")[0][0] > 0
    assert city.all(f"select count(*) from ({latest}) e where not adverse and to_state = 'EFFECTIVE'")[0][0] > 0


def test_letters_batches_cases_and_incidents_do_too(city: Seeded) -> None:
    events = set(city.all("select distinct channel, event from cx.notice_evidence"))
    assert events >= {("in_app", "opened"), ("post", "delivered"), ("desk", "undeliverable"), ("desk", "renewed")}
    kinds = {kind for (kind,) in city.all("select distinct kind from cx.intake_batch")}
    assert kinds == {"report", "correct", "withdraw"}
    ((refused, held, total),) = city.all("select sum(refused), sum(held), sum(total) from cx.intake_receipt")
    assert refused > 0
    assert held > 0
    assert total > refused + held
    outcomes = dict(
        city.all(
            "select coalesce(outcome, ''), count(*) from cx.redress_objection"
            " left join cx.redress_decision using (person, objection) group by 1"
        )
    )
    assert outcomes[""] > 0
    assert outcomes["upheld"] > 0
    ends = city.all("select distinct on (incident) to_state from cx.oversight_event order by incident, seq desc")
    assert sorted(ends) == [("closed",), ("reported",)]


def test_every_word_of_the_vocabulary_is_met(city: Seeded) -> None:
    """On the pages of the printed sign-ins. 已修复 is no word of today: repair is not built (ADR 40)."""
    wang = city.tags("citizen1", "/me/records/", "/me/cases/")
    chen = city.tags("citizen2", "/me/records/", "/me/cases/")
    assert wang >= {"拟记入", "异议处理中", "已撤销", "核查中", "已办结（成立）"}
    assert chen >= {"待您确认", "有效", "已到期", "已办结（不成立）"}
    ((login,), *_) = city.all(
        "select a.login from cx.intake_receipt c join cx.intake_batch b using (batch)"
        " join cx.people_account a on a.organisation = b.organisation and a.login like 'officer%'"
        " where c.refused > 0 and not exists (select from cx.intake_fixed f where f.batch = b.batch) order by 1"
    )
    assert city.tags(login, "/intake/sent/") >= {"需改正", "已入库"}
    assert "已修复" not in wang | chen


def test_no_desk_of_the_offices_is_empty(city: Seeded) -> None:
    """Something waits at each, for a second human; something is done."""
    matters = dict(city.all("select state, array_agg(distinct kind) from cx.people_matter group by 1"))
    assert {"duty.give", "account.reset", "organisation.open", "organisation.rename"} == set(matters["waiting"])
    assert matters.keys() == {"done", "waiting", "confirmed", "refused", "withdrawn"}
    last = "select distinct on (code, {0}) to_state from cx.{1} where actor <> '{2}' order by code, {0}, seq desc"
    nobody = "00000000-0000-0000-0000-000000000000"
    papers = city.all(last.format("number", "oversight_paper", nobody))
    assert sorted(papers) == [("draft",), ("draft",), ("published",), ("review",)]
    assert sorted(city.all(last.format("version", "catalog_step", nobody))) == [("draft",), ("draft",), ("review",)]
    steps = city.all(
        "select coalesce(string_agg(d.step, ' ' order by d.seq), '') from cx.people_secrecy s"
        " left join cx.people_secrecy_step d using (secrecy) group by s.secrecy"
    )
    assert sorted(steps) == [("",), ("approved",), ("approved ended",), ("refused",)]
    inquiries = "select count(*) from cx.ledger_register where line = 'look' and purpose = 'INQUIRY'"
    assert city.all(inquiries) == [(2,)]


def test_persons_change_and_two_humans_decide(city: Seeded) -> None:
    """Records move, files are joined or left apart, relatives are served; the newest of each still waits."""
    decided = set(
        city.all(
            "select m.kind, m.origin, coalesce(d.outcome, '') from cx.belonging_matter m"
            " left join cx.belonging_decision d using (person, matter)"
        )
    )
    assert decided >= {("merge", "population", "approved"), ("keep", "population", "approved"), ("merge", "note", "")}
    assert decided >= {("move", "note", outcome) for outcome in ("approved", "refused", "")}
    kinds = set(city.all("select kind, outcome from cx.people_change"))
    applied = ("name_changed", "number_corrected", "deceased", "living")
    assert kinds == {(kind, "applied") for kind in applied} | {
        ("moved", "nothing"), ("merged", "human"), ("number_corrected", "human"),
    }  # fmt: skip
    assert city.all("select waiting from cx.people_line_v1()") == [(2,)]
    asked = city.all(
        "select coalesce(g.outcome, '') from cx.belonging_relative left join cx.belonging_granted g"
        " using (person, application)"
    )
    assert sorted(asked) == [("",), ("granted",), ("refused",)]
    told = city.all(
        "select count(*), count(b.recall) from cx.belonging_recall left join cx.belonging_receipt b using (person, recall)"
    )
    assert told[0][0] > told[0][1] == 1
    mandates = (
        "select count(*), count(e.at) from cx.lookup_mandate left join cx.lookup_mandate_end e using (person, mandate)"
    )
    assert city.all(mandates) == [(2, 1)]


def test_files_count_in_the_month_of_their_business_day(city: Seeded) -> None:
    """So the pages of quality show months, and who stopped reporting is overdue."""
    months = city.all("select distinct date_trunc('month', on_date)::date from cx.intake_receipt order by 1")
    assert len(months) >= 3
    nothing = "select count(*) from cx.intake_receipt where total = 0"
    assert city.all(nothing)[0][0] > 10
    stopped = city.all(
        "select max(c.on_date) from cx.intake_receipt c join cx.intake_batch b using (batch)"
        " join cx.people_organisation o on o.code = b.organisation where o.name like '%邮政管理局'"
    )
    assert (city.today - stopped[0][0]).days > 62


def test_the_worker_finds_a_file_one_that_is_none_and_one_that_broke_off(city: Seeded) -> None:
    """Nobody is signed in but for what waits to be read; only the file whose officer signed out breaks off (已中断)."""
    waiting = "select batch is null, session is not null, problem from cx.intake_upload"
    assert city.all(waiting) == [(True, True, "")] * 3
    assert city.all("select method from cx.ledger_session where closed_at is null") == [("errand",)] * 2
    assert "校验中" in city.tags("officer", "/intake/sent/")
    worked = (
        "from chengxin.config.setup import start_django; start_django(); from chengxin.intake.api import work; "
        "from chengxin.people.api import console_session; token = console_session('system'); "
        "print([work(token) for _ in range(4)])"
    )
    environment = city.home.environment("worker", signin=True)
    done = subprocess.run(
        [sys.executable, "-P", "-c", worked], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[True, True, True, False]"
    found = (
        "select u.problem, u.message <> '', u.session is null and u.batch is null, c.total > 0 and c.unchanged = c.total"
        " from cx.intake_upload u left join cx.intake_receipt c using (batch) order by u.at"
    )
    broken, read, none = city.all(found)
    assert broken == ("", True, True, None)
    assert read[:3] == ("", False, False)
    assert read[3] is not None, "it is read to its end"
    assert none == ("INTAKE-03", True, True, None)
    assert city.all("select count(*) from cx.ledger_session where method = 'errand' and closed_at is null") == [(0,)]


def test_business_days_lie_in_the_past_and_lines_are_real(city: Seeded) -> None:
    ((first, last),) = city.all("select min(on_date), max(on_date) from cx.records_event")
    assert first == day_of(0, city.today)
    assert last <= city.today
    ((earliest,),) = city.all("select min(at) from cx.ledger_register")
    assert earliest.astimezone(CHINA).date() >= city.today
    assert city.all("select clock_shift from cx.ledger_deployment") == [(0,)]


def test_the_stories_end_where_they_should(city: Seeded) -> None:
    people = persons(SMALLEST, seed=SEED, today=city.today - timedelta(days=PAST))
    told = {one.doc_no: one.state for one in stories(people, sendings(people, seed=SEED, today=city.today))}
    found = dict(
        city.all(
            "select distinct on (r.person, r.record) r.doc_no, e.to_state from cx.records_record r"
            " join cx.records_event e using (person, record) order by r.person, r.record, e.seq desc"
        )
    )
    ends = {"dispute": "DISPUTED", "uphold": "WITHDRAWN", "expire": "EFFECTIVE", "open": "SERVED"}
    assert {state: found[doc_no] for doc_no, state in told.items()} == ends


def test_each_case_of_the_window_is_in_the_register(city: Seeded) -> None:
    """李晓燕 and 陈志强 are asked about twice each, for two purposes under two cases; beside them the others' looks."""
    told = city.all(
        "select purpose, case_ref, count(*) from cx.ledger_register where line = 'look' and activity = 'lookup.check'"
        " group by 1, 2 having count(*) = 2 order by 1"
    )
    assert [purpose for purpose, _, _ in told] == ["LICENCE", "SUBSIDY"]
    assert all(case for _, case, _ in told)
    assert (
        city.all("select count(distinct case_ref) from cx.ledger_register where activity = 'lookup.check'")[0][0] > 20
    )


def test_one_sign_in_for_each_role_and_a_line_for_each_step(city: Seeded) -> None:
    roles = {one["role"] for one in city.signins}
    assert {"市民", "部门数据员", "业务窗口", "异议审核员", "信用办管理者", "通知送达员", "系统管理员"} <= roles
    assert {story.name for story in story_persons()} <= {one["name"] for one in city.signins}
    assert all(one["password"] or one["private_key"] for one in city.signins if one["role"])
    assert len(city.said) > 10
    readme = (Path(__file__).resolve().parents[4] / "README.md").read_text("utf-8")
    named = [one["login"] for one in city.signins if one["role"] not in {"", "市民"}]
    assert [login for login in named if f"`{login}`" not in readme] == [], "README names every sign-in that is printed"
    numbers = [person.id_number for person in story_persons()]
    assert not any(number in line for line in city.said for number in numbers)


def test_every_department_has_somebody_who_reports(city: Seeded) -> None:
    with_one = {
        code
        for (code,) in city.all(
            "select distinct organisation from cx.people_account join cx.people_duty using (account)"
            " where duty = 'data_officer'"
        )
    }
    departments = {one.code for one in organisations() if one.kind == "department"}
    assert with_one == departments
    assert len(departments) >= 44
