-- Purpose: the product's way of admitting records: acts opened, writer function. Input: %s the session's token.
with a as materialized (
  select array_agg(person order by n) as persons, array_agg(record order by n) as records, array_agg(act order by n) as acts,
    array_agg(n order by n) as rows, array_agg(doc_no order by n) as docs, array_agg(sealed order by n) as sealed,
    array_agg(content order by n) as contents, count(*)::integer as size
  from cx.bench_new
), acts as materialized (
  select a.*, cx.ledger_act_v1(%s, a.persons, a.acts, 'records.admit', '') as opened from a
)
select cx.records_admit_v1('records.admit', gen_random_uuid(), 'XZCF', 1, '11090900MB0000000X', persons, records, acts, rows,
  array_fill('11090900MB0000000X'::text, array[size]), array_fill('测量市市场监督管理局'::text, array[size]), docs,
  array_fill(current_date - 100, array[size]), array_fill('GENERAL'::text, array[size]),
  array_fill(current_date + 200, array[size]), array_fill(current_date + 900, array[size]),
  array_fill('{"CF_CFLB": "罚款"}'::jsonb, array[size]), sealed, contents)
from acts where opened = size;
