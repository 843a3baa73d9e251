"""The data folder (数据目录): identity of one installation, its passwords and the way to its database.

Everything that must stay secret lies in it with mode 0600, and the folder itself is closed to everybody else.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
import stat
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from psycopg.conninfo import conninfo_to_dict

from chengxin.ledger.privilege import OperateError

ROLES = ("owner", "web", "worker", "engine", "log", "points", "backup", "signin")
SERVING = tuple(role for role in ROLES if role not in {"owner", "backup"})
"""Those that a serving process may log in as."""
ADMIN = "postgres"  # of the embedded server only; no command prints it
DATABASE = "chengxin"
PORT = 5432
MODES = ("demo", "test", "production")
_SOCKET_LIMIT = 100  # bytes; the kernel's own limit is 108 or 104
# One fixed place, because every process of an installation must find the same socket whatever its TMPDIR.
TEMPORARY = Path("/tmp")  # noqa: S108  # names in it are made and verified by `private_folder`


@dataclass(frozen=True, slots=True)
class Home:
    """One data folder.

    ``external`` holds the libpq parameters of a server that is not ours, without user and password.
    """

    path: Path
    mode: str
    installation: str
    external: dict[str, str] | None

    @classmethod
    def create(cls, path: Path | str, *, mode: str = "demo", external_url: str = "") -> Home:
        """Open the folder, or make it where nothing is.

        Raises:
            OperateError: the folder holds something else, belongs to somebody else, or was made another way.
        """
        if mode not in MODES:
            raise ValueError(mode)
        folder = Path(path).expanduser().absolute()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = folder.resolve()
        if not (folder / "home.json").exists():
            _claim(folder, mode, _external(external_url))
        home = cls.at(folder)
        if home.mode != mode or home.external != _external(external_url):
            raise OperateError(
                f"数据目录 {folder} 是另一种方式建立的（用途 {home.mode}，"
                f"{'外部数据库' if home.external else '内置数据库'}）",
                "请用 --keep 指明另一个目录，或按原来的方式启动（CHENGXIN_DATABASE_URL 与当时一致）。",
            )
        return home

    @classmethod
    def at(cls, path: Path | str) -> Home:
        """Open an existing folder.

        Raises:
            OperateError: there is none, or it is not ours.
        """
        folder = Path(path).expanduser().absolute().resolve()
        try:
            _secure(folder)
            facts = json.loads((folder / "home.json").read_text("utf-8"))
        except (FileNotFoundError, NotADirectoryError):
            raise OperateError(
                f"{folder} 不是诚信的数据目录",
                "请用 --keep 指明 chengxin demo --keep 或 chengxin up --init 用过的目录。",
                what="找不到数据目录",
            ) from None
        home = cls(folder, facts["mode"], facts["installation"], facts["external"])
        write_once(folder / "roles.json", json.dumps({role: secrets.token_urlsafe(24) for role in (*ROLES, ADMIN)}))
        write_once(folder / "secret", secrets.token_urlsafe(48))
        return home

    @property
    def keyring(self) -> Path:
        return self.path / "keys.json"

    @property
    def instance_key(self) -> Path:
        """The key that signs receipts."""
        return self.path / "instance.key"

    @property
    def population(self) -> Path:
        """How the population database is reached; absent where none is configured."""
        return self.path / "population.json"

    @property
    def identity(self) -> Path:
        """How the citizens' identity service is reached; absent where none is configured."""
        return self.path / "identity.json"

    @property
    def log_key(self) -> Path:
        """The key that signs checkpoints; its name is the origin of the log."""
        return self.path / "log.key"

    @property
    def log_policy(self) -> Path:
        """Whom readers of the log are told to trust: its key, the witnesses, how many of them."""
        return self.path / "log.policy"

    @property
    def log_folder(self) -> Path:
        """The published files, each log's below its number."""
        return self.path / "log"

    @property
    def annex(self) -> Path:
        """A folder outside, for what cannot lie in the data folder (a short socket path, reachable programs)."""
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        return TEMPORARY / f"chengxin-{os.geteuid()}-{digest}"

    @property
    def socket_folder(self) -> Path:
        inside = self.path / "run"
        # A comma separates hosts in a connection string and cannot be escaped there.
        fits = len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= _SOCKET_LIMIT and "," not in str(inside)
        return inside if fits else self.annex / "run"

    @property
    def database(self) -> str:
        return self.external["dbname"] if self.external else DATABASE

    def password(self, role: str) -> str:
        return str(json.loads((self.path / "roles.json").read_text("utf-8"))[role])

    def dsn(self, role: str) -> str:
        """The libpq URL of an application role. The administrator has none here."""
        if role not in ROLES:
            raise ValueError(role)
        return self._url(role, self.database)

    def admin_dsn(self, database: str = ADMIN) -> str:
        """The administrator of the embedded server; for bootstrap and tests, never shown, never given to a child."""
        if self.external:
            raise ValueError("the administrator of an external server comes with its URL")
        return self._url(ADMIN, database)

    def environment(self, role: str, *, signin: bool = False, owner: bool = False) -> dict[str, str]:
        """The environment of a child process of this role: its own DSN and no other, unless asked for by name."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("PG", "GRANIAN_"))
            and not name.endswith("_DSN")
            and name not in {"CHENGXIN_DATABASE_URL", "CHENGXIN_POPULATION", "CHENGXIN_IDENTITY"}
        }
        kept |= {
            "CHENGXIN_DSN": self.dsn(role),
            "CHENGXIN_MODE": self.mode,
            "CHENGXIN_KEYRING": str(self.keyring),
            "CHENGXIN_INSTANCE_KEY": str(self.instance_key),
            "CHENGXIN_SECRET": (self.path / "secret").read_text("utf-8"),
            "CHENGXIN_HOME": str(self.path),
        }
        if self.population.exists():
            kept["CHENGXIN_POPULATION"] = str(self.population)
        if self.identity.exists():
            kept["CHENGXIN_IDENTITY"] = str(self.identity)
        if signin:
            kept["CHENGXIN_SIGNIN_DSN"] = self.dsn("signin")
        if owner:
            kept["CHENGXIN_OWNER_DSN"] = self.dsn("owner")
        return kept

    def remove(self) -> None:
        """Delete the folder with everything in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        shutil.rmtree(self.annex, ignore_errors=True)

    def _url(self, role: str, database: str) -> str:
        place = self.external or {"host": str(self.socket_folder), "port": str(PORT)}
        query = urlencode({key: value for key, value in place.items() if key != "dbname"}, safe="/", quote_via=quote)
        return f"postgresql://{role}:{quote(self.password(role), safe='')}@/{quote(database, safe='')}?{query}"


def write_once(path: Path, text: str) -> None:
    """Make a private file unless it is there: complete or not at all, and by one process only."""
    if path.exists():
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_private(draft, text)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read."""
    with open(path, "w", encoding="utf-8", opener=open_private) as file:
        file.write(text)


def open_private(path: str, flags: int) -> int:
    """An opener for files that only their owner can read; no link is followed."""
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def private_folder(path: Path, *, mode: int = 0o700, make: bool = True) -> None:
    """Make or verify a folder of ours in a place where others can write.

    Raises:
        OperateError: somebody else made it first.
    """
    if make:
        path.mkdir(mode=mode, exist_ok=True)
    facts = path.lstat()
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid():
        raise OperateError(f"{path} 已被其他用户占用", f"请管理员删除 {path}，再重新启动。")
    path.chmod(mode)


def _claim(folder: Path, mode: str, external: dict[str, str] | None) -> None:
    _owned(folder)
    if any(not entry.name.startswith(".home.json.") for entry in folder.iterdir()):
        raise OperateError(
            f"目录 {folder} 不是空的，也不是诚信的数据目录", "请用 --keep 指明一个空目录或不存在的目录。"
        )
    facts: dict[str, Any] = {"format": 1, "mode": mode, "installation": str(uuid.uuid4()), "external": external}
    write_once(folder / "home.json", json.dumps(facts))


def _secure(folder: Path) -> None:
    """Close a folder of ours to everybody else."""
    if _owned(folder) & 0o077:
        folder.chmod(0o700)


def _owned(folder: Path) -> int:
    """The mode of a folder that is ours."""
    facts = folder.stat()
    if facts.st_uid != os.geteuid():
        raise OperateError(
            f"数据目录 {folder} 属于另一个系统用户（uid {facts.st_uid}）",
            f"请用建立它的用户运行，或执行：chown {os.geteuid()} {folder}",
        )
    return facts.st_mode


def _external(url: str) -> dict[str, str] | None:
    """The place of an administrator's URL: all its parameters but the login."""
    if not url:
        return None
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items() if value is not None}
    for login in ("user", "password", "passfile"):
        parts.pop(login, None)
    if parts.get("dbname", ADMIN) in {ADMIN, "template1"}:
        parts["dbname"] = DATABASE
    return parts
