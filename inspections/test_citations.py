"""What code and documents cite stands in the repository: legal notes by number, nothing outside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAW = ROOT / "docs" / "explanation" / "law.md"
PLACES = ("src", "docs", "inspections", "journeys", "tools", "bench")
ENDINGS = {".py", ".sql", ".toml", ".md", ".html"}

_CITED = re.compile(r"\blaw(?:\.md)? (\d+(?:\.\d+)?(?:(?:、|, )\d+(?:\.\d+)?)*)(?![\d.]*\d)", re.IGNORECASE)
_OUTSIDE = re.compile(
    r"\b(?:house|foundation|requirements|experience|scale|stack|trust)(?:\.md| (?:rules?\b|(?!R0\.)[A-Z]?\d))", re.I
)


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the repository but this one, by its path."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix in ENDINGS and path != Path(__file__):
                yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def numbers(page: str) -> set[str]:
    """Numbers of the notes in the page of legal notes."""
    return set(re.findall(r"^\| (\d+(?:\.\d+)?) \|", page, re.MULTILINE))


def unknown(text: str, known: Iterable[str]) -> list[str]:
    """Numbers of legal notes that a text cites and the page does not have."""
    cited = {number for found in _CITED.findall(text) for number in re.split("、|, ", found)}
    return sorted(cited - set(known))


def outside(text: str) -> list[str]:
    """Citations of papers that are not in the repository."""
    return _OUTSIDE.findall(text)


def test_legal_notes_that_are_cited_exist() -> None:
    known = numbers(LAW.read_text("utf-8"))
    assert {path: missing for path, text in texts() if (missing := unknown(text, known))} == {}


def test_nothing_outside_the_repository_is_cited() -> None:
    assert {path: found for path, text in texts() if (found := outside(text))} == {}


def test_the_inspection_sees_what_it_looks_for() -> None:
    assert unknown("R0.3；law 11.7、11.11 and law.md 4.1, 4.3", ["11.7", "4.1"]) == ["11.11", "4.3"]
    assert outside("as house 4 and foundation rule 6 ask; requirements I2") != []
    assert outside("a house with 4 rooms; the requirements of the law") == []
