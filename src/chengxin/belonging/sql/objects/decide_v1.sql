-- The second of two decides; what follows reaches everybody who had been told something else.

-- Approves a move (批准移动): opens the right person where this is their first lawful record, ends the record here, begins it
-- there, and decides the objection that it came from. Internal: the door below has checked who decides.
create function cx.belonging_moved_v1(p_token bytea, p_matter cx.belonging_matter, p_act uuid, p_seq integer, p_new uuid,
  p_key_version integer, p_candidate uuid, p_id_type text, p_dek bytea, p_identity bytea, p_fingerprint bytea, p_reasons bytea)
returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_to uuid; v_act uuid := gen_random_uuid(); v_pair bytea;
begin
  select k.person, k.pair_hmac into v_to, v_pair from cx.people_key k where k.id_hmac = (p_matter).id_hmac;
  if v_to is not null and v_pair <> (p_matter).pair_hmac then perform cx.refuse_v1('BELONG-05'); end if;
  perform cx.ledger_act_v1(p_token, array[coalesce(v_to, p_candidate)], array[v_act], 'belonging.decide', (p_matter).case_no);
  if v_to is null then
    v_to := p_candidate;
    perform cx.people_open_v1(array[v_to], array[v_act], 'belonging.decide', array[(p_matter).id_hmac], p_key_version,
      array[p_id_type], array[(p_matter).pair_hmac], array[p_dek], array[p_identity]);
  end if;
  perform cx.records_move_v1('belonging.decide', (p_matter).person, (p_matter).record, p_seq, p_act, v_to, p_new, v_act, p_fingerprint);
  if (p_matter).origin = 'objection' then
    perform cx.redress_decide_v1(p_token, gen_random_uuid(), (p_matter).person, (p_matter).origin_ref::uuid, p_seq + 1, 'upheld', p_reasons, null);
  end if;
  perform cx.ledger_emit_v1(array[(p_matter).person], 'belonging.moved', array[jsonb_build_object('record', (p_matter).record)]);
end $$;

-- All files of these persons, held until the transaction ends: two decisions about one human wait for each other, and what the
-- first joined is seen by the second. Internal.
create function cx.belonging_hold_v1(p_persons uuid[]) returns uuid[]
language plpgsql volatile set search_path = pg_catalog, cx, pg_temp as $$
declare v_held uuid[] := '{}'; v_all uuid[];
begin
  loop
    select array_agg(distinct f.person order by f.person) into v_all
    from unnest(p_persons) as p(person) cross join lateral unnest(cx.people_same_v1(p.person)) as f(person);
    exit when v_all <@ v_held;
    perform from cx.people_person p where p.person = any (v_all) order by p.person for update;
    v_held := v_all;
  end loop;
  return v_all;
end $$;

-- Approves what concerns two files (批准合并、取消合并): an act at each file of the human. Internal, as above.
create function cx.belonging_paired_v1(p_token bytea, p_matter cx.belonging_matter) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_persons uuid[] := cx.belonging_hold_v1(array[(p_matter).person, (p_matter).other]); v_acts uuid[]; v_activity text;
begin
  select array_agg(gen_random_uuid()) into v_acts from unnest(v_persons);
  v_activity := case (p_matter).kind when 'merge' then 'people.joined' else 'people.parted' end;
  perform cx.ledger_act_v1(p_token, v_persons, v_acts, v_activity, (p_matter).case_no);
  if (p_matter).kind = 'merge' then
    perform cx.people_join_v1(v_activity, (p_matter).matter, v_persons, v_acts);
  else
    perform cx.people_part_v1(v_activity, (p_matter).origin_ref::uuid, v_persons, v_acts);
    perform cx.ledger_emit_v1(array[(p_matter).person], 'belonging.parted', array[jsonb_build_object('merge', (p_matter).origin_ref)]);
  end if;
end $$;

-- Decides (决定) under an act at the person. BELONG-03: it does not wait any more. BELONG-04: whoever proposed it cannot approve
-- or refuse it, under any account; only they take it back. BELONG-02: it touches whoever decides.
create function cx.belonging_decide_v1(p_token bytea, p_person uuid, p_matter uuid, p_outcome text, p_sealed bytea, p_seq integer,
  p_new uuid, p_key_version integer, p_candidate uuid, p_id_type text, p_dek bytea, p_identity bytea, p_fingerprint bytea, p_reasons bytea)
returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_matter cx.belonging_matter; v_act uuid := gen_random_uuid();
begin
  select m.* into v_matter from cx.belonging_matter m where m.person = p_person and m.matter = p_matter for update;
  if v_matter.matter is null or not cx.belonging_open_v1(p_person, p_matter) then perform cx.refuse_v1('BELONG-03'); end if;
  perform cx.ledger_act_v1(p_token, array[p_person], array[v_act], 'belonging.decide', v_matter.case_no);
  if cx.belonging_proposer_v1(p_token, p_person, v_matter.act) is distinct from (p_outcome = 'taken_back') then
    perform cx.refuse_v1('BELONG-04');
  end if;
  perform cx.belonging_apart_v1(p_token, array[v_matter.person, v_matter.other], v_matter.id_hmac);
  insert into cx.belonging_decision (person, matter, act, outcome, sealed, decided_at, decided_on)
  values (p_person, p_matter, v_act, p_outcome, p_sealed, statement_timestamp(), cx.ledger_today_v1());
  delete from cx.belonging_waiting w where w.person = p_person and w.matter = p_matter;
  if p_outcome <> 'approved' then return; end if;
  if v_matter.kind = 'move' then
    perform cx.belonging_moved_v1(p_token, v_matter, v_act, p_seq, p_new, p_key_version, p_candidate, p_id_type, p_dek, p_identity,
      p_fingerprint, p_reasons);
  elsif v_matter.kind in ('merge', 'part') then
    perform cx.belonging_paired_v1(p_token, v_matter);
  end if;
  if v_matter.origin = 'population' then
    insert into cx.people_settled
    select c.id, v_act, statement_timestamp() from cx.people_change c where c.seq::text = v_matter.origin_ref on conflict do nothing;
  end if;
end $$;
grant execute on function cx.belonging_decide_v1(bytea, uuid, uuid, text, bytea, integer, uuid, integer, uuid, text, bytea, bytea, bytea,
  bytea) to web;

create type cx.belonging_looked_v1 as (organisation text, purpose text, case_ref text, at timestamptz);
-- Who had been shown a record under a purpose (凭用途看到过的): looks at that human while it passed the gate, for a purpose that asks
-- about its item, apart from those that were shown nothing; under the numbers that were linked at that moment. Internal.
create function cx.belonging_looked_v1(p_person uuid, p_record uuid) returns setof cx.belonging_looked_v1
language sql stable
begin atomic
  with line as materialized (
    select f.line, t.since, t.until from (
      select p_person as person, timestamptz '-infinity' as since, timestamptz 'infinity' as until
      union all
      select o.other, o.known_at, coalesce(n.known_at, 'infinity') from cx.people_link o
      left join cx.people_link n on n.person = o.person and n.other = o.other and n.seq = o.seq + 1
      where o.person = p_person and o.joined) t
    cross join lateral (select t.person as line union select k.decoy from cx.people_key k where k.person = t.person) f
  ), effective as materialized (
    select e.known_at as since, coalesce(n.known_at, 'infinity') as until, r.item
    from cx.records_event e
    join cx.records_record r on r.person = e.person and r.record = e.record
    left join cx.records_event n on n.person = e.person and n.record = e.record and n.seq = e.seq + 1
    where e.person = p_person and e.record = p_record and e.to_state = 'EFFECTIVE')
  select distinct g.organisation, g.purpose, g.case_ref, g.at
  from line l
  join cx.ledger_register g on g.person = l.line and g.line = 'look' and g.at >= l.since and g.at < l.until
  join cx.people_purpose u on u.code = g.purpose
  join effective e on e.item = any (u.items) and g.at >= e.since and g.at < e.until
  where not exists (select from cx.ledger_register s where s.person = g.person and s.look = g.id and s.outcome = 'miss');
end;

-- Tells them (发出更正通知) and writes down at both persons what each may know. Once for each record.
create function cx.belonging_follow_v1(p_token bytea, p_person uuid, p_record uuid) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_move cx.records_move; v_out uuid := gen_random_uuid(); v_in uuid := gen_random_uuid(); v_count integer;
begin
  select m.* into v_move from cx.records_move m where m.person = p_person and m.record = p_record and m.way = 'out' for update;
  if v_move.person is null or exists (
      select from cx.belonging_recall r where r.person = p_person and r.record = p_record and r.way = 'out')
     or not exists (select from cx.belonging_looked_v1(p_person, p_record)) then
    return 0;
  end if;
  perform cx.ledger_act_v1(p_token, array[p_person, v_move.other_person], array[v_out, v_in], 'belonging.follow', '');
  perform cx.ledger_require_acts_v1(array[p_person, v_move.other_person], array[v_out, v_in], 'belonging.follow');
  insert into cx.belonging_recall (person, recall, act, record, way, organisation, purpose, case_ref, looked_at, told_on)
  select p_person, gen_random_uuid(), v_out, p_record, 'out', l.organisation, l.purpose, l.case_ref, l.at, cx.ledger_today_v1()
  from cx.belonging_looked_v1(p_person, p_record) l;
  get diagnostics v_count = row_count;
  insert into cx.belonging_recall (person, recall, act, record, way, organisation, purpose, case_ref, looked_at, told_on)
  select v_move.other_person, gen_random_uuid(), v_in, v_move.other_record, 'in', l.organisation, l.purpose, '',
    date_trunc('day', l.at at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai', cx.ledger_today_v1()
  from cx.belonging_looked_v1(p_person, p_record) l;
  return v_count;
end $$;
grant execute on function cx.belonging_follow_v1(bytea, uuid, uuid) to worker;

create type cx.belonging_mixed_v1 as (person uuid, owner uuid, record uuid, organisation text, purpose text, case_ref text, at timestamptz);
-- Who had been shown a record of one file under the number of another while a merge joined them that was taken apart again
-- (合并期间混看到的), and is not told of it yet. Internal.
create function cx.belonging_mixed_v1(p_person uuid, p_merge uuid) returns setof cx.belonging_mixed_v1
language sql stable
begin atomic
  with side as materialized (  -- the files on the other side of the merge, and then those on this one
    select o.other as person from cx.people_link o where o.person = p_person and o.matter = p_merge and o.joined
  ), joined as materialized (
    select a.person as asked, a.other as owner, a.known_at as since, n.known_at as until
    from (select l.* from side s join cx.people_link l on l.person = s.person
          union all
          select l.* from cx.people_link l where l.person in (
            select b.other from side s join cx.people_link b on b.person = s.person and b.matter = p_merge and b.joined)) a
    join cx.people_link n on n.person = a.person and n.other = a.other and n.seq = a.seq + 1
    where a.matter = p_merge and a.joined
  )
  select distinct j.asked, j.owner, r.record, g.organisation, g.purpose, g.case_ref, g.at
  from joined j
  join cx.records_record r on r.person = j.owner
  join cx.records_event e on e.person = r.person and e.record = r.record and e.to_state = 'EFFECTIVE'
  left join cx.records_event n on n.person = e.person and n.record = e.record and n.seq = e.seq + 1
  cross join lateral (select j.asked as line union select k.decoy from cx.people_key k where k.person = j.asked) f
  join cx.ledger_register g on g.person = f.line and g.line = 'look' and g.at >= greatest(j.since, e.known_at)
    and g.at < least(j.until, n.known_at)
  join cx.people_purpose u on u.code = g.purpose and r.item = any (u.items)
  where not exists (select from cx.ledger_register s where s.person = g.person and s.look = g.id and s.outcome = 'miss')
    and not exists (select from cx.belonging_recall t where t.person = j.asked and t.record = r.record and t.way = 'out' and t.looked_at = g.at);
end;

-- Tells them as it is told after a move: with the case at whose number was asked for, by day at whose record it is. Once.
create function cx.belonging_follow_parted_v1(p_token bytea, p_person uuid, p_merge uuid) returns integer
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_mixed cx.belonging_mixed_v1[]; v_persons uuid[]; v_acts uuid[];
begin
  perform p.person from cx.people_person p where p.person = p_person for update;
  select array_agg(m) into v_mixed from cx.belonging_mixed_v1(p_person, p_merge) m;
  if v_mixed is null then return 0; end if;
  select array_agg(t.person), array_agg(gen_random_uuid()) into v_persons, v_acts
  from (select m.person from unnest(v_mixed) m union select m.owner from unnest(v_mixed) m) t;
  perform cx.ledger_act_v1(p_token, v_persons, v_acts, 'belonging.follow', '');
  perform cx.ledger_require_acts_v1(v_persons, v_acts, 'belonging.follow');
  insert into cx.belonging_recall (person, recall, act, record, way, organisation, purpose, case_ref, looked_at, told_on)
  select a.person, gen_random_uuid(), a.act, m.record, w.way, m.organisation, m.purpose, case w.way when 'out' then m.case_ref else '' end,
    case w.way when 'out' then m.at else date_trunc('day', m.at at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai' end,
    cx.ledger_today_v1()
  from unnest(v_mixed) m
  cross join unnest(array['out', 'in']) as w(way)
  join unnest(v_persons, v_acts) as a(person, act) on a.person = case w.way when 'out' then m.person else m.owner end;
  return cardinality(v_mixed);
end $$;
grant execute on function cx.belonging_follow_parted_v1(bytea, uuid, uuid) to worker;

create type cx.belonging_inbox_v1 as (recall uuid, purpose_name text, case_ref text, looked_at timestamptz, told_on date,
  confirmed_on date);
-- Corrections to what the own organisation was shown (更正通知): its own case numbers, nobody's name; those not confirmed first.
create function cx.belonging_inbox_v1(p_token bytea, p_limit integer, p_skip integer) returns setof cx.belonging_inbox_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'belonging.inbox');
  select r.recall, coalesce(u.name, ''), r.case_ref, r.looked_at, r.told_on, c.on_date
  from cx.ledger_session_v1(p_token) s
  join cx.belonging_recall r on r.organisation = s.organisation and r.way = 'out'
  left join cx.belonging_receipt c on c.person = r.person and c.recall = r.recall
  left join cx.people_purpose u on u.code = r.purpose
  order by c.on_date desc nulls first, r.told_on, r.recall limit p_limit offset p_skip;
end;
grant execute on function cx.belonging_inbox_v1(bytea, integer, integer) to web;

-- Confirms one (确认不再使用): an act at the person, who reads it, in the case, so that it is kept as long as the look. BELONG-07: none of this organisation, or confirmed before.
create function cx.belonging_confirm_v1(p_token bytea, p_act uuid, p_recall uuid) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_person uuid; v_case text;
begin
  perform cx.ledger_duty_v1(p_token, 'belonging.inbox');
  select r.person, r.case_ref into v_person, v_case from cx.ledger_session_v1(p_token) s
  join cx.belonging_recall r on r.organisation = s.organisation and r.recall = p_recall and r.way = 'out'
  where not exists (select from cx.belonging_receipt c where c.person = r.person and c.recall = r.recall) for update of r;
  if v_person is null then perform cx.refuse_v1('BELONG-07'); end if;
  perform cx.ledger_act_v1(p_token, array[v_person], array[p_act], 'belonging.confirm', v_case);
  insert into cx.belonging_receipt values (v_person, p_recall, p_act, statement_timestamp(), cx.ledger_today_v1());
end $$;
grant execute on function cx.belonging_confirm_v1(bytea, uuid, uuid) to web;

create type cx.belonging_own_v1 as (record uuid, way text, since date, on_date date);
-- What was moved away from the person, and what was moved to them (本人的归属更正).
create function cx.belonging_own_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.belonging_own_v1
language sql volatile security definer
begin atomic
  select case when 'records' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select m.record, m.way, m.since, m.on_date from cx.records_move m where m.person = p_person order by m.at desc, m.way;
end;
grant execute on function cx.belonging_own_v1(bytea, uuid, uuid) to web;

create type cx.belonging_told_v1 as (record uuid, way text, organisation_name text, purpose_name text, case_ref text, looked_at timestamptz,
  told_on date, confirmed_on date);
-- Whether a look that was corrected is kept from the person today (保密): whoever may read of it later reads of it later. Internal.
create function cx.belonging_hidden_v1(v cx.belonging_recall) returns boolean language sql stable
return exists (
  select from cx.people_processing p
  where p.purpose = (v).purpose and cx.people_hidden_v1((v).organisation, p.activity, (v).purpose, (v).case_ref, (v).looked_at));

-- Who had been shown it, and whether they confirmed (查看过的单位): at the right person by day, without case. What is kept secret
-- comes by itself on its day; there it is told by the row at the other person, of the same organisation, purpose and days.
create function cx.belonging_told_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.belonging_told_v1
language sql volatile security definer
begin atomic
  select case when 'records' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select r.record, r.way, coalesce(o.name, ''), coalesce(u.name, ''), r.case_ref, r.looked_at, r.told_on, c.on_date
  from cx.belonging_recall r
  left join cx.belonging_receipt c on c.person = r.person and c.recall = r.recall
  left join cx.people_organisation o on o.code = r.organisation
  left join cx.people_purpose u on u.code = r.purpose
  where r.person = p_person and not exists (
    select from cx.belonging_recall x
    where x.way = 'out' and x.organisation = r.organisation and x.told_on = r.told_on and x.purpose = r.purpose
      and (x.recall = r.recall or r.way = 'in'
           and date_trunc('day', x.looked_at at time zone 'Asia/Shanghai') at time zone 'Asia/Shanghai' = r.looked_at)
      and cx.belonging_hidden_v1(x))
  order by r.looked_at desc, r.recall;
end;
grant execute on function cx.belonging_told_v1(bytea, uuid, uuid) to web;

-- By how many rows the list of matters that wait differs from the facts (重新清点); p_mend: and makes it right. Internal: asked at the console,
-- which keeps writers out of the list first when it mends.
create function cx.belonging_recount_v1(p_mend boolean) returns bigint language sql volatile
begin atomic
  with fact as materialized (
    select m.person, m.matter, m.proposed_at, m.case_no from cx.belonging_matter m
    where not exists (select from cx.belonging_decision d where d.person = m.person and d.matter = m.matter)
  ), odd as materialized (
    select w.person, w.matter, w.proposed_at, w.case_no from cx.belonging_waiting w except select * from fact
  ), lost as materialized (
    select * from fact except select w.person, w.matter, w.proposed_at, w.case_no from cx.belonging_waiting w
  ), gone as (
    delete from cx.belonging_waiting w where p_mend
      and not exists (select from fact f where f.person = w.person and f.matter = w.matter)
  ), put as (
    insert into cx.belonging_waiting (person, matter, proposed_at, case_no) select * from lost where p_mend
    on conflict (person, matter) do update set proposed_at = excluded.proposed_at, case_no = excluded.case_no
  )
  select (select count(*) from odd) + (select count(*) from lost);
end;
