"""Writes the documents that are made from the source: ``python tools/make_docs.py``; ``--check`` only compares."""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chengxin.catalog import states as catalog_states
from chengxin.kernel.retention import Personal, Scope, Table
from chengxin.kernel.words import three_lines
from chengxin.operate import identity_api, population_api
from chengxin.oversight import states as incident_states
from chengxin.oversight.words import PAPER_LABELS
from chengxin.records.states import LABELS, TERMINAL, TRANSITIONS
from tools import contents, house, law_table, machine_api, pictures, reference, terms
from tools.markdown import HEAD
from tools.markdown import codes as _codes
from tools.markdown import page as _page
from tools.markdown import table as _table
from tools.words import ROLES, ROOMS

SCOPES = {Scope.PERSON: "个人表", Scope.LOOKUP: "查找表", Scope.REFERENCE: "参照表", Scope.LOCAL: "本地表"}
PERSONAL = {
    Personal.NO: "否",
    Personal.KEY: "随机标识",
    Personal.HASH: "键控哈希",
    Personal.SEALED: "加密",
    Personal.PLAIN: "是",
}
PURPOSE_HEADS = ("用途", "名称", "岗位", "目录条目", "可见内容", "业务编号", "每人每天", "依据", "有效")
METHOD_HEADS = ("方式", "账号", "可信程度", "最长", "不用就退出", "算作验证", "依据", "有效")
ACCOUNTS = {"staff": "工作人员", "citizen": "市民", "machine": "业务系统", "system": "平台程序"}


def rules() -> str:
    """docs/rules.md: every rule with its sentence, source and place; that each has a test is inspected."""
    used = house.codes_in_code()
    parts = [
        "# 规则",
        HEAD,
        "每条规则一个编号。同一编号出现在函数、约束、登记簿、出错说明和测试里。"
        "花括号是填入的事实。依据里的 R 编号见"
        "[写进结构里的权利](explanation/rights.md)，law 编号见[法律要点](explanation/law.md)，"
        "S4、P2 一类是项目能力清单里的编号；`./chengxin where R0.3` 列出依据它的规则。\n\n"
        "One rule, one code: where it is decided, what a person reads, where it comes from. Each is named by a test.",
    ]
    for room, group in groupby(house.rules().items(), key=lambda entry: entry[1][0]):
        rows = (
            (f"`{code}`", rule.sentence, rule.source, _files(used.get(code, []))) for code, (_, rule) in sorted(group)
        )
        parts += [f"## {ROOMS[room]}（{room}）", _table(("编号", "说明", "依据", "所在"), rows)]
    return _page(parts)


def states() -> str:
    """docs/reference/states.md: the life-cycle as diagram and table."""
    return _page(
        [
            "# 状态",
            HEAD,
            "数据在 `records/states.py` 和 `catalog/states.py`。数据库约束 `RECORD-01`、`CATALOG-20`、本页的图"
            "和测试由它们生成或与它们比较。\n\n"
            "Life-cycles as data: CHECK, diagram and an exhaustive test agree with them.",
            "## 信用记录",
            _diagram(LABELS, TRANSITIONS, TERMINAL),
            "没有列出的一步，数据库拒绝。列出的一步也只能由有原因的一方作出（`RECORD-02`、`RECORD-03`、`RECORD-10`）。",
            _steps(LABELS, TRANSITIONS),
            "## 目录条目的版本",
            _diagram(catalog_states.LABELS, catalog_states.NAMED, catalog_states.TERMINAL),
            "发布和恢复须由另一人批准（`CATALOG-21`）；发布过的版本不再修改，改动是新的版本。",
            _steps(catalog_states.LABELS, catalog_states.NAMED),
            "## 办事期限的修改、节假日安排的登记",
            _diagram(catalog_states.TERM_LABELS, catalog_states.TERMS_NAMED, catalog_states.TERM_TERMINAL),
            "提出的人不能自己批准或者退回（`CATALOG-34`）；批准以后只增加一次新的规定，以前各天的规定不变（`CATALOG-32`）。",
            _steps(catalog_states.TERM_LABELS, catalog_states.TERMS_NAMED),
            "## 信息安全事件",
            "数据在 `oversight/states.py`，数据库约束是 `INCIDENT-01`。通知、证据、补充不改变状态，图里不画。",
            _diagram(incident_states.LABELS, incident_states.named(incident_states.MOVES), incident_states.TERMINAL),
            "排除、不通知个人和办结由另一个人办理（`INCIDENT-02`）；完成告知要有送达凭证（`INCIDENT-06`）。",
            _steps(incident_states.LABELS, incident_states.named(incident_states.TRANSITIONS)),
            "## 制度文件的版本",
            _diagram(PAPER_LABELS, incident_states.PAPERS_NAMED, incident_states.PAPER_TERMINAL),
            "起草和送审的人不能自己公布（`DOCUMENT-02`）；已经生效的不能撤回，只能由新的一版取代（`DOCUMENT-05`）。",
            _steps(PAPER_LABELS, incident_states.PAPERS_NAMED),
        ]
    )


def _diagram(labels: dict[str, str], transitions: Iterable[tuple[str, str, str]], terminal: frozenset[str]) -> str:
    lines = [f"    {source or '[*]'} --> {target} : {why}" for source, target, why in transitions]
    ends = [f"    {state} --> [*]" for state in labels if state in terminal]
    names = [f"    {state} : {label}" for state, label in labels.items()]
    return "```mermaid\nstateDiagram-v2\n" + "\n".join([*names, *lines, *ends]) + "\n```"


def _steps(labels: dict[str, str], transitions: Iterable[tuple[str, str, str]]) -> str:
    def named(state: str) -> str:
        return f"{labels[state]} `{state}`" if state else "（开始）"

    return _table(("从", "到", "原因"), ((named(source), named(target), why) for source, target, why in transitions))


def exchange() -> str:
    """docs/reference/exchange.md: the exchange specification (共享交换规范), from the catalog's seed and the rules."""
    from chengxin.intake.reading import COMMAND_LINE, Limits
    from chengxin.intake.words import WORDS

    seeds = sorted((house.SRC / "catalog" / "seed" / "items").glob("*.toml"))
    items = [tomllib.loads(path.read_text("utf-8")) for path in seeds]
    page, command = Limits(), COMMAND_LINE
    parts = [
        "# 共享交换规范",
        HEAD,
        "部门报送文件的规范：格式、列、代码集、出错编号和回答的形状。各条目以平台公开目录（`/catalog/`）发布的版本为准，"
        "那里可以下载 Excel 模板、JSON 定义和 Table Schema；`chengxin check` 不需要服务器就能校验一个文件。\n\n"
        "The exchange specification from the seeded catalog; a city's own catalog is published under `/catalog/`.",
        "## 文件",
        _table(
            ("项目", "规定"),
            (
                ("格式", "CSV（UTF-8 有无 BOM、GB18030）、XLSX、JSON lines；按内容识别"),
                ("上传和接口", f"{page.max_rows:,} 行，{(page.max_bytes or 0) // 2**20} MB"),
                ("命令行", f"{command.max_rows:,} 行；XLSX 最多 {page.max_rows:,} 行"),
                ("表头", "第一行，用代码、中文名或别名；多余、重复、缺少必填列的文件不收"),
                ("空值", "空白、“/”“无”“-”“NULL”视为没有填写；说明行（表格说明、填表说明）跳过"),
                ("日期", "2026-03-01、2026/3/1、2026.3.1、2026年3月1日"),
                ("同一条信息", "条目、文书号、证件号码、认定机关都相同；再次报送不会重复"),
                ("做什么", "`report` 报送、`correct` 更正、`withdraw` 撤回、`legacy` 历史数据"),
            ),
        ),
        "## 回答",
        '```json\n{"total": 3, "accepted": 1, "refused": 1, "held": 0, "unchanged": 1, "ignored": 0,\n'
        ' "errors": [{"row": 2, "field": "CF_JDRQ", "code": "INTAKE-09", "message": "…"}],\n'
        ' "held_rows": [], "warnings": [], "not_checked": []}\n```',
        "`total = accepted + refused + held + unchanged`。`errors` 只说被退回的行；`row` 是数据行的序号，从 1 算起，"
        "不含表头；`field` 是条目的列代码。命令的返回值：0 全部接收，1 有退回或待核，2 文件不能读取或用法不对。",
        "## 出错编号",
        _table(("编号", "说明", "依据"), ((f"`{code}`", word.sentence, word.source) for code, word in WORDS.items())),
        "## 条目和列",
    ]
    for item in items:
        head = item["item"]
        columns = (
            (
                f"`{f['code']}`",
                f["name"],
                f["kind"],
                str(f.get("length", "—")),
                REQUIRED[f["required"]],
                STORES[f["store"]],
            )
            for f in item["field"]
        )
        parts += [
            f"### {head['code']} {head['name']}",
            _table(("代码", "名称", "类型", "最长", "必填", "怎样保存"), columns),
        ]
    return _page(parts)


REQUIRED = {"yes": "是", "no": "否", "cond": "有条件"}
STORES = {"identity": "身份保险库", "column": "列", "plain": "代码列", "sealed": "加密"}


def permissions() -> str:
    """docs/reference/permissions.md: duties, purposes, pages and database roles."""
    from chengxin.cli.where import activities
    from chengxin.people.words import DUTIES

    files = sorted((house.SRC / "people" / "seed").glob("permissions*.toml"))
    seeds = [tomllib.loads(file.read_text("utf-8")) for file in files]
    kinds = ("permission", "purpose", "method", "minimum", "parameter")
    named = activities()
    matrix = {kind: [row for seed in seeds for row in seed.get(kind, ())] for kind in kinds}
    permitted = (
        (
            f"`{row['activity']}`",
            named[row["activity"]],
            DUTIES[row["duty"]],
            "只限本人" if row["own"] else "—",
            _codes(row["fields"]),
            f"{row['fresh_minutes']} 分钟内" if "fresh_minutes" in row else "—",
            row["basis"],
        )
        for row in sorted(matrix["permission"], key=lambda row: (row["duty"], row["activity"]))
    )
    grants = sorted(house.grants(), key=lambda grant: (list(ROLES).index(grant.role), grant.function))
    functions = ((ROLES[one.role], f"`{one.function}`", one.says or "—") for one in grants)
    none = "、".join(f"{ROLES[role]}（`{role}`）" for role in ROLES if role not in {one.role for one in grants})
    return _page(
        [
            "# 权限",
            HEAD,
            "没有列出的，一律拒绝。\n\n"
            "Who may do what: what is not listed is refused. Activities and purposes are rows that only "
            "the owner can write.",
            "## 岗位与事项",
            _table(("事项", "名称", "岗位", "范围", "可见内容", "再次验证", "依据"), permitted),
            "## 查询用途登记册",
            _table(PURPOSE_HEADS, _purposes(matrix["purpose"])),
            "## 登录方式",
            _table(METHOD_HEADS, _methods(matrix["method"])),
            *_numbers(matrix),
            "## 页面",
            _table(("地址", "岗位", "目的"), _pages()),
            "## 数据库角色",
            "受保护的表，任何角色都没有权限。角色只能调用下列函数。"
            f"{none}不能调用任何函数。说明是函数在源代码里的注释，用英文。\n\n"
            "No role has any privilege on a guarded table. A role may call these functions only.",
            _table(("角色", "函数", "说明"), functions),
        ]
    )


def _numbers(matrix: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """How well citizens must have proved who they are, and the numbers of signing in: dated data."""
    least = (
        (f"`{row['activity']}`", str(row["level"]), row["basis"], str(row["valid_from"])) for row in matrix["minimum"]
    )
    yield "## 市民的最低认证等级（`*`：没有列出的各项）"
    yield _table(("事项", "等级", "依据", "起始"), least)
    columns = ("name", "value", "unit", "basis", "valid_from")
    numbers = (tuple(str(row[one]) for one in columns) for row in matrix["parameter"])
    yield "## 登录参数"
    yield _table(("参数", "数", "单位", "依据", "起始"), numbers)


def tables() -> str:
    """docs/reference/tables.md: every field with its classification and retention."""
    parts = [
        "# 表、字段和保存期限",
        HEAD,
        "每个字段：是不是个人信息，为什么保存，保存多久，然后怎样。受保护的表只能通过函数读写。"
        "登记行的到期销毁已经建成，其他的还没有；建成之前，本平台只处理合成数据。\n\n"
        "Every stored field: personal or not, why, until when, what then. So far erased at the end: register lines.",
        "随机标识：随机数，单独看不出是谁。键控哈希：没有密钥不能还原。加密：密钥不在数据库里。",
    ]
    for table in sorted(house.tables().values(), key=lambda one: one.name):
        parts += [f"## `{table.name}` {table.title}", _facts(table), _table(_COLUMNS, _fields(table))]
    return _page(parts)


_COLUMNS = ("字段", "个人信息", "为什么")


def _facts(table: Table) -> str:
    bound = f"\n- 没有行为列：{table.unbound}" if table.unbound else ""
    guarded = "受保护" if table.guarded else "可读"
    return f"- {SCOPES[table.scope]}，{guarded}\n- 保存到：{table.until}\n- 然后：{table.then}{bound}"


def _fields(table: Table) -> Iterator[tuple[str, str, str]]:
    for field in table.fields:
        own = "；".join(
            part for part in (field.until and f"保存到：{field.until}", field.then and f"然后：{field.then}") if part
        )
        yield f"`{field.name}`", PERSONAL[field.personal], f"{field.why}{f'（{own}）' if own else ''}"


def _pages() -> Iterator[tuple[str, str, str]]:
    """Yield address, duty and purpose of every page, as its view states them."""
    from django.urls import URLResolver, get_resolver

    from chengxin.config.setup import start_django
    from chengxin.people.words import DUTIES

    start_django()
    from chengxin.people.api import ANYBODY, Access

    named = DUTIES | {"": "公开", ANYBODY: "登录的每个人"}

    def walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, str, str]]:
        for entry in resolver.url_patterns:
            address = prefix + re.sub(r"<\w+:(\w+)>", r"{\1}", str(entry.pattern))
            if isinstance(entry, URLResolver):
                yield from walk(entry, address)
            else:
                access: Access = getattr(entry.callback, "access")  # noqa: B009 - set by the decorators of people.access
                yield f"`/{address}`", named[access.duty], access.purpose

    yield from sorted(walk(get_resolver(), ""))


def _purposes(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield the register of purposes, by code."""
    from chengxin.people.words import DUTIES

    for row in sorted(rows, key=lambda row: str(row["code"])):
        yield (
            f"`{row['code']}`",
            row["name"],
            DUTIES[row["duty"]],
            _codes(row["items"]),
            _codes(row["fields"]) if row["fields"] else "只答有或没有",
            "必填" if row["needs_case"] else "—",
            f"{row['quota']:,}",
            row["basis"],
            f"{row['valid_from']} 起",
        )


def _methods(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Yield the ways to sign in, by kind of account."""
    for row in sorted(rows, key=lambda row: (row["kind"], row["method"])):
        yield (
            f"`{row['method']}`",
            ACCOUNTS[row["kind"]],
            str(row["assurance"]),
            f"{row['minutes']} 分钟",
            f"{row['idle_minutes']} 分钟",
            "是" if row["fresh"] else "—",
            row["basis"],
            f"{row['valid_from']} 起",
        )


def _files(paths: Iterable[str]) -> str:
    return "<br>".join(f"`{path}`" for path in paths) or "—"


DOCUMENTS: dict[str, Callable[[], str]] = {
    "src/chengxin/cli/terms.json": terms.terms,  # first: other documents read it
    "docs/rules.md": rules,
    "docs/reference/exchange.md": exchange,
    "docs/reference/states.md": states,
    "docs/reference/permissions.md": permissions,
    "docs/reference/tables.md": tables,
    "docs/reference/identity-sandbox-openapi.json": identity_api.document,
    "docs/reference/population-openapi.json": population_api.document,
    "docs/reference/cli.md": reference.cli,
    "docs/reference/settings.md": reference.settings,
    "docs/reference/catalog.md": reference.catalog,
    "docs/reference/automatic.md": reference.automatic,
    "docs/reference/openapi.json": machine_api.document,
    "docs/explanation/legal-basis.md": law_table.law_table,
    "docs/pictures/rooms.svg": pictures.rooms,
    "docs/pictures/life-of-a-record.svg": pictures.record_life,
    "docs/pictures/life-of-an-item.svg": pictures.version_life,
    "docs/pictures/life-of-an-incident.svg": pictures.incident_life,
    "docs/pictures/way-of-a-record.svg": pictures.way,
    "docs/pictures/boundaries.svg": pictures.boundaries,
    "docs/README.md": contents.contents,  # last: it names all the others
}
"""Path -> what makes it."""


def stale() -> list[str]:
    """Documents that are not what the source says now."""
    return [
        name
        for name, make in DOCUMENTS.items()
        if not (path := house.ROOT / name).exists() or path.read_text("utf-8") != make()
    ]


def main() -> int:
    """Write all documents, or with ``--check`` say which are stale."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only; 1 when a document is stale")
    if parser.parse_args().check:
        found = stale()
        if found:
            print(
                three_lines(f"文档过期：{'、'.join(found)}", "源代码已经改变", "请运行 python tools/make_docs.py"),
                file=sys.stderr,
            )
        return int(bool(found))
    for name, make in DOCUMENTS.items():
        (house.ROOT / name).write_text(make(), "utf-8")
        print(name)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
