"""Articles that the seed cites: read in a published text, or marked as still to be checked (待核对)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from chengxin.catalog.tests.samples import ITEMS, codes, definition


def table(name: str) -> dict[str, Any]:
    return tomllib.loads((ITEMS.parent / f"{name}.toml").read_text("utf-8"))


def confirmed() -> dict[str, set[str]]:
    """Articles that were read in a published text, by law: what docs/explanation/law.md lists."""
    page = (Path(__file__).parents[4] / "docs" / "explanation" / "law.md").read_text("utf-8")
    listed = page.split("## 目录引用的条文")[1].splitlines()
    cells = [line.strip("| ").split(" | ") for line in listed if "第" in line and line.startswith("|")]
    return {law: set(articles.split("、")) for law, articles in cells}


def test_an_article_that_nobody_read_says_so() -> None:
    known = confirmed()
    cited = [(row["title"], row) for row in table("laws")["law"]]
    cited += [(row["law"], row) for code in codes() for row in definition(code)["basis"]]
    for law, row in cited:
        unread = set(filter(None, row["article"].split("、"))) - known.get(law, set())
        assert not unread or "待核对" in row.get("note", ""), (law, unread)
    for row in table("groups")["group"]:
        law, found, article = row["basis"].partition("第")
        assert found + article in known.get(law, {""}) or "待核对" in row["reason"], row["name"]
