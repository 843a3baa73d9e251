-- Purpose: what may never be collected on a day, one row for each class, in the shape of its seed file.
-- Input: the day. Output: code, words, in_text, unless (texts), law.
select p.code,
    coalesce(array_agg(p.word order by p.id) filter (where p.kind = 'name'), '{}') as words,
    coalesce(array_agg(p.word order by p.id) filter (where p.kind = 'text'), '{}') as in_text,
    coalesce(array_agg(p.word order by p.id) filter (where p.kind = 'unless'), '{}') as "unless",
    p.law
from cx.catalog_prohibited p
where p.valid_from <= %s::date and (p.valid_to is null or p.valid_to >= %s::date)
group by p.code, p.law
order by min(p.id)
