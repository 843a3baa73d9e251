-- Purpose: persons with three records each (one batch, item XZCF), and the plain tables of the naive system beside them.
-- Every record was proposed and served; the odd half of all records is effective today. Run as owner on a fresh database.
insert into cx.people_organisation values ('11090900MB0000019H', '测量单位', '090900', '2026-01-01', null);
insert into cx.people_person select person, gen_random_uuid(), now() from cx.bench_person;
insert into cx.people_key
select p.hmac, 1, p.person, 'citizen', p.pair, cx.people_decoy_v1(d.decoy_secret, p.hmac), gen_random_uuid()
from cx.bench_person p cross join cx.ledger_deployment d;

insert into cx.records_batch values ('00000000-0000-4000-8000-000000000001', gen_random_uuid(), now());
create unlogged table cx.bench_record as
select p.n, p.hmac, p.person, gen_random_uuid() as record, p.n * 3 + k as serial, (p.n + k) % 2 = 1 as effective
from cx.bench_person p cross join generate_series(0, 2) k;
insert into cx.records_record
select person, record, gen_random_uuid(), 'XZCF', 1, '11090900MB0000019H', '测量市市场监督管理局', '11090900MB0000019H',
  '测监处罚〔2026〕' || serial || '号', 1, sha256(uuid_send(record))
from cx.bench_record;
insert into cx.records_version
select person, record, 1, gen_random_uuid(), '00000000-0000-4000-8000-000000000001', serial + 1, now(), current_date - 100, 'GENERAL', current_date + 200, current_date + 900,
  '{"CF_CFLB": "罚款", "CF_NR_FK": "0.5"}', decode(repeat('ab', 200), 'hex'), sha256(uuid_send(record))
from cx.bench_record;
insert into cx.records_event (person, record, seq, act, known_at, from_state, to_state, adverse, on_date, served_on,
  wait_days, wait_until, effective_on)
select r.person, r.record, s.seq, gen_random_uuid(), now(), s.from_state, s.to_state, true, current_date - 60,
  case when s.seq > 1 then current_date - 50 end, case when s.seq > 1 then 15 end,
  case when s.seq > 1 then current_date - 35 end, case when s.seq = 3 then current_date - 30 end
from cx.bench_record r
cross join (values (1, '', 'PROPOSED'), (2, 'PROPOSED', 'SERVED'), (3, 'SERVED', 'EFFECTIVE')) s(seq, from_state, to_state)
where s.seq < 3 or r.effective;

-- The naive system: records under the hash of the number, a partial index on what counts, a log with its two indexes.
create table cx.naive_record (
  id bigint generated always as identity primary key, id_hash bytea not null, item text not null, authority text not null,
  doc_no text not null, decided_on date not null, display_end date not null, active boolean not null
);
insert into cx.naive_record (id_hash, item, authority, doc_no, decided_on, display_end, active)
select hmac, 'XZCF', '测量市市场监督管理局', '测监处罚〔2026〕' || serial || '号', current_date - 100, current_date + 200, effective
from cx.bench_record;
create index naive_record_active on cx.naive_record (id_hash) where active;
create table cx.naive_log (
  id bigint generated always as identity primary key, id_hash bytea not null, at timestamptz not null default now(),
  actor text not null, purpose text not null, case_ref text not null
);
create index naive_log_person on cx.naive_log (id_hash, at);
create table cx.naive_person as select n, hmac from cx.bench_person;
alter table cx.naive_person add primary key (n);
