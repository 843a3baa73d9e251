"""A dropped file all the way: into the store, its bad row back as a workbook, mended, dropped again, put right."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from python_calamine import load_workbook
from xlsxwriter import Workbook

from chengxin.intake.giving import Outcome, give
from chengxin.intake.queries import batch
from chengxin.intake.receipts import InstanceKey, verify
from chengxin.intake.tests.test_watch import drop, result
from chengxin.intake.watch import TAKEN, WAITING, Watch
from conftest import csv_of, fresh_person, penalty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "drop" / "XZCF" / "in").mkdir(parents=True)
    return tmp_path / "drop"


@pytest.fixture
def watching(folder: Path) -> Iterator[Watch]:
    with Watch(folder) as found:
        yield found


def mended(content: bytes, cell: str, by: str) -> bytes:
    """The workbook as the department saves it, with one text put right."""
    rows = load_workbook(io.BytesIO(content)).get_sheet_by_name("数据").to_python(skip_empty_area=False)
    stream = io.BytesIO()
    with Workbook(stream, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("数据")
        for at, row in enumerate(rows):
            for place, text in enumerate(row):
                sheet.write_string(at, place, by if text == cell else str(text))
    return stream.getvalue()


@pytest.mark.database
def test_a_file_goes_all_the_way_and_its_bad_row_comes_back_mended(
    folder: Path, watching: Watch, officer: Any, tmp_path: Path
) -> None:
    key = InstanceKey.create(tmp_path / "instance.key", "test.invalid")

    def take(path: Path, item: str, kind: str) -> Outcome:
        return give(officer.token, path, item=item, kind=kind, key=key)

    good, bad = (penalty(*fresh_person()) for _ in range(2))
    right = bad["CF_JDRQ"]
    drop(folder, "a.csv", csv_of([good, bad | {"CF_JDRQ": "昨天"}]))
    watching.sweep(take)
    assert [one.state for one in watching.sweep(take)] == [TAKEN]
    counts = ("total", "accepted", "refused", "held", "unchanged")
    assert [result(folder, "a.csv")["result"][name] for name in counts] == [2, 1, 1, 0, 0]
    out = folder / "XZCF" / "out"
    receipt, _ = verify((out / "a.csv.receipt.txt").read_bytes(), [key.signer.verifier])
    assert (receipt.item, receipt.kind, receipt.accepted, receipt.refused) == ("XZCF", "report", 1, 1)
    assert receipt.file == hashlib.sha256((folder / "XZCF" / "done" / "a.csv").read_bytes()).digest()
    drop(folder, "b.xlsx", mended((out / "a.csv.需改正.xlsx").read_bytes(), "昨天", right))
    watching.sweep(take)
    watching.sweep(take)
    assert [result(folder, "b.xlsx")["result"][name] for name in counts] == [1, 1, 0, 0, 0]
    found = batch(officer.token, receipt.batch)
    assert found is not None
    assert (found.fixed, found.open_rows) == (1, 0)
    assert found.channel == "folder"


@pytest.mark.database
def test_files_wait_in_their_order_while_nobody_can_be_verified(
    folder: Path, officer: Any, population: Any, tmp_path: Path
) -> None:
    """INTAKE-69: a correction must not overtake what it corrects."""
    key = InstanceKey.create(tmp_path / "instance.key", "test.invalid")
    tried: list[str] = []

    def take(path: Path, item: str, kind: str) -> Outcome:
        tried.append(path.name)
        return give(officer.token, path, item=item, kind=kind, key=key)

    one, two = fresh_person(), fresh_person()
    population.settle(one, two)
    population.faults.down = True
    for name, person in (("a.csv", one), ("b.csv", two)):
        drop(folder, name, csv_of([penalty(*person)]))
    with Watch(folder) as watching:
        watching.sweep(take)
        assert {(swept.state, swept.code) for swept in watching.sweep(take)} == {(WAITING, "INTAKE-69")}
    assert tried == ["a.csv"]
    population.faults.down = False
    with Watch(folder) as watching:  # a new watcher tries everything at once
        assert [swept.state for swept in watching.sweep(take)] == [TAKEN, TAKEN]
    assert result(folder, "a.csv")["result"]["accepted"] == 1
