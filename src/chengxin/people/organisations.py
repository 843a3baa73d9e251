"""Organisations and areas (单位、区域): who they are; two administrators change them (机构改革)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from chengxin.kernel.sqlfile import sql_query
from chengxin.ledger.api import act, rows, scalar


@dataclass(frozen=True)
class Area:
    """An area (区域). `gb2260` is '' for a development zone, which names the districts it lies in."""

    code: str
    name: str
    kind: str
    gb2260: str
    hosts: list[str]
    basis: str
    source: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class Organisation:
    """An organisation (单位) as it stands.

    Attributes:
        kind: a key of ``words.ORGANISATION_KINDS``.
        successor: who answers for its records once it has ended; ''.
        in_force: whether it is one today.
    """

    code: str
    name: str
    kind: str
    area: str
    area_name: str
    parent: str
    parent_name: str
    successor: str
    successor_name: str
    valid_from: date
    valid_to: date | None
    in_force: bool


@dataclass(frozen=True)
class Past:
    """Something that happened to an organisation (单位沿革)."""

    kind: str
    on_date: date
    at: datetime
    before: str
    name: str
    successor: str
    successor_name: str
    basis: str


def areas() -> list[Area]:
    """All areas: the city first, then districts and counties, then zones."""
    return rows(sql_query("people", "areas"), of=Area)


def organisations(*, search: str = "", area: str = "", ended: bool = False) -> list[Organisation]:
    """Organisations by area and kind; those that have ended only when wanted."""
    return rows(sql_query("people", "organisations"), ["", search, area, ended], of=Organisation)


def one_organisation(code: str) -> Organisation | None:
    """One organisation, ended or not."""
    found = rows(sql_query("people", "organisations"), [code, "", "", True], of=Organisation)
    return found[0] if found else None


def past_of(code: str) -> list[Past]:
    """What happened to an organisation, the oldest first; no account is named."""
    return rows("select * from cx.people_past_v1(%s::text)", [code], of=Past)


def answers_for(code: str) -> str:
    """Who answers for the records of an organisation today (承接单位); '' where nobody knows it."""
    return str(scalar("select cx.people_answers_v1(%s::text)", [code]) or "")


def open_organisation(
    token: bytes, code: str, *, name: str, kind: str, area: str, on: date, reason: str, parent: str = ""
) -> None:
    """Propose to register an organisation (登记单位); it is one when another administrator has confirmed it.

    Session of the system administrator; `code` is its unified social credit code, `parent` that of the one above it or
    '', `on` its first day, `reason` the document it stands on.

    Raises:
        Refused: SESSION-01, DUTY-01, ORG-01, ORG-02, ORG-03, ORG-05, ACCOUNT-12.
    """
    detail = {"name": name, "kind": kind, "area": area, "parent": parent, "on": str(on)}
    _ask(token, "organisation.open", code, detail, reason)


def rename_organisation(token: bytes, code: str, *, name: str, on: date, reason: str) -> None:
    """Propose a new name (单位改名), from a day that has come.

    Raises:
        Refused: SESSION-01, DUTY-01, ORG-02, ORG-03, ORG-05, ACCOUNT-12.
    """
    _ask(token, "organisation.rename", code, {"name": name, "on": str(on)}, reason)


def close_organisation(token: bytes, code: str, *, on: date, reason: str, successor: str = "") -> None:
    """Propose the end of an organisation (终止、合并): its last day, and who answers for its records after it.

    Raises:
        Refused: SESSION-01, DUTY-01, ORG-03, ORG-04, ORG-05, ORG-06, ACCOUNT-12.
    """
    _ask(token, "organisation.close", code, {"on": str(on), "successor": successor}, reason)


def _ask(token: bytes, kind: str, code: str, detail: dict[str, str], reason: str) -> None:
    with act(token, activity="organisation.propose") as line:
        scalar(
            "select cx.people_organisation_ask_v1(%s::uuid, %s::text, %s::text, %s::jsonb, %s::text)",
            [line, kind, code, json.dumps(detail, ensure_ascii=False), reason],
        )
