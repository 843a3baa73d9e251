-- Registered look-ups (登记查询): the minimal answer, for one or for many at once, each judged by its own look.

-- What is asked, bound to one look: the pair stays in the hands of whoever asks, the register holds a hash that no other
-- look shares. A read with another pair than the one registered is refused.
create function cx.lookup_question_v1(p_pair bytea, p_look uuid) returns bytea
language sql immutable parallel safe
return sha256(p_pair || uuid_send(p_look));

-- Registers looks by number and name (登记查询) and answers the keys to read with: decoys, known person or not.
create function cx.lookup_look_v1(
  p_tokens bytea[], p_ids uuid[], p_hmacs bytea[], p_pairs bytea[], p_purposes text[], p_cases text[]
) returns uuid[] language sql volatile security definer
begin atomic
  with asked as materialized (
    select array_agg(cx.people_decoy_v1(d.decoy_secret, a.hmac) order by a.ord) as persons,
           array_agg(cx.lookup_question_v1(a.pair, a.id) order by a.ord) as questions
    from unnest(p_hmacs, p_pairs, p_ids) with ordinality as a(hmac, pair, id, ord) cross join cx.ledger_deployment d)
  select case when cx.ledger_look_v1(p_tokens, q.persons, p_ids, array_fill('lookup.check'::text, array[cardinality(p_ids)]),
                                     p_purposes, p_cases, q.questions) = cardinality(p_ids) then q.persons end
  from asked q;
end;
grant execute on function cx.lookup_look_v1(bytea[], uuid[], bytea[], bytea[], text[], text[]) to web;

create type cx.lookup_answer_v1 as (ord integer, found boolean, record uuid, item text, authority_name text, doc_no text,
  decided_on date, severity text, display_end date);

-- p_pairs: keyed hash of number and name; an answer needs both to be right. One row with found = false where there is
-- nothing to tell (no such person, another name, nothing effective: the same answer). Columns a purpose does not permit
-- come back NULL. The shown line is written here, by the database.
create function cx.lookup_check_v1(p_tokens bytea[], p_persons uuid[], p_looks uuid[], p_pairs bytea[])
returns setof cx.lookup_answer_v1 language sql volatile security definer
begin atomic
  with permitted as materialized (
    select p.* from cx.ledger_require_looks_v1(p_tokens, p_persons, p_looks,
      array(select cx.lookup_question_v1(a.pair, a.look) from unnest(p_pairs, p_looks) with ordinality as a(pair, look, ord)
            order by a.ord), 'lookup.check') p
  ), answer as materialized (
    select p.ord, p.person, p.look, p.fields, w.record, w.item, w.authority_name, w.doc_no, w.decided_on, w.severity, w.display_end
    from permitted p
    left join lateral (
      select g.* from cx.people_purpose u
      join cx.people_key k on k.decoy = p.person and k.pair_hmac = p_pairs[p.ord]
      -- All files of that human (档案合并), each by itself: most have one, and the others cost them a look into an index.
      cross join lateral (
        select w.* from cx.records_gate_v1(array[k.person]) w
        union all
        select w.* from cx.people_link l cross join lateral cx.records_gate_v1(array[l.other]) w
        where l.person = k.person and l.joined and not exists (
          select from cx.people_link n where n.person = l.person and n.other = l.other and n.seq = l.seq + 1)) g
      where u.code = p.purpose and g.item = any (u.items)
      offset 0  -- one pass for each row asked: joining whole sets would grow with the square of the batch
    ) w on true
  ), counted as materialized (
    select w.ord, w.person, w.look, count(w.record)::integer as shown from answer w group by w.ord, w.person, w.look
  ), told as materialized (
    select cx.ledger_shown_v1(array_agg(c.person), array_agg(c.look), array['records'], array_agg(c.shown)) as lines
    from counted c
  )
  select w.ord, w.record is not null, case when 'record' = any (w.fields) then w.record end,
    case when 'item' = any (w.fields) then w.item end,
    case when 'authority' = any (w.fields) then w.authority_name end,
    case when 'doc_no' = any (w.fields) then w.doc_no end,
    case when 'decided_on' = any (w.fields) then w.decided_on end,
    case when 'severity' = any (w.fields) then w.severity end,
    case when 'display_end' = any (w.fields) then w.display_end end
  from told t cross join answer w
  where t.lines = cardinality(p_looks)
  order by w.ord, w.decided_on desc;
end;
grant execute on function cx.lookup_check_v1(bytea[], uuid[], uuid[], bytea[]) to web;

-- Match or no match at a service hall (实名核对): registers the look, about a number and a name, and answers the key to say the
-- outcome with; a decoy, whether anybody here has that number or not. The population database is asked afterwards.
create function cx.lookup_match_look_v1(p_token bytea, p_id uuid, p_hmac bytea, p_pair bytea, p_purpose text, p_case text)
returns uuid language sql volatile security definer
begin atomic
  with asked as materialized (
    select cx.people_decoy_v1(d.decoy_secret, p_hmac) as person from cx.ledger_deployment d)
  select case when cx.ledger_look_v1(array[p_token], array[q.person], array[p_id], array['lookup.match'], array[p_purpose],
                                     array[p_case], array[cx.lookup_question_v1(p_pair, p_id)]) = 1 then q.person end
  from asked q;
end;
grant execute on function cx.lookup_match_look_v1(bytea, uuid, bytea, bytea, text, text) to web;

-- Says under that look what was answered. Where nothing is said, the person reads 可能已查看.
create function cx.lookup_matched_v1(p_token bytea, p_person uuid, p_look uuid, p_pair bytea, p_matched boolean) returns void
language sql volatile security definer
begin atomic
  select cx.ledger_shown_v1(array_agg(p.person), array_agg(p.look), array['match'], array[p_matched::integer])
  from cx.ledger_require_looks_v1(array[p_token], array[p_person], array[p_look],
    array[cx.lookup_question_v1(p_pair, p_look)], 'lookup.match') p;
end;
grant execute on function cx.lookup_matched_v1(bytea, uuid, uuid, bytea, boolean) to web;
