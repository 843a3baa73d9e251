"""Functions of the database: they are the only doors, so everything about them is stated and compared."""

from __future__ import annotations

from typing import Any

import pytest

from chengxin.kernel.retention import Scope
from inspections.catalog import ROLES, Connection, Function, functions, named, query, reach
from inspections.grants import (
    ACTS,
    EXECUTES,
    INTERNAL_TABLE_ROWS,
    LOOK,
    READS_WITHOUT_LOOK,
    READS_WITHOUT_SHOWN,
    WRITES_WITHOUT_ACT,
)
from tools import house

pytestmark = pytest.mark.database

SEARCH_PATH = "search_path=pg_catalog, cx, pg_temp"

<<<<<<< HEAD
=======
EVERYBODY = {"ledger_today_v1", "ledger_own_act_v1", "ledger_whoami_v1", "ledger_session_close_v1", "people_self_v1"}
INTAKE = {"intake_open_v1", "intake_admit_v1", "intake_outcomes_v1", "intake_found_v1", "intake_close_v1"} | {
    "intake_upload_v1", "intake_go_on_v1", "intake_blocks_v1", "intake_batches_v1", "intake_findings_v1"
}  # fmt: skip
SEQUENCER = {"begin", "take", "append", "cosign", "witnessed", "halt", "thin"}
LOG_READERS = {"head", "tile", "status", "logs", "audits"}
"""Public: hashes, signatures, and how the log stands."""
AUDITOR = {"before", "part", "apart", "waiting", "sizes", "audited"}
ROTATED = ("people", "records", "notice", "redress", "belonging", "intake")
"""Rooms that keep wrapped keys."""
EXECUTES: dict[str, set[str]] = {
    "web": EVERYBODY
    | INTAKE
    | {"people_self_look_v1", "people_identity_v1", "people_traces_v1", "people_my_looks_v1"}
    | {"people_duty_end_v1", "people_account_disable_v1", "people_organisation_ask_v1", "people_answers_v1"}
    | {"people_accounts_v1", "people_duties_v1", "people_matters_v1", "people_past_v1"}
    | {"ledger_seen_v1", "ledger_sessions_v1", "ledger_sessions_end_v1"}
    | {"people_code_issue_v1", "people_realname_own_v1"}
    | {"intake_summary_v1", "intake_held_v1", "intake_decide_v1", "intake_quality_v1", "intake_backlog_v1"}
    | {"intake_dismiss_v1"}
    | {"records_own_v1", "records_steps_v1", "records_accept_v1"}
    | {"notice_letters_v1", "notice_serve_v1", "notice_copy_own_v1", "notice_events_own_v1", "notice_contacts_own_v1"}
    | {"notice_contact_set_v1", "notice_desk_v1", "notice_counts_v1", "notice_events_desk_v1", "notice_renew_v1"}
    | {"notice_recheck_look_v1", "notice_recheck_contacts_v1", "notice_publish_v1", "notice_publics_v1"}
    | {"redress_object_v1", "redress_decide_v1", "redress_queue_v1", "redress_look_v1", "redress_own_v1"}
    | {"redress_cases_v1", "redress_record_v1", "redress_steps_v1"}
    | {"lookup_look_v1", "lookup_check_v1", "lookup_match_look_v1", "lookup_matched_v1"}
    | {"people_ask_v1", "people_told_v1", "people_line_v1", "people_coverage_v1", "people_checked_v1"}
    | {"catalog_versions_v1", "catalog_steps_v1", "catalog_tasks_v1", "catalog_draft_v1", "catalog_save_v1"}
    | {"catalog_step_v1"}
    | {"people_files_v1", "people_file_look_v1", "people_identities_v1", "ledger_file_act_v1"}
    | {"belonging_find_look_v1", "belonging_found_v1", "belonging_move_v1", "belonging_pair_v1", "belonging_queue_v1"}
    | {"belonging_pair_note_v1"}
    | {"belonging_doubts_v1", "belonging_look_v1", "belonging_pair_look_v1", "belonging_matter_v1"}
    | {"belonging_records_v1", "belonging_decide_v1", "belonging_inbox_v1", "belonging_confirm_v1"}
    | {"belonging_own_v1", "belonging_told_v1"}
    | {f"belonging_kin_{what}_v1" for what in ("find", "file", "look", "one", "records", "decide", "object")}
    | {"belonging_kin_v1"}
    | {"people_opening_v1", "people_secrecy_propose_v1", "people_secrecy_step_v1", "people_secrecies_v1"}
    | {"lookup_usage_look_v1", "lookup_usage_v1", "lookup_usage_since_v1", "ledger_minimum_v1"}
    | {"lookup_mandate_give_v1", "lookup_mandate_end_v1", "lookup_mandates_v1"}
    | {"oversight_report_v1", "oversight_step_v1", "oversight_events_v1", "oversight_lines_v1"}
    | {"oversight_recipients_v1", "oversight_own_v1", "oversight_organisations_v1"}
    | {"oversight_published_v1", "oversight_paper_step_v1", "oversight_papers_v1"}
    | {"oversight_work_v1", "oversight_jobs_v1"}
    | {f"ledger_log_{what}_v1" for what in LOG_READERS | {"day"}},
    "worker": EVERYBODY
    | INTAKE
    | {"belonging_follow_v1", "belonging_follow_parted_v1", "notice_standing_v1"}
    | {"ledger_outbox_take_v1", "notice_issue_v1", "records_wait_over_v1", "people_identity_v1"}
    | {"notice_take_v1", "notice_errand_look_v1", "notice_address_v1", "notice_errand_record_v1", "notice_keep_v1"}
    | {"notice_settle_v1", "notice_referred_v1", "notice_report_v1", "notice_deem_v1"}
    | {"catalog_versions_v1", "catalog_steps_v1", "catalog_tick_v1"}
    | {"intake_take_v1", "intake_lease_v1", "intake_settle_v1", "intake_sweep_v1"}
    | {f"{room}_{what}_v1" for room in ROTATED for what in ("wrapped", "rewrap", "wraps")}
    | {"people_rotated_v1", "people_rotations_v1", "people_stale_v1", "people_answers_v1"}
    | {"people_secrecy_publish_v1", "expiry_lines_v1", "ledger_erased_v1"}
    | {"people_ask_v1", "people_told_v1", "people_changing_v1", "people_change_v1"}
    | {f"ledger_log_{what}_v1" for what in LOG_READERS | AUDITOR},
    "engine": EVERYBODY | {"records_wait_over_v1"},
    "signin": {"people_session_open_v1", "people_stepped_up_v1", "people_credential_v1", "people_signed_v1"}
    | {"people_code_redeem_v1", "people_citizen_enter_v1", "people_citizen_register_v1"}
    | {"people_ways_v1", "people_passkeys_v1", "people_passkey_v1", "people_passkey_used_v1", "people_passkey_add_v1"}
    | {"people_passkey_remove_v1", "people_secrets_set_v1", "people_recovery_set_v1"}
    | {
        "people_errand_v1",
        "people_account_make_v1",
        "people_duty_grant_v1",
        "people_account_reset_v1",
        "people_decide_v1",
    }
    | {"ledger_own_act_v1"},
    "points": set(),  # no way to anything adverse: it reads the catalog's tables and nothing else
    "log": {f"ledger_log_{what}_v1" for what in SEQUENCER | LOG_READERS | AUDITOR},
    "backup": set(),  # replicates physically
}
"""Role -> functions. A new grant is a conscious act: write it here too, and say in the commit why the role needs it."""

LOOK = frozenset({"ledger_require_look_v1", "ledger_require_looks_v1", "redress_record_of_v1"})
"""Those that raise LOOK-01: for one, for many at once, and for the case that an officer's look names."""
ACTS = frozenset({"ledger_require_acts_v1", "ledger_act_v1", "people_enrol_act_v1"})
"""Those that open an act or raise ACT-01: the ledger's, and one for every change of the own credentials."""

READS_WITHOUT_LOOK: dict[str, str] = {
    "ledger_whoami_v1": "a token tells only about itself",
    "people_self_v1": "the account behind the own token",
    "people_my_looks_v1": "the account's own look-ups; no person is named",
    "people_code_redeem_v1": "sign-in role only: takes a code whose hash fits, answers its id",
    "people_credential_v1": "sign-in role only: what proves an account",
    "people_passkey_v1": "sign-in role only: what proves an account",
    "people_passkeys_v1": "sign-in role only: the own passkeys",
    "people_ways_v1": "sign-in role only: which credentials the own account has",
    "ledger_sessions_v1": "a token tells only about its own account",
    "lookup_look_v1": "registers the look itself; answers decoys, known person or not",
    "lookup_match_look_v1": "registers the look itself; answers a decoy, known person or not",
    "people_told_v1": "whether the question was this actor's own act, which is about nobody; answers nothing",
    "people_coverage_v1": "counts of persons by kind of document; asks the verifier",
    "people_line_v1": "two counts; no person is named",
    "people_changing_v1": "worker only: for whom a change of the population database is sealed; asks the verifier",
    "people_change_v1": "worker only: writes the change under its act at the person, answers a word; asks the verifier",
    "redress_look_v1": "registers the look itself, at the person of an open case",
    "people_self_look_v1": "registers the look itself, at the session's own person",
    "people_files_v1": "a token tells only about itself: the files of its own human",
    "people_file_look_v1": "registers the look itself, at a file of the session's own human",
    "belonging_find_look_v1": "registers the look itself; answers a decoy, known person or not",
    "belonging_look_v1": "registers the look itself, at one side of a matter that waits",
    "belonging_pair_look_v1": "registers the look itself, at one side of a change or merge that can be proposed about",
    "belonging_queue_v1": "numbers and days of matters, no identity; asks the verifier; opening one takes a look",
    "belonging_doubts_v1": "kind and day of changes that wait, no identity; asks the verifier",
    "belonging_pair_v1": "proposes under acts at both files; answers nothing",
    "belonging_decide_v1": "decides under acts at everybody it touches; answers nothing",
    "belonging_follow_parted_v1": "worker only: writes who had been shown the other file's records; answers a count",
    "people_matters_v1": "only whether two accounts are one human's, under any number; names nobody",
    "oversight_papers_v1": "only whether two accounts are one human's, under any number; names nobody",
    "oversight_events_v1": "only whether two accounts are one human's, under any number; names nobody",
    "belonging_follow_v1": "worker only: writes down who had been shown a moved record, under acts; answers a count",
    "belonging_inbox_v1": "the own organisation's case numbers, nobody's name; asks the verifier",
    "belonging_confirm_v1": "the organisation's confirmation under its act at the person; answers nothing",
    "belonging_kin_find_v1": "registers the look itself; answers a decoy, known person or not",
    "belonging_kin_look_v1": "registers the look itself, at the deceased of an application",
    "belonging_kin_v1": "numbers and days of applications, no identity; asks the verifier; opening one takes a look",
    "belonging_kin_decide_v1": "decides under its act at the deceased; answers nothing",
    "belonging_kin_object_v1": "objects under its act at the deceased, by a granted application",
    "notice_standing_v1": "worker only: letters of somebody whose death was told, under acts; answers a count",
    "redress_queue_v1": "numbers and dates of open cases, no identity; asks the verifier; opening a case takes a look",
    "oversight_work_v1": "counts and times of what waits; asks the verifier",
    "ledger_outbox_take_v1": "worker only: ids of what happened, no content",
    "ledger_log_take_v1": "role log only: commitments of lines in their order, which say nothing without their salt",
    "ledger_log_part_v1": "log and worker: counts of lines that agree with the log or not, and the first place",
    "ledger_log_waiting_v1": "log and worker: how many lines are not in the log yet",
    "notice_take_v1": "worker only: ids of attempts that are due, no content; asks the verifier",
    "notice_errand_look_v1": "registers the look itself, at whom a placed attempt is for",
    "notice_recheck_look_v1": "registers the look itself, at whom an undeliverable letter is for",
    "notice_referred_v1": "worker only: which attempt a reference names; asks the verifier",
    "notice_publics_v1": "masked names and numbers that a lawful public notice shows to everybody",
    "notice_desk_v1": "numbers and dates of letters on their way, no identity; asks the verifier",
    "notice_counts_v1": "four counts; asks the verifier",
    "notice_events_desk_v1": "channels and days of one letter, no identity; asks the verifier",
    "intake_sweep_v1": "worker only: deletes what is left on the stage, answers a count",
    "expiry_lines_v1": "worker only: destroys lines past their time, answers counts; asks the verifier",
    "people_secrecy_publish_v1": "worker only: the number of a year, no person; asks the verifier",
    "lookup_usage_look_v1": "registers the look itself; answers a decoy, known person or not",
    "lookup_usage_since_v1": "one moment, no person; asks the verifier",
    "intake_findings_v1": "what became of rows of the own organisation: no person, no content; asks the verifier",
    "intake_held_v1": "numbers and dates of rows that wait for a human, no identity; asks the verifier",
    "intake_batches_v1": "the own organisation's batches: counts, no row and no person; asks the verifier",
    "intake_backlog_v1": "counts of rows that wait, by department; asks the verifier",
} | {
    f"{room}_{what}_v1": "wrapped keys or their number, nothing of what they seal; security administrator only"
    for room in ROTATED
    for what in ("wrapped", "rewrap", "wraps")
}
"""Granted functions that read about persons without a look, each with its reason."""

READS_WITHOUT_SHOWN: dict[str, str] = {
    "notice_letters_v1": "opens for person.own only: the reader is the person",
    "notice_copy_own_v1": "opens for person.own only: the reader is the person",
    "notice_events_own_v1": "opens for person.own only: the reader is the person",
    "notice_keep_v1": "answers the words made from what the same look was shown a moment ago",
    "notice_contacts_own_v1": "opens for person.own only: the reader is the person",
    "people_realname_own_v1": "opens for person.own only: the reader is the person",
    "belonging_own_v1": "opens for person.own only: the reader is the person",
    "belonging_told_v1": "opens for person.own only: the reader is the person",
}
"""Functions that check a look and leave no line of what was shown. Without a line the person reads 可能已查看; but when
another read of the same look says "nothing found", silence would make that a lie."""

WRITES_WITHOUT_ACT: dict[str, str] = {
    "ledger_act_v1": "writes the acts themselves",
    "ledger_look_v1": "writes the looks themselves",
    "ledger_shown_v1": "writes what a look was shown",
    "ledger_emit_v1": "messages of ids, in the transaction of the act they follow from",
    "ledger_outbox_take_v1": "marks messages as handed on",
    "ledger_log_begin_v1": "role log only: the log begins; nobody is in it",
    "ledger_log_follow_v1": "owner only: a new log after a loss, at the console",
    "ledger_log_lease_v1": "granted to nobody: the sequencer's lease, inside the taking of a batch",
    "ledger_log_take_v1": "role log only: the lease, and that nothing waits",
    "ledger_log_clear_v1": "granted to nobody: since when nothing waits",
    "ledger_log_append_v1": "role log only: hashes after the log's end; acts themselves are its leaves",
    "ledger_log_cosign_v1": "role log only: a witness's signature under a checkpoint",
    "ledger_log_witnessed_v1": "role log only: the time of the last quorum, never one to come",
    "ledger_log_halt_v1": "role log only: the log must not go on",
    "ledger_log_thin_v1": "role log only: checkpoints nobody cosigned, a day old; no line is in them",
    "ledger_log_audited_v1": "log and worker: what an audit found, without any line's content",
    "ledger_session_open_v1": "before it there is no session to act under; internal, people opens it for an account",
    "ledger_session_close_v1": "ends the own session",
    "ledger_seen_v1": "when the own session was last used, to the minute",
    "ledger_sessions_close_v1": "granted to nobody: ends the sessions of an account that is being reset",
    "ledger_sessions_end_v1": "ends the other sessions of the own account",
    "people_renew_v1": "granted to nobody: what a confirmed reset ends, under the act that confirms it",
    "people_challenge_v1": "granted to nobody: which random numbers were answered",
    "people_passkey_used_v1": "sign-in role only: counts uses, before there is a session",
    "ledger_stepped_up_v1": "granted to nobody: when the own session was last proved anew",
    "people_signed_v1": "sign-in role only: counts failures, locks",
    "people_code_redeem_v1": "sign-in role only: uses up a code of the window, counts and locks",
    "people_account_open_v1": "owner only: citizens, machines, the platform itself, and those of a demo",
    "people_stale_v1": "worker only: disables accounts of officials that nobody uses; a person is not in it",
    "people_note_v1": "granted to nobody: the doors of the administrators call it under their act",
    "people_organisation_do_v1": "granted to nobody: what a decision brings, under its act",
    "people_told_v1": "numbers of an answer, to a question that an act of the same actor opened",
    "ledger_close_of_v1": "granted to nobody: a change that says somebody died calls it under its act",
    "people_rest_v1": "granted to nobody: the same, for accounts",
    "people_wake_v1": "granted to nobody: the same, when it was a mistake or files were taken apart",
    "people_reidentify_v1": "granted to nobody: a change of the population database calls it under its act",
    "catalog_write_v1": "granted to nobody: the doors of the catalog call it under their act, a migration for the seed",
    "catalog_effect_v1": "granted to nobody: what a publication brings, under the act of its step",
    "notice_reopen_v1": "granted to nobody: makes the list of open letters again from letters and evidence",
    "intake_found_v1": "findings without content, in a batch that an act opened; asks the verifier",
    "intake_take_v1": "worker only: the lease of an upload that an act brought",
    "intake_lease_v1": "worker only: the same lease, longer",
    "intake_settle_v1": "worker only: what became of an upload that an act brought",
    "intake_sweep_v1": "worker only: destroys files whose time is over; persons are not in it",
    "ledger_past_v1": "granted to nobody: a number of the log, which expiry says with the lines it destroys",
    "ledger_erase_v1": "granted to nobody: expiry calls it, and writes the act with its number in the same transaction",
    "people_secrecy_publish_v1": "worker only: the number of a year that ended, counted once",
    "intake_take_in_v1": "granted to nobody: rows and held rows go in under acts of intake_write_v1 and intake_hold_v1",
    "intake_release_v1": "granted to nobody: the certifying door calls it under its act; writes the stage alone",
    "intake_keyed_v1": "granted to nobody: which row puts which right, in a batch that an act opened",
    "intake_replace_v1": "granted to nobody: ends what the batch replaces, under the act that closes it",
} | {
    f"{room}_rewrap_v1": "wraps keys anew under a rotation that an act began; what they seal stays as it is"
    for room in ROTATED
}
"""Functions that write a table without asking for an act, each with its reason."""

INTERNAL_TABLE_ROWS = {
    "ledger_log_lease_v1": "granted to nobody: the row that the sequencer's functions hold",
    "records_latest_v1": "granted to nobody: read by the functions of its own room only",
    "records_hold_v1": "granted to nobody: holds a record while a step of it is decided",
    "records_staged_v1": "granted to nobody: a row of the stage, which is dropped with its columns",
}
"""Functions that answer SETOF a table; a granted one would break its callers at ADD COLUMN."""

>>>>>>> mend5

def unsafe(connection: Connection) -> list[str]:
    """Functions whose owner, body or settings leave a way past the guards."""
    found = []
    for f in functions(connection).values():
        if f.owner != "owner":
            found.append(f"{f.name} belongs to {f.owner}: functions belong to owner, which is no superuser")
        if f.language == "sql" and not f.atomic:
            found.append(f"{f.name} has a quoted body: write BEGIN ATOMIC, so that names are bound when it is made")
        if f.language == "plpgsql" and f.settings != (SEARCH_PATH,):
            found.append(f"{f.name}: plpgsql needs exactly `set {SEARCH_PATH.replace('=', ' = ', 1)}`")
        if f.language == "sql" and f.settings:
            found.append(f"{f.name} changes settings {f.settings}: an atomic body needs none")
        if f.language not in {"sql", "plpgsql"}:
            found.append(f"{f.name} is written in {f.language}: only sql and plpgsql")
        if f.language == "plpgsql" and "execute" in f.body:
            found.append(f"{f.name} runs dynamic SQL: write the statement out")
        if f.defaults:
            found.append(f"{f.name} has default arguments: they make overloads ambiguous, pass every argument")
        if f.executors and not f.definer:
            found.append(f"{f.name} is granted but no SECURITY DEFINER: roles have no privileges it could use")
        if f.returns_table and (f.executors or f.name not in INTERNAL_TABLE_ROWS):
            found.append(f"{f.name} returns SETOF a table: make a frozen row type _vN")
    names = [
        name for (name,) in query(connection, "select proname from pg_proc where pronamespace = 'cx'::regnamespace")
    ]
    found += [f"{name} is overloaded: give the other one its own name" for name in set(names) if names.count(name) > 1]
    found += [f"{name}: end its name with _vN" for name in names if name.rsplit("_v", 1)[-1].isdigit() is False]
    return sorted(found)


def wrong_grants(connection: Connection) -> list[str]:
    """Differences between what roles may execute and what stands in this file."""
    found = []
    every = functions(connection)
    for role in (*ROLES, "PUBLIC"):
        stated = EXECUTES.get(role, set())
        granted = {f.name for f in every.values() if role in f.executors}
        found += [f"{role} may execute {name}: revoke it, or state it in EXECUTES" for name in sorted(granted - stated)]
        found += [
            f"{role} may not execute {name}: grant it, or take it out of EXECUTES" for name in sorted(stated - granted)
        ]
    known = {*ROLES, "PUBLIC"}
    found += [
        f"{f.name} is granted to {sorted(f.executors - known)}: no such role"
        for f in every.values()
        if f.executors - known
    ]
    return found


def unlooked(connection: Connection) -> list[str]:
    """Granted functions that come to a table about persons without asking for a look or an act."""
    every = functions(connection)
    about = {name for name, table in house.tables().items() if table.scope in {Scope.PERSON, Scope.LOOKUP}}
    found = []
    for f in every.values():
        if not f.executors:
            continue
        inside = [every[name] for name in reach(every, f.name) if name == f.name or not name.startswith("ledger_")]
        touched = {table for one in inside for table in one.reads | one.writes} & about
        guarded = bool(f.calls & LOOK if _reads_out(f) else reach(every, f.name) & (LOOK | ACTS))
        if touched and not guarded and f.name not in READS_WITHOUT_LOOK:
            found.append(
                f"{f.name} reads {', '.join(sorted(touched))} without a look: call {' or '.join(sorted(LOOK))} first, "
                "or state in READS_WITHOUT_LOOK why not"
            )
        if f.calls & LOOK and f.volatility != "v":
            found.append(f"{f.name} checks a look but is not VOLATILE: the planner may run it when it likes")
    return found


def unshown(connection: Connection) -> list[str]:
    """Granted functions that read under a look without writing down what it was shown."""
    return [
        f"{f.name} reads under a look and does not say what was shown: call ledger_shown_v1, "
        "or state in READS_WITHOUT_SHOWN why not"
        for f in functions(connection).values()
        if f.executors and f.calls & LOOK and "ledger_shown_v1" not in f.calls and f.name not in READS_WITHOUT_SHOWN
    ]


def _reads_out(f: Function) -> bool:
    """Whether a function exists to tell something: it answers rows and writes nothing under an act."""
    return f.returns_set and not f.calls & ACTS


def unacted(connection: Connection) -> list[str]:
    """Functions that write a table without asking for an act themselves."""
    return [
        f"{f.name} writes {', '.join(sorted(f.writes))} without an act: call {' or '.join(sorted(ACTS))} first, "
        "or state in WRITES_WITHOUT_ACT why not"
        for f in functions(connection).values()
        if f.writes and not f.calls & ACTS and f.name not in WRITES_WITHOUT_ACT
    ]


CHECKS = (unsafe, wrong_grants, unlooked, unshown, unacted)

_ATOMIC = "language sql volatile security definer begin atomic"
_DEFINER = f"create function cx.planted_v1() returns integer {_ATOMIC} select 1; end"
_GRANT = "grant execute on function cx.planted_v1 to web"


def _answering(rows: str) -> str:
    """A granted function that answers these rows of a person."""
    row = "create type cx.planted_row_v1 as (person uuid)"
    made = f"create function cx.planted_v1(p uuid) returns setof cx.planted_row_v1 {_ATOMIC} {rows}; end"
    return f"{row}; {made}; {_GRANT}"


PLANTED = {
    unsafe: (
        "create function cx.planted_v1() returns integer language sql as 'select 1'",
        "create function cx.planted_v1() returns void language plpgsql security definer as 'begin end'",
        "create function cx.planted_v1() returns void language plpgsql set search_path = cx as 'begin end'",
        "create function cx.planted_v1(p integer default 1) returns integer language sql begin atomic select p; end",
        "create function cx.planted() returns integer language sql begin atomic select 1; end",
        "create function cx.refuse_v1(p integer) returns integer language sql begin atomic select p; end",
        "grant execute on function cx.records_gate_v1(uuid[]) to web",
    ),
    wrong_grants: (
        "grant execute on function cx.people_open_v1 to web",
        "grant execute on function cx.people_identity_v1 to public",
        "grant execute on function cx.ledger_today_v1() to points",
        "revoke execute on function cx.lookup_check_v1 from web",
        f"{_DEFINER}; grant execute on function cx.planted_v1() to worker",
    ),
    unlooked: (
        _answering("select r.person from cx.records_record r where r.person = p"),
        _answering("select g.person from cx.records_gate_v1(array[p]) g"),
    ),
    unshown: (
        f"create function cx.planted_v1(t bytea, p uuid, l uuid) returns bigint {_ATOMIC} "
        "select cx.ledger_require_look_v1(t, p, l, 'person.own'); "
        f"select count(*) from cx.records_record r where r.person = p; end; {_GRANT}",
    ),
    unacted: (
        f"create function cx.planted_v1(p uuid) returns void {_ATOMIC} "
        "delete from cx.people_identity where person = p; end",
    ),
}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_functions(check: Any, owner: Connection) -> None:
    assert check(owner) == []


@pytest.mark.parametrize(
    ("check", "statement"), [(check, sql) for check, planted in PLANTED.items() for sql in planted], ids=named
)
def test_inspection_finds_what_is_planted(check: Any, statement: str, owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        before = check(owner)
        owner.execute(statement.encode())
        assert len(check(owner)) > len(before)


def test_default_privileges_give_the_public_nothing(owner: Connection) -> None:
    with owner.transaction(force_rollback=True):
        owner.execute(_DEFINER.encode())
        assert functions(owner)["planted_v1"].executors == frozenset()


def test_what_a_role_can_execute_as_postgresql_judges_it(owner: Connection) -> None:
    found = query(
        owner,
        "select r.rolname, p.proname from pg_roles r, pg_proc p where r.rolname = any (%s) "
        "and p.pronamespace = 'cx'::regnamespace and has_function_privilege(r.oid, p.oid, 'EXECUTE')",
        list(ROLES),
    )
    assert set(found) == {(role, name) for role, names in EXECUTES.items() for name in names}


def test_files_say_what_the_database_grants(owner: Connection) -> None:
    """The grants as the SQL files say them, from which docs/reference/permissions.md is made."""
    stated = {(grant.role, grant.function) for grant in house.grants()}
    assert stated == {(role, f.name) for f in functions(owner).values() for role in f.executors}


def test_exceptions_are_still_needed(owner: Connection) -> None:
    every = functions(owner)
    stale = [name for name in READS_WITHOUT_LOOK if name not in every or every[name].calls & LOOK]
    stale += [name for name in READS_WITHOUT_SHOWN if name not in every or "ledger_shown_v1" in every[name].calls]
    stale += [name for name in WRITES_WITHOUT_ACT if name not in every or not every[name].writes]
    stale += [name for name in INTERNAL_TABLE_ROWS if name not in every or not every[name].returns_table]
    assert stale == [], "take these out of the lists above"
