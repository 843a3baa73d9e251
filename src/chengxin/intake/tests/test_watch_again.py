"""The watched folder when something fails through no fault of the file: tried again, not in a loop, nothing lost."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
from django.db import OperationalError

from chengxin.intake import watch
from chengxin.intake.judging.child import JudgingFailed
from chengxin.intake.tests.test_watch import Intake, drop, listed
from chengxin.intake.watch import TAKEN, WAITING, Swept, Watch
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import DatabaseFault


@pytest.fixture
def intake() -> Intake:
    return Intake()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind in ("in", "correct"):
        (tmp_path / "XZCF" / kind).mkdir(parents=True)
    return tmp_path


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def reading_times(folder: Path, intake: Intake, *, until: float) -> list[float]:
    """When a file that fails is read, in a watch that looks every second."""
    clock, read = Clock(), []
    with Watch(folder, clock=clock) as watching:
        while clock.now <= until:
            before = len(intake.calls)
            watching.sweep(intake)
            read += [clock.now] * (len(intake.calls) - before)
            clock.now += 1.0
    return read


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("SESSION-01"), "SESSION-01"),
        (DatabaseFault("connection"), "DatabaseFault"),
        (OperationalError("张三"), "OperationalError"),
        (psycopg.OperationalError("张三"), "OperationalError"),
        (JudgingFailed("ValueError at judge.py:1"), "JudgingFailed"),
        (RuntimeError("张三.csv"), "RuntimeError"),
    ],
)
def test_what_is_not_the_file_s_fault_waits_and_is_not_lost(
    folder: Path, intake: Intake, error: Exception, code: str
) -> None:
    drop(folder, "a.csv")
    clock = Clock()
    with Watch(folder, clock=clock) as watching:
        watching.sweep(intake)
        intake.error = error
        for _ in range(3):
            assert watching.sweep(intake) == [Swept("XZCF", "report", WAITING, code)]
        assert len(intake.calls) == 1  # said in every sweep, tried in one
        assert listed(folder, "out") == []
        intake.error = None
        clock.now = watch.FIRST_PAUSE
        assert [one.state for one in watching.sweep(intake)] == [TAKEN]
    assert intake.records == {"a": 1, "b": 1}


def test_it_is_tried_again_later_and_later_and_at_once_by_a_new_watcher(folder: Path, intake: Intake) -> None:
    drop(folder, "a.csv")
    intake.error = JudgingFailed("ValueError at judge.py:1")
    assert reading_times(folder, intake, until=3000) == [1, 31, 91, 211, 451, 931, 1831, 2731]
    intake.error = None
    assert reading_times(folder, intake, until=1) == [0]
    assert listed(folder, "done") == ["a.csv"]


def test_a_file_the_program_fails_on_keeps_no_other_waiting(folder: Path, intake: Intake) -> None:
    drop(folder, "a.csv", b"\xff")  # no text: the stand-in fails on it
    drop(folder, "b.csv")
    with Watch(folder) as watching:
        watching.sweep(intake)
        assert {one.state for one in watching.sweep(intake)} == {WAITING, TAKEN}
    assert listed(folder, "done") == ["b.csv"]


def test_when_the_platform_is_away_nothing_overtakes_what_came_before(folder: Path, intake: Intake) -> None:
    """One file is tried, not each of them; and a correction that comes meanwhile waits for what it corrects."""
    clock = Clock()
    drop(folder, "a.csv")
    with Watch(folder, clock=clock) as watching:
        watching.sweep(intake)
        intake.error = DatabaseFault("connection")
        watching.sweep(intake)
        intake.error = None
        drop(folder, "b.csv", kind="correct")
        watching.sweep(intake)
        assert [one.state for one in watching.sweep(intake)] == [WAITING, WAITING]
        assert len(intake.calls) == 1
        clock.now = watch.FIRST_PAUSE
        assert [one.kind for one in watching.sweep(intake)] == ["report", "correct"]
    assert intake.calls[1:] == [("XZCF", "report"), ("XZCF", "correct")]
