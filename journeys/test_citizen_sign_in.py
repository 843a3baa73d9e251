"""A citizen signs in with the identity service or with a code of the window, and sees how well they are known."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from chengxin.operate.generate import story_persons
from chengxin.operate.identity import IdentitySandbox
from journeys.conftest import City
from journeys.walk import DESKTOP, PHONE, Size, Walk

Open = Callable[..., Walk]
WANG, CHEN, LI = story_persons()


def service(city: City) -> str:
    return str(json.loads((city.keep / "identity.json").read_text())["issuer"])


def prove(walk: Walk, city: City, person: str, *, level: str = "实名：") -> None:
    """From the button that goes to the service to the button that goes on."""
    walk.page.wait_for_url(f"{service(city)}/**")
    walk.page.get_by_label(person).check()
    walk.page.get_by_label(level).check()
    walk.page.get_by_role("button", name="认证并返回").click()
    walk.page.wait_for_url("**/sign-in/identity/return**")
    # The service stands at another address, which is all that may be asked of it.
    walk.problems = [said for said in walk.problems if not said.startswith(service(city))]
    walk.check("认证返回")
    walk.press("继续登录")


@pytest.mark.parametrize(("size", "large"), [(PHONE, True), (DESKTOP, False)], ids=["large", "desktop"])
def test_the_way_there_and_back(city: City, walk: Open, size: Size, large: bool) -> None:
    """First with too little proof, then with enough, then with more than that; somebody else is turned away."""
    citizen = walk("", size, story=f"identity-{size['width']}{'-large' if large else ''}", large=large)
    citizen.go("/me/")
    citizen.check("登录")
    citizen.press("用演示身份服务登录")
    with citizen.refused(403):
        prove(citizen, city, WANG.name, level="基本：")
    citizen.says("需要更高等级的身份认证", "基本（一级）")
    citizen.check("需要更高等级的身份认证")
    citizen.press("去认证，再回到这里")
    prove(citizen, city, WANG.name)
    citizen.page.wait_for_url("**/me/")
    citizen.says("王*兰", "需要您处理")
    citizen.go("/me/settings")
    citizen.says("身份认证服务", "实名（二级）", "与人口信息库核对相符")
    citizen.press("提高认证等级")
    prove(citizen, city, WANG.name, level="实名实人：")
    citizen.page.wait_for_url("**/me/settings")
    citizen.says("实名实人（三级）")
    citizen.check("设置")
    if size is DESKTOP:
        citizen.picture("settings")
    citizen.context.clear_cookies(name="cx_session")
    citizen.go("/sign-in")
    citizen.press("用演示身份服务登录")
    with citizen.refused(403):
        prove(citizen, city, "吴小宝")
    citizen.says("未满十四周岁", "监护人")
    citizen.check("没有登录")


def test_without_a_script_and_without_a_phone(city: City, walk: Open) -> None:
    """The first sign-in of somebody nobody knows yet, with a code of the window; they read who gave it out."""
    (stranger,) = [one for one in IdentitySandbox(city.keep / "identity").people if "还没有账号" in one.note][:1]
    clerk = walk("clerk", DESKTOP, story="code-clerk", scripts=False)
    clerk.go("/counter/code")
    clerk.check("发放登录码")
    with clerk.refused(422):
        clerk.press("核对并发放")
    clerk.says("请选择核对了哪种证件", "没有当面核对证件原件，不能发放")
    clerk.page.get_by_label("居民身份证", exact=True).check()
    clerk.page.get_by_label("姓名").fill(stranger.name)
    clerk.page.get_by_label("证件号码").fill(stranger.number)
    clerk.page.get_by_label("本人没有智能手机").check()
    clerk.page.get_by_label("证件是原件").check()
    clerk.press("核对并发放")
    clerk.says_not(stranger.number)
    clerk.check("登录码已经发放")
    code = clerk.page.locator(".signin-code").inner_text()
    citizen = walk("", PHONE, story="code-citizen", scripts=False)
    citizen.go("/sign-in/counter")
    citizen.check("用窗口登录码登录")
    for typed, status in (("22222222", 422), (code.lower(), 200)):
        citizen.page.get_by_label("姓名").fill(stranger.name)
        citizen.page.get_by_label("证件号码").fill(stranger.number)
        citizen.page.get_by_label("登录码").fill(typed)
        if status == 422:
            with citizen.refused(status):
                citizen.press("登录")
            citizen.says("姓名、号码或登录码不对")
        else:
            citizen.press("登录")
    citizen.says("第一次登录", "加密保存")
    citizen.check("第一次登录")
    citizen.press("同意，开立账号并登录")
    citizen.page.wait_for_url("**/me/")
    citizen.says("查看我的全部信息")
    citizen.go("/me/settings")
    citizen.says("窗口当面核对证件", "居民身份证原件", "亭湖区政务服务中心", "综合窗口")
    citizen.go("/me/traces/")
    citizen.says("窗口发放一次性登录码", "亭湖区政务服务中心")
