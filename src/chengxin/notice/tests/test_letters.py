"""A letter says all of it or does not exist (NOTICE-04), whatever is left out."""

from __future__ import annotations

import copy
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.errors import Refused
from chengxin.notice.rules import GUIDANCE, MANDATORY, LetterBody, Paragraph, complete, letter_number
from chengxin.notice.wording import CHOICES, FACTS, TemplateError, in_force, parse

DAY = date(2026, 11, 23)
GIVEN = {fact: f"〔{fact}〕" for fact in FACTS if not fact.startswith("handler")}
OPTIONAL = {"details", "last_used", "repair_period", "repair_from", "wait_days", "wait_until"}
"""Facts that some letter does without: each has a flag."""
choice = st.tuples(*(st.sampled_from(pair) for pair in CHOICES))
flags = st.builds(lambda picked, more: [*picked, *more], choice, st.sets(st.sampled_from(["provisional", "details"])))


def shipped() -> dict[str, Any]:
    return tomllib.loads((files("chengxin.notice") / "seed" / "before-entry-1.toml").read_text("utf-8"))


@given(flags)
def test_every_letter_is_whole(given_flags: list[str]) -> None:
    body = in_force(DAY).fill(GIVEN, given_flags, number="告1号")
    assert [part.key for part in body.paragraphs] == list(MANDATORY)
    assert [part.key for part in body.guidance] == list(GUIDANCE)
    said = body.text()
    for fact in ("handler", "name", "doc_no", "basis", "bases", "severity", "last_kept", "reply_days", "repair_accept"):
        assert GIVEN.get(fact, "盐城市公共信用信息中心") in said
    assert ("〔last_used〕" in said) == ("displayed" in given_flags)
    assert ("〔repair_from〕" in said) == ("repair_date" in given_flags)
    assert ("〔wait_until〕" in said) == ("in_app" in given_flags)


@given(flags, st.sampled_from(sorted(GIVEN)), st.sampled_from(["", " ", "\n"]))
def test_notice_04_without_a_fact_there_is_no_letter(given_flags: list[str], fact: str, empty: str) -> None:
    facts = GIVEN | {fact: empty}
    if fact not in OPTIONAL or f"〔{fact}〕" in in_force(DAY).fill(GIVEN, given_flags, number="告1号").text():
        with pytest.raises(Refused, match="NOTICE-04"):
            in_force(DAY).fill(facts, given_flags, number="告1号")
    else:
        assert in_force(DAY).fill(facts, given_flags, number="告1号").text()


@given(st.data())
def test_notice_04_without_a_part_there_is_no_letter(data: st.DataObject) -> None:
    body = in_force(DAY).fill(GIVEN, ["in_app", "displayed", "repair_date"], number="告1号")
    assert complete(body) == body
    field, parts = data.draw(st.sampled_from([("paragraphs", body.paragraphs), ("guidance", body.guidance)]))
    gone = data.draw(st.sampled_from(parts))
    without = tuple(part for part in parts if part is not gone)
    silent = tuple(replace(part, text=" ") if part is gone else part for part in parts)
    for broken in (without, silent):
        with pytest.raises(Refused, match="NOTICE-04"):
            complete(_with(body, field, broken))


@pytest.mark.parametrize("head", ["title", "number", "name", "issuer", "contact", "guidance_title"])
def test_notice_04_without_a_head_there_is_no_letter(head: str) -> None:
    body = in_force(DAY).fill(GIVEN, ["in_app", "displayed", "repair_now"], number="告1号")
    with pytest.raises(Refused, match="NOTICE-04"):
        complete(_with(body, head, " "))


@dataclass(frozen=True)
class Facts:
    """What `letters` asks of a record, for classes with and without a shortest period."""

    severity: str
    item: str
    decided_on: date = date(2026, 9, 21)


@pytest.mark.database
@pytest.mark.parametrize(
    ("severity", "item", "first"),
    [
        ("GENERAL", "XZCF", "2026年12月22日（周二）"),
        ("SERIOUS", "XZCF", "2027年9月22日（周三）"),
        ("MINOR", "XZCF", ""),
        ("UNDETERMINED", "XZCF", ""),
        ("SERIOUS", "SXBZXR", ""),
    ],
)
def test_repair_begins_after_the_shortest_period(home: Any, severity: str, item: str, first: str) -> None:
    del home
    from chengxin.notice import letters

    facts: Any = Facts(severity, item)
    assert letters._repair(facts, DAY).get("repair_from", "") == first


def test_a_letter_comes_back_as_it_was_kept() -> None:
    body = in_force(DAY).fill(GIVEN, ["post", "not_displayed", "repair_now"], number="告1号")
    again = LetterBody.unpacked(body.packed())
    assert (again, again.digest()) == (body, body.digest())
    changed = replace(body, guidance=(*body.guidance[:-1], Paragraph("answer", "多长时间有结果", "没有期限。")))
    assert changed.digest() != body.digest()


def test_a_fact_is_text_and_nothing_else() -> None:
    facts = GIVEN | {"title": "{name}{handler_name} {0} }{"}
    assert (
        "{name}{handler_name} {0} }{"
        in in_force(DAY).fill(facts, ["in_app", "displayed", "repair_now"], number="1").text()
    )


def test_before_the_first_wording_there_is_no_letter() -> None:
    with pytest.raises(Refused, match="NOTICE-04"):
        in_force(date(2021, 12, 31))


def _with(body: LetterBody, field: str, value: Any) -> LetterBody:
    return replace(body, **{field: value})


def _drop(data: dict[str, Any], section: str, key: str) -> None:
    data[section] = [part for part in data[section] if part["key"] != key]


@pytest.mark.parametrize(
    ("section", "key"), [*(("part", key) for key in MANDATORY), *(("guidance", key) for key in GUIDANCE)]
)
def test_a_template_without_a_part_is_none(section: str, key: str) -> None:
    data = copy.deepcopy(shipped())
    assert parse(data).id == "before-entry-1"
    _drop(data, section, key)
    with pytest.raises(TemplateError):
        parse(data)


def test_a_template_that_would_be_silent_for_some_letter_is_none() -> None:
    for line in (
        [{"when": ["displayed"], "text": "只对一些人说。"}],
        [{"when": ["details"], "text": "只对一些人说。"}],
        [{"when": ["in_app", "provisional"], "text": "甲"}, {"when": ["post"], "text": "乙"}],
        [{"text": "{nobody}"}],
        [{"when": ["someday"], "text": "未知的条件"}],
    ):
        data = copy.deepcopy(shipped())
        data["part"][0]["line"] = line
        with pytest.raises(TemplateError):
            parse(data)


def test_a_number_tells_record_and_version_apart() -> None:
    one = "0192f0c1-2b3c-7d4e-8f90-a1b2c3d4e5f6"
    assert letter_number(one, 1) == "告A1B2C3D4E5F6-1号"
    assert letter_number(one, 2) != letter_number(one, 1)
