"""The pages, the files and the commands around the log: what they show, what they refuse, and that nobody walks out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.conf import settings
from django.test import Client

from chengxin.cli import main
from chengxin.kernel.errors import Refused
from chengxin.kernel.note import Signer
from chengxin.ledger.exporting import export
from chengxin.ledger.log.checkpoint import Policy, check_checkpoint
from chengxin.ledger.log.tiles import needed, path
from chengxin.ledger.tests.log.conftest import KEY, Log

pytestmark = pytest.mark.database


@pytest.fixture
def public(log: Log, write: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Log:
    """A log of 300 lines whose files the pages serve."""
    sequencer = log.sequencer("public/1")
    sequencer.begin()
    write(300)
    sequencer.round()
    monkeypatch.setattr(settings, "LOG_FOLDER", tmp_path / "public")
    return log


def text(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_page_says_how_the_log_stands(log: Log, write: Any) -> None:
    assert "还没有开始" in text(Client().get("/log/"))
    sequencer = log.sequencer()
    sequencer.begin()
    write(2)
    sequencer.round()
    shown = text(Client().get("/log/"))
    for words in (
        "2 条",
        "不超过 <strong>60 秒</strong>",
        "正常",
        "这一天没有见证过的检查点",
        "还没有审计过",
        KEY.name,
    ):
        assert words in shown, words
    sequencer.store.call("select cx.ledger_log_cosign_v1(1, 2, 'audit.test.invalid/witness', now(), 'line')")
    assert "audit.test.invalid/witness" in text(Client().get("/log/"))
    log.owner.execute("update cx.ledger_log_state set clear_at = now() - interval '8 minutes'")
    assert "已过一半" in text(Client().get("/log/"))
    log.owner.execute("update cx.ledger_log_state set clear_at = now() - interval '16 minutes', halted = 'longer'")
    shown = text(Client().get("/log/"))
    assert "已停止追加" in shown
    assert "外部见证人见过更长的日志" in shown


def test_the_page_says_how_long_no_witness_has_come(log: Log) -> None:
    """What can be cut off unseen is as old as the last visit, whatever the interval promises."""
    assert "现在离上一次见证" not in text(Client().get("/log/"))
    log.sequencer().begin()
    log.owner.execute("update cx.ledger_log_state set cosigned_at = now() - interval '3 hours'")
    shown = text(Client().get("/log/"))
    assert "现在离上一次见证 <strong>3 小时</strong>。" in shown
    assert "查看并不停止" in shown
    log.owner.execute("update cx.ledger_log_state set size = 5, cosigned_size = 5")
    assert "<strong>3 小时</strong>，日志里的每一条都见证过。" in text(Client().get("/log/"))


def test_days_are_linked_from_the_first_to_today(log: Log) -> None:
    log.sequencer().begin()
    assert "前一天" not in text(Client().get("/log/"))
    log.owner.execute("update cx.ledger_log set begun_at = begun_at - interval '3 days'")
    shown = text(Client().get("/log/"))
    assert ("前一天" in shown, "后一天" in shown) == (True, False)
    assert "后一天" in text(Client().get("/log/", {"day": "2026-01-01"}))


def test_every_checkpoint_of_a_day_is_on_some_page(log: Log) -> None:
    log.sequencer().begin()
    log.owner.execute(
        "insert into cx.ledger_log_checkpoint select 1, i, now(), sha256('x'), 'note', 1, '1', gen_random_uuid(), false "
        "from generate_series(1, 120) i"
    )
    log.owner.execute(
        "insert into cx.ledger_log_cosignature select 1, i, 'audit.test.invalid/w', now(), '' from generate_series(1, 120) i"
    )
    for number, (shown, newer, older) in {
        "1": (50, False, True),
        "2": (50, True, True),
        "3": (20, True, False),
        "4": (0, True, False),
        "99999": (0, True, False),
        "0": (50, False, True),
        "x": (50, False, True),
    }.items():
        html = text(Client().get("/log/", {"page": number}))
        assert (html.count("audit.test.invalid/w"), "上一页" in html, "下一页" in html) == (shown, newer, older), number


@pytest.mark.parametrize(("day", "status"), [("2026-01-01", 200), ("", 422), ("gestern", 422), ("2026-02-30", 422)])
def test_a_day_is_asked_for_by_its_date(day: str, status: int, home: Any) -> None:
    assert Client().get("/log/", {"day": day}).status_code == status


def test_the_files_are_served_and_tiles_are_immutable(public: Log, tmp_path: Path) -> None:
    policy = Policy.parse(f"log {KEY.verifier.text}\nquorum none\n")
    answer = Client().get("/log/1/checkpoint.signed")
    assert check_checkpoint(answer.content, policy).checkpoint.size == 300
    assert answer["Cache-Control"] == "no-store"
    for one in needed(300):
        answer = Client().get(f"/log/1/{path(*one)}")
        assert answer.content == (tmp_path / "public" / "1" / path(*one)).read_bytes()
        assert "immutable" in answer["Cache-Control"]
        assert answer["Content-Type"] == "application/octet-stream"
    assert Client().get("/log/1/tile/0/777").status_code == 404
    assert Client().get("/log/1/checkpoint").status_code == 404  # nobody has cosigned it yet
    assert Client().get(f"/log/2/{path(*one)}").status_code == 404


def test_a_log_that_has_not_begun_has_no_files(log: Log) -> None:
    assert Client().get("/log/1/checkpoint.signed").status_code == 503
    log.sequencer().begin()
    assert Client().get("/log/1/checkpoint.signed").status_code == 404


OUTSIDE = (
    "1/../log.key",
    "1/..%2flog.key",
    "1/tile/../../log.key",
    "1/tile/0/../../../log.key",
    "1/tile/0/000.p/../../../../log.key",
    "1/tile/0/%2e%2e/%2e%2e/log.key",
    "1/tile/0/%2e%2e%2f%2e%2e%2f%2e%2e%2f%2e%2e%2flog.key",
    "1/tile//0/000",
    "1/tile/0/000/",
    "1/tile/0/000\x00",
    "1/tile/0/000%0a",
    "1/tile/0/000.p/300000",
    "1/tile/0/x00\uff11/000",
    "1/.checkpoint.signed.1",
    "1//etc/passwd",
    "1/tile/9/000",
    "1/secret",
    "../1/checkpoint.signed",
    "0/checkpoint.signed",
    "01/checkpoint.signed",
    "-1/checkpoint.signed",
    "\uff11/checkpoint.signed",
    "1/2/checkpoint.signed",
    "99999/checkpoint.signed",
    "tile/0/000",
    "checkpoint.signed",
    "secret",
    "",
)


def test_nobody_walks_out_of_the_folder(public: Log, tmp_path: Path) -> None:
    assert public
    (tmp_path / "log.key").write_text("PRIVATE")
    (tmp_path / "public" / "1" / "secret").write_text("PRIVATE")
    (tmp_path / "public" / "secret").write_text("PRIVATE")
    for name in OUTSIDE:
        answer = Client().get(f"/log/{name}")
        assert answer.status_code == (200 if not name else 404), name
        assert b"PRIVATE" not in answer.content


def test_an_export_is_whole_and_starts_from_nothing(public: Log, tmp_path: Path) -> None:
    store = public.sequencer().store
    size, files = export(store, tmp_path / "out", policy="quorum none\n")
    assert (size, files) == (300, len(list(needed(300))))
    for one in needed(300):
        assert (tmp_path / "out" / path(*one)).read_bytes() == (tmp_path / "public" / "1" / path(*one)).read_bytes()
    assert (tmp_path / "out" / "policy").read_text() == "quorum none\n"
    with pytest.raises(Refused, match="LOG-06"):
        export(store, tmp_path / "out")
    export(store, tmp_path / "part", first=256, last=260)
    assert sorted(one.name for one in (tmp_path / "part" / "tile" / "entries").rglob("*") if one.is_file()) == ["44"]
    for first, last in ((300, None), (0, 301), (5, 5)):
        with pytest.raises(Refused, match="LOG-07"):
            export(store, tmp_path / "none", first=first, last=last)
    assert not (tmp_path / "none").exists()


def run(log: Log, *words: str) -> tuple[int, Any]:
    done = CliRunner().invoke(main, ["log", *words, "--keep", str(log.home.path), "--json"])
    return done.exit_code, json.loads(done.output.strip().splitlines()[-1])


def test_the_commands_speak_json(public: Log, tmp_path: Path) -> None:
    code, told = run(public, "status")
    assert (code, told["size"], told["rules"]["look"]["stopped"]) == (0, 300, False)
    code, told = run(public, "audit")
    assert (code, told["ok"], told["logs"][0]["lines"], told["logs"][0]["findings"]) == (0, True, 300, [])
    code, told = run(public, "export", str(tmp_path / "exported"))
    assert (code, told["size"]) == (0, 300)
    public.owner.execute(
        "delete from cx.ledger_register where epoch = (select epoch from cx.ledger_log_state) and id = (select id from "
        "cx.ledger_log_state)"
    )
    code, told = run(public, "audit")
    assert (code, told["logs"][0]["findings"]) == (
        1,
        [{"kind": "missing", "place": 299, "checkpoint": 300, "lines": 1}],
    )
    done = CliRunner().invoke(main, ["log", "audit", "--keep", str(public.home.path)])
    assert "第一处在第 299 条" in done.output
    public.owner.execute("update cx.ledger_log_state set clear_at = now() - interval '16 minutes'")
    code, told = run(public, "status")
    assert (code, told["rules"]["look"]["stopped"]) == (1, True)
    assert [rule["code"] for rule in told["rules"].values()] == ["LOG-01", "LOG-02"]
    done = CliRunner().invoke(main, ["log", "export", str(tmp_path / "exported"), "--keep", str(public.home.path)])
    assert (done.exit_code, "不是空的" in done.output) == (2, True)


def test_a_log_is_followed_only_after_it_was_halted(
    public: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`chengxin log follow`: refuses what is no witnessed longer checkpoint; then key, policy and folder are new."""
    from chengxin.kernel.note import sign
    from chengxin.ledger.log.checkpoint import Checkpoint, Cosigner
    from chengxin.operate.home import write_private
    from chengxin.operate.sequencing import log_key, read_policy, write_policy

    home = public.home
    witness = Cosigner.create("audit.test.invalid/witness")
    write_private(home.log_key, KEY.text)
    write_policy(home, KEY, {"http://127.0.0.1:9": witness.witness.text})
    try:
        head = public.sequencer().store.head()
        assert head is not None
        line = witness.line(head.note.partition("\n\n")[0] + "\n", 1_795_000_000)
        public.sequencer().store.call("select cx.ledger_log_cosign_v1(1, 300, 'audit', now(), %s)", line)
        longer = Checkpoint(KEY.name, 400, bytes(32)).text
        good = tmp_path / "good"
        good.write_text(sign(longer, KEY) + witness.line(longer, 1_795_000_000), "utf-8")
        alone = tmp_path / "alone"
        alone.write_text(sign(longer, KEY), "utf-8")
        foreign = tmp_path / "foreign"
        other = Checkpoint("other.test.invalid/log", 400, bytes(32)).text
        foreign.write_text(sign(other, KEY) + witness.line(other, 1_795_000_000), "utf-8")
        (tmp_path / "nothing").write_text("nothing", "utf-8")
        for file, halted, why in (
            (alone, "longer", "见证人的共同签名不够"),
            (foreign, "longer", "检查点属于另一个日志"),
            (tmp_path / "nothing", "longer", "凭证不完整"),
            (tmp_path / "absent", "longer", "不能读取"),
            (good, "", "日志没有停止追加"),
        ):
            public.owner.execute("update cx.ledger_log_state set halted = %s", [halted])
            done = CliRunner().invoke(main, ["log", "follow", str(file), "--keep", str(home.path)])
            assert (done.exit_code, why in done.output) == (2, True), done.output
            assert log_key(home) == KEY
        public.owner.execute("update cx.ledger_log_state set halted = 'longer'")
        write_private(home.log_policy, "# whom we trust\n" + home.log_policy.read_text("utf-8"))
        code, told = run(public, "follow", str(good))
        assert (code, told["origin"], told["lost"]) == (0, f"{KEY.name}~2", 100)
        fresh = log_key(home)
        assert (fresh.name, fresh.verifier.text) == (f"{KEY.name}~2", told["key"])
        assert read_policy(home, fresh).logs == (fresh.verifier,)
        assert public.state("halted") == ""
    finally:
        for path_ in (home.log_key, home.log_policy):
            path_.unlink(missing_ok=True)


def test_the_process_asks_begins_and_feeds(log: Log, write: Callable[..., Any], tmp_path: Path) -> None:
    """The loop of `chengxin sequencer` with a real witness beside it."""
    import threading

    from chengxin.ledger.tests.log.test_witness import running
    from chengxin.operate import sequencing
    from chengxin.operate.witness import Witness

    home, said = log.home, list[str]()
    witness = Witness.create(tmp_path / "witness", "audit.test.invalid/witness")
    stop = threading.Event()
    with running(witness) as server:
        key = sequencing.make_log_key(home, "loop.test.invalid/log")
        sequencing.write_policy(home, key, {server.url: witness.key.witness.text})
        witness.trust(key.verifier)
        write(5)
        loop = threading.Thread(
            target=sequencing.sequence, args=(home, home.dsn("log"), stop), kwargs={"note": said.append}
        )
        loop.start()
        try:
            for _ in range(1200):
                if log.state("cosigned_size") == 5:
                    break
                stop.wait(0.05)
        finally:
            stop.set()
            loop.join(60)
            home.log_key.unlink()
            home.log_policy.unlink()
    assert (log.state("size"), log.state("cosigned_size"), said) == (5, 5, [])
    assert isinstance(key, Signer)


def test_a_witness_is_made_and_told_whom_to_trust(tmp_path: Path) -> None:
    def called(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["witness", *words])
        return done.exit_code, done.output

    folder = str(tmp_path / "witness")
    code, said = called(folder)
    assert (code, "没有可用的密钥" in said) == (2, True)
    code, said = called(folder, "--name", "with space")
    assert (code, "不能作密钥的名称" in said) == (2, True)
    code, said = called(folder, "--name", "audit.test.invalid/witness", "--trust", KEY.verifier.text)
    assert (code, "见证人公钥：audit.test.invalid/witness+" in said) == (0, True)
    assert (tmp_path / "witness" / "logs").read_text() == KEY.verifier.text + "\n"
    code, said = called(folder, "--trust", KEY.text)  # the private half is no public key, and is not kept
    assert (code, "这不是日志的公钥" in said) == (2, True)
    assert "PRIVATE" not in (tmp_path / "witness" / "logs").read_text()
