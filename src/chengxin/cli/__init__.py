"""The operator's command line (命令行). Commands load late, so ``chengxin --help`` stays fast."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

import chengxin
from chengxin.cli.usage import wrong_call

COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("chengxin.cli.demo:demo_command", "一条命令运行整个演示城市"),
    "up": ("chengxin.cli.up:up_command", "正式运行一个安装"),
    "appoint": ("chengxin.cli.up:appoint_command", "正式安装的第一批管理人员"),
    "test": ("chengxin.cli.test:test_command", "安装测试所需并运行全部测试"),
    "import": ("chengxin.cli.intake:import_command", "把部门文件导入平台"),
    "check": ("chengxin.cli.check:check_command", "校验文件，不需要服务器"),
    "receipt": ("chengxin.cli.receipt:receipt_group", "核验报送回执，显示平台公钥"),
    "watch": ("chengxin.cli.watch:watch_command", "监视目录，自动报送放入的文件"),
    "incident": ("chengxin.cli.incident:incident_group", "信息安全事件：登记册、证据导出和核验"),
    "id": ("chengxin.cli.identity:id_command", "检查公民身份号码等证件号码"),
    "uscc": ("chengxin.cli.identity:uscc_command", "检查统一社会信用代码"),
    "calendar": ("chengxin.cli.calendar:calendar_group", "工作日日历"),
    "where": ("chengxin.cli.where:where_command", "规则、词语、事项或数据库对象在哪里"),
    "doctor": ("chengxin.cli.doctor:doctor_command", "检查运行环境，说明原因和办法"),
    "user": ("chengxin.cli.user:user_group", "工作人员的账号和职责，由三员管理"),
    "keys": ("chengxin.cli.keys:keys_group", "身份保险库的密钥：状态、轮换、销毁"),
    "backup": ("chengxin.cli.backup:backup_command", "备份数据库"),
    "backup-asked": ("chengxin.cli.backup:backup_asked_command", "做页面上请求的备份"),
    "backup-keys": ("chengxin.cli.backup:backup_keys_command", "加密备份密钥，与数据分开"),
    "verify": ("chengxin.cli.backup:verify_command", "演练恢复一份备份"),
    "restore": ("chengxin.cli.backup:restore_command", "从备份建立新的数据目录"),
    "log": ("chengxin.cli.log:log_group", "存证日志：状态、导出、审计、核验"),
    "witness": ("chengxin.cli.witness:witness_command", "为别的机构的存证日志作见证"),
    "db": ("chengxin.cli.db:db_group", "数据库连接"),
    "population-sandbox": ("chengxin.cli.population:sandbox_command", "演示用人口信息库（市人口信息库的替身）"),
    "identity-sandbox": (
        "chengxin.cli.identity_sandbox:identity_sandbox_command",
        "演示身份服务（市民身份认证的替身）",
    ),
    "clock": ("chengxin.cli.clock:clock_command", "演示城市的测试时钟"),
    "bench": ("chengxin.cli.bench:bench_group", "与极限对比的测量"),
    "seed": ("chengxin.cli.seed:seed_command", ""),
    "found": ("chengxin.cli.up:found_command", ""),
    "worker": ("chengxin.cli.worker:worker_command", ""),
    "sequencer": ("chengxin.cli.witness:sequencer_command", ""),
}
"""Name -> (where the command lives, one-line help). An empty help hides an internal command."""


class LazyGroup(click.Group):
    """A click group that imports a command only when it runs."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run; a wrong call ends in three Chinese lines and exit code 2, as every anticipated failure does."""
        run: Any = super().main
        if not kwargs.pop("standalone_mode", True):
            return run(*args, standalone_mode=False, **kwargs)
        try:
            sys.exit(run(*args, standalone_mode=False, **kwargs) or 0)
        except click.UsageError as error:
            # Nothing written at all is no mistake: it is answered with the help.
            said = error if isinstance(error, click.exceptions.NoArgsIsHelpError) else wrong_call(error)
            said.show()
            sys.exit(said.exit_code)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:
            sys.exit(130)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return [name for name, (_, text) in COMMANDS.items() if text]

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, attribute = COMMANDS[cmd_name][0].split(":")
        command = getattr(importlib.import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("命令"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items() if text])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(chengxin.__version__, prog_name="chengxin")
def main() -> None:
    """诚信：一个城市的个人公共信用信息平台。"""
