-- Intake (归集): what a department sent, what became of every row, and who answers for the rest.

-- An upload (上传): one file as it came, encrypted, until its batch is done and the department has had time to put it right.
-- It is a job as well: whoever holds the lease reads it on.
create table cx.intake_upload (
  upload uuid primary key,
  act uuid not null,
  organisation text not null,
  item text not null,
  kind text not null check (kind in ('report', 'correct', 'withdraw', 'legacy')),
  channel text not null check (channel in ('page', 'command', 'api', 'folder')),
  file_digest bytea not null check (length(file_digest) = 32),
  bytes integer not null check (bytes >= 0),
  session bytea,                         -- token of the officer who sent it, sealed: the reading goes on in that name only
  at timestamptz not null,
  lease uuid,                            -- whoever reads it; a reader that lost the lease changes nothing any more
  leased_until timestamptz,
  lost integer not null default 0,       -- readers that went away in the middle of it and said nothing
  batch uuid,                            -- once the file could be read
  problem text not null default '',      -- the rule that refused the file as a whole
  message text not null default ''       -- and its sentence, which never repeats a cell
);
create index intake_upload_waiting on cx.intake_upload (at) where batch is null and problem = '';
-- The file in sealed blocks.
create table cx.intake_file (
  upload uuid not null references cx.intake_upload not deferrable,
  seq integer not null check (seq >= 0),
  sealed bytea not null,
  primary key (upload, seq)
);

-- A batch (批次): one file of one organisation under one catalog item.
create table cx.intake_batch (
  batch uuid primary key,
  act uuid not null,
  item text not null,
  item_version integer not null,
  kind text not null check (kind in ('report', 'correct', 'withdraw', 'legacy')),
  channel text not null check (channel in ('page', 'command', 'api', 'folder')),
  organisation text not null,
  file_digest bytea not null check (length(file_digest) = 32),
  form text not null check (length(form) <= 60),     -- what the file turned out to be: CSV，GB18030，第一代
  declared integer not null check (declared >= 0),   -- rows of the file, stated before the first was judged
  opened_at timestamptz not null
);
create index intake_batch_organisation on cx.intake_batch (organisation, opened_at);
-- How far a batch is (进度). A number for people; nothing is decided by it.
create table cx.intake_progress (
  batch uuid primary key,
  judged integer not null,
  at timestamptz not null
);
-- Its receipt (回执), written when it is closed: every row is accounted for.
create table cx.intake_receipt (
  batch uuid primary key references cx.intake_batch not deferrable,
  act uuid not null,
  closed_at timestamptz not null,
  on_date date not null,                 -- the business day, by which deadlines and months are counted
  total integer not null,
  accepted integer not null,
  refused integer not null,
  held integer not null,
  unchanged integer not null,
  ignored integer not null,
  first_pass integer not null,           -- accepted rows that no earlier batch had refused
  again integer not null,                -- rows refused or held that an earlier batch had refused or held already
  on_time integer not null,              -- accepted rows reported within the item's time
  constraint "INTAKE-31" check (total = accepted + refused + held + unchanged),
  check (least(accepted, refused, held, unchanged, ignored, first_pass, again, on_time) >= 0),
  check (first_pass <= accepted and on_time <= accepted)
);
-- Rows that need the store were judged here; the counts of the receipt are checked against them.
create table cx.intake_admitted (
  batch uuid not null,
  source_row integer not null,
  xid xid8 not null default pg_current_xact_id(),
  outcome text not null check (outcome in ('accepted', 'unchanged', 'conflict', 'pending', 'missing', 'disputed', 'ended',
    'stray', 'other_source', 'other_name', 'removed', 'no_match', 'unknown')),
  primary key (batch, source_row)
);
-- Why rows were refused or held, and what was corrected (校验结果). Sentences never repeat a cell.
create table cx.intake_finding (
  batch uuid not null,
  source_row integer not null,
  position smallint not null,
  kind text not null check (kind in ('error', 'held', 'warning')),
  field text not null check (field <> '' and length(field) <= 40),
  code text not null check (code ~ '^INTAKE-[0-9]{2}$'),
  message text not null check (length(message) <= 1000),
  primary key (batch, source_row, kind, position)
);
-- Rows of a batch that a later one put right (已改正的行): each once, as long as the later one counts (intake_counts_v1).
create table cx.intake_fixed (
  batch uuid not null,
  source_row integer not null,
  by_batch uuid not null,
  by_row integer not null,
  primary key (batch, source_row)
);
create index intake_fixed_by on cx.intake_fixed (by_batch, by_row);
-- Rows that were sent again to put an earlier one right, and came back once more (又退回的行): whoever puts the last right
-- has put all of them right.
create table cx.intake_retry (
  batch uuid not null,
  source_row integer not null,
  of_batch uuid not null,
  of_row integer not null,
  primary key (batch, source_row)
);
create index intake_retry_of on cx.intake_retry (of_batch, of_row);
-- A row that was put right in a form (逐行改正): the upload whose one row stands for it now, and the columns that the officer
-- changed. Who and when stand in the act; the row as it came stays in the file it came in.
create table cx.intake_mend (
  upload uuid primary key references cx.intake_upload not deferrable,
  act uuid not null,
  batch uuid not null,
  source_row integer not null,
  fields text[] not null
);
create index intake_mend_of on cx.intake_mend (batch, source_row);
-- The department says that the refused rows of a batch are not coming (不再报送), and why.
create table cx.intake_dismissal (
  batch uuid primary key,
  act uuid not null,
  reason text not null check (reason in ('elsewhere', 'unlawful', 'mistaken')),
  at timestamptz not null
);

-- An upload that its department took back before it was done (取消): from then on its batch is as one past closing.
create table cx.intake_cancel (
  upload uuid primary key references cx.intake_upload not deferrable,
  batch uuid,                            -- empty: nothing of the file was read yet
  act uuid not null,
  reason text not null check (reason in ('file', 'item', 'again', 'doubt')),
  at timestamptz not null
);
create index intake_cancel_batch on cx.intake_cancel (batch);

-- Rows that wait for a human (待核): the name does not fit the number, nobody has the number, or a removed record would come
-- back.
create table cx.intake_held (
  person uuid not null,
  batch uuid not null,
  source_row integer not null,
  act uuid not null,
  reason text not null check (reason in ('other_source', 'other_name', 'removed', 'no_match', 'unknown')),
  due_on date not null,
  row cx.records_stage not null,
  primary key (person, batch, source_row)
);
create index intake_held_batch on cx.intake_held (batch, source_row);
-- Held rows that nobody has decided (待核). A projection: it can be made again from held rows and decisions, and nothing is
-- decided by it but what to look at next. Desk and backlog read it, so that they cost what waits, not what ever was.
create table cx.intake_waiting (
  person uuid not null,
  batch uuid not null,
  source_row integer not null,
  due_on date not null,
  primary key (person, batch, source_row)
);
create index intake_waiting_queue on cx.intake_waiting (due_on, batch, source_row);
-- What the human decided (核证): released or refused, by name, with reasons.
create table cx.intake_decision (
  person uuid not null,
  batch uuid not null,
  source_row integer not null,
  act uuid not null,
  outcome text not null check (outcome in ('released', 'refused', 'replaced')),
  reasons text not null,
  decided_on date not null,
  primary key (person, batch, source_row),
  constraint "INTAKE-46" check (outcome = 'replaced' or length(btrim(reasons)) >= 5)
);
