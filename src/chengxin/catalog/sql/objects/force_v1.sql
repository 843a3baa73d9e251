-- What is in force on a day. Only the owner writes the catalog; everybody may read it.

alter table cx.catalog_basis add constraint catalog_basis_item foreign key (item_id) references cx.catalog_item not deferrable;
-- R0.2: an adverse item without an impact assessment cannot be published; natural persons are never published by default.
alter table cx.catalog_item add constraint "CATALOG-01" check (state <> 'published' or impact_assessment <> '');
alter table cx.catalog_item add constraint "CATALOG-02" check (subject <> 'natural_person' or disclosure in ('authorized_query', 'gov_share'));
alter table cx.catalog_parameter add constraint "CATALOG-03" check (value >= 0 and basis <> '');

grant select on cx.catalog_item, cx.catalog_basis, cx.catalog_parameter to web, worker, engine, points;

create type cx.catalog_item_row_v1 as (code text, version integer);

-- Items in force: published, within their dates, and of each kind of basis they stand on (collect, act, period) at least
-- one in force. A basis that ends suspends its items the same day.
create function cx.catalog_in_force_v1(p_day date) returns setof cx.catalog_item_row_v1
language sql stable parallel safe
begin atomic
  select i.code::text, i.version from cx.catalog_item i
  where i.state = 'published' and i.effective_from <= p_day and (i.effective_to is null or i.effective_to > p_day)
    and exists (select from cx.catalog_basis b where b.item_id = i.id and b.kind <> 'limit')
    and not exists (
      select from cx.catalog_basis b where b.item_id = i.id and b.kind <> 'limit'
        and not exists (select from cx.catalog_basis c where c.item_id = b.item_id and c.kind = b.kind
                        and c.valid_from <= p_day and (c.valid_to is null or c.valid_to >= p_day)));
end;

-- A dated number of the law; the item's own row goes before the general one. NULL: not set.
create function cx.catalog_parameter_v1(p_name text, p_item text, p_day date) returns integer
language sql stable parallel safe
begin atomic
  select p.value from cx.catalog_parameter p
  where p.name = p_name and p.item in (p_item, '') and p.valid_from <= p_day and (p.valid_to is null or p.valid_to >= p_day)
  order by p.item desc, p.valid_from desc limit 1;
end;

-- The same as a span of time, from value and unit of the row.
create function cx.catalog_period_v1(p_name text, p_item text, p_day date) returns interval
language sql stable parallel safe
begin atomic
  select case p.unit when 'year' then make_interval(years => p.value) when 'month' then make_interval(months => p.value)
                     when 'day' then make_interval(days => p.value) end
  from cx.catalog_parameter p
  where p.name = p_name and p.item in (p_item, '') and p.valid_from <= p_day and (p.valid_to is null or p.valid_to >= p_day)
  order by p.item desc, p.valid_from desc limit 1;
end;
