"""First light: one real file becomes one record on one citizen's page, and no other way exists."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page

from chengxin.kernel.periods import CHINA
from chengxin.operate.generate import Person, departments, penalties, story_persons
from journeys.conftest import City
from journeys.walk import DESKTOP, PHONE, Walk

WANG, CHEN, LI = story_persons()
NUMBERS = itertools.count(9001)
CITIZEN = {"首页": "/me/", "我的信息": "/me/records/", "谁查看过我": "/me/traces/", "告知书": "/me/letters/"}

Open = Callable[..., Walk]


def file_about(folder: Path, name: str, number: str) -> tuple[Path, str]:
    """A department's CSV of one penalty, and its document number."""
    row = penalties([WANG], seed=1, today=datetime.now(CHINA).date(), organisations=departments()[:1])[0]
    row |= {"CF_XDR_MC": name, "CF_XDR_ZJHM": number, "CF_WSH": f"盐市监罚决〔2026〕{next(NUMBERS)}号"}
    file = folder / "报送.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row))
        writer.writeheader()
        writer.writerow(row)
    return file, row["CF_WSH"]


def send(officer: Walk, folder: Path, name: str, number: str) -> str:
    """The data officer uploads; returns the document number."""
    file, doc_no = file_about(folder, name, number)
    officer.go("/intake/")
    officer.check("报送数据")
    officer.picture("tasks")
    officer.page.get_by_label("目录条目").select_option("XZCF")
    officer.page.locator("input[type=file]").set_input_files(file)
    officer.press("上传并校验")
    officer.wait_for(officer.page.url.removeprefix(officer.url), "没有需要改正的行")
    officer.says("行已入库")
    officer.check("校验结果")
    return doc_no


def look_up(clerk: Walk, case: str) -> str:
    """The clerk asks for a purpose and a case; returns the heading of the answer."""
    clerk.go("/lookup/")
    clerk.says("本次查看将告知本人")
    clerk.check("核验")
    clerk.page.get_by_role("radio", name="创业补贴资格核验").check()
    clerk.page.get_by_label("案号").fill(case)
    clerk.page.get_by_label("姓名").fill(WANG.name)
    clerk.page.get_by_label("证件号码").fill(WANG.id_number)
    clerk.press("核验")
    clerk.check("核验结果")
    return clerk.page.locator("h1").inner_text()


def test_from_file_to_page(city: City, walk: Open, tmp_path: Path) -> None:
    officer = walk("officer", DESKTOP, story="first-light-officer")
    citizen = walk("citizen1", story="first-light-citizen")
    clerk = walk("clerk", DESKTOP, story="first-light-clerk")
    reviewer = walk("reviewer", DESKTOP, story="first-light-reviewer")

    doc_no = send(officer, tmp_path, WANG.name, WANG.id_number)

    citizen.wait_for("/me/letters/", doc_no)
    citizen.go("/me/")
    citizen.says("需要您处理", "请打开一份告知书", "您目前没有生效的不良信息", "王*兰")
    citizen.says_not(WANG.name, WANG.id_number)
    citizen.check("首页")
    citizen.picture("home")
    show_own(citizen)
    citizen.go("/me/letters/")
    citizen.row(doc_no)
    citizen.says("打开就是送达", "15 个自然日")
    citizen.check("打开告知书")
    citizen.picture("letter")
    citizen.press("打开告知书")
    citizen.says("个人公共信用信息记入前告知书", WANG.name, doc_no, "复议和诉讼")
    citizen.says("与送达时一致", "信用修复告知书", "本人打开，即为送达")
    citizen.check("告知书全文")
    citizen.press("查看这条信息")
    record = citizen.page.url.removeprefix(city.url)
    citizen.says("待您确认", "在您的异议期结束前，它不会生效，也不会出现在报告里。", "个自然日")
    citizen.check("信息详情")
    assert look_up(clerk, "创补2026-0901").startswith("未查到")

    city.command("clock", "+16")
    citizen.wait_for(record, "有效")
    citizen.says("正在生效")
    citizen.go("/me/")
    citizen.says("您有 1 条不良信息正在生效")
    assert look_up(clerk, "创补2026-0902").startswith("有可以提供的信息")
    clerk.says_not(doc_no, WANG.id_number)
    clerk.picture("check")

    see_who_looked(citizen)

    case_no = object_to(citizen, record)
    citizen.go(record)
    citizen.says("异议处理中", "已经冻结")
    assert look_up(clerk, "创补2026-0903").startswith("未查到")

    show_number(reviewer, citizen, case_no)
    decide(reviewer, case_no)
    citizen.go("/me/cases/")
    citizen.says("已办结（不成立）")
    citizen.check("我的异议")
    citizen.row(case_no)
    citizen.says("异议已办结：不成立", "经核对决定书和送达回证")
    citizen.go(record)
    citizen.says("有效", "正在生效")
    assert look_up(clerk, "创补2026-0904").startswith("有可以提供的信息")
    clerk.go("/lookup/mine/")
    clerk.says("创补2026-0904")
    clerk.says_not(WANG.name)
    clerk.check("我的查询记录")


def see_who_looked(citizen: Walk) -> None:
    """Both answers of the window, and what to do about one that is not recognised."""
    citizen.go("/me/traces/")
    citizen.says("亭湖区政务服务中心", "依法查询", "创业补贴资格核验", "结果：有", "结果：无")
    citizen.check("谁查看过我")
    citizen.picture("traces")
    citizen.press("我不认识这次查询")
    citizen.says("12345")
    citizen.check("我不认识这次查询")


def object_to(citizen: Walk, record: str) -> str:
    """Three pages: say it (with a slip first), check it, get a number. Returns the case number."""
    citizen.go(record)
    citizen.press("提出异议")
    citizen.check("提出异议")
    citizen.press("下一步：核对")
    citizen.says("请选择一个理由")
    assert citizen.page.title().startswith("错误：")
    citizen.check("提出异议，有错误")
    citizen.page.get_by_label("与事实不符").check()
    citizen.page.get_by_label("请说明情况").fill("摊位在决定之前已经转让。\n有合同和交接单。")
    citizen.press("下一步：核对")
    citizen.says("请核对", "立即冻结", "有合同和交接单")
    citizen.check("核对异议")
    citizen.press("提交异议")
    citizen.says("已收到您的异议", "个工作日")
    citizen.check("异议进度")
    citizen.picture("objection")
    return citizen.page.locator(".done strong").inner_text()


def decide(reviewer: Walk, case_no: str, whose: Person = WANG) -> None:
    """The reviewer reads the file and decides with reasons."""
    reviewer.go("/cases/")
    reviewer.says("等您办理")
    reviewer.check("待办异议")
    reviewer.row(case_no)
    reviewer.says("有合同和交接单", whose.name)
    reviewer.says_not(whose.id_number)
    reviewer.check(f"办理异议 {case_no}")
    reviewer.picture("case")
    reviewer.page.get_by_label("不成立").check()
    reviewer.page.get_by_label("查明的事实").fill("经核对决定书和送达回证，检查当日摊位由当事人经营。")
    reviewer.page.get_by_label("理由和依据").fill("转让合同的日期晚于检查日期，异议理由不成立。")
    reviewer.press("核对决定")
    reviewer.check("核对决定")
    reviewer.press("作出决定：异议不成立")
    reviewer.says("已办结：异议不成立")
    reviewer.check("已办结")


def show_own(citizen: Walk) -> None:
    """The own name and number, which go away by themselves."""
    citizen.press("显示完整号码")
    citizen.says(WANG.name, WANG.id_number, "30 秒以后")
    citizen.check("我的姓名和号码")
    citizen.press("现在关上")
    citizen.says_not(WANG.id_number)


def show_number(reviewer: Walk, citizen: Walk, case_no: str) -> None:
    """The whole number, for a reason that the person reads; it goes away by itself."""
    reviewer.go("/cases/")
    reviewer.row(case_no)
    reviewer.press("显示完整号码")
    reviewer.check(f"显示号码 {case_no}")
    reviewer.page.get_by_label("与来函或者文书核对").check()
    reviewer.press("显示完整号码")
    reviewer.says(WANG.id_number, "30 秒以后")
    reviewer.check(f"显示号码 {case_no}")
    reviewer.press("现在遮盖")
    reviewer.says_not(WANG.id_number)
    citizen.go("/me/traces/")
    citizen.says("显示完整的姓名和号码", "显示完整号码：与来函或者文书核对")


def test_without_scripts(walk: Open, tmp_path: Path) -> None:
    officer = walk("officer", DESKTOP, story="no-scripts-officer", scripts=False)
    citizen = walk("citizen3", story="no-scripts", scripts=False)
    doc_no = send(officer, tmp_path, LI.name, LI.id_number)
    citizen.wait_for("/me/letters/", doc_no)
    citizen.row(doc_no)
    citizen.press("打开告知书")
    citizen.press("查看这条信息")
    citizen.check("信息详情")
    record = citizen.page.url
    case_no = object_to(citizen, record)
    citizen.go(record)
    citizen.says("异议处理中")
    decide(walk("reviewer", DESKTOP, story="no-scripts-reviewer", scripts=False), case_no, LI)
    assert look_up(walk("clerk", story="no-scripts-clerk", scripts=False), "创补2026-0905")


def test_with_the_keyboard_alone(walk: Open, tmp_path: Path) -> None:
    doc_no = send(walk("officer", DESKTOP, story="keyboard-officer"), tmp_path, CHEN.name, CHEN.id_number)
    citizen = walk("citizen2", DESKTOP, story="keyboard")
    citizen.wait_for("/me/letters/", doc_no)
    page = citizen.page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/#main")
    follow(page, doc_no)
    citizen.says("打开就是送达")
    follow(page, "打开告知书")
    citizen.says(doc_no)
    follow(page, "查看这条信息")
    assert "/me/records/" in page.url
    follow(page, "认可")
    assert page.url.endswith("/accept")
    citizen.check("认可这条信息")
    follow(page, "认可，提前生效")
    assert not page.url.endswith("/accept")
    citizen.says("您已认可这条信息", "有效", "正在生效")
    look_up_by_keyboard(walk("clerk", DESKTOP, story="keyboard-clerk"))
    follow(page, "提出异议")
    pick(citizen, "与事实不符")
    write(citizen, "请说明情况", "罚款已经缴清，决定书写错了日期。")
    follow(page, "下一步：核对")
    follow(page, "提交异议")
    citizen.says("已收到您的异议")
    decide_by_keyboard(
        walk("reviewer", DESKTOP, story="keyboard-reviewer"), citizen.page.locator(".done strong").inner_text()
    )


def look_up_by_keyboard(clerk: Walk) -> None:
    clerk.go("/lookup/")
    pick(clerk, "行政许可审查")
    write(clerk, "案号", "许可2026-0906")
    write(clerk, "姓名", CHEN.name)
    write(clerk, "证件号码", CHEN.id_number)
    follow(clerk.page, "核验")
    clerk.says("可以提供的信息", "本人会看到这一条")
    follow(clerk.page, "核验下一个人")
    clerk.says("本次查看将告知本人")


def decide_by_keyboard(reviewer: Walk, case_no: str) -> None:
    reviewer.go("/cases/")
    follow(reviewer.page, case_no)
    pick(reviewer, "成立")
    write(reviewer, "查明的事实", "经核对缴款凭证，罚款在决定之前已经缴清。")
    write(reviewer, "理由和依据", "决定书的日期有误，异议理由成立，应当撤销。")
    follow(reviewer.page, "核对决定")
    follow(reviewer.page, "作出决定：异议成立")
    reviewer.says("已办结：异议成立")
    follow(reviewer.page, "回到待办")


def pick(walk: Walk, choice: str) -> None:
    """Choose the first of a group of buttons by Tab and Space."""
    walk.reach(walk.page.get_by_role("radio", name=choice).first)
    walk.page.keyboard.press("Space")


def write(walk: Walk, label: str, text: str) -> None:
    """Go to a field by Tab and write."""
    walk.reach(walk.page.get_by_label(label))
    walk.page.keyboard.insert_text(text)


def follow(page: Page, text: str) -> None:
    """Go to what says this by Tab, press Enter, and wait until the next page is there."""
    tab_to(page, text)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def tab_to(page: Page, text: str) -> None:
    """Press Tab until the focus stands on what says this; every stop must be visible."""
    for _ in range(80):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            "(() => { const at = document.activeElement, box = at.getBoundingClientRect();"
            " return [at.innerText || '', box.width > 0 && box.height > 0, getComputedStyle(at).outlineStyle] })()"
        )
        assert focus[1], "the focus stands on something invisible"
        if text == focus[0].strip() or (len(text) > 8 and text in focus[0]):
            assert focus[2] != "none", "the focus has no ring"
            return
    raise AssertionError(f"Tab never reached {text}")


@pytest.mark.parametrize("login", ["citizen1", "citizen2", "citizen3", "citizen4"])
def test_large_type_on_a_phone(walk: Open, login: str) -> None:
    citizen = walk(login, PHONE, story=f"large-{login}", large=True)
    visit(citizen, CITIZEN)
    citizen.go("/me/records/")
    if citizen.page.locator("main a.row").count():
        citizen.page.locator("main a.row").first.click()
        citizen.check("信息详情")


def test_the_switch_to_large_type_needs_no_script(walk: Open) -> None:
    anybody = walk("", PHONE, story="switch", scripts=False)
    anybody.go("/privacy")
    anybody.page.get_by_role("button", name="大字版").click()
    anybody.large = True
    anybody.check("个人信息")
    anybody.page.get_by_role("button", name="标准版").click()
    anybody.large = False
    anybody.check("个人信息")


def visit(walk: Walk, pages: dict[str, str]) -> None:
    for label, address in pages.items():
        walk.go(address)
        walk.check(label)
