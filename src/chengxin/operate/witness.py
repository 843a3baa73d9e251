"""``chengxin witness``: a program of its own (见证人), run by an audit office, a county or the province.

It has its own key and its own small store, knows of a log nothing but its public key, and cosigns a checkpoint only
when the log has grown from what it cosigned before. Interface: c2sp.org/tlog-witness. It keeps what the log's key
signed and cannot be: a log that shows two faces convicts itself.
"""

from __future__ import annotations

import http.server
import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chengxin.kernel.note import NoteError, Verifier
from chengxin.kernel.note import read as read_note
from chengxin.ledger.log.checkpoint import Cosigner
from chengxin.ledger.log.tree import EMPTY, LogFault
from chengxin.ledger.log.witnessing import MOST_BYTES, SIZE_TYPE, Known, Request, checkpoint_path, judge
from chengxin.ledger.privilege import OperateError
from chengxin.operate.home import private_folder, write_private

ADD = "/add-checkpoint"
_TABLES = """
create table if not exists head (origin text primary key, size integer not null, root blob not null, note blob not null,
  at integer not null);
create table if not exists split (origin text not null, size integer not null, root blob not null, at integer not null,
  cosigned blob not null, request blob not null, primary key (origin, size, root));
"""
_MOST_EVIDENCE = 1000
_WHAT = "见证人不能运行"


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, content type and body of an answer."""

    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"


class Witness:
    """One folder: key, trusted logs (one public key per line), store.

    Raises:
        OperateError: it is none.
    """

    def __init__(self, folder: Path) -> None:
        self._store = folder / "witness.sqlite"
        self._logs = folder / "logs"
        try:
            self.key = Cosigner.parse((folder / "witness.key").read_text("utf-8").strip())
            self.trusted()
        except (OSError, NoteError, UnicodeDecodeError) as error:
            raise OperateError(
                f"{folder} 里没有可用的密钥或日志公钥：{error}",
                "请用 chengxin witness 目录 --name 名称 建立，再用 --trust 加入日志的公钥。",
                what=_WHAT,
            ) from None
        with self._open() as store:
            store.executescript(_TABLES)

    @classmethod
    def create(cls, folder: Path, name: str) -> Witness:
        """Make a witness with a fresh key, or open the one that is there.

        Raises:
            OperateError: the name cannot be a key's name.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        private_folder(folder)
        if not (folder / "witness.key").exists():
            try:
                key = Cosigner.parse(Cosigner.create(name).text)
            except NoteError:
                raise OperateError(
                    f"{name} 不能作密钥的名称", "请不用空格和加号，例如 witness.example.cn/audit。", what=_WHAT
                ) from None
            write_private(folder / "witness.key", key.text + "\n")
            write_private(folder / "logs", "")
        return cls(folder)

    def trust(self, key: Verifier) -> None:
        """Witness this log from now on."""
        if key not in self.trusted():
            with self._logs.open("a", encoding="utf-8") as file:
                file.write(key.text + "\n")

    def known(self, origin: str) -> Known:
        """What was cosigned last for an origin."""
        with self._open() as store:
            return _known(store, origin)

    def shown(self, path: str) -> bytes | None:
        """The latest checkpoint of the log that this path names, cosigned: what convicts a log that forgot it."""
        origin = next((one.name for one in self.trusted() if checkpoint_path(one.name) == path), "")
        with self._open() as store:
            row = store.execute("select note, at from head where origin = ?", [origin]).fetchone()
        if row is None:
            return None
        text, _ = read_note(row[0])
        own = b"\n".join(line for line in row[0].splitlines() if not line.startswith(f"— {self.key.name} ".encode()))
        return own + b"\n" + self.key.line(text, row[1]).encode()

    def evidence(self) -> int:
        """How many checkpoints are kept that convict a log, each with the one that was cosigned in its place."""
        with self._open() as store:
            return int(store.execute("select count(*) from split").fetchone()[0])

    def add(self, body: bytes, *, now: int) -> Reply:
        """Answer an add-checkpoint request; what it checks and what it stores are one transaction."""
        try:
            request = Request.parse(body)
        except (LogFault, NoteError):
            return Reply(400)
        origin = request.checkpoint.origin
        keys = [one for one in self.trusted() if one.name == origin]
        with self._open() as store:
            store.execute("begin immediate")  # of two requests at once the second sees what the first stored
            known = _known(store, origin) if keys else None
            verdict = judge(request, keys, known)
            if verdict.evidence:
                head = request.checkpoint
                store.execute(
                    "insert into split select origin, ?, ?, ?, note, ? from head where origin = ? "
                    "and (select count(*) from split s where s.origin = head.origin) < ? on conflict do nothing",
                    [head.size, head.root, now, body, origin, _MOST_EVIDENCE],
                )
            if verdict.status == 200:
                head = request.checkpoint
                store.execute(
                    "insert into head values (?, ?, ?, ?, ?) on conflict (origin) do update "
                    "set size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at",
                    [origin, head.size, head.root, request.note, now],
                )
            store.commit()
        if verdict.status == 200:
            return Reply(200, self.key.line(request.checkpoint.text, now).encode())
        if verdict.status == 409 and known is not None:
            return Reply(409, f"{known.size}\n".encode(), SIZE_TYPE)
        return Reply(verdict.status)

    def trusted(self) -> list[Verifier]:
        """Keys of the logs that it witnesses."""
        return [Verifier.parse(line) for line in self._logs.read_text("utf-8").splitlines() if line.strip()]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._store, timeout=30, isolation_level=None)) as store:
            store.execute("pragma synchronous = full")  # persisted before the answer goes out
            yield store


def _known(store: sqlite3.Connection, origin: str) -> Known:
    row = store.execute("select size, root from head where origin = ?", [origin]).fetchone()
    return Known(*row) if row else Known(0, EMPTY)


class Server(http.server.ThreadingHTTPServer):
    """The endpoint; TLS is the reverse proxy's."""

    daemon_threads = True

    def __init__(self, witness: Witness, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__((host, port), _Handler)
        self.witness = witness

    @property
    def url(self) -> str:
        return f"http://{self.server_name}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: a client that went away is no error of ours."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    timeout = 30

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def log_message(self, *_: object) -> None:
        """Nothing: the store says what was cosigned."""

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != ADD:
            self._say(Reply(404))
        elif not (length.isascii() and length.isdigit() and len(length) < 10) or "Transfer-Encoding" in self.headers:
            self._say(Reply(411))
        elif int(length) > MOST_BYTES:
            self._say(Reply(413))
        else:
            body = self.rfile.read(int(length))
            complete = len(body) == int(length)
            self._say(self.server.witness.add(body, now=int(time.time())) if complete else Reply(400), keep=complete)

    def do_GET(self) -> None:
        """What anybody may see: the public key, and what was cosigned last for each log."""
        if self.path != "/":
            note = self.server.witness.shown(self.path)
            self._say(Reply(404) if note is None else Reply(200, note), keep=note is not None)
            return
        witness = self.server.witness
        logs = {one.name: witness.known(one.name).size for one in witness.trusted()}
        facts = {"key": witness.key.witness.text, "logs": logs, "evidence": witness.evidence()}
        self._say(Reply(200, json.dumps(facts).encode(), "application/json"), keep=True)

    def _say(self, reply: Reply, *, keep: bool = False) -> None:
        self.close_connection = not keep  # what was not read of a request is not taken for the next one
        self.send_response(reply.status)
        for name, value in (("Content-Type", reply.kind), ("Cache-Control", "no-store")):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)
