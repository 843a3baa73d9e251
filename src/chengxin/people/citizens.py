"""Citizens at the door (市民登录): whoever proved a name and a number is let in, or registered by their own act."""

from __future__ import annotations

import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import TypeVar
from uuid import UUID, uuid4

import msgspec

from chengxin.kernel.errors import Refused
from chengxin.kernel.identity import birth_date, check_identity
from chengxin.kernel.ids import uuid7
from chengxin.kernel.names import normalise_name
from chengxin.kernel.population import Claim
from chengxin.ledger.api import Look, rows, scalar, today
from chengxin.people.commands import credential, open_session, sign_out
from chengxin.people.identity_service import ATTEMPT_SECONDS, Attempt, Proved
from chengxin.people.matching import can_match, match, must_match
from chengxin.people.population import Match
from chengxin.people.provider import REAL_NAME
from chengxin.people.rules import Age, age, fresh_code
from chengxin.people.vault import Unsealable, ring

Kept = TypeVar("Kept", Attempt, Proved)
SIGN_IN, REGISTER, COUNTER = "SIGN_IN", "REGISTER", "COUNTER"
"""Purposes of the platform's own, as both logs keep them."""
_AGES = {Age.MINOR: "IDENT-07", Age.GUARDED: "IDENT-08"}


@dataclass(frozen=True)
class Issued:
    """A code of the window (窗口登录码), told once: to whoever gives it out, for whoever stands there."""

    code: str = field(repr=False)
    until: datetime
    verified: bool


@dataclass(frozen=True)
class RealName:
    """How and how well the person proved who they are (实名状态)."""

    known_at: datetime
    method: str
    level: int
    verified: bool
    document: str
    organisation_name: str
    post: str


def parameter(name: str) -> int:
    """A dated number of the citizens' sign-in (登录参数) as it is today; 0 where none is."""
    found = scalar(
        "select value from cx.people_parameter where name = %s::text and cx.ledger_today_v1() between valid_from "
        "and coalesce(valid_to, date 'infinity') order by valid_from desc limit 1",
        [name],
    )
    return int(found or 0)


def seal_kept(kept: Attempt | Proved) -> str:
    """What the browser keeps for us between two pages (临时状态): sealed, so that it is neither read nor made up."""
    return urlsafe_b64encode(ring().seal_bytes(msgspec.json.encode(kept), f"sign-in|{type(kept).__name__}")).decode()


def open_kept(text: str, kind: type[Kept]) -> Kept | None:
    """The same again; None where it is none of ours or too old."""
    try:
        data = ring().open_bytes(urlsafe_b64decode(text), f"sign-in|{kind.__name__}")
        found = msgspec.json.decode(data, type=kind)
    except (Unsealable, NotBase64, ValueError, msgspec.DecodeError):
        return None
    return found if 0 <= time.time() - found.at <= ATTEMPT_SECONDS else None


def enter(proved: Proved, *, agent: str) -> bytes | None:
    """Let in whoever proved a name and a number (登录).

    Returns:
        The session token; None where there is no account yet: :func:`register`, with the person's consent.

    Raises:
        Refused: IDENT-04, IDENT-05 (population database), IDENT-06 (deceased), IDENT-07, IDENT-08 (age),
            POPULATION-01 (it gives no answer), SIGNIN-03 (the account is disabled), ASSURE-01 (there is no account yet,
            and the proof is too weak to open one).
    """
    verified = _verified(proved, SIGN_IN)
    token, (hmac, _) = secrets.token_bytes(32), _indexes(proved)
    entered = scalar(
        "select cx.people_citizen_enter_v1(%s::bytea, %s::uuid, %s::bytea, %s::text, %s::integer, %s::text, %s::uuid, "
        "%s::boolean, %s::uuid)",
        [token, uuid7(), hmac, proved.method, proved.level, agent, uuid7(), verified, proved.code or None],
        using="signin",
    )
    if not entered and proved.level < REAL_NAME:
        raise Refused("ASSURE-01")
    return token if entered else None


def register(proved: Proved, *, agent: str) -> bytes:
    """Open the account of whoever proved a name and a number, at their own wish (本人注册), and let them in.

    Raises:
        Refused: as :func:`enter`; DEPLOY-01 (a real installation that is not open), PEOPLE-01 or ACCOUNT-14 (the same
            person twice at once), IDENT-01 (this proof has opened an account before: the browser may have kept it).
    """
    spent, until = (
        sha256(msgspec.json.encode(proved)).digest(),
        datetime.fromtimestamp(proved.at + ATTEMPT_SECONDS, UTC),
    )
    verified = _verified(proved, REGISTER)
    if not proved.code and not scalar(
        "select cx.people_proof_spent_v1(%s::bytea, %s::timestamptz)", [spent, until], using="signin"
    ):
        raise Refused("IDENT-01")
    token, person, (hmac, pair) = secrets.token_bytes(32), uuid4(), _indexes(proved)
    wrapped, sealed = ring().seal_identity(
        person, name=proved.name, number=proved.number, id_type=proved.id_type, original=proved.number
    )
    scalar(
        "select cx.people_citizen_register_v1(%s::bytea, %s::uuid, %s::uuid, %s::bytea, %s::integer, %s::text, "
        "%s::bytea, %s::uuid, %s::bytea, %s::bytea, %s::text, %s::integer, %s::text, %s::uuid, %s::uuid, %s::boolean, "
        "%s::uuid)",
        [
            token,
            uuid7(),
            uuid4(),
            hmac,
            ring().index_version,
            proved.id_type,
            pair,
            person,
            wrapped,
            sealed,
            proved.method,
            proved.level,
            agent,
            uuid7(),
            uuid7(),
            verified,
            proved.code or None,
        ],
        using="signin",
    )
    return token


def issue_code(token: bytes, *, name: str, number: str, document: str, reason: str) -> Issued:
    """Give out a code at the window (发放窗口登录码), after the document's original was seen.

    Where the population database does not answer or has no such number (somebody registered elsewhere), the code is
    given out on the document alone: it is for those whom nothing else lets in; whoever is recorded here may read it.

    Args:
        token: session of the clerk.
        name: as typed, half width.
        number: as typed, half width.
        document: whose original was seen, a word of ``DOCUMENTS``.
        reason: a word of ``REASONS``.

    Raises:
        Refused: ID-01 (`detail` is the fault), IDENT-04, IDENT-07, IDENT-08, CODE-02, CODE-03, DUTY-01, SESSION-01.
    """
    claim = _claim(name, number)
    _ensure_age(claim)
    (answer,) = match(token, [claim], purpose=COUNTER)
    verified, code = _judged(answer, seen=True), fresh_code()
    until = scalar(
        "select cx.people_code_issue_v1(%s::bytea, %s::uuid, %s::uuid, %s::bytea, %s::text, %s::text, %s::boolean, "
        "%s::bytea)",
        [
            token,
            uuid7(),
            uuid7(),
            ring().blind_index(claim.id_type, claim.id_number),
            document,
            reason,
            verified,
            _code_hash(claim, code),
        ],
    )
    return Issued(code, until, verified)


def redeem(*, name: str, number: str, code: str) -> Proved:
    """Take a code of the window (使用窗口登录码).

    Raises:
        Refused: CODE-01 for whatever did not fit: number, name, code, time, tries are not told apart.
    """
    try:
        claim = _claim(name, number)
        index = ring().blind_index(claim.id_type, claim.id_number)
    except Refused:  # no number, or one of the other world: the same work and call, so that nothing is told by time
        claim = Claim("citizen", "0", "0")
        index = ring().content_index(b"sign-in-code\x1fnobody")
    found = rows(
        "select * from cx.people_code_redeem_v1(%s::bytea, %s::bytea)",
        [index, _code_hash(claim, code)],
        of=_Redeemed,
        using="signin",
    )
    if not found:
        raise Refused("CODE-01")
    now = int(time.time())
    return Proved(claim.name, claim.id_type, claim.id_number, 3, "counter", now, str(found[0].code))


def own_real_name(look: Look) -> list[RealName]:
    """How the person proved themself, the newest first (实名状态). Raises Refused LOOK-01."""
    return rows(
        "select * from cx.people_realname_own_v1(%s::bytea, %s::uuid, %s::uuid)",
        [look.token, look.person, look.id],
        of=RealName,
    )


@dataclass(frozen=True)
class _Redeemed:
    code: UUID
    verified: bool


def _verified(proved: Proved, purpose: str) -> bool:
    """Whether the population database says that they belong together, asked again each time."""
    claim = Claim(proved.id_type, proved.number, proved.name)
    _ensure_age(claim)
    return _judged(_asked(claim, purpose), seen=proved.method == "counter")


def _judged(answer: Match, *, seen: bool) -> bool:
    """Whether an answer is a match; what is none lets nobody in, except on a document that a window has seen.

    Raises:
        Refused: IDENT-04 (never, whatever was seen), IDENT-05, POPULATION-01.
    """
    if answer is Match.NO_MATCH:
        raise Refused("IDENT-04")
    if answer is Match.UNKNOWN and not seen:
        raise Refused("IDENT-05")
    if answer is Match.UNAVAILABLE and not seen and must_match():
        raise Refused("POPULATION-01")
    return answer is Match.MATCH


def _asked(claim: Claim, purpose: str) -> Match:
    """The database's answer. Nobody is signed in yet, so the platform itself asks, in a session of its own."""
    platform = credential("system") if can_match() else None
    if platform is None:
        return Match.UNAVAILABLE
    token = open_session(platform.account, method="platform")
    try:
        return match(token, [claim], purpose=purpose)[0]
    finally:
        sign_out(token)


def _ensure_age(claim: Claim) -> None:
    years = {"adult": parameter("adult_age"), "guardian": parameter("guardian_age")}
    found = age(birth_date(claim.id_number), today=today(), **years)
    if found is not Age.ADULT:
        raise Refused(_AGES[found])


def _claim(name: str, number: str) -> Claim:
    checked = check_identity(number, today=today())
    if not checked.valid or checked.normalised is None:
        raise Refused("ID-01", checked.error or "")
    kind = "citizen" if checked.type == "legacy15" else checked.type
    return Claim(kind, checked.normalised, normalise_name(name))


def _indexes(proved: Proved) -> tuple[bytes, bytes]:
    vault = ring()
    return (
        vault.blind_index(proved.id_type, proved.number),
        vault.pair_index(proved.id_type, proved.number, proved.name),
    )


def _code_hash(claim: Claim, code: str) -> bytes:
    """Keyed, and bound to number and name: whoever reads the store can try no code without the key ring."""
    return ring().content_index(
        f"sign-in-code\x1f{claim.id_type}\x1f{claim.id_number}\x1f{claim.name}\x1f{code}".encode()
    )
