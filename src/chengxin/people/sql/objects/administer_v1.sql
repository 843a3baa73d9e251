-- Accounts and duties in the hands of the administrators (账号与职责管理): the system administrator opens accounts, which can do
-- nothing; the security administrator gives them duties, never to themself; all three see the list. It takes two humans. What brings or
-- changes credentials is for the sign-in role alone.

-- Opens a staff account without any duty (开立账号). ACCOUNT-02: the human stands on the other side of the wall. ACCOUNT-09: no
-- such organisation, or the login is taken. SIGNIN-09.
create function cx.people_account_make_v1(p_act uuid, p_account uuid, p_login text, p_post text, p_organisation text,
  p_password_hash text, p_totp bytea, p_holder bytea, p_side text, p_reason text) returns void
language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.open');
  select case when exists (select from cx.people_organisation o where o.code = p_organisation and o.valid_from <= cx.ledger_today_v1()
                           and (o.valid_to is null or o.valid_to >= cx.ledger_today_v1()))
                   and not exists (select from cx.people_account a where a.login = lower(p_login))
              then true else cx.refuse_v1('ACCOUNT-09') end;
  insert into cx.people_holder values (p_holder, p_side) on conflict do nothing;
  insert into cx.people_account (account, login, kind, post, organisation, password_hash, totp_sealed, holder, side, opened_on,
    password_on, initial_until)
  select p_account, lower(p_login), 'staff', p_post, p_organisation, p_password_hash, p_totp, p_holder, p_side, t.today, t.today,
    cx.people_initial_until_v1()
  from (select (statement_timestamp() at time zone 'Asia/Shanghai')::date as today) t;
  select cx.people_note_v1(p_act, 'account.open', p_account, null, jsonb_build_object('side', p_side), p_reason, 'done', null);
end;
grant execute on function cx.people_account_make_v1(uuid, uuid, text, text, text, text, bytea, bytea, text, text) to signin;

-- Which kinds of account hold a duty (职责和账号种类). A machine proves nothing anew (step-up), so it holds no human's duty, and a human
-- none of its. Files of a department come from either. Internal.
create function cx.people_duty_kinds_v1(p_duty text) returns text[]
language sql immutable parallel safe
return case when p_duty in ('machine_client', 'usage_portal') then array['machine'] when p_duty = 'data_officer'
  then array['staff', 'machine'] else array['staff'] end;

create type cx.people_fit_v1 as (account uuid, deputy uuid, several boolean);
-- Whether an actor may give a duty to an account. ACCOUNT-05, ACCOUNT-06, ACCOUNT-08: as the constraints say. ACCOUNT-07: to
-- oneself, under whatever account. ACCOUNT-09: no such account, duty or person to stand in for, a duty that does not fit the account's
-- kind, held already, or longer than the organisation lasts. `several`: the account has had a duty before. Internal.
create function cx.people_duty_fit_v1(p_actor uuid, p_login text, p_duty text, p_from date, p_to date, p_deputy_for text)
returns cx.people_fit_v1 language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
declare v_account cx.people_account; v_deputy uuid; v_admin constant boolean := p_duty in ('system_admin', 'security_admin', 'audit_admin');
begin
  select a.* into v_account from cx.people_account a
  where a.login = lower(p_login) and a.kind in ('staff', 'machine') and a.disabled_at is null for update;
  select a.account into v_deputy from cx.people_account a
  where a.login = lower(p_deputy_for) and a.organisation = v_account.organisation
    and exists (select from cx.people_duty d where d.account = a.account and d.duty = p_duty
                and coalesce(d.valid_to, p_from) >= p_from);
  if v_account.account is null or v_account.kind <> all (cx.people_duty_kinds_v1(p_duty)) or p_from < cx.ledger_today_v1() or (p_deputy_for <> '' and v_deputy is null)
     or not exists (select from cx.people_permission m where m.duty = p_duty and p_duty not in ('citizen', 'system', 'staff'))
     or exists (select from cx.people_duty d where d.account = v_account.account and d.duty = p_duty
                and coalesce(d.valid_to, 'infinity') >= p_from and d.valid_from <= coalesce(p_to, 'infinity'))
     or exists (select from cx.people_organisation o where o.code = v_account.organisation
                and o.valid_to < coalesce(p_to, 'infinity')) then
    perform cx.refuse_v1('ACCOUNT-09');
  end if;
  if cx.people_same_human_v1(v_account.account, p_actor) then perform cx.refuse_v1('ACCOUNT-07'); end if;
  if v_admin <> (v_account.side = 'admin') then perform cx.refuse_v1('ACCOUNT-05'); end if;
  if v_admin and exists (select from cx.people_duty d where d.account = v_account.account) then perform cx.refuse_v1('ACCOUNT-06'); end if;
  if v_deputy is not null and p_to is null or v_deputy = v_account.account then perform cx.refuse_v1('ACCOUNT-08'); end if;
  return (v_account.account, v_deputy, exists (select from cx.people_duty d where d.account = v_account.account))::cx.people_fit_v1;
end $$;

-- Gives a duty from a day on (授予职责). The first duty of an account counts at once: one human opened it, another gives the duty.
-- A further one changes what a human may do whom the system administrator let in for something else, so it waits for a second
-- administrator. Answers 'waiting', 'given', or 'renewed': given, and p_totp put in, a new second factor which the system administrator
-- who opened the account does not know. It comes with the first duty while the account has handed-over secrets only, for the days of
-- a first sign-in from today on; sessions, passkeys and recovery codes from before end. A holder who has set own secrets keeps
-- them: a factor that one administrator knows never stands beside them.
create function cx.people_duty_grant_v1(p_act uuid, p_login text, p_duty text, p_from date, p_to date, p_deputy_for text,
  p_reason text, p_totp bytea) returns text language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_fit cx.people_fit_v1; v_hash text;
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.grant');
  v_fit := cx.people_duty_fit_v1(cx.people_actor_v1(p_act), p_login, p_duty, p_from, p_to, p_deputy_for);
  if not v_fit.several then
    insert into cx.people_duty (account, duty, valid_from, valid_to, deputy_for)
    values (v_fit.account, p_duty, p_from, p_to, v_fit.deputy);
    select a.password_hash into v_hash from cx.people_account a
    where a.account = v_fit.account and a.kind = 'staff' and a.initial_until is not null and p_totp is not null;
    if v_hash is not null then perform cx.people_renew_v1(v_fit.account, v_hash, p_totp); end if;
  end if;
  perform cx.people_note_v1(p_act, 'duty.give', v_fit.account, null, jsonb_build_object('duty', p_duty, 'from', p_from, 'to', p_to,
    'deputy_for', lower(p_deputy_for)), p_reason, case when v_fit.several then 'waiting' else 'done' end, null);
  return case when v_fit.several then 'waiting' when v_hash is null then 'given' else 'renewed' end;
end $$;
grant execute on function cx.people_duty_grant_v1(uuid, text, text, date, date, text, text, bytea) to signin;

-- Ends a duty with a day (终止职责); 'yesterday' ends it at once. What was done under it keeps its line. ACCOUNT-09: none held.
create function cx.people_duty_end_v1(p_act uuid, p_login text, p_duty text, p_to date, p_reason text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_account uuid;
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.grant');
  update cx.people_duty d set valid_to = greatest(p_to, d.valid_from - 1)
  from cx.people_account a
  where a.login = lower(p_login) and a.kind in ('staff', 'machine') and d.account = a.account and d.duty = p_duty
    and p_to >= cx.ledger_today_v1() - 1 and (d.valid_to is null or d.valid_to > p_to)
  returning a.account into v_account;
  if v_account is null then perform cx.refuse_v1('ACCOUNT-09'); end if;
  perform cx.people_note_v1(p_act, 'duty.end', v_account, null, jsonb_build_object('duty', p_duty, 'to', p_to), p_reason, 'done', null);
end $$;
grant execute on function cx.people_duty_end_v1(uuid, text, text, date, text) to web;

-- Disables an account at once (停用): its sessions answer nothing from the next call on. ACCOUNT-09: no such account in use. ACCOUNT-15: the
-- last of the system, security or audit administrators; one of the three could shut out another for good.
create function cx.people_account_disable_v1(p_act uuid, p_login text, p_reason text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_account uuid;
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.disable');
  -- Held, so that two that disable each other's successor at once wait for each other.
  perform from cx.people_account a where a.side = 'admin' and a.disabled_at is null order by a.account for update;
  update cx.people_account a set disabled_at = statement_timestamp()
  where a.login = lower(p_login) and a.kind in ('staff', 'machine') and a.disabled_at is null
  returning a.account into v_account;
  if v_account is null then perform cx.refuse_v1('ACCOUNT-09'); end if;
  if exists (
    select from cx.people_duty d
    where d.account = v_account and d.side = 'admin' and cx.ledger_today_v1() between d.valid_from and coalesce(d.valid_to, 'infinity')
      and not exists (
        select from cx.people_duty o join cx.people_account a on a.account = o.account and a.disabled_at is null
        where o.duty = d.duty and a.account <> v_account and a.initial_until is null
          and cx.ledger_today_v1() between o.valid_from and coalesce(o.valid_to, 'infinity'))) then
    perform cx.refuse_v1('ACCOUNT-15');
  end if;
  perform cx.people_note_v1(p_act, 'account.disable', v_account, null, '{}', p_reason, 'done', null);
end $$;
grant execute on function cx.people_account_disable_v1(uuid, text, text) to web;

-- Proposes new credentials for somebody who lost theirs (重置登录凭证). The old ones hold until another administrator confirms. The
-- proposer knows the new password, the confirmer the new second factor: neither of them can sign in alone.
create function cx.people_account_reset_v1(p_act uuid, p_login text, p_password_hash text, p_reason text) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_account uuid;
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.reset');
  select a.account into v_account from cx.people_account a
  where a.login = lower(p_login) and a.kind = 'staff' and a.disabled_at is null for update;
  if v_account is null then perform cx.refuse_v1('ACCOUNT-09'); end if;
  if cx.people_same_human_v1(v_account, cx.people_actor_v1(p_act)) then perform cx.refuse_v1('ACCOUNT-07'); end if;
  perform cx.people_note_v1(p_act, 'account.reset', v_account, null, '{}', p_reason, 'waiting', p_password_hash);
end $$;
grant execute on function cx.people_account_reset_v1(uuid, text, text, text) to signin;

-- Decides a matter that waits (确认、不同意、撤回). ACCOUNT-11: it does not wait. ACCOUNT-10: the same human cannot propose and
-- confirm, and only who proposed withdraws. ACCOUNT-07: the holder of the account confirms no reset of it: they would have got both
-- halves. SIGNIN-07: a reset was proposed too long ago. What was true when it was proposed is checked again. p_totp: of a reset.
create function cx.people_decide_v1(p_act uuid, p_matter uuid, p_outcome text, p_totp bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare m cx.people_matter; v_by uuid; v_fit cx.people_fit_v1; v_from date; v_to date;
begin
  perform cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'accounts.decide');
  select x.* into m from cx.people_matter x where x.matter = p_matter and x.state = 'waiting' for update;
  if m.matter is null then perform cx.refuse_v1('ACCOUNT-11'); end if;
  v_by := cx.people_actor_v1(p_act);
  if (p_outcome = 'withdrawn') <> cx.people_same_human_v1(m.actor, v_by) then perform cx.refuse_v1('ACCOUNT-10'); end if;
  if p_outcome = 'confirmed' and m.kind = 'duty.give' then
    v_from := greatest((m.detail ->> 'from')::date, cx.ledger_today_v1());
    v_to := m.detail ->> 'to';
    v_fit := cx.people_duty_fit_v1(v_by, (select a.login from cx.people_account a where a.account = m.account),
      m.detail ->> 'duty', v_from, v_to, m.detail ->> 'deputy_for');
    insert into cx.people_duty (account, duty, valid_from, valid_to, deputy_for)
    values (v_fit.account, m.detail ->> 'duty', v_from, v_to, v_fit.deputy);
  elsif p_outcome = 'confirmed' and m.kind = 'account.reset' then
    if cx.people_same_human_v1(m.account, v_by) then perform cx.refuse_v1('ACCOUNT-07'); end if;
    if p_totp is null or not exists (select from cx.people_account a where a.account = m.account and a.disabled_at is null) then
      perform cx.refuse_v1('ACCOUNT-09');
    end if;
    if m.at < statement_timestamp() - make_interval(hours => coalesce(cx.people_parameter_v1('reset_hours'), 0)) then
      perform cx.refuse_v1('SIGNIN-07');
    end if;
    perform cx.people_renew_v1(m.account, m.secret, p_totp);
  elsif p_outcome = 'confirmed' then
    perform cx.people_organisation_do_v1(m.kind, m.organisation, m.detail);  -- refuses what is no change of an organisation
  end if;
  update cx.people_matter x set state = p_outcome, decided_act = p_act, decided_by = v_by, decided_at = statement_timestamp(), secret = null
  where x.matter = p_matter;
end $$;
grant execute on function cx.people_decide_v1(uuid, uuid, text, bytea) to signin;

-- Disables accounts that nobody has signed in to for so many days (长期不用的账号), by real time, and those of an organisation that
-- has ended. Returns how many.
create function cx.people_stale_v1(p_token bytea, p_days integer) returns integer language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'accounts.stale');
  with ended as materialized (
    select o.code from cx.people_organisation o where o.valid_to < cx.ledger_today_v1()
  ), gone as (
    update cx.people_account a set disabled_at = statement_timestamp()
    where a.disabled_at is null and ((a.kind = 'staff' and p_days >= 30
      and greatest(a.signed_on, a.opened_on) < (statement_timestamp() at time zone 'Asia/Shanghai')::date - p_days)
      or (a.kind in ('staff', 'machine') and a.organisation in (select e.code from ended e)))
    returning a.account, a.organisation
  ), noted as (
    insert into cx.people_matter (matter, kind, at, actor, account, detail, reason, state)
    select gen_random_uuid(), 'account.stale', statement_timestamp(), s.actor, g.account,
      jsonb_build_object('days', p_days, 'ended', g.organisation in (select e.code from ended e)), '', 'done'
    from gone g cross join cx.ledger_session_v1(p_token) s returning 1)
  select count(*)::integer from noted;
end;
grant execute on function cx.people_stale_v1(bytea, integer) to worker;

create type cx.people_listed_v1 as (account uuid, login text, kind text, post text, organisation text, organisation_name text,
  side text, duties text[], opened_on date, signed_on date, disabled boolean, found integer);
-- Accounts of officials and machines with their duties of today and to come (账号清单); citizens are not in it. p_search: part of
-- login, post or organisation. p_state: '', 'used', 'idle' (p_days without a sign-in), 'bare' (no duty), 'disabled'.
create function cx.people_accounts_v1(p_token bytea, p_account uuid, p_search text, p_state text, p_days integer, p_offset integer,
  p_limit integer) returns setof cx.people_listed_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'accounts.list');
  with listed as (
    select a.account, a.login, a.kind, a.post, a.organisation, coalesce(o.name, '') as organisation_name, a.side,
      (select coalesce(array_agg(d.duty order by d.duty), '{}') from cx.people_duty d
       where d.account = a.account and (d.valid_to is null or d.valid_to >= cx.ledger_today_v1())) as duties,
      a.opened_on, a.signed_on, a.disabled_at is not null as disabled
    from cx.people_account a left join cx.people_organisation o on o.code = a.organisation
    where a.kind in ('staff', 'machine') and (p_account is null or a.account = p_account)
      and strpos(lower(concat_ws(' ', a.login, a.post, o.name, o.code)), lower(p_search)) > 0
  )
  select l.*, (count(*) over ())::integer from listed l
  where case p_state when 'used' then not l.disabled when 'disabled' then l.disabled
    when 'bare' then not l.disabled and cardinality(l.duties) = 0
    when 'idle' then not l.disabled and l.kind = 'staff'
      and greatest(l.signed_on, l.opened_on) < (statement_timestamp() at time zone 'Asia/Shanghai')::date - p_days
    else true end
  order by l.login offset p_offset limit p_limit;
end;
grant execute on function cx.people_accounts_v1(bytea, uuid, text, text, integer, integer, integer) to web;

create type cx.people_held_v1 as (duty text, valid_from date, valid_to date, deputy_for text, standing text);
-- The duties of one account, past, present and to come (职责经历).
create function cx.people_duties_v1(p_token bytea, p_account uuid) returns setof cx.people_held_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'accounts.list');
  select d.duty, d.valid_from, d.valid_to, coalesce(b.login, ''), case when d.valid_from > cx.ledger_today_v1() then 'to_come'
    when d.valid_to < cx.ledger_today_v1() then 'over' else 'held' end
  from cx.people_duty d join cx.people_account a on a.account = d.account and a.kind in ('staff', 'machine')
  left join cx.people_account b on b.account = d.deputy_for
  where d.account = p_account order by d.valid_from desc, d.duty;
end;
grant execute on function cx.people_duties_v1(bytea, uuid) to web;
