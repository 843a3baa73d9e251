-- Reasons of proposals and decisions in a rotation of the wrapping key (密钥轮换); the words stand in people's rotate_v1.sql.

-- Keys of a shelf of this room after a person, whole persons, about p_limit: reasons of proposals (matter),
-- of decisions (decision), applications of relatives (relative), and decisions on them (granted).
create function cx.belonging_wrapped_v1(p_token bytea, p_shelf text, p_after uuid, p_limit integer)
returns setof cx.people_wrapped_v1 language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_duty_v1(p_token, 'keys.rotate');
  if p_shelf = 'matter' then
    return query select o.person, o.matter, 0, substr(o.sealed, 1, 63) from cx.belonging_matter o
      where o.person > p_after order by o.person fetch first (p_limit) rows with ties;
  elsif p_shelf = 'decision' then
    return query select d.person, d.matter, 0, substr(d.sealed, 1, 63) from cx.belonging_decision d
      where d.person > p_after order by d.person fetch first (p_limit) rows with ties;
  elsif p_shelf = 'relative' then
    return query select r.person, r.application, 0, substr(r.sealed, 1, 63) from cx.belonging_relative r
      where r.person > p_after order by r.person fetch first (p_limit) rows with ties;
  elsif p_shelf = 'granted' then
    return query select g.person, g.application, 0, substr(g.sealed, 1, 63) from cx.belonging_granted g
      where g.person > p_after order by g.person fetch first (p_limit) rows with ties;
  end if;
end $$;
grant execute on function cx.belonging_wrapped_v1(bytea, text, uuid, integer) to worker;

-- Puts new wrapped keys in the place of those that were read; the words behind a key are not touched. Returns how many.
create function cx.belonging_rewrap_v1(p_token bytea, p_shelf text, p_persons uuid[], p_ids uuid[], p_seqs integer[], p_old bytea[],
  p_new bytea[]) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_count integer := 0;
begin
  perform cx.people_rewraps_v1(p_token, p_new);
  if p_shelf = 'matter' then
    update cx.belonging_matter o set sealed = n.new || substr(o.sealed, 64)
    from unnest(p_persons, p_ids, p_old, p_new) as n(person, matter, old, new)
    where o.person = n.person and o.matter = n.matter and substr(o.sealed, 1, 63) = n.old;
    get diagnostics v_count = row_count;
  elsif p_shelf = 'decision' then
    update cx.belonging_decision d set sealed = n.new || substr(d.sealed, 64)
    from unnest(p_persons, p_ids, p_old, p_new) as n(person, matter, old, new)
    where d.person = n.person and d.matter = n.matter and substr(d.sealed, 1, 63) = n.old;
    get diagnostics v_count = row_count;
  elsif p_shelf = 'relative' then
    update cx.belonging_relative r set sealed = n.new || substr(r.sealed, 64)
    from unnest(p_persons, p_ids, p_old, p_new) as n(person, application, old, new)
    where r.person = n.person and r.application = n.application and substr(r.sealed, 1, 63) = n.old;
    get diagnostics v_count = row_count;
  elsif p_shelf = 'granted' then
    update cx.belonging_granted g set sealed = n.new || substr(g.sealed, 64)
    from unnest(p_persons, p_ids, p_old, p_new) as n(person, application, old, new)
    where g.person = n.person and g.application = n.application and substr(g.sealed, 1, 63) = n.old;
    get diagnostics v_count = row_count;
  end if;
  return v_count;
end $$;
grant execute on function cx.belonging_rewrap_v1(bytea, text, uuid[], uuid[], integer[], bytea[], bytea[]) to worker;

-- How many keys of this room are wrapped under which version.
create function cx.belonging_wraps_v1(p_token bytea) returns setof cx.people_wraps_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'keys.rotate');
  select 'matter', cx.people_version_v1(o.sealed), count(*) from cx.belonging_matter o group by 2
  union all
  select 'decision', cx.people_version_v1(d.sealed), count(*) from cx.belonging_decision d group by 2
  union all
  select 'relative', cx.people_version_v1(r.sealed), count(*) from cx.belonging_relative r group by 2
  union all
  select 'granted', cx.people_version_v1(g.sealed), count(*) from cx.belonging_granted g group by 2;
end;
grant execute on function cx.belonging_wraps_v1(bytea) to worker;
