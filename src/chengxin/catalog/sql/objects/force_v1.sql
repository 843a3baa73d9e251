-- What is in force on a day. Called in every look-up (0.15 ms with 18 items), so it reads the current versions only.

create type cx.catalog_item_row_v1 as (code text, version integer, polarity text, severity text);

-- Items in force, one row for each: of the versions that took effect by that day the newest alone counts. It is in force
-- while it is published as of that day, within its dates, and has of each kind of basis it stands on (collect, act,
-- period) at least one in force. A basis ends with the law it names, and suspends its items the same day.
create function cx.catalog_in_force_v1(p_day date) returns setof cx.catalog_item_row_v1
language sql stable parallel safe
begin atomic
  with head as materialized (
    select distinct on (s.code) s.code, s.version, s.to_state from cx.catalog_step s
    where s.on_date <= p_day and s.effective_from <= p_day
    order by s.code, s.version desc, s.seq desc
  )
  select i.code::text, i.version, i.polarity, i.severity from (
    select k.id from (
      select i.id, bool_or(b.valid_from <= p_day and (b.valid_to is null or b.valid_to >= p_day)
        and (l.code is null or (l.valid_from <= p_day and (l.valid_to is null or l.valid_to >= p_day)))) as stands
      from head h
      join cx.catalog_item i on i.code = h.code and i.version = h.version
      join cx.catalog_basis b on b.item_id = i.id and b.kind <> 'limit'
      left join cx.catalog_law l on l.code = b.law_code
      where h.to_state = 'published' and (i.effective_to is null or i.effective_to >= p_day)
      group by i.id, b.kind) k
    group by k.id having bool_and(k.stands)) s
  join cx.catalog_item i on i.id = s.id;
end;

-- A dated number of the law; the item's own row goes before the general one. NULL: not set.
create function cx.catalog_parameter_v1(p_name text, p_item text, p_day date) returns integer
language sql stable parallel safe
begin atomic
  select p.value from cx.catalog_parameter p
  where p.name = p_name and p.item in (p_item, '') and p.valid_from <= p_day and (p.valid_to is null or p.valid_to >= p_day)
  order by p.item desc, p.valid_from desc limit 1;
end;

-- The same as a span of time, from value and unit of the row: a day plus it is the last day of the period (民法典 201, 202).
create function cx.catalog_period_v1(p_name text, p_item text, p_day date) returns interval
language sql stable parallel safe
begin atomic
  select case p.unit when 'year' then make_interval(years => p.value) when 'month' then make_interval(months => p.value)
                     when 'day' then make_interval(days => p.value) end
  from cx.catalog_parameter p
  where p.name = p_name and p.item in (p_item, '') and p.valid_from <= p_day and (p.valid_to is null or p.valid_to >= p_day)
  order by p.item desc, p.valid_from desc limit 1;
end;

-- First kind of basis that a version stands on and that is not in force on a day; '' where all are. Internal.
create function cx.catalog_gap_v1(p_item bigint, p_day date) returns text
language sql stable
begin atomic
  select coalesce((
    select k.kind from (
      select b.kind, bool_or(b.valid_from <= p_day and (b.valid_to is null or b.valid_to >= p_day)
        and (l.code is null or (l.valid_from <= p_day and (l.valid_to is null or l.valid_to >= p_day)))) as stands
      from cx.catalog_basis b left join cx.catalog_law l on l.code = b.law_code
      where b.item_id = p_item and b.kind <> 'limit' group by b.kind) k
    where not k.stands order by k.kind limit 1), '');
end;

create type cx.catalog_version_row_v1 as (code text, version integer, name text, polarity text, provider text, state text,
  effective_from date, effective_to date, steps integer, head boolean, in_force boolean, gap text);

-- Versions as of today: of one item, or of all where p_code is empty. `head`: the one that counts. `gap`: why a published
-- one is not in force: early, ended, replaced, or the kind of basis that is missing.
create function cx.catalog_versions_v1(p_code text) returns setof cx.catalog_version_row_v1
language sql stable security definer
begin atomic
  with today as materialized (
    select cx.ledger_today_v1() as day
  ), state as materialized (
    select distinct on (s.code, s.version) s.code, s.version, s.to_state, s.effective_from, s.seq
    from today t join cx.catalog_step s on s.on_date <= t.day
    where p_code = '' or s.code = p_code order by s.code, s.version, s.seq desc
  ), dated as materialized (
    select s.*, coalesce(s.version = max(s.version) filter (where s.effective_from <= t.day) over (partition by s.code), false) as head,
      min(s.effective_from) over (partition by s.code order by s.version rows between 1 following and unbounded following) as next_from
    from state s cross join today t
  ), force as materialized (
    select f.code, f.version from today t cross join lateral cx.catalog_in_force_v1(t.day) f
  )
  select d.code, d.version, i.name, i.polarity, coalesce(i.definition #>> '{item,provider}', ''), d.to_state, d.effective_from,
    least(i.effective_to, d.next_from - 1), d.seq, d.head, f.code is not null,
    case when d.to_state <> 'published' or f.code is not null then '' when d.effective_from > t.day then 'early'
         when not d.head then 'replaced' when i.effective_to < t.day then 'ended' else cx.catalog_gap_v1(i.id, t.day) end
  from today t cross join dated d
  join cx.catalog_item i on i.code = d.code and i.version = d.version
  left join force f on f.code = d.code and f.version = d.version
  order by d.code, d.version;
end;
grant execute on function cx.catalog_versions_v1(text) to web, worker;

create type cx.catalog_step_row_v1 as (seq integer, from_state text, to_state text, activity text, on_date date,
  at timestamptz, post text, organisation_name text, reason text, effective_from date);

-- The steps of a version (变更记录): by office and post, never by name.
create function cx.catalog_steps_v1(p_code text, p_version integer) returns setof cx.catalog_step_row_v1
language sql stable security definer
begin atomic
  select s.seq, s.from_state, s.to_state, s.activity, s.on_date, s.at, coalesce(a.post, ''), coalesce(o.name, ''), s.reason,
    s.effective_from
  from cx.catalog_step s
  left join cx.people_account a on a.account = s.actor
  left join cx.people_organisation o on o.code = s.organisation
  where s.code = p_code and s.version = p_version order by s.seq;
end;
grant execute on function cx.catalog_steps_v1(text, integer) to web, worker;

create type cx.catalog_task_row_v1 as (kind text, item text, version integer, ends_on date, due_on date, opened_on date,
  closed_on date, note text);

-- What the catalog's officers have to do (待办), a page of it: open ones first; p_open: no others.
create function cx.catalog_tasks_v1(p_token bytea, p_open boolean, p_limit integer, p_skip integer) returns setof cx.catalog_task_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'catalog.tasks');
  select t.kind, t.item, t.version, t.ends_on, t.due_on, t.opened_on, t.closed_on, t.note
  from cx.catalog_task t where not p_open or t.closed_on is null
  order by t.closed_on nulls first, t.due_on, t.item, t.version, t.kind limit p_limit offset p_skip;
end;
grant execute on function cx.catalog_tasks_v1(bytea, boolean, integer, integer) to web;
