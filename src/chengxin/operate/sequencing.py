"""The sequencer's process (排序程序): asks before it begins, appends each second, feeds the witnesses each ten.

And what an installation keeps for it beside the database: the log's key, and whom readers are told to trust.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from chengxin.kernel.errors import Refused
from chengxin.kernel.note import SENTENCES, NoteError, Signer
from chengxin.ledger.exporting import republish_lost
from chengxin.ledger.feeding import Answer, Feeder, Said, faults
from chengxin.ledger.log.checkpoint import Checkpoint, Policy, check_checkpoint, number_of, numbered
from chengxin.ledger.log.tiles import hashes_from, stored
from chengxin.ledger.log.tree import LogFault, root
from chengxin.ledger.log.words import FAULTS
from chengxin.ledger.privilege import OperateError
from chengxin.ledger.sequencer import BATCH, Folder, Sequencer, Store
from chengxin.operate.home import Home, write_once, write_private

PAUSE = 1.0
"""Seconds between rounds: so long a line waits for its checkpoint."""
FEED = 10.0
"""Seconds between visits to the witnesses: what an insider can cut off unseen."""
REFRESH = 240.0
"""Seconds after which a checkpoint that did not grow is cosigned anew: its age tells whether anybody looks, and a tree
that was rebuilt to the same size is found."""
THIN = 3600.0
_LEAVE = 3.0
Heard = Callable[[list[Answer]], None]
_WHAT = "存证日志不能写"
_NOT = "不能开始新的日志"


def make_log_key(home: Home, origin: str) -> Signer:
    """The log's key; with this origin where there is none yet."""
    write_once(home.log_key, Signer.create(origin).text)
    return log_key(home)


def log_key(home: Home) -> Signer:
    """The log's key.

    Raises:
        OperateError: there is none.
    """
    try:
        return Signer.parse(home.log_key.read_text("utf-8").strip())
    except (NoteError, OSError):
        raise OperateError(f"{home.log_key} 里不是密钥", "请从密钥备份恢复它。", what=_WHAT) from None


def write_policy(home: Home, key: Signer, witnesses: dict[str, str]) -> None:
    """A policy that asks for the cosignature of all these witnesses (address -> key)."""
    lines = [f"log {key.verifier.text}"]
    lines += [f"witness w{number} {text} {url}" for number, (url, text) in enumerate(witnesses.items(), 1)]
    names = " ".join(f"w{number}" for number in range(1, len(witnesses) + 1))
    write_private(home.log_policy, "\n".join([*lines, f"group witnesses all {names}", "quorum witnesses", ""]))


def read_policy(home: Home, key: Signer) -> Policy:
    """The policy of the installation; without one nobody outside is asked, and nobody is trusted.

    Raises:
        OperateError: it cannot be read, or is about another log.
    """
    try:
        text = home.log_policy.read_text("utf-8")
    except FileNotFoundError:
        text = f"log {key.verifier.text}\nquorum none\n"
    try:
        policy = Policy.parse(text)
    except LogFault:
        policy = None
    if policy is None or key.verifier not in policy.logs:
        remedy = f"请按 c2sp.org/tlog-policy 写明日志公钥 {key.verifier.text}、见证人和法定人数。"
        raise OperateError(f"{home.log_policy} 的写法不对，或不是这个日志的", remedy, what=_WHAT)
    return policy


def sequence(home: Home, dsn: str, stop: threading.Event, *, note: Callable[[str], None]) -> None:
    """Write the log until told to stop. What goes wrong is said once and tried again: the stop rules wait for nobody.

    Raises:
        OperateError: the key or the policy cannot be used.
    """
    while not settle(home, dsn):
        if stop.wait(PAUSE):
            return
    key = log_key(home)
    policy, folder = read_policy(home, key), Folder(published(home, key))
    feeder, heard = partial(_feeder, dsn, key, policy, folder), partial(remember, home)
    beside = threading.Thread(target=_feed, args=(feeder, stop, note, heard), daemon=True, name="witnesses")
    lost = threading.Thread(target=_lost, args=(home, dsn, note), daemon=True, name="lost")
    said = ""
    while not stop.is_set():
        try:
            with closing(Store(dsn)) as store:
                sequencer = Sequencer(store, key, folder)
                sequencer.begin()
                if not _allowed(Feeder(store, key, policy, folder), stop, note, heard):
                    break
                sequencer.republish()
                if beside.ident is None:
                    beside.start()
                    lost.start()
                said = _rounds(sequencer, stop, note, said)
        except psycopg.Error as error:
            said = _once(note, said, f"数据库出错（{error.sqlstate or 'connection'}），稍后再试")
            stop.wait(PAUSE)
    if beside.ident is not None:
        beside.join(_LEAVE)


def published(home: Home, key: Signer) -> Path:
    """Where the files of a log are published: below its number, so that no two logs share a path."""
    return home.log_folder / str(number_of(key.name))


def _lost(home: Home, dsn: str, note: Callable[[str], None]) -> None:
    """What was published stays readable, also where a restore lost the files; the sequencer does not wait for that."""
    try:
        with closing(Store(dsn)) as store:
            republish_lost(store, home.log_folder)
    except (psycopg.Error, LogFault, OSError) as error:
        note(f"日志较早的文件没有全部重新公开（{type(error).__name__}），下次启动时再做")


def _feeder(dsn: str, key: Signer, policy: Policy, folder: Folder) -> Feeder:
    return Feeder(Store(dsn), key, policy, folder)


def remember(home: Home, answers: list[Answer]) -> None:
    """Leave for the examination which witnesses say, and do not show, that the log was longer or other."""
    names = [one.witness for one in answers if one.said is Said.CLAIMED]
    if names != claims(home):
        _put(_claims(home), json.dumps(names))


def claims(home: Home) -> list[str]:
    """Witnesses that at the last visit said something against the log and showed nothing."""
    try:
        return [str(name) for name in json.loads(_claims(home).read_text("utf-8"))]
    except (OSError, ValueError):
        return []


def _claims(home: Home) -> Path:
    return home.path / "claims.json"


def _allowed(feeder: Feeder, stop: threading.Event, note: Callable[[str], None], heard: Heard) -> bool:
    """Wait until nobody outside is known to have a longer log; False when told to stop."""
    said = ""
    while not stop.is_set():
        status = feeder.store.status()
        if status.origin != feeder.key.name:
            raise OperateError(f"已经开始新的日志 {status.origin}", "请重新启动平台。", what=_WHAT)
        if status.halted:
            said = _once(note, said, f"存证日志已停止追加（{status.halted}）：请执行 chengxin log status 看原因和办法")
            stop.wait(FEED)
            continue
        allowed, answers = feeder.may_begin()
        heard(answers)
        if allowed:
            return True
        said = _once(note, said, "等待见证人的答复：" + "；".join(faults(answers)))
        stop.wait(PAUSE)
    return False


def _rounds(sequencer: Sequencer, stop: threading.Event, note: Callable[[str], None], said: str) -> str:
    thinned = time.monotonic()
    while not stop.is_set():
        began = time.monotonic()
        lines = 0
        try:
            lines = sequencer.round().lines
            said = ""
        except Refused as error:
            if error.code not in {"LOG-03", "LOG-04"}:
                raise OperateError(f"规则 {error.code}", "请执行 chengxin log status。", what=_WHAT) from None
            said = _once(note, said, "另一个排序程序在写，或日志已停止追加：等待")
        if time.monotonic() - thinned > THIN:
            sequencer.store.call("select cx.ledger_log_thin_v1()")
            thinned = time.monotonic()
        if lines < BATCH:
            stop.wait(max(0.0, PAUSE - (time.monotonic() - began)))
    return said


def _feed(feeder: Callable[[], Feeder], stop: threading.Event, note: Callable[[str], None], heard: Heard) -> None:
    """Visit the witnesses until told to stop; what fails is tried again with a new connection."""
    said = ""
    while not stop.is_set():
        try:
            own = feeder()
            with closing(own.store):
                said = _visits(own, stop, note, heard, said)
        except (psycopg.Error, LogFault, OSError) as error:
            said = _once(note, said, f"送交见证没有做完（{type(error).__name__}），稍后再试")
            stop.wait(FEED)


def _visits(own: Feeder, stop: threading.Event, note: Callable[[str], None], heard: Heard, said: str) -> str:
    """Visit whenever the log has grown, and sometimes when it has not; the first checkpoint at once."""
    size, last = 0, 0.0
    while not stop.is_set():
        head, now = own.store.head(), time.monotonic()
        if head is not None and (head.size != size or now - last > REFRESH):
            answers = own.feed(head)
            heard(answers)
            problems = faults(answers)
            said = _once(note, said, "见证人：" + "；".join(problems)) if problems else ""
            size, last = (-1 if problems else head.size), now
        stop.wait(FEED if head is not None else PAUSE)
    return said


def _once(note: Callable[[str], None], said: str, text: str) -> str:
    if text != said:
        note(text)
    return text


def follow(home: Home, checkpoint: bytes) -> tuple[str, int]:
    """Begin a new log after one that a witness knows longer than the database has it, or otherwise.

    The last witnessed checkpoint of the log before becomes the first leaf of the new one: the loss is published. Lines
    that the database holds above the fork are taken into the new log. A call that ended between the database and the
    files is completed by the next one.

    Args:
        home: whose sequencer has halted the log.
        checkpoint: the last of the log before that the witnesses have cosigned; whoever kept it has it.

    Returns:
        The new origin, and how many leaves of the log before the database does not vouch for any more.

    Raises:
        OperateError: it is none of this log, not witnessed as the policy asks, or the log needs none after it.
    """
    key = log_key(home)
    policy = read_policy(home, key)
    try:
        found = check_checkpoint(checkpoint, policy)
    except (LogFault, NoteError) as error:
        why = SENTENCES[error.fault] if isinstance(error, NoteError) else FAULTS[error.kind]
        remedy = "请用见证人共同签名过的最后一个检查点；它就在公开页面、见证人和保存过它的人那里。"
        raise OperateError(f"这不是这个日志的、已见证的检查点：{why}", remedy, what=_NOT) from None
    seen = found.checkpoint
    with psycopg.connect(home.dsn("owner"), connect_timeout=10) as owner:
        row = owner.execute(
            "select s.halted, s.size, s.log, l.public_key from cx.ledger_log_state s "
            "join cx.ledger_log l on l.log = s.log for update of s"
        ).fetchone()
        fresh = _drafted(home, "" if row is None else row[3])
        if fresh is None:
            if row is None or not row[0] or _holds(owner, row[2], row[1], seen):
                cause = "日志没有停止追加，或者数据库里的日志包含这个检查点"
                raise OperateError(cause, "只有见证人见过更长的、或者另一个内容的日志时才需要新的日志。", what=_NOT)
            fresh = _next(home, key)
            _put(_draft(home), fresh.text)
            cut = min(_fork(owner, policy, row[2], seen.size), int(row[1]))
            owner.execute("select cx.ledger_log_cut_v1(%s)", [cut])
            owner.execute(
                "select cx.ledger_log_follow_v1(%s, %s, %s)", [fresh.name, fresh.verifier.text, checkpoint.decode()]
            )
        else:
            cut = _ended(owner, key.name)
    _swap(home, key, fresh)  # after the commit: until then the old key is the log's
    return fresh.name, seen.size - cut


def _next(home: Home, key: Signer) -> Signer:
    """A key under the next number; one under which anything was published, as before a restore, is not used again."""
    used = [int(one.name) for one in home.log_folder.glob("*") if one.name.isascii() and one.name.isdecimal()]
    return Signer.create(numbered(key.name, max([number_of(key.name), *used]) + 1))


def _draft(home: Home) -> Path:
    return Path(f"{home.log_key}.new")


def _drafted(home: Home, current: str) -> Signer | None:
    """The key that the database's log has already, and that did not yet come into its place."""
    try:
        found = Signer.parse(_draft(home).read_text("utf-8").strip())
    except (NoteError, OSError):
        return None
    return found if found.verifier.text == current else None


def _holds(owner: psycopg.Connection[Any], log: int, size: int, seen: Checkpoint) -> bool:
    """Whether the log in the database begins with what was seen: then nothing is lost."""
    if seen.size > size:
        return False

    def fetch(level: int, n: int) -> bytes:
        row = owner.execute("select cx.ledger_log_tile_v1(%s, %s::smallint, %s)", [log, level, n]).fetchone()
        return bytes(row[0] or b"") if row else b""

    try:
        return root(seen.size, hashes_from(size, stored(fetch))) == seen.root
    except LogFault:
        return False


def _fork(owner: psycopg.Connection[Any], policy: Policy, log: int, size: int) -> int:
    """Up to where what was seen is the database's log: the newest checkpoint here that the same witnesses cosigned.

    They cosign only what grew from what they cosigned before, so that what was seen grew from it too.
    """
    with owner.cursor(name="points") as points:
        points.execute(
            "select c.size, c.note || string_agg(w.line, '' order by w.witness) from cx.ledger_log_checkpoint c "
            "join cx.ledger_log_cosignature w on w.log = c.log and w.size = c.size "
            "where c.log = %s and c.size <= %s group by c.size, c.note order by c.size desc",
            [log, size],
        )
        for at, note in points:
            try:
                if check_checkpoint(note.encode(), policy).times:
                    return int(at)
            except (LogFault, NoteError):
                continue
    return 0


def _ended(owner: psycopg.Connection[Any], origin: str) -> int:
    row = owner.execute(
        "select max(c.size) from cx.ledger_log_checkpoint c join cx.ledger_log l on l.log = c.log where l.origin = %s",
        [origin],
    ).fetchone()
    return int(row[0] or 0) if row else 0


def settle(home: Home, dsn: str) -> bool:
    """Complete what a `follow` left that died between the database and the files; False: the database did not answer.

    Args:
        home: whose new key may lie beside the old one.
        dsn: of role ``log``.
    """
    if not _draft(home).exists():
        return True
    try:
        with closing(Store(dsn)) as store:
            logs = store.connection.execute("select public_key from cx.ledger_log_logs_v1()").fetchall()
    except psycopg.Error:
        return False
    fresh = _drafted(home, logs[-1].public_key if logs else "")
    if fresh is not None:
        _swap(home, log_key(home), fresh)
    return True


def _swap(home: Home, old: Signer, fresh: Signer) -> None:
    """The new key in the place of the old; the old log stays published under its own number.

    Whoever dies here leaves key and policy that agree: the policy names both keys until the new one is in its place.
    """
    if home.log_policy.exists():
        text = home.log_policy.read_text("utf-8").replace(f"log {fresh.verifier.text}\n", "")
        ours, both = f"log {old.verifier.text}", f"log {fresh.verifier.text}"
        _put(home.log_policy, text.replace(ours, f"{both}\n{ours}"))
        _move(_draft(home), home.log_key)
        _put(home.log_policy, text.replace(ours, both))
    else:
        _move(_draft(home), home.log_key)


def _put(path: Path, text: str) -> None:
    """Write a private file in one step, and lastingly: a key is not in the database before it is on the disk."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    write_private(draft, text)
    with draft.open("rb") as file:
        os.fsync(file.fileno())
    _move(draft, path)


def _move(source: Path, target: Path) -> None:
    os.replace(source, target)  # noqa: PTH105  # one step
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
