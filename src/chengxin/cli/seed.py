"""Internal: fill a fresh demo installation (演示数据)."""

from __future__ import annotations

import json
import os

import click


@click.command(hidden=True)
@click.option("--size", type=click.IntRange(3, 100_000), default=5_000)
def seed_command(size: int) -> None:
    """Fill the installation named by CHENGXIN_HOME; a line for each step, and the sign-ins as JSON in the last one."""
    from chengxin.operate.home import Home
    from chengxin.operate.seed import seed

    made = seed(Home.at(os.environ["CHENGXIN_HOME"]), size=size, note=lambda text: print(text, flush=True))
    click.echo(json.dumps({"accounts": made}, ensure_ascii=False))
