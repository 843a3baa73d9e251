-- The doors of people.

-- The verifier that the ledger asks (职责与用途核验). DUTY-01: no duty for the activity, or the purpose is not in force for it.
-- STEPUP-01: the activity wants a proof (再次验证) younger than this session's last one.
-- ASSURE-01: the citizen has to prove themself better.
create or replace function cx.ledger_verify_v1(p_session cx.ledger_session_row_v1, p_activity text, p_purpose text)
returns setof cx.ledger_grant_v1 language sql volatile security definer
begin atomic
  with held as (
    select d.duty from cx.people_duty d join cx.people_account a on a.account = d.account
    where d.account = (p_session).actor and a.disabled_at is null and a.initial_until is null and (p_session).method <> 'expired'
      and d.valid_from <= cx.ledger_today_v1() and (d.valid_to is null or d.valid_to >= cx.ledger_today_v1())
  ), granted as (
    select m.duty, m.basis, m.fields, m.own, false as needs_case, null::integer as quota, m.fresh_minutes
    from cx.people_permission m join held h on h.duty = m.duty
    where m.activity = p_activity and p_purpose = ''
    union all  -- what every official's account may do about itself, also one that still has handed-over secrets
    select m.duty, m.basis, m.fields, m.own, false, null, m.fresh_minutes
    from cx.people_permission m join cx.people_account a on a.account = (p_session).actor
    where m.activity = p_activity and p_purpose = '' and m.duty = 'staff' and a.kind = 'staff' and a.disabled_at is null
    union all
    select u.duty, u.basis, u.fields, false, u.needs_case, u.quota, null
    from cx.people_purpose u join held h on h.duty = u.duty
    where u.code = p_purpose and u.activity = p_activity
      and u.valid_from <= cx.ledger_today_v1() and (u.valid_to is null or u.valid_to >= cx.ledger_today_v1())
  ), best as (select * from granted order by duty limit 1)
  select case when b.fresh_minutes is null or (p_session).kind = 'machine'  -- which signs every request
                or (p_session).stepped_up_at > statement_timestamp() - make_interval(mins => b.fresh_minutes) then b.duty
              else cx.refuse_text_v1('STEPUP-01') end,
    case when cx.people_assured_v1(p_session, p_activity) then b.basis end, b.fields, b.own, b.needs_case, b.quota
  from best b
  union all
  select case when cx.refuse_v1('DUTY-01') then '' end, '', '{}'::text[], true, true, 0
  where not exists (select from best);
end;

-- Where looks by number are registered, whether or not the number is known: stable, made without touching any table of
-- persons. Only a committed look's read leads from it to a person, so asking without committing tells nothing. One
-- expression, which the planner puts into a query: hashing three times costs a sixth of calling it for each row (7 µs).
create function cx.people_decoy_v1(p_secret bytea, p_hmac bytea) returns uuid
language sql immutable parallel safe
return encode(set_byte(set_byte(substr(sha256(p_secret || p_hmac), 1, 16),
  6, (get_byte(sha256(p_secret || p_hmac), 6) & 15) | 64), 8, (get_byte(sha256(p_secret || p_hmac), 8) & 63) | 128), 'hex')::uuid;

-- Registers a look of the session's own person (本人查看) and answers the person key. No person can be named.
create function cx.people_self_look_v1(p_token bytea, p_id uuid) returns uuid
language sql volatile security definer
begin atomic
  with mine as materialized (
    select coalesce(s.person, case when cx.refuse_v1('DUTY-02') then s.id end) as person from cx.ledger_session_v1(p_token) s)
  select case when cx.ledger_look_v1(array[p_token], array[m.person], array[p_id], array['person.own'], array[''], array[''],
                                     null) = 1 then m.person end
  from mine m;
end;
grant execute on function cx.people_self_look_v1(bytea, uuid) to web;

-- Writes the persons that are new. Each (blind index, person) pair appears once; acts of activity p_activity must be open.
create function cx.people_open_v1(
  p_persons uuid[], p_acts uuid[], p_activity text, p_hmacs bytea[], p_version integer, p_types text[], p_pairs bytea[],
  p_deks bytea[], p_sealed bytea[]
) returns integer language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(p_persons, p_acts, p_activity);
  with fresh as materialized (
    select n.* from unnest(p_persons, p_acts, p_hmacs, p_types, p_pairs, p_deks, p_sealed)
      as n(person, act, hmac, id_type, pair, dek, sealed)
  ), person as (
    insert into cx.people_person select f.person, f.act, statement_timestamp() from fresh f returning 1
  ), key as (
    insert into cx.people_key select f.hmac, p_version, f.person, f.id_type, f.pair, cx.people_decoy_v1(d.decoy_secret, f.hmac), f.act
    from fresh f cross join cx.ledger_deployment d returning 1
  ), vault as (
    insert into cx.people_identity select f.person, 1, f.act, statement_timestamp(), f.dek, f.sealed from fresh f returning 1
  )
  select count(*)::integer from vault;
end;

create type cx.people_identity_row_v1 as (person uuid, seq integer, dek bytea, sealed bytea);

-- Sealed identity of one person (latest). Opened outside the database with a key the database does not hold.
create function cx.people_identity_v1(p_token bytea, p_person uuid, p_look uuid, p_activity text)
returns setof cx.people_identity_row_v1 language sql volatile security definer
begin atomic
  select case when 'identity' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, p_activity))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['identity'],
    array[(select count(*)::integer from cx.people_identity i where i.person = p_person)]);
  select i.person, i.seq, i.dek, i.sealed from cx.people_identity i
  where i.person = p_person order by i.seq desc limit 1;
end;
grant execute on function cx.people_identity_v1(bytea, uuid, uuid, text) to web, worker;
