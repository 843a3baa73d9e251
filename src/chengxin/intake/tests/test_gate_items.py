"""Whatever passes the catalog's gate, files can be judged by: no definition makes every file fail."""

from __future__ import annotations

import copy
import csv
import io
from contextlib import suppress
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from chengxin.catalog.definition import bases_of, item_of, parameters_of, text_of
from chengxin.catalog.queries import ItemVersion
from chengxin.catalog.rules import gate
from chengxin.catalog.tests import samples
from chengxin.catalog.tests.mutations import mutated
from chengxin.intake.checks.duplicates import Duplicates
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.facts import KINDS, ItemFacts, RowBlock, item_facts
from chengxin.intake.judging import judge as module
from chengxin.intake.judging.worker import Job
from chengxin.intake.reading import Limits, open_table
from chengxin.intake.rules import fields_for
from chengxin.intake.tests.material import NUMBER, OFFICE, TODAY, born, sample

CELLS = [
    "",
    "/",
    "1",
    "12.5",
    "2026-10-14",
    "9999-12-31",
    "严重",
    "身份证",
    "警告;罚款",
    "是",
    NUMBER,
    OFFICE.uscc,
    "王桂兰",
]


def published(made: dict[str, Any]) -> ItemFacts:
    """What intake learns of a definition once it is published."""
    head = item_of(made)
    version = ItemVersion(
        code=text_of(head, "code"),
        version=1,
        name=text_of(head, "name"),
        state="published",
        effective_from=date(2026, 4, 1),
        effective_to=None,
        notice_template=text_of(head, "notice_template"),
        definition=made,
        bases=bases_of(made),
        parameters=parameters_of(made),
        polarity=text_of(head, "polarity"),
        subject=text_of(head, "subject"),
        disclosure=text_of(head, "disclosure"),
        provider=text_of(head, "provider"),
    )
    found = version.published()
    return item_facts(found, found)


def judged(item: ItemFacts, rows: list[dict[str, str]], kind: str) -> list[module.Judged]:
    """A file of these rows as the child process judges it, by the screen and by the exact rules."""
    job = Job(item, OFFICE, "demo", TODAY, kind, Limits())
    given_over = msgspec.msgpack.decode(msgspec.msgpack.encode(job), type=Job).item
    codes = [field.code for field in fields_for(item, kind)]
    columns = {code: [row.get(code, "") for row in rows] for code in codes}
    text = io.StringIO()
    csv.writer(text).writerows([codes, *zip(*columns.values(), strict=True)])
    with suppress(UnreadableFile):  # a heading that means two columns is said so
        blocks = open_table(io.BytesIO(text.getvalue().encode()), item=given_over, kind=kind).blocks()
        columns = next(blocks, RowBlock([], columns, [], [])).columns
    found = []
    for screened in (1, len(rows) + 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "SCREENED", screened)
            numbers = [*range(1, len(next(iter(columns.values()))) + 1)]
            block = RowBlock(numbers, columns, ["" for _ in numbers], [])
            found.append(
                module.judge(
                    block,
                    item=given_over,
                    organisation=OFFICE,
                    mode="demo",
                    today=TODAY,
                    kind=kind,
                    duplicates=Duplicates(),
                )
            )
    return found


@settings(max_examples=300, deadline=None)
@given(mutated(), st.data())
def test_whatever_passes_the_gate_can_be_judged_by(made: dict[str, Any], data: st.DataObject) -> None:
    if gate(made, [], TODAY):
        return
    event("passed the gate")
    item = published(made)
    good = sample(item.code) if item.code in samples.codes() else {}
    young = {field.code: born("20081014") for field in item.fields if field.role == "id_number"}
    cell = st.tuples(st.sampled_from([field.code for field in item.fields]), st.sampled_from(CELLS))
    rows = [good, good | young, *(good | dict(data.draw(st.lists(cell, max_size=4))) for _ in range(3))]
    screened, exact = judged(item, rows, data.draw(st.sampled_from(KINDS)))
    assert screened == exact


FATAL = {
    "a period of working days": ("parameter", "retention", {"unit": "working_day"}),
    "no class for those without": ("code", "未定", {"identifier": ""}),
    "a date in words": ("field", "CF_JDRQ", {"kind": "text"}),
    "a number of no type": ("code", "身份证", {"identifier": ""}),
    "an age that nobody reaches": ("parameter", "adult_age", {"value": 9000}),
    "values of a date": ("field", "CF_JDRQ", {"code_set": "severity"}),
    "a column without a kind": ("field", "CF_SXYZCD", {"kind": "text", "code_set": ""}),
}


@pytest.mark.parametrize("case", FATAL)
def test_what_no_file_can_be_judged_by_does_not_pass(case: str) -> None:
    """Each of them made every file fail; without the gate it still would."""
    section, name, change = FATAL[case]
    made = copy.deepcopy(samples.definition("XZCF"))
    for row in made[section]:
        if name in (row.get("name"), row.get("code"), row.get("value")):
            row.update(change)
    assert gate(made, [], TODAY)
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        judged(published(made), [sample("XZCF")], "report")
