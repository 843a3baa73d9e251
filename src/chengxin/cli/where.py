"""``chengxin where``: a rule, a term, an activity or an SQL object, and everything that stands behind it."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click

from chengxin.cli import house
from chengxin.cli.output import echo_json
from chengxin.kernel.rule import Rule

MANY = 12
"""Hits of one kind that are shown, rules aside; the rest is counted."""
LABELS = {
    "points": "法律要点和权利",
    "duties": "职责",
    "rules": "规则",
    "glossary": "词汇",
    "activities": "登记事项",
    "states": "状态",
    "parameters": "期限参数",
    "objects": "数据库对象",
    "pages": "页面",
}


@click.command("where")
@click.argument("words", nargs=-1, required=True, metavar="编号或词语...")
@click.option("--json", "as_json", is_flag=True, help="输出JSON")
def where_command(words: tuple[str, ...], *, as_json: bool) -> None:
    """查一条规则、一个中文或英文词语、一个事项或数据库对象在哪里。

    例如：NOTICE-03、NOTICE、R0.3、异议期、业务窗口、objection、notice.open、records_gate_v1。
    显示规则的说明、依据、数据库函数和约束、程序、登记事项和测试。不需要服务器和数据库。没有找到时退出码为1。
    """
    term = " ".join(words).strip()
    found = search(term)
    if as_json:
        echo_json({"term": term, **(found or {"near": near(term)})})
    else:
        click.echo("\n".join(_lines(term, found)))
    if not found:
        click.get_current_context().exit(1)


def search(term: str) -> dict[str, Any]:
    """Everything known about a term: one rule or object whole, else a list by kinds; empty where there is nothing."""
    rules = _rules()
    if (code := term.upper()) in rules:
        return {"rule": whole_rule(rules[code])}
    if named := _object(term):
        return {"object": whole_object(named)}
    found = _hits(term)
    if list(found) == ["rules"] and len(found["rules"]) == 1:
        return {"rule": whole_rule(rules[found["rules"][0]["code"]])}
    return found


def whole_rule(rule: Rule) -> dict[str, Any]:
    """A rule with its source spelt out, its places, the register's activities there, and its tests."""
    places = house.places(rule.code)
    stands = {(one.kind, one.name): one for one in reversed(places)}.values()
    return {
        "code": rule.code,
        "sentence": rule.sentence,
        "source": rule.source,
        "articles": _articles(rule.source),
        "room": next(room for room, said in house.rules_by_room().items() if rule.code in said),
        "sql": [
            {"kind": one.kind, "name": f"cx.{one.name}", "at": str(one)}
            for one in reversed(stands)
            if one.path.suffix == ".sql"
        ],
        "python": [{"name": one.name, "at": str(one)} for one in reversed(stands) if one.kind == "python"],
        "activities": _activities_in(_bodies(places)),
        "tests": [{"name": one.name, "at": str(one)} for one in house.tests_naming(rule.code)],
    }


def whole_object(named: house.SqlObject) -> dict[str, Any]:
    """An SQL object with what it says about itself, the rules it keeps, who may call it and its tests."""
    text = named.path.read_text("utf-8")
    granted = re.findall(rf"grant execute on function cx\.{named.name}\([^;]*?\)\s+to\s+([^;]+);", text)
    rules = _rules()
    codes = sorted({code for code, _ in house.sql_codes(named.text) if code in rules})
    return {
        "kind": named.kind,
        "name": f"cx.{named.name}",
        "at": f"{house.shown(named.path)}:{named.line}",
        "says": named.says,
        "roles": sorted({role.strip() for roles in granted for role in roles.split(",")}),
        "rules": [_short(rules[code]) for code in codes],
        "activities": _activities_in([named.text]),
        "tests": [{"name": one.name, "at": str(one)} for one in house.tests_naming(named.name)],
    }


def near(term: str) -> list[str]:
    """Words that look like a term nobody knows."""
    known = [*_rules(), *_points(), *(one.name for one in _objects()), *activities()]
    known += [word for row in terms()["glossary"] for word in (*row["zh"], *row["en"])] + list(_duties().values())
    wanted = term.upper() if re.fullmatch(r"[A-Za-z]+-?\d*", term) else term
    close = difflib.get_close_matches(wanted, known, n=5, cutoff=0.5) + difflib.get_close_matches(term, known, n=5)
    shared = [word for word in known if not word.isascii() and len(set(word) & set(term)) >= 2]
    return list(dict.fromkeys([*close, *shared]))[:8]


@cache
def terms() -> dict[str, Any]:
    """Glossary, points of the law and rights, as ``tools/make_docs.py`` reads them from the documents."""
    found: dict[str, Any] = json.loads((Path(__file__).parent / "terms.json").read_text("utf-8"))
    return found


@cache
def _rules() -> dict[str, Rule]:
    return {code: rule for said in house.rules_by_room().values() for code, rule in said.items()}


@cache
def _objects() -> tuple[house.SqlObject, ...]:
    return tuple(one for path in house.sql_files() for one in house.sql_objects(path))


def _object(term: str) -> house.SqlObject | None:
    name = term.lower().removeprefix("cx.")
    return next((one for one in _objects() if one.name == name), None)


def _hits(term: str) -> dict[str, list[dict[str, Any]]]:
    """Hits by kind. A term that only pages use also finds what its neighbours in the glossary name."""
    synonyms = _synonyms(term)
    if term in synonyms and _said(term, [term]).keys() - {"glossary", "pages"}:
        synonyms = [term]
    return _said(term, synonyms)


def _said(term: str, words: list[str]) -> dict[str, list[dict[str, Any]]]:
    low, allowed = term.lower(), house.activities()
    chinese = not term.isascii()
    codes = [code for code in _rules() if code.startswith(term.upper())] if not chinese else []
    codes += [code for code, rule in _rules().items() if any(word in rule.sentence + rule.source for word in words)]
    found: dict[str, list[dict[str, Any]]] = {
        "points": [
            {"number": one, "says": says} | terms()["kept"].get(one, {})
            for one, says in _points().items()
            if low == one.lower()
        ],
        "duties": [
            {"duty": duty, "name": said} | _may_do(duty)
            for duty, said in _duties().items()
            if low == duty or any(word in said for word in words)
        ],
        "rules": [_short(_rules()[code]) for code in dict.fromkeys([*codes, *_resting_on(low)])],
        "glossary": [row for row in terms()["glossary"] if _in_row(term, row)],
        "activities": [
            {"activity": name, "name": said, "allowed": allowed.get(name, [])}
            for name, said in activities().items()
            if low == name or name.startswith(f"{low}.") or any(word in said for word in words)
        ],
        "states": [
            {"state": state, "name": said, "at": at}
            for state, said, at in _states()
            if low == state.lower() or any(word in said for word in words)
        ],
        "parameters": [one for one in _parameters() if _in_parameter(words, low, one)],
        "objects": [
            {"name": f"cx.{one.name}", "at": f"{house.shown(one.path)}:{one.line}"}
            for one in _objects()
            if (len(low) > 3 and low.replace(" ", "_") in one.name) or (chinese and term in one.says)
        ],
        "pages": list(_pages(term)) if chinese else [],
    }
    return {kind: hits for kind, hits in found.items() if hits}


def _may_do(duty: str) -> dict[str, list[str]]:
    """What a duty may do, and for which purposes it may look."""
    held = [name for name, rows in house.activities().items() if any(row["duty"] == duty for row in rows)]
    return {"activities": held, "purposes": [one["code"] for one in house.purposes() if one["duty"] == duty]}


def _resting_on(number: str) -> list[str]:
    """The rules that name a point of the law, or a right, as their source."""
    return [
        code
        for code, rule in _rules().items()
        if any(number == one["number"].lower() for one in _articles(rule.source))
    ]


def _synonyms(term: str) -> list[str]:
    """The Chinese words for a term: itself, its row of the glossary, or what an English term is called."""
    found = [] if term.isascii() else [term]
    for row in terms()["glossary"]:
        english = [word.lower() for word in row["en"]]
        if term in row["zh"]:
            found += row["zh"]
        elif term.lower() in english:
            found += [row["zh"][english.index(term.lower())]] if len(english) == len(row["zh"]) else row["zh"]
    return list(dict.fromkeys(found))


def _in_row(term: str, row: dict[str, list[str]]) -> bool:
    low = term.lower()
    return any(term in word for word in row["zh"]) or any(
        re.search(rf"\b{re.escape(low)}", word.lower()) for word in (*row["en"], *row["code"])
    )


def activities() -> dict[str, str]:
    """Activities of the permission matrix with the words a person reads."""
    from chengxin.oversight.words import PAPER_STEPS, STEPS
    from chengxin.people.words import ACTIVITIES, TASKS

    return dict.fromkeys(house.activities(), "") | TASKS | STEPS | PAPER_STEPS | ACTIVITIES


def _duties() -> dict[str, str]:
    from chengxin.people.words import DUTIES

    return DUTIES


def _points() -> dict[str, str]:
    """Points of the law and rights, by number."""
    found: dict[str, str] = terms()["law"] | terms()["rights"]
    return found


def _states() -> Iterator[tuple[str, str, str]]:
    from importlib import import_module

    for path in sorted(house.SRC.glob("*/states.py")):
        lines = path.read_text("utf-8").splitlines()
        for state, said in import_module(f"chengxin.{path.parent.name}.states").LABELS.items():
            line = next((n for n, text in enumerate(lines, 1) if said in text), 1)
            yield state, said, f"{house.shown(path)}:{line}"


def _parameters() -> Iterator[dict[str, Any]]:
    """Dated numbers of the law, with the comment that says what each is."""
    for path in sorted((house.SRC / "catalog" / "seed").glob("*.toml")):
        text = path.read_text("utf-8")
        for match in re.finditer(
            r'\[\[parameter\]\]\nname = "(\w+)"\s*(?:#\s*(.*))?\nvalue = (.*)\nunit = "(\w+)"[\s\S]*?basis = "(.*)"',
            text,
        ):
            line = text.count("\n", 0, match.start()) + 2
            name, says, value, unit, basis = match.groups()
            yield {
                "parameter": name,
                "says": says or "",
                "value": f"{value} {unit}",
                "basis": basis,
                "at": f"{house.shown(path)}:{line}",
            }


def _in_parameter(words: list[str], low: str, one: dict[str, Any]) -> bool:
    if low.isascii():
        return low.replace(" ", "_") in one["parameter"]
    return any(word in one["basis"] for word in words)


def _pages(term: str) -> Iterator[dict[str, str]]:
    for path in sorted(house.SRC.glob("*/templates/**/*.html")):
        if term in (text := path.read_text("utf-8")):
            yield {"at": f"{house.shown(path)}:{text.count(chr(10), 0, text.index(term)) + 1}"}


def law_numbers(source: str) -> list[str]:
    """Return the points of the law that a source names (法律要点): ``law 11.8、4.3`` are two."""
    return [
        f"law {one}" for group in re.findall(r"law(?:\.md)? ([\d.]+(?:、[\d.]+)*)", source) for one in group.split("、")
    ]


def _articles(source: str) -> list[dict[str, str]]:
    """What the numbers of a source mean."""
    known = _points()
    numbers = [*re.findall(r"R\d+\.\d+", source), *law_numbers(source)]
    return [{"number": one, "says": known[one]} for one in numbers if one in known]


def _bodies(places: list[house.Place]) -> Iterator[str]:
    """Where a rule stands, and the functions that lead there: which activities meet it is said by those."""
    yield from (one.body for one in places if one.kind not in {"table", "constraint"})
    reached = house.callers({one.name for one in places if one.path.suffix == ".sql"})
    yield from (one.text for one in reached)


def _activities_in(bodies: Iterable[str]) -> list[dict[str, str]]:
    said, text = activities(), "\n".join(bodies)
    return [{"activity": name, "name": words} for name, words in said.items() if re.search(rf"['\"]{name}['\"]", text)]


def _short(rule: Rule) -> dict[str, str]:
    return {"code": rule.code, "sentence": rule.sentence}


def _lines(term: str, found: dict[str, Any]) -> Iterator[str]:
    if not found:
        yield f"没有找到“{term}”。"
        if close := near(term):
            yield f"相近的有：{'、'.join(close)}"
        yield "规则的全部编号在 docs/rules.md；也可以只写编号的前半，例如 NOTICE。"
    elif "rule" in found:
        yield from _rule_lines(found["rule"])
    elif "object" in found:
        yield from _object_lines(found["object"])
    else:
        for kind, hits in found.items():
            yield f"{LABELS[kind]}（{len(hits)}）"
            most = len(hits) if kind == "rules" else MANY
            yield from (f"  {_one(kind, hit)}" for hit in hits[:most])
            if len(hits) > most:
                yield f"  …还有 {len(hits) - most} 个，--json 全部列出"


_FORMS = {
    "points": "{number}  {says}",
    "duties": "{name}  {duty}\n    事项：{activities}\n    查询用途：{purposes}",
    "rules": "{code}  {sentence}",
    "glossary": "{zh} = {en}：{code}",
    "states": "{name}  {state}  {at}",
    "parameters": "{parameter} = {value}  {at}\n    依据：{basis}",
    "objects": "{name}  {at}",
    "pages": "{at}",
}


def _one(kind: str, hit: dict[str, Any]) -> str:
    if kind == "activities":
        return "\n    ".join([f"{hit['activity']}  {hit['name']}".rstrip(), *map(_may, hit["allowed"])])
    if kind == "duties":
        hit = hit | {"activities": [f"{activities()[one]} {one}".strip() for one in hit["activities"]]}
    if kind == "points" and "by" in hit:
        return f"{hit['number']}  {hit['says']}\n    由什么执行：{hit['by']}\n    由什么证明：{hit['proved']}"
    flat = {key: "、".join(value) or "没有" if isinstance(value, list) else value for key, value in hit.items()}
    return _FORMS[kind].format(**flat).rstrip()


def _may(allowed: dict[str, str]) -> str:
    return f"{_duties()[allowed['duty']]}，依据：{allowed['basis']}"


def _rule_lines(rule: dict[str, Any]) -> Iterator[str]:
    yield f"{rule['code']}  {rule['sentence']}"
    yield f"  房间      {rule['room']}"
    yield f"  依据      {rule['source']}"
    yield from (f"            {one['number']}：{one['says']}" for one in rule["articles"])
    yield from (f"  数据库    {house.KINDS.get(one['kind'], '脚本')} {one['name']}  {one['at']}" for one in rule["sql"])
    yield from (f"  程序      {one['name']}  {one['at']}" for one in rule["python"])
    yield from _common(rule)


def _object_lines(named: dict[str, Any]) -> Iterator[str]:
    yield f"{named['name']}  {house.KINDS[named['kind']]}  {named['at']}"
    if named["says"]:
        yield f"  说明      {named['says']}"
    if named["kind"] == "function":
        yield f"  谁能调用  {'、'.join(named['roles']) or '只有其他函数'}"
    yield from (f"  规则      {one['code']}  {one['sentence']}" for one in named["rules"])
    yield from _common(named)


def _common(found: dict[str, Any]) -> Iterator[str]:
    activities = [f"{one['name']} {one['activity']}".strip() for one in found["activities"]]
    if activities:
        more = f"；还有 {len(activities) - MANY} 个" if len(activities) > MANY else ""
        yield f"  登记事项  {'；'.join(activities[:MANY])}{more}"
    yield from (f"  测试      {one['name']}  {one['at']}" for one in found["tests"])
