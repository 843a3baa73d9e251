-- Purpose: the register of areas (区域登记册), the city first, then districts, counties and zones.
-- Output: one row for each area; `gb2260` is empty for a zone, which names its host districts instead.
select a.code, a.name, a.kind, coalesce(a.gb2260, '') as gb2260,
  array(select h.name from cx.people_area h where h.code = any (a.hosts) order by h.code) as hosts,
  a.basis, a.source, a.valid_from, a.valid_to
from cx.people_area a
order by a.kind <> 'city', a.kind = 'zone', a.code
