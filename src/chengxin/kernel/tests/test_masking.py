"""The masking table, names, and what a mask may never reveal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.masking import HIDDEN, Viewer, What, mask
from chengxin.kernel.names import name_problem, normalise_name

ID = "32091119680307123X"
MASKED_ID = "3209**********3X"


@pytest.mark.parametrize(
    ("viewer", "name", "number"),
    [
        (Viewer.PERSON, "王*兰", MASKED_ID),
        (Viewer.PERSON_REVEAL, "王桂兰", ID),
        (Viewer.CLERK_BEFORE, HIDDEN, HIDDEN),
        (Viewer.CLERK, "王桂兰", MASKED_ID),
        (Viewer.CLERK_AUTHORISATION, "王桂兰", ID),
        (Viewer.DATA_OFFICER, "王*", MASKED_ID),
        (Viewer.DATA_OFFICER_FILE, "王桂兰", ID),
        (Viewer.REVIEWER, "王桂兰", MASKED_ID),
        (Viewer.REVIEWER_REVEAL, "王桂兰", ID),
        (Viewer.PUBLIC, "王*兰", MASKED_ID),
        (Viewer.LOG, HIDDEN, HIDDEN),
    ],
)
def test_the_table(viewer: Viewer, name: str, number: str) -> None:
    assert mask(What.NAME, "王桂兰", viewer) == name
    assert mask(What.NUMBER, ID, viewer) == number


@pytest.mark.parametrize(
    ("name", "public", "officer"),
    [
        ("王兰", "王*", "王*"),
        ("王桂兰", "王*兰", "王*"),
        ("欧阳明", "欧阳*", "欧阳*"),
        ("欧阳晓明", "欧阳*明", "欧阳*"),
        ("欧阳", "欧*", "欧*"),
        ("王李晓明", "王**明", "王*"),
        ("王", "*", "*"),
        ("阿卜杜拉·买买提", "阿*·*", "阿*·*"),
        ("阿卜杜拉•买买提", "阿*·*", "阿*·*"),
        ("JOHN SMITH", "J* *", "J* *"),
        ("Li", "L*", "L*"),
        ("𮧵小明", "𮧵*明", "𮧵*"),
        ("  王桂兰 ", "王*兰", "王*"),
        ("", HIDDEN, HIDDEN),
    ],
)
def test_names(name: str, public: str, officer: str) -> None:
    assert mask(What.NAME, name, Viewer.PUBLIC) == public
    assert mask(What.NAME, name, Viewer.DATA_OFFICER) == officer


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("320902900307123", "3209**********23"),
        ("E12345678", "**********78"),
        ("H1234567890", "**********90"),
        ("123456", "**********"),
        ("", HIDDEN),
    ],
)
def test_other_numbers(number: str, masked: str) -> None:
    assert mask(What.NUMBER, number, Viewer.CLERK) == masked


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=50))
def test_a_masked_name_hides_at_least_one_character_and_invents_none(name: str) -> None:
    for viewer in (Viewer.PERSON, Viewer.PUBLIC, Viewer.DATA_OFFICER):
        shown = mask(What.NAME, name, viewer)
        assert "*" in shown
        kept = shown.replace("*", "")
        assert len(kept) <= 3
        assert len(kept) < len(name)
        assert kept[0] == name[0]
        assert kept[1:] in ("", name[1], name[-1], name[1] + name[-1])


@given(st.text(st.sampled_from("0123456789"), min_size=18, max_size=18))
def test_a_masked_number_shows_neither_birthday_nor_length(number: str) -> None:
    shown = mask(What.NUMBER, number, Viewer.PUBLIC)
    assert shown == number[:4] + "*" * 10 + number[-2:]


@given(st.text(max_size=30), st.sampled_from(What), st.sampled_from(Viewer))
def test_any_text_can_be_masked(text: str, what: What, viewer: Viewer) -> None:
    shown = mask(what, text, viewer)
    if viewer in (Viewer.LOG, Viewer.CLERK_BEFORE):
        assert shown == HIDDEN


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("阿卜杜拉•买买提", "阿卜杜拉\u00b7买买提"),
        ("阿卜杜拉・买买提", "阿卜杜拉\u00b7买买提"),
        ("阿卜杜拉 · 买买提", "阿卜杜拉\u00b7买买提"),
        (" 王桂兰\n", "王桂兰"),
        ("JOHN  SMITH", "JOHN SMITH"),
        ("Jose\u0301", "Jos\u00e9"),
    ],
)
def test_names_have_one_written_form(typed: str, name: str) -> None:
    assert normalise_name(typed) == name
    assert normalise_name(name) == name


@pytest.mark.parametrize(
    "name", ["王兰", "𮧵明", "㐂子", "\U00031350明", "\U000323b0明", "王\ue000", "JOHN SMITH", "阿·买"]
)
def test_rare_characters_are_welcome(name: str) -> None:
    assert name_problem(name) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("王", "length"),
        ("", "length"),
        ("王" * 51, "length"),
        ("王\u202e兰", "control"),
        ("王\u200b兰", "control"),
        ("王\x00兰", "control"),
        ("王\ufffd兰", "control"),
        ("320902", "digit"),
        ("王\uff12", "digit"),
    ],
)
def test_name_problems(name: str, problem: str) -> None:
    assert name_problem(name) == problem


def test_a_lone_surrogate_is_no_character() -> None:
    assert name_problem("王" + chr(0xD800)) == "control"
