"""A leak: two officers take it from report to close; and what everybody may read about how the platform works."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from playwright.sync_api import Locator

from chengxin.kernel.periods import CHINA
from journeys.conftest import City
from journeys.walk import DESKTOP, PHONE, Walk

Open = Callable[..., Walk]
PARTS = {
    "事态发展趋势和可能的进一步影响": "账号已经停用，没有继续扩大的迹象。",
    "溯源调查的线索": "登录地址已经保全。",
    "拟进一步采取的措施和请求支援的事项": "核对同一时段的全部查询，不请求支援。",
    "现场保护情况": "日志已经保全。",
}


def local(minutes: int) -> str:
    return (datetime.now(CHINA) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")


def step(officer: Walk, name: str, **fields: str) -> None:
    """Follow a step of the incident, fill it in, take it."""
    officer.row(name)
    for label, value in fields.items():
        officer.page.get_by_label(label, exact=True).fill(value)
    officer.press(name)


def test_a_leak_from_report_to_close(city: City, walk: Open, tmp_path: Path) -> None:
    one = walk("security", PHONE, story="incident-phone")
    report(one)
    at = one.page.url.removeprefix(city.url)
    other = walk("security2", DESKTOP, story="incident-desktop")
    other.go(at)
    tell(other)
    other.go(at)
    scope(other)
    other.go(at)
    settle(other)
    large = walk("security", PHONE, story="incident-case-large", large=True, axe=False)
    large.go(at)
    large.check("一起事件")
    read(walk("citizen2", PHONE, story="incident-citizen"))
    one.go(at)
    one.row("办结")
    one.page.get_by_label("理由").fill("复盘属实，整改已经完成。")
    one.press("办结")
    one.says("已办结")
    one.check("一起事件")
    verified(city, one.download(one.named("导出证据"), tmp_path))
    one.go("/incidents/")
    one.says("已经结束", "已办结")
    one.check("登记册")


def report(one: Walk) -> None:
    """On a phone: what is missing is said, then the incident is reported."""
    one.go("/incidents/")
    one.says("没有正在处置的事件")
    one.check("登记册")
    one.press("报告事件")
    one.check("报告事件")
    with one.refused(422):
        one.press("报告事件")
    one.says("请选择事件种类", "请填写受影响的系统")
    one.check("报告事件，有错误")
    one.page.get_by_label("泄露", exact=True).check()
    one.page.get_by_label("工作人员发现").check()
    one.page.get_by_label("发现时间").fill(local(20))
    one.page.get_by_label("受影响的系统").fill("业务窗口核验页面")
    one.page.get_by_label("涉及的信息种类").fill("姓名、失信信息")
    one.page.get_by_label("涉及人数").fill("60")
    one.page.get_by_label("估计").check()
    one.page.get_by_label("涉及信息条数").fill("60")
    one.page.get_by_label("没有发现").check()
    one.page.get_by_label("可能造成的危害").fill("可能被用于冒充工作人员行骗。")
    one.page.get_by_label("原因", exact=True).fill("一个窗口账号被他人使用。")
    one.page.get_by_label("已采取的措施").fill("停用账号，更换验证码。")
    one.press("报告事件")
    one.says("待核实", "还剩 3 小时", "请决定是否移送公安机关", "等另一个人")
    one.check("一起事件")
    one.picture("incident")


def tell(other: Walk) -> None:
    """Confirm as a second person, make both notices, write down their delivery."""
    other.row("核实属实")
    other.check("核实")
    other.page.get_by_label("一般", exact=True).check()
    other.page.get_by_label("理由").fill("登录地址和排班对不上，窗口人员确认外借过验证码。")
    other.press("核实属实")
    other.row("制作给主管部门的报告")
    other.check("给主管部门的报告")
    for label, value in PARTS.items():
        other.page.get_by_label(label).fill(value)
    other.press("核对全文")
    other.says("网络安全事件报告", "江苏省互联网信息办公室")
    other.check("核对报告全文")
    other.press("制作给主管部门的报告")
    other.row("制作给个人的通知")
    other.page.get_by_label("个人可以采取的减轻危害的措施").fill("警惕冒充工作人员的来电，核对自己的查询记录。")
    other.press("核对全文")
    other.press("制作给个人的通知")
    for receiver in ("给主管部门的通知", "给受影响的个人的通知"):
        other.row("登记送达")
        other.check("登记送达")
        other.page.get_by_label(receiver).check()
        other.page.get_by_label("送达方式").select_option("document")
        other.page.get_by_label("送达时间").fill(local(1))
        other.page.get_by_label("凭证").fill("盐信函〔2026〕7号")
        other.press("登记送达")
    other.row("给受影响的个人的通知")
    other.check("通知全文")


def scope(other: Walk) -> None:
    """Which look-ups are involved: the database counts lines and persons, and names nobody."""
    other.row("划定登记行范围")
    other.check("划定登记行范围")
    other.page.get_by_label("从", exact=True).fill(local(120))
    other.page.get_by_label("到", exact=True).fill(local(-2))
    other.page.get_by_label("依法查询").check()
    other.press("划定登记行范围")
    other.says("登记行范围", "涉及人数")


def read(citizen: Walk) -> None:
    """Whom the clerk asked about in the demo reads the notice on the own page."""
    citizen.titles = {}
    citizen.go("/me/")
    citizen.says("信息安全通知")
    citizen.check("市民首页，有信息安全通知")
    citizen.press("查看通知")
    citizen.says("个人信息安全事件通知", "警惕冒充工作人员的来电")
    citizen.check("信息安全通知")


def settle(other: Walk) -> None:
    """Contained, told, reviewed, the police question decided; closing waits for another."""
    step(other, "控制住了", 已采取的补救措施="账号已经停用，会话已经结束。")
    step(other, "完成告知")
    step(other, "写复盘", 复盘="原因是验证码外借，已经培训，并缩短了会话时间。")
    other.row("决定是否移送公安")
    other.page.get_by_label("移送公安机关", exact=True).check()
    other.page.get_by_label("理由").fill("数量达到标准，依法移送。")
    other.press("决定是否移送公安")
    other.says("等另一个人")
    other.check("一起事件")


def verified(city: City, file: Path) -> None:
    """The operator's commands: the list counts it, the file is checked without the server."""
    told = json.loads(city.command("incident", "list", "--as", "security", "--json"))
    assert told["total"] >= 1
    key = city.command("receipt", "key").strip()
    command = [sys.executable, "-m", "chengxin", "incident", "verify", str(file), "--key", key, "--json"]
    good = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(good.stdout)["valid"] is True
    spoilt = file.with_name("spoilt.zip")
    spoilt.write_bytes(file.read_bytes()[:-40])
    bad = subprocess.run([*command[:5], str(spoilt), *command[6:]], capture_output=True, text=True, check=False)
    assert (bad.returncode, json.loads(bad.stdout)["valid"]) == (1, False)


def test_the_desk_in_large_type(walk: Open) -> None:
    officer = walk("security", PHONE, story="incident-large", large=True, axe=False)
    officer.titles = {}
    officer.go("/incidents/new")
    officer.check("报告事件")


def test_documents_and_lists(walk: Open) -> None:
    for size, large in ((PHONE, False), (PHONE, True), (DESKTOP, False)):
        width = f"{size['width']}{'-large' if large else ''}"
        anybody = walk("", size, story=f"documents-{width}", large=large, axe=not large)
        anybody.titles = {}
        anybody.go("/privacy")
        anybody.says("敏感个人信息", "接收方清单")
        anybody.check("个人信息怎样被处理")
        anybody.press("接收方清单")
        anybody.says("亭湖区政务服务中心", "创业补贴资格核验")
        anybody.check("接收方清单")
        anybody.go("/documents/")
        anybody.check("制度文件")
        anybody.row("个人信息处理规则")
        anybody.check("一份制度")
        anybody.press("对比两个版本")
        anybody.says("原来", "现在")
        anybody.check("版本对比")
        anybody.go("/documents/collected/")
        anybody.check("收集清单")
        anybody.go("/documents/safeguards/")
        anybody.check("技术手段登记册")


def test_a_document_by_two_managers(walk: Open) -> None:
    """One writes and submits with the keyboard alone, the other reads without scripts and sends it back."""
    one = walk("manager", DESKTOP, story="document-keyboard")
    page = one.page

    def go_on(target: Locator) -> None:
        one.reach(target)
        with page.expect_navigation():
            page.keyboard.press("Enter")

    one.go("/documents/desk/")
    go_on(one.named("新的文件"))
    one.reach(page.get_by_label("地址代号"))
    page.keyboard.type("keys-on-leave")
    go_on(one.named("写文字"))
    with one.refused(422):
        go_on(one.named("保存"))
    one.says("请填写")
    words = {"名称": "休假交接规定", "依据": "岗位管理办法", "制定单位": "信用办", "这一版改了什么": "第一版"}
    for label, text in (*words.items(), ("第 1 段标题", "交接"), ("第 1 段内容", "休假以前停用账号。")):
        one.reach(page.get_by_label(label, exact=True))
        page.keyboard.press("Control+A")
        page.keyboard.type(text)
    go_on(one.named("保存"))
    go_on(one.named("送审"))
    go_on(one.named("送审"))
    one.says("要由另一个人公布")
    at = page.url.removeprefix(one.url)

    other = walk("manager2", PHONE, story="document-no-scripts", scripts=False)
    other.go(at)
    other.says("休假交接规定", "第一版")
    other.check("一版制度文件")
    other.press("退回修改")
    other.page.get_by_label("理由").fill("缺少复核的人。")
    other.press("退回修改")
    other.says("缺少复核的人。")
    one.go(at)
    go_on(one.named("撤回"))
    one.reach(page.get_by_label("理由"))
    page.keyboard.type("不再需要。")
    go_on(one.named("撤回"))
    one.says("已撤回")


def test_deadlines_and_calendar(walk: Open) -> None:
    for size, large in ((PHONE, False), (PHONE, True), (DESKTOP, False)):
        manager = walk("manager", size, story=f"terms-{size['width']}{'-large' if large else ''}", large=large)
        manager.go("/catalog/standards/terms/")
        manager.says("异议：报送单位收到异议以后多久作出处理", "5 个工作日")
        manager.check("办事期限")
        manager.go("/catalog/standards/calendar/")
        manager.says("国庆节", "调休上班", "暂定")
        manager.check("工作日日历")
