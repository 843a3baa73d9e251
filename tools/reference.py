"""Generated reference (参考): command line, settings, catalog, what happens by itself."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
import tomllib
from collections.abc import Iterable, Iterator
from typing import Any

import click

from chengxin.catalog.explain import POLARITIES
from chengxin.catalog.words import KINDS
from tools import house
from tools.markdown import HEAD, codes, page, table
from tools.words import BESIDE, EVENTS, STEPS

EXIT_CODES = (
    ("0", "做完了；检查的，全部合格"),
    ("1", "做完了，但有不合格的：号码无效、有退回的行、备份不可用、没有找到、演示自己停止"),
    ("2", "没有做：命令的写法不对，或者条件不满足。三行说明写到标准错误：出错、原因、怎么办"),
    ("130", "被 Ctrl-C 中断"),
)


def cli() -> str:
    """docs/reference/cli.md: every command with its options, from the click tree."""
    from chengxin.cli import main

    parts = [
        "# 命令",
        HEAD,
        "在仓库里写 `./chengxin`，装好以后写 `chengxin`。每条命令的 `--help` 与本页相同；"
        "供脚本调用的命令有 `--json`。\n\n"
        "Every command, its arguments and options, as the program itself has them.",
        "## 退出码",
        table(("退出码", "意思"), EXIT_CODES),
    ]
    for path, command in commands(main):
        parts += [f"## `chengxin {path}`", _help(command)]
        if rows := list(_parameters(command)):
            parts.append(table(("参数", "可以写", "说明"), rows))
    return page(parts)


def commands(group: click.Command, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield (words after ``chengxin``, command) of every command that is not hidden, groups first."""
    if path:
        yield path, group
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None and not command.hidden:
                yield from commands(command, f"{path} {name}".strip())


def _help(command: click.Command) -> str:
    # Backspace marks a paragraph that click must not wrap: here a block of its own.
    said = re.sub(r"\f.*", "", command.help or "", flags=re.S).strip()
    return "\n\n".join(
        f"```\n{part.removeprefix(chr(8)).strip(chr(10))}\n```" if part.startswith("\b") else " ".join(part.split())
        for part in said.split("\n\n")
    )


def _parameters(command: click.Command) -> Iterator[tuple[str, str, str]]:
    for one in command.params:
        if isinstance(one, click.Option) and not one.hidden:
            default = one.default if one.show_default and not one.is_flag else None
            said = [
                (one.help or "").rstrip("。"),
                f"默认 {default}" if default not in (None, ()) else "",
                "必写" if one.required else "",
            ]
            yield (
                "、".join(f"`{opt}`" for opt in one.opts),
                "" if one.is_flag else _kind(one),
                "；".join(filter(None, said)),
            )
        elif isinstance(one, click.Argument):
            many = "一个或几个" if one.nargs == -1 and one.required else "可以不写" if not one.required else ""
            yield f"`{one.human_readable_name}`", _kind(one), many


def _kind(one: click.Parameter) -> str:
    match one.type:
        case click.Choice(choices=choices):
            return codes(map(str, choices))
        case click.IntRange(min=least, max=most):
            return f"{least} 至 {most}" if most is not None else f"不小于 {least}"
        case click.Path():
            return "路径"
        case click.FloatRange() | click.types.FloatParamType():
            return "数字"
        case _ if one.type is click.INT:
            return "整数"
        case _:
            return "文字"


def settings() -> str:
    """docs/reference/settings.md: every environment variable that the source reads."""
    told = tomllib.loads((house.ROOT / "tools" / "environment.toml").read_text("utf-8"))
    read = variables()
    if missing := sorted(read - told.keys()):
        raise ValueError(f"say in tools/environment.toml what these are: {', '.join(missing)}")
    rows = [(f"`{name}`", one["who"], one["what"], one["without"]) for name, one in told.items() if name in read]
    general = tomllib.loads((house.SRC / "catalog" / "seed" / "general.toml").read_text("utf-8"))["parameter"]
    return page(
        [
            "# 设置",
            HEAD,
            "运行的人只需要前几个环境变量；“程序自己”一栏由 `chengxin demo` 和 `chengxin up` 为子进程设置，不要手写。"
            "口令和密钥放在数据目录里只有所有者可读的文件，不放在环境变量里。\n\n"
            "Environment variables; those set by the program itself are not for you to write.",
            table(("变量", "谁设置", "是什么", "不设置时"), rows),
            "## 有日期的数字",
            "法律和规定里的数字是有日期的数据，不是设置，也不写在程序里：一名信用办管理者在“办事期限”提出，另一名批准。"
            "下面是对所有条目都一样的；各条目自己的在[目录](catalog.md)，随条目的新版本发布。",
            table(("名称", "数值", "自", "依据"), _periods(general)),
        ]
    )


UNITS = {
    "minute": "分钟",
    "hour": "小时",
    "day": "个自然日",
    "working_day": "个工作日",
    "month": "个月",
    "year": "年",
    "person": "人",
    "row": "条",
    "count": "次",
    "letter": "封",
}


def variables() -> set[str]:
    """Return the environment variables that rooms, launcher and test fixtures read."""
    files = [*house.python_files(tests=False), house.ROOT / "chengxin", house.ROOT / "journeys" / "conftest.py"]
    return {name for file in files for name in re.findall(r"CHENGXIN_[A-Z_]*[A-Z]\b", file.read_text("utf-8"))}


def catalog() -> str:
    """docs/reference/catalog.md: the items that the program brings, with basis, periods and fields."""
    parts = [
        "# 目录",
        HEAD,
        "随程序带来的目录条目：依据、期限、字段。城市自己的目录以平台公开页面 `/catalog/` 发布的版本为准。"
        "文件格式和出错编号在[共享交换规范](exchange.md)。\n\n"
        "Catalog items as seeded: legal basis, periods, fields.",
    ]
    for item in items():
        head = item["item"]
        facts = (
            ("代码和名称", f"`{head['code']}` {head['name']}"),
            ("提供单位", head["provider"]),
            ("性质", POLARITIES[head["polarity"]]),
            ("认定文书", head["determination_document"]),
            ("报送时限", head["update_frequency"]),
            ("告知", "记入以前发告知书" if head["notice_template"] else "不影响权利，不发告知书"),
            ("个人信息保护影响评估", head["impact_assessment"]),
            ("自", str(head["effective_from"])),
        )
        fields = (
            (f"`{one['code']}`", one["name"], FIELD_KINDS[one["kind"]], STORES[one["store"]]) for one in item["field"]
        )
        parts += [
            f"## {head['code']} {head['name']}",
            table(("项目", "内容"), facts),
            "依据：",
            table(("种类", "法律", "条文", "有效", "说明"), _bases(item["basis"])),
            "期限和其他有日期的数字：",
            table(("名称", "数值", "自", "依据"), _periods(item["parameter"])),
            "字段：",
            table(("代码", "名称", "类型", "怎样保存"), fields),
        ]
    return page(parts)


STORES = {"identity": "身份保险库", "column": "列", "plain": "代码列", "sealed": "加密"}
FIELD_KINDS = {
    "text": "文字",
    "date": "日期",
    "number": "数字",
    "code": "代码",
    "identity": "证件号码",
    "name": "姓名",
    "uscc": "统一社会信用代码",
    "id_type": "证件类型",
    "bool": "是或否",
}


def items() -> list[dict[str, Any]]:
    """Return the seeded catalog items as their files have them."""
    seeds = sorted((house.SRC / "catalog" / "seed" / "items").glob("*.toml"))
    return [tomllib.loads(path.read_text("utf-8")) for path in seeds]


def _bases(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for one in rows:
        until = f" 至 {one['valid_to']}" if "valid_to" in one else " 起"
        yield KINDS[one["kind"]], one["law"], one["article"] or "—", f"{one['valid_from']}{until}", one.get("note", "—")


def _periods(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    for one in rows:
        yield (
            f"`{one['name']}`",
            f"{one['value']} {UNITS.get(one['unit'], one['unit'])}",
            str(one["valid_from"]),
            one["basis"],
        )


def automatic() -> str:
    """docs/reference/automatic.md: what happens without anybody pressing a button, from the room flow."""
    from chengxin.config.setup import start_django

    start_django()
    from chengxin.cli import worker
    from chengxin.flow import api as flow

    source = (house.SRC / "flow" / "api.py").read_text("utf-8")
    table_of_flow = next(
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == "FLOW"
    )
    if not isinstance(table_of_flow, ast.Dict):
        raise TypeError("the table of flow is one literal")
    events = (
        (f"`{topic.value!s}`", EVENTS[str(topic.value)], *_door(calls[0]))
        for topic, answer in zip(table_of_flow.keys, table_of_flow.values, strict=True)
        if isinstance(topic, ast.Constant) and (calls := _calls(flow, answer))
    )
    tick = ast.parse(textwrap.dedent(inspect.getsource(flow.tick)))
    days = (_door(call) for call in _calls(flow, tick) if call[1] not in {"parameter"})
    beside = (f"- {BESIDE[name]}。" for name in re.findall(r'name="(\w+)"', inspect.getsource(worker)))
    return page(
        [
            "# 自动发生的事",
            HEAD,
            "没有人按按钮也会发生的，全部在这里，由 `flow/api.py` 和后台程序而来："
            "一件事之后交给哪个房间，日子过去以后做什么，旁边一直在做什么。"
            "后台程序每秒看一次；日期都写在数据里，停机以后补做，不会漏。到期停止使用不需要任何程序：效力闸门按当天计算。"
            "这里没有一件是对人不利的决定：程序只让已经决定、告知并等待期满的生效，其余都是停止和减少。\n\n"
            "Whatever happens by itself: events handed from room to room, and what the passing of days brings about.",
            "## 一件事之后",
            table(("事件", "发生了什么", "交给", "做什么"), events),
            "## 日子过去以后",
            table(("交给", "做什么"), days),
            "## 旁边一直在做的",
            "\n".join(beside),
            "写存证日志的排序程序、体检和请求的备份由启动平台的程序办："
            "[存证日志](../explanation/log.zh.md)、[三员](../how-to/three-administrators.md)。",
        ]
    )


def _calls(flow: Any, tree: ast.AST) -> list[tuple[str, str]]:
    """Return (room, function) of each call of a room's door, in the order of the source."""
    found = [
        node.func
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
    ]
    doors = [
        one for one in found if isinstance(one.value, ast.Name) and inspect.ismodule(getattr(flow, one.value.id, None))
    ]
    ordered = sorted(doors, key=lambda one: (one.lineno, one.col_offset))
    return [(one.value.id, one.attr) for one in ordered if isinstance(one.value, ast.Name)]


def _door(call: tuple[str, str]) -> tuple[str, str]:
    name = ".".join(call)
    return f"`{name}`", STEPS[name]
