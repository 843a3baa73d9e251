-- Redress (异议): an objection freezes in the same transaction; an officer's reasoned decision ends the freeze.

create table cx.redress_objection (
  person uuid not null,
  objection uuid not null,
  act uuid not null,
  record uuid not null,
  case_no text not null,                 -- 30 random bits a day keep it unique across persons
  ground text not null check (ground in ('error', 'not_mine', 'over_term', 'procedure', 'privacy')),
  statement bytea not null,              -- the person's words, sealed, bound to this row
  froze boolean not null,
  filed_at timestamptz not null,
  filed_on date not null,
  primary key (person, objection),
  constraint redress_objection_case unique (person, case_no)
);
create index redress_objection_id on cx.redress_objection (objection);
-- A second objection on the same ground does not freeze again (R0.3).
create unique index "REDRESS-01" on cx.redress_objection (person, record, ground) where froze;
create table cx.redress_decision (
  person uuid not null,
  objection uuid not null,
  act uuid not null,
  outcome text not null check (outcome in ('upheld', 'rejected')),
  reasons bytea not null,                -- the officer's reasons, sealed, bound to this row
  decided_at timestamptz not null,
  decided_on date not null,
  primary key (person, objection),
  foreign key (person, objection) references cx.redress_objection not deferrable
);

-- Objections that nobody has decided (待办). A projection: it can be made again from objections and decisions, and nothing is
-- decided by it but whom to look at next. The queue reads it, so that it costs what is open, not what ever was.
create table cx.redress_open (
  person uuid not null,
  objection uuid not null,
  ground text not null,
  filed_on date not null,
  case_no text not null,
  primary key (person, objection)
);
create index redress_open_queue on cx.redress_open (filed_on, case_no);

-- Files an objection; freezes unless this ground was decided before or the record is frozen already. The act must be the
-- person's own. Returns whether it froze.
create function cx.redress_object_v1(
  p_person uuid, p_objection uuid, p_act uuid, p_record uuid, p_seq integer, p_case_no text, p_ground text, p_statement bytea
) returns boolean language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_last cx.records_event; v_state text; v_freezes boolean;
begin
  perform cx.ledger_require_acts_v1(array[p_person], array[p_act], 'redress.object');
  select h.* into v_last from cx.records_hold_v1(p_person, p_record) h;
  if p_seq is distinct from v_last.seq + 1 then perform cx.refuse_v1('RECORD-04'); end if;
  -- An id names one objection in the whole city: what is sealed for it must not open elsewhere.
  if exists (select from cx.redress_objection o where o.objection = p_objection) then perform cx.refuse_v1('REDRESS-04'); end if;
  v_state := v_last.to_state;
  if v_state is null or v_state not in ('SERVED', 'EFFECTIVE', 'DISPUTED') then perform cx.refuse_v1('REDRESS-02'); end if;
  v_freezes := v_state <> 'DISPUTED' and not exists (
    select from cx.redress_objection o
    where o.person = p_person and o.record = p_record and o.ground = p_ground and o.froze);
  insert into cx.redress_objection values (p_person, p_objection, p_act, p_record, p_case_no, p_ground, p_statement, v_freezes,
    statement_timestamp(), cx.ledger_today_v1());
  insert into cx.redress_open values (p_person, p_objection, p_ground, cx.ledger_today_v1(), p_case_no);
  if v_freezes then
    perform cx.records_step_v1('redress.object', array[p_person], array[p_record], array[p_act], array[p_seq], array['DISPUTED'],
      null, null, null, null, null);
  end if;
  return v_freezes;
end $$;
grant execute on function cx.redress_object_v1(uuid, uuid, uuid, uuid, integer, text, text, bytea) to web;

-- Decides (决定) under an act of its own that names the case. REDRESS-03: about oneself. REDRESS-04: decided before, or
-- unknown. RECORD-04: something happened to the record since it was read. Upheld: the record is withdrawn. Rejected: the
-- rest of the waiting period runs on from today, or the record counts again if it counted before; while another objection
-- is open it stays frozen. p_wait_until may only be later than the law's rest.
create function cx.redress_decide_v1(
  p_token bytea, p_act uuid, p_person uuid, p_objection uuid, p_seq integer, p_outcome text, p_reasons bytea, p_wait_until date
) returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_case cx.redress_objection; v_last cx.records_event; v_before cx.records_event; v_rest integer; v_to text; v_until date;
begin
  select o.* into v_case from cx.redress_objection o where o.person = p_person and o.objection = p_objection;
  select h.* into v_last from cx.records_hold_v1(p_person, v_case.record) h;
  if v_case.objection is null or exists (
    select from cx.redress_decision d where d.person = p_person and d.objection = p_objection) then
    perform cx.refuse_v1('REDRESS-04');
  end if;
  if p_seq is distinct from v_last.seq + 1 then perform cx.refuse_v1('RECORD-04'); end if;
  perform cx.ledger_act_v1(p_token, array[p_person], array[p_act], 'redress.decide', v_case.case_no);
  if exists (select from cx.ledger_session_v1(p_token) s join cx.people_account a on a.account = s.actor
             where s.person = p_person
                or exists (select from cx.people_key k where k.person = p_person and k.id_hmac = a.holder)) then
    perform cx.refuse_v1('REDRESS-03');
  end if;
  insert into cx.redress_decision values (p_person, p_objection, p_act, p_outcome, p_reasons, statement_timestamp(),
    cx.ledger_today_v1());
  delete from cx.redress_open w where w.person = p_person and w.objection = p_objection;

  if p_outcome = 'upheld' then
    -- An objection that was filed late is upheld too; what has ended already stays ended.
    if v_last.to_state not in ('PROPOSED', 'SERVED', 'EFFECTIVE', 'DISPUTED') then return; end if;
    v_to := 'WITHDRAWN';
  elsif v_last.to_state <> 'DISPUTED' or exists (
    select from cx.redress_objection o where o.person = p_person and o.record = v_case.record and o.objection <> p_objection
      and not exists (select from cx.redress_decision d where d.person = o.person and d.objection = o.objection)) then
    return;
  else
    select e.* into v_before from cx.records_event e
    where e.person = p_person and e.record = v_case.record and e.seq = v_last.seq - 1;
    v_to := v_before.to_state;
    if v_to = 'SERVED' then
      v_rest := greatest(v_before.wait_until - v_last.on_date, 0);
      if p_wait_until is null or p_wait_until not between cx.ledger_today_v1() + v_rest and cx.ledger_today_v1() + v_rest + 90 then
        perform cx.refuse_v1('REDRESS-05');
      end if;
      v_until := p_wait_until;
    end if;
  end if;
  perform cx.records_step_v1('redress.decide', array[p_person], array[v_case.record], array[p_act], array[p_seq], array[v_to],
    null, null, array[v_until], null, null);
end $$;
grant execute on function cx.redress_decide_v1(bytea, uuid, uuid, uuid, integer, text, bytea, date) to web;

create type cx.redress_case_v1 as (person uuid, objection uuid, case_no text, record uuid, ground text, froze boolean,
  filed_on date, days integer);
-- The reviewer's queue (待办), a page of it, of one ground or ('') of all: case numbers and dates, no identity, no content.
-- `days`: working days to decide, as in force on the day of filing. Opening a case takes a look.
create function cx.redress_queue_v1(p_token bytea, p_ground text, p_limit integer, p_skip integer) returns setof cx.redress_case_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'redress.queue');
  select o.person, o.objection, o.case_no, o.record, o.ground, o.froze, o.filed_on,
    cx.catalog_parameter_v1('objection_decide', '', o.filed_on)
  from (select w.* from cx.redress_open w where p_ground = '' or w.ground = p_ground
        order by w.filed_on, w.case_no limit p_limit offset p_skip) w
  -- By key, one by one (offset 0), whatever statistics say: a hash would read all that ever were.
  cross join lateral (
    select o.* from cx.redress_objection o where o.person = w.person and o.objection = w.objection
      and (select true from cx.redress_decision d where d.person = o.person and d.objection = o.objection) is null offset 0) o
  order by w.filed_on, w.case_no;
end;
grant execute on function cx.redress_queue_v1(bytea, text, integer, integer) to web;

-- One case of the queue; nothing where it is not open.
create function cx.redress_queued_v1(p_token bytea, p_objection uuid) returns setof cx.redress_case_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'redress.queue');
  select o.person, o.objection, o.case_no, o.record, o.ground, o.froze, o.filed_on,
    cx.catalog_parameter_v1('objection_decide', '', o.filed_on)
  from cx.redress_objection o
  where o.objection = p_objection
    and not exists (select from cx.redress_decision d where d.person = o.person and d.objection = o.objection);
end;
grant execute on function cx.redress_queued_v1(bytea, uuid) to web;

create type cx.redress_decided_row_v1 as (case_no text, outcome text, decided_on date, post text, organisation_name text);
-- How a decided case was decided, for whoever comes too late: number, outcome, day, post; no identity, no content.
create function cx.redress_decided_v1(p_token bytea, p_objection uuid) returns setof cx.redress_decided_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'redress.queue');
  select o.case_no, d.outcome, d.decided_on, a.post, g.name
  from cx.redress_objection o
  join cx.redress_decision d on d.person = o.person and d.objection = o.objection
  join cx.ledger_register r on r.person = d.person and r.id = d.act
  join cx.people_account a on a.account = r.actor
  join cx.people_organisation g on g.code = r.organisation
  where o.objection = p_objection;
end;
grant execute on function cx.redress_decided_v1(bytea, uuid) to web;

-- Registers an officer's look at the person of an open case (打开案件); its number stands in the line. With a purpose of the
-- register: at the identity alone, whose number the page then shows in full (显示号码). REDRESS-04: not open.
create function cx.redress_look_v1(p_token bytea, p_id uuid, p_person uuid, p_case_no text, p_purpose text) returns uuid
language sql volatile security definer
begin atomic
  with opened as materialized (
    select o.person, o.case_no from cx.redress_objection o
    where o.person = p_person and o.case_no = p_case_no
      and not exists (select from cx.redress_decision d where d.person = o.person and d.objection = o.objection))
  select case when cx.ledger_look_v1(array[p_token], array[k.person], array[p_id],
                                     array[case when p_purpose = '' then 'redress.review' else 'redress.reveal' end],
                                     array[p_purpose], array[k.case_no], null) = 1 then k.person end
  from opened k
  union all
  select case when cx.refuse_v1('REDRESS-04') then p_id end where not exists (select from opened);
end;
grant execute on function cx.redress_look_v1(bytea, uuid, uuid, text, text) to web;

create type cx.redress_row_v1 as (objection uuid, case_no text, record uuid, ground text, statement bytea, froze boolean,
  filed_on date, days integer, outcome text, reasons bytea, decided_on date, post text, organisation_name text);
-- Objections to one record, or to all of a person's, with the person's words and the officer's reasons, sealed. Internal.
create function cx.redress_rows_v1(p_person uuid, p_record uuid) returns setof cx.redress_row_v1
language sql stable
begin atomic
  select o.objection, o.case_no, o.record, o.ground, o.statement, o.froze, o.filed_on,
    cx.catalog_parameter_v1('objection_decide', '', o.filed_on), coalesce(d.outcome, ''), d.reasons, d.decided_on,
    coalesce(a.post, ''), coalesce(g.name, '')
  from cx.redress_objection o
  left join cx.redress_decision d on d.person = o.person and d.objection = o.objection
  left join cx.ledger_register r on r.person = d.person and r.id = d.act
  left join cx.people_account a on a.account = r.actor
  left join cx.people_organisation g on g.code = r.organisation
  where o.person = p_person and (p_record is null or o.record = p_record) order by o.filed_at desc, o.objection;
end;

-- The person's own objections (我的异议).
create function cx.redress_own_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.redress_row_v1
language sql volatile security definer
begin atomic
  select case when 'objections' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['objections'],
    array[(select count(*)::integer from cx.redress_rows_v1(p_person, null))]);
  select * from cx.redress_rows_v1(p_person, null);
end;
grant execute on function cx.redress_own_v1(bytea, uuid, uuid) to web;

-- The record of the case that an officer's look names; the look permits p_field, or LOOK-01, LOOK-02. Internal: it keeps
-- the doors below to that one record, whatever the caller asks.
create function cx.redress_record_of_v1(p_token bytea, p_person uuid, p_look uuid, p_field text) returns uuid
language sql volatile security definer
begin atomic
  select coalesce(
    (select o.record
     from cx.ledger_register l join cx.redress_objection o on o.person = l.person and o.case_no = l.case_ref
     where l.person = p_person and l.id = p_look
       and p_field = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'redress.review'))),
    -- No such line, or one that does not permit the field.
    case when cx.ledger_require_look_v1(p_token, p_person, p_look, 'redress.review') is not null and cx.refuse_v1('LOOK-02')
         then p_look end);
end;

-- The disputed record (争议信息).
create function cx.redress_record_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.records_own_row_v1
language sql volatile security definer
begin atomic
  select cx.redress_record_of_v1(p_token, p_person, p_look, 'record');
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['record'], array[1]);
  select w.* from cx.redress_record_of_v1(p_token, p_person, p_look, 'record') r
  cross join lateral cx.records_rows_v1(p_person, r) w;
end;
grant execute on function cx.redress_record_v1(bytea, uuid, uuid) to web;

-- Its timeline.
create function cx.redress_steps_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.records_step_row_v1
language sql volatile security definer
begin atomic
  select cx.redress_record_of_v1(p_token, p_person, p_look, 'record');
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['record'], array[1]);
  select w.* from cx.redress_record_of_v1(p_token, p_person, p_look, 'record') r
  cross join lateral cx.records_step_rows_v1(p_person, r) w;
end;
grant execute on function cx.redress_steps_v1(bytea, uuid, uuid) to web;

-- The objections to it, open and decided.
create function cx.redress_cases_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.redress_row_v1
language sql volatile security definer
begin atomic
  select cx.redress_record_of_v1(p_token, p_person, p_look, 'objections');
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['objections'], array[1]);
  select w.* from cx.redress_record_of_v1(p_token, p_person, p_look, 'objections') r
  cross join lateral cx.redress_rows_v1(p_person, r) w;
end;
grant execute on function cx.redress_cases_v1(bytea, uuid, uuid) to web;

-- By how many rows the list of open objections differs from the facts (重新清点); p_mend: and makes it right. Internal: asked at the console,
-- which keeps writers out of the list first when it mends.
create function cx.redress_recount_v1(p_mend boolean) returns bigint language sql volatile
begin atomic
  with fact as materialized (
    select o.person, o.objection, o.ground, o.filed_on, o.case_no from cx.redress_objection o
    where not exists (select from cx.redress_decision d where d.person = o.person and d.objection = o.objection)
  ), odd as materialized (
    select w.person, w.objection, w.ground, w.filed_on, w.case_no from cx.redress_open w except select * from fact
  ), lost as materialized (
    select * from fact except select w.person, w.objection, w.ground, w.filed_on, w.case_no from cx.redress_open w
  ), gone as (
    delete from cx.redress_open w where p_mend
      and not exists (select from fact f where f.person = w.person and f.objection = w.objection)
  ), put as (
    insert into cx.redress_open (person, objection, ground, filed_on, case_no) select * from lost where p_mend
    on conflict (person, objection) do update set ground = excluded.ground, filed_on = excluded.filed_on, case_no = excluded.case_no
  )
  select (select count(*) from odd) + (select count(*) from lost);
end;
