"""Odd and hostile files: each ends in a table or in one exact reason, and nothing crashes."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.intake.errors import UnreadableFile
from chengxin.intake.reading import Limits, hostile, open_table
from chengxin.intake.tests.material import NAME, NUMBER, item
from chengxin.intake.tests.odd_books import BOOKS
from chengxin.intake.tests.odd_files import CSV, JSON, SHEET, Odd, book, edited, good, lines

ODD = (*CSV, *JSON, *BOOKS)


def test_there_are_enough_of_them() -> None:
    assert len(ODD) >= 30
    assert len({odd.name for odd in ODD}) == len(ODD)


@pytest.mark.parametrize("odd", ODD, ids=str)
def test_every_odd_file_has_its_outcome(odd: Odd) -> None:
    stream = io.BytesIO(odd.content())
    if isinstance(odd.outcome, tuple):
        code, reason = odd.outcome
        with pytest.raises(UnreadableFile) as caught:
            open_table(stream, item=item())
        assert caught.value.code == code
        assert caught.value.reason.startswith(reason)
        assert caught.value.remedy
        assert not any(secret in f"{caught.value.reason}{caught.value.remedy}" for secret in (NAME, NUMBER))
    else:
        table = open_table(stream, item=item())
        blocks = list(table.blocks())
        assert table.total == odd.outcome == sum(len(block.numbers) + len(block.broken) for block in blocks)
        assert not odd.check or odd.check(blocks[0])
    assert not stream.closed


SAMPLES = [good().encode(), good().encode("gb18030"), book(), lines({"CF_WSH": "甲"})]


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(SAMPLES), st.lists(st.tuples(st.integers(0, 20_000), st.binary(max_size=8)), max_size=6), st.data()
)
def test_no_damage_crashes(sample: bytes, damage: list[tuple[int, bytes]], data: st.DataObject) -> None:
    spoilt = bytearray(sample)
    for place, piece in damage:
        at = place % len(spoilt)
        spoilt[at : at + len(piece)] = piece
    read(bytes(spoilt[: data.draw(st.integers(0, len(spoilt)))]))


PIECES = st.sampled_from(
    [b"<c", b"</c>", b' r="A1"', b' r="ZZ99"', b' t="s"', b' t="e"', b">", b"<v>", b"1", b"-1", b"1e999", b"NaN", b"</v>",
     b"<row>", b"</row>", b'<row r="9">', b"<is><t>", b"</t></is>", b"&#0;", b"&x;", b"<f", b"/>", b"<!--", b"-->",
     b"<![CDATA[", b"]]>", b'<mergeCell ref="A1:B9"/>', b"\xff"]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(PIECES, max_size=30), st.sampled_from([SHEET, "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml"])
)
def test_no_content_of_a_member_crashes(pieces: list[bytes], member: str) -> None:
    def inject(xml: bytes) -> bytes:
        half = len(xml) // 2
        return xml[:half] + b"".join(pieces) + xml[half:]

    read(edited(book(), {member: inject}))


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([b"", b"{", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xd0\xcf\x11\xe0"]), st.binary(max_size=300))
def test_no_bytes_crash(start: bytes, rest: bytes) -> None:
    read(start + rest)


def read(data: bytes) -> None:
    with suppress(UnreadableFile):
        table = open_table(io.BytesIO(data), item=item())
        assert table.total == sum(len(block.numbers) + len(block.broken) for block in table.blocks())


def test_limits_of_a_workbook() -> None:
    data = book()
    size = sum(member.file_size for member in zipfile.ZipFile(io.BytesIO(data)).infolist())
    assert open_table(io.BytesIO(data), item=item(), limits=Limits(max_unpacked=size)).total == 1
    for limits in (Limits(max_unpacked=size - 1), Limits(max_bytes=len(data) - 1), Limits(max_rows=0)):
        with pytest.raises(UnreadableFile) as caught:
            open_table(io.BytesIO(data), item=item(), limits=limits)
        assert caught.value.code == "INTAKE-02"


@pytest.mark.parametrize(
    ("cell", "more"),
    [
        (b"<c ", 2),
        (b"<c\t", 2),
        (b"<c\n", 2),
        (b"<c\r\n", 2),
        (b"<x:c ", 2),
        (b"<x:c\n", 2),
        (b"<cols ", 0),
        (b"<x:col ", 0),
    ],
)
def test_a_cell_counts_however_its_tag_is_written(monkeypatch: pytest.MonkeyPatch, cell: bytes, more: int) -> None:
    """INTAKE-02: the cap on cells looks at the tag, not at the blank after it."""

    def added(xml: bytes) -> bytes:
        return xml.replace(b"</row>", (cell + b'r="CZ9" s="1"/>') * 2 + b"</row>", 1)

    data = edited(book(), {SHEET: added})
    cells = hostile.inspect(io.BytesIO(book()), most_unpacked=10**8).cells + more
    monkeypatch.setattr(hostile, "_MOST_CELLS", cells)
    assert hostile.inspect(io.BytesIO(data), most_unpacked=10**8).cells == cells
    monkeypatch.setattr(hostile, "_MOST_CELLS", cells - 1)
    with pytest.raises(UnreadableFile, match="INTAKE-02"):
        hostile.inspect(io.BytesIO(data), most_unpacked=10**8)


def test_a_formula_is_found_wherever_it_stands() -> None:
    """Also where a piece of the unpacked stream ends in the middle of its tag."""
    filler = b"<!--" + b"x" * 100 + b"-->"
    for shift in range(-6, 6):
        xml = b"<worksheet><sheetData>" + b"<row>" * 7
        room = hostile._PIECE + shift - len(xml) - len(filler) * 2_000
        member = xml + filler * 2_000 + b" " * room + b'<c r="A1"><f>1</f><v>1</v></c>' + b"\n" * 400_000
        with pytest.raises(UnreadableFile, match="INTAKE-01"):
            hostile.inspect(io.BytesIO(edited(book(), {SHEET: member})), most_unpacked=10**8)
