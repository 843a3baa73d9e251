"""A service hall asks whether a name and a number belong together, and the person reads it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta

import psycopg
import pytest

from chengxin.catalog.arrangements import FESTIVALS
from chengxin.kernel.calendar import Calendar, statutory
from chengxin.kernel.population import Claim
from chengxin.operate.generate import story_persons
from chengxin.operate.home import Home
from chengxin.operate.population import Sandbox
from journeys.conftest import City, Doors
from journeys.walk import DESKTOP, PATIENCE, PHONE, Size, Walk

Open = Callable[..., Walk]
WANG, CHEN, LI = story_persons()


def ask(clerk: Walk, name: str, number: str, case: str) -> None:
    clerk.go("/lookup/match/")
    clerk.check("实名核对")
    clerk.page.get_by_text("政务服务实名登记核对").click()
    clerk.page.get_by_label("案号").fill(case)
    clerk.page.get_by_label("姓名").fill(name)
    clerk.page.get_by_label("证件号码").fill(number)
    clerk.press("核对")


@pytest.mark.parametrize(
    ("size", "large"), [(DESKTOP, False), (PHONE, False), (PHONE, True)], ids=["desktop", "phone", "large"]
)
def test_match_and_no_match(walk: Open, size: Size, large: bool) -> None:
    clerk = walk("clerk", size, story=f"hall-{size['width']}{'-large' if large else ''}", large=large)
    ask(clerk, WANG.name, WANG.id_number, "社保2026-0031")
    clerk.says("相符", "是不是本人", "本人会看到这一条", "亭湖区政务服务中心")
    clerk.says_not(WANG.id_number)
    clerk.check("核对结果")
    ask(clerk, CHEN.name, WANG.id_number, "社保2026-0032")
    clerk.says("不符", "不能只凭这个结果不予办理")
    clerk.check("核对结果")
    clerk.go("/lookup/mine/")
    clerk.says("政务服务实名登记核对")
    clerk.check("我的查询记录")


def test_without_a_case_nothing_is_asked_and_the_person_reads_what_was(walk: Open) -> None:
    clerk = walk("clerk", PHONE, story="hall-refused", scripts=False)
    with clerk.refused(422):
        ask(clerk, WANG.name, WANG.id_number, "")
    clerk.says("这个用途必须填写案号")
    ask(clerk, WANG.name, WANG.id_number, "社保2026-0033")
    clerk.says("相符")
    citizen = walk("citizen1", story="hall-citizen")
    citizen.go("/me/traces/")
    citizen.says("政务服务实名登记核对", "结果：姓名与号码相符")
    citizen.check("谁查看过我")


@pytest.mark.parametrize(
    ("size", "large"), [(DESKTOP, False), (PHONE, False), (PHONE, True)], ids=["desktop", "phone", "large"]
)
def test_the_manager_reads_numbers(walk: Open, size: Size, large: bool) -> None:
    manager = walk("manager", size, story=f"coverage-{size['width']}{'-large' if large else ''}", large=large)
    manager.go("/lookup/coverage/")
    manager.says("公民身份号码", "报送的信息入库以前", "查无号码")
    manager.check("实名核验统计")
    manager.go("/catalog/standards/terms/")
    manager.check("办事期限")
    manager.press("修改")
    manager.check("修改办事期限")
    manager.page.locator("[aria-labelledby=terms] a.row", has_text="批准的申请多久以内可以取件").click()
    manager.page.get_by_label("改成多少").fill("0")
    with manager.refused(422):
        manager.press("核对")
    manager.says("请填写 1 到 366 之间的整数", "请填写依据")
    manager.check("修改一项期限")
    manager.page.get_by_label("改成多少").fill("45")
    manager.page.get_by_label("从哪天起").fill(str(date.today() + timedelta(days=30)))  # noqa: DTZ011
    manager.page.get_by_label("依据").fill("测试办法第二条")
    manager.page.get_by_label("为什么修改").fill("取件的人来得晚")
    manager.press("核对")
    manager.says("30 个自然日", "45 个自然日", "哪些不变", "仍按开始那天的规定计算")
    manager.check("核对一项期限")
    if size == DESKTOP:
        manager.press("提出修改")
        manager.says("待确认", "要由另一位管理者确认")
        manager.check("待确认的修改")
        second = walk("manager2", size, story="term-second")
        second.go(manager.page.url)
        second.check("待确认的修改")
        second.page.get_by_label("退回的理由").fill("依据的条文写错了")
        second.press("退回")
        second.says("已退回", "依据的条文写错了")
        second.check("退回的修改")
    enter_the_notice(manager)
    if size == DESKTOP:
        manager.picture("calendar", high=1900)
    if large:
        return
    manager.press("提出登记")
    manager.says("待确认", "要由另一位管理者确认")
    if size == DESKTOP:
        approve_the_notice(walk, manager.page.url)
    else:
        manager.check("待确认的节假日安排")
        manager.press("撤回")
        manager.says("已撤回")
        manager.check("撤回的节假日安排")


def enter_the_notice(manager: Walk) -> None:
    """The form of next year's days off, filled in as a notice would have it, up to the page that shows the year."""
    today = date.today()  # noqa: DTZ011
    year = today.year + 1  # the only year that can be entered whatever the program brings
    law = {name: day for day, name in statutory(year)}
    manager.go("/catalog/standards/calendar/")
    manager.press("修改")
    if Calendar.from_data().ends_soon(today):
        manager.says("日历只到")
    manager.check("节假日安排")
    manager.go(f"/catalog/calendar/{year}/")
    manager.page.get_by_label("通知的日期").fill(str(today))
    manager.page.get_by_label("文号").fill("测试发〔2026〕1号")
    manager.page.get_by_label("从哪里看到").fill("收文 1 号")
    manager.page.locator("[name=reason]").fill("国务院公布了安排")
    for name in FESTIVALS:
        given = "" if name in {"元旦", "国庆节"} else str(law[name])
        manager.page.get_by_label(f"{name}：第一天").fill(given)
        manager.page.get_by_label(f"{name}：最后一天").fill(given)
    with manager.refused(422):
        manager.press("核对")
    manager.says("是元旦，法定放假，这里没有", "是国庆节，法定放假，这里没有")
    manager.check("登记节假日安排")
    for name, first, last in (
        ("元旦", law["元旦"], law["元旦"]),
        ("春节", law["除夕"], law["除夕"] + timedelta(days=7)),
        ("劳动节", law["劳动节"], law["劳动节"] + timedelta(days=1)),
        ("国庆节", law["国庆节"], law["国庆节"] + timedelta(days=6)),
    ):
        manager.page.get_by_label(f"{name}：第一天").fill(str(first))
        manager.page.get_by_label(f"{name}：最后一天").fill(str(last))
    saturday = next(day for n in range(8, 20) if (day := law["国庆节"] + timedelta(days=n)).weekday() == 5)
    manager.page.get_by_label("调休上班的日子").fill(str(saturday))
    manager.press("核对")
    manager.says("全年图", "核对天数", "告知书里写明的等待期最后一天不变")
    manager.check("核对节假日安排")


def approve_the_notice(walk: Open, change: str) -> None:
    """Without scripts on a phone, in large type."""
    second = walk("manager2", PHONE, story="calendar-second", large=True, scripts=False)
    second.go(change)
    second.check("待确认的节假日安排")
    second.press("批准")
    second.says("已批准", "起计算")
    second.check("批准的节假日安排")


def test_a_death_that_was_no_death(city: City, walk: Open, doors: Doors) -> None:
    """The worker hears of it from the other program, the person is signed out, and reads both once it is put right."""
    sandbox, about = Sandbox(city.keep / "population"), Claim("citizen", LI.id_number, LI.name)
    citizen = walk("citizen3", story="hall-deceased")
    assert sandbox.happened("deceased", about, on=date(2026, 11, 20))
    until = time.monotonic() + PATIENCE
    while "/sign-in" not in citizen.page.url:
        assert time.monotonic() < until, "a session of somebody who counts as deceased goes on"
        citizen.page.wait_for_timeout(500)
        citizen.go("/me/")
    # A page that was being answered in that very moment is refused.
    citizen.problems = [said for said in citizen.problems if "403" not in said]
    assert sandbox.happened("living", about, on=date(2026, 11, 21))
    lives = (
        "select from cx.people_standing join cx.people_account using (person) "
        "where login = 'citizen3' and standing = 'living'"
    )
    until = time.monotonic() + PATIENCE
    with psycopg.connect(Home.at(city.keep).dsn("owner"), autocommit=True) as owner:
        while owner.execute(lives).fetchone() is None:
            assert time.monotonic() < until, "nobody heard that it was a mistake"
            citizen.page.wait_for_timeout(500)
    citizen = doors.again("citizen3", story="hall-living")
    citizen.wait_for("/me/traces/", "人口信息库更正误报的死亡，恢复使用")
    citizen.says("人口信息库登记死亡，停止使用")
    citizen.check("谁查看过我")
    citizen.close()
