"""Synthetic persons and penalty files (演示数据生成). The same seed gives the same bytes, on every machine.

Identity numbers start with 09, a province nobody has, and carry a true check digit, so all code runs and nobody real
can be meant. Texts and lists stand in ``demo.toml``. There are no penalties by the police: they are sealed by law.
"""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

from chengxin.kernel.identity import check_digit
from chengxin.kernel.organisation import org_code_check_character, uscc_check_character
from chengxin.kernel.periods import add_months

__all__ = [
    "COLUMNS",
    "Desk",
    "Organisation",
    "Person",
    "departments",
    "desks",
    "penalties",
    "penalty_row",
    "persons",
    "story_persons",
    "write_csv",
]

COLUMNS = (
    "CF_XDR_MC", "CF_XDR_LB", "CF_XDR_ZJLX", "CF_XDR_ZJHM", "CF_WSH", "CF_WFXW", "CF_SY", "CF_YJ", "CF_CFLB", "CF_NR",
    "CF_NR_FK", "CF_NR_WFFF", "CF_NR_ZKDX", "CF_JDRQ", "CF_YXQ", "CF_GSJZQ", "CF_CFJG", "CF_CFJGDM", "CF_SJLY",
    "CF_SJLYDM", "BZ", "CF_XWRQ", "CF_SXYZCD",
)  # fmt: skip
"""Columns of a generated file, in file order: those of item XZCF."""

_LONGEST_AGO = 300  # days: a 一般 record decided then is still displayed after its notice and waiting period
_LONGEST_INQUIRY = 60  # days from the act, found at an inspection, to the decision
_IN_TIME = 6  # days: surely within seven working days of the decision


class Organisation(Protocol):
    """What a penalty needs of an organisation; its name decides what it punishes."""

    @property
    def uscc(self) -> str: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True)
class Department:
    """A department of the demonstration city (演示部门) with a synthetic unified code."""

    uscc: str
    name: str


@dataclass(frozen=True)
class Person:
    """A person who does not exist (演示人员)."""

    name: str
    id_number: str
    born: date


class Stream:
    """Repeatable numbers: SHA-256 of seed and counter, so that no version of a library can change a file."""

    def __init__(self, *seed: object) -> None:
        self._seed = "/".join(map(str, seed)).encode()
        self._blocks = self._bytes()

    def _bytes(self) -> Iterator[int]:
        counter = 0
        while True:
            block = hashlib.sha256(self._seed + counter.to_bytes(8, "big")).digest()
            for at in range(0, 32, 4):
                yield int.from_bytes(block[at : at + 4], "big")
            counter += 1

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        return next(self._blocks) * limit >> 32

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        return self.below(100) < percent

    def choice(self, options: Sequence[Any]) -> Any:
        return options[self.below(len(options))]


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files("chengxin.operate") / "demo.toml").read_text(encoding="utf-8"))


def departments() -> tuple[Department, ...]:
    """The departments that punish in the demonstration city, with codes of the unassigned area 0909 (演示部门)."""
    found = []
    for at, department in enumerate(_data()["department"], start=1):
        inner = f"9{at:07d}"
        body = "11090900" + inner + org_code_check_character(inner)
        found.append(Department(body + uscc_check_character(body), department["name"]))
    return tuple(found)


def story_persons() -> tuple[Person, Person, Person]:
    """The three whom documents and tests follow (演示故事): 王桂兰, 陈志强 and 李晓燕, with fixed numbers.

    王桂兰 and 陈志强 have one penalty each in every generated set; 李晓燕 has none and is only looked up.
    """
    return (
        _person("王桂兰", "090924", date(1958, 3, 12), 246),
        _person("陈志强", "090902", date(1979, 8, 25), 131),
        _person("李晓燕", "090903", date(1988, 11, 6), 528),
    )


def _person(name: str, area: str, born: date, order: int) -> Person:
    body = f"{area}{born:%Y%m%d}{order:03d}"
    return Person(name, body + check_digit(body), born)


def persons(size: int, *, seed: int, today: date) -> list[Person]:
    """Make `size` different persons aged 18 to 95, the three of the story first (演示人员)."""
    stream = Stream("persons", seed)
    areas = sorted(_data()["areas"])
    found = list(story_persons())[:size]
    taken = {person.id_number for person in found}
    while len(found) < size:
        age = 18 + (stream.below(78) + stream.below(78)) // 2
        born = add_months(today, -12 * age) - timedelta(days=stream.below(365))
        order = stream.below(996)  # from 996 on a 15-digit number would mean another century
        person = _person(_name(stream, male=order % 2 == 1), stream.choice(areas), born, order)
        if person.id_number not in taken:
            taken.add(person.id_number)
            found.append(person)
    return found


@cache
def _surname_weights() -> tuple[int, ...]:
    """Zipf: the n-th surname is 1/n as frequent as the first."""
    return tuple(accumulate(100_000 // rank for rank in range(1, len(_data()["surnames"]) + 1)))


def _name(stream: Stream, *, male: bool) -> str:
    data = _data()
    if stream.below(200) == 0:
        return str(stream.choice(data["minority"]))
    if stream.below(100) == 0:
        surname = stream.choice(data["compound_surnames"])
    else:
        at = stream.below(_surname_weights()[-1])
        surname = data["surnames"][next(n for n, reached in enumerate(_surname_weights()) if at < reached)]
    given = data["male" if male else "female"]
    first = stream.choice(data["rare"]) if stream.below(200) == 0 else stream.choice(given)
    return str(surname + first + (stream.choice(given) if stream.chance(80) else ""))


def penalties(
    people: Sequence[Person],
    *,
    seed: int,
    today: date,
    organisations: Sequence[Organisation] | None = None,
    percent: int = 5,
) -> list[dict[str, str]]:
    """Make the penalties of some people as rows of item XZCF, every one of them clean (演示处罚).

    Args:
        people: as ``persons`` makes them; the story's 王桂兰 and 陈志强 come first when they are among them.
        seed: the same seed, people, day and organisations give the same rows.
        today: the day in China; decisions lie 1 to 300 days before it.
        organisations: who decides and reports, matched to what it punishes by its name; ``departments()`` if left out.
        percent: share of the people with a penalty; of them one in ten has two.

    Raises:
        ValueError: when no organisation is one that punishes.
    """
    stream = Stream("penalties", seed)
    found = desks(departments() if organisations is None else organisations)
    if not found:
        raise ValueError("no organisation here punishes")
    heroes = {person.id_number for person in story_persons()}
    rows = []
    for person, match, ago in zip(story_persons(), ("市场监督", "交通运输"), (40, 60), strict=False):
        desk = next((d for d in found if match in d.organisation.name), None)
        if person in people and desk:
            decided_on = today - timedelta(days=ago)
            rows.append(penalty_row(person, desk, desk.penalties[0], stream, decided_on=decided_on, story=True))
    for person in people:
        if person.id_number in heroes or not stream.chance(percent):
            continue
        for _ in range(2 if stream.chance(10) else 1):
            desk = stream.choice(found)
            adult_on = add_months(person.born, 18 * 12)
            # Two of three are reported within the time for reporting, so that figures of quality show something.
            ago = stream.between(1, _LONGEST_AGO if stream.below(3) == 0 else _IN_TIME)
            decided_on = max(today - timedelta(days=ago), adult_on + timedelta(days=_LONGEST_INQUIRY))
            if decided_on > today:
                continue  # not of age at the act: nobody under 18 is ever penalised here
            texts = stream.choice(desk.penalties)
            rows.append(penalty_row(person, desk, texts, stream, decided_on=decided_on, story=False))
    return rows


def desks(organisations: Sequence[Organisation]) -> list[Desk]:
    """Those of the organisations that punish, each with its texts (执法单位)."""
    return [
        Desk(organisation, department)
        for organisation in organisations
        for department in _data()["department"]
        if department["match"] in organisation.name
    ]


class Desk:
    """An organisation at work: its templates and the number of its last document."""

    def __init__(self, organisation: Organisation, department: Mapping[str, Any]) -> None:
        self.organisation = organisation
        self.mark: str = department["mark"]
        self.penalties: list[dict[str, Any]] = department["penalty"]
        self.last = 0

    def next_number(self, year: int, step: int) -> str:
        self.last += step
        return f"{self.mark}〔{year}〕{self.last}号"


def penalty_row(
    person: Person, desk: Desk, penalty: Mapping[str, Any], stream: Stream, *, decided_on: date, story: bool
) -> dict[str, str]:
    """One penalty as the cells of its row, in the order of COLUMNS."""
    low, high = penalty["yuan"]
    yuan = stream.between(low // 100, high // 100) * 100
    severity = penalty.get("severity") or ("一般" if story else _severity(stream))
    shown = {"一般": 12, "严重": 36}.get(severity)
    inspected = decided_on - timedelta(days=stream.between(5, _LONGEST_INQUIRY))
    place = _data()["areas"][person.id_number[:6]]
    words = {"day": f"{inspected.year}年{inspected.month}月{inspected.day}日", "place": place, "yuan": f"{yuan:,}"}
    takes = penalty["categories"]
    licence = f"{penalty['licence']}（苏{stream.between(10000, 99999)}）" if "licence" in penalty else ""
    legacy = not story and stream.below(100) == 0 and person.born.year < 2000
    number = person.id_number[:6] + person.id_number[8:17] if legacy else person.id_number
    cells = (
        person.name,
        "自然人",
        "身份证",
        number,
        desk.next_number(decided_on.year, stream.between(1, 3)),
        penalty["act_type"],
        penalty["facts"].format(**words),
        penalty["basis"],
        takes,
        penalty["content"].format(**words),
        _ten_thousands(yuan) if "罚款" in takes else "",
        _ten_thousands(stream.between(1, 30) * 100) if "没收" in takes else "",
        licence,
        decided_on.isoformat(),
        "",
        add_months(decided_on, shown).isoformat() if shown and stream.chance(50) else "",
        desk.organisation.name,
        desk.organisation.uscc,
        desk.organisation.name,
        desk.organisation.uscc,
        "",
        inspected.isoformat(),
        severity,
    )
    return dict(zip(COLUMNS, cells, strict=True))


def _severity(stream: Stream) -> str:
    """Most are 一般; some state no class, which counts as 未定."""
    at = stream.below(100)
    return "一般" if at < 82 else "轻微" if at < 90 else "严重" if at < 95 else ""


def _ten_thousands(yuan: int) -> str:
    """Yuan as 万元, without a float: 500 is 0.05."""
    whole, rest = divmod(yuan, 10_000)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".")


def write_csv(path: Path, rows: Sequence[Mapping[str, str]], encoding: str = "utf-8") -> None:
    """Write rows as a CSV file with codes for headings (写出文件); `encoding` utf-8, utf-8-sig or gb18030."""
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
