"""The desks: two people bring a version into force through the pages, and nothing that was typed is ever lost."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from chengxin.catalog import api
from chengxin.catalog.tests.material import Desk, account, day, definition, fresh_code, with_basis_until
from chengxin.people.api import COOKIE

pytestmark = pytest.mark.database


class Officer:
    """A signed-in officer with a browser."""

    def __init__(self, token: bytes) -> None:
        self.token = token
        self.client = Client()
        self.client.cookies[COOKIE] = token.hex()

    def get(self, address: str, status: int = 200) -> str:
        answer = self.client.get(address)
        assert answer.status_code == status, f"{address}: {answer.status_code}"
        return answer.content.decode()

    def post(self, address: str, data: dict[str, Any] | None = None, status: int = 302) -> str:
        answer = self.client.post(address, data or {})
        text = answer.content.decode()
        assert answer.status_code == status, f"{address}: {answer.status_code}\n{said(text)[:2000]}"
        return str(answer["Location"]) if status == 302 else text


def said(text: str) -> str:
    return re.sub(r"\s", "", re.sub(r"<[^>]+>", "", text))


def due(officer: Officer, address: str) -> str:
    """What is to be done, on however many pages: other tests leave tasks too."""
    found = officer.get(address)
    for number in itertools.count(2):
        if f'href="?page={number}"' not in found:
            return found
        found += officer.get(f"{address}?page={number}")
    raise AssertionError


def inputs(text: str) -> dict[str, str]:
    """What a browser would send of the last form of a page that was not touched."""
    form = text[text.rindex('<form method="post"') :]
    found = {}
    for tag in re.findall(r"<input [^>]*>", form):
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if given.get("type") not in {"checkbox", "radio", "file"} or " checked" in tag:
            found[given["name"]] = unescape(given.get("value", "on" if given.get("type") == "checkbox" else ""))
    for name, body in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', body)
        found[name] = chosen[1] if chosen else ""
    for name, body in re.findall(r'<textarea name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        found[name] = unescape(body.lstrip("\r\n"))
    found.pop("csrfmiddlewaretoken", None)
    return found


def unescape(text: str) -> str:
    from html import unescape as plain

    return plain(text)


def upload(found: object) -> dict[str, Any]:
    content = found if isinstance(found, bytes) else json.dumps(found, default=str).encode()
    return {"file": SimpleUploadedFile("item.json", content, "application/json")}


@pytest.fixture
def editor(home: Any) -> Officer:
    return Officer(account(home, "catalog_editor"))


@pytest.fixture
def approver(home: Any) -> Officer:
    return Officer(account(home, "catalog_approver"))


@pytest.fixture
def draft(editor: Officer) -> Callable[..., tuple[str, str]]:
    """A fresh draft; returns code and address."""

    def make(**head: Any) -> tuple[str, str]:
        code, number = api.new_draft(editor.token, definition(**head))
        return code, f"/catalog/desk/{code}/{number}/"

    return make


def test_each_desk_opens_for_its_duty_only(editor: Officer, approver: Officer, officer: Any) -> None:
    pages = {"/catalog/desk/": editor, "/catalog/desk/import": editor, "/catalog/approve/": approver}
    pages |= {"/catalog/desk/XZCF/1/": editor, "/catalog/approve/XZCF/1/": approver}
    for address, own in pages.items():
        own.get(address)
        for other in {editor, approver} - {own}:
            other.get(address, 403)
        assert officer.client.get(address).status_code == 403
        assert Client().get(address)["Location"].startswith("/sign-in")


def test_two_people_bring_an_item_into_force(editor: Officer, approver: Officer) -> None:
    code = fresh_code()
    made = definition(code, name="两人办理的条目", impact_assessment="")
    at = editor.post("/catalog/desk/import", upload(made))
    assert at == f"/catalog/desk/{code}/1/"
    text = editor.get(at)
    assert "没有影响评估的目录条目不能发布" in text
    assert f'href="{at}edit/head"' in text

    refused = editor.post(f"{at}submit", status=422)
    assert "基本情况：个人信息保护影响评估" in refused
    form = inputs(editor.get(f"{at}edit/head"))
    assert form["name"] == "两人办理的条目"
    assert editor.post(f"{at}edit/head", form | {"impact_assessment": "PIA-2026-099"}) == at
    text = editor.get(at)
    assert "发布检查全部通过" in text

    question = editor.get(f"{at}submit")
    assert "审核期间不能修改" in question
    assert "谁会知道" in question
    assert editor.post(f"{at}submit") == at
    assert "审核期间不能修改" in editor.get(at)

    there = f"/catalog/approve/{code}/1/"
    assert "个版本等您审批" in said(approver.get("/catalog/approve/"))
    approver.get(there)
    question = approver.get(f"{there}publish")
    assert "从生效日期起，各部门只能按这一版报送" in question
    past = approver.post(f"{there}publish", {"effective_from": "2026-99-01"}, 422)
    assert "“从哪天起使用”里的“2026-99-01”不是日期" in past
    assert approver.post(f"{there}publish", {"effective_from": str(day(0))}) == there
    assert "正在使用" in Client().get(f"/catalog/{code}/").content.decode()
    assert "已经发布的版本不能修改" in editor.get(at)
    editor.get(f"{at}edit/head", 409)


def test_what_goes_back_says_why_inside_only(editor: Officer, approver: Officer, draft: Any) -> None:
    code, at = draft()
    there = at.replace("desk", "approve")
    editor.post(f"{at}submit")
    assert "请填写理由" in approver.post(f"{there}return", status=422)
    approver.post(f"{there}return", {"reason": "提供单位写得不清楚"})
    assert "理由：提供单位写得不清楚" in editor.get(at)
    editor.post(f"{at}submit")
    approver.post(f"{there}publish", {"effective_from": str(day(0))})
    public = Client().get(f"/catalog/{code}/").content.decode()
    assert "退回修改" in public
    assert "提供单位写得不清楚" not in public


def test_suspend_resume_and_withdraw_need_a_reason(home: Any, editor: Officer, approver: Officer, draft: Any) -> None:
    code, at = draft()
    there = at.replace("desk", "approve")
    editor.post(f"{at}submit")
    approver.post(f"{there}publish", {"effective_from": str(day(0))})
    assert "不再收集这个条目的信息" in approver.get(f"{there}suspend")
    approver.post(f"{there}suspend", {"reason": "依据待核对"})
    assert "恢复使用" in approver.get(there)
    other = Officer(account(home, "catalog_approver"))
    other.post(f"{there}resume", {"reason": "依据核对完毕"})
    assert "永久停用" in other.get(f"{there}withdraw")
    other.post(f"{there}withdraw", {"reason": "不再需要"})
    assert "不能办理这一步" in other.get(f"{there}suspend")
    assert "在它的基础上起草新的一版" in editor.get(at)
    assert "已废止" in Client().get(f"/catalog/{code}/").content.decode()


def test_who_drafted_sees_why_there_is_no_button(home: Any) -> None:
    both = Officer(account(home, "catalog_editor", "catalog_approver"))
    code, number = api.new_draft(both.token, definition())
    both.post(f"/catalog/desk/{code}/{number}/submit")
    there = f"/catalog/approve/{code}/{number}/"
    text = both.get(there)
    assert "起草的人不能自己批准，请另一位审批人员办理" in text
    assert f"{there}publish" not in text
    assert f"{there}return" in text
    refused = both.post(f"{there}publish", {"effective_from": str(day(0))}, 409)
    assert "CATALOG-21" in refused


def test_a_draft_is_given_up_for_a_reason(editor: Officer, draft: Any) -> None:
    _, at = draft()
    editor.post(f"{at}abandon", status=422)
    editor.post(f"{at}abandon", {"reason": "重复起草"})
    assert "理由：重复起草" in editor.get(at)


def test_a_new_version_begins_as_a_copy(editor: Officer, approver: Officer, draft: Any) -> None:
    code, at = draft(name="会有第二版的条目")
    editor.post(f"{at}submit")
    approver.post(f"{at.replace('desk', 'approve')}publish", {"effective_from": str(day(0))})
    second = editor.post(f"{at}copy")
    assert second == f"/catalog/desk/{code}/2/"
    first, copied = (api.version(code, number) for number in (1, 2))
    assert first
    assert copied
    assert copied.definition["field"] == first.definition["field"]
    assert "没有不同" in editor.get(second)
    form = inputs(editor.get(f"{second}edit/head"))
    editor.post(f"{second}edit/head", form | {"update_frequency": "每季度一次"})
    assert "现在：每季度一次" in said(editor.get(second))
    assert "CATALOG-23" in editor.post(f"{at}copy", status=409)


@pytest.mark.parametrize("part", ["basis", "parameter", "field", "code"])
def test_saving_what_was_not_touched_changes_nothing(editor: Officer, draft: Any, part: str) -> None:
    code, at = draft()
    before = api.version(code, 1)
    text = editor.get(f"{at}edit/{part}")
    assert editor.post(f"{at}edit/{part}", inputs(text) | {"step": "save"}) == at
    after = api.version(code, 1)
    assert before
    assert after
    assert after.definition[part] == before.definition[part]
    assert after.definition == before.definition


def test_rows_are_added_changed_and_removed(editor: Officer, draft: Any) -> None:
    code, at = draft()
    form = inputs(editor.get(f"{at}edit/basis"))
    rows = int(form["row-TOTAL_FORMS"])
    new = f"row-{rows - 1}"
    form |= {
        f"{new}-kind": "limit",
        f"{new}-law": "测试规定",
        f"{new}-valid_from": "2026-05-01",
        "row-0-note": "新说明",
    }
    form["row-1-DELETE"] = "on"
    editor.post(f"{at}edit/basis", form | {"step": "save"})
    found = api.version(code, 1)
    assert found
    bases = found.definition["basis"]
    assert len(bases) == rows - 1
    assert bases[0]["note"] == "新说明"
    assert bases[-1] == {"kind": "limit", "law": "测试规定", "valid_from": "2026-05-01"}


def test_more_rows_keep_what_was_typed(editor: Officer, draft: Any) -> None:
    _, at = draft()
    form = inputs(editor.get(f"{at}edit/parameter"))
    rows = int(form["row-TOTAL_FORMS"])
    form |= {"row-0-value": "不是数字", f"row-{rows - 1}-name": "新的期限", "row-1-DELETE": "on"}
    more = editor.post(f"{at}edit/parameter", form | {"step": "more"}, 200)
    again = inputs(more)
    assert int(again["row-TOTAL_FORMS"]) == rows + 5
    assert again["row-0-value"] == "不是数字"
    assert again[f"row-{rows - 1}-name"] == "新的期限"
    assert again["row-1-DELETE"] == "on"
    assert again["seen"] == form["seen"]
    wrong = editor.post(f"{at}edit/parameter", again | {"step": "save"}, 422)
    assert "第 1 行：“数值”应当是不小于 0 的整数" in wrong
    assert inputs(wrong)["row-0-value"] == "不是数字"


def test_a_law_of_the_register_brings_its_name(editor: Officer, draft: Any) -> None:
    code, at = draft()
    form = inputs(editor.get(f"{at}edit/basis"))
    new = f"row-{int(form['row-TOTAL_FORMS']) - 1}"
    law = api.laws(day(0))[0]
    form |= {f"{new}-kind": "limit", f"{new}-valid_from": str(law.valid_from)}
    assert "请选择登记册中的法律文件，或者填写名称" in editor.post(f"{at}edit/basis", form | {"step": "save"}, 422)
    editor.post(f"{at}edit/basis", form | {f"{new}-law_code": law.code, "step": "save"})
    found = api.version(code, 1)
    assert found
    assert found.definition["basis"][-1]["law"] == law.title


def test_who_may_report_is_typed_line_by_line(editor: Officer, draft: Callable[..., tuple[str, str]]) -> None:
    code, at = draft()
    form = inputs(editor.get(f"{at}edit/head"))
    assert form["providers"].strip() == "*"
    wrong = editor.post(f"{at}edit/head", form | {"providers": "110909009000000144"}, 422)
    assert "“110909009000000144”不是统一社会信用代码" in wrong
    for typed, kept in (
        (
            " 110909009000000143\n\uff11\uff11\uff10\uff19\uff10\uff19\uff10\uff10\uff19\uff10\uff10\uff10\uff10\uff10\uff10\uff11\uff14\uff13",
            ["110909009000000143"],
        ),
        ("", []),
    ):
        form = inputs(editor.get(f"{at}edit/head"))
        editor.post(f"{at}edit/head", form | {"providers": typed})
        found = api.version(code, 1)
        assert found is not None
        assert found.definition["item"]["providers"] == kept


@pytest.mark.parametrize("part", ["head", "basis"])
def test_who_saves_later_is_told_and_loses_nothing(editor: Officer, home: Any, draft: Any, part: str) -> None:
    code, at = draft()
    name = "update_frequency" if part == "head" else "row-0-note"
    mine, theirs = (inputs(editor.get(f"{at}edit/{part}")) | {"step": "save"} for _ in range(2))
    Officer(account(home, "catalog_editor")).post(f"{at}edit/{part}", theirs | {name: "别人写的"})
    text = editor.post(f"{at}edit/{part}", mine | {name: "我写的"}, 409)
    assert "没有保存：刚才有人改过这一部分" in text
    kept = inputs(text)
    assert kept[name] == "我写的"
    editor.post(f"{at}edit/{part}", kept | {"step": "save"})
    found = api.version(code, 1)
    assert found
    assert "我写的" in json.dumps(found.definition, ensure_ascii=False)


def test_another_part_that_was_saved_meanwhile_stays(editor: Officer, draft: Any) -> None:
    code, at = draft()
    head, rows = inputs(editor.get(f"{at}edit/head")), inputs(editor.get(f"{at}edit/basis"))
    editor.post(f"{at}edit/basis", rows | {"step": "save", "row-0-note": "依据的说明"})
    editor.post(f"{at}edit/head", head | {"update_frequency": "每月一次"})
    found = api.version(code, 1)
    assert found
    assert found.definition["basis"][0]["note"] == "依据的说明"
    assert found.definition["item"]["update_frequency"] == "每月一次"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "不符合 JSON 的写法"),
        (b"[" * 50_000, "括号套得太深"),
        (b'{"item": {"code": "AB"}}' + b" " * 1024 * 1024, "最多 1,048,576 字节（1 MB）"),
        (b'{"item": {"code": "AB", "colour": "x"}}', "里不认识“colour”"),
        (b'{"item": {"code": "../x"}}', "CATALOG-13"),
    ],
    ids=["empty", "deep", "large", "unknown", "code"],
)
def test_a_bad_file_changes_nothing_and_says_what_it_is(
    editor: Officer, draft: Any, content: bytes, words: str
) -> None:
    code, _ = draft()
    before = api.version(code, 1)
    text = editor.post("/catalog/desk/import", upload(content), 422)
    assert words in text
    assert "<title>错误：" in text
    assert api.version(code, 1) == before


def test_no_file_at_all_is_said(editor: Officer) -> None:
    assert "请选择要导入的 JSON 文件" in editor.post("/catalog/desk/import", status=422)


def test_an_export_of_a_draft_comes_back_as_it_was(editor: Officer, draft: Any) -> None:
    code, at = draft()
    before = api.version(code, 1)
    exported = editor.client.get(f"{at[:-1]}.json").content
    assert editor.post("/catalog/desk/import", upload(exported)) == at
    after = api.version(code, 1)
    assert before
    assert after
    assert after.definition == before.definition


def test_what_is_to_be_done_stands_on_top(
    home: Any, editor: Officer, approver: Officer, system: Any, shift: Callable[[int], None]
) -> None:
    code, _ = Desk(home).published(with_basis_until(day(5)))
    api.tick(system.token, using="worker")
    for text in (due(editor, "/catalog/desk/"), due(approver, "/catalog/approve/")):
        assert f"依据即将失效{code}第1版" in said(text)
        assert "还剩" in text
    shift(6)
    api.tick(system.token, using="worker")
    assert f"依据失效，已暂停{code}第1版" in said(due(editor, "/catalog/desk/"))
    public = Client().get(f"/catalog/{code}/").content.decode()
    assert "现在不能使用" in public
    assert "依据失效，自动暂停" in public


def test_a_draft_of_any_shape_has_a_page(editor: Officer) -> None:
    """What passes the shape but is no item yet: pages say what is missing and do not break."""
    shapes: list[dict[str, Any]] = [{}, {"field": [{}], "code": [{}], "basis": [{}], "parameter": [{}], "format": [{}]}]
    for found in shapes:
        at = editor.post("/catalog/desk/import", upload({"item": {"code": fresh_code()}} | found))
        assert "个问题，改好才能发布" in said(editor.get(at))
        for part in ("head", "basis", "parameter", "field", "code"):
            editor.get(f"{at}edit/{part}")
        editor.client.get(f"{at[:-1]}.json")
