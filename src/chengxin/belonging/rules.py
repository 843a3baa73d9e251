"""Rules of belonging (归属): what a proposal says, who may get a record, what two files have twice."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import birth_date
from chengxin.kernel.normalise import folded_document
from chengxin.kernel.periods import Period, add_period

_PERSONAL = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9Xx]|1[3-9][0-9]{9})(?![0-9A-Za-z])")
"""An identity number or a mobile number."""


class Determined(Protocol):
    """What is asked of a record: which determination it is."""

    @property
    def doc_no(self) -> str: ...


Record = TypeVar("Record", bound=Determined)


def check_reasons(text: str) -> str:
    """The reasons of a proposal or decision, trimmed (理由). Raises Refused: BELONG-08."""
    words = text.strip()
    if not 10 <= len(words) <= 2000:
        raise Refused("BELONG-08")
    return words


def check_evidence(text: str) -> str:
    """What the reasons rest on, by its number or name (凭据): it stands in the register, so it holds nobody's number.

    Raises:
        Refused: BELONG-08.
    """
    words = text.strip()
    if not 2 <= len(words) <= 60 or _PERSONAL.search(words):
        raise Refused("BELONG-08")
    return words


def check_adult(number: str, *, decided_on: date, age: Period | None, look_back: Period | None) -> None:
    """An adverse record goes to nobody who may have been a minor at the act (R0.10), which lies before the decision.

    Args:
        number: of the right person.
        decided_on: day of the determination.
        age: the dated parameter ``adult_age`` of the item.
        look_back: the dated parameter ``act_look_back``: how far before the decision the act may lie.

    Raises:
        Refused: BELONG-09; also where the number tells no birth date, or no age is in force.
    """
    born = birth_date(number)
    if born is None or age is None:
        raise Refused("BELONG-09")
    grown = add_period(born, age)
    if (add_period(grown, look_back) if look_back else grown) > decided_on:
        raise Refused("BELONG-09")


def twice(one: Iterable[Record], other: Iterable[Record]) -> list[tuple[Record, Record]]:
    """Determinations that stand in both files (两份档案中的同一文书): shown, never resolved by a program."""
    known = {folded_document(record.doc_no): record for record in one if folded_document(record.doc_no)}
    return [
        (known[folded_document(record.doc_no)], record) for record in other if folded_document(record.doc_no) in known
    ]
