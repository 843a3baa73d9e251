-- Purpose: the legal bases of a published version, each ending with the law it names.
-- Input: code and number of the version. Output: columns of catalog_basis; dates as they hold.
select b.kind, b.law_code, b.law, b.article, b.note,
    greatest(b.valid_from, l.valid_from) as valid_from, least(b.valid_to, l.valid_to) as valid_to
from cx.catalog_basis b
join cx.catalog_item i on i.id = b.item_id
left join cx.catalog_law l on l.code = b.law_code
where i.code = %s::text and i.version = %s::integer
order by b.position
