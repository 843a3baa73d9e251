-- A record that stands under the wrong person goes to the right one (信息归属更正): it ends here, and begins anew there.

-- Whether such a determination is among the records of this human, apart from one that was moved away from here: alive, or
-- withdrawn or repaired for reasons of its own. Whatever item, authority and spelling. Internal.
create function cx.records_has_v1(p_person uuid, p_doc_no text) returns boolean language sql stable
begin atomic
  select exists (
    select from unnest(cx.people_same_v1(p_person)) as s(person)
    join cx.records_record r on r.person = s.person
    where cx.records_folded_v1(r.doc_no) = cx.records_folded_v1(p_doc_no)
      and not exists (select from cx.records_move m where m.person = r.person and m.record = r.record and m.way = 'out'));
end;

-- Writes the record at the right person, as it stood: the same determination, row of a file and sealed text (which is bound to
-- that row and to nobody). What harms is proposed and told from the beginning; what nobody loses by counts at once. Internal.
create function cx.records_arrive_v1(p_activity text, p_from uuid, p_record uuid, p_to uuid, p_new uuid, p_act uuid,
  p_fingerprint bytea) returns void language sql volatile
begin atomic
  select cx.ledger_require_acts_v1(array[p_to], array[p_act], p_activity);
  insert into cx.records_record (person, record, act, item, item_version, authority, authority_name, source, doc_no, round, fingerprint)
  select p_to, p_new, p_act, r.item, r.item_version, r.authority, r.authority_name, r.source, r.doc_no,
    (select coalesce(max(x.round), 0) + 1 from cx.records_record x
     where x.person = p_to and x.item = r.item and x.authority = r.authority and x.doc_no = r.doc_no), p_fingerprint
  from cx.records_record r where r.person = p_from and r.record = p_record;
  insert into cx.records_version (person, record, version, act, batch, source_row, known_at, decided_on, severity, display_end,
    retained_until, plain, sealed, content_hmac)
  select p_to, p_new, 1, p_act, v.batch, v.source_row, statement_timestamp(), v.decided_on, v.severity, v.display_end, v.retained_until,
    v.plain, v.sealed, v.content_hmac
  from cx.records_version v where v.person = p_from and v.record = p_record order by v.version desc limit 1;
  insert into cx.records_event (person, record, seq, act, known_at, from_state, to_state, adverse, on_date, effective_on)
  select p_to, p_new, 1, p_act, statement_timestamp(), '', case when e.adverse then 'PROPOSED' else 'EFFECTIVE' end, e.adverse,
    t.day, case when not e.adverse then t.day end
  from cx.records_event e cross join (select cx.ledger_today_v1() as day) t
  where e.person = p_from and e.record = p_record and e.seq = 1;
end;

-- Moves a record (移出、移入) under two open acts, one at each person. From this moment the gate is closed at the wrong person; at
-- the right one an adverse record has no effect before its own letter and its own waiting period.
-- RECORD-04: something happened to it since it was read. RECORD-14: it has ended, or a correction of it is under way.
-- RECORD-15: the right person has this determination, or had it and it was withdrawn or repaired. RECORD-16: both are one
-- human, or the right person counts as deceased. Internal: the desk that two persons decide at calls it.
create function cx.records_move_v1(p_activity text, p_from uuid, p_record uuid, p_seq integer, p_from_act uuid, p_to uuid, p_new uuid,
  p_to_act uuid, p_fingerprint bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_last cx.records_event; v_record cx.records_record; v_version cx.records_version; v_today date := cx.ledger_today_v1();
begin
  perform cx.ledger_require_acts_v1(array[p_from, p_to], array[p_from_act, p_to_act], p_activity);
  select h.* into v_last from cx.records_hold_v1(p_from, p_record) h;
  if p_seq is distinct from v_last.seq + 1 then perform cx.refuse_v1('RECORD-04'); end if;
  select r.* into v_record from cx.records_record r where r.person = p_from and r.record = p_record;
  select v.* into v_version from cx.records_version v where v.person = p_from and v.record = p_record order by v.version desc limit 1;
  if v_last.to_state not in ('PROPOSED', 'SERVED', 'EFFECTIVE', 'DISPUTED') or v_version.retained_until <= v_today
     or coalesce(v_version.display_end <= v_today, false)
     or not exists (select from cx.records_batch b where b.batch = v_version.batch) then
    perform cx.refuse_v1('RECORD-14');
  end if;
  if p_to = any (cx.people_same_v1(p_from)) or not cx.people_lives_v1(p_to) then perform cx.refuse_v1('RECORD-16'); end if;
  if cx.records_has_v1(p_to, v_record.doc_no) then perform cx.refuse_v1('RECORD-15'); end if;
  perform cx.records_step_v1(p_activity, array[p_from], array[p_record], array[p_from_act], array[p_seq], array['WITHDRAWN'],
    null, null, null, null, array['归属错误，已移出']);
  perform cx.records_arrive_v1(p_activity, p_from, p_record, p_to, p_new, p_to_act, p_fingerprint);
  insert into cx.records_move (person, record, way, act, other_person, other_record, at, since, on_date)
  select n.person, n.record, n.way, n.act, n.other, n.other_record, statement_timestamp(), e.on_date, v_today
  from cx.records_event e cross join (values (p_from, p_record, 'out', p_from_act, p_to, p_new),
    (p_to, p_new, 'in', p_to_act, p_from, p_record)) as n(person, record, way, act, other, other_record)
  where e.person = p_from and e.record = p_record and e.seq = 1;
  perform cx.ledger_emit_v1(array['00000000-0000-0000-0000-000000000000'::uuid], 'records.arrived',
    array[jsonb_build_object('batch', v_version.batch)]);
end $$;

-- Whether a determination was moved away from this human, and where it went: a later file under the old number is held, and
-- what the department withdraws under it ends where it is now. Internal.
create type cx.records_moved_v1 as (person uuid, record uuid);
create function cx.records_moved_v1(p_person uuid, p_item text, p_authority text, p_doc_no text) returns setof cx.records_moved_v1
language sql stable
begin atomic
  select m.other_person, m.other_record from cx.records_record r
  join cx.records_move m on m.person = r.person and m.record = r.record and m.way = 'out'
  where r.person = p_person and r.item = p_item and r.authority = p_authority and r.doc_no = p_doc_no
  order by r.round desc limit 1;
end;
