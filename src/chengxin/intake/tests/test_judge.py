"""A block of rows comes back as columns, findings and refusals, the same by either way."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.intake.facts import RowBlock, RowError
from chengxin.intake.judging import judge as module
from chengxin.intake.judging.judge import Judged, judge
from chengxin.intake.rules import Duplicates
from chengxin.intake.tests.material import NAME, NUMBER, OFFICE, TODAY, born, item, row
from chengxin.intake.tests.test_screen import CELLS


def block(
    rows: list[dict[str, str]], *, first: int = 1, broken: list[tuple[int, str, RowError]] | None = None
) -> RowBlock:
    codes = {code: None for cells in rows for code in cells}
    numbers = list(range(first, first + len(rows)))
    columns = {code: [cells.get(code, "") for cells in rows] for code in codes}
    return RowBlock(numbers, columns, [f"k{number}" for number in numbers], broken or [])


def judged(found: RowBlock, *, kind: str = "report", duplicates: Duplicates | None = None) -> Judged:
    seen = duplicates or Duplicates()
    return judge(found, item=item(), organisation=OFFICE, mode="demo", today=TODAY, kind=kind, duplicates=seen)


def both_ways(rows: list[dict[str, str]]) -> Judged:
    """The answer of the exact rules, which is that of the screen."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SCREENED", 1)
        screened = judged(block(rows))
        patch.setattr(module, "SCREENED", len(rows) + 1)
        exact = judged(block(rows))
    assert screened == exact
    return exact


def test_a_row_becomes_columns() -> None:
    answer = both_ways([row()])
    clean = answer.clean
    assert (clean.numbers, clean.keys, clean.names) == ([1], ["k1"], [NAME])
    assert (clean.id_types, clean.id_numbers, clean.id_originals) == (["citizen"], [NUMBER], [NUMBER])
    assert (clean.authority_names, clean.authority_codes) == ([OFFICE.name], [OFFICE.uscc])
    assert (clean.decided, clean.severities) == ([date(2026, 10, 14)], ["GENERAL"])
    assert (clean.display_ends, clean.retained) == ([date(2027, 10, 15)], [date(2031, 10, 15)])
    assert list(json.loads(clean.plain[0])) == ["CF_XDR_LB", "CF_WFXW", "CF_YJ", "CF_CFLB", "CF_NR_FK"]
    assert '"CF_CFLB":["警告","罚款"],"CF_NR_FK":"0.22"' in clean.plain[0]
    assert list(json.loads(clean.texts[0])) == ["CF_SY", "CF_NR"]
    assert (answer.refused, answer.errors, answer.warnings, clean.reasons) == ([], [], [], [""])


def test_what_explains_a_code_is_a_text() -> None:
    """其他-说明 may name somebody: the bare code stays a code, the whole is sealed with the other texts."""
    clean = both_ways(
        [row(CF_CFLB="罚款；其他 - 责令向李雪梅道歉"), row(CF_CFLB="罚款;其他-", CF_WSH="盐市监罚决〔2026〕9号")]
    ).clean
    explained, bare = (json.loads(plain)["CF_CFLB"] for plain in clean.plain)
    assert explained == bare == ["罚款", "其他"]
    texts, plain_texts = (json.loads(text) for text in clean.texts)
    assert list(texts) == ["CF_SY", "CF_CFLB", "CF_NR"]
    assert texts["CF_CFLB"] == ["罚款", "其他-责令向李雪梅道歉"]
    assert "CF_CFLB" not in plain_texts


def test_findings_come_by_row_and_from_left_to_right() -> None:
    wrong = RowError("CF_XDR_MC", "INTAKE-05", "…")
    rows = [row(CF_XDR_MC="", CF_JDRQ="x", CF_SXYZCD="9"), row(CF_SXYZCD="", CF_GSJZQ="")]
    answer = judged(block(rows, first=2, broken=[(1, "k1", wrong)]))
    assert [(e.row, e.field, e.code) for e in answer.errors] == [
        (1, "CF_XDR_MC", "INTAKE-05"),
        (2, "CF_XDR_MC", "INTAKE-07"),
        (2, "CF_JDRQ", "INTAKE-09"),
        (2, "CF_SXYZCD", "INTAKE-12"),
    ]
    assert answer.refused == [(1, "k1"), (2, "k2")]
    assert [(w.row, w.code) for w in answer.warnings] == [(3, "INTAKE-54")]
    assert answer.clean.numbers == [3]


def test_intake_30_a_decision_counts_once_in_a_file_whatever_block_it_stands_in() -> None:
    seen = Duplicates()
    first = judged(
        block([row(), row(CF_WSH="盐市监罚决[2026]123号"), row(CF_WSH="盐市监罚决〔2026〕9号")]), duplicates=seen
    )
    assert first.clean.numbers == [1, 3]
    assert [(e.row, e.field, e.code) for e in first.errors] == [(2, "CF_WSH", "INTAKE-30")]
    assert "第 1 行" in first.errors[0].message
    assert first.refused == [(2, "k2")]
    second = judged(block([row()], first=4), duplicates=seen)
    assert (second.clean.numbers, second.refused) == ([], [(4, "k4")])


def test_a_refused_row_is_no_earlier_copy() -> None:
    assert judged(block([row(CF_NR=""), row()])).clean.numbers == [2]


def test_duplicates_grow_and_forget_nothing() -> None:
    seen = Duplicates()
    for number in range(1, 10_001):
        assert seen.seen(f"文〔2026〕{number}号", NUMBER, OFFICE.uscc, row=number) is None
    assert [seen.seen(f"文〔2026〕{number}号", NUMBER, OFFICE.uscc, row=99_999) for number in (1, 4_096, 10_000)] == [
        1, 4_096, 10_000,
    ]  # fmt: skip


def test_large_blocks_are_screened_and_withdrawals_never() -> None:
    rows = [row(CF_WSH=f"盐市监罚决〔2026〕{at}号") for at in range(module.SCREENED)]
    assert judged(block(rows)).clean.numbers == list(range(1, module.SCREENED + 1))
    withdrawn = [cells | {"CX_YY": "报送错误"} for cells in rows]
    answer = judged(block(withdrawn), kind="withdraw")
    assert answer.clean.reasons == ["报送错误"] * len(rows)
    assert set(answer.clean.plain) == {"{}"}


def test_small_files_do_not_wait_for_polars() -> None:
    seen = "import sys, chengxin.intake.judging.judge; print('polars' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", seen], capture_output=True, check=True).stdout == b"False\n"


def test_an_empty_block_is_an_empty_answer() -> None:
    assert judged(RowBlock([], {}, [], [])) == Judged(module.Clean(), [], [], [])


def test_the_answer_crosses_to_another_process() -> None:
    answer = judged(block([row(), row(CF_NR="")]))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(answer), type=Judged) == answer


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional=dict.fromkeys(row(), CELLS) | {"CF_WSH": st.sampled_from(["文〔2026〕1号", "文〔2026〕2号"])}
        ),
        min_size=1,
        max_size=6,
    ),
    st.lists(st.sampled_from([NUMBER, born("19800101"), born("20080101"), "090924580312246"]), min_size=1, max_size=6),
)
def test_both_ways_give_the_same(changes: list[dict[str, str]], numbers: list[str]) -> None:
    some = [dict(list(cells.items())[:2]) for cells in changes]
    both_ways(
        [row(**cells, **{"CF_XDR_ZJHM": n} if "CF_XDR_ZJHM" not in cells else {}) for cells in some for n in numbers]
    )
