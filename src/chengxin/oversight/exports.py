"""The evidence of an incident as one file (证据导出): events, notices, lines of the register, digests, signature.

The manifest is a signed note that names the digest of every other file. It is checked without server, database or
network: ``chengxin incident verify``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chengxin.kernel.errors import ChengxinError
from chengxin.kernel.note import Signer, Verifier
from chengxin.kernel.note import sign as sign_note
from chengxin.kernel.note import verify as verify_note

if TYPE_CHECKING:  # a file is verified without a database
    from chengxin.oversight.facts import Incident, Line

FORM: Final = "chengxin-incident-v1"
MANIFEST: Final = "manifest.txt"
MOST_BYTES: Final = 200_000_000
MOST_FILES: Final = 1_000
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BadEvidence(ChengxinError):
    """A file that is no evidence, or was altered (证据文件无效); the message is a Chinese 原因."""


@dataclass(frozen=True)
class Evidence:
    """What a verified file holds. `lines`: of the register, exported and in the scope, such as ``12 of 12``."""

    case_no: str
    made_at: str
    lines: str
    files: tuple[str, ...]
    signed_by: tuple[str, ...]


def evidence_zip(token: bytes, incident: Incident) -> bytes:
    """Export an incident (导出证据); the export is an act of its own.

    Raises:
        Refused: DUTY-01, INCIDENT-02 (who drew the scope of the register's lines).
    """
    from django.conf import settings

    from chengxin.oversight.commands import register_lines

    signer = Signer.parse(Path(settings.INSTANCE_KEY).read_text("utf-8").removesuffix("\n"))
    return pack(incident, register_lines(token, incident), signer=signer, made_at=datetime.now(UTC))


def pack(incident: Incident, lines: Sequence[Line], *, signer: Signer, made_at: datetime) -> bytes:
    """The file itself: the same for the same facts, key and time. It says how many lines of the scope it holds."""
    in_scope = incident.scope.body["lines"] if incident.scope else 0
    files = {
        "incident.json": _json(
            {
                "case_no": incident.case_no,
                "state": incident.state,
                "discovered_at": incident.discovered_at.isoformat(),
                "facts": dict(incident.facts),
            }
        ),
        "events.json": _json([_event(asdict(event)) for event in incident.events]),
        "register.csv": _csv(lines),
    } | {f"notice-{one.seq:03d}-{one.to}.txt": one.text.encode() for one in incident.notices}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    text = "".join(
        f"{line}\n"
        for line in (
            FORM,
            f"case {incident.case_no}",
            f"lines {len(lines)} of {in_scope}",
            f"made {made_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            *(f"file {name} sha256:{digest}" for name, digest in digests.items()),
        )
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (*sorted(files.items()), (MANIFEST, sign_note(text, signer).encode())):
            archive.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def verify(data: bytes, known: Iterable[Verifier]) -> Evidence:
    """Check an evidence file against known public keys (核验证据).

    Raises:
        BadEvidence: no such file, too large, a file is missing, added or altered.
        NoteError: the manifest is not signed by a known key.
    """
    files = _unpacked(data)
    if MANIFEST not in files:
        raise BadEvidence("文件里没有清单")
    note = verify_note(files.pop(MANIFEST), known)
    lines = note.text.split("\n")
    if lines[0] != FORM or lines[-1] != "":
        raise BadEvidence("签名有效，但内容不是证据清单")
    said: dict[str, str] = {}
    listed: dict[str, str] = {}
    for line in lines[1:-1]:
        word, _, rest = line.partition(" ")
        if word == "file":
            name, _, digest = rest.partition(" sha256:")
            listed[name] = digest
        else:
            said[word] = rest
    _compare(files, listed)
    return Evidence(
        said.get("case", ""),
        said.get("made", ""),
        said.get("lines", ""),
        tuple(listed),
        tuple(key.name for key in note.signed_by),
    )


def _compare(files: Mapping[str, bytes], listed: Mapping[str, str]) -> None:
    if missing := sorted(listed.keys() - files.keys()):
        raise BadEvidence(f"缺少文件：{'、'.join(missing)}")
    if added := sorted(files.keys() - listed.keys()):
        raise BadEvidence(f"多出文件：{'、'.join(added)}")
    if altered := sorted(name for name, data in files.items() if hashlib.sha256(data).hexdigest() != listed[name]):
        raise BadEvidence(f"文件被改过：{'、'.join(altered)}")


def _unpacked(data: bytes) -> dict[str, bytes]:
    """The files by name; sizes are judged before anything is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            names = [info.filename for info in infos]
            if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > MOST_BYTES:
                raise BadEvidence("文件过大")
            if len(set(names)) != len(names):
                raise BadEvidence("同名的文件出现了两次")
            if any(info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for info in infos):
                raise BadEvidence("压缩方式不对")
            return {name: archive.read(name) for name in names}
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError):
        raise BadEvidence("不是压缩文件，或者压缩文件已经损坏") from None


def _event(event: dict[str, object]) -> dict[str, object]:
    kept = ("seq", "from_state", "to_state", "activity", "at", "post", "organisation_name", "body")
    return {name: event[name] for name in kept}


def _json(value: object) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1, default=str) + "\n").encode()


def _csv(lines: Sequence[Line]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    head = (
        "at",
        "line",
        "person",
        "actor",
        "organisation",
        "duty",
        "activity",
        "purpose",
        "fields",
        "outcome",
        "shown",
        "commitment",
    )
    writer.writerow(head)
    for one in lines:
        row = asdict(one) | {"at": one.at.isoformat(), "fields": " ".join(one.fields)}
        writer.writerow([row[name] for name in head])
    return text.getvalue().encode()
