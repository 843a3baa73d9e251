-- Purpose: a version that comes with the program, drafted and published by the nil account; run by the migration.
-- Inputs: code, number, words, first day as JSON. Index: primary key.
with seed(code, number, words, published) as (values (%s::text, %s::integer, %s::jsonb, %s::jsonb))
insert into cx.oversight_paper (code, number, seq, from_state, to_state, activity, act, actor, organisation, at, body)
select s.code, s.number, t.seq, t.from_state, t.to_state, t.activity, gen_random_uuid(), '00000000-0000-0000-0000-000000000000', '',
  statement_timestamp(), case t.seq when 1 then s.words when 3 then s.published else '{}' end
from seed s cross join (values (1, '', 'draft', 'document.draft'), (2, 'draft', 'review', 'document.submit'),
  (3, 'review', 'published', 'document.publish')) t(seq, from_state, to_state, activity)
