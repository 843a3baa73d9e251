"""Files that are stopped: taken back by their department (取消), or halted because they stand in the way (停下)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from chengxin.intake import api as intake
from chengxin.intake import uploads
from chengxin.intake.forms import TAKEN_BACK
from chengxin.intake.taking import Taking
from chengxin.intake.tests.pages import URL, file, heading, page, rows
from chengxin.kernel.errors import Refused
from chengxin.ledger.api import scalar
from chengxin.people.api import console_session
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database
Send = Callable[..., Any]


@pytest.fixture
def read(officer: Any, system: Any) -> Callable[[UUID], intake.Batch]:
    """Let the worker read everything; how one upload stands."""

    def read(upload: UUID) -> intake.Batch:
        while intake.work(system.token, using="worker"):
            pass
        return found(officer, upload)

    return read


@pytest.fixture
def broken(officer: Any, read: Callable[[UUID], intake.Batch], monkeypatch: pytest.MonkeyPatch) -> Callable[..., UUID]:
    """A file whose rows are in the store and whose reader failed before it closed the batch."""

    def broken(*sent: dict[str, str], kind: str = "report") -> UUID:
        def fails(taking: Taking, **_: Any) -> Any:
            taking._settle()
            raise RuntimeError

        upload = intake.upload(officer.token, csv_of(sent), item="XZCF", kind=kind)
        with monkeypatch.context() as patched:
            patched.setattr(Taking, "finish", fails)
            assert read(upload).state == "已中断"
        return upload

    return broken


def found(officer: Any, upload: UUID) -> intake.Batch:
    one = intake.batch(officer.token, upload)
    assert one is not None
    return one


def test_what_waits_is_taken_back_by_its_own_department_alone(
    officer: Any, read: Callable[[UUID], intake.Batch]
) -> None:
    upload = intake.upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    one = found(officer, upload)
    with pytest.raises(Refused, match="INTAKE-32"):
        intake.cancel(console_session("officer2"), one, reason="file")
    for login in ("clerk", "reviewer", "sysadmin"):
        with pytest.raises(Refused, match="DUTY-01"):
            intake.cancel(console_session(login), one, reason="file")
    intake.cancel(officer.token, one, reason="file")
    with pytest.raises(Refused, match="INTAKE-32"):
        intake.cancel(officer.token, one, reason="doubt")
    with pytest.raises(Refused, match="INTAKE-32"):
        intake.go_on(officer.token, one)
    after = read(upload)
    assert (after.state, after.cancelled, after.batch, after.kept) == ("已取消", "file", None, False)


def test_of_half_a_file_nothing_stays_and_it_keeps_nobody_out(
    officer: Any, citizen: Any, broken: Callable[..., UUID], read: Callable[[UUID], intake.Batch], connect: Any
) -> None:
    sent = [penalty(citizen.name, citizen.number), penalty(*fresh_person(), CF_YJ="")]
    upload = broken(*sent)
    half = found(officer, upload)
    assert (half.judged, half.closed_at) == (2, None)
    other = csv_of([sent[0], penalty(*fresh_person())])
    waits = read(intake.upload(officer.token, other, item="XZCF", kind="report"))
    assert (waits.accepted, waits.refused) == (1, 1), "the first row is pending in a batch that is not done"
    intake.cancel(officer.token, half, reason="item")
    assert found(officer, upload).state == "已取消"
    again = read(intake.upload(officer.token, csv_of(sent), item="XZCF", kind="report"))
    assert (again.state, again.accepted, again.refused) == ("需改正", 1, 1)
    assert again.batch != half.batch, "what was cancelled is not gone on with"
    counted = connect("owner").execute("select count(*) from cx.records_batch where batch = %s", [half.batch])
    assert counted.fetchone() == (0,)


def test_of_a_file_that_was_sent_twice_one_is_taken_back(
    officer: Any, broken: Callable[..., UUID], read: Callable[[UUID], intake.Batch]
) -> None:
    """The other goes on where it stands: its rows are not taken from it, whichever of the two was cancelled."""
    sent = penalty(*fresh_person())
    first = broken(sent)
    second = intake.upload(officer.token, csv_of([sent]), item="XZCF", kind="report")
    intake.cancel(officer.token, found(officer, second), reason="again")
    assert (read(second).state, found(officer, first).state) == ("已取消", "已中断")
    third = broken(sent)
    assert found(officer, third).batch == found(officer, first).batch
    intake.cancel(officer.token, found(officer, first), reason="again")
    intake.go_on(officer.token, found(officer, third))
    assert (read(third).accepted, found(officer, first).state) == (1, "已取消")


def test_a_held_row_that_is_being_put_right_is_not_released(
    officer: Any, citizen: Any, reviewer: Any, send: Send, broken: Callable[..., UUID]
) -> None:
    """INTAKE-65: while the correction is not closed the row stands in the list, and would come in twice."""
    held = send(penalty("别的名字", citizen.number))
    upload = broken(penalty(citizen.name, citizen.number) | {"__row_key": f"{held.batch}:1"})
    with pytest.raises(Refused, match="INTAKE-65"):
        intake.decide(reviewer.token, held.batch, 1, outcome="released", reasons="改过名，有公安机关的证明。")
    told = {"step": "decide", "outcome": "released", "reasons": "改过名，有公安机关的证明。"}
    answer = reviewer.client.post(f"{URL}held/{held.batch}/1/", told)  # it waits still, and is not told as decided
    assert (answer.status_code, "已经由报送单位改正" in answer.content.decode()) == (422, True)
    intake.cancel(officer.token, found(officer, upload), reason="doubt")
    intake.decide(reviewer.token, held.batch, 1, outcome="released", reasons="改过名，有公安机关的证明。")


def test_a_row_that_was_released_is_not_put_right(send: Send, citizen: Any, reviewer: Any) -> None:
    """INTAKE-45: with another number of its document it would be there twice; as it was taken in it is unchanged."""
    row = penalty("别的名字", citizen.number)
    held = send(row)
    intake.decide(reviewer.token, held.batch, 1, outcome="released", reasons="改过名，有公安机关的证明。")
    other = penalty(citizen.name, citizen.number) | {"__row_key": f"{held.batch}:1"}
    result = send(other).result
    assert (result.accepted, [one.code for one in result.errors]) == (0, ["INTAKE-45"])


def test_a_row_it_put_right_is_open_again(
    officer: Any, send: Send, broken: Callable[..., UUID], connect: Callable[[str], Any]
) -> None:
    person = fresh_person()
    wrong = send(penalty(*person, CF_YJ=""))
    upload = broken(penalty(*person) | {"__row_key": f"{wrong.batch}:1"})
    assert found(officer, wrong.batch).open_rows == 0
    intake.cancel(officer.token, found(officer, upload), reason="doubt")
    assert found(officer, wrong.batch).open_rows == 1


@pytest.mark.usefixtures("idle")  # another file, read first, would take this one back before anybody reads it
def test_whoever_reads_it_stops_between_two_chunks(
    officer: Any, read: Callable[[UUID], intake.Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader finds that its lease is gone: it closes nothing, and opens no other batch of the same file."""
    upload = intake.upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    finish = Taking.finish

    def cancelled(taking: Taking, **counts: Any) -> Any:
        taking._settle()
        intake.cancel(officer.token, found(officer, upload), reason="again")
        return finish(taking, **counts)

    monkeypatch.setattr(Taking, "finish", cancelled)
    after = read(upload)
    assert (after.state, after.closed_at, after.message) == ("已取消", None, "")
    same = [one for one in intake.batches(officer.token) if one.file_digest == after.file_digest]
    assert [one.upload for one in same] == [upload]


def test_intake_70_corrections_that_are_in_are_not_taken_back(
    officer: Any, send: Send, broken: Callable[..., UUID], read: Callable[[UUID], intake.Batch]
) -> None:
    row = penalty(*fresh_person())
    send(row)
    upload = broken(row | {"CF_NR": "罚款人民币叁佰元整"}, kind="correct")
    with pytest.raises(Refused, match="INTAKE-70"):
        intake.cancel(officer.token, found(officer, upload), reason="doubt")
    intake.go_on(officer.token, found(officer, upload))
    assert read(upload).state == "已入库"
    waiting = intake.upload(officer.token, csv_of([row]), item="XZCF", kind="correct")
    intake.cancel(officer.token, found(officer, waiting), reason="doubt")  # none of it is in
    assert found(officer, waiting).state == "已取消"


def test_what_is_done_is_not_taken_back(officer: Any, read: Callable[[UUID], intake.Batch]) -> None:
    upload = intake.upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    done = read(upload)
    with pytest.raises(Refused, match="INTAKE-32"):
        intake.cancel(officer.token, done, reason="file")
    assert found(officer, upload).state == "已入库"


def test_the_page_cancels_with_a_reason(officer: Any, clerk: Any, hand_in: Callable[..., str]) -> None:
    address = hand_in(file(*rows({})), done=False)
    assert "取消这次报送" in page(officer, address)
    assert clerk.client.post(f"{address}cancel", {"reason": "file"}).status_code == 403
    asked = officer.client.post(f"{address}cancel", {"reason": "because"})
    assert asked.status_code == 422
    said = asked.content.decode()
    assert said.index("有需要改正的地方") < said.index("<h1"), "told first, not only far below"
    assert said.count("请在列出的四个原因中选择") == 2
    assert "http-equiv" not in said, "no page that comes again by itself takes the mistake away"
    assert "hx-get" not in said
    for _ in range(2):  # a second click does nothing
        assert officer.client.post(f"{address}cancel", {"reason": "item"})["Location"] == address
    text = page(officer, address)
    assert heading(text) == "这次报送已经取消"
    assert TAKEN_BACK["item"] in text
    assert "取消这次报送" not in text
    row = page(officer, f"{URL}sent/").partition(f'href="{address}"')[2].partition("</a>")[0]
    assert '<span class="tag ">已取消</span>' in row, "it waits for nobody"
    assert "没有任何信息产生作用" in row


def test_intake_71_only_a_file_that_stands_in_the_way_is_stopped(
    officer: Any, system: Any, read: Callable[[UUID], intake.Batch], connect: Callable[[str], Any]
) -> None:
    """It takes three readers away before anybody may stop it, and its department goes on where it stopped."""
    owner, admin = connect("owner"), console_session("sysadmin")
    upload = intake.upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    first = "update cx.intake_upload set at = '2000-01-01', leased_until = '2000-01-01' where upload = %s"

    def reader_dies() -> None:
        owner.execute(first, [upload])
        taken = scalar("select upload from cx.intake_take_v1(%s::bytea, 60)", [system.token], using="worker")
        assert taken == upload

    for _ in range(3):
        reader_dies()
        with pytest.raises(Refused, match="INTAKE-71"):
            intake.halt(admin, upload)
    reader_dies()
    with pytest.raises(Refused, match="DUTY-01"):
        intake.halt(officer.token, upload)
    intake.halt(admin, upload)
    with pytest.raises(Refused, match="INTAKE-71"):
        intake.halt(admin, upload)
    stopped = read(upload)
    assert (stopped.state, stopped.message) == ("已中断", uploads.HALTED)
    intake.go_on(officer.token, stopped)
    assert read(upload).state == "已入库"
