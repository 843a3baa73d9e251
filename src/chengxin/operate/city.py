"""The hand that fills a demo or test city (演示城市), as the owner: organisations, accounts, test clock."""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from uuid import UUID, uuid4

import psycopg
import pyotp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from chengxin.kernel.population import Claim
from chengxin.operate.generate import Person
from chengxin.operate.home import Home


@dataclass(frozen=True)
class Signin:
    """How to sign in as one role of the demo. Made fresh for each installation."""

    role: str
    name: str
    login: str
    password: str
    totp_secret: str
    private_key: str = ""
    organisation: str = ""


class City:
    """The operator's hand while the demo city is filled."""

    def __init__(self, home: Home, *, since: str = "2026-01-01") -> None:
        self.since = since
        self.owner = psycopg.connect(home.dsn("owner"), autocommit=True)
        self.signins: list[Signin] = []

    def __enter__(self) -> City:
        return self

    def __exit__(self, *_: object) -> None:
        self.owner.close()

    def shift(self, days: int) -> None:
        """Set the test clock; the constraint CLOCK-01 refuses it in production."""
        self.owner.execute("update cx.ledger_deployment set clock_shift = %s", [days])

    def organisation(self, code: str, name: str, area: str, kind: str = "department", parent: str = "") -> None:
        self.owner.execute(
            "insert into cx.people_organisation (code, name, area, valid_from, kind, parent) "
            "values (%s, %s, %s, %s::date, %s, nullif(%s, '')) on conflict do nothing",
            [code, name, area, self.since, kind, parent],
        )

    def account(
        self,
        role: str,
        login: str,
        kind: str,
        post: str,
        *,
        duty: str,
        organisation: str = "",
        person: UUID | None = None,
        name: str = "",
        holder: bytes | None = None,
        told: bool = True,
    ) -> Signin:
        """Make an account with a fresh password and second factor; a machine gets a key pair.

        Whose password is told to nobody (`told`) cannot sign in at the page: the console alone opens their sessions.
        """
        from django.contrib.auth.hashers import make_password

        from chengxin.people.api import ring, totp_aad

        account, password, secret = uuid4(), secrets.token_urlsafe(9), pyotp.random_base32()
        private = Ed25519PrivateKey.generate() if kind == "machine" else None
        public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw) if private else None
        sealed = None if private else ring().seal(secret, totp_aad(account))
        sealing = (make_password(password if told else None), sealed, public)
        self.owner.execute(
            "select cx.people_account_open_v1(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s::text[], %s::date)",
            [account, login, kind, post, person, organisation, *sealing, holder, [duty], self.since],
        )
        raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption()) if private else b""
        shown = ("", "") if private else (password, secret)
        made = Signin(role, name or post, login, *shown, base64.b64encode(raw).decode(), organisation)
        if role:
            self.signins.append(made)
        return made

    def register(self, person: Person, token: bytes) -> None:
        """A citizen without any record registers at the counter (自愿注册)."""
        from chengxin.people.api import Match, can_match, match, ring

        candidate, number = uuid4(), person.id_number
        claim = Claim("citizen", number, person.name)
        if can_match() and match(token, [claim], purpose="REGISTER", using="worker") != [Match.MATCH]:
            raise ValueError("nobody is registered whom the population database does not know")
        wrapped, sealed = ring().seal_identity(
            candidate, name=person.name, number=number, id_type="citizen", original=number
        )
        index = ring().blind_index("citizen", person.id_number)
        pair = ring().pair_index("citizen", person.id_number, person.name)
        act = uuid4()
        with self.owner.transaction():
            self.owner.execute(
                "select cx.ledger_act_v1(%s, array[%s::uuid], array[%s::uuid], 'people.register', '')",
                [token, candidate, act],
            )
            self.owner.execute(
                "select cx.people_open_v1(array[%s::uuid], array[%s::uuid], 'people.register', array[%s::bytea], %s, "
                "array['citizen'], array[%s::bytea], array[%s::bytea], array[%s::bytea])",
                [candidate, act, index, ring().index_version, pair, wrapped, sealed],
            )

    def citizen(self, number: int, person: Person, known: UUID | None) -> None:
        """The n-th citizen of the stories gets an account, once."""
        login = f"citizen{number}"
        if all(signin.login != login for signin in self.signins):
            self.account("市民", login, "citizen", "本人", duty="citizen", person=known, name=person.name)

    def signed_up(self, person: UUID) -> bool:
        """Whether somebody has an account already: a second one is refused (ACCOUNT-14)."""
        found = self.owner.execute("select 1 from cx.people_account where person = %s", [person]).fetchone()
        return found is not None

    def person(self, index: bytes) -> UUID | None:
        """The person behind a blind index, for the counter that opens a citizen's account."""
        row = self.owner.execute("select person from cx.people_key where id_hmac = %s", [index]).fetchone()
        return row[0] if row else None
