"""Sealing rows and bringing them to the stage (封存、暂存): after this nothing that names a person is plain text.

Identity, name and free text are sealed and blind-indexed here, before the first byte goes to the database, so that a
dump, the write-ahead log and the server's own log never see them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import repeat
from uuid import UUID, uuid4

import psycopg
from django.db import Error, connections

from chengxin.catalog.api import calendar
from chengxin.intake.judging.judge import Clean
from chengxin.kernel.ids import uuid7_bytes
from chengxin.kernel.normalise import folded_document
from chengxin.ledger.api import translate
from chengxin.people.api import Shelf, Vault, dek_aad
from chengxin.records.api import sealed_aad

_COLUMNS = (
    "run", "batch", "source_row", "hmac", "pair", "id_type", "candidate", "dek", "identity", "record", "authority",
    "authority_name", "doc_no", "decided_on", "severity", "display_end", "retained_until", "plain", "sealed", "content",
    "fingerprint", "reason", "fixes_batch", "fixes_row", "verified",
)  # fmt: skip
_COPY = f"copy cx.records_stage ({', '.join(_COLUMNS)}) from stdin (format binary)"
SHELVES = (
    Shelf("intake", "held", "待核行的身份", lambda one: dek_aad(one.id)),
    Shelf("intake", "held_text", "待核行的文字", lambda one: sealed_aad(one.id, one.seq)),
)
"""Shelves of this room in a rotation of the wrapping key."""
_JSONB = b"\x01"
_EPOCH = date(2000, 1, 1).toordinal()


class Stage:
    """One reading of one file (一次读取): its run id is known to nobody else."""

    def __init__(self, keys: Vault, *, batch: UUID, item: str, using: str) -> None:
        self.run = uuid4()
        self._keys, self._batch, self._item, self._using = keys, batch, item, using

    def put(self, clean: Clean, verified: Callable[[], Iterable[str]] = lambda: repeat("unasked")) -> None:
        """Seal the rows of a block and copy them to the stage.

        Args:
            clean: the rows.
            verified: waits for what the population database says of each row; sealing goes on meanwhile.
        """
        rows = list(self._sealed(clean))
        answers = verified()
        try:
            with connections[self._using].cursor() as cursor, cursor.copy(_COPY) as copy:
                for row, answer in zip(rows, answers, strict=False):
                    copy.write_row((*row, answer))
        except (Error, psycopg.Error) as error:  # its text would hold cells
            raise translate(error) from None

    def _sealed(self, clean: Clean) -> Iterator[tuple[str | bytes | None, ...]]:
        """Rows in the order of the columns, everything but text in the very bytes of the wire.

        Ids are at hand as bytes, numbers and days are four of them, jsonb is a version byte and its text: making
        objects of them for the driver to take apart again would cost as much as sealing the row.
        """
        keys, item, batch, run = self._keys, self._item, self._batch, self.run.bytes
        people: dict[bytes, tuple[bytes, bytes, bytes]] = {}  # of this block only: memory must not grow with the file
        for (
            number, key, name, id_type, id_number, original, doc_no, authority_name, authority, decided, severity,
            display_end, retained, plain, texts, reason,
        ) in zip(
            clean.numbers, clean.keys, clean.names, clean.id_types, clean.id_numbers, clean.id_originals, clean.doc_nos,
            clean.authority_names, clean.authority_codes, clean.decided, clean.severities, clean.display_ends,
            clean.retained, clean.plain, clean.texts, clean.reasons, strict=True,
        ):  # fmt: skip
            index = keys.blind_index(id_type, id_number)
            person = people.get(index)
            if person is None:
                candidate = uuid4()
                dek, identity = keys.seal_identity(
                    candidate, name=name, number=id_number, id_type=id_type, original=original
                )
                person = people[index] = (candidate.bytes, dek, identity)
            content = (
                f"{item}\x1f{authority}\x1f{doc_no}\x1f{id_type}\x1f{id_number}\x1f{name}\x1f{original}"
                f"\x1f{authority_name}\x1f{decided}\x1f{severity}\x1f{display_end}\x1f{plain}\x1f{texts}"
            )
            fingerprint = f"{id_type}\x1f{id_number}\x1f{folded_document(doc_no)}"
            yield (
                run, batch.bytes, number.to_bytes(4), index, keys.pair_index(id_type, id_number, name), id_type,
                *person, uuid7_bytes(), authority, authority_name, doc_no, _day(decided), severity,
                display_end and _day(display_end), _day(retained), _JSONB + plain.encode(),
                keys.seal(texts, sealed_aad(batch, number)), keys.content_index(content.encode()),
                keys.content_index(fingerprint.encode()), reason, *(_fixes(key) if key else (None, None)),
            )  # fmt: skip


@lru_cache(10_000)
def _day(day: date) -> bytes:
    """A date on the wire: days since 2000."""
    return (day.toordinal() - _EPOCH).to_bytes(4, signed=True)


def fixes(key: str) -> tuple[UUID, int]:
    """The row that a row of an error workbook puts right (行标识): batch and number.

    A key that was tampered with names no row at all, which the store turns away (INTAKE-45).
    """
    batch, _, row = key.partition(":")
    try:
        number = int(row)
        return UUID(batch), number if 0 < number < 1 << 31 else 0
    except ValueError:
        return UUID(int=0), 0


def _fixes(key: str) -> tuple[bytes, bytes]:
    batch, row = fixes(key)
    return batch.bytes, row.to_bytes(4)


class Within:
    """Whether a determination was reported in time (及时): at most so many working days after it."""

    def __init__(self, days: int | None, *, today: date) -> None:
        self._days, self._today, self._calendar = days, today, calendar(today)
        self._known: dict[date, bool] = {}

    def __call__(self, decided: date | None) -> bool:
        if decided is None or self._days is None:
            return False
        if decided not in self._known:
            self._known[decided] = self._judge(decided, self._days)
        return self._known[decided]

    def _judge(self, decided: date, days: int) -> bool:
        # No run of holidays doubles a period of weeks: older determinations need no calendar, which may not reach them.
        if (self._today - decided).days > 3 * days + 30:
            return False
        return self._today <= self._calendar.add_working_days(decided, days).date
