-- The gate of publication (发布检查), R0.2: what keeps a definition from being published. `rules.gate` says the same with
-- words; a test holds the two together. All of it takes any JSON: what cannot be read is a problem, not an error.

create type cx.catalog_problem_v1 as (code text, place text);

-- Every value is what intake will read it as; shape.py says which.
create function cx.catalog_gate_shape_v1(p_definition jsonb) returns setof cx.catalog_problem_v1
language sql stable
begin atomic
  with known(section, key, kind) as materialized (
    values /*keys*/
  ), part as materialized (
    select o.section, 0 as position,
      case jsonb_typeof(p_definition -> o.section) when 'object' then p_definition -> o.section else '{}' end as body
    from (values ('item'), ('sealed')) as o(section)
    union all
    select t.section, r.position, r.body from (select distinct k.section from known k where k.section not in ('item', 'sealed')) t
    cross join lateral cx.catalog_rows_v1(p_definition, t.section) r
  )
  select 'CATALOG-13', case p.section
    when 'item' then 'item.' || k.key when 'sealed' then 'sealed' when 'basis' then 'basis:' || p.position
    when 'field' then coalesce(p.body ->> 'code', '') when 'parameter' then 'parameter:' || coalesce(p.body ->> 'name', '')
    when 'code' then 'code:' || coalesce(p.body ->> 'code_set', '') else 'format:' || coalesce(p.body ->> 'code', '') end
  from part p join known k on k.section = p.section and p.body ? k.key
  where not cx.catalog_fits_v1(p.body -> k.key, k.kind)
    -- Bases and numbers are read from tables of the catalog, where nothing is said as null.
    and not (p.section in ('basis', 'parameter') and p.body -> k.key = 'null')
  union
  select 'CATALOG-13', t.section from (select distinct k.section from known k where k.section not in ('item', 'sealed')) t
  where p_definition ? t.section and (jsonb_typeof(p_definition -> t.section) <> 'array'
    or p_definition -> t.section @? 'strict $[*] ? (@.type() != "object")')
  union
  select 'CATALOG-13', o.section from (values ('sealed'), ('organisation_only')) as o(section)
  where p_definition ? o.section and case o.section when 'sealed' then jsonb_typeof(p_definition -> o.section) <> 'object'
    else not cx.catalog_fits_v1(p_definition -> o.section, 'pairs') end
  union
  -- A sealed word is searched for in texts: one without a letter would stand in all of them.
  select 'CATALOG-13', 'sealed' from known k
  cross join lateral cx.catalog_texts_v1(p_definition #> array['sealed', k.key]) w
  where k.section = 'sealed' and cx.catalog_folded_v1(w) = '';
end;

-- The item itself.
create function cx.catalog_gate_head_v1(p_definition jsonb) returns setof cx.catalog_problem_v1
language sql stable
begin atomic
  with head as materialized (
    select h.body, coalesce(h.body ->> 'polarity', '') as polarity, coalesce(h.body ->> 'severity', 'field') as severity
    from (select case jsonb_typeof(p_definition -> 'item') when 'object' then p_definition -> 'item' else '{}' end as body) h
  )
  select p.code, p.place from head h cross join lateral (values
    ('CATALOG-13', 'item.code', coalesce(h.body ->> 'code', '') !~ '^[A-Z][A-Z0-9_]{1,19}$'),
    ('CATALOG-13', 'item.name', not cx.catalog_says_v1(h.body ->> 'name')),
    ('CATALOG-13', 'item.provider', not cx.catalog_says_v1(h.body ->> 'provider')),
    ('CATALOG-13', 'item.polarity', h.polarity not in ('adverse', 'positive', 'neutral')),
    ('CATALOG-08', 'item.severity', case when h.polarity = 'adverse' then h.severity not in ('field', 'SERIOUS', 'GENERAL', 'MINOR')
                                         else h.severity <> 'NONE' end),
    ('CATALOG-08', 'item.notice_template', h.polarity = 'adverse' and not cx.catalog_says_v1(h.body ->> 'notice_template')),
    -- A number has figures: no word such as 已完成 stands for an assessment.
    ('CATALOG-01', 'item.impact_assessment', coalesce(h.body ->> 'impact_assessment', '') !~ '[0-9]{3}'),
    ('CATALOG-16', 'item.providers', not cx.catalog_fits_v1(h.body -> 'providers', 'texts')
      or exists (select from cx.catalog_texts_v1(h.body -> 'providers') c where c <> '*' and not cx.catalog_uscc_v1(c))),
    ('CATALOG-14', 'item.polarity', exists (
      select from cx.catalog_step s join cx.catalog_item i on i.code = s.code and i.version = s.version
      where s.code = h.body ->> 'code' and s.to_state = 'published' and i.polarity <> h.polarity)),
    ('CATALOG-10', 'item.subject', coalesce(h.body ->> 'subject', '') <> 'natural_person'),
    ('CATALOG-02', 'item.disclosure', coalesce(h.body ->> 'disclosure', '') not in ('authorized_query', 'gov_share')),
    ('CATALOG-13', 'item.effective_from', h.body ->> 'effective_from' <> '' and cx.catalog_date_v1(h.body ->> 'effective_from') is null),
    ('CATALOG-13', 'item.effective_to', h.body ->> 'effective_to' <> '' and cx.catalog_date_v1(h.body ->> 'effective_to') is null)
  ) as p(code, place, wrong) where p.wrong;
end;

-- Columns and their roles. What may stand together in a column is said by checks.py.
create function cx.catalog_gate_columns_v1(p_definition jsonb) returns setof cx.catalog_problem_v1
language sql stable
begin atomic
  with fit(role, kind, store, required) as materialized (
    values /*fits*/
  ), field as materialized (
    select coalesce(f.body ->> 'code', '') as code, coalesce(f.body ->> 'kind', '') as kind, coalesce(f.body ->> 'role', '') as role,
      coalesce(f.body ->> 'required', '') as required, coalesce(f.body ->> 'store', '') as store,
      coalesce(f.body ->> 'code_set', '') as code_set, f.body
    from cx.catalog_rows_v1(p_definition, 'field') f
  ), judged as materialized (
    select f.code,
      f.code ~ '^[A-Za-z][A-Za-z0-9_]{0,39}$' and cx.catalog_says_v1(f.body ->> 'name') and f.required in ('yes', 'cond', 'no')
        and exists (select from fit t where t.kind = f.kind) and exists (select from fit t where t.store = f.store)
        and exists (select from fit t where t.role = f.role) and coalesce(z.length > 0 and z.scale < z.precision, false) as readable,
      exists (select from fit t where t.role = f.role and t.kind = f.kind and t.store = f.store and t.required in ('', f.required))
        and (f.kind = 'code' or f.code_set in ('', case f.kind when 'id_type' then 'id_type' else '' end))
        and (f.body -> 'many' is distinct from 'true'::jsonb or (f.role = '' and f.kind = 'code')) as fitting
    from field f cross join lateral (
      select case when f.body ? 'length' then cx.catalog_number_v1(f.body -> 'length') else 1 end as length,
        case when f.body ? 'precision' then cx.catalog_number_v1(f.body -> 'precision') else 18 end as precision,
        case when f.body ? 'scale' then cx.catalog_number_v1(f.body -> 'scale') else 6 end as scale) z
  )
  select 'CATALOG-13', 'field' where not exists (select from field)
  union all
  select 'CATALOG-13', j.code from judged j where not j.readable
  union all
  select 'CATALOG-18', j.code from judged j where j.readable and not j.fitting
  union all
  select 'CATALOG-11', f.code from field f
  where f.kind in ('code', 'id_type') and not exists (
    select from cx.catalog_rows_v1(p_definition, 'code') v
    where cx.catalog_taken_v1(v.body)
      and coalesce(v.body ->> 'code_set', '') = case f.kind when 'id_type' then 'id_type' else f.code_set end)
  union all
  select 'CATALOG-12', n.code from (
    select f.code from field f
    union all select o.key from cx.catalog_pairs_v1(p_definition -> 'organisation_only') o) n
  group by n.code having count(*) > 1
  union all
  select 'CATALOG-12', 'role:' || f.role from field f where f.role <> '' group by f.role having count(*) > 1
  union all
  select 'CATALOG-07', 'role:' || t.role from fit t
  where t.required <> '' and not exists (select from field f where f.role = t.role)
  union all
  -- What harms names its legal article (R0.1): a column for it that may stay empty is none.
  select 'CATALOG-07', 'role:basis'
  where p_definition #>> '{item,polarity}' = 'adverse'
    and not exists (select from field f where f.role = 'basis' and f.required = 'yes');
end;

-- Code sets, the classes of what harms, and other spellings of the file.
create function cx.catalog_gate_codes_v1(p_definition jsonb) returns setof cx.catalog_problem_v1
language sql stable
begin atomic
  with field as materialized (
    select coalesce(f.body ->> 'code', '') as code, f.body ->> 'role' = 'severity' as tells_class, coalesce(f.body ->> 'code_set', '') as code_set
    from cx.catalog_rows_v1(p_definition, 'field') f
  ), value as materialized (
    select coalesce(v.body ->> 'code_set', '') as code_set, coalesce(v.body ->> 'value', '') as value,
      coalesce(v.body ->> 'identifier', '') as identifier, v.body
    from cx.catalog_rows_v1(p_definition, 'code') v
  ), class as materialized (
    select v.code_set, v.identifier, coalesce(v.body ->> 'display_max', '') as display_max from value v
    where v.code_set in (select f.code_set from field f where f.tells_class)
  ), format as materialized (
    select coalesce(o.body ->> 'code', '') as code, o.body from cx.catalog_rows_v1(p_definition, 'format') o
  )
  select 'CATALOG-13', 'code:' || v.code_set from value v
  where v.code_set !~ '\S' or v.value !~ '\S' or v.code_set in (/*no_sets*/)
    or (v.code_set = 'id_type' and cx.catalog_taken_v1(v.body) and v.identifier not in (/*numbers*/))
    or (v.body -> 'sealed' = 'true'::jsonb and cx.catalog_folded_v1(v.value) = '')
  union all
  select 'CATALOG-11', 'code:' || v.code_set from value v
  where v.body ->> 'needs' <> '' and not exists (select from field f where f.code = v.body ->> 'needs')
  union all
  select 'CATALOG-08', c.place from (
    select 'item.severity' where not exists (select from class c where c.identifier = 'UNDETERMINED')
    union all
    select 'code:' || c.code_set from class c
    where c.identifier not in ('SERIOUS', 'GENERAL', 'MINOR', 'UNDETERMINED') or c.display_max = '') c(place)
  where p_definition #>> '{item,polarity}' = 'adverse' and coalesce(p_definition #>> '{item,severity}', 'field') = 'field'
  union all
  select 'CATALOG-13', 'format:' || o.code from format o where o.code !~ '\S' or not cx.catalog_says_v1(o.body ->> 'name')
  union all
  select 'CATALOG-12', 'format:' || o.code from format o group by o.code having count(*) > 1
  union all
  select 'CATALOG-11', 'format:' || o.code from format o
  where exists (
    select from (select c.value from cx.catalog_pairs_v1(o.body -> 'columns') c
                 union all select d.key from cx.catalog_pairs_v1(o.body -> 'defaults') d
                 union all select w.key from cx.catalog_pairs_v1(o.body -> 'values') w) aim(code)
    where aim.code <> '' and not exists (select from field f where f.code = aim.code));
end;

-- Dated parameters, none with a gap. What protects people holds in every row, whatever its dates.
create function cx.catalog_gate_numbers_v1(p_definition jsonb, p_day date) returns setof cx.catalog_problem_v1
language sql stable
begin atomic
  with head as materialized (
    select p_definition #>> '{item,polarity}' = 'adverse' is true as adverse,
      coalesce(p_definition #>> '{item,severity}', 'field') as severity,
      cx.catalog_date_v1(p_definition #>> '{item,effective_to}') as until
  ), given as materialized (
    select coalesce(r.body ->> 'name', '') as name, cx.catalog_number_v1(r.body -> 'value') as value,
      coalesce(r.body ->> 'unit', '') as unit, coalesce(r.body ->> 'valid_from', '') as valid_from,
      cx.catalog_date_v1(r.body ->> 'valid_from') as first, cx.catalog_date_v1(r.body ->> 'valid_to') as last,
      cx.catalog_holds_v1(r.body, p_day) as holds, r.body
    from cx.catalog_rows_v1(p_definition, 'parameter') r
  ), span(name, unit, most) as materialized (
    values /*spans*/
  ), needed as materialized (
    select unnest(array['retention', 'adult_age', 'report_within', 'report_every']) as name
    union select 'display_max' from head h where not (h.adverse and h.severity = 'field')
    union select n.name from head h cross join (values ('notice_wait'), ('act_look_back')) as n(name) where h.adverse
    union select n.name from cx.catalog_rows_v1(p_definition, 'code') c
      cross join lateral (values (c.body ->> 'display_min'), (c.body ->> 'display_max')) as n(name) where n.name <> ''
  )
  select 'CATALOG-03', 'parameter:' || g.name from given g where g.value is null or not cx.catalog_says_v1(g.body ->> 'basis')
  union all
  select 'CATALOG-13', 'parameter:' || g.name from given g
  where g.name !~ '\S' or not cx.catalog_dated_v1(g.body)
    -- Intake counts days, months and years.
    or (g.unit = 'working_day' and g.name <> 'report_within' and g.name in (select n.name from needed n))
    or not exists (
    select from span s where s.unit = g.unit and coalesce(g.value, 0) <= s.most
      and s.name = case when g.name in (select k.name from span k) then g.name else '' end)
  union all
  select 'CATALOG-12', 'parameter:' || g.name from given g group by g.name, g.valid_from having count(*) > 1
  union all
  select 'CATALOG-09', 'parameter:' || n.name from needed n where not exists (select from given g where g.name = n.name and g.holds)
  union all
  select 'CATALOG-09', 'parameter:' || g.name from head h cross join given g
  where exists (select from needed n where n.name = g.name) and g.last >= p_day and coalesce(g.last < h.until, true) and not exists (
      select from given o where o.name = g.name and o.first <= g.last + 1 and (o.last is null or o.last > g.last))
  union all
  select 'CATALOG-10', 'parameter:adult_age' from given g
  where g.name = 'adult_age' and (coalesce(g.value, 0) < 18 or g.unit <> 'year')
  union all
  select 'CATALOG-08', 'parameter:notice_wait' from head h
  where h.adverse and (not exists (select from given g where g.name = 'notice_wait' and g.holds)
    or exists (select from given g where g.name = 'notice_wait' and (coalesce(g.value, 0) < 1 or g.unit <> 'day')));
end;

-- How long what harms is used and kept at most (期限上限): no longer than the classification standard of all domains lets its
-- class, and the general number retention_most. What is no class is bounded as the mildest one.
create function cx.catalog_gate_ceilings_v1(p_definition jsonb, p_day date) returns setof cx.catalog_problem_v1
language sql stable
begin atomic
  with class as materialized (
    select r.severity as code, max(cx.catalog_length_v1(r.display_max, r.unit)) as most from cx.catalog_severity_rule r
    where r.domain = '通用' and r.valid_from <= p_day and (r.valid_to is null or r.valid_to >= p_day) group by r.severity
  ), named(name, class) as materialized (
    values ('display_max_minor', 'MINOR'), ('display_max_general', 'GENERAL'), ('display_max_serious', 'SERIOUS')
    union all
    select 'display_max', case when p_definition #>> '{item,severity}' in ('GENERAL', 'MINOR') then p_definition #>> '{item,severity}'
                               else 'SERIOUS' end
    union all
    select n.name, case when c.body ->> 'identifier' in ('SERIOUS', 'GENERAL') then c.body ->> 'identifier' else 'MINOR' end
    from cx.catalog_rows_v1(p_definition, 'code') c
    cross join lateral (values (c.body ->> 'display_min'), (c.body ->> 'display_max')) as n(name)
  ), bound as materialized (
    select n.name, c.most from named n left join class c on c.code = n.class where n.name <> ''
    union all
    select 'retention', (select cx.catalog_length_v1(p.value, p.unit) from cx.catalog_parameter p
      where p.name = 'retention_most' and p.item = '' and p.valid_from <= p_day and (p.valid_to is null or p.valid_to >= p_day)
      order by p.valid_from desc limit 1)
  )
  select 'CATALOG-15', 'parameter:' || b.name from cx.catalog_rows_v1(p_definition, 'parameter') r
  join bound b on b.name = r.body ->> 'name'
  where p_definition #>> '{item,polarity}' = 'adverse'
    and coalesce(cx.catalog_length_v1(cx.catalog_number_v1(r.body -> 'value'), r.body ->> 'unit') > b.most, true);
end;

-- Legal bases, each no longer than the law it names. A determination that harms needs a statute of the register behind it.
create function cx.catalog_gate_bases_v1(p_definition jsonb, p_day date) returns setof cx.catalog_problem_v1
language sql stable
begin atomic
  with basis as materialized (
    select b.position, coalesce(b.body ->> 'kind', '') as kind, coalesce(b.body ->> 'law_code', '') as law_code, l.code as known,
      cx.catalog_holds_v1(b.body, p_day)
        and (l.code is null or (l.valid_from <= p_day and (l.valid_to is null or l.valid_to >= p_day))) as holds,
      l.level in ('law', 'administrative_regulation', 'local_regulation') is true as statute, b.body
    from cx.catalog_rows_v1(p_definition, 'basis') b
    left join cx.catalog_law l on l.code = b.body ->> 'law_code'
  )
  select 'CATALOG-13', 'basis:' || b.position from basis b
  where b.kind not in ('collect', 'act', 'period', 'limit', 'publish_natural_person')
     or not cx.catalog_says_v1(b.body ->> 'law') or not cx.catalog_dated_v1(b.body)
  union all
  select 'CATALOG-11', 'basis:' || b.position from basis b where b.law_code <> '' and b.known is null
  union all
  select 'CATALOG-04', 'basis' from (values ('collect'), ('act'), ('period')) as k(kind)
  where not exists (select from basis b where b.kind = k.kind and b.holds)
  union all
  select 'CATALOG-05', 'basis'
  where p_definition #>> '{item,polarity}' = 'adverse'
    and not exists (select from basis b where b.kind = 'act' and b.holds and b.statute);
end;

-- Prohibited words in whatever names something that is collected: item, columns, values that are taken, headings of other
-- formats that are taken. A word inside an `unless` phrase of its class does not count.
create function cx.catalog_gate_words_v1(p_definition jsonb, p_day date) returns setof cx.catalog_problem_v1
language sql stable
begin atomic
  with named as materialized (
    select 'item.name' as place, coalesce(p_definition #>> '{item,name}', '') as name
    union all
    select coalesce(f.body ->> 'code', ''), n.name from cx.catalog_rows_v1(p_definition, 'field') f
    cross join lateral (select f.body ->> 'name' union all select a from cx.catalog_texts_v1(f.body -> 'aliases') a) as n(name)
    union all
    select 'code:' || coalesce(v.body ->> 'code_set', ''), n.name from cx.catalog_rows_v1(p_definition, 'code') v
    cross join lateral (select v.body ->> 'value' union all select a from cx.catalog_texts_v1(v.body -> 'aliases') a) as n(name)
    where cx.catalog_taken_v1(v.body)
    union all
    select 'format:' || coalesce(o.body ->> 'code', ''), c.key from cx.catalog_rows_v1(p_definition, 'format') o
    cross join lateral cx.catalog_pairs_v1(o.body -> 'columns') c where c.value <> ''
  ), ban as materialized (
    select b.code, b.kind, cx.catalog_folded_v1(b.word) as word from cx.catalog_prohibited b
    where b.valid_from <= p_day and (b.valid_to is null or b.valid_to >= p_day)
  ), phrase as materialized (
    select b.code, string_agg(regexp_replace(b.word, '([^[:alnum:]])', '\\\1', 'g'), '|' order by length(b.word) desc) as pattern
    from ban b where b.kind = 'unless' group by b.code
  )
  select distinct 'CATALOG-06', n.place from named n
  where exists (
    select from ban b left join phrase p on p.code = b.code
    where b.kind <> 'unless'
      and position(b.word in regexp_replace(cx.catalog_folded_v1(n.name), coalesce(p.pattern, '$.'), '·', 'g')) > 0);
end;

-- Everything that is wrong with a definition on the day on which it would take effect.
create function cx.catalog_gate_v1(p_definition jsonb, p_day date) returns setof cx.catalog_problem_v1
language sql stable
begin atomic
  select s.* from cx.catalog_gate_shape_v1(p_definition) s
  union select h.* from cx.catalog_gate_head_v1(p_definition) h
  union select c.* from cx.catalog_gate_columns_v1(p_definition) c
  union select o.* from cx.catalog_gate_codes_v1(p_definition) o
  union select n.* from cx.catalog_gate_numbers_v1(p_definition, p_day) n
  union select l.* from cx.catalog_gate_ceilings_v1(p_definition, p_day) l
  union select b.* from cx.catalog_gate_bases_v1(p_definition, p_day) b
  union select w.* from cx.catalog_gate_words_v1(p_definition, p_day) w;
end;
