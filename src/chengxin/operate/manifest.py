"""The manifest of a backup (备份清单): what was copied, from where and when, as a signed note.

It names nobody. Whoever has the public key of the installation can check it, and by its hashes every file, offline.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from chengxin.kernel.note import SENTENCES, NoteError, Signer, Verifier
from chengxin.kernel.note import sign as sign_note
from chengxin.kernel.note import verify as verify_note
from chengxin.ledger.privilege import OperateError
from chengxin.operate.home import Home, open_private

FORM = "chengxin-backup-v1"
MANIFEST = "manifest.note"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_BLOCK = 1 << 20


class Damaged(OperateError):
    """The backup is not what its manifest says, or nobody known signed the manifest (备份不能采信)."""

    def __init__(self, cause: str, *, what: str = "备份与清单不符") -> None:
        super().__init__(cause, "请换一份备份；这一份不要再用。", what=what)


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a backup."""

    size: int
    digest: str


@dataclass(frozen=True)
class Manifest:
    """What a manifest says; the census is explained in ``census.py``.

    Attributes:
        tables: table -> rows from before the boundary, at the beginning and at the end of the backup.
        lines: the same of the register.
        files: name inside the backup -> size and SHA-256.
    """

    installation: str
    mode: str
    program: str
    server: str
    cluster: str
    started: datetime
    finished: datetime
    boundary: int
    guards: str
    lines: tuple[int, int]
    head: str
    tables: dict[str, tuple[int, int]]
    files: dict[str, Part]

    @property
    def size(self) -> int:
        """Bytes of the whole backup."""
        return sum(part.size for part in self.files.values())

    @property
    def rows(self) -> int:
        """Rows of all tables at the beginning."""
        return sum(first for first, _ in self.tables.values())

    def text(self) -> str:
        """The lines of the manifest, always the same for the same facts."""
        lines = [
            FORM,
            f"installation {self.installation}",
            f"mode {self.mode}",
            f"program {self.program}",
            f"postgres {self.server}",
            f"cluster {self.cluster}",
            f"started {written(self.started)}",
            f"finished {written(self.finished)}",
            f"boundary {self.boundary}",
            f"guards sha256:{self.guards}",
            f"register {self.lines[0]} {self.lines[1]} {self.head}".rstrip(),
            *(f"table {name} {first} {last}" for name, (first, last) in sorted(self.tables.items())),
            *(f"file {name} {part.size} sha256:{part.digest}" for name, part in sorted(self.files.items())),
        ]
        return "".join(f"{line}\n" for line in lines)


def parse(text: str) -> Manifest:
    """Read what :meth:`Manifest.text` wrote.

    Raises:
        ValueError: anything but exactly that.
    """
    form, *lines = text.splitlines()
    if form != FORM:
        raise ValueError(form)
    one: dict[str, str] = {}
    tables: dict[str, tuple[int, int]] = {}
    files: dict[str, Part] = {}
    for line in lines:
        word, _, said = line.partition(" ")
        if word == "table":
            name, first, last = said.split(" ")
            tables[name] = int(first), int(last)
        elif word == "file":
            name, size, digest = said.split(" ")
            if not re.fullmatch(r"[a-z][a-z_.]*", name):  # no way out of the folder
                raise ValueError(name)
            files[name] = Part(int(size), digest.removeprefix("sha256:"))
        else:
            one[word] = said
    first, last, *head = one["register"].split(" ")
    found = Manifest(
        installation=one["installation"],
        mode=one["mode"],
        program=one["program"],
        server=one["postgres"],
        cluster=one["cluster"],
        started=read_time(one["started"]),
        finished=read_time(one["finished"]),
        boundary=int(one["boundary"]),
        guards=one["guards"].removeprefix("sha256:"),
        lines=(int(first), int(last)),
        head=" ".join(head),
        tables=tables,
        files=files,
    )
    if found.text() != text:
        raise ValueError(FORM)
    return found


def signer_of(home: Home) -> Signer:
    """The key by which an installation signs.

    Raises:
        OperateError: there is none, or it cannot be used.
    """
    what = "实例密钥不能使用"
    try:
        return Signer.parse(home.instance_key.read_text("utf-8").removesuffix("\n"))
    except FileNotFoundError:
        raise OperateError("这个数据目录还没有实例密钥", "请先启动一次平台，再重试。", what=what) from None
    except NoteError as error:
        raise OperateError(SENTENCES[error.fault], "请从密钥备份恢复 instance.key。", what=what) from None


def write_note(path: Path, text: str, signer: Signer) -> None:
    """Sign a text into a private file, complete or not at all, also when the machine stops."""
    draft = path.with_name(f".{path.name}.new")
    with open(draft, "w", encoding="utf-8", opener=open_private) as file:
        file.write(sign_note(text, signer))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_note(path: Path, key: Verifier) -> str:
    """The text of a note that this key signed.

    Raises:
        NoteError: altered, or signed by nobody known.
        FileNotFoundError: there is none.
    """
    return verify_note(path.read_bytes(), [key]).text


def read_manifest(backup: Path, key: Verifier) -> Manifest:
    """The manifest of a backup, with every file compared by size; :func:`altered` compares by hash.

    Raises:
        OperateError: there is none.
        Damaged: altered, signed by nobody known, or a file is missing or too many.
    """
    distrust = "备份清单不能采信"
    try:
        found = parse(read_note(backup / MANIFEST, key))
    except (FileNotFoundError, NotADirectoryError):
        raise OperateError(
            f"{backup} 中没有备份清单（{MANIFEST}）",
            "请指明 chengxin backup 写出的文件夹；没有写完的备份没有清单。",
            what="不是一份完整的备份",
        ) from None
    except NoteError as error:
        cause = f"{SENTENCES[error.fault]}。清单应由本安装的密钥 {key.name} 签名"
        raise Damaged(cause, what=distrust) from None
    except (ValueError, KeyError):
        raise Damaged("签名有效，但内容不是备份清单", what=distrust) from None
    there = {entry.name: entry.lstat().st_size for entry in backup.iterdir() if entry.name != MANIFEST}
    wrong = [
        *(f"缺少 {name}" for name in sorted(found.files.keys() - there.keys())),
        *(f"多出 {name}" for name in sorted(there.keys() - found.files.keys())),
        *(
            f"{name} 应为 {part.size:,} 字节，实际 {there[name]:,} 字节"
            for name, part in sorted(found.files.items())
            if there.get(name, part.size) != part.size
        ),
    ]
    if wrong:
        raise Damaged("；".join(wrong))
    return found


def altered(backup: Path, manifest: Manifest) -> Iterator[tuple[int, str]]:
    """Hash every file: yields (bytes done, name of the file if it is not what the manifest says, else '')."""
    done = 0
    for name, part in sorted(manifest.files.items()):
        digest = hashlib.sha256()
        with (backup / name).open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
                done += len(block)
                yield done, ""
        if digest.hexdigest() != part.digest:
            yield done, name


def hash_file(path: Path) -> Part:
    with path.open("rb") as file:
        return Part(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def written(at: datetime) -> str:
    return at.astimezone(UTC).strftime(_TIME)


def read_time(said: str) -> datetime:
    return datetime.strptime(said, _TIME).replace(tzinfo=UTC)
