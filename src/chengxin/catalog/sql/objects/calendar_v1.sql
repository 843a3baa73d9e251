-- The working-day calendar of the city (工作日日历): one row a notice, begun by what the program brings. A manager enters a notice,
-- another approves it, and it counts from the next day. Rows are only added: what was known on a day can always be asked.

create table cx.catalog_calendar (
  id uuid primary key,                   -- the act that proposed it
  year integer not null,
  title text not null,
  number text not null,                  -- of the document
  issued_on date,                        -- unknown for what the program brings
  source text not null,                  -- where the text was read
  rest_first date[] not null,            -- days off, a span in each place of the three
  rest_last date[] not null,
  rest_name text[] not null,
  work date[] not null,                  -- weekend days that are worked
  reason text not null,
  constraint "CATALOG-33" check (title ~ '\S' and number ~ '\S' and source ~ '\S')
);

-- What became of a notice, and from which day clocks count by it (登记、批准、退回、撤回).
create table cx.catalog_calendar_step (
  id uuid not null,                      -- the proposal
  seq integer not null check (seq in (1, 2)),
  from_state text not null,              -- '' at the start: NULL would pass the CHECK
  to_state text not null,
  activity text not null,
  act uuid not null unique,
  actor uuid not null,                   -- account
  organisation text not null,
  at timestamptz not null,
  valid_from date,                       -- of an approval: the first day on which clocks count by it
  reason text not null,
  primary key (id, seq),
  constraint "CATALOG-36" check ((from_state, to_state, activity) in (/*calendars*/)),
  constraint "CATALOG-33" check (reason ~ '\S' or activity <> 'calendar.return'),
  check ((seq = 1) = (from_state = '')),
  check ((valid_from is not null) = (to_state = 'approved'))
);

create type cx.catalog_arrangement_v1 as (year integer, title text, number text, issued_on date, source text, rest_first date[],
  rest_last date[], rest_name text[], work date[], valid_from date);

-- Every arrangement that was ever approved, of a year the newest last (全部安排): public, and where every clock reads.
create function cx.catalog_arrangements_v1() returns setof cx.catalog_arrangement_v1
language sql stable security definer
begin atomic
  select c.year, c.title, c.number, c.issued_on, c.source, c.rest_first, c.rest_last, c.rest_name, c.work, s.valid_from
  from cx.catalog_calendar c join cx.catalog_calendar_step s on s.id = c.id and s.to_state = 'approved'
  order by c.year, s.valid_from, s.at;
end;
grant execute on function cx.catalog_arrangements_v1() to web, worker;

-- The days of spans (日期段里的每一天), in order. Internal.
create function cx.catalog_days_v1(p_first date[], p_last date[]) returns date[]
language sql immutable
begin atomic
  select coalesce(array_agg(d::date order by d), '{}')
  from unnest(p_first, p_last) u(first, last) cross join generate_series(u.first::timestamp, u.last::timestamp, interval '1 day') d;
end;

-- One change of the calendar at a time: holds what the program brought until the transaction ends. Internal.
create function cx.catalog_calendar_hold_v1() returns uuid
language sql volatile
begin atomic
  select c.id from cx.catalog_calendar c order by c.year, c.id limit 1 for update;
end;

-- Whether the lists can be a year's arrangement at all (CATALOG-37), before any span is opened. Internal.
create function cx.catalog_calendar_shape_v1(p_year integer, p_first date[], p_last date[], p_name text[], p_work date[])
returns boolean language sql immutable
begin atomic
  select coalesce(cardinality(p_first) between 1 and 20 and cardinality(p_first) = cardinality(p_last)
      and cardinality(p_first) = cardinality(p_name) and cardinality(p_work) <= 40
      and (select count(distinct w) = cardinality(p_work) and bool_and(w is not null and extract(isodow from w) >= 6
             and w between make_date(p_year - 1, 12, 20) and make_date(p_year, 12, 31)) is not false
           from unnest(p_work) w)
      and (select bool_and(coalesce(u.first <= u.last and u.last - u.first < 16 and u.first >= make_date(p_year - 1, 12, 20)
             and u.last <= make_date(p_year, 12, 31) and u.name ~ '\S' and length(u.name) <= 20, false))
           from unnest(p_first, p_last, p_name) u(first, last, name)), false);
end;

-- CATALOG-38: another year than this and the next, or a day until today would change that was known. CATALOG-37: days that are off
-- twice, worked and off, or against another year's notice; or a day off by law is missing. Internal.
create function cx.catalog_calendar_pass_v1(p_year integer, p_first date[], p_last date[], p_name text[], p_work date[])
returns boolean language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_today constant date := cx.ledger_today_v1();
  v_off date[]; v_old cx.catalog_arrangement_v1; v_before date[]; v_worked date[];
begin
  if (p_year - extract(year from v_today)::integer between 0 and 1) is not true then perform cx.refuse_v1('CATALOG-38'); end if;
  if not cx.catalog_calendar_shape_v1(p_year, p_first, p_last, p_name, p_work) then perform cx.refuse_v1('CATALOG-37'); end if;
  v_off := cx.catalog_days_v1(p_first, p_last);
  if v_off && p_work or (select count(distinct d) < cardinality(v_off) from unnest(v_off) d)
    or ((select l.days from (values /*statutory*/) as l(year, days) where l.year = p_year) <@ v_off) is not true
    or exists (select from (select distinct on (a.year) a.* from cx.catalog_arrangements_v1() a
                            order by a.year, a.valid_from desc) n
               where n.year <> p_year
                 and (n.work && v_off or p_work && cx.catalog_days_v1(n.rest_first, n.rest_last))) then
    perform cx.refuse_v1('CATALOG-37');
  end if;
  select a.* into v_old from cx.catalog_arrangements_v1() with ordinality a
  where a.year = p_year order by a.ordinality desc limit 1;
  v_before := cx.catalog_days_v1(coalesce(v_old.rest_first, '{}'), coalesce(v_old.rest_last, '{}'));
  v_worked := coalesce(v_old.work, '{}');
  if exists (select from unnest(v_off || p_work || v_before || v_worked) d
             where d <= v_today and (v_old.year is not null or d < make_date(p_year, 1, 1))
               and (d = any(v_off) is distinct from (d = any(v_before)) or d = any(p_work) is distinct from (d = any(v_worked)))) then
    perform cx.refuse_v1('CATALOG-38');
  end if;
  return true;
end $$;

-- Proposes a year's arrangement (登记节假日安排). CATALOG-36: one of this year waits already. Answers its id.
create function cx.catalog_calendar_propose_v1(p_act uuid, p_year integer, p_title text, p_number text, p_issued_on date,
  p_source text, p_first date[], p_last date[], p_name text[], p_work date[], p_reason text)
returns uuid language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], 'calendar.propose');
  perform cx.catalog_calendar_hold_v1();
  perform cx.catalog_calendar_pass_v1(p_year, p_first, p_last, p_name, p_work);
  if (p_issued_on <= cx.ledger_today_v1()) is not true then perform cx.refuse_v1('CATALOG-33'); end if;
  if exists (select from cx.catalog_calendar_step s where s.act = p_act) then perform cx.refuse_v1('ACT-01'); end if;
  if exists (select from cx.catalog_calendar c where c.year = p_year
             and not exists (select from cx.catalog_calendar_step d where d.id = c.id and d.seq = 2)) then
    perform cx.refuse_v1('CATALOG-36');
  end if;
  insert into cx.catalog_calendar (id, year, title, number, issued_on, source, rest_first, rest_last, rest_name, work, reason)
  values (p_act, p_year, p_title, p_number, p_issued_on, p_source, p_first, p_last, p_name, p_work, p_reason);
  insert into cx.catalog_calendar_step (id, seq, from_state, to_state, activity, act, actor, organisation, at, valid_from, reason)
  select p_act, 1, '', 'proposed', 'calendar.propose', p_act, r.actor, r.organisation, statement_timestamp(), null, ''
  from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  return p_act;
end $$;
grant execute on function cx.catalog_calendar_propose_v1(uuid, integer, text, text, date, text, date[], date[], text[], date[], text) to web;

-- Takes in what the program brings for a year (随程序提供); the nil account wrote both steps. A new city knows it since p_from. Where
-- p_from is null the city runs: it takes this year's or the next from tomorrow, and only where nobody has approved that year or
-- waits for it, and what CATALOG-37 and 38 refuse is left to the managers. Answers whether it was taken. Internal.
create function cx.catalog_calendar_bring_v1(p_year integer, p_number text, p_first date[], p_last date[], p_name text[],
  p_work date[], p_from date) returns boolean
language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_id constant uuid := gen_random_uuid(); v_nobody constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  perform cx.catalog_calendar_hold_v1();
  if p_from is null then
    if exists (select from cx.catalog_calendar c where c.year = p_year and not exists (
        select from cx.catalog_calendar_step d where d.id = c.id and d.to_state in ('returned', 'withdrawn'))) then return false; end if;
    perform cx.catalog_calendar_pass_v1(p_year, p_first, p_last, p_name, p_work);
  end if;
  insert into cx.catalog_calendar (id, year, title, number, issued_on, source, rest_first, rest_last, rest_name, work, reason)
  values (v_id, p_year, '国务院办公厅关于' || p_year || '年部分节假日安排的通知', p_number, null, '随程序提供', p_first, p_last, p_name, p_work, '');
  insert into cx.catalog_calendar_step (id, seq, from_state, to_state, activity, act, actor, organisation, at, valid_from, reason)
  select v_id, s.seq, s.source, s.target, s.activity, gen_random_uuid(), v_nobody, '', statement_timestamp(), s.valid_from, ''
  from (values (1, '', 'proposed', 'calendar.propose', null),
    (2, 'proposed', 'approved', 'calendar.approve', coalesce(p_from, cx.ledger_today_v1() + 1))) as s(seq, source, target, activity, valid_from);
  return true;
exception when sqlstate 'CX001' then  -- refused
  return false;
end $$;

-- Approves or returns a proposal (批准、退回), by another human than who proposed it (CATALOG-34), or takes it back (撤回), by that
-- human alone (CATALOG-35). CATALOG-36: decided already. Approved, it counts from tomorrow: no clock changes within a day. It is
-- judged anew, since days may have passed.
create function cx.catalog_calendar_decide_v1(p_act uuid, p_activity text, p_id uuid, p_to text, p_reason text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000';
  v cx.catalog_calendar; v_first cx.catalog_calendar_step; v_by cx.ledger_register;
begin
  if p_activity not in ('calendar.approve', 'calendar.return', 'calendar.withdraw') then perform cx.refuse_v1('CATALOG-36'); end if;
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], p_activity);
  select r.* into v_by from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  perform cx.catalog_calendar_hold_v1();
  select c.* into v from cx.catalog_calendar c where c.id = p_id;
  select s.* into v_first from cx.catalog_calendar_step s where s.id = p_id and s.seq = 1;
  if v.id is null or exists (select from cx.catalog_calendar_step s where s.id = p_id and s.seq = 2) then
    perform cx.refuse_v1('CATALOG-36');
  end if;
  if exists (select from cx.catalog_calendar_step s where s.act = p_act) then perform cx.refuse_v1('ACT-01'); end if;
  if cx.catalog_same_holder_v1(v_first.actor, v_by.actor) is distinct from (p_activity = 'calendar.withdraw') then
    perform cx.refuse_v1(case p_activity when 'calendar.withdraw' then 'CATALOG-35' else 'CATALOG-34' end);
  end if;
  if p_activity = 'calendar.approve' then
    perform cx.catalog_calendar_pass_v1(v.year, v.rest_first, v.rest_last, v.rest_name, v.work);
  end if;
  insert into cx.catalog_calendar_step (id, seq, from_state, to_state, activity, act, actor, organisation, at, valid_from, reason)
  values (p_id, 2, v_first.to_state, p_to, p_activity, p_act, v_by.actor, v_by.organisation, statement_timestamp(),
    case p_activity when 'calendar.approve' then cx.ledger_today_v1() + 1 end, p_reason);
  return true;
end $$;
grant execute on function cx.catalog_calendar_decide_v1(uuid, text, uuid, text, text) to web;

create type cx.catalog_calendar_row_v1 as (id uuid, state text, year integer, title text, number text, issued_on date, source text,
  rest_first date[], rest_last date[], rest_name text[], work date[], reason text, at timestamptz, post text,
  organisation_name text, mine boolean, valid_from date, decided_at timestamptz, decided_post text, decided_organisation text,
  answer text);

-- Changes by hand, a page of them, those that wait first (待确认和已办的修改); `mine`: proposed by the same human being as the
-- session's. p_id null: not one alone. p_waiting null: those that wait and those decided.
create function cx.catalog_calendars_v1(p_token bytea, p_id uuid, p_waiting boolean, p_limit integer, p_skip integer) returns setof cx.catalog_calendar_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'calendar.list');
  select c.id, coalesce(d.to_state, s.to_state), c.year, c.title, c.number, c.issued_on, c.source, c.rest_first, c.rest_last,
    c.rest_name, c.work, c.reason, s.at, coalesce(a.post, ''), coalesce(o.name, ''),
    coalesce(cx.catalog_same_holder_v1(s.actor, n.actor), false), d.valid_from, d.at, coalesce(b.post, ''), coalesce(q.name, ''),
    coalesce(d.reason, '')
  from cx.ledger_session_v1(p_token) n cross join cx.catalog_calendar c
  join cx.catalog_calendar_step s on s.id = c.id and s.seq = 1
  left join cx.catalog_calendar_step d on d.id = c.id and d.seq = 2
  left join cx.people_account a on a.account = s.actor
  left join cx.people_organisation o on o.code = s.organisation
  left join cx.people_account b on b.account = d.actor
  left join cx.people_organisation q on q.code = d.organisation
  where s.organisation <> '' and (p_id is null or c.id = p_id) and (p_waiting is null or p_waiting = (d.id is null))
  order by d.at desc nulls first, s.at desc, s.id limit p_limit offset p_skip;
end;
grant execute on function cx.catalog_calendars_v1(bytea, uuid, boolean, integer, integer) to web;
