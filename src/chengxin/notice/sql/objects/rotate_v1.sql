-- Letters as served and contact data in a rotation of the wrapping key (密钥轮换); the words stand in people's rotate_v1.sql.

-- Keys of a shelf of this room after a person, whole persons, about p_limit: copy (送达文本; 1 in the app, 2 by post), contact.
create function cx.notice_wrapped_v1(p_token bytea, p_shelf text, p_after uuid, p_limit integer)
returns setof cx.people_wrapped_v1 language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_duty_v1(p_token, 'keys.rotate');
  if p_shelf = 'copy' then
    return query select c.person, c.letter, case c.channel when 'in_app' then 1 else 2 end, substr(c.sealed, 1, 63) from cx.notice_copy c
      where c.person > p_after order by c.person fetch first (p_limit) rows with ties;
  elsif p_shelf = 'contact' then
    return query select c.person, c.contact, 0, substr(c.sealed, 1, 63) from cx.notice_contact c
      where c.person > p_after and c.sealed is not null order by c.person fetch first (p_limit) rows with ties;
  end if;
end $$;
grant execute on function cx.notice_wrapped_v1(bytea, text, uuid, integer) to worker;

-- Puts new wrapped keys in the place of those that were read; the words behind a key are not touched. Returns how many.
create function cx.notice_rewrap_v1(p_token bytea, p_shelf text, p_persons uuid[], p_ids uuid[], p_seqs integer[], p_old bytea[],
  p_new bytea[]) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_count integer := 0;
begin
  perform cx.people_rewraps_v1(p_token, p_new);
  if p_shelf = 'copy' then
    update cx.notice_copy c set sealed = n.new || substr(c.sealed, 64)
    from unnest(p_persons, p_ids, p_seqs, p_old, p_new) as n(person, letter, seq, old, new)
    where c.person = n.person and c.letter = n.letter and c.channel = case n.seq when 1 then 'in_app' else 'post' end
      and substr(c.sealed, 1, 63) = n.old;
    get diagnostics v_count = row_count;
  elsif p_shelf = 'contact' then
    update cx.notice_contact c set sealed = n.new || substr(c.sealed, 64)
    from unnest(p_persons, p_ids, p_old, p_new) as n(person, contact, old, new)
    where c.person = n.person and c.contact = n.contact and substr(c.sealed, 1, 63) = n.old;
    get diagnostics v_count = row_count;
  end if;
  return v_count;
end $$;
grant execute on function cx.notice_rewrap_v1(bytea, text, uuid[], uuid[], integer[], bytea[], bytea[]) to worker;

-- How many keys of this room are wrapped under which version.
create function cx.notice_wraps_v1(p_token bytea) returns setof cx.people_wraps_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'keys.rotate');
  select 'copy', cx.people_version_v1(c.sealed), count(*) from cx.notice_copy c group by 2
  union all
  select 'contact', cx.people_version_v1(c.sealed), count(*) from cx.notice_contact c where c.sealed is not null group by 2;
end;
grant execute on function cx.notice_wraps_v1(bytea) to worker;
