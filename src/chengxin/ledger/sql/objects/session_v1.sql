-- Sessions bind an actor (会话与操作人). Only the sign-in role can open one; nobody can read a token back.

create table cx.ledger_session (
  token_hash bytea primary key check (length(token_hash) = 32),  -- sha256 of the token; the token itself is never stored
  id uuid not null unique,
  actor uuid not null,                                           -- account
  kind text not null check (kind in ('citizen', 'staff', 'machine', 'system')),
  person uuid,                                                   -- the citizen behind the account, if one
  organisation text not null,                                    -- code of the organisation, '' for a citizen
  method text not null,                                          -- password+totp, signature, console
  opened_at timestamptz not null,
  expires_at timestamptz not null,
  closed_at timestamptz,
  constraint "SESSION-02" check (expires_at > opened_at and expires_at <= opened_at + interval '12 hours'),
  constraint "SESSION-03" check ((kind = 'citizen') = (person is not null) or kind = 'staff')
);

create type cx.ledger_session_row_v1 as
  (id uuid, actor uuid, kind text, person uuid, organisation text, expires_at timestamptz);

-- p_minutes: life of the session. Internal: `people` opens it for an account, so that kind, person and organisation are
-- the account's own.
create function cx.ledger_session_open_v1(
  p_token bytea, p_id uuid, p_actor uuid, p_kind text, p_person uuid, p_organisation text, p_method text, p_minutes integer
) returns void language sql volatile security definer
begin atomic
  insert into cx.ledger_session
  values (sha256(p_token), p_id, p_actor, p_kind, p_person, p_organisation, p_method,
          statement_timestamp(), statement_timestamp() + make_interval(mins => p_minutes), null);
end;

-- Who holds this token: a row, or none. A token tells only about itself.
create function cx.ledger_whoami_v1(p_token bytea) returns setof cx.ledger_session_row_v1
language sql stable security definer
begin atomic
  select s.id, s.actor, s.kind, s.person, s.organisation, s.expires_at
  from cx.ledger_session s
  where s.token_hash = sha256(p_token) and s.closed_at is null and s.expires_at > statement_timestamp();
end;
grant execute on function cx.ledger_whoami_v1(bytea) to web, worker, engine;

create function cx.ledger_session_close_v1(p_token bytea) returns void
language sql volatile security definer
begin atomic
  update cx.ledger_session set closed_at = statement_timestamp()
  where token_hash = sha256(p_token) and closed_at is null;
end;
grant execute on function cx.ledger_session_close_v1(bytea) to web, worker, engine;

-- SESSION-04: a guard must see what is committed now. An old snapshot would still see a session that was closed, a duty
-- that ended or a record before it was frozen.
create function cx.ledger_fresh_v1() returns boolean
language sql volatile
begin atomic
  select case when current_setting('transaction_isolation') = 'read committed' then true else cx.refuse_v1('SESSION-04') end;
end;

-- Inside guards: the session behind a token, or SESSION-01.
create function cx.ledger_session_v1(p_token bytea) returns setof cx.ledger_session_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_fresh_v1();
  select case when exists (select from cx.ledger_whoami_v1(p_token)) then true else cx.refuse_v1('SESSION-01') end;
  select * from cx.ledger_whoami_v1(p_token);
end;

-- What a permission says about an activity. `own`: only about the person of the session itself.
create type cx.ledger_grant_v1 as
  (duty text, basis text, fields text[], own boolean, needs_case boolean, quota integer);

-- The verifier (核验器). The ledger knows no duties: until `people` replaces this body, everything is refused.
create function cx.ledger_verify_v1(p_actor uuid, p_kind text, p_organisation text, p_activity text, p_purpose text)
returns setof cx.ledger_grant_v1 language sql volatile security definer
begin atomic
  select case when cx.refuse_v1('DUTY-01') then (null::cx.ledger_grant_v1).duty end, '', '{}'::text[], true, true, 0;
end;

-- The session's account holds a duty for an activity that leaves no line of its own, or DUTY-01.
create function cx.ledger_duty_v1(p_token bytea, p_activity text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_duty text;
begin
  select g.duty into v_duty
  from cx.ledger_session_v1(p_token) s
  cross join lateral cx.ledger_verify_v1(s.actor, s.kind, s.organisation, p_activity, '') g;
  return v_duty is not null or cx.refuse_v1('DUTY-01');
end $$;
