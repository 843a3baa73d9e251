-- Registered look-ups (登记查询): the minimal answer, for one or for many at once, each judged by its own look.

create type cx.lookup_answer_v1 as (ord integer, found boolean, record uuid, item text, authority_name text, doc_no text,
  decided_on date, severity text, display_end date);

-- p_pairs: keyed hash of number and name; an answer needs both to be right. One row with found = false where there is
-- nothing to tell (no such person, another name, nothing effective: the same answer). Columns a purpose does not permit
-- come back NULL. The shown line is written here, by the database.
create function cx.lookup_check_v1(p_tokens bytea[], p_persons uuid[], p_looks uuid[], p_pairs bytea[])
returns setof cx.lookup_answer_v1 language sql volatile security definer
begin atomic
  with asked as materialized (
    select a.ord::integer, a.person, a.look, a.pair, cx.ledger_require_look_v1(a.token, a.person, a.look, 'lookup.check') as fields
    from unnest(p_tokens, p_persons, p_looks, p_pairs) with ordinality as a(token, person, look, pair, ord)
  ), matched as materialized (
    select a.ord, a.person, a.look, a.fields, u.items
    from asked a
    join cx.people_key k on k.person = a.person and k.pair_hmac = a.pair
    join cx.ledger_register l on l.person = a.person and l.id = a.look
    join cx.people_purpose u on u.code = l.purpose
  ), answer as materialized (
    select m.ord, g.record, g.item, g.authority_name, g.doc_no, g.decided_on, g.severity, g.display_end, m.fields
    from matched m
    join cx.records_gate_v1(p_persons) g on g.person = m.person and g.item = any (m.items)
  ), told as materialized (
    select cx.ledger_shown_v1(array_agg(a.person), array_agg(a.look), array['records'],
      array_agg((select count(*)::integer from answer w where w.ord = a.ord))) as lines
    from asked a
  )
  select a.ord, w.record is not null, case when 'record' = any (w.fields) then w.record end,
    case when 'item' = any (w.fields) then w.item end,
    case when 'authority' = any (w.fields) then w.authority_name end,
    case when 'doc_no' = any (w.fields) then w.doc_no end,
    case when 'decided_on' = any (w.fields) then w.decided_on end,
    case when 'severity' = any (w.fields) then w.severity end,
    case when 'display_end' = any (w.fields) then w.display_end end
  from told t cross join asked a left join answer w on w.ord = a.ord
  where t.lines = (select count(*) from asked)
  order by a.ord, w.decided_on desc;
end;
grant execute on function cx.lookup_check_v1(bytea[], uuid[], uuid[], bytea[]) to web;
