"""The sequencer's process (排序程序): asks before it begins, appends each second, feeds the witnesses each ten.

And what an installation keeps for it beside the database: the log's key, and whom readers are told to trust.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import psycopg

from chengxin.kernel.errors import Refused
from chengxin.kernel.note import NoteError, Signer
from chengxin.ledger.feeding import Feeder, faults
from chengxin.ledger.log.checkpoint import Policy, check_checkpoint
from chengxin.ledger.log.tree import LogFault
from chengxin.ledger.privilege import OperateError
from chengxin.ledger.sequencer import BATCH, Folder, Sequencer, Store
from chengxin.operate.home import Home, write_once, write_private

PAUSE = 1.0
"""Seconds between rounds: so long a line waits for its checkpoint."""
FEED = 10.0
"""Seconds between visits to the witnesses: what an insider can cut off unseen."""
REFRESH = 300.0
"""Seconds after which a checkpoint that did not grow is cosigned anew, so that its age tells whether anybody looks."""
THIN = 3600.0
_LEAVE = 3.0
_WHAT = "存证日志不能写"


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
    key = log_key(home)
    policy, folder = read_policy(home, key), Folder(home.log_folder)
    feeder = partial(_feeder, dsn, key, policy, folder)
    beside = threading.Thread(target=_feed, args=(feeder, stop, note), daemon=True, name="witnesses")
    said = ""
    while not stop.is_set():
        try:
            with closing(Store(dsn)) as store:
                sequencer = Sequencer(store, key, folder)
                sequencer.begin()
                if not _allowed(Feeder(store, key, policy, folder), stop, note):
                    break
                sequencer.republish()
                if beside.ident is None:
                    beside.start()
                said = _rounds(sequencer, stop, note, said)
        except psycopg.Error as error:
            said = _once(note, said, f"数据库出错（{error.sqlstate or 'connection'}），稍后再试")
            stop.wait(PAUSE)
    if beside.ident is not None:
        beside.join(_LEAVE)


def _feeder(dsn: str, key: Signer, policy: Policy, folder: Folder) -> Feeder:
    return Feeder(Store(dsn), key, policy, folder)


def _allowed(feeder: Feeder, stop: threading.Event, note: Callable[[str], None]) -> bool:
    """Wait until nobody outside is known to have a longer log; False when told to stop."""
    said = ""
    while not stop.is_set():
        status = feeder.store.status()
        if status.halted:
            said = _once(note, said, f"存证日志已停止追加（{status.halted}）：请执行 chengxin log status 看原因和办法")
            stop.wait(FEED)
            continue
        allowed, answers = feeder.may_begin()
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


def _feed(feeder: Callable[[], Feeder], stop: threading.Event, note: Callable[[str], None]) -> None:
    """Visit the witnesses until told to stop; what fails is tried again with a new connection."""
    said = ""
    while not stop.is_set():
        try:
            own = feeder()
            with closing(own.store):
                said = _visits(own, stop, note, said)
        except (psycopg.Error, LogFault, OSError) as error:
            said = _once(note, said, f"送交见证没有做完（{type(error).__name__}），稍后再试")
            stop.wait(FEED)


def _visits(own: Feeder, stop: threading.Event, note: Callable[[str], None], said: str) -> str:
    """Visit whenever the log has grown, and sometimes when it has not; the first checkpoint at once."""
    size, last = 0, 0.0
    while not stop.is_set():
        head, now = own.store.head(), time.monotonic()
        if head is not None and (head.size != size or now - last > REFRESH):
            problems = faults(own.feed(head))
            said = _once(note, said, "见证人：" + "；".join(problems)) if problems else ""
            size, last = (-1 if problems else head.size), now
        stop.wait(FEED if head is not None else PAUSE)
    return said


def _once(note: Callable[[str], None], said: str, text: str) -> str:
    if text != said:
        note(text)
    return text


def follow(home: Home, checkpoint: bytes) -> tuple[str, int]:
    """Begin a new log after one that a witness knows longer than the database has it; gives origin and lost leaves.

    The last witnessed checkpoint of the log before becomes the first leaf of the new one: the loss is published.

    Args:
        home: whose sequencer has halted the log.
        checkpoint: the last of the log before that the witnesses have cosigned; whoever kept it has it.

    Raises:
        OperateError: it is none of this log, not witnessed as the policy asks, or the log was not halted.
    """
    what = "不能开始新的日志"
    key = log_key(home)
    policy = read_policy(home, key)
    try:
        seen = check_checkpoint(checkpoint, policy).checkpoint
    except (LogFault, NoteError):
        remedy = "请用见证人共同签名过的最后一个检查点；它就在公开页面、见证人和保存过它的人那里。"
        raise OperateError("这不是这个日志的、已见证的检查点", remedy, what=what) from None
    base, _, number = key.name.rpartition("~")
    fresh = Signer.create(f"{base or key.name}~{int(number) + 1 if base else 2}")
    with psycopg.connect(home.dsn("owner"), connect_timeout=10) as owner:
        row = owner.execute("select s.halted, s.size from cx.ledger_log_state s where s.log > 0 for update").fetchone()
        if row is None or not row[0] or seen.size <= row[1]:
            cause = "日志没有停止追加，或者这个检查点不比数据库里的长"
            raise OperateError(cause, "只有见证人见过更长的日志时才需要新的日志。", what=what)
        owner.execute(
            "select cx.ledger_log_follow_v1(%s, %s, %s)", [fresh.name, fresh.verifier.text, checkpoint.decode()]
        )
        _swap(home, key, fresh)
    return fresh.name, seen.size - int(row[1])


def _swap(home: Home, old: Signer, fresh: Signer) -> None:
    """The new key in the place of the old; files of the old log stay beside."""
    aside = home.path / f"log-until-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}"
    if home.log_folder.exists():
        home.log_folder.rename(aside)
    if home.log_policy.exists():
        text = home.log_policy.read_text("utf-8").replace(old.verifier.text, fresh.verifier.text)
        write_private(home.log_policy, text)
    draft = Path(f"{home.log_key}.new")
    write_private(draft, fresh.text)
    os.replace(draft, home.log_key)  # noqa: PTH105  # one step
