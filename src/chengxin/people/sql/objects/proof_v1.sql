-- The opening of a line for the person it is about (证明的开封): every part that the log's commitment was made of, and its salt.

create type cx.people_opening_v1 as (log integer, place bigint, line text, person uuid, id uuid, at bigint, session uuid, actor uuid,
  actor_kind text, organisation text, duty text, activity text, purpose text, basis text, case_ref text, fields text, look uuid,
  outcome text, shown integer, question text, salt text);

-- One line that the person may read, whole; no row where there is none, or where it is kept secret until its day. Log and place
-- are NULL while the line is not in the log yet. PROOF-01: the line speaks to the person in generic words, so its own are not
-- handed out either.
create function cx.people_opening_v1(p_token bytea, p_person uuid, p_look uuid, p_line uuid) returns setof cx.people_opening_v1
language sql volatile security definer
begin atomic
  select case when 'register' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
    then true else cx.refuse_v1('LOOK-02') end;
  with own as materialized (
    select r.* from cx.ledger_register r
    where r.person = any (array(select p_person union select k.decoy from cx.people_key k where k.person = p_person))
      and r.id = p_line and not cx.people_hidden_v1(r.organisation, r.activity, r.purpose, r.case_ref, r.at)
  ), told as materialized (
    select cx.ledger_shown_v1(array[p_person], array[p_look], array['register'], array[(select count(*)::integer from own)]) as lines
  )
  select p.log, p.place, o.line, o.person, o.id, (extract(epoch from o.at) * 1000000)::bigint, o.session, o.actor, o.actor_kind,
    o.organisation, o.duty,
    case when cx.people_generic_v1(o.activity, o.purpose) is null then o.activity else cx.refuse_text_v1('PROOF-01') end,
    o.purpose, o.basis, o.case_ref, array_to_string(o.fields, ','), o.look, o.outcome, o.shown, coalesce(encode(o.question, 'hex'), ''),
    encode(o.salt, 'hex')
  from told t cross join own o
  left join lateral (select g.log, g.place from cx.ledger_log_place_v1(o.person, o.id) g) p on true
  where t.lines = 1;
end;
grant execute on function cx.people_opening_v1(bytea, uuid, uuid, uuid) to web;
