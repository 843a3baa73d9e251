-- "Who looked at me" (谁查看过我): one function decides which lines a person may read and in which words; every page and
-- interface reads through it.

create type cx.people_about_v1 as (at timestamptz, line text, id uuid, organisation text, organisation_name text, post text,
  actor_kind text, mine boolean, activity text, purpose text, purpose_name text, basis text, case_ref text, fields text[],
  look uuid, outcome text, shown integer, generic boolean);

-- The words of an activity that the person reads instead of its own; NULL where its own tell about nobody else. Internal.
create function cx.people_generic_v1(p_activity text, p_purpose text) returns text language sql stable
return (select p.generic from cx.people_processing p
  where p.activity = p_activity and p.purpose = p_purpose and p.generic <> ''
    and p.valid_from <= cx.ledger_today_v1() and (p.valid_to is null or p.valid_to >= cx.ledger_today_v1())
  order by p.valid_from desc limit 1);

-- The lines about one person, under the person's key and under the decoys that the person's number was registered at before it
-- was known. A line is the person's own under whichever of their files they signed in. Lines kept secret are left out until
-- their day; an activity whose words would tell about somebody else speaks in its generic ones. Internal.
create function cx.people_about_v1(p_keys uuid[], p_person uuid, p_since timestamptz, p_before timestamptz)
returns setof cx.people_about_v1 language sql stable
begin atomic
  select r.at, r.line, r.id, r.organisation, coalesce(o.name, ''), case when g.generic is null then a.post else '' end,
    r.actor_kind, coalesce(r.actor_kind = 'citizen' and a.person = any (h.files), false), r.activity, r.purpose,
    coalesce(g.generic, u.name, ''), case when g.generic is null then r.basis else '' end,
    case when g.generic is null then r.case_ref else '' end, r.fields, r.look, r.outcome, r.shown,
    g.generic is not null
  from cx.ledger_register r
  join cx.people_account a on a.account = r.actor
  left join cx.people_organisation o on o.code = r.organisation
  left join cx.people_purpose u on u.code = r.purpose
  cross join (select cx.people_same_v1(p_person) as files offset 0) h
  cross join lateral (select cx.people_generic_v1(r.activity, r.purpose) as generic offset 0) g
  where r.person = any (p_keys) and r.at >= p_since and r.at < p_before
    and not cx.people_hidden_v1(r.organisation, r.activity, r.purpose, r.case_ref, r.at);
end;

-- What the person reads: what a look was shown is merged into it; the person's own looks are one row a day with their number
-- (times) and the id of the last one before this, so that they never push anybody else's off the page. p_limit counts all rows but those;
-- p_before pages back.
create type cx.people_trace_v1 as (at timestamptz, line text, id uuid, organisation text, organisation_name text, post text,
  actor_kind text, mine boolean, activity text, purpose text, purpose_name text, basis text, case_ref text, fields text[],
  outcome text, shown integer, times integer, generic boolean);

create function cx.people_traces_v1(
  p_token bytea, p_person uuid, p_look uuid, p_since timestamptz, p_before timestamptz, p_limit integer
) returns setof cx.people_trace_v1 language sql volatile security definer
begin atomic
  select cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own');
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['register'], array[1]);
  with about as materialized (
    select l.* from cx.people_about_v1(
      array(select p_person union select k.decoy from cx.people_key k where k.person = p_person), p_person, p_since, p_before) l
  ), told as materialized (
    select t.look, bool_or(t.outcome = 'hit') as hit,
      sum(t.shown)::integer as shown, array_agg(distinct f.field) as fields
    from about t left join lateral unnest(t.fields) as f(field) on true
    where t.line = 'shown' group by t.look
  ), page as materialized (
    select b.* from about b where b.line <> 'shown' and not (b.mine and b.line = 'look')
    order by b.at desc, b.id desc limit p_limit
  ), reach as materialized (
    select case when count(*) = p_limit then min(g.at) else p_since end as oldest from page g
  ), own as materialized (
    select max(b.at) as at, (array_agg(b.id order by b.id = p_look, b.at desc, b.id desc))[1] as id,
      count(*)::integer as times
    from about b cross join reach c
    where b.mine and b.line = 'look' and b.at >= c.oldest
    group by (b.at at time zone 'Asia/Shanghai')::date
  )
  select * from (
    select g.at, g.line, g.id, g.organisation, g.organisation_name, g.post, g.actor_kind, g.mine, g.activity, g.purpose,
      g.purpose_name, g.basis, case when g.actor_kind = 'citizen' then g.case_ref else '' end,
      coalesce(array_remove(t.fields, null), g.fields),
      case when t.look is null then '' when t.hit then 'hit' else 'miss' end, coalesce(t.shown, 0), 1, g.generic
    from page g left join told t on t.look = g.id
    union all
    select w.at, 'look', w.id, '', '', '', 'citizen', true, 'person.own', '', '', '', '', '{}'::text[], 'hit', 0, w.times, false
    from own w
  ) l order by 1 desc, 3 desc;
end;
grant execute on function cx.people_traces_v1(bytea, uuid, uuid, timestamptz, timestamptz, integer) to web;
