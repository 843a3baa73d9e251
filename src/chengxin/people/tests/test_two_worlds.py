"""ID-02, INTAKE-16, INTAKE-17: no door lets a real number into a demo, or a synthetic one into production (两个世界)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from chengxin.intake.api import import_file
from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import check_digit, of_this_world
from chengxin.lookup.api import check, match_person
from chengxin.lookup.machine import Asked, Checks
from chengxin.people.api import ring
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database

_BODY = "32099919800228017"  # an area nobody ever had
REAL = _BODY + check_digit(_BODY)
WORLDS = ((REAL, "test", "INTAKE-17"), (fresh_person()[1], "production", "INTAKE-16"))
"""A number of the other world, the mode of this one, and what a file is told."""


def at_the_window(clerk: Any, number: str) -> None:
    check(clerk.token, number=number, name="测试", purpose="SUBSIDY", case_ref="测1")


def at_the_counter(clerk: Any, number: str) -> None:
    match_person(clerk.token, number=number, name="测试", purpose="MATCH_HALL", case_ref="测1")


def at_the_machine(clerk: Any, number: str) -> None:
    async def ask() -> None:
        asked = Asked(purpose="SUBSIDY_SYSTEM", case_ref="测1", id_number=number, name="测试")
        Checks(None, ring())._question(clerk.token, uuid4(), asked)  # type: ignore[arg-type]

    asyncio.run(ask())


def in_the_vault(_: Any, number: str) -> None:
    """Where a person is found or written: registration, changes told by the population database, accounts."""
    ring().blind_index("citizen", number)


DOORS: tuple[Callable[[Any, str], None], ...] = (at_the_window, at_the_counter, at_the_machine, in_the_vault)


@pytest.mark.parametrize("door", DOORS, ids=lambda one: one.__name__)
@pytest.mark.parametrize(("number", "mode", "_code"), WORLDS, ids=["real", "synthetic"])
def test_id_02_nobody_of_the_other_world_is_asked_about(
    clerk: Any,
    connect: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
    door: Callable[[Any, str], None],
    number: str,
    mode: str,
    _code: str,
) -> None:
    def looks() -> Any:
        sql = "select count(*) from cx.ledger_register where actor = %s and line = 'look'"
        return connect("owner").execute(sql, [clerk.account.account]).fetchone()

    monkeypatch.setattr(settings, "MODE", mode)
    before = looks()
    with pytest.raises(Refused, match="ID-02"):
        door(clerk, number)
    assert looks() == before


@pytest.mark.parametrize(("number", "mode", "code"), WORLDS, ids=["real", "synthetic"])
def test_intake_16_and_17_no_file_brings_the_other_world_in(
    officer: Any, monkeypatch: pytest.MonkeyPatch, number: str, mode: str, code: str
) -> None:
    monkeypatch.setattr(settings, "MODE", mode)
    result = import_file(officer.token, csv_of([penalty("测试", number)]), item="XZCF").result
    assert (result.accepted, result.refused) == (0, 1)
    assert code in {finding.code for finding in result.errors}


def test_each_world_takes_its_own(clerk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    synthetic = fresh_person()[1]
    at_the_window(clerk, synthetic)
    in_the_vault(clerk, synthetic)
    monkeypatch.setattr(settings, "MODE", "production")
    in_the_vault(clerk, REAL)
    for number in (REAL, synthetic):
        assert of_this_world(number, "production") != of_this_world(number, "demo")
        assert of_this_world(number, "test") == of_this_world(number, "demo")
