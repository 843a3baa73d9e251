"""The security officer's pages: an incident from report to close, through the forms alone."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from chengxin.kernel.periods import CHINA
from chengxin.oversight import api
from chengxin.oversight.tests.material import AUTHORITY, PERSONS, Duty, ago
from chengxin.people.api import COOKIE, console_session

pytestmark = pytest.mark.database
HOME = "/incidents/"


def client_of(token: bytes) -> Client:
    client = Client()
    client.cookies[COOKIE] = token.hex()
    return client


@pytest.fixture
def duty(home: Any) -> Duty:
    return Duty(home)


@pytest.fixture
def one(duty: Duty) -> Client:
    return client_of(duty.one)


@pytest.fixture
def other(duty: Duty) -> Client:
    return client_of(duty.other)


def local(at: datetime) -> str:
    return at.astimezone(CHINA).strftime("%Y-%m-%dT%H:%M")


def sent(**changes: str) -> dict[str, str]:
    return {
        "kind": "leak",
        "source": "monitoring",
        "discovered_at": local(ago(minutes=30)),
        "systems": "业务窗口核验页面",
        "information": "姓名、失信信息",
        "persons": "12",
        "items": "12",
        "exact": "no",
        "insider": "no",
        "harm": "可能被用于冒充工作人员行骗。",
        "cause": "一个窗口账号被他人使用。",
        "measures": "停用账号，更换验证码。",
    } | changes


def text_of(client: Client, address: str, *, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def post(client: Client, address: str, data: dict[str, str], *, status: int = 302) -> Any:
    answer = client.post(address, data)
    assert answer.status_code == status, answer.content.decode()
    return answer


def reported(client: Client, **changes: str) -> str:
    return str(post(client, f"{HOME}new", sent(**changes))["Location"])


REASON = {"reason": "核对了登记行和账号的使用情况。"}


def test_anonymous_and_other_duties_stay_out(duty: Duty, officer: Any, clerk: Any, reviewer: Any) -> None:
    made = duty.reported()
    addresses = (HOME, f"{HOME}new", f"{HOME}{made}/", f"{HOME}{made}/update", f"{HOME}{made}/notices/2")
    for address in addresses:
        assert Client().get(address)["Location"] == f"/sign-in?next={address}"
        for actor in (officer, clerk, reviewer):
            assert actor.client.get(address).status_code == 403
    for actor in (officer, clerk, reviewer):
        assert actor.client.post(f"{HOME}{made}/export").status_code == 403
        assert actor.client.post(f"{HOME}{made}/update", {"cause": "x"}).status_code == 403
    assert duty.now(made).seq == 1


def test_an_incident_through_the_pages(one: Client, other: Client) -> None:
    at = reported(one)
    page = text_of(one, at)
    for words in (
        "泄露事件",
        "待核实",
        "报告主管部门",
        "还剩 3 小时",
        "4 小时",
        "还没有定级",
        "核实属实",
        "等另一个人",
    ):
        assert words in page, words
    post(other, f"{at}confirm", REASON | {"level": "larger"})
    for to, parts in (("authority", AUTHORITY), ("persons", PERSONS)):
        preview = post(one, f"{at}notify-{to}", parts | {"step": "check"}, status=200).content.decode()
        assert "请核对" in preview
        back = post(one, f"{at}notify-{to}", parts | {"step": "edit"}, status=200).content.decode()
        assert parts["harm"] in back
        assert "notices/" not in text_of(one, at) or to == "persons", "nothing is made before it was checked"
        post(one, f"{at}notify-{to}", parts | {"step": "make"})
    page = text_of(one, at)
    assert page.count("还没有送达凭证") == 2
    made = api.incident(_token(one), _id(at)).incident
    for notice in made.notices:
        evidence = {
            "notice": str(notice.seq),
            "method": "platform" if notice.to == "authority" else "letter",
            "delivered_at": local(datetime.now(UTC) - timedelta(seconds=61)),
            "reference": "受理号 2026-7",
        }
        post(one, f"{at}evidence", evidence)
        letter = text_of(one, f"{at}notices/{notice.seq}")
        assert "受理号 2026-7" in letter
        assert made.case_no in letter
    assert "已送达" in text_of(one, at)
    post(one, f"{at}contain", {"measures": "账号已经停用，会话已经结束。"})
    post(one, f"{at}complete", {})
    post(one, f"{at}review", {"review": "原因是验证码外借，已经培训并缩短会话。"})
    assert "这一步要由另一个人办理" in text_of(one, f"{at}close")
    post(one, f"{at}close", REASON, status=422)
    post(other, f"{at}close", REASON)
    page = text_of(one, at)
    assert "已办结" in page
    assert "可以办理" not in page
    ended = text_of(one, HOME)
    assert made.case_no in ended[ended.index("已经结束") :]


def _token(client: Client) -> bytes:
    return bytes.fromhex(client.cookies[COOKIE].value)


def _id(at: str) -> UUID:
    return UUID(at.strip("/").rsplit("/", maxsplit=1)[-1])


def test_what_is_missing_is_said_and_what_was_typed_stays(one: Client) -> None:
    answer = post(one, f"{HOME}new", sent(kind="", discovered_at=local(ago(days=-1))), status=422).content.decode()
    assert "请选择事件种类" in answer
    assert "发现时间不能在将来" in answer
    assert "业务窗口核验页面" in answer
    answer = post(one, f"{HOME}new", sent(cause="涉及 090902199003071239"), status=422).content.decode()
    assert "证件号码一类的长号码" in answer
    answer = post(one, f"{HOME}new", sent(items="3"), status=422).content.decode()
    assert "不会少于涉及人数" in answer


@pytest.mark.parametrize("to", ["authority", "persons"])
def test_a_notice_with_a_part_missing_is_not_made(one: Client, duty: Duty, to: str) -> None:
    made = duty.confirmed()
    parts = AUTHORITY if to == "authority" else PERSONS
    for name in parts:
        for step in ("check", "make"):
            post(one, f"{HOME}{made}/notify-{to}", parts | {name: "  ", "step": step}, status=422)
    assert duty.now(made).notices == ()


def test_an_update_brings_only_what_changed(one: Client, duty: Duty) -> None:
    made = duty.reported()
    page = f"{HOME}{made}/update"
    same = {name: value for name, value in sent().items() if name not in {"source", "discovered_at"}}
    assert "没有任何改动" in post(one, page, same, status=422).content.decode()
    post(one, page, same | {"persons": "15", "items": "20"})
    latest = duty.now(made).events[-1]
    assert latest.body == {"persons": 15, "items": 20}


def test_the_police_question_stands_on_the_page(one: Client, duty: Duty) -> None:
    made = duty.confirmed(items=60)
    assert "请决定是否移送公安机关" in text_of(one, f"{HOME}{made}/")
    post(one, f"{HOME}{made}/refer", REASON | {"outcome": "referred"})
    page = text_of(one, f"{HOME}{made}/")
    assert "请决定是否移送公安机关" not in page
    assert "移送公安机关" in page
    few = duty.confirmed(items=5)
    assert "请决定是否移送公安机关" not in text_of(one, f"{HOME}{few}/")


def test_what_is_late_is_shown_and_counted(one: Client, duty: Duty) -> None:
    before = text_of(one, HOME)
    made = duty.reported(discovered_at=ago(hours=5).astimezone(CHINA).isoformat())
    page = text_of(one, f"{HOME}{made}/")
    assert "逾期 1 小时" in page
    after = text_of(one, HOME)
    assert "起</span>事件逾期，请先办理" in after
    assert after.count("tag late") > before.count("tag late")


def test_a_step_that_is_not_possible_says_so(one: Client, duty: Duty) -> None:
    made = duty.reported()
    assert "不能办理这一步" in text_of(one, f"{HOME}{made}/close")
    post(one, f"{HOME}{made}/close", REASON, status=422)
    assert text_of(one, f"{HOME}{uuid4()}/", status=404)
    assert text_of(one, f"{HOME}{made}/notices/9", status=404)


def test_a_get_changes_nothing(one: Client, duty: Duty) -> None:
    made = duty.confirmed()
    for name in ("contain", "exempt", "refer", "update", "scope", "notify-persons"):
        assert one.get(f"{HOME}{made}/{name}", REASON | {"step": "make"}).status_code in {200, 422}
    assert one.get(f"{HOME}{made}/export").status_code == 405
    assert duty.now(made).seq == 2


def test_the_evidence_comes_as_one_file(one: Client, duty: Duty) -> None:
    made = duty.confirmed()
    duty.tell(made, "authority")
    answer = post(one, f"{HOME}{made}/export", {}, status=200)
    case_no = duty.now(made).case_no
    assert answer["Content-Disposition"] == f'attachment; filename="{case_no}.zip"'
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {"incident.json", "events.json", "register.csv", "manifest.txt"} <= set(archive.namelist())
        assert case_no in archive.read("notice-003-authority.txt").decode()


def test_whoever_drew_the_scope_does_not_export_it(one: Client, other: Client, duty: Duty) -> None:
    made = duty.confirmed()
    at = f"{HOME}{made}/"
    window = {
        "since": local(ago(hours=1)),
        "until": local(ago(minutes=-2)),
        "organisation": "",
        "activity": "lookup.check",
    }
    post(one, f"{at}scope", window)
    assert "导出要由另一个人办理" in text_of(one, at)
    assert "INCIDENT-02" in post(one, f"{at}export", {}, status=409).content.decode()
    assert "导出要由另一个人办理" not in text_of(other, at)
    post(other, f"{at}export", {}, status=200)


def test_the_demo_has_two_officers(home: Any) -> None:
    del home
    for login in ("security", "security2"):
        page = text_of(client_of(console_session(login)), HOME)
        assert "报告事件" in page
