-- What other rooms ask about one version of an item. Internal: their doors call these. No such version: no.

-- Whether an organisation may report it (报送单位): the definition names its code, or '*' for every one.
create function cx.catalog_provides_v1(p_item text, p_version integer, p_organisation text) returns boolean
language sql stable
begin atomic
  select exists (
    select from cx.catalog_item i
    cross join lateral jsonb_array_elements_text(
      case jsonb_typeof(i.definition #> '{item,providers}') when 'array' then i.definition #> '{item,providers}' else '[]' end) as p(code)
    where i.code = p_item and i.version = p_version and p.code in ('*', p_organisation));
end;

-- Codes of the columns that a record keeps as they are (store plain), in their order.
create function cx.catalog_columns_v1(p_item text, p_version integer) returns text[]
language sql stable
begin atomic
  select coalesce(array_agg(f.body ->> 'code' order by f.position), '{}')
  from cx.catalog_item i cross join lateral cx.catalog_rows_v1(i.definition, 'field') f
  where i.code = p_item and i.version = p_version and f.body ->> 'store' = 'plain';
end;

-- Code of the plain column that plays a role; NULL where the item has none.
create function cx.catalog_role_v1(p_item text, p_version integer, p_role text) returns text
language sql stable
begin atomic
  select f.body ->> 'code'
  from cx.catalog_item i cross join lateral cx.catalog_rows_v1(i.definition, 'field') f
  where i.code = p_item and i.version = p_version and f.body ->> 'role' = p_role and f.body ->> 'store' = 'plain'
  order by f.position limit 1;
end;

-- Whether the law for collecting it and, where it has such, for the determination itself held on a day (当日有依据): of each
-- kind one basis at least, none longer than the law it names.
create function cx.catalog_stands_on_v1(p_item text, p_version integer, p_day date) returns boolean
language sql stable
begin atomic
  select coalesce(bool_and(k.stands), false) from (
    select bool_or(b.valid_from <= p_day and (b.valid_to is null or b.valid_to >= p_day)
      and (l.code is null or (l.valid_from <= p_day and (l.valid_to is null or l.valid_to >= p_day)))) as stands
    from cx.catalog_item i
    join cx.catalog_basis b on b.item_id = i.id and b.kind in ('collect', 'act')
    left join cx.catalog_law l on l.code = b.law_code
    where i.code = p_item and i.version = p_version group by b.kind) k;
end;
