-- Purpose: organisations (单位登记册), by area and kind.
-- Inputs: one code or '', part of a name or code or '', an area or '', whether those that have ended are wanted.
-- Output: one row for each. Index: none, a register of some hundred rows is read whole.
with asked(code, search, area, ended) as (values (%s::text, %s::text, %s::text, %s::boolean))
select o.code, o.name, o.kind, o.area, coalesce(a.name, o.area) as area_name, coalesce(o.parent, '') as parent,
  coalesce(p.name, '') as parent_name, coalesce(o.successor, '') as successor, coalesce(s.name, '') as successor_name,
  o.valid_from, o.valid_to, o.valid_from <= cx.ledger_today_v1() and coalesce(o.valid_to, 'infinity') >= cx.ledger_today_v1() as in_force
from asked q cross join cx.people_organisation o
left join cx.people_area a on a.code = o.area
left join cx.people_organisation p on p.code = o.parent
left join cx.people_organisation s on s.code = o.successor
where q.code in ('', o.code) and strpos(o.name || ' ' || o.code, q.search) > 0 and q.area in ('', o.area)
  and (q.ended or coalesce(o.valid_to, 'infinity') >= cx.ledger_today_v1())
order by o.area, array_position(array['area', 'zone', 'department', 'institution', 'court', 'school', 'association', 'licensed',
  'enterprise'], o.kind), o.name, o.code
