"""Rules of oversight without a database: clocks, notices, proposals, documents, the exported file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengxin.kernel.errors import Refused
from chengxin.kernel.note import NoteError, Signer
from chengxin.oversight import desk, letters, registers, rules
from chengxin.oversight.exports import BadEvidence, pack, verify
from chengxin.oversight.facts import Clock, Event, Line, Number
from chengxin.oversight.states import LABELS, MOVES, STEPS, TRANSITIONS
from chengxin.oversight.tests.material import AUTHORITY, PERSONS, facts
from chengxin.oversight.words import ADVICE, ELEMENTS, PRIVACY, REPORT_PARTS
from tools import house

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LAW = {
    "incident_authority": Number(4, "hour", "办法"),
    "incident_authority_general": Number(24, "hour", "法"),
    "incident_persons": Number(24, "hour", "法"),
    "incident_review": Number(30, "day", "办法"),
    "incident_larger": Number(1_000_000, "person", "指南"),
    "incident_police": Number(50, "row", "解释"),
    "incident_police_staff": Number(25, "row", "解释"),
}
INCIDENT = uuid4()
OFFICE = registers.office(NOW.date())


def event(seq: int, activity: str, to_state: str, body: dict[str, Any], *, hours: float = 0) -> Event:
    at = NOW + timedelta(hours=hours)
    return Event(
        INCIDENT, "AQ261120ABCDEF", seq, "", to_state, activity, at, "信息安全岗", "中心", mine=False, body=body
    )


def reported(**changes: Any) -> Event:
    return event(1, "incident.report", "reported", facts(discovered_at=rules.stamp(NOW), **changes))


def life(*more: Event, **changes: Any) -> Any:
    return rules.fold([reported(**changes), *more])


def clock(incident: Any, name: str) -> Clock:
    return next(one for one in rules.clocks(incident, LAW) if one.name == name)


def test_saying_later_that_it_was_a_general_one_does_not_undo_the_miss() -> None:
    late = event(2, "incident.confirm", "confirmed", {"level": "general", "reason": "核实"}, hours=5)
    soon = event(2, "incident.confirm", "confirmed", {"level": "general", "reason": "核实"}, hours=3)
    assert clock(life(late), "authority").due == NOW + timedelta(hours=4)
    assert clock(life(soon), "authority").due == NOW + timedelta(hours=24)
    raised = event(3, "incident.update", "confirmed", {"level": "larger"}, hours=3.5)
    lowered = event(4, "incident.update", "confirmed", {"level": "general"}, hours=9)
    assert clock(life(soon, raised), "authority").due == NOW + timedelta(hours=4)
    assert clock(life(soon, raised, lowered), "authority").due == NOW + timedelta(hours=4)


@pytest.mark.parametrize(("level", "hours"), [("", 4), ("general", 24), ("larger", 4), ("major", 4), ("severe", 4)])
def test_the_strict_clock_runs_until_a_human_says_otherwise(level: str, hours: int) -> None:
    found = clock(life(level=level), "authority")
    assert found.due == NOW + timedelta(hours=hours)
    assert not found.overdue(found.due)
    assert found.overdue(found.due + timedelta(seconds=1))


def test_no_correction_gives_a_clock_more_time() -> None:
    later = event(2, "incident.update", "reported", {"discovered_at": rules.stamp(NOW + timedelta(hours=3))}, hours=3)
    earlier = event(3, "incident.update", "reported", {"discovered_at": rules.stamp(NOW - timedelta(hours=1))}, hours=3)
    assert life(later).discovered_at == NOW
    assert life(later, earlier).discovered_at == NOW - timedelta(hours=1)


def test_only_evidence_stops_a_clock() -> None:
    made = event(2, "incident.notify", "reported", {"to": "authority", "parts": AUTHORITY, "text": "x"}, hours=1)
    assert clock(life(made), "authority").runs()
    at = NOW + timedelta(hours=5)
    body = {"notice": "2", "method": "platform", "delivered_at": rules.stamp(at), "reference": "1"}
    done = clock(life(made, event(3, "incident.evidence", "reported", body, hours=6)), "authority")
    assert (done.runs(), done.done_at) == (False, at)
    assert done.overdue(NOW), "it was met too late, whenever one looks"


def test_an_approved_exemption_stops_the_clock_of_persons_and_a_dismissal_all_of_them() -> None:
    proposed = event(2, "incident.exempt", "confirmed", {"reason": "加密"})
    approved = event(3, "incident.approve", "confirmed", {"reason": "同意"}, hours=2)
    assert clock(life(proposed), "persons").runs()
    assert not clock(life(proposed, approved), "persons").runs()
    gone = life(event(2, "incident.dismiss", "dismissed", {"reason": "误报"}))
    assert not any(one.runs() or one.overdue(NOW + timedelta(days=99)) for one in rules.clocks(gone, LAW))


def test_the_summary_follows_within_thirty_days_of_containment() -> None:
    assert len(rules.clocks(life(), LAW)) == 2
    contained = life(event(2, "incident.contain", "contained", {"measures": "停用"}, hours=10))
    assert clock(contained, "review").due == NOW + timedelta(hours=10, days=30)


def test_without_a_number_of_the_law_nothing_is_counted() -> None:
    with pytest.raises(Refused, match="INCIDENT-11"):
        rules.clocks(life(), {name: row for name, row in LAW.items() if name != "incident_authority"})


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(200, "还剩 3 小时 20 分"), (59, "还剩 59 分"), (-125, "逾期 2 小时 5 分"), (3000, "还剩 2 天 2 小时")],
)
def test_what_remains_is_said_with_its_units(minutes: int, said: str) -> None:
    due = NOW + timedelta(minutes=minutes)
    assert Clock("authority", "报告", due, "4 小时", "办法", None, ended=False).remaining(NOW) == said


def test_level_and_police_are_proposed_by_number() -> None:
    assert rules.proposed_level(life(persons=None), LAW) == ""
    assert rules.proposed_level(life(persons=999_999), LAW) == "general"
    assert rules.proposed_level(life(persons=1_000_000), LAW) == "larger"
    assert rules.police_question(life(items=49), LAW) is False
    assert rules.police_question(life(items=50), LAW) is True


TEXT = st.text(min_size=0, max_size=12)


@given(st.sampled_from(["authority", "persons"]), st.data())
def test_a_notice_is_whole_or_it_is_not_made(to: str, data: st.DataObject) -> None:
    """INCIDENT-04 for any parts: whatever is missing or blank refuses; otherwise each part stands in the text."""
    demanded = ELEMENTS | (ADVICE if to == "persons" else REPORT_PARTS)
    parts = data.draw(st.dictionaries(st.sampled_from(sorted(demanded)), TEXT))
    whole = all(parts.get(name, "").strip() for name in demanded)
    if not whole:
        with pytest.raises(Refused, match="INCIDENT-04"):
            letters.text(life(), to, parts, office=OFFICE, made_at=NOW)
        assert rules.missing_parts(to, parts)
        return
    text = letters.text(life(), to, parts, office=OFFICE, made_at=NOW)
    assert all(parts[name].strip() in text for name in demanded)


def test_a_whole_notice_holds_the_five_elements_and_names_the_incident() -> None:
    for to, parts in (("authority", AUTHORITY), ("persons", PERSONS)):
        text = letters.text(life(), to, parts, office=OFFICE, made_at=NOW)
        assert [label for label in ELEMENTS.values() if label not in text] == []
        assert "AQ261120ABCDEF" in text
    assert "您" not in letters.text(life(), "authority", AUTHORITY, office=OFFICE, made_at=NOW)
    assert set(letters.draft(life(), "persons", office=OFFICE)) == set(ELEMENTS | ADVICE)
    assert set(letters.draft(life(), "authority", office=OFFICE)) == set(ELEMENTS | REPORT_PARTS)


def test_headings_are_counted_in_chinese() -> None:
    text = letters.text(life(), "authority", AUTHORITY, office=OFFICE, made_at=NOW)
    assert re.findall(r"^([一二三四五六七八九十]{1,2})、", text, re.M) == [
        "一",
        "二",
        "三",
        "四",
        "五",
        "六",
        "七",
        "八",
        "九",
        "十",
        "十一",
    ]


def test_the_desk_knows_every_step_and_the_diagram_every_move() -> None:
    assert {step.activity for step in desk.STEPS.values()} == set(STEPS) - {"incident.report"}
    text = (house.ROOT / "docs" / "reference" / "states.md").read_text("utf-8")
    drawn = text[text.index("## 信息安全事件") : text.index("## 制度文件的版本")]
    found = re.findall(r"^    (\[\*\]|[a-z]+) --> ([a-z]+) :", drawn, re.M)
    assert {("" if source == "[*]" else source, target) for source, target in found} == {one[:2] for one in MOVES}


@given(st.sampled_from(sorted(LABELS)))
def test_no_step_is_offered_that_the_table_forbids(state: str) -> None:
    incident = rules.fold([reported(), event(2, "incident.update", state, {})])
    for offer in desk.offers(incident):
        assert any((one[0], one[2]) == (state, offer.step.activity) for one in TRANSITIONS)


def test_what_was_done_is_no_longer_the_first_thing_to_do() -> None:
    notified = event(2, "incident.complete", "notified", {})
    reviewed = event(3, "incident.review", "notified", {"review": "写好了。"})
    assert desk.offers(life(notified))[0].name == "review"
    names = [offer.name for offer in desk.offers(life(notified, reviewed))]
    assert names[0] == "close"
    assert names.index("review") > names.index("update")


# ---- documents ----------------------------------------------------------------------------------------------------


def document(**changes: Any) -> dict[str, Any]:
    version = {
        "effective_from": date(2026, 1, 1),
        "basis": "法",
        "issued_by": "中心",
        "note": "",
        "section": [{"key": name, "title": title, "text": "写明了。"} for name, title in PRIVACY.items()],
    }
    return {"code": "privacy", "title": "规则", "version": [version | changes]}


def test_a_document_needs_basis_issuer_and_text() -> None:
    """DOCUMENT-01."""
    assert registers.read_shelf(document()).versions[0].number == 1
    several: tuple[dict[str, Any], ...] = ({"basis": " "}, {"issued_by": ""}, {"section": []})
    for wrong in several:
        with pytest.raises(Refused, match="DOCUMENT-01"):
            registers.read_shelf(document(**wrong))


@pytest.mark.parametrize("missing", PRIVACY)
def test_the_privacy_notice_has_every_part_the_law_demands(missing: str) -> None:
    """DOCUMENT-01 for each of them, missing and empty."""
    whole = document()["version"][0]["section"]
    without = [one for one in whole if one["key"] != missing]
    empty = [one | ({"text": " "} if one["key"] == missing else {}) for one in whole]
    for section in (without, empty):
        with pytest.raises(Refused, match="DOCUMENT-01"):
            registers.read_shelf(document(section=section))


def test_later_versions_begin_later() -> None:
    two = document()
    two["version"].append(dict(two["version"][0]))
    with pytest.raises(Refused, match="DOCUMENT-01"):
        registers.read_shelf(two)
    two["version"][1] = two["version"][1] | {"effective_from": date(2026, 5, 1)}
    shelf = registers.read_shelf(two)
    assert shelf.versions[0].effective_to == date(2026, 4, 30)
    first, second = (shelf.on(day) for day in (date(2026, 4, 30), date(2026, 5, 1)))
    assert (first, second) == shelf.versions
    assert shelf.on(date(2025, 12, 31)) is None


def test_changes_between_versions_are_named_by_section() -> None:
    two = document() | {"code": "other"}
    later = [one for one in two["version"][0]["section"] if one["key"] != "minors"]
    later = [one | ({"text": "改了。"} if one["key"] == "kinds" else {}) for one in later]
    later.append({"key": "extra", "title": "另外", "text": "新的。"})
    two["version"].append(two["version"][0] | {"effective_from": date(2026, 5, 1), "section": later})
    before, after = registers.read_shelf(two).versions
    found = {change.title: change.word for change in registers.changes(before, after)}
    assert found == {PRIVACY["kinds"]: "修改", PRIVACY["minors"]: "删除", "另外": "新增"}
    assert registers.changes(before, before) == []


def test_safeguards_hold_between_their_dates() -> None:
    one = registers.safeguards()[0]
    assert one in registers.safeguards_on(one.valid_from)
    assert one not in registers.safeguards_on(one.valid_from - timedelta(days=1))
    assert all(each.basis and each.check and each.what for each in registers.safeguards())


# ---- evidence -----------------------------------------------------------------------------------------------------

SIGNER = Signer.create("yancheng.test.invalid")
LINES = [Line(NOW, "look", "P1", "A1", "11", "clerk", "lookup.check", "SUBSIDY", ["item"], "hit", 1, "00" * 32)]


def evidence() -> bytes:
    notice = event(2, "incident.notify", "reported", {"to": "authority", "parts": AUTHORITY, "text": "通知全文"})
    return pack(life(notice), LINES, signer=SIGNER, made_at=NOW)


def test_evidence_is_verified_offline() -> None:
    found = verify(evidence(), [SIGNER.verifier])
    assert (found.case_no, found.signed_by) == ("AQ261120ABCDEF", ("yancheng.test.invalid",))
    assert set(found.files) == {"incident.json", "events.json", "register.csv", "notice-002-authority.txt"}
    assert evidence() == evidence(), "the same facts make the same file"


def test_evidence_of_somebody_else_is_refused() -> None:
    with pytest.raises(NoteError):
        verify(evidence(), [Signer.create("other.invalid").verifier])


@pytest.mark.parametrize("change", ["alter", "remove", "add", "rename", "no manifest"])
def test_an_altered_file_is_named(change: str) -> None:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(evidence())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    if change == "alter":
        files["events.json"] = files["events.json"].replace(b"incident.report", b"incident.revert")
    elif change == "remove":
        del files["register.csv"]
    elif change == "add":
        files["more.txt"] = b"x"
    elif change == "rename":
        files["register2.csv"] = files.pop("register.csv")
    else:
        del files["manifest.txt"]
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with pytest.raises(BadEvidence):
        verify(made.getvalue(), [SIGNER.verifier])


@given(st.binary(max_size=200))
def test_anything_else_is_no_evidence(data: bytes) -> None:
    with pytest.raises(BadEvidence):
        verify(data, [SIGNER.verifier])


@given(st.integers(0, len(evidence()) - 1), st.integers(1, 255))
def test_one_changed_byte_changes_nothing_that_is_believed(at: int, by: int) -> None:
    """Whatever byte is changed: the file is refused, or every file in it is what was signed."""
    whole = evidence()
    spoilt = bytearray(whole)
    spoilt[at] = (spoilt[at] + by) % 256
    try:
        found = verify(bytes(spoilt), [SIGNER.verifier])
    except (BadEvidence, NoteError):
        return
    assert found == verify(whole, [SIGNER.verifier])
