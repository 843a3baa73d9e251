-- Purpose: the organisations that may report an item, by name.
-- Input: their codes. Output: code, name (empty for one that is not registered here), in the order of the codes.
select p.code, coalesce(o.name, '') as name
from unnest(%s::text[]) with ordinality as p(code, at)
left join cx.people_organisation o on o.code = p.code
order by p.at
