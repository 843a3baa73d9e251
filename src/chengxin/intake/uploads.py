"""Uploads (上传): a file is kept sealed, and read by the worker in the name of whoever sent it.

A session of the officer travels with the upload, sealed under the key ring: the database alone cannot use it, and the
worker acts in that name only as long as the session lives. It is one of its own, so that nobody has to stay at the desk
while a file is read. When it ends first, the upload waits until an officer of the department goes on.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from chengxin.intake.commands import import_file
from chengxin.intake.errors import UnreadableFile
from chengxin.intake.queries import Batch, sealed_blocks
from chengxin.kernel.errors import Refused
from chengxin.kernel.ids import uuid7
from chengxin.ledger.api import DatabaseFault, act, rows, scalar
from chengxin.people.api import Unsealable, end_errand, errand, ring

LEASE = 120
"""Seconds after which another worker goes on with an upload whose reader went silent."""
INTERRUPTED = "登录已经结束，文件没有读完。请打开这个批次，点“继续处理”，平台从停下的地方接着读，已入库的行不会重复。"
UNVERIFIED = "人口信息核验服务暂时没有应答，还没有读完，没有核验的行都没有入库。平台会自动再试，不用重新报送。"
LATER = 20
"""Seconds after which a file is read on that broke off because nobody could be verified."""
FAILED = "平台在处理这个文件时出了问题，没有读完，已入库的行不会丢失。请点“继续处理”；再次出现请联系平台管理员。"
BROKEN = (
    "平台没有接受这个文件中的一部分（{code}），没有读完，已入库的行不会丢失。"
    "目录条目刚刚暂停的，恢复以后请点“继续处理”；其他情况请联系平台管理员。"
)
HALTED = (
    "读这个文件的程序停过几次，挡住了别的文件，平台管理员先把它停下了，已入库的行不会丢失。"
    "文件没有问题的，请点“继续处理”；也可以取消这次报送，换一个文件再报。"
)
_BLOCK = 1 << 20
_LARGEST = 64 << 20
"""Bytes that a kept file may unpack to; uploads are refused far below it."""


@dataclass(frozen=True)
class _Job:
    upload: UUID
    item: str
    kind: str
    channel: str
    digest: bytes
    session: bytes
    lease: UUID


def upload(
    token: bytes, content: bytes, *, item: str, kind: str, channel: str = "page", request: UUID | None = None
) -> UUID:
    """Keep a file and hand it to the worker (上传); the same file that is still being read answers the upload it has.

    Args:
        token: session of an officer or a department's machine account.
        content: the file.
        item: code of the catalog item.
        kind: one of ``facts.KINDS``.
        channel: page, api.
        request: id of a signed request; a second one of the same id is a replay.

    Raises:
        Refused: SESSION-01, DUTY-01, SIGNATURE-05 (the request came before).
    """
    session = _travelling(token, hashlib.sha256(content).digest())
    with act(token, activity="intake.upload") as line:
        return keep(line, content, item=item, kind=kind, channel=channel, request=request, session=session)


def keep(
    line: UUID,
    content: bytes,
    *,
    item: str,
    kind: str,
    channel: str = "page",
    request: UUID | None = None,
    session: bytes | None = None,
) -> UUID:
    """Keep a file under an open act, see :func:`upload`; without a session no worker reads it."""
    digest = hashlib.sha256(content).digest()
    blocks = [
        ring().seal_bytes(block, _aad("file", digest, at)) for at, block in enumerate(_cut(zlib.compress(content, 1)))
    ]
    kept = scalar(
        "select cx.intake_upload_v1(%s::uuid, %s::uuid, %s::text, %s::text, %s::text, %s::bytea, %s::integer, "
        "%s::bytea[], %s::bytea)",
        [request or uuid7(), line, item, kind, channel, digest, len(content), blocks, session],
    )
    return UUID(str(kept))


def go_on(token: bytes, batch: Batch) -> None:
    """Go on with an upload whose session ended (继续处理), in the name of whoever asks for it.

    Raises:
        Refused: SESSION-01, DUTY-01, INTAKE-32 (not an interrupted upload of the own organisation).
    """
    with act(token, activity="intake.upload") as line:
        scalar(
            "select cx.intake_go_on_v1(%s::uuid, %s::uuid, %s::bytea)",
            [batch.upload, line, _travelling(token, batch.file_digest)],
        )


def cancel(token: bytes, found: Batch, *, reason: str) -> None:
    """Take an upload of the own organisation back before it is done (取消); its sealed file is destroyed.

    What was taken in exists for nobody, as of a batch that is never closed.

    Args:
        token: session of an officer of the organisation that sent it.
        found: waiting, being read, or broken off.
        reason: one of ``facts.CANCELS``.

    Raises:
        Refused: SESSION-01, DUTY-01, INTAKE-32 (none of the own organisation that is under way), INTAKE-70 (corrections
            or withdrawals are in already).
    """
    with act(token, activity="intake.cancel") as line:
        scalar("select cx.intake_cancel_v1(%s::uuid, %s::uuid, %s::text)", [found.upload, line, reason])


def halt(token: bytes, upload: UUID) -> None:
    """Stop a file that takes its readers away again and again (停下); its department decides what becomes of it.

    Raises:
        Refused: SESSION-01, DUTY-01, INTAKE-71 (it does not stand in the way).
    """
    with act(token, activity="intake.halt") as line:
        scalar("select cx.intake_halt_v1(%s::uuid, %s::uuid, %s::text)", [upload, line, HALTED])


def content_of(token: bytes, upload: UUID, digest: bytes, *, using: str = "default") -> bytes:
    """The file of an upload of the own organisation, opened; empty when its time was over.

    Raises:
        Unsealable: what is kept is not the file that was sent.
    """
    sealed = enumerate(sealed_blocks(token, upload, using=using))
    packed = b"".join(ring().open_bytes(block, _aad("file", digest, at)) for at, block in sealed)
    unpacked = zlib.decompressobj()
    content = unpacked.decompress(packed, _LARGEST) if packed else b""
    if packed and not unpacked.eof:
        raise Unsealable
    return content


def work(token: bytes, *, using: str = "default") -> bool:
    """Read the oldest upload nobody is reading (后台处理); False when there is none.

    Args:
        token: the platform's own session. The rows are taken in the name of the officer who sent the file.
        using: database alias.
    """
    taken = rows("select * from cx.intake_take_v1(%s::bytea, %s::integer)", [token, LEASE], of=_Job, using=using)
    for job in taken:
        _read(token, job, using)
    return bool(taken)


def sweep_files(token: bytes, *, using: str = "default") -> int:
    """Destroy files whose time is over (文件销毁); returns how many."""
    return int(scalar("select cx.intake_sweep_v1(%s::bytea)", [token], using=using))


class _LeaseLost(Exception):
    """Somebody else reads this upload now, and says what becomes of it."""


class _Reading:
    """An upload under this worker's lease: what it says of it holds as long as nobody else has it.

    Every method but `cannot_be_read` and `waits` raises `_LeaseLost`.
    """

    def __init__(self, token: bytes, job: _Job, using: str) -> None:
        self._token, self._job, self._using = token, job, using
        self.began = False
        self.officer = b""

    def alive(self, *_: Any) -> None:
        self._say("select cx.intake_lease_v1(%s::bytea, %s::uuid, %s::uuid, %s::integer)", LEASE)

    def opened(self, batch: UUID) -> None:
        self.began = True
        self._settle(batch=batch)

    def cannot_be_read(self, problem: str, message: str = "") -> None:
        self._end(problem=problem, message=message)

    def later(self, message: str) -> None:
        """It is read on after a while, without anybody doing anything."""
        self._settle(message=message)
        self._say("select cx.intake_lease_v1(%s::bytea, %s::uuid, %s::uuid, %s::integer)", LATER)

    def waits(self, message: str) -> None:
        """Rows may be in; it goes on where it stopped as soon as an officer says so."""
        self._end(message=message)

    def _end(self, *, problem: str = "", message: str = "") -> None:
        with suppress(_LeaseLost):
            self._settle(problem=problem, message=message, end=True)
            self.done()

    def done(self) -> None:
        """Nothing is left to do in the officer's name."""
        if self.officer:
            end_errand(self.officer, using=self._using)

    def _settle(self, *, batch: UUID | None = None, problem: str = "", message: str = "", end: bool = False) -> None:
        call = "select cx.intake_settle_v1(%s::bytea, %s::uuid, %s::uuid, %s::uuid, %s::text, %s::text, %s::boolean)"
        self._say(call, batch, problem, message, end)

    def _say(self, call: str, *arguments: Any) -> None:
        try:
            scalar(call, [self._token, self._job.upload, self._job.lease, *arguments], using=self._using)
        except Refused as error:
            # No refusal of the batch: read once more on that account, the file would get a batch that nobody closes.
            raise (_LeaseLost if error.code == "INTAKE-32" else error) from None


def _read(token: bytes, job: _Job, using: str) -> None:
    reading = _Reading(token, job, using)
    try:
        reading.alive()
        officer = reading.officer = bytes.fromhex(
            ring().open(bytes(job.session), _aad("session", bytes(job.digest), 0))
        )
        content = content_of(officer, job.upload, bytes(job.digest), using=using)
        imported = import_file(
            officer,
            content,
            item=job.item,
            kind=job.kind,
            channel=job.channel,
            progress=reading.alive,
            opened=reading.opened,
            using=using,
        )
        if imported.batch is None:
            reading.cannot_be_read(imported.refused_for, imported.message)
        reading.done()
    except UnreadableFile as error:
        said = f"{error.reason}。{error.remedy}。"
        if reading.began:  # it was readable, and the reading broke off
            reading.waits(said)
        else:
            reading.cannot_be_read(error.code, said)
    except _LeaseLost:
        return
    except Refused as error:
        _refused(reading, error.code)
    except DatabaseFault as fault:
        if fault.away:  # nothing could be said of it now; the lease ends, and the next worker goes on
            raise
        reading.waits(FAILED)
    except Exception:
        # Not the file's fault as far as anybody knows, and nothing is known of the next try: a person decides, no loop.
        reading.waits(FAILED)


def _refused(reading: _Reading, code: str) -> None:
    if code == "INTAKE-32":
        return  # another reader was quicker, time and again: it says what became of the file
    if code == "INTAKE-69":
        reading.later(UNVERIFIED)
        return
    if code in {"SESSION-01", "DUTY-01"}:
        reading.waits(INTERRUPTED)
    elif reading.began:
        reading.waits(BROKEN.format(code=code))
    else:
        reading.cannot_be_read(code)


def _travelling(token: bytes, digest: bytes) -> bytes:
    return ring().seal(errand(token).hex(), _aad("session", digest, 0))


def _aad(what: str, digest: bytes, at: int) -> str:
    return f"intake_upload|{what}|{digest.hex()}|{at}"


def _cut(data: bytes) -> Iterator[bytes]:
    return (data[at : at + _BLOCK] for at in range(0, len(data), _BLOCK))
