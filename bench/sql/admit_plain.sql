-- Purpose: the same rows into the unguarded copies, out of the same arrays.
with a as materialized (
  select array_agg(person order by n) as persons, array_agg(record order by n) as records, array_agg(act order by n) as acts,
    array_agg(n order by n) as rows, array_agg(doc_no order by n) as docs, array_agg(sealed order by n) as sealed,
    array_agg(content order by n) as contents, count(*)::integer as size
  from cx.bench_new
), fresh as materialized (
  select f.* from a cross join lateral unnest(persons, records, acts, rows,
    array_fill('11090900MB0000000X'::text, array[size]), array_fill('测量市市场监督管理局'::text, array[size]), docs,
    array_fill(current_date - 100, array[size]), array_fill('GENERAL'::text, array[size]),
    array_fill(current_date + 200, array[size]), array_fill(current_date + 900, array[size]),
    array_fill('{"CF_CFLB": "罚款"}'::jsonb, array[size]), sealed, contents)
    as f(person, record, act, source_row, authority, authority_name, doc_no, decided_on, severity, display_end,
      retained_until, plain, sealed, content)
), act as (
  insert into cx.plain_register (person, id, epoch, at, line, session, actor, actor_kind, organisation, duty, activity,
    purpose, basis, case_ref, fields, salt, commitment)
  select f.person, f.act, 1, statement_timestamp(), 'act', f.act, f.act, 'staff', '11090900MB0000000X', 'data_officer',
    'records.admit', '', '江苏省公共信用信息管理办法（苏政规〔2025〕4号）', '', '{}', f.content, f.content
  from fresh f
), record as (
  insert into cx.plain_record
  select f.person, f.record, f.act, '00000000-0000-4000-8000-000000000002', f.source_row, 'XZCF', 1, f.authority,
    f.authority_name, '11090900MB0000000X', f.doc_no
  from fresh f
), version as (
  insert into cx.plain_version
  select f.person, f.record, 1, f.act, statement_timestamp(), f.decided_on, f.severity, f.display_end, f.retained_until,
    f.plain, f.sealed, f.content
  from fresh f
)
insert into cx.plain_event (person, record, seq, act, known_at, from_state, to_state, on_date)
select f.person, f.record, 1, f.act, statement_timestamp(), '', 'PROPOSED', current_date from fresh f;
