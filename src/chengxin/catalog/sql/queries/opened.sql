-- Purpose: versions of items with all that belongs to them, in one statement: a page asks for an item once.
-- Input: code of an item, or '' for all; codes and numbers of the versions wanted; or null, null and whether only those in
-- force (else the one that counts, published or suspended). Output: columns of catalog_versions_v1; the business day; the
-- definition; bases, each ending with the law it names; parameters of the item. Parameters that hold for all and the
-- prohibited list stand in the first row only. Index: the unique key of catalog_item.
select v.code, v.version, v.name, v.polarity, v.provider, v.state, v.effective_from, v.effective_to, v.steps, v.head,
    v.in_force, v.gap, t.day, i.definition, b.bases, p.parameters,
    case when v.first then g.general else '[]' end as general, case when v.first then n.prohibited else '[]' end as prohibited
from (select cx.ledger_today_v1() as day) t
cross join lateral (
    select f.*, row_number() over (order by f.code, f.version) = 1 as first
    from (select %s::text as code, %s::text[] as codes, %s::integer[] as numbers, %s::boolean as in_force) asked
    cross join lateral cx.catalog_versions_v1(asked.code) f
    where case when asked.codes is not null
               then exists (select from unnest(asked.codes, asked.numbers) w(code, version)
                            where w.code = f.code and w.version = f.version)
               when asked.in_force then f.head and f.in_force
               else f.head and f.state in ('published', 'suspended') end) v
join cx.catalog_item i on i.code = v.code and i.version = v.version
cross join lateral (
    select coalesce(jsonb_agg(jsonb_build_object('kind', b.kind, 'law_code', b.law_code, 'law', b.law, 'article', b.article,
        'note', b.note, 'valid_from', greatest(b.valid_from, l.valid_from), 'valid_to', least(b.valid_to, l.valid_to))
        order by b.position), '[]') as bases
    from cx.catalog_basis b left join cx.catalog_law l on l.code = b.law_code where b.item_id = i.id) b
cross join lateral (
    select coalesce(jsonb_agg(to_jsonb(p) - '{id,version}'::text[] order by p.name, p.valid_from, p.version), '[]') as parameters
    from cx.catalog_parameter p where p.item = v.code) p
cross join lateral (
    select coalesce(jsonb_agg(to_jsonb(p) - '{id,version}'::text[] order by p.name, p.valid_from, p.version), '[]') as general
    from cx.catalog_parameter p where p.item = '' and v.first) g
cross join lateral (
    select coalesce(jsonb_agg(to_jsonb(n) - 'at' order by n.at), '[]') as prohibited
    from (select p.code,
            coalesce(array_agg(p.word order by p.id) filter (where p.kind = 'name'), '{}') as words,
            coalesce(array_agg(p.word order by p.id) filter (where p.kind = 'text'), '{}') as in_text,
            coalesce(array_agg(p.word order by p.id) filter (where p.kind = 'unless'), '{}') as "unless",
            p.law, min(p.id) as at
          from cx.catalog_prohibited p
          where v.first and p.valid_from <= t.day and (p.valid_to is null or p.valid_to >= t.day)
          group by p.code, p.law) n) n
order by v.code, v.version
