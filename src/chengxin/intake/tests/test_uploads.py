"""Uploads (上传): read by the worker in the name of whoever sent them, whatever is in them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from chengxin.catalog import api as catalog
from chengxin.catalog.tests.material import Desk, definition
from chengxin.intake import api as intake
from chengxin.intake import uploads
from chengxin.kernel.errors import Refused
from chengxin.ledger.tests.intake_hand import Hand
from chengxin.people.api import console_session
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database


@pytest.fixture
def read(officer: Any, system: Any) -> Callable[[UUID], intake.Batch]:
    """Let the worker read everything; how one upload stands."""

    def read(upload: UUID) -> intake.Batch:
        while intake.work(system.token, using="worker"):
            pass
        found = intake.batch(officer.token, upload)
        assert found is not None
        return found

    return read


def test_an_upload_is_read_by_the_worker(officer: Any, system: Any) -> None:
    rows = [penalty(*fresh_person()), penalty(*fresh_person(), CF_YJ="")]
    upload = intake.upload(officer.token, csv_of(rows), item="XZCF", kind="report")
    assert upload == intake.upload(officer.token, csv_of(rows), item="XZCF", kind="report")  # still waiting: the same
    while intake.work(system.token, using="worker"):
        pass
    found = intake.batch(officer.token, upload)
    assert found is not None
    assert (found.state, found.accepted, found.refused, found.judged) == ("需改正", 1, 1, 2)
    assert found.batch is not None
    (problem,) = intake.findings(officer.token, found.batch)
    assert (problem.source_row, problem.field, problem.code) == (2, "CF_YJ", "INTAKE-07")
    assert intake.content_of(officer.token, upload, found.file_digest) == csv_of(rows)
    assert intake.batch(console_session("officer2"), upload) is None


def test_an_unreadable_upload_says_why(officer: Any, system: Any) -> None:
    upload = intake.upload(officer.token, b"PK\x03\x04 no workbook", item="XZCF", kind="report")
    while intake.work(system.token, using="worker"):
        pass
    found = intake.batch(officer.token, upload)
    assert found is not None
    assert (found.state, found.problem) == ("不能读取", "INTAKE-01")
    assert found.message


def test_an_upload_stops_with_the_session_and_goes_on_with_another(officer: Any, system: Any) -> None:
    """INTAKE-32 for whoever has nothing to go on with."""
    from chengxin.people.api import end_other_sessions

    token = console_session("officer")
    upload = intake.upload(token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    end_other_sessions(officer.token)
    while intake.work(system.token, using="worker"):
        pass
    found = intake.batch(officer.token, upload)
    assert found is not None
    assert found.state == "已中断"
    assert "继续处理" in found.message
    with pytest.raises(Refused, match="INTAKE-32"):
        intake.go_on(console_session("officer2"), found)
    intake.go_on(officer.token, found)
    while intake.work(system.token, using="worker"):
        pass
    done = intake.batch(officer.token, upload)
    assert done is not None
    assert (done.state, done.accepted) == ("已入库", 1)


def test_nobody_has_to_stay_at_the_desk_while_a_file_is_read(officer: Any, system: Any) -> None:
    from chengxin.people.api import sessions, sign_out

    before = len(sessions(officer.token))
    token = console_session("officer")
    upload = intake.upload(token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    sign_out(token)
    assert [line.method for line in sessions(officer.token)].count("errand") >= 1
    while intake.work(system.token, using="worker"):
        pass
    done = intake.batch(officer.token, upload)
    assert done is not None
    assert (done.state, done.accepted) == ("已入库", 1)
    assert len(sessions(officer.token)) <= before  # what read in the officer's name is gone with the work


def test_files_are_destroyed_when_their_time_is_over(officer: Any, system: Any, connect: Callable[..., Any]) -> None:
    upload = intake.upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    while intake.work(system.token, using="worker"):
        pass
    intake.sweep_files(system.token, using="worker")
    found = intake.batch(officer.token, upload)
    assert found is not None
    assert found.kept
    connect("owner").execute("update cx.intake_upload set at = at - interval '400 days' where upload = %s", [upload])
    assert intake.sweep_files(system.token, using="worker") >= 1
    found = intake.batch(officer.token, upload)
    assert found is not None
    assert not found.kept


def test_staged_rows_stay_only_while_their_batch_can_be_gone_on_with(
    officer: Any, system: Any, connect: Callable[..., Any]
) -> None:
    """Rows of an open batch wait for whoever goes on with it; those of a lapsed one are identities nobody may keep."""
    owner, web = connect("owner"), connect("web")
    opened, lapsed = (Hand(web, officer.token) for _ in range(2))
    for hand in (opened, lapsed):
        hand.staged({}, {})
    owner.execute(
        "update cx.intake_batch set opened_at = cx.intake_lapsed_before_v1() - interval '1 minute' where batch = %s",
        [lapsed.batch],
    )
    intake.sweep_files(system.token, using="worker")
    staged = "select count(*) from cx.records_stage where batch = %s"
    assert owner.execute(staged, [opened.batch]).fetchone() == (2,)
    assert owner.execute(staged, [lapsed.batch]).fetchone() == (0,)


def test_a_file_of_nothing_for_a_suspended_item_stops_nobody(
    officer: Any, home: Any, read: Callable[[UUID], intake.Batch]
) -> None:
    """It was in force when the file was sent; there is no row that could say INTAKE-20."""
    desk = Desk(home)
    item, version = desk.published(definition())
    header = csv_of([penalty(*fresh_person())]).splitlines()[0]
    kept = intake.upload(officer.token, header, item=item, kind="report")
    catalog.suspend(desk.approver, item, version, "依据到期")
    found = read(kept)
    assert (found.state, found.problem) == ("不能读取", "INTAKE-20")
    assert "测试条目" in found.message


def test_whatever_a_file_does_the_next_one_is_read(
    officer: Any, read: Callable[[UUID], intake.Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(uploads, "import_file", lambda *_, **__: 1 / 0)
        found = read(intake.upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report"))
    assert (found.state, found.message) == ("已中断", uploads.FAILED)
    intake.go_on(officer.token, found)
    assert found.upload is not None
    assert read(found.upload).accepted == 1


def test_a_file_that_unpacks_to_more_than_was_sent_is_not_opened(
    officer: Any, read: Callable[[UUID], intake.Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = intake.upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    monkeypatch.setattr(uploads, "_LARGEST", 10)
    assert read(kept).state == "已中断"


def test_where_a_file_came_from_is_said(officer: Any, send: Callable[..., Any]) -> None:
    imported = intake.import_file(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", channel="folder")
    for batch, channel in ((imported.batch, "folder"), (send(penalty(*fresh_person())).batch, "command")):
        assert batch is not None
        found = intake.batch(officer.token, batch)
        assert found is not None
        assert found.channel == channel
