-- Sessions bind an actor (会话与操作人). Only the sign-in role can open one; nobody can read a token back.

create table cx.ledger_session (
  token_hash bytea primary key check (length(token_hash) = 32),  -- sha256 of the token; the token itself is never stored
  id uuid not null unique,
  actor uuid not null,                                           -- account
  kind text not null check (kind in ('citizen', 'staff', 'machine', 'system')),
  person uuid,                                                   -- the citizen behind the account, if one
  organisation text not null,                                    -- code of the organisation, '' for a citizen
  method text not null,                                          -- how it was proved: passkey, password+totp, signature, …
  assurance integer not null check (assurance between 0 and 3),  -- how well: 1 one factor, 2 two, 3 and known face to face
  agent text not null check (length(agent) <= 40),               -- kind of device in a few words, never what it sent
  opened_at timestamptz not null,
  expires_at timestamptz not null,                               -- the end, however busy
  idle_minutes integer not null check (idle_minutes > 0),
  seen_at timestamptz not null,                                  -- last used, to the minute
  stepped_up_at timestamptz,                                     -- when its holder last proved themself anew
  closed_at timestamptz,
  constraint "SESSION-02" check (expires_at > opened_at and expires_at <= opened_at + interval '12 hours'),
  constraint "SESSION-03" check ((kind = 'citizen') = (person is not null) or kind = 'staff')
);
-- "Where am I signed in".
create index ledger_session_open on cx.ledger_session (actor) where closed_at is null;

create type cx.ledger_session_row_v1 as (id uuid, actor uuid, kind text, person uuid, organisation text, method text,
  assurance integer, expires_at timestamptz, seen_at timestamptz, stepped_up_at timestamptz);

-- SESSION-01 for a session that was closed, is over, or was left alone for too long (超时退出). Inlined where it is used.
create function cx.ledger_live_v1(
  p_closed_at timestamptz, p_expires_at timestamptz, p_seen_at timestamptz, p_idle_minutes integer
) returns boolean language sql stable parallel safe
return p_closed_at is null and p_expires_at > statement_timestamp()
  and p_seen_at > statement_timestamp() - make_interval(mins => p_idle_minutes);

-- p_minutes, p_idle: life of the session, and how long it may lie idle. p_fresh: opened by a proof that counts as a step-up.
-- Internal: `people` opens it for an account, so that kind, person and organisation are the account's own.
create function cx.ledger_session_open_v1(
  p_token bytea, p_id uuid, p_actor uuid, p_kind text, p_person uuid, p_organisation text, p_method text, p_assurance integer,
  p_agent text, p_fresh boolean, p_minutes integer, p_idle integer
) returns void language sql volatile security definer
begin atomic
  insert into cx.ledger_session (token_hash, id, actor, kind, person, organisation, method, assurance, agent, opened_at, expires_at,
    idle_minutes, seen_at, stepped_up_at)
  values (sha256(p_token), p_id, p_actor, p_kind, p_person, p_organisation, p_method, p_assurance, p_agent,
    statement_timestamp(), statement_timestamp() + make_interval(mins => p_minutes), p_idle, statement_timestamp(),
    case when p_fresh then statement_timestamp() end);
end;

-- Who holds this token: a row, or none. A token tells only about itself.
create function cx.ledger_whoami_v1(p_token bytea) returns setof cx.ledger_session_row_v1
language sql stable security definer
begin atomic
  select s.id, s.actor, s.kind, s.person, s.organisation, s.method, s.assurance, s.expires_at, s.seen_at, s.stepped_up_at
  from cx.ledger_session s
  where s.token_hash = sha256(p_token) and cx.ledger_live_v1(s.closed_at, s.expires_at, s.seen_at, s.idle_minutes);
end;
grant execute on function cx.ledger_whoami_v1(bytea) to web, worker, engine;

-- The holder of this token is there (在线): written once a minute at most, and never for a session that is over.
create function cx.ledger_seen_v1(p_token bytea) returns void language sql volatile security definer
begin atomic
  update cx.ledger_session s set seen_at = statement_timestamp()
  where s.token_hash = sha256(p_token) and cx.ledger_live_v1(s.closed_at, s.expires_at, s.seen_at, s.idle_minutes)
    and s.seen_at <= statement_timestamp() - interval '1 minute';
end;
grant execute on function cx.ledger_seen_v1(bytea) to web;

-- The holder of this session proved themself anew (再次验证). Internal: `people` checks whose proof it was.
create function cx.ledger_stepped_up_v1(p_token bytea) returns void language sql volatile security definer
begin atomic
  update cx.ledger_session s set stepped_up_at = statement_timestamp(), seen_at = statement_timestamp()
  where s.token_hash = sha256(p_token) and cx.ledger_live_v1(s.closed_at, s.expires_at, s.seen_at, s.idle_minutes);
end;

create function cx.ledger_session_close_v1(p_token bytea) returns void
language sql volatile security definer
begin atomic
  update cx.ledger_session set closed_at = statement_timestamp()
  where token_hash = sha256(p_token) and closed_at is null;
end;
grant execute on function cx.ledger_session_close_v1(bytea) to web, worker, engine;

create type cx.ledger_session_line_v1 as (id uuid, method text, agent text, opened_at timestamptz, seen_at timestamptz,
  expires_at timestamptz, mine boolean);
-- Where the holder of this token is signed in (我的登录), the last used first. A token tells only about its own account.
create function cx.ledger_sessions_v1(p_token bytea) returns setof cx.ledger_session_line_v1
language sql stable security definer
begin atomic
  select s.id, s.method, s.agent, s.opened_at, s.seen_at, s.expires_at, s.id = w.id
  from cx.ledger_whoami_v1(p_token) w
  join cx.ledger_session s on s.actor = w.actor and cx.ledger_live_v1(s.closed_at, s.expires_at, s.seen_at, s.idle_minutes)
    and (s.kind <> 'citizen' or s.assurance <= w.assurance)
  order by s.id = w.id desc, s.seen_at desc, s.id;
end;
grant execute on function cx.ledger_sessions_v1(bytea) to web;

-- Ends every other session of the same account (退出其他登录); how many. A citizen who proved less well than another session of theirs
-- neither sees nor ends that one: who is at this device may be somebody else.
create function cx.ledger_sessions_end_v1(p_token bytea) returns integer
language sql volatile security definer
begin atomic
  with ended as (
    update cx.ledger_session s set closed_at = statement_timestamp()
    from cx.ledger_whoami_v1(p_token) w
    where s.actor = w.actor and s.id <> w.id and (s.kind <> 'citizen' or s.assurance <= w.assurance)
      and cx.ledger_live_v1(s.closed_at, s.expires_at, s.seen_at, s.idle_minutes)
    returning s.id)
  select count(*)::integer from ended;
end;
grant execute on function cx.ledger_sessions_end_v1(bytea) to web;

-- Ends every session of an account. Internal: `people` says when.
create function cx.ledger_sessions_close_v1(p_actor uuid) returns void language sql volatile security definer
begin atomic
  update cx.ledger_session s set closed_at = statement_timestamp() where s.actor = p_actor and s.closed_at is null;
end;

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
create function cx.ledger_verify_v1(p_session cx.ledger_session_row_v1, p_activity text, p_purpose text)
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
  cross join lateral cx.ledger_verify_v1(s, p_activity, '') g;
  return v_duty is not null or cx.refuse_v1('DUTY-01');
end $$;
