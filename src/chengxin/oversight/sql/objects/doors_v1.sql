-- The doors of oversight: report an incident, take a step, read them, export the lines of the register, name the recipients.

-- Reports an incident (报告事件) under an act about nobody. INCIDENT-10: not what a report must say.
create function cx.oversight_report_v1(p_act uuid, p_incident uuid, p_case_no text, p_body jsonb) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_nobody constant uuid := '00000000-0000-0000-0000-000000000000';
begin
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], 'incident.report');
  if exists (select from cx.oversight_event e where e.act = p_act) then perform cx.refuse_v1('ACT-01'); end if;
  insert into cx.oversight_incident values (p_incident, p_case_no, p_act, statement_timestamp(), sha256(cx.ledger_salt_v1()));
  insert into cx.oversight_event (incident, seq, from_state, to_state, activity, act, actor, organisation, at, body)
  select p_incident, 1, '', 'reported', 'incident.report', p_act, r.actor, r.organisation, statement_timestamp(), p_body
  from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  perform cx.oversight_gate_v1(p_incident, 1, '', 'incident.report', null, p_body);
  return 1;
end $$;
grant execute on function cx.oversight_report_v1(uuid, uuid, text, jsonb) to web;

-- Takes one step (办理一步). INCIDENT-12: unknown. INCIDENT-03: somebody was faster. INCIDENT-01: not from this state (the
-- constraint knows which). A scope is counted here: how many lines of the register, how many persons.
create function cx.oversight_step_v1(p_act uuid, p_activity text, p_incident uuid, p_seq integer, p_to text, p_body jsonb)
returns integer language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_nobody constant uuid := '00000000-0000-0000-0000-000000000000'; v_last cx.oversight_event; v_by cx.ledger_register;
  v_body jsonb := p_body;
begin
  perform cx.ledger_require_acts_v1(array[v_nobody], array[p_act], p_activity);
  perform from cx.oversight_incident i where i.incident = p_incident for update;
  if exists (select from cx.oversight_event e where e.act = p_act) then perform cx.refuse_v1('ACT-01'); end if;
  select e.* into v_last from cx.oversight_event e where e.incident = p_incident order by e.seq desc limit 1;
  if v_last.seq is null then perform cx.refuse_v1('INCIDENT-12'); end if;
  if p_seq is distinct from v_last.seq + 1 then perform cx.refuse_v1('INCIDENT-03'); end if;
  if p_activity = 'incident.scope' then
    select p_body || jsonb_build_object('lines', count(*), 'persons_counted',
      count(distinct r.person) filter (where r.person <> v_nobody)) into v_body
    from cx.oversight_within_v1(p_body) r;
  end if;
  select r.* into v_by from cx.ledger_register r where r.person = v_nobody and r.id = p_act;
  insert into cx.oversight_event (incident, seq, from_state, to_state, activity, act, actor, organisation, at, body)
  values (p_incident, p_seq, v_last.to_state, p_to, p_activity, p_act, v_by.actor, v_by.organisation, statement_timestamp(), v_body);
  perform cx.oversight_gate_v1(p_incident, p_seq, v_last.to_state, p_activity, v_by.actor, p_body);
  return p_seq;
end $$;
grant execute on function cx.oversight_step_v1(uuid, text, uuid, integer, text, jsonb) to web;

create type cx.oversight_event_v1 as (incident uuid, case_no text, seq integer, from_state text, to_state text, activity text,
  at timestamptz, post text, organisation_name text, mine boolean, body jsonb);
-- The events of one incident, or of all (事件登记册), oldest first; `mine`: the same human being as the session's. DUTY-01.
create function cx.oversight_events_v1(p_token bytea, p_incident uuid) returns setof cx.oversight_event_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'incident.list');
  select i.incident, i.case_no, e.seq, e.from_state, e.to_state, e.activity, e.at, coalesce(a.post, ''), coalesce(o.name, ''),
    coalesce(cx.catalog_same_holder_v1(e.actor, s.actor), false), e.body
  from cx.ledger_session_v1(p_token) s
  cross join cx.oversight_incident i join cx.oversight_event e on e.incident = i.incident
  left join cx.people_account a on a.account = e.actor
  left join cx.people_organisation o on o.code = e.organisation
  where p_incident is null or i.incident = p_incident
  order by i.opened_at, i.incident, e.seq;
end;
grant execute on function cx.oversight_events_v1(bytea, uuid) to web;

-- Whether a line of the register lies in a scope. Internal.
create function cx.oversight_matches_v1(p_scope jsonb, p_at timestamptz, p_organisation text, p_activity text) returns boolean
language sql stable
return p_at >= (p_scope ->> 'since')::timestamptz and p_at < (p_scope ->> 'until')::timestamptz
  and coalesce(p_scope ->> 'organisation', '') in ('', p_organisation)
  and coalesce(p_scope ->> 'activity', '') in ('', p_activity);

create type cx.oversight_found_v1 as (person uuid, id uuid, at timestamptz, line text, actor uuid, organisation text, duty text,
  activity text, purpose text, fields text[], outcome text, shown integer, commitment bytea);
-- Lines of the register inside a scope: at most 31 days, one organisation or all, one activity or all. A look by number is
-- registered at a decoy; where the person is known, it counts as theirs. INCIDENT-10. Internal.
create function cx.oversight_within_v1(p_scope jsonb) returns setof cx.oversight_found_v1
language sql volatile
begin atomic
  select case when (p_scope ->> 'since' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}[+]08:00$'
      and p_scope ->> 'until' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}[+]08:00$'
      and (p_scope ->> 'until')::timestamptz - (p_scope ->> 'since')::timestamptz between interval '1 second' and interval '31 days'
    ) is not true then cx.refuse_v1('INCIDENT-10') else true end;
  select coalesce(k.person, r.person), r.id, r.at, r.line, r.actor, r.organisation, r.duty, r.activity, r.purpose, r.fields,
    r.outcome, r.shown, r.commitment
  from cx.ledger_register r left join cx.people_key k on k.decoy = r.person
  where cx.oversight_matches_v1(p_scope, r.at, r.organisation, r.activity);
end;

create type cx.oversight_own_v1 as (case_no text, made_at timestamptz, notice text);
-- The notices that a person is to read, newest first. Internal.
create function cx.oversight_touching_v1(p_person uuid) returns setof cx.oversight_own_v1
language sql stable
begin atomic
  select i.case_no, n.at, n.body ->> 'text'
  from cx.oversight_event n
  join cx.oversight_incident i on i.incident = n.incident
  cross join lateral (select e.body from cx.oversight_event e where e.incident = n.incident and e.activity = 'incident.scope'
                      order by e.seq desc limit 1) s
  where n.activity = 'incident.notify' and n.body ->> 'to' = 'persons' and exists (
    select from cx.ledger_register r
    where r.person = any (array(select p_person union select k.decoy from cx.people_key k where k.person = p_person))
      and r.actor_kind <> 'citizen' and cx.oversight_matches_v1(s.body, r.at, r.organisation, r.activity))
  order by n.at desc, n.incident, n.seq desc;
end;

-- Notices of incidents that touch the session's own person (涉及我的信息安全事件): made for persons, and a line about this person
-- lies in the incident's latest scope. Somebody else's look at the person counts, the person's own does not.
create function cx.oversight_own_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.oversight_own_v1
language sql volatile security definer
begin atomic
  select case when 'register' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['register'],
    array[(select count(*)::integer from cx.oversight_touching_v1(p_person))]);
  select t.* from cx.oversight_touching_v1(p_person) t;
end;
grant execute on function cx.oversight_own_v1(bytea, uuid, uuid) to web;

create type cx.oversight_line_v1 as (at timestamptz, line text, person text, actor text, organisation text, duty text,
  activity text, purpose text, fields text[], outcome text, shown integer, commitment text);
-- The lines of an incident's latest scope for an export (证据导出): persons and accounts under pseudonyms of this incident,
-- no case numbers; the commitment leads to the line in the log. INCIDENT-12. INCIDENT-02: whoever drew the scope does not
-- export it.
create function cx.oversight_lines_v1(p_act uuid, p_incident uuid, p_limit integer) returns setof cx.oversight_line_v1
language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array['00000000-0000-0000-0000-000000000000'::uuid], array[p_act], 'incident.export');
  select case when exists (select from cx.oversight_incident i where i.incident = p_incident) then true
    else cx.refuse_v1('INCIDENT-12') end;
  select cx.oversight_other_v1(p_incident, 2147483647, r.actor, 'incident.scope') from cx.ledger_register r
  where r.person = '00000000-0000-0000-0000-000000000000' and r.id = p_act;
  select w.at, w.line,
    case when w.person = '00000000-0000-0000-0000-000000000000' then '' else
      'P' || encode(substr(sha256(i.pseudonym_key || convert_to('person', 'UTF8') || uuid_send(w.person)), 1, 8), 'hex') end,
    'A' || encode(substr(sha256(i.pseudonym_key || convert_to('actor', 'UTF8') || uuid_send(w.actor)), 1, 8), 'hex'),
    w.organisation, w.duty, w.activity, w.purpose, w.fields, w.outcome, w.shown, encode(w.commitment, 'hex')
  from cx.oversight_incident i
  cross join lateral (select e.body from cx.oversight_event e where e.incident = i.incident and e.activity = 'incident.scope'
                      order by e.seq desc limit 1) s
  cross join lateral cx.oversight_within_v1(s.body) w
  where i.incident = p_incident
  order by w.at, w.id limit p_limit;
end;
grant execute on function cx.oversight_lines_v1(uuid, uuid, integer) to web;

create type cx.oversight_recipient_v1 as (organisation_name text, duty text, activity text, purpose text, purpose_name text,
  basis text, fields text[], items text[], since date);
-- Who receives personal information (接收方清单), from duties, purposes and permissions as they are today: organisations, no
-- accounts. Open to everybody.
create function cx.oversight_recipients_v1() returns setof cx.oversight_recipient_v1
language sql stable security definer
begin atomic
  with holder as materialized (
    select o.name, d.duty, min(d.valid_from) as since
    from cx.people_duty d join cx.people_account a on a.account = d.account and a.disabled_at is null and a.kind <> 'citizen'
    join cx.people_organisation o on o.code = a.organisation
    where d.valid_from <= cx.ledger_today_v1() and (d.valid_to is null or d.valid_to >= cx.ledger_today_v1())
    group by o.name, d.duty
  )
  select h.name, h.duty, u.activity, u.code, u.name, u.basis, u.fields, u.items, greatest(h.since, u.valid_from)
  from holder h join cx.people_purpose u on u.duty = h.duty
  where u.valid_from <= cx.ledger_today_v1() and (u.valid_to is null or u.valid_to >= cx.ledger_today_v1())
  union all
  select h.name, h.duty, m.activity, '', '', m.basis, m.fields, '{}'::text[], h.since
  from holder h join cx.people_permission m on m.duty = h.duty
  where not m.own and cardinality(m.fields) > 0
  order by 1, 2, 3, 4;
end;
grant execute on function cx.oversight_recipients_v1() to web;
