"""kill -9 at every step (断电、杀进程), and the database gone at every step: read again, nothing is lost, nothing doubled.

A file of two blocks with every outcome in both is imported, read as an upload and taken from a watched folder. What is
there in the end is compared with what an unharmed reading leaves: batches, answers, records, acts, rows put right.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import PIPE
from typing import Any
from uuid import UUID

import pytest

from chengxin.intake import api as intake
from chengxin.intake.receipts import InstanceKey, verify
from chengxin.intake.tests.fault import BLOCK
from chengxin.intake.tests.test_store import withdrawal
from chengxin.people.api import console_session
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database
READS = frozenset(
    ("people_self", "catalog_versions", "catalog_basis", "catalog_prohibited", "ledger_today", "select",
     "intake_outcomes", "intake_blocks", "intake_batches")
)  # fmt: skip
"""Steps that change nothing: harm there is harm behind the step before."""
ENDS = {"kill": {"killed"}, "cut": {"DatabaseFault"}}
"""How a harmed job ends."""
Case = tuple[str, dict[str, str]]


@dataclass
class Ran:
    """How a job of the fault process ended: done, killed, or the name of an error."""

    ended: str
    result: Any
    steps: list[str] = field(repr=False)

    def harms(self, harm: str) -> list[str]:
        """Every place between two steps. Where nothing changes is no place of its own; nor is a file for the database."""
        steps = [step for step in self.steps if step.split()[0] not in READS]
        if harm == "cut":
            return [f"before {step}" for step in steps if step.split()[0] not in {"rename", "fsync", "half"}]
        return [*(f"before {step}" for step in steps), f"after {steps[-1]}"]


Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def run(home: Any) -> Iterator[Run]:
    """Gives a job to the fault process; without `at` nothing happens to it."""
    command = [sys.executable, "-m", "chengxin.intake.tests.fault"]
    environment = os.environ | {"CHENGXIN_ADMIN": home.admin_dsn(home.database)}
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, text=True, env=environment) as process:

        def run(task: str, *, at: str = "", harm: str = "kill", **job: str) -> Ran:
            assert process.stdin is not None
            assert process.stdout is not None
            print(json.dumps({"task": task, "at": at, "harm": harm} | job), file=process.stdin, flush=True)
            return Ran(**json.loads(process.stdout.readline()))

        yield run


class Sender:
    """Files of two blocks with every outcome in both. What they bring is new in each; what they refer to is shared."""

    MOST = 30
    """Files for one test."""

    def __init__(self, send: Callable[..., Any], leave_open: Callable[[bytes], None]) -> None:
        from chengxin.operate.generate import departments

        other, officer2 = departments()[1], console_session("officer2")
        self._person = fresh_person()
        self._known, self._changed, self._removed = ([penalty(*self._person) for _ in range(2)] for _ in range(3))
        self._pending = [penalty(*fresh_person()) for _ in range(2)]
        self._foreign = [penalty(*fresh_person()) for _ in range(2)]
        send(*self._known, *self._changed, *self._removed)
        send(*(withdrawal(row) for row in self._removed), kind="withdraw")
        send(*(row | {"CF_SJLY": other.name, "CF_SJLYDM": other.uscc} for row in self._foreign), token=officer2)
        leave_open(csv_of(self._pending))
        self._wrong: Iterator[str] = iter(())

    def restock(self, send: Callable[..., Any]) -> None:
        """Rows to put right: two of every block."""
        wrong = send(*(penalty(*fresh_person(), CF_YJ="") for _ in range(4 * self.MOST)))
        self._wrong = iter([f"{wrong.batch}:{row}" for row in range(1, 4 * self.MOST + 1)])

    def cases(self) -> list[Case]:
        """Rows, each with its outcome: accepted, unchanged, or the rule that refuses or holds it."""
        person = fresh_person()
        first, second = self._block(person, 0), self._block(person, 1)
        first.append(("accepted", penalty(*fresh_person())))
        second.append(("INTAKE-30", first[0][1] | {"CF_NR": "罚款六百元"}))  # the document of the first row once more
        assert len(first) == len(second) == BLOCK
        return [*first, *second]

    def _block(self, person: tuple[str, str], at: int) -> list[Case]:
        rows: list[Case] = [
            ("accepted", penalty(*person)),  # twice the same person, in two blocks
            ("accepted", penalty(*fresh_person()) | {"__row_key": next(self._wrong)}),  # puts an earlier row right
            ("INTAKE-07", penalty(*fresh_person(), CF_YJ="") | {"__row_key": next(self._wrong)}),  # wrong once more
            ("INTAKE-09", penalty(*fresh_person(), CF_JDRQ="2026-13-01")),
            ("unchanged", self._known[at]),
            ("INTAKE-37", self._changed[at] | {"CF_NR": "罚款六百元"}),
            ("INTAKE-38", self._pending[at]),
            ("INTAKE-40", self._foreign[at]),
            ("INTAKE-43", penalty("别的名字", self._person[1])),
            ("INTAKE-44", self._removed[at]),
            ("INTAKE-45", penalty(*fresh_person()) | {"__row_key": f"{UUID(int=at)}:1"}),
        ]
        return [(outcome, {"__row_key": ""} | row) for outcome, row in rows]


@pytest.fixture(scope="module")
def _sender() -> list[Sender]:
    return []


@pytest.fixture
def sender(
    _sender: list[Sender], send: Callable[..., Any], run: Run, officer: Any, store: Store, tmp_path: Path
) -> Iterator[Sender]:
    """Made once: what its files refer to serves every test. Afterwards none of the many held rows waits for a human."""

    def leave_open(content: bytes) -> None:
        file = tmp_path / "open.csv"
        file.write_bytes(content)
        assert run("import", at="before intake_close 1", token=officer.token.hex(), file=str(file)).ended == "killed"

    begun = store.owner.execute("select statement_timestamp()").fetchone()
    if not _sender:
        _sender.append(Sender(send, leave_open))
    _sender[0].restock(send)
    yield _sender[0]
    store.owner.execute(
        "insert into cx.intake_decision select h.person, h.batch, h.source_row, h.act, 'replaced', '', cx.ledger_today_v1() "
        "from cx.intake_held h join cx.intake_batch b using (batch) where b.opened_at >= %s on conflict do nothing",
        begun,
    )


# ---- what is there -----------------------------------------------------------------------------------------------

TRACES = {
    "receipt": "select c.total, c.accepted, c.refused, c.held, c.unchanged, c.ignored, c.first_pass, c.again, c.on_time, p.judged "
    "from cx.intake_receipt c left join cx.intake_progress p using (batch) where c.batch = %s",
    "findings": "select source_row, kind, position, code from cx.intake_finding where batch = %s order by 1, 2, 3",
    "outcomes": "select source_row, outcome from cx.intake_admitted where batch = %s order by 1",
    "versions": "select v.source_row, v.version, (select count(*) from cx.records_event e where e.record = v.record), "
    "(select count(*) from cx.ledger_register l where l.person = v.person and l.activity = 'records.admit') "
    "from cx.records_version v where v.batch = %s order by 1",
    "people": "select count(*), count(distinct k.person), count(distinct i.person), count(i.*) from cx.people_key k "
    "join cx.people_identity i using (person) where k.person in (select person from cx.records_version where batch = %s)",
    "held": "select h.source_row, h.reason, (select count(*) from cx.ledger_register l where l.id = h.act) "
    "from cx.intake_held h where h.batch = %s order by 1",
    "fixed": "select by_row from cx.intake_fixed where by_batch = %s order by 1",
    "retry": "select source_row from cx.intake_retry where batch = %s order by 1",
    "stage": "select count(*) from cx.records_stage where batch = %s",
    "closed": "select count(*) from cx.ledger_outbox where topic = 'intake.closed' and payload ->> 'batch' = %s::text",
}
"""What a batch leaves behind, without ids and times: equal for two files of the same cases."""
Trace = dict[str, list[tuple[Any, ...]]]


@dataclass
class Store:
    """What the owner sees."""

    owner: Any

    def traces(self, content: bytes) -> list[Trace]:
        """Of every batch of a file, the first first."""
        digest = hashlib.sha256(content).digest()
        found = self.owner.execute(
            "select batch from cx.intake_batch where file_digest = %s order by opened_at", [digest]
        )
        return [
            {name: self.owner.execute(sql, [batch]).fetchall() for name, sql in TRACES.items()} for (batch,) in found
        ]

    def records(self, cases: Sequence[Case]) -> dict[str, tuple[int, int]]:
        """Records and versions of every document that is in the store."""
        found = self.owner.execute(
            "select r.doc_no, count(distinct r.record), count(*) from cx.records_record r join cx.records_version v "
            "using (person, record) where r.doc_no = any(%s) group by 1",
            [[row["CF_WSH"] for _, row in cases]],
        )
        return {doc_no: (records, versions) for doc_no, records, versions in found}


@pytest.fixture
def store(connect: Callable[..., Any]) -> Store:
    return Store(connect("owner"))


THERE = {"accepted", "unchanged", "INTAKE-37", "INTAKE-38", "INTAKE-40", "INTAKE-44"}
"""Outcomes of rows whose document is in the store afterwards, once."""


def in_the_store(cases: Sequence[Case]) -> dict[str, tuple[int, int]]:
    return {row["CF_WSH"]: (1, 1) for outcome, row in cases if outcome in THERE}


def file_of(cases: Sequence[Case]) -> bytes:
    return csv_of([row for _, row in cases])


HELD = {"INTAKE-40", "INTAKE-43", "INTAKE-44"}
COUNTS = ("total", "accepted", "unchanged", "held", "refused")


def counts(cases: Sequence[Case]) -> list[int]:
    of = Counter("held" if outcome in HELD else outcome for outcome, _ in cases)
    known = [of["accepted"], of["unchanged"], of["held"]]
    return [len(cases), *known, len(cases) - sum(known)]


def counts_again(cases: Sequence[Case]) -> list[int]:
    """The same of a file whose batch is closed already."""
    total, accepted, unchanged, *others = counts(cases)
    return [total, 0, accepted + unchanged, *others]


# ---- the command line --------------------------------------------------------------------------------------------


@pytest.fixture
def command(run: Run, officer: Any, tmp_path: Path) -> Callable[..., Ran]:
    def command(content: bytes, **harm: str) -> Ran:
        file = tmp_path / "file.csv"
        file.write_bytes(content)
        return run("import", token=officer.token.hex(), file=str(file), **harm)

    return command


def test_the_whole_file_again(sender: Sender, store: Store, command: Callable[..., Ran]) -> None:
    """Every outcome is as named; read once more, what is there is unchanged, also where it put an earlier row right."""
    cases = sender.cases()
    content = file_of(cases)
    first, again = command(content), command(content)
    assert [first.result[name] for name in COUNTS] == counts(cases)
    findings = sorted((*first.result["errors"], *first.result["held_rows"]), key=lambda one: one["row"])
    assert [(one["row"], one["code"]) for one in findings] == [
        (row, outcome) for row, (outcome, _) in enumerate(cases, 1) if outcome.startswith("INTAKE")
    ]
    assert [again.result[name] for name in COUNTS] == counts_again(cases)
    assert store.records(cases) == in_the_store(cases)


@pytest.mark.parametrize("harm", ENDS)
def test_an_import_harmed_at_every_step(harm: str, sender: Sender, store: Store, command: Callable[..., Ran]) -> None:
    whole = sender.cases()
    unharmed, _ = command(file_of(whole)), command(file_of(whole))
    once, again = store.traces(file_of(whole))
    for at in unharmed.harms(harm):
        cases = sender.cases()
        content = file_of(cases)
        assert command(content, at=at, harm=harm).ended in ENDS[harm], at
        closed = any(trace["receipt"] for trace in store.traces(content))
        ran = command(content)
        assert (ran.ended, closed) == ("done", at == f"after {unharmed.steps[-1]}"), at
        assert store.traces(content) == ([once, again] if closed else [once]), at
        assert [ran.result[name] for name in COUNTS] == (counts_again if closed else counts)(cases), at
        assert store.records(cases) == in_the_store(cases), at


# ---- an upload ---------------------------------------------------------------------------------------------------


@dataclass
class Page:
    """An upload as its officer and the worker have it."""

    run: Run
    officer: bytes
    system: bytes
    owner: Any

    def work(self, **harm: str) -> Ran:
        return self.run("work", token=self.system.hex(), **harm)

    def upload(self, content: bytes) -> UUID:
        return intake.upload(self.officer, content, item="XZCF", kind="report")

    def of(self, upload: UUID) -> intake.Batch:
        found = intake.batch(self.officer, upload)
        assert found is not None
        return found

    def lease_over(self, upload: UUID) -> None:
        over = "update cx.intake_upload set leased_until = leased_until - interval '1 hour' where upload = %s"
        self.owner.execute(over, [upload])


@pytest.fixture
def page(run: Run, officer: Any, system: Any, store: Store, idle: None) -> Page:
    del idle
    return Page(run, officer.token, system.token, store.owner)


@pytest.mark.parametrize("harm", ENDS)
def test_an_upload_harmed_at_every_step(harm: str, sender: Sender, store: Store, page: Page) -> None:
    """Another worker goes on once the lease is over; nobody is asked, and there is one batch."""
    whole = file_of(sender.cases())
    page.upload(whole)
    unharmed = page.work()
    (once,) = store.traces(whole)
    for at in unharmed.harms(harm):
        cases = sender.cases()
        content = file_of(cases)
        upload = page.upload(content)
        assert page.work(at=at, harm=harm).ended in ENDS[harm], at
        page.lease_over(upload)
        assert page.work().ended == "done", at
        done = page.of(upload)
        assert (done.state, done.upload, done.problem, done.message) == ("需改正", upload, "", ""), at
        assert [getattr(done, name) for name in COUNTS] == counts(cases), at
        assert done.total == done.judged == done.declared, at
        assert store.traces(content) == [once], at
        assert store.records(cases) == in_the_store(cases), at


# ---- a watched folder --------------------------------------------------------------------------------------------


@dataclass
class Folder:
    """A folder under watch, for one file."""

    run: Run
    officer: bytes
    key: Path
    root: Path

    def drop(self, content: bytes) -> None:
        (self.root / "XZCF" / "in").mkdir(parents=True)
        (self.root / "XZCF" / "in" / "a.csv").write_bytes(content)

    def sweep(self, **harm: str) -> Ran:
        return self.run("sweep", token=self.officer.hex(), key=str(self.key), folder=str(self.root), **harm)

    def listed(self) -> dict[str, list[str]]:
        kinds = ("in", ".work/in", "back", "done", "out")
        return {kind: sorted(path.name for path in (self.root / "XZCF" / kind).iterdir()) for kind in kinds}


ANSWERS = ["a.csv.receipt.txt", "a.csv.result.json", "a.csv.需改正.xlsx"]
ANSWERED: dict[str, list[str]] = {"in": [], ".work/in": [], "back": [], "done": ["a.csv"], "out": ANSWERS}


@pytest.mark.parametrize("harm", ENDS)
def test_a_watched_folder_harmed_at_every_step(
    harm: str, sender: Sender, store: Store, run: Run, officer: Any, home: Any, tmp_path: Path
) -> None:
    """The next sweep finishes: the file is put away once, with the answers of a batch that holds all its rows."""
    folders = (Folder(run, officer.token, home.instance_key, tmp_path / str(n)) for n in range(sender.MOST))
    folder, whole = next(folders), file_of(sender.cases())
    folder.drop(whole)
    unharmed = folder.sweep()
    assert (unharmed.result, folder.listed()) == (["taken"], ANSWERED)
    key = InstanceKey.load(home.instance_key).signer.verifier
    (once,) = store.traces(whole)
    for at in unharmed.harms(harm):
        cases, folder = sender.cases(), next(folders)
        content = file_of(cases)
        folder.drop(content)
        harmed = folder.sweep(at=at, harm=harm)
        assert (harmed.ended, harmed.result) == (("killed", None) if harm == "kill" else ("done", ["waiting"])), at
        assert folder.sweep().ended == "done", at
        assert folder.listed() == ANSWERED, at
        assert store.traces(content) == [once], at
        assert store.records(cases) == in_the_store(cases), at
        said = json.loads((folder.root / "XZCF/out/a.csv.result.json").read_text("utf-8"))
        receipt, _ = verify((folder.root / "XZCF/out/a.csv.receipt.txt").read_bytes(), [key])
        assert receipt.file == hashlib.sha256(content).digest() == bytes.fromhex(said["sha256"]), at
        told = [said["result"][name] for name in COUNTS]
        assert told == [getattr(receipt, name) for name in COUNTS] == counts(cases), at
