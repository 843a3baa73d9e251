-- Credentials (登录凭据): passkeys, own password and code, recovery codes. Only the sign-in role sees or changes them, and every
-- change is an act of the account itself, under a session proved anew (STEPUP-01): a stolen `web` cannot add a passkey.

-- Passkeys (通行密钥, WebAuthn). Kept when removed: past sign-ins stay explainable.
create table cx.people_passkey (
  credential bytea primary key check (length(credential) between 1 and 1023),
  account uuid not null,
  data bytea not null,                    -- authenticator model, credential, public key: nothing secret
  counter bigint not null,                -- of uses, where the authenticator counts; never goes back
  agent text not null check (length(agent) <= 40),
  act uuid not null,
  added_at timestamptz not null,
  used_at timestamptz,
  removed_at timestamptz
);
create index people_passkey_account on cx.people_passkey (account) where removed_at is null;

-- Recovery codes (恢复码): each good once, beside the password.
create table cx.people_recovery (
  account uuid not null,
  hash bytea not null check (length(hash) = 32),
  act uuid not null,
  used_at timestamptz,
  primary key (account, hash)
);

-- Challenges that were answered: an answer is good once. Kept until they are too old to be answered at all.
create table cx.people_challenge (
  hash bytea primary key check (length(hash) = 32),
  until timestamptz not null
);

-- The one act behind every change of the own credentials. STEPUP-01, SESSION-01, DUTY-01 (no account of an official). SIGNIN-08: whose
-- password is too old changes that, and nothing else: an old password that leaked must not outlive itself as a passkey.
create function cx.people_enrol_act_v1(p_token bytea, p_act uuid, p_secrets boolean) returns uuid
language sql volatile security definer
begin atomic
  select case when p_secrets or not exists (select from cx.ledger_whoami_v1(p_token) s where s.method = 'expired')
              then true else cx.refuse_v1('SIGNIN-08') end;
  select case when cx.ledger_act_v1(p_token, array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'signin.enrol', '') = 1
              then s.actor end
  from cx.ledger_session_v1(p_token) s;
end;

-- What the own credentials are (我的登录方式): never the credentials themselves.
create type cx.people_ways_v1 as (account uuid, login text, post text, initial_until date, password boolean, totp boolean,
  recovery integer);
create function cx.people_ways_v1(p_token bytea) returns setof cx.people_ways_v1 language sql stable security definer
begin atomic
  select a.account, a.login, a.post, a.initial_until, a.password_hash <> '', a.totp_sealed is not null,
    (select count(*)::integer from cx.people_recovery r where r.account = a.account and r.used_at is null)
  from cx.ledger_whoami_v1(p_token) s join cx.people_account a on a.account = s.actor and a.disabled_at is null;
end;
grant execute on function cx.people_ways_v1(bytea) to signin;

create type cx.people_passkey_v1 as (account uuid, credential bytea, data bytea, counter bigint, agent text, added_at timestamptz,
  used_at timestamptz);
-- The own passkeys, the oldest first.
create function cx.people_passkeys_v1(p_token bytea) returns setof cx.people_passkey_v1 language sql stable security definer
begin atomic
  select p.account, p.credential, p.data, p.counter, p.agent, p.added_at, p.used_at
  from cx.ledger_whoami_v1(p_token) s join cx.people_passkey p on p.account = s.actor and p.removed_at is null
  order by p.added_at, p.credential;
end;
grant execute on function cx.people_passkeys_v1(bytea) to signin;

-- The passkey that somebody answers with who has not said who they are.
create function cx.people_passkey_v1(p_credential bytea) returns setof cx.people_passkey_v1 language sql stable security definer
begin atomic
  select p.account, p.credential, p.data, p.counter, p.agent, p.added_at, p.used_at
  from cx.people_passkey p join cx.people_account a on a.account = p.account and a.disabled_at is null
  where p.credential = p_credential and p.removed_at is null;
end;
grant execute on function cx.people_passkey_v1(bytea) to signin;

-- Notes a challenge as answered; false when it was before, or when it is too old.
create function cx.people_challenge_v1(p_challenge bytea, p_until timestamptz) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  delete from cx.people_challenge c where c.until < statement_timestamp();
  insert into cx.people_challenge select p_challenge, p_until where p_until > statement_timestamp() on conflict do nothing;
  return found;
end $$;

-- A passkey was answered rightly: true when it counts. Not twice for one challenge, and not with a counter that went back,
-- which tells of a copy. A lock by wrong passwords does not hold it: nobody guesses a key.
create function cx.people_passkey_used_v1(p_credential bytea, p_counter bigint, p_challenge bytea, p_until timestamptz)
returns boolean language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_account uuid;
begin
  if not cx.people_challenge_v1(p_challenge, p_until) then return false; end if;
  update cx.people_passkey p set counter = p_counter, used_at = statement_timestamp()
  from cx.people_account a
  where p.credential = p_credential and p.removed_at is null and a.account = p.account and a.disabled_at is null
    and (p_counter > p.counter or (p_counter = 0 and p.counter = 0))
  returning p.account into v_account;
  update cx.people_account a set signed_on = (statement_timestamp() at time zone 'Asia/Shanghai')::date where a.account = v_account;
  return v_account is not null;
end $$;
grant execute on function cx.people_passkey_used_v1(bytea, bigint, bytea, timestamptz) to signin;

-- Adds a passkey (添加通行密钥). The first own factor ends what an administrator handed over: that password and code open nothing
-- any more, nor does a session or a recovery code that somebody got with them. SIGNIN-05: the challenge was answered before, or the
-- passkey is there.
create function cx.people_passkey_add_v1(
  p_token bytea, p_act uuid, p_credential bytea, p_data bytea, p_counter bigint, p_agent text, p_challenge bytea, p_until timestamptz
) returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_account uuid := cx.people_enrol_act_v1(p_token, p_act, false);
begin
  if not cx.people_challenge_v1(p_challenge, p_until) then perform cx.refuse_v1('SIGNIN-05'); end if;
  insert into cx.people_passkey values (p_credential, v_account, p_data, p_counter, left(p_agent, 40), p_act, statement_timestamp())
  on conflict do nothing;
  if not found then perform cx.refuse_v1('SIGNIN-05'); end if;
  update cx.people_account a set initial_until = null, password_hash = '', totp_sealed = null
  where a.account = v_account and a.initial_until is not null;
  if found then
    delete from cx.people_recovery r where r.account = v_account and r.used_at is null;
    perform cx.ledger_sessions_end_v1(p_token);
  end if;
end $$;
grant execute on function cx.people_passkey_add_v1(bytea, uuid, bytea, bytea, bigint, text, bytea, timestamptz) to signin;

-- Removes a passkey (删除通行密钥) and ends every other session. SIGNIN-06: it is the last way in.
create function cx.people_passkey_remove_v1(p_token bytea, p_act uuid, p_credential bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_account uuid := cx.people_enrol_act_v1(p_token, p_act, false);
begin
  perform from cx.people_account a where a.account = v_account for update;  -- two removals at once wait for each other
  update cx.people_passkey p set removed_at = statement_timestamp()
  where p.credential = p_credential and p.account = v_account and p.removed_at is null;
  if not exists (select from cx.people_passkey p where p.account = v_account and p.removed_at is null)
     and not exists (select from cx.people_account a
                     where a.account = v_account and a.password_hash <> '' and a.totp_sealed is not null) then
    perform cx.refuse_v1('SIGNIN-06');
  end if;
  perform cx.ledger_sessions_end_v1(p_token);
end $$;
grant execute on function cx.people_passkey_remove_v1(bytea, uuid, bytea) to signin;

-- The holder's own password and code (自己的密码和动态码). p_totp null: the password alone; SIGNIN-08 where the code is still an
-- administrator's. p_step: of the first code of the new secret, which counts as used. Every other session ends.
create function cx.people_secrets_set_v1(p_token bytea, p_act uuid, p_password_hash text, p_totp bytea, p_step bigint)
returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_account uuid := cx.people_enrol_act_v1(p_token, p_act, true);
begin
  delete from cx.people_recovery r using cx.people_account a
  where r.account = v_account and r.used_at is null and a.account = v_account and a.initial_until is not null;
  update cx.people_account a set password_hash = p_password_hash, totp_sealed = coalesce(p_totp, a.totp_sealed),
    totp_step = greatest(p_step, case when p_totp is null then a.totp_step end), initial_until = null, failures = 0, locked_until = null,
    password_on = (statement_timestamp() at time zone 'Asia/Shanghai')::date
  where a.account = v_account and (p_totp is not null or (a.initial_until is null and a.totp_sealed is not null));
  if not found then perform cx.refuse_v1('SIGNIN-08'); end if;
  perform cx.ledger_sessions_end_v1(p_token);
end $$;
grant execute on function cx.people_secrets_set_v1(bytea, uuid, text, bytea, bigint) to signin;

-- New recovery codes (恢复码); those before end. SIGNIN-08: they stand beside own secrets, never beside an administrator's.
create function cx.people_recovery_set_v1(p_token bytea, p_act uuid, p_hashes bytea[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_account uuid := cx.people_enrol_act_v1(p_token, p_act, false);
begin
  perform from cx.people_account a where a.account = v_account and a.initial_until is null for update;
  if not found then perform cx.refuse_v1('SIGNIN-08'); end if;
  delete from cx.people_recovery r where r.account = v_account and r.used_at is null;
  insert into cx.people_recovery (account, hash, act) select v_account, h.hash, p_act from unnest(p_hashes) as h(hash);
end $$;
grant execute on function cx.people_recovery_set_v1(bytea, uuid, bytea[]) to signin;

-- Everything an account signed in with ends, with every session; p_password_hash and p_totp are handed over and open the first
-- sign-in only. Internal: whoever confirms a reset calls it under their act.
create function cx.people_renew_v1(p_account uuid, p_password_hash text, p_totp bytea) returns void
language sql volatile security definer
begin atomic
  update cx.people_passkey p set removed_at = statement_timestamp() where p.account = p_account and p.removed_at is null;
  delete from cx.people_recovery r where r.account = p_account and r.used_at is null;
  update cx.people_account a set password_hash = p_password_hash, totp_sealed = p_totp, totp_step = 0, failures = 0, locked_until = null,
    password_on = (statement_timestamp() at time zone 'Asia/Shanghai')::date,
    initial_until = cx.people_initial_until_v1()
  where a.account = p_account;
  select cx.ledger_sessions_close_v1(p_account);
end;
