"""One good row and the published item, for the tests of this room."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from chengxin.catalog.tests import samples
from chengxin.intake.facts import ItemFacts, OrganisationFacts, item_facts
from chengxin.kernel.identity import check_digit

TODAY = date(2026, 11, 23)
OFFICE = OrganisationFacts("110909009000000143", "盐城市市场监督管理局")
NAME = "王桂兰"
NUMBER = "090924195803122466"
REAL = "32090219900307123"  # without its check digit


def real_number() -> str:
    """A number outside the synthetic province, as a real person's would look."""
    return REAL + check_digit(REAL)


def born(day: str) -> str:
    """A synthetic number of somebody born on a day, such as 20081123."""
    body = f"090902{day}014"
    return body + check_digit(body)


def wide(text: str) -> str:
    """The full-width form of ASCII text."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


@cache
def item(code: str = "XZCF") -> ItemFacts:
    """A catalog item as seeded; the penalties of natural persons when none is named."""
    return item_facts(_seeded(f"items/{code.lower()}.toml"), _seeded("prohibited.toml"))


_DAYS = {"decided_on": "2026-10-14", "acted_on": "2026-06-30", "valid_until": "2031-10-13"}


def sample(code: str, **changes: str) -> dict[str, str]:
    """A row of a seeded item with nothing wrong in it on ``TODAY``, changed as asked."""
    days = {f.code: _DAYS.get(f.role, "") for f in item(code).fields if f.kind == "date"}
    return samples.sample(code) | days | changes


def _seeded(path: str) -> dict[str, Any]:
    return tomllib.loads((files("chengxin.catalog") / "seed" / path).read_text(encoding="utf-8"))


def row(**changes: str) -> dict[str, str]:
    """A row with nothing wrong in it, changed as asked."""
    return {
        "CF_XDR_MC": NAME,
        "CF_XDR_LB": "自然人",
        "CF_XDR_ZJLX": "身份证",
        "CF_XDR_ZJHM": NUMBER,
        "CF_WSH": "盐市监罚决〔2026〕123号",
        "CF_WFXW": "未取得食品经营许可从事食品经营活动",
        "CF_SY": "执法人员在射阳县某农贸市场检查时发现，当事人未取得食品经营许可，设摊制售熟食。",
        "CF_YJ": "《中华人民共和国食品安全法》第一百二十二条第一款",
        "CF_CFLB": "警告;罚款",
        "CF_NR": "给予警告，处以罚款2200元。",
        "CF_NR_FK": "0.22",
        "CF_NR_WFFF": "/",
        "CF_NR_ZKDX": "",
        "CF_JDRQ": "2026-10-14",
        "CF_YXQ": "",
        "CF_GSJZQ": "2027-10-14",
        "CF_CFJG": OFFICE.name,
        "CF_CFJGDM": OFFICE.uscc,
        "CF_SJLY": OFFICE.name,
        "CF_SJLYDM": OFFICE.uscc,
        "BZ": "无",
        "CF_SXYZCD": "一般",
    } | changes
