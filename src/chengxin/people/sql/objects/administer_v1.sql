-- Accounts and duties in the hands of the administrators (账号与职责管理): the system administrator opens accounts, which can do
-- nothing; the security administrator gives them duties, never to themself; all three see the list. It takes two humans.

-- Opens a staff account without any duty (开立账号). ACCOUNT-02: the human stands on the other side of the wall. ACCOUNT-09: no
-- such organisation, or the login is taken.
create function cx.people_account_make_v1(p_act uuid, p_account uuid, p_login text, p_post text, p_organisation text,
  p_password_hash text, p_totp bytea, p_holder bytea, p_side text) returns void language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.open');
  select case when exists (select from cx.people_organisation o where o.code = p_organisation
                           and (o.valid_to is null or o.valid_to >= cx.ledger_today_v1()))
                   and not exists (select from cx.people_account a where a.login = lower(p_login))
              then true else cx.refuse_v1('ACCOUNT-09') end;
  insert into cx.people_holder values (p_holder, p_side) on conflict do nothing;
  insert into cx.people_account (account, login, kind, post, organisation, password_hash, totp_sealed, holder, side, opened_on,
    password_on, initial_until)
  select p_account, lower(p_login), 'staff', p_post, p_organisation, p_password_hash, p_totp, p_holder, p_side, t.today, t.today,
    t.today + cx.people_parameter_v1('initial_days')
  from (select (statement_timestamp() at time zone 'Asia/Shanghai')::date as today) t;
end;
grant execute on function cx.people_account_make_v1(uuid, uuid, text, text, text, text, bytea, bytea, text) to signin;

-- Gives a duty from a day on (授予职责). ACCOUNT-07: to oneself, under whatever account. ACCOUNT-09: no such account, duty or
-- person to stand in for, or held already.
create function cx.people_duty_grant_v1(p_act uuid, p_login text, p_duty text, p_from date, p_to date, p_deputy_for text)
returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_own cx.people_account; v_account cx.people_account; v_deputy uuid;
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.grant');
  select a.* into v_own from cx.ledger_register r join cx.people_account a on a.account = r.actor
  where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act;
  select a.* into v_account from cx.people_account a
  where a.login = lower(p_login) and a.kind in ('staff', 'machine') and a.disabled_at is null for update;
  select a.account into v_deputy from cx.people_account a
  where a.login = lower(p_deputy_for) and a.organisation = v_account.organisation
    and exists (select from cx.people_duty d where d.account = a.account and d.duty = p_duty
                and coalesce(d.valid_to, p_from) >= p_from);
  if v_account.account is null or p_from < cx.ledger_today_v1() or (p_deputy_for <> '' and v_deputy is null)
     or not exists (select from cx.people_permission m where m.duty = p_duty and p_duty not in ('citizen', 'system', 'staff'))
     or exists (select from cx.people_duty d where d.account = v_account.account and d.duty = p_duty
                and coalesce(d.valid_to, 'infinity') >= p_from and d.valid_from <= coalesce(p_to, 'infinity')) then
    perform cx.refuse_v1('ACCOUNT-09');
  end if;
  if v_account.account = v_own.account or v_account.holder = v_own.holder then perform cx.refuse_v1('ACCOUNT-07'); end if;
  insert into cx.people_duty (account, duty, valid_from, valid_to, deputy_for)
  values (v_account.account, p_duty, p_from, p_to, v_deputy);
end $$;
grant execute on function cx.people_duty_grant_v1(uuid, text, text, date, date, text) to web;

-- Ends a duty with a day (终止职责); 'yesterday' ends it at once. What was done under it keeps its line. ACCOUNT-09: none held.
create function cx.people_duty_end_v1(p_act uuid, p_login text, p_duty text, p_to date) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.grant');
  update cx.people_duty d set valid_to = greatest(p_to, d.valid_from - 1)
  from cx.people_account a
  where a.login = lower(p_login) and a.kind in ('staff', 'machine') and d.account = a.account and d.duty = p_duty
    and p_to >= cx.ledger_today_v1() - 1 and (d.valid_to is null or d.valid_to > p_to);
  if not found then perform cx.refuse_v1('ACCOUNT-09'); end if;
end $$;
grant execute on function cx.people_duty_end_v1(uuid, text, text, date) to web;

-- Disables an account at once (停用): its sessions answer nothing from the next call on. ACCOUNT-09: no such account in use.
create function cx.people_account_disable_v1(p_act uuid, p_login text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.disable');
  update cx.people_account a set disabled_at = statement_timestamp()
  where a.login = lower(p_login) and a.kind in ('staff', 'machine') and a.disabled_at is null;
  if not found then perform cx.refuse_v1('ACCOUNT-09'); end if;
end $$;
grant execute on function cx.people_account_disable_v1(uuid, text) to web;

-- Disables staff accounts that nobody has signed in to for so many days (长期不用的账号), by real time. Returns how many.
create function cx.people_stale_v1(p_token bytea, p_days integer) returns integer language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'accounts.stale');
  with gone as (
    update cx.people_account a set disabled_at = statement_timestamp()
    where a.kind = 'staff' and a.disabled_at is null and p_days >= 30
      and greatest(a.signed_on, a.opened_on) < (statement_timestamp() at time zone 'Asia/Shanghai')::date - p_days
    returning a.account)
  select count(*)::integer from gone;
end;
grant execute on function cx.people_stale_v1(bytea, integer) to worker;

create type cx.people_listed_v1 as (login text, kind text, post text, organisation text, organisation_name text, side text,
  duties text[], opened_on date, signed_on date, disabled boolean);
-- Accounts of officials and machines with their duties of today and to come (账号清单); citizens are not in it.
create function cx.people_accounts_v1(p_token bytea) returns setof cx.people_listed_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'accounts.list');
  select a.login, a.kind, a.post, a.organisation, coalesce(o.name, ''), a.side,
    (select coalesce(array_agg(d.duty order by d.duty), '{}') from cx.people_duty d
     where d.account = a.account and (d.valid_to is null or d.valid_to >= cx.ledger_today_v1())),
    a.opened_on, a.signed_on, a.disabled_at is not null
  from cx.people_account a left join cx.people_organisation o on o.code = a.organisation
  where a.kind in ('staff', 'machine') order by a.login;
end;
grant execute on function cx.people_accounts_v1(bytea) to web;
