-- One human, several files (同一个人的多份档案): files stay where they are, a link says that they belong together; and who lives.

-- Links between persons (档案合并), only added: the latest row of a pair counts. A row stands at each of the two, so that whoever
-- has one finds the others under it. All files of one human are linked with each other, in pairs.
create table cx.people_link (
  person uuid not null,
  other uuid not null check (other <> person),
  seq integer not null check (seq > 0),
  act uuid not null,
  known_at timestamptz not null,
  matter uuid not null,                  -- the decision that joined them
  joined boolean not null,               -- false: taken apart again (取消合并)
  primary key (person, other, seq)
);

-- Every file of the human behind one: itself first. Whoever reads about a human reads through this.
create function cx.people_same_v1(p_person uuid) returns uuid[] language sql stable
begin atomic
  select array[p_person] || array(
    select l.other from cx.people_link l
    where l.person = p_person and l.joined and not exists (
      select from cx.people_link n where n.person = l.person and n.other = l.other and n.seq = l.seq + 1)
    order by l.other);
end;

-- The ledger asks whether an act or a look of somebody's own is about themself (本人): under whichever of their files.
create or replace function cx.ledger_self_v1(p_own uuid, p_person uuid) returns boolean language sql stable security definer
begin atomic
  select coalesce(p_person = any (cx.people_same_v1(p_own)), false);
end;

-- Whether two holders' numbers are one human's (同一人): the same number, two of one file, or of files that are linked.
create or replace function cx.people_same_holder_v1(p_one bytea, p_other bytea) returns boolean language sql stable
begin atomic
  select coalesce(p_one = p_other or exists (
    select from cx.people_key a join cx.people_key b on b.id_hmac = p_other
    where a.id_hmac = p_one and b.person = any (cx.people_same_v1(a.person))), false);
end;

-- Whether a human counts as living (在世): the latest row at any of the files says.
create function cx.people_lives_v1(p_person uuid) returns boolean language sql stable
begin atomic
  select coalesce((select d.standing from cx.people_standing d where d.person = any (cx.people_same_v1(p_person))
                   order by d.known_at desc, d.seq desc limit 1), 'living') = 'living';
end;

-- Whoever of these lives works again under the accounts that a death had disabled, and no others: it was reported wrongly, or
-- belongs to a file that was taken apart from theirs. Internal.
create function cx.people_wake_v1(p_persons uuid[]) returns void language sql volatile
begin atomic
  update cx.people_account a set disabled_at = null
  where a.kind = 'citizen' and a.person = any (p_persons) and cx.people_lives_v1(a.person) and exists (
    select from cx.people_standing d where d.person = any (p_persons) and d.standing = 'deceased' and d.known_at = a.disabled_at);
end;

-- Joins two humans' files (合并): p_persons are all files of both, each with an open act. PEOPLE-03: there is nothing to join, or
-- a file is missing. PEOPLE-06: one of them counts as deceased. Internal.
create function cx.people_join_v1(p_activity text, p_matter uuid, p_persons uuid[], p_acts uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
begin
  perform cx.ledger_require_acts_v1(p_persons, p_acts, p_activity);
  if exists (select from unnest(p_persons) as p(person) where not cx.people_same_v1(p.person) <@ p_persons) then
    perform cx.refuse_v1('PEOPLE-03');
  end if;
  if exists (select from unnest(p_persons) as p(person) where not cx.people_lives_v1(p.person)) then perform cx.refuse_v1('PEOPLE-06'); end if;
  insert into cx.people_link (person, other, seq, act, known_at, matter, joined)
  select a.person, b.person,
    coalesce((select max(l.seq) from cx.people_link l where l.person = a.person and l.other = b.person), 0) + 1,
    a.act, statement_timestamp(), p_matter, true
  from unnest(p_persons, p_acts) as a(person, act) cross join unnest(p_persons) as b(person)
  where a.person <> b.person and not b.person = any (cx.people_same_v1(a.person));
  if not found then perform cx.refuse_v1('PEOPLE-03'); end if;
end $$;

-- Takes apart what one decision joined (取消合并), and nothing else. PEOPLE-04: it is apart already, or a later decision joined
-- more to these files: that one is undone first. Internal.
create function cx.people_part_v1(p_activity text, p_matter uuid, p_persons uuid[], p_acts uuid[]) returns void
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_joined timestamptz;
begin
  perform cx.ledger_require_acts_v1(p_persons, p_acts, p_activity);
  select max(l.known_at) into v_joined from cx.people_link l where l.person = any (p_persons) and l.matter = p_matter and l.joined;
  if exists (select from cx.people_link l where l.person = any (p_persons) and l.joined and l.known_at > v_joined
             and l.other = any (cx.people_same_v1(l.person))) then
    perform cx.refuse_v1('PEOPLE-04');
  end if;
  insert into cx.people_link (person, other, seq, act, known_at, matter, joined)
  select l.person, l.other, l.seq + 1, a.act, statement_timestamp(), p_matter, false
  from unnest(p_persons, p_acts) as a(person, act)
  join cx.people_link l on l.person = a.person and l.matter = p_matter and l.joined
  where not exists (select from cx.people_link n where n.person = l.person and n.other = l.other and n.seq = l.seq + 1);
  if not found then perform cx.refuse_v1('PEOPLE-04'); end if;
  perform cx.people_wake_v1(p_persons);
end $$;

-- Files of the session's own human (我的档案): its own first. A token tells only about itself.
create function cx.people_files_v1(p_token bytea) returns setof uuid language sql stable security definer
begin atomic
  select f.person from cx.ledger_whoami_v1(p_token) s
  cross join lateral unnest(cx.people_same_v1(s.person)) with ordinality as f(person, ord)
  where s.person is not null order by f.ord;
end;
grant execute on function cx.people_files_v1(bytea) to web;

-- Registers a look of the session's own person at one of their files. DUTY-02: it is somebody else's.
create function cx.people_file_look_v1(p_token bytea, p_id uuid, p_person uuid) returns uuid
language sql volatile security definer
begin atomic
  select case when cx.ledger_self_v1(s.person, p_person) then true else cx.refuse_v1('DUTY-02') end from cx.ledger_session_v1(p_token) s;
  select case when cx.ledger_look_v1(array[p_token], array[p_person], array[p_id], array['person.own'], array[''], array[''],
                                     null) = 1 then p_person end;
end;
grant execute on function cx.people_file_look_v1(bytea, uuid, uuid) to web;

-- Every version of a person's identity (证件与姓名的各版), newest first, for the person alone.
create function cx.people_identities_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.people_identity_row_v1
language sql volatile security definer
begin atomic
  select case when 'identity' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['identity'],
    array[(select count(*)::integer from cx.people_identity i where i.person = p_person)]);
  select i.person, i.seq, i.dek, i.sealed from cx.people_identity i where i.person = p_person order by i.seq desc;
end;
grant execute on function cx.people_identities_v1(bytea, uuid, uuid) to web;

-- Somebody who counts as deceased signs in no more (停用账号): open sessions of all their files end, accounts are disabled at the
-- moment of the row that says so. Internal: a change of the population database calls it under its act.
create function cx.people_rest_v1(p_person uuid) returns void language sql volatile
begin atomic
  select cx.ledger_close_of_v1(cx.people_same_v1(p_person));
  update cx.people_account a set disabled_at = statement_timestamp()
  where a.kind = 'citizen' and a.person = any (cx.people_same_v1(p_person)) and a.disabled_at is null;
end;
