"""Pictures of the documents (图), drawn from the source as SVG: rooms, life-cycles, the way of a record, boundaries.

No layout program: each picture is rows and columns. Colours follow the reader's light or dark setting.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from html import escape

from tools import house
from tools.words import ROLES, ROOMS

_STYLE = """\
text{font:15px system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;fill:#1c2733}
.soft{fill:#5a6772;font-size:13px}.head{font-weight:600}
.box{fill:#f3f6f8;stroke:#5a6772}.mark{fill:#dcebf5;stroke:#1b5e86}.none{fill:none;stroke:#5a6772;stroke-dasharray:5 4}
.line{fill:none;stroke:#5a6772}.arrow{fill:none;stroke:#1b5e86;stroke-width:1.6}.tip{fill:#1b5e86}.thin{stroke-width:1}
.back{fill:#fff}
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.soft{fill:#a9b4be}.box{fill:#1d2630;stroke:#8b98a5}
.mark{fill:#12364d;stroke:#6cb6e0}.none,.line{stroke:#8b98a5}.arrow{stroke:#6cb6e0}.tip{fill:#6cb6e0}.back{fill:#0d1117}}"""


def _svg(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" '
        f'aria-labelledby="t"><title id="t">{escape(title)}</title><style>{_STYLE}</style>\n'
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">'
        '<path class="tip" d="M0 0L8 4L0 8z"/></marker></defs>\n'
        f'<rect class="back" width="{width}" height="{height}"/>\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _text(x: float, y: float, said: str, *, look: str = "", anchor: str = "middle") -> str:
    kind = f' class="{look}"' if look else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{kind}>{escape(said)}</text>'


def _box(x: float, y: float, width: float, height: float, *, look: str = "box") -> str:
    return f'<rect class="{look}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="7"/>'


def _arrow(path: str, *, look: str = "arrow") -> str:
    return f'<path class="{look}" d="{path}" marker-end="url(#a)"/>'


# ---- rooms


@cache
def uses() -> frozenset[tuple[str, str]]:
    """Return (room, room that it imports), tests aside, late imports included."""
    found = set()
    for path in house.python_files(tests=False):
        room = path.relative_to(house.SRC).parts[0]
        for other in re.findall(r"^\s*(?:from|import) chengxin\.(\w+)", path.read_text("utf-8"), re.M):
            if other != room and other in ROOMS and room in ROOMS:
                found.add((room, other))
    return frozenset(found)


def rooms() -> str:
    """docs/pictures/rooms.svg: the layers of the import contract, and a dot where one room uses another."""
    line, wide, cell, left, top = 36, 210, 34, 20, 96
    layers = house.layers()
    order = [room for row in layers for room in row]
    start = left + wide + 24
    at = {room: (top + line * i, start + cell * i) for i, room in enumerate(order)}
    bottom = top + line * len(order)
    parts = [
        _text(left, 26, "房间：上面的可以用下面的，不能反过来，所以所有的点都在斜线的右上", look="head", anchor="start")
    ]
    for room, (y, x) in at.items():
        parts += [
            f'<path class="line thin" d="M{start - 14} {y}H{x}V{top - 24}" opacity=".45"/>',
            _box(left, y - 15, wide, 30, look="mark" if room in {"ledger", "records"} else "box"),
            _text(left + 12, y + 5, ROOMS[room], look="head", anchor="start"),
            _text(left + wide - 12, y + 5, room, look="soft", anchor="end"),
            _text(x, top - 32, ROOMS[room][:2], look="soft"),
            f'<path class="tip" d="M{x - 6} {y - 6}h12v12h-12z" opacity=".35"/>',
        ]
    for above, below in sorted(uses()):
        parts.append(f'<circle class="tip" cx="{at[below][1]}" cy="{at[above][0]}" r="5.5"/>')
    parts.append(
        _text(
            left,
            bottom + 8,
            "点：左边的房间使用上面写的房间。蓝底：登记簿，和有效力闸门的信用记录。",
            look="soft",
            anchor="start",
        )
    )
    return _svg(start + cell * len(order) + 20, bottom + 24, "房间：上面的可以用下面的，不能反过来", parts)


# ---- life-cycles


def life(title: str, labels: dict[str, str], transitions: Sequence[tuple[str, str, str]], ends: frozenset[str]) -> str:
    """A life-cycle as columns: each state one, each allowed step an arrow from column to column."""
    wide, line = 116, 34
    names = ["", *labels]
    at = {state: 40 + wide * i for i, state in enumerate(names)}
    words = max(len(why) for _, _, why in transitions)
    top, width = 96, max(40 + wide * (len(names) - 1) + 80 + 14 * words, 60 + 16 * len(title))
    height = top + line * len(transitions) + 20
    parts = [_text(20, 26, title, look="head", anchor="start")]
    for state, x in at.items():
        parts.append(f'<path class="line thin" d="M{x} {top - 22}V{height - 14}"/>')
        if state:
            parts.append(_box(x - 52, 44, 104, 30, look="mark" if state in ends else "box"))
            parts.append(_text(x, 64, labels[state]))
        else:
            parts += [f'<circle class="tip" cx="{x}" cy="60" r="8"/>']
    for row, (source, target, why) in enumerate(transitions):
        y, a, b = top + line * row, at[source], at[target]
        parts.append(f'<circle class="tip" cx="{a}" cy="{y}" r="3.5"/>')
        if a == b:
            parts.append(_arrow(f"M{a} {y - 8}c30 -4 30 20 2 16"))
        else:
            parts.append(_arrow(f"M{a} {y}H{b - 2 if b > a else b + 2}"))
        parts.append(_text(at[names[-1]] + 62, y + 5, why, look="soft", anchor="start"))
    return _svg(width, height, title, parts)


def record_life() -> str:
    """docs/pictures/life-of-a-record.svg."""
    from chengxin.records.states import LABELS, TERMINAL, TRANSITIONS

    return life("信用记录：没有画出的一步，数据库拒绝（蓝底是终点）", LABELS, TRANSITIONS, TERMINAL)


def version_life() -> str:
    """docs/pictures/life-of-an-item.svg."""
    from chengxin.catalog.states import LABELS, TERMINAL, TRANSITIONS

    steps = [(source, target, why) for source, target, _, why in TRANSITIONS]
    return life("目录条目的版本：没有画出的一步，数据库拒绝（蓝底是终点）", LABELS, steps, TERMINAL)


def incident_life() -> str:
    """docs/pictures/life-of-an-incident.svg."""
    from chengxin.oversight.states import LABELS, MOVES, TERMINAL, named

    return life("信息安全事件：没有画出的一步，数据库拒绝（蓝底是终点）", LABELS, list(named(MOVES)), TERMINAL)


# ---- the way of a record

WAY = (
    ("归集", "部门报送文件或接口", ("intake",)),
    ("校验", "每一行的每一个错误", ("intake", "catalog")),
    ("记入", "有依据、有文书、有版本", ("records",)),
    ("告知", "送达以前不生效", ("notice",)),
    ("生效", "等待期满，闸门打开", ("records",)),
    ("使用", "先登记，后查看，最小回答", ("lookup", "ledger")),
    ("救济", "异议立即冻结，由人决定", ("redress",)),
    ("终止", "到期自动停止", ("records", "expiry")),
)
"""Steps in the order of a record's life: name, what holds there, rooms. A room that is not built is left out."""


def way() -> str:
    """docs/pictures/way-of-a-record.svg: the steps, and how many rules watch over each."""
    rules = Counter(room for room, _ in house.rules().values())
    wide, tall = 220, 74
    parts = []
    for step, (name, holds, named) in enumerate(WAY):
        x, y = 20 + (step % 4) * (wide + 34), 20 + (step // 4) * (tall + 62)
        there = [room for room in named if room in ROOMS and (house.SRC / room).is_dir()]
        parts += [
            _box(x, y, wide, tall, look="mark" if name == "生效" else "box"),
            _text(x + wide / 2, y + 25, f"{step + 1} {name}", look="head"),
            _text(x + wide / 2, y + 46, holds, look="soft"),
            _text(
                x + wide / 2,
                y + 64,
                "，".join(ROOMS[room] + (f" {rules[room]} 条规则" if rules[room] else "") for room in there),
                look="soft",
            ),
        ]
        if step % 4 < 3:
            parts.append(_arrow(f"M{x + wide} {y + tall / 2:g}h30"))
        elif step + 1 < len(WAY):
            parts.append(_arrow(f"M{x + wide / 2:g} {y + tall}v26H{20 + wide / 2:g}v34"))
    bottom = 20 + 2 * tall + 62 + 30
    parts.append(
        _text(20, bottom, "每一步都先在登记簿写一行；本人在“谁查看过我的信息”里看得到。", look="soft", anchor="start")
    )
    return _svg(20 + 4 * (wide + 34), bottom + 16, "一条信息的一生", parts)


# ---- boundaries


def boundaries() -> str:
    """docs/pictures/boundaries.svg: which database role each process has, and what the role may call."""
    functions = Counter(one.role for one in house.grants())
    guarded = sum(one.guarded for one in house.tables().values())
    row, top = 46, 82
    end = top + len(ROLES) * row - 30
    parts = [
        _text(90, 34, "进程", look="head"),
        _text(340, 34, "数据库角色", look="head"),
        _text(600, 34, "只能调用的函数", look="head"),
        _text(868, 34, "受保护的表", look="head"),
        _text(600, 54, "先登记，后办理；不合规则就拒绝", look="soft"),
        f'<path class="none" d="M222 20V{end}"/><path class="none" d="M735 20V{end}"/>',
    ]
    for index, (role, process) in enumerate(ROLES.items()):
        y = top + index * row
        count = functions[role]
        parts += [
            _box(10, y - 20, 160, 34),
            _text(90, y + 2, process),
            _box(275, y - 20, 130, 34),
            _text(340, y + 2, role),
            _arrow(f"M170 {y - 3}H272", look="arrow"),
            _box(520, y - 20, 160, 34, look="mark" if count else "none"),
            _text(600, y + 2, f"{count} 个函数" if count else "没有"),
        ]
        if count:
            parts += [_arrow(f"M405 {y - 3}H517"), _arrow(f"M680 {y - 3}H777")]
    bottom = top + len(ROLES) * row
    parts += [
        _box(780, 62, 176, bottom - 96, look="mark"),
        _text(868, 62 + (bottom - 96) / 2 - 12, f"{guarded} 张表", look="head"),
        _text(868, 62 + (bottom - 96) / 2 + 10, "任何角色都没有", look="soft"),
        _text(868, 62 + (bottom - 96) / 2 + 28, "直接的权限", look="soft"),
        _text(
            10,
            bottom + 6,
            "姓名、号码和文书文字在数据库外面加密，钥匙不在数据库里；信用记录只挂在随机标识下。",
            look="soft",
            anchor="start",
        ),
        _text(
            10,
            bottom + 26,
            "备份角色只能读出密文做备份；谁在办理由登录凭证证明，没有参数可以冒充。",
            look="soft",
            anchor="start",
        ),
    ]
    return _svg(976, bottom + 42, "进程、数据库角色和受保护的表", parts)
