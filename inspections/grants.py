"""Who executes which function of the database, and which of them need neither look nor act, each with its reason."""

from __future__ import annotations

EVERYBODY = {"ledger_today_v1", "ledger_own_act_v1", "ledger_whoami_v1", "ledger_session_close_v1", "people_self_v1"}
INTAKE = {"intake_open_v1", "intake_admit_v1", "intake_outcomes_v1", "intake_found_v1", "intake_close_v1"} | {
    "intake_upload_v1", "intake_go_on_v1", "intake_blocks_v1", "intake_batches_v1", "intake_findings_v1"
}  # fmt: skip
SEQUENCER = {"begin", "take", "append", "cosign", "witnessed", "halt", "thin"}
LOG_READERS = {"head", "tile", "status", "logs", "audits", "known"}
"""Public: hashes, signatures, and how the log stands."""
AUDITOR = {"before", "checked", "waiting", "audit_begin", "audit_step", "audit_end"}
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
    | {"intake_held_decided_v1", "belonging_ended_v1", "belonging_kin_ended_v1"}
    | {"intake_dismiss_v1", "intake_cancel_v1", "intake_halt_v1", "oversight_backup_cancel_v1"}
    | {"intake_next_v1", "intake_mend_v1", "intake_mending_v1"}
    | {"records_own_v1", "records_steps_v1", "records_accept_v1"}
    | {"notice_letters_v1", "notice_serve_v1", "notice_copy_own_v1", "notice_events_own_v1", "notice_contacts_own_v1"}
    | {"notice_contact_set_v1", "notice_desk_v1", "notice_counts_v1", "notice_events_desk_v1", "notice_renew_v1"}
    | {"notice_recheck_look_v1", "notice_recheck_contacts_v1", "notice_publish_v1", "notice_publics_v1"}
    | {"redress_object_v1", "redress_decide_v1", "redress_queue_v1", "redress_look_v1", "redress_own_v1"}
    | {"redress_queued_v1", "redress_decided_v1", "redress_cases_v1", "redress_record_v1", "redress_steps_v1"}
    | {"lookup_look_v1", "lookup_check_v1", "lookup_match_look_v1", "lookup_matched_v1"}
    | {"people_ask_v1", "people_told_v1", "people_line_v1", "people_coverage_v1", "people_checked_v1"}
    | {"catalog_versions_v1", "catalog_steps_v1", "catalog_tasks_v1", "catalog_draft_v1", "catalog_save_v1"}
    | {"catalog_step_v1", "catalog_term_propose_v1", "catalog_term_decide_v1", "catalog_terms_v1"}
    | {"catalog_arrangements_v1", "catalog_calendar_propose_v1", "catalog_calendar_decide_v1", "catalog_calendars_v1"}
    | {"people_files_v1", "people_file_look_v1", "people_identities_v1", "ledger_file_act_v1"}
    | {"belonging_find_look_v1", "belonging_found_v1", "belonging_move_v1", "belonging_pair_v1", "belonging_queue_v1"}
    | {"belonging_queued_v1", "belonging_decided_v1"}
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
    | {"oversight_work_v1", "oversight_jobs_v1", "oversight_backup_ask_v1", "oversight_backups_v1"}
    | {f"ledger_log_{what}_v1" for what in LOG_READERS | {"acknowledge", "day", "last"}},
    "worker": EVERYBODY
    | INTAKE
    | {"belonging_follow_v1", "belonging_follow_parted_v1", "notice_standing_v1"}
    | {"ledger_outbox_take_v1", "notice_issue_v1", "records_wait_over_v1", "people_identity_v1"}
    | {"notice_take_v1", "notice_errand_look_v1", "notice_address_v1", "notice_errand_record_v1", "notice_keep_v1"}
    | {"notice_settle_v1", "notice_referred_v1", "notice_report_v1", "notice_deem_v1"}
    | {"catalog_versions_v1", "catalog_steps_v1", "catalog_tick_v1", "catalog_arrangements_v1"}
    | {"intake_take_v1", "intake_lease_v1", "intake_settle_v1", "intake_sweep_v1"}
    | {f"{room}_{what}_v1" for room in ROTATED for what in ("wrapped", "rewrap", "wraps")}
    | {"people_rotated_v1", "people_rotations_v1", "people_stale_v1", "people_answers_v1"}
    | {"people_secrecy_publish_v1", "expiry_lines_v1", "ledger_erased_v1"}
    | {"people_ask_v1", "people_told_v1", "people_changing_v1", "people_change_v1"}
    | {f"ledger_log_{what}_v1" for what in LOG_READERS | AUDITOR},
    "engine": EVERYBODY | {"records_wait_over_v1"},
    "signin": {"people_session_open_v1", "people_stepped_up_v1", "people_credential_v1", "people_signed_v1"}
    | {"people_proof_spent_v1", "people_code_redeem_v1", "people_citizen_enter_v1", "people_citizen_register_v1"}
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
    "log": {f"ledger_log_{what}_v1" for what in SEQUENCER | LOG_READERS | AUDITOR | {"last"}},
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
    "belonging_queued_v1": "one row of that list; asks the verifier",
    "belonging_decided_v1": "the same of those decided; asks the verifier",
    "belonging_ended_v1": "number, outcome and day of a decided matter, no identity; asks the verifier",
    "belonging_kin_ended_v1": "the same of an application of relatives; asks the verifier",
    "belonging_doubts_v1": "kind and day of changes that wait, no identity; asks the verifier",
    "belonging_pair_v1": "proposes under acts at both files; answers nothing",
    "belonging_decide_v1": "decides under acts at everybody it touches; answers nothing",
    "belonging_follow_parted_v1": "worker only: writes who had been shown the other file's records; answers a count",
    "people_matters_v1": "only whether two accounts are one human's, under any number; names nobody",
    "catalog_calendars_v1": "only whether two accounts are one human's, under any number; names nobody",
    "catalog_terms_v1": "only whether two accounts are one human's, under any number; names nobody",
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
    "redress_queued_v1": "one row of that queue; asks the verifier",
    "redress_decided_v1": "number, outcome and day of a decided case, no identity; asks the verifier",
    "redress_queue_v1": "numbers and dates of open cases, no identity; asks the verifier; opening a case takes a look",
    "oversight_backups_v1": "times and size of a backup; asks the verifier",
    "oversight_work_v1": "counts and times of what waits; asks the verifier",
    "ledger_outbox_take_v1": "worker only: ids of what happened, no content",
    "ledger_log_take_v1": "role log only: commitments of lines in their order, which say nothing without their salt",
    "ledger_log_part_v1": "granted to nobody: counts of lines that agree with the log or not, and the first place",
    "ledger_log_known_v1": "findings an auditor answers for, for everybody: acts about nobody, and places in the log",
    "ledger_log_thin_v1": "role log only: whether lines waited long; answers how many checkpoints went",
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
    "intake_held_decided_v1": "number, outcome and day of a decided row, no identity; asks the verifier",
    "intake_batches_v1": "the own organisation's batches: counts, no row and no person; asks the verifier",
    "intake_next_v1": "the number of a row of the own organisation: no person, no content; asks the verifier",
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
    "notice_tally_v1": "counts of letters; whoever adds has opened the act of the letter or of its service",
    "notice_recount_v1": "owner only: the same counts made again at the console",
    "catalog_calendar_bring_v1": "owner only: what the program brings; nobody is in it",
    "redress_recount_v1": "owner only: a list made again from its facts at the console",
    "belonging_recount_v1": "owner only: a list made again from its facts at the console",
    "intake_recount_v1": "owner only: a list made again from its facts at the console",
    "ledger_act_v1": "writes the acts themselves",
    "ledger_look_v1": "writes the looks themselves",
    "ledger_shown_v1": "writes what a look was shown",
    "ledger_emit_v1": "messages of ids, in the transaction of the act they follow from",
    "ledger_outbox_take_v1": "marks messages as handed on",
    "ledger_log_begin_v1": "role log only: the log begins; nobody is in it",
    "ledger_log_follow_v1": "owner only: a new log after a loss, at the console",
    "ledger_log_cut_v1": "owner only: a log that ends, back to its fork, before another follows",
    "ledger_log_lease_v1": "granted to nobody: the sequencer's lease, inside the taking of a batch",
    "ledger_log_take_v1": "role log only: the lease, and that nothing waits",
    "ledger_log_clear_v1": "granted to nobody: since when nothing waits",
    "ledger_log_append_v1": "role log only: hashes after the log's end; acts themselves are its leaves",
    "ledger_log_cosign_v1": "role log only: a witness's signature under a checkpoint",
    "ledger_log_witnessed_v1": "role log only: the time of the last quorum, never one to come",
    "ledger_log_halt_v1": "role log only: the log must not go on",
    "ledger_log_thin_v1": "role log only: checkpoints nobody cosigned, a day old; no line is in them",
    "ledger_log_audit_begin_v1": "log and worker: an audit begins; nobody is in it",
    "ledger_log_audit_step_v1": "log and worker: what comparing shows, without any line's content",
    "ledger_log_audit_end_v1": "log and worker: an audit ends, with what only its caller can see",
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
    "catalog_term_effect_v1": "granted to nobody: what an approval brings, under the act of its step",
    "intake_found_v1": "findings without content, in a batch that an act opened; asks the verifier",
    "intake_take_v1": "worker only: the lease of an upload that an act brought",
    "intake_lease_v1": "worker only: the same lease, longer",
    "intake_mending_v1": "which batch an upload became that an act brought; asks the verifier",
    "intake_settle_v1": "worker only: what became of an upload that an act brought",
    "oversight_backup_take_v1": "granted to nobody: the program that started the platform takes what an act asked for",
    "oversight_backup_end_v1": "granted to nobody: what became of it",
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
