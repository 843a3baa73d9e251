"""docs/README.md: the documents by their four kinds, made from the pages themselves, so that no page is left out."""

from __future__ import annotations

import re
from pathlib import Path

from tools import house
from tools.markdown import HEAD, page, table

KINDS = (
    ("tutorial", "教程", "跟着做一遍，认识这座城市"),
    ("how-to", "操作指南", "您的角色要办的事"),
    ("explanation", "说明", "为什么这样"),
    ("reference", "参考", "逐项查对；多数由程序生成"),
)
"""Folder, name, what for."""
DOCS = house.ROOT / "docs"


def contents() -> str:
    """The index."""
    parts = [
        "# 文档",
        HEAD,
        "先看[教程](tutorial/first-ten-minutes.md)。词语对照在[词汇](glossary.md)，全部规则在[规则](rules.md)，"
        "每个决定的理由在[决定记录](adr/README.md)，测量在[性能](performance.md)。"
        "`./chengxin where 编号或词语` 从命令行回答“它在哪里”。\n\n"
        "The documents by kind, each with its English twin where it has one; *English*: in English only.",
    ]
    for folder, name, purpose in KINDS:
        rows = (_row(folder, *twins) for twins in pages(folder))
        parts += [f"## {name}", purpose + "。", table(("页面", "英文"), rows)]
    pictures = [path.name for path in sorted((DOCS / "pictures").glob("*.svg"))]
    parts += ["## 图", "由程序画出，源代码变了就要重画。"]
    parts += [f"![{title(DOCS / 'pictures' / name)}](pictures/{name})" for name in pictures]
    return page(parts)


def _row(folder: str, page: Path, *others: Path) -> tuple[str, str]:
    english = "".join(f"[English]({folder}/{one.name})" for one in others)
    return f"[{title(page)}]({folder}/{page.name})", english or ("—" if language(page) == "中文" else "English")


def pages(folder: str) -> list[list[Path]]:
    """Return the pages of a folder, each Chinese one with its English twin: texts first, then files for machines."""
    found: dict[tuple[str, str], list[Path]] = {}
    for path in (DOCS / folder).iterdir():
        if path.suffix in {".md", ".json"}:
            found.setdefault((path.suffix, path.name.partition(".")[0]), []).append(path)
    return [
        sorted(found[key], key=language, reverse=True)
        for key in sorted(found, key=lambda key: (key[0] != ".md", key[1]))
    ]


def title(path: Path) -> str:
    """Return what a page calls itself."""
    text = path.read_text("utf-8")
    form = {".md": r"^# (.+)$", ".svg": r"<title[^>]*>([^<]+)<", ".json": r'"title": "([^"]+)"'}[path.suffix]
    found = re.search(form, text, re.M)
    if found is None:
        raise ValueError(f"{path.name} has no title")
    return found[1]


def language(path: Path) -> str:
    """Return the language most of a page is written in; a Chinese word takes two characters, an English one six."""
    text = re.sub(r"`[^`]*`", "", path.read_text("utf-8"))
    chinese = len(re.findall(r"[\u4e00-\u9fff]", text))
    return "中文" if chinese * 3 > len(re.findall(r"[A-Za-z]", text)) else "English"
