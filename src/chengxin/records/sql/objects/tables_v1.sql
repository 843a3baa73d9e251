-- Credit records and their life (信用记录): determination, versions, events. Rows are only ever added.

-- A closed batch (报送批次). Rows of a batch that is not closed exist for nobody.
create table cx.records_batch (
  batch uuid primary key,
  act uuid not null,
  closed_at timestamptz not null
);

-- A record (信用记录): which document of which authority.
create table cx.records_record (
  person uuid not null,
  record uuid not null,
  act uuid not null,
  batch uuid not null,
  source_row integer not null check (source_row > 0),
  item text not null,
  item_version integer not null,
  authority text not null,               -- USCC of the determining authority (认定机关)
  authority_name text not null,
  source text not null,                  -- USCC of the providing organisation (数据来源单位)
  doc_no text not null check (doc_no <> ''), -- number of the determination document (文书号)
  primary key (person, record),
  constraint "INTAKE-30" unique (person, item, authority, doc_no)
);

-- What was true, and when it was known. A correction is a new version.
create table cx.records_version (
  person uuid not null,
  record uuid not null,
  version integer not null check (version > 0),
  act uuid not null,
  known_at timestamptz not null,
  decided_on date not null,              -- date of the determination; starts the display clock
  severity text not null check (severity in ('UNDETERMINED', 'MINOR', 'GENERAL', 'SERIOUS')),
  display_end date,                      -- first day on which it is no longer used or shown; null: never used
  retained_until date not null,          -- first day on which it must be gone
  plain jsonb not null,                  -- coded columns that identify nobody
  sealed bytea not null,                 -- free text of the document, own key, bound to this row
  content_hmac bytea not null check (length(content_hmac) = 32),
  primary key (person, record, version),
  constraint "RECORD-06" check (display_end is null or (display_end > decided_on and display_end <= retained_until)),
  constraint "RECORD-07" check (severity in ('GENERAL', 'SERIOUS') or display_end is null)
);

-- Its steps (步骤), each with what the person is owed: service, waiting period, acceptance.
create table cx.records_event (
  person uuid not null,
  record uuid not null,
  seq integer not null check (seq > 0),
  act uuid not null,
  known_at timestamptz not null,
  from_state text not null,              -- '' at the start: NULL would pass the CHECK
  to_state text not null,
  on_date date not null,                 -- business day of the step
  served_on date,                        -- carried from step to step, so that each row proves itself
  wait_days integer,
  wait_until date,                       -- last day of the waiting period (等待期)
  accepted boolean not null default false,
  effective_on date,
  primary key (person, record, seq),
  constraint "RECORD-01" check ((from_state, to_state) in (/*transitions*/)),
  constraint "RECORD-02" check (to_state <> 'EFFECTIVE' or (served_on is not null and wait_until is not null
    and effective_on is not null and effective_on >= served_on and (accepted or effective_on > wait_until)) is true),
  constraint "RECORD-03" check (to_state <> 'SERVED' or (served_on is not null and wait_days is not null
    and wait_until >= served_on + wait_days) is true),
  constraint "RECORD-08" check ((seq = 1) = (from_state = ''))
);
-- The tick asks for waiting periods that ended.
create index records_event_waiting on cx.records_event (wait_until) where to_state = 'SERVED';
-- What ends display, and what must be gone.
create index records_version_display on cx.records_version (display_end);
create index records_version_retained on cx.records_version (retained_until);
create index records_record_batch on cx.records_record (batch);
