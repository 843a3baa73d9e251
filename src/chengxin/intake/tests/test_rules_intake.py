"""The rules of intake that need the store: duplicates across files, batches, receipts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from chengxin.intake.api import import_file
from chengxin.intake.rules import check_row
from chengxin.intake.taking import Taking
from chengxin.intake.tests.material import OFFICE, TODAY, born, item, row
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import act, scalar
from conftest import csv_of, fresh_person, penalty


def codes(result: Any) -> list[str]:
    return [error.code for error in result.errors]


@pytest.mark.database
def test_intake_37_the_same_decision_with_other_content_is_no_correction(officer: Any) -> None:
    first = penalty(*fresh_person())
    other = first | {"CF_NR": "罚款六百元", "CF_NR_FK": "0.06"}
    assert import_file(officer.token, csv_of([first]), item="XZCF").result.accepted == 1
    assert import_file(officer.token, csv_of([first, penalty(*fresh_person())]), item="XZCF").result.unchanged == 1
    result = import_file(officer.token, csv_of([other]), item="XZCF").result
    assert (result.accepted, result.refused, codes(result)) == (0, 1, ["INTAKE-37"])


@pytest.mark.database
def test_intake_38_a_row_of_a_batch_that_was_left_open_waits_for_it(
    officer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = penalty(*fresh_person())
    left, other = csv_of([first]), csv_of([first, penalty(*fresh_person())])
    with monkeypatch.context() as killed:
        killed.setattr(Taking, "finish", _dies)
        with pytest.raises(KeyboardInterrupt):
            import_file(officer.token, left, item="XZCF")
    result = import_file(officer.token, other, item="XZCF").result
    assert (result.accepted, codes(result)) == (1, ["INTAKE-38"])
    assert import_file(officer.token, left, item="XZCF").result.accepted == 1


def _dies(taking: Taking, **_: Any) -> Any:
    taking._settle()  # its rows are in the store, its batch is open
    raise KeyboardInterrupt


@pytest.mark.database
def test_intake_32_a_batch_that_is_not_the_organisation_s_own_is_not_closed(officer: Any) -> None:
    with pytest.raises(Refused, match="INTAKE-32"), act(officer.token, activity="intake.close") as line:
        scalar("select cx.intake_close_v1(%s::uuid, %s::uuid, 0, 0, 0)", [uuid4(), line])


@pytest.mark.database
def test_intake_31_every_row_of_a_receipt_is_accounted_for(
    officer: Any, connect: Callable[[str], psycopg.Connection[Any]]
) -> None:
    import_file(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF")
    owner = connect("owner")
    with pytest.raises(psycopg.errors.CheckViolation) as caught, owner.transaction():
        owner.execute("update cx.intake_receipt set total = total + 1")
    assert caught.value.diag.constraint_name == "INTAKE-31"


def test_intake_56_an_unlikely_age_is_a_warning_and_no_reason_to_refuse() -> None:
    verdict = check_row(row(CF_XDR_ZJHM=born("18900101")), item=item(), organisation=OFFICE, mode="demo", today=TODAY)
    assert verdict.errors == ()
    assert [warning.code for warning in verdict.warnings] == ["INTAKE-56"]
