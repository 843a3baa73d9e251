"""How every command speaks: JSON for scripts, three-line errors for people. Imports nothing heavy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import IO, Any
from unicodedata import east_asian_width

import click

from chengxin.kernel.words import three_lines


class Failure(click.ClickException):
    """An anticipated failure (可预料的失败): three lines to stderr and exit code 2."""

    exit_code = 2

    def __init__(self, error: str, *, cause: str, remedy: str) -> None:
        super().__init__(three_lines(error, cause, remedy))

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the three lines without click's English prefix."""
        click.echo(self.message, file=file, err=file is None)


def echo_json(value: object) -> None:
    """Print one JSON document, UTF-8 whatever the locale.

    Bytes of the command line that were no UTF-8 come in as lone surrogates and leave as JSON escapes.
    """
    click.echo(json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Rows under headings in columns (表格); a Chinese character takes two places."""
    widths = [max(_width(line[at]) for line in (heads, *lines)) for at in range(len(heads))]
    whole = [heads, ["-" * width for width in widths], *lines]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in whole
    )


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
