"""The judging child: same verdicts, no way to harm or to hang its parent, nothing left behind."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from chengxin.intake.checks.duplicates import Duplicates
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.judging import child, worker
from chengxin.intake.judging.child import JudgingFailed, Run, judged
from chengxin.intake.judging.judge import Judged, judge
from chengxin.intake.reading import COMMAND_LINE, Limits, open_table
from chengxin.intake.tests.material import OFFICE, TODAY, item, row
from chengxin.intake.tests.odd_files import GOOD, SHEET, book, edited, good, text


def seeded(path: str) -> dict[str, Any]:
    return tomllib.loads((files("chengxin.catalog") / "seed" / path).read_text(encoding="utf-8"))


DEFINITION: Mapping[str, Any] = seeded("items/xzcf.toml") | seeded("prohibited.toml")
MANY = 45_000
"""Rows of a file whose answers do not fit into a socket's buffer: its worker waits until they are read."""


def run(source: bytes | Path, *, mode: str = "test", limits: Limits | None = None) -> AbstractContextManager[Run]:
    return judged(source, definition=DEFINITION, organisation=OFFICE, mode=mode, today=TODAY, limits=limits)


def numbers(source: bytes | Path) -> list[int]:
    with run(source) as found:
        return [number for block in found.blocks() for number in block.clean.numbers]


def refusal(source: bytes | Path, **more: Any) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught, run(source, **more) as found:
        list(found.blocks())
    assert caught.value.remedy
    return caught.value


@pytest.fixture(scope="module")
def many() -> bytes:
    cells = ",".join(GOOD)
    head = text(list(row())).encode()
    assert "盐市监罚决〔2026〕123号" in cells
    rows = (cells.replace("〔2026〕123号", f"〔2026〕{n}号") for n in range(MANY))
    return head + "\r\n".join(rows).encode() + b"\r\n"


def parents() -> dict[int, tuple[int, int]]:
    """Every process: its parent, and the tick of the clock at which it began."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(FileNotFoundError, ProcessLookupError):
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                found[int(entry.name)] = int(words[1]), int(words[19])
    return found


def family() -> tuple[int, int, int]:
    """Template, watcher and worker of the file that was begun last."""
    known = parents()
    watchers = {pid for pid, (parent, _) in known.items() if parent == template()}
    # Not the highest number: numbers begin again, and the worker of the file before may not be gone yet.
    working = max((pid for pid, (parent, _) in known.items() if parent in watchers), key=lambda pid: known[pid][1])
    return template(), known[working][0], working


def template() -> int:
    process = child._template._process
    assert process is not None
    return process.pid


def gone(pid: int) -> bool:
    """Whether a process ends within a minute; the machine may be busy."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 60)[0])
    finally:
        os.close(handle)


# ---- what it answers -----------------------------------------------------------------------------


def test_the_verdicts_are_those_of_the_rules() -> None:
    source = good(row(), row(CF_XDR_ZJHM="1"), row()).encode()
    table = open_table(BytesIO(source), item=item())
    duplicates = Duplicates()
    here: list[Judged] = [
        judge(block, item=item(), organisation=OFFICE, mode="test", today=TODAY, kind="report", duplicates=duplicates)
        for block in table.blocks()
    ]
    with run(source) as found:
        assert (found.opened.format, found.opened.encoding, found.opened.spelling) == ("CSV", "UTF-8", "")
        assert (found.opened.total, found.opened.ignored, found.opened.columns) == (3, 0, tuple(row()))
        assert list(found.blocks()) == here


def test_a_path_a_workbook_and_nothing_at_all(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(good().encode())
    assert numbers(path) == [1]
    assert numbers(book()) == [1]
    with pytest.raises(FileNotFoundError):
        numbers(tmp_path / "b.csv")


def test_a_refusal_crosses_word_for_word() -> None:
    error = refusal(b"%PDF-1.7")
    assert (error.code, error.reason, error.remedy) == ("INTAKE-01", "这是 PDF 文件，不是表格", "请上传原来的表格文件")
    assert refusal(good(row(), row()).encode(), limits=Limits(max_rows=1)).code == "INTAKE-02"


def test_a_mistake_of_the_program_is_told_from_one_of_the_file() -> None:
    with (
        pytest.raises(JudgingFailed, match=r"^ValueError at plan\.py:\d+$"),
        run(good().encode(), mode="moon") as found,
    ):
        list(found.blocks())


# ---- one template for all ------------------------------------------------------------------------


def test_one_template_serves_all_and_comes_back_when_it_died() -> None:
    numbers(good().encode())
    first = template()
    numbers(good().encode())
    assert template() == first
    os.kill(first, signal.SIGKILL)
    assert gone(first)
    assert numbers(good().encode()) == [1]
    assert template() != first


def test_threads_share_it() -> None:
    source = good(row(), row(CF_WSH="盐市监罚决〔2026〕124号")).encode()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(numbers, [source] * 12)) == [[1, 2]] * 12


def test_a_fork_of_the_parent_gets_its_own() -> None:
    numbers(good().encode())
    here = template()
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            own = numbers(good().encode()) == [1] and template() != here
            child._template.close()
            os.write(theirs, b"1" if own else b"0")
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    assert os.read(ours, 1) == b"1"
    os.close(ours)
    os.close(theirs)
    assert numbers(good().encode()) == [1]
    assert template() == here


# ---- how it ends ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        (signal.SIGKILL, "INTAKE-01", "校验进程异常结束"),
        (signal.SIGSEGV, "INTAKE-01", "校验进程异常结束"),
        (signal.SIGXCPU, "INTAKE-02", "校验这个文件需要的时间超过上限"),
        (signal.SIGABRT, "INTAKE-02", "校验这个文件需要的内存超过上限"),
    ],
)
def test_a_killed_worker_is_a_refusal_with_its_reason(
    many: bytes, number: signal.Signals, code: str, reason: str
) -> None:
    with pytest.raises(UnreadableFile) as caught, run(many, limits=COMMAND_LINE) as found:
        assert found.opened.total == MANY
        os.kill(family()[-1], number)
        list(found.blocks())
    assert (caught.value.code, caught.value.reason) == (code, reason)
    assert numbers(good().encode()) == [1]  # the template lives


def test_a_killed_watcher_is_a_refusal(many: bytes) -> None:
    with pytest.raises(UnreadableFile, match="INTAKE-01"), run(many, limits=COMMAND_LINE) as found:
        _, watcher, working = family()
        os.kill(watcher, signal.SIGKILL)
        list(found.blocks())
    assert gone(working)


def test_leaving_early_ends_the_worker(many: bytes) -> None:
    with run(many, limits=COMMAND_LINE):
        _, watcher, working = family()
    assert gone(working)
    assert gone(watcher)


def test_nothing_outlives_the_parent() -> None:
    """Killed in the middle of a file, it takes template, watcher and worker along."""
    code = (
        "import os, sys\n"
        "from chengxin.intake.tests.test_child import *\n"
        "with run(sys.stdin.buffer.read(), limits=COMMAND_LINE):\n"
        "    print(*family(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    source = text(list(row()), *([GOOD] * MANY)).encode()
    answer = subprocess.run([sys.executable, "-c", code], input=source, stdout=subprocess.PIPE, check=False)
    assert answer.returncode == -signal.SIGKILL
    left = [int(word) for word in answer.stdout.split()]
    assert len(left) == 3
    assert all(map(gone, left))


def test_memory_is_bounded() -> None:
    """A workbook of 60 KB that wants gigabytes: every cell refers to the same long text."""
    cell = b'<c r="%s%d" t="s"><v>0</v></c>'
    rows = b"".join(
        b'<row r="%d">%s</row>' % (n, b"".join(cell % (letter, n) for letter in (b"A", b"B", b"C")))
        for n in range(2, 30_000)
    )
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>%s</t></si></sst>'
    source = edited(
        book(),
        {
            SHEET: lambda xml: xml[: xml.index(b"<sheetData>") + 11] + rows + xml[xml.index(b"</sheetData>") :],
            "xl/sharedStrings.xml": strings % ("长".encode() * 30_000),
        },
    )
    error = refusal(source, limits=COMMAND_LINE)
    assert (error.code, error.reason) == ("INTAKE-02", "校验这个文件需要的内存超过上限")


def test_the_worker_may_do_little(many: bytes) -> None:
    with run(many, limits=COMMAND_LINE):
        process = Path("/proc") / str(family()[-1])
        limits = (process / "limits").read_text()
        status = (process / "status").read_text()
    allowed = {line[:26].strip(): line[26:].split()[0] for line in limits.splitlines()}
    assert allowed["Max address space"] == str(worker.MEMORY)
    assert allowed["Max file size"] == "0"
    assert allowed["Max core file size"] == "0"
    assert int(allowed["Max open files"]) <= 64
    assert int(allowed["Max cpu time"]) == 60 + 2_000
    assert "NoNewPrivs:\t1" in status


def test_the_template_has_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords of the database stand in the parent's."""
    monkeypatch.setenv("CHENGXIN_SECRET", "geheim")
    one = child._Template()
    one._start()
    assert one._process is not None
    try:
        environment = Path(f"/proc/{one._process.pid}/environ").read_bytes()
    except PermissionError:
        environment = b""  # it let nobody look
    finally:
        one.close()
    assert b"geheim" not in environment
    assert b"PG" not in environment


def test_a_file_that_changes_meanwhile_is_refused(many: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(many)
    with pytest.raises(UnreadableFile) as caught, run(path, limits=COMMAND_LINE) as found:
        with path.open("ab") as more:
            more.write((",".join(GOOD) + "\r\n").encode())
        list(found.blocks())
    assert caught.value.reason == "文件在读取时被改动"


def test_no_more_bad_rows_are_kept_than_a_workbook_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """All of a file may be bad; what stays in memory is bounded, and the count of the refused is still true."""
    bad = [[cell if code != "CF_JDRQ" else "不详" for code, cell in row().items()] for _ in range(5)]
    for most, kept in ((5, 5), (3, 3)):
        monkeypatch.setattr(child, "MOST_ROWS", most)
        source = text(list(row()), *bad).encode()
        with judged(
            source, definition=DEFINITION, organisation=OFFICE, mode="test", today=TODAY, returned=True
        ) as found:
            refused = [number for block in found.blocks() for number, _ in block.refused]
        assert len(refused) == 5
        assert sorted(found.bad.rows) == list(range(1, kept + 1))
