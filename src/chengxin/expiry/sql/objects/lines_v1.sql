-- End of retention of register lines (登记行保存期满): looks and what they were shown, five years after the day, in the order in
-- which they were written. Acts stay as long as what they wrote: whoever erases that erases them.

-- How far the rule has come through the register; one row, which two workers cannot hold at once.
create table cx.expiry_cursor (
  rule text primary key check (rule = 'EXPIRY-01'),
  epoch integer not null,
  xid xid8 not null,
  id uuid not null,
  kept_on date not null,                 -- when the lines that are kept longer were last looked through
  complete_from date not null            -- the first day of which no look was due
);
insert into cx.expiry_cursor values ('EXPIRY-01', 0, '0', '00000000-0000-0000-0000-000000000000', '-infinity', '-infinity');

-- What a portal is told about the register (使用情况的起始日): a day of which looks were erased, or may be next, is not complete.
create or replace function cx.lookup_complete_from_v1() returns date language sql stable
return (select c.complete_from from cx.expiry_cursor c where c.rule = 'EXPIRY-01');

-- Lines that are due and needed longer (留存), with the reason.
create table cx.expiry_kept (
  person uuid not null,
  id uuid not null,
  reason text not null check (reason in ('objection', 'incident', 'log')),
  since date not null,
  primary key (person, id)
);

-- Whether an open case of another room needs lines of this time, organisation and activity. The rooms above answer: oversight
-- replaces this body, as people does with the ledger's verifier. Internal.
create function cx.expiry_asked_for_v1(p_at timestamptz, p_organisation text, p_activity text) returns boolean
language sql stable
return false and p_at is null and p_organisation = p_activity;

-- Why a line is kept longer; '' where nothing needs it. Internal.
create function cx.expiry_reason_v1(p_person uuid, p_at timestamptz, p_organisation text, p_activity text) returns text
language sql stable
begin atomic
  select case
    when exists (
      select from cx.redress_objection o
      where o.person = any (array(select p_person union select k.person from cx.people_key k where k.decoy = p_person))
        and not exists (select from cx.redress_decision d where d.person = o.person and d.objection = o.objection))
      then 'objection'
    when cx.expiry_asked_for_v1(p_at, p_organisation, p_activity) then 'incident'
    else '' end;
end;

-- The rule's number as the ledger asks for it, when it destroys a line and when it audits a mark: what was written on a day is
-- kept through the same day, register_kept later. Internal.
create or replace function cx.ledger_past_due_v1(p_at timestamptz, p_rule text, p_on date) returns boolean
language sql stable
return p_rule = 'EXPIRY-01' and coalesce(
  ((p_at at time zone 'Asia/Shanghai')::date + cx.catalog_period_v1('register_kept', '', p_on))::date < p_on, false);

-- Whether the next line of the register is past its time. Internal.
create function cx.expiry_due_v1(v cx.expiry_cursor, p_length interval, p_today date) returns boolean
language sql stable
return coalesce((select ((g.at at time zone 'Asia/Shanghai')::date + p_length)::date < p_today from cx.ledger_register g
  where (g.epoch, g.xid, g.id) > ((v).epoch, (v).xid, (v).id) order by g.epoch, g.xid, g.id limit 1), false);

create type cx.expiry_done_v1 as (erased integer, kept integer, more boolean);

-- One portion (一批): at most p_limit lines are looked at. EXPIRY-01: the dated number is missing, so nothing is erased. What was
-- erased is a line of the register itself.
create function cx.expiry_lines_v1(p_token bytea, p_act uuid, p_limit integer) returns cx.expiry_done_v1
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_today date := cx.ledger_today_v1(); v_length interval := cx.catalog_period_v1('register_kept', '', v_today);
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000';
  v cx.expiry_cursor; v_next cx.expiry_cursor; v_persons uuid[]; v_ids uuid[]; v_reasons text[]; v_seen integer; v_gone integer := 0;
begin
  perform cx.ledger_duty_v1(p_token, 'expiry.erase');
  if v_length is null then perform cx.refuse_v1('EXPIRY-01'); end if;
  -- Asked each second: where nothing is due, nothing is locked and nothing written.
  select c.* into v from cx.expiry_cursor c where c.rule = 'EXPIRY-01';
  if v.kept_on = v_today and not cx.expiry_due_v1(v, v_length, v_today) then
    return (0, (select count(*) from cx.expiry_kept), false)::cx.expiry_done_v1;
  end if;
  select c.* into v from cx.expiry_cursor c where c.rule = 'EXPIRY-01' for update;
  v_next := v;
  if v.kept_on < v_today then
    -- Once a day: what was kept longer, and is needed no more.
    select array_agg(k.person), array_agg(k.id) into v_persons, v_ids from cx.expiry_kept k
    join cx.ledger_register r on r.person = k.person and r.id = k.id
    where cx.expiry_reason_v1(r.person, r.at, r.organisation, r.activity) = '';
    v_gone := cx.ledger_erase_v1(v_persons, v_ids, 'EXPIRY-01');
    delete from cx.expiry_kept k where not exists (select from cx.ledger_register r where r.person = k.person and r.id = k.id);
  end if;
  with ahead as materialized (
    select r.* from cx.ledger_register r where (r.epoch, r.xid, r.id) > (v.epoch, v.xid, v.id)
    order by r.epoch, r.xid, r.id
    limit case when cx.expiry_due_v1(v, v_length, v_today) then p_limit else 0 end
  ), due as materialized (
    select a.*, bool_and(((a.at at time zone 'Asia/Shanghai')::date + v_length)::date < v_today)
      over (order by a.epoch, a.xid, a.id) as ended from ahead a
  ), line as materialized (
    select d.*, case when d.line <> 'act' then cx.expiry_reason_v1(d.person, d.at, d.organisation, d.activity) end as reason
    from due d where d.ended)
  select count(*), array_agg(l.person) filter (where l.reason is not null), array_agg(l.id) filter (where l.reason is not null),
    array_agg(l.reason) filter (where l.reason is not null),
    max((l.at at time zone 'Asia/Shanghai')::date) filter (where l.reason is not null) + 1,
    (array_agg(l.epoch order by l.epoch desc, l.xid desc, l.id desc))[1],
    (array_agg(l.xid order by l.epoch desc, l.xid desc, l.id desc))[1], (array_agg(l.id order by l.epoch desc, l.xid desc, l.id desc))[1]
  into v_seen, v_persons, v_ids, v_reasons, v_next.complete_from, v_next.epoch, v_next.xid, v_next.id from line l;
  if v_seen > 0 then
    -- Asked before anything goes: the place of a line is found by its row.
    perform cx.ledger_past_v1(r.person, r.id) from cx.ledger_register r
    where (r.epoch, r.xid, r.id) = (v_next.epoch, v_next.xid, v_next.id);
    v_gone := v_gone + cx.ledger_erase_v1(
      array(select n.person from unnest(v_persons, v_reasons) with ordinality as n(person, reason, i) where n.reason = '' order by n.i),
      array(select n.id from unnest(v_ids, v_reasons) with ordinality as n(id, reason, i) where n.reason = '' order by n.i), 'EXPIRY-01');
    insert into cx.expiry_kept
    select n.person, n.id, coalesce(nullif(n.reason, ''), 'log'), v_today
    from unnest(v_persons, v_ids, v_reasons) as n(person, id, reason)
    where exists (select from cx.ledger_register r where r.person = n.person and r.id = n.id);
  end if;
  update cx.expiry_cursor c set epoch = coalesce(v_next.epoch, v.epoch), xid = coalesce(v_next.xid, v.xid),
    id = coalesce(v_next.id, v.id), kept_on = v_today, complete_from = greatest(v.complete_from, v_next.complete_from)
  where c.rule = 'EXPIRY-01';
  if v_gone > 0 then
    perform cx.ledger_act_v1(p_token, array[v_nobody], array[p_act], 'expiry.erase', 'EXPIRY-01 销毁 ' || v_gone || ' 行');
  end if;
  return (v_gone, (select count(*) from cx.expiry_kept), v_seen = p_limit)::cx.expiry_done_v1;
end $$;
grant execute on function cx.expiry_lines_v1(bytea, uuid, integer) to worker;
