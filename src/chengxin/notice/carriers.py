"""Carriers (承运渠道): who takes a text message or a letter to a person, behind one interface; and their sandboxes.

A carrier gets a reference with each message and must treat a second message with the same reference as the same:
whoever was killed between sending and writing down sends again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings


@dataclass(frozen=True)
class Message:
    """What is carried: a short text, or a document."""

    reference: UUID
    text: str = field(repr=False)
    document: bytes = field(default=b"", repr=False)


@dataclass(frozen=True)
class Address:
    """Where to: a phone number, or a name and a postal address. Never logged."""

    name: str = field(repr=False)
    place: str = field(repr=False)


@dataclass(frozen=True)
class Accepted:
    """The carrier took it."""


@dataclass(frozen=True)
class Declined:
    """The carrier did not take it, and why: a code of words.REASONS."""

    reason: str


class NoAnswer(Exception):
    """The carrier did not answer: it may or may not have taken it (没有回应)."""


@dataclass(frozen=True)
class Report:
    """What a carrier reports later (回报).

    Attributes:
        event: delivered, bounced (text message) or returned (letter).
        reason: of a letter that was delivered: who signed for it, ``self``, ``agent`` or ``other``.
        on: the day it happened.
    """

    reference: UUID
    event: str
    reason: str
    on: date


class Carrier(Protocol):
    """One way to a person (渠道). An own carrier of a city implements these three."""

    def send(self, message: Message, address: Address, *, today: date) -> Accepted | Declined:
        """Hand a message over. Raises NoAnswer."""

    def reports(self, *, today: date) -> Iterator[Report]:
        """Reports that were not heard yet; each comes again until `heard`."""

    def heard(self, report: Report) -> None:
        """The report is written down."""


FAULTS: Mapping[str, tuple[str, str]] = {
    "拒收": ("declined", "invalid"),
    "无应答": ("no_answer", ""),
    "退回": ("returned", "moved"),
    "他人签收": ("delivered", "other"),
    "代收": ("delivered", "agent"),
    "10000000001": ("declined", "invalid"),
    "10000000002": ("no_answer", ""),
    "10000000003": ("bounced", "unreachable"),
}
"""What in an address makes the sandbox fail, so that each fault can be played in the demo."""


@dataclass(frozen=True)
class Sandbox:
    """A carrier that carries nowhere: a folder one can look into (沙箱).

    Attributes:
        folder: one file for each message; `down` in it: nobody answers.
        days: from handing over to the report.
    """

    folder: Path
    days: int

    def send(self, message: Message, address: Address, *, today: date) -> Accepted | Declined:
        """Lay the message into the folder, once for each reference; act as the address says."""
        fine = ("delivered", "self" if message.document else "")
        kind, reason = next((fault for sign, fault in FAULTS.items() if sign in address.place), fine)
        if (self.folder / "down").exists() or kind == "no_answer":
            raise NoAnswer
        if kind == "declined":
            return Declined(reason)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if message.document:
            _write(self.folder / f"{message.reference}.pdf", message.document)
        facts = {"to": address.name, "place": address.place, "text": message.text, "event": kind, "reason": reason}
        if not self._path(message.reference).exists():
            self._save(message.reference, facts | {"sent_on": str(today), "heard": False})
        return Accepted()

    def reports(self, *, today: date) -> Iterator[Report]:
        """What became of messages whose days are over."""
        for path in sorted(self.folder.glob("*.json")) if self.folder.is_dir() else ():
            facts = json.loads(path.read_text("utf-8"))
            on = date.fromisoformat(facts["sent_on"]) + timedelta(days=self.days)
            if not facts["heard"] and on <= today:
                yield Report(UUID(path.stem), facts["event"], facts["reason"], on)

    def heard(self, report: Report) -> None:
        """Do not report it again."""
        path = self._path(report.reference)
        self._save(report.reference, json.loads(path.read_text("utf-8")) | {"heard": True})

    def _path(self, reference: UUID) -> Path:
        return self.folder / f"{reference}.json"

    def _save(self, reference: UUID, facts: Mapping[str, Any]) -> None:
        _write(self._path(reference), json.dumps(facts, ensure_ascii=False, indent=1).encode())


def carriers() -> dict[str, Carrier]:
    """The carriers of this installation by channel: sandboxes where one is rehearsing, none elsewhere."""
    outbox: Path | None = settings.NOTICE_OUTBOX
    if outbox is None:
        return {}
    return {"sms": Sandbox(outbox / "sms", 0), "post": Sandbox(outbox / "post", 2)}


def _write(path: Path, data: bytes) -> None:
    """Complete or not at all, and only its owner can read it."""
    draft = path.with_suffix(f"{path.suffix}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    draft.replace(path)
