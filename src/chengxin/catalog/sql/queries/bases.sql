-- Purpose: the legal bases of published versions, each ending with the law it names.
-- Input: codes and numbers of the versions. Output: code and version of the item, columns of catalog_basis; dates as they
-- hold.
select i.code, i.version, b.kind, b.law_code, b.law, b.article, b.note,
    greatest(b.valid_from, l.valid_from) as valid_from, least(b.valid_to, l.valid_to) as valid_to
from unnest(%s::text[], %s::integer[]) as asked(code, version)
join cx.catalog_item i on i.code = asked.code and i.version = asked.version
join cx.catalog_basis b on b.item_id = i.id
left join cx.catalog_law l on l.code = b.law_code
order by i.code, i.version, b.position
