"""Identity numbers: the vectors of the standard, every edge, and properties over all of them."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.areas import area
from chengxin.kernel.identity import birth_date, check_digit, check_identity, upgrade_legacy

TODAY = date(2026, 11, 22)
WIDE = "".join(chr(ord(digit) + 0xFEE0) for digit in "320902199003071232")


def complete(body: str) -> str:
    return body + check_digit(body)


def numbered(area_code: str, birth: str, serial: str = "123") -> str:
    return complete(area_code + birth + serial)


@pytest.mark.parametrize(
    ("number", "kind", "warnings"),
    [
        ("320902199003071232", "citizen", ()),
        ("320926197003071234", "citizen", ("area_abolished",)),
        ("32091119700307123X", "citizen", ("area_abolished",)),
        ("810000199003071237", "residence_permit", ()),
        ("820000199003071239", "residence_permit", ()),
        ("830000199003071230", "residence_permit", ()),
        ("932840199003070019", "permanent_resident", ()),
    ],
)
def test_vectors_of_the_law_page(number: str, kind: str, warnings: tuple[str, ...]) -> None:
    result = check_identity(number, today=TODAY)
    assert (result.valid, result.type, result.normalised, result.warnings, result.error) == (
        True,
        kind,
        number,
        warnings,
        None,
    )


def test_legacy_number_is_upgraded_and_flagged() -> None:
    result = check_identity("320902900307123", today=TODAY)
    assert result.valid
    assert (result.type, result.normalised, result.warnings) == ("legacy15", "320902199003071232", ("legacy15",))
    assert result.input == "320902900307123"


@pytest.mark.parametrize("serial", ["996", "997", "998", "999"])
def test_centenarian_serials_belong_to_the_nineteenth_century(serial: str) -> None:
    result = check_identity("320902900307" + serial, today=TODAY)
    assert result.normalised is not None
    assert birth_date(result.normalised) == date(1890, 3, 7)
    assert result.warnings == ("legacy15", "age_over_120")
    earlier = check_identity("320902900307995", today=TODAY).normalised
    assert earlier is not None
    assert birth_date(earlier) == date(1990, 3, 7)


def test_only_a_final_lower_case_x_is_made_right() -> None:
    result = check_identity("32091119700307123x", today=TODAY)
    assert (result.valid, result.normalised, result.input) == (True, "32091119700307123X", "32091119700307123x")


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("", "length"),
        ("x", "length"),
        ("32090219900307123", "length"),
        ("32090219900307123X1", "charset"),
        ("3209021990030712320", "length"),
        ("32090290030712", "length"),
        ("3209029003071234", "length"),
        ("32090290030712X", "charset"),
        ("32090290030712a", "charset"),
        ("32090219900307X232", "charset"),
        ("X20902199003071232", "charset"),
        ("32090219900307123A", "charset"),
        (" 320902199003071232", "charset"),
        ("320902199003071232 ", "charset"),
        ("320902199003071232\n", "charset"),
        ("320902 19900307 1232", "charset"),
        ("320902-19900307-1232", "charset"),
        (WIDE, "charset"),
        ("32090219900307123\uff12", "charset"),
        ("٣٢٠٩٠٢١٩٩٠٠٣٠٧١٢٣٢", "charset"),
        ("3209021990030712³2", "charset"),
        ("32091119700307123\u2169", "charset"),
        ("HKG120012345678", "charset"),
        ("320902199003071231", "check_digit"),
        ("32090219900307123X", "check_digit"),
        (numbered("320902", "19900230"), "impossible_date"),
        (numbered("320902", "19000229"), "impossible_date"),
        (numbered("320902", "19901301"), "impossible_date"),
        (numbered("320902", "19900001"), "impossible_date"),
        (numbered("320902", "19900100"), "impossible_date"),
        (numbered("320902", "00000101"), "impossible_date"),
        (numbered("810000", "19990229"), "impossible_date"),
        (numbered("932840", "19990229"), "impossible_date"),
        (numbered("320902", "20261123"), "future_date"),
        (numbered("320902", "99991231"), "future_date"),
        (numbered("932840", "20990101"), "future_date"),
        ("320902900230123", "impossible_date"),
        ("320902000229123", "impossible_date"),
    ],
)
def test_hard_failures(number: str, error: str) -> None:
    result = check_identity(number, today=TODAY)
    assert (result.valid, result.error, result.normalised, result.warnings) == (False, error, None, ())
    assert result.input == number


def test_leap_day_and_today_are_dates_like_others() -> None:
    assert check_identity(numbered("320902", "20000229"), today=TODAY).valid
    assert check_identity(numbered("320902", "20261122"), today=TODAY).valid
    assert check_identity("320902960229123", today=TODAY).valid


@pytest.mark.parametrize(
    ("number", "warning"),
    [
        (numbered("390101", "19900307"), "area_unknown"),
        (numbered("710000", "19900307"), "area_unknown"),
        (numbered("810101", "19900307"), "area_unknown"),
        (numbered("320928", "19500307"), "area_abolished"),
        (numbered("090902", "19900307"), "prefix_09"),
        (numbered("990902", "19900307"), "prefix_99"),
        (numbered("978840", "19900307"), "area_unknown"),
        (numbered("320902", "19050101"), "age_over_120"),
    ],
)
def test_warnings_leave_a_number_valid(number: str, warning: str) -> None:
    result = check_identity(number, today=TODAY)
    assert (result.valid, result.warnings) == (True, (warning,))


@pytest.mark.parametrize("code", ["320904", "320926", "320928", "320982"])
def test_people_older_or_younger_than_their_area_code_are_accepted(code: str) -> None:
    for birth in ("19300101", "19700101", "19900101", "20200101"):
        assert check_identity(numbered(code, birth), today=TODAY).valid


@pytest.mark.parametrize(
    ("number", "kind", "error"),
    [
        ("320902199003071232", "citizen", None),
        ("320902199003071232", "auto", None),
        ("320902900307123", "legacy15", None),
        ("320902900307123", "citizen", "length"),
        ("320902199003071232", "legacy15", "length"),
        ("320902199003071232", "residence_permit", "type_mismatch"),
        ("320902199003071232", "permanent_resident", "type_mismatch"),
        ("810000199003071237", "citizen", "type_mismatch"),
        ("932840199003070019", "citizen", "type_mismatch"),
        ("932840199003070019", "permanent_resident", None),
        ("1", "permanent_resident", "length"),
        ("ab", "legacy15", "charset"),
    ],
)
def test_a_demanded_type_is_held(number: str, kind: str, error: str | None) -> None:
    result = check_identity(number, today=TODAY, kind=kind)
    assert result.error == error
    assert kind == "auto" or result.type == kind


@pytest.mark.parametrize("kind", ["uscc", "unknown", "passport"])
def test_types_that_are_no_persons_number_are_a_mistake_of_the_caller(kind: str) -> None:
    with pytest.raises(ValueError, match=kind):
        check_identity("320902199003071232", today=TODAY, kind=kind)


def test_a_number_of_no_known_type_is_called_unknown() -> None:
    assert check_identity("123", today=TODAY).type == "unknown"


@pytest.mark.parametrize("text", ["", "123", "320902199002300000", "E12345678", WIDE])
def test_birth_date_answers_none_where_there_is_none(text: str) -> None:
    assert birth_date(text) is None


def test_area_names_and_ends() -> None:
    daifeng, tinghu = area("320926"), area("320902")
    assert daifeng is not None
    assert tinghu is not None
    assert (daifeng.name, daifeng.until) == ("大丰县", 1995)
    assert (tinghu.name, tinghu.until) == ("亭湖区", None)
    assert area("000000") is None


numbers = st.builds(
    lambda place, born, serial: complete(f"{place}{born:%Y%m%d}{serial:03d}"),
    st.sampled_from(["320902", "320926", "810000", "830000", "932840", "090902", "990000", "123456"]),
    st.dates(date(1900, 1, 1), TODAY),
    st.integers(0, 999),
)


@given(numbers)
def test_every_completed_number_is_valid_and_tells_its_birthday(number: str) -> None:
    result = check_identity(number, today=TODAY)
    assert result.valid
    assert result.normalised == number
    assert birth_date(number) == date.fromisoformat(number[6:14])


@given(numbers, st.integers(0, 17), st.integers(1, 10))
def test_one_changed_character_is_always_refused(number: str, place: int, step: int) -> None:
    characters = "0123456789X" if place == 17 else "0123456789"
    changed = characters[(characters.index(number[place]) + step) % len(characters)]
    if changed != number[place]:
        assert not check_identity(number[:place] + changed + number[place + 1 :], today=TODAY).valid


@given(numbers, st.integers(0, 16))
def test_two_neighbours_exchanged_are_always_refused(number: str, place: int) -> None:
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        assert not check_identity(swapped, today=TODAY).valid


@given(st.dates(date(1900, 1, 1), date(1999, 12, 31)), st.integers(0, 995))
def test_upgrade_keeps_all_fifteen_digits(born: date, serial: int) -> None:
    old = f"320902{born:%y%m%d}{serial:03d}"
    new = upgrade_legacy(old)
    assert new[:6] + new[8:17] == old
    assert check_identity(new, today=TODAY).normalised == new == check_identity(old, today=TODAY).normalised


@given(numbers, st.integers(1, 400_000))
def test_validity_never_ends_as_time_goes_on(number: str, days: int) -> None:
    born = birth_date(number)
    assert born is not None
    assert check_identity(number, today=born).valid
    assert check_identity(number, today=born - timedelta(days=1)).error == "future_date"
    assert check_identity(number, today=born + timedelta(days=days)).valid


@given(st.text(max_size=20))
def test_any_text_gets_a_verdict(text: str) -> None:
    result = check_identity(text, today=TODAY)
    assert result.valid == (result.error is None) == (result.normalised is not None)


def test_random_digits_pass_one_time_in_eleven_at_most() -> None:
    chance = random.Random(1)
    tries = ["".join(chance.choices("0123456789", k=18)) for _ in range(5000)]
    assert sum(check_identity(number, today=TODAY).valid for number in tries) < 5000 / 11
