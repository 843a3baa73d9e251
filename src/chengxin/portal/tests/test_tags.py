from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import engines

from chengxin.portal import words
from chengxin.portal.forms import ObjectionForm, SignInForm
from chengxin.portal.rules import MissingPartError
from chengxin.portal.tests.test_rules import Record


def rendered(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


def test_dates_do_not_break() -> None:
    assert rendered("{{ d|day }}", d=date(2026, 11, 22)) == '<time datetime="2026-11-22">2026年11月22日</time>'
    assert "（周日）" in rendered("{{ d|day_week }}", d=date(2026, 11, 22))
    assert ">2026-11-22<" in rendered("{{ d|iso }}", d=date(2026, 11, 22))


def test_moments_are_said_in_china() -> None:
    assert "2026年11月23日 00:05" in rendered("{{ at|moment }}", at=datetime(2026, 11, 22, 16, 5, tzinfo=UTC))


def test_counts_have_their_measure_word() -> None:
    assert "1,204 条" in rendered("{{ n|count }}", n=1204)
    assert "3 行" in rendered("{{ n|count:'行' }}", n=3)


def test_masks_go_through_the_one_function() -> None:
    assert rendered("{{ n|mask_name:'person' }}", n="王桂兰") == "王*兰"
    assert rendered("{{ n|mask_number:'person' }}", n="09090219581101014X") == "0909**********4X"


def test_status_knows_its_vocabulary_only() -> None:
    for state, label in words.STATUS.items():
        assert label in rendered("{% status s %}", s=state)
    with pytest.raises(KeyError):
        rendered("{% status s %}", s="LISTED")


def test_the_adverse_tag_raises_when_a_part_is_missing() -> None:
    assert '<span class="doc">盐市监罚决〔2026〕123号</span>' in rendered("{% adverse r %}", r=Record())
    with pytest.raises(MissingPartError):
        rendered("{% adverse r %}", r=Record(doc_no=""))


@pytest.mark.usefixtures("home")
def test_the_deadline_tag() -> None:
    html = rendered("{% deadline d t '工作日' %}", d=date(2026, 11, 26), t=date(2026, 11, 10))
    assert "11月26日（周四）24:00" in html
    assert "还剩 12 个工作日" in html
    assert "暂定" not in html


def test_every_error_leads_to_its_field() -> None:
    form = ObjectionForm({"statement": ""})
    assert not form.is_valid()
    html = rendered("{% error_summary form %}{% field form.ground %}{% field form.statement %}", form=form)
    for anchor in ("id_ground_0", "id_statement"):
        assert f'href="#{anchor}"' in html
        assert f'id="{anchor}"' in html
    assert 'aria-describedby="id_statement-hint id_statement-error"' in html


def test_a_field_ties_its_hint() -> None:
    html = rendered("{% field form.code 'short' %}", form=SignInForm())
    assert 'class="short"' in html
    assert 'aria-describedby="id_code-hint"' in html


@pytest.mark.parametrize("typed", ["123 456", "".join(chr(0xFF11 + n) for n in range(6)), "123-456"])
def test_a_code_may_be_typed_as_people_do(typed: str) -> None:
    form = SignInForm({"login": "a", "password": "b", "code": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["code"] == "123456"


def test_a_statement_that_is_too_long_is_counted() -> None:
    form = ObjectionForm({"ground": "error", "statement": "字" * 2001})
    assert not form.is_valid()
    assert "2001" in form.errors["statement"][0]


def test_sentences_stand_behind_codes() -> None:
    assert words.sentence("RECORD-04") == words.rules()["RECORD-04"].sentence
    assert words.sentence("NOPE-99") == words.UNKNOWN_RULE


def test_what_belongs_together_is_not_broken_and_nothing_is_let_through() -> None:
    from chengxin.portal.templatetags.chengxin import whole

    said = whole("请填写 2026-03-01 或 2026年3月1日，文号〔2026〕12号，不要 <b>。")
    kept = ("2026-03-01", "2026年3月1日", "〔2026〕12号")
    assert [f'<span class="nowrap">{one}</span>' in said for one in kept] == [True] * 3
    assert "&lt;b&gt;" in said
