-- Rotation of the wrapping key (密钥轮换): the keys of values are wrapped anew, the values stay as they are.

-- What happened to a version: it began, everything was wrapped under it, it was destroyed. The keys themselves are never here.
create table cx.people_rotation (
  version integer not null check (version between 1 and 65535),
  step text not null check (step in ('begun', 'wrapped', 'destroyed')),
  act uuid not null,
  at timestamptz not null,
  primary key (version, step)
);

-- Notes a step of a rotation, under an act that is about nobody: to begin and to destroy want a proof anew. Said twice, it stands once.
create function cx.people_rotated_v1(p_act uuid, p_version integer, p_step text) returns void
language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act],
    case p_step when 'begun' then 'keys.begin' when 'destroyed' then 'keys.destroy' else 'keys.rotate' end);
  insert into cx.people_rotation values (p_version, p_step, p_act, statement_timestamp()) on conflict do nothing;
end;
grant execute on function cx.people_rotated_v1(uuid, integer, text) to worker;

create type cx.people_rotation_v1 as (version integer, step text, at timestamptz);
-- The rotations so far (轮换经历).
create function cx.people_rotations_v1(p_token bytea) returns setof cx.people_rotation_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'keys.rotate');
  select r.version, r.step, r.at from cx.people_rotation r order by r.version, r.at;
end;
grant execute on function cx.people_rotations_v1(bytea) to worker;

-- A key of a shelf as the ring wrapped it; `id` and `seq` are what its seal is bound to.
create type cx.people_wrapped_v1 as (person uuid, id uuid, seq integer, wrapped bytea);
-- How many keys of a shelf (密文的存放处) are wrapped under a version.
create type cx.people_wraps_v1 as (shelf text, version integer, keys bigint);

-- Version in a wrapped key, which is suite (1 byte), version (2), nonce and key: 63 bytes. 0: it is damaged.
create function cx.people_version_v1(p_wrapped bytea) returns integer language sql immutable parallel safe
return case when length(p_wrapped) >= 63 then get_byte(p_wrapped, 1) * 256 + get_byte(p_wrapped, 2) else 0 end;

-- Whether wrapped keys may take the place of others: 63 bytes under a version whose rotation has begun and that is not destroyed
-- (KEYS-01). Internal: every room's own rewrap asks it.
create function cx.people_rewraps_v1(p_token bytea, p_new bytea[]) returns boolean
language sql volatile
begin atomic
  select cx.ledger_duty_v1(p_token, 'keys.rotate');
  select case when bool_and(length(n.wrapped) = 63 and exists (
      select from cx.people_rotation r where r.version = cx.people_version_v1(n.wrapped) and r.step = 'begun'
        and not exists (select from cx.people_rotation d where d.version = r.version and d.step = 'destroyed'))) is true
    then true else cx.refuse_v1('KEYS-01') end
  from unnest(p_new) as n(wrapped);
end;

-- Keys of a shelf of this room after a person, whole persons, about p_limit: identity (保险库), totp (动态码).
create function cx.people_wrapped_v1(p_token bytea, p_shelf text, p_after uuid, p_limit integer)
returns setof cx.people_wrapped_v1 language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_duty_v1(p_token, 'keys.rotate');
  if p_shelf = 'identity' then
    return query select i.person, i.person, i.seq, i.dek from cx.people_identity i
      where i.person > p_after order by i.person fetch first (p_limit) rows with ties;
  elsif p_shelf = 'totp' then
    return query select a.account, a.account, 0, substr(a.totp_sealed, 1, 63) from cx.people_account a
      where a.account > p_after and a.totp_sealed is not null order by a.account fetch first (p_limit) rows with ties;
  end if;
end $$;
grant execute on function cx.people_wrapped_v1(bytea, text, uuid, integer) to worker;

-- Puts new wrapped keys in the place of those that were read (p_old); one that changed meanwhile is left. The sealed value
-- behind a key is not touched. Returns how many.
create function cx.people_rewrap_v1(p_token bytea, p_shelf text, p_persons uuid[], p_ids uuid[], p_seqs integer[], p_old bytea[],
  p_new bytea[]) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_count integer := 0;
begin
  perform cx.people_rewraps_v1(p_token, p_new);
  if p_shelf = 'identity' then
    update cx.people_identity i set dek = n.new
    from unnest(p_persons, p_seqs, p_old, p_new) as n(person, seq, old, new)
    where i.person = n.person and i.seq = n.seq and i.dek = n.old;
    get diagnostics v_count = row_count;
  elsif p_shelf = 'totp' then
    update cx.people_account a set totp_sealed = n.new || substr(a.totp_sealed, 64)
    from unnest(p_persons, p_old, p_new) as n(account, old, new)
    where a.account = n.account and substr(a.totp_sealed, 1, 63) = n.old;
    get diagnostics v_count = row_count;
  end if;
  return v_count;
end $$;
grant execute on function cx.people_rewrap_v1(bytea, text, uuid[], uuid[], integer[], bytea[], bytea[]) to worker;

-- How many keys of this room are wrapped under which version.
create function cx.people_wraps_v1(p_token bytea) returns setof cx.people_wraps_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'keys.rotate');
  select 'identity', cx.people_version_v1(i.dek), count(*) from cx.people_identity i group by 2
  union all
  select 'totp', cx.people_version_v1(a.totp_sealed), count(*) from cx.people_account a where a.totp_sealed is not null group by 2;
end;
grant execute on function cx.people_wraps_v1(bytea) to worker;
