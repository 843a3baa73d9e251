-- Citizens at the door (市民登录): real-name state, codes of the window, registration of one's own. Only the sign-in role, which
-- has verified the proof outside, lets somebody in; everything it writes about a person is an act of that person's own session.

create unique index "ACCOUNT-14" on cx.people_account (person) where kind = 'citizen';

-- How and how well a person proved who they are (实名状态): rows are only ever added.
create table cx.people_realname (
  person uuid not null,
  seq integer not null check (seq > 0),
  act uuid not null,
  known_at timestamptz not null,
  method text not null check (method in ('identity', 'counter')),
  level integer not null check (level between 1 and 3),
  verified boolean not null,              -- the population database said match; else the document's original was seen
  code uuid,                              -- counter: which code
  primary key (person, seq),
  check ((method = 'counter') = (code is not null))
);

-- Codes of the window (窗口登录码): for whoever has no phone, or whom no service answers. Good once, for minutes, few tries.
-- Which of them is live is decided by the latest of a number alone.
create table cx.people_code (
  code uuid primary key,
  id_hmac bytea not null check (length(id_hmac) = 32),
  act uuid not null,
  clerk uuid not null,                    -- account of whoever gave it out
  organisation text not null,
  document text not null check (document in ('id_card', 'interim_id', 'residence_permit', 'permanent_resident')),
  reason text not null check (reason in ('no_phone', 'service_down', 'chosen')),
  verified boolean not null,
  code_hash bytea not null check (length(code_hash) = 32),  -- keyed, bound to number and name
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  tries integer not null default 0,
  ended text not null default '' check (ended in ('', 'used', 'locked', 'replaced')),
  ended_at timestamptz,
  entered_at timestamptz,                 -- who redeemed it came in: what the browser keeps of a code is good once as well
  check (expires_at > issued_at),
  check ((ended = '') = (ended_at is null))
);
create index people_code_number on cx.people_code (id_hmac, issued_at);
create index people_code_clerk on cx.people_code (clerk, issued_at);

-- Gives out a code: an act about the number's decoy, so that the clerk learns nothing and the person reads it, known already or
-- only from their registration on. CODE-02: this clerk's codes of the day are used up. CODE-03: the clerk's own number.
create function cx.people_code_issue_v1(p_token bytea, p_code uuid, p_act uuid, p_hmac bytea, p_document text, p_reason text,
  p_verified boolean, p_hash bytea) returns timestamptz
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_clerk uuid; v_organisation text; v_holder bytea; v_person uuid; v_until timestamptz;
begin
  select s.actor, s.organisation into v_clerk, v_organisation from cx.ledger_session_v1(p_token) s;
  -- Held, so that two pages of one clerk do not count past each other.
  select a.holder into v_holder from cx.people_account a where a.account = v_clerk for update;
  select cx.people_decoy_v1(d.decoy_secret, p_hmac) into v_person from cx.ledger_deployment d;
  perform cx.ledger_act_v1(p_token, array[v_person], array[p_act], 'people.code', '');
  if v_holder = p_hmac then perform cx.refuse_v1('CODE-03'); end if;
  if (select count(*) from cx.people_code c where c.clerk = v_clerk
        and c.issued_at >= date_trunc('day', statement_timestamp() at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai')
     >= coalesce(cx.people_parameter_v1('code_quota'), 0) then
    perform cx.refuse_v1('CODE-02');
  end if;
  update cx.people_code c set ended = 'replaced', ended_at = statement_timestamp() where c.id_hmac = p_hmac and c.ended = '';
  insert into cx.people_code (code, id_hmac, act, clerk, organisation, document, reason, verified, code_hash, issued_at, expires_at)
  values (p_code, p_hmac, p_act, v_clerk, v_organisation, p_document, p_reason, p_verified, p_hash, statement_timestamp(),
    statement_timestamp() + make_interval(mins => coalesce(cx.people_parameter_v1('code_minutes'), 0)))
  returning expires_at into v_until;
  return v_until;
end $$;
grant execute on function cx.people_code_issue_v1(bytea, uuid, uuid, bytea, text, text, boolean, bytea) to web;

create type cx.people_redeemed_v1 as (code uuid, verified boolean);
-- Takes a code: the row of the live one, or none. A wrong one is a try; the last try locks.
create function cx.people_code_redeem_v1(p_hmac bytea, p_hash bytea) returns setof cx.people_redeemed_v1
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_code cx.people_code;
begin
  select c.* into v_code from cx.people_code c where c.id_hmac = p_hmac order by c.issued_at desc, c.code desc limit 1 for update;
  if v_code.code is null or v_code.ended <> '' or v_code.expires_at <= statement_timestamp() then return; end if;
  if v_code.code_hash = p_hash then
    update cx.people_code c set ended = 'used', ended_at = statement_timestamp() where c.code = v_code.code;
    return next (v_code.code, v_code.verified)::cx.people_redeemed_v1;
  elsif v_code.tries + 1 >= coalesce(cx.people_parameter_v1('code_tries'), 0) then
    update cx.people_code c set tries = c.tries + 1, ended = 'locked', ended_at = statement_timestamp() where c.code = v_code.code;
  else
    update cx.people_code c set tries = c.tries + 1 where c.code = v_code.code;
  end if;
end $$;
grant execute on function cx.people_code_redeem_v1(bytea, bytea) to signin;

-- Who stands behind a number, with the account of that very file, and whether they may come in: a link between files may be
-- wrong, so a number never opens the account of another. Internal. IDENT-06: the population database says deceased.
-- SIGNIN-03: the account is disabled.
create type cx.people_citizen_v1 as (person uuid, account uuid);
create function cx.people_citizen_v1(p_hmac bytea) returns setof cx.people_citizen_v1
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_citizen cx.people_citizen_v1;
begin
  select k.person, a.account into v_citizen
  from cx.people_key k left join cx.people_account a on a.person = k.person and a.kind = 'citizen'
  where k.id_hmac = p_hmac order by a.account limit 1;
  if v_citizen.person is not null and not cx.people_lives_v1(v_citizen.person) then
    perform cx.refuse_v1('IDENT-06');
  end if;
  if exists (select from cx.people_account a where a.account = v_citizen.account and a.disabled_at is not null) then
    perform cx.refuse_v1('SIGNIN-03');
  end if;
  return next v_citizen;
end $$;

-- Notes how the session's own person proved themself, where that says more than is known. CODE-01: somebody came in by that code before.
-- Internal.
create function cx.people_realname_v1(p_token bytea, p_person uuid, p_act uuid, p_method text, p_level integer, p_verified boolean,
  p_code uuid) returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  if p_code is not null then
    update cx.people_code c set entered_at = statement_timestamp() where c.code = p_code and c.ended = 'used' and c.entered_at is null;
    if not found then perform cx.refuse_v1('CODE-01'); end if;
  end if;
  if p_level < cx.people_minimum_v1('people.realname') or p_code is null and exists (
       select from cx.people_realname r where r.person = p_person and r.method = p_method and r.level >= p_level
         and r.verified >= p_verified) then
    return;
  end if;
  perform cx.ledger_act_v1(p_token, array[p_person], array[p_act], 'people.realname', '');
  insert into cx.people_realname
  select p_person, coalesce(max(r.seq), 0) + 1, p_act, statement_timestamp(), p_method, p_level, p_verified, p_code
  from cx.people_realname r where r.person = p_person;
end $$;

-- Lets in somebody who proved a number (登录): opens a session of their account. Answers false where they have none yet.
create function cx.people_citizen_enter_v1(p_token bytea, p_session uuid, p_hmac bytea, p_method text, p_level integer,
  p_agent text, p_act uuid, p_verified boolean, p_code uuid) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_citizen cx.people_citizen_v1;
begin
  select c.person, c.account into v_citizen from cx.people_citizen_v1(p_hmac) c;
  if v_citizen.account is null then return false; end if;
  perform cx.people_session_open_v1(p_token, p_session, v_citizen.account, p_method, p_level, p_agent);
  perform cx.people_realname_v1(p_token, v_citizen.person, p_act, p_method, p_level, p_verified, p_code);
  return true;
end $$;
grant execute on function cx.people_citizen_enter_v1(bytea, uuid, bytea, text, integer, text, uuid, boolean, uuid) to signin;

-- A proof that a browser kept for us opens one account and one session (用过的证明): false when it was used before, or is too old.
create function cx.people_proof_spent_v1(p_proof bytea, p_until timestamptz) returns boolean
language sql volatile security definer
begin atomic
  select cx.people_challenge_v1(p_proof, p_until);
end;
grant execute on function cx.people_proof_spent_v1(bytea, timestamptz) to signin;

-- Opens the account of somebody who proved a number (本人注册), for the person it is known by or for p_person, a new one; lets them
-- in and notes both as acts of their own. Somebody who has an account is only let in.
create function cx.people_citizen_register_v1(p_token bytea, p_session uuid, p_account uuid, p_hmac bytea, p_version integer,
  p_type text, p_pair bytea, p_person uuid, p_dek bytea, p_sealed bytea, p_method text, p_level integer, p_agent text,
  p_register uuid, p_act uuid, p_verified boolean, p_code uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_citizen cx.people_citizen_v1; v_person uuid;
begin
  if cx.people_citizen_enter_v1(p_token, p_session, p_hmac, p_method, p_level, p_agent, p_act, p_verified, p_code) then return; end if;
  select c.person, c.account into v_citizen from cx.people_citizen_v1(p_hmac) c;
  v_person := coalesce(v_citizen.person, p_person);
  perform cx.people_account_open_v1(p_account, 'c' || replace(p_account::text, '-', ''), 'citizen', '本人', v_person, '', '!', null, null,
    null, array['citizen'], cx.ledger_today_v1());
  perform cx.people_session_open_v1(p_token, p_session, p_account, p_method, p_level, p_agent);
  perform cx.ledger_act_v1(p_token, array[v_person], array[p_register], 'people.register', '');
  if v_citizen.person is null then
    perform cx.people_open_v1(array[v_person], array[p_register], 'people.register', array[p_hmac], p_version, array[p_type],
      array[p_pair], array[p_dek], array[p_sealed]);
  end if;
  perform cx.people_realname_v1(p_token, v_person, p_act, p_method, p_level, p_verified, p_code);
end $$;
grant execute on function cx.people_citizen_register_v1(bytea, uuid, uuid, bytea, integer, text, bytea, uuid, bytea, bytea, text,
  integer, text, uuid, uuid, boolean, uuid) to signin;

create type cx.people_realname_row_v1 as (known_at timestamptz, method text, level integer, verified boolean, document text,
  organisation_name text, post text);
-- The own real-name state, the newest first; with a code of the window, who gave it out.
create function cx.people_realname_own_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.people_realname_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own');
  select r.known_at, r.method, r.level, r.verified, coalesce(c.document, ''), coalesce(o.name, ''), coalesce(a.post, '')
  from cx.people_realname r
  left join cx.people_code c on c.code = r.code
  left join cx.people_account a on a.account = c.clerk
  left join cx.people_organisation o on o.code = c.organisation
  where r.person = p_person order by r.seq desc;
end;
grant execute on function cx.people_realname_own_v1(bytea, uuid, uuid) to web;
