-- Purpose: one step of each record through the writer function (served; the waiting period begins). Input: %s the token.
with a as materialized (
  select array_agg(person order by n) as persons, array_agg(record order by n) as records, array_agg(act2 order by n) as acts,
    count(*)::integer as size
  from cx.bench_new
), acts as materialized (
  select a.*, cx.ledger_act_v1(%s, a.persons, a.acts, 'records.effect', '') as opened from a
)
select cx.records_step_v1('records.effect', persons, records, acts, array_fill(2, array[size]),
  array_fill('SERVED'::text, array[size]), array_fill(current_date, array[size]), array_fill(15, array[size]),
  array_fill(current_date + 15, array[size]), null, null)
from acts where opened = size;
