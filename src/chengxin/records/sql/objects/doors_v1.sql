-- The doors of records: steps and the own view. Acts come from the caller and must be open in this transaction.

-- One step of each record, joined to its predecessor. RECORD-05: no such predecessor (a gap); the primary key refuses a
-- fork, RECORD-01 a step that is not allowed. What the person is owed is carried on by the database, not by the caller;
-- only a SERVED step states new waiting facts, and a correction begins anew. Arrays that do not matter may be NULL. Internal:
-- the rooms' own functions call it.
create function cx.records_step_v1(
  p_activity text, p_persons uuid[], p_records uuid[], p_acts uuid[], p_seqs integer[], p_to text[],
  p_served date[], p_wait_days integer[], p_wait_until date[], p_accepted boolean[], p_reasons text[]
) returns integer language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(p_persons, p_acts, p_activity);
  with step as materialized (
    select * from unnest(p_persons, p_records, p_acts, p_seqs, p_to, p_served, p_wait_days, p_wait_until, p_accepted, p_reasons)
      as s(person, record, act, seq, to_state, served_on, wait_days, wait_until, accepted, reason)
  ), linked as materialized (
    select s.person, s.record, s.act, s.seq, s.to_state, p.adverse, coalesce(s.reason, '') as reason,
      case when p.to_state is null then cx.refuse_text_v1('RECORD-05')
           -- RECORD-10: a letter is served once, only a waiting record is accepted, what was frozen counts again only if it
           -- counted before, and a corrected adverse record is told again. (RECORD-01 allows the pairs for other ways.)
           when s.served_on is not null and p.to_state <> 'PROPOSED' then cx.refuse_text_v1('RECORD-10')
           when s.accepted and p.to_state <> 'SERVED' then cx.refuse_text_v1('RECORD-10')
           when s.to_state = 'EFFECTIVE' and p.to_state = 'DISPUTED' and p.effective_on is null then cx.refuse_text_v1('RECORD-10')
           when s.to_state = 'EFFECTIVE' and p.to_state = 'EFFECTIVE' and p.adverse then cx.refuse_text_v1('RECORD-10')
           else p.to_state end as from_state,
      case when s.to_state <> 'PROPOSED' then coalesce(s.served_on, p.served_on) end as served_on,
      case when s.to_state <> 'PROPOSED' then coalesce(s.wait_days, p.wait_days) end as wait_days,
      case when s.to_state <> 'PROPOSED' then coalesce(s.wait_until, p.wait_until) end as wait_until,
      s.to_state <> 'PROPOSED' and coalesce(s.accepted, p.accepted) as accepted,
      case s.to_state when 'EFFECTIVE' then coalesce(p.effective_on, (select cx.ledger_today_v1()))
                      when 'PROPOSED' then null else p.effective_on end as effective_on
    from step s
    left join cx.records_event p on p.person = s.person and p.record = s.record and p.seq = s.seq - 1
  ), written as (
    insert into cx.records_event (person, record, seq, act, known_at, from_state, to_state, adverse, reason, on_date, served_on,
      wait_days, wait_until, accepted, effective_on)
    select l.person, l.record, l.seq, l.act, statement_timestamp(), l.from_state, l.to_state, l.adverse, l.reason,
      (select cx.ledger_today_v1()), l.served_on, l.wait_days, l.wait_until, l.accepted, l.effective_on
    from linked l returning 1
  ), removed as (
    -- What ends because it was wrong or repaired leaves its fingerprint: no later file brings it back unasked.
    insert into cx.records_removed
    select distinct on (r.fingerprint) r.fingerprint, l.act, (select cx.ledger_today_v1())
    from linked l join cx.records_record r on r.person = l.person and r.record = l.record
    where l.to_state in ('WITHDRAWN', 'REPAIRED')
    order by r.fingerprint
    on conflict do nothing
  )
  select count(*)::integer from written;
end;

-- Holds a record while a step is decided, and answers its latest event: two who decide at once take turns, each sees what
-- the other did. Internal.
create function cx.records_hold_v1(p_person uuid, p_record uuid) returns setof cx.records_event
language sql volatile security definer
begin atomic
  select r.record from cx.records_record r where r.person = p_person and r.record = p_record for update;
  select e.* from cx.records_latest_v1(array[p_person]) e where e.record = p_record;
end;

-- Ends waiting periods that passed (等待期届满). p_token: a session whose duty covers records.effect.
create function cx.records_wait_over_v1(p_token bytea, p_limit integer) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare
  v_persons uuid[]; v_records uuid[]; v_seqs integer[]; v_acts uuid[];
begin
  select array_agg(d.person), array_agg(d.record), array_agg(d.seq + 1), array_agg(gen_random_uuid())
  into v_persons, v_records, v_seqs, v_acts
  from (
    select e.person, e.record, e.seq from cx.records_event e
    -- Whoever is deciding about a record right now goes first; the next run finds it.
    join cx.records_record r on r.person = e.person and r.record = e.record
    join cx.records_version v on v.person = e.person and v.record = e.record
    where e.to_state = 'SERVED' and e.wait_until < cx.ledger_today_v1()
      and (v.display_end is null or v.display_end > cx.ledger_today_v1()) and v.retained_until > cx.ledger_today_v1()
      and not exists (select from cx.records_event n where n.person = e.person and n.record = e.record and n.seq = e.seq + 1)
      and not exists (select from cx.records_version w where w.person = v.person and w.record = v.record and w.version = v.version + 1)
    order by e.wait_until, e.person, e.record limit p_limit
    for update of r skip locked
  ) d;
  -- Now that they are held: whatever was committed before the lock is seen by this second statement.
  select array_agg(u.person), array_agg(u.record), array_agg(u.seq), array_agg(u.act)
  into v_persons, v_records, v_seqs, v_acts
  from unnest(v_persons, v_records, v_seqs, v_acts) as u(person, record, seq, act)
  where not exists (select from cx.records_event n where n.person = u.person and n.record = u.record and n.seq = u.seq);
  if v_persons is null then return 0; end if;
  perform cx.ledger_act_v1(p_token, v_persons, v_acts, 'records.effect', '');
  return cx.records_step_v1('records.effect', v_persons, v_records, v_acts, v_seqs,
    array_fill('EFFECTIVE'::text, array[cardinality(v_acts)]), null, null, null, null, null);
end $$;
grant execute on function cx.records_wait_over_v1(bytea, integer) to worker, engine;

-- Early acceptance (本人认可): the person waives the rest of the waiting period. The act must be the person's own, and is
-- good for one record.
create function cx.records_accept_v1(p_person uuid, p_record uuid, p_act uuid, p_seq integer) returns integer
language sql volatile security definer
begin atomic
  select case when exists (select from cx.records_event e where e.person = p_person and e.act = p_act)
              then cx.refuse_v1('ACT-01') end;
  select cx.records_step_v1('records.accept', array[p_person], array[p_record], array[p_act], array[p_seq], array['EFFECTIVE'],
    null, null, null, array[true], null);
end;
grant execute on function cx.records_accept_v1(uuid, uuid, uuid, integer) to web;

create type cx.records_own_row_v1 as (record uuid, batch uuid, source_row integer, version integer, item text, item_version integer, authority_name text,
  authority text, doc_no text, decided_on date, severity text, display_end date, retained_until date, plain jsonb, sealed bytea,
  seq integer, state text, on_date date, served_on date, wait_until date, accepted boolean, effective_on date, counts_now boolean, moved boolean);

-- Rows of one person in every state: all, or the one named. A state that time alone changes is computed here, so a late
-- job never shows an expired record as valid. Internal: the doors that ask for a look call it.
create function cx.records_rows_v1(p_person uuid, p_record uuid) returns setof cx.records_own_row_v1
language sql stable
begin atomic
  select r.record, v.batch, v.source_row, v.version, r.item, r.item_version, r.authority_name, r.authority,
    case when o.record is null then r.doc_no else '' end, v.decided_on, v.severity, v.display_end, v.retained_until,
    case when o.record is null then v.plain else '{}' end, case when o.record is null then v.sealed else '' end, e.seq,
    case when e.to_state in ('PROPOSED', 'SERVED', 'EFFECTIVE', 'DISPUTED')
           and (v.display_end <= cx.ledger_today_v1() or v.retained_until <= cx.ledger_today_v1()) then 'EXPIRED'
         else e.to_state end,
    e.on_date, e.served_on, e.wait_until, e.accepted, e.effective_on,
    exists (select from cx.records_gate_v1(array[p_person]) g where g.record = r.record), o.record is not null
  from cx.records_record r
  -- What was moved to somebody else is theirs: the wrong person sees that it was here, and nothing more of its document.
  left join cx.records_move o on o.person = r.person and o.record = r.record and o.way = 'out'
  join cx.records_version v on v.person = r.person and v.record = r.record
  join cx.records_batch b on b.batch = v.batch
  join cx.records_latest_v1(array[p_person]) e on e.person = r.person and e.record = r.record
  where r.person = p_person and (p_record is null or r.record = p_record)
    and not exists (select from cx.records_version w join cx.records_batch c on c.batch = w.batch
                    where w.person = v.person and w.record = v.record and w.version > v.version)
  order by v.decided_on desc, r.record;
end;

-- The person's own records (我的信息).
create function cx.records_own_v1(p_token bytea, p_person uuid, p_look uuid)
returns setof cx.records_own_row_v1 language sql volatile security definer
begin atomic
  select case when 'records' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['records'],
    array[(select count(*)::integer from cx.records_rows_v1(p_person, null))]);
  select * from cx.records_rows_v1(p_person, null);
end;
grant execute on function cx.records_own_v1(bytea, uuid, uuid) to web;

-- The steps of one record for its timeline (时间线). Internal.
create type cx.records_step_row_v1 as (seq integer, from_state text, to_state text, reason text, on_date date,
  known_at timestamptz, wait_until date, post text, organisation_name text);
create function cx.records_step_rows_v1(p_person uuid, p_record uuid) returns setof cx.records_step_row_v1
language sql stable
begin atomic
  select e.seq, e.from_state, e.to_state, e.reason, e.on_date, e.known_at, e.wait_until, coalesce(a.post, ''), coalesce(o.name, '')
  from cx.records_event e
  left join cx.ledger_register g on g.person = e.person and g.id = e.act
  left join cx.people_account a on a.account = g.actor
  left join cx.people_organisation o on o.code = g.organisation
  where e.person = p_person and e.record = p_record order by e.seq;
end;

-- The steps of one of the person's own records.
create function cx.records_steps_v1(p_token bytea, p_person uuid, p_look uuid, p_record uuid)
returns setof cx.records_step_row_v1 language sql volatile security definer
begin atomic
  select case when 'records' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['records'],
    array[(select count(*)::integer from cx.records_step_rows_v1(p_person, p_record))]);
  select * from cx.records_step_rows_v1(p_person, p_record);
end;
grant execute on function cx.records_steps_v1(bytea, uuid, uuid, uuid) to web;
