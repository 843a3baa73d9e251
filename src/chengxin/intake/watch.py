"""A watched folder (监视目录): a department drops files, by SFTP or by copying, and finds the answers beside them.

``FOLDER/<ITEM>/in`` takes new records, ``correct`` corrections, ``withdraw`` withdrawals. Answers lie in ``out``; files
that were read in ``done``, those that could not be in ``back``. Senders write to the first three only; the rest, and
the item's folder itself, belong to the watcher.

A file is first moved to ``.work``, under a name that is free everywhere: nobody changes it while it is read, and after
a kill at any point the next sweep goes on with it. Its result is written last; a file with a result is only put away,
and one without is given to intake again, which knows it by a note beside it (``giving``).
What fails through no fault of the file is tried again, later and later: a file by itself where the program fails on it,
all of them in their order where the platform is away, since a correction must not overtake what it corrects.
Names of files may be names of persons: they stay in the folder, and enter neither log nor database.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import stat
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Self

import psycopg
from django.db import Error

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.giving import Outcome, note_of, write_whole
from chengxin.kernel.errors import ChengxinError, Refused
from chengxin.ledger.api import DatabaseFault

FOLDERS = {"in": "report", "correct": "correct", "withdraw": "withdraw"}
"""Folder of an item -> what the files in it do."""
MOST_BYTES = 2 * 1024**3
RESULT, WORKBOOK, RECEIPT = ".result.json", ".需改正.xlsx", ".receipt.txt"
TAKEN, RETURNED, WAITING = "taken", "returned", "waiting"
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 900.0
"""Seconds before something that failed is tried again; the pause doubles with each failure."""
_AWAY = (DatabaseFault, Error, psycopg.Error)
_SESSION = frozenset({"SESSION-01", "DUTY-01", "INTAKE-69"})
"""Nothing at all can be taken in this officer's name, or nobody can be verified just now."""
_OWN = {"out": 0o770, "done": 0o770, "back": 0o770, ".work": 0o700}
_ITEM = re.compile(r"[A-Z][A-Z0-9_]{1,31}")
_UNFINISHED = (".part", ".partial", ".filepart", ".tmp", ".crdownload", ".swp")
_LONGEST_NAME = 200  # bytes; with what is added to it a name stays below the 255 of the file system
_ODD = "不能识别的文件名"


class Busy(ChengxinError):
    """Another watcher has this folder (目录已被占用)."""


Take = Callable[[Path, str, str], Outcome]
"""Gives a file to intake: path, code of the item, one of ``facts.KINDS``. Raises ``UnreadableFile`` for a file that
cannot be read; whatever else it raises, the file waits and is tried again. Taking a file twice must change nothing.
"""


@dataclass(frozen=True)
class Swept:
    """What became of one file. Never its name.

    Attributes:
        state: TAKEN, RETURNED (could not be read), or WAITING (to be tried again).
        code: rule that returned it, or kind of the error it waits for.
        counts: the numbers of the result, for a file taken now.
    """

    item: str
    kind: str
    state: str
    code: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)


class _Look(NamedTuple):
    """How a file looked in a sweep."""

    name: str
    size: int
    changed: int
    links: int

    @property
    def unfinished(self) -> bool:
        return self.name.startswith((".", "~$")) or self.name.lower().endswith(_UNFINISHED)

    def complete(self, last: _Look | None) -> bool:
        """Whether nobody writes to it any more: unchanged, or renamed from a name that said it was unfinished."""
        if last is None or self.unfinished:
            return False
        # The number of a file is used again, so the names must fit; some servers rename by a second link.
        return self == last or (last.unfinished and self.name in last.name and self.links == 1)


class _Failed(NamedTuple):
    code: str
    pause: float  # seconds
    until: float


class _Patience:
    """What failed, and when it is tried again (重试). A new watcher tries everything at once."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._failed: dict[Path | None, _Failed] = {}

    def waits(self, path: Path) -> str:
        """Why a file, or everything, is not tried now; empty when it is."""
        known = (self._failed.get(key) for key in (None, path))
        return next((one.code for one in known if one and self._clock() < one.until), "")

    def failed(self, path: Path | None, code: str) -> None:
        """Wait with this file; with None, with all of them."""
        last = self._failed.get(path)
        pause = min(last.pause * 2, LONGEST_PAUSE) if last else FIRST_PAUSE
        self._failed[path] = _Failed(code, pause, self._clock() + pause)

    def done(self, path: Path) -> None:
        """This file is through, so the platform is there."""
        for key in (None, path):
            self._failed.pop(key, None)


class Watch:
    """A folder under watch; a ``with`` block keeps other watchers away.

    Args:
        folder: holds one folder for each item.
        clock: seconds, never going back.

    Raises:
        Busy: another one is watching.
        OSError: there is no such folder, or it may not be written.
    """

    def __init__(self, folder: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._seen: dict[tuple[int, int], _Look] = {}
        self._patience = _Patience(clock)
        self._lock = -1

    def __enter__(self) -> Self:
        self._lock = os.open(self._folder / ".watch.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._lock)
            raise Busy from None
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._lock)

    def items(self) -> list[str]:
        """Codes of the items whose folders are there."""
        return sorted(
            entry.name
            for entry in self._folder.iterdir()
            if _ITEM.fullmatch(entry.name) and _is_folder(entry) and any(_is_folder(entry / name) for name in FOLDERS)
        )

    def sweep(self, take: Take) -> list[Swept]:
        """Go through the folder once: finish what was begun, then take what is complete.

        A file is complete when it looks as it did in the sweep before, or was then still called unfinished: so the
        first sweep takes nothing but what an earlier watcher had begun.
        """
        before, self._seen = self._seen, {}
        swept: list[Swept] = []
        for item in self.items():
            for folder in FOLDERS:
                swept.extend(self._folder_of(item, folder, before, take))
        return swept

    def forget(self, before: float) -> int:
        """Destroy files and answers that were put away before a moment (文件销毁); returns how many.

        Args:
            before: Unix time. What counts is when a file was put away, whatever time its sender gave it.
        """
        gone = 0
        for item in self.items():
            for folder in ("done", "back", "out"):
                for name, facts in _entries(self._folder / item / folder):
                    if facts.st_ctime < before and stat.S_ISREG(facts.st_mode):
                        (self._folder / item / folder / name).unlink(missing_ok=True)
                        gone += 1
        return gone

    def _folder_of(
        self, item: str, folder: str, before: Mapping[tuple[int, int], _Look], take: Take
    ) -> Iterator[Swept]:
        try:
            room = _Room(self._folder / item)
            for problem in self._claim(room, folder, before):
                yield Swept(item, FOLDERS[folder], WAITING, problem)
            for path in room.begun(folder):
                yield _finish(room, path, take, self._patience)
        except OSError as error:  # one folder out of order must not stop the others
            yield Swept(item, FOLDERS[folder], WAITING, type(error).__name__)

    def _claim(self, room: _Room, folder: str, before: Mapping[tuple[int, int], _Look]) -> Iterator[str]:
        """Take hold of the complete files of a folder; gives the kind of error for each that cannot be moved."""
        for name, facts in _entries(room.path / folder):
            number = (facts.st_dev, facts.st_ino)
            self._seen[number] = look = _Look(name, facts.st_size, facts.st_mtime_ns, facts.st_nlink)
            if not look.complete(before.get(number)):
                continue
            try:
                (room.path / folder / name).rename(room.work(folder) / room.free(_label(name)))
            except FileNotFoundError:
                continue  # the sender took it back
            except OSError as error:
                yield type(error).__name__


class _Room:
    """The folders of one item."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, mode in _OWN.items():
            folder = path / name
            folder.mkdir(mode=mode, exist_ok=True)
            if not _is_folder(folder):
                raise NotADirectoryError(name)

    def work(self, folder: str) -> Path:
        path = self.path / ".work" / folder
        path.mkdir(mode=0o700, exist_ok=True)
        return path

    def begun(self, folder: str) -> list[Path]:
        """Files that were taken hold of, the oldest first."""
        return [self.work(folder) / label for label, _ in _entries(self.work(folder))]

    def free(self, label: str) -> str:
        """The label, or the first "label (n)" that no file and no answer bears."""
        for number in count(1):
            tried = label if number == 1 else f"{Path(label).stem} ({number}){Path(label).suffix}"
            begun = [self.path / ".work" / folder / tried for folder in FOLDERS]
            ended = [self.path / folder / tried for folder in ("done", "back")]
            answers = [self.answer(tried, kind) for kind in (RESULT, WORKBOOK, RECEIPT)]
            if not any(map(os.path.lexists, (*begun, *map(note_of, begun), *ended, *answers))):
                return tried
        raise AssertionError  # pragma: no cover - counting has no end

    def answer(self, label: str, kind: str) -> Path:
        return self.path / "out" / f"{label}{kind}"

    def write(self, label: str, kind: str, content: bytes) -> None:
        """Write an answer whole or not at all; one of an earlier try is replaced."""
        write_whole(self.answer(label, kind), content, draft=self.path / ".work" / "draft")


def _finish(room: _Room, path: Path, take: Take, patience: _Patience) -> Swept:
    """Give a file to intake, write the answers, put the file away; or leave it where it is for another time."""
    item, kind = room.path.name, FOLDERS[path.parent.name]
    if code := patience.waits(path):
        return Swept(item, kind, WAITING, code)
    try:
        answered = room.answer(path.name, RESULT)
        if answered.exists():  # killed before the file was put away
            swept = Swept(item, kind, json.loads(answered.read_text("utf-8"))["state"])
        else:
            swept = _take(room, path, kind, take)
        note_of(path).unlink(missing_ok=True)  # first: no other file that is called so may find it
        target = room.path / ("done" if swept.state == TAKEN else "back") / path.name
        if os.path.lexists(target):
            raise FileExistsError
        path.rename(target)
    # One file must not keep the others waiting, and its name must not get into a traceback.
    except Exception as error:
        code = error.code if isinstance(error, Refused) else type(error).__name__
        patience.failed(None if isinstance(error, _AWAY) or code in _SESSION else path, code)
        return Swept(item, kind, WAITING, code)
    patience.done(path)
    return swept


def _take(room: _Room, path: Path, kind: str, take: Take) -> Swept:
    item = room.path.name
    said: dict[str, Any] = {"state": TAKEN, "item": item, "kind": kind, "sha256": None}
    try:
        _check(path)
        with path.open("rb") as file:
            said["sha256"] = hashlib.file_digest(file, "sha256").hexdigest()
        outcome = take(path, item, kind)
        if outcome.workbook is not None:
            room.write(path.name, WORKBOOK, outcome.workbook)
        if outcome.receipt:
            room.write(path.name, RECEIPT, outcome.receipt.encode())
        said["result"] = outcome.result
        counts = {name: value for name, value in outcome.result.items() if isinstance(value, int)}
        swept = Swept(item, kind, TAKEN, counts=counts)
    except UnreadableFile as error:
        swept = Swept(item, kind, RETURNED, error.code)
        said |= {"state": RETURNED, "error": {"code": error.code, "reason": error.reason, "remedy": error.remedy}}
    room.write(path.name, RESULT, json.dumps(said, ensure_ascii=False, indent=1).encode())
    return swept


def _check(path: Path) -> None:
    """Whether this is a file one may read at all.

    Raises:
        UnreadableFile: INTAKE-01 no plain file, or a name nobody can read; INTAKE-02 too large.
    """
    facts = path.lstat()
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink > 1:
        raise UnreadableFile("INTAKE-01", "这不是普通文件，可能是文件夹或链接", "请直接放入文件本身")
    if not os.access(path, os.R_OK):
        raise UnreadableFile("INTAKE-01", "平台没有读取这个文件的权限", "请放开读取权限后重新放入")
    if path.name.startswith(_ODD):
        raise UnreadableFile("INTAKE-01", "文件名含有看不见的控制字符或无法识别的字符", "请改名后重新放入")
    if facts.st_size > MOST_BYTES:
        most = MOST_BYTES // 1024**3
        raise UnreadableFile("INTAKE-02", f"文件超过 {most} GB", "请拆成几个文件分别报送")


def _label(name: str) -> str:
    """What a file is called from now on: its name, unless nobody could read it or nothing could be added to it."""
    mark = hashlib.sha256(os.fsencode(name)).hexdigest()[:12]
    if any(unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for letter in name):
        return f"{_ODD}-{mark}"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        return f"{name[:40]}-{mark}{Path(name).suffix[:10]}"
    return name


def _entries(folder: Path) -> list[tuple[str, os.stat_result]]:
    """What lies in a folder, the oldest first; nothing when the folder is not there or is a link."""
    if not _is_folder(folder):
        return []
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            try:
                found.append((entry.name, entry.stat(follow_symlinks=False)))
            except FileNotFoundError:
                continue
    return sorted(found, key=lambda one: (one[1].st_mtime_ns, one[0]))


def _is_folder(path: Path) -> bool:
    """Whether this is a folder itself, not a link to one."""
    return path.is_dir() and not path.is_symlink()
