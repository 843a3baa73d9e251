"""Persons of a file are verified before anything comes in; without an answer nothing does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from chengxin.intake import api as intake
from chengxin.intake.tests.pages import URL, file
from chengxin.intake.tests.test_store import withdrawal
from chengxin.kernel.errors import Refused
from chengxin.operate.home import Home
from chengxin.people.api import ring
from chengxin.people.tests.population import Place
from conftest import fresh_person, penalty

pytestmark = pytest.mark.database


def codes(imported: Any) -> list[tuple[int, str]]:
    return [(one.row, one.code) for one in (*imported.result.errors, *imported.result.held_rows)]


def known(home: Home, number: str) -> bool:
    with psycopg.connect(home.dsn("owner")) as owner:
        sql = "select from cx.people_key where id_hmac = %s"
        return owner.execute(sql, [ring().blind_index("citizen", number)]).fetchone() is not None


def test_match_comes_in_and_the_others_wait_for_a_human(
    home: Home, send: Callable[..., Any], population: Place
) -> None:
    """INTAKE-67: the number is another's; INTAKE-68: the number is nobody's."""
    good, wrong, nobody = fresh_person(), fresh_person(), fresh_person()
    population.settle(good, (wrong[0] + "乙", wrong[1]))
    imported = send(penalty(*good), penalty(*wrong), penalty(*nobody))
    assert (imported.result.accepted, imported.result.held) == (1, 2)
    assert codes(imported) == [(2, "INTAKE-67"), (3, "INTAKE-68")]
    assert [known(home, number) for _, number in (good, wrong, nobody)] == [True, False, False]


def test_each_person_is_asked_about_once_and_in_batches(send: Callable[..., Any], population: Place) -> None:
    one, two = fresh_person(), fresh_person()
    population.settle(one, two)
    assert send(*[penalty(*one) for _ in range(5)], penalty(*two)).result.accepted == 6
    assert population.asked("INTAKE") == [2]


def test_no_answer_and_nothing_comes_in(home: Home, send: Callable[..., Any], population: Place) -> None:
    """INTAKE-69; the same file goes on once somebody answers."""
    person = fresh_person()
    population.settle(person)
    row = penalty(*person)
    for fault in ("down", "unsigned", "garbage"):
        setattr(population.faults, fault, True)
        with pytest.raises(Refused, match="INTAKE-69"):
            send(row)
        assert not known(home, person[1])
        setattr(population.faults, fault, False)
    assert send(row).result.accepted == 1


def test_what_is_withdrawn_waits_for_nobody(send: Callable[..., Any], population: Place) -> None:
    person = fresh_person()
    population.settle(person)
    row = penalty(*person)
    assert send(row).result.accepted == 1
    asked = population.asked("INTAKE")
    population.faults.down = True
    assert send(withdrawal(row), kind="withdraw").result.accepted == 1
    assert population.asked("INTAKE") == asked


def test_what_is_there_already_is_unchanged_whatever_is_said_today(send: Callable[..., Any], population: Place) -> None:
    person = fresh_person()
    population.settle(person)
    row = penalty(*person)
    assert send(row).result.accepted == 1
    population.happened("name_changed", *person, new_name="改名以后")
    assert send(row).result.unchanged == 1
    assert codes(send(row | {"CF_NR": "罚款六百元"}, kind="correct")) == [(1, "INTAKE-67")]


def test_an_upload_waits_and_is_read_on_without_anybody(
    home: Home, idle: None, officer: Any, system: Any, population: Place
) -> None:
    del idle
    person = fresh_person()
    population.settle(person)
    population.faults.down = True
    answer = officer.client.post(URL, {"item": "XZCF", "kind": "report", "file": file(penalty(*person))})
    page = str(answer["Location"])
    assert intake.work(system.token, using="worker")
    said = officer.client.get(page).content.decode()
    assert "校验中" in said
    assert "人口信息核验服务暂时没有应答" in said
    assert not intake.work(system.token, using="worker")  # it rests for a while
    population.faults.down = False
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute(
            "update cx.intake_upload set leased_until = now() - interval '1 second' where session is not null"
        )
    assert intake.work(system.token, using="worker")
    said = officer.client.get(page).content.decode()
    assert "已入库" in said
    assert "暂时没有应答" not in said


def test_the_desk_reads_that_another_name_is_the_right_one(
    send: Callable[..., Any], reviewer: Any, population: Place
) -> None:
    """INTAKE-43 holds what is not as we know it; the population database may know better."""
    person = fresh_person()
    population.settle(person)
    assert send(penalty(*person)).result.accepted == 1
    population.happened("name_changed", *person, new_name="改名以后")
    imported = send(penalty("改名以后", person[1]))
    assert codes(imported) == [(1, "INTAKE-43")]
    page = reviewer.client.get(f"/intake/held/{imported.batch}/1/").content.decode()
    assert "姓名与证件号码相符" in page


@pytest.mark.parametrize(("settled", "word"), [(True, "姓名与证件号码核验不符"), (False, "人口信息库查无此号码")])
def test_the_desk_reads_what_was_said(
    send: Callable[..., Any], reviewer: Any, population: Place, settled: bool, word: str
) -> None:
    name, number = fresh_person()
    if settled:
        population.settle((name + "丙", number))
    row = penalty(name, number)
    imported = send(row)
    page = reviewer.client.get(f"/intake/held/{imported.batch}/1/").content.decode()
    assert word in page
    assert "人口信息库核验的结果" in page
    assert name not in page
    intake.decide(reviewer.token, imported.batch, 1, outcome="released", reasons="已核对证件原件和决定文书")
    assert send(row).result.unchanged == 1


def test_nothing_of_a_question_is_written_anywhere(
    home: Home, send: Callable[..., Any], population: Place, caplog: pytest.LogCaptureFixture
) -> None:
    name, number = fresh_person()
    population.faults.garbage = True
    with pytest.raises(Refused):
        send(penalty(name, number))
    assert name not in caplog.text
    assert number not in caplog.text
    assert number not in (home.path / "postgres.log").read_text("utf-8", "replace")
