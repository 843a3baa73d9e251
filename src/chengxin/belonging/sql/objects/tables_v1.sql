-- Belonging (归属): which record and which file belongs to whom. Two persons decide; everything here is only added.

-- A proposal (归属事项): a record goes to the right person, two files are one human's, are none, or are taken apart again.
create table cx.belonging_matter (
  person uuid not null,                  -- move: under whom the record stands wrongly; else: one of the two files
  matter uuid not null,
  act uuid not null,
  case_no text not null,                 -- 30 random bits a day keep it unique across persons
  kind text not null check (kind in ('move', 'merge', 'keep', 'part')),
  origin text not null check (origin in ('objection', 'note', 'population', 'matter')),
  origin_ref text not null,              -- the objection, the letter's number, the change, the matter that is undone
  record uuid,                           -- move: which record
  seq integer,                           -- move: the step that the proposer saw
  other uuid,                            -- the other file; move: the right person, where somebody is known
  id_hmac bytea check (length(id_hmac) = 32),   -- move: by which number the right person is found or will be
  pair_hmac bytea check (length(pair_hmac) = 32),
  sealed bytea not null,                 -- reasons, evidence, and who is right: bound to this row
  proposed_at timestamptz not null,
  proposed_on date not null,
  primary key (person, matter),
  constraint belonging_matter_case unique (person, case_no),
  check ((kind = 'move') = (record is not null) and (kind = 'move') = (id_hmac is not null) and (kind = 'move') = (pair_hmac is not null)
    and (kind in ('move', 'keep') or other is not null))
);
create index belonging_matter_id on cx.belonging_matter (matter);
-- The other side finds it too.
create index belonging_matter_other on cx.belonging_matter (other);

-- What the second person decided (决定), or that the first took it back.
create table cx.belonging_decision (
  person uuid not null,
  matter uuid not null,
  act uuid not null,
  outcome text not null check (outcome in ('approved', 'refused', 'taken_back')),
  sealed bytea not null,                 -- the reasons, bound to this row
  decided_at timestamptz not null,
  decided_on date not null,
  primary key (person, matter),
  foreign key (person, matter) references cx.belonging_matter not deferrable
);

create index belonging_decision_newest on cx.belonging_decision (decided_at);

-- Matters that wait for their second person (待决定). A projection: it can be made again from matters and decisions, and nothing
-- is decided by it but whom to look at next. The desk reads it, so that it costs what waits, not what ever was.
create table cx.belonging_waiting (
  person uuid not null,
  matter uuid not null,
  proposed_at timestamptz not null,
  case_no text not null,
  primary key (person, matter)
);
create index belonging_waiting_queue on cx.belonging_waiting (proposed_at, case_no);

-- Who had been shown a record under the wrong person (查看过的单位), a row for each look, told and confirmed. At the wrong person
-- with the case number, which is theirs; at the right person without it, by day: it would tell them about somebody else.
create table cx.belonging_recall (
  person uuid not null,
  recall uuid not null,
  act uuid not null,
  record uuid not null,
  way text not null check (way in ('out', 'in')),
  organisation text not null,
  purpose text not null,
  case_ref text not null,
  looked_at timestamptz not null,
  told_on date not null,
  primary key (person, recall),
  check (way = 'out' or (case_ref = '' and looked_at = date_trunc('day', looked_at at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai'))
);
create index belonging_recall_inbox on cx.belonging_recall (organisation, told_on) where way = 'out';
-- The organisation says that it no longer relies on what it had read (确认).
create table cx.belonging_receipt (
  person uuid not null,
  recall uuid not null,
  act uuid not null,
  at timestamptz not null,
  on_date date not null,
  primary key (person, recall),
  foreign key (person, recall) references cx.belonging_recall not deferrable
);
