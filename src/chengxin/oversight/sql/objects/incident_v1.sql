-- Security incidents (信息安全事件): a number and what happened to it. Nothing is ever changed; what an incident is now follows
-- from its events. The clock is real time, never the test clock.

create table cx.oversight_incident (
  incident uuid primary key,
  case_no text not null unique,
  act uuid not null,
  opened_at timestamptz not null,
  pseudonym_key bytea not null check (length(pseudonym_key) = 32)  -- persons of an export are told apart by it, and found by nobody
);

-- One step (步骤). What it brings stands in `body`; the latest value of a fact counts.
create table cx.oversight_event (
  incident uuid not null references cx.oversight_incident not deferrable,
  seq integer not null check (seq > 0),
  from_state text not null,              -- '' at the start: NULL would pass the CHECK
  to_state text not null,
  activity text not null,                -- what the actor's duty had to cover
  act uuid not null,
  actor uuid not null,                   -- account
  organisation text not null,
  at timestamptz not null,
  body jsonb not null check (jsonb_typeof(body) = 'object'),
  primary key (incident, seq),
  constraint "INCIDENT-01" check ((from_state, to_state, activity) in (/*transitions*/)),
  constraint "INCIDENT-05" check (activity not in ('incident.confirm', 'incident.dismiss', 'incident.exempt', 'incident.approve',
    'incident.refer', 'incident.close') or coalesce(length(regexp_replace(body ->> 'reason', '\s', '', 'g')) >= 5, false)),
  constraint "INCIDENT-08" check (body::text !~ '[0-9０-９]{17}[0-9０-９XxＸｘ]'
    and body::text !~ '(^|[^0-9０-９])[0-9０-９]{15}([^0-9０-９]|$)'),
  check ((seq = 1) = (from_state = ''))
);

-- Whether a text is a point in time in China that every reader can read, not in the future. Internal.
create function cx.oversight_moment_v1(p_text text) returns boolean
language sql stable
return coalesce(case when p_text ~ '^20[0-9]{2}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{6})?)?[+]08:00$'
  then p_text::timestamptz <= statement_timestamp() end, false);

-- INCIDENT-10, or true: a body brings known words, each of its kind; a report (p_whole) brings all that must be known. Internal.
create function cx.oversight_facts_v1(p_body jsonb, p_whole boolean) returns boolean
language sql volatile
begin atomic
  select case when octet_length(p_body::text) <= 100000
      and not exists (
        select from jsonb_each(p_body) e
        where case
          when e.key in ('persons', 'items') then e.value::text !~ '^([0-9]{1,9}|null)$'
          when e.key in ('insider', 'exact') then jsonb_typeof(e.value) <> 'boolean'
          when e.key = 'parts' then jsonb_typeof(e.value) <> 'object'
            or jsonb_path_exists(e.value, '$.* ? (@.type() != "string")')
          when e.key in ('kind', 'source', 'discovered_at', 'systems', 'information', 'harm', 'cause', 'measures', 'level', 'reason',
            'to', 'text', 'notice', 'method', 'delivered_at', 'reference', 'outcome', 'review', 'since', 'until', 'organisation', 'activity')
            then jsonb_typeof(e.value) <> 'string'
          else true end)
      and (p_body ->> 'kind' in (/*kinds*/)) is not false and (p_body ->> 'level' in (/*levels*/)) is not false
      and (p_body ->> 'source' in (/*sources*/)) is not false
      and (not p_body ? 'discovered_at' or cx.oversight_moment_v1(p_body ->> 'discovered_at'))
      and (not p_body ? 'systems' or p_body ->> 'systems' ~ '\S') and (not p_body ? 'information' or p_body ->> 'information' ~ '\S')
      and (not p_whole or p_body ?& array['kind', 'source', 'discovered_at', 'systems', 'information', 'insider'])
    then true else cx.refuse_v1('INCIDENT-10') end;
end;

-- The latest value of a fact before a step. Internal.
create function cx.oversight_fact_v1(p_incident uuid, p_seq integer, p_name text) returns jsonb
language sql stable
begin atomic
  select e.body -> p_name from cx.oversight_event e
  where e.incident = p_incident and e.seq < p_seq and e.body ? p_name and e.activity in ('incident.report', 'incident.update',
    'incident.confirm', 'incident.contain')
  order by e.seq desc limit 1;
end;

-- A dated number for an incident (期限参数): of the day it was discovered, or where there was none yet, of the day it was
-- reported. Internal.
create function cx.oversight_number_v1(p_incident uuid, p_name text) returns integer
language sql stable
begin atomic
  select p.value
  from (select i.opened_at, (select min((e.body ->> 'discovered_at')::timestamptz) from cx.oversight_event e
                             where e.incident = p_incident) as discovered_at
        from cx.oversight_incident i where i.incident = p_incident) o
  cross join lateral (values (1, (o.discovered_at at time zone 'Asia/Shanghai')::date),
                             (2, (o.opened_at at time zone 'Asia/Shanghai')::date)) d(rank, day)
  join cx.catalog_parameter p on p.item = '' and p.name = p_name
    and p.valid_from <= d.day and (p.valid_to is null or p.valid_to >= d.day)
  order by d.rank, p.valid_from desc limit 1;
end;

-- Whether the number of items reaches what the police must hear of (移送标准), or is not known: a human then decides. Internal.
create function cx.oversight_police_v1(p_incident uuid, p_seq integer) returns boolean
language sql stable
begin atomic
  select cx.oversight_fact_v1(p_incident, p_seq, 'kind') #>> '{}' in ('leak', 'sale', 'provision') and coalesce(
    (cx.oversight_fact_v1(p_incident, p_seq, 'items') #>> '{}')::integer >= cx.oversight_number_v1(p_incident,
      case when cx.oversight_fact_v1(p_incident, p_seq, 'insider') = 'true'::jsonb then 'incident_police_staff'
           else 'incident_police' end), true);
end;

-- Whether a notice to these receivers was made before a step, and its delivery written down. Internal.
create function cx.oversight_told_v1(p_incident uuid, p_seq integer, p_to text) returns boolean
language sql stable
begin atomic
  select exists (
    select from cx.oversight_event n
    join cx.oversight_event v on v.incident = n.incident and v.activity = 'incident.evidence' and v.seq < p_seq
      and v.body ->> 'notice' = n.seq::text
    where n.incident = p_incident and n.activity = 'incident.notify' and n.body ->> 'to' = p_to);
end;

-- INCIDENT-02, or true: who decides is not who proposed. p_proposal: the activity whose latest author may not decide. Internal.
create function cx.oversight_other_v1(p_incident uuid, p_seq integer, p_actor uuid, p_proposal text) returns boolean
language sql volatile
begin atomic
  select case when cx.catalog_same_holder_v1((
      select e.actor from cx.oversight_event e
      where e.incident = p_incident and e.seq < p_seq and e.activity = p_proposal order by e.seq desc limit 1), p_actor)
    then cx.refuse_v1('INCIDENT-02') else true end;
end;

-- What a step needs beside the right state: facts of their kind, another human being, all parts of a notice (INCIDENT-04),
-- everybody told (INCIDENT-06), the police question decided (INCIDENT-07), a review (INCIDENT-09). Internal.
create function cx.oversight_gate_v1(p_incident uuid, p_seq integer, p_state text, p_activity text, p_actor uuid, p_body jsonb)
returns boolean language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.oversight_facts_v1(p_body, p_activity = 'incident.report');
  if p_activity = 'incident.dismiss' then perform cx.oversight_other_v1(p_incident, p_seq, p_actor, 'incident.report'); end if;
  if p_activity = 'incident.confirm' and coalesce(p_body ->> 'level', '') = '' then perform cx.refuse_v1('INCIDENT-10'); end if;
  if p_activity = 'incident.notify' then
    if p_body ->> 'to' is null or p_body ->> 'to' not in ('authority', 'persons') or (p_state = 'reported' and p_body ->> 'to' <> 'authority') then
      perform cx.refuse_v1('INCIDENT-01');
    end if;
    if exists (select from unnest(array[/*elements*/]
               || case p_body ->> 'to' when 'persons' then array['advice'] else array[/*report*/] end || array['text']) part(name)
               where coalesce(case part.name when 'text' then p_body ->> 'text' else p_body -> 'parts' ->> part.name end, '') !~ '\S') then
      perform cx.refuse_v1('INCIDENT-04');
    end if;
  end if;
  -- Nobody was told before it was known.
  if p_activity = 'incident.evidence' and (
      exists (select from cx.oversight_event n where n.incident = p_incident and n.seq < p_seq and n.activity = 'incident.notify'
              and n.seq::text = p_body ->> 'notice')
      and p_body ->> 'method' in (/*methods*/) and coalesce(p_body ->> 'reference', '') ~ '\S'
      and cx.oversight_moment_v1(p_body ->> 'delivered_at')
      and date_trunc('minute', (select min((e.body ->> 'discovered_at')::timestamptz) from cx.oversight_event e where e.incident = p_incident))
          <= (p_body ->> 'delivered_at')::timestamptz) is not true then
    perform cx.refuse_v1('INCIDENT-10');
  end if;
  if p_activity = 'incident.approve' then
    if not exists (select from cx.oversight_event e where e.incident = p_incident and e.seq < p_seq and e.activity = 'incident.exempt') then
      perform cx.refuse_v1('INCIDENT-01');
    end if;
    perform cx.oversight_other_v1(p_incident, p_seq, p_actor, 'incident.exempt');
  end if;
  if p_activity = 'incident.refer' and coalesce(p_body ->> 'outcome', '') not in ('referred', 'kept') then
    perform cx.refuse_v1('INCIDENT-10');
  end if;
  if p_activity = 'incident.complete' and (cx.oversight_told_v1(p_incident, p_seq, 'authority') and (
      cx.oversight_told_v1(p_incident, p_seq, 'persons')
      or (select e.activity from cx.oversight_event e where e.incident = p_incident and e.seq < p_seq
            and e.activity in ('incident.exempt', 'incident.approve') order by e.seq desc limit 1) = 'incident.approve')) is not true then
    perform cx.refuse_v1('INCIDENT-06');
  end if;
  if p_activity = 'incident.review' and coalesce(length(p_body ->> 'review') >= 10, false) is false then perform cx.refuse_v1('INCIDENT-09'); end if;
  if p_activity = 'incident.close' then perform cx.oversight_closable_v1(p_incident, p_seq, p_actor); end if;
  return true;
end $$;

-- INCIDENT-09, INCIDENT-02, INCIDENT-07, or true: a review by another, and the police question decided where it stands. Internal.
create function cx.oversight_closable_v1(p_incident uuid, p_seq integer, p_actor uuid) returns boolean
language sql volatile
begin atomic
  select case when exists (select from cx.oversight_event e where e.incident = p_incident and e.seq < p_seq and e.activity = 'incident.review')
    then true else cx.refuse_v1('INCIDENT-09') end;
  select cx.oversight_other_v1(p_incident, p_seq, p_actor, 'incident.review');
  select case when cx.oversight_police_v1(p_incident, p_seq) is false or exists (
      select from cx.oversight_event e where e.incident = p_incident and e.seq < p_seq and e.activity = 'incident.refer')
    then true else cx.refuse_v1('INCIDENT-07') end;
end;
