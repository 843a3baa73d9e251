"""Writes of belonging: propose, decide, tell, confirm. Two humans for every change."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from chengxin.belonging.queries import Found, Matter, Queued, decision_aad, matter_aad
from chengxin.belonging.rules import check_adult, check_evidence, check_reasons
from chengxin.catalog.api import parameter
from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import check_identity
from chengxin.kernel.ids import uuid7
from chengxin.kernel.names import normalise_name
from chengxin.kernel.normalise import folded_document
from chengxin.kernel.periods import Period, Unit
from chengxin.kernel.population import Claim
from chengxin.ledger.api import Look, look, rows, scalar, today
from chengxin.people.api import Match, match, must_match, ring
from chengxin.records.api import OwnRecord
from chengxin.redress.api import reasons_aad

_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@dataclass(frozen=True)
class Somebody:
    """A number and a name that are said to belong together, in the form in which they are kept."""

    id_type: str
    number: str = field(repr=False)
    name: str = field(repr=False)

    @property
    def hmac(self) -> bytes:
        return ring().blind_index(self.id_type, self.number)

    @property
    def pair(self) -> bytes:
        return ring().pair_index(self.id_type, self.number, self.name)


def somebody(number: str, name: str) -> Somebody:
    """Number and name as typed. Raises Refused: ID-01 (`detail` is the fault)."""
    verdict = check_identity(number, today=today())
    if not verdict.valid or verdict.normalised is None:
        raise Refused("ID-01", str(verdict.error))
    kind = "citizen" if verdict.type == "legacy15" else verdict.type
    return Somebody(kind, verdict.normalised, normalise_name(name))


def find_record(token: bytes, who: Somebody, doc_no: str, *, letter: str) -> list[Found]:
    """The record that a department's letter names (按来函核对): a registered look, whether it is found or not.

    Raises:
        Refused: LOOK-04 (no number of the letter), LOOK-06, DUTY-01.
    """
    return _found(token, _find_look(token, who, letter), who, doc_no)


def propose_move(
    token: bytes,
    wrong: Found,
    right: Somebody,
    *,
    reasons: str,
    evidence: str,
    objection: UUID | None = None,
) -> str:
    """Propose that a record belongs to somebody else (提出归属更正); nothing changes before a second person approves.

    Args:
        token: session of the officer.
        wrong: the record as a look has shown it.
        right: who is right, by the evidence; verified with the population database.
        reasons: why.
        evidence: number of the letter, or of the objection's file.
        objection: where the person it stands under objected; decided together with it.

    Returns:
        The case number.

    Raises:
        Refused: BELONG-01, BELONG-02, BELONG-05, BELONG-08 to BELONG-10, RECORD-04, RECORD-14 to RECORD-16, REDRESS-04,
            POPULATION-01, LOOK-04, DUTY-01.
    """
    said = {"reasons": check_reasons(reasons), "evidence": check_evidence(evidence)}
    if wrong.severity != "NONE":
        age, back = _period("adult_age", wrong.item), _period("act_look_back", wrong.item)
        check_adult(right.number, decided_on=wrong.decided_on, age=age, look_back=back)
    _verify(token, right)
    one, case_no = uuid7(), case_number()
    opened = _find_look(token, right, case_no)
    whole = json.dumps(
        said | {"name": right.name, "number": right.number, "id_type": right.id_type}, ensure_ascii=False
    )
    origin, ref = ("note", said["evidence"]) if objection is None else ("objection", str(objection))
    scalar(
        "select cx.belonging_move_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::text, %s::text, %s::text, %s::uuid, "
        "%s::integer, %s::uuid, %s::uuid, %s::bytea, %s::bytea, %s::bytea)",
        [
            *(
                token,
                uuid7(),
                wrong.person,
                one,
                case_no,
                origin,
                ref,
                wrong.record,
                wrong.seq,
                opened.person,
                opened.id,
            ),
            *(right.hmac, right.pair, ring().seal(whole, matter_aad(one))),
        ],
    )
    return case_no


def find_file(token: bytes, who: Somebody, *, letter: str) -> list[Found]:
    """All records of the file that a department's letter names (按来函核对), by a registered look.

    Raises:
        Refused: LOOK-04 (no number of the letter), LOOK-06, DUTY-01.
    """
    return _found(token, _find_look(token, who, letter), who, None)


def propose_files(token: bytes, one: Somebody, other: Somebody, *, reasons: str, evidence: str) -> str:
    """Propose to join two files that are found by number and name (按来函提出合并).

    Raises:
        Refused: BELONG-01, BELONG-02, BELONG-08, BELONG-14, LOOK-04, DUTY-01.
    """
    matter, case_no, letter, sealed = _said(reasons, evidence)
    looks = [_find_look(token, who, letter) for who in (one, other)]
    scalar(
        "select cx.belonging_pair_note_v1(%s::bytea, %s::uuid[], %s::uuid[], %s::bytea[], %s::uuid, %s::text, "
        "%s::text, %s::bytea)",
        [
            *(token, [found.person for found in looks], [found.id for found in looks], [one.pair, other.pair]),
            *(matter, case_no, letter, sealed),
        ],
    )
    return case_no


def propose_pair(token: bytes, *, kind: str, origin: str, ref: str, reasons: str, evidence: str) -> str:
    """Propose to join two files, to leave them apart, or to undo a merge (提出合并、不合并、取消合并).

    Args:
        token: session of the officer.
        kind: merge, keep or part.
        origin: population (a change that waits) or matter (an approved merge).
        ref: which.
        reasons: why.
        evidence: what they rest on.

    Raises:
        Refused: BELONG-01, BELONG-02, BELONG-06, BELONG-08, DUTY-01.
    """
    matter, case_no, _, sealed = _said(reasons, evidence)
    scalar(
        "select cx.belonging_pair_v1(%s::bytea, %s::uuid, %s::text, %s::text, %s::text, %s::text, %s::bytea)",
        [token, matter, case_no, kind, origin, ref, sealed],
    )
    return case_no


def _said(reasons: str, evidence: str) -> tuple[UUID, str, str, bytes]:
    """A matter about two files: its id, case number, evidence, and what is sealed of it."""
    said = {"reasons": check_reasons(reasons), "evidence": check_evidence(evidence)}
    whole = json.dumps(said | {"name": "", "number": "", "id_type": ""}, ensure_ascii=False)
    matter = uuid7()
    return matter, case_number(), said["evidence"], ring().seal(whole, matter_aad(matter))


def decide(
    token: bytes, queued: Queued, about: Matter, record: OwnRecord | None, *, outcome: str, reasons: str
) -> None:
    """Decide a matter as the second person, or take the own proposal back (决定、收回).

    Args:
        token: session of the officer.
        queued: as the list has it.
        about: as the officer's look opened it.
        record: of a move the record as it stood then.
        outcome: approved, refused or taken_back.
        reasons: why.

    Raises:
        Refused: BELONG-02 to BELONG-05, BELONG-08, BELONG-10, PEOPLE-03, PEOPLE-04, PEOPLE-06, RECORD-04, RECORD-14 to
            RECORD-16, POPULATION-01, DUTY-01.
    """
    words = check_reasons(reasons)
    keys, candidate = ring(), uuid4()
    dek = identity = fingerprint = answer = None
    if about.kind == "move" and outcome == "approved" and record is not None:
        right = Somebody(about.id_type, about.number, about.name)
        _verify(token, right)
        dek, identity = keys.seal_identity(
            candidate, name=about.name, number=about.number, id_type=about.id_type, original=about.number
        )
        text = f"{about.id_type}\x1f{about.number}\x1f{folded_document(record.doc_no)}"
        fingerprint = keys.content_index(text.encode())
        if about.origin == "objection":
            answer = keys.seal(
                f"查明的事实：{about.reasons}\n理由和依据：{words}", reasons_aad(queued.person, UUID(about.origin_ref))
            )
    scalar(
        "select cx.belonging_decide_v1(%s::bytea, %s::uuid, %s::uuid, %s::text, %s::bytea, %s::integer, %s::uuid, "
        "%s::integer, %s::uuid, %s::text, %s::bytea, %s::bytea, %s::bytea, %s::bytea)",
        [
            *(token, queued.person, queued.matter, outcome),
            keys.seal(words, decision_aad(queued.person, queued.matter)),
            *(record.seq + 1 if record else None, uuid7(), keys.index_version, candidate, about.id_type),
            *(dek, identity, fingerprint, answer),
        ],
    )


def follow(token: bytes, person: UUID, record: UUID, *, using: str = "default") -> int:
    """Tell everybody who had been shown a moved record (更正通知), once for each record; how many looks."""
    sql = "select cx.belonging_follow_v1(%s::bytea, %s::uuid, %s::uuid)"
    return int(scalar(sql, [token, person, record], using=using))


def follow_parted(token: bytes, person: UUID, merge: UUID, *, using: str = "default") -> int:
    """Tell everybody who had been shown records of a file under the other's number while both were joined."""
    sql = "select cx.belonging_follow_parted_v1(%s::bytea, %s::uuid, %s::uuid)"
    return int(scalar(sql, [token, person, merge], using=using))


def confirm(token: bytes, recall: UUID) -> None:
    """The organisation no longer relies on what it was shown (确认). Raises Refused: BELONG-07, DUTY-01."""
    scalar("select cx.belonging_confirm_v1(%s::bytea, %s::uuid, %s::uuid)", [token, uuid7(), recall])


def _found(token: bytes, opened: Look, who: Somebody, doc_no: str | None) -> list[Found]:
    sql = "select * from cx.belonging_found_v1(%s::bytea, %s::uuid, %s::uuid, %s::bytea, %s::text)"
    return rows(sql, [token, opened.person, opened.id, who.pair, doc_no], of=Found)


def _find_look(token: bytes, who: Somebody, reference: str) -> Look:
    return look(
        "cx.belonging_find_look_v1(%s::bytea, {look}, %s::bytea, %s::bytea, %s::text)",
        [token, who.hmac, who.pair, reference],
        token=token,
        activity="belonging.find",
    )


def _period(name: str, item: str) -> Period | None:
    row = parameter(name, item, today=today())
    return Period(row.value, Unit(row.unit)) if row else None


def _verify(token: bytes, who: Somebody) -> None:
    """Nobody gets a record whom the population database does not know by this number and name."""
    if not must_match():
        return
    (told,) = match(token, [Claim(who.id_type, who.number, who.name)], purpose="BELONGING")
    if told is Match.UNAVAILABLE:
        raise Refused("POPULATION-01")
    if told is not Match.MATCH:
        raise Refused("BELONG-10")


def case_number(kind: str = "GS") -> str:
    """A new case number (案号): kind, day, 30 random bits."""
    return f"{kind}{today():%y%m%d}{''.join(secrets.choice(_LETTERS) for _ in range(6))}"
