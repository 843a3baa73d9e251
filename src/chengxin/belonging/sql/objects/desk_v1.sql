-- The desk (归属与合并): what waits, each side by its own look.

-- Whether a matter waits for its second person. Internal.
create function cx.belonging_open_v1(p_person uuid, p_matter uuid) returns boolean language sql stable
begin atomic
  select exists (select from cx.belonging_matter m where m.person = p_person and m.matter = p_matter)
    and not exists (select from cx.belonging_decision d where d.person = p_person and d.matter = p_matter);
end;

-- BELONG-02, or true: whoever it touches stays out of it, also somebody not known yet. Internal.
create function cx.belonging_apart_v1(p_token bytea, p_persons uuid[], p_hmac bytea) returns boolean language sql volatile
begin atomic
  select case when exists (
    select from cx.ledger_session_v1(p_token) s join cx.people_account a on a.account = s.actor
    where a.holder = p_hmac or exists (
      select from unnest(p_persons) as p(person) cross join lateral unnest(cx.people_same_v1(p.person)) as f(person)
      where s.person = f.person or exists (select from cx.people_key k where k.person = f.person and k.id_hmac = a.holder)))
    then cx.refuse_v1('BELONG-02') else true end;
end;

-- The two files that a change of the population database is about (人口信息变更), while nobody has settled it. Internal.
create type cx.belonging_two_v1 as (person uuid, other uuid);
create function cx.belonging_doubt_v1(p_ref text) returns setof cx.belonging_two_v1 language sql stable
begin atomic
  select c.person, c.other from cx.people_change c
  where c.seq::text = p_ref and c.outcome = 'human' and not exists (select from cx.people_settled s where s.id = c.id);
end;

-- Whether whoever asks is the human who proposed (提出人): the same account, or the same holder under
-- whichever number. Internal.
create function cx.belonging_proposer_v1(p_token bytea, p_person uuid, p_act uuid) returns boolean language sql volatile
begin atomic
  select coalesce((
    select s.actor = r.actor or cx.people_same_holder_v1(a.holder, b.holder)
    from cx.ledger_session_v1(p_token) s
    join cx.people_account a on a.account = s.actor
    join cx.ledger_register r on r.person = p_person and r.id = p_act
    join cx.people_account b on b.account = r.actor), true);
end;

create type cx.belonging_row_v1 as (person uuid, matter uuid, case_no text, kind text, origin text, proposed_on date, mine boolean,
  outcome text, decided_on date, other uuid, days integer);
-- A matter as the desk lists it: numbers and days, nobody's name. A merge whose files are apart again is 'undone': nothing is left
-- of it to undo. `days`: working days to decide, as in force when it was proposed. Internal.
create function cx.belonging_line_v1(p_token bytea, p_person uuid, p_matter uuid) returns setof cx.belonging_row_v1
language sql volatile
begin atomic
  select m.person, m.matter, m.case_no, m.kind, m.origin, m.proposed_on, cx.belonging_proposer_v1(p_token, m.person, m.act),
    case when m.kind = 'merge' and d.outcome = 'approved' and not m.other = any (cx.people_same_v1(m.person)) then 'undone'
      else coalesce(d.outcome, '') end, d.decided_on, m.other, cx.catalog_parameter_v1('objection_decide', '', m.proposed_on)
  from cx.belonging_matter m left join cx.belonging_decision d on d.person = m.person and d.matter = m.matter
  where m.person = p_person and m.matter = p_matter;
end;

-- Matters that wait, the oldest first (待决定), a page of them.
create function cx.belonging_queue_v1(p_token bytea, p_limit integer, p_skip integer) returns setof cx.belonging_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'belonging.queue');
  select l.* from (
    select w.person, w.matter, w.proposed_at, w.case_no from cx.belonging_waiting w
    order by w.proposed_at, w.case_no limit p_limit offset p_skip) w
  cross join lateral cx.belonging_line_v1(p_token, w.person, w.matter) l
  where l.outcome = '' order by w.proposed_at, w.case_no;
end;
grant execute on function cx.belonging_queue_v1(bytea, integer, integer) to web;

-- The newest that were decided (最近办结).
create function cx.belonging_decided_v1(p_token bytea, p_limit integer) returns setof cx.belonging_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'belonging.queue');
  select l.* from (
    select d.person, d.matter, d.decided_at from cx.belonging_decision d order by d.decided_at desc limit p_limit) d
  cross join lateral cx.belonging_line_v1(p_token, d.person, d.matter) l order by d.decided_at desc;
end;
grant execute on function cx.belonging_decided_v1(bytea, integer) to web;

-- One matter that waits; nothing where it does not.
create function cx.belonging_queued_v1(p_token bytea, p_matter uuid) returns setof cx.belonging_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'belonging.queue');
  select l.* from cx.belonging_matter m cross join lateral cx.belonging_line_v1(p_token, m.person, m.matter) l
  where m.matter = p_matter and l.outcome = '';
end;
grant execute on function cx.belonging_queued_v1(bytea, uuid) to web;

create type cx.belonging_ended_v1 as (case_no text, outcome text, decided_on date, post text, organisation_name text);
-- How a matter that waits no more was decided, for whoever comes too late: number, outcome, day, post; no identity, no reasons.
create function cx.belonging_ended_v1(p_token bytea, p_matter uuid) returns setof cx.belonging_ended_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'belonging.queue');
  select m.case_no, d.outcome, d.decided_on, a.post, o.name
  from cx.belonging_matter m
  join cx.belonging_decision d on d.person = m.person and d.matter = m.matter
  join cx.ledger_register r on r.person = d.person and r.id = d.act
  join cx.people_account a on a.account = r.actor
  join cx.people_organisation o on o.code = r.organisation
  where m.matter = p_matter;
end;
grant execute on function cx.belonging_ended_v1(bytea, uuid) to web;

create type cx.belonging_doubt_row_v1 as (ref text, kind text, told_on date, two boolean, days integer);
-- Changes that no program applies and about which nothing is proposed (待人工的人口信息变更), the oldest first: kind and day, nobody's
-- name; one of them, or (p_seq null) a page of all.
create function cx.belonging_doubts_v1(p_token bytea, p_seq bigint, p_limit integer, p_skip integer) returns setof cx.belonging_doubt_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'belonging.queue');
  select c.seq::text, c.kind, t.told_on, c.other is not null, cx.catalog_parameter_v1('objection_decide', '', t.told_on)
  from cx.people_change c cross join lateral (select (c.at at time zone 'Asia/Shanghai')::date as told_on) t
  where c.outcome = 'human' and (p_seq is null or c.seq = p_seq)
    and not exists (select from cx.people_settled s where s.id = c.id)
    and not exists (select from cx.belonging_matter m where m.person = c.person and m.origin = 'population'
                    and m.origin_ref = c.seq::text and cx.belonging_open_v1(m.person, m.matter))
  order by c.seq limit p_limit offset p_skip;
end;
grant execute on function cx.belonging_doubts_v1(bytea, bigint, integer, integer) to web;

-- Registers a look at one side of a matter (打开归属事项): 'person', or 'other', which is a decoy while nobody is known by that
-- number. BELONG-03: it does not wait.
create function cx.belonging_look_v1(p_token bytea, p_id uuid, p_person uuid, p_matter uuid, p_side text) returns uuid
language sql volatile security definer
begin atomic
  with opened as materialized (
    select m.case_no, case when p_side = 'person' then m.person when m.kind = 'move' then cx.people_decoy_v1(d.decoy_secret, m.id_hmac)
                           else m.other end as person
    from cx.belonging_matter m cross join cx.ledger_deployment d
    where m.person = p_person and m.matter = p_matter and cx.belonging_open_v1(m.person, m.matter))
  select case when cx.ledger_look_v1(array[p_token], array[k.person], array[p_id], array['belonging.review'], array[''],
                                     array[k.case_no], null) = 1 then k.person end
  from opened k where k.person is not null
  union all
  select case when cx.refuse_v1('BELONG-03') then p_id end where not exists (select from opened k where k.person is not null);
end;
grant execute on function cx.belonging_look_v1(bytea, uuid, uuid, uuid, text) to web;

-- The same for a change of the population database, or for files that were joined before, where nothing is proposed yet.
create function cx.belonging_pair_look_v1(p_token bytea, p_id uuid, p_origin text, p_ref text, p_side text) returns uuid
language sql volatile security definer
begin atomic
  with opened as materialized (
    select case when p_side = 'person' then t.person else t.other end as person from (
      select d.person, d.other from cx.belonging_doubt_v1(p_ref) d where p_origin = 'population'
      union all
      select m.person, m.other from cx.belonging_matter m
      where p_origin = 'matter' and m.matter::text = p_ref and m.kind = 'merge' and m.other = any (cx.people_same_v1(m.person))) t)
  select case when cx.ledger_look_v1(array[p_token], array[k.person], array[p_id], array['belonging.review'], array[''],
                                     array['RK-' || right(p_ref, 12)], null) = 1 then k.person end
  from opened k where k.person is not null
  union all
  select case when cx.refuse_v1('BELONG-06') then p_id end where not exists (select from opened k where k.person is not null);
end;
grant execute on function cx.belonging_pair_look_v1(bytea, uuid, text, text, text) to web;

create type cx.belonging_sealed_v1 as (matter uuid, kind text, origin text, origin_ref text, record uuid, sealed bytea, post text,
  organisation_name text, proposed_on date, in_use boolean);
-- The matter that a look names, with its sealed reasons. in_use: a record of the right person's own stands under this number.
create function cx.belonging_matter_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.belonging_sealed_v1
language sql volatile security definer
begin atomic
  select case when 'record' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'belonging.review'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['record'], array[1]);
  select m.matter, m.kind, m.origin, m.origin_ref, m.record, m.sealed, coalesce(a.post, ''), coalesce(o.name, ''), m.proposed_on,
    exists (select from cx.people_key k where k.id_hmac = m.id_hmac)
  from cx.ledger_register l
  join cx.belonging_matter m on m.person = l.person and m.case_no = l.case_ref
  left join cx.ledger_register g on g.person = m.person and g.id = m.act
  left join cx.people_account a on a.account = g.actor
  left join cx.people_organisation o on o.code = g.organisation
  where l.person = p_person and l.id = p_look;
end;
grant execute on function cx.belonging_matter_v1(bytea, uuid, uuid) to web;

-- Rows of the records that a look at one side is about. Internal.
create function cx.belonging_seen_v1(p_person uuid, p_look uuid) returns setof cx.records_own_row_v1
language sql stable
begin atomic
  select w.* from cx.ledger_register l
  left join cx.belonging_matter m on m.case_no = l.case_ref and m.kind = 'move' and m.person = p_person
  cross join lateral cx.records_rows_v1(p_person, m.record) w
  where l.person = p_person and l.id = p_look;
end;

-- The records that a look permits: of a record that is to be moved that one, of two files all.
create function cx.belonging_records_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.records_own_row_v1
language sql volatile security definer
begin atomic
  select case when 'record' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'belonging.review'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['record'], array[(
    select count(*)::integer from cx.belonging_seen_v1(p_person, p_look))]);
  select * from cx.belonging_seen_v1(p_person, p_look);
end;
grant execute on function cx.belonging_records_v1(bytea, uuid, uuid) to web;
