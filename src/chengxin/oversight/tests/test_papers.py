"""Documents of the system: written by one, published by another, in force from a day, replaced by the next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count, product
from typing import Any

import psycopg
import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from chengxin.kernel.errors import Refused
from chengxin.ledger.api import today
from chengxin.oversight.api import Paper, paper_step, papers, shelf
from chengxin.oversight.states import PAPER_MOVES, PAPER_TERMINAL, paper_target
from chengxin.oversight.words import PAPER_LABELS, PAPER_STEPS, PRIVACY
from chengxin.people.api import COOKIE, console_session

pytestmark = [pytest.mark.database, pytest.mark.usefixtures("home")]
WORDS = {
    "title": "测试规定",
    "basis": "测试依据第一条",
    "issued_by": "测试单位",
    "note": "第一版。",
    "sections": [{"key": "a", "title": "第一段", "text": "内容。"}],
}
_CODES = (f"rule-{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}" for n in count())


@pytest.fixture
def writer(home: Any) -> bytes:
    return console_session("manager")


@pytest.fixture
def second(home: Any) -> bytes:
    return console_session("manager2")


def latest(token: bytes, code: str) -> Paper:
    return papers(token, code)[0]


@pytest.fixture
def drafted(writer: bytes) -> Callable[..., str]:
    def drafted(code: str = "", **changes: Any) -> str:
        code = code or next(_CODES)
        paper_step(writer, "document.draft", code, WORDS | changes)
        return code

    return drafted


def go(token: bytes, code: str, *names: str, **body: Any) -> None:
    for name in names:
        paper_step(token, f"document.{name}", latest(token, code), body)


def refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def publish(token: bytes, code: str, days: int = 0) -> None:
    go(token, code, "publish", effective_from=str(today() + timedelta(days=days)))


def test_one_writes_another_publishes(drafted: Callable[..., str], writer: bytes, second: bytes) -> None:
    """DOCUMENT-02: neither who wrote nor who submitted; nothing is public before."""
    code = drafted()
    go(second, code, "submit")
    for token in (writer, second):
        assert refused(lambda t=token: publish(t, code)) == "DOCUMENT-02"  # type: ignore[misc]
    assert Client().get(f"/documents/{code}/").status_code == 404
    go(writer, code, "return", reason="送审的人不能公布，请改由我送审。")
    go(writer, code, "submit")
    assert refused(lambda: publish(second, code)) == "DOCUMENT-02", "who once submitted it stays its author"
    code = drafted()
    go(writer, code, "submit")
    publish(second, code)
    found = shelf(code)
    assert found is not None
    assert (found.versions[0].number, found.versions[0].effective_from) == (1, today())
    assert "测试规定" in Client().get(f"/documents/{code}/").content.decode()


def test_a_version_is_replaced_from_its_day_on(
    drafted: Callable[..., str], writer: bytes, second: bytes, shift: Callable[[int], None]
) -> None:
    """DOCUMENT-04."""
    code = drafted()
    go(writer, code, "submit")
    assert refused(lambda: publish(second, code, -1)) == "DOCUMENT-04"
    publish(second, code)
    drafted(code, note="第二版。", sections=[{"key": "a", "title": "第一段", "text": "新的内容。"}])
    go(writer, code, "submit")
    assert refused(lambda: publish(second, code)) == "DOCUMENT-04", "two versions cannot begin on one day"
    publish(second, code, 2)
    found = shelf(code)
    assert found is not None
    assert found.versions[0].effective_to == today() + timedelta(days=1)
    seen = []
    for days in range(4):
        shift(days)
        seen.append("新的内容" in Client().get(f"/documents/{code}/").content.decode())
    assert seen == [False, False, True, True]
    assert "修改" in Client().get(f"/documents/{code}/compare").content.decode()


def test_what_is_announced_can_be_withdrawn_what_is_in_force_cannot(
    drafted: Callable[..., str], writer: bytes, second: bytes
) -> None:
    """DOCUMENT-05."""
    code = drafted()
    go(writer, code, "submit")
    publish(second, code, 3)
    assert refused(lambda: go(writer, code, "withdraw", reason=" ")) == "DOCUMENT-05"
    go(writer, code, "withdraw", reason="文字有误，重新起草。")
    assert shelf(code) is None
    drafted(code)
    go(writer, code, "submit")
    publish(second, code)
    assert latest(writer, code).number == 2
    assert refused(lambda: go(writer, code, "withdraw", reason="文字有误，重新起草。")) == "DOCUMENT-05"


@pytest.mark.parametrize(
    "change",
    [
        {"title": " "},
        {"basis": ""},
        {"issued_by": ""},
        {"sections": []},
        {"sections": [{"key": "a", "title": "无", "text": ""}]},
    ],
    ids=str,
)
def test_half_a_document_is_not_published(
    change: dict[str, Any], drafted: Callable[..., str], writer: bytes, second: bytes
) -> None:
    """DOCUMENT-01, in the database."""
    code = drafted(**change)
    go(writer, code, "submit")
    assert refused(lambda: publish(second, code)) == "DOCUMENT-01"


@pytest.mark.parametrize("missing", PRIVACY)
def test_the_database_knows_the_parts_of_the_privacy_notice(missing: str, connect: Callable[[str], Any]) -> None:
    owner, say = connect("owner"), "select cx.oversight_whole_v1('privacy', %s::jsonb)"
    whole = [{"key": key, "title": "标题", "text": "内容"} for key in PRIVACY]
    assert owner.execute(say, [Jsonb(WORDS | {"sections": whole})]).fetchone() == (True,)
    cut = [one for one in whole if one["key"] != missing]
    with pytest.raises(psycopg.Error) as caught:
        owner.execute(say, [Jsonb(WORDS | {"sections": cut})])
    assert caught.value.diag.constraint_name == "DOCUMENT-01"


def test_who_was_slower_is_told(drafted: Callable[..., str], writer: bytes, second: bytes) -> None:
    """DOCUMENT-06; and one draft of a document at a time (DOCUMENT-03)."""
    code = drafted()
    seen = latest(second, code)
    paper_step(writer, "document.draft", latest(writer, code), WORDS | {"note": "改过"})
    assert refused(lambda: paper_step(second, "document.submit", seen, {})) == "DOCUMENT-06"
    assert refused(lambda: paper_step(second, "document.draft", code, WORDS)) == "DOCUMENT-03"
    assert refused(lambda: paper_step(console_session("clerk"), "document.draft", next(_CODES), WORDS)) == "DUTY-01"


def test_the_check_is_the_table(connect: Callable[[str], Any], drafted: Callable[..., str]) -> None:
    """DOCUMENT-03 answers for every pair of states and every step as ``states.py`` does."""
    owner, code = connect("owner"), drafted()
    states = ("", *PAPER_LABELS)
    for source, target, activity in product(states, states[1:], PAPER_STEPS):
        row = "select code, 9, 2, %s, %s, %s, gen_random_uuid(), actor, organisation, at, body from cx.oversight_paper where code = %s"
        named = ""
        try:
            with owner.transaction(force_rollback=True):
                owner.execute(
                    f"insert into cx.oversight_paper {row}".replace(", 9, 2,", ", 9, 1,")
                    if not source
                    else f"insert into cx.oversight_paper {row}",
                    [source, target, activity, code],
                )
        except psycopg.errors.CheckViolation as error:
            named = error.diag.constraint_name or ""
        assert named in {"", "DOCUMENT-03"}
        assert (not named) == ((source, target, activity) in PAPER_MOVES), (source, target, activity)
    assert {a for a, _, _ in PAPER_MOVES} & PAPER_TERMINAL == set()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=st.lists(st.tuples(st.sampled_from(sorted(PAPER_STEPS)), st.booleans()), max_size=7))
def test_whatever_is_asked_for_two_humans_stand_behind_what_is_public(
    wanted: list[tuple[str, bool]], drafted: Callable[..., str], writer: bytes, second: bytes
) -> None:
    code, state = drafted(), "draft"
    for activity, by_second in wanted:
        token = second if by_second else writer
        body = (
            WORDS
            if activity == "document.draft"
            else {"effective_from": str(today() + timedelta(days=1)), "reason": "按程序办理"}
        )
        expected = paper_target(state, activity)
        said = ""
        try:
            paper_step(token, activity, latest(token, code), body)
        except Refused as error:
            said = error.code
        assert said in ({"DOCUMENT-03"} if expected is None else {"", "DOCUMENT-02"})
        if said:
            continue
        assert expected is not None
        state = expected
        found = latest(writer, code)
        if state == "published":
            authors = {one.mine for one in found.steps if one.activity in {"document.draft", "document.submit"}}
            assert found.steps[-1].mine not in authors
    assert (shelf(code) is not None) == (state == "published")


# ---- the desk -----------------------------------------------------------------------------------------------------


def client(login: str) -> Client:
    made = Client()
    made.cookies[COOKIE] = console_session(login).hex()
    return made


def test_the_desk_from_a_new_document_to_its_publication() -> None:
    one, other = client("manager"), client("manager2")
    code = next(_CODES)
    assert one.get("/documents/desk/").status_code == 200
    said = one.post("/documents/desk/new", {"code": "collected"})
    assert "平台的清单在用" in said.content.decode()
    assert one.post("/documents/desk/new", {"code": code})["Location"] == f"/documents/desk/{code}/1/draft"
    words = {
        "seq": "1",
        "title": "页面上写的规定",
        "basis": "依据",
        "issued_by": "单位",
        "note": "第一版",
        "title_0": "段一",
    }
    said = one.post(f"/documents/desk/{code}/1/draft", words)
    assert (said.status_code, "标题和内容要一起写" in said.content.decode()) == (422, True)
    assert one.post(f"/documents/desk/{code}/1/draft", words | {"text_0": "内容一"}).status_code == 302
    slow = other.post(f"/documents/desk/{code}/1/draft", words | {"text_0": "晚了一步"})
    assert "别人改过这一版" in slow.content.decode()
    assert one.post(f"/documents/desk/{code}/1/submit", {"seq": "2"}).status_code == 302
    assert "要由另一个人公布" in one.get(f"/documents/desk/{code}/1/").content.decode()
    day = {"seq": "3", "effective_from": str(today())}
    assert "DOCUMENT-02" in one.post(f"/documents/desk/{code}/1/publish", day).content.decode()
    assert other.post(f"/documents/desk/{code}/1/publish", day).status_code == 302
    assert "内容一" in Client().get(f"/documents/{code}/").content.decode()
    assert one.post(f"/documents/desk/{code}/next")["Location"] == f"/documents/desk/{code}/2/draft"
    changed = words | {"seq": "1", "text_0": "内容二", "note": "改一处"}
    assert one.post(f"/documents/desk/{code}/2/draft", changed).status_code == 302
    page = other.get(f"/documents/desk/{code}/2/").content.decode()
    assert "改了" in page
    assert "内容二" in page
    assert client("clerk").get("/documents/desk/").status_code == 403
    assert one.get("/documents/desk/nothing/1/").status_code == 404
    assert "随程序发布" in one.get("/documents/desk/privacy/1/").content.decode()


def test_organisations_are_open_with_what_they_do() -> None:
    """Who reports and who may look, from duties and purposes; an area without code says where it lies."""
    from chengxin.operate.generate import departments
    from chengxin.operate.organisations import organisations
    from chengxin.operate.seed import WINDOW

    def listed(query: str) -> list[str]:
        pages: list[str] = []
        while not pages or f"page={len(pages) + 1}" in pages[-1]:
            pages.append(Client().get(f"/documents/organisations/?{query}&page={len(pages) + 1}").content.decode())
        return pages

    active, everybody = listed(""), listed("all=1")
    for words in (departments()[0].name, WINDOW[1], "盐南高新区", "3209Z2", "亭湖区、盐都区"):
        assert words in "".join(active), words
    for one in organisations():
        assert one.name in "".join(everybody), one.name
        assert all(page.count('class="row"') <= 30 for page in everybody)
    assert "亭湖区人民法院" not in "".join(active)
    window = Client().get(f"/documents/organisations/{WINDOW[0]}/").content.decode()
    assert "可以查询" in window
    court = next(one for one in organisations() if one.kind == "court").code
    assert "不报送，也不能查询" in Client().get(f"/documents/organisations/{court}/").content.decode()
    sender = Client().get(f"/documents/organisations/{departments()[3].uscc}/").content.decode()
    assert "报送信息" in sender
    assert "可以查询" not in sender
    assert Client().get("/documents/organisations/110909009000000000/").status_code == 404
