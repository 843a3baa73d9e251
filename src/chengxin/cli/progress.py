"""Progress of long work: a bar with the time left on a terminal, a line every five seconds elsewhere."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

_EVERY = 5.0


_PART = re.compile(r"第 (\d+) 周，共 (\d+) 周")
_WIDTH = 10


class Steps:
    """What is being done just now (正在做什么): one line written over on a terminal, a line a step elsewhere.

    A step that says which part of how many it is gets a bar before it.
    """

    def __init__(self) -> None:
        self._over = sys.stderr.isatty()

    def __call__(self, text: str) -> None:
        part = _PART.search(text)
        if part and self._over:
            done, whole = (int(one) for one in part.groups())
            full = _WIDTH * done // whole
            text = f"[{'#' * full}{'.' * (_WIDTH - full)}] {100 * done // whole:3} %  {text}"
        click.echo(f"\r\x1b[K{text}" if self._over else text, err=True, nl=not self._over)

    def done(self) -> None:
        """Leave nothing of the last step on a terminal."""
        if self._over:
            click.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def progress(label: str, unit: str = "行") -> Iterator[Callable[[int, int], None]]:
    """Yields what is to be called with (done, all)."""
    if sys.stderr.isatty():
        with _bar(label) as show:
            yield show
    else:
        yield _lines(label, unit)


@contextmanager
def _bar(label: str) -> Iterator[Callable[[int, int], None]]:
    with click.progressbar(length=1, label=label, file=sys.stderr, show_pos=True) as bar:

        def show(done: int, whole: int) -> None:
            bar.length = max(whole, 1)
            bar.update(done - bar.pos)

        yield show


def _lines(label: str, unit: str) -> Callable[[int, int], None]:
    began = told = time.monotonic()

    def show(done: int, whole: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _EVERY:
            told = now
            rate = done / (now - began)
            left = (whole - done) / rate if rate else 0
            click.echo(f"{label} {done:,} / {whole:,} {unit}，每秒 {rate:,.0f} {unit}，约剩 {left:,.0f} 秒", err=True)

    return show
