-- Changes of general numbers (办事期限的修改): one manager proposes, another approves or returns. Rows of numbers are added, and
-- the one before ends the day before: whatever day is asked for, the number of that day stays what it was.

create table cx.catalog_term_step (
  id uuid not null,                      -- the act that proposed it
  seq integer not null check (seq in (1, 2)),
  from_state text not null,              -- '' at the start: NULL would pass the CHECK
  to_state text not null,
  activity text not null,
  act uuid not null unique,
  actor uuid not null,                   -- account
  organisation text not null,
  at timestamptz not null,
  name text not null,                    -- what was proposed; the decision repeats what it was about
  value integer not null,
  unit text not null,
  valid_from date not null,
  basis text not null,
  reason text not null,
  primary key (id, seq),
  constraint "CATALOG-30" check ((from_state, to_state, activity) in (/*terms*/)),
  constraint "CATALOG-33" check (basis ~ '\S' and (reason ~ '\S' or activity in ('term.approve', 'term.withdraw'))),
  check ((seq = 1) = (from_state = ''))
);

-- The newest row of a general number, begun or not; holds it until the transaction ends, so that two changes of one number wait
-- for each other. Internal.
create function cx.catalog_term_newest_v1(p_name text, out unit text, out valid_from date, out valid_to date)
language sql volatile
begin atomic
  select p.unit, p.valid_from, p.valid_to from cx.catalog_parameter p
  where p.name = p_name and p.item = '' order by p.valid_from desc limit 1 for update;
end;

-- CATALOG-31: no such number, or out of its range. CATALOG-32: it would begin today or before, not after the newest row, leave a day
-- without a number, or begin more than two years from now: an approved row is not taken back. Answers the unit, which a change never touches. Internal.
create function cx.catalog_term_pass_v1(p_name text, p_value integer, p_from date) returns text
language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
declare
  v record;
begin
  select n.* into v from cx.catalog_term_newest_v1(p_name) n;
  if coalesce((select p_value between l.least and l.most from (values /*limits*/) as l(name, unit, least, most)
               where l.unit = v.unit and l.name in (p_name, '') order by l.name desc limit 1), false) is false then
    perform cx.refuse_v1('CATALOG-31');
  end if;
  if (p_from > cx.ledger_today_v1() and p_from <= cx.ledger_today_v1() + interval '2 years' and p_from > v.valid_from and coalesce(p_from <= v.valid_to + 1, true)) is not true then
    perform cx.refuse_v1('CATALOG-32');
  end if;
  return v.unit;
end $$;

-- Proposes a new value from a day to come (提出修改). CATALOG-30: one change of this number waits already. Answers its id.
create function cx.catalog_term_propose_v1(p_act uuid, p_name text, p_value integer, p_from date, p_basis text, p_reason text)
returns uuid language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000'; v_unit text;
begin
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], 'term.propose');
  v_unit := cx.catalog_term_pass_v1(p_name, p_value, p_from);
  if exists (select from cx.catalog_term_step s where s.act = p_act) then perform cx.refuse_v1('ACT-01'); end if;
  if exists (select from cx.catalog_term_step s where s.name = p_name and s.seq = 1
             and not exists (select from cx.catalog_term_step d where d.id = s.id and d.seq = 2)) then
    perform cx.refuse_v1('CATALOG-30');
  end if;
  insert into cx.catalog_term_step (id, seq, from_state, to_state, activity, act, actor, organisation, at, name, value, unit,
    valid_from, basis, reason)
  select p_act, 1, '', 'proposed', 'term.propose', p_act, r.actor, r.organisation, statement_timestamp(), p_name, p_value, v_unit,
    p_from, p_basis, p_reason
  from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  return p_act;
end $$;
grant execute on function cx.catalog_term_propose_v1(uuid, text, integer, date, text, text) to web;

-- What an approval brings: the new row, and the last day of the one before it. Internal; the change has passed.
create function cx.catalog_term_effect_v1(p_id uuid) returns bigint
language sql volatile
begin atomic
  update cx.catalog_parameter p set valid_to = s.valid_from - 1
  from cx.catalog_term_step s
  where s.id = p_id and s.seq = 1 and p.name = s.name and p.item = '' and coalesce(p.valid_to >= s.valid_from, true);
  insert into cx.catalog_parameter (name, item, version, value, unit, valid_from, valid_to, basis)
  select s.name, '', 0, s.value, s.unit, s.valid_from, null, s.basis
  from cx.catalog_term_step s where s.id = p_id and s.seq = 1
  returning id;
end;

-- Approves or returns a proposal (批准、退回), by another human than who proposed it (CATALOG-34), or takes it back (撤回), by that
-- human alone (CATALOG-35). CATALOG-30: decided already. An approval is judged anew: its day may have come meanwhile.
create function cx.catalog_term_decide_v1(p_act uuid, p_activity text, p_id uuid, p_to text, p_reason text) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000'; v cx.catalog_term_step; v_by cx.ledger_register;
begin
  if p_activity not in ('term.approve', 'term.return', 'term.withdraw') then perform cx.refuse_v1('CATALOG-30'); end if;
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], p_activity);
  select r.* into v_by from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  select s.* into v from cx.catalog_term_step s where s.id = p_id and s.seq = 1;
  perform cx.catalog_term_newest_v1(v.name);
  if v.id is null or exists (select from cx.catalog_term_step s where s.id = p_id and s.seq = 2) then
    perform cx.refuse_v1('CATALOG-30');
  end if;
  if exists (select from cx.catalog_term_step s where s.act = p_act) then perform cx.refuse_v1('ACT-01'); end if;
  if cx.catalog_same_holder_v1(v.actor, v_by.actor) is distinct from (p_activity = 'term.withdraw') then
    perform cx.refuse_v1(case p_activity when 'term.withdraw' then 'CATALOG-35' else 'CATALOG-34' end);
  end if;
  insert into cx.catalog_term_step (id, seq, from_state, to_state, activity, act, actor, organisation, at, name, value, unit,
    valid_from, basis, reason)
  values (p_id, 2, v.to_state, p_to, p_activity, p_act, v_by.actor, v_by.organisation, statement_timestamp(), v.name, v.value,
    v.unit, v.valid_from, v.basis, p_reason);
  if p_activity = 'term.approve' then
    perform cx.catalog_term_pass_v1(v.name, v.value, v.valid_from);
    perform cx.catalog_term_effect_v1(p_id);
  end if;
  return true;
end $$;
grant execute on function cx.catalog_term_decide_v1(uuid, text, uuid, text, text) to web;

create type cx.catalog_term_row_v1 as (id uuid, state text, name text, value integer, unit text, valid_from date, basis text,
  reason text, at timestamptz, post text, organisation_name text, mine boolean, decided_at timestamptz, decided_post text,
  decided_organisation text, answer text);

-- Changes, a page of them, those that wait first (待确认和已办的修改); `mine`: proposed by the same human being as the session's.
-- p_id null: not one alone. p_waiting null: those that wait and those decided.
create function cx.catalog_terms_v1(p_token bytea, p_id uuid, p_waiting boolean, p_limit integer, p_skip integer) returns setof cx.catalog_term_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'term.list');
  select s.id, coalesce(d.to_state, s.to_state), s.name, s.value, s.unit, s.valid_from, s.basis, s.reason, s.at,
    coalesce(a.post, ''), coalesce(o.name, ''), coalesce(cx.catalog_same_holder_v1(s.actor, n.actor), false),
    d.at, coalesce(b.post, ''), coalesce(q.name, ''), coalesce(d.reason, '')
  from cx.ledger_session_v1(p_token) n cross join cx.catalog_term_step s
  left join cx.catalog_term_step d on d.id = s.id and d.seq = 2
  left join cx.people_account a on a.account = s.actor
  left join cx.people_organisation o on o.code = s.organisation
  left join cx.people_account b on b.account = d.actor
  left join cx.people_organisation q on q.code = d.organisation
  where s.seq = 1 and (p_id is null or s.id = p_id) and (p_waiting is null or p_waiting = (d.id is null))
  order by d.at desc nulls first, s.at desc, s.id limit p_limit offset p_skip;
end;
grant execute on function cx.catalog_terms_v1(bytea, uuid, boolean, integer, integer) to web;
