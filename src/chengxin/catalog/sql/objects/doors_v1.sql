-- The doors of the catalog: draft, save, step, tick. Acts come from the caller and must be open in this transaction; each is
-- good for one step. Who acted is read from the register, never from a parameter.

-- Two accounts of one human being count as one: the same account, or the same holder. Asks people's accounts.
create function cx.catalog_same_holder_v1(p_one uuid, p_other uuid) returns boolean
language sql stable
begin atomic
  select cx.people_same_human_v1(p_one, p_other);
end;

-- Writes a version: what stands beside the definition is taken from it. Internal.
create function cx.catalog_write_v1(p_code text, p_version integer, p_definition jsonb) returns bigint
language sql volatile
begin atomic
  with clean as materialized (
    select jsonb_set(p_definition, '{item}',
      (p_definition -> 'item') - 'state' || jsonb_build_object('code', p_code, 'version', p_version)) as body
  )
  insert into cx.catalog_item as i (code, version, name, polarity, severity, effective_from, effective_to, definition)
  select p_code, p_version, coalesce(c.body #>> '{item,name}', ''), coalesce(c.body #>> '{item,polarity}', ''),
    coalesce(nullif(c.body #>> '{item,severity}', ''), 'field'), null, null, c.body
  from clean c
  on conflict on constraint "CATALOG-23" do update set
    name = excluded.name, polarity = excluded.polarity, severity = excluded.severity, definition = excluded.definition
  returning i.id;
end;

-- What a publication brings: dates, bases and parameters of the version. Numbers of older versions end the day before;
-- those that would have begun later never begin. Internal; the definition has passed the gate.
create function cx.catalog_effect_v1(p_code text, p_version integer, p_from date) returns integer
language sql volatile
begin atomic
  update cx.catalog_item i set
    effective_from = p_from, effective_to = cx.catalog_date_v1(i.definition #>> '{item,effective_to}')
  where i.code = p_code and i.version = p_version;
  update cx.catalog_parameter p set valid_to = p_from - 1
  where p.item = p_code and p.version < p_version and (p.valid_to is null or p.valid_to >= p_from);
  insert into cx.catalog_parameter (name, item, version, value, unit, valid_from, valid_to, basis)
  select distinct on (r.body ->> 'name', greatest(d.first, p_from)) r.body ->> 'name', p_code, p_version,
    cx.catalog_number_v1(r.body -> 'value'), r.body ->> 'unit', greatest(d.first, p_from), d.last, r.body ->> 'basis'
  from cx.catalog_item i
  cross join lateral cx.catalog_rows_v1(i.definition, 'parameter') r
  cross join lateral (select cx.catalog_date_v1(r.body ->> 'valid_from') as first, cx.catalog_date_v1(r.body ->> 'valid_to') as last) d
  where i.code = p_code and i.version = p_version and coalesce(d.last >= p_from, true)
  order by r.body ->> 'name', greatest(d.first, p_from), d.first desc;
  with written as (
    insert into cx.catalog_basis (item_id, position, kind, law_code, law, article, note, valid_from, valid_to)
    select i.id, r.position, r.body ->> 'kind', coalesce(r.body ->> 'law_code', ''), r.body ->> 'law',
      coalesce(r.body ->> 'article', ''), coalesce(r.body ->> 'note', ''), cx.catalog_date_v1(r.body ->> 'valid_from'),
      cx.catalog_date_v1(r.body ->> 'valid_to')
    from cx.catalog_item i cross join lateral cx.catalog_rows_v1(i.definition, 'basis') r
    where i.code = p_code and i.version = p_version returning 1)
  select count(*)::integer from written;
end;

-- CATALOG-17, or true: a definition is of a size that every reader can take, whoever writes it. Internal.
create function cx.catalog_bounded_v1(p_definition jsonb) returns boolean
language sql volatile
begin atomic
  select case when octet_length(p_definition::text) > 1048576 or p_definition @? '$.**{21}'
    then cx.refuse_v1('CATALOG-17') else true end;
end;

-- Starts a draft (起草): the first version of an item, or the next. CATALOG-23: one is open already.
create function cx.catalog_draft_v1(p_act uuid, p_definition jsonb) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000'; v_code text := p_definition #>> '{item,code}'; v_version integer;
begin
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], 'catalog.draft');
  perform cx.catalog_bounded_v1(p_definition);
  if v_code ~ '^[A-Z][A-Z0-9_]{1,19}$' is not true then perform cx.refuse_v1('CATALOG-13'); end if;
  perform from cx.catalog_item i where i.code = v_code order by i.version for update;
  if exists (select from cx.catalog_step s where s.act = p_act) then perform cx.refuse_v1('ACT-01'); end if;
  if exists (select from cx.catalog_step s where s.code = v_code and s.to_state in ('draft', 'review')
             and not exists (select from cx.catalog_step n where n.code = s.code and n.version = s.version and n.seq = s.seq + 1)) then
    perform cx.refuse_v1('CATALOG-23');
  end if;
  select coalesce(max(i.version), 0) + 1 into v_version from cx.catalog_item i where i.code = v_code;
  perform cx.catalog_write_v1(v_code, v_version, p_definition);
  insert into cx.catalog_step (code, version, seq, from_state, to_state, activity, act, actor, organisation, on_date, at, reason)
  select v_code, v_version, 1, '', 'draft', 'catalog.draft', p_act, r.actor, r.organisation, cx.ledger_today_v1(),
    statement_timestamp(), ''
  from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  return v_version;
end $$;
grant execute on function cx.catalog_draft_v1(uuid, jsonb) to web;

-- Changes a draft (修改草案), which is a step of its own: whoever wrote on a draft cannot approve it. CATALOG-22: no draft.
create function cx.catalog_save_v1(p_act uuid, p_code text, p_version integer, p_definition jsonb) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000'; v_last cx.catalog_step;
begin
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], 'catalog.draft');
  perform cx.catalog_bounded_v1(p_definition);
  if jsonb_typeof(p_definition -> 'item') is distinct from 'object' then perform cx.refuse_v1('CATALOG-13'); end if;
  perform from cx.catalog_item i where i.code = p_code order by i.version for update;
  if exists (select from cx.catalog_step s where s.act = p_act) then perform cx.refuse_v1('ACT-01'); end if;
  select s.* into v_last from cx.catalog_step s where s.code = p_code and s.version = p_version order by s.seq desc limit 1;
  if v_last.to_state is distinct from 'draft' then perform cx.refuse_v1('CATALOG-22'); end if;
  perform cx.catalog_write_v1(p_code, p_version, p_definition);
  insert into cx.catalog_step (code, version, seq, from_state, to_state, activity, act, actor, organisation, on_date, at, reason)
  select p_code, p_version, v_last.seq + 1, 'draft', 'draft', 'catalog.draft', p_act, r.actor, r.organisation,
    cx.ledger_today_v1(), statement_timestamp(), ''
  from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  return v_last.seq + 1;
end $$;
grant execute on function cx.catalog_save_v1(uuid, text, integer, jsonb) to web;

-- CATALOG-nn of the first problem, or true.
create function cx.catalog_pass_v1(p_definition jsonb, p_day date) returns boolean
language sql volatile
begin atomic
  select coalesce((select cx.refuse_v1(g.code) from cx.catalog_gate_v1(p_definition, p_day) g order by g.place, g.code limit 1), true);
end;

-- Whether what a step to `published` needs is there: another human being, and at a publication a day that is neither past
-- nor before the version it follows. Internal.
create function cx.catalog_may_publish_v1(p_actor uuid, p_activity text, p_last cx.catalog_step, p_from date, p_definition jsonb)
returns boolean language sql volatile
begin atomic
  select case when exists (
    select from cx.catalog_step s
    where s.code = p_last.code and s.version = p_last.version and cx.catalog_same_holder_v1(s.actor, p_actor)
      and (s.from_state in ('', 'draft') or (s.seq = p_last.seq and p_activity = 'catalog.resume')))
    then cx.refuse_v1('CATALOG-21') else true end;
  select case when p_activity = 'catalog.publish' and (
      p_from >= cx.ledger_today_v1() and coalesce(p_from <= cx.catalog_date_v1(p_definition #>> '{item,effective_to}'), true)
      and not exists (select from cx.catalog_step s where s.code = p_last.code and s.version < p_last.version
                      and s.effective_from >= p_from)) is not true
    then cx.refuse_v1('CATALOG-24') else true end;
end;

-- One step of a version, by whoever's duty covers the activity. CATALOG-20: not from its present state (the constraint knows
-- which). Drafts are written by their own doors, and the platform's program suspends through the tick.
create function cx.catalog_step_v1(p_act uuid, p_activity text, p_code text, p_version integer, p_to text, p_effective_from date,
  p_reason text) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000'; v_last cx.catalog_step; v_by cx.ledger_register;
  v_definition jsonb; v_day date := cx.ledger_today_v1();
begin
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], p_activity);
  perform from cx.catalog_item i where i.code = p_code order by i.version for update;
  if exists (select from cx.catalog_step s where s.act = p_act) then perform cx.refuse_v1('ACT-01'); end if;
  select s.* into v_last from cx.catalog_step s where s.code = p_code and s.version = p_version order by s.seq desc limit 1;
  if v_last.seq is null or p_activity = 'catalog.tick' or (v_last.to_state = 'draft' and p_to = 'draft') then
    perform cx.refuse_v1('CATALOG-20');
  end if;
  select r.* into v_by from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  select i.definition into v_definition from cx.catalog_item i where i.code = p_code and i.version = p_version;

  insert into cx.catalog_step (code, version, seq, from_state, to_state, activity, act, actor, organisation, on_date, at,
    effective_from, reason)
  values (p_code, p_version, v_last.seq + 1, v_last.to_state, p_to, p_activity, p_act, v_by.actor, v_by.organisation, v_day,
    statement_timestamp(), case p_activity when 'catalog.publish' then coalesce(p_effective_from, v_day) else v_last.effective_from end,
    p_reason);

  if p_to = 'published' then
    perform cx.catalog_may_publish_v1(v_by.actor, p_activity, v_last, p_effective_from, v_definition);
  end if;
  if p_to in ('review', 'published') then
    -- A publication is judged for the day it takes effect, a resumption for today, whatever day the caller names.
    perform cx.catalog_pass_v1(v_definition, case p_activity
      when 'catalog.publish' then p_effective_from when 'catalog.resume' then v_day
      else greatest(v_day, cx.catalog_date_v1(v_definition #>> '{item,effective_from}')) end);
  end if;
  if p_activity = 'catalog.publish' then
    perform cx.catalog_effect_v1(p_code, p_version, p_effective_from);
  end if;
  if p_activity in ('catalog.publish', 'catalog.resume', 'catalog.withdraw') then
    update cx.catalog_task t set closed_on = v_day where t.item = p_code and t.closed_on is null;
  end if;
  return v_last.seq + 1;
end $$;
grant execute on function cx.catalog_step_v1(uuid, text, text, integer, text, date, text) to web;

create type cx.catalog_lapse_v1 as (code text, version integer, seq integer, effective_from date, ends_on date, note text);

-- Published versions whose bases run out by a day: the first day on which some kind of basis has no law, and which laws end.
-- Internal.
create function cx.catalog_lapses_v1(p_today date, p_until date) returns setof cx.catalog_lapse_v1
language sql stable
begin atomic
  with head as materialized (
    select distinct on (s.code) s.code, s.version, s.seq, s.to_state, s.effective_from from cx.catalog_step s
    where s.on_date <= p_today and s.effective_from <= p_today order by s.code, s.version desc, s.seq desc
  ), basis as materialized (
    select h.code, h.version, b.kind, b.law, greatest(b.valid_from, l.valid_from) as first, least(b.valid_to, l.valid_to) as last
    from head h join cx.catalog_item i on i.code = h.code and i.version = h.version
    join cx.catalog_basis b on b.item_id = i.id and b.kind <> 'limit'
    left join cx.catalog_law l on l.code = b.law_code
    where h.to_state = 'published' and (i.effective_to is null or i.effective_to >= p_today)
      and not exists (select from cx.catalog_step n where n.code = h.code and n.version = h.version and n.seq > h.seq)
  ), gap as materialized (
    select b.code, b.version, b.last, b.law, dense_rank() over (partition by b.code, b.version order by b.last) as nth
    from basis b
    where b.last < p_until and not exists (
      select from basis o where o.code = b.code and o.version = b.version and o.kind = b.kind
        and o.first <= greatest(b.last + 1, p_today) and (o.last is null or o.last > b.last))
  )
  select g.code, g.version, h.seq, h.effective_from, g.last, string_agg(distinct g.law, '、' order by g.law)
  from gap g join head h on h.code = g.code and h.version = g.version
  where g.nth = 1 group by g.code, g.version, h.seq, h.effective_from, g.last;
end;

-- Suspends what has no basis any more, opens the tasks that follow, and closes warnings that came true (依据到期检查). A second
-- run finds nothing. p_due: the day by which a suspended item is to be put right.
create function cx.catalog_tick_v1(p_token bytea, p_due date) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000'; v_act constant uuid := gen_random_uuid();
  v_day date := cx.ledger_today_v1(); v_ended integer := 0; v_soon integer := 0;
begin
  perform cx.ledger_duty_v1(p_token, 'catalog.tick');
  if not exists (select from cx.catalog_lapses_v1(v_day, v_day + 90) l where l.ends_on < v_day or not exists (
       select from cx.catalog_task t where t.item = l.code and t.version = l.version and t.kind = 'basis_ends_soon'
         and t.ends_on = l.ends_on)) then
    return 0;
  end if;
  -- Whoever is deciding about an item right now goes first; the statements below see what was decided.
  perform from cx.catalog_item i order by i.code, i.version for update;
  if exists (select from cx.catalog_lapses_v1(v_day, v_day) l) then
    perform cx.ledger_act_v1(p_token, array[v_nobody], array[v_act], 'catalog.tick', '');
    update cx.catalog_task t set closed_on = v_day
    from cx.catalog_lapses_v1(v_day, v_day) l
    where t.item = l.code and t.version = l.version and t.kind = 'basis_ends_soon' and t.closed_on is null;
    insert into cx.catalog_task (item, version, kind, ends_on, due_on, opened_on, note)
    select l.code, l.version, 'basis_ended', l.ends_on, p_due, v_day, l.note from cx.catalog_lapses_v1(v_day, v_day) l
    on conflict do nothing;
    with lapsed as materialized (
      select l.* from cx.catalog_lapses_v1(v_day, v_day) l
    ), written as (
      insert into cx.catalog_step (code, version, seq, from_state, to_state, activity, act, actor, organisation, on_date, at,
        effective_from, reason)
      select l.code, l.version, l.seq + 1, 'published', 'suspended', 'catalog.tick', v_act, r.actor, r.organisation, v_day,
        statement_timestamp(), l.effective_from, '依据失效：' || l.note
      from lapsed l join cx.ledger_register r on r.person = v_nobody and r.id = v_act
      returning 1)
    select count(*) into v_ended from written;
  end if;
  with opened as (
    insert into cx.catalog_task (item, version, kind, ends_on, due_on, opened_on, note)
    select l.code, l.version, 'basis_ends_soon', l.ends_on, l.ends_on, v_day, l.note
    from cx.catalog_lapses_v1(v_day, v_day + 90) l
    on conflict do nothing returning 1)
  select count(*) into v_soon from opened;
  return v_ended + v_soon;
end $$;
grant execute on function cx.catalog_tick_v1(bytea, date) to worker;
