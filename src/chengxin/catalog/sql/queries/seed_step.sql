-- Purpose: one step of an item that comes with the program; the nil account wrote it. Run by a migration as owner.
-- Input: code, version, seq, from, to, activity, business day, first day in force.
insert into cx.catalog_step (code, version, seq, from_state, to_state, activity, act, actor, organisation, on_date, at,
    effective_from, reason)
values (%s::text, %s::integer, %s::integer, %s::text, %s::text, %s::text, '00000000-0000-0000-0000-000000000000',
    '00000000-0000-0000-0000-000000000000', '', %s::date, statement_timestamp(), %s::date, '')
