-- Reading a definition (目录条目定义), which may hold any JSON: what cannot be read is empty, never an error. `definition.py`
-- says the same, and the kernel where it is named.

create type cx.catalog_row_v1 as (position integer, body jsonb);

-- The rows of a section: objects in an array, counted from one; none where there is no such section.
create function cx.catalog_rows_v1(p_definition jsonb, p_section text) returns setof cx.catalog_row_v1
language sql immutable parallel safe
begin atomic
  select (row_number() over (order by e.ord))::integer, e.value
  from jsonb_array_elements(case jsonb_typeof(p_definition -> p_section) when 'array' then p_definition -> p_section else '[]' end)
    with ordinality as e(value, ord)
  where jsonb_typeof(e.value) = 'object';
end;

-- The texts of a list, such as the aliases of a column; what is no text is left out.
create function cx.catalog_texts_v1(p_list jsonb) returns setof text
language sql immutable parallel safe
begin atomic
  select e.value #>> '{}' from jsonb_array_elements(case jsonb_typeof(p_list) when 'array' then p_list else '[]' end) as e(value)
  where jsonb_typeof(e.value) = 'string';
end;

create type cx.catalog_pair_v1 as (key text, value text);
-- The entries of a table, such as heading -> column; values as text.
create function cx.catalog_pairs_v1(p_table jsonb) returns setof cx.catalog_pair_v1
language sql immutable parallel safe
begin atomic
  select e.key, coalesce(e.value, '')
  from jsonb_each_text(case jsonb_typeof(p_table) when 'object' then p_table else '{}' end) as e(key, value);
end;

-- A day as it is written in a definition, or NULL.
create function cx.catalog_date_v1(p_text text) returns date
language sql stable parallel safe
begin atomic
  select case when p_text ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' and pg_input_is_valid(p_text, 'date') then p_text::date end;
end;

-- A number of the law as it is written in a definition, or NULL.
create function cx.catalog_number_v1(p_value jsonb) returns integer
language sql immutable parallel safe
begin atomic
  select case when jsonb_typeof(p_value) = 'number' and p_value #>> '{}' ~ '^[0-9]{1,6}$' then (p_value #>> '{}')::integer end;
end;

-- A name as names are compared, which is kernel.normalise.folded_name: Chinese characters, a-z and 0-9 alone. What looks like
-- one of them and is another sign becomes it first.
create function cx.catalog_folded_v1(p_text text) returns text
language sql immutable parallel safe
begin atomic
  select lower(regexp_replace(
    translate(normalize(p_text, NFKD),
      U&'\2ea0\2ec5\2ec6\2ec9\2ecb\2ed3\2ed4\2ed8\2eda\2edb\2edc\2edd\2ee2\2ee5\2ee6\2eec\2eee\2ef0\30a8\30ab\30bf\30c8\30cb\30cf\30ed\0391\039d\0410',
      '民见角贝车长门青页风飞食马鱼鸟齐齿龙工力夕卜二八口ANA'),
    '[^0-9A-Za-z\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]', '', 'g'));
end;

-- Whether something stands in a text, and not only a word that fills the place, as definition.says says it.
create function cx.catalog_says_v1(p_text text) returns boolean
language sql immutable parallel safe
begin atomic
  select cx.catalog_folded_v1(coalesce(p_text, '')) not in (/*nothing*/);
end;

-- Whether a value of a code set is taken in, and not only named to be refused.
create function cx.catalog_taken_v1(p_code jsonb) returns boolean
language sql immutable parallel safe
begin atomic
  select p_code -> 'sealed' is distinct from 'true'::jsonb and p_code -> 'accepted' is distinct from 'false'::jsonb;
end;

-- Whether a row with valid_from and valid_to holds on a day.
create function cx.catalog_holds_v1(p_row jsonb, p_day date) returns boolean
language sql stable parallel safe
begin atomic
  select coalesce(cx.catalog_date_v1(p_row ->> 'valid_from') <= p_day
    and coalesce(cx.catalog_date_v1(p_row ->> 'valid_to') >= p_day, true), false);
end;

-- Twelfths of a day in a period, which makes days, months and years comparable; NULL for any other unit.
create function cx.catalog_length_v1(p_value integer, p_unit text) returns bigint
language sql immutable parallel safe
begin atomic
  select p_value::bigint * case p_unit when 'day' then 12 when 'month' then 365 when 'year' then 4380 end;
end;

-- Whether a value of a definition is of a kind, as shape.fits says it.
create function cx.catalog_fits_v1(p_value jsonb, p_kind text) returns boolean
language sql immutable parallel safe
begin atomic
  select coalesce(case p_kind
    when 'text' then jsonb_typeof(p_value) = 'string'
    when 'number' then jsonb_typeof(p_value) = 'number' and p_value #>> '{}' ~ '^-?[0-9]{1,9}$'
    when 'bool' then jsonb_typeof(p_value) = 'boolean'
    when 'texts' then jsonb_typeof(p_value) = 'array' and not p_value @? 'strict $[*] ? (@.type() != "string")'
    when 'pairs' then jsonb_typeof(p_value) = 'object' and not p_value @? 'strict $.* ? (@.type() != "string")'
    when 'tables' then jsonb_typeof(p_value) = 'object' and not p_value @? 'strict $.* ? (@.type() != "object")'
      and not p_value @? 'strict $.*.* ? (@.type() != "string")'
  end, false);
end;

-- Whether a text is a unified social credit code (统一社会信用代码, GB 32100), as kernel.organisation.check_uscc says it.
create function cx.catalog_uscc_v1(p_code text) returns boolean
language sql immutable parallel safe
begin atomic
  select p_code ~ '^[0-9A-HJ-NPQRTUWXY]{18}$' and (
    select sum((strpos('0123456789ABCDEFGHJKLMNPQRTUWXY', substr(p_code, w.at::integer, 1)) - 1) * w.weight) % 31 = 0
    from unnest(array[1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1]) with ordinality as w(weight, at));
end;

-- Whether its dates can be read and follow each other.
create function cx.catalog_dated_v1(p_row jsonb) returns boolean
language sql stable parallel safe
begin atomic
  select cx.catalog_date_v1(p_row ->> 'valid_from') is not null
    and (coalesce(p_row ->> 'valid_to', '') = ''
         or coalesce(cx.catalog_date_v1(p_row ->> 'valid_to') >= cx.catalog_date_v1(p_row ->> 'valid_from'), false));
end;
