"""The rules alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.belonging.rules import check_adult, check_evidence, check_reasons, twice
from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import check_digit
from chengxin.kernel.periods import Period, Unit


@dataclass(frozen=True)
class Paper:
    doc_no: str


def number(born: date) -> str:
    body = f"090902{born:%Y%m%d}123"
    return body + check_digit(body)


EIGHTEEN, TWO = Period(18, Unit.YEAR), Period(2, Unit.YEAR)


@given(st.dates(date(1950, 1, 1), date(2007, 12, 31)), st.integers(0, 20_000), st.booleans())
def test_grown_up_at_the_act(born: date, days: int, back: bool) -> None:
    decided = born + timedelta(days=days)
    try:
        check_adult(number(born), decided_on=decided, age=EIGHTEEN, look_back=TWO if back else None)
        grown = True
    except Refused as error:
        grown = error.code != "BELONG-09"
    years = (decided.year - born.year) - ((decided.month, decided.day) < (born.month, born.day))
    # Who is born on 29 February comes of age on 28 February.
    assert grown == (years >= (20 if back else 18)) or (born.month, born.day) == (2, 29)


def test_a_number_without_birth_date_gets_nothing_adverse() -> None:
    for text, age in (("H01234567", EIGHTEEN), (number(date(1990, 1, 1)), None)):
        with pytest.raises(Refused, match="BELONG-09"):
            check_adult(text, decided_on=date(2026, 1, 1), age=age, look_back=None)


def test_reasons_and_evidence() -> None:
    assert check_reasons(" 核对了材料，确认不是本人。 ") == "核对了材料，确认不是本人。"
    assert check_evidence(" 函17号 ") == "函17号"
    for check, text in (
        (check_reasons, "短"),
        (check_reasons, "长" * 2001),
        (check_evidence, " x "),
        (check_evidence, "身份证090924195803122466"),
    ):
        with pytest.raises(Refused, match="BELONG-08"):
            check(text)


def test_the_same_document_under_another_spelling() -> None:
    one, other = (
        [Paper("盐市监处罚〔2026〕7号"), Paper("")],
        [Paper("盐市监处罚(2026)第007号"), Paper("另一份"), Paper("")],
    )
    assert twice(one, other) == [(one[0], other[0])]
