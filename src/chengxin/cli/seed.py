"""Internal: fill a fresh demo installation (演示数据)."""

from __future__ import annotations

import json
import os

import click


@click.command(hidden=True)
@click.option("--size", type=click.IntRange(3, 100_000), default=60)
def seed_command(size: int) -> None:
    """Fill the installation named by CHENGXIN_HOME and print its sign-ins as JSON."""
    from chengxin.operate.home import Home
    from chengxin.operate.seed import seed

    click.echo(json.dumps({"accounts": seed(Home.at(os.environ["CHENGXIN_HOME"]), size=size)}, ensure_ascii=False))
