-- Notice (告知): the letter, what happened to it, its words as they were served, where a person can be reached.
-- All of it is only ever added; `notice_open` alone is worked off.

create table cx.notice_letter (
  person uuid not null,
  letter uuid not null,
  act uuid not null,
  record uuid not null,
  record_version integer not null,
  template text not null,
  issued_at timestamptz not null,
  issued_on date not null,
  primary key (person, letter),
  constraint "NOTICE-01" unique (person, record, record_version)
);
-- What happened to a letter (送达证据). An attempt begins with `placed`, whose id is the reference a carrier gets; it is handed
-- over (sent, refused, unanswered) or skipped where there is no address; a carrier may report later (delivered, bounced,
-- returned). Opening in the app, a signed receipt of the post and the end of a lawful
-- public notice are service; a text message never is.
create table cx.notice_evidence (
  person uuid not null,
  evidence uuid not null,
  act uuid not null,
  letter uuid not null,
  channel text not null,
  attempt integer not null check (attempt > 0),
  event text not null,
  reason text not null default '' check (length(reason) <= 30), -- a code: why not, who signed, who found the address
  at timestamptz not null,               -- real time
  on_date date not null,                 -- business day; of a receipt the day it was signed
  digest bytea check (length(digest) = 32), -- of the words that were opened
  primary key (person, evidence),
  constraint "NOTICE-10" unique (person, letter, channel, attempt, event),
  constraint "NOTICE-11" check ((channel, event) in (('in_app', 'placed'), ('in_app', 'opened'), ('sms', 'placed'), ('sms', 'skipped'),
    ('sms', 'sent'), ('sms', 'refused'), ('sms', 'unanswered'), ('sms', 'delivered'), ('sms', 'bounced'), ('post', 'placed'),
    ('post', 'skipped'), ('post', 'sent'), ('post', 'refused'), ('post', 'unanswered'), ('post', 'delivered'), ('post', 'returned'),
    ('desk', 'undeliverable'), ('desk', 'renewed'), ('desk', 'ended'), ('public', 'placed'), ('public', 'delivered'))
    and ((channel, event) <> ('post', 'delivered') or reason in ('self', 'agent'))
    and (event <> 'opened' or digest is not null)),
  foreign key (person, letter) references cx.notice_letter not deferrable
);
-- A carrier knows an attempt by its reference alone.
create index notice_evidence_placed on cx.notice_evidence (evidence) where event = 'placed';

-- The words as they were served (送达文本), sealed: one text for each channel, written once.
create table cx.notice_copy (
  person uuid not null,
  letter uuid not null,
  channel text not null check (channel in ('in_app', 'post', 'public')),
  act uuid not null,
  digest bytea not null check (length(digest) = 32),
  sealed bytea not null,
  primary key (person, letter, channel),
  foreign key (person, letter) references cx.notice_letter not deferrable
);

-- Where a person can be reached (联系方式): the newest of a kind counts; an empty one takes it back.
create table cx.notice_contact (
  person uuid not null,
  contact uuid not null,
  act uuid not null,
  kind text not null check (kind in ('phone', 'address')),
  source text not null check (source in ('self', 'recheck')),
  at timestamptz not null,
  sealed bytea,
  primary key (person, contact)
);
create index notice_contact_newest on cx.notice_contact (person, kind, at);

-- A letter to somebody whom nothing reached, as everybody may read it (公告送达): a masked name, and until when. Only where a
-- dated parameter of the item allows it.
create table cx.notice_public (
  person uuid not null,
  letter uuid not null,
  act uuid not null,
  shown text not null check (shown like '%*%' and length(shown) <= 20),
  published_on date not null,
  ends_on date not null check (ends_on > published_on), -- last day of the notice (公告期最后一日)
  primary key (person, letter),
  foreign key (person, letter) references cx.notice_letter not deferrable
);
create index notice_public_ends on cx.notice_public (ends_on);

-- Letters that are not served yet, and when the next step is due (待投递). A projection: it can be made again from letters and
-- evidence, and nothing is decided by it but whom to look at next.
create table cx.notice_open (
  person uuid not null,
  letter uuid not null,
  issued_on date not null,
  due_on date not null,
  stuck boolean not null,                -- undeliverable (无法送达): a task of the desk
  held_until timestamptz,                -- a worker is at it
  primary key (person, letter)
);
create index notice_open_due on cx.notice_open (due_on, person, letter);
-- The desk asks by letter.
create index notice_open_letter on cx.notice_open (letter);
-- The desk's order: those that nobody can reach first.
create index notice_open_desk on cx.notice_open (stuck desc, issued_on, letter);

-- How many letters were issued, and how many were served (告知书数量), in sixteen parts so that two who serve at once seldom wait
-- for each other. Written in the transaction of the letter and of its evidence: no page counts all letters of the city.
create table cx.notice_tally (
  what text not null check (what in ('issued', 'served')),
  part integer not null check (part between 0 and 15),
  letters bigint not null check (letters >= 0),
  primary key (what, part)
);
