-- The texts of records in a rotation of the wrapping key (密钥轮换); the words stand in people's rotate_v1.sql.

-- Keys of the texts of records (文书文字) after a person, whole persons, about p_limit. A text is sealed for the row of the
-- batch that brought it.
create function cx.records_wrapped_v1(p_token bytea, p_shelf text, p_after uuid, p_limit integer)
returns setof cx.people_wrapped_v1 language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'keys.rotate');
  select v.person, v.batch, v.source_row, substr(v.sealed, 1, 63) from cx.records_version v
  where p_shelf = 'text' and v.person > p_after order by v.person fetch first (p_limit) rows with ties;
end;
grant execute on function cx.records_wrapped_v1(bytea, text, uuid, integer) to worker;

-- Puts new wrapped keys in the place of those that were read; the text behind a key is not touched. Returns how many.
create function cx.records_rewrap_v1(p_token bytea, p_shelf text, p_persons uuid[], p_ids uuid[], p_seqs integer[], p_old bytea[],
  p_new bytea[]) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_count integer;
begin
  perform cx.people_rewraps_v1(p_token, p_new);
  update cx.records_version v set sealed = n.new || substr(v.sealed, 64)
  from unnest(p_persons, p_ids, p_seqs, p_old, p_new) as n(person, batch, source_row, old, new)
  where p_shelf = 'text' and v.person = n.person and v.batch = n.batch and v.source_row = n.source_row
    and substr(v.sealed, 1, 63) = n.old;
  get diagnostics v_count = row_count;
  return v_count;
end $$;
grant execute on function cx.records_rewrap_v1(bytea, text, uuid[], uuid[], integer[], bytea[], bytea[]) to worker;

-- How many keys of this room are wrapped under which version; the stage is passing and is not wrapped anew.
create function cx.records_wraps_v1(p_token bytea) returns setof cx.people_wraps_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'keys.rotate');
  select 'text', cx.people_version_v1(v.sealed), count(*) from cx.records_version v group by 2
  union all
  select 'stage', cx.people_version_v1(s.dek), count(*) from cx.records_stage s group by 2;
end;
grant execute on function cx.records_wraps_v1(bytea) to worker;
