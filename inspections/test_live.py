"""Live parts of pages (局部刷新): few, listed, without a script of their own; scripts of others are as published."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from tools import house

LIVE = {"intake/batch.html", "portal/jobs.html", "portal/status.html"}
"""Templates that may carry htmx attributes: counters that move while somebody waits."""
ALLOWED = {"hx-get", "hx-trigger", "hx-swap"}
"""What they may say: ask an address of our own again, and put the answer in. Nothing that runs a script."""
ATTRIBUTE = re.compile(r"\b(?:data-)?hx-[\w:.-]+")
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|javascript:", re.I)
VENDOR = house.SRC / "portal" / "static" / "portal" / "vendor"


def name_of(path: Path) -> str:
    return str(path.relative_to(path.parents[len(path.relative_to(house.SRC).parts) - 3]))


def wrong(name: str, text: str) -> list[str]:
    """What a template says that it may not."""
    said = set(ATTRIBUTE.findall(text))
    return [*sorted(said - ALLOWED if name in LIVE else said), *INLINE.findall(text)]


def test_only_listed_templates_are_live_and_none_has_a_script_inside() -> None:
    pages = {name_of(path): path.read_text("utf-8") for path in sorted(house.SRC.glob("*/templates/**/*.html"))}
    assert {name: found for name, text in pages.items() if (found := wrong(name, text))} == {}
    assert {name for name in LIVE if not ATTRIBUTE.search(pages[name])} == set(), "no longer live: take it off the list"
    quiet = [name for name in sorted(LIVE) if "portal/part/live_head.html" not in pages[name]]
    assert quiet == [], "without scripts the page has to come again by itself"


def test_inspection_finds_what_may_not_stand_in_a_page() -> None:
    assert wrong("portal/home.html", '<div hx-get="/x">') == ["hx-get"]
    assert wrong("portal/home.html", '<div data-hx-get="/x">') == ["data-hx-get"]
    assert wrong("portal/jobs.html", '<div hx-get="/x" hx-on:click="x()">') == ["hx-on:click"]
    assert wrong("portal/jobs.html", '<a href="/" onclick="x()">') == [" onclick="]
    assert wrong("portal/jobs.html", "<script>x()</script>")
    assert wrong("portal/jobs.html", '<p style="color: red">')
    assert not wrong("portal/jobs.html", '<script src="/x.js" defer></script><p class="on" data-style="x">')


def differing(folder: Path, said: str) -> list[str]:
    """Files that are not as the page beside them says, and those it does not name."""
    sums = dict(re.findall(r"^\| `([^`]+)` \|.*?`([0-9a-f]{64})`", said, re.M))
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.glob("*.js"))}
    return sorted(name for name in files.keys() | sums.keys() if files.get(name) != sums.get(name))


def test_scripts_of_others_are_as_published() -> None:
    said = (VENDOR / "README.md").read_text("utf-8")
    assert differing(VENDOR, said) == [], "take the published file, and name it with its sum and licence"
    licences = re.findall(r"`([\w.-]+\.LICENSE\.txt)`", said)
    assert licences
    assert all((VENDOR / name).read_text("utf-8").strip() for name in licences)


def test_inspection_finds_a_changed_script(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("x")
    assert differing(tmp_path, "| `a.js` | npm | `" + "0" * 64 + "` | 0BSD |") == ["a.js"]
    assert differing(tmp_path, "") == ["a.js"]
