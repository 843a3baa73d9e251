-- The population database (人口信息库): what it was asked, what it answered in numbers, and what changed about persons.

-- A question (核验请求): for what and about how many, never about whom. Its id is the request's id at the other end.
create table cx.people_question (
  call uuid primary key,
  act uuid not null,
  purpose text not null check (purpose ~ '^[A-Z][A-Z0-9_]{1,31}$'),
  persons integer not null check (persons between 1 and 1000),
  at timestamptz not null
);
-- What came back; a question without a row was not answered.
create table cx.people_answer (
  call uuid primary key references cx.people_question not deferrable,
  at timestamptz not null,
  matched integer not null,
  unmatched integer not null,
  unknown integer not null,
  check (least(matched, unmatched, unknown) >= 0)
);

-- Whether a person lives (在世状态): the latest row counts, none means living. While a person counts as deceased nothing acts.
create table cx.people_standing (
  person uuid not null,
  seq integer not null check (seq > 0),
  act uuid not null,
  known_at timestamptz not null,
  standing text not null check (standing in ('deceased', 'living')),
  on_date date not null,
  primary key (person, seq)
);

-- Changes that the population database told (变更事件), in its own order and without gaps: what was done with each.
--   applied; nobody: nobody here has that number; nothing: no matter to us; human: about two persons, or not as expected.
create table cx.people_change (
  seq bigint primary key check (seq > 0),
  id uuid not null unique,
  kind text not null check (kind in ('name_changed', 'number_corrected', 'deceased', 'living', 'moved', 'merged')),
  outcome text not null check (outcome in ('applied', 'nobody', 'nothing', 'human')),
  person uuid,                           -- whom it is about, where somebody is
  act uuid,
  at timestamptz not null,
  other uuid,                            -- whose number the new one is, where it is somebody else's here
  check ((person is null) = (outcome in ('nobody', 'nothing')) and (person is null) = (act is null))
);
create index people_change_human on cx.people_change (seq) where outcome = 'human';

-- Changes about two persons that two officials have decided (已由人办结).
create table cx.people_settled (
  id uuid primary key,
  act uuid not null,
  at timestamptz not null
);

-- Registers a question before it is asked (核验登记): an act about nobody. Whom it is about is registered by the rows of the
-- file, or by the look of the service hall.
create function cx.people_ask_v1(p_token bytea, p_act uuid, p_call uuid, p_purpose text, p_persons integer)
returns void language sql volatile security definer
begin atomic
  select cx.ledger_act_v1(p_token, array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'people.match', p_call::text);
  insert into cx.people_question values (p_call, p_act, p_purpose, p_persons, statement_timestamp());
end;
grant execute on function cx.people_ask_v1(bytea, uuid, uuid, text, integer) to web, worker;

-- What came back, in numbers. POPULATION-02: not a question of this actor, or the numbers do not add up to it.
create function cx.people_told_v1(p_token bytea, p_call uuid, p_matched integer, p_unmatched integer, p_unknown integer)
returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  insert into cx.people_answer
  select c.call, statement_timestamp(), p_matched, p_unmatched, p_unknown
  from cx.ledger_session_v1(p_token) s
  join cx.people_question c on c.call = p_call and c.persons = p_matched + p_unmatched + p_unknown
  join cx.ledger_register r on r.person = '00000000-0000-0000-0000-000000000000' and r.id = c.act and r.actor = s.actor;
  if not found then perform cx.refuse_v1('POPULATION-02'); end if;
end $$;
grant execute on function cx.people_told_v1(bytea, uuid, integer, integer, integer) to web, worker;

create type cx.people_changing_v1 as (person uuid, last_seq integer, next_change bigint);
-- Whom a change is about, and which version of the identity and which change come next: p_hmac null asks for the change alone.
-- The new identity is sealed for that person outside the database.
create function cx.people_changing_v1(p_token bytea, p_hmac bytea) returns setof cx.people_changing_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'people.change');
  select k.person, (select max(i.seq) from cx.people_identity i where i.person = k.person),
    (select coalesce(max(c.seq), 0) + 1 from cx.people_change c)
  from (select 1) one left join cx.people_key k on k.id_hmac = p_hmac;
end;
grant execute on function cx.people_changing_v1(bytea, bytea) to worker;

-- A new version of a person's identity, and the key it is found by (改名、号码更正). The old number goes on leading to the
-- person. Internal.
create function cx.people_reidentify_v1(p_person uuid, p_act uuid, p_hmac bytea, p_version integer, p_new_hmac bytea,
  p_new_type text, p_pair bytea, p_seq integer, p_dek bytea, p_sealed bytea) returns void
language sql volatile
begin atomic
  insert into cx.people_identity values (p_person, p_seq, p_act, statement_timestamp(), p_dek, p_sealed);
  insert into cx.people_key
  select p_new_hmac, p_version, p_person, p_new_type, p_pair, cx.people_decoy_v1(d.decoy_secret, p_new_hmac), p_act
  from cx.ledger_deployment d
  on conflict (id_hmac) do update set pair_hmac = excluded.pair_hmac;
  -- An official whose own number changed stays out of their own matters all the same.
  update cx.people_account set holder = p_new_hmac where holder = p_hmac;
end;

-- Applies the next change (变更落实): one act at the person, who reads of it. A change that was applied before is no change any
-- more; POPULATION-03: it is not the next one, or was made for another state of the person.
create function cx.people_change_v1(p_token bytea, p_act uuid, p_seq bigint, p_id uuid, p_kind text, p_on date, p_hmac bytea,
  p_person uuid, p_identity_seq integer, p_version integer, p_new_hmac bytea, p_new_type text, p_pair bytea, p_dek bytea,
  p_sealed bytea) returns text
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_person uuid; v_last integer; v_outcome text := 'applied'; v_activity text;
begin
  perform cx.ledger_duty_v1(p_token, 'people.change');
  if exists (select from cx.people_change c where c.seq = p_seq and c.id = p_id) then return 'known'; end if;
  select k.person, (select max(i.seq) from cx.people_identity i where i.person = k.person) into v_person, v_last
  from cx.people_key k where k.id_hmac = p_hmac for update;
  if p_seq <> (select coalesce(max(c.seq), 0) + 1 from cx.people_change c) or v_person is distinct from p_person
     or p_sealed is not null and p_identity_seq is distinct from v_last + 1 then
    perform cx.refuse_v1('POPULATION-03');
  end if;
  if v_person is null or p_kind = 'moved' then
    insert into cx.people_change (seq, id, kind, outcome, person, act, at)
    values (p_seq, p_id, p_kind, case when p_kind = 'moved' then 'nothing' else 'nobody' end, null, null, statement_timestamp());
    return 'nothing';
  end if;
  -- Which activity it is has to be known before the act is opened: what cannot be applied is an act as well.
  if p_kind = 'merged' or p_kind in ('name_changed', 'number_corrected') and (p_sealed is null or exists (
       select from cx.people_key k where k.id_hmac = p_new_hmac and k.person <> v_person)) then
    v_outcome := 'human';
  end if;
  v_activity := case when v_outcome = 'human' then 'people.doubted' when p_kind = 'name_changed' then 'people.renamed'
                     when p_kind = 'number_corrected' then 'people.renumbered' else 'people.' || p_kind end;
  perform cx.ledger_act_v1(p_token, array[v_person], array[p_act], v_activity, p_id::text);
  if v_outcome = 'applied' and p_kind in ('deceased', 'living') then
    insert into cx.people_standing
    select v_person, coalesce(max(s.seq), 0) + 1, p_act, statement_timestamp(), p_kind, p_on
    from cx.people_standing s where s.person = v_person;
    if p_kind = 'deceased' then perform cx.people_rest_v1(v_person); else perform cx.people_wake_v1(cx.people_same_v1(v_person)); end if;
    perform cx.ledger_emit_v1(array[v_person], 'people.standing', array['{}'::jsonb]);
  elsif v_outcome = 'applied' then
    perform cx.people_reidentify_v1(v_person, p_act, p_hmac, p_version, p_new_hmac, p_new_type, p_pair, p_identity_seq, p_dek, p_sealed);
  end if;
  insert into cx.people_change (seq, id, kind, outcome, person, act, at, other)
  values (p_seq, p_id, p_kind, v_outcome, v_person, p_act, statement_timestamp(),
    case when v_outcome = 'human' then (select k.person from cx.people_key k where k.id_hmac = p_new_hmac and k.person <> v_person) end);
  return v_outcome;
end $$;
grant execute on function cx.people_change_v1(bytea, uuid, bigint, uuid, text, date, bytea, uuid, integer, integer, bytea, text,
  bytea, bytea, bytea) to worker;

create type cx.people_line_v1 as (last_change bigint, waiting integer);
-- How far changes are, and how many wait for a human.
create function cx.people_line_v1() returns setof cx.people_line_v1
language sql stable security definer
begin atomic
  select coalesce(max(c.seq), 0), count(*) filter (where c.outcome = 'human' and not exists (
    select from cx.people_settled s where s.id = c.id))::integer from cx.people_change c;
end;
grant execute on function cx.people_line_v1() to web;

create type cx.people_coverage_v1 as (id_type text, persons integer);
-- How many persons are known by which kind of document (代码覆盖): counts, nobody is named.
create function cx.people_coverage_v1(p_token bytea) returns setof cx.people_coverage_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'people.coverage');
  select k.id_type, count(distinct k.person)::integer from cx.people_key k group by k.id_type order by 2 desc, 1;
end;
grant execute on function cx.people_coverage_v1(bytea) to web;

create type cx.people_checked_v1 as (purpose text, purpose_name text, asked integer, matched integer, unmatched integer,
  unknown integer, silent integer);
-- What the population database was asked since a day, and what it answered, by purpose (核验统计). Persons are counted as often
-- as they were asked about; silent: no answer came.
create function cx.people_checked_v1(p_token bytea, p_from date) returns setof cx.people_checked_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'people.coverage');
  select q.purpose, coalesce(max(u.name), ''), sum(q.persons)::integer, coalesce(sum(a.matched), 0)::integer,
    coalesce(sum(a.unmatched), 0)::integer, coalesce(sum(a.unknown), 0)::integer,
    coalesce(sum(q.persons) filter (where a.call is null), 0)::integer
  from cx.people_question q
  left join cx.people_answer a on a.call = q.call
  left join cx.people_purpose u on u.code = q.purpose
  where q.at >= p_from::timestamp at time zone 'Asia/Shanghai'
  group by q.purpose order by 3 desc, 1;
end;
grant execute on function cx.people_checked_v1(bytea, date) to web;
