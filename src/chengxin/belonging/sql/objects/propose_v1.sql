-- The first of two: looks at what is said to be wrong, and proposes.

-- Registers a look at a number and name, by the number of a department's letter (按来函核对): at its decoy, known or not.
create function cx.belonging_find_look_v1(p_token bytea, p_id uuid, p_hmac bytea, p_pair bytea, p_letter text) returns uuid
language sql volatile security definer
begin atomic
  with asked as materialized (
    select cx.people_decoy_v1(d.decoy_secret, p_hmac) as person from cx.ledger_deployment d)
  select case when cx.ledger_look_v1(array[p_token], array[q.person], array[p_id], array['belonging.find'], array[''],
                                     array[case when btrim(p_letter) = '' then cx.refuse_text_v1('LOOK-04') else p_letter end],
                                     array[sha256(p_pair || uuid_send(p_id))]) = 1 then q.person end
  from asked q;
end;
grant execute on function cx.belonging_find_look_v1(bytea, uuid, bytea, bytea, text) to web;

create type cx.belonging_found_v1 as (person uuid, record uuid, item text, authority_name text, doc_no text, decided_on date,
  severity text, state text, seq integer, display_end date);
-- The record of that person under this document number (folded), alive ones first, or all of their records; no row: nobody,
-- another name, or no such determination, and nobody can tell which.
create function cx.belonging_found_v1(p_token bytea, p_person uuid, p_look uuid, p_pair bytea, p_doc_no text)
returns setof cx.belonging_found_v1 language sql volatile security definer
begin atomic
  with permitted as materialized (
    select p.* from cx.ledger_require_looks_v1(array[p_token], array[p_person], array[p_look],
      array[sha256(p_pair || uuid_send(p_look))], 'belonging.find') p
  ), found as materialized (
    select f.person, w.* from permitted p
    join cx.people_key k on k.decoy = p.person and k.pair_hmac = p_pair
    cross join lateral unnest(cx.people_same_v1(k.person)) as f(person)
    cross join lateral cx.records_rows_v1(f.person, null) w
    where (p_doc_no is null or cx.records_folded_v1(w.doc_no) = cx.records_folded_v1(p_doc_no)) and 'record' = any (p.fields)
  ), told as materialized (
    select cx.ledger_shown_v1(array[p_person], array[p_look], array['record'], array[(select count(*)::integer from found)]) as lines
    from permitted)
  select f.person, f.record, f.item, f.authority_name, f.doc_no, f.decided_on, f.severity, f.state, f.seq, f.display_end
  from told t cross join found f where t.lines = 1
  order by f.state in ('WITHDRAWN', 'REPAIRED', 'EXPIRED'), f.decided_on desc, f.record;
end;
grant execute on function cx.belonging_found_v1(bytea, uuid, uuid, bytea, text) to web;

-- Proposes that a record belongs to somebody else (提出归属更正): an act at the person it stands under, who reads it. The record
-- itself stays as it is until the second person decides; whoever objected to it has frozen it already.
-- BELONG-01: such a proposal waits already. BELONG-02: nobody decides about themself. BELONG-05: the number is known here under
-- another name. RECORD-04, RECORD-14 to RECORD-16 as when it is moved.
create function cx.belonging_move_v1(p_token bytea, p_act uuid, p_person uuid, p_matter uuid, p_case_no text, p_origin text, p_origin_ref text,
  p_record uuid, p_seq integer, p_right uuid, p_right_look uuid, p_hmac bytea, p_pair bytea, p_sealed bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_right uuid; v_row cx.records_own_row_v1;
begin
  -- Whatever is told about the right person below follows from a look at them that is committed.
  if p_right is distinct from (select cx.people_decoy_v1(d.decoy_secret, p_hmac) from cx.ledger_deployment d) then
    perform cx.refuse_v1('LOOK-01');
  end if;
  perform * from cx.ledger_require_looks_v1(array[p_token], array[p_right], array[p_right_look], array[sha256(p_pair || uuid_send(p_right_look))],
    'belonging.find');
  perform cx.ledger_shown_v1(array[p_right], array[p_right_look], array['match'], array[(
    select count(*)::integer from cx.people_key k where k.id_hmac = p_hmac and k.pair_hmac = p_pair)]);
  perform cx.records_hold_v1(p_person, p_record);
  perform cx.ledger_act_v1(p_token, array[p_person], array[p_act], 'belonging.propose', p_case_no);
  select k.person into v_right from cx.people_key k where k.id_hmac = p_hmac;
  perform cx.belonging_apart_v1(p_token, array[p_person, v_right], p_hmac);
  select w.* into v_row from cx.records_rows_v1(p_person, p_record) w;
  if v_row.seq is distinct from p_seq then perform cx.refuse_v1('RECORD-04'); end if;
  if v_row.state not in ('PROPOSED', 'SERVED', 'EFFECTIVE', 'DISPUTED') then perform cx.refuse_v1('RECORD-14'); end if;
  -- The number is known here under another name: that is nobody to give a record to.
  if exists (select from cx.people_key k where k.id_hmac = p_hmac and k.pair_hmac <> p_pair) then perform cx.refuse_v1('BELONG-05'); end if;
  if v_right = any (cx.people_same_v1(p_person)) then perform cx.refuse_v1('RECORD-16'); end if;
  if v_right is not null and cx.records_has_v1(v_right, v_row.doc_no) then perform cx.refuse_v1('RECORD-15'); end if;
  if exists (select from cx.belonging_matter m where m.person = p_person and m.record = p_record and cx.belonging_open_v1(m.person, m.matter)) then
    perform cx.refuse_v1('BELONG-01');
  end if;
  -- An objection is one of this record, and open: it is decided with the matter.
  if p_origin = 'objection' and not exists (
    select from cx.redress_objection o where o.person = p_person and o.record = p_record and o.objection::text = p_origin_ref
      and not exists (select from cx.redress_decision d where d.person = o.person and d.objection = o.objection)) then
    perform cx.refuse_v1('REDRESS-04');
  end if;
  insert into cx.belonging_matter (person, matter, act, case_no, kind, origin, origin_ref, record, seq, other, id_hmac, pair_hmac, sealed,
    proposed_at, proposed_on)
  values (p_person, p_matter, p_act, p_case_no, 'move', p_origin, p_origin_ref, p_record, p_seq, v_right, p_hmac, p_pair, p_sealed,
    statement_timestamp(), cx.ledger_today_v1());
  insert into cx.belonging_waiting values (p_person, p_matter, statement_timestamp(), p_case_no);
end $$;
grant execute on function cx.belonging_move_v1(bytea, uuid, uuid, uuid, text, text, text, uuid, integer, uuid, uuid, bytea, bytea, bytea) to web;

-- Writes a proposal about two files, or one (p_other null), with an act at each, who read it. BELONG-01: something about these
-- waits already. BELONG-02 as above. Internal.
create function cx.belonging_put_v1(p_token bytea, p_person uuid, p_other uuid, p_matter uuid, p_case_no text, p_kind text, p_origin text,
  p_origin_ref text, p_sealed bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_persons uuid[]; v_acts uuid[];
begin
  perform p.person from cx.people_person p where p.person in (p_person, p_other) order by p.person for no key update;
  v_persons := array_remove(array[p_person, p_other], null);
  select array_agg(gen_random_uuid()) into v_acts from unnest(v_persons);
  perform cx.ledger_act_v1(p_token, v_persons, v_acts, 'belonging.propose', p_case_no);
  perform cx.belonging_apart_v1(p_token, v_persons, null);
  if exists (select from cx.belonging_matter m where m.person = any (v_persons) and (m.other is null or m.other = any (v_persons))
             and m.kind <> 'move' and cx.belonging_open_v1(m.person, m.matter)) then
    perform cx.refuse_v1('BELONG-01');
  end if;
  insert into cx.belonging_matter (person, matter, act, case_no, kind, origin, origin_ref, other, sealed, proposed_at, proposed_on)
  values (p_person, p_matter, v_acts[1], p_case_no, p_kind, p_origin, p_origin_ref, p_other, p_sealed, statement_timestamp(), cx.ledger_today_v1());
  insert into cx.belonging_waiting values (p_person, p_matter, statement_timestamp(), p_case_no);
end $$;

-- Proposes about two files (提出合并、不合并、取消合并) from a change or a merge. BELONG-06: no such change, or no such merge, to start from.
create function cx.belonging_pair_v1(p_token bytea, p_matter uuid, p_case_no text, p_kind text, p_origin text,
  p_origin_ref text, p_sealed bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_person uuid; v_other uuid;
begin
  if p_origin = 'population' and p_kind in ('merge', 'keep') then
    select d.person, d.other into v_person, v_other from cx.belonging_doubt_v1(p_origin_ref) d;
  elsif p_origin = 'matter' and p_kind = 'part' then
    select m.person, m.other into v_person, v_other from cx.belonging_matter m
    join cx.belonging_decision d on d.person = m.person and d.matter = m.matter and d.outcome = 'approved'
    where m.matter::text = p_origin_ref and m.kind = 'merge' and m.other = any (cx.people_same_v1(m.person));
  end if;
  if v_person is null or v_other is null and p_kind <> 'keep' then perform cx.refuse_v1('BELONG-06'); end if;
  perform cx.belonging_put_v1(p_token, v_person, v_other, p_matter, p_case_no, p_kind, p_origin, p_origin_ref, p_sealed);
end $$;
grant execute on function cx.belonging_pair_v1(bytea, uuid, text, text, text, text, bytea) to web;

-- Proposes to join two files that an officer found by number and name (按来函提出合并): each by its own committed look. BELONG-14: a
-- number is not known here under that name, or both are one human's already.
create function cx.belonging_pair_note_v1(p_token bytea, p_lines uuid[], p_looks uuid[], p_pairs bytea[], p_matter uuid, p_case_no text,
  p_letter text, p_sealed bytea) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_person uuid; v_other uuid;
begin
  perform * from cx.ledger_require_looks_v1(array[p_token, p_token], p_lines, p_looks,
    array[sha256(p_pairs[1] || uuid_send(p_looks[1])), sha256(p_pairs[2] || uuid_send(p_looks[2]))], 'belonging.find');
  select k.person into v_person from cx.people_key k where k.decoy = p_lines[1] and k.pair_hmac = p_pairs[1];
  select k.person into v_other from cx.people_key k where k.decoy = p_lines[2] and k.pair_hmac = p_pairs[2];
  if v_person is null or v_other is null or v_other = any (cx.people_same_v1(v_person)) then perform cx.refuse_v1('BELONG-14'); end if;
  perform cx.ledger_shown_v1(p_lines, p_looks, array['match'], array[1, 1]);
  perform cx.belonging_put_v1(p_token, v_person, v_other, p_matter, p_case_no, 'merge', 'note', p_letter, p_sealed);
end $$;
grant execute on function cx.belonging_pair_note_v1(bytea, uuid[], uuid[], bytea[], uuid, text, text, bytea) to web;
