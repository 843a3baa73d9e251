"""Three months of files of a synthetic city (演示历史): who sent what in which week, and the bytes of each file.

Pure: the same persons, seed and day give the same bytes in every process. Texts and plan stand in ``history.toml``.
"""

from __future__ import annotations

import csv
import io
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from chengxin.kernel import withdrawal
from chengxin.kernel.periods import add_months
from chengxin.operate.generate import COLUMNS, Desk, Person, Stream, departments, desks, penalty_row, story_persons
from chengxin.operate.organisations import organisations
from chengxin.operate.spoil import spoil

__all__ = ["WEEKS", "Sending", "Story", "addresses", "content", "day_of", "sendings", "stories"]

WEEKS: Final = 14
"""Files come once a week; the last come yesterday."""
SUFFIX: Final = {"utf-8": "csv", "gb18030": "csv", "xlsx": "xlsx", "jsonl": "jsonl"}
_IN_TIME: Final = 6  # days: surely within seven working days
_MEND_AFTER: Final = 2  # weeks
_CORRECTED, _WITHDRAWN = (6, 8), (4, 10)
"""Week of the file and week in which the first sender corrects, or withdraws, two of its rows."""

Row = dict[str, str]


@dataclass(frozen=True)
class Sending:
    """One file of one organisation (报送文件)."""

    week: int
    organisation: str
    item: str
    kind: str
    form: str
    number: int
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """File name: week, item, number of the sender, and what the file does; nobody is named in it."""
        return f"{self.week:02d}-{self.item.lower()}-{self.number:02d}-{self.kind}.{SUFFIX[self.form]}"


@dataclass(frozen=True)
class Story:
    """A penalty of one of the three of the story, and where it goes (演示故事)."""

    person: Person
    doc_no: str
    state: str


def day_of(week: int, today: date) -> date:
    """The day on which the files of a week are sent (报送日)."""
    return today - timedelta(days=7 * (WEEKS - 1 - week) + 1)


@cache
def _plan() -> dict[str, Any]:
    return tomllib.loads((files("chengxin.operate") / "history.toml").read_text(encoding="utf-8"))


@dataclass
class _Sender:
    """An organisation under one item: its texts and the number of its last document."""

    number: int
    code: str
    name: str
    plan: Mapping[str, Any]
    desk: Desk | None
    last: int = 0

    def due(self, week: int) -> bool:
        first: int = self.plan.get("first", 0)
        return bool(week >= first and (week - first) % self.plan["every"] == 0)

    def row(self, person: Person, stream: Stream, *, sent: date, title: str = "") -> Row:
        """One row, decided since the file before or a little earlier; three of four are reported within their days."""
        longest = _IN_TIME if stream.below(4) else min(7 * self.plan["every"] + 3, 40)
        decided = sent - timedelta(days=stream.between(1, longest))
        if self.desk is not None:
            templates = self.desk.penalties
            return penalty_row(person, self.desk, stream.choice(templates), stream, decided_on=decided, story=False)
        self.last += stream.between(1, 3)
        title = title or stream.choice(self.plan["titles"])
        years = self.plan.get("years")
        words = {
            "name": person.name,
            "number": person.id_number,
            "doc_no": f"{self.plan['mark']}〔{decided.year}〕{self.last}号",
            "title": title,
            "kind": self.plan.get("kind", ""),
            "content": self.plan.get("content", "").format(title=title),
            "decided": decided.isoformat(),
            "acted": (decided - timedelta(days=stream.between(3, 30))).isoformat(),
            "until": (add_months(decided, 12 * years) - timedelta(days=1)).isoformat() if years else "",
            "shown": "",
            "authority": self.name,
            "code": self.code,
        }
        return {column: cell.format_map(words) for column, cell in _plan()["columns"][self.plan["item"]].items()}


def sendings(people: Sequence[Person], *, seed: int, today: date) -> list[Sending]:
    """All files, in the order in which they are sent (报送文件).

    Args:
        people: as ``generate.persons`` makes them, the three of the story first.
        seed: the same seed, people and day give the same files.
        today: the day in China; the last file is sent the day before.
    """
    stream = Stream("history", seed)
    grown = add_months(today, -12 * 20)  # of age at any act of these months
    pool = [person for person in people[3:-3] if person.born < grown]
    senders = _senders()
    written = _story_rows(senders, seed=seed, today=today)
    sent: list[Sending] = []
    for week in range(WEEKS):
        for sender in senders:
            mine = [row for one, at, row in written if one is sender and at == week]
            if not sender.due(week) and not mine:
                continue
            share = sender.plan["rows"] * len(people) / 1000
            count = max(1, round(share)) if sender.due(week) else 0
            day = day_of(week, today)
            rows = [sender.row(stream.choice(pool), stream, sent=day) for _ in range(count)]
            sent += _with_mistakes(sender, week, mine, rows, stream)
    sent += _nothing()
    sent += _second_thoughts(senders[0], [one for one in sent if one.number == 0])
    return sorted((one for one in sent if one.week < WEEKS), key=lambda one: (one.week, one.number, one.kind))


def stories(people: Sequence[Person], sent: Sequence[Sending]) -> list[Story]:
    """The penalties of the three of the story among the files, and where each goes (演示故事)."""
    heroes = story_persons()
    found = []
    for one in _plan()["story"]:
        if "state" not in one or heroes[one["who"]] not in people:
            continue
        number = heroes[one["who"]].id_number
        rows = (
            row
            for sending in sent
            if sending.week == one["week"] and sending.item == "XZCF" and sending.kind == "report"
            for row in sending.rows
            if row["CF_XDR_ZJHM"] == number and one["match"] in row["CF_CFJG"]
        )
        found += [Story(heroes[one["who"]], row["CF_WSH"], one["state"]) for row in rows]
    return found


def addresses(people: Sequence[Person], *, seed: int) -> dict[str, str]:
    """Where each person lives, by number (住址): somewhere in the eleven areas; some share a home with the next one."""
    stream = Stream("homes", seed)
    roads = [(area, road) for area, found in _plan()["roads"].items() for road in found]
    homes: dict[str, str] = {}
    before: tuple[Person, str] | None = None
    for person in people:
        if before and abs(before[0].born.year - person.born.year) <= 6 and _male(before[0]) != _male(person):
            home, before = before[1], None
        else:
            area, road = stream.choice(roads)
            home = f"盐城市{area}{road}{stream.between(1, 300)}号{stream.between(1, 30)}幢{stream.between(101, 2604)}室"
            before = (person, home)
        homes[person.id_number] = home
    return homes


def content(sending: Sending) -> bytes:
    """The bytes of a file in its department's format (文件内容)."""
    named = _names(sending.item)
    if sending.form == "xlsx":
        return _workbook(sending)
    if sending.form == "jsonl":
        lines = (json.dumps({named.get(k, k): v for k, v in row.items()}, ensure_ascii=False) for row in sending.rows)
        return ("\n".join(lines) + "\n").encode()
    text = io.StringIO(newline="")
    codes = list(sending.rows[0]) if sending.rows else _codes(sending.item)
    writer = csv.writer(text)
    # Half of the departments export from a program of their own, with codes for headings.
    writer.writerow(codes if sending.form == "utf-8" else [named.get(code, code) for code in codes])
    writer.writerows([row[code] for code in codes] for row in sending.rows)
    return text.getvalue().encode(sending.form)


def _workbook(sending: Sending) -> bytes:
    """The item's own template, filled in."""
    from chengxin.catalog.api import columns, data_sheet, new_book

    definition = _definition(sending.item)
    shown = columns(definition, kind=sending.kind)
    stream = io.BytesIO()
    with new_book(stream, item_code=sending.item, version=definition["item"]["version"]) as book:
        data_sheet(book, shown, [[row.get(column.code, "") for column in shown] for row in sending.rows])
    return stream.getvalue()


@cache
def _definition(item: str) -> dict[str, Any]:
    text = (files("chengxin.catalog") / "seed" / "items" / f"{item.lower()}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _codes(item: str) -> list[str]:
    """Columns of a file of an item that every department here sends alike."""
    return list(COLUMNS if item == "XZCF" else _plan()["columns"][item])


@cache
def _names(item: str) -> dict[str, str]:
    return {field["code"]: field["name"] for field in _definition(item)["field"]}


def _senders() -> list[_Sender]:
    punishing = {desk.organisation.uscc: desk for desk in desks(departments())}
    found = []
    for number, plan in enumerate(_plan()["sender"]):
        one = next(o for o in organisations() if plan["match"] in o.name and o.area.endswith("00"))
        desk = punishing[one.code] if plan["item"] == "XZCF" else None
        if desk is not None:
            desk.last = 1000  # above the documents of the files that every city has
        found.append(_Sender(number, one.code, one.name, plan, desk))
    return found


def _story_rows(senders: Sequence[_Sender], *, seed: int, today: date) -> list[tuple[_Sender, int, Row]]:
    stream = Stream("story", seed)
    found = []
    for one in _plan()["story"]:
        person, item = story_persons()[one["who"]], one.get("item", "XZCF")
        sender = next(s for s in senders if s.plan["match"] == one["match"] and s.plan["item"] == item)
        sent = day_of(one["week"], today)
        if sender.desk is None:
            row = sender.row(person, stream, sent=sent, title=one["title"])
        else:
            template = sender.desk.penalties[one.get("template", 0)]
            decided = sent - timedelta(days=one["days"])
            row = penalty_row(person, sender.desk, template, stream, decided_on=decided, story=True)
            row["CF_GSJZQ"] = add_months(decided, 3).isoformat() if one["state"] == "expire" else ""
        found.append((sender, one["week"], row))
    return found


def _with_mistakes(sender: _Sender, week: int, told: list[Row], rows: list[Row], stream: Stream) -> Iterator[Sending]:
    """The file as it was sent: some rows carry another name, some a mistake; and the file that puts them right.

    The story's rows (`told`) carry none.
    """
    about = (sender.code, sender.plan["item"])
    form, number = sender.plan["form"], sender.number
    for at in range(min(sender.plan.get("typos", 0), len(rows))):
        rows[-1 - at] = rows[-1 - at] | {"CF_XDR_MC": "误" + rows[-1 - at]["CF_XDR_MC"][1:]}
    dirty, found = spoil(rows, percent=sender.plan.get("spoilt", 0), seed=stream.below(1 << 30))
    yield Sending(week, *about, "report", form, number, (*told, *dirty))
    if found and sender.plan.get("mended"):
        clean = tuple(rows[one.row - 1] for one in found)
        yield Sending(week + _MEND_AFTER, *about, "report", "gb18030", number + 50, clean)


def _nothing() -> Iterator[Sending]:
    """Files with headings alone: the department says that the month brought nothing (无数据上报)."""
    for number, plan in enumerate(_plan()["nothing"], 80):
        code = next(o.code for o in organisations() if plan["match"] in o.name and o.area.endswith("00"))
        for week in range(plan["first"], plan.get("until", WEEKS), 4):
            if week not in plan.get("missed", ()):
                yield Sending(week, code, plan["item"], "report", plan["form"], number, ())


def _second_thoughts(sender: _Sender, sent: Sequence[Sending]) -> Iterator[Sending]:
    """What a department finds out later: an amount was typed wrongly, a decision was revoked."""
    heroes = {person.id_number for person in story_persons()}
    by_week = {one.week: [row for row in one.rows if row["CF_XDR_ZJHM"] not in heroes] for one in sent}
    about = (sender.code, sender.plan["item"])
    wrong = [row for row in by_week[_CORRECTED[0]] if row["CF_NR_FK"]][:2]
    if wrong:
        right = tuple(row | {"CF_NR_FK": "0.03", "CF_NR": "责令改正，处以罚款300元。"} for row in wrong)
        yield Sending(_CORRECTED[1], *about, "correct", "utf-8", sender.number, right)
    gone = tuple(row | {withdrawal.CODE: withdrawal.REASONS[0]} for row in by_week[_WITHDRAWN[0]][:2])
    if gone:
        yield Sending(_WITHDRAWN[1], *about, "withdraw", "utf-8", sender.number, gone)


def _male(person: Person) -> bool:
    return int(person.id_number[16]) % 2 == 1
