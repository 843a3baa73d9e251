-- Purpose: the same events into the unguarded copy, out of the same arrays.
with a as materialized (
  select array_agg(person order by n) as persons, array_agg(record order by n) as records, array_agg(act2 order by n) as acts,
    array_agg(content order by n) as contents, count(*)::integer as size
  from cx.bench_new
), step as materialized (
  select s.* from a cross join lateral unnest(persons, records, acts, array_fill(2, array[size]),
    array_fill('SERVED'::text, array[size]), array_fill(current_date, array[size]), array_fill(15, array[size]),
    array_fill(current_date + 15, array[size]), contents)
    as s(person, record, act, seq, to_state, served_on, wait_days, wait_until, content)
), act as (
  insert into cx.plain_register (person, id, epoch, at, line, session, actor, actor_kind, organisation, duty, activity,
    purpose, basis, case_ref, fields, salt, commitment)
  select s.person, s.act, 1, statement_timestamp(), 'act', s.act, s.act, 'system', '11090900MB0000019H', 'system',
    'records.effect', '', '等待期届满，按目录条目的期限参数', '', '{}', s.content, s.content
  from step s
)
insert into cx.plain_event (person, record, seq, act, known_at, from_state, to_state, adverse, on_date, served_on, wait_days,
  wait_until)
select s.person, s.record, s.seq, s.act, statement_timestamp(), 'PROPOSED', s.to_state, true, current_date, s.served_on, s.wait_days,
  s.wait_until
from step s;
