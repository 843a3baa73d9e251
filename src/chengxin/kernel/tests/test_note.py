"""Signed notes: vectors by others (`vectors.md`), and everything that must not pass."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel import note
from chengxin.kernel.note import SENTENCES, Fault, Note, NoteError, Signer, Verifier, sign, verify

# The example in the documentation of golang.org/x/mod/sumdb/note: key, public key, text and note.
GO_PRIVATE = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_NOTE = (
    f"{GO_TEXT}\n— PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of the C2SP specification.
SPEC_PUBLIC = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)

OURS = Signer("yancheng.demo.invalid", bytes(range(32)))
OTHER = Signer("yancheng.demo.invalid", bytes(32))
WITNESS = Signer("witness.demo.invalid", bytes([7] * 32))
texts = st.text(st.characters(blacklist_categories=("Cs", "Cc")) | st.just("\n")).map(lambda text: text + "\n")


def is_name(name: str) -> bool:
    try:
        Verifier(name, bytes(32))
    except NoteError:
        return False
    return True


names = st.text(min_size=1).filter(is_name)


def refused(data: bytes | str, *known: Signer) -> Fault:
    with pytest.raises(NoteError) as error:
        verify(data.encode() if isinstance(data, str) else data, [signer.verifier for signer in known or (OURS,)])
    assert error.value.fault in SENTENCES
    return error.value.fault


def test_vectors_of_others() -> None:
    signer = Signer.parse(GO_PRIVATE)
    assert signer.verifier.text == GO_PUBLIC
    assert signer.text == GO_PRIVATE
    assert sign(GO_TEXT, signer) == GO_NOTE
    assert verify(GO_NOTE.encode(), [Verifier.parse(GO_PUBLIC)]).text == GO_TEXT
    assert verify(SPEC_NOTE.encode(), [Verifier.parse(SPEC_PUBLIC)]).text == "This is an example message.\n"


@given(texts)
def test_what_was_signed_verifies(text: str) -> None:
    made = sign(text, WITNESS, OURS).encode()
    assert verify(made, [OURS.verifier]) == Note(text, (OURS.verifier,))
    assert verify(made, [OURS.verifier, WITNESS.verifier]).signed_by == (WITNESS.verifier, OURS.verifier)


@given(texts, st.data())
def test_one_changed_byte_never_gives_another_text(text: str, data: st.DataObject) -> None:
    made = bytearray(sign(text, OURS).encode())
    at = data.draw(st.integers(0, len(made) - 1))
    made[at] ^= data.draw(st.integers(1, 255))
    refused(bytes(made))


@given(texts, st.data())
def test_a_part_of_a_note_is_none(text: str, data: st.DataObject) -> None:
    made = sign(text, OURS).encode()
    refused(made[: data.draw(st.integers(0, len(made) - 1))])


@given(st.binary(max_size=200))
def test_anything_else_is_refused_and_nothing_breaks(data: bytes) -> None:
    refused(data)
    refused(b"x\n\n" + data)


@given(names)
def test_keys_read_back_from_their_text(name: str) -> None:
    signer = Signer.create(name)
    assert Signer.parse(signer.text) == signer
    assert Verifier.parse(signer.verifier.text) == signer.verifier


def test_a_text_may_have_empty_lines_and_look_like_a_note() -> None:
    inner = sign("x\n", OTHER)
    assert verify(sign(f"\n\n{inner}", OURS).encode(), [OURS.verifier]).text == f"\n\n{inner}"


def test_each_fault_has_its_own_word() -> None:
    good = sign("a\n", OURS)
    text, line = "a\n", OURS.line("a\n")
    assert refused(good, WITNESS) == Fault.UNKNOWN
    assert refused(good, OTHER) == Fault.UNKNOWN  # the same name with another key
    assert refused(good.replace("a", "b", 1)) == Fault.INVALID
    assert refused(sign("b\n", WITNESS) + line, OURS, WITNESS) == Fault.INVALID  # one good, one wrong
    assert refused(good[:-1]) == Fault.SHAPE
    assert refused(text) == Fault.SHAPE
    assert refused("") == Fault.SHAPE
    assert refused(f"{text}\n") == Fault.SHAPE
    assert refused(text + line) == Fault.SHAPE
    assert refused(good.replace("\n", "\r\n")) == Fault.CONTROL
    assert refused(good.replace("a", "\t", 1)) == Fault.CONTROL
    assert refused(b"\xff" + good.encode()) == Fault.ENCODING
    assert refused(good + line) == Fault.DUPLICATE
    assert refused(good + line * note.MOST_SIGNATURES) == Fault.SIZE
    assert refused("a" * note.MOST_BYTES + good) == Fault.SIZE


@pytest.mark.parametrize(
    "line",
    [
        "- yancheng.demo.invalid {}",
        "— yancheng.demo.invalid",
        "— yancheng.demo.invalid ",
        "—  {}",
        "— a+b {}",
        "— a\u3000b {}",
        "— yancheng.demo.invalid  {}",
        "— yancheng.demo.invalid {}=",
        "— yancheng.demo.invalid AAAA",
        "— yancheng.demo.invalid 盐城",
    ],
)
def test_a_malformed_line_spoils_the_note(line: str) -> None:
    good = OURS.line("a\n")
    coded = good.split(" ")[2].strip()
    made = sign("a\n", WITNESS) + line.format(coded) + "\n" + good
    assert refused(made) == Fault.LINE


def test_base64_has_one_spelling() -> None:
    coded = OURS.line("a\n").split(" ")[2].strip()
    loose = coded[:-2] + chr(ord(coded[-2]) + 1) + "="
    assert base64.b64decode(loose) == base64.b64decode(coded)
    assert refused(sign("a\n", OURS).replace(coded, loose)) == Fault.LINE


def test_unknown_signatures_are_ignored_even_when_they_share_name_or_id() -> None:
    id_of_ours = OURS.verifier.id + bytes(64)
    stranger = f"— somebody {base64.b64encode(id_of_ours).decode()}\n"
    made = sign("a\n", OTHER, OURS) + stranger + stranger
    assert verify(made.encode(), [OURS.verifier]).signed_by == (OURS.verifier,)


def test_what_cannot_be_signed() -> None:
    for text, fault in (("a", Fault.SHAPE), ("", Fault.SHAPE), ("a\r\n", Fault.CONTROL), ("\ud800\n", Fault.ENCODING)):
        with pytest.raises(NoteError) as error:
            sign(text, OURS)
        assert error.value.fault == fault
    with pytest.raises(NoteError, match="duplicate"):
        sign("a\n", OURS, OURS)
    with pytest.raises(NoteError, match="shape"):
        sign("a\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a+b+c",
        GO_PRIVATE,
        GO_PUBLIC + "=",
        GO_PUBLIC.replace("c74f20a3", "C74F20A3"),
        GO_PUBLIC.replace("c74f20a3", "c74f20a4"),
        GO_PUBLIC.replace("Peter", "Péter"),
        GO_PUBLIC.replace("+AR", "+Ah"),
        " " + GO_PUBLIC,
        GO_PUBLIC + "\n",
        "盐城+盐城+盐城",
    ],
)
def test_a_key_that_is_none(text: str) -> None:
    with pytest.raises(NoteError, match="key"):
        Verifier.parse(text)
    with pytest.raises(NoteError, match="key"):
        Signer.parse(text.replace(GO_PRIVATE, GO_PRIVATE[:-4]))


def test_two_keys_that_cannot_be_told_apart_are_not_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Verifier, "id", b"same")
    with pytest.raises(NoteError, match="key"):
        verify(GO_NOTE.encode(), [Verifier("a", bytes(32)), Verifier("a", bytes([1] * 32))])


def test_a_key_without_name_or_of_another_length_is_none_and_the_secret_stays_unsaid() -> None:
    for name, key in (("", bytes(32)), ("a b", bytes(32)), ("a", bytes(31)), ("a", bytes(33)), ("\udc80", bytes(32))):
        with pytest.raises(NoteError):
            Verifier(name, key)
        with pytest.raises(NoteError):
            Signer(name, key)
    assert "seed" not in repr(OURS)
