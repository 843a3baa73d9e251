"""Definitions with one thing wrong, and with nothing wrong, for both gates of publication."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

Change = Callable[[dict[str, Any]], object]


def without(section: str, **like: Any) -> Change:
    """Take the rows of a section away that look like this."""

    def change(made: dict[str, Any]) -> None:
        made[section] = [row for row in made[section] if not like.items() <= row.items()]

    return change


def put(section: str, row: dict[str, Any]) -> Change:
    return lambda made: made.setdefault(section, []).append(row)


def set_in(section: str, key: str, like: str, **changes: Any) -> Change:
    """Change the rows of a section whose `key` is like this."""
    return lambda made: [row.update(changes) for row in made[section] if row.get(key) == like]


def head(**changes: Any) -> Change:
    return lambda made: made["item"].update(changes)


def both(*changes: Change) -> Change:
    return lambda made: [change(made) for change in changes]


COLUMN = {"code": "X", "name": "某列", "kind": "text", "required": "no", "store": "sealed"}
NUMBER = {"name": "n", "value": 1, "unit": "day", "valid_from": date(2026, 1, 1), "basis": "某规定"}
OFFICE = "110909009000000143"
BASIS = {"kind": "act", "law": "某规定", "valid_from": date(2026, 1, 1)}

BAD: dict[str, tuple[Change, tuple[str, str]]] = {
    "no assessment": (head(impact_assessment=" "), ("CATALOG-01", "item.impact_assessment")),
    "the assessment is a word": (head(impact_assessment="无"), ("CATALOG-01", "item.impact_assessment")),
    "the assessment has no number": (head(impact_assessment="已完成"), ("CATALOG-01", "item.impact_assessment")),
    "public": (head(disclosure="public"), ("CATALOG-02", "item.disclosure")),
    "public in spite of a basis": (
        both(head(disclosure="public"), put("basis", BASIS | {"kind": "publish_natural_person"})),
        ("CATALOG-02", "item.disclosure"),
    ),
    "number without basis": (
        set_in("parameter", "name", "retention", basis=""),
        ("CATALOG-03", "parameter:retention"),
    ),
    "number on nothing": (
        set_in("parameter", "name", "retention", basis="暂无"),
        ("CATALOG-03", "parameter:retention"),
    ),
    "negative number": (set_in("parameter", "name", "retention", value=-1), ("CATALOG-03", "parameter:retention")),
    "number as text": (set_in("parameter", "name", "retention", value="5"), ("CATALOG-03", "parameter:retention")),
    "half a number": (set_in("parameter", "name", "retention", value=1.5), ("CATALOG-03", "parameter:retention")),
    "true as number": (set_in("parameter", "name", "retention", value=True), ("CATALOG-03", "parameter:retention")),
    "nothing to collect on": (without("basis", kind="collect"), ("CATALOG-04", "basis")),
    "collected on tomorrow's law": (
        set_in("basis", "kind", "collect", valid_from=date(2027, 1, 1)),
        ("CATALOG-04", "basis"),
    ),
    "collected on yesterday's law": (
        set_in("basis", "kind", "collect", valid_to=date(2026, 11, 22)),
        ("CATALOG-04", "basis"),
    ),
    "collected on a law that ended": (set_in("basis", "kind", "collect", law_code="T-OLD"), ("CATALOG-04", "basis")),
    "nothing to end the display": (without("basis", kind="period"), ("CATALOG-04", "basis")),
    "nothing to decide on": (without("basis", kind="act"), ("CATALOG-04", "basis")),
    "no law behind it": (without("basis", kind="act"), ("CATALOG-05", "basis")),
    "a rule behind it": (set_in("basis", "kind", "act", law_code="T-RULE"), ("CATALOG-05", "basis")),
    "an unnamed law behind it": (set_in("basis", "kind", "act", law_code=""), ("CATALOG-05", "basis")),
    "prohibited item": (head(name="婚姻登记"), ("CATALOG-06", "item.name")),
    "prohibited column": (put("field", COLUMN | {"name": "月 工资"}), ("CATALOG-06", "X")),
    "prohibited alias": (put("field", COLUMN | {"aliases": ["Ｄｎａ编号"]}), ("CATALOG-06", "X")),
    "prohibited value": (put("code", {"code_set": "state", "value": "无偿献血"}), ("CATALOG-06", "code:state")),
    "prohibited spelling of a value": (
        put("code", {"code_set": "state", "value": "甲", "aliases": ["宗教"]}),
        ("CATALOG-06", "code:state"),
    ),
    "prohibited heading": (
        put("format", {"code": "old", "name": "旧", "columns": {"婚姻状况": "CF_SY"}}),
        ("CATALOG-06", "format:old"),
    ),
    "a number in the open": (set_in("field", "role", "id_number", store="plain"), ("CATALOG-18", "CF_XDR_ZJHM")),
    "a number in a typed column": (set_in("field", "role", "id_number", store="column"), ("CATALOG-18", "CF_XDR_ZJHM")),
    "a name in the open": (set_in("field", "role", "person_name", store="plain"), ("CATALOG-18", "CF_XDR_MC")),
    "a name beside the vault": (set_in("field", "role", "person_name", store="sealed"), ("CATALOG-18", "CF_XDR_MC")),
    "a type of number in the open": (set_in("field", "role", "id_type", store="plain"), ("CATALOG-18", "CF_XDR_ZJLX")),
    "a second name": (put("field", COLUMN | {"kind": "name", "store": "identity"}), ("CATALOG-18", "X")),
    "a second number": (put("field", COLUMN | {"kind": "identity", "store": "sealed"}), ("CATALOG-18", "X")),
    "words in the open": (put("field", COLUMN | {"store": "plain"}), ("CATALOG-18", "X")),
    "words for the vault": (put("field", COLUMN | {"store": "identity"}), ("CATALOG-18", "X")),
    "an employer in the open": (put("field", COLUMN | {"kind": "uscc", "store": "plain"}), ("CATALOG-18", "X")),
    "an encrypted date": (put("field", COLUMN | {"kind": "date"}), ("CATALOG-18", "X")),
    "a decision of no date": (set_in("field", "role", "decided_on", kind="text"), ("CATALOG-18", "CF_JDRQ")),
    "a decision without date": (set_in("field", "role", "decided_on", required="no"), ("CATALOG-18", "CF_JDRQ")),
    "an authority by its name alone": (
        set_in("field", "role", "authority_code", kind="text"),
        ("CATALOG-18", "CF_CFJGDM"),
    ),
    "several classes": (set_in("field", "role", "severity", many=True), ("CATALOG-18", "CF_SXYZCD")),
    "values for a date": (set_in("field", "role", "decided_on", code_set="severity"), ("CATALOG-18", "CF_JDRQ")),
    "other types of numbers": (set_in("field", "role", "id_type", code_set="severity"), ("CATALOG-18", "CF_XDR_ZJLX")),
    "no document number": (set_in("field", "role", "doc_no", role=""), ("CATALOG-07", "role:doc_no")),
    "harm without its legal article": (without("field", role="basis"), ("CATALOG-07", "role:basis")),
    "harm whose legal article may be left out": (
        set_in("field", "role", "basis", required="no"),
        ("CATALOG-07", "role:basis"),
    ),
    "harm whose legal article depends": (
        set_in("field", "role", "basis", required="cond"),
        ("CATALOG-07", "role:basis"),
    ),
    "no letter": (head(notice_template=""), ("CATALOG-08", "item.notice_template")),
    "no class for those without": (without("code", identifier="UNDETERMINED"), ("CATALOG-08", "item.severity")),
    "a class without an end": (
        set_in("code", "identifier", "GENERAL", display_max=""),
        ("CATALOG-08", "code:severity"),
    ),
    "a class that nobody knows": (
        set_in("code", "identifier", "GENERAL", identifier="LOW"),
        ("CATALOG-08", "code:severity"),
    ),
    "no word on the class": (head(severity=""), ("CATALOG-08", "item.severity")),
    "no class": (head(severity="NONE"), ("CATALOG-08", "item.severity")),
    "class in a column that is not there": (
        set_in("field", "role", "severity", role=""),
        ("CATALOG-08", "item.severity"),
    ),
    "class of what is positive": (head(polarity="positive"), ("CATALOG-08", "item.severity")),
    "no waiting": (without("parameter", name="notice_wait"), ("CATALOG-08", "parameter:notice_wait")),
    "waiting for nothing": (
        set_in("parameter", "name", "notice_wait", value=0),
        ("CATALOG-08", "parameter:notice_wait"),
    ),
    "no retention": (without("parameter", name="retention"), ("CATALOG-09", "parameter:retention")),
    "no period of a class": (
        without("parameter", name="display_max_serious"),
        ("CATALOG-09", "parameter:display_max_serious"),
    ),
    "no period of a fixed class": (head(severity="SERIOUS"), ("CATALOG-09", "parameter:display_max")),
    "period not begun": (
        set_in("parameter", "name", "retention", valid_from=date(2027, 1, 1)),
        ("CATALOG-09", "parameter:retention"),
    ),
    "not begun when it begins": (
        both(head(effective_from="2027-06-01"), set_in("parameter", "name", "retention", valid_to=date(2027, 1, 1))),
        ("CATALOG-09", "parameter:retention"),
    ),
    "no way to tell minors": (
        without("parameter", name="act_look_back"),
        ("CATALOG-09", "parameter:act_look_back"),
    ),
    "a number with a gap": (
        both(
            set_in("parameter", "name", "retention", valid_to="2026-12-31"),
            put("parameter", NUMBER | {"name": "retention", "unit": "year", "valid_from": "2027-01-02"}),
        ),
        ("CATALOG-09", "parameter:retention"),
    ),
    "waiting for nothing later": (
        put("parameter", NUMBER | {"name": "notice_wait", "value": 0, "valid_from": "2030-01-01"}),
        ("CATALOG-08", "parameter:notice_wait"),
    ),
    "waiting in another unit": (
        set_in("parameter", "name", "notice_wait", unit="month"),
        ("CATALOG-08", "parameter:notice_wait"),
    ),
    "minors in an older row": (
        put("parameter", NUMBER | {"name": "adult_age", "unit": "year", "valid_from": "2020-01-01"}),
        ("CATALOG-10", "parameter:adult_age"),
    ),
    "an alias that is no text": (put("field", COLUMN | {"aliases": [["宗教"]]}), ("CATALOG-13", "X")),
    "aliases of a value as a text": (
        put("code", {"code_set": "severity", "value": "甲", "aliases": "乙"}),
        ("CATALOG-13", "code:severity"),
    ),
    "a format that maps to a list": (
        put("format", {"code": "a", "name": "甲", "columns": {"乙": ["CF_SY"]}}),
        ("CATALOG-13", "format:a"),
    ),
    "values that are no table of tables": (
        put("format", {"code": "a", "name": "甲", "values": {"CF_SY": "乙"}}),
        ("CATALOG-13", "format:a"),
    ),
    "a column that is no object": (lambda made: made["field"].append("CF_X"), ("CATALOG-13", "field")),
    "sealed words as a text": (lambda made: made.update(sealed={"text_words": "拘留"}), ("CATALOG-13", "sealed")),
    "columns of organisations as a list": (
        lambda made: made.update(organisation_only=["CF_FR"]),
        ("CATALOG-13", "organisation_only"),
    ),
    "shown for longer than its class": (
        set_in("parameter", "name", "display_max_general", value=13, unit="month"),
        ("CATALOG-15", "parameter:display_max_general"),
    ),
    "shown for longer later": (
        put("parameter", NUMBER | {"name": "display_max_minor", "valid_from": "2030-01-01"}),
        ("CATALOG-15", "parameter:display_max_minor"),
    ),
    "shown by the number of another class": (
        set_in("code", "identifier", "GENERAL", display_max="display_max_serious"),
        ("CATALOG-15", "parameter:display_max_serious"),
    ),
    "a fixed class with the period of a graver one": (
        both(head(severity="GENERAL"), put("parameter", NUMBER | {"name": "display_max", "value": 2, "unit": "year"})),
        ("CATALOG-15", "parameter:display_max"),
    ),
    "a period that cannot be compared": (
        set_in("parameter", "name", "display_max_general", unit="working_day"),
        ("CATALOG-15", "parameter:display_max_general"),
    ),
    "shown by a shortest period": (
        set_in("parameter", "name", "display_min_general", value=13),
        ("CATALOG-15", "parameter:display_min_general"),
    ),
    "kept for too long": (
        set_in("parameter", "name", "retention", value=61, unit="month"),
        ("CATALOG-15", "parameter:retention"),
    ),
    "nobody named to report": (lambda made: made["item"].pop("providers"), ("CATALOG-16", "item.providers")),
    "whoever reports is no list": (head(providers="*"), ("CATALOG-16", "item.providers")),
    "a provider with a wrong code": (head(providers=["110909009000000144"]), ("CATALOG-16", "item.providers")),
    "organisations": (head(subject="organisation"), ("CATALOG-10", "item.subject")),
    "minors": (set_in("parameter", "name", "adult_age", value=16), ("CATALOG-10", "parameter:adult_age")),
    "unknown code set": (set_in("field", "role", "severity", code_set="none"), ("CATALOG-11", "CF_SXYZCD")),
    "no types of documents": (without("code", code_set="id_type"), ("CATALOG-11", "CF_XDR_ZJLX")),
    "no type of document is taken": (
        set_in("code", "code_set", "id_type", accepted=False),
        ("CATALOG-11", "CF_XDR_ZJLX"),
    ),
    "value needs an unknown column": (
        put("code", {"code_set": "severity", "value": "甲", "needs": "NONE"}),
        ("CATALOG-11", "code:severity"),
    ),
    "format leads nowhere": (
        put("format", {"code": "old", "name": "旧", "columns": {"甲": "NONE"}}),
        ("CATALOG-11", "format:old"),
    ),
    "format fills nothing": (
        put("format", {"code": "old", "name": "旧", "defaults": {"NONE": "甲"}}),
        ("CATALOG-11", "format:old"),
    ),
    "unknown law": (set_in("basis", "kind", "act", law_code="NONE"), ("CATALOG-11", "basis:4")),
    "column twice": (put("field", COLUMN | {"code": "CF_SY"}), ("CATALOG-12", "CF_SY")),
    "column of persons and organisations": (
        lambda made: made["organisation_only"].update(CF_SY="违法事实"),
        ("CATALOG-12", "CF_SY"),
    ),
    "role twice": (put("field", COLUMN | {"role": "doc_no"}), ("CATALOG-12", "role:doc_no")),
    "number twice": (both(put("parameter", NUMBER), put("parameter", NUMBER)), ("CATALOG-12", "parameter:n")),
    "format twice": (
        both(put("format", {"code": "a", "name": "甲"}), put("format", {"code": "a", "name": "乙"})),
        ("CATALOG-12", "format:a"),
    ),
    "nobody provides it": (head(provider=" — "), ("CATALOG-13", "item.provider")),
    "on no law": (set_in("basis", "kind", "act", law="待定"), ("CATALOG-13", "basis:4")),
    "a column of no length": (set_in("field", "code", "CF_SY", length=0), ("CATALOG-13", "CF_SY")),
    "a length in words": (set_in("field", "code", "CF_SY", length="abc"), ("CATALOG-13", "CF_SY")),
    "more digits after the point than in all": (
        set_in("field", "code", "CF_NR_FK", precision=4),
        ("CATALOG-13", "CF_NR_FK"),
    ),
    "a column for files that withdraw": (put("field", COLUMN | {"role": "withdraw_reason"}), ("CATALOG-13", "X")),
    "values of every date": (put("code", {"code_set": "date", "value": "甲"}), ("CATALOG-13", "code:date")),
    "a number that nobody can check": (
        set_in("code", "code_set", "id_type", identifier=""),
        ("CATALOG-13", "code:id_type"),
    ),
    "a sealed word of no letters": (
        lambda made: made["sealed"].update(text_words=["，"]),
        ("CATALOG-13", "sealed"),
    ),
    "a sealed value of no letters": (
        put("code", {"code_set": "penalty_category", "value": "—", "sealed": True}),
        ("CATALOG-13", "code:penalty_category"),
    ),
    "markers as a text": (
        put("format", {"code": "a", "name": "甲", "markers": "CF_WSH"}),
        ("CATALOG-13", "format:a"),
    ),
    "kept for working days": (
        set_in("parameter", "name", "retention", unit="working_day"),
        ("CATALOG-13", "parameter:retention"),
    ),
    "reported within months": (
        set_in("parameter", "name", "report_within", unit="month"),
        ("CATALOG-13", "parameter:report_within"),
    ),
    "reported beyond the calendar": (
        set_in("parameter", "name", "report_within", value=61),
        ("CATALOG-13", "parameter:report_within"),
    ),
    "nobody is old enough": (
        set_in("parameter", "name", "adult_age", value=101),
        ("CATALOG-13", "parameter:adult_age"),
    ),
    "no item": (lambda made: made.pop("item"), ("CATALOG-13", "item.code")),
    "no name": (head(name=""), ("CATALOG-13", "item.name")),
    "no provider": (head(provider=None), ("CATALOG-13", "item.provider")),
    "unknown polarity": (head(polarity="bad"), ("CATALOG-13", "item.polarity")),
    "code in small letters": (head(code="xzcf"), ("CATALOG-13", "item.code")),
    "no such day": (head(effective_to="2026-02-30"), ("CATALOG-13", "item.effective_to")),
    "no columns": (lambda made: made.update(field={}), ("CATALOG-13", "field")),
    "unknown kind of column": (put("field", COLUMN | {"kind": "picture"}), ("CATALOG-13", "X")),
    "unknown role": (put("field", COLUMN | {"role": "spouse"}), ("CATALOG-13", "X")),
    "unknown unit": (put("parameter", NUMBER | {"unit": "week"}), ("CATALOG-13", "parameter:n")),
    "number without first day": (put("parameter", NUMBER | {"valid_from": ""}), ("CATALOG-13", "parameter:n")),
    "number that ends before it begins": (
        put("parameter", NUMBER | {"valid_to": "2025-12-31"}),
        ("CATALOG-13", "parameter:n"),
    ),
    "unknown kind of basis": (put("basis", BASIS | {"kind": "feeling"}), ("CATALOG-13", "basis:8")),
    "basis without law": (put("basis", BASIS | {"law": ""}), ("CATALOG-13", "basis:8")),
    "basis without first day": (put("basis", BASIS | {"valid_from": "2026-13-01"}), ("CATALOG-13", "basis:8")),
    "value without text": (put("code", {"code_set": "severity"}), ("CATALOG-13", "code:severity")),
    "format without name": (put("format", {"code": "a"}), ("CATALOG-13", "format:a")),
}
"""What is wrong -> how it came about, and the rule and place that must be named."""

GOOD: dict[str, Change] = {
    "as it is": lambda made: None,
    "a sealed value may be named, to be refused": put(
        "code", {"code_set": "penalty_category", "value": "强制戒毒", "sealed": True}
    ),
    "a value that is not taken": put("code", {"code_set": "state", "value": "婚姻", "accepted": False}),
    "a heading that is not taken": put("format", {"code": "old", "name": "旧", "columns": {"婚姻状况": ""}}),
    "arrears of wages are no wage": head(name="拖欠农民工工资"),
    "a law ends, another holds": put("basis", BASIS | {"kind": "collect", "valid_to": date(2026, 2, 1)}),
    "a fixed class with its period": both(head(severity="SERIOUS"), put("parameter", NUMBER | {"name": "display_max"})),
    "an assessment by another numbering": head(impact_assessment="盐信评〔2026〕3号"),
    "a column of every kind": both(
        *(
            put("field", COLUMN | {"code": f"X{at}", "kind": kind, "store": store})
            for at, (kind, store) in enumerate(
                [("text", "sealed"), ("uscc", "sealed"), ("date", "plain"), ("number", "plain"), ("bool", "plain")]
            )
        ),
        put("field", COLUMN | {"kind": "code", "store": "plain", "code_set": "penalty_category", "many": True}),
    ),
    "a number that no file is judged by": put("parameter", NUMBER | {"unit": "working_day"}),
    "nobody reports yet": head(providers=[]),
    "one organisation reports": head(providers=[OFFICE]),
    "kept for exactly as long": set_in("parameter", "name", "retention", value=60, unit="month"),
    "a number after another": both(
        set_in("parameter", "name", "retention", valid_to="2026-12-31"),
        put("parameter", NUMBER | {"name": "retention", "unit": "year", "valid_from": "2027-01-01"}),
    ),
    "a number ends with the item": both(
        head(effective_to="2026-12-31"), set_in("parameter", "name", "retention", valid_to="2026-12-31")
    ),
    "no prohibited words yet": head(effective_from="2027-01-01"),
}
