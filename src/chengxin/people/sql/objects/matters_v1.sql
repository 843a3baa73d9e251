-- Matters of the administrators (管理事项): every change of an account, a duty or an organisation, by whom, when and why; and those
-- that wait for a second human. Rows are added, and decided once.

create table cx.people_matter (
  matter uuid primary key,                -- the act that began it
  kind text not null check (kind in ('account.open', 'account.disable', 'account.reset', 'account.stale', 'duty.give',
    'duty.end', 'organisation.open', 'organisation.rename', 'organisation.close')),
  at timestamptz not null,
  actor uuid not null,
  account uuid,                           -- whom it concerns
  organisation text,
  detail jsonb not null,                  -- duty, days, names of organisations; nothing about a person
  reason text not null,
  state text not null check (state in ('done', 'waiting', 'confirmed', 'refused', 'withdrawn')),
  secret text,                            -- a reset that waits: hash of the new password
  decided_act uuid,
  decided_by uuid,
  decided_at timestamptz,
  constraint "ACCOUNT-10" check (decided_by <> actor or state = 'withdrawn'),
  constraint "ACCOUNT-12" check (state = 'done' or length(regexp_replace(reason, '\s', '', 'g')) >= 5),
  check ((state in ('done', 'waiting')) = (decided_by is null)),
  check (secret is null or state = 'waiting')
);
-- The same thing is not proposed twice: who confirms must not choose between two passwords.
create unique index "ACCOUNT-13" on cx.people_matter
  (kind, coalesce(account::text, organisation), coalesce(detail ->> 'duty', '')) where state = 'waiting';
create index people_matter_at on cx.people_matter (at, matter);

-- Whether two numbers of holders (keyed hashes) are one human's: here the same number; `people` replaces this body where links
-- between files are known. Internal.
create function cx.people_same_holder_v1(p_one bytea, p_other bytea) returns boolean language sql stable
begin atomic
  select coalesce(p_one = p_other, false);
end;

-- Two accounts of one human being count as one: the same account, or the same holder under whichever number. Internal.
create function cx.people_same_human_v1(p_one uuid, p_other uuid) returns boolean
language sql stable
begin atomic
  select p_one = p_other or exists (
    select from cx.people_account a cross join cx.people_account b
    where a.account = p_one and b.account = p_other and cx.people_same_holder_v1(a.holder, b.holder));
end;

-- Who opened an act about nobody. Internal.
create function cx.people_actor_v1(p_act uuid) returns uuid
language sql stable
begin atomic
  select r.actor from cx.ledger_register r where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act;
end;

-- Writes a matter under an act that the caller has checked. Internal.
create function cx.people_note_v1(p_act uuid, p_kind text, p_account uuid, p_organisation text, p_detail jsonb, p_reason text,
  p_state text, p_secret text) returns void language sql volatile
begin atomic
  insert into cx.people_matter (matter, kind, at, actor, account, organisation, detail, reason, state, secret)
  values (p_act, p_kind, statement_timestamp(), cx.people_actor_v1(p_act), p_account, p_organisation, p_detail, p_reason, p_state,
    p_secret);
end;

create type cx.people_matter_row_v1 as (matter uuid, kind text, at timestamptz, actor_login text, actor_post text, mine boolean,
  account uuid, login text, organisation text, organisation_name text, detail jsonb, reason text, state text, decided_login text,
  decided_post text, decided_at timestamptz);
-- Matters, the newest first (变更记录): of one account or of all, only those that wait or all. `mine`: the reader's own.
create function cx.people_matters_v1(p_token bytea, p_account uuid, p_waiting boolean, p_before timestamptz, p_limit integer,
  p_skip integer) returns setof cx.people_matter_row_v1 language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'accounts.list');
  select m.matter, m.kind, m.at, coalesce(b.login, ''), coalesce(b.post, ''), coalesce(cx.people_same_human_v1(m.actor, s.actor), false),
    m.account, coalesce(a.login, ''), coalesce(m.organisation, a.organisation, ''), coalesce(o.name, m.detail ->> 'name', ''),
    m.detail, m.reason, m.state, coalesce(d.login, ''), coalesce(d.post, ''), m.decided_at
  from cx.ledger_session_v1(p_token) s
  cross join cx.people_matter m
  left join cx.people_account b on b.account = m.actor
  left join cx.people_account a on a.account = m.account
  left join cx.people_account d on d.account = m.decided_by
  left join cx.people_organisation o on o.code = coalesce(m.organisation, a.organisation)
  where (p_account is null or m.account = p_account) and (not p_waiting or m.state = 'waiting') and m.at < p_before
  order by m.at desc, m.matter desc limit p_limit offset p_skip;
end;
grant execute on function cx.people_matters_v1(bytea, uuid, boolean, timestamptz, integer, integer) to web;
