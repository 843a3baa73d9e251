"""Two administrators let a third in, a second hand confirms, the auditor reads it, and an office is renamed by two."""

from __future__ import annotations

from collections.abc import Callable

from chengxin.operate.generate import story_persons
from journeys.walk import DESKTOP, PHONE, Walk

Open = Callable[..., Walk]
WHY = "政务服务中心岗位调整通知"
NUMBER = story_persons()[2].id_number


def open_account(system: Walk) -> None:
    page = system.page
    system.go("/accounts/")
    system.says("没有姓名", "开立账号")
    system.press("开立账号")
    system.check("开立账号")
    page.get_by_label("登录名").fill("window-two")
    page.get_by_label("单位", exact=True).select_option(label="亭湖区：亭湖区政务服务中心")
    page.get_by_label("岗位").fill("综合窗口二")
    page.get_by_label("持有人的证件号码").fill(NUMBER)
    page.get_by_label("理由").fill(WHY)
    system.press("开立账号")
    system.says("只显示这一次", "密码", "还不能登录")
    system.says_not(NUMBER)
    system.check("账号已开立")


def give_two_duties(security: Walk) -> None:
    for duty in ("业务窗口", "异议审核员"):
        security.go("/duties/?q=window-two")
        security.row("window-two")
        security.press("授予职责")
        security.page.get_by_label("职责", exact=True).select_option(label=duty)
        security.page.get_by_label("理由").fill(WHY)
        security.press("授予")
        if duty == "业务窗口":
            security.says("只显示这一次", "动态码密钥", "谁也不能单独用这个账号登录")
            security.check("第一项职责")
    security.says("有 1 件事待第二个人确认", "您提出的，要由另一个人确认")
    security.check("待确认")
    security.picture("second-hand")


def rename_and_refuse(system: Walk, security: Walk) -> None:
    page = system.page
    system.go("/accounts/organisations/")
    system.check("单位")
    page.locator("summary").click()
    page.get_by_label("名称或代码").fill("政务服务")
    system.press("筛选")
    system.row("亭湖区政务服务中心")
    system.press("改名")
    page.get_by_label("新名称").fill("亭湖区政务服务局")
    page.get_by_label("依据").fill("亭湖区机构改革方案")
    system.press("提出改名")
    system.says("您提出的，要由另一个人确认")
    security.go("/duties/matters/")
    security.press("不同意")
    security.press("不同意")
    system.go("/accounts/organisations/?q=政务服务")
    system.says("亭湖区政务服务中心")


def disable_by_keyboard(system: Walk) -> None:
    page = system.page
    system.go("/accounts/?q=window-two")
    for target in (page.locator("main a.row", has_text="window-two"), system.named("停用账号")):
        system.reach(target)
        with page.expect_navigation():
            page.keyboard.press("Enter")
    system.reach(page.get_by_label("理由"))
    page.keyboard.type(WHY)
    system.reach(page.locator("main button.btn"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    system.says("已停用")


def test_from_an_account_to_a_second_duty(walk: Open) -> None:
    system = walk("sysadmin", DESKTOP, story="administrators-system")
    open_account(system)
    security = walk("secadmin", PHONE, story="administrators-security", scripts=False)
    give_two_duties(security)
    system.go("/accounts/matters/")
    system.press("确认")
    system.says("异议审核员", WHY)
    system.check("确认授予职责")
    system.press("确认")
    system.says("没有待确认的事")
    rename_and_refuse(system, security)
    system.go("/status/")
    system.says("体检", "等待读取的文件")
    system.check("运行状态")
    system.picture("status", high=870)  # below stand folders of this machine
    with system.page.expect_response(lambda answer: "hx-request" in answer.request.headers) as part:
        system.page.evaluate("htmx.trigger('[hx-get]', 'every')")  # what the page does by itself in ten seconds
    assert "<html" not in part.value.text()
    system.says("体检", "等待读取的文件")
    system.press("停止自动刷新")
    system.says("没有自动刷新")
    system.go("/status/jobs/")
    system.check("任务中心")
    system.says("哪些可以取消、重试", "不能取消：当事人有权知道")
    disable_by_keyboard(system)

    auditor = walk("auditor", PHONE, story="administrators-audit", large=True)
    auditor.go("/audit/")
    auditor.says(
        "授予职责：window-two", "已确认", "单位改名：亭湖区政务服务中心", "不同意", "系统管理员（sysadmin）", WHY
    )
    auditor.check("变更记录")
    auditor.picture("audit", high=1900)
