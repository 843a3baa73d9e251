-- Accounts: only the sign-in role can read what a sign-in needs.

create type cx.people_credential_v1 as (account uuid, kind text, person uuid, organisation text, password_hash text,
  totp_sealed bytea, totp_step bigint, public_key bytea, initial boolean, expired boolean, locked boolean);

create function cx.people_credential_v1(p_login text) returns setof cx.people_credential_v1
language sql stable security definer
begin atomic
  select a.account, a.kind, a.person, a.organisation, a.password_hash, a.totp_sealed, a.totp_step, a.public_key,
         a.initial_until is not null,
         a.kind = 'staff' and a.password_on + coalesce(cx.people_parameter_v1('password_days'), 0)  -- no number: too old
           <= (statement_timestamp() at time zone 'Asia/Shanghai')::date,
         coalesce(a.locked_until > statement_timestamp(), false)
  from cx.people_account a where a.login = lower(p_login) and a.disabled_at is null
    and coalesce(a.initial_until >= (statement_timestamp() at time zone 'Asia/Shanghai')::date, true);
end;
grant execute on function cx.people_credential_v1(text) to signin;

-- Opens a session for an account that proved itself by p_method (登录方式); answers the minutes it lasts. Kind, person and
-- organisation are the account's own, its times the method's; p_assurance is capped by the method. SIGNIN-03: no such way
-- for this account today.
create function cx.people_session_open_v1(
  p_token bytea, p_id uuid, p_account uuid, p_method text, p_assurance integer, p_agent text
) returns integer language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_account cx.people_account; v_method cx.people_method;
begin
  select a.* into v_account from cx.people_account a where a.account = p_account and a.disabled_at is null;
  select m.* into v_method from cx.people_method m where m.method = p_method and m.kind = v_account.kind
    and cx.ledger_today_v1() between m.valid_from and coalesce(m.valid_to, date 'infinity');
  if v_method.method is null then perform cx.refuse_v1('SIGNIN-03'); end if;
  perform cx.ledger_session_open_v1(p_token, p_id, v_account.account, v_account.kind, v_account.person, v_account.organisation,
    p_method, least(p_assurance, v_method.assurance), left(p_agent, 40), v_method.fresh, v_method.minutes, v_method.idle_minutes);
  return v_method.minutes;
end $$;
grant execute on function cx.people_session_open_v1(bytea, uuid, uuid, text, integer, text) to signin;

-- A session for work that goes on when its holder has left the desk (后台读取): of the same account, and it proves nothing anew.
create function cx.people_errand_v1(p_token bytea, p_errand bytea, p_id uuid) returns void
language sql volatile security definer
begin atomic
  select cx.people_session_open_v1(p_errand, p_id, s.actor, 'errand', s.assurance, '') from cx.ledger_session_v1(p_token) s;
end;
grant execute on function cx.people_errand_v1(bytea, bytea, uuid) to signin;

-- The holder of a session proved themself anew (再次验证): the account is the session's own, or nothing happens.
create function cx.people_stepped_up_v1(p_token bytea, p_account uuid) returns boolean
language sql volatile security definer
begin atomic
  select cx.ledger_stepped_up_v1(p_token) from cx.ledger_whoami_v1(p_token) s where s.actor = p_account;
  select exists (select from cx.ledger_whoami_v1(p_token) s where s.actor = p_account);
end;
grant execute on function cx.people_stepped_up_v1(bytea, uuid) to signin;

-- How a sign-in went (登录结果), true when it counts. Failures in a row lock the account for some minutes; a code of the second factor
-- is good once, and so is a recovery code (p_recovery: its hash; null where a code was typed). An account that is not there
-- costs the same.
create function cx.people_signed_v1(p_account uuid, p_good boolean, p_step bigint, p_recovery bytea) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v cx.people_account; v_good boolean;
begin
  -- A step far ahead of the clock would end the second factor for good.
  if p_step > extract(epoch from statement_timestamp()) / 30 + 2 then perform cx.refuse_v1('SIGNIN-01'); end if;
  select a.* into v from cx.people_account a where a.account = p_account for update;
  if coalesce(v.locked_until > statement_timestamp(), false) then return false; end if;
  v_good := p_good and v.account is not null and (p_recovery is not null or p_step > v.totp_step);
  if v_good and p_recovery is not null then
    update cx.people_recovery r set used_at = statement_timestamp()
    where r.account = p_account and r.hash = p_recovery and r.used_at is null;
    v_good := found;
  end if;
  update cx.people_account a set
    failures = case when v_good then 0 else a.failures + 1 end,
    signed_on = case when v_good then (statement_timestamp() at time zone 'Asia/Shanghai')::date else a.signed_on end,
    totp_step = case when v_good then greatest(p_step, a.totp_step) else a.totp_step end,
    locked_until = case when v_good or a.failures + 1 < coalesce(cx.people_parameter_v1('lock_failures'), 1) then null
      else statement_timestamp() + make_interval(mins => coalesce(cx.people_parameter_v1('lock_minutes'), 60)) end
  where a.account = p_account;
  return coalesce(v_good, false);
end $$;
grant execute on function cx.people_signed_v1(uuid, boolean, bigint, bytea) to signin;

-- What the page of a signed-in account needs about itself.
create type cx.people_self_v1 as (account uuid, kind text, post text, person uuid, organisation text, organisation_name text,
  duties text[], initial boolean, method text, assurance integer, seen_at timestamptz, stepped_up_at timestamptz);
create function cx.people_self_v1(p_token bytea) returns setof cx.people_self_v1
language sql stable security definer
begin atomic
  select a.account, a.kind, a.post, s.person, s.organisation, coalesce(o.name, ''),
    (select coalesce(array_agg(d.duty order by d.duty), '{}') from cx.people_duty d where d.account = a.account
       and a.initial_until is null and s.method <> 'expired' and d.valid_from <= cx.ledger_today_v1() and (d.valid_to is null or d.valid_to >= cx.ledger_today_v1())),
    a.initial_until is not null or s.method = 'expired', s.method, s.assurance, s.seen_at, s.stepped_up_at
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
  -- In a real installation the holder brings their own password and factor at the first sign-in; a demo prints what it signs in with.
  insert into cx.people_account (account, login, kind, post, person, organisation, password_hash, totp_sealed, public_key, holder,
    side, opened_on, password_on, initial_until)
  select p_account, lower(p_login), p_kind, p_post, p_person, p_organisation, p_password_hash, p_totp, p_public_key, p_holder,
    case when p_duties && '{system_admin,security_admin,audit_admin}' then 'admin' else 'business' end, t.today, t.today,
    case when p_kind = 'staff' and d.mode = 'production' then cx.people_initial_until_v1() end
  from cx.ledger_deployment d, (select (statement_timestamp() at time zone 'Asia/Shanghai')::date as today) t;
  insert into cx.people_duty select p_account, d, p_from, null from unnest(p_duties) d;
end;

-- A clerk's own look-ups (我的查询记录): no person is named.
create type cx.people_my_look_v1 as (at timestamptz, id uuid, activity text, purpose text, purpose_name text, case_ref text, outcome text);
create function cx.people_my_looks_v1(p_token bytea, p_limit integer, p_skip integer) returns setof cx.people_my_look_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'lookup.mine');
  select r.at, r.id, r.activity, r.purpose, coalesce(u.name, ''), r.case_ref,
    coalesce((select n.outcome from cx.ledger_register n where n.person = r.person and n.look = r.id
              order by n.at limit 1), '')
  from cx.ledger_session_v1(p_token) s
  join cx.ledger_register r on r.actor = s.actor and r.line = 'look'
  left join cx.people_purpose u on u.code = r.purpose
  order by r.at desc, r.id desc limit p_limit offset p_skip;
end;
grant execute on function cx.people_my_looks_v1(bytea, integer, integer) to web;
