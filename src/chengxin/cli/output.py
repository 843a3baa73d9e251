"""How every command speaks: JSON for scripts, three-line errors for people. Imports nothing heavy."""

from __future__ import annotations

import json
from typing import IO, Any

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
