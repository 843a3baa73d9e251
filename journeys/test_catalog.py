"""The catalog: what everybody reads, and how two people bring a new version into force."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from chengxin.catalog.views_standards import REGISTERS
from journeys.conftest import City
from journeys.walk import DESKTOP, PHONE, Walk

Open = Callable[..., Walk]
NAME = "行政处罚（自然人）"
RETURNED = "告知等待期的依据写得不完整，请补充文号。"


def section(editor: Walk, title: str) -> None:
    """Open a part of the draft."""
    editor.row(title)
    assert editor.page.locator("h1").inner_text() == title


def test_a_new_version_needs_two_people(city: City, walk: Open) -> None:
    editor = walk("catalog", DESKTOP, story="catalog-editor")
    approver = walk("approver", DESKTOP, story="catalog-approver")
    anybody = walk("", PHONE, story="catalog-public")
    editor.go("/catalog/desk/")
    editor.row(NAME)
    editor.press("在这一版的基础上起草")
    editor.says("发布检查全部通过", "没有不同")
    at = editor.page.url.removeprefix(city.url)
    number = int(at.strip("/").split("/")[-1])
    section(editor, "期限与数字")
    row = editor.page.locator("details.row-form", has=editor.page.locator("summary", has_text="保存期限"))
    row.evaluate("node => { node.open = true }")
    editor.check("期限与数字")
    row.get_by_label("依据").fill("盐城市公共信用信息管理规定（演示）")
    editor.press("保存期限与数字")
    editor.says("和现行的第", "盐城市公共信用信息管理规定（演示）")
    editor.check("起草的版本")
    editor.picture("draft")
    editor.press("提交审核")
    editor.says("办理以后", "谁会知道")
    editor.press("提交审核")
    editor.says("审核中", "审核期间不能修改")

    there = at.replace("desk", "approve")
    approver.go("/catalog/approve/")
    approver.says("有 1 个版本等您审批")
    approver.go(there)
    approver.check("审批的版本")
    approver.press("退回修改")
    with approver.refused(422):
        approver.press("退回修改")
    approver.says("请填写理由")
    approver.check("退回修改，有错误")
    approver.page.get_by_label("理由").fill(RETURNED)
    approver.press("退回修改")

    editor.go(at)
    editor.says("草案", RETURNED)
    editor.press("提交审核")
    editor.press("提交审核")
    approver.go(there)
    approver.press("批准发布")
    approver.says("从生效日期起，各部门只能按这一版报送", f"现在使用的是第 {number - 1} 版")
    approver.check("批准发布")
    approver.press("批准发布")
    approver.says("已发布")

    anybody.go("/catalog/XZCF/")
    anybody.says("正在使用", f"第 {number} 版", f"第 {number - 1} 版", "批准发布")
    anybody.says_not(RETURNED)
    anybody.check("现行版本")
    anybody.press("对比两个版本")
    anybody.says("盐城市公共信用信息管理规定（演示）", "原来：", "现在：")
    anybody.check("版本对比")
    anybody.go(f"/catalog/XZCF/{number - 1}/")
    anybody.says("这不是现行的版本")


def test_nobody_approves_their_own_draft(city: City, walk: Open) -> None:
    with city.also("approver", "catalog_editor"):
        both = walk("approver", DESKTOP, story="catalog-own-draft")
        both.go("/catalog/desk/")
        both.row("荣誉表彰")
        both.press("在这一版的基础上起草")
        at = both.page.url.removeprefix(city.url)
        both.press("提交审核")
        both.press("提交审核")
        there = at.replace("desk", "approve")
        both.go(there)
        both.says("您不能批准这个版本", "请另一位审批人员办理")
        both.says_not("批准发布")
        both.check("审批自己的版本")
        both.go(f"{there}publish")
        with both.refused(409):
            both.press("批准发布")
        both.says("CATALOG-21")
        both.go(there)
        both.press("退回修改")
        both.page.get_by_label("理由").fill("演示结束，不再需要。")
        both.press("退回修改")
        abandon(both, at)


def abandon(editor: Walk, at: str) -> None:
    editor.go(at)
    editor.press("放弃草案")
    editor.page.get_by_label("理由").fill("演示结束，不再需要。")
    editor.press("放弃草案")
    editor.says("已废止")


def test_the_gate_names_what_may_not_be_collected(city: City, walk: Open, tmp_path: Path) -> None:
    editor = walk("catalog", PHONE, story="catalog-gate")
    editor.go("/catalog/desk/XZCF/1/")
    definition = json.loads(editor.download(editor.named("导出 JSON"), tmp_path).read_text("utf-8"))
    definition["item"] |= {"code": "GZSR", "name": "工资和健康"}
    definition["field"].append({"code": "GZ", "name": "工资收入", "kind": "text", "required": "no", "store": "plain"})
    file = tmp_path / "GZSR.json"
    file.write_text("{", "utf-8")
    editor.go("/catalog/desk/import")
    editor.check("导入 JSON 定义")
    editor.page.locator("input[type=file]").set_input_files(file)
    with editor.refused(422):
        editor.press("导入为草案")
    editor.says("没有导入", "已有的草案没有改动")
    editor.check("导入，有错误")
    file.write_text(json.dumps(definition), "utf-8")
    editor.page.locator("input[type=file]").set_input_files(file)
    editor.press("导入为草案")
    at = editor.page.url.removeprefix(city.url)
    editor.says("改好才能发布", "数据项：工资收入（GZ）", "CATALOG-")
    editor.check("起草的版本")
    editor.press("提交审核")
    with editor.refused(422):
        editor.press("提交审核")
    editor.says("没有办成", "工资收入")
    editor.check("提交审核，有问题")
    abandon(editor, at)


def test_the_desk_without_scripts(city: City, walk: Open) -> None:
    editor = walk("catalog", PHONE, story="catalog-no-scripts", scripts=False)
    editor.go("/catalog/desk/")
    editor.row("信用承诺")
    editor.press("在这一版的基础上起草")
    at = editor.page.url.removeprefix(city.url)
    section(editor, "法律依据")
    rows = editor.page.locator("details.row-form")
    before = rows.count()
    editor.press("再加 5 行")
    assert rows.count() == before + 4
    editor.check("法律依据")
    last = rows.last
    last.get_by_label("种类").select_option("act")
    last.get_by_label("法律文件名称").fill("中华人民共和国民法典")
    last.get_by_label("条文").fill("第七条")
    last.get_by_label("生效日期").fill("2021-01-01")
    editor.press("保存法律依据")
    editor.says("中华人民共和国民法典", "新增")
    abandon(editor, at)


def test_the_public_catalog(walk: Open, tmp_path: Path) -> None:
    anybody = walk("", DESKTOP, story="catalog-open")
    anybody.go("/catalog/")
    anybody.says("个条目正在使用", "停用：没有依据", "行政许可")
    anybody.picture("catalog")
    anybody.row("行政许可")
    anybody.unfold()
    anybody.says("正在使用", "对本人意味着什么", "法律依据", "代码：XK_WSH")
    anybody.check("现行版本")
    for title in ("填报模板", "表结构", "条目定义"):
        file = anybody.download(anybody.page.locator("a.row", has_text=title), tmp_path)
        assert file.stat().st_size > 1000
    anybody.row("第 1 版")
    anybody.says("您正在看")


def test_the_registers_on_a_phone(walk: Open) -> None:
    anybody = walk("", PHONE, story="registers")
    earlier = date(2026, 3, 31)
    for name, register in REGISTERS.items():
        anybody.go(f"/catalog/standards/{name}/")
        anybody.says(register.lead)
        anybody.axe = name == "prohibited"  # one template, long pages: axe reads one of them, and the comparison
        anybody.check(register.title)
        anybody.page.locator("summary", has_text="看另外一天").click()
        anybody.page.get_by_label("查看哪一天").fill(str(earlier))
        anybody.page.get_by_label("和哪一天对比").fill(str(earlier + timedelta(days=1)))
        anybody.press("查看")
        anybody.says("2026年3月31日有效的内容", "从2026年3月31日到2026年4月1日")
    anybody.go("/catalog/standards/severity/?on=2026-03-31&compare=2026-04-01")
    anybody.says("新增")
    anybody.axe = True
    anybody.check("失信分类标准")
