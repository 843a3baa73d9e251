"""A department's file from the template to the receipt: what was wrong, mended, corrected, withdrawn, certified."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from click.testing import CliRunner
from playwright.sync_api import Locator
from python_calamine import CalamineWorkbook

from chengxin.cli.receipt import receipt_group
from chengxin.kernel.periods import CHINA
from chengxin.operate.generate import Person, departments, penalties, persons, story_persons
from journeys.conftest import City
from journeys.walk import DESKTOP, PHONE, Size, Walk

WANG, CHEN, LI = story_persons()
NUMBERS = itertools.count(7001)
NEWCOMERS = persons(60, seed=77, today=date(2026, 1, 1))[3:]
PEOPLE = iter(NEWCOMERS)
STRANGERS = persons(6, seed=78, today=date(2026, 1, 1))[3:]
"""Of whom the city's population database does not know."""
"""People of whom the city knows nothing."""
TEMPLATE = "行政处罚（自然人）"

Open = Callable[..., Walk]
Row = dict[str, str]


@pytest.fixture(scope="module", autouse=True)
def _settled(city: City) -> None:
    city.settle(NEWCOMERS)


def penalty(person: Person, **changes: str) -> Row:
    """A clean row about somebody, by column code."""
    row = penalties([WANG], seed=1, today=datetime.now(CHINA).date(), organisations=departments()[:1])[0]
    row |= {"CF_XDR_MC": person.name, "CF_XDR_ZJHM": person.id_number}
    return row | {"CF_WSH": f"盐市监罚决〔2026〕{next(NUMBERS)}号"} | changes


def csv_file(folder: Path, *rows: Row) -> Path:
    file = folder / "报送.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return file


def sheets(file: Path) -> dict[str, list[list[str]]]:
    """A workbook's sheets as text."""
    book = CalamineWorkbook.from_path(str(file))
    return {
        name: [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
        for name in book.sheet_names
    }


def codes_of(file: Path) -> dict[str, str]:
    """Heading -> code, as the third sheet of a template explains them."""
    guide = sheets(file)["填写说明"]
    first = next(at for at, row in enumerate(guide) if row[:2] == ["列名", "代码"])
    return {row[0]: row[1] for row in guide[first + 1 :]}


def write_book(file: Path, headings: Sequence[str], rows: Iterable[Sequence[str]], marks: Mapping[str, Any]) -> Path:
    """A workbook as a table program saves it: cells as text, the properties of the template kept."""
    with xlsxwriter.Workbook(file) as book:
        for name, value in marks.items():
            book.set_custom_property(name, value)
        sheet = book.add_worksheet("数据")
        for at, cells in enumerate([headings, *rows]):
            for column, cell in enumerate(cells):
                sheet.write_string(at, column, cell)
    return file


def fill(template: Path, file: Path, rows: Sequence[Row]) -> Path:
    """The downloaded template with rows in it."""
    codes = codes_of(template)
    headings = sheets(template)["数据"][0]
    version = int(template.stem.split("-")[1])
    cells = [[row.get(codes[heading], "") for heading in headings] for row in rows]
    return write_book(file, headings, cells, {"template_id": "XZCF", "catalog_version": version})


def upload(officer: Walk, file: Path, *, kind: str = "报送新信息", wait: bool = True) -> str:
    """Hand in a file and wait for the outcome; the address of its page."""
    officer.go("/intake/")
    officer.page.get_by_label("目录条目").select_option("XZCF")
    officer.page.get_by_label(kind).check()
    officer.page.locator("input[type=file]").set_input_files(file)
    officer.press("上传并校验")
    return outcome(officer) if wait else officer.page.url


def link(officer: Walk, text: str) -> Locator:
    """A link of the item among the templates."""
    return officer.page.locator("li.look", has_text=TEMPLATE).get_by_role("link", name=text)


def outcome(officer: Walk) -> str:
    """Wait until the file is read; the page says so by itself, this only asks more often."""
    address = officer.page.url.removeprefix(officer.url).partition("?")[0]
    officer.wait_for(address, "下载回执")
    return address


def heading(walk: Walk) -> str:
    return walk.page.locator("h1").inner_text()


def try_first(officer: Walk, file: Path, good: Row) -> None:
    """Try a file of four rows: what the platform understood of them, and nobody's name or number."""
    officer.go("/intake/?item=XZCF")
    officer.page.locator("input[type=file]").set_input_files(file)
    officer.press("先试校验，不入库")
    number = good["CF_XDR_ZJHM"]
    officer.says("前 4 行这样认出", f"{number[:4]}**********{number[-2:]}")
    officer.unfold()
    officer.says("2026-13-01", "需要改正")
    officer.says_not(number, good["CF_XDR_MC"])
    officer.check("试校验")


def test_from_the_template_to_the_receipt(city: City, walk: Open, tmp_path: Path) -> None:
    officer = walk("officer", DESKTOP, story="report-officer")
    phone = walk("officer", PHONE, story="report-phone")
    large = walk("officer", PHONE, story="report-large", large=True)
    officer.go("/intake/")
    officer.unfold()
    officer.check("报送数据")
    template = officer.download(link(officer, "下载模板"), tmp_path)
    good, late, lost = penalty(next(PEOPLE)), penalty(next(PEOPLE)), penalty(next(PEOPLE))
    wrong = late | {"CF_JDRQ": "2026-13-01", "CF_XDR_ZJHM": late["CF_XDR_ZJHM"][:-1] + "?"}
    nothing = lost | {"CF_WSH": "无"}
    file = fill(template, tmp_path / "十一月.xlsx", [good, wrong, penalty(next(PEOPLE)), nothing])
    try_first(large, file, good)

    first = upload(officer, file)
    assert heading(officer) == "2 行需要改正"
    officer.says("2\n行已入库", "2\n行需要改正", "问题汇总", "逐行列出", "第 2 行", "第 4 行", "识别为", "XLSX")
    officer.says_not(late["CF_XDR_ZJHM"], late["CF_XDR_MC"])
    for each in (officer, phone, large):
        each.go(first)
        each.check("校验结果")
    officer.picture("result")
    row_by_row(officer, large, late)
    officer.go(first)

    bad = officer.download(officer.named("下载需改正的行（Excel）"), tmp_path)
    lines = sheets(bad)["数据"]
    assert [row[0] for row in lines] == ["原行号", "2", "4"]
    assert lines[0][-1] == "行标识"
    places = {code: lines[0].index(name) for name, code in codes_of(bad).items() if name in lines[0]}
    for line, right in zip(lines[1:], (late, lost), strict=True):
        for code in ("CF_JDRQ", "CF_XDR_ZJHM", "CF_WSH"):
            line[places[code]] = right[code]
    marks = {"template_id": "XZCF", "catalog_version": int(template.stem.split("-")[1]), "kind": "report"}
    mended = write_book(tmp_path / "改正.xlsx", lines[0], lines[1:], marks)
    officer.page.locator("input[type=file]").set_input_files(mended)
    officer.press("上传改正后的文件")
    second = outcome(officer)
    assert heading(officer) == "全部 2 行已入库"
    officer.go(first)
    assert heading(officer) == "需要改正的行都已改正"
    officer.says("已改正 2 行")
    officer.check("校验结果")

    officer.go(second)
    receipt = officer.download(officer.named("下载回执"), tmp_path)
    key = city.command("receipt", "key").strip()
    verified = CliRunner().invoke(receipt_group, ["verify", str(receipt), "--key", key])
    assert verified.exit_code == 0, verified.output
    assert "共 2 行：入库 2" in verified.output
    receipt.write_text(receipt.read_text("utf-8").replace("accepted 2", "accepted 9"), "utf-8")
    assert CliRunner().invoke(receipt_group, ["verify", str(receipt), "--key", key]).exit_code == 1


def row_by_row(officer: Walk, large: Walk, hidden: Row) -> None:
    """Look at both refused rows in the form, from the page of their batch, and leave them as they are."""
    for each in (large, officer):
        each.press("逐行改正")
        each.check("逐行改正")
        each.press("从第一行开始")
        each.says("第 2 行有 2 列需要改正", "保存并下一条", "没有写错的，这里留空")
        each.says_not(hidden["CF_XDR_ZJHM"], hidden["CF_XDR_MC"])
        if each is officer:
            officer.picture("row")
        each.unfold()
        each.check("改正一行")
    officer.press("跳过")
    officer.says("第 4 行有 1 列需要改正")
    officer.press("跳过")
    officer.says("还有 2 行没有改正")


def test_corrected_and_withdrawn(walk: Open, tmp_path: Path) -> None:
    officer = walk("officer", DESKTOP, story="correct-officer")
    citizen = walk("citizen3", story="correct-citizen")
    row = penalty(LI, CF_NR="罚款八百元")
    upload(officer, csv_file(tmp_path, row))
    citizen.wait_for("/me/letters/", row["CF_WSH"])
    citizen.row(row["CF_WSH"])
    citizen.press("打开告知书")
    citizen.press("查看这条信息")
    citizen.says("待您确认", "罚款八百元")
    record = citizen.page.url.removeprefix(citizen.url)

    upload(officer, csv_file(tmp_path, row | {"CF_NR": "罚款五百元"}), kind="更正")
    assert heading(officer) == "全部 1 行已更正"
    officer.check("校验结果")
    citizen.wait_for(record, "拟记入")
    citizen.says("罚款五百元", "还没有生效")
    citizen.says_not("罚款八百元")
    citizen.wait_for(record, "未打开")
    citizen.check("信息详情")
    citizen.row("告知书")
    citizen.says("打开就是送达")
    citizen.press("打开告知书")
    citizen.says("罚款五百元")

    officer.go("/intake/")
    officer.unfold()
    template = officer.download(link(officer, "撤回用的模板"), tmp_path)
    upload(officer, fill(template, tmp_path / "撤回.xlsx", [row | {"CX_YY": "报送错误"}]), kind="撤回")
    assert heading(officer) == "全部 1 行已撤回"
    officer.check("校验结果")
    citizen.wait_for(record, "已撤销")
    citizen.says("不再产生任何作用", "报送错误")
    citizen.check("信息详情")
    officer.go("/intake/sent/")
    officer.says("更正", "撤回")
    officer.check("报送记录")


@pytest.mark.parametrize(
    ("size", "large"), [(DESKTOP, False), (PHONE, False), (PHONE, True)], ids=["desktop", "phone", "large"]
)
def test_whom_the_population_database_does_not_confirm_waits(
    walk: Open, tmp_path: Path, size: Size, large: bool
) -> None:
    story = f"unknown-{size['width']}{'-large' if large else ''}"
    officer = walk("officer", size, story=f"{story}-officer", large=large)
    reviewer = walk("reviewer", size, story=f"{story}-reviewer", large=large)
    nobody, other = penalty(STRANGERS.pop()), penalty(next(PEOPLE), CF_XDR_MC="王不符")
    upload(officer, csv_file(tmp_path, nobody, other))
    assert heading(officer) == "2 行等待核对"
    officer.says("人口信息库中没有这个证件号码", "经人口信息库核验，姓名与证件号码不符")
    officer.check("校验结果")
    for row, word in ((nobody, "人口信息库查无此号码"), (other, "姓名与证件号码核验不符")):
        reviewer.go("/intake/held/")
        reviewer.row(row["CF_WSH"])
        reviewer.says(word, "人口信息库核验的结果")
        reviewer.check("核证")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_another_name_under_a_known_number_is_certified(walk: Open, tmp_path: Path, size: Size) -> None:
    officer = walk("officer", size, story=f"held-officer-{size['width']}", axe=size is DESKTOP)
    reviewer = walk("reviewer", size, story=f"held-reviewer-{size['width']}")
    citizen = walk("citizen1", size, story=f"held-citizen-{size['width']}", axe=size is PHONE)
    taken, left = (penalty(Person("王桂香", WANG.id_number, WANG.born)) for _ in range(2))
    batch = upload(officer, csv_file(tmp_path, taken, left))
    assert heading(officer) == "2 行等待核对"
    officer.says("信用办正在核查，现在不需要您做什么", "第 1 行")
    officer.check("校验结果")

    reviewer.go("/intake/held/")
    reviewer.says("姓名与证件不符", taken["CF_WSH"], left["CF_WSH"])
    reviewer.says_not("王桂香", "王桂兰", WANG.id_number)
    reviewer.check("待核")
    certify(reviewer, taken["CF_WSH"], "放行，准许记入", slip=True)
    certify(reviewer, left["CF_WSH"], "不予记入")
    reviewer.says_not(taken["CF_WSH"], left["CF_WSH"])

    officer.go(batch)
    assert heading(officer) == "等待核对的行都有了结果"
    officer.says("已放行", "不予记入")
    officer.check("校验结果")
    citizen.wait_for("/me/letters/", taken["CF_WSH"])
    citizen.says_not(left["CF_WSH"])
    citizen.go("/me/traces/")
    citizen.says("报送一条信息，需要人工核对", "核对并决定一条信息能否记入")
    citizen.check("谁查看过我")


def certify(reviewer: Walk, doc_no: str, conclusion: str, *, slip: bool = False) -> None:
    """From the list to the conclusion, through the page that says what happens."""
    reviewer.go("/intake/held/")
    reviewer.row(doc_no)
    if slip:
        reviewer.says("怎样核对", doc_no)
        reviewer.check(f"核证 {doc_no}")
        with reviewer.refused(422):
            reviewer.press("核对结论")
        reviewer.says("请选择核证结论", "请填写理由")
        reviewer.check("核证，有错误")
    reviewer.page.get_by_label(conclusion).check()
    reviewer.page.get_by_label("理由").fill("与报送单位核对，决定书和户口簿一致，曾用名有证明。")
    reviewer.press("核对结论")
    reviewer.says("作出结论以后", "户口簿")
    if slip:
        reviewer.check("核对结论")
    reviewer.press(f"作出结论：{conclusion}")
    reviewer.says(f"已核证：{conclusion}")


def test_without_scripts(walk: Open, tmp_path: Path) -> None:
    officer = walk("officer", PHONE, story="report-no-scripts", scripts=False)
    right = penalty(next(PEOPLE))
    upload(officer, csv_file(tmp_path, right, penalty(next(PEOPLE), CF_JDRQ="昨天")), wait=False)
    officer.named("下载回执").wait_for(timeout=60_000)  # the page comes again by itself
    assert heading(officer) == "1 行需要改正"
    officer.check("校验结果")
    assert len(sheets(officer.download(officer.named("下载需改正的行（Excel）"), tmp_path))["数据"]) == 2
    officer.press("逐行改正")
    assert heading(officer) == "还有 1 行没有改正"
    officer.check("逐行改正")
    officer.press("从第一行开始")
    officer.says("不是有效日期", "例如 2026-11-03", "还有 1 行没有入库")
    assert officer.page.get_by_label("处罚决定日期").input_value() == "昨天"
    officer.check("改正一行")
    with officer.refused(422):
        officer.press("保存并下一条")
    officer.check("改正一行，有错误")
    officer.page.get_by_label("处罚决定日期").fill(right["CF_JDRQ"])
    officer.press("保存并下一条")
    officer.says("没有需要改正的行", "第 2 行已入库", "原文件没有改动")
    officer.check("没有需要改正的行")


def test_with_the_keyboard_alone(walk: Open, tmp_path: Path) -> None:
    officer = walk("officer", DESKTOP, story="report-keyboard")
    row = penalty(Person("陈志刚", CHEN.id_number, CHEN.born))
    file = csv_file(tmp_path, row)
    page = officer.page
    page.on("filechooser", lambda _: None)  # from now on a file dialog belongs to us
    officer.go("/intake/")
    item = page.get_by_label("目录条目")
    officer.reach(item)
    while item.input_value() != "XZCF":
        page.keyboard.press("ArrowDown")
    officer.reach(page.get_by_label("报送新信息"))
    officer.reach(page.locator("input[type=file]"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(file)
    officer.reach(page.get_by_role("button", name="上传并校验"))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    officer.named("下载回执").wait_for(timeout=60_000)  # nobody opens the page again: its own counter finds the outcome
    assert heading(officer) == "1 行等待核对"

    reviewer = walk("reviewer", DESKTOP, story="held-keyboard")
    page = reviewer.page
    reviewer.go("/intake/held/")
    reviewer.reach(page.locator("a.row", has_text=row["CF_WSH"]))
    with page.expect_navigation():
        page.keyboard.press("Enter")
    reviewer.reach(page.get_by_label("放行，准许记入"))
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    reviewer.reach(page.get_by_label("理由"))
    page.keyboard.type("报送单位确认号码抄错。")
    for button in ("核对结论", "作出结论：不予记入"):
        reviewer.reach(page.get_by_role("button", name=button))
        with page.expect_navigation():
            page.keyboard.press("Enter")
    reviewer.says("已核证：不予记入")
