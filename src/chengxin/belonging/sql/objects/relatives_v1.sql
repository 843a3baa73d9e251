-- Relatives of the deceased (近亲属办理, 个人信息保护法第四十九条): applied for at a counter, decided by a second person, then read
-- or objected to on behalf, each time registered.

-- An application (申请): who asks stands sealed; how they are related and what they want in codes.
create table cx.belonging_relative (
  person uuid not null,                  -- the deceased
  application uuid not null,
  act uuid not null,
  case_no text not null,
  kind text not null check (kind in ('copy', 'correct')),
  relation text not null check (relation in ('spouse', 'parent', 'child', 'sibling', 'grandparent', 'grandchild')),
  applicant bytea not null check (length(applicant) = 32), -- keyed hash of the applicant's number, against self-dealing
  organisation text not null,
  sealed bytea not null,                 -- applicant, papers that were seen, interest: bound to the application
  filed_at timestamptz not null,
  filed_on date not null,
  primary key (person, application),
  constraint belonging_relative_case unique (person, case_no)
);
create index belonging_relative_inbox on cx.belonging_relative (organisation, filed_at);
create index belonging_relative_id on cx.belonging_relative (application);
-- What the second person decided, and until when it is good.
create table cx.belonging_granted (
  person uuid not null,
  application uuid not null,
  act uuid not null,
  outcome text not null check (outcome in ('granted', 'refused')),
  sealed bytea not null,
  decided_on date not null,
  until date check ((until is null) = (outcome = 'refused')),
  primary key (person, application),
  foreign key (person, application) references cx.belonging_relative not deferrable
);

-- Registers a counter's look at a number and name, by the case number of an application: at its decoy, known or not.
create function cx.belonging_kin_find_v1(p_token bytea, p_id uuid, p_hmac bytea, p_pair bytea, p_case_no text) returns uuid
language sql volatile security definer
begin atomic
  with asked as materialized (
    select cx.people_decoy_v1(d.decoy_secret, p_hmac) as person from cx.ledger_deployment d)
  select case when cx.ledger_look_v1(array[p_token], array[q.person], array[p_id], array['belonging.apply'], array[''],
                                     array[p_case_no], array[sha256(p_pair || uuid_send(p_id))]) = 1 then q.person end
  from asked q;
end;
grant execute on function cx.belonging_kin_find_v1(bytea, uuid, bytea, bytea, text) to web;

-- Files an application under that look (受理申请). BELONG-11: nobody by that number and name, or the population database has no
-- death of theirs: which, nobody is told.
create function cx.belonging_kin_file_v1(p_token bytea, p_act uuid, p_line uuid, p_look uuid, p_application uuid, p_case_no text, p_kind text,
  p_relation text, p_pair bytea, p_applicant bytea, p_sealed bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_person uuid; v_organisation text;
begin
  perform * from cx.ledger_require_looks_v1(array[p_token], array[p_line], array[p_look], array[sha256(p_pair || uuid_send(p_look))],
    'belonging.apply');
  select k.person into v_person from cx.people_key k
  where k.decoy = p_line and k.pair_hmac = p_pair and not cx.people_lives_v1(k.person);
  if v_person is null then perform cx.refuse_v1('BELONG-11'); end if;
  perform cx.ledger_shown_v1(array[p_line], array[p_look], array['match'], array[1]);
  perform cx.ledger_act_v1(p_token, array[v_person], array[p_act], 'belonging.apply', p_case_no);
  perform cx.belonging_apart_v1(p_token, array[v_person], p_applicant);
  select s.organisation into v_organisation from cx.ledger_session_v1(p_token) s;
  insert into cx.belonging_relative (person, application, act, case_no, kind, relation, applicant, organisation, sealed, filed_at, filed_on)
  values (v_person, p_application, p_act, p_case_no, p_kind, p_relation, p_applicant, v_organisation, p_sealed, statement_timestamp(),
    cx.ledger_today_v1());
end $$;
grant execute on function cx.belonging_kin_file_v1(bytea, uuid, uuid, uuid, uuid, text, text, text, bytea, bytea, bytea) to web;

create type cx.belonging_kin_row_v1 as (person uuid, application uuid, case_no text, kind text, relation text, organisation_name text,
  filed_on date, outcome text, decided_on date, until date, taken_back boolean);
-- Applications (近亲属申请): of the own organisation, or all that wait for whoever decides; numbers and days, nobody's name. One of
-- them, or (p_application null) a page of all.
create function cx.belonging_kin_v1(p_token bytea, p_all boolean, p_application uuid, p_limit integer, p_skip integer) returns setof cx.belonging_kin_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, case when p_all then 'belonging.queue' else 'belonging.kin' end);
  select r.person, r.application, r.case_no, r.kind, r.relation, coalesce(o.name, ''), r.filed_on, coalesce(d.outcome, ''), d.decided_on, d.until,
    cx.people_lives_v1(r.person)
  from cx.ledger_session_v1(p_token) s
  join cx.belonging_relative r on p_all or r.organisation = s.organisation
  left join cx.belonging_granted d on d.person = r.person and d.application = r.application
  left join cx.people_organisation o on o.code = r.organisation
  -- Whose death was taken back waits for nobody any more.
  where (p_application is null or r.application = p_application)
    and (not p_all or d.application is null and not cx.people_lives_v1(r.person))
  order by r.filed_at desc, r.application limit p_limit offset p_skip;
end;
grant execute on function cx.belonging_kin_v1(bytea, boolean, uuid, integer, integer) to web;

-- How an application was decided, for whoever comes too late: number, outcome, day, post; no identity, no reasons.
create function cx.belonging_kin_ended_v1(p_token bytea, p_application uuid) returns setof cx.belonging_ended_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'belonging.queue');
  select k.case_no, d.outcome, d.decided_on, a.post, o.name
  from cx.belonging_relative k
  join cx.belonging_granted d on d.person = k.person and d.application = k.application
  join cx.ledger_register r on r.person = d.person and r.id = d.act
  join cx.people_account a on a.account = r.actor
  join cx.people_organisation o on o.code = r.organisation
  where k.application = p_application;
end;
grant execute on function cx.belonging_kin_ended_v1(bytea, uuid) to web;

-- Registers a look by an application: of whoever decides while it waits, of the counter that took it in while it is granted.
-- BELONG-03: neither, or the death was taken back.
create function cx.belonging_kin_look_v1(p_token bytea, p_id uuid, p_person uuid, p_application uuid, p_activity text) returns uuid
language sql volatile security definer
begin atomic
  with opened as materialized (
    select r.person, r.case_no from cx.ledger_session_v1(p_token) s
    join cx.belonging_relative r on r.person = p_person and r.application = p_application
    left join cx.belonging_granted d on d.person = r.person and d.application = r.application
    where not cx.people_lives_v1(r.person) and (p_activity = 'belonging.kin_review' and d.application is null
       or p_activity = 'belonging.kin_copy' and d.outcome = 'granted' and d.until >= cx.ledger_today_v1() and r.organisation = s.organisation))
  select case when cx.ledger_look_v1(array[p_token], array[k.person], array[p_id], array[p_activity], array[''],
                                     array[k.case_no], null) = 1 then k.person end
  from opened k
  union all
  select case when cx.refuse_v1('BELONG-03') then p_id end where not exists (select from opened);
end;
grant execute on function cx.belonging_kin_look_v1(bytea, uuid, uuid, uuid, text) to web;

create type cx.belonging_kin_sealed_v1 as (application uuid, case_no text, kind text, relation text, sealed bytea, filed_on date, post text,
  organisation_name text, died_on date);
-- The application that a look names.
create function cx.belonging_kin_one_v1(p_token bytea, p_person uuid, p_look uuid, p_activity text) returns setof cx.belonging_kin_sealed_v1
language sql volatile security definer
begin atomic
  select case when 'identity' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, p_activity))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['identity'], array[1]);
  select r.application, r.case_no, r.kind, r.relation, r.sealed, r.filed_on, coalesce(a.post, ''), coalesce(o.name, ''), (
    select d.on_date from cx.people_standing d where d.person = any (cx.people_same_v1(p_person)) order by d.known_at desc, d.seq desc limit 1)
  from cx.ledger_register l
  join cx.belonging_relative r on r.person = l.person and r.case_no = l.case_ref
  left join cx.ledger_register g on g.person = r.person and g.id = r.act
  left join cx.people_account a on a.account = g.actor
  left join cx.people_organisation o on o.code = r.organisation
  where l.person = p_person and l.id = p_look;
end;
grant execute on function cx.belonging_kin_one_v1(bytea, uuid, uuid, text) to web;

-- The records of the deceased, for the counter (查阅、复制): all files, every state.
create function cx.belonging_kin_records_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.records_own_row_v1
language sql volatile security definer
begin atomic
  select case when 'record' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'belonging.kin_copy'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['record'], array[(
    select count(*)::integer from unnest(cx.people_same_v1(p_person)) as f(person) cross join lateral cx.records_rows_v1(f.person, null))]);
  select w.* from unnest(cx.people_same_v1(p_person)) as f(person) cross join lateral cx.records_rows_v1(f.person, null) w;
end;
grant execute on function cx.belonging_kin_records_v1(bytea, uuid, uuid) to web;

-- Decides (决定) under an act at the deceased. BELONG-02, BELONG-03, BELONG-04 as with a matter; BELONG-11: the death was taken back;
-- BELONG-12: no period is in force.
create function cx.belonging_kin_decide_v1(p_token bytea, p_act uuid, p_person uuid, p_application uuid, p_outcome text, p_sealed bytea)
returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_row cx.belonging_relative; v_days integer;
begin
  select r.* into v_row from cx.belonging_relative r where r.person = p_person and r.application = p_application for update;
  if v_row.application is null or exists (
      select from cx.belonging_granted d where d.person = p_person and d.application = p_application) then
    perform cx.refuse_v1('BELONG-03');
  end if;
  if cx.people_lives_v1(p_person) then perform cx.refuse_v1('BELONG-11'); end if;
  perform cx.ledger_act_v1(p_token, array[p_person], array[p_act], 'belonging.kin_decide', v_row.case_no);
  if cx.belonging_proposer_v1(p_token, p_person, v_row.act) then perform cx.refuse_v1('BELONG-04'); end if;
  perform cx.belonging_apart_v1(p_token, array[p_person], v_row.applicant);
  v_days := cx.catalog_parameter_v1('relative_copy', '', cx.ledger_today_v1());
  if v_days is null then perform cx.refuse_v1('BELONG-12'); end if;
  insert into cx.belonging_granted values (p_person, p_application, p_act, p_outcome, p_sealed, cx.ledger_today_v1(),
    case when p_outcome = 'granted' then cx.ledger_today_v1() + v_days end);
end $$;
grant execute on function cx.belonging_kin_decide_v1(bytea, uuid, uuid, uuid, text, bytea) to web;

-- Objects for the relative (代为提出异议) to a record of the deceased: it freezes as any other.
-- BELONG-03: the application is not for a correction, not granted, or of another counter. BELONG-11: the death was taken back.
create function cx.belonging_kin_object_v1(p_token bytea, p_act uuid, p_person uuid, p_application uuid, p_objection uuid, p_record uuid,
  p_seq integer, p_case_no text, p_ground text, p_statement bytea) returns boolean
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  if not exists (
    select from cx.ledger_session_v1(p_token) s
    join cx.belonging_relative r on r.person = p_person and r.application = p_application and r.kind = 'correct' and r.organisation = s.organisation
    join cx.belonging_granted d on d.person = r.person and d.application = r.application and d.until >= cx.ledger_today_v1()) then
    perform cx.refuse_v1('BELONG-03');
  end if;
  if cx.people_lives_v1(p_person) then perform cx.refuse_v1('BELONG-11'); end if;
  perform cx.ledger_act_v1(p_token, array[p_person], array[p_act], 'redress.object', p_case_no);
  return cx.redress_object_v1(p_person, p_objection, p_act, p_record, p_seq, p_case_no, p_ground, p_statement);
end $$;
grant execute on function cx.belonging_kin_object_v1(bytea, uuid, uuid, uuid, uuid, uuid, integer, text, text, bytea) to web;
