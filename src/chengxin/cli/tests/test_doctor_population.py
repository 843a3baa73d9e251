"""What the examination says of the population database: away, wrongly configured, answering, waiting for a human."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from chengxin.operate import doctor
from chengxin.operate.home import Home
from chengxin.people.tests.population import served


def told(home: Home) -> list[tuple[str, str]]:
    return [(one.state.value, one.cause) for one in doctor._population(home) if one.name == "population"]


def test_each_state_of_the_line(tmp_path: Path) -> None:
    home = Home.create(tmp_path / "home", mode="test")
    assert told(home) == [("skip", "没有配置人口信息库，报送的身份不核验")]
    with served(tmp_path) as place:
        place.sandbox.link(home.population, place.url)
        assert told(home) == [("ok", "人口信息库（演示用）有应答")]
        place.faults.down = True
        assert told(home) == [("fail", "人口信息库没有应答")]
    home.population.chmod(0o644)
    ((state, cause),) = told(home)
    assert state == "fail"
    assert "可被其他用户读取" in cause


@pytest.mark.database
def test_changes_that_wait_for_a_human_are_counted(home: Home) -> None:
    with psycopg.connect(home.dsn("owner"), autocommit=True) as owner:
        owner.execute("delete from cx.people_change")
        assert list(doctor._doubted(home)) == []
        owner.execute(
            "insert into cx.people_change values (1, %s, 'merged', 'human', %s, %s, now())", [uuid4(), uuid4(), uuid4()]
        )
        (said,) = doctor._doubted(home)
        owner.execute("delete from cx.people_change")
    assert said.state.value == "warn"
    assert "1 件" in said.cause
