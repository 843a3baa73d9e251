"""A file into the store: totals, resending, interruption, the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from chengxin.cli.intake import import_command
from chengxin.intake.api import import_file
from chengxin.kernel.errors import Refused
from chengxin.operate.generate import departments
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database


def test_good_rows_are_taken_and_bad_ones_named(admit: Callable[..., Any]) -> None:
    good, bad = penalty(*fresh_person()), penalty(*fresh_person(), CF_JDRQ="2026-13-01", CF_YJ="")
    result = admit(good, bad)
    assert (result.total, result.accepted, result.refused, result.unchanged) == (2, 1, 1, 0)
    assert {(e.row, e.field, e.code) for e in result.errors} == {(2, "CF_JDRQ", "INTAKE-09"), (2, "CF_YJ", "INTAKE-07")}


def test_the_same_file_again_changes_nothing(admit: Callable[..., Any]) -> None:
    rows = [penalty(*fresh_person()) for _ in range(3)]
    assert admit(*rows).accepted == 3
    again = admit(*rows)
    assert (again.total, again.accepted, again.unchanged) == (3, 0, 3)


def test_another_content_under_the_same_number_is_a_conflict(admit: Callable[..., Any]) -> None:
    row = penalty(*fresh_person())
    admit(row)
    result = admit(row | {"CF_NR": "罚款六百元"})
    assert [(e.field, e.code) for e in result.errors] == [("CF_WSH", "INTAKE-37")]


def test_a_row_twice_in_one_file(admit: Callable[..., Any]) -> None:
    row = penalty(*fresh_person())
    result = admit(row, row)
    assert (result.accepted, [(e.row, e.field, e.code) for e in result.errors]) == (1, [(2, "CF_WSH", "INTAKE-30")])


def test_one_person_with_two_documents_is_one_person(admit: Callable[..., Any], connect: Callable[..., Any]) -> None:
    from chengxin.people.api import ring

    name, number = fresh_person()
    assert admit(penalty(name, number), penalty(name, number)).accepted == 2
    index = ring().blind_index("citizen", number)
    found = connect("owner").execute(
        "select count(*) from cx.records_record r join cx.people_key k using (person) where k.id_hmac = %s", [index]
    )
    assert found.fetchone() == (2,)


def test_another_organisation_cannot_fill_a_batch(officer: Any, clerk: Any) -> None:
    with pytest.raises(Refused, match="DUTY-01"):
        import_file(clerk.token, csv_of([penalty(*fresh_person())]), item="XZCF")


def run(home: Any, file: Path, *more: str, org: str = "") -> tuple[int, str]:
    arguments = [
        str(file),
        "--item",
        "XZCF",
        "--org",
        org or departments()[0].uscc,
        "--as",
        "officer",
        "--keep",
        str(home.path),
    ]
    result = CliRunner().invoke(import_command, [*arguments, *more])
    return result.exit_code, result.stdout


def test_command_line(home: Any, tmp_path: Path) -> None:
    file = tmp_path / "xzcf.csv"
    rows = [penalty(*fresh_person()), penalty(*fresh_person(), CF_CFLB="行政拘留")]
    file.write_bytes(csv_of(rows[:1]))
    code, out = run(home, file, "--json")
    assert (code, json.loads(out)["accepted"]) == (0, 1)
    file.write_bytes(csv_of(rows))
    code, out = run(home, file, "--json")
    data = json.loads(out)
    assert (code, data["total"], data["unchanged"], data["refused"]) == (1, 2, 1, 1)
    assert {"row", "field", "code", "message"} == set(data["errors"][0])
    assert run(home, file, org="11320900014311117L")[0] == 2
    assert run(home, tmp_path / "missing.csv")[0] == 2
    file.write_bytes(b"\xff\xfe\x00")
    assert run(home, file)[0] == 2
