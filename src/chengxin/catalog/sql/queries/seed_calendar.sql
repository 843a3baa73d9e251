-- Purpose: a year's arrangement that comes with the program; the nil account wrote both steps. Run by a migration as owner.
-- Input: year, title, number, source, first and last days of the spans, their names, worked weekend days, first day it counts.
with made as (
  insert into cx.catalog_calendar (id, year, title, number, issued_on, source, rest_first, rest_last, rest_name, work, reason)
  values (gen_random_uuid(), %s::integer, %s::text, %s::text, null, %s::text, %s::date[], %s::date[], %s::text[], %s::date[], '')
  returning id
)
insert into cx.catalog_calendar_step (id, seq, from_state, to_state, activity, act, actor, organisation, at, valid_from, reason)
select m.id, s.seq, s.source, s.target, s.activity, gen_random_uuid(), '00000000-0000-0000-0000-000000000000', '',
  statement_timestamp(), s.valid_from, ''
from made m cross join (values (1, '', 'proposed', 'calendar.propose', null), (2, 'proposed', 'approved', 'calendar.approve', %s::date))
  as s(seq, source, target, activity, valid_from)
