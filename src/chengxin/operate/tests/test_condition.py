"""The examination beside a running platform: what the page reads is true of the last round, whoever made it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from chengxin.operate import asked, condition
from chengxin.operate.doctor import Finding, State
from chengxin.operate.home import Home, write_private

OK, FAIL, SKIP = (Finding("kept", state, "清点过") for state in (State.OK, State.FAIL, State.SKIP))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Rounds without delay, of an installation that has one other check."""
    monkeypatch.setattr(condition, "EVERY", 0.001)
    monkeypatch.setattr(condition, "examine", lambda _path: [Finding("disk", State.OK, "磁盘够用")])
    yield monkeypatch
    for thread in [one for one in threading.enumerate() if one.name == "condition"]:
        thread.join(30)
        assert not thread.is_alive()


def _read(home: Home) -> dict[str, str]:
    return {one["name"]: one["state"] for one in json.loads((home.path / condition.NAME).read_text("utf-8"))["checks"]}


def _rounds(home: Home, quick: pytest.MonkeyPatch, number: int) -> list[dict[str, str]]:
    """What the page reads after each round of a running platform that wrote something."""
    read: list[dict[str, str]] = []
    note, done = condition.note_condition, threading.Event()

    def one_round(one: Home) -> None:
        if len(read) < number:
            note(one)
            read.append(_read(one))
        else:
            done.set()

    with quick.context() as patch:
        patch.setattr(condition, "note_condition", one_round)
        with condition.watched(home):
            assert done.wait(30), "the watch has ended"
    return read


@pytest.mark.parametrize("amiss", [FAIL, SKIP])
def test_what_was_mended_is_well_at_the_next_round_and_then_counted_daily(
    amiss: Finding, home: Home, quick: pytest.MonkeyPatch
) -> None:
    answers = [amiss, amiss, OK]
    quick.setattr(condition, "counted", lambda _home: answers.pop(0))  # a fourth count would raise
    assert [one.get("kept") for one in _rounds(home, quick, 6)] == [amiss.state, amiss.state, "ok", "ok", "ok", "ok"]
    assert answers == []


def test_what_is_well_is_counted_again_after_a_day(home: Home, quick: pytest.MonkeyPatch) -> None:
    answers, now = [OK, FAIL], [0.0]
    quick.setattr(condition, "counted", lambda _home: answers.pop(0))
    quick.setattr(condition, "monotonic", lambda: now[0])
    for at, state in ((0.0, "ok"), (86_399.0, "ok"), (86_400.0, "fail")):
        now[0] = at
        condition.note_condition(home)
        assert _read(home)["kept"] == state, at


def test_a_fault_stays_on_the_page_after_a_backup(home: Home, quick: pytest.MonkeyPatch) -> None:
    """Both hands that examine tell of it: the watch, and whoever made a backup that was asked for."""
    quick.setattr(condition, "counted", lambda _home: FAIL)
    condition.note_condition(home)
    (home.path / condition.NAME).unlink()
    noted = threading.Event()

    def note(one: Home) -> None:
        condition.note_condition(one)
        noted.set()

    quick.setattr(asked, "EVERY", 0.001)
    quick.setattr(asked, "make_asked", lambda _home, *, stopping: not noted.is_set())
    quick.setattr(asked, "note_condition", note)
    with asked.backing_up(home):
        assert noted.wait(30)
    assert _read(home) == {"disk": "ok", "kept": "fail"}


def test_whatever_breaks_the_count_is_told_and_ends_no_watch(home: Home, quick: pytest.MonkeyPatch) -> None:
    passwords: Path = home.path / "roles.json"
    whole = passwords.read_text("utf-8")
    passwords.write_text("{", "utf-8")
    assert _rounds(home, quick, 2) == [{"doctor": "fail"}, {"doctor": "fail"}]
    passwords.write_text(whole, "utf-8")
    assert _rounds(home, quick, 1) == [{"disk": "ok", "kept": "skip"}], "no database runs here"


def test_a_full_disk_ends_no_watch(home: Home, quick: pytest.MonkeyPatch) -> None:
    quick.setattr(condition, "counted", lambda _home: OK)
    write, failures = write_private, [OSError(28, "No space left")]

    def full(path: Path, text: str) -> None:
        if failures:
            raise failures.pop()
        write(path, text)

    quick.setattr(condition, "write_private", full)
    assert _rounds(home, quick, 1) == [{"disk": "ok", "kept": "ok"}]
