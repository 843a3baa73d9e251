-- Access usage (使用情况): who looked at a person, asked by a portal that gathers several registries, for the person or for
-- whom the person gave a mandate. The portal's own question is a line like any other.

-- Registers the question, at the decoy of the number that is asked about, and binds it to who asks the portal.
create function cx.lookup_usage_look_v1(p_token bytea, p_id uuid, p_subject bytea, p_user bytea, p_case text) returns uuid
language sql volatile security definer
begin atomic
  with asked as materialized (
    select cx.people_decoy_v1(d.decoy_secret, p_subject) as person from cx.ledger_deployment d)
  select case when cx.ledger_look_v1(array[p_token], array[q.person], array[p_id], array['usage.find'], array['ACCESS_USAGE'],
                                     array[p_case], array[cx.lookup_question_v1(p_subject || p_user, p_id)]) = 1 then q.person end
  from asked q;
end;
grant execute on function cx.lookup_usage_look_v1(bytea, uuid, bytea, bytea, text) to web;

-- Every file of the human who has this number (同一个人的全部档案); empty where nobody has it. Internal.
create function cx.lookup_files_v1(p_number bytea) returns uuid[] language sql stable
return coalesce((select cx.people_same_v1(k.person) from cx.people_key k where k.id_hmac = p_number), '{}'::uuid[]);

-- Whether whoever has this number may read for whoever has that: they are the same number or the same human, or a mandate is
-- good today, given and received under whichever of their files. The receiver of a mandate is known by number and name together,
-- so a mistyped number opens nothing to a stranger. Internal.
create function cx.lookup_represents_v1(p_subject bytea, p_user bytea) returns boolean language sql stable
begin atomic
  with human as materialized (
    select cx.lookup_files_v1(p_subject) as subject, cx.lookup_files_v1(p_user) as asking)
  select p_subject = p_user or h.subject && h.asking or exists (
    select from cx.lookup_mandate m
    join cx.people_key r on r.person = any (h.asking) and r.pair_hmac = m.receiver
    where m.person = any (h.subject) and m.valid_to >= cx.ledger_today_v1() and m.given_on <= cx.ledger_today_v1()
      and not exists (select from cx.lookup_mandate_end e where e.person = m.person and e.mandate = m.mandate))
  from human h;
end;

create type cx.lookup_usage_v1 as (allowed boolean, total integer, at timestamptz, activity text, purpose_name text,
  organisation text, organisation_name text, post text, actor_kind text);
-- One row at least. `allowed` is false where there is no mandate: nothing is told then, and the line says so. Looks and acts of
-- others, in the words and within the secrecy of the person's own page; the person's own are no usage by anybody.
create function cx.lookup_usage_v1(p_token bytea, p_person uuid, p_look uuid, p_subject bytea, p_user bytea, p_since timestamptz,
  p_before timestamptz, p_offset integer, p_limit integer) returns setof cx.lookup_usage_v1
language sql volatile security definer
begin atomic
  with permitted as materialized (
    select p.person, p.look, cx.lookup_represents_v1(p_subject, p_user) as allowed
    from cx.ledger_require_looks_v1(array[p_token], array[p_person], array[p_look],
      array[cx.lookup_question_v1(p_subject || p_user, p_look)], 'usage.find') p
  ), known as materialized (
    -- The keys of all files, and the decoys of all their numbers: lines stand at each of them.
    select f.files[1] as person, f.files || array(select k.decoy from cx.people_key k where k.person = any (f.files)) as keys
    from (select cx.lookup_files_v1(p_subject) as files offset 0) f
  ), used as materialized (
    select l.* from permitted p cross join known n
    cross join lateral cx.people_about_v1(
      array(select p.person union select k.key from unnest(n.keys) as k(key)), n.person, p_since, p_before) l
    where p.allowed and l.line <> 'shown' and not l.mine
  ), told as materialized (
    select cx.ledger_shown_v1(array[p.person], array[p.look], array['register'],
      array[case when p.allowed then (select count(*)::integer from used) else 0 end]) as lines, p.allowed
    from permitted p
  ), page as (
    select u.* from used u order by u.at desc, u.id desc offset p_offset limit p_limit
  )
  select t.allowed, (select count(*)::integer from used), g.at, g.activity, g.purpose_name, g.organisation, g.organisation_name,
    g.post, g.actor_kind
  from told t left join page g on true
  where t.lines = 1
  order by g.at desc, g.id desc;
end;
grant execute on function cx.lookup_usage_v1(bytea, uuid, uuid, bytea, bytea, timestamptz, timestamptz, integer, integer) to web;

-- The first day of which no look is erased (已销毁到哪一天). Expiry, above this room, replaces the body with what it has erased.
-- Internal.
create function cx.lookup_complete_from_v1() returns date language sql stable
return '-infinity'::date;

-- From when the register is complete: its first line, which is an act and never erased, or the end of the time whose looks are.
create function cx.lookup_usage_since_v1(p_token bytea) returns timestamptz
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'usage.serve');
  select greatest(
    coalesce((select r.at from cx.ledger_register r order by r.epoch, r.xid, r.id limit 1), statement_timestamp()),
    cx.lookup_complete_from_v1()::timestamp at time zone 'Asia/Shanghai');
end;
grant execute on function cx.lookup_usage_since_v1(bytea) to web;
