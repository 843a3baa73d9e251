"""The letter before an entry (记入前告知书): its facts, from the record, the catalog and dated parameters."""

from __future__ import annotations

from datetime import date, timedelta

from chengxin.catalog.api import item as catalog_item
from chengxin.catalog.api import parameter
from chengxin.kernel.errors import Refused
from chengxin.kernel.periods import Period, Unit, day_after
from chengxin.kernel.words import fact_words, long_date
from chengxin.notice.queries import waiting
from chengxin.notice.rules import LetterBody, letter_number
from chengxin.notice.wording import in_force
from chengxin.records.api import OwnRecord

UNITS = {"day": (Unit.DAY, "日"), "month": (Unit.MONTH, "个月"), "year": (Unit.YEAR, "年")}
SHORTEST = {"GENERAL": "display_min_general", "SERIOUS": "display_min_serious"}
"""Class -> the dated parameter after which repair is possible (最短公示期; law.md 4.1)."""


def body(record: OwnRecord, name: str, *, today: date, channel: str = "in_app") -> LetterBody:
    """The letter about one record with its repair guidance (两书同达), complete or not at all.

    Args:
        record: as opened by a look.
        name: the person's full name; stands in the letter only.
        today: the day the letter is made; by ``in_app`` the day of service too.
        channel: ``in_app`` or ``post``: how it is served, which the letter says.

    Raises:
        Refused: NOTICE-03, NOTICE-04.
    """
    if not (record.readable and name):
        raise Refused("NOTICE-04")
    period = waiting(record.item, today=today)
    repair = _repair(record, today)
    facts = _facts(record, today) | {"name": name, "wait_days": str(period.days), "wait_until": long_date(period.until)}
    flags = [
        channel,
        "displayed" if record.display_end else "not_displayed",
        "repair_date" if repair else "repair_law" if record.severity in SHORTEST else "repair_now",
        *(["provisional"] if period.provisional else []),
        *(["details"] if facts["details"] else []),
    ]
    number = letter_number(str(record.record), record.version)
    return in_force(today).fill(facts | repair, flags, number=number)


def _facts(record: OwnRecord, today: date) -> dict[str, str]:
    item = catalog_item(record.item)
    bases = [f"《{b.law}》{b.article}" for b in item.bases if b.kind in {"collect", "act", "period"}] if item else []
    return {
        "authority": record.authority,
        "authority_name": record.authority_name,
        "item_name": record.item_name,
        "title": _sentence(record.title),
        "details": "".join(f"{what}：{_sentence(value)}" for what, value in _content(record)),
        "doc_no": record.doc_no,
        "decided_on": long_date(record.decided_on),
        "basis": _sentence(record.basis),
        "bases": "；".join(bases),
        "severity": record.severity_label,
        "last_used": long_date(record.display_end - timedelta(days=1)) if record.display_end else "",
        "last_kept": long_date(record.retained_until - timedelta(days=1)),
        "reply_days": _number("objection_decide", today),
        "repair_accept": _number("repair_accept", today),
        "repair_decide": _number("repair_decide", today),
    }


def _repair(record: OwnRecord, today: date) -> dict[str, str]:
    """From when repair is possible, where the catalog knows the shortest period of the class."""
    row = parameter(SHORTEST[record.severity], record.item, today=today) if record.severity in SHORTEST else None
    if row is None:
        return {}
    unit, word = UNITS[row.unit]
    first = day_after(record.decided_on, Period(row.value, unit))
    return {"repair_period": f"{row.value}{word}", "repair_from": long_date(first)}


def _number(name: str, today: date) -> str:
    row = parameter(name, "", today=today)
    return str(row.value) if row else ""


def _content(record: OwnRecord) -> list[tuple[str, str]]:
    """What the determination says, column by column, as text."""
    return [
        (what, "、".join(value) if isinstance(value, list) else fact_words(str(value))) for what, value in record.facts
    ]


def _sentence(text: str) -> str:
    """A text of the authority with one full stop, whether it brought its own or not; nothing stays nothing."""
    return f"{text.rstrip('。')}。" if text.strip("。 ") else ""
