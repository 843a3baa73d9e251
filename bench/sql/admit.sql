-- Purpose: the product's way of admitting records: acts opened, writer function reading the stage. Input: %s the token.
with a as materialized (
  select array_agg(person order by n) as persons, array_agg(act order by n) as acts, array_agg(n order by n) as rows,
    count(*)::integer as size
  from cx.bench_new
), acts as materialized (
  select a.*, cx.ledger_act_v1(%s, a.persons, a.acts, 'records.admit', '') as opened from a
)
select cx.records_admit_v1('records.admit', '00000000-0000-4000-8000-00000000000b', gen_random_uuid(), 'XZCF', 1,
  '11090900MB0000019H', rows, persons, acts, array_fill(1, array[size]))
from acts where opened = size;
