"""``chengxin backup``, ``backup-keys``, ``verify``, ``restore``: copies, and the proof that they work (备份与恢复)."""

from __future__ import annotations

import signal
from datetime import date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json
from chengxin.cli.progress import progress

if TYPE_CHECKING:
    from chengxin.ledger.privilege import OperateError
    from chengxin.operate.home import Home
    from chengxin.operate.keysafe import Head
    from chengxin.operate.manifest import Manifest
    from chengxin.operate.restore import Shown

KEEP = click.option("--keep", type=click.Path(path_type=Path), help="数据目录；只有一个演示在运行时可以省略。")
PASSPHRASE = click.option(
    "--passphrase-file", type=click.Path(path_type=Path), help="口令文件，只读第一行；不写时在终端询问。"
)
JSON = click.option("--json", "as_json", is_flag=True, help="输出 JSON。")


class Unsound(Failure):
    """The backup is bad: exit code 1, to be told from a wrong call."""

    exit_code = 1


class BackupCommand(OperatorCommand):
    """A command that ends with 1 where a backup is bad, and cleans up when it is told to stop."""

    def invoke(self, ctx: click.Context) -> Any:
        earlier = {number: signal.signal(number, _told) for number in (signal.SIGTERM, signal.SIGHUP)}
        try:
            return super().invoke(ctx)
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)

    def failure(self, error: OperateError) -> Failure:
        from chengxin.operate.manifest import Damaged

        if not isinstance(error, Damaged):
            return super().failure(error)
        if click.get_current_context().params.get("as_json"):
            echo_json({"ok": False, "error": error.what, "cause": error.cause, "remedy": error.remedy})
        return Unsound(error.what, cause=error.cause, remedy=error.remedy)


def _told(_number: int, _frame: FrameType | None) -> None:
    raise click.Abort


@click.command("backup", cls=BackupCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@KEEP
@click.option("--keys", type=click.Path(path_type=Path), help="同时把密钥备份到这个目录；不能与 FOLDER 在同一处。")
@PASSPHRASE
@JSON
def backup_command(
    *, folder: Path, keep: Path | None, keys: Path | None, passphrase_file: Path | None, as_json: bool
) -> None:
    """把数据库备份到 FOLDER 下的一个新文件夹。平台运行时和停止时都可以备份。

    备份里没有密钥和口令，单独一份打不开任何人的身份；密钥用 --keys 或 chengxin backup-keys 另行备份。写完才改成正式的
    名字，从不覆盖已有的备份。备份之后请用 chengxin verify 演练恢复。
    """
    from chengxin.operate.backup import back_up, older
    from chengxin.operate.keysafe import ensure_apart
    from chengxin.operate.limits import limits
    from chengxin.operate.running import home_of

    home = home_of(keep)
    passphrase = ""
    if keys is not None:
        ensure_apart(home, keys, data=folder)  # before anything is written
        passphrase = _passphrase(passphrase_file, new=True)
    with progress("已备份", "字节") as show:
        made, manifest = back_up(home, folder, progress=show)
    old = [str(one) for one in older(made.parent, _today() - timedelta(days=limits(_today()).data_days))]
    facts = {"ok": True, "backup": str(made), **_facts(manifest), "may_be_removed": old}
    lines = [f"备份完成：{made}", _summary(manifest)]
    if old:
        lines.append(f"超过 {limits(_today()).data_days} 天、可以删除的备份 {len(old)} 份：{'、'.join(old)}")
    if keys is not None:
        sealed, head, gone = _keys(home, keys, passphrase, data=folder)
        facts |= {"keys": str(sealed), "keys_last_day": head.last.isoformat(), "keys_destroyed": gone}
        lines += _said_of_keys(sealed, head, gone)
    _answer(facts, lines, as_json=as_json)


@click.command("backup-asked", cls=BackupCommand)
@KEEP
def backup_asked_command(*, keep: Path | None) -> None:
    """有人在“运行状态”页请求了备份时，备份到上一次备份所在的目录；没有人请求时什么也不做。

    平台由 systemd 启动时写不到备份目录，由定时器每分钟执行本命令。结果写在页面上。
    """
    from chengxin.operate.asked import make_asked
    from chengxin.operate.running import home_of

    click.echo("请求的备份已经办理，结果见“运行状态”页。" if make_asked(home_of(keep)) else "没有等待的备份请求。")


@click.command("backup-keys", cls=BackupCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@KEEP
@PASSPHRASE
@JSON
def backup_keys_command(*, folder: Path, keep: Path | None, passphrase_file: Path | None, as_json: bool) -> None:
    """把密钥和口令加密备份到 FOLDER。请放在与数据备份不同的设备上。

    密钥备份有最后一天，过期的由本命令销毁：之后被销毁的人不能因为旧密钥重新可见。
    """
    from chengxin.operate.running import home_of

    home = home_of(keep)
    sealed, head, gone = _keys(home, folder, _passphrase(passphrase_file, new=True), data=None)
    facts = {"ok": True, "keys": str(sealed), "keys_last_day": head.last.isoformat(), "keys_destroyed": gone}
    _answer(facts, _said_of_keys(sealed, head, gone), as_json=as_json)


@click.command("verify", cls=BackupCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@KEEP
@click.option("--scratch", type=click.Path(path_type=Path), help="展开备份的临时目录；不写时用系统的临时目录。")
@click.option("--keys", type=click.Path(path_type=Path), help="同时核对这份密钥备份能否打开、是否与现用的密钥一致。")
@PASSPHRASE
@JSON
def verify_command(
    *,
    folder: Path,
    keep: Path | None,
    scratch: Path | None,
    keys: Path | None,
    passphrase_file: Path | None,
    as_json: bool,
) -> None:
    """演练恢复：把备份恢复到临时目录，启动，与清单比较，再删除。FOLDER 是一份备份，或备份所在的目录（用最新的一份）。

    比较每个文件的 SHA-256、每张表的行数、登记簿的最后一行、角色、权限、保护函数和约束。通过返回 0，备份不可用返回 1，
    做不了返回 2。通过的结果签名后记在数据目录里，doctor 据此判断。
    """
    from chengxin.operate.backup import chosen
    from chengxin.operate.keysafe import ensure_current, open_keys
    from chengxin.operate.restore import verify
    from chengxin.operate.running import home_of

    home, backup = home_of(keep), chosen(folder)
    if keys is not None:
        opened = open_keys(keys, _passphrase(passphrase_file, new=False), today=_today())
        ensure_current(home, opened)
    with progress("已核对", "字节") as show:
        shown = verify(home, backup, scratch=scratch, progress=show)
    lines = [f"恢复演练通过：{backup}", *_said_of_copy(shown), "临时的副本已经删除。"]
    if keys is not None:
        lines.append("密钥备份能打开，与现用的密钥一致。")
    facts = {"ok": True, "backup": str(backup), **_shown(shown), "keys_checked": keys is not None}
    _answer(facts, lines, as_json=as_json)


@click.command("restore", cls=BackupCommand)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--keep", required=True, type=click.Path(path_type=Path), help="新的数据目录：空的，或不存在。")
@click.option("--keys", required=True, type=click.Path(path_type=Path), help="同一安装的密钥备份（文件）。")
@PASSPHRASE
@JSON
def restore_command(*, folder: Path, keep: Path, keys: Path, passphrase_file: Path | None, as_json: bool) -> None:
    """从备份 FOLDER 和密钥备份建立一个新的数据目录，从不覆盖。FOLDER 也可以是备份所在的目录（用最新的一份）。

    恢复后所有登录失效，登记日志进入新的代次。正式环境恢复后是关闭的，条件重新满足才开放。
    """
    from chengxin.operate.backup import chosen
    from chengxin.operate.keysafe import open_keys
    from chengxin.operate.restore import restore

    backup = chosen(folder)
    opened = open_keys(keys, _passphrase(passphrase_file, new=False), today=_today())
    with progress("已核对", "字节") as show:
        home, shown = restore(backup, keep, opened, progress=show)
    command = "demo" if home.mode == "demo" else "up"
    lines = [
        f"恢复完成：{home.path}",
        *_said_of_copy(shown),
        f"备份时间（{_moment(shown.finished)}）之后的变化不在其中：停用的账号、撤回的授权、更正和销毁，都要重新办理。",
        f"启动：chengxin {command} --keep {home.path}",
    ]
    _answer({"ok": True, "backup": str(backup), "keep": str(home.path), **_shown(shown)}, lines, as_json=as_json)


def _keys(home: Home, folder: Path, passphrase: str, *, data: Path | None) -> tuple[Path, Head, int]:
    """Seal the keys, then destroy those whose last day is over; says how many."""
    from chengxin.operate.keysafe import back_up_keys, destroy, expired

    sealed, head = back_up_keys(home, folder, passphrase, data=data)
    over = expired(sealed.parent, home.installation, _today())
    destroy(over)
    return sealed, head, len(over)


def _passphrase(file: Path | None, *, new: bool) -> str:
    from chengxin.operate.keysafe import ensure_passphrase, read_passphrase

    if file is not None:
        said = read_passphrase(file)
    else:
        said = str(
            click.prompt(
                "密钥备份的口令", hide_input=True, confirmation_prompt="再输入一次" if new else False, err=True
            )
        )
    if new:
        ensure_passphrase(said)
    return said


def _answer(facts: dict[str, object], lines: list[str], *, as_json: bool) -> None:
    if as_json:
        echo_json(facts)
    else:
        click.echo("\n".join(lines))


def _facts(manifest: Manifest) -> dict[str, object]:
    return {
        "installation": manifest.installation,
        "mode": manifest.mode,
        "started": manifest.started.isoformat(),
        "finished": manifest.finished.isoformat(),
        "bytes": manifest.size,
        "tables": len(manifest.tables),
        "rows": manifest.rows,
        "register": manifest.lines[0],
    }


def _summary(manifest: Manifest) -> str:
    return (
        f"{len(manifest.files)} 个文件，{manifest.size / 2**20:,.1f} MiB；"
        f"{len(manifest.tables)} 张表 {manifest.rows:,} 行，登记簿 {manifest.lines[0]:,} 行"
    )


def _said_of_keys(sealed: Path, head: Head, gone: int) -> list[str]:
    lines = [
        f"密钥备份完成：{sealed}",
        f"最后一天是 {head.last}，之后须销毁。没有口令打不开，口令请另行保管。",
    ]
    return [*lines, f"已销毁过期的密钥备份 {gone} 份。"] if gone else lines


def _shown(shown: Shown) -> dict[str, object]:
    return {
        "finished": shown.finished.isoformat(),
        "verified": shown.at.isoformat(),
        "rows": shown.rows,
        "register": shown.lines,
        "tables_exact": shown.exact,
        "tables_moving": shown.moving,
    }


def _said_of_copy(shown: Shown) -> list[str]:
    moving = f"，另有 {shown.moving} 张表在备份期间有变化，行数在前后两次之间" if shown.moving else ""
    return [
        f"{shown.rows:,} 行，登记簿 {shown.lines:,} 行；{shown.exact} 张表的行数一致{moving}。",
        "文件、角色、权限、保护函数和约束与清单一致。",
    ]


def _moment(at: datetime) -> str:
    from chengxin.kernel.periods import CHINA

    return at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")


def _today() -> date:
    from chengxin.kernel.periods import CHINA

    return datetime.now(CHINA).date()
