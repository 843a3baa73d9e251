-- What a processing activity (处理活动) may not tell in its own words, and which may be kept secret for a time (保密期).

-- Properties of an activity under a purpose, dated. `generic`: what the person reads instead, because the activity's own name,
-- basis or post would tell about somebody else. `secrecy_basis`: a law lets single cases of it be kept from the person for a
-- time, at most secrecy_days.
create table cx.people_processing (
  activity text not null,
  purpose text not null,
  generic text not null,
  secrecy_basis text not null,
  secrecy_days integer not null check (secrecy_days >= 0 and (secrecy_days > 0) = (secrecy_basis <> '')),
  valid_from date not null,
  valid_to date,
  primary key (activity, purpose, valid_from)
);
grant select on cx.people_processing to web, worker, engine;

-- A case of an organisation that is to be kept secret (保密案件), until a day that can never be moved: one case, once.
create table cx.people_secrecy (
  secrecy uuid primary key,
  act uuid not null unique,
  actor uuid not null,
  organisation text not null,
  activity text not null,
  purpose text not null,
  case_ref text not null,
  basis text not null,                   -- as the law stood that day
  proposed_at timestamptz not null,
  ends_on date not null,                 -- the first day on which the person reads the lines
  constraint people_secrecy_case_key unique (organisation, activity, purpose, case_ref)
);
-- What became of it: decided by a second human being, perhaps ended early.
create table cx.people_secrecy_step (
  secrecy uuid not null,
  seq integer not null,
  step text not null,
  act uuid not null unique,
  actor uuid not null,
  at timestamptz not null,
  primary key (secrecy, seq),
  constraint "SECRECY-04" check ((seq = 1 and step in ('approved', 'refused')) or (seq = 2 and step = 'ended'))
);
-- How many lines were kept from their persons in a year that is over (保密数量年度公布), until the day or the
-- early end. Counted once: lines are erased later.
create table cx.people_secrecy_year (
  year integer primary key,
  cases integer not null,
  lines integer not null,
  published_on date not null
);
grant select on cx.people_secrecy_year to web;

-- Whether a line is kept from its person today. It appears by itself on the day: nothing has to run for that. Lines from before
-- the approval have been readable and stay so. An act, which has no purpose, is kept with the case it was done in. Internal: every function that shows a person the register asks this.
create function cx.people_hidden_v1(p_organisation text, p_activity text, p_purpose text, p_case text, p_at timestamptz)
returns boolean language sql stable
return exists (
  select from cx.people_secrecy s
  join cx.people_secrecy_step d on d.secrecy = s.secrecy and d.seq = 1 and d.step = 'approved'
  where s.organisation = p_organisation and s.case_ref = p_case and (s.activity = p_activity and s.purpose = p_purpose or p_purpose = '')
    and d.at <= p_at and cx.ledger_today_v1() < s.ends_on
    and not exists (select from cx.people_secrecy_step e where e.secrecy = s.secrecy and e.seq = 2));

-- Asks for secrecy of a case of one's own organisation. SECRECY-01: no law lets this activity be kept secret today. SECRECY-02:
-- the day is no later one, or later than the law allows. SECRECY-05: this case was asked for before.
create function cx.people_secrecy_propose_v1(p_act uuid, p_secrecy uuid, p_activity text, p_purpose text, p_case text, p_ends_on date)
returns void language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'secrecy.propose');
  select case when btrim(p_case) = '' then cx.refuse_v1('LOOK-04') else true end;
  with allowed as materialized (
    select p.secrecy_basis, p.secrecy_days from cx.people_processing p
    where p.activity = p_activity and p.purpose = p_purpose and p.secrecy_days > 0
      and p.valid_from <= cx.ledger_today_v1() and (p.valid_to is null or p.valid_to >= cx.ledger_today_v1())
  )
  select case when not exists (select from allowed) then cx.refuse_v1('SECRECY-01')
    when (select p_ends_on > cx.ledger_today_v1() and p_ends_on <= cx.ledger_today_v1() + a.secrecy_days from allowed a) is not true
      then cx.refuse_v1('SECRECY-02')
    else true end;
  insert into cx.people_secrecy
  select p_secrecy, p_act, r.actor, r.organisation, p_activity, p_purpose, btrim(p_case), p.secrecy_basis, statement_timestamp(), p_ends_on
  from cx.ledger_register r
  join cx.people_processing p on p.activity = p_activity and p.purpose = p_purpose and p.secrecy_days > 0
    and p.valid_from <= cx.ledger_today_v1() and (p.valid_to is null or p.valid_to >= cx.ledger_today_v1())
  where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act;
end;
grant execute on function cx.people_secrecy_propose_v1(uuid, uuid, text, text, text, date) to web;

-- Decides about it, or ends it early. SECRECY-03: the decision is another human being's, of the same organisation. SECRECY-04:
-- there is nothing to decide or to end.
create function cx.people_secrecy_step_v1(p_act uuid, p_secrecy uuid, p_step text) returns void
language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act],
    case p_step when 'ended' then 'secrecy.end' else 'secrecy.decide' end);
  select case when (
      select case when p_step = 'ended'
          then exists (select from cx.people_secrecy_step d where d.secrecy = s.secrecy and d.step = 'approved') and s.ends_on > cx.ledger_today_v1()
          else not exists (select from cx.people_secrecy_step d where d.secrecy = s.secrecy) end
      from cx.people_secrecy s where s.secrecy = p_secrecy) is not true
    then cx.refuse_v1('SECRECY-04') else true end;
  select case when s.organisation <> r.organisation or (p_step <> 'ended' and cx.people_same_human_v1(s.actor, r.actor))
    then cx.refuse_v1('SECRECY-03') else true end
  from cx.people_secrecy s cross join cx.ledger_register r
  where s.secrecy = p_secrecy and r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act;
  insert into cx.people_secrecy_step
  select p_secrecy, case p_step when 'ended' then 2 else 1 end, p_step, p_act, r.actor, statement_timestamp()
  from cx.ledger_register r where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act;
end;
grant execute on function cx.people_secrecy_step_v1(uuid, uuid, text) to web;

create type cx.people_secrecy_v1 as (secrecy uuid, activity text, purpose text, purpose_name text, case_ref text, basis text,
  proposed_on date, ends_on date, step text, mine boolean, over boolean);
-- The cases of one's own organisation (本单位的保密案件), a page of them, the newest first. p_waiting null: those that wait for
-- a decision and those that have one.
create function cx.people_secrecies_v1(p_token bytea, p_waiting boolean, p_limit integer, p_skip integer) returns setof cx.people_secrecy_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'secrecy.list');
  select s.secrecy, s.activity, s.purpose, coalesce(u.name, ''), s.case_ref, s.basis, (s.proposed_at at time zone 'Asia/Shanghai')::date, s.ends_on,
    coalesce((select d.step from cx.people_secrecy_step d where d.secrecy = s.secrecy order by d.seq desc limit 1), ''),
    s.mine, s.ends_on <= cx.ledger_today_v1()
  from (
    select s.*, s.actor = w.actor as mine from cx.ledger_session_v1(p_token) w
    join cx.people_secrecy s on s.organisation = w.organisation
    where p_waiting is null or p_waiting = (
      (select true from cx.people_secrecy_step d where d.secrecy = s.secrecy and d.seq = 1) is null)
    order by s.proposed_at desc, s.secrecy limit p_limit offset p_skip) s
  left join cx.people_purpose u on u.code = s.purpose
  order by s.proposed_at desc, s.secrecy;
end;
grant execute on function cx.people_secrecies_v1(bytea, boolean, integer, integer) to web;

-- Publishes the numbers of every year that is over and has none yet (年度公布), from the year of the first account on: a year in
-- which nothing ran is made up for. Lines count by the organisation that they name, as they are hidden by it, and only while
-- the case was secret. Returns how many years were published.
create function cx.people_secrecy_publish_v1(p_token bytea) returns integer
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'secrecy.publish');
  with past as materialized (
    select g.year from generate_series(
      (select extract(year from min(a.opened_on))::integer from cx.people_account a),
      extract(year from cx.ledger_today_v1())::integer - 1) as g(year)
    where not exists (select from cx.people_secrecy_year y where y.year = g.year)
  ), kept as materialized (
    select s.*, d.at as from_at, coalesce(e.at, 'infinity') as to_at, p.year from past p
    join cx.people_secrecy_step d on d.step = 'approved' and extract(year from d.at at time zone 'Asia/Shanghai') <= p.year
    join cx.people_secrecy s on s.secrecy = d.secrecy
    left join cx.people_secrecy_step e on e.secrecy = s.secrecy and e.step = 'ended'
  ), written as (
    insert into cx.people_secrecy_year
    select p.year,
      (select count(*)::integer from kept k where k.year = p.year and extract(year from k.from_at at time zone 'Asia/Shanghai') = p.year),
      (select count(*)::integer from kept k
       join cx.people_account a on a.kind <> 'citizen'
       join cx.ledger_register r on r.actor = a.account and r.line = 'look' and r.organisation = k.organisation
         and r.activity = k.activity and r.purpose = k.purpose and r.case_ref = k.case_ref and r.at >= k.from_at and r.at < k.to_at
         and (r.at at time zone 'Asia/Shanghai')::date < k.ends_on and extract(year from r.at at time zone 'Asia/Shanghai') = p.year
       where k.year = p.year),
      cx.ledger_today_v1()
    from past p on conflict do nothing returning 1)
  select count(*)::integer from written;
end;
grant execute on function cx.people_secrecy_publish_v1(bytea) to worker;
