"""Organisation codes: vectors, edges, properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.organisation import (
    ALPHABET,
    check_uscc,
    org_code_check_character,
    uscc_check_character,
)

OFFICE = "11320900014311117L"


@pytest.mark.parametrize("code", [OFFICE, "N2320902MF12345670"])
def test_vectors_of_the_law_page(code: str) -> None:
    result = check_uscc(code)
    assert (result.valid, result.type, result.normalised, result.warnings, result.error) == (
        True,
        "uscc",
        code,
        (),
        None,
    )


@pytest.mark.parametrize("registrar", list("123456789ANY"))
def test_every_registrar_is_as_good_as_the_next(registrar: str) -> None:
    body = registrar + OFFICE[1:17]
    assert check_uscc(body + uscc_check_character(body)).warnings == ()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("", "length"),
        (OFFICE[:-1], "length"),
        (OFFICE + "1", "length"),
        (OFFICE.lower(), "charset"),
        ("n2320902MF12345670", "charset"),
        (OFFICE + " ", "charset"),
        ("1132090001431111\uff17L", "charset"),
        ("I1320900014311117L", "charset"),
        ("O1320900014311117L", "charset"),
        ("11320900014311117K", "check_digit"),
    ],
)
def test_hard_failures(code: str, error: str) -> None:
    result = check_uscc(code)
    assert (result.valid, result.error, result.normalised) == (False, error, None)


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        ("B1320900014311117", "registrar_unknown"),
        ("11990000014311117", "area_unknown"),
        ("11320926014311117", "area_abolished"),
        ("11320900014311118", "org_code_check"),
    ],
)
def test_warnings_leave_a_code_valid(body: str, warning: str) -> None:
    result = check_uscc(body + uscc_check_character(body))
    assert (result.valid, result.warnings) == (True, (warning,))


def test_the_whole_country_is_an_area() -> None:
    body = "11100000014311117"
    assert check_uscc(body + uscc_check_character(body)).warnings == ()


def test_inner_check_character() -> None:
    assert org_code_check_character("01431111") == "7"
    assert org_code_check_character("MF123456") == "7"


@pytest.mark.parametrize("body", ["", "0143111", "0143111a", "0143111\uff11", "0143 111"])
def test_inner_check_refuses_other_text(body: str) -> None:
    with pytest.raises(ValueError, match="eight"):
        org_code_check_character(body)


bodies = st.text(st.sampled_from(ALPHABET), min_size=17, max_size=17)


@given(bodies, st.integers(0, 17), st.integers(1, 30))
def test_one_changed_character_is_always_refused(body: str, place: int, step: int) -> None:
    code = body + uscc_check_character(body)
    assert check_uscc(code).valid
    changed = ALPHABET[(ALPHABET.index(code[place]) + step) % 31]
    assert check_uscc(code[:place] + changed + code[place + 1 :]).error == "check_digit"
