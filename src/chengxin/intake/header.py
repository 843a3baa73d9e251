"""Understanding the header (表头): which column is which, what may not be there. Pure.

A message names a column by its position, never by what stands there: in a file without a header that is a person.
"""

from __future__ import annotations

import re
import unicodedata

from chengxin.intake.cells import is_nothing
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import ItemFacts

_REMARKS = ("表格说明", "填表说明", "填报说明", "填写说明")
_NOTES = ("说明:", "注:", "备注:")
_MARKS = re.compile(r"\((?:必填|选填|必填项|选填项)\)|[*\s]")


def is_remark(cells: list[str], *, title: bool = False) -> bool:
    """Whether a record is no data: blank, an explanation row (表格说明), or, above the header, a title in one cell."""
    filled = [unicodedata.normalize("NFKC", c).strip() for c in cells if c.strip()]
    if not filled or filled[0].startswith(_REMARKS):
        return True
    if len(filled) > 1:
        return False
    return filled[0].startswith(_NOTES) or (title and len(cells) > 1)


def read_header(cells: list[str], *, item: ItemFacts) -> tuple[str, ...]:
    """Map a header to column codes (表头对照): by code, Chinese name or alias; empty for a blank heading.

    Raises:
        UnreadableFile: INTAKE-04 when a column is prohibited, INTAKE-03 when one is unknown, doubled or missing; one
            error names all of them.
    """
    if len(cells) == 1 and re.search(r"[\t;|]", cells[0]):
        raise UnreadableFile("INTAKE-03", "列之间的分隔符不是逗号", "请另存为“CSV UTF-8（逗号分隔）”后重新上传")
    known = _spellings(item)
    columns: list[str] = []
    problems: list[str] = []
    prohibited = False
    for position, cell in enumerate(cells, start=1):
        code = known.get(_key(cell), "")
        ban = "" if code else _banned(cell, item)
        if ban:
            prohibited = True
            problems.append(f"第 {position} 列属于禁止归集的信息（{ban}）")
        elif not code and not is_nothing(cell):
            problems.append(f"第 {position} 列的列名不在目录中")
        elif code and code in columns:
            problems.append(f"第 {position} 列与第 {columns.index(code) + 1} 列重复")
        columns.append(code)
    missing = [f.name for f in item.fields if f.required == "yes" and f.code not in columns]
    if missing and not prohibited:
        problems.append(f"缺少必填列：{'、'.join(missing)}")
    if problems:
        remedy = "请删除这些列并停止收集这类信息" if prohibited else "请对照本目录的模板修改表头"
        raise UnreadableFile("INTAKE-04" if prohibited else "INTAKE-03", "；".join(problems), remedy)
    return tuple(columns)


def _spellings(item: ItemFacts) -> dict[str, str]:
    found = {_key(name): code for code, name in item.organisation_only.items()}
    found |= {_key(code): code for code in item.organisation_only}
    for field in item.fields:
        found |= {_key(spelling): field.code for spelling in (field.code, field.name, *field.aliases)}
    return found


def _key(text: str) -> str:
    """One form of a heading: half width, no spaces, no mark of required columns, upper case."""
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).strip("\ufeff ")).upper()


def _banned(text: str, item: ItemFacts) -> str:
    """The law that prohibits a column of this name; empty when none does."""
    key = _key(text)
    return next((ban.law for ban in item.prohibited if any(word.upper() in key for word in ban.words)), "")
