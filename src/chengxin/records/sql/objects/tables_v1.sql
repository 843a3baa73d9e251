-- Credit records and their life (信用记录): determination, versions, events. Rows are only ever added.

-- What a batch brings, sealed and checked row by row, before the store has judged it. Unlogged: a crash of the server empties
-- it, and the file is read again. A run is one reading of one file; its id is known to nobody else, so that no other session
-- can slip a row into it, and rows can be written here but never read.
create unlogged table cx.records_stage (
  run uuid not null,
  batch uuid not null,
  source_row integer not null check (source_row > 0),
  hmac bytea not null check (length(hmac) = 32),         -- blind index of the identity number
  pair bytea not null check (length(pair) = 32),         -- number and name
  id_type text not null,
  candidate uuid not null,                               -- person key, should the person be new
  dek bytea not null,
  identity bytea not null,
  record uuid not null,
  authority text not null,
  authority_name text not null,
  doc_no text not null,
  decided_on date,                                       -- from here on empty in a file that withdraws
  severity text,
  display_end date,
  retained_until date,
  plain jsonb check (jsonb_typeof(plain) = 'object' and octet_length(plain::text) <= 65536),
  sealed bytea,
  content bytea not null check (length(content) = 32),
  fingerprint bytea not null check (length(fingerprint) = 32),
  reason text not null,
  fixes_batch uuid,                                      -- the row of an earlier batch that this row puts right
  fixes_row integer,
  -- What the population database said of number and name; unasked: none is configured, or the file withdraws.
  verified text not null default 'unasked' check (verified in ('match', 'no_match', 'unknown', 'unasked')),
  primary key (run, source_row)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);
grant insert on cx.records_stage to web, worker;

-- A closed batch (报送批次). Rows of a batch that is not closed exist for nobody.
create table cx.records_batch (
  batch uuid primary key,
  act uuid not null,
  closed_at timestamptz not null,
  letters_a_day integer check (letters_a_day > 0)        -- history from an older system: letters go out slowly
);

-- A record (信用记录): which document of which authority.
create table cx.records_record (
  person uuid not null,
  record uuid not null,
  act uuid not null,
  item text not null,
  item_version integer not null,
  authority text not null,               -- USCC of the determining authority (认定机关)
  authority_name text not null,
  source text not null,                  -- USCC of the providing organisation (数据来源单位)
  doc_no text not null check (doc_no <> ''), -- number of the determination document (文书号)
  round integer not null check (round > 0),  -- 1; one more each time a withdrawn record was certified and came back
  fingerprint bytea not null check (length(fingerprint) = 32), -- keyed hash of person and folded document number
  primary key (person, record),
  constraint "INTAKE-30" unique (person, item, authority, doc_no, round)
);

-- One written form of a document number for telling removals apart: letters and digits only, lower case, no 第, no leading
-- zeros. Coarser than the number itself on purpose: whoever would bring a removed record back can choose its spelling.
create function cx.records_folded_v1(p_doc_no text) returns text
language sql immutable parallel safe
return regexp_replace(regexp_replace(lower(normalize(p_doc_no, nfkc)), '(^|[^0-9])0+([0-9])', '\1\2', 'g'), '[^[:alnum:]]|第', '', 'g');

-- Fingerprints of what was withdrawn or repaired (撤销信息的指纹): it does not come back by another file (law.md 11.17).
create table cx.records_removed (
  fingerprint bytea primary key check (length(fingerprint) = 32),
  act uuid not null,
  removed_on date not null
);

-- What was true, and when it was known. A correction is a new version.
create table cx.records_version (
  person uuid not null,
  record uuid not null,
  version integer not null check (version > 0),
  act uuid not null,
  batch uuid not null,                   -- where it came from: the row of a file
  source_row integer not null check (source_row > 0),
  known_at timestamptz not null,
  decided_on date not null,              -- date of the determination; starts the display clock
  severity text not null check (severity in ('UNDETERMINED', 'MINOR', 'GENERAL', 'SERIOUS', 'NONE')),
  display_end date,                      -- first day on which it is no longer used or shown; null: never used
  retained_until date not null,          -- first day on which it must be gone
  plain jsonb not null,                  -- coded columns that identify nobody
  sealed bytea not null,                 -- free text of the document, own key, bound to this row
  content_hmac bytea not null check (length(content_hmac) = 32),
  primary key (person, record, version),
  check (jsonb_typeof(plain) = 'object'),
  check (decided_on >= date '1949-10-01' and retained_until < date '2300-01-01'),
  constraint "RECORD-06" check (display_end is null or (display_end > decided_on and display_end <= retained_until)),
  constraint "RECORD-07" check (severity in ('GENERAL', 'SERIOUS', 'NONE') or display_end is null)
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
  adverse boolean not null,              -- by the item's polarity; carried from step to step
  reason text not null default '' check (length(reason) <= 50), -- why it was withdrawn (撤回原因), a value of a code set
  on_date date not null,                 -- business day of the step
  served_on date,                        -- carried from step to step, so that each row proves itself
  wait_days integer,
  wait_until date,                       -- last day of the waiting period (等待期)
  accepted boolean not null default false,
  effective_on date,
  primary key (person, record, seq),
  constraint "RECORD-01" check ((from_state, to_state) in (/*transitions*/)),
  constraint "RECORD-02" check (to_state <> 'EFFECTIVE' or (not adverse and effective_on is not null) or (served_on is not null and wait_until is not null
    and effective_on is not null and effective_on >= served_on and (accepted or effective_on > wait_until)) is true),
  constraint "RECORD-03" check (to_state <> 'SERVED' or (served_on is not null and wait_days is not null
    and wait_until >= served_on + wait_days) is true),
  constraint "RECORD-08" check ((seq = 1) = (from_state = ''))
);
-- Where a record went, and where one came from: a row at each of the two persons, each read with its own person. Only added.
create table cx.records_move (
  person uuid not null,
  record uuid not null,
  way text not null check (way in ('out', 'in')),        -- it was wrongly here (移出); it belongs here (移入)
  act uuid not null,
  other_person uuid not null,
  other_record uuid not null,
  at timestamptz not null,
  since date not null,                   -- from which day it stood under the wrong person
  on_date date not null,
  primary key (person, record, way)
);

-- The tick asks for waiting periods that ended.
create index records_event_waiting on cx.records_event (wait_until) where to_state = 'SERVED';
-- What was removed does not come back: asked for every row that comes in.
create index records_event_removed on cx.records_event (person, record) where to_state in ('WITHDRAWN', 'REPAIRED');
-- What ends display, and what must be gone.
create index records_version_display on cx.records_version (display_end);
create index records_version_retained on cx.records_version (retained_until);
-- What a batch brought: letters are issued by batch.
create index records_version_batch on cx.records_version (batch);
