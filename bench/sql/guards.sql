-- Purpose: rows to write, and unguarded copies of the tables they go to: the same columns and indexes, no checks, no
-- functions. Inputs: {rows}. Run as owner before each measurement of the writers; both sides then write the same rows.
drop table if exists cx.plain_register, cx.plain_record, cx.plain_version, cx.plain_event, cx.bench_new;
create table cx.plain_register (like cx.ledger_register including defaults including indexes);
create table cx.plain_record (like cx.records_record including defaults including indexes);
create table cx.plain_version (like cx.records_version including defaults including indexes);
create table cx.plain_event (like cx.records_event including defaults including indexes);
create unlogged table cx.bench_new as
select i as n, gen_random_uuid() as person, gen_random_uuid() as record, gen_random_uuid() as act, gen_random_uuid() as act2,
  gen_random_uuid() as batch, '测监处罚〔2026〕' || i || '号' as doc_no,
  decode(repeat('ab', 200), 'hex') as sealed, sha256(int4send(i)) as content
from generate_series(1, {rows}) i;
analyze cx.bench_new;
delete from cx.records_stage;
insert into cx.records_stage
select '00000000-0000-4000-8000-00000000000b', batch, n, content, content, 'citizen', person, sealed, sealed, record,
  '11090900MB0000019H', '测量市市场监督管理局', doc_no, current_date - 100, 'GENERAL', current_date + 200, current_date + 900,
  '{"CF_CFLB": "罚款"}', sealed, content, content, '', null, null
from cx.bench_new;
analyze cx.records_stage;
