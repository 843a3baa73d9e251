-- The desk (通知送达) and the person's own contact data.

create type cx.notice_desk_row_v1 as (person uuid, letter uuid, record uuid, record_version integer, item text, issued_on date, stuck boolean,
  channel text, event text, on_date date, attempts integer, public_until date, failed_channel text, failed_event text, failed_reason text,
  by_post boolean);
-- Letters that are not served yet (待送达): numbers, dates and the last event, why the last attempt that failed did
-- (empty: none did), whether one is on its way by post, nobody's name; those that nobody can reach first. p_letter null: all of them.
create function cx.notice_desk_v1(p_token bytea, p_letter uuid, p_limit integer, p_skip integer) returns setof cx.notice_desk_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'notice.desk');
  select l.person, l.letter, l.record, l.record_version, r.item, l.issued_on, o.stuck, e.channel, e.event, e.on_date, n.attempts, p.ends_on,
    coalesce(f.channel, ''), coalesce(f.event, ''), coalesce(f.reason, ''),
    exists (select from cx.notice_evidence v where v.person = l.person and v.letter = l.letter and v.channel = 'post' and v.event = 'sent'
      and not exists (select from cx.notice_evidence b where b.person = v.person and b.letter = v.letter and b.channel = v.channel
        and b.attempt >= v.attempt and b.event in ('returned', 'delivered')))
  from (select o.* from cx.notice_open o where p_letter is null or o.letter = p_letter
        order by o.stuck desc, o.issued_on, o.letter limit p_limit offset p_skip) o
  -- By key, one by one (offset 0), whatever statistics say: a hash would read all that ever were.
  cross join lateral (select l.* from cx.notice_letter l where l.person = o.person and l.letter = o.letter offset 0) l
  cross join lateral (select r.item from cx.records_record r where r.person = l.person and r.record = l.record offset 0) r
  left join lateral (select p.ends_on from cx.notice_public p where p.person = l.person and p.letter = l.letter offset 0) p on true
  cross join lateral (select v.channel, v.event, v.on_date from cx.notice_evidence v where v.person = l.person and v.letter = l.letter
                      order by v.at desc, v.evidence limit 1) e
  left join lateral (select v.channel, v.event, v.reason from cx.notice_evidence v where v.person = l.person and v.letter = l.letter
                     and v.event in ('skipped', 'refused', 'unanswered', 'bounced', 'returned')
                     order by v.at desc, v.evidence limit 1) f on true
  cross join lateral (select count(*)::integer as attempts from cx.notice_evidence v
                      where v.person = l.person and v.letter = l.letter and v.event = 'placed' and v.channel <> 'in_app') n
  order by o.stuck desc, o.issued_on, o.letter;
end;
grant execute on function cx.notice_desk_v1(bytea, uuid, integer, integer) to web;

create type cx.notice_count_v1 as (issued bigint, served bigint, waiting bigint, stuck bigint);
-- How many letters were issued, are served, wait, and reach nobody: by the tally, and by what is on its way.
create function cx.notice_counts_v1(p_token bytea) returns setof cx.notice_count_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'notice.desk');
  select t.issued, t.served, o.waiting, o.stuck
  from (select coalesce(sum(t.letters) filter (where t.what = 'issued'), 0)::bigint as issued,
          coalesce(sum(t.letters) filter (where t.what = 'served'), 0)::bigint as served from cx.notice_tally t) t
  cross join (select count(*) filter (where not o.stuck) as waiting, count(*) filter (where o.stuck) as stuck
              from cx.notice_open o) o;
end;
grant execute on function cx.notice_counts_v1(bytea) to web;

-- What happened to one letter, for the desk: channels and days, nobody's name.
create function cx.notice_events_desk_v1(p_token bytea, p_person uuid, p_letter uuid) returns setof cx.notice_event_row_v1
language sql volatile security definer
begin atomic
  select cx.ledger_duty_v1(p_token, 'notice.desk');
  select * from cx.notice_events_v1(p_person, p_letter);
end;
grant execute on function cx.notice_events_desk_v1(bytea, uuid, uuid) to web;

-- Registers an officer's look at whom an undeliverable letter is for (地址核实). NOTICE-14: it is none.
create function cx.notice_recheck_look_v1(p_token bytea, p_id uuid, p_person uuid, p_letter uuid) returns uuid
language sql volatile security definer
begin atomic
  with stuck as materialized (
    select o.person from cx.notice_open o where o.person = p_person and o.letter = p_letter and o.stuck)
  select case when cx.ledger_look_v1(array[p_token], array[k.person], array[p_id], array['notice.recheck'], array[''],
                                     array[p_letter::text], null) = 1 then k.person end
  from stuck k
  union all
  select case when cx.refuse_v1('NOTICE-14') then p_id end where not exists (select from stuck);
end;
grant execute on function cx.notice_recheck_look_v1(bytea, uuid, uuid, uuid) to web;

-- The contact data that this look permits.
create function cx.notice_recheck_contacts_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.notice_contact_row_v1
language sql volatile security definer
begin atomic
  select case when 'contact' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'notice.recheck'))
              then true else cx.refuse_v1('LOOK-02') end;
  select cx.ledger_shown_v1(array[p_person], array[p_look], array['contact'],
    array[(select count(*)::integer from cx.notice_contacts_v1(p_person))]);
  select * from cx.notice_contacts_v1(p_person);
end;
grant execute on function cx.notice_recheck_contacts_v1(bytea, uuid, uuid) to web;

-- NOTICE-15, or true: nobody deals with their own letter. Internal.
create function cx.notice_other_v1(p_token bytea, p_person uuid) returns boolean
language sql volatile
begin atomic
  select case when exists (
    select from cx.ledger_session_v1(p_token) s join cx.people_account a on a.account = s.actor
    where s.person = p_person or exists (select from cx.people_key k where k.person = p_person and k.id_hmac = a.holder))
    then cx.refuse_v1('NOTICE-15') else true end;
end;

-- Sends an undeliverable letter again (重发), to an address that was found or to the same. p_kind '': no new address.
-- NOTICE-14: it is not undeliverable. NOTICE-15: nobody deals with their own letter.
create function cx.notice_renew_v1(p_token bytea, p_act uuid, p_person uuid, p_letter uuid, p_reason text, p_contact uuid, p_kind text,
  p_sealed bytea) returns void language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_turn integer;
begin
  perform cx.ledger_act_v1(p_token, array[p_person], array[p_act], 'notice.renew', '');
  update cx.notice_open o set due_on = cx.ledger_today_v1(), stuck = false, held_until = null
  where o.person = p_person and o.letter = p_letter and o.stuck;
  if not found then perform cx.refuse_v1('NOTICE-14'); end if;
  perform cx.notice_other_v1(p_token, p_person);
  if p_kind <> '' then
    insert into cx.notice_contact values (p_person, p_contact, p_act, p_kind, 'recheck', statement_timestamp(), p_sealed);
  end if;
  select count(*) + 1 into v_turn from cx.notice_evidence e where e.person = p_person and e.letter = p_letter and e.event = 'renewed';
  insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, reason, at, on_date)
  values (p_person, gen_random_uuid(), p_act, p_letter, 'desk', v_turn, 'renewed', p_reason, statement_timestamp(), cx.ledger_today_v1());
end $$;
grant execute on function cx.notice_renew_v1(bytea, uuid, uuid, uuid, text, uuid, text, bytea) to web;

-- Begins a public notice (公告送达) about an undeliverable letter: so many days as the item's own dated parameter says. p_shown:
-- the masked name. NOTICE-09: no parameter of the item allows it. NOTICE-14, NOTICE-15 as above. Answers its last day.
create function cx.notice_publish_v1(p_token bytea, p_act uuid, p_person uuid, p_letter uuid, p_shown text) returns date
language plpgsql volatile security definer set search_path = pg_catalog, cx, pg_temp as $$
declare v_days integer; v_today date := cx.ledger_today_v1();
begin
  perform cx.ledger_act_v1(p_token, array[p_person], array[p_act], 'notice.publish', '');
  perform cx.notice_other_v1(p_token, p_person);
  select p.value into v_days from cx.notice_letter l
  join cx.records_record r on r.person = l.person and r.record = l.record
  join cx.catalog_parameter p on p.name = 'notice_public' and p.item = r.item and p.unit = 'day'
    and p.valid_from <= v_today and (p.valid_to is null or p.valid_to >= v_today)
  where l.person = p_person and l.letter = p_letter order by p.valid_from desc, p.version desc limit 1;
  if coalesce(v_days, 0) < 1 then perform cx.refuse_v1('NOTICE-09'); end if;
  update cx.notice_open o set due_on = v_today + v_days + 1, stuck = false, held_until = null
  where o.person = p_person and o.letter = p_letter and o.stuck;
  if not found then perform cx.refuse_v1('NOTICE-14'); end if;
  insert into cx.notice_public values (p_person, p_letter, p_act, p_shown, v_today, v_today + v_days);
  insert into cx.notice_evidence (person, evidence, act, letter, channel, attempt, event, at, on_date)
  values (p_person, gen_random_uuid(), p_act, p_letter, 'public', 1, 'placed', statement_timestamp(), v_today);
  return v_today + v_days;
end $$;
grant execute on function cx.notice_publish_v1(bytea, uuid, uuid, uuid, text) to web;

create type cx.notice_public_row_v1 as (number text, shown text, published_on date, ends_on date);
-- The public notices that run (公告), for everybody: masked names and numbers of letters. One that was opened is gone.
create function cx.notice_publics_v1(p_limit integer, p_skip integer) returns setof cx.notice_public_row_v1
language sql stable security definer
begin atomic
  select '告' || upper(right(replace(l.record::text, '-', ''), 12)) || '-' || l.record_version || '号', p.shown, p.published_on, p.ends_on
  from cx.notice_public p
  join cx.notice_letter l on l.person = p.person and l.letter = p.letter
  join cx.notice_open o on o.person = p.person and o.letter = p.letter
  where p.ends_on >= cx.ledger_today_v1() order by p.published_on desc, p.letter limit p_limit offset p_skip;
end;
grant execute on function cx.notice_publics_v1(integer, integer) to web;

-- The person's own contact data (联系方式).
create function cx.notice_contacts_own_v1(p_token bytea, p_person uuid, p_look uuid) returns setof cx.notice_contact_row_v1
language sql volatile security definer
begin atomic
  select case when 'identity' = any (cx.ledger_require_look_v1(p_token, p_person, p_look, 'person.own'))
              then true else cx.refuse_v1('LOOK-02') end;
  select * from cx.notice_contacts_v1(p_person);
end;
grant execute on function cx.notice_contacts_own_v1(bytea, uuid, uuid) to web;

-- A change of it. The act must be the person's own; sealed null takes it back.
create function cx.notice_contact_set_v1(p_person uuid, p_act uuid, p_contact uuid, p_kind text, p_sealed bytea) returns void
language sql volatile security definer
begin atomic
  select cx.ledger_require_acts_v1(array[p_person], array[p_act], 'notice.contact');
  insert into cx.notice_contact values (p_person, p_contact, p_act, p_kind, 'self', statement_timestamp(), p_sealed);
end;
grant execute on function cx.notice_contact_set_v1(uuid, uuid, uuid, text, bytea) to web;
