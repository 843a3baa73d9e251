-- Accounts: only the sign-in role can read what a sign-in needs.

create type cx.people_credential_v1 as (account uuid, kind text, person uuid, organisation text, password_hash text,
  totp_sealed bytea, totp_step bigint, public_key bytea, locked boolean);

create function cx.people_credential_v1(p_login text) returns setof cx.people_credential_v1
language sql stable security definer
begin atomic
  select a.account, a.kind, a.person, a.organisation, a.password_hash, a.totp_sealed, a.totp_step, a.public_key,
         coalesce(a.locked_until > statement_timestamp(), false)
  from cx.people_account a where a.login = lower(p_login) and a.disabled_at is null;
end;
grant execute on function cx.people_credential_v1(text) to signin;

-- Opens a session for an account that proved itself. Kind, person and organisation are the account's own.
create function cx.people_session_open_v1(p_token bytea, p_id uuid, p_account uuid, p_method text, p_minutes integer)
returns void language sql volatile security definer
begin atomic
  select cx.ledger_session_open_v1(p_token, p_id, a.account, a.kind, a.person, a.organisation, p_method, p_minutes)
  from cx.people_account a where a.account = p_account and a.disabled_at is null;
end;
grant execute on function cx.people_session_open_v1(bytea, uuid, uuid, text, integer) to signin;

-- Five failures in a row lock the account for fifteen minutes; a code of the second factor is good once.
create function cx.people_signed_v1(p_account uuid, p_good boolean, p_step bigint) returns boolean
language sql volatile security definer
begin atomic
  -- A step far ahead of the clock would end the second factor for good.
  select case when p_step <= extract(epoch from statement_timestamp()) / 30 + 2 then true else cx.refuse_v1('SIGNIN-01') end;
  update cx.people_account a set
    failures = case when p_good and p_step > a.totp_step then 0 else a.failures + 1 end,
    signed_on = case when p_good and p_step > a.totp_step then (statement_timestamp() at time zone 'Asia/Shanghai')::date else a.signed_on end,
    totp_step = case when p_good and p_step > a.totp_step then p_step else a.totp_step end,
    locked_until = case when (p_good and p_step > a.totp_step) or a.failures + 1 < 5 then null
                        else statement_timestamp() + interval '15 minutes' end
  where a.account = p_account and not coalesce(a.locked_until > statement_timestamp(), false);
  select coalesce((select p_good and a.totp_step = p_step and a.failures = 0 from cx.people_account a
                   where a.account = p_account), false);
end;
grant execute on function cx.people_signed_v1(uuid, boolean, bigint) to signin;

-- What the page of a signed-in account needs about itself.
create type cx.people_self_v1 as (account uuid, kind text, post text, person uuid, organisation text, organisation_name text,
  duties text[]);
create function cx.people_self_v1(p_token bytea) returns setof cx.people_self_v1
language sql stable security definer
begin atomic
  select a.account, a.kind, a.post, s.person, s.organisation, coalesce(o.name, ''),
    (select coalesce(array_agg(d.duty order by d.duty), '{}') from cx.people_duty d where d.account = a.account
       and d.valid_from <= cx.ledger_today_v1() and (d.valid_to is null or d.valid_to >= cx.ledger_today_v1()))
  from cx.ledger_whoami_v1(p_token) s
  join cx.people_account a on a.account = s.actor and a.disabled_at is null
  left join cx.people_organisation o on o.code = s.organisation;
end;
grant execute on function cx.people_self_v1(bytea) to web, worker, engine;

-- Accounts of citizens, machines and the platform itself, and those of a demo, are made by the operator (owner).
create function cx.people_account_open_v1(p_account uuid, p_login text, p_kind text, p_post text, p_person uuid,
  p_organisation text, p_password_hash text, p_totp bytea, p_public_key bytea, p_holder bytea, p_duties text[], p_from date)
returns void language sql volatile security definer
begin atomic
  insert into cx.people_holder
  select p_holder, case when p_duties && '{system_admin,security_admin,audit_admin}' then 'admin' else 'business' end
  where p_holder is not null on conflict do nothing;
  insert into cx.people_account (account, login, kind, post, person, organisation, password_hash, totp_sealed, public_key, holder,
    side, opened_on)
  values (p_account, lower(p_login), p_kind, p_post, p_person, p_organisation, p_password_hash, p_totp, p_public_key, p_holder,
    case when p_duties && '{system_admin,security_admin,audit_admin}' then 'admin' else 'business' end, (statement_timestamp() at time zone 'Asia/Shanghai')::date);
  insert into cx.people_duty select p_account, d, p_from, null from unnest(p_duties) d;
end;

-- A clerk's own look-ups (我的查询记录): no person is named.
create type cx.people_my_look_v1 as (at timestamptz, id uuid, activity text, purpose text, purpose_name text, case_ref text, outcome text);
create function cx.people_my_looks_v1(p_token bytea, p_limit integer) returns setof cx.people_my_look_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'lookup.mine');
  select r.at, r.id, r.activity, r.purpose, coalesce(u.name, ''), r.case_ref,
    coalesce((select n.outcome from cx.ledger_register n where n.person = r.person and n.look = r.id
              order by n.at limit 1), '')
  from cx.ledger_session_v1(p_token) s
  join cx.ledger_register r on r.actor = s.actor and r.line = 'look'
  left join cx.people_purpose u on u.code = r.purpose
  order by r.at desc, r.id desc limit p_limit;
end;
grant execute on function cx.people_my_looks_v1(bytea, integer) to web;
