"""Addresses of the frame and of the citizen's pages. No address carries more than an opaque id."""

from __future__ import annotations

from django.urls import path, register_converter

from chengxin.portal import (
    views,
    views_account,
    views_citizen_sign_in,
    views_desk,
    views_letters,
    views_log,
    views_mandate,
    views_objection,
    views_own,
    views_proof,
)

register_converter(views_log.LogNumber, "log_number")
register_converter(views_log.LogFile, "log_file")

urlpatterns = [
    path("", views.home, name="home"),
    path("sign-in", views.sign_in_page, name="sign-in"),
    path("sign-in/identity", views_citizen_sign_in.identity_start, name="sign-in-identity"),
    path("sign-in/identity/return", views_citizen_sign_in.identity_return, name="sign-in-return"),
    path("sign-in/identity/finish", views_citizen_sign_in.identity_finish, name="sign-in-finish"),
    path("sign-in/identity/register", views_citizen_sign_in.identity_register, name="sign-in-register"),
    path("sign-in/counter", views_citizen_sign_in.counter_sign_in, name="sign-in-counter"),
    path("counter/code", views_citizen_sign_in.issue, name="counter-code"),
    path("me/settings", views_citizen_sign_in.settings_page, name="me-settings"),
    path("sign-in/again", views_account.again, name="sign-in-again"),
    path("account/", views_account.account, name="account"),
    path("account/others", views_account.others, name="account-others"),
    path("account/passkey", views_account.passkey, name="account-passkey"),
    path("account/passkey/remove", views_account.passkey_remove, name="account-passkey-remove"),
    path("account/secrets", views_account.secrets, name="account-secrets"),
    path("account/password", views_account.password, name="account-password"),
    path("account/recovery", views_account.recovery, name="account-recovery"),
    path("sign-out", views.sign_out_now, name="sign-out"),
    path("size", views.size, name="size"),
    path("status/", views_desk.status_page, name="status"),
    path("status/backup", views_desk.backup, name="status-backup"),
    path("status/backup/cancel", views_desk.backup_cancel, name="status-backup-cancel"),
    path("status/jobs/", views_desk.jobs_page, name="status-jobs"),
    path("status/jobs/<uuid:one>/halt", views_desk.halt_job, name="status-halt"),
    path("healthz", views.healthz, name="healthz"),
    path("accessibility", views.accessibility, name="accessibility"),
    path("privacy", views.privacy, name="privacy"),
    path("log/", views_log.page, name="log"),
    path("log/<log_number:number>/<log_file:name>", views_log.file, name="log-file"),
    path("me/", views_own.home, name="me"),
    path("me/reveal", views_own.reveal, name="me-reveal"),
    path("me/records/", views_own.records, name="me-records"),
    path("me/records/<uuid:record>", views_own.record, name="me-record"),
    path("me/records/<uuid:record>/accept", views_own.accept_record, name="me-accept"),
    path("me/records/<uuid:record>/object", views_objection.object_record, name="me-object"),
    path("me/letters/", views_letters.letters, name="me-letters"),
    path("me/letters/contact", views_letters.contact, name="me-contact"),
    path("me/letters/<uuid:letter>", views_letters.letter, name="me-letter"),
    path("me/letters/<uuid:letter>/open", views_letters.open_now, name="me-letter-open"),
    path("me/letters/<uuid:letter>/pdf", views_letters.pdf, name="me-letter-pdf"),
    path("me/traces/", views_own.who_looked, name="me-traces"),
    path("me/traces/ask", views_own.ask, name="me-traces-ask"),
    path("me/traces/<uuid:line>/proof", views_proof.proof, name="me-proof"),
    path("log/verify", views_proof.verify, name="log-verify"),
    path("me/traces/mandates/", views_mandate.mandates, name="me-mandates"),
    path("me/traces/mandates/<uuid:mandate>/end", views_mandate.end, name="me-mandate-end"),
    path("me/cases/", views_objection.cases, name="me-cases"),
    path("me/cases/<uuid:objection>", views_objection.case, name="me-case"),
]
