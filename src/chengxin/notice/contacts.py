"""Where a person can be reached (联系方式): sealed, given by the person or found by an officer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.kernel.normalise import half_width
from chengxin.ledger.api import Look, act, rows, scalar
from chengxin.people.api import Unsealable, ring

KINDS = {"sms": "phone", "post": "address"}
"""Channel -> the kind of contact it needs."""
_PHONE = re.compile(r"1\d{10}")


@dataclass(frozen=True)
class Contact:
    """One way to reach a person; `value` is None where it does not open. Never logged."""

    kind: str
    source: str
    at: datetime
    value: str | None = field(repr=False)


@dataclass(frozen=True)
class SealedContact:
    """A row of contact data."""

    contact: UUID
    kind: str
    source: str
    at: datetime
    sealed: bytes

    def opened(self, person: UUID) -> Contact:
        """The contact itself."""
        try:
            value = ring().open(self.sealed, contact_aad(person, self.contact))
        except Unsealable:
            value = None
        return Contact(self.kind, self.source, self.at, value)


def contact_aad(person: UUID, contact: UUID) -> str:
    """What binds a contact to its row and person."""
    return f"notice_contact|sealed|{person}|{contact}"


def clean_contact(kind: str, value: str) -> str:
    """A phone number of eleven digits, or an address of 5 to 200 characters, without what people type around it.

    Raises:
        Refused: NOTICE-16.
    """
    text = half_width(value).strip()
    if kind == "phone":
        text = re.sub(r"[\s-]", "", text).removeprefix("+86")
        good = _PHONE.fullmatch(text) is not None
    else:
        text = re.sub(r"\s+", " ", text)
        good = 5 <= len(text) <= 200 and text.isprintable()
    if not good:
        raise Refused("NOTICE-16")
    return text


def own_contacts(look: Look) -> dict[str, Contact]:
    """The person's own contact data by kind."""
    return _by_kind("cx.notice_contacts_own_v1", look)


def contacts_to_recheck(look: Look) -> dict[str, Contact]:
    """The contact data that an officer's look permits, by kind."""
    return _by_kind("cx.notice_recheck_contacts_v1", look)


def set_contact(token: bytes, person: UUID, kind: str, value: str) -> None:
    """The person says how to be reached, or takes it back with an empty value (修改联系方式).

    Raises:
        Refused: NOTICE-16, DUTY-02.
    """
    contact = uuid7()
    sealed = ring().seal(clean_contact(kind, value), contact_aad(person, contact)) if value.strip() else None
    with act(token, activity="notice.contact") as line:
        scalar(
            "select cx.notice_contact_set_v1(%s::uuid, %s::uuid, %s::uuid, %s::text, %s::bytea)",
            [person, line, contact, kind, sealed],
        )


def _by_kind(door: str, look: Look) -> dict[str, Contact]:
    sql = f"select * from {door}(%s::bytea, %s::uuid, %s::uuid)"  # noqa: S608 - a literal
    found = rows(sql, [look.token, look.person, look.id], of=SealedContact)
    return {row.kind: row.opened(look.person) for row in found}
