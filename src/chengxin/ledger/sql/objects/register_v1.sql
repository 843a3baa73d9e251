-- The register (登记簿): one line for each act, each look, and what each look was shown. Lines are only ever added. Columns of one
-- width stand together, so that no line pays for padding.

create table cx.ledger_register (
  person uuid not null,                  -- whom the line is about; the nil uuid where it is about nobody
  id uuid not null,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz not null,               -- real time, never the test clock
  epoch integer not null,
  shown integer not null default 0 check (shown >= 0),
  session uuid not null,
  actor uuid not null,
  look uuid,                             -- shown: the look it belongs to
  line text not null check (line in ('act', 'look', 'shown')),
  actor_kind text not null,
  organisation text not null,
  duty text not null,
  activity text not null,                -- what was done, a code such as records.admit
  purpose text not null,                 -- code of the register of purposes, '' where the activity has its own basis
  basis text not null,                   -- the legal basis in words, as it stood that day
  case_ref text not null,                -- case number or authorisation
  fields text[] not null,                -- look: what it permits; shown: what was shown
  outcome text not null default '' check (outcome in ('', 'hit', 'miss')),
  question bytea check (length(question) = 32), -- look by number: what was asked, as a hash bound to this look
  salt bytea not null check (length(salt) = 32),
  commitment bytea not null check (length(commitment) = 32),
  primary key (person, id),
  constraint "LOOK-06" check (length(case_ref) <= 64),
  constraint "REGISTER-01" check ((line = 'shown') = (look is not null) and (line = 'shown') = (outcome <> ''))
);
-- Order of the Merkle log.
create index ledger_register_order on cx.ledger_register (epoch, xid, id);
-- "My own look-ups" and the auditor's "what did this actor see". Acts are many and are asked for by person.
create index ledger_register_actor on cx.ledger_register (actor, at) where line <> 'act';

-- commitment = sha256(salt || canonical bytes). Each part follows its length in bytes (a uuid has 36), so that no two
-- different lines share their canonical text; times are microseconds since 1970 UTC. Specified for other implementations
-- in docs/reference/log-format.md; nothing personal can be recovered from it once the salt is destroyed. The parts after the line's own id are
-- made apart: all acts of a batch share them, and every look and every act pays for what is made here.
create function cx.ledger_tail_v1(
  p_at timestamptz, p_session uuid, p_actor uuid, p_actor_kind text, p_organisation text, p_duty text, p_activity text,
  p_purpose text, p_basis text, p_case text, p_fields text[], p_look uuid, p_outcome text, p_shown integer, p_question bytea
) returns text language sql stable parallel safe
return concat(
  octet_length((extract(epoch from p_at) * 1000000)::bigint::text), ':', (extract(epoch from p_at) * 1000000)::bigint,
  '36:', p_session, '36:', p_actor, octet_length(p_actor_kind), ':', p_actor_kind,
  octet_length(p_organisation), ':', p_organisation, octet_length(p_duty), ':', p_duty,
  octet_length(p_activity), ':', p_activity, octet_length(p_purpose), ':', p_purpose,
  octet_length(p_basis), ':', p_basis, octet_length(p_case), ':', p_case,
  octet_length(array_to_string(p_fields, ',')), ':', array_to_string(p_fields, ','),
  case when p_look is null then '0:' else '36:' end, p_look,
  octet_length(p_outcome), ':', p_outcome, octet_length(p_shown::text), ':', p_shown,
  case when p_question is null then '0:' else '64:' end, encode(p_question, 'hex'));

-- What goes into the log for a line: its salt, the parts that name it, and the tail above.
create function cx.ledger_commitment_v1(p_salt bytea, p_person uuid, p_id uuid, p_line text, p_tail text) returns bytea
language sql stable parallel safe
return sha256(p_salt || convert_to(concat('chengxin-line-v1', octet_length(p_line), ':', p_line, '36:', p_person, '36:', p_id,
  p_tail), 'UTF8'));

-- 244 random bits made by the server, so that no caller can choose them. Drawn once for a statement; each line's salt is
-- sha256(these bits || the line's id). They are kept nowhere, so no salt tells another.
create function cx.ledger_salt_v1() returns bytea
language sql volatile parallel safe
return uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());

-- How often an actor looked today under a purpose; the constraint is the quota.
create table cx.ledger_quota (
  actor uuid not null,
  purpose text not null,
  day date not null,
  part integer not null,                 -- a large quota is kept in parts, so that one busy system does not wait for itself
  used integer not null,
  allowed integer not null,
  primary key (actor, purpose, day, part),
  constraint "LOOK-05" check (used <= allowed)
);

-- LOG-01: nobody is looked at while lines do not reach the log. One row is read; only when the sequencer has not said for
-- long that nothing waits, the oldest waiting line itself is asked. A real installation without a log looks at nobody.
create function cx.ledger_flows_v1() returns boolean
language sql stable
begin atomic
  select case when case
      when s.log = 0 then d.mode <> 'production'
      when statement_timestamp() <= s.look_until then true
      else coalesce((select r.at > statement_timestamp() - cx.ledger_log_limit_v1('look')
                     from cx.ledger_register r where (r.epoch, r.xid, r.id) > (s.epoch, s.xid, s.id)
                     order by r.epoch, r.xid, r.id limit 1), true)
    end then true else cx.refuse_v1('LOG-01') end
  from cx.ledger_log_state s cross join cx.ledger_deployment d;
end;

-- Registers looks (查看登记), each judged by its own session, activity and purpose. Commit before reading. Internal: a room
-- that can say whom a look is about (oneself, a number and a purpose, an open case) has its own door to it.
create function cx.ledger_look_v1(
  p_tokens bytea[], p_persons uuid[], p_ids uuid[], p_activities text[], p_purposes text[], p_cases text[],
  p_questions bytea[]
) returns integer language sql volatile security definer
begin atomic
  with asked as materialized (
    select * from unnest(p_tokens, p_persons, p_ids, p_activities, p_purposes, p_cases, p_questions)
      as a(token, person, id, activity, purpose, case_ref, question)
  ), random as materialized (
    select cx.ledger_salt_v1() as bits, cx.ledger_open_v1() and cx.ledger_flows_v1() as open
  ), bound as materialized (
    -- A batch has many rows and few combinations: each combination is judged once.
    select d.token, d.activity, d.purpose, s.id as session, s.actor, s.kind, s.person, s.organisation,
           g.duty, g.basis, g.fields, g.own, g.needs_case, g.quota
    from (select distinct a.token, a.activity, a.purpose from asked a) d
    cross join lateral cx.ledger_session_v1(d.token) s
    cross join lateral cx.ledger_verify_v1(s, d.activity, d.purpose) g
  ), judged as materialized (
    select a.person, a.id, a.activity, a.purpose, a.question, b.session, b.actor, b.kind, b.organisation, b.duty, b.basis, b.fields, b.quota,
      case when not x.open then ''
           when b.own and not cx.ledger_self_v1(b.person, a.person) then cx.refuse_text_v1('DUTY-02')
           when b.needs_case and btrim(a.case_ref) = '' then cx.refuse_text_v1('LOOK-04')
           else a.case_ref end as case_ref,
      statement_timestamp() as at, sha256(x.bits || uuid_send(a.id)) as salt
    from random x cross join asked a join bound b on b.token = a.token and b.activity = a.activity and b.purpose = a.purpose
  ), written as (
    insert into cx.ledger_register (person, id, epoch, at, line, session, actor, actor_kind, organisation, duty, activity,
      purpose, basis, case_ref, fields, question, salt, commitment)
    select j.person, j.id, (select d.epoch from cx.ledger_deployment d), j.at, 'look', j.session, j.actor, j.kind, j.organisation,
      j.duty, j.activity, j.purpose, j.basis, j.case_ref, j.fields, j.question, j.salt,
      cx.ledger_commitment_v1(j.salt, j.person, j.id, 'look', cx.ledger_tail_v1(j.at, j.session, j.actor, j.kind,
        j.organisation, j.duty, j.activity, j.purpose, j.basis, j.case_ref, j.fields, null, '', 0, j.question))
    from judged j
    returning 1
  ), counted as (
    insert into cx.ledger_quota as q (actor, purpose, day, part, used, allowed)
    select c.actor, c.purpose, (statement_timestamp() at time zone 'Asia/Shanghai')::date,
      case when c.quota >= 10000 then get_byte(uuid_send(c.some_id), 15) % 16 else 0 end, c.looks,
      case when c.quota >= 10000 then c.quota / 16 else c.quota end
    from (select j.actor, j.purpose, max(j.quota) as quota, count(*) as looks, (array_agg(j.id))[1] as some_id
          from judged j where j.quota is not null group by j.actor, j.purpose) c
    order by c.actor, c.purpose  -- the same order in every batch, so that two batches never wait for each other
    on conflict (actor, purpose, day, part) do update set used = q.used + excluded.used, allowed = excluded.allowed
    returning 1
  )
  select count(*)::integer from written;
end;

-- Opens acts (行为) in this transaction: one line per person. A guarded row names its act; the act must be open. Internal:
-- a door that writes about others opens its acts itself, so that no line can be made up about anybody. Session, duty and the
-- parts that all lines share are judged once: a batch has many thousands.
create function cx.ledger_act_v1(p_token bytea, p_persons uuid[], p_ids uuid[], p_activity text, p_case text)
returns integer language sql volatile security definer
begin atomic
  with who as materialized (
    select s.id as session, s.actor, s.kind, s.person as own_person, s.organisation, g.duty, g.basis, g.fields, g.own,
      cx.ledger_salt_v1() as bits, d.epoch, d.mode = 'production' and d.opened_at is null as closed, statement_timestamp() as at,
      cx.ledger_tail_v1(statement_timestamp(), s.id, s.actor, s.kind, s.organisation, g.duty, p_activity, '', g.basis, p_case,
        g.fields, null, '', 0, null) as tail
    from cx.ledger_session_v1(p_token) s
    cross join lateral cx.ledger_verify_v1(s, p_activity, '') g
    cross join cx.ledger_deployment d
  ), act as (
    select w.*, a.person, a.id, sha256(w.bits || uuid_send(a.id)) as salt
    from who w cross join unnest(p_persons, p_ids) as a(person, id)
    where case when not w.own or w.own_person = a.person then true else cx.ledger_not_own_v1(w.own_person, a.person) end
      and case when w.closed and a.person <> '00000000-0000-0000-0000-000000000000' then cx.refuse_v1('DEPLOY-01') else true end
    offset 0  -- the salt is made once for a line, not once for each column that needs it
  ), written as (
    insert into cx.ledger_register (person, id, epoch, at, line, session, actor, actor_kind, organisation, duty, activity,
      purpose, basis, case_ref, fields, salt, commitment)
    select a.person, a.id, a.epoch, a.at, 'act', a.session, a.actor, a.kind, a.organisation, a.duty, p_activity, '', a.basis,
      p_case, a.fields, a.salt,
      cx.ledger_commitment_v1(a.salt, a.person, a.id, 'act', a.tail)
    from act a
    returning 1
  )
  select count(*)::integer from written;
end;

-- Opens an act about the session's own person, or about nobody (an organisation's batch). No person can be named.
create function cx.ledger_own_act_v1(p_token bytea, p_id uuid, p_activity text, p_case text) returns uuid
language sql volatile security definer
begin atomic
  with mine as materialized (
    select coalesce(s.person, '00000000-0000-0000-0000-000000000000'::uuid) as person from cx.ledger_session_v1(p_token) s)
  select case when cx.ledger_act_v1(p_token, array[m.person], array[p_id], p_activity, p_case) = 1 then m.person end
  from mine m;
end;
grant execute on function cx.ledger_own_act_v1(bytea, uuid, text, text) to web, worker, engine, signin;

-- The fields a valid look permits, or LOOK-01: none, another's, for another activity, older than 60 s, or not yet committed.
create function cx.ledger_require_look_v1(p_token bytea, p_person uuid, p_look uuid, p_activity text)
returns text[] language sql volatile security definer
begin atomic
  select cx.ledger_fresh_v1();
  select coalesce((
    select l.fields
    -- By its key first (offset 0): by the actor's index the search would grow with everything looked at in a minute.
    from (select r.* from cx.ledger_register r where r.person = p_person and r.id = p_look offset 0) l
    join cx.ledger_session s on s.token_hash = sha256(p_token) and s.actor = l.actor
    where l.line = 'look' and l.activity = p_activity
      and l.at > statement_timestamp() - interval '60 seconds'
      and l.xid is distinct from pg_current_xact_id_if_assigned()
      and cx.ledger_live_v1(s.closed_at, s.expires_at, s.seen_at, s.idle_minutes)
  ), array[cx.refuse_text_v1('LOOK-01')]);
end;

create type cx.ledger_permit_v1 as (ord integer, person uuid, look uuid, purpose text, fields text[]);

-- The same for many, each by its own look and the very question it registered: one row for each row asked, in any order,
-- or LOOK-01 for all of them.
create function cx.ledger_require_looks_v1(
  p_tokens bytea[], p_persons uuid[], p_looks uuid[], p_questions bytea[], p_activity text
) returns setof cx.ledger_permit_v1 language sql volatile security definer
begin atomic
  select cx.ledger_fresh_v1();
  select a.ord::integer, a.person, a.look, l.purpose, coalesce(l.fields, array[cx.refuse_text_v1('LOOK-01')])
  from unnest(p_tokens, p_persons, p_looks, p_questions) with ordinality as a(token, person, look, question, ord)
  left join lateral (
    select r.purpose, r.fields
    from (select l.* from cx.ledger_register l where l.person = a.person and l.id = a.look offset 0) r
    join cx.ledger_session s on s.token_hash = sha256(a.token) and s.actor = r.actor
    where r.line = 'look' and r.activity = p_activity
      and r.question = a.question
      and r.at > statement_timestamp() - interval '60 seconds'
      and r.xid is distinct from pg_current_xact_id_if_assigned()
      and cx.ledger_live_v1(s.closed_at, s.expires_at, s.seen_at, s.idle_minutes)
    offset 0  -- keeps the plan one index look-up for each row, whatever the size
  ) l on true;
end;

-- What a look was shown, counted by the database itself. Rolled back with the read, it leaves 可能已查看.
create function cx.ledger_shown_v1(p_persons uuid[], p_looks uuid[], p_fields text[], p_counts integer[])
returns integer language sql volatile security definer
begin atomic
  with random as materialized (
    select cx.ledger_salt_v1() as bits
  ), named as materialized (
    select n.*, gen_random_uuid() as new_id from unnest(p_persons, p_looks, p_counts) as n(person, look, shown)
  ), told as materialized (
    select l.*, n.shown as shown_now, n.new_id, sha256(x.bits || uuid_send(n.new_id)) as new_salt,
      case when n.shown > 0 then 'hit' else 'miss' end as new_outcome,
      case when n.shown > 0 then p_fields else '{}'::text[] end as new_fields, statement_timestamp() as now
    from random x cross join named n
    cross join lateral (select r.* from cx.ledger_register r where r.person = n.person and r.id = n.look offset 0) l
  ), written as (
    insert into cx.ledger_register (person, id, epoch, at, line, session, actor, actor_kind, organisation, duty, activity,
      purpose, basis, case_ref, fields, look, outcome, shown, salt, commitment)
    select t.person, t.new_id, t.epoch, t.now, 'shown', t.session, t.actor, t.actor_kind, t.organisation, t.duty, t.activity,
      t.purpose, t.basis, t.case_ref, t.new_fields, t.id, t.new_outcome, t.shown_now, t.new_salt,
      cx.ledger_commitment_v1(t.new_salt, t.person, t.new_id, 'shown', cx.ledger_tail_v1(t.now, t.session, t.actor, t.actor_kind,
        t.organisation, t.duty, t.activity, t.purpose, t.basis, t.case_ref, t.new_fields, t.id, t.new_outcome, t.shown_now, null))
    from told t returning 1
  )
  select count(*)::integer from written;
end;

-- True when every row names an act of this very transaction for that person and activity; else ACT-01. The scalar
-- sub-select keeps the plan linear (an anti join turns quadratic), `is true` also refuses an empty batch.
-- bool_and skips NULLs, so a row without any act must be made false, not left NULL.
create function cx.ledger_require_acts_v1(p_persons uuid[], p_acts uuid[], p_activity text)
returns boolean language sql volatile security definer
begin atomic
  select cx.ledger_fresh_v1();
  select case when (
    select bool_and(coalesce((
      select r.xid = pg_current_xact_id_if_assigned() and r.line = 'act' and r.activity = p_activity
      from cx.ledger_register r where r.person = x.person and r.id = x.act), false))
    from unnest(p_persons, p_acts) as x(person, act)
  ) is true then true else cx.refuse_v1('ACT-01') end;
end;
