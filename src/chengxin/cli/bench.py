"""``chengxin bench``: the product against the limit of this machine, in one run. Reference: docs/performance.md."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from chengxin.cli.output import Failure, echo_json

_ROOT = Path(__file__).resolve().parents[3]


@click.group("bench")
def bench_group() -> None:
    """与极限对比的测量：在同一台机器、同一次运行中，产品除以极限。退出码总是0。"""


def _options(persons: int, meaning: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def add(command: Callable[..., None]) -> Callable[..., None]:
        for option in (
            click.option("--json", "as_json", is_flag=True, help="输出JSON"),
            click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="交替测量的次数"),
            click.option("--rows", type=click.IntRange(100), default=persons, show_default=True, help=meaning),
        ):
            command = option(command)
        return command

    return add


@bench_group.command("lookup")
@_options(100_000, "自然人数，每人3条记录")
@click.option("--seconds", type=click.FloatRange(1), default=10.0, show_default=True, help="每次测量的秒数")
def lookup_command(*, rows: int, seconds: float, runs: int, as_json: bool) -> None:
    """登记查询（业务系统接口）÷ pgbench直接执行同样的语句，64个客户端。"""
    told = _module("lookup").measure(rows=rows, seconds=seconds, runs=runs)
    if as_json:
        echo_json(told)
        return
    click.echo(f"登记查询是极限的 {_spread(told)}。")
    click.echo(f"每秒 {told['product_per_second']:.0f} 次，极限每秒 {told['limit_per_second']:.0f} 次。")
    click.echo(f"等待时间：中位数 {told['p50_ms']} 毫秒，p99 {told['p99_ms']} 毫秒。")
    click.echo(f"每次用处理器 {told['cpu_us']} 微秒，其中数据库 {told['cpu_us_database']} 微秒。")


@bench_group.command("guards")
@_options(100_000, "每次写入的行数")
def guards_command(*, rows: int, runs: int, as_json: bool) -> None:
    """保护函数（写入、步骤、读取）÷ 在不受保护的表上执行同样的语句。"""
    told = _module("guards").measure(rows=rows, runs=runs)
    if as_json:
        echo_json(told)
        return
    for part, word in (("admit", "写入"), ("step", "步骤"), ("read", "读取")):
        click.echo(f"{word}是极限的 {_spread(told[part])}。")


@bench_group.command("intake")
@_options(1_000_000, "文件的行数")
@click.option("--population", is_flag=True, help="每个人向演示用人口信息库（另一个程序，HTTP）核验；不写时不核验")
@click.option("--xlsx", is_flag=True, help="读 Excel 文件，极限是只读不导入；建议 --rows 100000")
def intake_command(*, rows: int, runs: int, xlsx: bool, population: bool, as_json: bool) -> None:
    """从文件到入库（校验、加密、登记、回执、错误表）÷ 把同样的行直接 COPY 进同样的表。"""
    told = _module("intake").measure(rows=rows, runs=runs, xlsx=xlsx, population=population)
    if as_json:
        echo_json(told)
        return
    click.echo(f"导入是极限的 {_spread(told)}。")
    click.echo(f"每秒入库 {told['rows_per_second']:,} 行，极限每秒 {told['limit_per_second']:,} 行。")
    click.echo(f"内存最多 {told['peak_memory_mb']} MB，文件 {told['file_mb']} MB，暂存 {told['staging_mb']} MB。")


@bench_group.command("log")
@_options(100_000, "积压的登记行数")
@click.option("--seconds", type=click.FloatRange(3), default=20.0, show_default=True, help="每秒1000行的秒数")
@click.option("--leaves", type=click.IntRange(1000), default=1_000_000, show_default=True, help="生成证明的日志条数")
def log_command(*, rows: int, runs: int, seconds: float, leaves: int, as_json: bool) -> None:
    """排序程序（有人同时写入）÷ 在同一个进程里只计算同样叶子的哈希。"""
    told = _module("log").measure(rows=rows, seconds=seconds, runs=runs, leaves=leaves)
    if as_json:
        echo_json(told)
        return
    click.echo(f"排序程序是极限的 {_spread(told)}；没有人写入时 {told['ratio_idle']:.2f} 倍。")
    click.echo(f"每秒 {told['busy_per_second']:,} 行，空闲时 {told['idle_per_second']:,} 行。")
    click.echo(f"登记到检查点：中位数 {told['wait_p50_s']} 秒，p99 {told['wait_p99_s']} 秒。")
    click.echo(
        f"证明 p99 {told['proof_p99_ms']} 毫秒；每行 {told['bytes_per_line']} 字节，其中日志 {told['bytes_of_log']}。"
    )


@bench_group.command("pages")
@click.option("--json", "as_json", is_flag=True, help="输出JSON")
@click.option("--runs", type=click.IntRange(1), default=5, show_default=True, help="每个网页打开的次数")
@click.option("--persons", type=click.IntRange(200), default=5_000, show_default=True, help="演示城市的人数")
@click.option("--keep", type=click.Path(path_type=Path, exists=True), help="正在运行的演示的目录；不写时另建一座城市")
def pages_command(*, persons: int, runs: int, keep: Path | None, as_json: bool) -> None:
    """每个角色的每种网页：服务器用时和数据库语句数，不含网络和浏览器。"""
    told = _module("pages").measure(persons=persons, runs=runs, keep=keep)
    if as_json:
        echo_json(told)
        return
    click.echo(f"打开 {told['opened']} 次：p50 {told['p50_ms']} 毫秒，p95 {told['p95_ms']} 毫秒。")
    for one in told["pages"][:20]:
        click.echo(f"{one['p95_ms']:8.1f} 毫秒 {one['statements']:4} 条语句  {one['login']} {one['page']}")


def _spread(told: dict[str, Any]) -> str:
    return f"{told['ratio']:.2f} 倍（{told['min']:.2f} 至 {told['max']:.2f}，{told['runs']} 次）"


def _module(name: str) -> Any:
    """A measurement of the source tree; an installed package has none."""
    if not (_ROOT / "bench" / f"{name}.py").exists():
        raise Failure(
            "这里没有测量程序",
            cause="测量程序只在源代码目录中，不随安装包发布",
            remedy="请在源代码目录运行 ./chengxin bench",
        )
    sys.path.insert(0, str(_ROOT))
    return importlib.import_module(f"bench.{name}")
