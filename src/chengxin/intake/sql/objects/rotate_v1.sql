-- Held rows in a rotation of the wrapping key (密钥轮换); the words stand in people's rotate_v1.sql. Files and sessions of
-- uploads are sealed for days only: they are not wrapped anew, and an old version is kept until none of them is left.

-- Keys of a shelf of this room after a person, whole persons, about p_limit: held (待核行的身份), held_text (待核行的文字).
create function cx.intake_wrapped_v1(p_token bytea, p_shelf text, p_after uuid, p_limit integer)
returns setof cx.people_wrapped_v1 language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_duty_v1(p_token, 'keys.rotate');
  if p_shelf = 'held' then
    return query select h.person, (h.row).candidate, h.source_row, (h.row).dek from cx.intake_held h
      where h.person > p_after order by h.person fetch first (p_limit) rows with ties;
  elsif p_shelf = 'held_text' then
    return query select h.person, h.batch, h.source_row, substr((h.row).sealed, 1, 63) from cx.intake_held h
      where h.person > p_after order by h.person fetch first (p_limit) rows with ties;
  end if;
end $$;
grant execute on function cx.intake_wrapped_v1(bytea, text, uuid, integer) to worker;

-- Puts new wrapped keys in the place of those that were read; what is behind a key is not touched. Returns how many.
create function cx.intake_rewrap_v1(p_token bytea, p_shelf text, p_persons uuid[], p_ids uuid[], p_seqs integer[], p_old bytea[],
  p_new bytea[]) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_count integer := 0;
begin
  perform cx.people_rewraps_v1(p_token, p_new);
  if p_shelf = 'held' then
    update cx.intake_held h set row.dek = n.new
    from unnest(p_persons, p_ids, p_seqs, p_old, p_new) as n(person, candidate, source_row, old, new)
    where h.person = n.person and h.source_row = n.source_row and (h.row).candidate = n.candidate and (h.row).dek = n.old;
    get diagnostics v_count = row_count;
  elsif p_shelf = 'held_text' then
    update cx.intake_held h set row.sealed = n.new || substr((h.row).sealed, 64)
    from unnest(p_persons, p_ids, p_seqs, p_old, p_new) as n(person, batch, source_row, old, new)
    where h.person = n.person and h.batch = n.batch and h.source_row = n.source_row and substr((h.row).sealed, 1, 63) = n.old;
    get diagnostics v_count = row_count;
  end if;
  return v_count;
end $$;
grant execute on function cx.intake_rewrap_v1(bytea, text, uuid[], uuid[], integer[], bytea[], bytea[]) to worker;

-- How many keys of this room are wrapped under which version.
create function cx.intake_wraps_v1(p_token bytea) returns setof cx.people_wraps_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'keys.rotate');
  select 'held', cx.people_version_v1((h.row).dek), count(*) from cx.intake_held h group by 2
  union all
  select 'held_text', cx.people_version_v1((h.row).sealed), count(*) from cx.intake_held h group by 2
  union all
  select 'file', cx.people_version_v1(f.sealed), count(*) from cx.intake_file f group by 2
  union all
  select 'session', cx.people_version_v1(u.session), count(*) from cx.intake_upload u where u.session is not null group by 2;
end;
grant execute on function cx.intake_wraps_v1(bytea) to worker;
