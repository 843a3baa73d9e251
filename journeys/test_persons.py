"""A record stands under the wrong person: two officers move it, and everybody it touches reads so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from chengxin.kernel.identity import check_digit
from chengxin.operate.generate import Person, story_persons
from journeys.conftest import City
from journeys.test_first_light import send
from journeys.walk import DESKTOP, PHONE, Walk

Open = Callable[..., Walk]
CHEN = story_persons()[1]
LETTER, CASE = "盐市监函〔2026〕17号", "创补2026-0931"
REASONS = "录入员看错一行，把另一名经营者的决定书记在了他名下，已经调取案卷核对。"


def right_person() -> Person:
    """Somebody of the same city, whom the platform does not know yet."""
    body = "09090219790412118"
    return Person("孙立新", body + check_digit(body), date(1979, 4, 12))


def counts_and_is_shown(citizen: Walk, clerk: Walk, doc_no: str) -> None:
    """The wrong person accepts what they take for their own, and a clerk is shown it."""
    citizen.go("/me/letters/")
    citizen.row(doc_no)
    citizen.press("打开告知书")
    citizen.press("查看这条信息")
    citizen.press("认可")
    citizen.press("认可，提前生效")
    clerk.go("/lookup/")
    clerk.page.get_by_role("radio", name="创业补贴资格核验").check()
    clerk.page.get_by_label("案号").fill(CASE)
    clerk.page.get_by_label("姓名").fill(CHEN.name)
    clerk.page.get_by_label("证件号码").fill(CHEN.id_number)
    clerk.press("核验")


def propose(officer: Walk, doc_no: str, right: Person) -> None:
    officer.go("/persons/")
    officer.check("归属与合并")
    officer.press("按部门来函提出更正")
    officer.check("提出信息归属更正")
    page = officer.page
    for label, text in {
        "凭据": LETTER, "记错的人的姓名": CHEN.name, "记错的人的证件号码": CHEN.id_number, "文书号": doc_no,
        "正确的人的姓名": right.name, "正确的人的证件号码": right.id_number, "理由": REASONS,
    }.items():  # fmt: skip
        page.get_by_label(label, exact=True).fill(text)
    officer.press("核对")
    officer.says(doc_no, "批准以后")
    officer.says_not(right.id_number)
    officer.check("核对信息归属更正")
    officer.press("提出，交另一人决定")
    officer.says("由另一名审核员决定")
    officer.check("归属更正已提出")


def decide(officer: Walk, size: str) -> None:
    officer.go("/persons/")
    officer.row("信息归属更正")
    officer.says("本次查看将告知本人", REASONS)
    officer.says_not(CHEN.id_number)
    officer.check(f"决定归属更正{size}")


def test_two_officers_give_a_record_to_whom_it_belongs(city: City, walk: Open, tmp_path: Path) -> None:
    right = right_person()
    city.settle([right])
    citizen, clerk = walk("citizen2", story="persons-citizen"), walk("clerk", DESKTOP, story="persons-clerk")
    doc_no = send(walk("officer", DESKTOP, story="persons-officer"), tmp_path, CHEN.name, CHEN.id_number)
    citizen.wait_for("/me/letters/", doc_no)
    counts_and_is_shown(citizen, clerk, doc_no)

    first = walk("reviewer", DESKTOP, story="persons-first")
    propose(first, doc_no, right)
    for large in (False, True):
        decide(walk("reviewer2", PHONE, story=f"persons-phone{'-large' if large else ''}", large=large), "")
    second = walk("reviewer2", DESKTOP, story="persons-second")
    decide(second, "")
    second.page.get_by_label("批准", exact=True).check()
    second.page.get_by_label("理由", exact=True).fill("调取了案卷和来函，当事人是另一名经营者。")
    second.press("作出决定")
    second.says("已经生效")
    second.check("归属更正已批准")

    citizen.wait_for("/me/persons/", CASE)
    citizen.says("一条信息曾被错误地记在您名下", "已通知，等待确认", "亭湖区政务服务中心")
    citizen.says_not(doc_no)
    citizen.check("我的证件与归属更正")
    large = walk("citizen2", story="persons-citizen-large", large=True)
    large.go("/me/persons/")
    large.check("我的证件与归属更正")
    clerk.go("/persons/corrections/")
    clerk.says(CASE)
    clerk.check("更正通知")
    clerk.go("/persons/relatives/")
    clerk.press("受理新的申请")
    clerk.says("死者")
    clerk.picture("relatives")
    phone = walk("clerk", PHONE, story="persons-clerk-phone")
    phone.go("/persons/corrections/")
    phone.check("更正通知")
    phone.press("确认不再使用，已经纠正")
    citizen.go("/me/persons/")
    citizen.says("已确认纠正")
