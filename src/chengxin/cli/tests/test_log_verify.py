"""``chengxin log verify``: what is whole is said in words; every spoilt byte is refused by its fault; nothing is written."""

from __future__ import annotations

import base64
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from chengxin.cli.log import log_group
from chengxin.kernel.note import NoteError, Signer
from chengxin.ledger.log.checkpoint import Checkpoint, Cosigner, Policy
from chengxin.ledger.log.folder import Folder
from chengxin.ledger.log.line import Opening
from chengxin.ledger.log.proof import Proof, check_proof
from chengxin.ledger.log.tree import LogFault
from chengxin.ledger.log.words import VOUCHES
from chengxin.ledger.tests.log.folder import KEYS, export
from chengxin.ledger.tests.log.test_proofs import LINE, LOG, ORIGIN, PROOF, WITNESSES, cosigned, policy

SIZE = 700


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("log")
    export(place, SIZE)
    return place


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    file = tmp_path / "line.tlog-proof"
    file.write_bytes(PROOF)
    return file


def run(*words: object, keys: tuple[str, ...] = KEYS) -> Result:
    given = [part for key in keys for part in ("--key", key)]
    return CliRunner().invoke(log_group, ["verify", *map(str, words), *given])


def fault(result: Result) -> tuple[int, str, str]:
    told = json.loads(result.stdout)
    return result.exit_code, told["fault"], told["file"]


def test_a_proof_is_said_in_words(proof: Path) -> None:
    result = run(proof)
    assert result.exit_code == 0
    for words in (
        "有效：这条记录写进了日志",
        "查看，lookup.screen（用途 SUBSIDY）",
        "第 7 条",
        "见证人 witness.test.invalid/1 在 2026-11-18 19:06:41 见过这个日志，签名有效。",
        "见证人的共同签名达到要求：共 2 个见证人，2 个签名有效。",
    ):
        assert words in result.stdout
    assert "没有核对" not in result.stdout
    alone = run(proof, keys=KEYS[:1])
    assert alone.exit_code == 0
    assert "没有核对见证人。只凭日志自己的签名" in alone.stdout


def test_json_of_a_proof(proof: Path) -> None:
    told = json.loads(run(proof, "--json").stdout)
    assert (told["valid"], told["kind"], told["index"], told["size"], told["origin"]) == (True, "proof", 7, 300, ORIGIN)
    assert len(told["witnesses"]) == 2


def test_a_log_is_said_in_words(whole: Path) -> None:
    assert f"第 0 到第 {SIZE} 条" in run(whole).stdout
    own = run(whole, keys=())
    assert own.exit_code == 0
    assert "公钥取自这个目录本身" in own.stdout
    told = json.loads(run(whole, "--json").stdout)
    assert (told["kind"], told["whole"], told["to"], told["keys_from_folder"]) == ("log", True, SIZE, False)


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 511, 512, 513, 65_536 + 3])
def test_logs_of_every_shape_are_whole(tmp_path: Path, size: int) -> None:
    export(tmp_path, size)
    assert run(tmp_path).exit_code == 0


# ---- witnesses -----------------------------------------------------------------------------------


def spoilt(data: bytes, number: int) -> bytes:
    """One bit of a witness's signature changed."""
    text, mark, rest = data.rpartition(f"— witness.test.invalid/{number} ".encode())
    coded, end = rest.split(b"\n", 1)
    raw = bytearray(base64.b64decode(coded))
    raw[-1] ^= 1
    return text + mark + base64.b64encode(raw) + b"\n" + end


def test_every_witness_of_the_policy_is_named_with_what_it_signed(tmp_path: Path) -> None:
    """Checked, not there, wrong: each for itself, then whether there are enough. The page says the same sentences."""
    told = tmp_path / "policy"
    lines = [f"witness w{i} {one.witness.text}" for i, one in enumerate(WITNESSES)]
    told.write_text("\n".join([f"log {KEYS[0]}", *lines, "group g 2 w0 w1 w2", "quorum g", ""]), "utf-8")
    file = tmp_path / "line.tlog-proof"
    head, note = Proof.parse(PROOF), PROOF.partition(b"\n\n")[2]
    assert head.note == note
    checkpoint = Checkpoint.parse(note.partition(b"\n\n")[0].decode() + "\n")
    absent, one_only = VOUCHES["absent"], replace(head, note=cosigned(checkpoint, WITNESSES[0])).data
    for data, code, states, quorum in (
        (PROOF, 0, ["signed", "signed", "absent"], "reached"),
        (one_only, 1, ["signed", "absent", "absent"], "missed"),
        (spoilt(PROOF, 2), 1, ["signed", "wrong", "absent"], "missed"),
        (replace(head, note=cosigned(checkpoint, *WITNESSES, at=2**60)).data, 0, ["signed"] * 3, "reached"),
    ):
        file.write_bytes(data)
        found = run(file, "--policy", told, "--json", keys=())
        facts = json.loads(found.stdout)
        assert (found.exit_code, [one["state"] for one in facts["witnesses"]], facts["quorum"]) == (
            code,
            states,
            quorum,
        )
        said = run(file, "--policy", told, keys=())
        good = states.count("signed")
        assert VOUCHES[quorum].format(all=3, good=good) in said.stdout
        assert (absent.format(name="witness.test.invalid/3") in said.stdout) is (states[2] == "absent")
    assert "日历以外的时间" in said.stdout
    file.write_bytes(spoilt(PROOF, 2))
    said = run(file, "--policy", told, keys=())
    assert VOUCHES["wrong"].format(name="witness.test.invalid/2") in said.stdout
    file.write_bytes(b"nothing")
    assert "见证人" not in run(file, "--policy", told, keys=()).stdout


# ---- faults --------------------------------------------------------------------------------------


def test_faults_of_a_proof_have_their_words_and_code(tmp_path: Path, proof: Path) -> None:
    other = Signer("other.test.invalid", bytes(32)).verifier.text
    again = Signer(ORIGIN, bytes(32)).verifier.text
    third = WITNESSES[2].witness.text
    assert fault(run(proof, "--json", keys=(other,))) == (1, "origin", "")
    assert fault(run(proof, "--json", keys=(again,))) == (1, "unsigned", "")
    assert fault(run(proof, "--json", keys=(*KEYS, third))) == (1, "quorum", "")
    bad = tmp_path / "bad"
    for data, kind in (
        (b"", "proof"),
        (b"%PDF", "proof"),
        (PROOF.replace(b"\n", b"\r\n"), "proof"),
        (PROOF[:-1], "shape"),
        (PROOF + b"x" * 300_000, "proof"),
        (PROOF.replace(b"index 7", b"index 8"), "inclusion"),
        (Proof.parse(PROOF).data.replace(b"index 7", b"index 07"), "proof"),
        (replace(Proof.parse(PROOF), extra=Opening(replace(LINE, actor_kind="x"), bytes(32)).data).data, "inclusion"),
    ):
        bad.write_bytes(data)
        assert fault(run(bad, "--json")) == (1, kind, ""), kind
    assert "无效：证明文件的写法不对。" not in run(proof).stdout


def test_faults_of_a_log_name_the_file(tmp_path: Path, whole: Path) -> None:
    for where, spoil, kind in (
        ("tile/entries/001", lambda data: data[:-1], "truncated"),
        ("tile/entries/001", lambda data: data[:2] + b"\x00" + data[3:], "entry"),
        ("tile/entries/001", lambda data: data[:34] + b"\x09" + data[35:], "inclusion"),
        ("tile/entries/002.p/188", lambda data: data[:-35], "truncated"),
        ("tile/0/000", lambda data: data[:-32], "truncated"),
        ("tile/0/001", lambda data: data + b"x", "truncated"),
        ("tile/1/000.p/2", lambda data: bytes(64), "inclusion"),
        ("checkpoint", lambda data: data.replace(b"\n700\n", b"\n701\n"), "invalid"),
    ):
        place = tmp_path / "copy"
        shutil.copytree(whole, place)
        file = place / where
        file.write_bytes(spoil(file.read_bytes()))
        code, found, named = fault(run(place, "--json"))
        assert (code, found) == (1, kind), where
        assert named in {where, "tile/0/000", ""}, where
        file.unlink()
        assert fault(run(place, "--json")) == (1, "missing", where)
        shutil.rmtree(place)


def test_an_earlier_checkpoint_must_be_the_beginning_of_this_log(tmp_path: Path, whole: Path) -> None:
    old = tmp_path / "old"
    earlier = export(tmp_path / "earlier", 300)
    for size, kind in ((300, ""), (SIZE, ""), (SIZE + 1, "older")):
        old.write_bytes(cosigned(export(tmp_path / str(size), size)))
        result = run(whole, "--old", old, "--json")
        if kind:
            assert fault(result) == (1, kind, "checkpoint")
        else:
            assert json.loads(result.stdout)["grown_from"] == size
    old.write_bytes(cosigned(Checkpoint(ORIGIN, 300, bytes(32))))
    assert fault(run(whole, "--old", old, "--json")) == (1, "consistency", "checkpoint")
    old.write_bytes(cosigned(replace(earlier, origin="log.test.invalid/two")))
    assert fault(run(whole, "--old", old, "--json"))[:2] == (1, "origin")
    old.write_bytes(b"nothing")
    assert run(whole, "--old", old, "--json").exit_code == 1


def test_a_part_of_a_log_is_checked_where_it_is_asked_for(tmp_path: Path, whole: Path) -> None:
    """As after pruning: what lies before is missing, and only who says so may leave it out."""
    place = tmp_path / "part"
    shutil.copytree(whole, place)
    (place / "tile/0/000").unlink()
    (place / "tile/entries/000").unlink()
    assert fault(run(place, "--json")) == (1, "missing", "tile/entries/000")
    told = json.loads(run(place, "--json", "--from", 256).stdout)
    assert (told["from"], told["whole"]) == (256, False)
    (place / "tile/entries/001").write_bytes(bytes(35) * 256)
    assert run(place, "--from", 256).exit_code == 1
    assert run(place, "--from", 512).exit_code == 0
    assert fault(run(place, "--json", "--from", 701))[1] == "range"


def test_wrong_calls_and_unreadable_files_end_in_2(tmp_path: Path, proof: Path, whole: Path) -> None:
    for result in (
        run(tmp_path / "nothing"),
        run(proof, keys=()),
        run(proof, keys=("nonsense",)),
        run(proof, keys=KEYS[1:]),
        run(proof, "--old", proof),
        run(proof, "--policy", proof),
        run(whole, "--policy", proof, keys=()),
        run(whole, "--old", tmp_path / "nothing"),
        run(tmp_path, keys=()),
    ):
        assert result.exit_code == 2


def test_nothing_is_written_and_nothing_but_the_folder_is_needed(whole: Path) -> None:
    """A process that never loads Django or the database, on a folder it may only read."""
    before = {path: path.stat().st_mtime_ns for path in whole.rglob("*")}
    code = (
        "import sys; from chengxin.cli import main\n"
        f"try: main(['log', 'verify', {str(whole)!r}])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "assert not {'django', 'psycopg'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {path: path.stat().st_mtime_ns for path in whole.rglob("*")} == before


def test_each_bad_input_is_named_ends_in_its_code_and_writes_nothing(tmp_path: Path, whole: Path, proof: Path) -> None:
    """Malformed proof, foreign origin, unknown key, truncated bundle, older checkpoint: in words, as an auditor meets them."""
    place = tmp_path / "spoilt"
    shutil.copytree(whole, place)
    bundle = place / "tile/entries/001"
    bundle.write_bytes(bundle.read_bytes()[:-7])
    (tmp_path / "malformed").write_bytes(PROOF[:200])
    (tmp_path / "older").write_bytes(cosigned(export(tmp_path / "longer", SIZE + 1)))
    foreign, unknown = Signer("other.test.invalid", bytes(32)), Signer(ORIGIN, bytes(32))
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    for words, keys, code, said in (
        ((tmp_path / "malformed",), KEYS, 1, "无效：证明文件的写法不对。"),
        ((proof,), (foreign.verifier.text,), 1, "无效：检查点属于另一个日志。"),
        ((whole,), (foreign.verifier.text,), 1, "无效：检查点属于另一个日志。"),
        ((proof,), (unknown.verifier.text,), 1, "无效：没有这个日志的签名。"),
        ((whole,), (unknown.verifier.text,), 1, "无效：没有这个日志的签名。"),
        ((place,), KEYS, 1, "无效：切片或条目包不完整（tile/entries/001）。"),
        ((whole, "--old", tmp_path / "older"), KEYS, 1, "无效：这里的检查点比您保存的旧：日志被截短"),
        ((proof,), ("nonsense",), 2, "公钥不能使用"),
        ((tmp_path / "nothing",), KEYS, 2, "文件不能读取"),
    ):
        found = run(*words, keys=keys)
        assert (found.exit_code, said in found.output) == (code, True), (said, found.output)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


# ---- mutants -------------------------------------------------------------------------------------


def mutants(data: bytes, count: int, seed: int) -> Iterator[bytes]:
    """Bytes changed, left out, put in, exchanged, repeated, cut."""
    draw = random.Random(seed)
    for number in range(count):
        at, to = sorted((draw.randrange(len(data)), draw.randrange(len(data) + 1)))
        one = bytes([draw.randrange(256)])
        yield [
            data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :],
            data[:at] + data[at + 1 :],
            data[:at] + one + data[at:],
            data[:at] + data[to:],
            data[:to] + data[at:],
            data[:at],
            data[:at] + bytes(reversed(data[at:to])) + data[to:],
        ][number % 7]


def accepted(data: bytes, whom: Policy) -> bool:
    try:
        check_proof(data, whom)
    except (LogFault, NoteError):
        return False
    return True


def test_no_mutant_of_a_proof_is_accepted() -> None:
    whom = policy()
    every = [
        *mutants(PROOF, 7_000, 1),
        *(PROOF[:at] + bytes([PROOF[at] ^ 1]) + PROOF[at + 1 :] for at in range(len(PROOF))),
    ]
    changed = [data for data in every if data != PROOF]
    assert len(changed) > 7_000
    assert [data for data in changed if accepted(data, whom)] == []


def test_no_mutant_of_a_log_is_accepted(tmp_path: Path) -> None:
    """Whatever byte of whatever file changes: the folder is no longer good."""
    export(tmp_path, 300)
    whom = Policy.parse((tmp_path / "policy").read_text("utf-8"))
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "policy"]
    draw, good = random.Random(2), 0
    for number in range(700):
        file = files[number % len(files)]
        data = file.read_bytes()
        (mutant,) = mutants(data, 1, number) if number % 2 else [data[: draw.randrange(len(data))]]
        if mutant == data:
            continue
        file.write_bytes(mutant)
        try:
            Folder(tmp_path).verify(whom)
            good += 1
        except (LogFault, NoteError):
            pass
        file.write_bytes(data)
    assert good == 0
    assert Folder(tmp_path).verify(whom).end == 300


def test_a_stolen_log_key_alone_makes_no_checkpoint_good(tmp_path: Path) -> None:
    """Without its witnesses a rebuilt log is refused; a witness of the thief's own is unknown."""
    head = export(tmp_path, 300)
    thief = Cosigner("witness.test.invalid/1", bytes(32))
    forged = cosigned(Checkpoint(ORIGIN, 300, bytes(32)), thief, WITNESSES[1])
    (tmp_path / "checkpoint").write_bytes(forged)
    assert fault(run(tmp_path, "--json"))[1] == "quorum"
    (tmp_path / "checkpoint").write_bytes(cosigned(head))
    assert fault(run(tmp_path, "--json"))[1] == "quorum"
    assert LOG.verifier.text == KEYS[0]
