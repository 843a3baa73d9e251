"""Checkpoints, cosignatures, policies, openings and proof files: taken as written, refused in every other form."""

from __future__ import annotations

import base64
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chengxin.kernel.note import NoteError, Signer, sign
from chengxin.ledger.log.checkpoint import Checkpoint, Cosigner, Policy, Witness, check_checkpoint
from chengxin.ledger.log.line import Line, Opening, canonical, commitment, leaf, microseconds, predecessor_leaf
from chengxin.ledger.log.proof import Proof, check_proof
from chengxin.ledger.log.tiles import Edge, hashes_from
from chengxin.ledger.log.tree import LogFault, inclusion_proof
from chengxin.ledger.tests.log.test_tree import Store

ORIGIN = "log.test.invalid/one"
LOG = Signer(ORIGIN, bytes(range(32)))
WITNESSES = [Cosigner(f"witness.test.invalid/{i}", bytes([i]) * 32) for i in range(1, 4)]
LINE = Line(
    line="look",
    person="00000000-0000-4000-8000-000000000001",
    id="00000000-0000-7000-8000-000000000002",
    at=1_795_000_000_123_456,
    session="00000000-0000-4000-8000-000000000003",
    actor="00000000-0000-4000-8000-000000000004",
    actor_kind="staff",
    organisation="11320900014300000A",
    duty="SCREEN",
    activity="lookup.screen",
    purpose="SUBSIDY",
    basis="某某办法第三条",
    case_ref="盐〔2026〕1号",
    fields="state,until",
    look="",
    outcome="",
    shown=0,
    question="",
)


def policy(least: str = "2", logs: str = LOG.verifier.text) -> Policy:
    lines = [f"log {logs}", *(f"witness w{i} {one.witness.text}" for i, one in enumerate(WITNESSES))]
    return Policy.parse("\n".join([*lines, f"group all-of-them {least} w0 w1 w2", "quorum all-of-them", ""]))


def cosigned(checkpoint: Checkpoint, *witnesses: Cosigner, at: int = 1_795_000_001) -> bytes:
    return (sign(checkpoint.text, LOG) + "".join(one.line(checkpoint.text, at) for one in witnesses)).encode()


def proof_file(opening: Opening, size: int = 300, index: int = 7) -> tuple[bytes, Checkpoint]:
    entries = [leaf(bytes([i % 256]) * 32) for i in range(size)]
    entries[index] = opening.leaf
    store, edge = Store(), Edge()
    store.add(edge.append(entries))
    checkpoint = Checkpoint(ORIGIN, size, edge.root())
    hashes = inclusion_proof(index, size, hashes_from(size, store.read))
    note = cosigned(checkpoint, *WITNESSES[:2])
    return Proof(opening.data, index, tuple(hashes), note).data, checkpoint


def test_a_checkpoint_of_the_specification_is_read() -> None:
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    found = Checkpoint.parse(text)
    assert (found.origin, found.size, found.text) == ("example.com/behind-the-sofa", 20852163, text)
    assert Checkpoint.parse(text + "extension\n").text == text + "extension\n"


@pytest.mark.parametrize(
    "text",
    [
        "o\n1\n",
        "\n1\n{}\n",
        "o\n01\n{}\n",
        "o\n-1\n{}\n",
        "o\n+1\n{}\n",
        "o\n1\n{}",
        "o\n1\n{}\n\n",
        "o\n1\nAAAA\n",
        "o\n1\n{}=\n",
        "o\n9223372036854775808\n{}\n",
        "o\n\u0661\n{}\n",
    ],
)
def test_another_form_of_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(LogFault, match="checkpoint"):
        Checkpoint.parse(text.format(base64.b64encode(bytes(32)).decode()))


def test_enough_witnesses_make_a_checkpoint_good() -> None:
    checkpoint = Checkpoint(ORIGIN, 5, bytes(32))
    note = sign(checkpoint.text, LOG) + WITNESSES[0].line(checkpoint.text, 100) + WITNESSES[2].line(checkpoint.text, 90)
    found = check_checkpoint(note.encode(), policy())
    assert (found.checkpoint, found.at) == (checkpoint, 100)  # the later of the two completes the quorum
    assert found.times == {WITNESSES[0].name: 100, WITNESSES[2].name: 90}
    with pytest.raises(LogFault, match="quorum"):
        check_checkpoint(note.encode(), policy("3"))
    assert check_checkpoint(note.encode(), policy("3"), alone=True).checkpoint == checkpoint


def test_a_signature_of_another_kind_is_carried_along_and_ignored() -> None:
    """ML-DSA-44 lines are long, SM2 lines have a type of their own: room for both without a change of format."""
    checkpoint = Checkpoint(ORIGIN, 5, bytes(32))
    foreign = "— witness.test.invalid/1 " + base64.b64encode(b"\1\2\3\4" + bytes(2428)).decode() + "\n"
    assert check_checkpoint(cosigned(checkpoint, *WITNESSES) + foreign.encode(), policy()).checkpoint == checkpoint


@pytest.mark.parametrize(
    ("spoil", "kind"),
    [
        (lambda note: note.replace(ORIGIN.encode(), b"log.test.invalid/two"), "origin"),
        (lambda note: b"\n".join(note.split(b"\n")[:4]) + b"\n" + note.split(b"\n")[5] + b"\n", "unsigned"),
        (lambda note: note.replace(b"\n5\n", b"\n6\n"), "invalid"),
        (lambda note: note.replace(b"\n\n", b"\nmore\n\n"), "invalid"),
        (lambda note: note[:-1], "shape"),
        (lambda note: note + note.split(b"\n")[5] + b"\n", "duplicate"),
        (lambda note: note.replace(b"\n", b"\r\n"), "control"),
    ],
)
def test_a_spoilt_checkpoint_is_refused_by_its_fault(spoil: object, kind: str) -> None:
    note = cosigned(Checkpoint(ORIGIN, 5, bytes(32)), *WITNESSES)
    with pytest.raises((LogFault, NoteError), match=kind):
        check_checkpoint(spoil(note), policy())  # type: ignore[operator]


def test_a_cosignature_names_its_time_and_no_other() -> None:
    text = Checkpoint(ORIGIN, 5, bytes(32)).text
    line = WITNESSES[0].line(text, 1_000)
    value = base64.b64decode(line.split(" ")[2])[4:]
    assert WITNESSES[0].witness.verifies(text, value)
    later = (1_001).to_bytes(8, "big") + value[8:]
    assert not WITNESSES[0].witness.verifies(text, later)
    assert not WITNESSES[0].witness.verifies(text, value[8:])  # a plain signature is no cosignature
    assert not WITNESSES[1].witness.verifies(text, value)


def test_keys_are_read_back_and_nothing_else() -> None:
    key = WITNESSES[0]
    assert Cosigner.parse(key.text) == key
    assert Witness.parse(key.witness.text) == key.witness
    assert key.seed.hex() not in repr(key)
    for text in (key.text.replace("/1+", "/2+"), LOG.text, key.witness.text, "", key.text + "A"):
        with pytest.raises(NoteError):
            Cosigner.parse(text)
    for text in (LOG.verifier.text, key.text, key.witness.text[:-4], ""):
        with pytest.raises(NoteError):
            Witness.parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "quorum w0",
        "{w0}quorum w0\nquorum w0",
        "{w0}{w0}quorum w0",
        "{w0}group g 2 w0\nquorum g",
        "{w0}group g 0 w0\nquorum g",
        "{w0}group g all\nquorum g",
        "{w0}group g any w0 w0\nquorum g",
        "{w0}group g any w0\ngroup h any w0\nquorum g",
        "{w0}group w0 any w0\nquorum w0",
        "{w0}quorum w1",
        "nonsense\nquorum none",
        "log key\nquorum none",
        "witness w0\nquorum none",
    ],
)
def test_another_form_of_a_policy_is_refused(text: str) -> None:
    with pytest.raises(LogFault, match="policy"):
        Policy.parse(text.format(w0=f"witness w0 {WITNESSES[0].witness.text}\n"))


def test_groups_of_groups_count_as_one_each() -> None:
    lines = [f"witness w{i} {one.witness.text} http://w{i}" for i, one in enumerate(WITNESSES)]
    text = "\n".join(["# two groups", *lines, "group a any w0 w1", "group b all w2", "group c all a b", "quorum c"])
    found = Policy.parse(text)
    keys = [one.witness for one in WITNESSES]
    assert found.quorum.quorum({keys[0]: 3, keys[1]: 2}) is None
    assert found.quorum.quorum({keys[1]: 2, keys[2]: 9}) == 9
    assert found.witnesses["w1"][1] == "http://w1"
    assert Policy.parse("quorum none").quorum.quorum({}) == 0


def test_the_canonical_bytes_are_those_of_the_reference() -> None:
    """The very example of docs/reference/log-format.md."""
    assert canonical(LINE).decode().startswith("chengxin-line-v14:look36:00000000-0000-4000-8000-00000000000136:")
    assert canonical(LINE).decode().endswith("21:某某办法第三条17:盐〔2026〕1号11:state,until0:0:1:00:")
    assert microseconds(datetime(2026, 11, 18, 11, 6, 40, 123456, tzinfo=UTC)) % 1_000_000 == 123456


@given(st.sampled_from(["organisation", "duty", "activity", "case_ref", "fields"]), st.text(max_size=20))
@settings(deadline=None)
def test_no_two_lines_share_their_canonical_bytes(name: str, text: str) -> None:
    if getattr(LINE, name) != text and not any("\ud800" <= one <= "\udfff" for one in text):
        assert canonical(replace(LINE, **{name: text})) != canonical(LINE)  # type: ignore[arg-type]
    moved = replace(LINE, duty=LINE.duty + LINE.activity[0], activity=LINE.activity[1:])
    assert canonical(moved) != canonical(LINE)


def test_an_opening_is_read_back_and_nothing_else() -> None:
    opening = Opening(LINE, bytes(range(32)))
    assert Opening.parse(opening.data) == opening
    assert opening.leaf == b"\1" + commitment(LINE, opening.salt)
    for data in (
        b"",
        b"[]",
        b"{}",
        opening.data + b" ",
        opening.data.replace(b'"v":1', b'"v":2'),
        opening.data.replace(b'"shown":0', b'"shown":false'),
        opening.data.replace(b'"line":"look"', b'"line":3'),
        opening.data.replace(b'"salt":"00', b'"salt":"'),
        opening.data.replace(b"-8000-000000000001", b"-8000-00000000000G"),
        opening.data.replace(b'"duty"', b'"extra":1,"duty"'),
        b"[" * 100_000,
        b"\xff",
    ):
        with pytest.raises(LogFault, match="opening"):
            Opening.parse(data)


def test_a_proof_file_proves_its_line() -> None:
    opening = Opening(LINE, bytes(range(32)))
    data, checkpoint = proof_file(opening)
    found = check_proof(data, policy())
    assert (found.opening, found.index, found.cosigned.checkpoint) == (opening, 7, checkpoint)
    assert Proof.parse(data).data == data


def test_a_proof_of_another_line_place_or_log_is_refused() -> None:
    opening = Opening(LINE, bytes(range(32)))
    data, _ = proof_file(opening)
    proof = Proof.parse(data)
    forged = Opening(replace(LINE, purpose="OTHER"), opening.salt)
    for other, kind in (
        (replace(proof, extra=forged.data), "inclusion"),
        (replace(proof, extra=Opening(LINE, bytes(32)).data), "inclusion"),
        (replace(proof, extra=b""), "opening"),
        (replace(proof, index=8), "inclusion"),
        (replace(proof, index=300), "range"),
        (replace(proof, hashes=proof.hashes[1:]), "length"),
        (replace(proof, hashes=(*proof.hashes, bytes(32))), "length"),
    ):
        with pytest.raises(LogFault, match=kind):
            check_proof(other.data, policy())
    with pytest.raises(LogFault, match="quorum"):
        check_proof(data, policy("3"))
    with pytest.raises(LogFault, match="origin"):
        check_proof(data, policy(logs=Signer("other.test.invalid", bytes(32)).verifier.text))


def foreign(name: str) -> bytes:
    """A signature line of a key that nobody knows."""
    return f"— {name} {base64.b64encode(bytes(68)).decode()}\n".encode()


def edges() -> list[tuple[str, bytes, bool]]:
    """Proof files at the edge of the format, and whether they are good; the script in the browser is asked the same."""
    data, checkpoint = proof_file(Opening(LINE, bytes(range(32))))
    head = data.partition(b"\n\n")[0] + b"\n\n"
    made = [
        (f"cosigned at {at}", head + cosigned(checkpoint, *WITNESSES[:2], at=at), at < 2**63)
        for at in (0, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1)
    ]
    # A space of either reader, a control character, a plus; what looks like nothing and is none of them is a letter.
    spaces = "\t\x0b\x0c\x1c\x1f \x85\xa0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff+"
    names = [(letter, False) for letter in spaces] + [(letter, True) for letter in "\u180e\u200b\u2060\x7f盐"]
    made += [(f"name with U+{ord(one):04X}", data + foreign(f"a{one}b"), good) for one, good in names]
    for name, text in (("actor", "nobody"), ("actor", LINE.actor.replace("-", "")), ("id", LINE.id + "\n")):
        made.append((f"{name} {text!r}", proof_file(Opening(replace(LINE, **{name: text}), bytes(32)))[0], False))  # type: ignore[arg-type]
    # Half a character has no UTF-8; a reader that puts U+FFFD in its place finds the very leaf.
    odd, _ = proof_file(Opening(replace(LINE, basis='\ufffd"\\/\b\t\n\f\r\0\x1f\x7f\u2028'), bytes(32)))
    half = Proof.parse(odd)
    half = replace(half, extra=half.extra.replace("\ufffd".encode(), b"\\ud800"))
    other = replace(half, extra=Proof.parse(odd).extra.replace(b"\\u001f", b"\\u001F"))
    made += [("every escape", odd, True), ("half a character", half.data, False), ("another escape", other.data, False)]
    return [*made, ("100 signatures", data + foreign("a") * 97, True), ("101", data + foreign("a") * 98, False)]


@pytest.mark.parametrize(("data", "good"), [pytest.param(data, good, id=name) for name, data, good in edges()])
def test_what_stands_at_the_edge_of_the_format(data: bytes, good: bool) -> None:
    with nullcontext() if good else pytest.raises((LogFault, NoteError)):
        check_proof(data, policy())


@given(st.data())
@settings(deadline=None)
def test_a_flipped_byte_of_a_proof_is_never_taken_for_another_line(data: st.DataObject) -> None:
    opening = Opening(LINE, bytes(range(32)))
    file = PROOF
    at, mask = data.draw(st.integers(0, len(file) - 1)), data.draw(st.integers(1, 255))
    try:
        found = check_proof(file[:at] + bytes([file[at] ^ mask]) + file[at + 1 :], policy())
    except (LogFault, NoteError):
        return
    assert (found.opening, found.index) == (opening, 7)  # only a witness's line that does not count may have changed


PROOF, _ = proof_file(Opening(LINE, bytes(range(32))))


@pytest.mark.parametrize(
    "data", [b"", b"c2sp.org/tlog-proof@v1\n\n", b"c2sp.org/tlog-proof@v2\nindex 0\n\nx", b"\xff" * 10]
)
def test_what_is_no_proof_file_is_refused(data: bytes) -> None:
    with pytest.raises(LogFault, match="proof"):
        Proof.parse(data)


def test_a_first_leaf_can_name_the_log_before() -> None:
    assert predecessor_leaf(b"note")[:1] == b"\2"
    assert len(predecessor_leaf(b"note")) == 33
    with pytest.raises(LogFault):
        leaf(b"short")
