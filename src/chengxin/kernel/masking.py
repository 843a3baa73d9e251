"""Masking (脱敏): one function decides what of a name or number each viewer sees. Pure.

First four and last two of an identity number leave about two million candidates; the popular first six and last four
leave about two thousand, which is no mask. The number of stars is fixed, so it does not tell the length.
"""

from __future__ import annotations

import re
from enum import StrEnum

from chengxin.kernel.names import MIDDLE_DOT, normalise_name

HIDDEN = "\u2013"
"""A dash, shown where the viewer sees nothing (不显示)."""

_STARS = "*" * 10
_COMPOUND = (
    "欧阳司马上官诸葛东方独孤南宫万俟闻人夏侯尉迟公羊赫连澹台皇甫宗政濮阳公冶太叔申屠公孙慕容仲孙钟离"
    "长孙宇文司徒鲜于司空闾丘子车亓官司寇巫马公西颛孙壤驷公良漆雕乐正宰父谷梁拓跋夹谷轩辕令狐段干百里"
    "呼延东郭南门羊舌微生梁丘左丘东门西门第五端木完颜耶律纳兰达奚褚师"
)
_COMPOUND_SURNAMES = frozenset(_COMPOUND[at : at + 2] for at in range(0, len(_COMPOUND), 2))


class What(StrEnum):
    """What is masked."""

    NAME = "name"  # 姓名
    NUMBER = "number"  # 证件号码


class Viewer(StrEnum):
    """Who looks, and on which page (experience of each role; the caller has checked the role and logged the look)."""

    PERSON = "person"  # 本人：页头
    PERSON_REVEAL = "person_reveal"  # 本人：点开显示，有记录
    CLERK_BEFORE = "clerk_before"  # 窗口人员：登记用途之前
    CLERK = "clerk"  # 窗口人员：登记用途之后
    CLERK_AUTHORISATION = "clerk_authorisation"  # 窗口人员：授权书页面
    DATA_OFFICER = "data_officer"  # 数据员：本批次，屏幕上
    DATA_OFFICER_FILE = "data_officer_file"  # 数据员：自己上传文件的错误清单
    REVIEWER = "reviewer"  # 办案人员：本案
    REVIEWER_REVEAL = "reviewer_reveal"  # 办案人员：点开显示，有理由和记录
    PUBLIC = "public"  # 依法公示的名单
    LOG = "log"  # 日志、指标、网址、文件名


class _Form(StrEnum):
    NOTHING = "nothing"
    SURNAME = "surname"
    MASKED = "masked"
    FULL = "full"


_TABLE: dict[Viewer, tuple[_Form, _Form]] = {
    # viewer: (name, number)
    Viewer.PERSON: (_Form.MASKED, _Form.MASKED),
    Viewer.PERSON_REVEAL: (_Form.FULL, _Form.FULL),
    Viewer.CLERK_BEFORE: (_Form.NOTHING, _Form.NOTHING),
    Viewer.CLERK: (_Form.FULL, _Form.MASKED),
    Viewer.CLERK_AUTHORISATION: (_Form.FULL, _Form.FULL),
    Viewer.DATA_OFFICER: (_Form.SURNAME, _Form.MASKED),
    Viewer.DATA_OFFICER_FILE: (_Form.FULL, _Form.FULL),
    Viewer.REVIEWER: (_Form.FULL, _Form.MASKED),
    Viewer.REVIEWER_REVEAL: (_Form.FULL, _Form.FULL),
    Viewer.PUBLIC: (_Form.MASKED, _Form.MASKED),
    Viewer.LOG: (_Form.NOTHING, _Form.NOTHING),
}


def mask(what: What, value: str, viewer: Viewer) -> str:
    """Give what this viewer may read of a name (姓名) or document number (证件号码).

    Names: 王兰 ``王*``, 王桂兰 ``王*兰``, 欧阳晓明 ``欧阳*明``; a data officer reads ``王*``.
    Numbers: ``3209**********4X``.
    ``HIDDEN`` where the viewer may read nothing; no form shows a birth date.
    """
    name_form, number_form = _TABLE[viewer]
    form = name_form if what is What.NAME else number_form
    if form is _Form.FULL:
        return value
    if form is _Form.NOTHING or not value.strip():
        return HIDDEN
    if what is What.NUMBER:
        return _number(value)
    return _name(normalise_name(value), surname_only=form is _Form.SURNAME)


def _number(number: str) -> str:
    """Keep four and two characters of an identity number, two of a passport or permit, none of anything shorter."""
    if len(number) >= 15:
        return number[:4] + _STARS + number[-2:]
    return _STARS + number[-2:] if len(number) >= 7 else _STARS


def _name(name: str, *, surname_only: bool) -> str:
    if MIDDLE_DOT in name or " " in name:
        # 阿卜杜拉·买买提, JOHN SMITH: the first character of the first part, and the shape.
        first, *others = re.split(f"([{MIDDLE_DOT} ])", name)
        return first[:1] + "*" + "".join(other if other in (MIDDLE_DOT, " ") else "*" for other in others)
    if name.isascii():
        return name[0] + "*" if len(name) > 1 else "*"
    surname = name[:2] if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES else name[:1]
    given = name[len(surname) :]
    if not given:
        return "*"
    if surname_only or len(given) == 1:
        return surname + "*"
    return surname + "*" * (len(given) - 1) + given[-1]
