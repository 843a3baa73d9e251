"""The demonstration's identity service (演示身份服务): who can sign in with it, and under which key it speaks.

It stands in for the city's or the nation's service and speaks OpenID Connect
(docs/reference/identity-sandbox-openapi.json). It lies in a folder of its own with keys of its own. Its persons are
synthetic; names and numbers are sealed all the same.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from chengxin.operate.home import private_folder, write_private
from chengxin.people.vault import KeyRing, Vault

CLIENT = "chengxin"
"""The platform's name at the service."""
NAME = "演示身份服务"
KID = "sandbox-1"
RETURN = "/sign-in/identity/return"
"""Where the platform waits for whoever comes back."""
WORDS = {
    "AL1": (1, "基本：只核对过手机号码"),
    "AL2": (2, "实名：核对过姓名和号码"),
    "AL3": (3, "实名实人：本人出示过网证或证件"),
}
"""The service's words of assurance -> what the platform is to take them for, and how the page says it."""
_BASIS = "演示约定：按国家网络身份认证公共服务管理办法，由服务方说明认证等级"
_AAD = "identity-sandbox|people"


class Enrolled(msgspec.Struct, frozen=True):
    """Somebody who has an identity here (已注册的演示人员).

    Attributes:
        id: what tokens call them: a random word that says nothing.
        note: what choosing them shows.
    """

    id: str
    name: str
    number: str
    note: str

    def __repr__(self) -> str:
        return f"Enrolled({self.id})"


@dataclass(frozen=True)
class Client:
    """The platform, as the service knows it; of its secret only the hash."""

    id: str
    secret_hash: str
    return_address: str

    def proves(self, secret: str) -> bool:
        return secrets.compare_digest(hashlib.sha256(secret.encode()).hexdigest(), self.secret_hash)


class IdentitySandbox:
    """One folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ring = Vault(KeyRing.load(folder / "keys.json"))
        number = int(json.loads((folder / "service.json").read_text("utf-8"))["key"])
        self.key = ec.derive_private_key(number, ec.SECP256R1())

    @classmethod
    def create(cls, folder: Path) -> IdentitySandbox:
        """Open the folder, or make one without anybody in it."""
        private_folder(folder)
        if not (folder / "service.json").exists():
            KeyRing.create(folder / "keys.json")
            fresh = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
            write_private(folder / "service.json", json.dumps({"key": str(fresh)}))
        return cls(folder)

    def link(self, path: Path, url: str, platform: str) -> None:
        """Write what the platform needs to send people here, and what this service needs to know the platform.

        Args:
            path: of the platform's configuration.
            url: of this service.
            platform: address of the platform's pages.
        """
        secret = secrets.token_urlsafe(32)
        client = {"id": CLIENT, "secret_hash": hashlib.sha256(secret.encode()).hexdigest()}
        write_private(self._folder / "client.json", json.dumps(client | {"return_address": platform + RETURN}))
        levels = [
            {"word": word, "level": level, "begin": "2026-01-01", "basis": _BASIS} for word, (level, _) in WORDS.items()
        ]
        said = {"name": NAME, "issuer": url, "client_id": CLIENT, "client_secret": secret, "sandbox": True}
        write_private(path, json.dumps(said | {"levels": levels}, ensure_ascii=False))

    @property
    def client(self) -> Client:
        """The platform that was linked last."""
        return Client(**json.loads((self._folder / "client.json").read_text("utf-8")))

    def enrol(self, people: Iterable[tuple[str, str, str]]) -> None:
        """These can sign in here: name, number and a note for the list. Whoever was enrolled before stays."""
        known = {one.number: one for one in self.people}
        for name, number, note in people:
            kept = known.get(number)
            known[number] = Enrolled(kept.id if kept else secrets.token_urlsafe(12), name, number, note)
        sealed = self._ring.seal_bytes(msgspec.json.encode(list(known.values())), _AAD)
        write_private(self._folder / "people.json", json.dumps(base64.b64encode(sealed).decode()))

    @property
    def people(self) -> list[Enrolled]:
        """Who can sign in, in the order they were enrolled."""
        path = self._folder / "people.json"
        if not path.exists():
            return []
        sealed = base64.b64decode(json.loads(path.read_text("utf-8")))
        return msgspec.json.decode(self._ring.open_bytes(sealed, _AAD), type=list[Enrolled])
