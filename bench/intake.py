"""``bench intake``: a department's file from disk to committed, gated records ÷ raw COPY of the same rows.

Product: everything `chengxin import` does, from the file to the closed batch and the workbook of bad rows. Limit: the
accepted rows, as they lie in the final tables, by binary COPY into copies of these tables with the same indexes.
"""

from __future__ import annotations

import csv
import io
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from bench.city import OFFICE, City, city, name, number
from bench.figures import Ratio, machine, versions
from chengxin.kernel.population import Claim
from chengxin.operate.population import Sandbox

TABLES = (
    "people_person", "people_key", "people_identity", "ledger_register", "records_record", "records_version",
    "records_event", "intake_admitted",
)  # fmt: skip
ROWS_OF_A_PERSON = 2.5
BAD = 33
"""One row in so many is bad: 3 %."""
XLSX_ROWS = 100_000


def measure(*, rows: int, runs: int, xlsx: bool = False, population: bool = False) -> dict[str, Any]:
    """`rows` of a file in each run; `xlsx`: a workbook, against python-calamine reading it.

    `population`: the sandbox's population database, a process of its own that knows all persons, is asked about each.
    """
    told: list[dict[str, Any]] = []
    with (
        city(100) as place,
        tempfile.TemporaryDirectory(prefix="chengxin-bench-") as folder,
        ExitStack() as stack,
    ):
        login, _ = place.account("staff", ["data_officer"])
        file = Path(folder) / ("penalties.xlsx" if xlsx else "penalties.csv")
        if population:
            stack.enter_context(_population(place, rows, runs))
        environment = place.home.environment("web", signin=True)
        for run in range(runs):
            (_write_xlsx if xlsx else _write_csv)(file, rows, run)
            place.settle()
            product = _product(environment, login, file)
            limit = _read_xlsx(file) if xlsx else _limit(place, Path(folder), product["batch"])
            told.append(product | {"limit": limit, "staging": _staging(place)})
        with place.owner() as owner:
            server = owner.info.server_version
    ratio = Ratio.of([one["limit"] / one["seconds"] for one in told])
    return {
        "name": ("intake-xlsx" if xlsx else "intake") + ("-population" if population else ""),
        "ratio": ratio.ratio,
        "min": ratio.min,
        "max": ratio.max,
        "runs": runs,
        "size": rows,
        "accepted": told[-1]["accepted"],
        "rows_per_second": round(sum(one["accepted"] for one in told) / sum(one["seconds"] for one in told)),
        "limit_per_second": round(sum(one["accepted"] for one in told) / sum(one["limit"] for one in told)),
        "peak_memory_mb": max(one["peak_mb"] for one in told),
        "file_mb": round(told[-1]["file_mb"]),
        "staging_mb": round(max(one["staging"] for one in told) / 2**20),
        "machine": machine(),
        "versions": versions(server),
    }


@contextmanager
def _population(place: City, rows: int, runs: int) -> Iterator[None]:
    """The sandbox with everybody of the files, as the demo runs it: another process, asked over HTTP."""
    sandbox = Sandbox.create(place.home.path / "population")
    people = range(1_000_000, 1_000_000 + runs * max(1, int(rows / ROWS_OF_A_PERSON)))
    sandbox.settle(Claim("citizen", number(one), name(one)) for one in people)
    command = [sys.executable, "-m", "chengxin", "population-sandbox", str(place.home.path / "population")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        sandbox.link(place.home.population, next(iter(child.stdout or ())).strip())
        try:
            yield
        finally:
            child.terminate()


def _product(environment: dict[str, str], login: str, file: Path) -> dict[str, Any]:
    """A process of its own, as the command line is: its memory and its children's are what is measured."""
    import json

    answer = subprocess.run(
        [sys.executable, "-m", "bench.intake", login, str(file)],
        env=environment | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        check=True,
        stdout=subprocess.PIPE,
        cwd="/",
    )
    told: dict[str, Any] = json.loads(answer.stdout)
    return told


def _import(login: str, file: Path) -> dict[str, Any]:
    from chengxin.config.setup import start_django

    start_django()
    from chengxin.intake.api import COMMAND_LINE, import_file, write_workbook
    from chengxin.people.api import console_session

    token = console_session(login)
    peak = _Peak()
    begin = time.perf_counter()
    imported = import_file(token, file, item="XZCF", limits=COMMAND_LINE, returned=True)
    taken = time.perf_counter()
    write_workbook(file, file.with_name(f"{time.time_ns()}.xlsx"), imported, item="XZCF", kind="report")
    done = time.perf_counter()
    return {
        "seconds": done - begin,
        "workbook_seconds": done - taken,
        "accepted": imported.result.accepted,
        "refused": imported.result.refused,
        "batch": str(imported.batch),
        "peak_mb": peak.megabytes(),
        "file_mb": file.stat().st_size / 2**20,
    }


class _Peak:
    """Most memory that this process and its children held at one moment, sampled."""

    def __init__(self) -> None:
        self._most, self._end = 0, threading.Event()
        self._sampler = threading.Thread(target=self._sample, daemon=True)
        self._sampler.start()

    def _sample(self) -> None:
        while not self._end.wait(0.05):
            self._most = max(self._most, _resident(os.getpid()))

    def megabytes(self) -> int:
        self._end.set()
        self._sampler.join()
        own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return round(max(self._most, own) / 2**20)


def _resident(process: int) -> int:
    """Private memory of a process and all below it; what a fork shares with its parent counts once."""
    total = 0
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text("ascii")
        total = (
            sum(int(line.split()[1]) for line in text.splitlines() if line.startswith(("Private", "Pss_Shmem"))) * 1024
        )
        for task in Path(f"/proc/{process}/task").iterdir():
            for child in (task / "children").read_text("ascii").split():
                total += _resident(int(child))
    except (OSError, ValueError):
        return total
    return total


def _limit(place: City, folder: Path, batch: str) -> float:
    """Seconds of raw COPY of this batch's rows into plain copies of the final tables."""
    seconds = 0.0
    with place.owner() as owner:
        for table in TABLES:
            shape = f"(like cx.{table} including defaults including indexes)"
            owner.execute(f"create table if not exists cx.plain_{table} {shape}".encode())
        for table in TABLES:
            dump = folder / f"{table}.copy"
            with dump.open("wb") as out, owner.cursor().copy(_rows_of(table, batch).encode()) as copy:
                for data in copy:
                    out.write(data)
            place.settle()
            begin = time.perf_counter()
            with (
                dump.open("rb") as dumped,
                owner.cursor().copy(f"copy cx.plain_{table} from stdin (format binary)") as copy,
            ):
                while block := dumped.read(1 << 20):
                    copy.write(block)
            seconds += time.perf_counter() - begin
            dump.unlink()
    return seconds


def _rows_of(table: str, batch: str) -> str:
    acts = f"(select v.person, v.act from cx.records_version v where v.batch = '{batch}')"
    where = {
        "intake_admitted": f"t.batch = '{batch}' and t.outcome = 'accepted'",
        "records_version": f"t.batch = '{batch}'",
        "ledger_register": f"(t.person, t.id) in {acts}",
    }.get(table, f"(t.person, t.act) in {acts}" if "person" in table or table.startswith("records") else "")
    if table in {"people_key", "people_identity"}:
        where = f"(t.person, t.act) in {acts}"
    return f"copy (select t.* from cx.{table} t where {where}) to stdout (format binary)"


def _read_xlsx(file: Path) -> float:
    from python_calamine import CalamineWorkbook

    begin = time.perf_counter()
    book = CalamineWorkbook.from_path(file)
    for sheet in book.sheet_names:
        for _ in book.get_sheet_by_name(sheet).iter_rows():
            pass
    return time.perf_counter() - begin


def _staging(place: City) -> int:
    # As administrator: sizes are no business of the application's roles.
    with psycopg.connect(place.home.admin_dsn("chengxin"), autocommit=True) as admin:
        row = admin.execute("select pg_total_relation_size('cx.records_stage')").fetchone()
        admin.execute("vacuum full cx.records_stage")
        return int(row[0]) if row else 0


HEAD = (
    "CF_XDR_MC", "CF_XDR_LB", "CF_XDR_ZJLX", "CF_XDR_ZJHM", "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB", "CF_NR",
    "CF_NR_FK", "CF_NR_WFFF", "CF_NR_ZKDX", "CF_JDRQ", "CF_GSJZQ", "CF_CFJG", "CF_CFJGDM", "CF_SJLY", "CF_SJLYDM", "BZ",
    "CF_SXYZCD",
)  # fmt: skip
_ACTS = ("销售不合格商品", "未取得许可从事道路运输经营", "占道经营", "未按规定佩戴安全防护用品", "虚假宣传")
_SPOIL: tuple[tuple[int, str], ...] = (
    (3, "090902199003071230"), (13, "2026-02-30"), (10, "-1"), (4, "无"), (8, "批评教育"), (0, "/"),
    (16, "11090900MB00000000"),
)  # fmt: skip


def _lines(rows: int, run: int) -> Iterator[list[str]]:
    """Penalties with Chinese text; persons and documents of each run are its own."""
    from datetime import date

    from chengxin.kernel.periods import add_months

    today = date.today()  # noqa: DTZ011 - a day inside the period is all that matters
    persons = max(1, int(rows / ROWS_OF_A_PERSON))
    for row in range(rows):
        person = 1_000_000 + run * persons + row * 7919 % persons
        decided = today - timedelta(days=3 + row % 120)
        yuan = 200 + row % 90 * 100
        cells = [
            name(person), "自然人", "身份证", number(person), f"测监处罚〔2026〕{run}-{row}号", _ACTS[row % 5],
            f"经查，当事人于{decided.year}年{decided.month}月{decided.day}日在测量区第{row % 97}号市场"
            f"{_ACTS[row % 5]}，涉案货值{yuan * 3}元，有现场笔录、询问笔录和检验报告等证据证实。",
            "《中华人民共和国产品质量法》第四十九条", "罚款", f"责令改正，罚款{yuan}元。", f"{yuan / 10000:.2f}", "",
            "", decided.isoformat(), add_months(decided, 12).isoformat() if row % 2 else "", "测量单位", OFFICE,
            "测量单位", OFFICE, "", "一般",
        ]  # fmt: skip
        if row % BAD == BAD - 1:
            at, value = _SPOIL[row // BAD % len(_SPOIL)]
            cells[at] = value
        yield cells


def _write_csv(file: Path, rows: int, run: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEAD)
        writer.writerows(_lines(rows, run))


def _write_xlsx(file: Path, rows: int, run: int) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(file), {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("数据")
        for at, cells in enumerate(([*HEAD], *_lines(rows, run))):
            for column, cell in enumerate(cells):
                sheet.write_string(at, column, cell)


Measure = Callable[..., dict[str, Any]]

if __name__ == "__main__":
    import json

    _out = io.TextIOWrapper(sys.stdout.buffer, "utf-8")
    _out.write(json.dumps(_import(sys.argv[1], Path(sys.argv[2]))))
    _out.flush()
