"""The watched folder: nothing taken half written, nothing lost or doubled by a kill, nothing odd let through."""

from __future__ import annotations

import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from chengxin.intake import watch
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.giving import Outcome
from chengxin.intake.watch import RETURNED, TAKEN, WAITING, Busy, Swept, Watch


class Killed(BaseException):
    """kill -9: nothing catches it."""


class Intake:
    """As intake does it: the same file again brings nothing new."""

    def __init__(self) -> None:
        self.records: Counter[str] = Counter()
        self.calls: list[tuple[str, str]] = []
        self.error: Exception | None = None

    def __call__(self, path: Path, item: str, kind: str) -> Outcome:
        self.calls.append((item, kind))
        if self.error:
            raise self.error
        content = path.read_bytes()
        if content.startswith(b"PDF"):
            raise UnreadableFile("INTAKE-01", "这是 PDF 文件", "请另存为 CSV")
        rows = content.decode().splitlines()
        new = [row for row in rows if row not in self.records]
        self.records.update(new)
        result = {"total": len(rows), "accepted": len(new), "unchanged": len(rows) - len(new)}
        return Outcome(result, b"xlsx" if "bad" in rows else None, "receipt\n")


@pytest.fixture
def intake() -> Intake:
    return Intake()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for kind in ("in", "correct", "withdraw"):
        (tmp_path / "XZCF" / kind).mkdir(parents=True)
    return tmp_path


@pytest.fixture
def watching(folder: Path) -> Iterator[Watch]:
    with Watch(folder) as found:
        yield found


def drop(folder: Path, name: str, content: str | bytes = "a\nb\n", kind: str = "in") -> Path:
    path = folder / "XZCF" / kind / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def listed(folder: Path, kind: str) -> list[str]:
    return sorted(path.name for path in (folder / "XZCF" / kind).iterdir())


def result(folder: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "XZCF" / "out" / f"{name}.result.json").read_text("utf-8"))
    return found


def test_a_file_is_taken_once_it_is_complete(folder: Path, watching: Watch, intake: Intake) -> None:
    path = drop(folder, "十一月.csv", "a\n")
    assert watching.sweep(intake) == []
    path.write_bytes(b"a\nb\n")
    assert watching.sweep(intake) == []  # it still grows
    (swept,) = watching.sweep(intake)
    assert (swept.item, swept.kind, swept.state, swept.code) == ("XZCF", "report", TAKEN, "")
    assert intake.records == {"a": 1, "b": 1}
    assert listed(folder, "in") == []
    assert listed(folder, "done") == ["十一月.csv"]
    assert listed(folder, "out") == ["十一月.csv.receipt.txt", "十一月.csv.result.json"]
    assert result(folder, "十一月.csv") == {
        "state": "taken",
        "item": "XZCF",
        "kind": "report",
        "sha256": hashlib.sha256(b"a\nb\n").hexdigest(),
        "result": {"total": 2, "accepted": 2, "unchanged": 0},
    }
    assert watching.sweep(intake) == []


def test_a_change_of_time_alone_means_it_is_still_written(folder: Path, watching: Watch, intake: Intake) -> None:
    path = drop(folder, "a.csv")
    watching.sweep(intake)
    os.utime(path, ns=(1, 1))
    assert watching.sweep(intake) == []
    assert len(watching.sweep(intake)) == 1


@pytest.mark.parametrize("name", ["a.csv.part", "a.csv.TMP", ".a.csv", "~$a.csv", "a.csv.filepart"])
def test_what_is_called_unfinished_waits_and_a_renamed_file_is_complete(
    folder: Path, watching: Watch, intake: Intake, name: str
) -> None:
    path = drop(folder, name, "a\n")
    for _ in range(3):
        assert watching.sweep(intake) == []
    path.write_bytes(b"a\nb\nc\n")
    path.rename(path.with_name("a.csv"))
    assert [one.state for one in watching.sweep(intake)] == [TAKEN]
    assert intake.records.total() == 3


def test_another_file_under_the_number_of_an_unfinished_one_is_not_taken_for_it(
    folder: Path, watching: Watch, intake: Intake
) -> None:
    path = drop(folder, "a.csv.part")
    watching.sweep(intake)
    path.rename(path.with_name("b.csv"))  # as if the number were used again
    assert watching.sweep(intake) == []
    assert len(watching.sweep(intake)) == 1


def test_a_server_that_renames_by_a_second_link_is_waited_for(folder: Path, watching: Watch, intake: Intake) -> None:
    path = drop(folder, "a.csv.part")
    watching.sweep(intake)
    path.with_name("a.csv").hardlink_to(path)
    assert watching.sweep(intake) == []
    path.unlink()
    assert [one.state for one in watching.sweep(intake)] == [TAKEN]


def test_a_file_nobody_may_read_goes_back(
    folder: Path, watching: Watch, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "a.csv")
    watching.sweep(intake)
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert [one.code for one in watching.sweep(intake)] == ["INTAKE-01"]
    assert "权限" in result(folder, "a.csv")["error"]["reason"]


def test_each_folder_has_its_kind(folder: Path, watching: Watch, intake: Intake) -> None:
    for kind in ("withdraw", "correct", "in"):
        drop(folder, "a.csv", kind, kind)
    watching.sweep(intake)
    watching.sweep(intake)
    assert intake.calls == [("XZCF", "report"), ("XZCF", "correct"), ("XZCF", "withdraw")]
    assert listed(folder, "done") == ["a (2).csv", "a (3).csv", "a.csv"]
    assert result(folder, "a (3).csv")["kind"] == "withdraw"


def test_rows_to_put_right_lie_beside_the_result(folder: Path, watching: Watch, intake: Intake) -> None:
    drop(folder, "a.csv", "bad\n")
    watching.sweep(intake)
    (swept,) = watching.sweep(intake)
    assert (folder / "XZCF" / "out" / "a.csv.需改正.xlsx").read_bytes() == b"xlsx"
    assert swept.counts == {"total": 1, "accepted": 1, "unchanged": 0}


def test_an_unreadable_file_goes_back_with_the_reason(folder: Path, watching: Watch, intake: Intake) -> None:
    drop(folder, "a.csv", "PDF")
    watching.sweep(intake)
    (swept,) = watching.sweep(intake)
    assert (swept.state, swept.code) == (RETURNED, "INTAKE-01")
    assert listed(folder, "back") == ["a.csv"]
    assert listed(folder, "out") == ["a.csv.result.json"]
    assert result(folder, "a.csv")["error"] == {
        "code": "INTAKE-01",
        "reason": "这是 PDF 文件",
        "remedy": "请另存为 CSV",
    }


def test_the_same_name_again_overwrites_nothing(folder: Path, watching: Watch, intake: Intake) -> None:
    for content in ("a\n", "b\n", "PDF"):
        drop(folder, "a.csv", content)
        watching.sweep(intake)
        watching.sweep(intake)
    assert listed(folder, "done") == ["a (2).csv", "a.csv"]
    assert listed(folder, "back") == ["a (3).csv"]
    assert (folder / "XZCF" / "done" / "a.csv").read_text("utf-8") == "a\n"
    (folder / "XZCF" / "done" / "a.csv").unlink()  # put away by hand; its answers are still there
    drop(folder, "a.csv", "d\n")
    watching.sweep(intake)
    watching.sweep(intake)
    assert "a (4).csv" in listed(folder, "done")


def _link(path: Path) -> None:
    path.symlink_to("/etc/hostname")


def _hard(path: Path) -> None:
    other = path.parents[2] / "other"
    other.write_text("a\n", "utf-8")
    path.hardlink_to(other)


ODD: dict[str, tuple[Callable[[Path], object], str]] = {
    "link.csv": (_link, "INTAKE-01"),
    "hard.csv": (_hard, "INTAKE-01"),
    "folder.csv": (Path.mkdir, "INTAKE-01"),
    "pipe.csv": (os.mkfifo, "INTAKE-01"),
    "line\nbreak.csv": (Path.touch, "INTAKE-01"),
    "right\u202eleft.csv": (Path.touch, "INTAKE-01"),
    "bytes\udcff.csv": (Path.touch, "INTAKE-01"),
    "huge.csv": (lambda path: path.write_text("a\nb\nc\n", "utf-8"), "INTAKE-02"),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_things_go_back_unread(
    folder: Path, watching: Watch, intake: Intake, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, code = ODD[name]
    monkeypatch.setattr(watch, "MOST_BYTES", 5)
    make(folder / "XZCF" / "in" / name)
    watching.sweep(intake)
    (swept,) = watching.sweep(intake)
    assert (swept.state, swept.code) == (RETURNED, code)
    assert intake.calls == []
    assert listed(folder, "in") == []
    (back,) = listed(folder, "back")
    assert result(folder, back)["error"]["code"] == code
    assert back == name or back.startswith("不能识别的文件名-")
    assert watching.sweep(intake) == []


def test_a_long_name_is_cut_where_answers_would_not_fit(folder: Path, watching: Watch, intake: Intake) -> None:
    drop(folder, "盐" * 83 + ".csv")
    drop(folder, "盐" * 82 + "城.csv")
    watching.sweep(intake)
    assert [one.state for one in watching.sweep(intake)] == [TAKEN, TAKEN]
    assert len(set(listed(folder, "done"))) == 2
    assert all(name.endswith(".csv") for name in listed(folder, "done"))


def test_folders_that_are_links_or_no_items_are_left_alone(folder: Path, watching: Watch, intake: Intake) -> None:
    (folder / "elsewhere" / "in").mkdir(parents=True)
    (folder / "elsewhere" / "in" / "a.csv").touch()
    (folder / "RYBZ").symlink_to(folder / "elsewhere")
    (folder / "XZXK").mkdir()
    (folder / "XZXK" / "in").symlink_to(folder / "elsewhere" / "in")
    assert watching.items() == ["XZCF"]
    watching.sweep(intake)
    assert watching.sweep(intake) == []


def test_a_folder_out_of_order_stops_no_other(folder: Path, watching: Watch, intake: Intake) -> None:
    (folder / "RYBZ" / "in").mkdir(parents=True)
    (folder / "RYBZ" / "out").symlink_to(folder)
    drop(folder, "a.csv")
    watching.sweep(intake)
    swept = watching.sweep(intake)
    assert Swept("RYBZ", "report", WAITING, "NotADirectoryError") in swept
    assert intake.records.total() == 2


def test_what_is_said_of_a_file_never_holds_its_name(folder: Path, watching: Watch, intake: Intake) -> None:
    drop(folder, "张三.csv")
    drop(folder, "李四.csv", "PDF")
    watching.sweep(intake)
    assert "张三" not in (said := repr(watching.sweep(intake)))
    assert "李四" not in said


def test_two_watchers_exclude_each_other(folder: Path) -> None:
    with Watch(folder), pytest.raises(Busy), Watch(folder):
        pass
    with Watch(folder):
        pass


def test_a_file_taken_back_by_its_sender_is_no_error(
    folder: Path, watching: Watch, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(folder, "a.csv")
    watching.sweep(intake)
    free = watch._Room.free

    def gone(room: watch._Room, label: str) -> str:
        path.unlink()
        return free(room, label)

    monkeypatch.setattr(watch._Room, "free", gone)
    assert watching.sweep(intake) == []


def test_a_file_that_cannot_be_moved_waits(
    folder: Path, watching: Watch, intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(folder, "a.csv")
    watching.sweep(intake)

    def forbidden(*_: object) -> None:
        raise PermissionError("a.csv")

    monkeypatch.setattr(os, "rename", forbidden)
    assert watching.sweep(intake) == [Swept("XZCF", "report", WAITING, "PermissionError")]


def killing(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Kill at the n-th thing that changes the disk or the store, before or after it happened."""
    seen = 0

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **more: Any) -> Any:
            nonlocal seen
            seen += 1
            if seen == at:
                raise Killed
            done = real(*words, **more)
            seen += 1
            if seen == at:
                raise Killed
            return done

        return call

    for name in ("rename", "mkdir", "fsync"):
        monkeypatch.setattr(os, name, counted(getattr(os, name)))
    monkeypatch.setattr(Intake, "__call__", counted(Intake.__call__))


def test_killed_at_any_point_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    at, alive = 0, False
    while not alive:
        at += 1
        folder, intake = tmp_path / str(at), Intake()
        (folder / "XZCF" / "in").mkdir(parents=True)
        drop(folder, "good.csv", "a\nbad\n")
        drop(folder, "wrong.csv", "PDF")
        with pytest.MonkeyPatch.context() as patch, suppress(Killed):
            killing(patch, at)
            with Watch(folder) as watching:
                watching.sweep(intake)
                watching.sweep(intake)
            alive = True
        with Watch(folder) as watching:
            watching.sweep(intake)
            watching.sweep(intake)
            assert watching.sweep(intake) == []
        assert intake.records == {"a": 1, "bad": 1}
        assert (listed(folder, "in"), listed(folder, ".work/in")) == ([], [])
        assert (listed(folder, "done"), listed(folder, "back")) == (["good.csv"], ["wrong.csv"])
        assert listed(folder, "out") == [
            "good.csv.receipt.txt",
            "good.csv.result.json",
            "good.csv.需改正.xlsx",
            "wrong.csv.result.json",
        ]
        assert result(folder, "good.csv")["result"]["total"] == 2
    assert at > 20


def test_what_was_put_away_is_destroyed_in_time(folder: Path, watching: Watch, intake: Intake) -> None:
    """What counts is the day it was put away, not the day the sender says; what waits is never touched."""
    old = drop(folder, "a.csv")
    os.utime(old, (0, 0))
    watching.sweep(intake)
    watching.sweep(intake)
    drop(folder, "b.csv")
    put_away = (folder / "XZCF" / "done" / "a.csv").stat().st_ctime
    assert watching.forget(put_away - 1) == 0
    assert watching.forget(put_away + 3600) == 3
    assert (listed(folder, "done"), listed(folder, "out"), listed(folder, "in")) == ([], [], ["b.csv"])
