"""Documents that are made from the source are what the source says now."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import house, make_docs


def test_generated_documents_are_fresh() -> None:
    assert make_docs.stale() == [], "run: python tools/make_docs.py"


def test_inspection_finds_a_stale_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(make_docs.DOCUMENTS, "docs/rules.md", lambda: "other")
    assert make_docs.stale() == ["docs/rules.md"]


def test_the_tool_runs_from_a_fresh_shell() -> None:
    done = subprocess.run(
        [sys.executable, house.ROOT / "tools" / "make_docs.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_room_has_a_page_about_itself() -> None:
    missing = [
        room
        for room in house.rooms()
        if room not in {"cli", "config"} and not (house.SRC / room / "README.md").exists()
    ]
    assert missing == [], "write README.md: what, which law, what comes in, what goes out"


def broken_links(page: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text("utf-8"))
    return [target for target in targets if not (page.parent / target).exists()]


def test_links_lead_somewhere() -> None:
    pages = [
        *house.ROOT.glob("*.md"),
        *house.ROOT.glob("docs/**/*.md"),
        *house.SRC.rglob("README.md"),
        *house.ROOT.glob("inspections/*.md"),
        *house.ROOT.glob("tools/*.md"),
    ]
    assert {str(page.relative_to(house.ROOT)): found for page in pages if (found := broken_links(page))} == {}
