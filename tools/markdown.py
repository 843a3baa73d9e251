"""The few forms of Markdown that the generated documents use."""

from __future__ import annotations

from collections.abc import Iterable

HEAD = "<!-- made by tools/make_docs.py; do not edit -->"


def codes(names: Iterable[str]) -> str:
    """Return names as code, or a dash for none."""
    return "、".join(f"`{name}`" for name in names) or "—"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table; a bar inside a cell stays a bar."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def page(parts: list[str]) -> str:
    """Return paragraphs as one page."""
    return "\n\n".join(parts) + "\n"
