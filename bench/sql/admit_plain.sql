-- Purpose: the same rows into the unguarded copies, out of the same stage.
with fresh as materialized (
  select s.*, n.person, n.act
  from cx.bench_new n
  join cx.records_stage s on s.run = '00000000-0000-4000-8000-00000000000b' and s.source_row = n.n
), act as (
  insert into cx.plain_register (person, id, epoch, at, line, session, actor, actor_kind, organisation, duty, activity,
    purpose, basis, case_ref, fields, salt, commitment)
  select f.person, f.act, 1, statement_timestamp(), 'act', f.act, f.act, 'staff', '11090900MB0000019H', 'data_officer',
    'records.admit', '', '江苏省公共信用信息管理办法（苏政规〔2025〕4号）', '', '{}', f.content, f.content
  from fresh f
), record as (
  insert into cx.plain_record
  select f.person, f.record, f.act, 'XZCF', 1, f.authority, f.authority_name, '11090900MB0000019H', f.doc_no, 1, f.fingerprint
  from fresh f
), version as (
  insert into cx.plain_version
  select f.person, f.record, 1, f.act, f.batch, f.source_row, statement_timestamp(), f.decided_on, f.severity, f.display_end,
    f.retained_until, f.plain, f.sealed, f.content
  from fresh f
)
insert into cx.plain_event (person, record, seq, act, known_at, from_state, to_state, adverse, on_date)
select f.person, f.record, 1, f.act, statement_timestamp(), '', 'PROPOSED', true, current_date from fresh f;
