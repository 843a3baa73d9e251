"""``chengxin up`` and ``chengxin appoint``: a real installation on one machine (单机正式运行)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chengxin.cli.demo import Stopped
from chengxin.cli.operator import OperatorCommand
from chengxin.cli.output import Failure, echo_json

if TYPE_CHECKING:
    from chengxin.operate.serve import Standing
    from chengxin.operate.served import Served

PORTS = (443, 8443)
"""Pages and interface where TLS ends here."""
INNER_PORTS = (8000, 8001)
"""The same behind a proxy."""


@click.command("up", cls=OperatorCommand)
@click.option("--keep", type=click.Path(path_type=Path), help="已经建立的数据目录：启动它。")
@click.option("--init", "new", type=click.Path(path_type=Path), help="在这个空目录建立一个正式的安装，然后结束。")
@click.option("--host", help="建立时：对外的域名，不带 https://。")
@click.option("--org", help="建立时：运行单位的统一社会信用代码。")
@click.option("--org-name", help="建立时：运行单位的名称。")
@click.option("--area", help="建立时：运行单位的行政区划代码，6 位。")
@click.option("--tls-cert", type=click.Path(path_type=Path), help="建立时：证书文件（PEM，含中间证书）。")
@click.option("--tls-key", type=click.Path(path_type=Path), help="建立时：私钥文件（PEM，PKCS#8）。")
@click.option("--behind-proxy", is_flag=True, help="建立时：TLS 由同一台机器上的反向代理负责。")
@click.option("--port", type=click.IntRange(1, 65535), help="建立时：网页端口；默认 443，在代理后面 8000。")
@click.option("--api-port", type=click.IntRange(1, 65535), help="建立时：接口端口；默认 8443，在代理后面 8001。")
@click.option("--systemd", is_flag=True, help="与 --keep 一起：只打印系统服务的单元文件。")
@click.option("--user", help="与 --systemd 一起：运行平台的系统用户；默认当前用户。")
@click.option("--json", "as_json", is_flag=True, help="就绪后输出一行 JSON。")
def up_command(
    *, keep: Path | None, new: Path | None, systemd: bool, user: str | None, as_json: bool, **said: object
) -> None:
    """正式运行平台。先用 --init 建立一次，以后用 --keep 启动，按 Ctrl-C 停止。

    没有满足开放条件时平台照样启动，但数据库拒绝一切涉及个人的事项；doctor 说明还缺什么。演示数据目录不能用来正式运行。
    """
    if (keep is None) == (new is None):
        raise Failure("命令的写法不对", cause="--init 和 --keep 要写其中一个", remedy="请查看用法：chengxin up --help")
    if new is not None:
        _set_up(new, said, as_json=as_json)
        return
    if keep is not None and systemd:
        _print_unit(keep, user)
        return
    _serve(keep or Path(), as_json=as_json)


def _set_up(folder: Path, said: dict[str, object], *, as_json: bool) -> None:
    from chengxin.operate.serve import Office, set_up

    missing = [f"--{name.replace('_', '-')}" for name in ("host", "org", "org_name", "area") if not said[name]]
    if missing:
        raise Failure("命令的写法不对", cause=f"没有写 {'、'.join(missing)}", remedy="请查看用法：chengxin up --help")
    office = Office(str(said["org"]), str(said["org_name"]), str(said["area"]))
    home = set_up(folder, _served(said), office, note=_note)
    if as_json:
        echo_json({"ok": True, "keep": str(home.path)})
        return
    click.echo(f"已建立：{home.path}")
    click.echo("下一步：")
    click.echo(f"  1. 启动：chengxin up --keep {home.path}（系统服务的单元文件：再加 --systemd）")
    click.echo("  2. 运行中建立三员的账号，三个人各一个；其他人由他们开立（chengxin user）：")
    click.echo(f"     chengxin appoint 登录名 --duty system_admin --post 岗位 --org {office.code} --keep {home.path}")
    click.echo(
        f"  3. 备份并演练恢复：chengxin backup 目录、backup-keys 另一处目录、verify 目录，都加 --keep {home.path}"
    )
    click.echo(f"  4. 看还缺什么：chengxin doctor --keep {home.path}")


def _served(said: dict[str, object]) -> Served:
    from chengxin.operate.served import Served

    pair = [said["tls_cert"], said["tls_key"]]
    if said["behind_proxy"] == all(pair) or any(pair) != all(pair):
        raise Failure(
            "命令的写法不对",
            cause="要么同时写 --tls-cert 和 --tls-key，要么写 --behind-proxy",
            remedy="个人信息不能不加密地经过网络，没有第三种办法。",
        )
    ports = INNER_PORTS if said["behind_proxy"] else PORTS
    files = ["" if path is None else str(Path(str(path)).expanduser().absolute()) for path in pair]
    chosen = [int(str(said[name] or default)) for name, default in zip(("port", "api_port"), ports, strict=True)]
    return Served(str(said["host"]).lower(), files[0], files[1], chosen[0], chosen[1], {})


def _serve(keep: Path, *, as_json: bool) -> None:
    from chengxin.operate.serve import run_up
    from chengxin.operate.supervise import ChildDiedError

    def ready(standing: Standing) -> None:
        if as_json:
            missing = [{"name": one.name, "cause": one.cause, "remedy": one.remedy} for one in standing.missing]
            facts = {"url": standing.url, "api_port": standing.api_port, "keep": standing.keep}
            echo_json({**facts, "opened": standing.opened, "missing": missing})
        else:
            _show(standing)
        sys.stdout.flush()

    try:
        run_up(keep, note=_note, ready=ready)
    except ChildDiedError as error:
        raise Stopped(error.what, cause=error.cause, remedy=error.remedy) from None


def _show(standing: Standing) -> None:
    click.echo(f"平台已启动：{standing.url}")
    if standing.opened:
        click.echo("平台已开放。")
        return
    click.echo("平台没有开放：不能归集，不能查询，不能登记任何人。还缺：")
    for one in standing.missing:
        click.echo(f"  {one.cause}")
        click.echo(f"      怎么办：{one.remedy}")


def _print_unit(keep: Path, user: str | None) -> None:
    import getpass

    from chengxin.operate.home import Home
    from chengxin.operate.served import read_served
    from chengxin.operate.unit import unit

    home = Home.at(keep)
    click.echo(unit(home, read_served(home), user=user or getpass.getuser()), nl=False)


def _note(text: str) -> None:
    click.echo(text, err=True)


@click.command("appoint", cls=OperatorCommand)
@click.argument("login")
@click.option("--duty", required=True, help="system_admin、security_admin 或 audit_admin，还没有人担任的。")
@click.option("--post", required=True, help="本人在“谁查看过我”里看到的部门和岗位，不写姓名。")
@click.option("--org", required=True, help="所在单位的统一社会信用代码。")
@click.option("--keep", required=True, type=click.Path(path_type=Path), help="正在运行的数据目录。")
@click.option("--json", "as_json", is_flag=True, help="输出 JSON。")
def appoint_command(*, login: str, duty: str, post: str, org: str, keep: Path, as_json: bool) -> None:
    """为三员中还没有人担任的一员建立第一个账号 LOGIN，显示一次密码和动态口令密钥。请当面交给本人，不要保存。

    询问持有人的公民身份号码，只保存它的键控哈希：以后据此判断两个账号是不是同一个人。
    """
    from chengxin.operate.found import appoint
    from chengxin.operate.home import Home

    holder = str(click.prompt("持有人的公民身份号码（不显示，只保存它的键控哈希）", hide_input=True, err=True))
    made = appoint(Home.at(keep), login=login, post=post, duty=duty, organisation=org, holder=holder)
    if as_json:
        echo_json({"login": made.login, "password": made.password, "totp_secret": made.totp_secret})
        return
    click.echo(f"账号 {made.login}（{duty}）")
    click.echo(f"  密码 {made.password}")
    click.echo(f"  动态口令密钥 {made.totp_secret}（导入验证器应用）")
    click.echo("  只能用来第一次登录网页，那时换成自己的。")


@click.command(hidden=True)
@click.option("--host", required=True)
@click.option("--org", required=True)
@click.option("--org-name", required=True)
@click.option("--area", required=True)
def found_command(*, host: str, org: str, org_name: str, area: str) -> None:
    """Internal: what a real installation begins with, in the folder named by CHENGXIN_HOME."""
    from chengxin.operate.found import found
    from chengxin.operate.home import Home

    found(Home.at(os.environ["CHENGXIN_HOME"]), host=host, organisation=org, name=org_name, area=area)
