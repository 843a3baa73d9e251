"""The system administrator's view of the installation: what is wrong, what waits, and nothing about anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from chengxin.intake.api import upload, work
from chengxin.operate import condition as writer
from chengxin.operate.doctor import Finding, State
from chengxin.oversight.api import jobs
from chengxin.oversight.api import work as waiting_work
from chengxin.people.api import COOKIE, console_session, end_other_sessions
from chengxin.portal import health, views_desk
from chengxin.portal.templatetags.chengxin import commands
from conftest import csv_of, fresh_person, penalty

pytestmark = pytest.mark.database


PART = {"HX-Request": "true"}
"""What a page says that asks for its counters only."""


def page(address: str, login: str = "sysadmin", *, status: int = 200, headers: Any = None) -> str:
    client = Client()
    client.cookies[COOKIE] = console_session(login).hex()
    answer = client.get(address, headers=headers)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Leave an examination for the pages."""

    def left(*checks: tuple[str, str], ago: int = 0) -> None:
        at = datetime.now(UTC) - timedelta(minutes=ago)
        found = [{"name": "x", "state": s, "cause": c, "remedy": "请照做。" if s != "ok" else ""} for s, c in checks]
        path = tmp_path / "condition.json"
        monkeypatch.setattr(settings, "CONDITION", path)
        path.write_text(json.dumps({"at": at.isoformat(), "checks": found}), "utf-8")

    return left


def test_what_is_wrong_comes_first_with_its_way_out(home: Any, left: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whatever other tests left waiting for more than some minutes is a fault as well, and so is their last backup.
    monkeypatch.setattr(views_desk, "work", lambda _token: [])
    monkeypatch.setattr(views_desk, "last_backup", lambda _token: None)
    left(("ok", "磁盘够用"), ("warn", "日历快到头了"), ("fail", "备份太旧"))
    text = page("/status/")
    assert "故障，请先处理" in text
    assert text.index("备份太旧") < text.index("日历快到头了") < text.index("磁盘够用")
    assert "请照做" in text
    left(("ok", "磁盘够用"))
    assert "一切正常" in page("/status/")
    left(("warn", "日历快到头了"))
    assert "没有故障，有" in page("/status/")


def test_commands_are_set_apart_and_nothing_is_markup() -> None:
    said = commands("请执行：chengxin backup 目录 --keep /a/<b>，以后也这样。只说 chengxin 的不是。")
    assert said == (
        '请执行：<code class="code">chengxin backup 目录 --keep /a/&lt;b&gt;</code>，以后也这样。只说 chengxin 的不是。'
    )
    assert commands("<i>") == "&lt;i&gt;"


def test_counters_are_asked_for_again_alone(home: Any, left: Any) -> None:
    """The part of a page, under the same duty; whoever is signed out meanwhile gets the whole page, which says so."""
    left(("fail", "备份太旧"))
    for address in ("/status/", "/status/jobs/"):
        whole, part = page(address), page(address, headers=PART)
        assert 'hx-trigger="every 10s"' in whole
        assert "自动刷新" in page(f"{address}?still")
        assert "hx-get" not in page(f"{address}?still")
        assert "<h1>" in part
        assert "<html" not in part
        page(address, "clerk", status=403, headers=PART)
        assert Client().get(address, headers=PART)["HX-Refresh"] == "true"
    assert "备份太旧" in page("/status/", headers=PART)


def test_stopping_the_counters_keeps_the_page(home: Any, left: Any) -> None:
    left(("ok", "磁盘够用"))
    running, still = page("/status/jobs/?page=2"), page("/status/jobs/?page=2&still")
    assert 'href="?page=2&amp;still">停止自动刷新' in running
    assert 'href="?page=2&amp;still">刷新' in still
    assert 'href="?page=2&amp;">自动刷新' in still
    assert 'href="?page=1&amp;still">上一页' in still
    assert 'href="?still">停止自动刷新' in page("/status/jobs/?page=1")


def test_a_file_that_stands_in_the_way_is_stopped_on_the_page(officer: Any, left: Any, connect: Any) -> None:
    """INTAKE-71 for a file that takes nobody away; no other duty stops anything."""
    left(("ok", "磁盘够用"))
    one = upload(officer.token, csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    address = f"/status/jobs/{one}/halt"
    client = Client()
    client.cookies[COOKIE] = console_session("sysadmin").hex()
    assert client.get(address)["Location"] == "/status/jobs/"
    assert address not in page("/status/jobs/")
    refused = client.post(address)
    assert refused.status_code == 422
    assert "这个文件没有挡住读取" in refused.content.decode()
    connect("owner").execute("update cx.intake_upload set lost = 3 where upload = %s", [one])
    assert address in page("/status/jobs/")
    for login in ("secadmin", "auditor", "clerk", "manager", "officer"):
        other = Client()
        other.cookies[COOKIE] = console_session(login).hex()
        assert other.post(address).status_code == 403
    assert client.post(address)["Location"] == "/status/jobs/"
    text = page("/status/jobs/")
    assert address not in text
    assert "平台管理员先把它停下了" in text


def test_the_page_says_what_may_not_be_cancelled(home: Any, left: Any) -> None:
    left(("ok", "磁盘够用"))
    text = page("/status/jobs/")
    assert "哪些可以取消、重试" in text
    assert "告知书的投递" in text
    assert "不能取消：当事人有权知道" in text


def test_an_old_or_missing_examination_is_not_believed(
    home: Any, left: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left(("ok", "磁盘够用"), ago=30)
    text = page("/status/")
    assert "体检已经停了" in text
    assert "一切正常" not in text
    assert "没有新的体检结果" in text, "whoever hears the page is not told that nothing is wrong"
    (tmp_path / "condition.json").write_text("{", "utf-8")
    assert "还没有体检结果" in page("/status/")
    monkeypatch.setattr(settings, "CONDITION", None)
    assert health.condition() is None


def test_what_is_written_is_what_is_read(home: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "examine", lambda keep: [Finding("disk", State.OK, f"看过 {keep.name}")])
    writer.note_condition(home)
    path = home.path / writer.NAME
    assert path.stat().st_mode & 0o077 == 0
    assert path == settings.CONDITION, "the pages look where the examination leaves it"
    found = health.condition()
    assert found is not None
    assert (found.checks[0].state, found.old) == ("ok", False)

    def broken(_keep: Path) -> list[Finding]:
        raise OSError("name of somebody")

    monkeypatch.setattr(writer, "examine", broken)
    (one,) = writer.note_condition(home)
    assert (one.state, "somebody" in one.cause) == (State.FAIL, False)


def test_a_file_that_broke_off_waits_for_its_officer_and_is_no_fault(officer: Any, system: Any, left: Any) -> None:
    """已中断: only the officer can go on with it, so it is not counted among what the worker is late with."""
    left(("ok", "磁盘够用"))
    token = console_session("sysadmin")
    while work(system.token, using="worker"):
        pass
    before = {one.kind: one.waiting for one in waiting_work(token)}
    mine = upload(console_session("officer"), csv_of([penalty(*fresh_person())]), item="XZCF", kind="report")
    assert {one.kind: one.waiting for one in waiting_work(token)}["upload"] == before["upload"] + 1
    end_other_sessions(officer.token)
    while work(system.token, using="worker"):
        pass
    assert {one.kind: one.waiting for one in waiting_work(token)}["upload"] == before["upload"]
    assert next(one for one in jobs(token, offset=0, limit=30) if one.upload == mine).state == "broken"
    assert "已中断" in page("/status/jobs/")


def test_files_are_listed_without_what_is_in_them(citizen: Any, officer: Any, system: Any, left: Any) -> None:
    left(("ok", "磁盘够用"))
    upload(officer.token, csv_of([penalty(citizen.name, citizen.number)]), item="XZCF", kind="report")
    nothing = upload(officer.token, b"\x00nothing", item="XZCF", kind="report")
    assert "在排队" in page("/status/jobs/")
    behind = page("/status/jobs/?page=99999")  # the counts are of all files, whatever page was asked for
    assert "这一页没有文件" in behind
    assert "没有在办的文件" not in behind
    assert "全部 0 个文件" not in behind
    while work(system.token, using="worker"):  # what the worker does
        pass
    for address in ("/status/", "/status/jobs/", "/status/jobs/?page=2", "/status/jobs/?page=x"):
        text = page(address)
        for secret in (citizen.name, citizen.number, str(citizen.person)):
            assert secret not in text
    text = page("/status/jobs/")
    refused = next(one for one in jobs(console_session("sysadmin"), offset=0, limit=5) if one.upload == nothing)
    assert "盐城市市场监督管理局" in text
    assert "已读完" in text
    assert "没有收下" in text
    assert "怎么办：由报送单位改好以后重新上传" in text
    assert refused.message.startswith(said := "文件含有空字节，不是文本文件。请在表格软件中另存为")
    assert said in text, "what its officer reads, word for word"
    assert refused.problem in text
    assert "等待读取的文件" in page("/status/")
    for login in ("secadmin", "auditor", "clerk", "manager"):
        page("/status/", login, status=403)
