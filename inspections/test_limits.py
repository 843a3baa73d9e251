"""What of the plan is limited stays limited (docs/explanation/limited.md): no score, no shaming, no basis.

Rules that refuse have their tests in their rooms. Here stands what must not exist at all.
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from inspections.test_docs_true import patterns
from tools import house, reference

SCORE = re.compile(r"score|rank|rating|评分|得分|排名")
SHAME = re.compile(r"老赖|失信人|失信者|黑名单|红名单|黑榜|红榜|曝光")
ELSEWHERE = re.compile(r"升学|毕业|录取|评优|评先|奖学金|招聘|求职|信贷|征信机构|无不良|无失信")
"""What a look-up may not be for: no law gives these a basis."""
STOPPED = ("GWY", "SYDW", "JDCJS")
"""Groups of the plan for which no statute was found: officials, public institutions, drivers."""


def words_of(path: Path) -> list[str]:
    """Lines that a person may come to read; comments and what only names things for the program aside."""
    text = path.read_text("utf-8")
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", text, flags=re.S)
    return [line for line in text.splitlines() if not line.lstrip().startswith(("#", "//", '"""'))]


def screens() -> list[Path]:
    """Templates, words of the rooms, letters."""
    kinds = ("*/templates/**/*.html", "*/words.py", "*/typst/*.typ", "notice/seed/*.toml")
    return [path for kind in kinds for path in sorted(house.SRC.glob(kind))]


def shaming(lines: list[str]) -> list[str]:
    return [line.strip() for line in lines if SHAME.search(line)]


def purposes() -> list[dict[str, Any]]:
    files = sorted((house.SRC / "people" / "seed").glob("permissions*.toml"))
    return [row for file in files for row in tomllib.loads(file.read_text("utf-8")).get("purpose", ())]


def groups() -> dict[str, dict[str, Any]]:
    text = (house.SRC / "catalog" / "seed" / "groups.toml").read_text("utf-8")
    return {row["code"]: row for row in tomllib.loads(text)["group"]}


def test_nothing_stored_is_a_score() -> None:
    scores = [
        f"{table.name}.{field.name}"
        for table in house.tables().values()
        for field in table.fields
        if SCORE.search(field.name + field.why)
    ]
    assert scores == []


def test_no_screen_shames_a_person() -> None:
    assert {path.name: found for path in screens() if (found := shaming(words_of(path)))} == {}
    assert len(screens()) > 50


def test_nobody_is_asked_about_for_school_work_or_credit() -> None:
    """Neither is there a purpose of telling who has no record."""
    assert [row["code"] for row in purposes() if ELSEWHERE.search(row["name"] + row["basis"])] == []
    assert purposes() != []


def test_no_page_finds_people_by_name_or_lists_them() -> None:
    open_parts = {part for pattern in patterns() for part in pattern}
    assert open_parts & {"search", "list", "ranking", "blacklist", "redlist", "exposure"} == set()
    assert "lookup" in open_parts


def test_groups_without_a_statute_are_stopped_and_say_why() -> None:
    for code in STOPPED:
        group = groups()[code]
        assert (group["item"], group["basis"]) == ("", "")
        assert group["reason"].startswith("停用：没有查到")


def test_every_group_has_a_basis_or_stands_still() -> None:
    for group in groups().values():
        assert bool(group["item"]) == bool(group["basis"]), group["name"]


def test_natural_persons_are_never_published() -> None:
    assert {item["item"]["disclosure"] for item in reference.items()} <= {"authorized_query", "internal", "gov_share"}


def test_no_item_takes_duties_students_or_volunteering() -> None:
    named = [item["item"]["name"] + field["name"] for item in reference.items() for field in item["field"]]
    assert [name for name in named if re.search(r"履职|考核结果|学生|学籍|志愿服务|献血", name)] == []


def test_inspections_find_what_must_not_be() -> None:
    assert shaming(["<p>列入黑名单</p>", "<p>最高人民法院失信被执行人</p>"]) == ["<p>列入黑名单</p>"]
    assert SCORE.search("credit_score")
    assert ELSEWHERE.search("高校录取参考")
